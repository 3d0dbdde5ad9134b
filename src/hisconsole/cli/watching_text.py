"""What is watched as text of 80 cells, and as --json says it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from hisconsole.plain import WIDTH
from hisconsole.plan.picture import StatusPicture, Watched, watching
from hisconsole.plan.reading import Judged
from hisconsole.plan.shown import Shown, Silence
from hisconsole.plan.status import RANK, Status, status_label
from hisconsole.plan.times import clock, to_text
from hisconsole.text import _, cell_len, fit, ngettext, printable, wrap

Shape = dict[str, object]

_STATUS = 13
_ID = 18


def hang(head: str, text: str) -> list[str]:
    """A text behind `head`, its further lines below its beginning."""
    first, *rest = wrap(printable(text), WIDTH - cell_len(head))
    return [(head + first).rstrip(), *(" " * cell_len(head) + line for line in rest)]


def status_lines(picture: StatusPicture, rows: Sequence[Watched], *, zone: tzinfo) -> list[str]:
    """The picture in words: how much can be believed first, then a line a target."""
    lines = [_counts(picture, zone), *hang("", _watcher(picture, zone))]
    if picture.path.strikes:
        lines += hang("! ", picture.path.words)
    return [*lines, "", *(rows_lines(rows, now=picture.at, zone=zone) or [_("Nothing is wrong.")])]


def _counts(picture: StatusPicture, zone: tzinfo) -> str:
    counts = picture.counts
    targets = ngettext("{n} target", "{n} targets", counts.total).format(n=counts.total)
    bad = sorted((each for each in counts.by if counts.by[each]), key=RANK.__getitem__, reverse=True)
    parts = [picture.at.astimezone(zone).strftime("%Y-%m-%d %H:%M"), targets]
    parts += [f"{counts.by[each]} {status_label(each)}" for each in bad]
    if counts.silenced:
        parts.append(_("{n} of them silenced").format(n=counts.silenced))
    return "  ".join(parts)


def _watcher(picture: StatusPicture, zone: tzinfo) -> str:
    watch = picture.watch
    if watching(picture, picture.at):
        return _("A watch is at work on {host}.").format(host=watch.holder)
    if watch.beat is None:
        return _("No watch is at work: what is shown grows old. Start one with 'hisconsole watch'.")
    return _(
        "No watch is at work since {when}: what is shown grows old. Start one with 'hisconsole watch'."
    ).format(when=clock(watch.beat, zone=zone, now=picture.at))


def rows_lines(rows: Iterable[Watched], *, now: datetime, zone: tzinfo) -> list[str]:
    """Targets, one a line; `!` marks what somebody must hear of."""
    lines: list[str] = []
    for row in rows:
        lines += target_lines(row.shown, _words(row, now, zone))
    return lines


def _words(row: Watched, now: datetime, zone: tzinfo) -> str:
    shown = row.shown
    parts = [row.words or row.target.name]
    if shown.attempt:
        parts.append(_("strike {n}").format(n=shown.attempt))
    if shown.flapping:
        parts.append(_("it comes and goes"))
    if shown.under is Status.STALE and shown.checked_at is not None:
        parts.append(_("last polled {when}").format(when=clock(shown.checked_at, zone=zone, now=now)))
    elif shown.under is not Status.OK:
        parts.append(_("since {when}").format(when=clock(shown.begun or shown.since, zone=zone, now=now)))
    if shown.silence is not None:
        end = clock(shown.silence.end, zone=zone, now=now)
        parts.append(_("silenced until {when}: {reason}").format(when=end, reason=shown.silence.reason))
    return "; ".join(parts)


def target_lines(shown: Shown, words: str) -> list[str]:
    """One target: mark, status, id, and words."""
    name = printable(shown.target)
    named = fit(name, _ID) if cell_len(name) < _ID else name + " "
    return hang(f"{'!' if shown.rings else ' '} {fit(status_label(shown.status), _STATUS)}{named}", words)


def once_words(shown: Shown, readings: Sequence[Judged]) -> str:
    """What one look found of a target, in words."""
    if shown.words:
        return shown.words
    return ngettext("{n} reading, all well", "{n} readings, all well", len(readings)).format(n=len(readings))


def silence_lines(silences: Iterable[Silence], *, now: datetime, zone: tzinfo) -> list[str]:
    """Silences, one a line: id, target, until when, who and why."""
    lines: list[str] = []
    for each in silences:
        target = _("{target} and what hangs on it") if each.whole else "{target}"
        target = _("service {name}").format(name=each.service) if each.service else target
        head = f"{fit(each.id, 7)}{fit(clock(each.end, zone=zone, now=now), 12)}"
        lines += hang(head, f"{target.format(target=each.target)}: {each.reason} ({each.by})")
    return lines or [_("No target is silenced.")]


def _time(moment: datetime | None) -> str | None:
    return to_text(moment) if moment is not None else None


def silence_shape(silence: Silence) -> Shape:
    """A silence."""
    return {
        "id": silence.id,
        "target": silence.target or None,
        "service": silence.service or None,
        "maintenance": silence.maintenance or None,
        "whole": silence.whole,
        "start": _time(silence.start),
        "end": _time(silence.end),
        "reason": silence.reason,
        "by": silence.by,
    }


def status_shape(picture: StatusPicture, rows: Iterable[Watched]) -> Shape:
    """The picture, with these of its rows."""
    counts = picture.counts
    return {
        "at": _time(picture.at),
        "version": picture.infrastructure.version,
        "watched": watching(picture, picture.at),
        "holder": picture.watch.holder,
        "beat": _time(picture.watch.beat),
        "isolated": picture.path.isolated,
        "path": picture.path.words,
        "counts": {
            "total": counts.total,
            "by": {status.value: number for status, number in counts.by.items()},
            "silenced": counts.silenced,
            "firm": counts.firm,
            "ringing": counts.ringing,
        },
        "problems": picture.problems,
        "changes": [
            {
                "target": each.target,
                "at": _time(each.at),
                "old": each.old.value,
                "new": each.new.value,
                "words": each.words,
            }
            for each in picture.changes
        ],
        "targets": [_row(row) for row in rows],
    }


def _row(row: Watched) -> Shape:
    shown = row.shown
    return {
        "target": row.target.id,
        "name": row.target.name,
        "kind": row.target.kind.value,
        "building": row.target.building,
        "status": shown.status.value,
        "under": shown.under.value,
        "words": row.words,
        "since": _time(shown.since),
        "firm": shown.firm,
        "rings": shown.rings,
        "attempt": shown.attempt,
        "flapping": shown.flapping,
        "checked_at": _time(shown.checked_at),
        "good_at": _time(shown.good_at),
        "trend": list(row.trend),
        "silence": silence_shape(shown.silence) if shown.silence else None,
    }

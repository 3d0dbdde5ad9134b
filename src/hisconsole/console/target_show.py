"""How one target looks: its head, its readings, the way to it and what hangs on it; pure functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from hisconsole.console.looks import Role
from hisconsole.console.rows import Cell, Look
from hisconsole.console.show import WIDE
from hisconsole.console.status_show import (
    WORD,
    Marks,
    age_text,
    column,
    sparkline,
    status_cells,
    status_words,
    weight,
)
from hisconsole.plan.chain import Chain
from hisconsole.plan.panes import kind_label
from hisconsole.plan.picture import History, StatusPicture, Watched, shown_now
from hisconsole.plan.reading import Judged, value_text
from hisconsole.plan.status import RANK, Status, status_label
from hisconsole.plan.threshold import Threshold, threshold_text
from hisconsole.plan.times import clock, span
from hisconsole.text import _, fit, ngettext, printable
from hisconsole.values import dataclass

Rule = Callable[[str], tuple[Threshold, ...]]


def target_head(
    row: Watched, way: Chain, picture: StatusPicture, *, now: datetime, marks: Marks, zone: ZoneInfo
) -> list[list[Cell]]:
    """The four lines on top: what it is and how, the words, the place, the way to it."""
    shown, target = shown_now(row, now), row.target

    def short(moment: datetime) -> str:
        return clock(moment, zone=zone, now=now)

    since = _("since {when} ({length})").format(when=short(shown.since), length=span(now - shown.since))
    glyph = marks[shown.status]
    top: list[Cell] = [
        (" ", "normal"),
        (glyph.mark, glyph.look),
        (" ", "normal"),
        (status_label(shown.status), glyph.look),
        (f"  {target.id}  ", "bold"),
        (printable(target.name), "normal"),
        (f"  {since}", weight(shown.status)),
    ]
    words = status_words(row, shown, clock_of=short)
    if shown.silence is not None:
        words += "  " + _("({who}: {reason})").format(who=shown.silence.by, reason=shown.silence.reason)
    return [
        top,
        [(f" {printable(words)}", "bold" if shown.firm else "normal")],
        [(" " + printable(_about(row, way)), "normal")],
        way_line(way, picture, now=now, marks=marks),
    ]


def _about(row: Watched, way: Chain) -> str:
    target = row.target
    place = (kind_label(target.kind), target.address, target.building, target.room)
    about = ", ".join(part for part in place if part)
    if target.services:
        about += "; " + _("carries {services}").format(services=", ".join(target.services))
    if way.below:
        hang = ngettext("{n} hangs on it", "{n} hang on it", len(way.below)).format(n=len(way.below))
        alone = _("{n} on it alone").format(n=way.alone)
        about += f"; {hang}, {alone}"
    return about


def way_line(way: Chain, picture: StatusPicture, *, now: datetime, marks: Marks) -> list[Cell]:
    """The way from the console to the target in one line, each with its mark; redundant ones by `or`."""
    cells: list[Cell] = [(" " + _("console"), "normal")]
    for level in way.levels:
        cells.append((" > ", "dim"))
        for at, target in enumerate(level):
            if at:
                cells.append((f" {_('or')} ", "dim"))
            cells += _marked(target, picture, now=now, marks=marks)
            cells.append((printable(target), "normal"))
    return cells


def _marked(target: str, picture: StatusPicture, *, now: datetime, marks: Marks) -> list[Cell]:
    row = picture.by_target.get(target)
    if row is None:
        return []
    glyph = marks[shown_now(row, now).status]
    return [(glyph.mark, glyph.look), (" ", "normal")]


@dataclass(frozen=True, slots=True)
class Hop:
    """A line of the drawn way: how deep it stands, and its part: `way`, `either`, `here` or `below`."""

    target: str
    depth: int
    part: str
    row: Watched | None


def hops(way: Chain, picture: StatusPicture) -> tuple[Hop, ...]:
    """The way from the console down to the target, and under it what hangs on it, the worst first."""
    found: list[Hop] = []
    for depth, level in enumerate(way.levels):
        last = depth == len(way.levels) - 1
        part = "here" if last else "either" if len(level) > 1 else "way"
        found += [Hop(target, depth, part, picture.by_target.get(target)) for target in level]
    under = [Hop(target, len(way.levels), "below", picture.by_target.get(target)) for target in way.below]
    return (*found, *sorted(under, key=_badness))


def _badness(hop: Hop) -> tuple[int, str]:
    return (-RANK[hop.row.shown.status] if hop.row else 0), hop.target


def way_head() -> str:
    """The header over the way, which begins at ourselves."""
    return f"   {column(_('Status'), WORD)}{_('console')}"


def draw_hop(now: Callable[[], datetime], marks: Marks) -> Callable[[Hop, int, Look], Sequence[Cell]]:
    """A line of the way: status in front, the depth as steps."""

    def draw(hop: Hop, width: int, look: Look) -> Sequence[Cell]:
        cells: list[Cell] = [(" ", "normal")]
        if hop.row is None:
            cells.append((" " * (WORD + 2), "normal"))
        else:
            cells += status_cells(shown_now(hop.row, now()).status, marks)
        step = "  " * min(hop.depth, 12) + "+- "
        name = f"{hop.target}  {hop.row.target.name}" if hop.row else hop.target
        role: Role = "bold" if hop.part == "here" else "normal"
        cells += [(step, "dim"), (printable(name), role)]
        if hop.part == "either":
            cells.append(("  " + _("(one of these is enough)"), "dim"))
        elif hop.part == "here":
            cells.append(("  <--", "bold"))
        return cells

    return draw


def reading_head(width: int) -> str:
    """The header over the readings."""
    head = f"   {column(_('Status'), WORD)}{column(_('Reading'), _label_width(width) + 1)}"
    head += column(_("Value"), 14) + column(_("Since"), 12)
    if width >= WIDE:
        head += column(_("Source"), 25)
    return head + _("Limits")


def _label_width(width: int) -> int:
    return 24 if width < WIDE else 32


def limits_text(thresholds: Sequence[Threshold]) -> str:
    """Thresholds as the files have them, or `-`."""
    return ", ".join(threshold_text(each) for each in thresholds) or "-"


def held_value(judged: Judged) -> str:
    """The value, or in brackets the last one there was: it is not of now."""
    sample = judged.sample
    if sample.value is None and judged.last is not None:
        return f"({value_text(judged.last, sample.unit)})"
    return value_text(sample.value, sample.unit)


def sorted_readings(readings: Sequence[Judged]) -> list[Judged]:
    """The worst first, then by key."""
    return sorted(readings, key=lambda judged: (-RANK[judged.status], judged.sample.key, judged.probe))


def draw_reading(
    now: Callable[[], datetime], zone: ZoneInfo, marks: Marks, rules: Rule, old: Callable[[], bool]
) -> Callable[[Judged, int, Look], Sequence[Cell]]:
    """A reading: mark, status, label, value, since when, limits; dim while the target is `old`."""

    def draw(judged: Judged, width: int, look: Look) -> Sequence[Cell]:
        sample = judged.sample
        status = Status.STALE if old() else judged.status
        plain = weight(status)
        cells: list[Cell] = [
            (" ", plain),
            *status_cells(status, marks),
            (column(sample.label or sample.key, _label_width(width)) + " ", plain),
            (
                column(held_value(judged), 13) + " ",
                "bold" if status not in (Status.OK, Status.STALE) else plain,
            ),
            (fit(clock(judged.since, zone=zone, now=now()), 12), plain),
        ]
        if width >= WIDE:
            cells.append((column(sample.source or "-", 24) + " ", "dim"))
        cells.append((limits_text(rules(sample.key)), plain))
        return cells

    return draw


def reading_detail(
    judged: Judged,
    *,
    thresholds: Sequence[Threshold],
    history: History | None,
    width: int,
    now: datetime,
    zone: ZoneInfo,
) -> list[list[Cell]]:
    """Three lines about one reading: its limits, its source and since when, its past."""
    sample = judged.sample

    def short(moment: datetime) -> str:
        return clock(moment, zone=zone, now=now)

    why = f": {judged.reason}" if judged.reason else ""
    what = f"{sample.label or sample.key} {held_value(judged)}{why}"
    since = _("since {when} ({length})").format(when=short(judged.since), length=span(now - judged.since))
    source = _("{source} by {probe}, {since}").format(
        source=sample.source or "-", probe=judged.probe, since=since
    )
    if judged.good_at is not None:
        source += ", " + _("measured {when}").format(when=short(judged.good_at))
    limits = _("limits: {limits}").format(limits=limits_text(thresholds))
    return [
        [(f" {printable(what)}  ", "bold"), (limits, "normal")],
        [(f" {printable(source)}", "normal")],
        past_line(history, sample.unit, width=width, now=now),
    ]


def past_line(history: History | None, unit: str, *, width: int, now: datetime) -> list[Cell]:
    """A reading's past as a line of marks between its least and its largest value."""
    if history is None:
        return [(" ...", "dim")]
    if not history:
        return [(" " + _("no past is kept of it"), "dim")]
    low, high = min(point[1] for point in history), max(point[3] for point in history)
    front = f" {span(now - history[0][0])} {value_text(low, unit)} |"
    back = f"| {value_text(high, unit)}"
    room = max(8, width - len(front) - len(back) - 2)
    return [(front, "dim"), (sparkline(buckets(history, room, now)), "normal"), (back, "dim")]


def buckets(history: History, count: int, now: datetime) -> list[float | None]:
    """The mean of what was measured in each of `count` equal parts of the time since the oldest point.

    A part in which nothing was measured has none, but for gaps no wider than the points stand apart.
    """
    begin = history[0][0]
    whole = max((now - begin).total_seconds(), 1.0)
    parts: list[list[float]] = [[] for _part in range(count)]
    for at, _low, mean, _high in history:
        place = int((at - begin).total_seconds() / whole * count)
        parts[max(0, min(place, count - 1))].append(mean)
    return _bridged([sum(part) / len(part) if part else None for part in parts], len(history))


def _bridged(values: list[float | None], points: int) -> list[float | None]:
    """Points that stand wider apart than the parts hold until the next; a longer gap stays one."""
    reach = 2 * len(values) // max(points, 1)
    held: float | None = None
    since = 0
    found: list[float | None] = []
    for value in values:
        since = 0 if value is not None else since + 1
        held = value if value is not None else held
        found.append(held if since < max(reach, 1) else None)
    return found


def checked_text(row: Watched, now: datetime) -> str:
    """How old what is shown is."""
    return _("checked {age} ago").format(age=age_text(row.shown.checked_at, now=now))


def reading_lines(
    judged: Judged, thresholds: Sequence[Threshold], clock_of: Callable[[datetime], str]
) -> list[str]:
    """All of a reading, where lists cut it."""
    sample = judged.sample
    return [
        f"{_('Key')}: {sample.key}",
        f"{_('Value')}: {held_value(judged)}",
        f"{_('Status')}: {status_label(judged.status)}  {judged.reason}",
        f"{_('Since')}: {clock_of(judged.since)}",
        f"{_('Measured')}: {clock_of(judged.good_at) if judged.good_at else '-'}",
        f"{_('Limits')}: {limits_text(thresholds)}",
        f"{_('Source')}: {sample.source or '-'} ({judged.probe})",
        f"{_('It says')}: {sample.reason or '-'}",
    ]

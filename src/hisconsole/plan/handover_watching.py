"""What the watch hands over: watch items, silences, and what it could not see (domain 3.2, 4.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from hisconsole.plan.handover import Asks, Entry, Line, Part, Section
from hisconsole.plan.handover_parts import entry, joined, section
from hisconsole.plan.handover_sources import Gap, Sources
from hisconsole.plan.picture import StatusPicture, Watched, aged, watching
from hisconsole.plan.reading import Judged, value_text
from hisconsole.plan.shown import Silence
from hisconsole.plan.status import Status, status_label
from hisconsole.plan.times import span
from hisconsole.text import _

LATE = timedelta(minutes=15)
"""From when on a handover is late (domain 3.3)."""

EACH = 3
"""Readings of one target that are handed over one by one; more of them are one thing."""

BLIND = 5
"""Targets without a sure status that are named one by one; more of them are one finding (law 6)."""

_UNSEEN = (Status.UNKNOWN, Status.STALE, Status.UNREACHABLE)


def watch_items(sources: Sources) -> Section:
    """What is not well and no incident yet, as far as it is known."""
    picture = sources.picture
    if picture is None:
        return _unknown(sources, Part.WATCH, tuple(_late(sources)))
    entries = (*_late(sources), *(each for row in picture.rows for each in _items(sources, row)))
    if not watching(picture, sources.now):
        why = _("nobody has watched since {when}; what is below was known then")
        return _unknown(sources, Part.WATCH, entries, why.format(when=_seen(sources, picture)))
    if picture.path.isolated:
        why = _("the console is cut off since {when}; what is below was known then")
        return _unknown(sources, Part.WATCH, entries, why.format(when=_cut_off(sources, picture)))
    unseen = any(row.shown.under in _UNSEEN for row in picture.rows)
    well = _("None among what can be seen.") if unseen else _("None: all that is watched is well.")
    return section(sources, Part.WATCH, entries, none=well)


def _unknown(sources: Sources, part: Part, entries: tuple[Entry, ...], why: str = "") -> Section:
    """A part that nobody knows, with what is known of it all the same."""
    found = sources.unknown.get(part) or why or sources.unknown.get(Part.WATCH)
    why = found or _("there is no picture of what is watched")
    return section(replace(sources, unknown={**sources.unknown, part: why}), part, entries)


def _seen(sources: Sources, picture: StatusPicture) -> str:
    moment = picture.watch.beat or picture.newest
    return sources.at(moment) if moment is not None else _("an unknown time")


def _cut_off(sources: Sources, picture: StatusPicture) -> str:
    return sources.at(picture.path.since) or _("an unknown time")


def _late(sources: Sources) -> Iterator[Entry]:
    """A handover that comes late is a watch item itself."""
    end = sources.outgoing.end
    if end is not None and sources.now - end > LATE:
        title = _("This handover is late: the shift ended {end}, {length} ago").format(
            end=sources.at(end), length=span(sources.now - end)
        )
        yield entry(sources, f"late:{int(end.timestamp())}", title)


_WRONG = frozenset({Status.WARNING, Status.CRITICAL, Status.DOWN})


def _items(sources: Sources, row: Watched) -> Iterator[Entry]:
    """What is wrong with one target; silenced ones stand with their silence."""
    shown, id_ = row.shown, row.target.id
    if shown.silence is not None:
        return
    if shown.flapping:
        title = _("{name}: comes and goes, no single status of it is to be believed").format(name=_name(row))
        yield entry(sources, f"watch:{id_}:flapping", title, _about(sources, row))
    if 0 < len(row.wrong) <= EACH:
        for each in row.wrong:
            title = f"{_name(row)}: {status_label(each.status)}, {_measured(each)}"
            yield entry(sources, f"watch:{id_}:{each.sample.key}", title, _about(sources, row, each))
    elif row.wrong or (shown.under in _WRONG and not shown.flapping):
        title = f"{_name(row)}: {joined(status_label(shown.under), shown.words)}"
        lines = (*_about(sources, row), *(Line(_("Reading"), _measured(each)) for each in row.wrong))
        yield entry(sources, f"watch:{id_}", title, lines)


def _name(row: Watched) -> str:
    name, id_ = row.target.name, row.target.id
    return f"{name} ({id_})" if name and name != id_ else id_


def _measured(each: Judged) -> str:
    value = each.sample.value if each.sample.value is not None else each.last
    said = f"{each.sample.label} {value_text(value, each.sample.unit)}" if value is not None else ""
    return joined(said or each.sample.label, each.reason)


def _about(sources: Sources, row: Watched, each: Judged | None = None) -> tuple[Line, ...]:
    since = each.since if each is not None else row.shown.since
    of_trend = row.trend if each is not None and row.wrong[:1] == (each,) else ()
    unit = each.sample.unit if each is not None else ""
    incidents = [
        sources.number_of(case.incident.number)
        for case in sources.cases
        if any(report.switch == row.target.id for report in case.incident.reports)
    ]
    return (
        Line(
            _("Since"),
            _("{when}, {length} ago").format(when=sources.at(since), length=span(sources.now - since)),
            moves=True,
        ),
        Line(
            _("Trend"),
            _("from {first} to {last}").format(
                first=value_text(of_trend[0], unit), last=value_text(of_trend[-1], unit)
            )
            if len(of_trend) > 1
            else "",
        ),
        Line(_("Place"), joined(row.target.building, row.target.room)),
        Line(_("Carries"), ", ".join(row.target.services)),
        Line(_("Reports"), ", ".join(incidents)),
    )


def silences(sources: Sources) -> Section:
    """The silences in force: each lapses unless the receiver accepts it again."""
    entries = (_silence(sources, each) for each in sorted(sources.silences, key=lambda each: each.end))
    running = [each for each in sources.silences if each.end > sources.now]
    note = _("Each ends with this handover unless it is accepted again.") if running else ""
    return section(sources, Part.SILENCES, entries, none=_("None: nothing is silenced."), note=note)


def _silence(sources: Sources, each: Silence) -> Entry:
    picture = sources.picture
    row = picture.by_target.get(each.target) if picture is not None else None
    title = (
        _("{name} and what hangs on it: quiet until {end}") if each.whole else _("{name}: quiet until {end}")
    ).format(name=_name(row) if row else sources.call(each.target), end=sources.at(each.end))
    lines = (
        Line(_("Why"), each.reason, brief=True),
        Line(_("Agreed"), joined(sources.call(each.by), sources.at(each.start))),
        Line(_("Beneath"), joined(status_label(row.shown.under), row.shown.words) if row else _("not known")),
    )
    return entry(sources, f"silence:{each.id}", title, lines, asks=Asks.SILENCE)


def gaps(sources: Sources) -> Section:
    """When nothing was measured, and what cannot be seen now."""
    of_past = tuple(_gap(sources, each) for each in sources.gaps)
    picture = sources.picture
    if picture is None:
        return _unknown(sources, Part.GAPS, of_past)
    entries = (*_blind(sources, picture), *of_past)
    none = _("None: everything was polled all through the shift, and everything is seen now.")
    return section(sources, Part.GAPS, entries, none=none)


def _gap(sources: Sources, gap: Gap) -> Entry:
    what = sources.call(gap.target) if gap.target else _("everything")
    if gap.until is None:
        title = _("{what} not polled since {since}").format(what=what, since=sources.at(gap.since))
    else:
        title = _("{what} not polled from {since} to {until}").format(
            what=what, since=sources.at(gap.since), until=sources.at(gap.until)
        )
    key = f"gap:{gap.target or 'all'}:{int(gap.since.timestamp())}"
    return entry(sources, key, title, (Line(_("Why"), gap.why),))


def _blind(sources: Sources, picture: StatusPicture) -> Iterator[Entry]:
    """What cannot be seen now: one finding where we ourselves, the watch or a parent is the reason."""
    if picture.path.isolated:
        title = _("The console itself is cut off since {when}: what it shows is old").format(
            when=_cut_off(sources, picture)
        )
        yield entry(sources, "blind:path", title, (Line(_("Why"), picture.path.words),))
    if not watching(picture, sources.now):
        title = _("Nobody watches since {when}: nothing is measured").format(when=_seen(sources, picture))
        yield entry(sources, "blind:watch", title)
    groups: dict[tuple[Status, str], list[Watched]] = {}
    for row in aged(picture, sources.now).rows:
        under = row.shown.under
        if under in _UNSEEN:
            behind = row.shown.words if under is Status.UNREACHABLE else ""
            groups.setdefault((under, behind), []).append(row)
    for (under, behind), rows in groups.items():
        if under is Status.UNREACHABLE or len(rows) > BLIND:
            yield _group(sources, under, behind, rows)
        else:
            yield from (_unseen(sources, under, row) for row in rows)


def _group(sources: Sources, under: Status, behind: str, rows: list[Watched]) -> Entry:
    title = _("{n} targets {status}").format(n=len(rows), status=joined(status_label(under), behind))
    line = Line(_("Which"), ", ".join(row.target.id for row in rows))
    key = ":".join(part for part in ("blind", under.value, behind) if part)
    return entry(sources, key, title, (line,))


def _unseen(sources: Sources, under: Status, row: Watched) -> Entry:
    good = row.shown.good_at
    title = _("{name}: {status}, last known {when}").format(
        name=_name(row), status=status_label(under), when=sources.at(good) or _("never")
    )
    return entry(sources, f"blind:{row.target.id}", title, (Line(_("Says"), row.shown.words),))

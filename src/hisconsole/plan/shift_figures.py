"""The figures of a shift: calls, incidents by category, times to take, tell and restore; small charts.

Times count for what was reached in the shift, also of incidents that began before it. The charts are ASCII.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from statistics import median

from hisconsole.plan.events import Event, Kind
from hisconsole.plan.incident import Incident
from hisconsole.plan.replay import undone
from hisconsole.plan.times import span
from hisconsole.plan.words import Category
from hisconsole.text import _
from hisconsole.values import dataclass

HOUR = timedelta(hours=1)
LEVELS = " .:-=+*#%@"
"""The steps of a sparkline, from nothing to the most."""
_FRAME = 13
"""Cells of a bar's line that are not its bar: time, blanks, and a number of up to five digits."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took: how often, the median and the worst (None where it never was)."""

    n: int
    median: timedelta | None
    worst: timedelta | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a shift came to between two moments (UTC); `hours` are the calls of each hour of the clock."""

    since: datetime
    until: datetime
    calls: int
    opened: Mapping[Category, int]
    closed: Mapping[Category, int]
    reopened: Mapping[Category, int]
    acknowledge: Spread
    """From the first call taken to the one who took it."""
    feedback: Spread
    """From the first call taken to the first message."""
    restore: Spread
    """From its beginning, or its reopening, until it worked again."""
    hours: tuple[tuple[datetime, int], ...]


def figures(
    events: Iterable[Event], incidents: Iterable[Incident], *, since: datetime, until: datetime, zone: tzinfo
) -> Figures:
    """The figures of a shift; `incidents` are those that were open in it at any time, as they are now."""
    history = tuple(event for event in events if since <= event.recorded <= until)
    gone = undone(history)
    standing = [event for event in history if event.act not in gone]
    known = {each.number: each for each in incidents}
    calls = [event.recorded for event in standing if event.kind is Kind.REPORTED]

    def categories(kind: Kind) -> Mapping[Category, int]:
        numbers = {event.incident for event in standing if event.kind is kind}
        return Counter(known[n].category if n in known else Category.UNCLASSIFIED for n in numbers)

    def spread(times: Iterable[tuple[datetime, datetime | None]]) -> Spread:
        reached = [(end - begin) for begin, end in times if end is not None and since <= end <= until]
        return _spread([max(each, timedelta()) for each in reached])

    return Figures(
        since=since,
        until=until,
        calls=len(calls),
        opened=categories(Kind.OPENED),
        closed=categories(Kind.CLOSED),
        reopened=categories(Kind.REOPENED),
        acknowledge=spread((each.opened, each.acknowledged_at) for each in known.values()),
        feedback=spread(
            (each.opened, each.messages[0].at if each.messages else None) for each in known.values()
        ),
        restore=spread((each.zero, each.recovered_at) for each in known.values()),
        hours=_hours(calls, since, until, zone),
    )


def _spread(lengths: Sequence[timedelta]) -> Spread:
    if not lengths:
        return Spread(0, None, None)
    middle = timedelta(seconds=median(each.total_seconds() for each in lengths))
    return Spread(len(lengths), middle, max(lengths))


def _hours(
    calls: Iterable[datetime], since: datetime, until: datetime, zone: tzinfo
) -> tuple[tuple[datetime, int], ...]:
    """The calls of each hour of the hospital's clock; steps are real hours: one that comes twice is two."""
    shift = (since.astimezone(zone).utcoffset() or timedelta()) % HOUR
    begin = (since + shift).replace(minute=0, second=0, microsecond=0) - shift
    found: dict[datetime, int] = {}
    while begin <= until:
        found[begin] = 0
        begin += HOUR
    first = min(found, default=since)
    for moment in calls:
        found[first + (moment - first) // HOUR * HOUR] += 1
    return tuple(found.items())


def bars(hours: Sequence[tuple[datetime, int]], width: int, *, zone: tzinfo) -> list[str]:
    """The hours as bars of at most `width` cells a line; where all fit a call is one `#`, else scaled."""
    most = max((count for _start, count in hours), default=0)
    room = max(1, width - _FRAME)
    lines = []
    for start, count in hours:
        cells = count if most <= room else -(-count * room // most)
        drawn = f"{'#' * cells} {count}" if count else "0"
        lines.append(f"{start.astimezone(zone):%H:%M} {drawn}")
    return lines


def sparkline(values: Sequence[float], width: int) -> str:
    """Values as one row of at most `width` cells; of several that share a cell the largest is shown.

    Nothing is a blank, and what is not nothing is at least the lowest step.
    """
    if not values or width < 1:
        return ""
    cells = min(width, len(values))
    shares = [max(values[at * len(values) // cells : (at + 1) * len(values) // cells]) for at in range(cells)]
    most = max(shares)
    top = len(LEVELS) - 1
    return "".join(LEVELS[max(1, round(each / most * top))] if each > 0 else LEVELS[0] for each in shares)


def told(found: Figures, *, zone: tzinfo) -> list[tuple[str, str]]:
    """The figures as names and texts, for a page or a screen."""
    return [
        (_("Calls"), _("{n}; by hour [{row}]").format(n=found.calls, row=sparkline(_counts(found), 24))),
        (_("Opened"), _categories(found.opened)),
        (_("Closed"), _categories(found.closed)),
        (_("Reopened"), _categories(found.reopened)),
        (_("To take"), _lengths(found.acknowledge)),
        (_("To tell"), _lengths(found.feedback)),
        (_("To restore"), _lengths(found.restore)),
    ]


def _counts(found: Figures) -> list[int]:
    return [count for _start, count in found.hours]


def _categories(counts: Mapping[Category, int]) -> str:
    names = {Category.OTHER: _("Other"), Category.UNCLASSIFIED: _("unclassified")}
    said = [f"{names.get(each, each.value)} {counts[each]}" for each in Category if counts.get(each)]
    return ", ".join(said) or _("none")


def _lengths(spread: Spread) -> str:
    if spread.median is None or spread.worst is None:
        return _("never")
    return _("median {median}, worst {worst}, of {n}").format(
        median=span(spread.median), worst=span(spread.worst), n=spread.n
    )

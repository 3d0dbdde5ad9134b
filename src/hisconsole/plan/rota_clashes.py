"""Where a rota has the same person twice at once, as far as its lines can ever show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from math import lcm

from hisconsole.plan.rota import Change, Fill, Holiday, Override, Rota, Stint
from hisconsole.values import dataclass

LONGEST_CYCLE = 56
"""Days of the longest cycle: with the week it comes round in 392, which are looked through in one go."""

_WEEK = 7
_DAY = timedelta(days=1)

_Written = Callable[[date, str], Fill]


@dataclass(frozen=True, slots=True)
class Clash:
    """Two shifts of one person at one time by the wall clock; `later` begins after `earlier`, or with it.

    `by` is the last change, or else the holiday, that brought it about; None: week or cycle alone do.
    """

    earlier: Stint
    later: Stint
    by: Holiday | Change | None


def clashes(rota: Rota) -> tuple[Clash, ...]:
    """Every clash of a round of week and cycle, and those that holidays and changes bring about."""
    round_ = lcm(_WEEK, len(rota.cycle) or 1)
    usual = _among(rota, (rota.first + each * _DAY for each in range(round_)), _pattern(rota))
    days = {day for each in rota.holidays for day in each.days}
    for change in rota.changes:
        days |= {*change.days} if isinstance(change, Override) else {change.one.day, change.other.day}
    special = sorted({*days, *(day + _DAY for day in days)})
    return (*usual, *(each for each in _among(rota, special, rota.fill) if each.by is not None))


def _pattern(rota: Rota) -> _Written:
    return lambda day, shift: Fill(rota.pattern(day, shift))


def _among(rota: Rota, days: Iterable[date], written: _Written) -> Iterator[Clash]:
    """The clashes of each day's shifts with one another and with those of the day before."""
    for day in days:
        earlier = _held(rota, day - _DAY, written)
        for one in _held(rota, day, written):
            yield from (_clash(rota, other, one) for other in earlier if _meet(other, one))
            earlier.append(one)


@dataclass(frozen=True, slots=True)
class _Held:
    turn: Stint
    start: datetime
    end: datetime
    by: Holiday | Change | None


def _held(rota: Rota, day: date, written: _Written) -> list[_Held]:
    held = []
    for shift in sorted(rota.shifts, key=lambda shift: shift.start):
        fill = written(day, shift.id)
        held += [_Held(Stint(person, day, shift.id), *shift.walls(day), fill.by) for person in fill.people]
    return held


def _meet(one: _Held, other: _Held) -> bool:
    return one.turn.person == other.turn.person and one.start < other.end and other.start < one.end


def _clash(rota: Rota, earlier: _Held, later: _Held) -> Clash:
    causes = [each.by for each in (earlier, later) if each.by is not None]
    blamed = max(causes, key=lambda by: _place(rota, by), default=None)
    return Clash(earlier.turn, later.turn, blamed)


def _place(rota: Rota, by: Holiday | Change) -> int:
    """Which came last: any change after every holiday."""
    return rota.holidays.index(by) - len(rota.holidays) if isinstance(by, Holiday) else rota.changes.index(by)

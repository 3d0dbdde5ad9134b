"""The rota: who sits at the console when, out of a week, a cycle, holidays and what was agreed otherwise.

A shift belongs to the day on which it begins and is written as times on the wall; `times.on_wall` says
which moments those are on the days when the clocks change. Where two shifts meet on the wall they meet
in time too, and a night across such a change is an hour longer or shorter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TypeAlias

from hisconsole.plan.times import on_wall
from hisconsole.text import _
from hisconsole.values import dataclass

GAP_DAYS = 14
"""How far ahead gaps are looked for."""

Staff: TypeAlias = "Mapping[str, tuple[str, ...]]"
"""The people of each shift of a day, by shift; a shift that is not among them has nobody."""

_DAY = timedelta(days=1)
_AHEAD = (3, 31, 400)
"""Days in which the next shift is looked for, a few first: a week comes round in 7, any cycle in 392."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of the day on the wall clock; it ends on the next day where `end` is not after `start`."""

    id: str
    name: str
    start: time
    end: time

    @property
    def over_midnight(self) -> bool:
        """Whether it ends on the day after it began; start and end alike are a whole day."""
        return self.end <= self.start

    def walls(self, day: date) -> tuple[datetime, datetime]:
        """Its beginning and end as the wall clock shows them when it begins on `day`."""
        last = day + _DAY if self.over_midnight else day
        return datetime.combine(day, self.start), datetime.combine(last, self.end)


@dataclass(frozen=True, slots=True)
class Routine:
    """A duty of every shift in `shifts`, due `after_min` minutes after its beginning (domain 3.2, 13).

    With a `unit` a value is read and written down; outside `low` to `high` it is told as wrong.
    """

    id: str
    name: str
    shifts: tuple[str, ...]
    after_min: int
    unit: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days that go by lines of their own: neither week nor cycle says anything of them."""

    id: str
    name: str
    days: tuple[date, ...]
    staff: Staff


@dataclass(frozen=True, slots=True)
class Override:
    """These people, or nobody, on these shifts of these days, whoever was written there before."""

    days: tuple[date, ...]
    shifts: tuple[str, ...]
    people: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Stint:
    """One person's shift on one day."""

    person: str
    day: date
    shift: str


@dataclass(frozen=True, slots=True)
class Swap:
    """Two people take each other's turn."""

    one: Stint
    other: Stint
    reason: str


Change: TypeAlias = "Override | Swap"


@dataclass(frozen=True, slots=True)
class Fill:
    """Who is written on a shift of a day, why where it is not the usual, and what put them there."""

    people: tuple[str, ...] = ()
    why: str = ""
    by: Holiday | Change | None = None


@dataclass(frozen=True, slots=True)
class Rota:
    """The rota of a hospital; without shifts there is none, and nobody is missed.

    Week and cycle add up. `changes` are applied in their order, so of several for one shift the last
    holds. `operators` may hold the console: whoever else is written on a shift does not fill it.
    """

    shifts: tuple[Shift, ...] = ()
    week: Mapping[int, Staff] = field(default_factory=dict)
    """By day of the week, 0 is Monday."""
    cycle: tuple[Staff, ...] = ()
    first: date = date(2000, 1, 1)
    """A day that goes by the first line of the cycle; it turns from there in both directions, endlessly."""
    holidays: tuple[Holiday, ...] = ()
    changes: tuple[Change, ...] = ()
    routines: tuple[Routine, ...] = ()
    operators: frozenset[str] = frozenset()
    _holidays: dict[date, Holiday] = field(init=False, repr=False, compare=False)
    _changed: dict[tuple[date, str], Fill] = field(init=False, repr=False, compare=False)
    unheld: tuple[tuple[Swap, Stint], ...] = field(init=False, repr=False, compare=False)
    """The swaps that cannot be, each with the turn in which that person is not, or the other is already."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_holidays", {day: each for each in self.holidays for day in each.days})
        object.__setattr__(self, "_changed", {})
        unheld: list[tuple[Swap, Stint]] = []
        for change in self.changes:
            if isinstance(change, Override):
                for day in change.days:
                    fill = Fill(change.people, change.reason, change)
                    self._changed.update({(day, shift): fill for shift in change.shifts})
            else:
                wrong = self._swap(change)
                unheld += [(change, wrong)] if wrong is not None else []
        object.__setattr__(self, "unheld", tuple(unheld))

    def fill(self, day: date, shift: str) -> Fill:
        """Who is written on a shift of a day, after all that was agreed."""
        return self._changed.get((day, shift)) or self._usual(day, shift)

    def pattern(self, day: date, shift: str) -> tuple[str, ...]:
        """Who week and cycle write on a shift of a day that is no holiday."""
        turn = self.cycle[(day - self.first).days % len(self.cycle)].get(shift, ()) if self.cycle else ()
        week = self.week.get(day.weekday(), {}).get(shift, ())
        return tuple(dict.fromkeys((*turn, *week)))

    def _usual(self, day: date, shift: str) -> Fill:
        holiday = self._holidays.get(day)
        if holiday is not None:
            return Fill(holiday.staff.get(shift, ()), holiday.name, holiday)
        return Fill(self.pattern(day, shift))

    def _swap(self, swap: Swap) -> Stint | None:
        """Carry out a swap on both sides, or on none: then the turn that hinders it."""
        filled = {}
        for turn, comes in ((swap.one, swap.other.person), (swap.other, swap.one.person)):
            fill = self.fill(turn.day, turn.shift)
            if turn.person not in fill.people or comes in fill.people:
                return turn
            people = tuple(comes if each == turn.person else each for each in fill.people)
            why = "; ".join(dict.fromkeys(filter(None, (fill.why, swap.reason))))
            filled[turn.day, turn.shift] = Fill(people, why, swap)
        self._changed.update(filled)
        return None


@dataclass(frozen=True, slots=True)
class Rostered:
    """A shift of one day with the operators on it, from `start` to `end` in UTC; never without people.

    `why` says what is not as usual: the holiday, or the reason of a change; else it is empty.
    """

    shift: Shift
    day: date
    start: datetime
    end: datetime
    people: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which nobody is rostered, from `start` to `end` in UTC, with the reason in words."""

    start: datetime
    end: datetime
    why: str


@dataclass(frozen=True, slots=True)
class _Span:
    """A shift of a day and what is written on it, from `start` to `end` in UTC."""

    shift: Shift
    day: date
    start: datetime
    end: datetime
    fill: Fill


def rostered(rota: Rota, start: datetime, end: datetime, *, zone: tzinfo) -> tuple[Rostered, ...]:
    """The shifts with people that touch the time from `start` until before `end`, whole, by their beginning.

    A shift that the clocks leave no time, as one from 02:10 to 02:50 when 02:00 to 03:00 is left out, is
    not there on that day.
    """
    return tuple(
        Rostered(each.shift, each.day, each.start, each.end, people, each.fill.why)
        for each in _spans(rota, start, end, zone)
        if (people := _operators(rota, each))
    )


def on_now(rota: Rota, now: datetime, *, zone: tzinfo) -> tuple[Rostered, ...]:
    """Everything that is rostered at this moment; where shifts overlap, more than one."""
    return rostered(rota, now, now + timedelta(microseconds=1), zone=zone)


def next_after(rota: Rota, now: datetime, *, zone: tzinfo) -> tuple[Rostered, ...]:
    """What begins next after `now`: one, or several that begin together; none where nothing ever comes."""
    for days in _AHEAD:
        found = rostered(rota, now, now + days * _DAY, zone=zone)
        later = [each for each in found if each.start > now]
        if later:
            return tuple(each for each in later if each.start == later[0].start)
    return ()


def current_end(rota: Rota, person: str, now: datetime, *, zone: tzinfo) -> datetime | None:
    """When the shift ends that `person` is on now, in UTC; None where they are on none.

    Of shifts that overlap it is the last end; a shift of theirs that only follows does not count.
    """
    ends = (each.end for each in on_now(rota, now, zone=zone) if person in each.people)
    return max(ends, default=None)


def gaps(rota: Rota, now: datetime, *, zone: tzinfo, days: int = GAP_DAYS) -> tuple[Gap, ...]:
    """The stretches of the next `days` times 24 hours in which nobody is rostered, each as long as it is.

    A gap that has begun already begins `now`. A site without a rota has none.
    """
    if not rota.shifts:
        return ()
    until = now + days * _DAY
    free = [each for each in _spans(rota, now, until, zone) if not _operators(rota, each)]
    found = []
    for start, end in _holes(rota, now, until, zone):
        here = [each for each in free if each.start < end and each.end > start]
        found.append(Gap(start, end, _reason(here, start, end)))
    return tuple(found)


def _holes(rota: Rota, start: datetime, end: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    reached = start
    for each in rostered(rota, start, end, zone=zone):
        if each.start > reached:
            yield reached, each.start
        reached = max(reached, each.end)
    if reached < end:
        yield reached, end


def _reason(free: list[_Span], start: datetime, end: datetime) -> str:
    """Why nobody is there: what was agreed and who may not be; where that is not all of it, what is open."""
    agreed = [each for each in free if each.fill.people or isinstance(each.fill.by, Override)]
    told = agreed if _covers(agreed, start, end) else free
    reasons = [_missing(each) for each in told]
    if not _covers(told, start, end):
        reasons.append(_("there is no shift"))
    return "; ".join(dict.fromkeys(reasons))


def _covers(spans: list[_Span], start: datetime, end: datetime) -> bool:
    """Whether shifts, ordered by their beginning, leave nothing open between two moments."""
    for each in spans:
        if each.start > start:
            return False
        start = max(start, each.end)
    return start >= end


def _missing(span: _Span) -> str:
    fill = span.fill
    if fill.people:
        sentence = _("{people} may not hold the console ({shift})")
        told = sentence.format(people=", ".join(fill.people), shift=span.shift.name)
    else:
        told = _("nobody is written on {shift}").format(shift=span.shift.name)
    return f"{told} ({fill.why})" if fill.why else told


def _operators(rota: Rota, span: _Span) -> tuple[str, ...]:
    return tuple(each for each in span.fill.people if each in rota.operators)


def _spans(rota: Rota, start: datetime, end: datetime, zone: tzinfo) -> list[_Span]:
    """Every shift that touches the time from `start` until before `end`, filled or not, by its beginning."""
    if start >= end:
        return []
    # A day more on each side than a night reaches: where a whole day is left out, yesterday's touches.
    day, last = start.astimezone(zone).date() - 2 * _DAY, end.astimezone(zone).date() + _DAY
    found = []
    while day <= last:
        for shift in rota.shifts:
            begins, ends = (on_wall(wall, zone=zone) for wall in shift.walls(day))
            if begins < ends and begins < end and ends > start:
                found.append(_Span(shift, day, begins, ends, rota.fill(day, shift.id)))
        day += _DAY
    return sorted(found, key=lambda each: (each.start, each.day))

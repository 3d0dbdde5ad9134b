"""An incident played again from its events: how its gates were kept, and what met a deadline that passed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from hisconsole.plan.document import Gate, Plan
from hisconsole.plan.due import GATE, duties
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.fold import apply
from hisconsole.plan.gates import Armed, armed
from hisconsole.plan.incident import Incident
from hisconsole.plan.manual import uncovered
from hisconsole.plan.times import from_text
from hisconsole.values import dataclass


def undone(history: Sequence[Event]) -> frozenset[str]:
    """The acts that were taken back."""
    return frozenset(event.body["act"] for event in history if event.kind is Kind.UNDONE)


def states(history: Sequence[Event]) -> Iterator[tuple[Event, Incident]]:
    """Each event that counts, with the incident as it was after it."""
    gone, incident = undone(history), None
    for event in history:
        if event.act not in gone:
            incident = apply(incident, event)
            yield event, incident


class Keeping(StrEnum):
    """What became of a gate."""

    MET = "met"
    LATE = "late"
    MISSED = "missed"
    SPARED = "spared"
    """It works again, or the departments do, before the gate came."""
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Kept:
    """A gate in one course of the fault: from when it asked, what sent its departments to paper and when."""

    gate: Gate
    at: datetime
    by: str
    aggravators: tuple[str, ...]
    departments: tuple[str, ...]
    met: Event | None = None
    ended: datetime | None = None
    """When it asked no more: the fault was over, or its departments stood still no longer."""

    def keeping(self, now: datetime) -> Keeping:
        """What became of it, as seen at `now`."""
        if self.ended is not None and self.at > self.ended:
            return Keeping.SPARED
        if self.met is not None:
            return Keeping.LATE if self.late else Keeping.MET
        return Keeping.MISSED if self.at <= (self.ended or now) else Keeping.AHEAD

    @property
    def late(self) -> timedelta | None:
        """By how much it was met too late; None where it was met in time, or not at all."""
        after = self.met.at - self.at if self.met is not None else timedelta()
        return after if after >= timedelta(minutes=1) else None


Course = datetime | None


def gates_kept(history: Sequence[Event], plan: Plan) -> tuple[Kept, ...]:
    """Every gate that ran, soonest first, each course of the fault by itself."""
    kept: dict[tuple[Course, str], Kept] = {}
    for event, incident in states(history):
        running = {(incident.restarted_at, each.gate.id): each for each in armed(incident, plan)}
        for key, each in running.items():
            kept[key] = _after(kept.get(key), each, event, _left(incident, plan, each))
        for key, open_ in kept.items():  # it is over, its departments work again, or it was no paralysis
            if key not in running and open_.ended is None:
                kept[key] = replace(open_, ended=event.at)
    return tuple(sorted(kept.values(), key=lambda each: (each.at, each.gate.after_s)))


def _after(before: Kept | None, running: Armed, event: Event, left: datetime | None) -> Kept:
    """A gate after one event; who stands still later opens it again."""
    if left is not None:
        return Kept(running.gate, max(running.at, left), running.by, running.aggravators, running.departments)
    if before is not None and before.met is not None:
        return replace(before, departments=running.departments, ended=None)
    at = before.at if before is not None else running.at
    return Kept(running.gate, at, running.by, running.aggravators, running.departments, met=event)


def _left(incident: Incident, plan: Plan, running: Armed) -> datetime | None:
    """Since when the first of its departments stands still that it was not met for; None where it was."""
    met = incident.met.get((GATE, running.gate.id))
    since = (incident.stopped[id_] for id_ in uncovered(incident, plan, running))
    return min((each for each in since if met is None or each > met), default=None)


@dataclass(frozen=True, slots=True)
class Fallen:
    """A deadline that passed, and the act that met it or did away with it (None: nothing has)."""

    duty: str
    key: str
    deadline: datetime
    owner: str
    told: Event
    met: Event | None = None


def fallen(history: Sequence[Event], plan: Plan | None) -> tuple[Fallen, ...]:
    """The deadlines that passed, in the order in which they were told."""
    played = list(states(history))

    @cache
    def owed(place: int) -> Mapping[tuple[str, str], datetime]:
        return {(due.duty, due.key): due.at for due in duties(played[place][1], plan)}

    found = []
    for place, (event, _then) in enumerate(played):
        if event.kind is not Kind.FELL_DUE:
            continue
        of, deadline = (event.body["duty"], event.body["key"]), from_text(event.body["deadline"])

        def still(at: int, of: tuple[str, str] = of, deadline: datetime = deadline) -> bool:
            return of in owed(at) and owed(at)[of] <= deadline

        end = _first_not(still, place, len(played) - 1)
        met = played[end][0] if end is not None else None
        found.append(Fallen(*of, deadline, event.body["owner"], event, met))
    return tuple(found)


def _first_not(still: Callable[[int], bool], start: int, last: int) -> int | None:
    """The first place behind `start` where something is no more, looked for in growing steps.

    What ended and came back between two steps, with its old deadline, is taken to have lasted on: to play
    thousands of events again one by one would keep the reader waiting.
    """
    low, step = start, 1
    while low < last and still(min(low + step, last)):
        low, step = min(low + step, last), step * 2
    if low == last:
        return None
    return bisect_left(
        range(last + 1), x=True, lo=low + 1, hi=min(low + step, last), key=lambda at: not still(at)
    )

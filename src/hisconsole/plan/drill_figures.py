"""What a drill came to: how long after the first break each thing was done, and what the plan allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from hisconsole.plan.document import Plan, Since
from hisconsole.plan.drills import Figure
from hisconsole.plan.due import ACKNOWLEDGE, GATE, VERIFY
from hisconsole.plan.events import Event
from hisconsole.plan.feedback import MESSAGE
from hisconsole.plan.incident import Incident
from hisconsole.plan.moments import Mark, Moment, moments
from hisconsole.plan.replay import Keeping, Kept, gates_kept
from hisconsole.values import dataclass

WATCH: Final = "watch"
"""The watch saw something that is firm."""

MARKS: Final = (
    Mark.DETECTED,
    Mark.ACKNOWLEDGED,
    Mark.VERIFIED,
    Mark.DECLARED,
    Mark.ESCALATED,
    Mark.LEADER,
    Mark.STARTED,
    Mark.MESSAGE,
    Mark.RECOVERED,
)
"""What a drill is measured by, in the order in which the plan asks for it."""

_ACTS: Final[Mapping[Mark, str]] = {
    Mark.ACKNOWLEDGED: ACKNOWLEDGE,
    Mark.VERIFIED: VERIFY,
    Mark.DECLARED: "classify",
    Mark.LEADER: "called",
    Mark.MESSAGE: MESSAGE,
}
"""The act that meets the plan's clock for a mark, where it may have one that runs from the start."""


@dataclass(frozen=True, slots=True)
class Case:
    """An incident of the drill, with its events in the order of the record and the edition it ran under."""

    incident: Incident
    history: Sequence[Event]
    plan: Plan | None


def figures(
    cases: Sequence[Case], plan: Plan, *, broke: datetime, seen: datetime | None, ended: datetime
) -> tuple[Figure, ...]:
    """Every figure of a drill; of several incidents the one that came first counts.

    `broke` is the first break of the scenario, `seen` when the watch first saw something firm after it.
    """
    found = [Figure(WATCH, _seconds(seen - broke) if seen is not None else None)]
    reached = [(case, moments(case.incident, case.history, case.plan or plan)) for case in cases]
    begun = min((case.incident.zero for case in cases), default=None)
    for mark in MARKS:
        times = [each for _case, all_ in reached for each in all_ if each.mark is mark]
        first = min(times, key=lambda each: each.at, default=None)
        found.append(_marked(mark, first, _limit(plan, mark), broke=broke, begun=begun, ended=ended))
    gates = [kept for case in cases for kept in gates_kept(case.history, case.plan or plan)]
    return (*found, *_gates(gates, broke=broke, ended=ended))


def _limit(plan: Plan, mark: Mark) -> timedelta | None:
    """What the plan allows from the start of an incident; None where it has no such clock."""
    clocks = [each for each in plan.clocks if each.act == _ACTS.get(mark) and each.since is Since.START]
    if mark is Mark.LEADER:  # only a clock about those who may start the plan is one about leaders
        leaders = {*plan.reach.starters, *plan.reach.starters_off_hours}
        clocks = [each for each in clocks if leaders & set(each.whom)]
    allowed = [each.after_s for each in clocks]
    return timedelta(seconds=min(allowed)) if allowed else None


def _marked(
    mark: Mark,
    first: Moment | None,
    limit: timedelta | None,
    *,
    broke: datetime,
    begun: datetime | None,
    ended: datetime,
) -> Figure:
    limit_s = _seconds(limit) if limit is not None else None
    if first is None:
        missed = limit is not None and begun is not None and begun + limit <= ended
        open_ = Keeping.MISSED if missed else Keeping.AHEAD
        return Figure(mark.value, None, None, limit_s, open_.value if limit is not None else "")
    kept = "" if limit is None else (Keeping.MET if first.after <= limit else Keeping.LATE).value
    return Figure(mark.value, _seconds(first.at - broke), _seconds(first.after), limit_s, kept)


def _gates(kept: Iterable[Kept], *, broke: datetime, ended: datetime) -> Iterator[Figure]:
    """The notices of each gate that ran, in the order of the gates; one that was met counts before others."""
    first: dict[str, Kept] = {}
    for each in sorted(kept, key=lambda each: (each.gate.after_s, each.met is None, each.at)):
        first.setdefault(each.gate.id, each)
    for id_, each in first.items():
        came = each.keeping(ended).value
        if each.met is None:
            yield Figure(f"{GATE}:{id_}", None, None, each.gate.after_s, came)
        else:
            took_s = each.gate.after_s + _seconds(each.met.at - each.at)
            yield Figure(f"{GATE}:{id_}", _seconds(each.met.at - broke), took_s, each.gate.after_s, came)


def _seconds(length: timedelta) -> int:
    return round(length.total_seconds())

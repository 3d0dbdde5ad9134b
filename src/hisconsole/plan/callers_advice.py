"""What the way of a caller suggests: the open incident it belongs to, and the fault of the plan it may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from hisconsole.plan.callers_path import CallersPath
from hisconsole.plan.category import verdict
from hisconsole.plan.chain import levels
from hisconsole.plan.conditions import Fact
from hisconsole.plan.document import FaultType, Plan
from hisconsole.plan.evidence import Found, answers_of, found
from hisconsole.plan.facts import facts_of
from hisconsole.plan.incident import Incident, Report
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.reach import Parents
from hisconsole.plan.words import State
from hisconsole.values import dataclass

OPEN = frozenset({State.NEW, State.VERIFYING, State.ACTIVE, State.MITIGATED})
"""What a further caller may belong to; what has recovered is reopened, not joined unseen."""


@dataclass(frozen=True, slots=True)
class OnPath:
    """An open incident that lies on the way: where they meet, and whether that is what is red."""

    number: int
    target: str
    red: bool


@dataclass(frozen=True, slots=True)
class Likely:
    """The fault type that the plan makes of what is seen on the way, and what was seen."""

    fault: FaultType
    signs: tuple[Found, ...]


def touched(incident: Incident) -> frozenset[str]:
    """The targets an incident is about: causes the watch found, switches of reports, targets called about."""
    causes = incident.detection.finding.causes if incident.detection is not None else ()
    called = (id_ for report in incident.reports for id_ in (report.switch, report.workstation) if id_)
    return frozenset((*causes, *called))


def on_path(path: CallersPath, incidents: Iterable[Incident], parents: Parents) -> tuple[OnPath, ...]:
    """The open incidents on the way, the likeliest first: those at what is red, then the nearest, the oldest.

    An incident also lies at what is red when the switch of one of its reports hangs on that. While nothing
    on the way is red, core and system are everybody's way and make nobody's incident alike.
    """
    red = frozenset(path.red.ids) if path.red is not None else frozenset[str]()
    near = [hop for hop in path.hops if red or hop is path.hops[0]]
    order = {id_: at for at, hop in enumerate(near) for id_ in hop.ids}
    found: list[tuple[bool, int, datetime, int, OnPath]] = []
    for incident in incidents:
        if incident.state not in OPEN:
            continue
        about = touched(incident)
        above = {id_ for each in about if each in parents for way in levels(each, parents) for id_ in way}
        shared = sorted(red & (about | above)) or sorted(about & order.keys(), key=order.__getitem__)
        if shared:
            at_red = shared[0] in red
            where = OnPath(incident.number, shared[0], at_red)
            found.append((not at_red, order.get(shared[0], 0), incident.t0, incident.number, where))
    return tuple(each[-1] for each in sorted(found, key=lambda each: each[:-1]))


def likely_fault(
    path: CallersPath, report: Report, plan: Plan, picture: StatusPicture | None, *, now: datetime
) -> Likely | None:
    """What the plan's signs and rules make of what is red on the way, and of this one call.

    None without a sign there: the guess would rest on nothing seen, or on what cuts nobody off.
    """
    hops = (*((path.broken,) if path.broken is not None else ()), *path.ill)
    if picture is None or not path.current or not hops:
        return None
    near = frozenset(id_ for hop in hops for id_ in hop.ids)
    signs = tuple(each for each in found(plan, picture, near=near) if each.target in near)
    alone = Incident(number=0, version=0, opened=now, reports=(report,), plan=plan.version)
    facts = facts_of(alone, plan)
    chosen = answers_of(plan, facts, signs)
    answers: Mapping[str, Fact] = {each.sign.question: Fact(each.sign.value, each.since) for each in chosen}
    fault = verdict(plan, {**facts, **answers}).fault
    return Likely(fault, chosen) if chosen and fault is not None else None

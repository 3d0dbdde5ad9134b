"""What the record knows of an incident, as named facts with the moment since when each is so.

The plan's conditions see these names and the questions of the classification; nothing here asks what time
it is, so that a condition that holds says from which moment on.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

from hisconsole.plan.conditions import EVER, Fact
from hisconsole.plan.document import Plan
from hisconsole.plan.incident import Incident, Report
from hisconsole.plan.lately import lately
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Kind
from hisconsole.plan.words import Category, Confidence, Scope, State, Symptom, Verification, YesNo
from hisconsole.values import dataclass

COUNT: Final = "count"
UNKNOWN: Final = "unknown"
"""What a question has for its answer that the operator could not give."""
NONE: Final = "none"

Vocabulary = Mapping[str, frozenset[str] | Literal["count"]]

BURST = timedelta(minutes=10)
"""How near to one another calls come that speak of one event (domain 5.3)."""

_YES_NO = frozenset(map(str, YesNo))

FACTS: Final[Vocabulary] = MappingProxyType(
    {
        "state": frozenset(map(str, State)),
        "category": frozenset(map(str, Category)),
        "fault": frozenset({NONE}),
        "departments": COUNT,
        "workstations": COUNT,
        "burst": COUNT,
        "symptom": frozenset({UNKNOWN, *map(str, Symptom)}),
        "scope": frozenset(map(str, Scope)),
        "key-terminal": _YES_NO,
        "care": _YES_NO,
        "acknowledged": _YES_NO,
        "verified": _YES_NO,
        "confirmed": _YES_NO,
        "paralysis": _YES_NO,
        "cause": frozenset({NONE, *map(str, Confidence)}),
        "eta": _YES_NO,
        "failed-fixes": COUNT,
        "escalated": _YES_NO | {"held"},
        "stopped": COUNT,
        "reopened": _YES_NO,
        "critical-infrastructure": _YES_NO,
    }
)
"""Every fact that the record itself knows, and what it may be; `fault` may be any fault of the plan, too."""

EVIDENCE_FACTS: Final[Mapping[str, frozenset[str] | None]] = MappingProxyType(
    {
        "kind": frozenset(map(str, Kind)),
        "status": frozenset(map(str, Status)) - {Status.SILENCED},
        "target": None,
        "reading": None,
        "level": frozenset({"warning", "critical", "down"}),
        "service": None,
        "flapping": _YES_NO,
    }
)
"""What the signs of the plan see of a watched target and of one reading of it that is wrong, which is what
`reading` and `level` speak of (see `evidence`); None: any word."""

_NUMBER = re.compile(r"0|[1-9][0-9]{0,5}")
"""What the conditions of the plan can compare with; other answers are words."""

_SCOPES = (Scope.UNKNOWN, Scope.ONE, Scope.SOME, Scope.DEPARTMENT, Scope.HOSPITAL)
"""From nothing known to the most severe."""


@lately
def facts_of(incident: Incident, plan: Plan) -> Mapping[str, Fact]:
    """All that is known of an incident under its plan; what is not known is not among the facts.

    ETAs, decisions and failed fixes from before a reopening count no more; calls, cause and answers do.
    """
    return MappingProxyType(_facts(incident, plan))


def _facts(incident: Incident, plan: Plan) -> dict[str, Fact]:
    facts = {
        name: Fact(_number(value), incident.classified_at or EVER)
        for name, value in incident.answers.items()
        if name not in FACTS
    }
    return {
        **_of_watch(incident),
        **facts,
        **_of_calls(incident, plan),
        **_of_handling(incident),
        **_of_plan(plan),
    }


def _of_watch(incident: Incident) -> dict[str, Fact]:
    """What the plan's signs made of what the watch found; an answer of the operator stands before it."""
    detection = incident.detection
    if detection is None or detection.folded_into:
        return {}
    since = max(detection.known_at, incident.zero)
    return {name: Fact(value, since) for name, value in detection.finding.answers.items()}


def _number(value: str) -> str | int:
    return int(value) if _NUMBER.fullmatch(value) else value


def _of_calls(incident: Incident, plan: Plan) -> dict[str, Fact]:
    reports = sorted(incident.reports, key=lambda report: (report.taken_at, report.number))
    hit = _hit(incident)
    departments = _distinct(
        reports, lambda report: report.department, incident.zero, dict.fromkeys(hit.departments, hit.since)
    )
    workstations = _distinct(reports, lambda report: report.workstation, incident.zero, {})
    more = hit.workstations - len(workstations.reached)  # some of those that are hit have called
    workstations = _counted(
        tuple(sorted((*workstations.reached, *[hit.since] * max(0, more)))), incident.zero
    )
    facts = {
        "departments": departments,
        "workstations": workstations,
        "burst": _burst(reports, incident.zero),
        "key-terminal": _first(
            incident,
            reports,
            lambda each: each.critical or each.department in plan.key_departments,
            hit.since if hit.key else None,
        ),
        "care": _first(
            incident,
            reports,
            lambda each: each.department in plan.care_departments,
            None if set(hit.departments).isdisjoint(plan.care_departments) else hit.since,
        ),
    }
    answered = incident.answers.get("symptom", UNKNOWN)
    if answered != UNKNOWN:
        facts["symptom"] = Fact(answered, incident.classified_at or EVER)
    elif incident.reports:
        facts["symptom"] = Fact(incident.reports[0].symptom, incident.reports[0].taken_at)
    scope = _scope(incident, reports, departments, workstations)
    return {**facts, "scope": scope} if scope else facts


@dataclass(frozen=True, slots=True)
class _Hit:
    """Who is hit by what the watch found, whether or not they have called."""

    since: datetime = EVER
    departments: tuple[str, ...] = ()
    workstations: int = 0
    key: bool = False


def _hit(incident: Incident) -> _Hit:
    detection = incident.detection
    if detection is None or detection.folded_into:
        return _Hit()
    found = detection.finding
    since = max(detection.known_at, incident.zero)
    return _Hit(since, found.departments, found.workstations, bool(found.key_terminals))


def _distinct(
    reports: Iterable[Report],
    of: Callable[[Report], str],
    zero: datetime,
    hit: Mapping[str, datetime],
) -> Fact:
    first: dict[str, datetime] = {}
    for report in reports:
        first.setdefault(of(report), report.taken_at)
    for id_, since in hit.items():
        first[id_] = min(first.get(id_, since), since)
    return _counted(tuple(sorted(first.values())), zero)


def _counted(reached: tuple[datetime, ...], zero: datetime) -> Fact:
    return Fact(len(reached), reached[-1] if reached else zero, reached)


def _burst(reports: Iterable[Report], zero: datetime) -> Fact:
    window: deque[Report] = deque()
    inside: Counter[str] = Counter()
    reached: list[datetime] = []
    for report in reports:
        window.append(report)
        inside[report.department] += 1
        while report.taken_at - window[0].taken_at > BURST:
            gone = window.popleft().department
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
        if len(inside) > len(reached):  # by one at most: a call brings one department
            reached.append(report.taken_at)
    return _counted(tuple(reached), zero)


def _first(
    incident: Incident,
    reports: Iterable[Report],
    holds: Callable[[Report], bool],
    seen: datetime | None,
) -> Fact:
    since = next((report.taken_at for report in reports if holds(report)), None)
    return _yes_no(incident, min((each for each in (since, seen) if each is not None), default=None))


def _yes_no(incident: Incident, since: datetime | None) -> Fact:
    return Fact(YesNo.YES.value, since) if since else Fact(YesNo.NO.value, incident.zero)


def _scope(
    incident: Incident, reports: Iterable[Report], departments: Fact, workstations: Fact
) -> Fact | None:
    """The most severe of what was said and what is counted; an answer replaces what callers said before."""
    answer, asked_at = incident.answers.get("scope"), incident.classified_at or EVER
    told = asked_at if answer in _SCOPES[1:] else EVER
    said = [(Scope(answer), asked_at)] if answer in _SCOPES else []
    said += [
        (Scope(report.scope), report.taken_at)
        for report in reports
        if report.scope != Scope.UNKNOWN and (told is EVER or report.taken_at > told)
    ]
    counted = ((workstations, Scope.SOME), (departments, Scope.HOSPITAL))
    said += [(scope, fact.reached[1]) for fact, scope in counted if len(fact.reached) >= 2]
    if not said:
        return None
    most = max((scope for scope, _since in said), key=_SCOPES.index)
    return Fact(most.value, min(since for scope, since in said if scope is most))


def _of_handling(incident: Incident) -> dict[str, Fact]:
    zero, verified = incident.zero, incident.verified_at
    confirmed = verified if incident.verification == Verification.CONFIRMED else None
    decided = incident.decided
    facts = {
        "state": Fact(incident.state.value, _entered(incident)),
        "category": Fact(incident.category.value, incident.in_category_since or zero),
        "fault": Fact(incident.fault or NONE, incident.classified_at or zero),
        "acknowledged": _yes_no(incident, incident.acknowledged_at),
        "verified": _yes_no(incident, verified),
        "confirmed": _yes_no(incident, confirmed),
        "cause": Fact(str(incident.confidence or NONE), incident.cause_at or zero),
        "eta": _yes_no(incident, incident.given[0].at if incident.given else None),
        "failed-fixes": _counted(incident.failed_at, zero),
        "escalated": Fact("held" if decided.held else YesNo.YES.value, decided.at)
        if decided
        else Fact(YesNo.NO.value, zero),
        "stopped": _counted(tuple(sorted(incident.stopped.values())), zero),
        "reopened": _yes_no(incident, incident.restarted_at or (zero if incident.reopened else None)),
    }
    if incident.paralysis_at is not None:
        facts["paralysis"] = Fact(incident.paralysis, incident.paralysis_at)
    return facts


def _entered(incident: Incident) -> datetime:
    """Since when it is in its state, as far as the record keeps that apart."""
    reopened = incident.restarted_at
    moment = {
        State.NEW: None,
        State.VERIFYING: incident.acknowledged_at,
        State.ACTIVE: reopened or incident.verified_at,
        State.MITIGATED: incident.mitigated_at,
        State.RECOVERED: incident.recovered_at,
        State.BACK_ENTRY: incident.recovered_at,
        State.REVIEW: incident.recovered_at,
        State.CLOSED: incident.closed_at,
    }[incident.state]
    return moment or incident.zero


def _of_plan(plan: Plan) -> dict[str, Fact]:
    critical = YesNo.YES if plan.critical_infrastructure else YesNo.NO
    return {"critical-infrastructure": Fact(critical.value)}

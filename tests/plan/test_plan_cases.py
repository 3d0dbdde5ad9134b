"""The sample hospital's plan, case by case: each cites the clause or rule that it checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from hisconsole.config.load import load_site
from hisconsole.plan.category import treated_as, verdict
from hisconsole.plan.document import Plan
from hisconsole.plan.due import ESCALATE, duties
from hisconsole.plan.escalation import standing
from hisconsole.plan.facts import facts_of
from hisconsole.plan.gates import armed
from hisconsole.plan.incident import Decided, Estimate, Incident, Report
from hisconsole.plan.words import Category, Confidence, State
from tests.plan.cases import Case, read_cases
from tests.plan.play import LI, a_report

CASES = read_cases()
PENDING = ("new", "verifying")


@cache
def plan() -> Plan:
    """The sample hospital's plan as it is shipped."""
    return load_site(Path("config")).plan


def _began(case: Case) -> datetime:
    return datetime.fromisoformat(case.began).replace(tzinfo=plan().zone).astimezone(UTC)


def _words(text: str) -> Mapping[str, str]:
    return dict(part.split("=", 1) for part in text.split())


def _timed(case: Case, text: str) -> list[tuple[str, datetime]]:
    pairs = (part.rsplit("@", 1) for part in text.split())
    return [(name, _began(case) + timedelta(minutes=float(minute))) for name, minute in pairs]


def _reports(case: Case) -> tuple[Report, ...]:
    reports: list[Report] = []
    for place, moment in _timed(case, case.calls):
        department, _star, count = place.rstrip("!").partition("*")
        for seat in range(int(count or 1)):
            report = a_report(
                len(reports) + 1,
                department=department,
                workstation=f"{department}-{seat}",
                symptom=case.symptom,
                scope=case.scope,
                critical=place.endswith("!"),
                occurred=moment,
            )
            reports.append(replace(report, taken_at=moment))
    return tuple(reports)


def _estimate(case: Case, window: str, given: datetime) -> Estimate:
    earliest, latest = (_began(case) + timedelta(minutes=float(end)) for end in window.split("-"))
    return Estimate(earliest, latest, LI, given, "")


def _incident(case: Case) -> Incident:
    """The incident as its acts have left it, classified by the plan's rules."""
    begun = _began(case)

    def after(minute: float | None) -> datetime | None:
        return None if minute is None else begun + timedelta(minutes=minute)

    def counts(given: datetime) -> bool:
        """A case tells when things were done; a reopening leaves nothing of what was decided before."""
        return case.reopened is None or given >= begun + timedelta(minutes=case.reopened)

    etas = _timed(case, case.etas)
    pending = case.state in PENDING
    taken = None if case.state == "new" else after(1)
    incident = Incident(
        number=1,
        version=1,
        opened=begun,
        state=State(case.state),
        reports=_reports(case),
        owner="" if case.state == "new" else LI,
        acknowledged_by="" if case.state == "new" else LI,
        acknowledged_at=taken,
        verification="" if pending else "confirmed",
        verified_at=None if pending else after(4),
        touched_at=taken if pending else after(4),
        plan=plan().version,
        answers={**_words(case.answers), **_words(case.seen)},
        estimates=tuple(_estimate(case, window, given) for window, given in etas),
        past_estimates=sum(not counts(given) for _window, given in etas),
        failed_at=tuple(given for _fix, given in _timed(case, case.failed) if counts(given)),
        stopped=dict(_timed(case, case.stopped)),
        aggravators=tuple(case.worse.split()),
        recovered_at=after(case.recovered),
        restarted_at=after(case.reopened),
        met={
            ("gate", name.removeprefix("gate/")) if name.startswith("gate/") else (name, ""): given
            for name, given in _timed(case, case.met)
            if counts(given)
        },
    )
    for confidence, given in _timed(case, case.cause):
        incident = replace(incident, cause="found", confidence=Confidence(confidence), cause_at=given)
    for word, given in filter(lambda said: counts(said[1]), _timed(case, case.paralysis)):
        incident = replace(incident, paralysis=word, paralysis_at=given)
    for word, given in filter(lambda said: counts(said[1]), _timed(case, case.decided)):
        incident = replace(incident, decided=Decided(word == "held", given, "chen.hao", ""))
    return _classified(incident, after(case.classified))


def _classified(incident: Incident, at: datetime | None) -> Incident:
    asked = replace(incident, classified_at=at)
    found = verdict(plan(), facts_of(asked, plan()))
    if found.fault is None:
        return incident
    return replace(asked, category=found.category, fault=found.fault.id, category_why=found.why)


def _owner(incident: Incident, now: datetime) -> str:
    """The role that answers for it; for an unclassified one, once it is treated as something."""
    waits = timedelta(seconds=plan().unclassified_after_s)
    if incident.category is Category.UNCLASSIFIED and now < incident.zero + waits:
        return "-"
    handling = plan().handling_of(treated_as(incident, plan()))
    return handling.owner if handling else "-"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case) -> None:
    incident = _incident(case)
    edition = replace(plan(), critical_infrastructure=case.critical)
    begun = _began(case)
    now = begun + timedelta(minutes=case.elapsed)

    def minute(moment: datetime) -> float:
        return (moment - begun).total_seconds() / 60

    found = duties(incident, edition)
    tell = standing(incident, edition).due_at
    running = " ".join(f"{each.gate.id}@{minute(each.at):g}" for each in armed(incident, edition))
    ahead = [f"{due.key or due.duty}@{minute(due.at):g}" for due in found if due.at > now]
    assert {
        "makes": f"{incident.fault or '-'} {incident.category} {_owner(incident, now)}",
        "tell": tell and minute(tell),
        "gates": running,
        "due": ahead[0] if ahead else "",
    } == {"makes": case.makes, "tell": case.tell, "gates": case.gates, "due": case.due}
    assert [due.at for due in found if due.duty == ESCALATE] == ([] if tell is None else [tell])


def test_there_are_enough_cases_and_each_says_where_it_comes_from() -> None:
    assert len(CASES) >= 150
    assert len({case.id for case in CASES}) == len(CASES)
    assert all(case.cites for case in CASES)


def test_the_cases_meet_every_fault_gate_clock_and_category_of_the_plan() -> None:
    words = " ".join(f"{case.makes} {case.gates} {case.due}" for case in CASES)
    named = {word.split("@")[0] for word in words.split()}
    wanted = {entry.id for part in (plan().faults, plan().gates, plan().clocks) for entry in part}
    assert wanted | set(map(str, Category)) <= named


def test_what_the_cases_answer_and_see_the_plan_can_know() -> None:
    signs = {(sign.question, sign.value) for sign in plan().signs}
    seen = {pair for case in CASES for pair in _words(case.seen).items()}
    assert seen <= signs
    names = {name for rule in plan().rules for name in rule.when.names} | {question for question, _ in signs}
    assert {name for case in CASES for name in _words(case.answers)} <= names | {"power"}

"""What the record knows of an incident, as facts with the moment since when each is so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from hisconsole.plan.conditions import EVER, Fact, judge, parse
from hisconsole.plan.facts import COUNT, FACTS, facts_of
from hisconsole.plan.incident import Decided, Incident, Report
from hisconsole.plan.words import Category, Confidence, State
from tests.hospital import START
from tests.plan.play import LI, Play, a_report, standing_in
from tests.plan.small_plan import PLAN, an_eta, an_incident, came_back, minutes

KEYED = replace(PLAN, key_departments=("cashier",), care_departments=("icu",))


def call(minute: float, department: str = "reg", workstation: str = "", **changes: Any) -> Report:
    """A call that was taken so many minutes after the beginning."""
    values = {"critical": False, "scope": "unknown", **changes}
    report = a_report(1, department=department, workstation=workstation or f"{department}-1", **values)
    return replace(report, taken_at=minutes(minute))


def known(*reports: Report, **changes: Any) -> Mapping[str, Fact]:
    """The facts of a new incident with these calls."""
    numbered = tuple(replace(report, number=number) for number, report in enumerate(reports, 1))
    incident = Incident(number=1, version=1, opened=START, reports=numbered)
    return facts_of(replace(incident, **changes), KEYED)


@dataclass(frozen=True, slots=True)
class Case:
    """Calls, and what a fact is then, since which minute; None: since the beginning."""

    says: str
    reports: tuple[Report, ...]
    fact: str
    value: str | int
    minute: float | None = None


CALLS = (
    Case("one call is one workstation", (call(1),), "workstations", 1, 1),
    Case("the second workstation counts from its call", (call(1), call(4, workstation="reg-2")),
         "workstations", 2, 4),
    Case("a workstation that calls again is the same", (call(1), call(4)), "workstations", 1, 1),
    Case("two departments", (call(1), call(3, "lab")), "departments", 2, 3),
    Case("counted as they came and not as they are numbered", (call(5, "lab"), call(2)),
         "departments", 2, 5),
    Case("three departments within ten minutes are a burst", (call(0), call(5, "lab"), call(10, "icu")),
         "burst", 3, 10),
    Case("the third a second after ten minutes is none", (call(0), call(5, "lab"), call(10.02, "icu")),
         "burst", 2, 5),
    Case("a later burst counts", (call(0), call(30, "lab"), call(34, "icu"), call(38, "pharmacy")),
         "burst", 3, 38),
    Case("ten calls of one department are no burst", tuple(call(n, workstation=f"reg-{n}") for n in range(9)),
         "burst", 1, 0),
    Case("the symptom is the first call's", (call(1), call(2, symptom="no-network")),
         "symptom", "cannot-save", 1),
    Case("a caller's scope", (call(1, scope="one"),), "scope", "one", 1),
    Case("the most severe caller", (call(1, scope="one"), call(2, scope="department")),
         "scope", "department", 2),
    Case("two workstations are some, whatever they say", (call(1, scope="one"), call(4, workstation="reg-2")),
         "scope", "some", 4),
    Case("two departments are the hospital", (call(1, scope="one"), call(6, "lab", scope="one")),
         "scope", "hospital", 6),
    Case("said before it was counted", (call(1, scope="hospital"), call(6, "lab")), "scope", "hospital", 1),
    Case("an ordinary terminal", (call(1),), "key-terminal", "no"),
    Case("a key terminal by the files", (call(1), call(3, critical=True)), "key-terminal", "yes", 3),
    Case("a key terminal by its department", (call(2, "cashier"),), "key-terminal", "yes", 2),
    Case("no care hit", (call(1),), "care", "no"),
    Case("care hit", (call(1), call(7, "icu")), "care", "yes", 7),
)  # fmt: skip


@pytest.mark.parametrize("case", CALLS, ids=lambda case: case.says)
def test_calls(case: Case) -> None:
    fact = known(*case.reports)[case.fact]
    assert fact.value == case.value
    assert fact.since == (START if case.minute is None else minutes(case.minute))


def test_a_count_says_when_it_reached_each_number() -> None:
    facts = known(call(1), call(2, "lab"), call(9, "icu"))
    assert facts["departments"].reached == (minutes(1), minutes(2), minutes(9))
    assert judge(parse("departments >= 2"), facts).since == minutes(2)
    assert judge(parse("departments < 2"), facts).value is False


def test_what_nobody_said_is_not_among_the_facts() -> None:
    facts = known(call(1))
    assert "scope" not in facts  # the caller was not asked, and one workstation says nothing
    assert "paralysis" not in facts
    assert "symptom" not in known()
    assert known()["departments"].value == 0


HANDLED: tuple[tuple[str, Mapping[str, Any], str, str | int, datetime], ...] = (
    ("nobody has it", {}, "acknowledged", "no", START),
    ("taken", {"acknowledged_at": minutes(1)}, "acknowledged", "yes", minutes(1)),
    ("not verified", {}, "verified", "no", START),
    ("verified", {"verification": "confirmed", "verified_at": minutes(4)}, "verified", "yes", minutes(4)),
    ("confirmed", {"verification": "confirmed", "verified_at": minutes(4)}, "confirmed", "yes", minutes(4)),
    ("denied", {"verification": "not-reproduced", "verified_at": minutes(4)}, "confirmed", "no", START),
    ("denied is verified", {"verification": "not-reproduced", "verified_at": minutes(4)}, "verified", "yes",
     minutes(4)),
    ("not classified", {}, "category", "unclassified", START),
    ("classified", {"category": Category.II, "classified_at": minutes(8)}, "category", "II", minutes(8)),
    ("no fault type", {}, "fault", "none", START),
    ("a fault type", {"fault": "price-list", "classified_at": minutes(8)}, "fault", "price-list", minutes(8)),
    ("no cause", {}, "cause", "none", START),
    ("suspected cause", {"confidence": Confidence.SUSPECTED, "cause_at": minutes(6)}, "cause", "suspected",
     minutes(6)),
    ("confirmed cause", {"confidence": Confidence.CONFIRMED, "cause_at": minutes(6)}, "cause", "confirmed",
     minutes(6)),
    ("no ETA", {}, "eta", "no", START),
    ("an ETA since the first", {"estimates": (an_eta(20, 30, 5), an_eta(40, 50, 25))}, "eta", "yes",
     minutes(5)),
    ("no failed fix", {}, "failed-fixes", 0, START),
    ("two failed fixes", {"failed_at": (minutes(9), minutes(15))}, "failed-fixes", 2, minutes(15)),
    ("not escalated", {}, "escalated", "no", START),
    ("escalated", {"decided": Decided(held=False, at=minutes(7), by=LI, reason="")}, "escalated", "yes",
     minutes(7)),
    ("held", {"decided": Decided(held=True, at=minutes(7), by="chen.hao", reason="x")}, "escalated", "held",
     minutes(7)),
    ("confirmed paralysis", {"paralysis": "yes", "paralysis_at": minutes(3)}, "paralysis", "yes", minutes(3)),
    ("denied paralysis", {"paralysis": "no", "paralysis_at": minutes(3)}, "paralysis", "no", minutes(3)),
    ("none stands still", {}, "stopped", 0, START),
    ("two stand still", {"stopped": {"reg": minutes(9), "lab": minutes(4)}}, "stopped", 2, minutes(9)),
    ("not reopened", {}, "reopened", "no", START),
    ("reopened", {"reopened": 1, "restarted_at": minutes(90)}, "reopened", "yes", minutes(90)),
    ("reopened from mitigated", {"reopened": 1}, "reopened", "yes", START),
    ("new", {}, "state", "new", START),
    ("active", {"state": State.ACTIVE, "verified_at": minutes(4)}, "state", "active", minutes(4)),
    ("closed", {"state": State.CLOSED, "closed_at": minutes(80)}, "state", "closed", minutes(80)),
    ("ordinary hospital", {}, "critical-infrastructure", "no", EVER),
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "name", "value", "since"), [case[1:] for case in HANDLED], ids=[case[0] for case in HANDLED]
)
def test_handling(changes: Mapping[str, Any], name: str, value: str | int, since: datetime) -> None:
    assert known(call(0), **changes)[name] == Fact(value, since, known(call(0), **changes)[name].reached)


def test_a_reopening_takes_back_what_was_decided_and_keeps_what_was_found() -> None:
    before = an_incident(
        "reg",
        "lab",
        paralysis="yes",
        paralysis_at=minutes(5),
        decided=Decided(held=False, at=minutes(7), by=LI, reason=""),
        estimates=(an_eta(20, 30, 5),),
        confidence=Confidence.CONFIRMED,
        cause_at=minutes(10),
        failed_at=(minutes(9),),
    )
    facts = facts_of(came_back(before, 60), PLAN)
    assert "paralysis" not in facts
    assert (facts["escalated"], facts["eta"]) == (Fact("no", minutes(60)), Fact("no", minutes(60)))
    assert (facts["cause"].value, facts["failed-fixes"].value, facts["departments"].value) == (
        "confirmed",
        0,
        2,
    )


def test_a_corrected_beginning_takes_back_no_decision() -> None:
    """T0 may move behind a decision when the only call is corrected; only a reopening wipes it."""
    late = call(1, occurred=minutes(30))
    assert known(late, paralysis="yes", paralysis_at=minutes(5))["paralysis"].value == "yes"


ANSWERED = {"category": Category.II, "classified_at": minutes(8)}


def test_answers_are_facts_since_the_classification() -> None:
    facts = known(call(1), answers={"component": "here", "patients": "2", "spare": "unknown"}, **ANSWERED)
    assert facts["component"] == Fact("here", minutes(8))
    assert facts["spare"] == Fact("unknown", minutes(8))
    assert judge(parse("patients >= 2"), facts).value is True


@pytest.mark.parametrize("text", ["02", "٣", "1.5", "-1", "9" * 5000, ""])
def test_only_plain_numbers_become_numbers(text: str) -> None:
    assert known(call(1), answers={"patients": text})["patients"].value == text


def test_an_answer_replaces_what_callers_said_before() -> None:
    said = call(1, scope="hospital")
    assert known(said, answers={"scope": "one"}, **ANSWERED)["scope"] == Fact("one", minutes(8))


def test_an_answer_does_not_outlive_later_calls() -> None:
    facts = known(call(1, scope="one"), call(12, "lab"), answers={"scope": "one"}, **ANSWERED)
    assert facts["scope"] == Fact("hospital", minutes(12))
    told = known(call(1), call(12, scope="department"), answers={"scope": "one"}, **ANSWERED)
    assert told["scope"] == Fact("department", minutes(12))


def test_not_knowing_the_scope_takes_nothing_away() -> None:
    unknown = {"answers": {"scope": "unknown", "symptom": "unknown"}, **ANSWERED}
    facts = known(call(1, scope="some"), **unknown)
    assert (facts["scope"].value, facts["symptom"].value) == ("some", "cannot-save")
    assert known(call(1), **unknown)["scope"].value == "unknown"


def test_a_scope_that_no_plan_knows_is_no_scope() -> None:
    assert "scope" not in known(call(1), answers={"scope": "galaxy"}, **ANSWERED)


def test_an_answer_never_takes_the_place_of_the_record() -> None:
    facts = known(call(1), answers={"departments": "7", "category": "I", "paralysis": "yes"})
    assert (facts["departments"].value, facts["category"].value) == (1, "unclassified")
    assert "paralysis" not in facts


def test_critical_infrastructure_is_the_plans_word() -> None:
    facts = facts_of(an_incident(), replace(PLAN, critical_infrastructure=True))
    assert facts["critical-infrastructure"].value == "yes"


@pytest.mark.parametrize("state", [state for state in State if state is not State.BACK_ENTRY])
def test_acts_lead_to_facts_of_the_vocabulary(state: State) -> None:
    facts = facts_of(standing_in(state).incident, PLAN)
    assert facts["state"].value == state.value
    for name, fact in facts.items():
        allowed = FACTS[name]
        if allowed == COUNT:
            assert isinstance(fact.value, int)
        else:
            assert fact.value in allowed


def test_failed_fixes_and_causes_come_from_the_acts_with_their_moments() -> None:
    play = Play().call().act("acknowledge").act("verify", result="confirmed")
    play.act("fix", text="restart", result="failed").act("fix", text="cable", result="worked")
    play.act("cause", text="dust", confidence="suspected")
    incident = play.incident
    facts = facts_of(incident, PLAN)
    assert (facts["failed-fixes"].value, facts["cause"].value) == (1, "suspected")
    assert START <= facts["failed-fixes"].since <= facts["cause"].since <= play.now

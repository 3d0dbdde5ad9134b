"""What is due: clocks, escalation, paralysis, gates and ETA as moments that any restart finds again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from hisconsole.plan.conditions import parse
from hisconsole.plan.document import FaultType, Rule, Since
from hisconsole.plan.due import Due, duties, duty_label
from hisconsole.plan.incident import Decided, Incident
from hisconsole.plan.words import Category, State
from tests.hospital import START
from tests.plan.play import LI, a_report
from tests.plan.small_plan import (
    CONFIRMED,
    HOUR,
    OPEN,
    PLAN,
    a_clock,
    an_eta,
    an_incident,
    came_back,
    minutes,
    paralysed,
    serious,
)


def owed(incident: Incident, plan: object = PLAN) -> Mapping[str, float]:
    """Each duty (a gate by its id) with its minute after the beginning."""
    found = duties(incident, plan)  # type: ignore[arg-type]
    return {due.key or due.duty: (due.at - START).total_seconds() / 60 for due in found}


def fresh(**changes: object) -> Incident:
    """A call that nobody has taken."""
    new: dict[str, object] = {
        "state": State.NEW,
        "acknowledged_by": "",
        "acknowledged_at": None,
        "verification": "",
        "verified_at": None,
        "touched_at": None,
        "owner": "",
    }
    return an_incident(**{**new, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("incident", "due"),
    [
        pytest.param(fresh(), {"acknowledge": 2, "verify": 5, "summon": 15, "escalate": 80}, id="a new call"),
        pytest.param(
            fresh(state=State.VERIFYING, acknowledged_by=LI, acknowledged_at=minutes(1)),
            {"verify": 5, "summon": 15, "escalate": 80},
            id="taken",
        ),
        pytest.param(an_incident(), {"summon": 15, "escalate": 80, "report": 244}, id="verified"),
        pytest.param(
            serious(), {"summon": 15, "escalate": 20, "summary-leader": 60, "report": 244}, id="Category I"
        ),
        pytest.param(
            serious(estimates=(an_eta(15, 25, 10),), confidence=CONFIRMED),
            {"summon": 15, "escalate": 25, "eta": 25, "summary-leader": 60, "report": 244},
            id="its ETA runs out",
        ),
        pytest.param(
            an_incident(state=State.RECOVERED, recovered_at=minutes(40), estimates=(an_eta(15, 25, 10),)),
            {},
            id="recovered: the clocks have stopped",
        ),
        pytest.param(
            an_incident(state=State.BACK_ENTRY, recovered_at=minutes(40)),
            {"entry": 40 + 24 * 60},
            id="back-entry has one of its own",
        ),
        pytest.param(serious(state=State.REVIEW, recovered_at=minutes(40)), {}, id="review"),
        pytest.param(serious(state=State.CLOSED, closed_at=minutes(90)), {}, id="closed"),
        pytest.param(
            fresh(state=State.VERIFYING, verification="not-reproduced", verified_at=minutes(4)),
            {"summon": 15},
            id="looked into, no fault: nobody is to be told",
        ),
    ],
)
def test_what_is_owed_by_when(incident: Incident, due: Mapping[str, float]) -> None:
    assert owed(incident) == due


def test_duties_come_soonest_first_and_say_who_and_by_which_act() -> None:
    assert duties(serious(), PLAN) == (
        Due(1, "summon", "", minutes(15), LI, "met"),
        Due(1, "escalate", "", minutes(20), LI, "escalate"),
        Due(1, "summary-leader", "", minutes(60), LI, "summary"),
        Due(1, "report", "", minutes(244), "director", "met"),
    )


@pytest.mark.parametrize(
    ("owner", "found"),
    [
        pytest.param(LI, LI, id="the incident's owner plays that part"),
        pytest.param("zhao.min", "administrator", id="the owner does not: the part"),
        pytest.param("", "administrator", id="nobody has it: the part"),
    ],
)
def test_who_owes_what_a_role_owes(owner: str, found: str) -> None:
    (due,) = (due for due in duties(an_incident(owner=owner), PLAN) if due.duty == "summon")
    assert due.owner == found


def test_a_group_owes_as_a_group() -> None:
    (due,) = duties(an_incident(state=State.BACK_ENTRY, recovered_at=minutes(40)), PLAN)
    assert due.owner == "members"


@pytest.mark.parametrize("state", [State.NEW, State.ACTIVE, State.MITIGATED, State.RECOVERED])
def test_without_a_plan_only_an_eta_is_owed(state: State) -> None:
    incident = serious(state=state, estimates=(an_eta(15, 25, 10),))
    wanted = {"eta": 25} if state in (State.ACTIVE, State.MITIGATED) else {}
    assert owed(incident, None) == wanted


def _with(*clocks: object) -> object:
    return replace(PLAN, clocks=clocks)  # type: ignore[arg-type]


def _one(incident: Incident, since: Since, when: str = OPEN, **changes: Any) -> float | None:
    return owed(incident, _with(a_clock("one", when, 10, since, **changes))).get("one")


@pytest.mark.parametrize(
    ("since", "incident", "at"),
    [
        pytest.param(Since.START, an_incident(), 10, id="start"),
        pytest.param(Since.VERIFIED, an_incident(), 14, id="verified"),
        pytest.param(Since.VERIFIED, fresh(), None, id="not verified yet"),
        pytest.param(Since.CLASSIFIED, an_incident(classified_at=minutes(7)), 17, id="classified"),
        pytest.param(Since.CLASSIFIED, an_incident(), None, id="not classified yet"),
        pytest.param(Since.PARALYSIS, paralysed(), 12, id="paralysis"),
        pytest.param(Since.PARALYSIS, paralysed(paralysis="no"), None, id="paralysis denied"),
        pytest.param(Since.PARALYSIS, an_incident(), None, id="paralysis undecided"),
        pytest.param(
            Since.ESCALATED, an_incident(decided=Decided(False, minutes(9), LI, "")), 19, id="escalated"
        ),
        pytest.param(
            Since.ESCALATED, an_incident(decided=Decided(True, minutes(9), LI, "")), None, id="held"
        ),
        pytest.param(Since.TOUCHED, an_incident(touched_at=minutes(33)), 43, id="touched"),
        pytest.param(Since.TOUCHED, fresh(), 10, id="never touched: from the start"),
        pytest.param(Since.RECOVERED, an_incident(), None, id="not recovered"),
    ],
)
def test_from_where_a_clock_counts(since: Since, incident: Incident, at: float | None) -> None:
    assert _one(incident, since) == at


def test_a_clock_counts_from_the_recovery() -> None:
    incident = an_incident(state=State.RECOVERED, recovered_at=minutes(50))
    assert _one(incident, Since.RECOVERED, "state = recovered") == 60


@pytest.mark.parametrize(
    ("since", "at"),
    [
        pytest.param(Since.START, 210, id="start: the reopening"),
        pytest.param(Since.VERIFIED, 210, id="it is still verified, and counts from the reopening"),
        pytest.param(Since.CLASSIFIED, 210, id="it is still classified"),
        pytest.param(Since.TOUCHED, 210, id="touched before"),
        pytest.param(Since.PARALYSIS, None, id="the paralysis is to be decided again"),
        pytest.param(Since.ESCALATED, None, id="nobody was told of this course"),
    ],
)
def test_a_reopened_incident_gets_its_clocks_back(since: Since, at: float | None) -> None:
    incident = paralysed(
        classified_at=minutes(7),
        decided=Decided(False, minutes(9), LI, ""),
        met={("one", ""): minutes(8)},
    )
    assert _one(came_back(incident, 200), since) == at


@pytest.mark.parametrize(
    ("every", "met", "at"),
    [
        pytest.param(0, None, 10, id="not met"),
        pytest.param(0, 4, None, id="met for good"),
        pytest.param(HOUR, None, 10, id="repeats: first"),
        pytest.param(HOUR, 12, 72, id="repeats: an hour after it was met"),
        pytest.param(HOUR, 500, 560, id="repeats: however often"),
        pytest.param(300, 1, 10, id="met early: not before its first time"),
        pytest.param(300, 8, 13, id="met a little early"),
    ],
)
def test_met_clocks_come_back_only_where_they_repeat(every: int, met: float | None, at: float | None) -> None:
    incident = an_incident(met={} if met is None else {("one", ""): minutes(met)})
    assert _one(incident, Since.START, every_s=every) == at


def test_looking_again_is_owed_again_after_every_touch() -> None:
    incident = an_incident(met={("one", ""): minutes(33)}, touched_at=minutes(33))
    assert _one(incident, Since.TOUCHED) == 43


def test_a_clock_may_move_earlier() -> None:
    incident = an_incident(aggravators=("event",))
    clocks = (a_clock("moved", OPEN, 30, earlier=True), a_clock("fixed", OPEN, 30))
    found = owed(incident, _with(*clocks))
    assert (found["moved"], found["fixed"]) == (20, 30)


def test_what_is_not_known_runs_no_clock() -> None:
    assert _one(an_incident(), Since.START, "spare = no") is None
    assert _one(an_incident(), Since.START, "not spare = no") is None


# ---- escalation, paralysis, gates


def test_the_escalation_goes_when_they_are_told_and_stays_held_for_a_while() -> None:
    told, held = Decided(False, minutes(12), LI, ""), Decided(True, minutes(12), "chen.hao", "")
    assert "escalate" not in owed(serious(decided=told))
    assert owed(serious(decided=held))["escalate"] == 42


def _called(*calls: tuple[str, float]) -> Incident:
    reports = tuple(
        replace(
            a_report(number, department=department, workstation=department, occurred=START, critical=False),
            taken_at=minutes(at),
        )
        for number, (department, at) in enumerate(calls, 1)
    )
    return an_incident(reports=reports)


@pytest.mark.parametrize(
    ("incident", "at"),
    [
        pytest.param(_called(("a", 0), ("b", 3), ("c", 9)), 14, id="three departments in 10 min"),
        pytest.param(_called(("a", 0), ("b", 3), ("b", 9)), None, id="two departments"),
        pytest.param(_called(("a", 0), ("b", 8), ("c", 16)), None, id="too far apart"),
        pytest.param(_called(("a", 0), ("b", 8), ("c", 16), ("d", 17)), 22, id="the last three in 10 min"),
        pytest.param(
            replace(_called(("a", 0), ("b", 3), ("c", 9)), paralysis="no", paralysis_at=minutes(11)),
            None,
            id="not confirmed",
        ),
        pytest.param(
            replace(_called(("a", 0), ("b", 3), ("c", 9)), paralysis="yes", paralysis_at=minutes(11)),
            None,
            id="confirmed",
        ),
        pytest.param(
            came_back(
                replace(_called(("a", 0), ("b", 3), ("c", 9)), paralysis="no", paralysis_at=minutes(11)),
                60,
            ),
            65,
            id="decided before it came back",
        ),
        pytest.param(
            replace(_called(("a", 0), ("b", 3), ("c", 9)), state=State.RECOVERED), None, id="it is over"
        ),
        pytest.param(
            replace(_called(("a", 0), ("b", 3), ("c", 9)), met={("paralysis", ""): minutes(10)}),
            None,
            id="met by hand",
        ),
        pytest.param(
            replace(_called(("a", 0), ("b", 3), ("c", 9)), met={("paralysis", ""): minutes(8)}),
            14,
            id="met by hand before it was suspected",
        ),
    ],
)
def test_a_suspected_paralysis_wants_a_word(incident: Incident, at: float | None) -> None:
    assert owed(incident).get("paralysis") == at


@pytest.mark.parametrize(
    ("met", "stopped", "at"),
    [
        pytest.param(None, {"registration": 0}, 30, id="not met"),
        pytest.param(31, {"registration": 0}, None, id="met"),
        pytest.param(31, {"registration": 0, "pharmacy": 40}, 40, id="one more stopped after that"),
        pytest.param(31, {"registration": 0, "pharmacy": 20}, None, id="all had stopped before that"),
        pytest.param(12, {"registration": 0, "pharmacy": 20}, 30, id="met early, one more before the gate"),
    ],
)
def test_a_gate_is_owed_until_met(met: float | None, stopped: Mapping[str, float], at: float | None) -> None:
    incident = paralysed(
        stopped={id_: minutes(since) for id_, since in stopped.items()},
        met={} if met is None else {("gate", "first"): minutes(met)},
    )
    assert owed(incident).get("first") == at


def test_a_gate_met_before_the_reopening_is_owed_again() -> None:
    incident = came_back(paralysed("registration", met={("gate", "first"): minutes(31)}), 100)
    again = replace(incident, paralysis="yes", paralysis_at=minutes(102))
    assert owed(again)["first"] == 130


# ---- unclassified for long

TREATED = replace(
    PLAN,
    faults=(FaultType("down", "down", Category.I, ""), FaultType("pc", "pc", Category.II, "")),
    rules=(
        Rule("down", parse("component = server"), "the server is down"),
        Rule("pc", parse("component = here"), "a PC"),
    ),
    clocks=(
        a_clock("classify", "category = unclassified", 10),
        a_clock("one", "category = I", 5, Since.CLASSIFIED),
        a_clock("from-start", "category = I", 5),
        a_clock("two", "category = II", 30, Since.CLASSIFIED),
    ),
)


@pytest.mark.parametrize(
    ("incident", "due"),
    [
        pytest.param(
            an_incident("registration"),
            {"classify": 10, "two": 40, "escalate": 80},
            id="not serious: as II after ten minutes",
        ),
        pytest.param(
            an_incident("icu"),
            {"classify": 10, "from-start": 10, "one": 15, "escalate": 20},
            id="serious: as I after ten minutes",
        ),
        pytest.param(
            an_incident("icu", category=Category.II, classified_at=minutes(8)),
            {"two": 38, "escalate": 20},
            id="classified: as what it is",
        ),
    ],
)
def test_what_nobody_classified_is_treated_as_what_it_may_be(
    incident: Incident, due: Mapping[str, float]
) -> None:
    assert owed(incident, TREATED) == due


# ---- labels


@pytest.mark.parametrize(
    ("duty", "key", "label"),
    [
        ("acknowledge", "", "say acknowledge"),
        ("summary-leader", "", "say summary-leader"),
        ("gate", "first", "first by hand"),
        ("escalate", "", "escalate"),
        ("paralysis", "", "network down?"),
        ("eta", "", "ETA"),
        ("no-such-clock", "", "no-such-clock"),
    ],
)
def test_every_duty_has_words(duty: str, key: str, label: str) -> None:
    assert duty_label(PLAN, duty, key) == label


def test_without_its_plan_a_duty_still_has_words() -> None:
    assert [duty_label(None, duty, "") for duty in ("acknowledge", "verify", "eta")] == [
        "ack",
        "verify",
        "ETA",
    ]

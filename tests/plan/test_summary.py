"""Summaries to be read aloud: they say what is known, and never more than that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from hisconsole.plan.document import FaultType
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.incident import Decided, Incident
from hisconsole.plan.summary import leader_summary, spoken, team_summary
from hisconsole.plan.times import clock
from hisconsole.plan.words import Category, State
from tests.plan.play import LI, ZONE, a_report
from tests.plan.small_plan import (
    CONFIRMED,
    PLAN,
    SUSPECTED,
    an_eta,
    an_incident,
    came_back,
    minutes,
    paralysed,
    serious,
)

SPEAKING = replace(
    PLAN,
    faults=(FaultType("server-down", "server cannot work", Category.I, "plan 4"),),
    scripts={
        "team": "Conditions: {conditions}\nActions: {actions}\nNeeds: {needs}",
        "leader": "{what} since {since}, {elapsed}, {scope}.\n{actions} It will end {eta}.\n{asked}",
    },
)
NOW = minutes(12)


def on_the_wall(moment: datetime) -> str:
    return clock(moment, zone=ZONE, now=NOW)


def said(incident: Incident, slot: str, now: datetime = NOW) -> str:
    """What a script is filled with."""
    return spoken(incident, SPEAKING, now=now, clock=on_the_wall, name="First Hospital").get(slot, "")


def happened(kind: Kind, minute: float, name: str, /, **body: object) -> Event:
    """What an act of that name recorded at that minute."""
    return Event(
        seq=int(minute),
        act=name,
        kind=kind,
        incident=1,
        at=minutes(minute),
        recorded=minutes(minute),
        actor=LI,
        os_user="tester",
        source="local",
        body=body,
    )


FIXES = (
    happened(Kind.FIX_TRIED, 5, "a", text="restarted the listener", result="failed"),
    happened(Kind.NOTED, 6, "b", text="a note is no act"),
    happened(Kind.FIX_TRIED, 7, "c", text="pulled a cable", result="failed"),
    happened(Kind.UNDONE, 8, "d", act="c"),
    happened(Kind.CAUSE_FOUND, 9, "e", text="disk full", confidence="suspected"),
)


@pytest.mark.parametrize(
    ("incident", "slot", "words"),
    [
        pytest.param(serious(), "what", "server cannot work", id="what: the fault of the plan"),
        pytest.param(an_incident(), "what", "cannot save", id="what: unclassified, the symptom"),
        pytest.param(
            an_incident(reports=(a_report(1, symptom="other", words="the lights\nare out"),)),
            "what",
            "the lights / are out",
            id="what: the caller's words where the symptom says nothing",
        ),
        pytest.param(an_incident(reports=()), "what", "", id="what: nobody called"),
        pytest.param(an_incident(), "since", "22:00", id="since"),
        pytest.param(serious(restarted_at=minutes(5)), "since", "22:05", id="since the reopening"),
        pytest.param(an_incident(), "elapsed", "12 min", id="elapsed"),
        pytest.param(an_incident("a"), "scope", "1 workstation in a", id="scope: one"),
        pytest.param(an_incident("a", "b", "b"), "scope", "3 workstations in a, b", id="scope: some"),
        pytest.param(
            an_incident(*"abcdefgh"), "scope", "8 workstations in a, b, c, d, e, f, 2 more", id="scope: many"
        ),
        pytest.param(
            paralysed("ward", "lab"),
            "scope",
            "1 workstation in registration, standing still: ward, lab",
            id="scope: standing still",
        ),
        pytest.param(
            serious(category_why="the server is down"),
            "category",
            "Category I (the server is down)",
            id="category with its reason",
        ),
        pytest.param(an_incident(), "category", "unclassified", id="unclassified"),
        pytest.param(an_incident(), "cause", "unknown", id="cause: none"),
        pytest.param(
            an_incident(cause="disk full", confidence=SUSPECTED),
            "cause",
            "not certain, suspected is: disk full",
            id="cause: suspected",
        ),
        pytest.param(
            an_incident(cause="disk full", confidence=CONFIRMED),
            "cause",
            "known: disk full",
            id="cause: known",
        ),
        pytest.param(an_incident(), "eta", "at a time nobody knows yet", id="ETA: none"),
        pytest.param(
            an_incident(estimates=(an_eta(20, 40, 5),)), "eta", "between 22:20 and 22:40", id="ETA: a window"
        ),
        pytest.param(an_incident(estimates=(an_eta(20, 20, 5),)), "eta", "at 22:20", id="ETA: a time"),
        pytest.param(
            an_incident(estimates=(an_eta(8, 10, 5),)),
            "eta",
            "later than said: the ETA of 22:10 has passed",
            id="ETA: run out",
        ),
        pytest.param(
            came_back(an_incident(estimates=(an_eta(20, 40, 5),)), 8),
            "eta",
            "at a time nobody knows yet",
            id="ETA: from before the reopening",
        ),
        pytest.param(
            an_incident(state=State.RECOVERED, recovered_at=minutes(9)),
            "eta",
            "at 22:09: it has recovered",
            id="ETA: it has recovered",
        ),
        pytest.param(
            serious(),
            "asked",
            "Decide by 22:20 whether the leading group takes over: Category I; no cause is confirmed;"
            " there is no ETA.",
            id="asked: the decision ahead",
        ),
        pytest.param(
            an_incident(),
            "asked",
            "The director decides by 23:20 whether the leading group is told: no cause is confirmed;"
            " there is no ETA.",
            id="asked: the director's decision",
        ),
        pytest.param(
            paralysed("registration"),
            "asked",
            "Decide now whether the leading group takes over: the whole network has failed."
            " Manual work from 22:30: registration by hand.",
            id="asked: at once, and the manual work ahead",
        ),
        pytest.param(
            serious(decided=Decided(False, minutes(9), LI, "")),
            "asked",
            "The leading group was told at 22:09; nothing new is asked.",
            id="asked: nothing, they are told",
        ),
        pytest.param(
            serious(state=State.RECOVERED), "asked", "Nothing is asked now.", id="asked: it is over"
        ),
        pytest.param(an_incident(), "hospital", "First Hospital", id="the hospital"),
        pytest.param(an_incident(), "number", "0001", id="the number"),
        pytest.param(an_incident(), "works", "not known", id="what still works only the watch knows"),
    ],
)
def test_what_is_said(incident: Incident, slot: str, words: str) -> None:
    assert said(incident, slot) == words


def test_hours_are_said_as_hours() -> None:
    assert said(an_incident(), "elapsed", minutes(60)) == "1 h 00 min"
    assert said(an_incident(), "elapsed", minutes(26 * 60 + 5)) == "26 h 05 min"


def test_a_late_decision_of_the_director_is_due_now() -> None:
    assert said(an_incident(), "asked", minutes(90)).startswith("The director decides now ")


def test_departments_are_called_by_name() -> None:
    values = spoken(
        an_incident("icu"), None, now=NOW, clock=on_the_wall, name="", operator="Li Na", call=str.upper
    )
    assert (values["scope"], values["operator"]) == ("1 workstation in ICU", "Li Na")


@pytest.mark.parametrize(
    ("history", "incident", "line"),
    [
        pytest.param(
            FIXES,
            serious(),
            "Actions: 22:05 fix failed: restarted the listener; 22:09 cause suspected: disk full.",
            id="what was done, and not undone",
        ),
        pytest.param((), serious(), "Actions: li.na works on it; nothing was tried yet.", id="nothing yet"),
        pytest.param((), serious(owner=""), "Actions: Nobody has taken it yet.", id="nobody"),
        pytest.param(
            (*FIXES[:-1], happened(Kind.REOPENED, 8, "r", reason="it is back"), FIXES[-1]),
            serious(restarted_at=minutes(8)),
            "Actions: 22:09 cause suspected: disk full.",
            id="since the reopening",
        ),
        pytest.param(
            tuple(happened(Kind.FIX_TRIED, m, f"{m}", text=f"{m}", result="failed") for m in range(1, 6)),
            serious(),
            "Actions: 22:03 fix failed: 3; 22:04 fix failed: 4; 22:05 fix failed: 5.",
            id="the last three",
        ),
    ],
)
def test_the_team_hears_what_was_done(history: Sequence[Event], incident: Incident, line: str) -> None:
    assert team_summary(incident, SPEAKING, history, NOW, on_the_wall)[1] == line


@pytest.mark.parametrize(
    ("incident", "line"),
    [
        pytest.param(
            serious(),
            "Needs: Missing: a confirmed cause, an ETA."
            " Due: say summon 22:15, escalate 22:20, say summary-leader 23:00.",
            id="what is missing and due",
        ),
        pytest.param(
            an_incident(owner="", verification="", met={("summon", ""): minutes(9)}, state=State.VERIFYING),
            "Needs: Missing: an owner, verification, a category, a confirmed cause, an ETA."
            " Due: escalate 23:20.",
            id="all is missing",
        ),
        pytest.param(serious(state=State.REVIEW), "Needs: Nothing.", id="nothing"),
    ],
)
def test_the_team_hears_what_is_needed(incident: Incident, line: str) -> None:
    plan = replace(SPEAKING, clocks=tuple(each for each in SPEAKING.clocks if each.id != "verify"))
    assert team_summary(incident, plan, (), NOW, on_the_wall)[2] == line


@pytest.mark.parametrize("plan", [SPEAKING, None], ids=["by the plan's script", "without a plan"])
def test_the_leader_hears_three_lines(plan: object) -> None:
    lines = leader_summary(serious(), plan, FIXES, NOW, on_the_wall)  # type: ignore[arg-type]
    assert len(lines) == 3
    assert "22:00" in lines[0]
    assert "1 workstation" in lines[0]
    assert "restarted the listener" in lines[1]
    assert "It will end" in lines[1]
    assert lines[2]


@pytest.mark.parametrize("state", list(State))
def test_every_state_can_be_read_aloud(state: State) -> None:
    for plan in (SPEAKING, PLAN, None):
        lines = team_summary(an_incident(state=state), plan, FIXES, NOW, on_the_wall)
        assert len(lines) == 3
        assert not any("{" in line or "?" in line for line in lines)


def test_text_of_callers_fills_no_slot() -> None:
    incident = an_incident(reports=(a_report(1, symptom="other", words="{asked} {what} %s"),))
    assert leader_summary(incident, SPEAKING, (), NOW, on_the_wall)[0].startswith("{asked} {what} %s since ")
    assert "{asked} {what} %s" in team_summary(incident, SPEAKING, (), NOW, on_the_wall)[0]

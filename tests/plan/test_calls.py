"""Calls: taken, corrected, detached and moved by the rules, and likened to what is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from hisconsole.errors import Refused
from hisconsole.plan import calls
from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.fold import report_of
from hisconsole.plan.incident import Incident, Report
from hisconsole.plan.words import State
from tests.hospital import START
from tests.plan.play import Play, a_report, standing_in


def _kinds(events: Sequence[NewEvent]) -> list[tuple[int, str]]:
    return [(event.incident, event.kind.value) for event in events]


def test_a_call_opens_an_incident_or_joins_one() -> None:
    report = a_report()
    fresh = calls.take(report, incident=None, number=7, now=START)
    assert _kinds(fresh) == [(7, "opened"), (7, "reported")]
    assert report_of(fresh[1].body, taken_at=START) == report
    joined = calls.take(report, incident=Play().call().incident, number=7, now=START)
    assert _kinds(joined) == [(1, "reported")]


def test_a_closed_incident_takes_no_call() -> None:
    with pytest.raises(Refused, match="0001 is closed: reopen it, or take the call as a new"):
        calls.take(a_report(), incident=standing_in(State.CLOSED).incident, number=2, now=START)


@pytest.mark.parametrize(
    ("since", "refusal"),
    [
        (timedelta(0), ""),
        (timedelta(seconds=-59), ""),
        (timedelta(minutes=-2), "cannot have begun later than now"),
        (timedelta(days=30), ""),
        (timedelta(days=30, seconds=1), "lies more than 30 days back"),
    ],
)
def test_since_lies_in_the_near_past(since: timedelta, refusal: str) -> None:
    report = a_report(occurred=START - since)
    if refusal:
        with pytest.raises(Refused, match=refusal):
            calls.take(report, incident=None, number=1, now=START)
    else:
        assert calls.take(report, incident=None, number=1, now=START)[1].at == report.occurred


def test_the_earliest_report_sets_t0() -> None:
    play = Play().call(a_report(1))
    assert play.incident.t0 == START
    play.call(a_report(2, occurred=START - timedelta(minutes=25)))
    play.call(a_report(3, occurred=START - timedelta(minutes=5)))
    assert play.incident.t0 == START - timedelta(minutes=25)
    assert play.incident.opened == START
    play.write(calls.correct(play.incident, a_report(2, occurred=START), now=play.now))
    assert play.incident.t0 == START - timedelta(minutes=5)


def test_a_correction_replaces_one_report_and_keeps_the_first_in_the_record() -> None:
    play = Play().call(a_report(1)).call(a_report(2))
    play.write(calls.correct(play.incident, a_report(1, words="other"), now=play.now))
    assert [report.words for report in play.incident.reports] == ["other", a_report().words]
    assert [event.body["words"] for event in play.events if event.kind is Kind.REPORTED] == [
        a_report().words,
        a_report().words,
    ]


def test_a_correction_corrects_something() -> None:
    play = Play().call(a_report(1))
    with pytest.raises(Refused, match="Nothing was changed"):
        calls.correct(play.incident, a_report(1), now=play.now)
    assert calls.correct(play.incident, a_report(1), now=play.now, rung_elsewhere=True)
    ahead = a_report(1, occurred=START + timedelta(hours=1))
    with pytest.raises(Refused, match="cannot have begun later"):
        calls.correct(play.incident, ahead, now=play.now)


def test_an_old_report_can_still_be_corrected() -> None:
    play = Play().call(a_report(1))
    later = START + timedelta(days=40)
    assert calls.correct(play.incident, a_report(1, words="other"), now=later)


def _with_number(incident: Incident, number: int) -> Incident:
    return replace(incident, number=number)


TWO = Play().call(a_report(1)).call(a_report(2)).incident
ONE = Play().call(a_report(1)).incident
OTHER = _with_number(ONE, 2)


@dataclass(frozen=True)
class Move:
    """A report that goes elsewhere."""

    said: str
    source: Incident
    to: Incident | None
    events: tuple[tuple[int, str], ...] = ()
    refusal: str = ""


@pytest.mark.parametrize(
    "case",
    [
        Move("one of two goes over", TWO, OTHER, ((1, "detached"), (2, "attached"))),
        Move("one of two gets its own", TWO, None, ((1, "detached"), (9, "opened"), (9, "attached"))),
        Move(
            "the only one of an untaken incident closes it",
            ONE,
            OTHER,
            ((1, "detached"), (2, "attached"), (1, "acknowledged"), (1, "closed")),
        ),
        Move(
            "the only one of one being verified closes it",
            standing_in(State.VERIFYING).incident,
            OTHER,
            ((1, "detached"), (2, "attached"), (1, "closed")),
        ),
        Move(
            "the only one of one being worked",
            standing_in(State.ACTIVE).incident,
            OTHER,
            refusal="0001 is being worked and this is its only report",
        ),
        Move("the only one, into its own", ONE, None, refusal="only report: correct it instead"),
        Move("to where it is", TWO, ONE, refusal="in that incident already"),
        Move(
            "into a closed one",
            TWO,
            _with_number(standing_in(State.CLOSED).incident, 2),
            refusal="0002 is closed: reopen it first",
        ),
    ],
    ids=lambda case: case.said,
)
def test_moving_a_report(case: Move) -> None:
    report = case.source.reports[0]
    if case.refusal:
        with pytest.raises(Refused, match=case.refusal):
            calls.move(case.source, report, to=case.to, number=9, now=START)
        return
    events = calls.move(case.source, report, to=case.to, number=9, now=START)
    assert tuple(_kinds(events)) == case.events
    attached = next(event for event in events if event.kind is Kind.ATTACHED)
    assert report_of(attached.body, taken_at=START) == report
    assert attached.body["from"] == 1


@dataclass(frozen=True)
class Likeness:
    """A call beside an open incident; what they have in common when it is shown."""

    said: str
    symptom: str = "cannot-save"
    department: str = "reg"
    switch: str = "sw-1"
    workstation: str = "reg-02"
    minutes: float = 10
    same: tuple[str, ...] | None = None


@pytest.mark.parametrize(
    "case",
    [
        Likeness("all but the place", same=("switch", "department", "symptom")),
        Likeness("another symptom", symptom="no-network", same=("switch", "department")),
        Likeness("another switch", switch="sw-9", same=("department", "symptom")),
        Likeness("another department", department="lab", same=("switch", "symptom")),
        Likeness("the symptom alone", department="lab", switch="sw-9"),
        Likeness("the switch alone", department="lab", symptom="no-network"),
        Likeness("the switch, symptom not asked yet", symptom="", department="", same=("switch",)),
        Likeness("nothing known of the place", department="", switch="", workstation="x"),
        Likeness("at 30 minutes", minutes=30, same=("switch", "department", "symptom")),
        Likeness("after 31 minutes", minutes=31),
        Likeness(
            "the same workstation",
            workstation="reg-01",
            same=("workstation", "switch", "department", "symptom"),
        ),
        Likeness("the same workstation hours later", workstation="reg-01", minutes=600, same=()),
    ],
    ids=lambda case: case.said,
)
def test_which_open_incidents_look_alike(case: Likeness) -> None:
    found = calls.alike(
        symptom=case.symptom,
        department=case.department,
        switch=case.switch,
        workstation=case.workstation,
        incidents=[ONE],
        now=START + timedelta(minutes=case.minutes),
    )
    if case.same is None:
        assert found == []
    else:
        assert found == [calls.Alike(1, case.same or ("workstation",))]


def test_the_most_alike_comes_first_then_the_oldest() -> None:
    def incident(number: int, report: Report) -> Incident:
        return _with_number(Play().call(report).incident, number)

    earlier = START - timedelta(minutes=9)
    found = calls.alike(
        symptom="cannot-save",
        department="reg",
        switch="sw-1",
        workstation="reg-02",
        incidents=[
            incident(1, a_report(switch="sw-9")),
            incident(2, a_report()),
            incident(3, a_report(occurred=earlier)),
            incident(4, a_report(symptom="other", switch="sw-9")),
        ],
        now=START,
    )
    assert [alike.number for alike in found] == [3, 2, 1]


def test_the_form_asks_what_the_plan_demands() -> None:
    asked = {field.name: field for field in calls.call_fields()}
    assert list(asked)[:2] == ["workstation", "symptom"]
    assert [choice.value for choice in asked["symptom"].choices] == [
        "slow-database",
        "cannot-enter",
        "cannot-save",
        "no-network",
        "discontinuous",
        "other",
    ]
    assert {name for name, field in asked.items() if field.required} == {"workstation", "symptom"}

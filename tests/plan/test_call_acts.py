"""Acts of calling people: claims, outcomes, who may start the plan, help that comes (domain 5.7, plan 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hisconsole.errors import Refused
from hisconsole.plan.acts import Setting, all_acts
from hisconsole.plan.asking import read_answers
from hisconsole.plan.call_acts import call_acts
from hisconsole.plan.events import SITE, Kind, NewEvent
from hisconsole.plan.incident import Incident
from hisconsole.plan.outreach import Decision, Dialling, Purpose
from hisconsole.plan.story import tell
from hisconsole.plan.times import clock
from hisconsole.plan.words import State
from tests.hospital import START
from tests.plan.calling import CHEN, DUTY, FANG, escalated
from tests.plan.play import LI, WANG, ZONE, Play, standing_in
from tests.plan.small_plan import PLAN, minutes, serious

KINDS = {
    LI: "staff",
    WANG: "staff",
    CHEN: "leading_group",
    FANG: "leading_group",
    DUTY: "duty",
    "his": "supplier",
}


def decide(
    incident: Incident, name: str, by: str = LI, minute: float = 25, /, **given: str
) -> Sequence[NewEvent]:
    now = minutes(minute)
    act = all_acts()[name]
    setting = Setting(
        incident=incident,
        history=(),
        answers=read_answers(act.asks, given, now=now, zone=ZONE),
        actor=by,
        now=now,
        clock=lambda moment: clock(moment, zone=ZONE, now=now),
        plan=PLAN,
        present=PLAN,
        people=tuple(KINDS),
        kinds=KINDS,
    )
    return act.decide(setting)


def test_the_acts_stand_in_the_table() -> None:
    assert {act.name for act in call_acts()} == {"dial", "called", "summon", "arrived"} <= set(all_acts())


def test_a_call_that_reached_nobody_is_one_event_without_a_number() -> None:
    (event,) = decide(escalated(), "called", contact=CHEN, outcome="no-answer", number="office")
    assert event.kind is Kind.CALLED
    assert event.body == {
        "contact": CHEN,
        "number": "office",
        "purpose": "escalation",
        "outcome": "no-answer",
        "took": "",
        "read_back": False,
        "decision": "none",
        "text": "",
        "instead_of": "",
        "kind": "leading_group",
    }


def test_a_wrong_number_is_told_to_the_site_too() -> None:
    call, wrong = decide(escalated(), "called", contact=CHEN, outcome="wrong-number")
    assert (call.incident, wrong.incident, wrong.kind) == (1, SITE, Kind.CONTACT_WRONG)
    assert wrong.body == {"contact": CHEN, "number": "mobile"}


@pytest.mark.parametrize(
    ("contact", "incident", "purpose"),
    [
        (CHEN, serious(), Purpose.ESCALATION),
        (DUTY, serious(), Purpose.ESCALATION),
        (WANG, serious(), Purpose.SUMMON),
        ("his", serious(), Purpose.SUMMON),
        ("gao", escalated(), Purpose.OTHER),
        ("zhou.ping", escalated(), Purpose.ESCALATION),
    ],
    ids=["the approver", "a stand-in", "staff", "a supplier", "anybody", "of the order"],
)
def test_why_somebody_is_called(
    contact: str, incident: Incident, purpose: Purpose, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in ("gao", "zhou.ping"):
        monkeypatch.setitem(KINDS, who, "leading_group")
    event = decide(incident, "called", contact=contact, outcome="busy")[0]
    assert event.body["purpose"] == purpose


@pytest.mark.parametrize(
    ("who", "minute", "decision"),
    [
        pytest.param(FANG, 25, "start", id="5.7: the deputy leader at any hour"),
        pytest.param(DUTY, 25, "start", id="5.7: the duty office off hours"),
        pytest.param(CHEN, 25, "wait", id="anybody may say wait"),
        pytest.param(CHEN, 25, "comes", id="anybody may come"),
    ],
)
def test_what_was_decided_on_the_phone(who: str, minute: float, decision: str) -> None:
    (event,) = decide(escalated(), "called", LI, minute, contact=who, outcome="reached", decision=decision)
    assert event.body["decision"] == decision


@pytest.mark.parametrize(
    ("given", "minute", "words"),
    [
        pytest.param(
            {"contact": CHEN, "outcome": "reached", "decision": "start"},
            25,
            "deputy leader",
            id="5.7: not he",
        ),
        pytest.param(
            {"contact": DUTY, "outcome": "reached", "decision": "start"},
            14 * 60,
            "may not",
            id="5.7: the duty office not in working hours",
        ),
        pytest.param(
            {"contact": FANG, "outcome": "busy", "decision": "start"}, 25, "who was reached", id="not reached"
        ),
        pytest.param({"contact": "nobody", "outcome": "busy"}, 25, "nobody in the roster", id="a stranger"),
        pytest.param(
            {"contact": CHEN, "outcome": "reached", "instead_of": "x"},
            25,
            "nobody in the roster",
            id="whose place",
        ),
        pytest.param(
            {"contact": CHEN, "outcome": "reached", "at": "+30"}, 25, "has not come yet", id="in the future"
        ),
    ],
)
def test_what_a_call_cannot_be(given: dict[str, str], minute: float, words: str) -> None:
    with pytest.raises(Refused, match=words):
        decide(escalated(), "called", LI, minute, **given)


def test_nobody_is_called_about_what_is_closed() -> None:
    closed = serious(state=State.CLOSED, closed_at=minutes(20))
    for name, given in (
        ("dial", {}),
        ("called", {"outcome": "busy"}),
        ("summon", {}),
        ("arrived", {}),
    ):
        with pytest.raises(Refused, match="was closed at"):
            decide(closed, name, contact=WANG, **given)


def test_a_claim_refuses_another_operator_until_it_ends_but_never_its_owner() -> None:
    claimed = escalated(dialling=(Dialling(CHEN, WANG, minutes(24)),))
    with pytest.raises(Refused, match=r"wang.wei is calling chen.hao since 22:24"):
        decide(claimed, "dial", contact=CHEN)
    assert decide(claimed, "dial", WANG, contact=CHEN)
    assert decide(claimed, "dial", contact=FANG)
    assert decide(claimed, "dial", LI, 27, contact=CHEN)


def test_who_was_reached_meanwhile_is_not_called_again_from_an_older_list() -> None:
    reached = escalated((22, CHEN, "reached"), (23, FANG, "no-answer"))
    with pytest.raises(Refused, match=r"chen.hao was reached at 22:22: call the next one"):
        decide(reached, "dial", WANG, contact=CHEN)
    assert decide(reached, "dial", WANG, contact=FANG)


def test_what_comes_of_a_call_ends_the_claim_and_starts_the_plan() -> None:
    play = standing_in(State.ACTIVE).act("escalate").act("dial", contact=FANG)
    assert [each.contact for each in play.incident.dialling] == [FANG]
    play.act("called", contact=LI, outcome="reached", instead_of=FANG)
    assert play.incident.dialling == ()
    play.act("called", contact="sun.bo", outcome="reached", decision="start", took="the dean himself")
    incident = play.incident
    assert (incident.started_by, incident.calls[-1].decision) == ("the dean himself", Decision.START)
    play.act("recovered").act("reopen", reason="it is back")
    assert (play.incident.started_at, play.incident.past_calls) == (None, 2)


def test_a_decision_to_tell_them_begins_the_list_anew() -> None:
    play = Play().call().act("escalate").act("called", contact=CHEN, outcome="reached").act("escalate")
    decided = play.incident.decided
    assert decided is not None
    assert decided.calls == 1


def test_help_that_answers_is_summoned_with_ticket_and_promise() -> None:
    call, summoned = decide(serious(), "summon", contact="his", ticket="T-7", promised="+30")
    assert (call.body["purpose"], call.body["outcome"], call.body["decision"]) == (
        "summon",
        "reached",
        "comes",
    )
    assert (summoned.kind, summoned.body["ticket"]) == (Kind.SUMMONED, "T-7")
    assert summoned.body["answered"]
    _call, missed = decide(serious(), "summon", contact="his", outcome="no-answer")
    assert "answered" not in missed.body


def test_who_does_not_help_is_not_summoned() -> None:
    with pytest.raises(Refused, match="neither staff nor a supplier"):
        decide(serious(), "summon", contact=CHEN)


def test_summoned_answered_arrived_once() -> None:
    play = standing_in(State.ACTIVE)
    play.act("summon", contact="his", outcome="no-answer").act("summon", contact="his", ticket="T-7")
    (summoned,) = play.incident.summoned
    assert (summoned.ticket, summoned.arrived_at) == ("T-7", None)
    assert summoned.answered_at is not None
    play.act("arrived", contact="his")
    assert play.incident.summoned[0].arrived_at is not None
    with pytest.raises(Refused, match="is there already, since"):
        play.act("arrived", contact="his")


def test_a_call_to_summon_that_is_answered_says_so() -> None:
    _call, summoned = decide(serious(), "called", contact=WANG, outcome="reached")
    assert (summoned.kind, summoned.body["contact"]) == (Kind.SUMMONED, WANG)


def test_the_story_of_calls() -> None:
    play = standing_in(State.ACTIVE).act("escalate").act("dial", contact=CHEN)
    play.act("called", contact=LI, outcome="reached", instead_of=CHEN, took="his wife", read_back="yes")
    play.act("summon", contact="his", ticket="T-7", promised="22:40").act("arrived", contact="his", at="now")
    told = [
        tell(event, clock=lambda moment: clock(moment, zone=ZONE, now=START))
        for event in play.events
        if event.kind in (Kind.DIALLED, Kind.CALLED, Kind.SUMMONED, Kind.ARRIVED)
    ]
    assert told == [
        "dialling chen.hao",
        "called li.na: reached; in the place of chen.hao; took it: his wife; read back",
        "called his: reached; comes",
        "his summoned; ticket T-7; promised for 22:40",
        "his is there since 22:00",
    ]


def test_the_order_is_frozen_with_the_kinds_of_numbers_and_the_deputies() -> None:
    (event,) = replace_order(escalated())
    assert event.body["order"][0][1] == {
        "role": "director",
        "contacts": [CHEN],
        "numbers": {CHEN: ["mobile", "office"]},
        "deputies": {CHEN: LI},
    }


def replace_order(incident: Incident) -> Sequence[NewEvent]:
    """The escalation as it freezes the order that is in force."""
    act, now = all_acts()["escalate"], minutes(25)
    order = tuple(
        replace(each, numbers={who: each.numbers[who] for who in each.contacts}) for each in incident.order
    )
    answers = read_answers(act.asks, {}, now=now, zone=ZONE)
    setting = Setting(serious(), (), answers, LI, now, str, plan=PLAN, present=PLAN, order=order)
    return act.decide(setting)

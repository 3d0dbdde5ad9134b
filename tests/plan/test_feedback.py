"""Feedback: who is owed an answer, what it says, whom it reached, when it comes up again (domain 5.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hisconsole.errors import Refused
from hisconsole.plan.due import duties
from hisconsole.plan.events import Kind
from hisconsole.plan.feedback import (
    TELL,
    UPDATE,
    recipients,
    told_of,
    unreached,
    unreached_departments,
)
from hisconsole.plan.outreach import Channel
from hisconsole.plan.story import tell
from hisconsole.plan.words import State
from tests.hospital import START
from tests.plan.play import LI, PLAN, WANG, Play, a_report, standing_in
from tests.plan.telling import MIN, SENT, called, two
from tests.shares import tries


def owed(play: Play, duty: str) -> dict[str, datetime]:
    return {due.key: due.at for due in duties(play.incident, PLAN) if due.duty == duty}


def ids(found: Sequence[object]) -> list[str]:
    return [each.id for each in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("places", "stopped", "expected"),
    [
        pytest.param((("reg-01", "reg"),), "", ["ws:reg-01", "dept:reg"], id="plan 3: who reported"),
        pytest.param(
            (("reg-01", "reg"), ("reg-02", "reg"), ("reg-01", "reg")),
            "",
            ["ws:reg-01", "ws:reg-02", "dept:reg"],
            id="domain 5.6: each once",
        ),
        pytest.param(
            (("reg-01", "reg"),),
            "lab, ward-3",
            ["ws:reg-01", "dept:reg", "dept:lab", "dept:ward-3"],
            id="domain 5.6: departments that stand still",
        ),
        pytest.param((("", "reg"),), "", ["dept:reg"], id="an unknown place: its department"),
        pytest.param((("PC next door", ""),), "", ["ws:PC next door"], id="a place of no department"),
        pytest.param((("", ""),), "", [], id="nobody knows where"),
    ],
)
def test_who_is_owed_an_answer(
    places: tuple[tuple[str, str], ...], stopped: str, expected: list[str]
) -> None:
    play = called(*places)
    if stopped:
        play.act("stopped", departments=stopped)
    assert list(recipients(play.incident)) == expected


def test_a_message_is_numbered_and_goes_to_all_who_are_owed_one() -> None:
    play = two().act("message", **SENT, next="+15", eta="22:40 - 23:00").act("message", WANG, **SENT)
    first, second = play.incident.messages
    assert (first.number, second.number) == (1, 2)
    assert first.recipients == ("ws:reg-01", "ws:lab-01", "dept:reg", "dept:lab")
    assert (first.by, second.by) == (LI, WANG)
    assert first.next_at == first.at + 15 * MIN
    assert first.eta == "22:40 - 23:00"
    assert second.next_at is None


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("all", ["ws:reg-01", "ws:lab-01", "dept:reg", "dept:lab"]),
        ("", ["ws:reg-01", "ws:lab-01", "dept:reg", "dept:lab"]),
        ("reg", ["dept:reg"]),
        ("dept:lab, reg-01", ["dept:lab", "ws:reg-01"]),
        ("ward-3 lab lab", ["dept:ward-3", "dept:lab"]),
    ],
)
def test_some_can_be_named(named: str, expected: list[str]) -> None:
    assert list(two().act("message", **SENT, recipients=named).incident.messages[0].recipients) == expected


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        pytest.param(
            {"recipients": "w3-01"}, "'w3-01' is no department, and no workstation", id="a stranger"
        ),
        pytest.param(
            {"next": "2026-11-23 21:00"}, "is past: the next word comes later", id="a promise in the past"
        ),
        pytest.param({"do": ""}, "Do now is needed", id="nothing to do"),
        pytest.param({"affected": " "}, "Affected is needed", id="nothing affected"),
        pytest.param({"status": ""}, "The fault is is needed", id="no status"),
    ],
)
def test_a_message_that_says_too_little_is_refused(answers: dict[str, str], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        two().decide("message", **{**SENT, **answers})


def test_nobody_to_tell_is_said_with_the_way_out() -> None:
    with pytest.raises(Refused, match="say which departments stand still"):
        called(("", "")).decide("message", **SENT)


def test_whom_it_reached_leaves_the_list_and_whom_it_did_not_stays() -> None:
    play = two().act("message", **SENT)
    play.act("told", recipients="reg-01", reached="yes", person="nurse Wu", read_back="yes")
    play.act("told", WANG, recipients="dept:lab", reached="no")
    assert ids(unreached(play.incident)) == ["ws:lab-01", "dept:reg", "dept:lab"]
    reached, missed = (each for each in told_of(play.incident) if each.attempts)
    assert (reached.read_back, reached.reached and reached.reached.person) == (True, "nurse Wu")
    assert (missed.reached, missed.attempts[0].by) == (None, WANG)
    play.act("told", recipients="all", reached="yes", channel="broadcast")
    assert unreached(play.incident) == ()
    assert play.incident.messages[0].owed == ()
    assert {each.channel for each in play.incident.messages[0].told} == {Channel.PHONE, Channel.BROADCAST}


def test_who_reports_after_it_was_sent_is_owed_it_too() -> None:
    play = called(("reg-01", "reg")).act("message", **SENT)
    play.act("told", recipients="all", reached="yes")
    assert owed(play, TELL) == {}
    play.now = START + 20 * MIN
    play.call(a_report(9, workstation="w3-01", department="ward-3"))
    assert ids(unreached(play.incident)) == ["ws:w3-01", "dept:ward-3"]
    assert owed(play, TELL) == {"1": START + 25 * MIN}
    play.act("told", recipients="all", reached="yes")
    assert unreached(play.incident) == ()


def test_a_later_message_takes_the_place_of_the_one_before() -> None:
    play = two().act("message", **SENT).act("message", **SENT, recipients="reg")
    assert {each.id: each.message for each in unreached(play.incident)} == {
        "ws:reg-01": 1,
        "ws:lab-01": 1,
        "dept:reg": 2,
        "dept:lab": 1,
    }
    play.act("told", recipients="all", reached="yes")
    events = [event.body for event in play.events if event.kind is Kind.TOLD]
    assert [(each["number"], len(each["recipients"])) for each in events] == [(1, 3), (2, 1)]
    assert unreached(play.incident) == ()


def test_what_was_sent_before_a_reopening_counts_no_more() -> None:
    play = two().act("message", **SENT).act("recovered").act("reopen", reason="it is back")
    assert unreached(play.incident) == ()
    assert owed(play, TELL) == {}
    assert "feedback" in {due.duty for due in duties(play.incident, PLAN)}
    play.act("message", **SENT)
    assert len(unreached(play.incident)) == 4
    assert [each.number for each in play.incident.messages] == [1, 2]


@dataclass(frozen=True)
class Second:
    """A second act on a recipient who was reached already."""

    said: str
    answers: Mapping[str, str]
    refusal: str = ""


@pytest.mark.parametrize(
    "case",
    [
        Second("again", {"recipients": "reg-01", "reached": "yes"}, "reached already by li.na at 22:00"),
        Second("not after all", {"recipients": "reg-01", "reached": "no"}, "reached already by li.na"),
        Second("read back later", {"recipients": "reg-01", "reached": "yes", "read_back": "yes"}),
        Second("with one who was not", {"recipients": "reg-01, lab-01", "reached": "no"}),
        Second("a stranger", {"recipients": "w3-01", "reached": "yes"}, "not among those who are to be told"),
        Second("no such message", {"recipients": "all", "reached": "yes", "number": "7"}, "the last is 1"),
        Second(
            "not reached, yet read back",
            {"recipients": "lab-01", "reached": "no", "read_back": "yes"},
            "cannot have read it back",
        ),
    ],
    ids=lambda case: case.said,
)
def test_two_operators_work_one_list(case: Second) -> None:
    play = two().act("message", **SENT).act("told", LI, recipients="reg-01", reached="yes")
    if case.refusal:
        with pytest.raises(Refused, match=case.refusal):
            play.decide("told", WANG, **case.answers)
    else:
        (event,) = play.decide("told", WANG, **case.answers)
        wanted = {"ws:reg-01"} if case.answers.get("read_back") else {"ws:lab-01"}
        assert set(event.body["recipients"]) == wanted


def test_nothing_is_told_before_it_was_sent_or_after_all_know() -> None:
    with pytest.raises(Refused, match="No message was sent yet"):
        two().decide("told", recipients="all", reached="yes")
    play = two().act("message", **SENT).act("told", recipients="all", reached="yes")
    with pytest.raises(Refused, match="Everybody has been reached"):
        play.decide("told", recipients="all", reached="no")


def test_the_list_comes_up_every_five_minutes_until_it_is_empty() -> None:
    play = two().act("message", **SENT)
    (sent,) = play.incident.messages
    assert owed(play, TELL) == {"1": sent.at + 5 * MIN}
    play.now = sent.at + 4 * MIN
    play.act("told", recipients="reg-01, reg", reached="yes")
    assert owed(play, TELL) == {"1": sent.at + 5 * MIN}, "two were not tried at all"
    play.act("told", recipients="all", reached="no")
    tried = play.incident.messages[0].told[-1].at
    assert owed(play, TELL) == {"1": tried + 5 * MIN}
    play.now = tried + 6 * MIN
    play.act("met", duty=TELL, key="1", text="the runner is on his way")
    assert owed(play, TELL) == {"1": play.incident.met[TELL, "1"] + 5 * MIN}
    play.act("told", recipients="all", reached="yes", channel="runner")
    assert owed(play, TELL) == {}


def feedback_due(play: Play) -> dict[str, datetime]:
    """The clocks that sending a message meets."""
    return {due.duty: due.at for due in duties(play.incident, PLAN) if due.act == "message"}


def test_the_clocks_of_feedback_are_met_by_sending_a_message() -> None:
    play = two()
    assert feedback_due(play)["feedback"] == START + 10 * MIN
    play.now = START + 8 * MIN
    play.act("message", **SENT)
    assert "feedback" not in feedback_due(play)
    play.act("classify", category="II", reason="one switch")
    at = play.incident.classified_at
    assert at is not None
    assert feedback_due(play) == {"feedback-ii": at + 30 * MIN}
    play.now = at + 40 * MIN
    play.act("message", **SENT)
    assert feedback_due(play) == {"feedback-ii": play.incident.messages[-1].at + 30 * MIN}


def test_feedback_is_owed_also_when_it_was_not_reproduced() -> None:
    play = Play().call().act("acknowledge").act("verify", result="not-reproduced")
    assert feedback_due(play)["feedback"] == START + 10 * MIN
    play.act("message", status="not-reproduced", affected="registration", do="go on")
    assert "feedback" not in feedback_due(play)
    assert list(owed(play, TELL)) == ["1"]


def test_a_promised_word_is_owed_where_no_clock_asks_for_it_sooner() -> None:
    play = two().act("message", **SENT, next="+20")
    (message,) = play.incident.messages
    assert owed(play, UPDATE) == {"": message.next_at}
    play.act("classify", category="I", reason="all are down")
    assert owed(play, UPDATE) == {}, "the clock of Category I comes first"
    play.act("message", **SENT, next="+5")
    assert owed(play, UPDATE) == {"": play.incident.messages[-1].next_at}
    play.act("met", duty=UPDATE, text="told them on the round")
    assert owed(play, UPDATE) == {}
    play.act("message", **SENT, next="+5").act("recovered")
    assert owed(play, UPDATE) == {}


def in_review() -> Play:
    return standing_in(State.REVIEW)


def test_a_category_i_with_an_unreached_department_is_not_closed_without_a_name() -> None:
    play = in_review()
    with pytest.raises(Refused, match="Not reached yet: reg"):
        play.decide("close", reason="over")
    play.act("message", **{**SENT, "status": "recovered"})
    play.act("told", recipients="reg-01", reached="yes")
    assert unreached_departments(play.incident) == ("reg",)
    with pytest.raises(Refused, match="Not reached yet: reg"):
        play.decide("close", reason="over")
    (event,) = play.decide("close", reason="over", override=WANG)
    assert event.body["override"] == WANG
    play.act("told", recipients="reg", reached="yes")
    (event,) = play.decide("close", reason="over", override=WANG)
    assert "override" not in event.body, "nothing was overridden"


def test_an_unreached_workstation_or_another_category_does_not_keep_it_open() -> None:
    play = in_review().act("message", **SENT).act("told", recipients="reg", reached="yes")
    assert ids(unreached(play.incident)) == ["ws:reg-01"]
    assert play.act("close", reason="over").incident.state is State.CLOSED
    assert standing_in(State.RECOVERED).act("close", reason="over").incident.state is State.CLOSED


def test_who_overrides_is_in_the_roster_and_the_story_names_him() -> None:
    play = in_review().act("close", reason="over", override=WANG)
    said = tell(play.events[-1], clock=str)
    assert said == "closed: over; not all were reached, closed on the word of wang.wei"


PLACES = st.sampled_from([(f"ws-{n}", f"d{n % 3}") for n in range(6)])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("call"), PLACES),
        st.tuples(st.just("message"), st.sampled_from(["all", "d0", "reg"])),
        st.tuples(st.just("told"), st.tuples(st.integers(0, 8), st.sampled_from(["yes", "no"]))),
        st.tuples(st.just("rest"), st.just(None)),
        st.tuples(st.just("wait"), st.integers(1, 400)),
    ),
    max_size=14,
)


def take(play: Play, name: str, of: object, number: int) -> None:
    """One step of a story; what does not make sense in it is refused."""
    board = told_of(play.incident)
    if name == "call" and isinstance(of, tuple):
        play.call(a_report(number, workstation=of[0], department=of[1]))
    elif name == "message":
        play.act("message", **SENT, recipients=str(of))
    elif name == "told" and isinstance(of, tuple) and board:
        play.act("told", recipients=board[of[0] % len(board)].id, reached=of[1])
    elif name == "rest":
        play.act("told", recipients="all", reached="yes")
    elif isinstance(of, int):
        play.now += timedelta(seconds=of)


@settings(max_examples=tries(120), deadline=None)
@given(STEPS)
def test_once_a_message_was_sent_nobody_who_is_owed_it_is_ever_forgotten(
    steps: list[tuple[str, object]],
) -> None:
    play = called(("ws-0", "d0"))
    for number, (name, of) in enumerate(steps, 10):
        with suppress(Refused):
            take(play, name, of, number)
        incident = play.incident
        board = {each.id: each for each in told_of(incident)}
        assert not incident.messages or set(recipients(incident)) <= set(board)
        missing = [each for each in board.values() if each.reached is None]
        rows = owed(play, TELL)
        assert set(rows) == {str(each.message) for each in missing}
        assert all(rows[str(each.message)] <= each.last_at + 5 * MIN for each in missing)
        departments = {each.id.removeprefix("dept:") for each in missing if each.id.startswith("dept:")}
        assert not incident.messages or set(unreached_departments(incident)) == departments


def test_a_thousand_are_one_list_and_a_small_one() -> None:
    play = called(("reg-01", "reg"))
    incident = play.incident
    reports = tuple(a_report(n, workstation=f"ws-{n}", department=f"d{n % 40}") for n in range(1000))
    wide = replace(incident, reports=reports)
    assert len(recipients(wide)) == 1040

"""Actions of a review: who does what by when, owed until somebody says it is done (domain 5.8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hisconsole.errors import Refused
from hisconsole.plan.due import duties, duty_label
from hisconsole.plan.duty import ACTION
from hisconsole.plan.measures import fell_due
from hisconsole.plan.words import State
from tests.plan.hand import DIRECTOR, Hand, sample, well

GIVEN = {"text": "a second supply", "owner": DIRECTOR, "due": "+4h"}


def under_review() -> Hand:
    play = well("registration").act("notice", kind="resume", override=DIRECTOR)
    play.act("review").act("back-entered", department="registration", paper="1", entered="1", signed="Wu")
    return play


def open_actions(play: Hand) -> dict[str, str]:
    """What is owed of actions, and by whom."""
    return {due.key: due.owner for due in duties(play.incident, sample().plan) if due.duty == ACTION}


def test_an_action_is_owed_by_its_owner_at_its_time() -> None:
    play = under_review()
    due = play.now + timedelta(hours=4)
    play.act("action", **GIVEN)
    (owed,) = (each for each in duties(play.incident, sample().plan) if each.duty == ACTION)
    assert (owed.key, owed.at, owed.owner, owed.act) == ("1", due, DIRECTOR, "met")
    assert duty_label(sample().plan, owed.duty, owed.key) == "action 1"


def test_each_has_its_number_and_is_done_by_itself() -> None:
    play = under_review().act("action", **GIVEN).act("action", **GIVEN)
    play.act("met", duty="action", key="1", text="bought and built in")
    first, second = play.incident.actions
    assert (first.number, first.how, second.number, second.done_at) == (1, "bought and built in", 2, None)
    assert first.done_at is not None
    assert open_actions(play) == {"2": DIRECTOR}


def test_it_is_owed_after_closing_and_told_when_it_passes() -> None:
    play = under_review().act("action", **GIVEN)
    play.act("close", reason="over", override=DIRECTOR)
    assert play.incident.state is State.CLOSED
    assert [due.duty for due in duties(play.incident, sample().plan)] == [ACTION]
    assert [due.duty for due in duties(play.incident, None)] == [ACTION]
    passed = play.incident.actions[0].due + timedelta(minutes=1)
    (told,) = fell_due(play.incident, sample().plan, now=passed)
    assert (told.body["duty"], told.body["owner"]) == (ACTION, DIRECTOR)
    play.act("met", duty="action", key="1", text="done")
    assert duties(play.incident, sample().plan) == ()


def test_a_reopening_takes_back_neither_action_nor_what_was_done() -> None:
    play = under_review().act("action", **GIVEN).act("action", **GIVEN)
    play.act("met", duty="action", key="1", text="done").act("reopen", reason="it is back")
    assert open_actions(play) == {"2": DIRECTOR}
    assert play.incident.actions[0].how == "done"


def test_what_was_taken_back_is_owed_no_more() -> None:
    play = under_review().act("action", **GIVEN).act("undo")
    assert (play.incident.actions, open_actions(play)) == ((), {})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({**GIVEN, "text": " "}, "To be done is needed"),
        ({**GIVEN, "owner": ""}, "Owner is needed"),
        ({**GIVEN, "owner": "nobody"}, "'nobody' is not in the roster"),
        ({**GIVEN, "due": ""}, "Due is needed"),
        ({**GIVEN, "due": "-10"}, "is past: an action is due at a time to come"),
        ({**GIVEN, "due": "soon"}, "Due: 'soon' is not a time"),
    ],
)
def test_actions_that_are_none(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        under_review().act("action", **given)


def test_only_a_review_has_actions() -> None:
    with pytest.raises(Refused, match="0001 is recovered: actions come from the review of a Category I"):
        well("registration").act("action", **GIVEN)

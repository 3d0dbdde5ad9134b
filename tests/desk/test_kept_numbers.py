"""What is asked by the number of a call that was only kept here is answered, before and after the return."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hisconsole.desk import calling, calls, classifying, escalating, manual, reading, review, roster, telling
from hisconsole.desk.desk import Desk
from hisconsole.errors import Refused
from hisconsole.plan.events import PROVISIONAL
from hisconsole.plan.incident import Incident
from tests.desk.away import CALL, bring, find, keeping_desk, lose
from tests.hospital import Clock, lay_record

ASKED: dict[str, Callable[[Desk, int], Incident]] = {
    "its page": lambda desk, number: reading.read_incident(desk, number).incident,
    "its escalation": lambda desk, number: escalating.look(desk, number).incident,
    "its calls": lambda desk, number: calling.look(desk, number).incident,
    "its departments": lambda desk, number: manual.look(desk, number).incident,
    "its feedback": lambda desk, number: telling.look(desk, number).incident,
    "its questions": lambda desk, number: classifying.prefilled(desk, number, None).incident,
    "its report": lambda desk, number: review.read_review(desk, number).found.incident,
}


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """A desk with one incident on record, and one that was taken while no record could be written: K1."""
    lay_record(tmp_path / "data")
    desk = keeping_desk(tmp_path, now=clock)
    calls.take_call(desk, CALL)
    lose(desk)
    taken = calls.take_call(desk, {**CALL, "workstation": "lab-01"})
    assert (taken.incident, taken.kept) == (PROVISIONAL + 1, True)
    yield desk
    if desk.keeping is not None:
        desk.keeping.close()
    desk.database.close()


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_a_screen_that_holds_the_number_of_a_kept_call_goes_over_to_the_one_on_record(
    desk: Desk, ask: Callable[[Desk, int], Incident]
) -> None:
    kept = ask(desk, PROVISIONAL + 1)
    assert (kept.number, kept.reports[0].workstation) == (PROVISIONAL + 1, "lab-01")
    find(desk)
    assert bring(desk)
    desk.perform("acknowledge", 2)
    found = ask(desk, PROVISIONAL + 1)
    assert (found.number, found.reports[0].workstation) == (2, "lab-01")
    assert found.acknowledged_by == "li.na", "it is read from the record, and not as it was seen last"


def test_the_order_of_calls_and_what_answers_come_to_are_asked_by_either_number(desk: Desk) -> None:
    hour, judged = roster.to_call(desk, None), classifying.judge_answers(desk, PROVISIONAL + 1, {})
    assert roster.to_call(desk, PROVISIONAL + 1) == hour
    find(desk)
    assert bring(desk)
    assert roster.to_call(desk, PROVISIONAL + 1) == hour
    assert (
        judged
        == classifying.judge_answers(desk, PROVISIONAL + 1, {})
        == classifying.judge_answers(desk, 2, {})
    )


@pytest.mark.parametrize("act", ["recovered", "close", "reopen", "split"])
def test_a_refusal_names_a_kept_call_as_every_screen_does(desk: Desk, act: str) -> None:
    with pytest.raises(Refused, match=r"^K1 (is new|was not merged)"):
        desk.perform(act, PROVISIONAL + 1, {"reason": "an error"} if act != "recovered" else {})


def test_no_message_is_read_out_with_a_number_that_is_gone(desk: Desk) -> None:
    find(desk)
    assert bring(desk)
    desk.perform("verify", 2, {"result": "confirmed", "how": "remote"})
    seen, real = telling.look(desk, PROVISIONAL + 1), telling.look(desk, 2)
    assert seen.texts == real.texts

"""The call list at 80x24: whom to call, one key for what came of it, two operators, what to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole.console.calltree import CallSheet
from hisconsole.console.duties import DutiesScreen
from hisconsole.console.form import ActForm
from hisconsole.console.queue import QueueScreen
from hisconsole.desk.reading import read_incident
from hisconsole.plan.calltree import Row, Turn
from hisconsole.plan.incident import Incident
from hisconsole.plan.outreach import CallOutcome, Decision, Purpose
from tests.console.app import ME, OTHER, Seat, call, console, desk
from tests.console.test_forms import play

CHEN, FANG = "chen.hao", "fang.min"


def escalated(data: Path, *acts: tuple[str, dict[str, str]]) -> None:
    """An incident whose leading group is to be told, by one outside the order, and what was done since."""
    at = desk(data, "zhao.yan")
    number = call(at, "icu-01")
    at.perform("escalate", number)
    for name, given in acts:
        at.perform(name, number, given)
    at.database.close()


def incident(data: Path) -> Incident:
    at = desk(data)
    try:
        return read_incident(at, 1).incident
    finally:
        at.database.close()


async def opened(seat: Seat) -> CallSheet:
    await seat.until(seat.listed)
    await seat.press("C")
    await seat.at(CallSheet)
    await seat.until("reached ")
    sheet = seat.app.screen
    assert isinstance(sheet, CallSheet)
    return sheet


def rows(sheet: CallSheet) -> tuple[Row, ...]:
    assert sheet.seen is not None
    return sheet.seen.tree.rows


async def go(seat: Seat, sheet: CallSheet, contact: str) -> Row:
    """Move the cursor to a person."""
    at = [row.contact for row in rows(sheet)].index(contact)
    here = [row.contact for row in rows(sheet)].index(sheet.cursor)
    await seat.press(*(["j"] * (at - here) or ["k"] * (here - at)))
    assert sheet.cursor == contact
    return rows(sheet)[at]


async def test_telling_them_turns_into_the_call_list(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "icu-01")
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        await seat.press("e")
        await seat.until("Tell them, in this order")
        await seat.press("enter")
        await seat.at(CallSheet)
        await seat.until("reached ")
        lines = seat.lines()
        assert all(len(line) <= 80 for line in lines)
        assert lines[0].strip().startswith("Call list 0001: the leading group is to be told, li.na")
        assert lines[-1].strip() == (
            "Enter dial  1-8 what came of it  d deputy  f in full  Tab what to say  Esc back"
        )
        assert "may be started by" in seat.text()
        await seat.until("CALL NOW")
        await seat.press("esc")
        await seat.at(QueueScreen)
        await seat.press("e")
        await seat.at(CallSheet)


async def test_enter_claims_and_one_digit_says_what_came_of_it(tmp_path: Path) -> None:
    escalated(tmp_path)
    async with console(tmp_path) as seat:
        sheet = await opened(seat)
        first = sheet.cursor
        assert rows(sheet)[[row.contact for row in rows(sheet)].index(first)].turn is Turn.NEXT
        await seat.press("2")
        await seat.until("Enter first")
        await seat.press("enter")
        await seat.until("What came of it?")
        assert [each.contact for each in incident(tmp_path).dialling] == [first]
        await seat.press("2", "2")
        await seat.until("tried 1x")
        await seat.until("Enter first")
    (made,) = incident(tmp_path).calls
    assert (made.contact, made.outcome, made.purpose) == (first, CallOutcome.NO_ANSWER, Purpose.ESCALATION)
    assert made.number == "mobile"
    assert incident(tmp_path).dialling == ()


@pytest.mark.parametrize(
    ("digit", "outcome", "read_back", "decision"),
    [
        ("1", CallOutcome.REACHED, False, Decision.NONE),
        ("3", CallOutcome.BUSY, False, Decision.NONE),
        ("4", CallOutcome.WRONG_NUMBER, False, Decision.NONE),
        ("5", CallOutcome.LEFT_WORD, False, Decision.NONE),
        ("6", CallOutcome.DECLINED, False, Decision.NONE),
        ("7", CallOutcome.REACHED, True, Decision.NONE),
        ("8", CallOutcome.REACHED, False, Decision.START),
    ],
)
async def test_each_digit(
    tmp_path: Path, digit: str, outcome: CallOutcome, read_back: bool, decision: Decision
) -> None:
    escalated(tmp_path)
    async with console(tmp_path) as seat:
        sheet = await opened(seat)
        await go(seat, sheet, FANG)
        await seat.press("enter")
        await seat.until("8 starts the plan")
        await seat.press(digit)
        await seat.until(lambda: sheet.seen is not None and sheet.seen.incident.calls)
        if digit == "8":
            await seat.until("the plan was started by Fang Min")
    (made,) = incident(tmp_path).calls
    assert (made.contact, made.outcome, made.read_back, made.decision) == (FANG, outcome, read_back, decision)


async def test_who_may_not_start_the_plan_does_not(tmp_path: Path) -> None:
    escalated(tmp_path)
    async with console(tmp_path) as seat:
        sheet = await opened(seat)
        await go(seat, sheet, CHEN)
        await seat.press("enter")
        await seat.until("7 reached, read back")
        await seat.press("8")
        await seat.until("Chen Hao 陈浩 may not start the plan.")
    assert incident(tmp_path).calls == ()


async def test_two_operators_do_not_call_the_same_person(tmp_path: Path) -> None:
    escalated(tmp_path)
    at = desk(tmp_path)
    async with console(tmp_path) as seat:
        sheet = await opened(seat)
        await go(seat, sheet, CHEN)
        sheet.look = lambda: None  # type: ignore[method-assign]  # it has not seen the next act yet
        at.perform("dial", 1, {"contact": CHEN})
        await seat.press("enter")
        await seat.until(f"{OTHER} is calling {CHEN} since")
        del sheet.look
        sheet.look()
        await seat.until(f"{OTHER} calls")
        at.perform("called", 1, {"contact": CHEN, "outcome": "reached", "read_back": "yes"})
        await seat.until("read back")
        await seat.until("reached 1 of")
    at.database.close()


async def test_the_deputy_of_who_was_missed_is_offered_and_speaks_for_them(tmp_path: Path) -> None:
    escalated(tmp_path, ("called", {"contact": CHEN, "outcome": "left-word"}))
    async with console(tmp_path) as seat:
        sheet = await opened(seat)
        await seat.press("d")
        await seat.until("There is no deputy to be called")
        await go(seat, sheet, CHEN)
        await seat.until(lambda: "d calls the deputy, Li Na" in " ".join(seat.text().split()))
        await seat.press("d")
        await seat.until("Calling Li Na 李娜 in the place of Chen Hao 陈浩, mobile 100-0000-0201")
        await seat.press("esc")
        await opened(seat)  # who is called in whose place is in the claim, not in the page
        await seat.until("Calling Li Na 李娜 in the place of Chen Hao 陈浩, mobile 100-0000-0201")
        await seat.press("1")
        await seat.until("by Li Na")
    made = incident(tmp_path).calls[-1]
    assert (made.contact, made.instead_of, made.outcome) == ("li.na", CHEN, CallOutcome.REACHED)


async def test_nobody_reachable_is_announced(tmp_path: Path) -> None:
    wrong = [
        ("called", {"contact": CHEN, "outcome": "wrong-number", "number": n}) for n in ("mobile", "office")
    ]
    escalated(tmp_path, *wrong)
    async with console(tmp_path) as seat:
        sheet = await opened(seat)
        await seat.until("! Nobody reachable: director of the information center")
        await go(seat, sheet, CHEN)
        assert "WRONG NUMBERS" in seat.line("Chen Hao")
        await seat.press("enter")
        await seat.until("No number of theirs is right.")


async def test_a_call_is_written_down_in_full(tmp_path: Path) -> None:
    escalated(tmp_path)
    async with console(tmp_path) as seat:
        sheet = await opened(seat)
        await go(seat, sheet, FANG)
        await seat.press("f")
        await seat.at(ActForm)
        assert seat.answers()["contact"] == FANG
        await seat.put("took", "her driver")
        await seat.put("text", "she calls back at nine")
        await play(seat, ["enter", "5", *["enter"] * 7])
        await seat.at(CallSheet)
        await seat.until("again")
    (made,) = incident(tmp_path).calls
    assert (made.outcome, made.took, made.text) == (
        CallOutcome.LEFT_WORD,
        "her driver",
        "she calls back at nine",
    )


async def test_the_words_come_to_the_front_where_there_is_no_room_and_are_copied(tmp_path: Path) -> None:
    escalated(tmp_path)
    async with console(tmp_path) as seat:
        await opened(seat)
        await seat.press("tab")
        await seat.until("Please repeat what I said.")
        assert "Decide" in seat.text()  # what was asked before it was decided, not that nothing is asked
        await seat.press("y")
        await seat.until("Copied.")
        await seat.press("tab")
        await seat.until("CALL NOW")
        await seat.press("enter")
        await seat.until("Please repeat what I said.")
        assert "1 reached  2 no answer" in seat.text()
        assert "~" not in seat.lines()[-1]


async def test_without_a_decision_there_is_nobody_to_call(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        await seat.press("C")
        await seat.at(CallSheet)
        await seat.until("Nobody is to be told yet")
        await seat.press("enter", "1", "j", "d")
        await seat.press("esc")
        await seat.at(QueueScreen)


async def test_the_next_call_is_due_and_enter_opens_the_list(tmp_path: Path) -> None:
    escalated(tmp_path)
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        await seat.press("!")
        await seat.at(DutiesScreen)
        due = (1, "call", "")
        await seat.until(lambda: due in seat.listed())
        await seat.press("g", *["j"] * seat.listed().index(due))
        assert seat.place.rows.cursor_key == due
        await seat.press("enter")
        await seat.at(CallSheet)


async def test_the_list_follows_what_others_record(tmp_path: Path) -> None:
    escalated(tmp_path)
    at = desk(tmp_path, ME)
    async with console(tmp_path) as seat:
        await opened(seat)
        for contact in (CHEN, FANG):
            at.perform("called", 1, {"contact": contact, "outcome": "reached"})
        await seat.until("reached 2 of")
    at.database.close()

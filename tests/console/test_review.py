"""The after-action report on the screen: read at 80x24, actions added while it is under review."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole.console.duties import DutiesScreen
from hisconsole.console.form import ActForm
from hisconsole.console.incident import IncidentScreen
from hisconsole.console.queue import QueueScreen
from hisconsole.console.review import ReviewSheet
from hisconsole.desk.reading import read_incident
from hisconsole.plan.incident import Incident
from tests.console.app import ME, Seat, call, console, desk
from tests.hostile import HOSTILE

RECOVERED = (
    ("verify", {"result": "confirmed"}),
    ("classify", {"category": "I", "reason": "all is down"}),
    ("recovered", {"confirmed_by": "nurse Wu"}),
)


def lay(data: Path, *, review: bool = True, words: str = "all dead") -> None:
    """A Category I that works again, under review or not yet."""
    at = desk(data, ME)
    call(at, "reg-01", words)
    for name, given in (*RECOVERED, *((("review", {}),) if review else ())):
        at.perform(name, 1, given)
    at.database.close()


def seen(data: Path) -> Incident:
    at = desk(data)
    try:
        return read_incident(at, 1).incident
    finally:
        at.database.close()


async def opened(seat: Seat) -> ReviewSheet:
    await seat.until(seat.listed)
    await seat.press("r")
    await seat.at(ReviewSheet)
    await seat.until("IN SHORT")
    sheet = seat.app.screen
    assert isinstance(sheet, ReviewSheet)
    return sheet


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_it_is_read_from_the_queue_page_by_page(tmp_path: Path, size: tuple[int, int]) -> None:
    lay(tmp_path)
    async with console(tmp_path, size=size) as seat:
        sheet = await opened(seat)
        assert "0001: after-action report" in seat.lines()[0]
        assert "CONFIDENTIAL" in seat.text()
        await seat.press("space")
        await seat.until("TIMES")
        assert all(len(line) <= size[0] for line in seat.lines())
        await seat.press("y")
        await seat.until("Copied.")
        assert "TIMELINE" in seat.app.clipboard
        assert sheet.copied() == seat.app.clipboard
        await seat.press("esc")
        await seat.at(QueueScreen)


async def test_an_action_is_added_shown_and_owed(tmp_path: Path) -> None:
    lay(tmp_path)
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        await seat.press("enter")
        await seat.at(IncidentScreen)
        sheet = await opened(seat)
        assert "Enter adds an action" in seat.text()
        await seat.press("enter")
        await seat.at(ActForm)
        await seat.write("a second supply")
        await seat.press("enter")
        await seat.write("chen")
        await seat.press("enter")
        await seat.write("+4h")
        await seat.press("enter")
        await seat.at(ReviewSheet)
        await seat.until(lambda: "a second supply" in sheet.copied())
    (action,) = seen(tmp_path).actions
    assert (action.text, action.owner, action.by) == ("a second supply", "chen.hao", ME)


async def test_enter_on_an_action_that_is_due_asks_how_it_was_done(tmp_path: Path) -> None:
    lay(tmp_path)
    at = desk(tmp_path, ME)
    at.perform("action", 1, {"text": "a second supply", "owner": "chen.hao", "due": "+1"})
    at.perform("close", 1, {"reason": "over", "override": "chen.hao"})
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.press("!")
        await seat.at(DutiesScreen)
        owed = (1, "action", "1")
        await seat.until(lambda: owed in seat.listed())
        assert "action 1" in seat.row(owed)
        seat.place.rows.move_to(owed)
        await seat.press("enter")
        await seat.at(ActForm)
        await seat.write("bought and built in")
        await seat.press("enter", "enter")
        await seat.at(DutiesScreen)
        await seat.until(lambda: owed not in seat.listed())
    (action,) = seen(tmp_path).actions
    assert action.how == "bought and built in"


async def test_before_the_review_there_is_no_action(tmp_path: Path) -> None:
    lay(tmp_path, review=False)
    async with console(tmp_path) as seat:
        await opened(seat)
        assert "Enter adds" not in seat.text()
        await seat.press("enter")
        await seat.until("Actions are added while a Category I is under review.")


async def test_nothing_hostile_reaches_the_screen(tmp_path: Path) -> None:
    lay(tmp_path, words=" ".join(HOSTILE.values())[:1900])
    async with console(tmp_path) as seat:
        sheet = await opened(seat)
        assert all(line.isprintable() for line in sheet.copied().split("\n"))

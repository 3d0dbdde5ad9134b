"""Mode 4: whose turn it is, the summary item by item, what happened since, routines and notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from pathlib import Path

from hisconsole.console.desk_form import DeskForm
from hisconsole.console.duties import DutiesScreen
from hisconsole.console.handover import HandoverScreen
from hisconsole.console.page import Page
from hisconsole.console.pick import Pick
from hisconsole.desk import handover, turns
from hisconsole.desk.handover_sources import Seen
from hisconsole.plan.rota import Rota, Routine, Shift
from tests.console.app import ME, OTHER, Seat, call, console, desk, site

ROTA = Rota(
    shifts=(Shift("all", "Whole day", time(0), time(0)),),
    cycle=({"all": (ME,)},),
    routines=(
        Routine("room", "Room temperature", ("all",), 0, "°C", 15, 30),
        Routine("backups", "Backups verified", ("all",), 1),
    ),
    operators=frozenset({ME, OTHER}),
)


async def mode_4(seat: Seat) -> HandoverScreen:
    await seat.press("4")
    await seat.at(HandoverScreen)
    await seat.until("Open incidents")
    screen = seat.app.screen
    assert isinstance(screen, HandoverScreen)
    return screen


async def test_the_duty_is_taken_and_stands_in_line_one(tmp_path: Path) -> None:
    desk(tmp_path).database.close()
    async with console(tmp_path) as seat:
        await mode_4(seat)
        assert "Nobody has the duty yet" in seat.text()
        await seat.press("o")
        await seat.until("You have the duty.")
        await seat.until("T1 Li Na")
        assert f"{ME}  " in seat.lines()[0]


async def test_every_part_is_there_and_says_none(tmp_path: Path) -> None:
    desk(tmp_path).database.close()
    async with console(tmp_path, size=(80, 40)) as seat:
        await mode_4(seat)
        for title in (
            "Handover",
            "In one sentence",
            "Open incidents: None",
            "Silences: None",
            "The receiver",
        ):
            assert title in seat.text()


async def test_an_offer_is_answered_item_by_item(tmp_path: Path) -> None:
    at = desk(tmp_path, OTHER)
    call(at, "lab-01", "label printer", symptom="other", department="lab")
    turns.begin(at)
    handover.offer(at, ME, Seen(None, "not looked at"))
    async with console(tmp_path) as seat:
        screen = await mode_4(seat)
        await seat.until("> Li Na")
        await seat.until(f"{ME} ({OTHER}>)")
        assert screen.looked is not None
        waiting = len(screen.looked.standing.missing)
        await seat.press("o")
        await seat.until("First acknowledge what waits")
        assert f"(a): {screen.looked.standing.missing[0].key}" not in seat.text()
        for row in list(screen.rows.rows):
            if "[ ]" in seat.text() and screen.rows.move_to(row.key):
                await seat.press("a")
        await seat.until("all is acknowledged")
        assert waiting > 0
        at.perform("note", 1, {"text": "it prints again"})
        await seat.until("1 item waits")
        await seat.press("]")
        await seat.until("it prints again")
        await seat.press("enter")
        await seat.at(Page)
        await seat.press("esc", "a")
        await seat.until("all is acknowledged")
        await seat.press("o")
        await seat.at(Pick)
        await seat.press("2")
        await seat.until("You have the duty.")
        await seat.until("T2 Li Na")
    at.database.close()


async def test_what_is_refused_is_asked_for_in_the_form(tmp_path: Path) -> None:
    at = desk(tmp_path, ME)
    call(at)
    at.perform("classify", 1, {"category": "I", "reason": "server"})
    turns.begin(at)
    async with console(tmp_path) as seat:
        await mode_4(seat)
        await seat.until("T1 Li Na")
        await seat.press("o")
        await seat.at(DeskForm)
        await seat.put("to", "wang lei")
        await seat.press("enter")
        await seat.until("give the reason for handing over now")
        await seat.put("reason", "twelve hours")
        await seat.press("enter")
        await seat.until("> Wang Lei")
        await seat.press("o")
        await seat.until("has not answered yet")
    at.database.close()


async def test_routines_are_done_from_their_page_and_from_what_is_due(tmp_path: Path) -> None:
    hospital = replace(site(), rota=ROTA)
    at = desk(tmp_path, ME, hospital=hospital)
    turns.begin(at)
    async with console(tmp_path) as seat:
        await mode_4(seat)
        await seat.press("]", "]")
        await seat.until("Room temperature")
        assert "Shift 2/2" in seat.text()
        await seat.press("a")
        await seat.at(DeskForm)
        await seat.press("enter", "enter")
        await seat.until("Give what you read, in °C.")
        await seat.put("value", "31.5")
        await seat.press("enter")
        await seat.until("OUT OF RANGE")
        await seat.press("j", "x")
        await seat.at(DeskForm)
        await seat.put("note", "tape is full")
        await seat.press("enter")
        await seat.until("tape is full")
        await seat.press("!")
        await seat.at(DutiesScreen)
        await seat.until("The shift is over")
        await seat.press("enter")
        await seat.at(HandoverScreen)
    at.database.close()


async def test_the_menu_holds_what_is_allowed_now(tmp_path: Path) -> None:
    desk(tmp_path).database.close()
    async with console(tmp_path) as seat:
        await mode_4(seat)
        await seat.press(".")
        await seat.at(Pick)
        assert "Take the duty" in seat.text()
        assert "Offer the duty" not in seat.text()
        await seat.press("2")
        await seat.at(Page)
        await seat.until("Figures of the shift")

"""Planned stops on the screen: planned by form, seen in Status and among what is due, ended by digit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.console.duties import DutiesScreen
from hisconsole.console.maintenance import MaintenanceForm
from hisconsole.console.page import Page
from hisconsole.console.pick import Pick
from hisconsole.console.queue import QueueScreen
from hisconsole.console.silence import SilenceForm
from hisconsole.console.status import StatusScreen
from hisconsole.desk import maintaining
from hisconsole.plan.maintenance import Maintenance, Stage, quiet, stage
from hisconsole.plan.status import Status
from hisconsole.text import cell_len, printable
from tests.console.app import Seat, console, desk, kept
from tests.console.watched import DB, Script, put, status
from tests.hostile import HOSTILE
from tests.plan.pictures import shown
from tests.plan.stops import GIVEN
from tests.shares import part


def planned(data: Path, **given: str) -> Maintenance:
    """A stop that a colleague has planned."""
    at = desk(data)
    outcome = maintaining.add(at, {**GIVEN, "departments": "all", **given})
    found = maintaining.of_act(at, outcome)
    at.database.close()
    return found


def stops(data: Path) -> tuple[Maintenance, ...]:
    at = desk(data)
    try:
        return maintaining.every(at)
    finally:
        at.database.close()


async def fill(seat: Seat, **given: str) -> None:
    """Fill the form, and carry it out from its last field."""
    for name, text in given.items():
        await seat.put(name, text)
    seat.entry(list(given)[-1]).focus()
    await seat.press("enter")


async def test_a_stop_is_planned_from_status_with_the_target_in_it(tmp_path: Path, script: Script) -> None:
    async with console(tmp_path, watching=script.watching) as seat:
        place = await status(seat)
        place.rows.move_to(DB)
        await seat.press(".")
        await seat.at(Pick)
        await seat.until("Plan a stop")
        await seat.press(seat.line("Plan a stop").split()[0])
        await seat.at(MaintenanceForm)
        assert (seat.answers()["targets"], seat.focus) == (DB, "systems")
        assert all(cell_len(line) <= 80 for line in seat.lines())
        assert "Enter goes on" in seat.lines()[-1] or "Enter goes on" in seat.text()
        words = {name: text for name, text in GIVEN.items() if name not in ("targets", "services")}
        await fill(seat, **{**words, "departments": "lobby"})
        await seat.until("There is no department 'lobby'")
        await seat.put("services", "radar")
        await fill(seat, **{**words, "departments": "all"})
        await seat.until("No target carries 'radar'.")
        assert seat.focus == "services"
        await seat.put("services", "his")
        await fill(seat, **{**words, "departments": "all"})
        await seat.at(StatusScreen)
        await seat.until("Maintenance planned: 1, from ")
        assert kept(tmp_path) == {}
    (stop,) = stops(tmp_path)
    assert (stop.targets, stop.services, stop.departments, stop.by) == ((DB,), ("his",), ("all",), "li.na")


async def test_a_form_that_was_left_is_found_again(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await seat.press("M")
        await seat.at(Pick)
        await seat.press("1")
        await seat.at(MaintenanceForm)
        await seat.write("HIS database")
        await seat.press("esc")
        await seat.until("Kept as a draft.")
        await seat.press("M", "1")
        await seat.until("A draft was found")
        assert seat.answers()["systems"] == "HIS database"
        await fill(seat, contact="Chen")
        await seat.until("is needed.")
        assert isinstance(seat.app.screen, MaintenanceForm)


async def test_it_is_begun_extended_and_ended_by_digits(tmp_path: Path) -> None:
    planned(tmp_path)
    async with console(tmp_path) as seat:
        await seat.press("M")
        await seat.until("2 1 HIS database")
        await seat.press("2")
        await seat.until("Begin now")
        assert "planned, from " in seat.lines()[0]
        await seat.press("2")
        await seat.until("Maintenance begun: 1, until ")
        await seat.press("M", "2", "3")
        await seat.at(MaintenanceForm)
        assert seat.lines()[0].strip() == "Extend maintenance 1: HIS database"
        await fill(seat, until="+1m", reason="slow")
        await seat.until("is to end at")
        await fill(seat, until="+9h", reason="slow")
        await seat.until("Maintenance extended: 1, until ")
        await seat.press("M", "2")
        await seat.until("they ring again: ")
        await seat.press("2")
        await seat.at(MaintenanceForm)
        await fill(seat, outcome="works 好")
        await seat.until("Maintenance ended: 1, at ")
        await seat.press("M")
        await seat.at(Pick)
        assert "HIS database" not in seat.text()
    (stop,) = stops(tmp_path)
    assert (stop.outcome, stop.over_by) == ("works 好", "li.na")


async def test_the_notice_is_read_out_from_the_screen(tmp_path: Path) -> None:
    planned(tmp_path, systems="HIS database 数据库")
    async with console(tmp_path) as seat:
        await seat.press("M", "2", "1")  # typed ahead: each waits for the menu it is meant for
        await seat.at(Page)
        for line in ("SAMPLE, NOT A REAL HOSPITAL", "PLANNED STOP 1", "What stops: HIS database 数据库"):
            assert line in seat.text()


@pytest.mark.parametrize(("start", "duty"), [("+60", "M1 begins"), ("now", "M1 ends")])
async def test_what_is_due_of_it_stands_among_all_that_is_due(tmp_path: Path, start: str, duty: str) -> None:
    planned(tmp_path, start=start)
    async with console(tmp_path) as seat:
        await seat.press("!")
        await seat.at(DutiesScreen)
        await seat.until(lambda: bool(seat.listed()) and duty in seat.text())
        seat.place.rows.move_to(seat.listed()[0])
        await seat.press("enter")
        await seat.at(Pick)
        await seat.until("1 HIS database: ")
        await seat.press("esc")
        await seat.at(DutiesScreen)


async def test_status_tells_of_stops_that_run_come_and_are_late(tmp_path: Path, script: Script) -> None:
    now = script.now
    running, coming, far = (
        planned(tmp_path, start=start, systems=systems)
        for start, systems in (("now", "HIS 数据库"), ("+2h", "PACS"), ("+20h", "LIS"))
    )
    (silence,) = quiet([running], now=now + timedelta(seconds=30))
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        assert "Maintenance (M)" not in seat.text()
        down = shown(DB, Status.SILENCED, "no answer", now=now, under=Status.DOWN, silence=silence)
        await put(seat, script, down, maintenance=(running, coming, far))
        await seat.until("Maintenance (M)")
        line = seat.line("Maintenance (M)")
        assert "1 until " in line
        assert "HIS 数据库" in line
        assert "2 from " in line
        assert "LIS" not in line
        seat.place.rows.move_to(DB)
        await seat.until("maintenance 1, quiet until")
        await seat.press(".")
        await seat.at(Pick)
        assert "End the silence" not in seat.text()
        await seat.press(seat.line(" Maintenance 1").split()[0])
        await seat.until("Extend")
        await seat.press("esc")
        await seat.at(StatusScreen)
        await put(seat, script, maintenance=())
        await seat.until(lambda: "Maintenance (M)" not in seat.text())


async def test_a_late_stop_stands_out(tmp_path: Path, script: Script) -> None:
    at = desk(tmp_path)
    at.now = lambda: datetime.now(UTC) - timedelta(hours=3)
    late = maintaining.of_act(at, maintaining.add(at, {**GIVEN, "start": "now", "departments": "all"}))
    at.database.close()
    assert stage(late, datetime.now(UTC)) is Stage.OVERRUN
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        await put(seat, script, maintenance=(late,))
        await seat.until("1 OVERRUN since ")


async def test_a_service_is_silenced_from_its_target(tmp_path: Path, script: Script) -> None:
    async with console(tmp_path, watching=script.watching) as seat:
        place = await status(seat)
        place.rows.move_to(DB)
        await seat.press(".")
        await seat.at(Pick)
        await seat.press(seat.line("Silence a service").split()[0])
        await seat.until("Which service?")
        await seat.press("2")
        await seat.at(SilenceForm)
        assert seat.answers()["targets"] == "lis"
        await seat.put("targets", "radar")
        await seat.press(*"+1h", "enter", *"moves", "enter")
        await seat.until("No target carries 'radar'.")
        await seat.put("targets", "lis")
        seat.entry("reason").focus()
        await seat.press("enter")
        await seat.until("lis is silenced.")
        assert script.services == [(("lis",), {"until": "+1h", "reason": "moves"})]


@pytest.mark.parametrize("start", part(range(0, len(HOSTILE), 8), {8}))
async def test_hostile_words_of_a_stop_are_shown_as_words(tmp_path: Path, script: Script, start: int) -> None:
    """Eight stops to a console: as many as there are digits for them."""
    screens: list[list[str]] = []
    found: tuple[Maintenance, ...] = ()
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        for digit, hostile in enumerate(list(HOSTILE.values())[start : start + 8], start=2):
            words = f"x{hostile}"
            found = (*found, planned(tmp_path, systems=words, reason=words, contact=words))
            await put(seat, script, maintenance=found)
            screens.append(seat.lines())
            await seat.press("M")
            await seat.at(Pick)
            screens.append(seat.lines())
            await seat.press(str(digit))
            await seat.until("Its notice")
            screens.append(seat.lines())
            await seat.press("1")
            await seat.at(Page)
            screens.append(seat.lines())
            while not isinstance(seat.app.screen, StatusScreen):
                await seat.press("esc")
    for lines in screens:
        assert all(printable(line) == line for line in lines)
        assert all(cell_len(line) <= 80 for line in lines)


async def test_m_opens_it_everywhere(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        for key in ("1", "2", "3", "5", "!"):
            await seat.press(key, "M")
            await seat.at(Pick)
            await seat.until("Plan a stop")
            assert seat.lines()[0].strip() == "Maintenance"
            await seat.press("esc")
        await seat.press("1")
        await seat.at(QueueScreen)

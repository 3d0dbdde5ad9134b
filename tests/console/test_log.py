"""Mode 5: every event with both its times, searched by its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole.console import log
from hisconsole.console.incident import IncidentScreen
from hisconsole.console.log import LogScreen
from hisconsole.console.queue import QueueScreen
from hisconsole.desk.desk import Desk
from tests.console.app import call, console, desk


def told(data: Path) -> Desk:
    """Two incidents with notes, one dated back."""
    at = desk(data)
    call(at, "reg-01", "pacs is slow")
    call(at, "lab-01", "label printer")
    at.perform("note", 1, {"text": "rang the supplier", "at": "-45"})
    at.perform("note", 2, {"text": "100%_done"})
    return at


async def test_the_newest_stands_on_top_and_both_times_are_shown(tmp_path: Path) -> None:
    at = told(tmp_path)
    async with console(tmp_path) as seat:
        await seat.press("5")
        await seat.at(LogScreen)
        await seat.until("100%_done")
        assert seat.listed() == [7, 6, 5, 4, 3, 2, 1]  # the first adopts the plan
        assert "Happened" in seat.lines()[1]
        assert "Recorded" in seat.lines()[1]
        head, line = seat.lines()[1], seat.row(6)
        happened, recorded, number = (head.index(name) for name in ("Happened", "Recorded", "No"))
        assert line[happened:recorded].strip() != line[recorded:number].strip()
        at.perform("acknowledge", 1)
        await seat.until("acknowledged and taken")
        assert seat.listed()[0] == 8
    at.database.close()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("supplier", [6]),
        ("SUPPLIER", [6]),
        ("printer", [5]),
        ("100%_", [7]),
        ("%", [7]),
        ("'; DROP TABLE events; --", []),
    ],
)
async def test_the_log_is_searched_as_one_types(tmp_path: Path, typed: str, found: list[int]) -> None:
    told(tmp_path).database.close()
    async with console(tmp_path) as seat:
        await seat.press("5")
        await seat.at(LogScreen)
        await seat.until("100%_done")
        await seat.press("/")
        await seat.write(typed)
        await seat.until(lambda: seat.listed() == found)
        if not found:
            assert "No entry has these words." in seat.text()
        entries = "1 entry" if len(found) == 1 else f"{len(found)} entries"
        await seat.until(f"Log > {typed} ({entries}); Esc shows all")
        await seat.press("enter", "esc")
        await seat.until(lambda: len(seat.listed()) == 7)
        assert "Log >" not in seat.text()


async def test_an_entry_leads_to_its_incident_and_back(tmp_path: Path) -> None:
    told(tmp_path).database.close()
    async with console(tmp_path) as seat:
        await seat.press("5")
        await seat.at(LogScreen)
        await seat.until("100%_done")
        await seat.press("j", "enter")
        await seat.at(IncidentScreen)
        await seat.until(" 0001  unclassified")
        await seat.press("esc")
        await seat.at(LogScreen)
        await seat.press("1")
        await seat.at(QueueScreen)


async def test_acts_work_from_the_log_or_say_why_not(tmp_path: Path) -> None:
    told(tmp_path).database.close()
    async with console(tmp_path) as seat:
        await seat.press("5")
        await seat.at(LogScreen)
        await seat.until("100%_done")
        await seat.press(":")
        await seat.write("write into the timeline")
        await seat.press("enter")
        await seat.until("There is no incident under the cursor.")


async def test_a_call_is_taken_from_the_log_too(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await seat.press("5")
        await seat.at(LogScreen)
        await seat.until("No entry has these words.")
        await seat.press("n", *"reg02", "enter", "2", *"from the log", "enter")
        await seat.until("0001: Call taken")
        await seat.until("report 1 from reg-02")


async def test_further_back_is_read_when_the_end_is_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "PAGE", 30)
    at = desk(tmp_path)
    call(at)
    for number in range(67):
        at.perform("note", 1, {"text": f"note {number}"})
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.press("5")
        await seat.at(LogScreen)
        await seat.until(lambda: len(seat.listed()) == 30)
        await seat.press("G")
        await seat.until(lambda: len(seat.listed()) == 60)
        await seat.press("G")
        await seat.until(lambda: len(seat.listed()) == 70)
        await seat.press("G")
        await seat.until("opened")
        assert seat.place.rows.cursor_key == 1
        await seat.press("g")
        assert seat.place.rows.position == (1, 70)


async def test_the_entry_is_copied_in_words(tmp_path: Path) -> None:
    told(tmp_path).database.close()
    async with console(tmp_path) as seat:
        await seat.press("5")
        await seat.at(LogScreen)
        await seat.until("100%_done")
        await seat.press("y")
        await seat.until("Copied: 7 0002 100%_done")

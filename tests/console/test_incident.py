"""The incident screen: what is known on top, the timeline, the reports."""

from __future__ import annotations

from pathlib import Path

from hisconsole.console.incident import IncidentScreen
from hisconsole.console.log import LogScreen
from hisconsole.console.page import Page
from hisconsole.console.queue import QueueScreen
from tests.console.app import OTHER, call, console, desk


async def test_the_head_tells_what_is_known(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "reg-02", "cannot log in", scope="department", reporter="Nurse Wu")
    call(at, "lab-01", "nor we", join=1)
    at.perform("classify", 1, {"category": "I", "reason": "all of registration"})
    at.perform("verify", 1, {"result": "confirmed", "how": "remote"})
    at.perform("cause", 1, {"text": "switch", "confidence": "suspected"})
    at.perform("fix", 1, {"text": "restarted", "result": "failed"})
    at.perform("eta", 1, {"earliest": "+30", "latest": "+60"})
    at.database.close()
    async with console(tmp_path, size=(160, 40)) as seat:
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until("1 fix tried")
        head = "\n".join(seat.lines()[:9])
        for part in (
            "0001  Category I  active",
            "owner wang.lei",
            "cannot enter program: cannot log in",
            "2 workstations in 2 departments; caller says: whole department",
            "confirmed remotely, wang.lei",
            "cause suspected: switch",
            "ETA ",
            "Timeline, 9 entries",
            "Reports, 2 reports",
        ):
            assert part in head
        assert all(len(line) <= 160 for line in seat.lines())


async def test_it_is_live(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    call(at)
    async with console(tmp_path) as seat:
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until("owner nobody")
        at.perform("acknowledge", 1)
        await seat.until(f"owner {OTHER}")
        at.perform("note", 2, {"text": "not of this one"})
        at.perform("note", 1, {"text": "of this one"})
        await seat.until("of this one")
        assert "not of this one" not in seat.text()
    at.database.close()


async def test_the_cursor_stays_with_its_entry_when_another_is_written(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    async with console(tmp_path) as seat:
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until("opened")
        await seat.press("G")
        first = seat.place.rows.cursor_key
        assert first == seat.listed()[-1]
        at.perform("note", 1, {"text": "later"})
        await seat.until("later")
        assert seat.place.rows.cursor_key == first
    at.database.close()


async def test_a_pinned_entry_stands_on_top_and_is_marked(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    at.perform("note", 1, {"text": "supplier 4711"})
    at.perform("note", 1, {"text": "newer"})
    async with console(tmp_path) as seat:
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until("newer")
        await seat.press(".", "2", *"3", "enter")
        await seat.until(lambda: seat.listed()[0] == 3)
        assert seat.row(3).startswith("^")
        await seat.press(".", "2", *"3", "enter")
        await seat.until(lambda: seat.listed()[0] != 3)
    at.database.close()


async def test_an_entry_is_read_in_full_with_author_and_both_times(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    long = "the whole story " * 40
    at.perform("note", 1, {"text": f"{long}\nand [/] a second line", "at": "-90"})
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until("the whole story")
        await seat.press("j", "j", "k", "k", "G", "enter")  # dated back, it stands at the bottom
        await seat.at(Page)
        assert "Entry 4 of 0001" in seat.text()
        assert "By wang.lei (tester, test)" in seat.text()
        assert seat.text().count("the whole story") == 40 or "and [/] a second line" in seat.text()
        await seat.press("j", "k", "space", "b")
        await seat.press("esc")
        await seat.at(IncidentScreen)


async def test_both_brackets_turn_the_page_and_the_list_has_the_keys(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    call(at, "reg-01", join=1)
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until("report 1 from")
        await seat.press("]")
        assert seat.listed() == [1, 2]
        await seat.press("j")
        assert seat.place.rows.cursor_key == 2
        await seat.press("[")
        assert seat.listed() == [4, 3, 2]  # the first event adopts the plan
        await seat.press("]")
        assert seat.place.rows.cursor_key == 2


async def test_esc_and_q_lead_back_to_the_row_one_came_from(tmp_path: Path) -> None:
    at = desk(tmp_path)
    for _ in range(3):
        call(at)
    at.database.close()
    async with console(tmp_path) as seat:
        for key in ("esc", "q"):
            seat.place.rows.move_to(2)
            await seat.press("enter")
            await seat.at(IncidentScreen)
            await seat.press(key)
            await seat.at(QueueScreen)
            assert seat.place.rows.cursor_key == 2


async def test_it_survives_a_peek_at_another_mode(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.press("5")
        await seat.at(LogScreen)
        await seat.press("1")
        await seat.at(IncidentScreen)
        await seat.press("esc")
        await seat.at(QueueScreen)


async def test_the_number_and_the_line_are_copied(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "reg-02", "says no")
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until("opened")
        await seat.press("G", "y")
        await seat.until("Copied: 0001 opened")
        await seat.press("]", "y")
        await seat.until("Copied: 0001 reg-02 says no")


async def test_the_head_says_that_the_whole_network_is_down(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "lab-01", symptom="no-network")
    at.perform("paralysis", 1, {"confirmed": "yes"})
    at.database.close()
    async with console(tmp_path, size=(120, 40)) as seat:
        await seat.until(seat.listed)
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until("the whole network is down, 1 department stands still")
        await seat.until("the whole network cannot run  plan 2026-11")

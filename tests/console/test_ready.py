"""Readiness on the screen: looked up beside it, what to do first on top."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from hisconsole.console.pick import Pick
from hisconsole.console.queue import QueueScreen
from hisconsole.console.ready import ReadySheet
from hisconsole.console.status import StatusScreen
from hisconsole.errors import StoreFault
from hisconsole.paths import shipped
from hisconsole.plan.readiness_seen import Area, Concern, Urgency
from hisconsole.text import cell_len, printable
from hisconsole.wiring import Settings, readiness
from tests.console.app import console
from tests.console.watched import Script, status
from tests.hostile import HOSTILE
from tests.shares import part

FOUND = (
    Concern(Urgency.NOW, Area.BACKUP, "The record was never backed up.", (), "Back it up."),
    Concern(Urgency.SOON, Area.CONTACTS, "Two were never tried.", ("li.na", "张伟"), "Ring them."),
)


async def test_it_says_what_to_do_first_and_looks_again_when_asked(tmp_path: Path) -> None:
    found = [FOUND, FOUND[1:], ()]
    async with console(tmp_path, readiness=lambda: found.pop(0)) as seat:
        await seat.press("W")
        await seat.at(ReadySheet)
        await seat.until("1 must be done, 1 soon.")
        await seat.until("> Ring them.")
        lines = [line.strip() for line in seat.lines()]
        assert lines[1:7] == [
            "MUST   The record was never backed up.",
            "> Back it up.",
            "",
            "soon   Two were never tried.",
            "li.na, 张伟",
            "> Ring them.",
        ]
        await seat.press("enter")
        await seat.until("0 must be done, 1 soon.")
        await seat.press("enter")
        await seat.until("Everything is ready.")
        await seat.press("esc")
        await seat.at(QueueScreen)


async def test_the_screen_does_not_wait_for_it(tmp_path: Path) -> None:
    """It is looked up in a thread of its own; who has left is not called back."""
    gate, threads = threading.Event(), set[int]()

    def slow() -> tuple[Concern, ...]:
        threads.add(threading.get_ident())
        gate.wait(10)
        return FOUND

    async with console(tmp_path, readiness=slow) as seat:
        await seat.press("W")
        await seat.at(ReadySheet)
        assert "Looking ..." in seat.text()
        await seat.press("enter", "j", "esc")
        await seat.at(QueueScreen)
        gate.set()
        await seat.press("j", "2")
        await seat.at(StatusScreen)
        assert threads.isdisjoint({threading.get_ident()})
        assert len(threads) == 1


async def test_what_hinders_it_is_told_and_it_can_be_tried_again(tmp_path: Path) -> None:
    answers: list[Exception | None] = [StoreFault("The disk is away."), None]

    def look() -> tuple[Concern, ...]:
        fault = answers.pop(0)
        if fault is not None:
            raise fault
        return FOUND

    async with console(tmp_path, readiness=look) as seat:
        await seat.press("W")
        await seat.until("The disk is away.")
        await seat.press("enter")
        await seat.until("1 must be done, 1 soon.")


async def test_a_bug_in_it_is_one_calm_sentence(tmp_path: Path) -> None:
    def broken() -> tuple[Concern, ...]:
        raise RuntimeError("no")

    async with console(tmp_path, readiness=broken, faults=True) as seat:
        await seat.press("W")
        await seat.until("Something went wrong here")
        await seat.press("esc")
        await seat.at(QueueScreen)


async def test_it_is_reached_from_the_palette_and_the_views_of_status(tmp_path: Path, script: Script) -> None:
    async with console(tmp_path, watching=script.watching, readiness=lambda: FOUND) as seat:
        await seat.press(":")
        await seat.at(Pick)
        await seat.write("ready")
        await seat.press("enter")
        await seat.at(ReadySheet)
        await seat.press("q")
        await status(seat)
        await seat.press("w")
        await seat.at(Pick)
        await seat.press(seat.line("Ready for").split()[0])
        await seat.at(ReadySheet)
        await seat.press("esc")
        await seat.at(StatusScreen)


async def test_without_a_way_to_look_it_names_the_command(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await seat.press("W")
        await seat.until("run 'hisconsole ready'")


async def test_on_the_sample_hospital_it_is_whole_at_80_columns(tmp_path: Path) -> None:
    settings = Settings(shipped("config"), tmp_path, "")
    async with console(tmp_path, readiness=lambda: readiness(settings)) as seat:
        await seat.press("W")
        await seat.until("must be done")
        seen = seat.lines()
        for _page in range(3):
            await seat.press("space")
            await seat.pilot.pause()
            seen += seat.lines()
        assert all(cell_len(line) <= 80 for line in seen)
        assert any("Nobody has ever watched" in line for line in seen)
        assert any("No drill is on record." in line for line in seen)


@pytest.mark.parametrize("hostile", part(HOSTILE.values(), list(HOSTILE.values())[::8]), ids=list(HOSTILE))
async def test_hostile_findings_are_shown_as_words(tmp_path: Path, hostile: str) -> None:
    found = (Concern(Urgency.NOW, Area.FILES, hostile, (hostile, "x"), "Do it."),)
    async with console(tmp_path, readiness=lambda: found) as seat:
        await seat.press("W")
        await seat.until("1 must be done")
        assert all(printable(line) == line for line in seat.lines())
        assert all(cell_len(line) <= 80 for line in seat.lines())

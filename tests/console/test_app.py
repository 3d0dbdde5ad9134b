"""The console as a whole: alarms, a changed hospital, a store that fails, bugs, drafts offered, leaving."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from hisconsole.console.call import CallForm
from hisconsole.console.form import ActForm
from hisconsole.console.incident import IncidentScreen
from hisconsole.console.log import LogScreen
from hisconsole.console.lookout import RING_S
from hisconsole.console.pick import Pick
from hisconsole.console.queue import QueueScreen
from hisconsole.desk.desk import Desk
from hisconsole.desk.reading import read_incident
from hisconsole.errors import StoreFault
from hisconsole.plan import words
from hisconsole.store.database import Database
from tests.console.app import ME, OTHER, call, console, copied, desk


def touched(folder: Path, name: str, old: str, new: str) -> None:
    """Save one change to a file of the hospital."""
    path = folder / name
    content = path.read_text()
    assert old in content
    path.write_text(content.replace(old, new, 1))


async def test_a_faulty_file_keeps_the_old_hospital_and_says_so_until_it_is_mended(tmp_path: Path) -> None:
    folder = copied("config", tmp_path / "config")
    async with console(tmp_path / "data", config=folder) as seat:
        touched(folder, "workstations.yaml", "department: registration", "department: cellar")
        seat.app._second()
        await seat.until("The old configuration stays: ")
        said = seat.line("The old configuration stays")
        assert re.search(r"stays: workstations\.yaml:\d+:\d+: .*cellar", said)
        assert "OLD CONFIG" in seat.lines()[0]
        await seat.press("n")
        await seat.at(CallForm)
        await seat.write("reg02")
        await seat.until("reg-02")
        await seat.press("enter")
        await seat.until("Outpatient Registration")
        await seat.press("esc")
        touched(folder, "workstations.yaml", "department: cellar", "department: registration")
        seat.app._second()
        await seat.until(lambda: "OLD CONFIG" not in seat.lines()[0])
        await seat.until("The hospital's files were read again.")


async def test_a_changed_hospital_is_taken_over_without_a_restart(tmp_path: Path) -> None:
    folder = copied("config", tmp_path / "config")
    async with console(tmp_path / "data", config=folder) as seat:
        touched(
            folder,
            "workstations.yaml",
            "\nreg-01:\n",
            "\nkiosk-77:\n  department: registration\n  room: Hall 9F\n  phone: 6999\n"
            "  address: 127.20.9.9\n  switch: sw-opd-1f\n\nreg-01:\n",
        )
        seat.app._second()
        await seat.until("The hospital's files were read again.")
        await seat.press("n")
        await seat.at(CallForm)
        await seat.write("6999")
        await seat.until("kiosk-77")
        await seat.press("enter")
        await seat.until("Hall 9F")
        await seat.until(lambda: seat.entry("callback").value == "6999")


async def test_an_unchanged_hospital_is_not_read_again(tmp_path: Path) -> None:
    folder = copied("config", tmp_path / "config")
    async with console(tmp_path / "data", config=folder) as seat:
        site = seat.app.site
        for _ in range(3):
            seat.app._second()
        assert seat.app.site is site
        assert "read again" not in seat.text()


def newer(data: Path) -> None:
    """Make the record one that a later program has migrated."""
    desk(data).database.close()
    connection = sqlite3.connect(data / "record.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()


async def test_a_record_of_a_newer_program_is_read_only_and_says_so(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, words="seen all the same")
    at.database.close()
    newer(tmp_path)
    async with console(tmp_path) as seat:
        await seat.until("seen all the same")
        assert "READ ONLY" in seat.lines()[0]
        await seat.press(".", "1", *"lost?", "enter", "enter")
        await seat.until("newer hisconsole")
        assert isinstance(seat.app.screen, ActForm)
        assert seat.answers()["text"] == "lost?"
        await seat.press("esc")
        await seat.at(QueueScreen)
        await seat.press("n", *"reg02", "enter", "2", *"kept")
        await seat.press("enter")
        await seat.until(lambda: "newer hisconsole" in seat.text() or "0 or Enter" in seat.text())
        if "0 or Enter" in seat.text():
            await seat.press("0")
        await seat.until("newer hisconsole")
        assert seat.answers()["words"] == "kept"


async def test_a_record_that_cannot_be_opened_ends_the_console_with_a_sentence(tmp_path: Path) -> None:
    def refuse() -> Desk:
        raise StoreFault("/data lies on a network file system.")

    async with console(tmp_path, open_desk=refuse) as seat:
        await seat.until(lambda: not seat.app.is_running or seat.app.return_code is not None)
        assert seat.app.return_code == StoreFault.exit_code


async def test_a_desk_that_is_held_up_makes_the_picture_stale_and_the_screen_goes_on(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    call(at)
    at.database.close()
    async with console(tmp_path) as seat:
        release = threading.Event()
        held = threading.Event()

        def hold(_desk: Desk) -> None:
            held.set()
            release.wait(10)

        seat.app.desk_thread.submit(hold)
        await seat.until(held.is_set)
        seat.app.desk_thread._alive -= 47
        seat.app._second()
        await seat.until("STALE <1m")
        seat.app.desk_thread._alive -= 200
        seat.app._second()
        await seat.until("STALE 4m")
        start = time.monotonic()
        await seat.press("j", "k", "?", "esc", "/", "x", "esc", "n", "esc")
        assert time.monotonic() - start < 2
        release.set()
        await seat.until(lambda: seat.app.desk_thread.silence() < 1)
        seat.app._second()
        await seat.until(lambda: "STALE" not in seat.text())


async def test_trouble_with_the_record_is_told_and_ends_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = desk(tmp_path)
    call(at)
    broken = threading.Event()
    version = Database.data_version

    def fails(database: Database) -> int:
        if broken.is_set():
            raise StoreFault("The disk is gone.")
        return version(database)

    monkeypatch.setattr(Database, "data_version", fails)
    async with console(tmp_path) as seat:
        broken.set()
        await seat.until("The disk is gone.")
        await seat.until("STALE <1m")
        assert seat.listed() == [1]  # the last picture stays, and looks old
        assert "00:00" not in seat.lines()[0]
        broken.clear()
        number = call(at)
        await seat.until(lambda: len(seat.listed()) == number)
        await seat.until(lambda: "STALE" not in seat.text())
    at.database.close()


async def test_a_bug_in_the_desk_s_thread_is_told_and_does_not_end_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = desk(tmp_path)
    call(at)
    broken = threading.Event()
    version = Database.data_version

    def fails(database: Database) -> int:
        if broken.is_set():
            raise ZeroDivisionError("a bug")
        return version(database)

    monkeypatch.setattr(Database, "data_version", fails)
    async with console(tmp_path, faults=True) as seat:
        broken.set()
        await seat.until("STALE")
        broken.clear()
        number = call(at)
        await seat.until(lambda: len(seat.listed()) == number)
    at.database.close()


@pytest.mark.parametrize("screen", ["queue", "incident", "log", "call", "act", "pick"])
async def test_a_bug_in_a_screen_is_one_calm_sentence_with_an_id_and_the_console_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, screen: str
) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()

    def bug(*_args: object, **_given: object) -> object:
        secret = "hunter2"  # noqa: F841 - must not reach the log
        raise ZeroDivisionError("a bug")

    kinds = {
        "queue": (QueueScreen, "do_pause", ["p"], []),
        "incident": (IncidentScreen, "do_tab", ["enter", "]"], ["esc"]),
        "log": (LogScreen, "do_filter", ["5", "/"], ["1"]),
        "call": (CallForm, "_settle", ["n", "r", "enter"], ["esc"]),
        "act": (ActForm, "submit", [".", "1", "r", "enter", "enter"], ["esc"]),
        "pick": (Pick, "action_take", [":", "enter"], ["esc"]),
    }
    kind, method, keys, back = kinds[screen]
    monkeypatch.setattr(kind, method, bug)
    async with console(tmp_path, faults=True) as seat:
        await seat.until(seat.listed)
        for key in keys:
            await seat.press(key)
            await seat.rest()
        await seat.until(lambda: seat.app.faults)
        fault = seat.app.faults[0]
        assert len(fault.id) == 8
        if screen != "pick":
            await seat.until(f"Something went wrong here (error {fault.id})")
        await seat.press(*back)
        await seat.at(QueueScreen)
        if screen == "pick":
            await seat.until(f"Something went wrong here (error {fault.id})")
        monkeypatch.undo()
        await seat.press("a")
        await seat.until("0001: Acknowledge")
    logged = (tmp_path / "console.log").read_text()
    assert fault.id in logged
    assert "hunter2" not in logged.replace('secret = "hunter2"', "")


async def test_a_row_that_cannot_be_drawn_spares_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = desk(tmp_path)
    call(at, words="good")
    call(at, words="bad", symptom="other")
    at.database.close()
    real = words.symptom_label

    def draw(symptom: str) -> str:
        if symptom == "other":
            raise ValueError(symptom)
        return real(symptom)

    monkeypatch.setattr("hisconsole.console.show.symptom_label", draw)
    async with console(tmp_path, faults=True) as seat:
        await seat.until("Something went wrong here (error ")
        assert "good" in seat.text()


async def test_leaving_is_asked_at_the_top_only_and_no_is_the_default(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.press("q")
        await seat.at(QueueScreen)
        for no in (["enter"], ["esc"], ["q"], ["1"]):
            await seat.press("q")
            await seat.until("Leave the console?")
            await seat.press(*no)
            await seat.at(QueueScreen)
        await seat.press("esc", "esc", "esc")
        assert seat.app.is_running
        await seat.press("q", "2")
        await seat.until(lambda: seat.app.return_code == 0)


async def test_what_was_handed_over_is_written_before_the_console_ends(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        seat.app.desk_thread.submit(lambda _desk: time.sleep(0.3))
        await seat.press("a")
        seat.app.end("SIGTERM", 143)
    assert read_incident(at, 1).incident.acknowledged_by == ME
    at.database.close()


async def test_two_consoles_see_each_other(tmp_path: Path) -> None:
    async with console(tmp_path) as one, console(tmp_path, operator=OTHER) as two:
        await one.press("n", *"reg02", "enter", "2", *"both see it", "enter")
        await two.until("both see it")
        await two.press("a")
        await two.until("0001: Acknowledge")
        await one.until(lambda: "verifying" in one.row(1))
        await one.press("a")
        await one.until("Already taken by wang.lei")


async def test_a_thousand_incidents_do_not_slow_the_keys(tmp_path: Path) -> None:
    at = desk(tmp_path)
    for number in range(300):
        call(at, "lab-01", f"number {number}")
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.until(lambda: len(seat.listed()) == 300)
        await seat.press("/", *"029")
        await seat.until(lambda: len(seat.listed()) == 11)
        await seat.press("esc", "G")
        assert seat.place.rows.position == (300, 300)


def test_the_bell_s_minute_is_a_minute() -> None:
    assert RING_S == 60

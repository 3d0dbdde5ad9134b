import stat
import sys
from pathlib import Path

import pytest

from hisconsole.faultlog import LIMIT, fault_id, log_fault
from tests.console.demo_apps import BadApp
from tests.ptys import Modes, Pty
from tests.shares import part

DEMO = str(Path(__file__).with_name("demo_apps.py"))


@pytest.mark.parametrize("key", part("atwflnsmk", "akm"))
async def test_a_bug_anywhere_is_one_calm_sentence_and_the_console_goes_on(key: str, tmp_path: Path) -> None:
    log = tmp_path / "faults.log"
    app = BadApp(log)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", key)
        await pilot.pause(0.1)
        assert app.faults
        fault = app.faults[0]
        assert len(fault.id) == 8
        assert int(fault.id, 16) >= 0
        assert fault.id in fault.sentence
        if key in "sm":
            await pilot.press("escape")
        told = len(app.faults)
        await pilot.press("j", "j", key, "j")
        await pilot.pause(0.1)
        assert app.count == (3 if key == "m" else 4)  # a dialog keeps the keys to itself
        assert len(app.faults) == told  # the same fault is told once
        assert app.is_running
    written = log.read_text()
    assert f"error {fault.id}" in written
    assert "Traceback" in written
    assert "hunter2\n" not in written.replace('secret = "hunter2"', "")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert app.return_code in {0, None}


async def test_a_refusal_that_nobody_caught_is_its_own_sentence(tmp_path: Path) -> None:
    app = BadApp(tmp_path / "log")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r", "j")
        assert [fault.sentence for fault in app.faults] == ["Taken by wang at 03:12."]
        assert app.count == 1
    assert not (tmp_path / "log").exists()


def test_on_a_terminal_the_sentence_is_shown_and_every_other_key_still_works(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    with Pty([sys.executable, DEMO, "bad", str(log)]) as pty:
        pty.wait_for("ready")
        for count, key in enumerate("atwflnk", 1):
            pty.key(key)
            pty.wait_for("Something went wrong here (error ")
            pty.key("j")
            pty.wait_for(f"count {count}")
        pty.key("q")
        assert pty.exited() == 0
        assert pty.modes() == Modes()
        assert b"hunter2" not in pty.raw
        assert b"Traceback" not in pty.raw
        assert pty.forbidden() == []


def test_a_console_that_cannot_start_says_so_and_leaves_the_terminal_sane(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Pty([sys.executable, DEMO, "unstartable", str(log)]) as pty:
        assert pty.exited() == 1
        pty.wait_for("The console could not start (error ")
        assert pty.modes() == Modes()
        assert b"Traceback" not in pty.raw
    assert "mount of the app" in log.read_text()


def bug(place: int) -> Exception:
    try:
        return ValueError(1 // place)
    except ZeroDivisionError as error:
        return error


def test_one_bug_has_one_id_whatever_its_data() -> None:
    assert fault_id(bug(0)) == fault_id(bug(0))
    assert fault_id(bug(0)) != fault_id(ValueError())


def test_the_log_is_bounded_and_a_disk_that_refuses_it_is_no_second_bug(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("x" * (LIMIT + 1))
    log_fault(log, bug(0), "0badbeef")
    assert log.stat().st_size < 5000
    assert (tmp_path / "log.1").stat().st_size == LIMIT + 1
    log_fault(tmp_path / "missing" / "log", bug(0), "0badbeef")
    (tmp_path / "link").symlink_to(log)
    before = log.stat().st_size
    log_fault(tmp_path / "link", bug(0), "0badbeef")
    assert log.stat().st_size == before
    log_fault(log, ValueError("\x1b]0;owned\x07"), "0badbeef")
    assert "\x1b" not in log.read_text()

"""The command as cron, scripts and pipes start it: a process of its own."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "hisconsole"]
BARE = {"PYTHONPATH": str(ROOT / "src")}
"""What cron would leave us, and where the code lies."""


def started(*words: str) -> tuple[int, str, str]:
    """Runs a command with nothing in its environment."""
    run = subprocess.run(
        [*COMMAND, *words],
        env=BARE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
    )
    return run.returncode, run.stdout, run.stderr


def test_from_cron(data: Path) -> None:
    there = ("--data", str(data), "--operator", "li.na")
    code, out, err = started("report", "--workstation=reg-01", "--symptom=3", "--words=故障", *there)
    assert (code, err) == (0, "")
    code, out, err = started(*there)
    assert (code, err) == (0, "")
    assert "1 open" in out
    assert "故障" in out
    assert "This is not a terminal" in out


def test_a_terminal_that_cannot_show_a_screen(run: Run, data: Path) -> None:
    run("report", "--workstation", "reg-01", "--symptom", "3")
    outer, inner = os.openpty()
    with os.fdopen(inner, "wb") as terminal:
        ended = subprocess.run(
            [*COMMAND, "--data", str(data)],
            env={**BARE, "TERM": "dumb"},
            stdin=terminal,
            stdout=terminal,
            stderr=subprocess.PIPE,
            timeout=30,
            check=False,
        )
    with os.fdopen(outer, "rb", buffering=0) as screen:
        shown = screen.read(4096).decode()
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert "1 open" in shown
    assert "TERM is 'dumb'" in shown
    assert "\x1b" not in shown


def test_a_closed_pipe_is_quiet(run: Run, data: Path) -> None:
    run("report", "--workstation", "reg-01", "--symptom", "3", "--words=" + "x " * 900)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        ended = subprocess.run(
            [*COMMAND, "log", "--data", str(data)],
            env=BARE,
            stdout=pipe,
            stderr=subprocess.PIPE,
            timeout=30,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full, NOT tested")
def test_a_full_disk_is_told(run: Run, data: Path) -> None:
    run("report", "--workstation", "reg-01", "--symptom", "3")
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [*COMMAND, "log", "--data", str(data)],
            env=BARE,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=30,
            check=False,
        )
    assert ended.returncode == 74
    assert ended.stderr.count(b"\n") == 1


def test_no_command_imports_what_it_does_not_need(data: Path) -> None:
    """One process runs every command and then looks at what it holds."""
    script = f"""
import sys
from hisconsole.cli import main
there = ["--data", {str(data)!r}, "--operator", "li.na"]
def heavy():
    names = "textual asyncssh pysnmp gufo pydantic rich.console alembic.command sqlalchemy".split()
    return [name for name in names if name in sys.modules]
for words in (["--version"], ["--help"], ["act", "--list"], ["check"], ["init", {str(data)!r} + "x"],
              ["status"], ["metrics"], ["targets", "list"], ["practice", "list"], ["watch", "--unit"]):
    assert main([*words, *there]) == 0, words
assert heavy() == [], heavy()
assert main(["report", "--workstation=reg-01", "--symptom=3", *there]) == 0
for name in [name for name in sys.modules if name.startswith("alembic")]:
    del sys.modules[name]  # made the record; not needed again
for words in (["act", "note", "1", "text=x"], ["incidents"], ["incident", "1"], ["log"], ["verify"],
              ["backup", {str(data)!r} + ".copy"], ["restore", {str(data)!r} + ".copy"], []):
    assert main([*words, *there]) == 0, words
assert heavy() == ["sqlalchemy"], heavy()
"""
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**BARE, "TERM": "dumb"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


@pytest.fixture
def heeding_ctrl_c() -> Iterator[None]:
    """What a shell starts in the background ignores it, and so would all that the tests start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeding_ctrl_c")
def test_ctrl_c_while_the_record_is_held(run: Run, data: Path) -> None:
    run("report", "--workstation", "reg-01", "--symptom", "3")
    before = run("log", "--json").json
    with (data / "record.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        act = subprocess.Popen(
            [*COMMAND, "act", "note", "1", "text=x", "--data", str(data), "--operator", "li.na"],
            env=BARE,
            stderr=subprocess.PIPE,
            text=True,
        )
        lock = f"{os.fstat(held.fileno()).st_ino}"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            waiting = [line for line in Path("/proc/locks").read_text().splitlines() if "->" in line]
            if any(f":{lock} " in line for line in waiting):
                break
            time.sleep(0.01)
        act.send_signal(signal.SIGINT)
        _out, err = act.communicate(timeout=20)
    assert (act.returncode, err) == (130, "")
    assert run("log", "--json").json == before

"""The first working day, on a real terminal: a call is taken, worked, closed, found again and proved."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from hisconsole.desk.reading import read_incident
from tests.console.app import desk
from tests.ptys import SRC, Modes
from tests.stories.conftest import Open, command
from tests.stories.tmux import Tmux


class Terminal(Protocol):
    """What a story needs of a terminal."""

    def key(self, *names: str) -> None: ...

    def type_in(self, text: str) -> None: ...

    def wait_for(self, what: str | re.Pattern[str] | Callable[[list[str]], object]) -> None: ...

    def screen(self) -> list[str]: ...


def take_two_calls(at: Terminal) -> None:
    at.wait_for("0 open")
    at.key("n")
    at.wait_for("New call")
    at.type_in("reg02")
    at.wait_for("Enter takes the marked one")
    at.key("enter")
    at.wait_for("KEY TERMINAL")
    at.key("2")
    at.type_in("cannot log in since the update")
    at.key("enter")
    at.wait_for("0001: Call taken")
    at.key("n")
    at.wait_for("New call")
    at.type_in("6103")
    at.wait_for("reg-03")
    at.key("enter")
    at.wait_for("1 Join 0001")
    at.key("2")
    at.type_in("same at window three")
    at.wait_for("same at window three")
    at.key("enter")
    at.wait_for("0 or Enter")
    at.key("1")
    at.wait_for(re.compile(r"0001 \?   new +00:0\d \S+ +2 reg-02"))


def work(at: Terminal) -> None:
    at.key("a")
    at.wait_for("0001: Acknowledge")
    at.wait_for("? 0001 ?   verifying")
    at.key("enter")
    at.wait_for("owner li.na")
    at.key("v")
    at.wait_for("Verify 0001")
    at.key("1", "1", "enter")
    at.type_in("tried it myself")
    at.key("enter", "enter")
    at.wait_for("0001: Verify")
    at.wait_for("confirmed by phone, li.na")
    for words, when in [("rang the supplier", ""), ("first saw it", "-10")]:
        at.key(".", "1")
        at.wait_for("Note 0001")
        at.type_in(words)
        at.key("enter")
        at.type_in(when)
        at.key("enter")
        at.wait_for(re.compile(rf"^ [\d: -]+(< )? *\d+ +li\.na +{words}", re.MULTILINE))
    assert any("< " in line and "first saw it" in line for line in at.screen())
    at.key(".", "3")
    at.wait_for("ETA 0001")
    at.type_in("+30")
    at.key("enter")
    at.type_in("+60")
    at.key("enter")
    at.type_in("the supplier says so")
    at.key("enter")
    at.wait_for(re.compile(r"^ ETA [\d: -]+ - ", re.MULTILINE))


def finish(at: Terminal) -> None:
    at.key(".", "7")
    at.wait_for("Recovered 0001")
    at.type_in("Nurse Wu")
    at.key("enter", "enter")
    at.wait_for("recovered: confirmed by Nurse Wu")
    at.key("x")
    at.wait_for("Close 0001")
    at.type_in("update rolled back")
    at.key("enter", "enter")
    at.wait_for("Close 0001?")
    at.key("2")
    at.wait_for(re.compile(r"closed [\d: -]+: update rolled back"))
    at.key("esc")
    at.wait_for("Nothing is open here")


def look_it_up(at: Terminal) -> None:
    at.key("5")
    at.wait_for("Recorded")
    at.key("/")
    at.type_in("supplier")
    at.wait_for("Log > supplier (2 entries)")
    at.key("enter", "enter")
    at.wait_for("0001  unclassified  closed")
    at.key("esc")
    at.wait_for("Recorded")
    at.key("esc")
    at.wait_for("acknowledged and taken")
    at.key("1")
    at.wait_for("Nothing is open here")


def leave(at: Terminal) -> None:
    at.key("q")
    at.wait_for("Leave the console?")
    at.key("2")


def day(at: Terminal) -> None:
    take_two_calls(at)
    work(at)
    finish(at)
    look_it_up(at)
    leave(at)


def proved(data: Path) -> None:
    """`hisconsole verify`, as an auditor runs it; and the record says what was done."""
    done = subprocess.run(
        [sys.executable, "-m", "hisconsole", "verify", "--data", str(data), "--json"],
        env={"PATH": os.environ["PATH"], "HOME": str(data), "PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done
    proof = json.loads(done.stdout)
    assert proof["holds"] is True
    assert proof["incidents"] == 1
    at = desk(data)
    kinds = [event.kind.value for event in read_incident(at, 1).history]
    at.database.close()
    assert kinds == [
        "opened", "reported", "reported", "acknowledged", "verified", "noted", "noted", "estimated",
        "recovered", "closed",
    ]  # fmt: skip
    assert proof["seq"] == 1 + len(kinds)  # the plan was adopted first


def test_the_first_working_day(terminal: Open, tmp_path: Path) -> None:
    at = terminal()
    day(at)
    assert at.exited() == 0
    assert at.modes() == Modes()
    assert at.forbidden() == []
    proved(tmp_path)
    assert not [path for path in tmp_path.iterdir() if path.name == "console.log"]


@pytest.mark.slow
def test_the_first_working_day_in_tmux(need: Callable[[str], str], tmp_path: Path) -> None:
    tmux = need("tmux")
    data = tmp_path / "data"
    desk(data).database.close()
    env = {"LANG": "C.UTF-8"}
    with Tmux(tmux, command(data), env, socket=tmp_path / "tmux", size=(80, 24)) as at:
        day(at)
        at.wait_for("exit code 0")
        assert not [line for line in at.screen() if "Nothing is open" in line]
    proved(data)

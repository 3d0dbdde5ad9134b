"""The door on real terminals: a console for each, none harmed by another, and a plain start without it."""

from __future__ import annotations

import getpass
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hisconsole import enter
from hisconsole.sessions import FOLDER
from tests.console.app import ME, OTHER, call, desk, kept
from tests.doors import House, house
from tests.ptys import Modes, Pty

CROWD = 20


class Lodgers:
    """A house and the terminals in front of it."""

    def __init__(self, at: House) -> None:
        self.house = at
        self.all: list[Pty] = []

    def enter(self, operator: str = ME, **how: object) -> Pty:
        """One more terminal, as after a login."""
        pty = Pty(self.house.client(), self.house.shown(operator), **how)  # type: ignore[arg-type]
        self.all.append(pty)
        return pty

    def console_of(self, pty: Pty) -> int:
        """The process that draws on a terminal."""
        tty = str(Path(f"/proc/{pty.pid}/fd/0").readlink())

        def there() -> list[int]:
            return [live.pid for live in self.house.consoles() if live.tty == tty]

        self.house.until(there)
        return there()[0]


@pytest.fixture
def lodgers(tmp_path: Path) -> Iterator[Lodgers]:
    """A house whose door is still shut."""
    made = Lodgers(house(tmp_path))
    yield made
    for pty in made.all:
        pty.close()
    made.house.close()


def gone(pid: int) -> Callable[[], bool]:
    return lambda: not Path(f"/proc/{pid}").exists()


def held_by(pid: int) -> set[str]:
    """The names of what a process has open."""
    return {str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir()}


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_console_is_forked_onto_the_terminal_and_gives_it_back(lodgers: Lodgers) -> None:
    lodgers.house.start()
    door = lodgers.house.process
    assert door is not None
    at = lodgers.enter()
    at.wait_for("0 open")
    at.wait_for(re.compile(r"li\.na +\d\d:\d\d$", re.MULTILINE))
    pid = lodgers.console_of(at)
    assert parent_of(pid) == door.pid
    assert [live.operator for live in lodgers.house.consoles()] == [ME]
    assert lodgers.house.consoles()[0].source == "192.0.2.7"
    at.resize(100, 30)
    at.wait_for(lambda lines: len(lines) == 30 and "n Call" in lines[-1])
    at.settle()
    at.key("q")
    at.wait_for("Leave the console?")
    at.key("2")
    assert at.exited() == 0
    assert at.modes() == Modes()
    assert lodgers.house.consoles() == []
    # What forks must be one thread, hold no record and no terminal of anybody.
    assert len(os.listdir(f"/proc/{door.pid}/task")) == 1  # noqa: PTH208
    held = held_by(door.pid)
    assert not [name for name in held if name.endswith(".db") or "pts" in name]
    assert lodgers.house.stop() == 0
    assert not (lodgers.house.data / FOLDER / enter.SOCKET).exists()


def test_a_console_holds_nothing_of_the_door_or_of_another(lodgers: Lodgers) -> None:
    lodgers.house.start()
    first, second = lodgers.enter(), lodgers.enter(OTHER)
    for at in (first, second):
        at.wait_for("0 open")
        at.settle()
    door = lodgers.house.process
    assert door is not None
    of_door = held_by(door.pid)
    for at in (first, second):
        held = held_by(lodgers.console_of(at))
        shared = held & of_door
        assert len([name for name in shared if name.startswith("socket:")]) == 1  # its own line
        assert not [name for name in shared if name.startswith("pipe:") or "door.lock" in name]
        assert len({name for name in held if "/pts/" in name}) == 1


def test_without_a_door_it_is_a_plain_start(lodgers: Lodgers) -> None:
    at = lodgers.enter()
    at.wait_for("0 open")
    at.wait_for(re.compile(r"li\.na +\d\d:\d\d$", re.MULTILINE))
    assert lodgers.console_of(at) == at.pid
    environ = dict(
        each.split("=", 1) for each in Path(f"/proc/{at.pid}/environ").read_text().split("\0") if each
    )
    assert set(environ) <= {*enter.KEPT, *enter.HOME, "PYTHONPATH", enter.OPERATOR}
    assert environ[enter.OPERATOR] == "li.na", "whom the key has proven, whatever the client says"
    at.settle()
    at.signal(signal.SIGTERM)
    assert at.exited(2) == 128 + signal.SIGTERM
    assert at.modes() == Modes()


@pytest.mark.slow
def test_a_door_that_hangs_is_passed_by(lodgers: Lodgers) -> None:
    lodgers.house.start()
    door = lodgers.house.process
    assert door is not None
    door.send_signal(signal.SIGSTOP)
    at = lodgers.enter()
    at.wait_for("0 open", timeout=20)
    assert lodgers.console_of(at) == at.pid
    door.send_signal(signal.SIGCONT)  # finds a caller who has gone elsewhere
    other = lodgers.enter(OTHER)
    other.wait_for("0 open")
    assert {live.operator for live in lodgers.house.consoles()} == {ME, OTHER}
    assert at.running


def test_nobody_enters_whom_no_key_or_no_roster_names(lodgers: Lodgers) -> None:
    lodgers.house.start()
    at = lodgers.enter("stranger")
    assert at.exited() == enter.NOT_ALLOWED
    at.wait_for("names no operator for this key")
    lodgers.house.keys(f'restrict,pty,environment="{enter.OPERATOR}=dr.who" ssh-ed25519 AAAAmine')
    at = lodgers.enter(cols=200)
    assert at.exited() == 5
    at.wait_for("'dr.who' is no operator in the roster.")
    assert at.modes() == Modes()
    assert lodgers.house.consoles() == []


def test_a_full_house_says_so_and_has_room_again(lodgers: Lodgers) -> None:
    lodgers.house.start(most=1)
    first = lodgers.enter()
    first.wait_for("0 open")
    second = lodgers.enter(OTHER, cols=120)
    assert second.exited() == enter.UNAVAILABLE
    second.wait_for("1 consoles are open here, the most there can be: 'hisconsole sessions' lists them.")
    first.settle()
    first.hangup()
    lodgers.house.until(lambda: "ended: 129" in lodgers.house.said())
    third = lodgers.enter(OTHER)
    third.wait_for("0 open")


def test_consoles_live_on_when_the_door_is_restarted(lodgers: Lodgers) -> None:
    lodgers.house.start()
    before = lodgers.enter()
    before.wait_for("0 open")
    pid = lodgers.console_of(before)
    assert lodgers.house.stop() == 0
    lodgers.house.start()
    after = lodgers.enter(OTHER)
    after.wait_for("0 open")
    before.settle()
    before.key("?")
    before.wait_for("Keys")
    before.hangup()
    lodgers.house.until(gone(pid), timeout=3)
    assert after.running


def test_a_second_door_is_refused_and_a_killed_one_leaves_no_trace(lodgers: Lodgers) -> None:
    lodgers.house.start()
    first = lodgers.house.process
    assert first is not None
    socket_ = lodgers.house.data / FOLDER / enter.SOCKET
    assert socket_.stat().st_mode & 0o777 == 0o600
    lodgers.house.start()  # the socket is there, so this returns at once
    second = lodgers.house.process
    assert second is not None
    assert second.wait(15) == 3
    assert "Another door is open in" in lodgers.house.said()
    lodgers.house.process = first
    lodgers.house.stop(signal.SIGKILL)
    assert socket_.exists()
    lodgers.house.start()
    lodgers.house.until(lambda: lodgers.house.said() and socket_.exists())
    at = lodgers.enter()
    at.wait_for("0 open")


NONSENSE = (b"\0", b"x" * 5000, b"TERM=xterm", b"\xff\0=", b"HISCONSOLE_OPERATOR=li.na\0TERM")


def test_who_talks_nonsense_is_shut_out(lodgers: Lodgers) -> None:
    lodgers.house.start()
    folder = os.open(lodgers.house.data / FOLDER, os.O_PATH)
    for times, said in enumerate(NONSENSE, start=1):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line, open(os.devnull) as null:  # noqa: PTH123
            line.settimeout(10)
            line.connect(f"/proc/self/fd/{folder}/{enter.SOCKET}")
            socket.send_fds(line, [said], [null.fileno()] * 3)
            assert line.recv(100) == b""
        assert lodgers.house.said().count("shut out") == times
    os.close(folder)
    at = lodgers.enter()
    at.wait_for("0 open")


def test_one_that_is_killed_is_told_of_and_keeps_its_draft(lodgers: Lodgers) -> None:
    lodgers.house.start()
    at = lodgers.enter(cols=100)
    at.wait_for("0 open")
    at.settle()
    at.key("n")
    at.wait_for("New call")
    at.type_in("lab01")
    at.wait_for("lab-01")
    at.key("enter", "4")
    at.type_in("half a sentence")
    at.wait_for("half a sentence")
    at.settle()
    os.kill(lodgers.console_of(at), signal.SIGKILL)
    assert at.exited() == 128 + signal.SIGKILL
    assert at.modes() == Modes()
    at.wait_for("the console was killed. What was typed into a form is kept")
    assert [draft["answers"]["words"] for draft in kept(lodgers.house.data).values()] == ["half a sentence"]
    again = lodgers.enter()
    again.wait_for("was not finished: n opens it again.")


def test_one_is_ended_politely_by_another(lodgers: Lodgers) -> None:
    from hisconsole.cli import main

    lodgers.house.start()
    at = lodgers.enter(cols=160)
    at.wait_for("0 open")
    at.settle()
    at.key("n")
    at.wait_for("New call")
    at.type_in("lab01")
    at.settle()
    where = ["--config", str(lodgers.house.config), "--data", str(lodgers.house.data), "--operator", OTHER]
    began = time.monotonic()
    assert main([*where, "sessions", "--end", ME]) == 0
    assert time.monotonic() - began < 2
    at.exited()
    assert at.modes() == Modes()
    at.wait_for(f"This console was ended by wang.lei ({getpass.getuser()}, local ")
    at.wait_for("A form that was open is kept: log in again.")
    assert lodgers.house.consoles() == []
    assert len(kept(lodgers.house.data)) == 1
    assert list((lodgers.house.data / FOLDER).glob("*.end")) == []


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_of_twenty_one_killed_one_stopped_and_one_not_reading_harm_no_other(lodgers: Lodgers) -> None:
    lodgers.house.start()
    record = desk(lodgers.house.data)
    crowd = [lodgers.enter(ME if number % 2 else OTHER) for number in range(CROWD)]
    for at in crowd:
        at.wait_for("0 open", timeout=60)
    killed, stopped, clogged, *others = crowd
    os.kill(lodgers.console_of(killed), signal.SIGKILL)
    still = lodgers.console_of(stopped)
    os.kill(still, signal.SIGSTOP)
    # Of `clogged` nothing is read any more, however much is drawn.
    for number in range(1, 4):
        call(record, "lab-01", f"number {number}", symptom="other", department="lab")
        os.write(clogged._master, b"\x0c" * 50)
    record.database.close()
    for at in others:
        at.wait_for("3 open", timeout=30)
        at.key("?")
        at.wait_for("Keys", timeout=30)
    assert killed.exited() == 128 + signal.SIGKILL
    late = lodgers.enter()
    late.wait_for("3 open", timeout=30)
    # Nor does a stopped one outlive its line.
    stopped.hangup()
    lodgers.house.until(gone(still), timeout=15)
    assert all(at.running for at in others)


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("os.fork", enter.UNAVAILABLE, "no room for one more console: too many"),
        ("os.setsid", enter.LOST, ""),
    ],
)
def test_where_no_console_can_be_made_it_is_said_and_the_door_stays_one(
    lodgers: Lodgers, fault: str, code: int, words: str
) -> None:
    # Once, and with what the kernel says where an account has as many processes as it may.
    lodgers.house.start(
        before=f"""
import os
whole = {fault}
def fails(*given):
    {fault} = whole
    if not os.path.exists("{lodgers.house.folder}/failed"):
        open("{lodgers.house.folder}/failed", "w").close()
        raise BlockingIOError(11, "too many")
    return whole(*given)
{fault} = fails
"""
    )
    door = lodgers.house.process
    assert door is not None
    at = lodgers.enter(cols=120)
    assert at.exited() == code
    assert at.modes() == Modes()
    if words:
        at.wait_for(words)
    again = lodgers.enter()
    again.wait_for("0 open")
    assert parent_of(lodgers.console_of(again)) == door.pid

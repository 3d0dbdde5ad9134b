"""Processes that act on a record and can be stopped and killed; each says on one pipe what it did.

One process imports everything once and forks the others, so that a hundred starts take a second.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

from hisconsole.desk import calls, reading
from hisconsole.desk.actor import act_id, utc_now
from hisconsole.desk.desk import Desk
from hisconsole.errors import Busy, HisError, NotFound, Refused
from hisconsole.store import backup as backup_module
from hisconsole.store import projections, sqlite
from hisconsole.store.gate import gate
from tests.hospital import OPERATORS, open_desk

ROOT = Path(__file__).resolve().parents[2]


def say(*words: object) -> None:
    """One line in one write: pipes keep it whole."""
    os.write(1, (" ".join(str(word) for word in words) + "\n").encode())


def work(data: str, operator: str, pause: float = 0.0, *, plain: bool = False) -> None:
    """Calls taken, verified and closed, one after the other; `done ACT EVENTS` after each commit.

    `plain` does it with Python's own SQLite, which may need the other journal mode.
    """
    if plain:
        sqlite.driver = lambda: sqlite3
    desk: Desk | None = None
    for number in itertools.count():
        try:
            desk = desk or open_desk(Path(data), operator, now=utc_now)
            for act, events in _round(desk, number):
                say("done", act, events)
                time.sleep(pause)
        except (NotFound, Busy):
            continue  # a restore took the incident back; a disk held another's write for five seconds


def _round(desk: Desk, number: int) -> Iterator[tuple[str, int]]:
    act = act_id()
    taken = calls.take_call(
        desk, {"workstation": "reg-01", "symptom": "3", "words": f"call {number}"}, act=act
    )
    yield act, 2
    act = act_id()
    desk.perform("verify", taken.incident, {"result": "not-reproduced"}, act=act)
    yield act, 2
    act = act_id()
    desk.perform("close", taken.incident, {"reason": "over"}, act=act)
    yield act, 1


def hasty(data: str, operator: str) -> None:
    """The control: a writer that says `done` before its commit."""
    desk = open_desk(Path(data), operator, now=utc_now)
    bring = projections.bring
    act = ""

    def early(*given: Any) -> None:
        bring(*given)
        say("done", act, 2)
        time.sleep(0.02)

    projections.bring = early  # type: ignore[assignment] # this process ends before anyone else could meet it
    while True:
        act = act_id()
        calls.take_call(desk, {"workstation": "reg-01", "symptom": "3"}, act=act)


def steady(data: str, operator: str, acts: int, pause: float) -> None:
    """One of many writers at an ordinary pace; says each failure, and how many acts it did."""
    desk = open_desk(Path(data), operator, now=utc_now)
    done = 0
    for _ in range(acts):
        try:
            calls.take_call(desk, {"workstation": "reg-01", "symptom": "3"})
            done += 1
        except HisError as error:
            say("failed", error)
        time.sleep(pause)
    say("acts", done)


def contend(data: str, operator: str, numbers: list[int], acts: int, pause: float) -> None:
    """One of many at one queue: now a call, now an incident that all hand to and fro, as last seen.

    Says each failure, for each handing on the version that was seen and the event, and how much was done.
    """
    desk = open_desk(Path(data), operator, now=utc_now)
    dice, taken, lost = random.Random(operator), 0, 0
    for turn in range(acts):
        try:
            if turn % 2:
                calls.take_call(desk, {"workstation": "reg-01", "symptom": "3"})
                taken += 1
            else:
                number = dice.choice(numbers)
                seen = reading.read_incident(desk, number).incident.version
                time.sleep(dice.uniform(0, pause / 2))  # others come between what is seen and what is done
                done = desk.perform("assign", number, {"owner": dice.choice(OPERATORS)}, expected=seen)
                if done.seq:
                    say("handed", number, seen, done.seq)
        except Refused:
            lost += 1
        except HisError as error:
            say("failed", error)
        time.sleep(dice.uniform(pause / 2, pause))
    say("acts", taken, lost)


def race(data: str, operator: str, numbers: list[int], meet: list[float]) -> None:
    """Acknowledge incidents, each at an agreed time; says who won, or the loser's sentence."""
    desk = open_desk(Path(data), operator, now=utc_now)
    for number, moment in zip(numbers, meet, strict=True):
        while time.monotonic() < moment:
            pass
        try:
            desk.perform("acknowledge", number)
            say("won", number, operator)
        except HisError as error:
            say("lost", number, operator, error)


def repeat(data: str, operator: str, acts: list[str], meet: list[float]) -> None:
    """Take calls under given act ids, each at an agreed time; says whether it was a repetition."""
    desk = open_desk(Path(data), operator, now=utc_now)
    for act, moment in zip(acts, meet, strict=True):
        while time.monotonic() < moment:
            pass
        outcome = calls.take_call(desk, {"workstation": "reg-01", "symptom": "3"}, act=act)
        say("taken", act, outcome.incident, outcome.seq, outcome.repeated)


def start(data: str, operator: str, meet: float) -> None:
    """A first start at an agreed time, and a call."""
    while time.monotonic() < meet:
        time.sleep(0.001)
    desk = open_desk(Path(data), operator, now=utc_now)
    say("taken", calls.take_call(desk, {"workstation": "reg-01", "symptom": "3"}).incident)


def hold(path: str) -> None:
    """Hold a gate until killed."""
    with gate(Path(path)):
        say("held")
        time.sleep(600)


def grasp(path: str, seconds: float) -> None:
    """Take and leave a gate as often as it can; says how often it had it."""
    times, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        with gate(Path(path)):
            times += 1
            time.sleep(0.001)
    say("times", times)


def wal(data: str) -> None:
    """Open the record with the newest SQLite, take a call and stay."""
    desk = open_desk(Path(data), now=utc_now)
    calls.take_call(desk, {"workstation": "reg-01", "symptom": "3"})
    say("taken")
    time.sleep(600)


def back_up(data: str, target: str) -> None:
    """Back the record up and die before the backup has its name."""
    desk = open_desk(Path(data), now=utc_now)
    prove = backup_module.prove

    def die(path: Path) -> Any:
        prove(path)
        os.kill(os.getpid(), signal.SIGKILL)

    backup_module.prove = die
    backup_module.backup(desk.database, Path(target))


ROLES: dict[str, Callable[..., None]] = {
    role.__name__: role
    for role in (work, hasty, steady, contend, race, repeat, start, hold, grasp, wal, back_up)
}


class Processes:
    """The tests' side: start a role, read what all of them say, kill them by id."""

    def __enter__(self) -> Self:
        self._mother = subprocess.Popen(
            [sys.executable, "-m", "tests.store.processes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        )
        self._rest = b""
        self.alive: set[int] = set()
        return self

    def __exit__(self, *_error: object) -> None:
        for pid in list(self.alive):
            self.kill(pid)
        assert self._mother.stdin
        assert self._mother.stdout
        self._mother.stdin.close()
        self._mother.stdout.close()
        self._mother.wait(10)

    def start(self, role: Callable[..., None], **given: object) -> int:
        """Start a role and return its process id."""
        assert self._mother.stdin
        order = json.dumps([role.__name__, given])
        self._mother.stdin.write(order.encode() + b"\n")
        self._mother.stdin.flush()
        (_word, pid), *_none = self.until("pid", count=1)
        self.alive.add(int(pid))
        return int(pid)

    def kill(self, pid: int) -> None:
        """End a process and wait until it is gone."""
        self.alive.discard(pid)
        try:
            os.kill(pid, signal.SIGKILL)
            while True:
                os.kill(pid, 0)
                time.sleep(0.0005)
        except ProcessLookupError:
            pass

    def lines(self, wait: float) -> list[list[str]]:
        """What was said since, in words; waits at most `wait` seconds for the first line."""
        assert self._mother.stdout
        found = b""
        while select.select([self._mother.stdout], [], [], 0 if found else wait)[0]:
            piece = os.read(self._mother.stdout.fileno(), 1 << 16)
            if not piece:
                break
            found += piece
        *whole, self._rest = (self._rest + found).split(b"\n")
        said = self._kept + [line.decode().split(" ") for line in whole]
        self._kept = []
        return said

    _kept: list[list[str]] = []

    def until(self, word: str, *, count: int, wait: float = 30) -> list[list[str]]:
        """The first `count` lines that begin with `word`; the other lines are kept for later."""
        found: list[list[str]] = []
        kept: list[list[str]] = []
        end = time.monotonic() + wait
        while len(found) < count:
            assert time.monotonic() < end, f"{word}: {len(found)} of {count}; else {kept[:5]}"
            for line in self.lines(0.1):
                wanted = line[0] == word and len(found) < count
                (found if wanted else kept).append(line)
        self._kept = kept
        return found


def _mother() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the children are nobody's to wait for
    for order in sys.stdin.buffer:
        name, given = json.loads(order)
        pid = os.fork()
        if pid:
            say("pid", pid)
            continue
        try:
            ROLES[name](**given)
        except BaseException as error:  # noqa: BLE001 - the test reads it
            say("died", repr(error))
        os._exit(0)


if __name__ == "__main__":
    _mother()

"""Writers killed at any moment: what was acknowledged is there, whole, and the record goes on."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from hisconsole.desk import calls
from hisconsole.store.database import Database
from hisconsole.store.verify import verify
from tests.hospital import lay_record, open_desk
from tests.shares import part
from tests.store.processes import Processes, hasty, work

WRITERS = ("one", "two", "three")
BOTH = pytest.mark.parametrize("plain", [False, True], ids=["newest SQLite", "Python's own"])


def _sweep(
    data: Path, processes: Processes, role: Callable[..., None], *, kills: int, acts: int, **given: bool
) -> dict[str, int]:
    """Let three writers work and kill one after the other; the acts they said were done."""
    lay_record(data)
    dice = random.Random(20261123)
    done: dict[str, int] = {}

    def listen(wait: float) -> None:
        for line in processes.lines(wait):
            assert line[0] == "done", line
            done[line[1]] = int(line[2])

    writers = {
        processes.start(role, data=str(data), operator=operator, **given): operator for operator in WRITERS
    }
    killed = 0
    while killed < kills or len(done) < acts:
        wanted = max(len(done) + dice.randint(1, 2 * acts // kills), acts * killed // kills)
        while len(done) < wanted:
            listen(5)
        if killed < kills:
            victim = dice.choice(list(writers))
            operator = writers.pop(victim)
            processes.kill(victim)
            killed += 1
            listen(0)
            writers[processes.start(role, data=str(data), operator=operator, **given)] = operator
    for pid in writers:
        processes.kill(pid)
    listen(0)
    return done


def _lost(data: Path, done: dict[str, int]) -> list[str]:
    """Acts that were said to be done and are not there whole."""
    database = Database(data)
    with database.read() as connection:
        assert verify(connection).faults == ()
        there = Counter(connection.execute(text("SELECT act FROM event")).scalars())
    database.close()
    return [act for act, events in done.items() if there[act] != events]


def _goes_on(data: Path) -> None:
    desk = open_desk(data)
    taken = calls.take_call(desk, {"workstation": "reg-01", "symptom": "3"})
    assert desk.perform("acknowledge", taken.incident).seq == taken.seq + 1
    desk.database.close()


@pytest.mark.parametrize("plain", part([False, True], {False}), ids=["newest SQLite", "Python's own"])
def test_no_acknowledged_act_is_lost(data: Path, processes: Processes, plain: bool) -> None:
    done = _sweep(data, processes, work, kills=9, acts=450, plain=plain)
    assert len(done) >= 450
    assert _lost(data, done) == []
    _goes_on(data)


@pytest.mark.slow
@BOTH
@pytest.mark.timeout(180)
def test_no_acknowledged_act_is_lost_over_a_hundred_kills(
    data: Path, processes: Processes, plain: bool
) -> None:
    done = _sweep(data, processes, work, kills=100, acts=10_000, plain=plain)
    assert len(done) >= 10_000
    assert _lost(data, done) == []
    _goes_on(data)


@pytest.mark.slow
def test_the_sweep_would_notice(data: Path, processes: Processes) -> None:
    """The control: writers that say *done* before they commit do lose acts."""
    done = _sweep(data, processes, hasty, kills=12, acts=60)
    assert _lost(data, done) != []
    _goes_on(data)

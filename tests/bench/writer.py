"""A process that writes at a steady rate, as one console among several does.

    python -m tests.bench.writer acts|changes|bare FOLDER RATE SECONDS SEAT

`acts` takes calls and works them, `changes` changes open incidents, `bare` is the peer: two inserts
and a commit in SQLite with the same settings. It says `ready`, waits for a line, and prints JSON.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from hisconsole.config import load_site
from hisconsole.desk.actor import Actor
from hisconsole.desk.board import first_board
from hisconsole.desk.calls import take_call
from hisconsole.desk.desk import Desk
from hisconsole.errors import Refused
from hisconsole.paths import shipped
from hisconsole.store import sqlite
from hisconsole.store.database import Database

Job = Callable[[], object]

BARE = "bare.db"


def open_desk(folder: Path, seat: int) -> Desk:
    """A desk of one of the operators."""
    site = load_site(shipped("config"))
    operators = site.operators
    return Desk(
        database=Database(folder),
        site=site,
        actor=Actor(operators[seat % len(operators)].id, "bench", f"seat {seat}"),
    )


_WORK: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("acknowledge", {}),
    ("verify", {"result": "confirmed", "how": "remote"}),
    ("note", {"text": "called the supplier, ticket 4711"}),
    ("classify", {"category": "II", "reason": "one department"}),
    ("eta", {"earliest": "+60", "why": "the supplier says so"}),
)


def acts(desk: Desk, seat: int) -> Iterator[Job]:
    """One call after the other, each taken and worked as far as a morning allows."""
    dice = random.Random(seat)
    while True:
        taken: list[int] = []
        given = {
            "workstation": dice.choice(desk.site.workstations).id,
            "symptom": "3",
            "words": "cannot save the prescription",
            "reporter": "Zhou",
        }
        yield partial(_take, desk, given, taken)
        for name, answers in _WORK:
            yield partial(_work, desk, taken, name, answers)


def _take(desk: Desk, given: Mapping[str, str], taken: list[int]) -> None:
    taken.append(take_call(desk, given).incident)


def _work(desk: Desk, taken: list[int], name: str, answers: Mapping[str, str]) -> None:
    desk.perform(name, taken[0], answers)


def changes(desk: Desk, seat: int) -> Iterator[Job]:
    """Open incidents anywhere in the queue that change category or owner, and so their place and look."""
    dice = random.Random(seat)
    numbers = [row.number for row in first_board(desk).rows]
    owners = [contact.id for contact in desk.site.operators]
    while True:
        category = dice.choice(("I", "II", "III", "Other"))
        yield partial(
            _change, desk, dice.choice(numbers), "classify", category=category, reason="looked again"
        )
        yield partial(_change, desk, dice.choice(numbers), "assign", owner=dice.choice(owners))


def _change(desk: Desk, number: int, name: str, **given: str) -> None:
    try:
        desk.perform(name, number, given)
    except Refused:  # it has this category or owner already
        desk.perform("note", number, {"text": "looked again"})


def bare(path: Path) -> Iterator[Job]:
    """The least a durable act can be in SQLite: two inserts and a commit, with the store's settings."""
    connection: Any = sqlite.driver().connect(str(path), isolation_level=None)
    sqlite.set_pragmas(connection, path=path, writable=True)
    connection.execute("CREATE TABLE IF NOT EXISTS event (seq INTEGER PRIMARY KEY, body TEXT)")
    connection.execute("CREATE TABLE IF NOT EXISTS incident (number INTEGER PRIMARY KEY, body TEXT)")

    def commit() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO event (body) VALUES (?)", ("x" * 600,))
        connection.execute("INSERT INTO incident (body) VALUES (?)", ("x" * 200,))
        connection.execute("COMMIT")

    while True:
        yield commit


def main(how: str, folder: Path, rate: float, seconds: float, seat: int) -> None:
    """Write on the beat; an act that comes late does not shift the next one."""
    if how == "bare":
        jobs = bare(folder / BARE)
    else:
        desk = open_desk(folder, seat)
        jobs = acts(desk, seat) if how == "acts" else changes(desk, seat)
    job = next(jobs)
    print("ready", flush=True)
    sys.stdin.readline()
    begun = time.monotonic() + random.Random(seat).random() / rate
    took: list[float] = []
    failed: list[float] = []
    for beat in range(int(rate * seconds)):
        time.sleep(max(0.0, begun + beat / rate - time.monotonic()))
        at = time.perf_counter()
        try:
            job()
        except Exception as error:  # noqa: BLE001 - whatever it is, the act was not done
            print(error, file=sys.stderr)
            failed.append(beat)
        took.append((time.perf_counter() - at) * 1000)
        job = next(jobs)
    print(json.dumps({"took": took, "failed": failed}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]))

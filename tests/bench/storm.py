"""The row about a storm: 1,000 changes of status a second, and what the record and an operator have of it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from hisconsole.desk.board import first_board
from hisconsole.desk.desk import Desk
from hisconsole.plan.words import State
from hisconsole.store import projections
from tests.bench.figures import Figure, Goal, figure, share
from tests.bench.hospital import lay
from tests.bench.line import Line
from tests.bench.run import OPEN, ROOT, Run
from tests.bench.screens import press

PARENTS, TARGETS = 20, 1000
RECORDED_S = 75
"""Mere counts are told once a minute; so long after its end all must be on record."""


@dataclass(slots=True)
class Found:
    """What was seen: keys in ms, new open incidents second by second, when the queue last changed."""

    keys: list[float] = field(default_factory=list)
    quiet: list[float] = field(default_factory=list)
    visible: list[float] = field(default_factory=list)
    rows: object = None
    changed_at: float = 0.0


def storm(run: Run) -> Iterator[Figure]:
    """A minute of it beside 200 open incidents; one console is worked all the time."""
    seconds = run.few(60, 12)
    config, data = _laid(run.scratch / "storm"), run.copy(run.stored, "storming")
    words = [sys.executable, "-m", "tests.bench.storming", str(config), str(data), str(seconds)]
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=run.env, cwd=ROOT
    )
    assert process.stdin is not None
    assert process.stdout is not None
    found, desk = Found(), run.desk(data)
    try:
        assert process.stdout.readline().strip() == "ready"
        with run.console(data, config) as line, closing(desk.database):
            line.wait_for(f"{OPEN} open")
            line.settle()
            print("go", file=process.stdin, flush=True)
            said: list[str] = []
            reading = threading.Thread(target=lambda out=process.stdout: said.append(out.readline()))
            reading.start()
            while reading.is_alive():
                _work(line, found)
                _look(desk, found)
            over, ended = json.loads(said[0]), time.monotonic()
            while time.monotonic() - ended < RECORDED_S and _recorded(desk) < over["counted"]:
                _look(desk, found)
                line.watch(0.25)
            recorded, written = time.monotonic() - ended, _recorded(desk)
            process.stdin.close()
            counted = json.loads(process.stdout.readline())["counted"]
            process.wait(30)
    finally:
        process.kill()
        process.wait()
    lost = counted - written
    name = "storm"
    yield figure(name, "changes of status a second", [over["counted"] / over["took"]], "/s")
    yield figure(name, "changes that are on no record", [lost], "", goal=Goal(0))
    yield figure(name, "visible incidents", found.visible, "", value=max(found.visible), goal=Goal(30))
    yield figure(name, "key to its first byte, p50", found.keys, "ms")
    yield figure(
        name, "key to its first byte, p99", found.keys, "ms", value=share(found.keys, 0.99), goal=Goal(50)
    )
    # What the storm itself repaints meanwhile counts here too.
    yield figure(name, "key to the last byte of all, p99", found.quiet, "ms", value=share(found.quiet, 0.99))
    settled = max(0.0, found.changed_at - ended)
    yield figure(name, "queue settled after its end", [settled], "s", goal=Goal(5))
    yield figure(name, "all counts on record after its end", [recorded], "s")
    yield figure(name, "the watch, share of a core", [100 * over["cpu"] / over["took"]], "%")


def _work(line: Line, found: Found) -> None:
    """Some keys, as somebody works who looks for the cause."""
    for key in ("j", "j", "k", "G", "g"):
        cost = press(line, key)
        if cost.bytes:
            found.keys.append(cost.first)
            found.quiet.append(cost.last)


def _look(desk: Desk, found: Found) -> None:
    """Whether the queue looks different, and how much of it is the storm's."""
    rows = {
        row.number: (row.state, row.words, row.scope, row.category)
        for row in first_board(desk).rows
        if not row.workstation and row.state is not State.CLOSED
    }
    found.visible.append(float(len(rows)))
    if rows != found.rows:
        found.rows, found.changed_at = rows, time.monotonic()


def _recorded(desk: Desk) -> int:
    """The changes that are folded into incidents on record."""
    now = desk.now()
    with desk.database.read() as connection:
        numbers = projections.monitored(connection, closed_since=now.replace(hour=0, minute=0))
        known = [desk.memory.look(connection, number)[0].detection for number in numbers]
    return sum(each.changes for each in known if each is not None)


def _laid(folder: Path) -> Path:
    """1,000 targets behind 20 parents."""
    config = lay(folder, [])
    parents = [_entry(f"sw-{n}", n, "") for n in range(PARENTS)]
    leaves = [_entry(f"t-{n}", PARENTS + n, f"  parents: sw-{n % PARENTS}\n") for n in range(TARGETS)]
    (config / "targets.yaml").write_text("".join((*parents, *leaves)))
    return config


def _entry(id_: str, number: int, more: str) -> str:
    address = f"127.42.{number // 200}.{number % 200 + 1}"
    return (
        f"{id_}:\n  name: {id_}\n  address: {address}\n  kind: switch\n  credential: v2\n"
        f"  profiles: bench\n  every: 3600\n{more}"
    )

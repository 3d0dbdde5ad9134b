"""The row of what a colleague does: how soon it is on the screen of a console beside him."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

from hisconsole.config import load_site
from hisconsole.desk.actor import Actor
from hisconsole.desk.calls import take_call
from hisconsole.desk.desk import Desk
from hisconsole.desk.record import open_record
from tests.bench.away import CALL
from tests.bench.figures import Figure, Goal, figure, share
from tests.bench.gone import moved
from tests.bench.hospital import lay
from tests.bench.run import OPEN, Run
from tests.postgres import binaries, running


def event(run: Run) -> Iterator[Figure]:
    """200 open; a call is taken at any moment, on a file and on a server: the count of all is drawn anew."""
    yield from _seen(
        run, "SQLite", 250.0, lay(run.scratch / "event-config", []), run.copy(run.opened, "event")
    )
    programs = binaries()
    if programs is None:
        run.missing.append("postgres")
        return
    with running(programs) as server:
        yield from _seen(run, "PostgreSQL", 100.0, *moved(run, server, "event-server"))


def _seen(run: Run, name: str, goal: float, config: Path, data: Path) -> Iterator[Figure]:
    dice, found = random.Random(name), []
    colleague = Desk(
        database=open_record(config, data),
        site=load_site(config),
        actor=Actor("li.na", "bench", "local no tty"),
    )
    with run.console(data, config) as line:
        line.wait_for(f"{OPEN} open")
        line.watch(5)
        for turn in range(run.few(100, 30)):
            line.watch(dice.uniform(1.2, 1.8))
            began = time.monotonic()
            take_call(colleague, {**CALL, "words": f"call {turn}"})
            if not line.read(5):
                raise RuntimeError("nothing was drawn for five seconds")
            found.append((line.read_at - began) * 1000)
    colleague.database.close()
    yield figure("event", f"{name}: call to another console, p50", found, "ms")
    yield figure("event", "the same, p95", found, "ms", value=share(found, 0.95), goal=Goal(goal))

"""The row of a PostgreSQL that is killed, and frozen: key, banner, and how soon all is recorded."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from hisconsole.config import load_site
from hisconsole.desk.actor import Actor
from hisconsole.desk.desk import Desk
from hisconsole.desk.record import open_record
from tests.bench.away import kept_and_brought
from tests.bench.figures import Figure, Goal, Peer, figure, share
from tests.bench.hospital import lay
from tests.bench.line import Line
from tests.bench.run import OPEN, Run
from tests.postgres import Postgres, binaries, running

THERE = "server there"


def gone(run: Run) -> Iterator[Figure]:
    """200 open on a server; ten keys a second while it is there, once it is killed, once it is frozen."""
    programs = binaries()
    if programs is None:
        run.missing.append("postgres")
        return
    with running(programs) as server:
        config, data = moved(run, server, "gone")
        with run.console(data, config) as line:
            line.wait_for(f"{OPEN} open")
            line.settle()
            keys = run.few(300, 60)
            there = Peer(THERE, median(steps(line, keys)))
            for how in ("killed", "frozen"):
                banner = _Banner(line)
                server.stop(signal.SIGQUIT) if how == "killed" else server.freeze()
                shown = steps(line, keys)
                yield figure("gone", f"{how}: key to its first byte, p50", shown, "ms", peer=there)
                yield figure("gone", "the same, p99", shown, "ms", value=share(shown, 0.99), goal=Goal(100.0))
                yield figure("gone", f"{how}: until the banner", [banner.after()], "s", goal=Goal(3.0))
                server.start() if how == "killed" else server.thaw()
                line.watch(5)
        acts, database = run.few(1000, 200), open_record(config, data)
        desk = Desk(database=database, site=load_site(config), actor=Actor("li.na", "bench", "local no tty"))
        took = kept_and_brought(desk, data / "kept-by-bench", acts, lambda act: act())
        database.close()
        yield figure("gone", f"{acts} acts recorded on return", [took], "s", goal=Goal(5.0))


class _Banner:
    """When the alarm of an old picture is drawn."""

    def __init__(self, line: Line) -> None:
        line.forget()
        line.tapped = self._look
        self._line, self._began, self._seen = line, time.monotonic(), 0.0

    def _look(self, _data: bytes) -> None:
        if not self._seen and b"STALE" in self._line.raw:
            self._seen = time.monotonic()

    def after(self) -> float:
        """Seconds from the beginning; waits for it where it was not drawn yet."""
        while not self._seen:
            if time.monotonic() - self._began > 30:
                raise RuntimeError("there is no banner after 30 s")
            self._line.read(0.5)
        return self._seen - self._began


def steps(line: Line, keys: int) -> list[float]:
    """Milliseconds from a step's key to its first byte, for so many keys, ten a second."""
    dice, found = random.Random(keys), []
    for at in range(keys):
        line.watch(dice.uniform(0.05, 0.15))
        pressed = time.monotonic()
        line.send("jk"[at % 2])
        if not line.read(5):
            raise RuntimeError("a key showed nothing for five seconds")
        found.append((line.read_at - pressed) * 1000)
    return found


def moved(run: Run, server: Postgres, name: str) -> tuple[Path, Path]:
    """The record of the run on the server, and a quiet hospital that names it."""
    config = lay(run.scratch / f"{name}-config", [])
    where = server.database()
    ((host, port),) = where.hosts
    with (config / "site.yaml").open("a") as site:
        site.write(f"database: postgresql+psycopg://{where.user}@{host}:{port}/{where.name}\n")
    data = run.copy(run.opened, name)
    words = ("--config", str(config), "--data", str(data), "db", "move", "server")
    subprocess.run((run.argv0, "-m", "hisconsole", *words), env=run.env, check=True, capture_output=True)
    return config, data

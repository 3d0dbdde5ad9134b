"""One run of the bench: where its records and byte code lie, and how the programs it measures are started."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO

from hisconsole.config import Site, load_site
from hisconsole.console.terminal import decide
from hisconsole.desk.actor import Actor
from hisconsole.desk.board import first_board
from hisconsole.desk.desk import Desk
from hisconsole.desk.duties import tell_overdue
from hisconsole.paths import shipped
from hisconsole.plan.board import Board
from hisconsole.store import sqlite
from hisconsole.store.database import Database
from tests.bench.hospital import lay
from tests.bench.line import Line
from tests.bench.record import keep

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STORED, OPEN = 100_000, 200
MANY = 10_000

HELLO = (sys.executable, str(HERE / "hello.py"))


@dataclass
class Run:
    """What every row needs; `scratch` goes away with the run, `home` stays for the next one."""

    home: Path
    scratch: Path
    quick: bool
    missing: list[str] = field(default_factory=list)
    """Programs of others that are not installed here."""
    argv0: str = sys.executable

    def few(self, full: int, quick: int) -> int:
        """How often: `quick` with --quick."""
        return quick if self.quick else full

    @cached_property
    def site(self) -> Site:
        """The sample hospital."""
        return load_site(shipped("config"))

    @cached_property
    def stored(self) -> Path:
        """100,000 stored incidents, 200 of them open."""
        return self._own("stored", stored=STORED, opened=OPEN)

    @cached_property
    def many(self) -> Path:
        """10,000 open incidents."""
        return self._own("many", stored=MANY, opened=MANY)

    @cached_property
    def opened(self) -> Path:
        """200 open incidents and no others."""
        return self._own("opened", stored=OPEN, opened=OPEN)

    @cached_property
    def few_open(self) -> Path:
        """Six open incidents: an ordinary hour."""
        return self._own("few_open", stored=6, opened=6)

    def _own(self, name: str, *, stored: int, opened: int) -> Path:
        """A record of this run alone; what has passed since it was made is told, or a watch would tell it."""
        record = self.copy(keep(self.home, self.site, stored=stored, opened=opened), name)
        desk = Desk(database=Database(record), site=self.site, actor=Actor("watch", "bench", "bench"))
        try:
            while tell_overdue(desk):
                pass
        finally:
            desk.database.close()
        return record

    def copy(self, record: Path, name: str) -> Path:
        """A copy to write to, for this run only; on the disk before anything else waits for that disk.

        The watch of a console that has ended may still be at its own files beside the record.
        """
        others = shutil.ignore_patterns("backups", "readings.*", "*-shm", "*-wal")
        copied = shutil.copytree(record, self.scratch / name, ignore=others)
        for file in copied.iterdir():
            sqlite.sync(file)
        return copied

    @cached_property
    def env(self) -> dict[str, str]:
        """For ours and peers alike: byte code from the bench's own folder, Textual as the console sets it."""
        term = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.scratch),
            "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
            "PYTHONPYCACHEPREFIX": str(self.home / "bytecode"),
            **term,
            **decide(term, stdin_tty=True, stdout_tty=True).environment,
        }

    @cached_property
    def quiet(self) -> Path:
        """The sample hospital without its targets: they are not there, and a watch would open incidents."""
        return lay(self.scratch / "quiet-config", [])

    def console(self, data: Path, config: Path | None = None) -> Line:
        """A console on a record, in the sample hospital without targets, or another with its roster."""
        operator = self.site.operators[0].id
        where = ("--config", str(config or self.quiet), "--data", str(data), "--operator", operator)
        return Line((sys.executable, "-m", "hisconsole", *where), self.env)

    def hello(self) -> Line:
        """The bare Textual program."""
        return Line(HELLO, self.env)

    def grid(self, board: Board, *, rate: float = 0, seconds: float = 0) -> Line:
        """Textual's DataTable with the rows of a board."""
        file = self.rows(board)
        return Line((sys.executable, str(HERE / "grid.py"), str(file), f"{rate}", f"{seconds}"), self.env)

    def rows(self, board: Board) -> Path:
        """The rows of a board in a file, for peers."""
        rows = [
            [
                f"{row.number:05d}",
                row.category.value,
                row.state.value,
                str(row.scope),
                row.workstation,
                row.words,
            ]
            for row in board.rows
        ]
        file = self.scratch / "rows.json"
        file.write_text(json.dumps(rows))
        return file

    def board(self, data: Path) -> Board:
        """The picture a console on this record begins with."""
        desk = self.desk(data)
        try:
            return first_board(desk)
        finally:
            desk.database.close()

    def desk(self, data: Path) -> Desk:
        """A desk in this process."""
        actor = Actor(self.site.operators[0].id, "bench", "local")
        return Desk(database=Database(data), site=self.site, actor=actor)

    def warm(self) -> None:
        """Start every program once, uncounted, so that all find their byte code and files in memory."""
        with self.console(self.stored) as line:
            line.wait_for(f"{OPEN} open")
            for key in ("/", "a", "\x1b", "\r", "\x1b"):
                line.send(key)
                line.watch(0.3)
        with self.hello() as line:
            line.wait_for("Hello, world")
        board = self.board(self.stored)
        with self.grid(dataclasses.replace(board, rows=board.rows[:30])) as line:
            line.wait_for(f"{board.rows[0].number:05d}")


class Writers:
    """Processes of `writer.py` that begin together."""

    def __init__(self, run: Run, how: str, folder: Path, *, count: int, rate: float, seconds: float) -> None:
        """`count` of them that make `rate` acts a second together; returns when all are ready."""
        self._all = [
            subprocess.Popen(
                (
                    sys.executable,
                    "-m",
                    "tests.bench.writer",
                    how,
                    str(folder),
                    f"{rate / count}",
                    f"{seconds}",
                    f"{at}",
                ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=run.env,
                cwd=ROOT,
            )
            for at in range(count)
        ]
        for each in self._all:
            _pipe(each.stdout).readline()

    def go(self) -> None:
        """Begin."""
        for each in self._all:
            print("go", file=_pipe(each.stdin), flush=True)

    def wait(self) -> tuple[list[float], int]:
        """How long each act took in ms, and how many failed."""
        took: list[float] = []
        failed = 0
        for each in self._all:
            said: Mapping[str, Sequence[float]] = json.loads(each.communicate(timeout=120)[0])
            took += said["took"]
            failed += len(said["failed"])
        return took, failed

    def close(self) -> None:
        """End those that still run."""
        for each in self._all:
            each.kill()
            each.wait()


def _pipe(found: IO[str] | None) -> IO[str]:
    assert found is not None
    return found

"""A real PostgreSQL server for tests: the machine's binaries, as a user without rights, in its own folder.

It listens on one socket and on 127.0.0.1, ends by its process id, and each test has a database of its own,
copied from one that was made once.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hisconsole.paths import Server

SQLITE, POSTGRESQL = "sqlite", "postgresql"
EMPTY, MADE = "empty", "made"
"""Databases to copy: with the schema alone, and with the plan adopted."""

NOBODY = 65534
USER = "hisconsole"
GUARDED = "guarded"
"""The account that needs a password; nobody else does."""


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL on this machine."""
    found = shutil.which("postgres")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    newest = folders[-1] if folders else Path(found) if found else None
    return newest.parent if newest else None


class Postgres:
    """A server that can be stopped, frozen, killed and started again."""

    def __init__(self, folder: Path, programs: Path, *, of: Postgres | None = None) -> None:
        """A new one, or `of` a running one its standby, made and following as a hospital's is."""
        self.folder, self._programs = folder, programs
        self.data = folder / "data"
        self.port = _free_port()
        self._number = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        if os.getuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        if of is not None:
            words = ["pg_basebackup", "-D", str(self.data), "-R", "-c", "fast", "--no-sync", "-U", USER]
            self._run([*words, "-h", "127.0.0.1", "-p", str(of.port)])
            return
        words = ["initdb", "-D", str(self.data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"]
        self._run([*words, "--locale=C.UTF-8"])
        rules = self.data / "pg_hba.conf"
        rules.write_text(f"host all {GUARDED} 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")

    def _as_nobody(self) -> dict[str, Any]:
        if os.getuid():
            return {}
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []}

    def _run(self, words: list[str]) -> None:
        program = str(self._programs / words[0])
        done = subprocess.run(
            [program, *words[1:]], capture_output=True, cwd=self.folder, check=False, **self._as_nobody()
        )
        assert done.returncode == 0, done.stderr.decode()

    def start(self) -> None:
        """Start and wait until it takes connections."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": 60,
            "shared_buffers": "16MB",
            "autovacuum": "off",
            "wal_retrieve_retry_interval": "100ms",  # of a standby
            "logging_collector": "off",
        }
        words = [f"--{name}={value}" for name, value in settings.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), "-D", str(self.data), *words],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                **self._as_nobody(),
            )
        end = time.monotonic() + 20
        while True:
            try:
                self.execute("SELECT 1")
                return
            except psycopg.OperationalError:
                assert time.monotonic() < end, (self.folder / "log").read_text()
                time.sleep(0.02)

    def stop(self, sign: int = signal.SIGINT) -> None:
        """End it: SIGINT at once and in order, SIGQUIT as in a crash."""
        if self._process is not None:
            os.kill(self._process.pid, signal.SIGCONT)
            os.kill(self._process.pid, sign)
            self._process.wait(20)
            self._process = None

    def kill(self) -> None:
        """End it as its machine's power does: no process of it says a word more."""
        self.freeze(signal.SIGKILL)
        assert self._process is not None
        self._process.wait(20)
        self._process = None

    def promote(self) -> None:
        """Make a standby the server that takes writes."""
        self._run(["pg_ctl", "promote", "-D", str(self.data), "-t", "30"])

    def freeze(self, sign: int = signal.SIGSTOP) -> None:
        """Stop every process of it where it stands; with SIGCONT let them go on."""
        assert self._process is not None
        for pid in (self._process.pid, *_children(self._process.pid)):
            with suppress(ProcessLookupError):  # one that had only to end has ended
                os.kill(pid, sign)

    def thaw(self) -> None:
        """Let a frozen one go on."""
        self.freeze(signal.SIGCONT)

    def execute(self, statement: str, *, database: str = "postgres") -> list[Any]:
        """One statement as the server's owner."""
        with psycopg.connect(
            host=str(self.folder),
            port=self.port,
            user=USER,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        ) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def database(self, *, template: str = "template0") -> Server:
        """A new database, a copy of `template`."""
        name = f"test_{next(self._number)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.server(name)

    def server(self, name: str) -> Server:
        """A database of this server, as a site names it."""
        return Server(USER, (("127.0.0.1", self.port),), name)

    def drop(self, server: Server) -> None:
        """Take a database away, with whoever is still in it."""
        self.execute(f"DROP DATABASE {server.name} WITH (FORCE)")


def url_of(server: Server) -> str:
    """As the line `database` of site.yaml names it."""
    hosts = ",".join(f"{host}:{port}" for host, port in server.hosts)
    return f"postgresql+psycopg://{server.user}@{hosts}/{server.name}"


@contextmanager
def running(programs: Path) -> Iterator[Postgres]:
    """A server for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="his-pg-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder), programs)
        try:
            server.start()
            yield server
        finally:
            server.stop(signal.SIGQUIT)


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def on_both(metafunc: pytest.Metafunc, *, slow: bool) -> None:
    """Have a test run on both databases; on the server only with the slow ones where it is `slow`."""
    shared = pytest.param(POSTGRESQL, marks=[pytest.mark.slow] if slow else [])
    metafunc.parametrize("either", [SQLITE, shared], indirect=True)

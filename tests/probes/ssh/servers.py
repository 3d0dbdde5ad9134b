"""Real servers on loopback, each in a folder of its own, run by a user without rights, ended by pid."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ADDRESS = "127.0.0.1"
"""Where the commands of the table ask for a database."""


@dataclass
class Server:
    """A program that listens on a port, started and stopped as a test wants."""

    words: Sequence[str]
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self, *more: str) -> None:
        """Start it, with further words, and wait until it listens."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.words, *more],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **_plain_user(),
            )
        for _try in range(400):
            with socket.socket() as probe:
                if probe.connect_ex((ADDRESS, self.port)) == 0:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text()[-3000:])

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end, and make it end where it does not."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.send_signal(number)
            self.process.wait(20)
        self.process.kill()
        self.process.wait()
        self.process = None


@contextmanager
def postgresql(need: Callable[[str], str]) -> Iterator[Server]:
    """A PostgreSQL with one user, `his`, who needs no password; stopped at first."""
    newest = max(Path("/usr/lib/postgresql").glob("*/bin/postgres"), default=Path("postgres"))
    program = Path(need(str(newest)))
    with _folder() as folder:
        data = folder / "data"
        made = (program.with_name("initdb"), "-D", data, "-U", "his", "-A", "trust", "-E", "UTF8")
        _make([*made, "--no-locale", "--no-sync"], folder)
        port = _free_port()
        words = (program, "-D", data, "-h", ADDRESS, "-p", str(port), "-k", folder, "-F")
        yield from _server(Server([str(word) for word in words], folder, port))


@contextmanager
def mariadb(need: Callable[[str], str]) -> Iterator[Server]:
    """A MariaDB that nobody may log in to over the net; stopped at first."""
    program, maker = need("mariadbd"), need("mariadb-install-db")
    with _folder() as folder:
        data = f"--datadir={folder}/data"
        _make([maker, "--no-defaults", data, "--skip-test-db"], folder)
        port = _free_port()
        words = (program, "--no-defaults", data, f"--bind-address={ADDRESS}", f"--port={port}")
        places = (f"--socket={folder}/socket", f"--pid-file={folder}/pid")
        yield from _server(Server([*words, *places], folder, port))


@contextmanager
def process_called(name: str, program: str) -> Iterator[None]:
    """A process that the list of processes shows under another name, as a database names its own."""
    with subprocess.Popen([name], executable=program, stdin=subprocess.PIPE):
        yield


def _free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


def _server(server: Server) -> Iterator[Server]:
    try:
        yield server
    finally:
        server.stop(signal.SIGQUIT if "postgres" in server.words[0] else signal.SIGTERM)


def _plain_user() -> Mapping[str, Any]:
    # Databases refuse to be run by root.
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


@contextmanager
def _folder() -> Iterator[Path]:
    """Outside of pytest's own, which only root may enter where root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="hisconsole-test-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody", "nogroup")
        yield folder
    finally:
        shutil.rmtree(folder)


def _make(words: Sequence[object], folder: Path) -> None:
    made = subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **_plain_user(),
    )
    assert made.returncode == 0, made.stdout + made.stderr

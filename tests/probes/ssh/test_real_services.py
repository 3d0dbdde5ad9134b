"""What the table's commands say, over a real sshd, of real programs that run and that are stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hisconsole.plan.status import Status
from hisconsole.probes.parse.output import Ask, name
from hisconsole.probes.ssh.connections import Connections
from hisconsole.probes.ssh.poll import poll_ssh
from tests.probes.ssh.guest import Brief, brief
from tests.probes.ssh.servers import ADDRESS, Server, mariadb, postgresql, process_called
from tests.probes.sshd import Sshd

OK, CRITICAL = Status.OK, Status.CRITICAL
Need = Callable[[str], str]


async def told(sshd: Sshd, connections: Connections, *asks: Ask) -> Brief:
    polled = await poll_ssh(connections, host=sshd.host(), asks=asks)
    assert (polled.fault, polled.failure) == ("", "")
    return brief({sample.key: sample for sample in polled.samples if sample.key != "ssh/time"})


async def until(sshd: Sshd, connections: Connections, ask: Ask, expected: Brief) -> None:
    """A program takes a moment to do what it was told."""
    for _try in range(100):
        found = await told(sshd, connections, ask)
        if found == expected:
            return
        await asyncio.sleep(0.05)
    assert found == expected


async def test_postgresql(need: Need, sshd: Sshd, connections: Connections) -> None:
    need("pg_isready")
    with postgresql(need) as server:
        port = str(server.port)
        ask = Ask("postgresql", {"port": (port,)})
        assert await told(sshd, connections, ask) == {f"postgresql/{port}": ("no answer", CRITICAL)}
        server.start()
        # It listens before it has recovered.
        await until(sshd, connections, ask, {f"postgresql/{port}": ("accepting", OK)})
        with logged_in(server):  # A server that is told to stop waits for its clients and takes no more.
            server.tell(signal.SIGTERM)
            await until(sshd, connections, ask, {f"postgresql/{port}": ("rejecting", CRITICAL)})
        server.stop()
        assert await told(sshd, connections, ask) == {f"postgresql/{port}": ("no answer", CRITICAL)}


@contextmanager
def logged_in(server: Server) -> Iterator[None]:
    """A session of PostgreSQL's protocol 3.0, up to the first ReadyForQuery."""
    words = b"user\0his\0database\0postgres\0\0"
    with socket.create_connection((ADDRESS, server.port)) as session:
        session.sendall(struct.pack("!ii", 8 + len(words), 196608) + words)
        heard = b""
        while not heard.endswith(b"Z\0\0\0\5I"):
            more = session.recv(4096)
            assert more, heard
            heard += more
        yield


async def test_mysql(need: Need, sshd: Sshd, connections: Connections) -> None:
    need("mysqladmin")
    with mariadb(need) as server:
        key = f"mysql/{server.port}"
        ask = Ask("mysql", {"port": (str(server.port),)})
        server.start()
        assert await told(sshd, connections, ask) == {key: ("alive", OK)}  # It refuses us: an answer.
        server.stop()
        polled = await poll_ssh(connections, host=sshd.host(), asks=[ask])
        down = polled.samples[0]
        assert (down.key, down.value, down.hint) == (key, "no answer", CRITICAL)
        assert down.reason.startswith("Can't connect to ")
        server.start("--skip-grant-tables")
        assert await told(sshd, connections, ask) == {key: ("alive", OK)}


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(int(self.path.strip("/")))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        pass


async def test_an_application(need: Need, sshd: Sshd, connections: Connections) -> None:
    need("curl")
    server = ThreadingHTTPServer((ADDRESS, 0), Page)
    port = str(server.server_address[1])
    asks = [Ask("application", {"port": (port,), "path": (f"/{code}",)}) for code in (200, 302, 404, 503)]
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        up = await told(sshd, connections, *asks)
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
    times = {key: up.pop(key) for key in list(up) if key.startswith("application_time/")}
    assert len(times) == 4
    assert all(isinstance(value, float) and 0 < value < 5 for value, _hint in times.values())
    assert up == {
        f"application/{port}/200": ("200", OK),
        f"application/{port}/302": ("302", OK),
        f"application/{port}/404": ("404", CRITICAL),
        f"application/{port}/503": ("503", CRITICAL),
    }
    assert await told(sshd, connections, asks[0]) == {f"application/{port}/200": ("000", CRITICAL)}


async def test_instances_are_known_by_their_processes(
    need: Need, sshd: Sshd, connections: Connections
) -> None:
    need("pgrep")
    ask = Ask("oracle_instances", {"instances": ("HISTEST1", "HISTEST2")})
    with process_called("ora_pmon_HISTEST1", need("cat")):
        assert await told(sshd, connections, ask) == {
            "oracle/instance/HISTEST1": ("running", OK),
            "oracle/instance/HISTEST2": ("missing", CRITICAL),
        }
    gone = await told(sshd, connections, ask)
    assert gone["oracle/instance/HISTEST1"] == ("missing", CRITICAL)


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose files have names that are shown whole, which those in `tmp_path` need not."""
    with TemporaryDirectory(prefix="backup", dir="/tmp") as folder:
        yield Path(folder)


async def test_backups(sshd: Sshd, connections: Connections, short: Path) -> None:
    folder = short
    file, missing = folder / "his.dmp", folder / "pacs.dmp"
    in_folder = Ask("backup_folder", {"folder": (str(folder),)})
    assert await told(sshd, connections, in_folder) == {f"backup/{name_of(folder)}": (None, CRITICAL)}
    file.write_bytes(b"x" * 5_000_000)
    then = time.time() - 10 * 3600
    os.utime(file, (then, then))
    found = await told(sshd, connections, Ask("backup", {"files": (str(file), str(missing))}), in_folder)
    ages = [found.pop(f"backup/{name_of(path)}") for path in (file, folder)]
    assert [(round(float(str(value)), 1), hint) for value, hint in ages] == [(10.0, None)] * 2
    assert found == {
        f"backup_size/{name_of(file)}": (5.0, None),
        f"backup_size/{name_of(folder)}": (5.0, None),
        f"backup/{name_of(missing)}": (None, CRITICAL),
    }


def name_of(path: Path) -> str:
    return name(str(path))

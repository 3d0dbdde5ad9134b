"""What a server and a database must be, so that a record is kept as it is; refused before a word is in it."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from hisconsole.errors import StoreFault
from hisconsole.paths import Server
from hisconsole.store import postgres as postgres_module
from hisconsole.store.shared import Shared
from tests.postgres import Postgres


@pytest.fixture
def server(on_postgres: Callable[[bool], Server]) -> Server:
    return on_postgres(True)


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_cannot_hold_every_name_is_refused_before_anything_is_in_it(
    postgres: Postgres, data: Path, encoding: str
) -> None:
    name = f"in_{encoding.lower()}"
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
    with pytest.raises(StoreFault, match=f"is encoded in {encoding} and cannot hold every name: make"):
        Shared(postgres.server(name), data)
    assert postgres.execute("SELECT to_regclass('record.event')", database=name) == [(None,)]
    postgres.drop(postgres.server(name))


def test_an_old_server_is_refused(server: Server, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_module, "OLDEST", 99)
    with pytest.raises(StoreFault, match=r"is served by PostgreSQL [0-9.]+.*: 99 or newer is needed"):
        Shared(server, data)


def test_behind_a_pooler_that_takes_our_settings_away_no_other_record_is_begun(
    postgres: Postgres, server: Server, data: Path
) -> None:
    with _pooler(server) as through, pytest.raises(StoreFault, match="as a pooler does: name the server"):
        Shared(through, data)
    assert postgres.execute("SELECT to_regclass('public.event')", database=server.name) == [(None,)]


@contextmanager
def _pooler(server: Server) -> Iterator[Server]:
    """A door to the server that takes `options` from what each connection asks, as PgBouncer can be told."""

    def carry(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while octets := source.recv(65536):
                target.sendall(octets)
            target.shutdown(socket.SHUT_WR)

    def serve() -> None:
        with suppress(OSError):
            while True:
                let_through(door.accept()[0])

    def let_through(client: socket.socket) -> None:
        with client, socket.create_connection(server.hosts[0]) as behind:
            (length,) = struct.unpack("!i", client.recv(4, socket.MSG_WAITALL))
            words = client.recv(length - 4, socket.MSG_WAITALL)
            pairs = words[4:].split(b"\0")
            at = pairs.index(b"options")
            fewer = words[:4] + b"\0".join(pairs[:at] + pairs[at + 2 :])
            behind.sendall(struct.pack("!i", len(fewer) + 4) + fewer)
            back = threading.Thread(target=carry, args=(behind, client), daemon=True)
            back.start()
            carry(client, behind)
            back.join(10)

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield replace(
            server, hosts=(("127.0.0.1", door.getsockname()[1]),), settings=(("sslmode", "disable"),)
        )
        door.shutdown(socket.SHUT_RDWR)
        thread.join(10)

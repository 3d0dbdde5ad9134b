"""PostgreSQL as it must be used for a record that several hosts write.

Every wait ends: psycopg waits in this thread for the socket and its deadline alike, so a frozen server
costs `PATIENCE_S` once and leaves no thread behind. One act writes at a time, behind one lock, so that the
chain has no gap. Texts are compared by their bytes, as SQLite does, whatever the server's language is.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, String, create_engine, event, exc
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import StaticPool

from hisconsole.errors import Away, Busy, Damaged, StoreFault
from hisconsole.paths import Server
from hisconsole.store.knock import Host
from hisconsole.text import _, printable

SCHEMA = "record"
MOVED = "record_moved_"
"""How the schema of a record begins that was taken to a file; the moment follows."""
CHANNEL = "hisconsole_record"
_LOCK = f"SELECT pg_advisory_xact_lock({0x6869736331})"
"""The lock of writers: `hisc1` in ASCII, as before the hashes of the chain."""

OLDEST = 13
"""The oldest server whose transactions can be told apart as `shares` does it (xid8)."""

PATIENCE_S = 3.0
"""The longest wait for any one answer of the server."""
CONNECT_S = 2
"""The longest wait for a new connection to one server; libpq knows no shorter one."""
LOCK_S = 2.0
GOES = 3
"""How long one waits for one's turn to write: so many times that."""

BESIDE = "BESIDE"
"""How a transaction begins that writes, and not to the record; IMMEDIATE is one that waits for its turn."""

_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"

logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())
"""What a lost connection means `fault_of` says; the library's traces would go to the operator's terminal."""

FAULTS: tuple[type[Exception], ...] = (exc.DBAPIError, psycopg.Error)


@compiles(String, "postgresql")
def _as_sqlite(kind: String, compiler: Any, **_named: Any) -> str:
    """Texts without a bound and by their bytes: what fits the one database fits the other, in its order."""
    return 'TEXT COLLATE "C"'


class Frozen(psycopg.OperationalError):
    """No answer came in time; the connection is closed."""


class Bounded(psycopg.Connection[Any]):
    """A connection on which no wait is longer than `patience_s`."""

    patience_s = PATIENCE_S

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Do what psycopg does, and give the server up at the deadline."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience_s)
        except psycopg.errors._WaitTimeout as late:  # noqa: SLF001 - psycopg's one sign of a deadline
            self.pgconn.finish()
            raise Frozen(_("no answer within {seconds:.0f} s").format(seconds=self.patience_s)) from late


def connect(server: Server, host: Host, *, password: Callable[[], str], patience_s: float) -> Bounded:
    """A connection to one host of a server, whether or not it takes writes. Raises psycopg.Error."""
    connection = Bounded.connect(
        **_parameters(server, host, patience_s),
        **_secret(password),
        autocommit=True,
        connect_timeout=CONNECT_S,
    )
    connection.patience_s = patience_s
    return connection


def engine_of(meet: Callable[[], Bounded]) -> Engine:
    """One connection, which `meet` makes when it is needed and again after it was lost."""
    engine = create_engine(
        "postgresql+psycopg://", creator=meet, poolclass=StaticPool, use_native_hstore=False
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        how = connection.get_execution_options().get("begin")
        raw: Any = connection.connection.driver_connection
        raw.execute(_WRITE if how else _READ)
        if how == "IMMEDIATE":
            _wait_for_turn(raw)

    return engine


def refuse_unfit(raw: Bounded, server: Server) -> None:
    """Refuse, before anything is written, what would not keep a record as it is. Raises StoreFault.

    A pooler that passes our settings by would have another record begun in another schema.
    """
    if raw.info.server_version < OLDEST * 10_000:
        told = _("{server} is served by PostgreSQL {found}: {oldest} or newer is needed.")
        found = raw.info.parameter_status("server_version")
        raise StoreFault(told.format(server=server, found=printable(str(found), limit=40), oldest=OLDEST))
    if (encoding := raw.info.parameter_status("server_encoding")) != "UTF8":
        told = _(
            "{server} is encoded in {encoding} and cannot hold every name: make a database with"
            " 'createdb --encoding UTF8 --template template0'."
        )
        raise StoreFault(told.format(server=server, encoding=printable(str(encoding), limit=40)))
    (place,) = raw.execute("SELECT current_setting('search_path')").fetchone() or ("",)
    if place != SCHEMA:
        told = _(
            "Something between here and {server} takes settings of the connection away, as a pooler does:"
            " name the server itself in 'database'."
        )
        raise StoreFault(told.format(server=server))


def _wait_for_turn(raw: Bounded) -> None:
    """Take the lock of writers, in several goes: each that ends in vain shows that the server lives."""
    for go in range(1, GOES + 1):
        try:
            raw.execute(_LOCK)
            return
        except psycopg.errors.LockNotAvailable:
            raw.rollback()
            if go == GOES:
                raise
        raw.execute(_WRITE)


def _parameters(server: Server, host: Host, patience_s: float) -> dict[str, Any]:
    """What libpq is told; nothing is left to files and variables of whoever sits here."""
    options = {
        "search_path": SCHEMA,
        "lock_timeout": f"{LOCK_S * 1000:.0f}",
        "statement_timeout": f"{(patience_s - 0.5) * 1000:.0f}",
        "idle_in_transaction_session_timeout": f"{(patience_s + 2) * 1000:.0f}",  # of a frozen writer
        "timezone": "UTC",
    }
    return {
        "host": host[0],
        "port": str(host[1]),
        "user": server.user,
        "dbname": server.name,
        "application_name": "hisconsole",
        "gssencmode": "disable",
        "passfile": f"{os.devnull}/none",
        "client_encoding": "UTF8",
        "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        **dict(server.settings),
    }


def _secret(password: Callable[[], str]) -> dict[str, Any]:
    found = password()
    return {"password": found} if found else {}


def fault_of(error: Exception, server: Server) -> StoreFault:
    """What the server or its silence means, as a sentence with a way out."""
    original = getattr(error, "orig", None) or error
    state = getattr(original, "sqlstate", None) or ""
    why = first_line(original)
    if state == "55P03":
        return Busy(
            _(
                "{server} is held by another writer for more than {seconds:.0f} s; nothing was written."
                " Try again."
            ).format(server=server, seconds=GOES * LOCK_S)
        )
    if state == "25P03":
        return Busy(
            _("{server} took the turn away from this, it had stopped; nothing was written.").format(
                server=server
            )
        )
    if state.startswith("XX"):
        return Damaged(
            _(
                "{server} says that its data are damaged ({why}). Nothing more is written to it from here."
                " Go over to the standby, or restore a backup."
            ).format(server=server, why=why)
        )
    if state == "42501":
        return StoreFault(
            _("{server} does not let {user} do this ({why}): see 'hisconsole db grants'.").format(
                server=server, user=server.user, why=why
            )
        )
    if _is_away(original, state):
        return Away(
            _("{server} cannot be reached: {why}. Nothing was written.").format(server=server, why=why)
        )
    failed = _("The record {server} failed: {why}.")
    if state in {"42P01", "3F000"}:  # no such table, no such schema
        failed = _(
            "{server} does not hold what it did ({why}): the record was moved away, or the database was made"
            " anew. Nothing was written; ask before you start again."
        )
    return StoreFault(failed.format(server=server, why=why))


_AWAY = ("08", "53", "57", "58", "28", "25006")
"""Classes of SQLSTATE: no connection, no room, stopped or too slow, no disk, not let in; a standby."""


def _is_away(original: BaseException, state: str) -> bool:
    if state:
        return state.startswith(_AWAY)
    return isinstance(original, psycopg.OperationalError | psycopg.InterfaceError)


def first_line(error: BaseException) -> str:
    """The reason without the query, its values and the connection's own words."""
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    text = lines[0] if lines else type(error).__name__
    return printable(text, limit=300).rstrip(".")

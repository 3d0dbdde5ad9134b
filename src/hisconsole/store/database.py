"""One open record: short reads, gated writes, and faults turned into sentences."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from hisconsole.errors import Away, Damaged, StoreFault
from hisconsole.store import migrate, sqlite
from hisconsole.store.faults import DRIVER_FAULTS, damaged, faults
from hisconsole.store.gate import gate
from hisconsole.store.revision import RECORD
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.store.events import Head

BACK_S = 10.0
"""How often the newest event is remembered, for the case that the file itself cannot tell it any more."""

__all__ = ["RECORD", "Connection", "Database"]


class Database:
    """An open record in a data folder; use it from the thread that opened it.

    Raises StoreFault with a sentence when the folder or the file cannot be used. `read_only_because`
    is empty, or says why nothing can be written (a newer schema). `Shared` is the one on a server.
    """

    look_s = 0.15
    """How often to ask for the `data_version`: others are seen within 0.25 s, and each wake costs 0.2 ms."""
    on_server = False

    def __init__(
        self, data: Path, *, writable: bool = True, record: str = RECORD, of_any_age: bool = False
    ) -> None:
        """Open the record in `data`, made and migrated where needed.

        `of_any_age` opens one with an older schema for reading too, to be copied and nothing else.
        """
        self.data = data
        self.path = data / record
        self._writable, self._of_any_age = writable, of_any_age
        self.behind = self.ahead = False
        """Whether its schema is older than this program's, or newer."""
        self._together: Connection | None = None
        self._last_seen: Head | None = None
        self._back_at, self._swaps_seen = 0.0, 0
        self._file: tuple[int, int] | None = None
        """Which file is open here; none while the one that was put in its place cannot be used yet."""
        self.swaps = 0
        self.written = 0
        """How many transactions this connection has written: `data_version` tells of others' only."""
        with self._guarded():
            self._open()

    @classmethod
    def at(cls, path: Path, *, writable: bool = False, of_any_age: bool = False) -> Database:
        """Open a record by its file: a backup, or one set aside."""
        return cls(path.parent, writable=writable, record=path.name, of_any_age=of_any_age)

    @property
    def seen(self) -> Head | None:
        """The newest event that a later opening must find again; None where a file is only followed."""
        return None

    @property
    def named(self) -> str:
        """As sentences name it."""
        return str(self.path)

    @property
    def trouble(self) -> str:
        """What somebody must see to, though the record is well; of a file there is nothing."""
        return ""

    def _open(self) -> None:
        self.read_only_because = (
            "" if self._writable else _("It was opened for reading only: act where the record is alive.")
        )
        if self._writable:
            sqlite.refuse_network(self.data)
        if self._writable and not self.path.exists():
            sqlite.create_folder(self.data)
            with gate(self._gate):
                self._make()
        elif not self.path.exists():
            raise StoreFault(_("There is no record at {path}.").format(path=self.path))
        if self.path.stat().st_size == 0:  # SQLite would take it for a new one
            raise damaged(self.path, _("it is empty"))
        found = _identity(self.path)
        self._engine = _engine(self.path, writable=self._writable)
        self._raw: Any = None
        try:
            self._bring_up_to_date()
        except BaseException:
            self._engine.dispose()
            raise
        self._file = found

    def _bring_up_to_date(self) -> None:
        standing = migrate.standing(self._engine)
        self.ahead = standing is migrate.Standing.AHEAD
        if standing is migrate.Standing.BEHIND:
            if not self._writable:
                self.behind = True
                if self._of_any_age:
                    return
                raise StoreFault(
                    _("The record at {path} is older than this program: open it once for writing.").format(
                        path=self.named
                    )
                )
            self._upgrade()
        elif self.ahead:
            self.read_only_because = _(
                "The record was written by a newer hisconsole: it can be read here, not written."
                " Update this program."
            )

    def _refuse_newer(self, connection: Connection) -> None:
        """Write nothing where a newer program has changed the tables since they were opened here."""
        if migrate.standing_in(connection) is migrate.Standing.AHEAD:
            self.ahead = True
            self.read_only_because = _(
                "A newer hisconsole has brought the record up to date meanwhile: nothing more is written from"
                " here. Leave this console and start it again; where it says the same then, update it."
            )
            raise StoreFault(self.read_only_because)

    def _upgrade(self) -> None:
        with gate(self._gate):
            migrate.upgrade(self._engine)

    def _make(self) -> None:
        """Make a record under another name first: whoever meets `path` meets a whole record."""
        if self.path.exists():
            return
        fresh = self.path.with_name(self.path.name + ".new")
        sqlite.remove(fresh)
        sqlite.create_private(fresh)
        engine = _engine(fresh, writable=True)
        migrate.upgrade(engine)
        engine.dispose()
        sqlite.remove(fresh, sqlite.COMPANIONS)
        fresh.rename(self.path)
        sqlite.sync(self.data)

    @property
    def _gate(self) -> Path:
        return self.data / "record.lock"

    def _follow(self) -> None:
        """Reconnect when a restore has put another file in this one's place."""
        if _identity(self.path) != self._file:
            if self._last_seen is not None and self._file is not None:
                self._last_seen = self._newest_of_old(self._last_seen)
            self._engine.dispose()
            self._file = None  # one that is only half copied is opened again, until it is whole
            self._open()
            self.swaps += 1

    def _newest_of_old(self, known: Head) -> Head:
        """The newest event of the file that was here, which is still open; `known` where it tells nothing."""
        from hisconsole.store.events import head

        with suppress(OSError, *DRIVER_FAULTS), self._engine.connect() as connection:
            newest = head(connection)
            return newest if newest.seq >= known.seq else known
        return known

    def look_back(self) -> str:
        """Remember the newest event; a sentence, once, where the one remembered is no longer in the record.

        Nothing is refused for it: to put a backup in place is an ordinary act. What a caller never looked
        at is not missed. Without another file in place it looks only now and then. Raises StoreFault.
        """
        from hisconsole.store.events import hash_at, head

        with self._guarded():
            self._follow()
        if (now := time.monotonic()) < self._back_at and self.swaps == self._swaps_seen:
            return ""
        self._back_at, self._swaps_seen = now + BACK_S, self.swaps
        with self.read() as connection:
            newest, known = head(connection), self._last_seen
            gone = known is not None and known.seq > 0 and hash_at(connection, known.seq) != known.hash
        self._last_seen = newest
        if known is None or not gone:
            return ""
        what = (  # 80 columns show so much of it; what is behind is for wider ones
            _("THE RECORD HAS GONE BACK, event {seq} to {newest}: enter what is missing again.")
            if newest.seq < known.seq
            else _("ANOTHER RECORD IS IN PLACE, without event {seq}: enter what is missing again.")
        ).format(seq=known.seq, newest=newest.seq)
        kept = _("What was there before a restore is kept as {path}.before-*.").format(path=self.path)
        return f"{what} {kept}"

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Faults as sentences; after damage nothing more is written until another file is there."""
        try:
            with faults(self.path):
                yield
        except StoreFault as fault:
            self._raw = None  # with the fault the connection itself may have been given up
            if isinstance(fault, Damaged):
                self.read_only_because = str(fault)
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A short read of one consistent state."""
        if self._together is not None:
            with self._guarded():
                yield self._together
            return
        with self._guarded():
            self._follow()
            with self._engine.connect() as connection:
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, one writer at a time; committed when the block ends, undone when it raises."""
        if self._together is not None:
            with self._guarded(), self._one_of(self._together) as connection:
                yield connection
            return
        with self._transaction() as connection:
            yield connection
        self.written += 1

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Behind the gate."""
        with self._guarded():
            self._follow()
        if self.read_only_because:
            raise StoreFault(self.read_only_because)
        with self._guarded(), gate(self._gate):
            self._follow()
            immediate = self._engine.connect().execution_options(begin="IMMEDIATE")
            with immediate as connection, connection.begin():
                sqlite.refuse_unsafe_journal(connection.connection, path=self.path)
                self._refuse_newer(connection)
                yield connection

    @contextmanager
    def together(self) -> Iterator[None]:
        """Writes in the block are one transaction: one wait for the disk, and all of them or none.

        Each of them is still undone by itself where it raises.
        """
        with self.write() as connection:
            self._together = connection
            try:
                yield
                self._refuse_undone(connection)
            finally:
                self._together = None

    @contextmanager
    def _one_of(self, together: Connection) -> Iterator[Connection]:
        """One write of several, undone by itself where it raises and the others are still there."""
        self._refuse_undone(together)
        alone = together.begin_nested()
        try:
            yield together
        except BaseException:
            if not _is_undone(together):  # else what it was part of is gone, and says why
                alone.rollback()
            raise
        alone.commit()

    def _refuse_undone(self, together: Connection) -> None:
        """Write nothing behind what is gone: it would be on record, and all before it not. Raises Away."""
        if _is_undone(together):
            sentence = _("{path} has undone what was being written, all of it: nothing is lost. Try again.")
            raise Away(sentence.format(path=self.named))

    def data_version(self) -> int:
        """A number that changes when another connection has committed, or another record is in place.

        Asking costs 5 microseconds.
        """
        with self._guarded():
            self._follow()
            if self._raw is None:
                with self._engine.connect() as connection:
                    self._raw = connection.connection.driver_connection
            (version,) = self._raw.execute("PRAGMA data_version").fetchone()
            return int(version) + (self.swaps << 32)  # a new connection counts anew

    def close(self) -> None:
        """Let the file go."""
        self._engine.dispose()


def _engine(path: Path, *, writable: bool) -> Engine:
    url = URL.create("sqlite", database=str(path))  # a path may hold ? and %
    engine = create_engine(url, module=sqlite.driver(), poolclass=StaticPool)

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: Any, args: Any, given: Any) -> Any:
        return sqlite.connected(lambda: dialect.connect(*args, **given), path=path, writable=writable)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        how = connection.get_execution_options().get("begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {how}")

    return engine


def _is_undone(connection: Connection) -> bool:
    """Whether SQLite has ended a transaction by itself, as it does where the disk is full or fails."""
    if connection.dialect.name != "sqlite":  # a server ends none that goes on being used
        return False
    raw: Any = None if connection.invalidated else connection.connection.driver_connection
    return raw is None or not raw.in_transaction


def _identity(path: Path) -> tuple[int, int]:
    found = os.stat(path)  # noqa: PTH116 - asked ten times a second
    return found.st_dev, found.st_ino

"""The record on a PostgreSQL server that consoles and watches of several hosts share.

What others write is heard by a notification, and by a look at the newest event every second, because a
notification may be lost. The same look finds a server that no longer answers, and one whose record has gone
back behind what this process has seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from hisconsole.errors import Away, Busy, Damaged, StoreFault
from hisconsole.paths import Server, host_name
from hisconsole.plan.events import GENESIS
from hisconsole.store import migrate, pair, postgres, seen
from hisconsole.store.database import Database
from hisconsole.store.events import Head
from hisconsole.store.knock import Host, Knock
from hisconsole.store.revision import TIMELINE
from hisconsole.text import _

LOOK_S = 1.0
"""How often the newest event is looked at, whether or not a notification came."""
LOOK_PATIENCE_S = 2.0
"""How long that look may take, so that a frozen server is told of within three seconds."""
PATIENT_S = 600.0
"""For work of minutes: schema, proof, copies."""

_NEWEST = "SELECT seq, hash FROM event WHERE seq = %s OR seq = (SELECT max(seq) FROM event)"
_ANNOUNCE = (
    "SELECT head.seq, head.hash, pg_notify(%s, '') FROM (SELECT 1) AS one"
    " LEFT JOIN (SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1) AS head ON true"
)


class Shared(Database):
    """An open record on a server; use it from the thread that opened it. `data` is this host's own folder.

    Raises Away while no server takes writes; after the first time it does so at once, without waiting.
    """

    look_s = 0.03
    on_server = True

    def __init__(
        self,
        server: Server,
        data: Path,
        *,
        password: Callable[[], str] = str,
        writable: bool = True,
        patience_s: float = postgres.PATIENCE_S,
        known: Head | None = None,
    ) -> None:
        """Open the record, made and migrated where needed; `password` is asked for each connection.

        `known` is what was `seen` before: a record that has gone back behind it is not written to.
        """
        self.server = server
        self._password, self._patience_s = password, patience_s
        self._knock: Knock | None = None
        self._answering: tuple[Host, ...] = ()
        self._met: pair.Meeting | None = None
        self._rounds = pair.Rounds(server.hosts, self._connect)
        self._away = ""
        self._raw: Any = None
        self._pid = 0
        self._known = known or Head(0, GENESIS)
        self._missing: Head | None = None
        self._changes = 0
        self._said = 0
        self._looked = 0.0
        super().__init__(data, writable=writable)

    @property
    def named(self) -> str:
        """As sentences name it."""
        return str(self.server)

    @property
    def seen(self) -> Head:
        """The newest event that was seen here, whether or not the record has gone back since."""
        return self._missing or self._known

    @property
    def trouble(self) -> str:
        """What somebody must see to, though the record is well; empty where there is nothing."""
        rivals = self._met.rivals if self._met is not None else ()
        if not rivals:
            return ""
        return _(
            "{server} still takes writes, though its standby was promoted: stop it. What is written to it is"
            " on no record"
        ).format(server=", ".join(host_name(*each) for each in rivals))

    def _open(self) -> None:
        self.read_only_because = "" if self._writable else _("It was opened for reading only.")
        self._engine = postgres.engine_of(self._meet)
        try:
            if not migrate.begun(self._engine):
                self._refuse_to_begin()
            self._bring_up_to_date()
            self._follow()
        except BaseException:
            self._engine.dispose()
            raise

    def _meet(self) -> postgres.Bounded:
        """A connection to the server that has the record, and never to one that was replaced since."""
        answering, self._answering = self._answering or pair.who_answers(self.server.hosts), ()
        ours, kept = self._met.timeline if self._met is not None else None, seen.timeline(self.data)
        since = ours if kept is None or kept.before(ours) else kept
        met = pair.meet(self.server.hosts, answering, self._connect, since=since, kept=self.data / TIMELINE)
        try:
            postgres.refuse_unfit(met.connection, self.server)
        except BaseException:
            met.connection.close()
            raise
        self._met = met
        seen.keep_timeline(self.data, self._met.timeline)
        self._rounds.begin(self._met)
        return self._met.connection

    def _connect(self, host: Host) -> postgres.Bounded:
        return postgres.connect(self.server, host, password=self._password, patience_s=self._patience_s)

    def _refuse_to_begin(self) -> None:
        """Where there is no record none is begun for reading, nor beside one that was moved away."""
        with self._engine.connect() as connection:
            moved = connection.exec_driver_sql(
                "SELECT max(nspname) FROM pg_namespace WHERE starts_with(nspname, %s)", (postgres.MOVED,)
            ).scalar()
        if moved is not None:
            raise StoreFault(
                _(
                    "The record on {server} was moved to a file, what is left there is {schema}. Take the"
                    " line 'database' out of site.yaml, or name an empty database."
                ).format(server=self.server, schema=moved)
            )
        if not self._writable:
            raise StoreFault(_("There is no record at {path}.").format(path=self.named))

    def _upgrade(self) -> None:
        with self._engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.patience_s = PATIENT_S
            raw.execute(f"SET statement_timeout = {PATIENT_S * 1000:.0f}")
            raw.execute(f"SET lock_timeout = {PATIENT_S * 1000:.0f}")
        try:
            immediate = self._engine.connect().execution_options(begin="IMMEDIATE")
            with immediate as connection, connection.begin():
                connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {postgres.SCHEMA}")
            migrate.upgrade(self._engine)
        finally:
            self._engine.dispose()  # the next connection has the bounds of every day again

    def _follow(self) -> None:
        """See to it that there is a connection which hears others, to the record that we know."""
        if self._rounds.found():
            self._engine.dispose()
        with self._engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            if raw is self._raw:
                return
            raw.execute(f"LISTEN {postgres.CHANNEL}")
            raw.add_notify_handler(lambda notify: self._hear(notify.pid))
            self._raw, self._pid = raw, raw.info.backend_pid
            self._forget_knock()
            self._changes += 1  # of what went on without a connection nothing was heard
            self._look()

    def _hear(self, pid: int) -> None:
        self._changes += pid != self._pid

    def _look(self) -> None:
        """Look at the newest event, and whether the newest that we knew is still there."""
        self._looked = time.monotonic()
        found = dict(self._raw.execute(_NEWEST, (self._known.seq,)).fetchall())
        newest = max(found, default=0)
        known = self._known
        self._changes += newest != known.seq
        self._known = Head(newest, found.get(newest, GENESIS))
        if known.seq and found.get(known.seq) != known.hash:
            self.swaps += 1
            self._missing = self._missing or known
            self.read_only_because = _(
                "The record on {server} has gone back: event {seq}, which was seen here, is no longer in it,"
                " its newest is {newest}. Was an older backup restored, or a standby promoted that lacked it?"
                " Nothing is written from here: look at what is missing, then start this console again to go"
                " on with the record as it is."
            ).format(server=self.server, seq=known.seq, newest=newest)

    def look_back(self) -> str:
        """Nothing: here every look finds a record that has gone back, and `data_version` says so."""
        return ""

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Faults as sentences; while the server is away, at once and without asking it."""
        self._refuse_while_away()
        try:
            yield
        except postgres.FAULTS as error:
            fault = postgres.fault_of(error, self.server)
            if isinstance(fault, Damaged):
                self.read_only_because = str(fault)
            if isinstance(fault, Away) and not isinstance(fault, Busy):
                self._lose(str(fault))
            raise fault from error

    def _refuse_while_away(self) -> None:
        if self._knock is None:
            return
        self._answering = self._knock.answered()
        if not self._answering:
            raise Away(self._away)

    def _forget_knock(self) -> None:
        if self._knock is not None:
            self._knock.close()
            self._knock = None

    def _lose(self, sentence: str) -> None:
        """Give the connection up and knock, or go on with it: one that has answered may be the wrong one."""
        with suppress(*postgres.FAULTS):
            self._engine.dispose()
        self._rounds.close()
        self._raw, self._away, self._knock = None, sentence, self._knock or Knock(self.server.hosts)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Behind the lock of all writers.

        Raises Away with `doubtful` when the server went away in the commit itself.
        """
        with self._guarded():
            self._follow()
        if self.read_only_because:
            raise StoreFault(self.read_only_because)
        committing = False
        try:
            with self._guarded():
                immediate = self._engine.connect().execution_options(begin="IMMEDIATE")
                with immediate as connection, connection.begin():
                    self._refuse_newer(connection)
                    yield connection
                    seq, hash_, _none = connection.exec_driver_sql(_ANNOUNCE, (postgres.CHANNEL,)).one()
                    committing = True
        except Away as fault:
            if not committing:
                raise
            sentence = _("{server} went away while this was being written: look whether it is there.")
            raise Away(sentence.format(server=self.server), doubtful=True) from fault
        if seq is not None:
            self._known = Head(seq, hash_)

    @contextmanager
    def beside(self) -> Iterator[Connection]:
        """A transaction beside the record: behind no lock, and heard by nobody."""
        with self._guarded():
            self._follow()
            apart = self._engine.connect().execution_options(begin=postgres.BESIDE)
            with apart as connection, connection.begin():
                yield connection

    def data_version(self) -> int:
        """A number that changes when another connection has committed, or another record is in place.

        Asking costs some ten microseconds, and once a second a question to the server. Raises StoreFault
        once when the record has gone back; what is read from then on is the record as it is.
        """
        with self._guarded():
            self._follow()
            pgconn = self._raw.pgconn
            pgconn.consume_input()
            while (heard := pgconn.notifies()) is not None:
                self._hear(heard.be_pid)
            if time.monotonic() - self._looked >= LOOK_S:
                self._raw.patience_s = min(LOOK_PATIENCE_S, self._patience_s)
                self._look()
                self._raw.patience_s = self._patience_s
        if self.swaps > self._said:
            self._said = self.swaps
            raise StoreFault(self.read_only_because)
        return self._changes + (self.swaps << 32)

    def close(self) -> None:
        """Let the connection go."""
        self._forget_knock()
        self._rounds.close()
        with suppress(*postgres.FAULTS):
            self._engine.dispose()

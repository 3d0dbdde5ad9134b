"""A record taken from one database to another, whole: every table as it is, proved afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Table, delete, insert, select

from hisconsole.errors import Away, StoreFault
from hisconsole.store import events, postgres, sqlite, tables
from hisconsole.store.aside import set_aside
from hisconsole.store.database import RECORD, Database
from hisconsole.store.faults import faults
from hisconsole.store.gate import gate
from hisconsole.store.leftover import PRIVATE, clear, in_use
from hisconsole.store.verify import Proof, verify
from hisconsole.text import _

_AT_ONCE = 1000
"""Rows read and written together; an event may hold a whole plan."""
_WRITERS = (
    "SELECT DISTINCT CASE given.grantee WHEN 0 THEN 'PUBLIC'"
    " ELSE quote_ident(pg_get_userbyid(given.grantee)) END"
    " FROM pg_class AS one, aclexplode(one.relacl) AS given"
    " WHERE one.oid = 'event'::regclass AND given.grantee <> one.relowner"
)


def copy(source: Database, target: Database) -> Proof:
    """Fill an empty record with what another holds; all of it, proved, or nothing.

    Raises StoreFault where the target holds anything already, where what has arrived does not prove, and
    where the source has tables of a newer program, which this one would leave behind.
    """
    if source.ahead:
        raise StoreFault(
            _("A newer hisconsole has written {source}: this one cannot copy all of it. Update it.").format(
                source=source.named
            )
        )
    with source.read() as old, target.write() as new:
        if events.count(new):
            raise StoreFault(
                _("There are events in {target} already: nothing was moved. Name an empty database.").format(
                    target=target.named
                )
            )
        expected = _proved(old, source.named)
        for table in tables.metadata.sorted_tables:
            _fill(old, new, table)
        found = _proved(new, target.named)
        if found.head != expected.head:
            raise StoreFault(
                _("{target} does not hold what {source} does: nothing was moved.").format(
                    target=target.named, source=source.named
                )
            )
    return found


def _proved(connection: Connection, named: str) -> Proof:
    proof = verify(connection, most=1)
    if proof.faults:
        raise StoreFault(_("{path} does not hold: {fault}").format(path=named, fault=proof.faults[0]))
    return proof


def _fill(old: Connection, new: Connection, table: Table) -> None:
    if table is not tables.event:  # an empty record may hold projections of nothing
        new.execute(delete(table))
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_AT_ONCE)
    for rows in old.execute(query).mappings().partitions(_AT_ONCE):
        new.execute(insert(table), [dict(row) for row in rows])


def to_the_server(data: Path, server: Database, *, now: datetime) -> tuple[Proof, Path]:
    """Move the record of a folder to an empty one on a server; returns its proof and where the old file went.

    Nobody can write to the file meanwhile, nor afterwards. A move that was cut short is ended by another.
    Raises StoreFault.
    """
    record = data / RECORD
    with faults(record), gate(data / "record.lock"), closing(Database(data, writable=False)) as source:
        proof = _arrived(source, server) or copy(source, server)
        kept = set_aside(record, now=now)
        record.unlink()
    return proof, kept


def to_a_file(data: Path, server: Database, *, now: datetime) -> tuple[Proof, Path, str]:
    """Move the record of a server into a folder that has none; returns its proof, its file, and where it was.

    Nobody can write to the server meanwhile, nor afterwards: its record lies in another schema then, and is
    only read. A move that was cut short is ended by another: what it left is kept under another name.
    Raises StoreFault, also where this account does not own the record.
    """
    record = data / RECORD
    if record.exists() and not _put_aside(data, server, now):
        raise StoreFault(
            _(
                "There is a record in {path} already: nothing was moved. Name an empty folder with --data."
            ).format(path=data)
        )
    sqlite.create_folder(data)
    clear(data)
    try:
        with server.together(), server.read() as connection:
            _refuse_strangers(connection, server.named)
            with faults(record), filled(server, beside=record) as (made, proof):
                closed = _close(connection, now)
                made.rename(record)
                sqlite.sync(data)
    except BaseException as fault:
        if not (isinstance(fault, Away) and fault.doubtful):  # then the server may be closed already
            record.unlink(missing_ok=True)
        raise
    return proof, record, closed


def _put_aside(data: Path, server: Database, now: datetime) -> bool:
    """Whether the file in a folder is what a move has left there, which was cut short; it is kept then."""
    record = data / RECORD
    with faults(record), gate(data / "record.lock"), closing(Database(data, writable=False)) as left:
        if _arrived(left, server) is None:
            return False
        set_aside(record, now=now)
        record.unlink()
        return True


def _arrived(source: Database, target: Database) -> Proof | None:
    """The proof of a target that holds every event of the source, and maybe later ones; None elsewhere."""
    with source.read() as old, target.read() as new:
        last = events.head(old)
        if not last.seq or events.hash_at(new, last.seq) != last.hash:
            return None
        return _proved(new, target.named)


def _refuse_strangers(connection: Connection, named: str) -> None:
    owns = "SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = %s"
    if not connection.exec_driver_sql(owns, (postgres.SCHEMA,)).scalar():
        raise StoreFault(
            _(
                "Only the owner of the record can take it from {server}: nothing was moved."
                " Name that account with --owner."
            ).format(server=named)
        )


def _close(connection: Connection, now: datetime) -> str:
    """Leave nobody a record to write to, behind the lock of all writers; returns the schema it has now."""
    closed = f"{postgres.MOVED}{now:%Y%m%dT%H%M%S}".lower()
    for role in connection.exec_driver_sql(_WRITERS).scalars().all():
        connection.exec_driver_sql(
            f"REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {postgres.SCHEMA} FROM {role}"
        )
    connection.exec_driver_sql(f"ALTER SCHEMA {postgres.SCHEMA} RENAME TO {closed}")
    connection.exec_driver_sql(f"SET LOCAL search_path TO {closed}")  # for what the transaction still reads
    return closed


@contextmanager
def filled(server: Database, *, beside: Path) -> Iterator[tuple[Path, Proof]]:
    """A file with all that a server's record holds, in a private folder on the same disk as `beside`."""
    with TemporaryDirectory(prefix=PRIVATE, dir=beside.parent) as folder, in_use(Path(folder)):
        local = Database(Path(folder))
        try:
            proof = copy(server, local)
        finally:
            local.close()
        sqlite.remove(local.path, sqlite.COMPANIONS)
        yield local.path, proof

"""A record taken from one database to another, whole: every table as it is, proved afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Table, delete, insert, select

from hisconsole.errors import StoreFault
from hisconsole.store import events, sqlite, tables
from hisconsole.store.aside import set_aside
from hisconsole.store.database import RECORD, Database, faults
from hisconsole.store.gate import gate
from hisconsole.store.verify import Proof, verify
from hisconsole.text import _

_AT_ONCE = 1000
"""Rows read and written together; an event may hold a whole plan."""


def copy(source: Database, target: Database) -> Proof:
    """Fill an empty record with what another holds; all of it, proved, or nothing.

    Raises StoreFault where the target holds anything already, or where what has arrived does not prove.
    """
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

    Nobody can write to the file meanwhile, nor afterwards. Raises StoreFault.
    """
    record = data / RECORD
    with faults(record), gate(data / "record.lock"), closing(Database(data, writable=False)) as source:
        proof = copy(source, server)
        kept = set_aside(record, now=now)
        record.unlink()
    return proof, kept


def to_a_file(data: Path, server: Database) -> tuple[Proof, Path]:
    """Copy the record of a server into a folder that has none; returns its proof and its file.

    Raises StoreFault.
    """
    record = data / RECORD
    if record.exists():
        raise StoreFault(
            _(
                "There is a record in {path} already: nothing was moved. Name an empty folder with --data."
            ).format(path=data)
        )
    sqlite.create_folder(data)
    with faults(record), filled(server, beside=record) as (made, proof):
        made.rename(record)
        sqlite.sync(data)
    return proof, record


@contextmanager
def filled(server: Database, *, beside: Path) -> Iterator[tuple[Path, Proof]]:
    """A file with all that a server's record holds, in a private folder on the same disk as `beside`."""
    with TemporaryDirectory(prefix=".hisconsole-", dir=beside.parent) as folder:
        local = Database(Path(folder))
        try:
            proof = copy(server, local)
        finally:
            local.close()
        sqlite.remove(local.path, sqlite.COMPANIONS)
        yield local.path, proof

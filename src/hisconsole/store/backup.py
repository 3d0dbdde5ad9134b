"""Backups that are proved before they count, and a restore that keeps what it replaces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hisconsole.errors import StoreFault
from hisconsole.store import sqlite
from hisconsole.store.aside import set_aside
from hisconsole.store.database import RECORD, Database
from hisconsole.store.faults import faults
from hisconsole.store.gate import gate
from hisconsole.store.moving import filled
from hisconsole.store.seen import forget
from hisconsole.store.verify import Proof, verify
from hisconsole.text import _, printable


def backup(database: Database, target: Path) -> Proof:
    """Copy the record to a new file while others write; it appears under its name only when proved.

    Raises StoreFault when the file exists already or the copy does not hold.
    """
    if target.exists():
        raise StoreFault(_("{path} exists already: name a new file.").format(path=target))
    partial = target.with_name(target.name + ".partial")
    with faults(target):
        try:
            _copy(database, partial)
            proof = prove(partial)
            partial.rename(target)
            sqlite.sync(target.parent)
        finally:
            sqlite.remove(partial)
    return proof


def _copy(database: Database, target: Path) -> None:
    """Write what the record holds now, its log included, into a new file."""
    if database.on_server:
        with filled(database, beside=target) as (local, _proof):
            _copy_file(Database.at(local), target)
    else:
        _copy_file(database, target)


def _copy_file(database: Database, target: Path) -> None:
    sqlite.remove(target)
    sqlite.create_private(target)
    with database.read() as connection, faults(target):
        cursor = connection.connection.cursor()
        (reading_only,) = cursor.execute("PRAGMA query_only").fetchone()
        cursor.execute("PRAGMA query_only=0")  # it would forbid the copy to be written
        try:
            cursor.execute("VACUUM INTO ?", (str(target),))
        finally:
            cursor.execute(f"PRAGMA query_only={reading_only}")
            cursor.close()
    sqlite.sync(target)


def prove(path: Path) -> Proof:
    """Verify a record by its file; raises StoreFault with the first fault when it does not hold."""
    with usable(path) as database:
        return _prove(database)


@contextmanager
def usable(path: Path) -> Iterator[Database]:
    """A backup opened for reading: itself, or where it is of an older schema, a copy brought up to date.

    Nothing is written to the backup. Raises StoreFault when it cannot be read or brought up to date.
    """
    with closing(Database.at(path, of_any_age=True)) as original:
        if not original.behind:
            yield original
            return
        with TemporaryDirectory(prefix="hisconsole-restore-") as folder:
            fresh = Path(folder) / path.name  # sentences name it as the backup is named
            _copy_file(original, fresh)
            with closing(_up_to_date(fresh)) as database:
                yield database


def _up_to_date(fresh: Path) -> Database:
    try:
        return Database.at(fresh, writable=True)
    except StoreFault:
        raise
    except Exception as error:  # what a stranger has written can be anything
        raise StoreFault(
            _("{path} does not hold: it cannot be brought up to date ({why}).").format(
                path=fresh.name, why=printable(str(error), limit=200)
            )
        ) from error


def _prove(database: Database) -> Proof:
    with database.read() as connection:
        proof = verify(connection, most=1)
    if proof.faults:
        raise StoreFault(
            _("{path} does not hold: {fault}").format(path=database.named, fault=proof.faults[0])
        )
    return proof


def restore(data: Path, source: Path, *, now: datetime) -> tuple[Proof, Path | None]:
    """Put a proved backup in the record's place; the old files are kept beside it.

    Returns the proof and where the old record went. Consoles that are open follow at their next look.
    """
    record, incoming = data / RECORD, data / (RECORD + ".incoming")
    with usable(source) as original:
        _prove(original)
        with faults(record):
            sqlite.create_folder(data)
            with gate(data / "record.lock"):
                try:
                    _copy(original, incoming)
                    proof = prove(incoming)
                    Database.at(incoming, writable=True).close()  # takes the record's journal mode
                    kept = set_aside(record, now=now) if record.exists() else None
                    incoming.rename(record)
                finally:
                    sqlite.remove(incoming)
                forget(data)
                sqlite.sync(data)
    return proof, kept

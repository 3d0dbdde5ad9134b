"""The file of the readings: beside the record, disposable, and made anew when it cannot be used.

It never holds the record's lock and is in no backup. A power cut may cost its last second, so a commit
need not wait for the disk (synchronous=NORMAL) where the record's must. It is read and written with the
driver alone: through SQLAlchemy a commit of 17 targets takes twice the processor (0.56 to 0.30 ms), and the
watch 27 MB more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from hisconsole.errors import Damaged, StoreFault
from hisconsole.store import sqlite
from hisconsole.store.gate import gate
from hisconsole.text import _

READINGS = "readings.db"
MAKE = 1
"""Which tables this program knows (PRAGMA user_version); a file of another make is not migrated."""

BUSY_MS = 2000

_TABLES = """
CREATE TABLE state (only INTEGER PRIMARY KEY CHECK (only = 1), version INTEGER NOT NULL,
    generation INTEGER NOT NULL, path TEXT NOT NULL);
INSERT INTO state VALUES (1, 0, 0, '');
CREATE TABLE lease (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, pid INTEGER NOT NULL,
    started INTEGER NOT NULL, place TEXT NOT NULL, host TEXT NOT NULL, until_s REAL NOT NULL,
    beat_at REAL NOT NULL);
CREATE TABLE target (id TEXT PRIMARY KEY, version INTEGER NOT NULL, health TEXT NOT NULL);
CREATE INDEX target_version ON target (version);
CREATE TABLE shape (target TEXT NOT NULL, probe TEXT NOT NULL, packed TEXT NOT NULL,
    PRIMARY KEY (target, probe));
CREATE TABLE reading (target TEXT NOT NULL, probe TEXT NOT NULL, packed TEXT NOT NULL,
    PRIMARY KEY (target, probe));
CREATE TABLE history (target TEXT NOT NULL, hour INTEGER NOT NULL, packed BLOB NOT NULL,
    PRIMARY KEY (target, hour));
CREATE TABLE daily (target TEXT NOT NULL, day INTEGER NOT NULL, packed BLOB NOT NULL,
    PRIMARY KEY (target, day));
CREATE TABLE change (seq INTEGER PRIMARY KEY, at REAL NOT NULL, target TEXT NOT NULL, old TEXT NOT NULL,
    new TEXT NOT NULL, words TEXT NOT NULL);
CREATE TABLE request (target TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE device (place TEXT PRIMARY KEY, plain TEXT NOT NULL);
"""


def connect(path: Path, *, writable: bool) -> Any:
    """A connection to the file, its settings read back; raises what the driver raises."""
    mode = "rw" if writable else "ro"
    connection = sqlite.driver().connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        wal = sqlite.wal_is_safe(sqlite.driver().sqlite_version_info)
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        if writable:
            (journal,) = connection.execute(f"PRAGMA journal_mode={'WAL' if wal else 'PERSIST'}").fetchone()
            if (journal == "wal") is not wal:
                raise StoreFault(_("{path} is in use by another SQLite.").format(path=path))
        for pragma in ("synchronous=NORMAL", "trusted_schema=0", "cell_size_check=1", "mmap_size=0"):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def make_of(connection: Any) -> int:
    """The make of the tables in a file."""
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    return int(found)


def make(data: Path, *, instead: int | None) -> None:
    """Put a new, empty file in its place; the old one and its companions go.

    Nothing happens where another file lies there than that inode: another process was first.
    """
    path = data / READINGS
    sqlite.refuse_network(data)
    sqlite.create_folder(data)
    with gate(data / "readings.lock"):
        if inode(path) != instead:
            return
        fresh = path.with_name(path.name + ".new")
        sqlite.remove(fresh)
        sqlite.create_private(fresh)
        with closing(connect(fresh, writable=True)) as connection:
            connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version={MAKE}; COMMIT;")
        sqlite.remove(fresh, sqlite.COMPANIONS)
        sqlite.remove(path)  # An old -wal would be played into the new file.
        fresh.rename(path)


def inode(path: Path) -> int | None:
    """Which file lies at `path`; None for none."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None


@contextmanager
def faults(path: Path) -> Iterator[None]:
    """Turn what the driver throws into a sentence: Damaged where only a new file helps, else StoreFault."""
    try:
        yield
    except sqlite.driver().Error as error:
        raise _fault(str(error), path) from error
    except OSError as error:
        raise StoreFault(
            _("{path} cannot be used: {why}.").format(
                path=error.filename or path, why=error.strerror or error
            )
        ) from error


def _fault(text: str, path: Path) -> StoreFault:
    lower = text.lower()
    if any(sign in lower for sign in ("malformed", "not a database", "corrupt", "no such", "disk i/o")):
        return Damaged(_("{path} is damaged ({why})").format(path=path, why=text))
    if "full" in lower:
        return StoreFault(
            _("The disk is full: readings are not kept. Free space where {path} lies.").format(path=path)
        )
    return StoreFault(_("The readings cannot be kept in {path}: {why}.").format(path=path, why=text))

"""SQLite as it must be set for a record that several consoles write (engineering C1 to C3)."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

from hisconsole.errors import StoreFault
from hisconsole.text import _

BUSY_MS = 5000
NETWORK = frozenset(
    {
        "9p",
        "afs",
        "ceph",
        "cifs",
        "fuse.glusterfs",
        "fuse.sshfs",
        "glusterfs",
        "lustre",
        "nfs",
        "nfs4",
        "smb2",
        "smb3",
        "smbfs",
    }
)
MEMORY = frozenset({"ramfs", "tmpfs"})
"""What is gone when the machine restarts."""


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite has the fix of the WAL-reset bug, which corrupts with several writers.

    Fixed in 3.51.3 and in the back-ports 3.50.7 and 3.44.6 (sqlite.org/wal.html#walresetbug).
    """
    return version >= (3, 51, 3) or any(
        fixed <= version < (fixed[0], fixed[1] + 1, 0) for fixed in ((3, 50, 7), (3, 44, 6))
    )


def driver() -> ModuleType:
    """The newest SQLite at hand: Python's own, or the one that the pysqlite3 wheel brings."""
    try:
        from pysqlite3 import dbapi2  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        return sqlite3
    newest: ModuleType = max(sqlite3, dbapi2, key=lambda module: module.sqlite_version_info)
    return newest


def filesystem_of(path: Path, mounts: str) -> str:
    """The file system type `path` lies on, from the text of /proc/self/mountinfo."""
    best, kind = "", ""
    for line in mounts.splitlines():
        left, _dash, right = line.partition(" - ")
        fields = left.split()
        if len(fields) < 5 or not right:
            continue
        point = fields[4].replace("\\040", " ")
        inside = str(path) == point or str(path).startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, right.split()[0]
    return kind


def mounted_as(folder: Path) -> str:
    """The file system type a folder lies on, or is to lie on; empty where the system does not say."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return filesystem_of(folder.resolve(), mounts)


def refuse_network(folder: Path) -> None:
    """Refuse a folder on a network file system: locks and fsync are not to be trusted there."""
    kind = mounted_as(folder)
    if kind in NETWORK:
        raise StoreFault(
            _(
                "{folder} lies on a network file system ({kind}), where a record can be lost:"
                " choose a local folder with --data."
            ).format(folder=folder, kind=kind)
        )


COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, by the ends of the names."""


def create_folder(folder: Path) -> None:
    """Make a folder and those above it 0700 (mkdir gives only the last one the mode)."""
    for each in (*reversed(folder.parents), folder):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)


def create_private(path: Path) -> None:
    """Make a new file 0600 before SQLite opens it; its companions inherit the mode."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))


def remove(path: Path, ends: Iterable[str] = ("", *COMPANIONS)) -> None:
    """Remove a database that nobody needs, or only its companions."""
    for end in ends:
        path.with_name(path.name + end).unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Make a file's content, or a folder's names, outlast a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def refuse_unsafe_journal(connection: Any, *, path: Path) -> None:
    """Refuse to write to a record that another program has put in WAL mode, where ours is unsafe."""
    if wal_is_safe(driver().sqlite_version_info):
        return
    with closing(connection.cursor()) as cursor:
        (mode,) = cursor.execute("PRAGMA journal_mode").fetchone()
    if mode == "wal":
        raise _unsafe(path, mode)


def _unsafe(path: Path, mode: str) -> StoreFault:
    return StoreFault(
        _(
            "{path} is in journal mode {mode} and cannot be changed now: the SQLite {version} here"
            " would not be safe with it. End the other consoles, or run this one from the venv"
            " that ./run makes."
        ).format(path=path, mode=mode, version=driver().sqlite_version)
    )


def connected(connect: Callable[[], Any], *, path: Path, writable: bool) -> Any:
    """A connection with what must hold on it; `connect` is called again while others hold the file.

    A change of the journal's mode does not wait by itself, and one that waited with its connection open
    would hold the file too: two would wait for each other.
    """
    until = time.monotonic() + BUSY_MS / 1000
    while True:
        connection = connect()
        connection.isolation_level = None  # transactions are begun by the engine, not by the driver
        try:
            set_pragmas(connection, path=path, writable=writable)
        except BaseException as error:
            connection.close()
            held = isinstance(error, driver().OperationalError) and "locked" in str(error)
            if not held or time.monotonic() > until:
                raise
        else:
            return connection
        time.sleep(random.uniform(0.005, 0.05))  # noqa: S311 - so that they do not meet again


def set_pragmas(connection: Any, *, path: Path, writable: bool) -> None:
    """Set what must hold on a live connection, read it back, and refuse to go on where it does not."""

    def ask(pragma: str) -> Any:
        with closing(connection.cursor()) as cursor:  # or a refused connection would keep its locks
            row = cursor.execute(f"PRAGMA {pragma}").fetchone()
        return row[0] if row else None

    ask(f"busy_timeout={BUSY_MS}")
    wal = wal_is_safe(driver().sqlite_version_info)
    if writable:
        mode = ask(f"journal_mode={'WAL' if wal else 'PERSIST'}")
        if mode != ("wal" if wal else "persist"):
            raise _unsafe(path, mode)
    wanted = {
        "synchronous": (2 if wal else 3),
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "mmap_size": 0,
        "wal_autocheckpoint": 1000,
    }
    if not writable:
        wanted["query_only"] = 1
    for pragma, value in wanted.items():
        ask(f"{pragma}={value}")
        found = ask(pragma)
        if found is not None and found != value:
            raise StoreFault(
                _("SQLite did not take {pragma}={value} on {path} (it says {found}).").format(
                    pragma=pragma, value=value, path=path, found=found
                )
            )

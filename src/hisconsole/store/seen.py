"""The head of the record that was seen last, kept beside it: by it a record that has gone back is found."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from hisconsole.store import sqlite
from hisconsole.store.events import Head, hash_at
from hisconsole.store.revision import SEEN


def missing(connection: Connection, data: Path, *, now: Head) -> Head | None:
    """The head that was seen last where it is no longer in the record, else None; then `now` is kept.

    Where it cannot be written the older one stays, which tells as well.
    """
    last = _last(data)
    if last is not None and last.seq and hash_at(connection, last.seq) != last.hash:
        return last
    if now != last:
        with suppress(OSError):
            _keep(data, now)
    return None


def forget(data: Path) -> None:
    """Begin anew: another record was put in place on purpose."""
    (data / SEEN).unlink(missing_ok=True)


def _last(data: Path) -> Head | None:
    try:
        seq, hash_ = (data / SEEN).read_text(encoding="ascii").split()
        return Head(int(seq), hash_)
    except (OSError, ValueError):
        return None  # none yet, or torn by a power cut


def _keep(data: Path, head: Head) -> None:
    fresh = data / (SEEN + ".new")
    fresh.unlink(missing_ok=True)
    sqlite.create_private(fresh)
    fresh.write_text(f"{head.seq} {head.hash}\n", encoding="ascii")
    sqlite.sync(fresh)
    fresh.rename(data / SEEN)

"""What was seen last of the record, kept beside it: what has gone back behind that is found by it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from hisconsole.store import sqlite
from hisconsole.store.events import Head, hash_at
from hisconsole.store.revision import SEEN, TIMELINE
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Timeline:
    """Which server a record was on: each promotion counts the number up (PostgreSQL manual, Timelines)."""

    cluster: str
    """What a primary and its standbys have in common: the system identifier."""
    number: int

    def before(self, other: Timeline | None) -> bool:
        """Whether this is a server that the other one was promoted in place of."""
        return other is not None and self.cluster == other.cluster and self.number < other.number


def missing(connection: Connection, data: Path, *, now: Head) -> Head | None:
    """The head that was seen last where it is no longer in the record, else None; then `now` is kept.

    Where it cannot be written the older one stays, which tells as well.
    """
    last = _last(data)
    if last is not None and last.seq and hash_at(connection, last.seq) != last.hash:
        return last
    if now != last:
        with suppress(OSError):
            _keep(data / SEEN, f"{now.seq} {now.hash}")
    return None


def forget(data: Path) -> None:
    """Begin anew: another record was put in place on purpose."""
    (data / SEEN).unlink(missing_ok=True)
    (data / TIMELINE).unlink(missing_ok=True)


def timeline(data: Path) -> Timeline | None:
    """The latest one that was seen on this host."""
    try:
        cluster, number = (data / TIMELINE).read_text(encoding="ascii").split()
        return Timeline(cluster, int(number))
    except (OSError, ValueError):
        return None


def keep_timeline(data: Path, now: Timeline) -> None:
    """Remember the latest one; where it cannot be written the process alone remembers it."""
    if now != timeline(data):
        with suppress(OSError):
            _keep(data / TIMELINE, f"{now.cluster} {now.number}")


def _last(data: Path) -> Head | None:
    try:
        seq, hash_ = (data / SEEN).read_text(encoding="ascii").split()
        return Head(int(seq), hash_)
    except (OSError, ValueError):
        return None  # none yet, or torn by a power cut


def _keep(path: Path, text: str) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    sqlite.create_private(fresh)
    fresh.write_text(f"{text}\n", encoding="ascii")
    sqlite.sync(fresh)
    fresh.rename(path)

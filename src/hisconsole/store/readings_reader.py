"""The readings as consoles and commands see them; reading never makes or changes the file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hisconsole.plan.health import Change, TargetHealth
from hisconsole.plan.health_plain import from_plain
from hisconsole.plan.reach import OwnPath
from hisconsole.plan.reading import Judged
from hisconsole.plan.status import Status
from hisconsole.store import readings_lease as lease
from hisconsole.store import readings_pack as pack
from hisconsole.store.readings_file import MAKE, READINGS, connect, faults, inode, make_of
from hisconsole.store.readings_lease import Lease
from hisconsole.store.readings_trend import DAYS, HOUR_S, HOURS, Day, Hour
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    """All healths as the watch last wrote them, and how it was itself connected.

    `watch` is its lease; None where it was given back, or nobody ever held it.
    """

    version: int
    healths: Mapping[str, TargetHealth]
    watch: Lease | None
    path: OwnPath

    @property
    def watched(self) -> bool:
        """Whether a watch is at work now; without one everything grows old."""
        return self.watch is not None and self.watch.held(place=lease.here(), now_s=lease.now_s())


NOTHING = Picture(0, MappingProxyType({}), None, OwnPath())
"""Before the first watch, and where the file cannot be read: nothing is known."""


class Reader:
    """Follows the file; for one thread. A missing or foreign file is as if nothing had been measured."""

    def __init__(self, data: Path) -> None:
        """Open nothing yet."""
        self.path = data / READINGS
        self._connection: Any = None
        self._inode: int | None = None
        self._looked = -1
        self._generation = -1
        self._picture = NOTHING

    def latest(self) -> Picture:
        """The latest picture; the same object while nothing was written. Raises StoreFault.

        Asking costs a few microseconds when nothing is new, else only what is new is read.
        """
        with self._open() as connection:
            if connection is None:
                self._picture, self._looked, self._generation = NOTHING, -1, -1
                return NOTHING
            (looked,) = connection.execute("PRAGMA data_version").fetchone()
            if looked == self._looked:
                return self._picture
            connection.execute("BEGIN")
            try:
                self._picture = self._newer(connection)
            finally:
                connection.execute("ROLLBACK")
            self._looked = looked
            return self._picture

    def _newer(self, connection: Any) -> Picture:
        state = connection.execute("SELECT version, generation, path FROM state").fetchone()
        version, generation, path = state
        before = self._picture
        healths, since = dict(before.healths), before.version
        if generation != self._generation or version < since:
            healths, since = {}, -1
            self._generation = generation
        stored = connection.execute("SELECT health FROM target WHERE version > ?", (since,)).fetchall()
        for (plain,) in stored:
            try:
                health = from_plain(json.loads(plain))
            except ValueError:
                continue
            healths[health.target] = health
        held = MappingProxyType(healths) if stored or since < 0 else before.healths
        return Picture(version, held, lease.find(connection), pack.path_of(path))

    def readings(self, target: str) -> tuple[Judged, ...]:
        """The latest readings of a target, by all its probes."""
        return self.all_readings(target).get(target, ())

    def all_readings(self, target: str | None = None) -> dict[str, tuple[Judged, ...]]:
        """The latest readings of every target, or of one."""
        found: dict[str, tuple[Judged, ...]] = {}
        with self._open() as connection:
            rows = (
                connection.execute(
                    "SELECT target, probe, shape.packed, reading.packed"
                    " FROM reading JOIN shape USING (target, probe)"
                    " WHERE ? IS NULL OR target = ? ORDER BY target, probe",
                    (target, target),
                ).fetchall()
                if connection
                else []
            )
        for name, probe, shape, values in rows:
            try:
                found[name] = (*found.get(name, ()), *pack.unpacked(shape, values, probe=probe))
            except ValueError:
                continue
        return found

    def history(
        self, target: str, key: str, *, now: datetime, hours: int = HOURS
    ) -> list[tuple[datetime, float]]:
        """One series of the last 24 hours or fewer, oldest first; empty where none is kept."""
        first = int(now.timestamp()) // HOUR_S - hours
        found: list[tuple[datetime, float]] = []
        for hour, packed in self._packed("history", "hour", target, first):
            with _left_out():
                for offset, value in Hour.unpack(packed).series(key):
                    found.append((datetime.fromtimestamp(hour * HOUR_S + offset, UTC), value))
        oldest = now - timedelta(hours=hours)
        return [pair for pair in found if pair[0] >= oldest]

    def hourly(self, target: str, key: str, *, now: datetime) -> list[tuple[datetime, float, float, float]]:
        """One series of the last 30 days: every hour with its smallest, mean and largest value."""
        first = int(now.timestamp()) // HOUR_S // 24 - DAYS
        found: list[tuple[datetime, float, float, float]] = []
        for day, packed in self._packed("daily", "day", target, first):
            with _left_out():
                for hour, low, mean, high in Day.unpack(packed).series(key):
                    begins = datetime.fromtimestamp((day * 24 + hour) * HOUR_S, UTC)
                    found.append((begins, low, mean, high))
        return found

    def _packed(self, table: str, part: str, target: str, first: int) -> list[tuple[int, bytes]]:
        with self._open() as connection:
            if connection is None:
                return []
            rows: list[tuple[int, bytes]] = connection.execute(
                f"SELECT {part}, packed FROM {table} WHERE target = ? AND {part} >= ?"  # noqa: S608 - our names
                f" ORDER BY {part}",
                (target, first),
            ).fetchall()
            return rows

    def changes(self, *, now: datetime, within: timedelta = timedelta(hours=1)) -> tuple[Change, ...]:
        """What became firm in the last hour, newest first."""
        with self._open() as connection:
            rows = (
                connection.execute(
                    "SELECT target, at, old, new, words FROM change WHERE at >= ? ORDER BY seq DESC",
                    ((now - within).timestamp(),),
                ).fetchall()
                if connection
                else []
            )
        return tuple(
            Change(target, datetime.fromtimestamp(at, UTC), Status(old), Status(new), words)
            for target, at, old, new, words in rows
        )

    def close(self) -> None:
        """Let the file go."""
        if self._connection is not None:
            self._connection.close()
            self._connection, self._inode = None, None

    @contextmanager
    def _open(self) -> Iterator[Any]:
        """The connection to the file that lies there now; None where there is none that we know."""
        with faults(self.path):
            found = inode(self.path)
            if found != self._inode or found is None:
                self.close()
                self._looked = self._generation = -1
                if found is not None:
                    self._connection = connect(self.path, writable=False)
                    self._inode = found
                    if make_of(self._connection) != MAKE:
                        self.close()
            yield self._connection


@contextmanager
def _left_out() -> Iterator[None]:
    """What cannot be read back is left out of a trend; nothing depends on it."""
    try:
        yield
    except ValueError:
        return

"""The readings as the watch keeps them: one commit a second, by the process that holds the lease.

A damaged, missing or foreign file is made anew and says so: nothing in it is the record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hisconsole.errors import Damaged, StoreFault
from hisconsole.plan.health import Change, TargetHealth
from hisconsole.plan.health_plain import from_plain, to_plain
from hisconsole.plan.reach import OwnPath
from hisconsole.plan.reading import Judged
from hisconsole.store import readings_lease as lease
from hisconsole.store import readings_pack as pack
from hisconsole.store.readings_file import MAKE, READINGS, connect, faults, inode, make, make_of
from hisconsole.store.readings_keep import Keeping, Measured
from hisconsole.store.readings_lease import LEASE_S, Holder
from hisconsole.text import _, printable
from hisconsole.values import dataclass

__all__ = ["Batch", "Holder", "Kept", "Lost", "Measured", "Readings", "Remade", "ask_poll"]

CHANGES = 5000
"""Changes kept, the latest ones."""

_dump = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class Lost(StoreFault):
    """Another process holds the lease now; nothing was written."""


class Remade(StoreFault):
    """The file was damaged or gone and is empty now: everything has to be written again."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one commit writes; with `present`, all that is kept of other targets goes.

    `path` is how we ourselves are connected, None for no news of it.
    """

    healths: Sequence[TargetHealth] = ()
    measured: Sequence[Measured] = ()
    changes: Sequence[Change] = ()
    devices: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    present: frozenset[str] | None = None
    path: OwnPath | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What the file remembers, for a watch that begins."""

    healths: Mapping[str, TargetHealth]
    readings: Mapping[tuple[str, str], tuple[Judged, ...]]
    devices: Mapping[str, Mapping[str, object]]


class Readings:
    """The open file of the readings; for one thread.

    `made` says why it was made anew, and is empty for a whole file or the first one.
    """

    def __init__(self, data: Path) -> None:
        """Open the file in `data`. Raises StoreFault."""
        self.path = data / READINGS
        self.made = ""
        self._data = data
        self._keeping = Keeping()
        self._connection: Any = None
        self._inode: int | None = None
        with faults(self.path):
            self._open()

    def _open(self, why: str = "") -> None:
        """Open the file as it is; where that cannot be, or with `why` it cannot be used, make another."""
        found = inode(self.path)
        if found is not None and not why:
            try:
                with faults(self.path):
                    self._connection = connect(self.path, writable=True)
                    if make_of(self._connection) == MAKE:
                        self._inode = found
                        return
                why = _("it was of another version")
                self.close()
            except Damaged as damage:
                why = str(damage)
        make(self._data, instead=found)
        self._connection = connect(self.path, writable=True)
        self._inode = inode(self.path)
        if why:
            self.made = _("The readings were made anew: {why}. Trends begin again.").format(why=why)

    def take(self, holder: Holder, *, now: datetime, for_s: float = LEASE_S) -> bool:
        """Take the lease for `holder` where nobody else holds it; a file that is gone is made anew first."""
        try:
            return self._take(holder, now, for_s)
        except Damaged as damage:
            self._mend(damage)
            return self._take(holder, now, for_s)

    def _take(self, holder: Holder, now: datetime, for_s: float) -> bool:
        with self._transaction() as connection:
            standing = lease.find(connection)
            if standing and standing.holder.id != holder.id:
                if standing.held(place=holder.place, now_s=lease.now_s()):
                    return False
                connection.execute("DELETE FROM request")
            lease.put(connection, holder, now=now, for_s=for_s)
            return True

    def _mend(self, damage: Damaged) -> None:
        """Open the file that another process has put there, or make one."""
        there = inode(self.path)
        replaced = there is not None and there != self._inode
        self.close()
        with faults(self.path):
            self._open("" if replaced else str(damage))
        self._keeping.anew()

    def release(self, holder: Holder) -> None:
        """Give the lease back, so that another need not wait."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM lease WHERE id = ?", (holder.id,))

    def load(self, *, now: datetime) -> Kept:
        """What was known when the last watch ended; what cannot be read is left out."""
        healths: dict[str, TargetHealth] = {}
        readings: dict[tuple[str, str], tuple[Judged, ...]] = {}
        with self._transaction() as connection:
            for target, plain in connection.execute("SELECT id, health FROM target"):
                try:
                    healths[target] = from_plain(json.loads(plain))
                except ValueError:
                    continue
            stored = connection.execute(
                "SELECT target, probe, shape.packed, reading.packed"
                " FROM reading JOIN shape USING (target, probe)"
            )
            for target, probe, shape, values in stored:
                try:
                    readings[target, probe] = pack.unpacked(shape, values, probe=probe)
                except ValueError:
                    continue
            devices = dict(connection.execute("SELECT place, plain FROM device"))
            self._keeping = Keeping()
            self._keeping.load(connection, now=now)
        return Kept(healths, readings, {place: json.loads(plain) for place, plain in devices.items()})

    def save(self, batch: Batch, holder: Holder, *, now: datetime, for_s: float = LEASE_S) -> tuple[str, ...]:
        """Write a batch and prolong the lease in one commit; returns the targets to be polled now.

        Raises Lost, Remade, or StoreFault when nothing was written; the same batch may then come again.
        """
        try:
            with self._transaction() as connection:
                if not lease.renew(connection, holder, now=now, for_s=for_s):
                    raise Lost(_("Another watch has taken over."))
                self._write(connection, batch, now)
                asked = connection.execute("SELECT target FROM request").fetchall()
                if asked:
                    connection.execute("DELETE FROM request")
        except Damaged as damage:
            self._mend(damage)
            raise Remade(self.made) from damage
        self._keeping.written()
        return tuple(target for (target,) in asked)

    def close(self) -> None:
        """Let the file go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        with faults(self.path):
            if self._connection is None or inode(self.path) != self._inode:
                raise Damaged(_("{path} is gone").format(path=self.path))
            connection = self._connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _write(self, connection: Any, batch: Batch, now: datetime) -> None:
        if batch.present is not None:
            self._forget(connection, batch.present)
        self._keeping.write(connection, batch.measured, now=now)
        if batch.path is not None:
            connection.execute("UPDATE state SET path = ?", (pack.path_text(batch.path),))
        if batch.healths:
            connection.execute("UPDATE state SET version = version + 1")
            (version,) = connection.execute("SELECT version FROM state").fetchone()
            connection.executemany(
                "INSERT OR REPLACE INTO target VALUES (?, ?, ?)",
                [(health.target, version, _dump(to_plain(health))) for health in batch.healths],
            )
        if batch.changes:
            connection.executemany(
                "INSERT INTO change (at, target, old, new, words) VALUES (?, ?, ?, ?, ?)",
                [
                    (each.at.timestamp(), each.target, each.old, each.new, printable(each.words))
                    for each in batch.changes
                ],
            )
            connection.execute(
                "DELETE FROM change WHERE seq <= (SELECT max(seq) FROM change) - ?", (CHANGES,)
            )
        if batch.devices:
            connection.executemany(
                "INSERT OR REPLACE INTO device VALUES (?, ?)",
                [(place, _dump(plain)) for place, plain in batch.devices.items()],
            )

    def _forget(self, connection: Any, present: frozenset[str]) -> None:
        held = {target for (target,) in connection.execute("SELECT id FROM target").fetchall()}
        gone = held - present
        if gone:
            connection.execute("UPDATE state SET generation = generation + 1, version = version + 1")
            connection.executemany("DELETE FROM target WHERE id = ?", [(target,) for target in gone])
            self._keeping.forget(connection, gone)


def ask_poll(data: Path, targets: Sequence[str], *, now: datetime) -> None:
    """Ask the watch to poll these targets now; raises StoreFault where there are no readings yet."""
    path = data / READINGS
    if inode(path) is None:
        raise StoreFault(_("No watch has run here yet: there is nobody to poll."))
    with faults(path):
        connection = connect(path, writable=True)
        try:
            connection.executemany(
                "INSERT OR REPLACE INTO request VALUES (?, ?)",
                [(target, now.timestamp()) for target in targets],
            )
        finally:
            connection.close()

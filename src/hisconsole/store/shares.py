"""How watches on several hosts share the targets of one site, in the schema `readings` of its server.

Each holds a part of the targets for a few seconds and prolongs it with every beat; what nobody prolongs,
others take, passing by what another is just taking (SKIP LOCKED). The server's clock alone counts. What one
has measured the others read, so that each host's own file of readings, with its trends, is about all targets.
Nothing here is the record: it may be dropped, and comes again with the next beat.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

from sqlalchemy import Connection

from hisconsole.plan.health import TargetHealth
from hisconsole.plan.health_plain import from_plain, to_plain
from hisconsole.plan.reading import Judged
from hisconsole.store import readings_pack as pack
from hisconsole.store.readings_keep import Measured
from hisconsole.store.shared import Shared

RECORD_KEEPER = ""
"""The share that is no target: whoever has it tells deadlines and opens incidents, for all watches."""

_TABLES = """
CREATE SCHEMA IF NOT EXISTS readings;
CREATE TABLE IF NOT EXISTS readings.watch (id text PRIMARY KEY, host text NOT NULL,
    until timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS readings.share (target text PRIMARY KEY, holder text NOT NULL DEFAULT '',
    until timestamptz NOT NULL DEFAULT '-infinity');
CREATE TABLE IF NOT EXISTS readings.told (target text NOT NULL, probe text NOT NULL, born xid8 NOT NULL,
    holder text NOT NULL, ways integer NOT NULL, at double precision NOT NULL, health text NOT NULL,
    shape text NOT NULL, packed text NOT NULL, PRIMARY KEY (target, probe));
CREATE INDEX IF NOT EXISTS told_born ON readings.told (born);
CREATE TABLE IF NOT EXISTS readings.request (target text PRIMARY KEY)
"""

_BEAT = (
    "INSERT INTO readings.watch VALUES (%(me)s, %(host)s, now() + %(for)s * interval '1 second')"
    " ON CONFLICT (id) DO UPDATE SET until = excluded.until"
)
_RENEW = (
    "UPDATE readings.share SET until = now() + %(for)s * interval '1 second'"
    " WHERE holder = %(me)s AND target = ANY(%(targets)s) RETURNING target"
)
_GIVE = (
    "UPDATE readings.share SET holder = '', until = '-infinity'"
    " WHERE holder = %(me)s AND target = ANY(%(targets)s)"
)
_TAKE = (
    "UPDATE readings.share SET holder = %(me)s, until = now() + %(for)s * interval '1 second'"
    " WHERE target IN (SELECT target FROM readings.share WHERE until < now() AND target = ANY(%(targets)s)"
    " ORDER BY target LIMIT %(most)s FOR UPDATE SKIP LOCKED) RETURNING target"
)
_LAY = "INSERT INTO readings.share (target) SELECT unnest(%(targets)s::text[]) ON CONFLICT DO NOTHING"
_TELL = (
    "INSERT INTO readings.told VALUES (%s, %s, pg_current_xact_id(), %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (target, probe) DO UPDATE SET born = excluded.born, holder = excluded.holder,"
    " ways = excluded.ways, at = excluded.at, health = excluded.health, shape = excluded.shape,"
    " packed = excluded.packed WHERE told.at <= excluded.at"
)
_SNAPSHOT = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"
_HEAR = (
    "SELECT target, probe, ways, at, health, shape, packed FROM readings.told"
    " WHERE born >= %s::text::xid8 AND holder <> %s ORDER BY at"
)


@dataclass(frozen=True, slots=True)
class Told:
    """A round of another watch: what it has come to, and the readings by which."""

    health: TargetHealth
    measured: Measured


@dataclass(frozen=True, slots=True)
class Share:
    """What a beat came to: the targets that are ours for now, and those to be polled at once."""

    mine: frozenset[str]
    asked: tuple[str, ...]

    @property
    def leads(self) -> bool:
        """Whether the record is ours to keep in step."""
        return RECORD_KEEPER in self.mine


class Shares:
    """One watch's part, on the open record of the site; for one thread. Raises what `Shared` raises."""

    def __init__(self, record: Shared, *, me: str, host: str) -> None:
        """Make the tables where there are none."""
        self._record, self._me, self._host = record, me, host
        self._laid: frozenset[str] = frozenset()
        self._since = "0"
        self._at: dict[tuple[str, str], float] = {}
        with record.beside() as connection:
            there = connection.exec_driver_sql("SELECT to_regclass('readings.request')").scalar()
        if there is None:
            with record.write() as connection:
                lay(connection)

    def beat(self, targets: Collection[str], *, for_s: float) -> Share:
        """Prolong what is ours, give back what is more than our part, and take what nobody has."""
        wanted = frozenset((*targets, RECORD_KEEPER))
        given = {"me": self._me, "host": self._host, "for": for_s, "targets": sorted(wanted)}
        with self._record.beside() as connection:
            connection.exec_driver_sql(_BEAT, given)
            if self._laid != wanted:
                connection.exec_driver_sql(_LAY, given)
            connection.exec_driver_sql("DELETE FROM readings.watch WHERE until < now() - interval '1 day'")
            watches = connection.exec_driver_sql(
                "SELECT count(*) FROM readings.watch WHERE until >= now()"
            ).scalar_one()
            most = ceil(len(wanted) / max(1, watches))
            mine = set(connection.exec_driver_sql(_RENEW, given).scalars())
            if len(mine) > most:
                surplus = sorted(mine)[most:]
                connection.exec_driver_sql(_GIVE, {**given, "targets": surplus})
                mine -= set(surplus)
            elif len(mine) < most:
                mine |= set(connection.exec_driver_sql(_TAKE, {**given, "most": most - len(mine)}).scalars())
            asked = connection.exec_driver_sql(
                "DELETE FROM readings.request WHERE target = ANY(%s) RETURNING target", (sorted(mine),)
            ).scalars()
            share = Share(frozenset(mine), tuple(asked))
        self._laid = wanted
        return share

    def close(self) -> None:
        """Let the connection go."""
        self._record.close()

    def leave(self) -> None:
        """Give everything back, so that others need not wait."""
        with self._record.beside() as connection:
            connection.exec_driver_sql(
                "UPDATE readings.share SET holder = '', until = '-infinity' WHERE holder = %s", (self._me,)
            )
            connection.exec_driver_sql("DELETE FROM readings.watch WHERE id = %s", (self._me,))

    def ask(self, targets: Collection[str]) -> None:
        """Ask whoever has these targets to poll them now."""
        with self._record.beside() as connection:
            for target in sorted(targets):
                connection.exec_driver_sql(
                    "INSERT INTO readings.request VALUES (%s) ON CONFLICT DO NOTHING", (target,)
                )

    def tell(self, rounds: Sequence[Told]) -> None:
        """Let the others know what we have measured."""
        if rounds:
            with self._record.beside() as connection:
                connection.exec_driver_sql(_TELL, [self._row(each) for each in rounds])

    def _row(self, told: Told) -> tuple[object, ...]:
        measured = told.measured
        return (
            measured.target,
            measured.probe,
            self._me,
            measured.ways,
            measured.at.timestamp(),
            json.dumps(to_plain(told.health), separators=(",", ":")),
            pack.shape(measured.readings),
            pack.values(measured.readings),
        )

    def hear(self) -> list[Told]:
        """What the others have measured since; what cannot be read is left out."""
        found: list[Told] = []
        with self._record.read() as connection:
            # By transactions and not by a counter: what commits late is not passed over.
            until = connection.exec_driver_sql(
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"
            ).scalar_one()
            rows = connection.exec_driver_sql(_HEAR, (self._since, self._me)).all()
        for target, probe, ways, at, health, shape, packed in rows:
            if self._at.get((target, probe)) == at:
                continue
            try:
                readings: tuple[Judged, ...] = pack.unpacked(shape, packed, probe=probe)
                told = Told(
                    from_plain(json.loads(health)),
                    Measured(target, probe, ways, datetime.fromtimestamp(at, UTC), tuple(readings)),
                )
            except ValueError:
                continue
            self._at[target, probe] = at
            found.append(told)
        self._since = until
        return found


def grants(name: str) -> Sequence[str]:
    """What a watch's account needs of these tables, of which nothing is the record."""
    return (
        f"GRANT USAGE ON SCHEMA readings TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA readings TO {name}",
    )


def lay(connection: Connection) -> None:
    """Make the tables, as their owner."""
    for statement in _TABLES.split(";"):
        connection.exec_driver_sql(statement)

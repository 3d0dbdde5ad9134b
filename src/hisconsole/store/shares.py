"""How watches on several hosts share the targets of one site, in the schema `readings` of its server.

Each holds a part of the targets for a few seconds and prolongs it with every beat; what nobody prolongs,
others take, passing by what another is just taking (SKIP LOCKED). The server's clock alone counts: what is
told is dated by it, and by the own one of whoever hears it. What one has measured the others read, so that
each host's own file of readings, with its trends, is about all targets.
Nothing here is the record: it may be dropped, and comes again with the next beat.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil

from sqlalchemy import Connection

from hisconsole.plan.health import TargetHealth
from hisconsole.plan.health_plain import from_plain, to_plain
from hisconsole.plan.reading import Judged
from hisconsole.plan.skew import health_moved, reading_moved, skew
from hisconsole.store import readings_pack as pack
from hisconsole.store.readings_keep import Measured
from hisconsole.store.shared import Shared
from hisconsole.values import dataclass

RECORD_KEEPER = ""
"""The share that is no target: whoever has it tells deadlines and opens incidents, for all watches."""

_TABLES = """
CREATE SCHEMA IF NOT EXISTS readings;
CREATE TABLE IF NOT EXISTS readings.watch (id text PRIMARY KEY, host text NOT NULL,
    until timestamptz NOT NULL, knows text[] NOT NULL DEFAULT '{}');
ALTER TABLE readings.watch ADD COLUMN IF NOT EXISTS knows text[] NOT NULL DEFAULT '{}';
CREATE TABLE IF NOT EXISTS readings.share (target text PRIMARY KEY, holder text NOT NULL DEFAULT '',
    until timestamptz NOT NULL DEFAULT '-infinity');
CREATE TABLE IF NOT EXISTS readings.told (target text NOT NULL, probe text NOT NULL, born xid8 NOT NULL,
    holder text NOT NULL, ways integer NOT NULL, at double precision NOT NULL, health text NOT NULL,
    shape text NOT NULL, packed text NOT NULL, PRIMARY KEY (target, probe));
CREATE INDEX IF NOT EXISTS told_born ON readings.told (born);
CREATE TABLE IF NOT EXISTS readings.request (target text PRIMARY KEY)
"""

_LAID = (
    "SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('readings.watch') AND attname = 'knows'"
    " AND to_regclass('readings.request') IS NOT NULL"
)
_BEAT = (
    "INSERT INTO readings.watch VALUES"
    " (%(me)s, %(host)s, now() + %(for)s * interval '1 second', %(targets)s::text[])"
    " ON CONFLICT (id) DO UPDATE SET until = excluded.until, knows = excluded.knows"
)
_LIVE = (
    "SELECT count(DISTINCT id), count(DISTINCT target), clock_timestamp()"
    " FROM readings.watch, unnest(knows) AS target WHERE until >= now()"
)
_ROOM = (
    "SELECT knows, %(most)s - (SELECT count(*) FROM readings.share AS one"
    " WHERE one.holder = watch.id AND one.until > now()"
    " OR one.until <= now() AND one.target = ANY(watch.knows))"
    " FROM readings.watch WHERE until >= now() AND id <> %(me)s ORDER BY id"
)
"""What every other watch knows, and how many more it will take of what is given back."""
_RENEW = (
    "UPDATE readings.share SET until = now() + %(for)s * interval '1 second'"
    " WHERE holder = %(me)s AND target = ANY(%(targets)s) RETURNING target"
)
_GIVE = (
    "UPDATE readings.share SET holder = '', until = now() WHERE holder = %(me)s AND target = ANY(%(targets)s)"
)
_TAKE = (
    "UPDATE readings.share SET holder = %(me)s, until = now() + %(for)s * interval '1 second'"
    " WHERE target IN (SELECT target FROM readings.share"
    " WHERE until <= now() - %(free)s * interval '1 second' AND target = ANY(%(targets)s)"
    " ORDER BY target LIMIT %(most)s FOR UPDATE SKIP LOCKED) RETURNING target"
)
_LAY = (
    "INSERT INTO readings.share (target, until) SELECT target, now()"
    " FROM unnest(%(targets)s::text[]) AS target"
    " WHERE target NOT IN (SELECT target FROM readings.share) ON CONFLICT DO NOTHING"
)
_TELL = (
    "INSERT INTO readings.told VALUES (%s, %s, pg_current_xact_id(), %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (target, probe) DO UPDATE SET born = excluded.born, holder = excluded.holder,"
    " ways = excluded.ways, at = excluded.at, health = excluded.health, shape = excluded.shape,"
    " packed = excluded.packed WHERE told.at <= excluded.at OR told.at > extract(epoch FROM now())"
)
"""An older round is passed by, but for one of the future: that was dated by another server."""
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
    """What a beat came to: the targets that are ours for now, and those to be polled at once.

    `held` are those that were ours up to now: of others our rounds may be older than they look.
    """

    mine: frozenset[str]
    asked: tuple[str, ...]
    held: frozenset[str]

    @property
    def leads(self) -> bool:
        """Whether the record is ours to keep in step."""
        return RECORD_KEEPER in self.mine


class Shares:
    """One watch's part, on the open record of the site; for one thread. Raises what `Shared` raises."""

    def __init__(self, record: Shared, *, me: str, host: str, now: Callable[[], datetime]) -> None:
        """Make the tables where there are none; `now` is this host's clock."""
        self._record, self._me, self._host, self._now = record, me, host, now
        self._ahead = timedelta()
        """How far our clock is ahead of the server's."""
        self._since = "0"
        self._at: dict[tuple[str, str], float] = {}
        lay_missing(record)

    def beat(self, targets: Collection[str], *, for_s: float) -> Share:
        """Prolong what is ours, give back what is more than our part, and take what nobody has.

        What hosts know may differ: given back is only what another will take, and what nobody has taken
        for a whole lease is ours beyond our part.
        """
        wanted = frozenset((*targets, RECORD_KEEPER))
        given = {"me": self._me, "host": self._host, "for": for_s, "targets": sorted(wanted)}
        with self._record.beside() as connection:
            connection.exec_driver_sql(_BEAT, given)
            connection.exec_driver_sql(_LAY, given)
            connection.exec_driver_sql("DELETE FROM readings.watch WHERE until < now() - interval '1 day'")
            watches, known, clock = connection.exec_driver_sql(_LIVE).one()
            self._ahead = skew(self._now(), clock, before=self._ahead)
            most = ceil(known / watches)
            held = frozenset(connection.exec_driver_sql(_RENEW, given).scalars())
            mine = set(held)
            if len(mine) > most:
                rooms = connection.exec_driver_sql(_ROOM, {**given, "most": most}).all()
                surplus = _surplus(mine, most, [(set(knows), room) for knows, room in rooms])
                connection.exec_driver_sql(_GIVE, {**given, "targets": sorted(surplus)})
                mine -= surplus
            for part, free_s in ((max(0, most - len(mine)), 0.0), (None, for_s)):
                taking = {**given, "most": part, "free": free_s}
                mine |= set(connection.exec_driver_sql(_TAKE, taking).scalars())
            asked = connection.exec_driver_sql(
                "DELETE FROM readings.request WHERE target = ANY(%s) RETURNING target", (sorted(mine),)
            ).scalars()
            return Share(frozenset(mine), tuple(asked), held)

    def close(self) -> None:
        """Let the connection go."""
        self._record.close()

    def leave(self) -> Share:
        """Give everything back, so that others need not wait; with no other there the record stays ours."""
        with self._record.beside() as connection:
            connection.exec_driver_sql(
                "UPDATE readings.share SET holder = '', until = now() WHERE holder = %s AND until > now()",
                (self._me,),
            )
            connection.exec_driver_sql("DELETE FROM readings.watch WHERE id = %s", (self._me,))
            others = "SELECT EXISTS (SELECT FROM readings.watch WHERE until >= now())"
            left = () if connection.exec_driver_sql(others).scalar_one() else (RECORD_KEEPER,)
            return Share(frozenset(left), (), frozenset())

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
        readings = tuple(reading_moved(each, -self._ahead) for each in measured.readings)
        return (
            measured.target,
            measured.probe,
            self._me,
            measured.ways,
            (measured.at - self._ahead).timestamp(),
            json.dumps(to_plain(health_moved(told.health, -self._ahead)), separators=(",", ":")),
            pack.shape(readings),
            pack.values(readings),
        )

    def hear(self) -> list[Told]:
        """What the others have measured since, by our own clock; what cannot be read is left out."""
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
                    health_moved(from_plain(json.loads(health)), self._ahead),
                    Measured(
                        target,
                        probe,
                        ways,
                        datetime.fromtimestamp(at, UTC) + self._ahead,
                        tuple(reading_moved(each, self._ahead) for each in readings),
                    ),
                )
            except (ValueError, OverflowError):
                continue
            self._at[target, probe] = at
            found.append(told)
        self._since = until
        return found


def _surplus(mine: Collection[str], most: int, others: Sequence[tuple[set[str], int]]) -> set[str]:
    """What of ours is too much, as far as others know it and have room for it."""
    given: set[str] = set()
    for knows, room in others:
        fit = sorted(knows.intersection(mine) - given, reverse=True)
        given |= set(fit[: max(0, min(room, len(mine) - most - len(given)))])
    return given


def grants(name: str) -> Sequence[str]:
    """What a watch's account needs of these tables, of which nothing is the record."""
    return (
        f"GRANT USAGE ON SCHEMA readings TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA readings TO {name}",
    )


def lay_missing(record: Shared) -> None:
    """Make the tables where they are missing. Raises StoreFault where the account may not."""
    with record.beside() as connection:
        there = connection.exec_driver_sql(_LAID).scalar()
    if not there:
        with record.write() as connection:
            lay(connection)


def lay(connection: Connection) -> None:
    """Make the tables, as their owner."""
    for statement in _TABLES.split(";"):
        connection.exec_driver_sql(statement)

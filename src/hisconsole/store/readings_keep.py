"""Writing readings and trends: what of a round goes to the file, and when an hour and a day end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from math import nan
from typing import Any

from hisconsole.plan.reading import Judged
from hisconsole.store import readings_pack as pack
from hisconsole.store.readings_trend import DAYS, HOUR_S, HOURS, SERIES, Day, Hour, chosen
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """All readings of one target by one probe after a round; the target has so many `ways` (probes)."""

    target: str
    probe: str
    ways: int
    at: datetime
    readings: tuple[Judged, ...]


@dataclass(slots=True)
class _Way:
    """One probe of a target as it was last written: where in its readings the kept series are."""

    likeness: int | None = None
    keys: tuple[str, ...] = ()
    places: tuple[int, ...] = ()


class Keeping:
    """What the writer has to remember between two commits; a batch that failed may come again."""

    def __init__(self) -> None:
        """Nothing was written yet."""
        self._ways: dict[tuple[str, str], _Way] = {}
        self._hours: dict[str, tuple[int, Hour]] = {}
        self._ended: dict[tuple[str, int], Hour] = {}

    def load(self, connection: Any, *, now: datetime) -> None:
        """Go on with the present hour, and end the last one before it, which may have been cut short."""
        present = int(now.timestamp()) // HOUR_S
        newest = connection.execute("SELECT target, max(hour), packed FROM history GROUP BY target")
        for target, hour, packed in newest.fetchall():
            try:
                held = Hour.unpack(packed)
            except ValueError:
                continue
            if hour == present:
                self._hours[target] = (hour, held)
            else:
                self._ended[target, hour] = held

    def write(self, connection: Any, measured: Iterable[Measured], *, now: datetime) -> None:
        """Write readings and trends inside a transaction."""
        shapes: dict[tuple[str, str], str] = {}
        readings: dict[tuple[str, str], str] = {}
        grown: set[str] = set()
        for each in measured:
            place = (each.target, each.probe)
            way = self._ways.setdefault(place, _Way())
            alike = pack.likeness(each.readings)
            if alike != way.likeness:
                shapes[place] = pack.shape(each.readings)
                _choose(way, each)
                way.likeness = alike
            readings[place] = pack.values(each.readings)
            if self._remember(each, way):
                grown.add(each.target)
        hours = [(target, *self._hours[target]) for target in grown]
        _put(connection, "shape", [(*place, packed) for place, packed in shapes.items()])
        _put(connection, "reading", [(*place, packed) for place, packed in readings.items()])
        _put(connection, "history", [(target, hour, held.pack(ended=False)) for target, hour, held in hours])
        self._write_ended(connection, int(now.timestamp()) // HOUR_S - HOURS)

    def _remember(self, each: Measured, way: _Way) -> bool:
        hour, offset = divmod(int(each.at.timestamp()), HOUR_S)
        before, held = self._hours.get(each.target, (hour, Hour()))
        fresh = held if before == hour else Hour()
        samples = (each.readings[place].sample.value for place in way.places)
        values = [float(value) if isinstance(value, int | float) else nan for value in samples]
        if before > hour or not fresh.add(each.probe, way.keys, offset, values):
            return False
        if fresh is not held:
            self._ended[each.target, before] = held
        self._hours[each.target] = (hour, fresh)
        return True

    def _write_ended(self, connection: Any, oldest: int) -> None:
        """Squeeze the hours that ended, put them into their days, and let go of what is too old."""
        for (target, hour), held in self._ended.items():
            number = hour // 24
            row = connection.execute(
                "SELECT packed FROM daily WHERE target = ? AND day = ?", (target, number)
            ).fetchone()
            day = _day(row)
            day.put(hour % 24, held.extremes())
            _put(connection, "daily", [(target, number, day.pack())])
            _put(connection, "history", [(target, hour, held.pack(ended=True))])
            connection.execute("DELETE FROM history WHERE target = ? AND hour < ?", (target, oldest))
            connection.execute(
                "DELETE FROM daily WHERE target = ? AND day < ?", (target, oldest // 24 + 1 - DAYS)
            )

    def written(self) -> None:
        """What was written is committed."""
        self._ended.clear()

    def anew(self) -> None:
        """The file is empty: everything has to be written again."""
        for way in self._ways.values():
            way.likeness = None

    def forget(self, connection: Any, gone: Collection[str]) -> None:
        """Let go of targets that are no longer watched, inside a transaction."""
        for table in ("shape", "reading", "history", "daily"):
            connection.executemany(
                f"DELETE FROM {table} WHERE target = ?",  # noqa: S608 - our names
                [(target,) for target in gone],
            )
        for target in gone:
            self._hours.pop(target, None)
        self._ended = {place: held for place, held in self._ended.items() if place[0] not in gone}
        self._ways = {place: way for place, way in self._ways.items() if place[0] not in gone}


def _choose(way: _Way, each: Measured) -> None:
    way.keys = chosen(each.readings, kept=way.keys, most=max(1, SERIES // each.ways))
    order = {judged.sample.key: place for place, judged in enumerate(each.readings)}
    way.places = tuple(order[key] for key in way.keys)


def _put(connection: Any, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)", rows)  # noqa: S608 - our names


def _day(row: Any) -> Day:
    """The day as it stands; a damaged one begins anew."""
    try:
        return Day.unpack(row[0]) if row else Day()
    except ValueError:
        return Day()

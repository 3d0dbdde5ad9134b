"""What is kept of the past: each round for a day, then the smallest, mean and largest of every hour.

An hour of one target is one value in the file: its series share their moments, and numbers are 4 bytes.
Arrays are as this machine keeps them; the file never leaves it.
"""

from __future__ import annotations

import json
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import isnan, nan
from typing import Any

from hisconsole.plan.reading import Judged

SERIES = 20
"""Series kept of one target."""
HOUR_S = 3600
HOURS = 24
DAYS = 30
CLOSEST_S = 4
"""A round closer to the one before leaves no mark: neither strikes nor a held key fill the file."""

_FLOATS = 3
"""Of an hour: smallest, mean, largest."""


def chosen(readings: Iterable[Judged], *, kept: Sequence[str], most: int) -> tuple[str, ...]:
    """The keys to keep of one way to a target: numbers, those with limits first, and those kept so far."""
    limits = {
        judged.sample.key: bool(judged.marks) for judged in readings if isinstance(judged.last, int | float)
    }
    return tuple(sorted(limits, key=lambda key: (not limits[key], key not in kept))[:most])


@dataclass(slots=True)
class Group:
    """Rounds with the same series: `values` holds them one round after the other."""

    probe: str
    keys: tuple[str, ...]
    offsets: array[int] = field(default_factory=lambda: array("H"))
    values: array[float] = field(default_factory=lambda: array("f"))


@dataclass(slots=True)
class Hour:
    """One hour of one target."""

    groups: list[Group] = field(default_factory=list)

    def add(self, probe: str, keys: tuple[str, ...], offset_s: int, values: Sequence[float]) -> bool:
        """Add a round; False when there is nothing to add."""
        group = next((each for each in reversed(self.groups) if each.probe == probe), None)
        if group and group.offsets and offset_s < group.offsets[-1] + CLOSEST_S:
            return False
        if all(map(isnan, values)):
            return False
        if group is None or group.keys != keys:
            group = Group(probe, keys)
            self.groups.append(group)
        group.offsets.append(offset_s)
        group.values.extend(values)
        return True

    def series(self, key: str) -> list[tuple[int, float]]:
        """One series as seconds into the hour and values."""
        found: list[tuple[int, float]] = []
        for group in self.groups:
            if key in group.keys:
                column = group.values[group.keys.index(key) :: len(group.keys)]
                found += zip(group.offsets, column, strict=True)
        return sorted(pair for pair in found if not isnan(pair[1]))

    def extremes(self) -> dict[str, tuple[float, float, float]]:
        """The smallest, mean and largest value of every series."""
        columns: dict[str, list[float]] = {}
        for group in self.groups:
            for place, key in enumerate(group.keys):
                column = columns.setdefault(key, [])
                column += [value for value in group.values[place :: len(group.keys)] if not isnan(value)]
        return {
            key: (min(column), sum(column) / len(column), max(column))
            for key, column in columns.items()
            if column
        }

    def pack(self, *, ended: bool) -> bytes:
        """As it is kept; an ended hour is squeezed, once."""
        head = json.dumps([(each.probe, each.keys, len(each.offsets)) for each in self.groups])
        parts = [each.offsets.tobytes() + each.values.tobytes() for each in self.groups]
        return _squeezed(head, b"".join(parts), ended=ended)

    @classmethod
    def unpack(cls, packed: bytes) -> Hour:
        """Read back what `pack` wrote; raises ValueError when it is something else."""
        head, rest = _opened(packed)
        groups: list[Group] = []
        for probe, keys, count in head:
            group = Group(probe, tuple(keys))
            split, end = 2 * count, 2 * count + 4 * count * len(keys)
            group.offsets.frombytes(rest[:split])
            group.values.frombytes(rest[split:end])
            if len(group.values) != count * len(keys):
                raise ValueError("a cut hour")
            rest = rest[end:]
            groups.append(group)
        return cls(groups)


@dataclass(slots=True)
class Day:
    """24 hours of one target: for each series three numbers an hour, nan where there are none."""

    keys: list[str] = field(default_factory=list)
    values: array[float] = field(default_factory=lambda: array("f"))

    def put(self, hour: int, extremes: dict[str, tuple[float, float, float]]) -> None:
        """Set one hour, 0 to 23; doing it again changes nothing. No more than twice the series of an hour."""
        for key, three in extremes.items():
            if key not in self.keys:
                if len(self.keys) >= 2 * SERIES:
                    continue
                self.keys.append(key)
                self.values.extend([nan] * (24 * _FLOATS))
            place = (self.keys.index(key) * 24 + hour) * _FLOATS
            self.values[place : place + _FLOATS] = array("f", three)

    def series(self, key: str) -> list[tuple[int, float, float, float]]:
        """One series as the hour, its smallest, mean and largest value."""
        if key not in self.keys:
            return []
        start = self.keys.index(key) * 24 * _FLOATS
        places = range(start, start + 24 * _FLOATS, _FLOATS)
        rows = [(hour, *self._three(at)) for hour, at in enumerate(places)]
        return [row for row in rows if not isnan(row[1])]

    def _three(self, at: int) -> tuple[float, float, float]:
        return self.values[at], self.values[at + 1], self.values[at + 2]

    def pack(self) -> bytes:
        """As it is kept."""
        return _squeezed(json.dumps(self.keys), self.values.tobytes(), ended=True)

    @classmethod
    def unpack(cls, packed: bytes) -> Day:
        """Read back what `pack` wrote; raises ValueError when it is something else."""
        head, rest = _opened(packed)
        day = cls(list(head))
        day.values.frombytes(rest)
        if len(day.values) != len(day.keys) * 24 * _FLOATS:
            raise ValueError("a cut day")
        return day


def _squeezed(head: str, rest: bytes, *, ended: bool) -> bytes:
    whole = head.encode() + b"\n" + rest
    return b"z" + zlib.compress(whole, 1) if ended else b"r" + whole


def _opened(packed: bytes) -> tuple[Any, bytes]:
    try:
        whole = zlib.decompress(packed[1:]) if packed[:1] == b"z" else packed[1:]
        head, _newline, rest = whole.partition(b"\n")
        return json.loads(head), rest
    except zlib.error as fault:
        raise ValueError(f"a damaged hour or day: {fault}") from fault

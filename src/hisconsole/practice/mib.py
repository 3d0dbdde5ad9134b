"""The objects of a played SNMP agent: an ordered list, each with a value or a way to reckon it now."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Protocol

from hisconsole.values import dataclass

Oid = tuple[int, ...]


class Type(Enum):
    """The type of a value on the wire (RFC 2578)."""

    INTEGER = auto()
    OCTETS = auto()
    OBJECT = auto()
    TICKS = auto()
    GAUGE = auto()
    COUNTER32 = auto()
    COUNTER64 = auto()


class View(Protocol):
    """A played device as it is now."""

    @property
    def uptime_s(self) -> float:
        """Seconds since it was last switched on."""

    def word(self, facet: str) -> str:
        """A facet that holds a word."""

    def number(self, facet: str) -> float:
        """A facet that holds a number."""

    def link(self, port: str) -> bool:
        """Whether a port has a link: itself, its light and the other end."""

    def for_s(self, facet: str) -> float:
        """Seconds since a facet came to its value; the uptime where it never changed."""

    def drift(self, name: str, span: float) -> float:
        """A slow movement between -span and span, of which each name has its own."""

    def total(self, name: str, rate: float) -> int:
        """A counter that has grown by `rate` a second since it was last read."""


Plain = int | str | bytes
Source = Plain | Callable[[View], Plain]


@dataclass(frozen=True, slots=True)
class Cell:
    """One object: its type, and its value or how it is reckoned."""

    type: Type
    source: Source

    def value(self, view: View) -> Plain:
        """The value now."""
        return self.source(view) if callable(self.source) else self.source


class Mib:
    """The objects of one agent; which there are never changes, only their values."""

    def __init__(self, cells: Mapping[Oid, Cell]) -> None:
        self._cells = dict(cells)
        self._order = sorted(self._cells)

    def __len__(self) -> int:
        return len(self._order)

    def get(self, oid: Oid) -> Cell | None:
        """The object of exactly that name, or None."""
        return self._cells.get(oid)

    def after(self, oid: Oid) -> tuple[Oid, Cell] | None:
        """The next object in order, or None at the end."""
        at = bisect_right(self._order, oid)
        return (self._order[at], self._cells[self._order[at]]) if at < len(self._order) else None


def oid(text: str) -> Oid:
    """The numbers of a dotted name."""
    return tuple(map(int, text.split(".")))

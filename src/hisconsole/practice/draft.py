"""A played device while it is put together: the models of each make add their facets and objects to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from hisconsole.plan.targets import Target
from hisconsole.practice.cables import Port
from hisconsole.practice.facets import DEVICE, Facet, choice
from hisconsole.practice.mib import Cell, Mib, Oid, Source, Type, oid
from hisconsole.values import dataclass

MARK = "PRACTICE"


@dataclass(slots=True)
class Draft:
    """What a device will be."""

    target: Target
    ports: tuple[Port, ...]
    facets: dict[str, Facet] = field(default_factory=dict)
    cells: dict[Oid, Cell] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.facet(choice(DEVICE, "up", "down", broken="down"))

    def facet(self, facet: Facet) -> str:
        """Add a facet, unless another model has brought it already; returns its name."""
        return self.facets.setdefault(facet.name, facet).name

    def put(self, name: str, kind: Type, source: Source) -> None:
        """Add an object, an instance such as 1.3.6.1.2.1.1.3.0."""
        self.cells[oid(name)] = Cell(kind, source)

    def rows(self, column: str, kind: Type, sources: Iterable[Source]) -> None:
        """Add a column of a table whose rows are numbered from 1."""
        for index, source in enumerate(sources, start=1):
            self.put(f"{column}.{index}", kind, source)

    def scalars(self, kind: Type, sources: Mapping[str, Source]) -> None:
        """Add objects of one type."""
        for name, source in sources.items():
            self.put(name, kind, source)

    def device(self) -> Device:
        """The finished device."""
        return Device(self.target, self.ports, dict(self.facets), Mib(self.cells))


@dataclass(frozen=True, slots=True)
class Device:
    """A target as it is played."""

    target: Target
    ports: tuple[Port, ...]
    facets: Mapping[str, Facet]
    mib: Mib

"""What notices are made with: the hospital's cards and names, and the numbers given out so far."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from hisconsole.config import Site
from hisconsole.plan.events import Kind
from hisconsole.plan.manual import Means
from hisconsole.store import events
from hisconsole.store.database import Connection
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Numbers:
    """A number block in the register: whose it is, and which notice of which incident gave it out."""

    department: str
    block: str
    what: str
    incident: int = 0
    notice: int = 0
    at: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What the cursor follows."""
        return self.department, self.block


class Given:
    """The number blocks that notices gave out; the record is read once, then only what is new in it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Numbers] = {}
        self._read = 0

    def out(self, connection: Connection) -> dict[tuple[str, str], Numbers]:
        """Every block that was given out, by department and text."""
        newest = events.head(connection).seq
        for event in events.of_kind(connection, Kind.NOTICE, after=self._read) if newest > self._read else ():
            for id_, block in event.body["blocks"]:
                number = event.body["number"]
                self._known[id_, block] = Numbers(id_, block, "", event.incident, number, event.at)
        self._read = newest
        return self._known


def means_of(site: Site, spent: Callable[[], Collection[tuple[str, str]]] = tuple) -> Means:
    """Cards and names of a hospital; `spent` tells the number blocks that were given out."""
    return Means(
        cards=site.cards,
        hospital=site.name,
        prefix=site.before_number,
        mark=site.stamp,
        names={each.id: each.name for each in site.departments},
        spent=spent,
    )

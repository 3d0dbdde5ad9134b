"""Where an after-action report is made: the hospital's clock and its names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo

from hisconsole.plan.times import clock
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """Where the report is made: hospital, prefix of its incidents, clock, names of people and departments."""

    hospital: str
    prefix: str
    zone: tzinfo
    zone_name: str
    call: Callable[[str], str] = str
    mark: str = ""
    """DRILL in a drill."""

    def at(self, moment: datetime | None) -> str:
        """A moment on the hospital's clock; empty for none."""
        return clock(moment, zone=self.zone) if moment is not None else ""

    def names(self, ids: Iterable[str]) -> str:
        """Several by name."""
        return ", ".join(map(self.call, ids))

    def day(self, moment: datetime) -> str:
        """A moment with its year."""
        return moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

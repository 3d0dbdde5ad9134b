"""Planned stops as a test has them: what is planned, and the record that acts on it leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from hisconsole.plan import maintenance_acts
from hisconsole.plan.events import SITE, Event, NewEvent
from hisconsole.plan.maintenance import Maintenance, held
from hisconsole.plan.times import clock as on_clock

ZONE = ZoneInfo("Asia/Shanghai")
DEPARTMENTS = ("reg", "lab", "ward-3")
GIVEN: Mapping[str, str] = {
    "systems": "HIS database",
    "targets": "his-db-1",
    "services": "",
    "departments": "reg lab",
    "start": "+60",
    "until": "+2h",
    "reason": "new disks",
    "changes": "none",
    "approved_by": "Dr Sun",
    "contact": "Chen Hao, 8100",
}


@dataclass(slots=True)
class Record:
    """The events of no incident, as acts append them."""

    events: list[Event] = field(default_factory=list)

    def add(self, new: NewEvent, *, actor: str = "li.na") -> None:
        seq = len(self.events) + 1
        self.events.append(
            Event(seq, f"act-{seq}", new.kind, SITE, new.at, new.at, actor, "tester", "local", new.body)
        )

    @property
    def stops(self) -> tuple[Maintenance, ...]:
        return held(self.events)

    def plan(self, now: datetime, *, actor: str = "li.na", **given: str) -> Maintenance:
        answers = maintenance_acts.read_plan({**GIVEN, **given}, now=now, zone=ZONE)
        new = maintenance_acts.plan(answers, found=self.stops, departments=DEPARTMENTS, now=now)
        self.add(new, actor=actor)
        return self.stops[-1]


def clock_at(now: datetime) -> Callable[[datetime], str]:
    return lambda moment: on_clock(moment, zone=ZONE, now=now)

"""What one act sees of the record while it holds it, and how it leaves the projections behind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from hisconsole.desk.memory import Looked, Memory, onward
from hisconsole.plan.document import Plan
from hisconsole.plan.events import SITE, Event, Kind, NewEvent
from hisconsole.plan.frozen import to_data
from hisconsole.plan.incident import Incident
from hisconsole.store import events, projections, turns
from hisconsole.store.database import Connection


class Transaction:
    """What one act sees while it holds the record: each incident as it was before the act."""

    def __init__(self, connection: Connection, memory: Memory) -> None:
        """Begin with nothing looked at."""
        self._connection = connection
        self._memory = memory
        self._seen: dict[int, Looked] = {}
        self._adopted: Plan | None = None

    @property
    def connection(self) -> Connection:
        """The record, held for this act alone."""
        return self._connection

    @cached_property
    def end(self) -> events.Head:
        """The end of the record before this act."""
        return events.head(self.connection)

    def next_numbers(self, *, after: int) -> tuple[int, int]:
        """The next free incident number above `after`, and report number."""
        return projections.next_numbers(self.connection, after=after)

    def keep_callback(self, report: int, number: str) -> None:
        """Keep the number a caller left, outside the events, or forget it when empty."""
        projections.keep_callback(self.connection, report, number)

    def incident_of_report(self, report: int) -> int | None:
        """The incident a report belongs to."""
        return projections.incident_of_report(self.connection, report)

    def look(self, number: int) -> Looked:
        """An incident and its events. Raises NotFound with a sentence."""
        if number not in self._seen:
            self._seen[number] = self._memory.look(self.connection, number)
        return self._seen[number]

    def plan(self, incident: Incident) -> Plan | None:
        """The edition an incident runs under."""
        if self._adopted is not None and incident.plan == self._adopted.version:
            return self._adopted  # not committed yet: the memory must not learn of it from here
        return self._memory.plan(self.connection, incident.plan)

    def adopt(self, plan: Plan, decided: Sequence[NewEvent], now: datetime) -> list[NewEvent]:
        """What to record before `decided` where that names an edition which the record does not hold."""
        named = {event.body.get("plan") for event in decided if event.kind in (Kind.OPENED, Kind.CLASSIFIED)}
        if plan.version not in named or self._memory.plan(self.connection, plan.version) is not None:
            return []
        self._adopted = plan
        body = {"version": plan.version, "edition": plan.edition, "plan": to_data(plan)}
        return [NewEvent(Kind.PLAN_ADOPTED, SITE, now, body)]

    def bring(self, written: Sequence[Event]) -> None:
        """Bring the projections along with the events that were just written."""
        losing = [event.incident for event in written if event.kind is Kind.DETACHED]  # a report is in one
        for number in dict.fromkeys([*losing, *(event.incident for event in written)]):
            if number == SITE:
                held = projections.columns_of_site(events.of_incident(self.connection, SITE))
            elif number < SITE:
                held = projections.columns_of_turn(turns.turn_of(self.connection, -number))
            else:
                mine = [event for event in written if event.incident == number]
                before = self._seen.get(number)
                after, _history = onward(before, mine)
                held = projections.columns_of(after, self.plan(after))
                if before is not None and before[0].reports is after.reports:
                    del held["report"]  # a thousand of them need not be looked at for a note
            for row in held.pop(projections.INCIDENT, ()):
                projections.put(self.connection, row)
            stored = projections.stored_rows(self.connection, number, held)
            projections.bring(self.connection, stored, held)

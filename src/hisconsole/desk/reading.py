"""Questions to the record: an incident with its timeline, the log, the closed ones."""

from __future__ import annotations

from hisconsole.desk.desk import Desk
from hisconsole.plan.contacts import masked
from hisconsole.plan.document import Plan
from hisconsole.plan.events import Event
from hisconsole.plan.incident import Incident
from hisconsole.plan.queue import Row
from hisconsole.store import events, projections
from hisconsole.text import printable
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class File:
    """All that is on record about one incident, with the numbers its callers can be rung at."""

    incident: Incident
    history: tuple[Event, ...]
    callbacks: dict[int, str]
    plan: Plan | None
    """The edition of the plan it runs under."""


def read_incident(desk: Desk, number: int) -> File:
    """One incident in full; while the record is away, as far as it is known here. Raises NotFound, Away."""
    if (known := desk.last_known(number)) is not None:
        incident, events_of_it = known
        edition = desk.memory.known_plan(incident.plan) or desk.site.plan
        return File(incident, tuple(events_of_it), _own_phones(desk, incident, {}), edition)
    with desk.database.read() as connection:
        incident, history = desk.memory.look(connection, desk.on_record(number))
        left = projections.callbacks(connection, [report.number for report in incident.reports])
        plan = desk.memory.plan(connection, incident.plan)
    return File(incident, tuple(history), _own_phones(desk, incident, left), plan)


def _own_phones(desk: Desk, incident: Incident, left: dict[int, str]) -> dict[int, str]:
    """The numbers that callers left, and those of the workstations that call on their own."""
    for report in incident.reports:
        workstation = desk.site.workstation(report.workstation)
        if report.callback == "workstation" and workstation:
            left[report.number] = workstation.phone
    return {each: masked(phone) for each, phone in left.items()} if desk.site.covered else left


def read_log(
    desk: Desk,
    *,
    text: str = "",
    incident: int | None = None,
    before: int | None = None,
    limit: int = 200,
) -> list[Event]:
    """Events newest first; see `store.events.search`."""
    with desk.database.read() as connection:
        return events.search(
            connection,
            text=printable(text[:200]),
            incident=incident,
            before=before,
            limit=limit,
        )


def read_closed(desk: Desk, *, limit: int = 200) -> list[Row]:
    """The incidents closed last."""
    with desk.database.read() as connection:
        return projections.closed(connection, limit=limit)

"""The due clock: every obligation on record, told once when its deadline passes, and put right at a start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hisconsole.desk.desk import Desk
from hisconsole.desk.evidence import Look, beside
from hisconsole.desk.maintaining import overruns
from hisconsole.desk.transaction import Transaction
from hisconsole.plan.document import Plan
from hisconsole.plan.due import GATE, Due, duties
from hisconsole.plan.events import SITE, Kind, NewEvent
from hisconsole.plan.incident import Incident
from hisconsole.plan.maintenance import ENDS
from hisconsole.plan.measures import fell_due
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.site import site_fell_due
from hisconsole.plan.told import untold
from hisconsole.plan.turn import owed
from hisconsole.store import due, events, projections, turns
from hisconsole.store.database import Connection
from hisconsole.store.projections import Held
from hisconsole.text import _
from hisconsole.values import dataclass

BATCH = 200
"""Incidents in one transaction: a storm of deadlines never holds the record for long."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A due row with the incident it belongs to and the edition it runs under; None for one of the site."""

    due: Due
    incident: Incident | None
    plan: Plan | None


def all_due(desk: Desk) -> tuple[Owed, ...]:
    """Every due row, soonest first; while the record is away those of incidents that are known here.

    What the site itself owes is on record only. Raises StoreFault.
    """
    if (seen := desk.all_last_known()) is not None:
        return _known_here(desk, seen)
    with desk.database.read() as connection:
        rows = due.every(connection)
        known = {
            number: desk.memory.look(connection, number)[0]
            for number in {row.incident for row in rows if row.incident > SITE}
        }
        plans = {each: desk.memory.plan(connection, each) for each in {one.plan for one in known.values()}}
    owing = ((row, known.get(row.incident)) for row in rows)
    return tuple(Owed(row, incident, plans[incident.plan] if incident else None) for row, incident in owing)


def _known_here(desk: Desk, seen: Sequence[Incident]) -> tuple[Owed, ...]:
    """What incidents owe by what is known of them without the record."""
    found = []
    for incident in seen:
        plan = desk.memory.known_plan(incident.plan) or desk.site.plan
        found += [Owed(row, incident, plan) for row in duties(incident, plan)]
    found.sort(key=lambda each: (each.due.at, each.due.incident, each.due.duty, each.due.key))
    return tuple(found)


def tell_overdue(desk: Desk, look: Look = lambda: None) -> int:
    """Record each deadline that has passed, once; returns how many. Repeating it changes nothing.

    `look` is asked for the picture where a gate has passed, and what it shows is frozen beside that.
    A planned stop whose overrun is a fault by that becomes an incident in the same transaction.
    """
    now = desk.now()
    with desk.database.read() as connection:
        passed = due.fallen(connection, now=now, limit=BATCH)
    if not passed:
        return 0
    numbers = sorted({row.incident for row in passed})
    picture = look() if any(row.duty == GATE for row in passed) else None
    told: list[NewEvent] = []

    def decide(transaction: Transaction) -> list[NewEvent]:
        told[:] = [event for number in numbers for event in _passed(transaction, number, picture, now)]
        return [*told, *_faults(desk, transaction, told)]

    desk.record(decide, doing="deadlines", act=None, now=now, sentence=_("Deadlines told"))
    return sum(event.kind is Kind.FELL_DUE for event in told)


def _passed(
    transaction: Transaction, number: int, picture: StatusPicture | None, now: datetime
) -> list[NewEvent]:
    """What has passed of an incident, a turn of duty or the site, as it stands inside the transaction."""
    if number == SITE:
        return site_fell_due(events.of_incident(transaction.connection, SITE), now=now)
    if number < SITE:
        turn = turns.turn_of(transaction.connection, -number)
        return untold(owed(turn), turn.fallen, now=now)
    incident = transaction.look(number)[0]
    plan = transaction.plan(incident)
    fallen = fell_due(incident, plan, now=now)
    return [*fallen, *beside(fallen, incident, plan, picture, now)]


def _faults(desk: Desk, transaction: Transaction, told: Sequence[NewEvent]) -> list[NewEvent]:
    """The incidents that deadlines of the site become."""
    if not any(event.incident == SITE and event.body["duty"] == ENDS for event in told):
        return []
    return list(overruns(desk, transaction, events.of_incident(transaction.connection, SITE)))


def recompute(desk: Desk) -> int:
    """Compute the rows of every open incident again from its events; returns how many were wrong.

    Projections move with every act, so none should be: this is for a record that another program or a
    fault of ours left behind.
    """
    with desk.database.read() as connection:
        numbers = [row.number for row in projections.queue(connection)]
    wrong = 0
    for start in range(0, len(numbers), BATCH):
        wrong += _recompute(desk, numbers[start : start + BATCH])
    return wrong


def _recompute(desk: Desk, numbers: Sequence[int]) -> int:
    with desk.database.read() as connection:
        suspects = [number for number in numbers if _wrong(desk, connection, number)]
    if not suspects:
        return 0
    with desk.database.write() as connection:
        found = [pair for number in suspects if (pair := _wrong(desk, connection, number))]
        for stored, computed in found:
            projections.bring(connection, stored, computed)
    return len(found)


def _wrong(desk: Desk, connection: Connection, number: int) -> tuple[Held, Held] | None:
    """What is stored of an incident and what its events come to, where these differ."""
    incident = desk.memory.look(connection, number)[0]
    computed = projections.columns_of(incident, desk.memory.plan(connection, incident.plan))
    stored = projections.stored_rows(connection, number, computed)
    return (stored, computed) if stored != computed else None

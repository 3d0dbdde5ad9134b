"""How the duty and its handover stand: the turn that runs, what is offered, and what is left to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hisconsole.desk.desk import Desk
from hisconsole.errors import NotFound
from hisconsole.plan import silences
from hisconsole.plan.delta import Delta, since
from hisconsole.plan.events import SITE
from hisconsole.plan.handover import Handover, from_data
from hisconsole.plan.handover_incidents import weighed
from hisconsole.plan.handover_sources import Case
from hisconsole.plan.queue import category_at
from hisconsole.plan.turn import Item, Offer, Turn
from hisconsole.plan.turn_acts import missing
from hisconsole.plan.words import Category, State
from hisconsole.store import events, projections, turns
from hisconsole.store.database import Connection
from hisconsole.text import _
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """The turn that runs, the summary that is offered, what happened since it, and what is left to do."""

    turn: Turn | None
    document: Handover | None
    deltas: tuple[Delta, ...]
    missing: tuple[Item, ...]
    silences: Mapping[str, str]
    """The silences in force, each with its target."""


def read_standing(desk: Desk) -> Standing:
    """How the duty and its handover stand now."""
    now = desk.now()
    with desk.database.read() as connection:
        turn = turns.running(connection)
        offered = turn.offer if turn else None
        quiet = silences_in_force(connection, now)
        if turn is None or offered is None:
            return Standing(turn, None, (), (), quiet)
        deltas = deltas_of(connection, turn, offered)
        left = missing(offered, deltas, grave_since(desk, connection, deltas, now))
        return Standing(turn, document_of(connection, offered), deltas, left, quiet)


def document_of(connection: Connection, offered: Offer) -> Handover:
    """The summary as it was frozen for an offer."""
    event = events.at_seq(connection, offered.entry)
    if event is None:
        raise NotFound(_("There is no event {seq}.").format(seq=offered.entry))
    return from_data(event.body["document"])


def deltas_of(connection: Connection, turn: Turn, offered: Offer) -> tuple[Delta, ...]:
    """What happened since the summary of an offer."""
    return since(events.since(connection, offered.as_of), turn=turn.number, receiver=offered.to)


def grave(connection: Connection, now: datetime) -> tuple[int, ...]:
    """The open incidents that are or count as Category I."""
    rows = projections.queue(connection)
    return tuple(row.number for row in rows if category_at(row, now) is Category.I)


def grave_since(
    desk: Desk, connection: Connection, deltas: tuple[Delta, ...], now: datetime
) -> tuple[int, ...]:
    """Which of the incidents that something happened to are open, and of Category I or unstable."""
    found = []
    for number in (delta.incident for delta in deltas if delta.incident > SITE):
        incident, _history = desk.memory.look(connection, number)
        case = Case(incident, desk.memory.plan(connection, incident.plan))
        if incident.state is not State.CLOSED and weighed(case, now).restated:
            found.append(number)
    return tuple(found)


def silences_in_force(connection: Connection, now: datetime) -> dict[str, str]:
    """The silences in force, each with its target."""
    found = silences.running(events.of_incident(connection, SITE), now=now)
    return {each.id: each.target for each in found}

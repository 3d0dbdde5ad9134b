"""The turns of duty: who has it now, and the turns before."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from hisconsole.errors import NotFound
from hisconsole.plan.board import OnDuty
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.turn import Turn, fold_turn, stream
from hisconsole.store.events import chosen, of_incident, read_event
from hisconsole.store.tables import event
from hisconsole.store.tables import turn as table
from hisconsole.text import _


def on_duty(connection: Connection) -> OnDuty:
    """Who has the duty, and to whom it is offered."""
    query = select(table.c.person, table.c.offered_to).order_by(table.c.incident).limit(1)
    row = connection.execute(query).one_or_none()
    return OnDuty(row.person, row.offered_to) if row else OnDuty()


def running(connection: Connection) -> Turn | None:
    """The turn that runs; None before anybody took the duty."""
    least = connection.execute(select(func.min(table.c.incident))).scalar()
    return turn_of(connection, -least) if least is not None else None


def turn_of(connection: Connection, number: int) -> Turn:
    """One turn from its events. Raises NotFound with a sentence."""
    turn = fold_turn(of_incident(connection, stream(number)))
    if turn is None:
        raise NotFound(_("There is no turn of duty {number}.").format(number=number))
    return turn


def accepted(connection: Connection, *, limit: int) -> list[Event]:
    """The last handovers that were accepted, newest first: by whom, with which items and hash."""
    numbers = select(table.c.incident).order_by(table.c.incident).limit(limit + 1)
    query = chosen().where(event.c.incident.in_(numbers), event.c.kind == Kind.ACCEPTED.value)
    return [read_event(row) for row in connection.execute(query.order_by(event.c.seq.desc()).limit(limit))]

"""The projections computed again from the events: after a change of the schema, and for the proof."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import Connection, delete, insert

from hisconsole.plan.events import SITE
from hisconsole.plan.fold import fold
from hisconsole.plan.turn import fold_turn
from hisconsole.store import tables
from hisconsole.store.events import stream
from hisconsole.store.plans import Plans
from hisconsole.store.projections import Held, columns_of, columns_of_site, columns_of_turn


def computed_from_events(connection: Connection) -> Iterator[tuple[int, Held]]:
    """What the projections must hold of turns, of the site with every edition, then of each incident."""
    plans = Plans()
    pairs = stream(connection, by_incident=True)
    for number, group in groupby(pairs, key=lambda pair: pair[0].incident):
        if number == SITE:
            history = [event for event, _hash in group]
            for event in history:
                plans.read(event)
            yield number, columns_of_site(history)
        elif number < SITE:
            if (turn := fold_turn(event for event, _hash in group)) is not None:
                yield number, columns_of_turn(turn)
        elif (incident := fold(event for event, _hash in group)) is not None:
            yield number, columns_of(incident, plans.known(incident.plan))


def rebuild(connection: Connection) -> None:
    """Empty the projections and fill them from the events, inside the caller's transaction."""
    for table in tables.PROJECTIONS:
        connection.execute(delete(table))
    for _number, held in computed_from_events(connection):
        for name, rows in held.items():
            if rows:
                connection.execute(insert(tables.metadata.tables[name]), rows)

"""What the site itself owes: ends of silences and planned stops, wrong numbers, acts that need eyes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from hisconsole.plan import contacts, eyes, maintenance, pack, silences
from hisconsole.plan.due import Due
from hisconsole.plan.events import Event, Kind, NewEvent
from hisconsole.plan.times import from_text
from hisconsole.plan.told import Fallen, untold


def duties_of_site(history: Sequence[Event]) -> tuple[tuple[Due, ...], Fallen]:
    """What the site owes, from the events of no incident, and which deadlines of it were told."""
    fallen: dict[tuple[str, str], datetime] = {
        (event.body["duty"], event.body["key"]): from_text(event.body["deadline"])
        for event in history
        if event.kind is Kind.FELL_DUE
    }
    owed = (
        silences.owed(history),
        contacts.owed(history),
        pack.owed(history),
        maintenance.owed(history),
        eyes.owed(history),
    )
    return tuple(due for of in owed for due in of), fallen


def site_fell_due(history: Iterable[Event], *, now: datetime) -> list[NewEvent]:
    """The deadlines of the site that have passed and were not told yet."""
    owed, fallen = duties_of_site(tuple(history))
    return untold(owed, fallen, now=now)

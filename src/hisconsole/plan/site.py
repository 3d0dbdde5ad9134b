"""What the site itself owes: the ends of its silences, the wrong numbers of its contacts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from hisconsole.plan import contacts, pack, silences
from hisconsole.plan.due import Due
from hisconsole.plan.events import SITE, Event, Kind, NewEvent
from hisconsole.plan.times import from_text, to_text

Fallen = Mapping[tuple[str, str], datetime]


def duties_of_site(history: Sequence[Event]) -> tuple[tuple[Due, ...], Fallen]:
    """What the site owes, from the events of no incident, and which deadlines of it were told."""
    fallen: dict[tuple[str, str], datetime] = {
        (event.body["duty"], event.body["key"]): from_text(event.body["deadline"])
        for event in history
        if event.kind is Kind.FELL_DUE
    }
    return (*silences.owed(history), *contacts.owed(history), *pack.owed(history)), fallen


def site_fell_due(history: Iterable[Event], *, now: datetime) -> list[NewEvent]:
    """The deadlines of the site that have passed and were not told yet."""
    owed, fallen = duties_of_site(tuple(history))
    return [
        NewEvent(
            Kind.FELL_DUE,
            SITE,
            due.at,
            {"duty": due.duty, "key": due.key, "deadline": to_text(due.at), "owner": due.owner},
        )
        for due in owed
        if due.at <= now and not ((told := fallen.get((due.duty, due.key))) and due.at <= told <= now)
    ]

"""The act by which the watch keeps the incidents in step with what it sees; repeating it changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from hisconsole.config import Site
from hisconsole.desk.desk import Desk
from hisconsole.desk.transaction import Transaction
from hisconsole.plan.calls import ALIKE_WINDOW
from hisconsole.plan.clusters import Place, Seen, findings
from hisconsole.plan.correlation import Change, decide
from hisconsole.plan.correlation_events import events_of
from hisconsole.plan.detection import SERIES
from hisconsole.plan.events import NewEvent
from hisconsole.plan.incident import Incident
from hisconsole.store import projections
from hisconsole.store.database import Connection
from hisconsole.text import _

BATCH: Final = 40
"""Changes in one transaction: a storm never holds the record for long; the gravest come first."""


def correlate(desk: Desk, seen: Seen) -> tuple[Change, ...]:
    """Record what is seen and not on record yet, at most `BATCH` changes; returns those.

    It is decided once without the record's lock, and again under it with the incidents as they are then:
    no two open incidents ever have the same key. Raises StoreFault.
    """
    if seen.blind:
        return ()
    found = findings(seen)
    with desk.database.read() as connection:
        known = {number: desk.memory.look(connection, number)[0] for number in _numbers(connection, seen)}
    if not decide(seen, known.values(), found=found):
        return ()
    made: list[Change] = []

    def act(transaction: Transaction) -> list[NewEvent]:
        numbers = _numbers(transaction.connection, seen)
        now_known = {number: transaction.look(number)[0] for number in numbers}
        made[:] = decide(seen, now_known.values(), found=found)[:BATCH]
        fresh, _report = projections.next_numbers(transaction.connection, after=desk.site.numbered_after)
        return _events(desk, made, now_known, fresh)

    desk.record(act, doing="correlate", act=None, now=desk.now(), sentence=_("Seen by the watch"))
    return tuple(made)


def _numbers(connection: Connection, seen: Seen) -> list[int]:
    """The incidents that what is seen may be about."""
    called = projections.recent(connection, since=seen.at - ALIKE_WINDOW, workstation="")
    return sorted({*projections.monitored(connection, closed_since=seen.at - SERIES), *called})


def _events(desk: Desk, made: Sequence[Change], known: Mapping[int, Incident], fresh: int) -> list[NewEvent]:
    events: list[NewEvent] = []
    for change in made:
        number = change.number or fresh
        fresh += 0 if change.number else 1
        events += events_of(
            change,
            known.get(number),
            number=number,
            plan=desk.site.plan.version,
            actor=desk.actor.operator,
        )
    return events


def places_of(site: Site) -> Mapping[str, Sequence[Place]]:
    """The workstations by the switch they hang on."""
    places: dict[str, list[Place]] = defaultdict(list)
    for each in site.workstations:
        if each.switch:
            places[each.switch].append(Place(each.id, each.department, each.key_terminal))
    return places

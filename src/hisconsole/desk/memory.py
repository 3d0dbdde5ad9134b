"""Incidents read lately: a long history is read once, and brought up to date by what is new in it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from hisconsole.desk.means import Given, Numbers
from hisconsole.errors import NotFound
from hisconsole.plan.document import Plan
from hisconsole.plan.events import PROVISIONAL, SITE, Event, Kind
from hisconsole.plan.fold import apply, fold
from hisconsole.plan.incident import Incident
from hisconsole.plan.story_turn import subject
from hisconsole.store import events
from hisconsole.store.database import Connection, Database
from hisconsole.store.plans import Plans
from hisconsole.text import _

Looked = tuple[Incident, Sequence[Event]]

MOST = 256
"""Incidents kept; the longest unused goes first."""


class Memory:
    """What a desk remembers between two looks. It must only see what is committed."""

    def __init__(self, database: Database) -> None:
        """Remember nothing yet."""
        self._database = database
        self._swaps = database.swaps
        self._known: OrderedDict[int, Looked] = OrderedDict()
        self._plans = Plans()
        self._given = Given()

    def _forget_another_record(self) -> None:
        if self._swaps != self._database.swaps:
            self._swaps = self._database.swaps
            self.forget()

    def forget(self) -> None:
        """Remember nothing."""
        self._known.clear()
        self._plans, self._given = Plans(), Given()

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Forget what is looked at in the block where that raises: it was never committed."""
        swaps, known, plans = self._swaps, self._known.copy(), self._plans.copy()
        try:
            yield
        except BaseException:
            if self._swaps == swaps:
                self._known, self._plans, self._given = known, plans, Given()
            else:
                self.forget()
            raise

    def blocks_given(self, connection: Connection) -> Mapping[tuple[str, str], Numbers]:
        """The number blocks that notices gave out, by department and text."""
        self._forget_another_record()
        return self._given.out(connection)

    def plan(self, connection: Connection, version: str) -> Plan | None:
        """An edition of the plan that the record holds."""
        self._forget_another_record()
        return self._plans.get(connection, version)

    def known(self, number: int) -> Looked | None:
        """An incident as it was looked at last, without asking the record; safe from any thread."""
        return self._known.get(number)

    def all_known(self) -> list[Incident]:
        """Every incident as it was looked at last, without asking the record; safe from any thread."""
        return [incident for incident, _history in list(self._known.values())]

    def known_plan(self, version: str) -> Plan | None:
        """An edition that was read already; safe from any thread."""
        return self._plans.known(version)

    def first(self, connection: Connection, number: int) -> Event:
        """The event that opened an incident, which never changes. Raises NotFound."""
        self._forget_another_record()
        known = self._known.get(number) or self.look(connection, number)
        return known[1][0]

    def look(self, connection: Connection, number: int) -> Looked:
        """An incident and its events. Raises NotFound with a sentence."""
        self._forget_another_record()
        known = self._known.get(number)  # another thread may ask for it while this one waits for the record
        if not SITE < number <= PROVISIONAL:  # a server would refuse the question itself
            raise NotFound(_("There is no incident {number}.").format(number=subject(number)))
        fresh = events.of_incident(connection, number, after=known[0].version if known else 0)
        looked = onward(known, fresh) if fresh else known
        if looked is None:
            raise NotFound(_("There is no incident {number}.").format(number=subject(number)))
        self._known[number] = looked
        self._known.move_to_end(number)
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return looked


def onward(known: Looked | None, fresh: Sequence[Event]) -> Looked:
    """An incident and its history after further events; an undo is folded from the beginning."""
    history = [*known[1], *fresh] if known else [*fresh]
    if known is None or any(event.kind is Kind.UNDONE for event in fresh):
        incident = fold(history)
    else:
        incident = known[0]
        for event in fresh:
            incident = apply(incident, event)
    if incident is None:
        raise ValueError(f"incident {fresh[0].incident} has events but was never opened")
    return replace(incident, version=history[-1].seq), history

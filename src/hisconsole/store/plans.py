"""Editions of the plan, as the record keeps them: an incident runs under the one it was opened with."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select

from hisconsole.plan.document import Plan
from hisconsole.plan.events import SITE, Event, Kind
from hisconsole.plan.frozen import from_data
from hisconsole.store.tables import event as table


class Plans:
    """The editions met so far, by version; what is adopted never changes, so it is read once."""

    def __init__(self) -> None:
        self._known: dict[str, Plan] = {}

    def get(self, connection: Connection, version: str) -> Plan | None:
        """The edition of that version; None for an incident older than editions, and where none is held."""
        if version and version not in self._known:
            query = (
                select(table.c.body)
                .where(table.c.incident == SITE, table.c.kind == Kind.PLAN_ADOPTED.value)
                .order_by(table.c.seq)
            )
            for body in connection.execute(query).scalars():
                self._take(json.loads(body))
        return self._known.get(version)

    def copy(self) -> Plans:
        """The same editions, apart from what is met later."""
        fresh = Plans()
        fresh._known = dict(self._known)
        return fresh

    def read(self, event: Event) -> None:
        """Take an edition from its event."""
        if event.kind is Kind.PLAN_ADOPTED:
            self._take(event.body)

    def known(self, version: str) -> Plan | None:
        """An edition that was read already."""
        return self._known.get(version)

    def _take(self, body: Any) -> None:
        self._known.setdefault(body["version"], from_data(body["plan"]))

"""A desk without its record: it judges acts by the last known picture, and by what was kept since."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from hisconsole.config import Site
from hisconsole.desk.actor import Actor, refuse_odd_id
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.memory import Looked, onward
from hisconsole.desk.transaction import Transaction
from hisconsole.errors import Away, Refused
from hisconsole.plan.acts import Setting
from hisconsole.plan.asking import Answers
from hisconsole.plan.document import Plan
from hisconsole.plan.events import PROVISIONAL, Event, NewEvent
from hisconsole.plan.incident import Incident
from hisconsole.store.database import Connection, Database
from hisconsole.text import _


def away() -> Away:
    """What is said where only the record could answer."""
    return Away(_("The record cannot be reached now; this has to wait until it can."))


class Gone(Database):
    """A record that cannot be reached; nobody waits for it."""

    def __init__(self, data: Path) -> None:
        self.data = self.path = data
        self.read_only_because = ""
        self.swaps = 0

    def read(self) -> NoReturn:
        """Nothing can be read."""
        raise away()

    def write(self) -> NoReturn:
        """Nothing can be written."""
        raise away()

    def data_version(self) -> int:
        """Nobody knows."""
        raise away()

    def close(self) -> None:
        """There is nothing to let go."""


class Supposing(Desk):
    """Judges and writes nothing; `decided` is what the last act came to, as far as that can be known."""

    def __init__(self, *, data: Path, site: Site, actor: Actor, now: Callable[[], datetime]) -> None:
        """Nothing is known yet, and nothing is kept; PINs lie in `data`."""
        super().__init__(database=Gone(data), site=site, actor=actor, now=now)
        self.supposed: dict[int, Looked] = {}
        self._base: dict[int, int] = {}
        self.decided: Sequence[NewEvent] = ()
        self.judging = 0
        """The thread in which an act is being kept just now."""
        self.provisional = self.reports = PROVISIONAL
        """The last provisional numbers that were given out."""

    def last_known(self, number: int) -> Looked:
        """An incident as it was seen last and as kept acts have left it. Raises Away."""
        known = self.supposed.get(number) or self.memory.known(self.on_record(number))
        if known is None:
            raise away()
        return known

    def all_last_known(self) -> list[Incident]:
        """Every incident as it was seen last and as kept acts have left it."""
        seen = {incident.number: incident for incident in self.memory.all_known()}
        kept = {number: incident for number, (incident, _history) in self.supposed.copy().items()}
        return list((seen | kept).values())

    def opened_by(self, number: object) -> str:
        """The act that opened an incident on record, or empty where that is not known here."""
        known = self.memory.known(number) if isinstance(number, int) and number <= PROVISIONAL else None
        return known[1][0].act if known else ""

    def record(
        self,
        decide: Callable[[Transaction], Sequence[NewEvent]],
        *,
        doing: str,
        number: int = 0,
        act: str | None,
        now: datetime,
        sentence: str,
    ) -> Outcome:
        """Judge a decision; what only the record could tell is not held against it.

        Roles are those known last; if others count by then, the record says so when it is brought there.

        Raises Refused, and Away for an act that is not being kept: nothing of it would be done.
        """
        if self.judging != threading.get_ident():
            raise away()
        if not self.actor.operator:
            raise Refused(_("Nobody is on duty at this console: choose an operator first."))
        if act is not None:
            refuse_odd_id(act)
        why, needs = self.permits.why_not(self.full_site, self.actor, doing)
        if why:
            raise Refused(why, needs=needs)
        self.decided = ()
        try:
            self.decided = decide(Supposed(self))
        except Away:
            return Outcome(act or "", number, 0, sentence)
        mine = number or (self.decided[-1].incident if self.decided else 0)
        return Outcome(act or "", mine, 0, sentence)

    def setting(self, transaction: Transaction, number: int, answers: Answers, now: datetime) -> Setting:
        """The same; an entry that is only kept has no number, another will have it. Raises Refused."""
        entry = answers.get("entry")
        if isinstance(entry, int) and entry > self._base.get(number, entry):
            raise Refused(
                _("Entry {entry} is only kept here: do this once it is on record.").format(entry=entry)
            )
        return super().setting(transaction, number, answers, now)

    def seen_on_record(self, number: int, seen: int) -> int:
        """The version `seen` of an incident as the record counts it: what is only kept has none there."""
        return min(seen, self._base.get(number, seen))

    def suppose(self, act: str, now: datetime, *, seen: int) -> None:
        """Go on from what was decided last, on version `seen` at least, as if it were on record."""
        for number in dict.fromkeys(event.incident for event in self.decided if event.incident > 0):
            before = self.supposed.get(number) or self.memory.known(number)
            seq = max(before[0].version if before else 0, seen)
            self._base.setdefault(number, seq)
            mine = [event for event in self.decided if event.incident == number]
            self.provisional = max(self.provisional, number)
            self.supposed[number] = onward(
                before,
                [
                    Event(
                        seq=seq + place,
                        act=act,
                        kind=event.kind,
                        incident=number,
                        at=event.at,
                        recorded=now,
                        actor=self.actor.operator,
                        os_user=self.actor.os_user,
                        source=self.actor.source,
                        body=event.body,
                    )
                    for place, event in enumerate(mine, start=1)
                ],
            )
        self.decided = ()

    def forget(self) -> None:
        """All that was kept is on record: from now on only that counts."""
        self.supposed.clear()
        self._base.clear()


class Supposed(Transaction):
    """What an act sees while there is no record."""

    def __init__(self, desk: Supposing) -> None:
        self._desk = desk

    @property
    def connection(self) -> Connection:
        """There is none."""
        raise away()

    def look(self, number: int) -> Looked:
        """An incident as it was seen last. Raises Away where it never was."""
        return self._desk.last_known(number)

    def plan(self, incident: Incident) -> Plan | None:
        """The edition it runs under, where that was seen."""
        return self._desk.memory.known_plan(incident.plan)

    def next_numbers(self, *, after: int) -> tuple[int, int]:
        """Provisional ones: no real incident or report has them."""
        del after
        self._desk.reports += 1
        return self._desk.provisional + 1, self._desk.reports

    def keep_callback(self, report: int, number: str) -> None:
        """The journal keeps it."""

    def incident_of_report(self, report: int) -> int | None:
        """The incident of a report that is known here. Raises Away, and Refused for one only kept."""
        if report > PROVISIONAL:
            raise Refused(_("This call is only kept here: correct it once it is on record, or add a note."))
        raise away()

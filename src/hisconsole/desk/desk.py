"""The desk: the one way to act on the record.

An act is one transaction: see whether it was done already, look at the incident as it is now, decide
by the plan's rules, append events, bring the projections up to date, commit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hisconsole.config import Site
from hisconsole.config.covering import covered
from hisconsole.desk import evidence
from hisconsole.desk.actor import Actor, Seat, act_id, refuse_odd_id, utc_now
from hisconsole.desk.keepable import keepable
from hisconsole.desk.means import means_of
from hisconsole.desk.memory import Looked, Memory
from hisconsole.desk.order import order_now
from hisconsole.desk.permits import Permits
from hisconsole.desk.transaction import Transaction
from hisconsole.errors import Away, NotFound, Refused, StoreFault
from hisconsole.plan.acts import Act, Setting, all_acts
from hisconsole.plan.asking import Answers, read_answers
from hisconsole.plan.events import PROVISIONAL, SITE, Event, Kind, NewEvent
from hisconsole.plan.incident import Incident
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.roles import MACHINES, may
from hisconsole.plan.story import tell
from hisconsole.plan.times import clock
from hisconsole.store import events
from hisconsole.store.database import Connection, Database
from hisconsole.text import _
from hisconsole.values import dataclass

if TYPE_CHECKING:
    from hisconsole.desk.keeping import Keeping

ADDS = frozenset({"note"})
"""Acts that decide nothing: they are as good after whatever somebody else did meanwhile."""

HARMLESS = frozenset(
    {
        Kind.NOTED,
        Kind.PINNED,
        Kind.REPORTED,
        Kind.ATTACHED,
        Kind.CORRECTED,
        Kind.FIX_TRIED,
        Kind.FELL_DUE,
        Kind.SNAPSHOT,
        Kind.MET,
        Kind.SUMMARISED,
        Kind.BACK_ENTERED,
        Kind.RECEIPT,
        Kind.TOLD,
        Kind.DIALLED,
        Kind.CALLED,
        Kind.SUMMONED,
        Kind.ARRIVED,
        Kind.ACTION,
        Kind.RULED_OUT,
        Kind.CONTINGENCY,
        Kind.TICKET,
        Kind.DETECTED,
        Kind.SYMPTOMS,
        Kind.CLEARED,
        Kind.FOLDED,
        Kind.PROPOSED,
        Kind.APART,
    }
)
"""What another operator may have added meanwhile without making this act a different one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act came to; `repeated` when its id had been carried out before.

    One that is `kept` waits on this machine: it has no seq, and a new incident only a provisional number.
    """

    act: str
    incident: int
    seq: int
    sentence: str
    repeated: bool = False
    kept: bool = False


class Desk:
    """One operator's desk on an open record; lives in the thread that opened the database."""

    def __init__(
        self,
        *,
        database: Database,
        site: Site,
        actor: Actor,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Sit `actor` down at `database`."""
        self.database = database
        self.memory = Memory(database)
        self.permits = Permits(database)
        self.full_site = self._site = site
        self.seat = Seat(actor)
        self.now = now
        self.written: Callable[[], datetime] | None = None
        """What the record is told of when an act was written down, where that is not when it was done."""
        self.naming: Callable[[datetime], str] = act_id
        self.keeping: Keeping | None = None
        """Where acts wait while the record is away; without it they are refused then."""
        self.acts: Mapping[str, Act] = all_acts()
        self.recognise()

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.seat.actor

    @actor.setter
    def actor(self, actor: Actor) -> None:
        self.seat = Seat(actor)  # a seat that other desks share stays as it is

    @property
    def site(self) -> Site:
        """The hospital; with its numbers masked for somebody who only reads."""
        return self._site

    @site.setter
    def site(self, site: Site) -> None:
        self.full_site = self._site = site
        self.recognise()

    def recognise(self) -> None:
        """Show what the roles known last of whoever acts let him see; a damaged record shows the least."""
        if not self.full_site.named:
            return
        try:
            with suppress(Away), self.database.read() as connection:
                self.permits.look(connection)
            self._show()
        except StoreFault:
            self._site = covered(self.full_site)

    def _show(self) -> None:
        site, who = self.full_site, self.actor.operator
        sees = who in MACHINES or may(self.permits.roles(site, who), "reveal", self.permits.rows)
        if sees or not self._site.covered:
            self._site = site if sees else covered(site)

    def permit(self, doing: str, number: int = SITE) -> None:
        """Refuse what whoever acts may not do, where it is no act of the record. Raises Refused."""
        recordable = True
        try:
            with self.database.read() as connection:
                self.permits.look(connection)
        except Away:
            recordable = False
        why, needs = self.permits.why_not(self.full_site, self.actor, doing)
        if why and recordable:
            now = self.now()
            with self.database.write() as connection:
                self._refuse(Transaction(connection, self.memory), doing, number, now)
        if why:
            raise Refused(why, needs=needs)

    @property
    def zone(self) -> ZoneInfo:
        """The hospital's time zone."""
        return ZoneInfo(self.site.timezone)

    def clock(self, moment: datetime) -> str:
        """A moment on the hospital's clock, as sentences show it."""
        return clock(moment, zone=self.zone, now=self.now())

    def last_known(self, number: int) -> Looked | None:
        """An incident of which no record can tell; None where the record is to be asked. Raises Away."""
        if self.keeping is None or number <= PROVISIONAL:
            return None
        standin = self.keeping.standin
        if number not in standin.supposed and number in self.keeping.numbers:
            return None
        return standin.last_known(number)

    def all_last_known(self) -> list[Incident] | None:
        """Every incident that is known without the record; None where the record is to be asked."""
        return None

    def look_at(self, connection: Connection, number: int) -> Looked:
        """An incident by its number here: one that is only kept, too. Raises NotFound and Away."""
        return self.last_known(number) or self.memory.look(connection, self.on_record(number))

    def on_record(self, number: int) -> int:
        """The number that the record gave a call which was taken under a provisional one; others stay."""
        return self.keeping.numbers.get(number, number) if self.keeping is not None else number

    @keepable("act", about="number")
    def perform(
        self,
        name: str,
        number: int,
        given: Mapping[str, str] | None = None,
        *,
        expected: int | None = None,
        act: str | None = None,
        picture: StatusPicture | None = None,
    ) -> Outcome:
        """Carry out one act of the table on one incident.

        `expected` is the version the operator saw; `act` the act's own id, repeating which changes
        nothing. Of `picture` goes on record what a category or a notice to departments rests on.
        Raises Refused, NotFound or StoreFault with a sentence.
        """
        definition = self.acts.get(name)
        if definition is None:
            raise NotFound(
                _("There is no act '{name}'. Acts: {acts}.").format(name=name, acts=", ".join(self.acts))
            )
        now = self.now()

        def decide(transaction: Transaction) -> Sequence[NewEvent]:
            answers = read_answers(definition.asks, given or {}, now=now, zone=self.zone)
            incident, history = transaction.look(number)
            if name not in ADDS:
                self.refuse_if_changed(incident, history, expected)
            decided = definition.decide(self.setting(transaction, number, answers, now))
            plan = transaction.plan(incident) or self.site.plan
            return [*decided, *evidence.beside(decided, incident, plan, picture, now)]

        return self.record(decide, doing=name, number=number, act=act, now=now, sentence=definition.label)

    def setting(self, transaction: Transaction, number: int, answers: Answers, now: datetime) -> Setting:
        """What a decision about an incident sees."""
        incident, history = transaction.look(number)
        return Setting(
            incident=incident,
            history=history,
            answers=answers,
            actor=self.actor.operator,
            now=now,
            clock=self.clock,
            plan=transaction.plan(incident),
            present=self.site.plan,
            departments=tuple(each.id for each in self.site.departments),
            people=tuple(each.id for each in self.site.roster),
            kinds={each.id: each.kind.value for each in self.site.roster},
            order=order_now(self.site, now),
            means=means_of(self.site, lambda: self.memory.blocks_given(transaction.connection)),
            look=lambda other: transaction.look(other)[0],
        )

    def refuse_if_changed(self, incident: Incident, history: Sequence[Event], expected: int | None) -> None:
        """Refuse where somebody else changed something that matters since version `expected`."""
        if expected is None or incident.version == expected:
            return
        for event in history:
            if event.seq <= expected or event.actor == self.actor.operator:
                continue
            if event.kind in HARMLESS:
                continue
            sentence = (
                _("Taken by {who} at {when} meanwhile. Look again, then decide.")
                if event.kind is Kind.ACKNOWLEDGED
                else _("Changed meanwhile: {what} by {who} at {when}. Look again, then decide.")
            )
            raise Refused(
                sentence.format(
                    what=tell(event, clock=self.clock), who=event.actor, when=self.clock(event.recorded)
                )
            )

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
        """Run a decision as one transaction and bring the projections along; none changes nothing.

        `doing` names the act in the table of roles: who may not do it is refused, and that is recorded.
        """
        if not self.actor.operator:
            raise Refused(_("Nobody is on duty at this console: choose an operator first."))
        act = act or act_id(now)
        refuse_odd_id(act)
        with self.database.write() as connection:
            transaction = Transaction(connection, self.memory)
            self.permits.look(connection, transaction.end.seq)
            why, needs = self.permits.why_not(self.full_site, self.actor, doing)
            if why:
                self._refuse(transaction, doing, number, now)
            elif done := events.of_act(connection, act):
                known = number if number in {event.incident for event in done} else 0
                return Outcome(act, known or done[-1].incident, done[-1].seq, sentence, repeated=True)
            else:
                written = self._carry_out(transaction, decide, act=act, now=now)
        if why:
            raise Refused(why, needs=needs)  # behind the transaction, which has recorded the refusal
        if not written:
            return Outcome(act, number, 0, sentence)
        self.permits.passed(written)
        return Outcome(act, number or written[-1].incident, written[-1].seq, sentence)

    def _carry_out(
        self,
        transaction: Transaction,
        decide: Callable[[Transaction], Sequence[NewEvent]],
        *,
        act: str,
        now: datetime,
    ) -> list[Event]:
        if self._site.covered:
            self._show()  # no masked number may get on record once somebody may do more
        decided = decide(transaction)
        if not decided:
            return []
        adopted = transaction.adopt(self.site.plan, decided, now)
        moment = max(now, self.written()) if self.written else now
        return self._append(transaction, [*adopted, *decided], self.actor, act, moment)

    def write_down(self, facts: Sequence[NewEvent], actor: Actor, *, act: str, now: datetime) -> None:
        """Record what is nobody's act and needs no right: that a PIN was given, or a wrong one."""
        with self.database.write() as connection:
            self._append(Transaction(connection, self.memory), facts, actor, act, now)

    def _refuse(self, transaction: Transaction, doing: str, number: int, now: datetime) -> None:
        facts = self.permits.refused(
            transaction.connection, self.full_site, self.actor, doing, number=number, now=now
        )
        if facts:
            self._append(transaction, facts, self.actor, act_id(now), now)

    @staticmethod
    def _append(
        transaction: Transaction, facts: Sequence[NewEvent], actor: Actor, act: str, now: datetime
    ) -> list[Event]:
        writer = events.Writer(actor.operator, actor.os_user, actor.source)
        written = events.append(
            transaction.connection, facts, after=transaction.end, act=act, writer=writer, now=now
        )
        transaction.bring(written)
        return written

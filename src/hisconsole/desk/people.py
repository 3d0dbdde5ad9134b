"""Who may sit at the console: roles given by a director, PINs set and given; each is on record."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from hisconsole.config import Site
from hisconsole.desk import pins
from hisconsole.desk.actor import Actor, act_id
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.pins import Tried
from hisconsole.desk.transaction import Transaction
from hisconsole.errors import NotFound, StoreFault
from hisconsole.plan import operators
from hisconsole.plan.events import Event, Kind, NewEvent
from hisconsole.plan.operators import PinFact, Proof, pin_fact
from hisconsole.plan.pins import check_pin
from hisconsole.plan.roles import Role
from hisconsole.store import events
from hisconsole.text import _, printable
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Sitting:
    """An operator of the roster as he may sit here: roles, where they are from, and how he is known."""

    id: str
    name: str
    roles: frozenset[Role]
    given: operators.Given | None
    named: bool
    has_pin: bool
    proof: Proof


def sittings(desk: Desk) -> tuple[Sitting, ...]:
    """Every operator of the roster, in its order."""
    site = desk.site
    with desk.database.read() as connection:
        desk.permits.look(connection)
    given = desk.permits.given if site.named else {}
    return tuple(
        Sitting(
            id=each.id,
            name=each.name,
            roles=desk.permits.roles(site, each.id),
            given=given.get(each.id),
            named=each.id in site.named_by_id,
            has_pin=pins.has_pin(desk.database.data, each.id),
            proof=desk.permits.proof(site, replace(desk.actor, operator=each.id)),
        )
        for each in site.operators
    )


def give_roles(desk: Desk, operator: str, roles: Collection[Role], *, act: str | None = None) -> Outcome:
    """Give an operator other roles; they count from the next act on. Raises Refused, NotFound."""
    _operator(desk, operator)
    now = desk.now()

    def decide(_transaction: Transaction) -> Sequence[NewEvent]:
        return [
            operators.give_roles(
                operator,
                roles,
                everybody=[each.id for each in desk.site.operators],
                named=desk.site.named_by_id,
                given=desk.permits.given,
                now=now,
            )
        ]

    return desk.record(decide, doing="roles", act=act, now=now, sentence=_("Roles changed"))


def set_pin(desk: Desk, operator: str, pin: bytes | None) -> Outcome:
    """Set one's own PIN, or as a director another's; None clears it.

    Raises Refused, NotFound, StoreFault.
    """
    _operator(desk, operator)
    now, data = desk.now(), desk.database.data
    if pin is not None:
        check_pin(pin)
    what = PinFact.SET if pin is not None else PinFact.CLEARED

    def decide(_transaction: Transaction) -> Sequence[NewEvent]:
        # The file first: a PIN that is on record and not there would be worse than one nobody told of.
        if pin is not None:
            pins.set_pin(data, operator, pin)
        elif not pins.clear_pin(data, operator):
            return []
        return [pin_fact(operator, what, now=now)]

    doing = "own-pin" if operator == desk.actor.operator else "others-pin"
    return desk.record(decide, doing=doing, act=None, now=now, sentence=_("PIN changed"))


def sit_down(desk: Desk, actor: Actor, pin: bytes | None = None) -> Tried:
    """Let somebody act at this desk, with the PIN where it takes one; what came of it is on record.

    Where the PIN is wrong, or one is given by who has none, nobody else sits here than before: behind a
    lock a name alone is not enough. Raises StoreFault, and NotFound where the roster has him no more.
    """
    if pin is not None:
        _operator(desk, actor.operator)
    with suppress(StoreFault), desk.database.read() as connection:
        desk.permits.look(connection)
    proof = desk.permits.proof(desk.full_site, actor)
    now, tried = desk.seat.once(lambda: _seated(desk, actor, pin, proof))
    desk.recognise()
    if tried.taken:
        what = PinFact.GIVEN if tried.right else PinFact.WRONG
        fact = pin_fact(actor.operator, what, wrong=tried.wrong, wait_s=tried.wait_s, now=now)
        with suppress(StoreFault):  # a record that takes nothing keeps nobody from looking at it
            desk.write_down([fact], actor, act=act_id(now), now=now)
    return tried


def _seated(desk: Desk, actor: Actor, pin: bytes | None, proof: Proof) -> tuple[datetime, Tried]:
    """Try the PIN and sit down, and when that was: the part of it that no file and no record holds up."""
    now = desk.now()
    if pin is not None and proof in (Proof.FREE, Proof.NEVER):
        return now, Tried(right=False, wrong=0, wait_s=0, taken=False)
    if pin is None or proof is Proof.OWN:
        desk.seat.take(replace(actor, proved=False, pin=""))
        return now, Tried(right=proof in (Proof.OWN, Proof.FREE), wrong=0, wait_s=0, taken=False)
    mark = pins.mark_of(desk.database.data, actor.operator)
    tried = pins.try_pin(desk.database.data, actor.operator, pin, now=now)
    if tried.right:
        desk.seat.take(replace(actor, proved=True, pin=mark))
    return now, tried


@dataclass(frozen=True, slots=True)
class Present:
    """Who acts at this desk as it is now: the hospital as he may see it, and how he is known."""

    operator: str
    site: Site
    roles: frozenset[Role]
    proof: Proof
    proved: bool

    @property
    def may_act(self) -> bool:
        """Whether he is known to be who he says."""
        return self.proof in (Proof.OWN, Proof.FREE) or (self.proof is Proof.PIN and self.proved)


def who_is_here(desk: Desk) -> Present:
    """Who acts at this desk; a director's change of his role counts, where the record can be read."""
    desk.recognise()
    operator = desk.actor.operator
    if not desk.full_site.named:  # else that has just been looked at
        with suppress(StoreFault), desk.database.read() as connection:
            desk.permits.look(connection)
    return Present(
        operator,
        desk.site,
        desk.permits.roles(desk.full_site, operator),
        desk.permits.proof(desk.full_site, desk.actor),
        desk.permits.proved(desk.actor),
    )


def stand_up(desk: Desk) -> None:
    """Nobody acts here under a PIN any more until it is given again."""
    desk.seat.once(lambda: desk.seat.take(replace(desk.actor, proved=False, pin="")))
    desk.recognise()


def read_past(desk: Desk, operator: str = "") -> list[Event]:
    """What became of roles and PINs, and what was refused, newest first; of one operator, or of all."""
    with desk.database.read() as connection:
        found = events.of_site(connection, (Kind.ROLES, Kind.PIN, Kind.NOT_ALLOWED), after=0)
    return [
        each
        for each in reversed(found)
        if not operator or operator in (each.body.get("operator"), each.actor)
    ]


def _operator(desk: Desk, operator: str) -> None:
    contact = desk.site.contact(operator)
    if contact is None or not contact.operator:
        raise NotFound(
            _("'{who}' is no operator in the roster. Operators: {names}.").format(
                who=printable(operator, limit=60), names=", ".join(each.id for each in desk.site.operators)
            )
        )

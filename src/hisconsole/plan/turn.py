"""A turn of duty: who has it, the offer to hand it over, and the fold from events to the present.

Exactly one person has the duty from the first turn on: a turn ends in the same transaction in which
the next one begins, and the highest number is the one that runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from hisconsole.plan.duty import Due
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.handover import Asks
from hisconsole.plan.times import from_text
from hisconsole.values import dataclass

LATE: Final = timedelta(minutes=15)
"""How long after the end of its shift a turn may last before that is worth watching (domain 3.3)."""

HANDOVER: Final = "handover"
"""The duty to hand over in time."""
ROUTINE: Final = "routine"
"""The duty to do one of the shift's routines; the key is its id."""

_NONE: Mapping[Any, Any] = MappingProxyType({})


class OfferState(StrEnum):
    """How far an offer has come; the duty changes hands at ACCEPTED alone."""

    OFFERED = "offered"
    SYNTHESISED = "synthesised"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    ACCEPTED = "accepted"
    LAPSED = "lapsed"
    """Somebody took the duty without it."""


OPEN: Final = frozenset({OfferState.OFFERED, OfferState.SYNTHESISED})


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a frozen summary that the receiver answers; `incident` is 0 where it is about none."""

    key: str
    asked: Asks
    incident: int


@dataclass(frozen=True, slots=True)
class Restated:
    """What the receiver understood of an incident: own words, the next action and its time."""

    key: str
    text: str
    action: str
    action_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """A numbered, frozen summary offered to one person; `entry` is the seq of the event that holds it.

    `as_of` is the newest event that the summary knows. `taken` says of each item how it was answered:
    taken, kept or lapses; `seen` up to which seq the receiver has acknowledged what happened since,
    incident by incident.
    """

    edition: int
    entry: int
    as_of: int
    to: str
    at: datetime
    reason: str
    items: tuple[Item, ...]
    state: OfferState = OfferState.OFFERED
    taken: Mapping[str, str] = field(default_factory=lambda: _NONE)
    restated: Mapping[str, Restated] = field(default_factory=lambda: _NONE)
    objections: Mapping[str, str] = field(default_factory=lambda: _NONE)
    seen: Mapping[int, int] = field(default_factory=lambda: _NONE)
    confirmed_at: datetime | None = None
    questions: str = ""

    @property
    def open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.state in OPEN

    @property
    def unanswered(self) -> tuple[Item, ...]:
        """The items that the receiver has not answered yet."""
        return tuple(item for item in self.items if not self._answered(item))

    def _answered(self, item: Item) -> bool:
        return item.key in (self.restated if item.asked is Asks.RESTATE else self.taken)


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth telling that belongs to no incident."""

    entry: int
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RoutineDuty:
    """A routine of this turn, as the files had it when the turn began."""

    id: str
    name: str
    unit: str
    due: datetime
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class RoutineDone:
    """How a routine came out: done, or not and why; `value` where it is one that is read."""

    done: bool
    value: float | None
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of duty; `entry` is the seq of its first event, `version` that of its newest.

    `until` is when the shift ends by the rota, None where the rota does not say; `solo` is the reason
    why nobody handed it over.
    """

    number: int
    entry: int
    version: int
    person: str
    since: datetime
    until: datetime | None
    shift: str
    solo: str
    before: str
    """Who had the duty before; empty for the first turn."""
    routines: tuple[RoutineDuty, ...] = ()
    done: Mapping[str, RoutineDone] = field(default_factory=lambda: _NONE)
    notes: tuple[Note, ...] = ()
    offers: tuple[Offer, ...] = ()
    ended_at: datetime | None = None
    after: str = ""
    fallen: Mapping[tuple[str, str], datetime] = field(default_factory=lambda: _NONE)

    @property
    def offer(self) -> Offer | None:
        """The offer that waits for an answer, or None."""
        return self.offers[-1] if self.offers and self.offers[-1].open and self.ended_at is None else None


def stream(number: int) -> int:
    """What the events of a turn carry as their incident: minus its number."""
    return -number


def fold_turn(events: Iterable[Event]) -> Turn | None:
    """A turn as its events tell it; None without any."""
    turn: Turn | None = None
    for event in events:
        if event.kind is Kind.TURN_BEGUN:
            turn = _begun(event)
        elif turn is not None:
            turn = replace(_APPLY[event.kind](turn, event), version=event.seq)
    return turn


def _begun(event: Event) -> Turn:
    body = event.body
    return Turn(
        number=-event.incident,
        entry=event.seq,
        version=event.seq,
        person=body["person"],
        since=event.at,
        until=from_text(body["until"]) if body["until"] else None,
        shift=body["shift"],
        solo=body["solo"],
        before=body["before"],
        routines=tuple(
            RoutineDuty(
                each["id"], each["name"], each["unit"], from_text(each["due"]), each["low"], each["high"]
            )
            for each in body["routines"]
        ),
    )


def _offered(turn: Turn, event: Event) -> Turn:
    body = event.body
    items = tuple(Item(each["key"], Asks(each["asked"]), each["incident"]) for each in body["items"])
    offer = Offer(body["edition"], event.seq, body["as_of"], body["to"], event.at, body["reason"], items)
    return replace(turn, offers=(*turn.offers, _settled(offer)))


def _settled(offer: Offer) -> Offer:
    """An open offer is synthesised once every item of it is answered."""
    if not offer.open:
        return offer
    return replace(offer, state=OfferState.OFFERED if offer.unanswered else OfferState.SYNTHESISED)


def _on_offer(turn: Turn, offer: Offer) -> Turn:
    return replace(turn, offers=(*turn.offers[:-1], _settled(offer)))


def _taken(turn: Turn, event: Event) -> Turn:
    offer, body = turn.offers[-1], event.body
    seen = {int(number): seq for number, seq in body["seen"].items()}
    return _on_offer(
        turn, replace(offer, taken={**offer.taken, **body["items"]}, seen={**offer.seen, **seen})
    )


def _restated(turn: Turn, event: Event) -> Turn:
    offer, body = turn.offers[-1], event.body
    key = body["key"]
    said = Restated(key, body["text"], body["action"], from_text(body["action_at"]), event.at)
    objections = {other: why for other, why in offer.objections.items() if other != key}
    return _on_offer(
        turn,
        replace(offer, restated={**offer.restated, key: said}, objections=objections, confirmed_at=None),
    )


def _confirmed(turn: Turn, event: Event) -> Turn:
    return _on_offer(turn, replace(turn.offers[-1], confirmed_at=event.at))


def _objected(turn: Turn, event: Event) -> Turn:
    offer, key = turn.offers[-1], event.body["key"]
    kept = {other: said for other, said in offer.restated.items() if other != key}
    objections = {**offer.objections, key: event.body["text"]}
    return _on_offer(turn, replace(offer, restated=kept, objections=objections, confirmed_at=None))


def _returned(turn: Turn, event: Event) -> Turn:
    ended = replace(turn.offers[-1], state=OfferState.RETURNED, questions=event.body["questions"])
    return _on_offer(turn, ended)


def _withdrawn(turn: Turn, event: Event) -> Turn:
    return _on_offer(turn, replace(turn.offers[-1], state=OfferState.WITHDRAWN))


def _accepted(turn: Turn, event: Event) -> Turn:
    offer = replace(turn.offers[-1], state=OfferState.ACCEPTED)
    return replace(_on_offer(turn, offer), ended_at=event.at, after=event.body["person"])


def _relieved(turn: Turn, event: Event) -> Turn:
    ended = replace(turn, ended_at=event.at, after=event.body["person"])
    if turn.offer is None:
        return ended
    return _on_offer(ended, replace(turn.offers[-1], state=OfferState.LAPSED))


def _noted(turn: Turn, event: Event) -> Turn:
    note = Note(event.seq, event.body["text"], event.actor, event.at)
    return replace(turn, notes=(*turn.notes, note))


def _routine(turn: Turn, event: Event) -> Turn:
    body = event.body
    done = RoutineDone(body["done"], body["value"], body["note"], event.actor, event.at)
    return replace(turn, done={**turn.done, body["routine"]: done})


def _fell_due(turn: Turn, event: Event) -> Turn:
    body = event.body
    told = {**turn.fallen, (body["duty"], body["key"]): from_text(body["deadline"])}
    return replace(turn, fallen=told)


_APPLY = {
    Kind.OFFERED: _offered,
    Kind.TAKEN: _taken,
    Kind.RESTATED: _restated,
    Kind.CONFIRMED: _confirmed,
    Kind.OBJECTED: _objected,
    Kind.RETURNED: _returned,
    Kind.WITHDRAWN: _withdrawn,
    Kind.ACCEPTED: _accepted,
    Kind.RELIEVED: _relieved,
    Kind.SHIFT_NOTED: _noted,
    Kind.ROUTINE: _routine,
    Kind.FELL_DUE: _fell_due,
}


def owed(turn: Turn) -> tuple[Due, ...]:
    """What a turn owes while it runs: its routines, and to be handed over in time."""
    if turn.ended_at is not None:
        return ()
    number = stream(turn.number)
    found = [
        Due(number, ROUTINE, each.id, each.due, turn.person, ROUTINE)
        for each in turn.routines
        if each.id not in turn.done
    ]
    if turn.until is not None:
        found.append(Due(number, HANDOVER, "", turn.until + LATE, turn.person, "offer"))
    return tuple(sorted(found, key=lambda due: (due.at, due.duty, due.key)))

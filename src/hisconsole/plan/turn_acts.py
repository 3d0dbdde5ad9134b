"""What can be done with a turn of duty: each decision returns the events of it, or refuses in a sentence.

The rules are those of domain 3.3: the duty changes hands at ACCEPTED alone, the receiver answers item by
item and says in own words what is next, one person is never both sides, and nobody is ever locked out:
whoever is there can take the duty, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from hisconsole.errors import Refused
from hisconsole.plan.delta import Delta, unseen
from hisconsole.plan.events import SITE, Kind, NewEvent
from hisconsole.plan.handover import Asks
from hisconsole.plan.maintenance import Maintenance
from hisconsole.plan.maintenance_acts import lapse
from hisconsole.plan.own_words import LEAST, copied
from hisconsole.plan.times import to_text
from hisconsole.plan.turn import Item, Offer, RoutineDuty, Turn, stream
from hisconsole.text import _
from hisconsole.values import dataclass

TAKEN: Final = "taken"
KEPT: Final = "kept"
LAPSES: Final = "lapses"
"""How an item is answered; a silence is kept or lapses."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the files say of a turn as it begins: its shift, its end, its routines."""

    shift: str = ""
    until: datetime | None = None
    routines: tuple[RoutineDuty, ...] = ()


@dataclass(frozen=True, slots=True)
class Frozen:
    """A summary as it is offered: the newest event it knows, its items, its data, the hash of its text."""

    as_of: int
    items: tuple[Item, ...]
    document: Mapping[str, Any]
    hash: str


def start(turn: Turn | None, who: str, *, reason: str, beginning: Beginning, now: datetime) -> list[NewEvent]:
    """Take the duty where nobody has it, or, with a reason, where nobody hands it over."""
    if turn is None:
        return [_begun(1, who, before="", solo=reason, beginning=beginning, now=now)]
    if turn.person == who:
        raise Refused(_("You have the duty already."))
    if not reason:
        raise Refused(
            _("{who} has the duty: let it be handed over, or give the reason why it is not.").format(
                who=turn.person
            ),
            needs="reason",
        )
    relieved = NewEvent(Kind.RELIEVED, stream(turn.number), now, {"person": who, "reason": reason})
    begun = _begun(turn.number + 1, who, before=turn.person, solo=reason, beginning=beginning, now=now)
    return [relieved, begun]


def _begun(number: int, who: str, *, before: str, solo: str, beginning: Beginning, now: datetime) -> NewEvent:
    body = {
        "person": who,
        "before": before,
        "solo": solo,
        "shift": beginning.shift,
        "until": to_text(beginning.until) if beginning.until else "",
        "routines": [
            {
                "id": each.id,
                "name": each.name,
                "unit": each.unit,
                "due": to_text(each.due),
                "low": each.low,
                "high": each.high,
            }
            for each in beginning.routines
        ],
    }
    return NewEvent(Kind.TURN_BEGUN, stream(number), now, body)


def refuse_offer(turn: Turn | None, who: str, *, to: str, reason: str, grave: Sequence[int]) -> Turn:
    """The turn that may be offered now; `grave` are the open incidents of Category I. Raises Refused."""
    held = _held(turn, who)
    if held.offer is not None:
        raise Refused(_("It is offered to {who} already: withdraw that first.").format(who=held.offer.to))
    if to == who:
        raise Refused(_("One person cannot be both sides: name who takes over."))
    if grave and not reason:
        numbers = ", ".join(f"{number:04d}" for number in grave)
        raise Refused(
            _("Category I is open ({numbers}): give the reason for handing over now.").format(
                numbers=numbers
            ),
            needs="reason",
        )
    return held


def offer(turn: Turn, *, to: str, reason: str, frozen: Frozen, now: datetime) -> list[NewEvent]:
    """Offer the turn with its frozen summary; `refuse_offer` has allowed it."""
    body = {
        "edition": len(turn.offers) + 1,
        "to": to,
        "reason": reason,
        "as_of": frozen.as_of,
        "items": [
            {"key": each.key, "asked": each.asked.value, "incident": each.incident} for each in frozen.items
        ],
        "document": frozen.document,
        "hash": frozen.hash,
    }
    return [NewEvent(Kind.OFFERED, stream(turn.number), now, body)]


def withdraw(turn: Turn | None, who: str, *, now: datetime) -> list[NewEvent]:
    """Take the offer back; the next one is a new edition."""
    held = _held(turn, who)
    _open(held)
    return [NewEvent(Kind.WITHDRAWN, stream(held.number), now, {})]


def take(
    turn: Turn | None,
    who: str,
    *,
    answers: Mapping[str, str],
    seen: Mapping[int, int],
    silences: Iterable[str],
    now: datetime,
) -> list[NewEvent]:
    """Acknowledge items of the summary, and what happened since up to the events the receiver saw.

    `silences` are those in force: one that began after the summary can be kept as well.
    """
    turn, offered = _receives(turn, who)
    known = {f"silence:{number}": Item(f"silence:{number}", Asks.SILENCE, SITE) for number in silences}
    known |= {item.key: item for item in offered.items}
    for key, answer in answers.items():
        item = known.get(key)
        if item is None:
            raise Refused(_("The summary has no such item: {key}.").format(key=key))
        if item.asked is Asks.RESTATE:
            raise Refused(_("Say in your own words what is next there, and when: that acknowledges it."))
        if answer not in ((KEPT, LAPSES) if item.asked is Asks.SILENCE else (TAKEN,)):
            raise Refused(_("A silence is kept or lapses; everything else is taken."))
    fresh = {key: answer for key, answer in answers.items() if offered.taken.get(key) != answer}
    later = {number: seq for number, seq in seen.items() if seq > offered.seen.get(number, 0)}
    if not fresh and not later:
        return []
    body = {"items": fresh, "seen": {str(number): seq for number, seq in later.items()}}
    return [NewEvent(Kind.TAKEN, stream(turn.number), now, body)]


def restate(
    turn: Turn | None,
    who: str,
    key: str,
    *,
    text: str,
    action: str,
    action_at: datetime,
    summary: str,
    now: datetime,
) -> list[NewEvent]:
    """Say of an incident, in words that are not the summary's, how it stands and what is next when."""
    turn, _offered = _receives(turn, who)
    if len(text) < LEAST:
        raise Refused(
            _("Say it in at least {n} characters: how it stands, in your own words.").format(n=LEAST)
        )
    if copied(text, summary):
        raise Refused(_("That is copied from the summary: say it in your own words."))
    if copied(action, summary) and len(action) > LEAST:
        raise Refused(_("The next action is copied from the summary: say it in your own words."))
    if action_at <= now:
        raise Refused(_("The next action lies ahead: give a time to come."))
    body = {"key": key, "text": text, "action": action, "action_at": to_text(action_at)}
    return [NewEvent(Kind.RESTATED, stream(turn.number), now, body)]


def confirm(turn: Turn | None, who: str, *, now: datetime) -> list[NewEvent]:
    """Whoever hands over says that the receiver has understood it."""
    held = _held(turn, who)
    offered = _open(held)
    if not offered.restated:
        raise Refused(_("{who} has restated nothing yet.").format(who=offered.to))
    if offered.confirmed_at is not None:
        return []
    return [NewEvent(Kind.CONFIRMED, stream(held.number), now, {})]


def objected(turn: Turn | None, who: str, key: str, *, text: str, now: datetime) -> list[NewEvent]:
    """Whoever hands over says what was understood wrongly; it is restated again."""
    held = _held(turn, who)
    if key not in _open(held).restated:
        raise Refused(_("Nothing is restated there."))
    return [NewEvent(Kind.OBJECTED, stream(held.number), now, {"key": key, "text": text})]


def give_back(turn: Turn | None, who: str, *, questions: str, now: datetime) -> list[NewEvent]:
    """Return the summary with questions; whoever has the duty keeps it and offers anew."""
    turn, _offered = _receives(turn, who)
    return [NewEvent(Kind.RETURNED, stream(turn.number), now, {"questions": questions})]


def missing(offered: Offer, deltas: Sequence[Delta], grave: Sequence[int]) -> tuple[Item, ...]:
    """What still stands between an offer and its acceptance.

    `grave` are the incidents of the delta that count as Category I by now: they too are restated.
    """
    items = list(offered.unanswered)
    known = {item.incident for item in offered.items if item.asked is Asks.RESTATE}
    for number in grave:
        key = f"incident:{number}"
        if number not in known and key not in offered.restated:
            items.append(Item(key, Asks.RESTATE, number))
    items += [
        Item(f"delta:{each.incident}", Asks.TAKE, each.incident) for each in unseen(deltas, offered.seen)
    ]
    return tuple(items)


def accept(
    turn: Turn | None,
    who: str,
    *,
    reason: str,
    deltas: Sequence[Delta],
    grave: Sequence[int],
    silences: Mapping[str, str],
    stops: Sequence[Maintenance],
    signed: str,
    beginning: Beginning,
    now: datetime,
) -> list[NewEvent]:
    """Take the duty over: the turn ends, the next begins, and silences that were not kept are lifted.

    `silences` are those in force, each with its target, `stops` the maintenance on record, whose quiet lapses
    likewise. `reason` says why whoever hands over has not confirmed what was restated; `signed` is the hash
    of the text that is signed for.
    """
    turn, offered = _receives(turn, who)
    left = missing(offered, deltas, grave)
    if left:
        raise Refused(
            _("{n} of the summary are not acknowledged yet, first: {first}.").format(
                n=len(left), first=left[0].key
            )
        )
    if offered.restated and offered.confirmed_at is None and not reason:
        raise Refused(
            _("{who} has not confirmed what you restated: ask, or give the reason why not.").format(
                who=turn.person
            ),
            needs="reason",
        )
    kept = {key for key, answer in offered.taken.items() if answer == KEPT}
    accepted_stops = {each.number for each in stops if f"maintenance:{each.number}" in kept}
    lifted = [
        NewEvent(Kind.UNSILENCED, SITE, now, {"silence": number, "target": target})
        for number, target in silences.items()
        if f"silence:{number}" not in kept
    ]
    lifted += lapse(stops, accepted=accepted_stops, now=now)
    body = {
        "person": who,
        "reason": reason,
        "edition": offered.edition,
        "keys": [item.key for item in offered.items],
        "hash": signed,
    }
    accepted = NewEvent(Kind.ACCEPTED, stream(turn.number), now, body)
    begun = _begun(turn.number + 1, who, before=turn.person, solo="", beginning=beginning, now=now)
    return [*lifted, accepted, begun]


def note(turn: Turn | None, *, text: str, now: datetime) -> list[NewEvent]:
    """Write down something that belongs to no incident."""
    return [NewEvent(Kind.SHIFT_NOTED, stream(_running(turn).number), now, {"text": text})]


def routine(
    turn: Turn | None, id_: str, *, done: bool, value: float | None, text: str, now: datetime
) -> list[NewEvent]:
    """A routine of the shift was done, or was not and why; one that is read has a value."""
    running = _running(turn)
    found = next((each for each in running.routines if each.id == id_), None)
    if found is None:
        names = ", ".join(each.id for each in running.routines) or _("none")
        raise Refused(_("This shift has no routine '{id}'. It has: {names}.").format(id=id_, names=names))
    if not done and not text:
        raise Refused(_("Say why it was not done."), needs="note")
    if done and found.unit and value is None:
        raise Refused(_("Give what you read, in {unit}.").format(unit=found.unit), needs="value")
    body = {"routine": id_, "done": done, "value": value, "note": text}
    return [NewEvent(Kind.ROUTINE, stream(running.number), now, body)]


def _running(turn: Turn | None) -> Turn:
    if turn is None:
        raise Refused(_("Nobody has the duty yet: take it first."))
    return turn


def _held(turn: Turn | None, who: str) -> Turn:
    turn = _running(turn)
    if turn.person != who:
        raise Refused(_("{who} has the duty, not you.").format(who=turn.person))
    return turn


def _open(turn: Turn) -> Offer:
    if turn.offer is None:
        raise Refused(_("Nothing is offered now."))
    return turn.offer


def _receives(turn: Turn | None, who: str) -> tuple[Turn, Offer]:
    turn = _running(turn)
    offered = _open(turn)
    if offered.to != who:
        raise Refused(_("It is offered to {to}, not to you.").format(to=offered.to))
    return turn, offered

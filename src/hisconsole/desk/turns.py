"""The turn of duty at the desk: taken, offered with its summary, answered, accepted or returned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from hisconsole.config import Site
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.keepable import keepable
from hisconsole.desk.standing import deltas_of, document_of, grave, grave_since, silences_in_force
from hisconsole.desk.transaction import Transaction
from hisconsole.errors import NotFound, Refused
from hisconsole.plan import maintenance, turn_acts
from hisconsole.plan.asking import Ask, Field, read_answers
from hisconsole.plan.delta import Delta
from hisconsole.plan.events import SITE, NewEvent
from hisconsole.plan.handover import Handover
from hisconsole.plan.rota import current_end, on_now
from hisconsole.plan.turn import Offer, RoutineDuty, Turn
from hisconsole.plan.turn_acts import Beginning, Frozen
from hisconsole.store import events, turns
from hisconsole.text import _, printable

ROUTINE_AFTER = timedelta(minutes=30)
"""How soon a routine is due at the earliest for somebody who takes the duty in the middle of a shift."""
MOST_IN_A_ROW = 4
"""Shifts of one person that are looked at as one."""

Decide = Callable[[Turn | None, Transaction], list[NewEvent]]


@keepable("turn-begin")
def begin(desk: Desk, *, reason: str = "", act: str | None = None) -> Outcome:
    """Take the duty where nobody has it, or with a reason where nobody hands it over. Raises Refused."""
    now = desk.now()
    beginning = beginning_of(desk.site, desk.actor.operator, now)

    def decide(turn: Turn | None, _transaction: Transaction) -> list[NewEvent]:
        return turn_acts.start(
            turn,
            desk.actor.operator,
            reason=printable(reason, limit=200).strip(),
            beginning=beginning,
            now=now,
        )

    return _record(desk, decide, now, "turn-begin", _("You have the duty"), act=act)


def offer(desk: Desk, to: str, frozen: Frozen, *, reason: str = "", act: str | None = None) -> Outcome:
    """Offer the duty with a frozen summary to an operator. Raises Refused and NotFound."""
    contact = desk.site.contact(to)
    if contact is None or not contact.operator:
        raise NotFound(
            _("'{who}' is no operator in the roster. Operators: {names}.").format(
                who=printable(to, limit=60), names=", ".join(each.id for each in desk.site.operators)
            )
        )
    now, why = desk.now(), printable(reason, limit=200).strip()

    def decide(turn: Turn | None, transaction: Transaction) -> list[NewEvent]:
        heavy = grave(transaction.connection, now)
        held = turn_acts.refuse_offer(turn, desk.actor.operator, to=to, reason=why, grave=heavy)
        return turn_acts.offer(held, to=to, reason=why, frozen=frozen, now=now)

    return _record(desk, decide, now, "turn-offer", _("Offered to {who}").format(who=to), act=act)


def withdraw(desk: Desk, *, act: str | None = None) -> Outcome:
    """Take the offer back. Raises Refused."""
    now = desk.now()
    return _record(
        desk,
        lambda turn, _transaction: turn_acts.withdraw(turn, desk.actor.operator, now=now),
        now,
        "turn-withdraw",
        _("Offer withdrawn"),
        act=act,
    )


def take(
    desk: Desk, answers: Mapping[str, str], seen: Mapping[int, int], *, act: str | None = None
) -> Outcome:
    """Acknowledge items, and what happened since up to the events that were seen. Raises Refused."""
    now = desk.now()

    def decide(turn: Turn | None, transaction: Transaction) -> list[NewEvent]:
        return turn_acts.take(
            turn,
            desk.actor.operator,
            answers=answers,
            seen=seen,
            silences=silences_in_force(transaction.connection, now),
            now=now,
        )

    return _record(desk, decide, now, "turn-take", _("Acknowledged"), act=act)


def restate_fields() -> tuple[Field, ...]:
    """What a receiver says of an incident that is grave or unstable."""
    return (
        Field("text", _("How it stands"), required=True, limit=600),
        Field("action", _("Next action"), required=True, limit=200),
        Field("action_at", _("At"), Ask.AHEAD, True),
    )


def restate(desk: Desk, key: str, given: Mapping[str, str], *, act: str | None = None) -> Outcome:
    """Say in own words how an incident stands and what is next; answers `restate_fields`. Raises Refused."""
    now = desk.now()
    answers = read_answers(restate_fields(), given, now=now, zone=desk.zone)
    action_at = answers["action_at"]

    def decide(turn: Turn | None, transaction: Transaction) -> list[NewEvent]:
        offered = turn.offer if turn else None
        summary = _told_of(desk, transaction, turn, offered, key) if turn and offered else ""
        return turn_acts.restate(
            turn,
            desk.actor.operator,
            key,
            text=str(answers["text"]),
            action=str(answers["action"]),
            action_at=action_at,  # type: ignore[arg-type]  # a required moment
            summary=summary,
            now=now,
        )

    return _record(desk, decide, now, "turn-restate", _("Restated"), act=act)


def _told_of(desk: Desk, transaction: Transaction, turn: Turn, offered: Offer, key: str) -> str:
    """What the summary says of an item; empty for an incident that came after it."""
    entry = document_of(transaction.connection, offered).entry(key)
    if entry is not None:
        return entry.summary
    deltas = deltas_of(transaction.connection, turn, offered)
    if key not in {f"incident:{delta.incident}" for delta in deltas if delta.incident > SITE}:
        raise NotFound(_("The summary has no such item: {key}.").format(key=printable(key, limit=60)))
    return ""


def confirm(desk: Desk, *, act: str | None = None) -> Outcome:
    """Whoever hands over says that all was restated rightly. Raises Refused."""
    now = desk.now()
    return _record(
        desk,
        lambda turn, _transaction: turn_acts.confirm(turn, desk.actor.operator, now=now),
        now,
        "turn-confirm",
        _("Confirmed"),
        act=act,
    )


def object_to(desk: Desk, key: str, text: str, *, act: str | None = None) -> Outcome:
    """Whoever hands over says what was understood wrongly. Raises Refused."""
    now = desk.now()
    why = _needed(text, _("Say what was understood wrongly."))
    return _record(
        desk,
        lambda turn, _transaction: turn_acts.objected(turn, desk.actor.operator, key, text=why, now=now),
        now,
        "turn-object",
        _("To be restated"),
        act=act,
    )


def give_back(desk: Desk, questions: str, *, act: str | None = None) -> Outcome:
    """Return the summary with questions. Raises Refused."""
    now = desk.now()
    asked = _needed(questions, _("Write the questions that are open."))
    return _record(
        desk,
        lambda turn, _transaction: turn_acts.give_back(turn, desk.actor.operator, questions=asked, now=now),
        now,
        "turn-return",
        _("Returned"),
        act=act,
    )


def accept(
    desk: Desk,
    *,
    signed: Callable[[Turn, Handover, Sequence[Delta]], str],
    reason: str = "",
    act: str | None = None,
) -> Outcome:
    """Take the duty over. `signed` makes the hash of the text that is signed for. Raises Refused."""
    now = desk.now()
    beginning = beginning_of(desk.site, desk.actor.operator, now)

    def decide(turn: Turn | None, transaction: Transaction) -> list[NewEvent]:
        connection = transaction.connection
        offered = turn.offer if turn else None
        deltas = deltas_of(connection, turn, offered) if turn and offered else ()
        return turn_acts.accept(
            turn,
            desk.actor.operator,
            reason=printable(reason, limit=200).strip(),
            deltas=deltas,
            grave=grave_since(desk, connection, deltas, now),
            silences=silences_in_force(connection, now),
            stops=maintenance.held(events.of_incident(connection, SITE)),
            signed=signed(turn, document_of(connection, offered), deltas) if turn and offered else "",
            beginning=beginning,
            now=now,
        )

    return _record(desk, decide, now, "turn-accept", _("You have the duty"), act=act)


@keepable("shift-note")
def note(desk: Desk, text: str, *, act: str | None = None) -> Outcome:
    """Write something into the shift log. Raises Refused."""
    now, said = desk.now(), _needed(text, _("Write the note."))
    return _record(
        desk,
        lambda turn, _transaction: turn_acts.note(turn, text=said, now=now),
        now,
        "shift-note",
        _("Noted"),
        act=act,
    )


def routine_fields(duty: RoutineDuty) -> tuple[Field, ...]:
    """What is asked of a routine: what was read, where it is read, and a note."""
    value = (Field("value", duty.unit, limit=16),) if duty.unit else ()
    return (*value, Field("note", _("Note"), limit=200))


@keepable("routine")
def routine(desk: Desk, id_: str, *, done: bool, given: Mapping[str, str], act: str | None = None) -> Outcome:
    """A routine of the shift was done, or was not; answers `routine_fields`. Raises Refused."""
    now = desk.now()
    value = _number(given.get("value", ""))
    text = printable(given.get("note", ""), limit=200).strip()

    def decide(turn: Turn | None, _transaction: Transaction) -> list[NewEvent]:
        return turn_acts.routine(turn, id_, done=done, value=value, text=text, now=now)

    return _record(desk, decide, now, "routine", _("Routine recorded"), act=act)


def _number(typed: str) -> float | None:
    text = typed.strip().replace(",", ".")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -1e9 < value < 1e9:
        raise Refused(_("'{text}' is not a number.").format(text=printable(typed, limit=20)), needs="value")
    return value


def beginning_of(site: Site, person: str, now: datetime) -> Beginning:
    """What the rota says of a turn that somebody begins now: which shift, until when, which routines."""
    rostered = on_now(site.rota, now, zone=site.zone)
    mine = next((each for each in rostered if person in each.people), rostered[0] if rostered else None)
    if mine is None:
        return Beginning()
    routines = tuple(
        RoutineDuty(
            each.id,
            each.name,
            each.unit,
            max(mine.start + timedelta(minutes=each.after_min), now + ROUTINE_AFTER),
            each.low,
            each.high,
        )
        for each in site.rota.routines
        if mine.shift.id in each.shifts
    )
    return Beginning(mine.shift.name, _until(site, person, now) or mine.end, routines)


def _until(site: Site, person: str, now: datetime) -> datetime | None:
    """When somebody's rostered time ends: of shifts that follow one another, the last."""
    end: datetime | None = None
    moment: datetime | None = now
    for _shift in range(MOST_IN_A_ROW):
        moment = current_end(site.rota, person, moment, zone=site.zone) if moment else None
        end = moment or end
    return end


def _needed(text: str, sentence: str) -> str:
    said = printable(text, limit=2000, lines=True).strip()
    if not said:
        raise Refused(sentence)
    return said


def _record(
    desk: Desk, decide: Decide, now: datetime, doing: str, sentence: str, *, act: str | None
) -> Outcome:
    def decided(transaction: Transaction) -> Sequence[NewEvent]:
        return decide(turns.running(transaction.connection), transaction)

    return desk.record(decided, doing=doing, act=act, now=now, sentence=sentence)

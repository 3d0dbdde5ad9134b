"""The call list in lines: how it stands, one line a person, whom one calls just now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from hisconsole.console.lines import Text, hanging
from hisconsole.console.looks import Role
from hisconsole.console.rows import Cell
from hisconsole.desk.calling import CallList
from hisconsole.desk.order import numbers_of
from hisconsole.plan.calltree import Row, Turn
from hisconsole.plan.outreach import CallOutcome, NumberKind
from hisconsole.plan.story_outreach import decision_label, number_label, outcome_label
from hisconsole.text import _, fit, ngettext

Short = Callable[[datetime], str]

LOUD: dict[Turn, Role] = {
    Turn.NEXT: "bold",
    Turn.CALLING: "bold",
    Turn.WRONG: "reverse",
    Turn.SPARED: "dim",
    Turn.PENDING: "dim",
}


OUTCOMES: dict[str, CallOutcome] = {
    "1": CallOutcome.REACHED,
    "2": CallOutcome.NO_ANSWER,
    "3": CallOutcome.BUSY,
    "4": CallOutcome.WRONG_NUMBER,
    "5": CallOutcome.LEFT_WORD,
    "6": CallOutcome.DECLINED,
    "7": CallOutcome.REACHED,
    "8": CallOutcome.REACHED,
}
READ_BACK, STARTS = "7", "8"


def how_it_stands(seen: CallList, short: Short, now: datetime, width: int) -> Text:
    """Reached so many, the plan started or by whom it can be, and what follows if nobody answers."""
    tree, incident = seen.tree, seen.incident
    count = _("reached {n} of {all}").format(n=tree.reached, all=tree.wanted)
    if incident.started_at is not None:
        words = _("{count}; the plan was started by {who} at {when}").format(
            count=count, who=seen.name(incident.started_by), when=short(incident.started_at)
        )
    else:
        words = _("{count}; the plan may be started by {who}").format(
            count=count, who=", ".join(map(seen.name, tree.starters)) or _("nobody")
        )
    lines = hanging(" ", words, width, look="bold")
    if tree.silent:
        roles = (seen.plan.role(role) for _step, role in tree.silent)
        names = ", ".join(role.say for role in roles if role is not None)
        lines += hanging(" ! ", _("Nobody reachable: {roles}").format(roles=names), width, look="reverse")
    alone = tree.own_authority_at
    if alone is not None and alone <= now:
        words = _("Nobody who may start it was reached: announce manual work on your own authority (Esc, d).")
        lines += hanging(" ! ", words, width, look="reverse")
    elif alone is not None:
        words = _("Nobody reached by {when}: the information center announces manual work itself.")
        lines += hanging("   ", words.format(when=short(alone)), width)
    if tree.bypass_at is not None and tree.bypass_at <= now and incident.started_at is None:
        words = _("The {approver} was not reached: a stand-in may be called directly.")
        approver = seen.plan.role(seen.plan.escalation.approver)
        lines += hanging("   ", words.format(approver=approver.say if approver else ""), width)
    return lines


def person_line(row: Row, seen: CallList, short: Short, *, here: bool, width: int) -> list[Cell]:
    """One person: where they stand, and the number to dial or what they said."""
    look = LOUD.get(row.turn, "normal")
    known = seen.people.get(row.contact)
    says = known.role if known is not None else row.role
    room = max(17, width - 63)
    return [
        (" > " if here else "   ", "bold"),
        (f"{row.step + 1:<3}", "dim" if look == "dim" else "normal"),
        (fit(seen.name(row.contact), room) + " ", "reverse" if here else look),
        (fit(says, 16) + " ", "dim"),
        (fit(turn_words(row, seen, short), 17) + " ", look),
        (_aside(row, seen), "dim" if look == "dim" else "normal"),
    ]


def turn_words(row: Row, seen: CallList, short: Short) -> str:
    """Where somebody stands, in the words of a narrow column."""
    when = short(row.at) if row.at is not None else ""
    return {
        Turn.PENDING: _("from {when}").format(when=when) if when else _("later"),
        Turn.NEXT: _("CALL NOW") if not row.attempts else _("CALL, tried {n}x").format(n=row.attempts),
        Turn.CALLING: _("{who} calls").format(who=row.by),
        Turn.RETRY: _("again {when}").format(when=when),
        Turn.REACHED: _("reached {when}").format(when=when),
        Turn.DECLINED: _("declined {when}").format(when=when),
        Turn.WRONG: _("WRONG NUMBERS"),
        Turn.SPARED: _("not needed"),
    }[row.turn]


def _aside(row: Row, seen: CallList) -> str:
    last = row.last
    if row.turn in (Turn.REACHED, Turn.DECLINED):
        if last is None:
            return _("decided it")
        parts = (
            _("by {who}").format(who=seen.name(last.contact)) if last.instead_of else "",
            decision_label(last.decision),
            _("read back") if last.read_back else "",
            last.took,
        )
        return ", ".join(part for part in parts if part)
    return dialled(row.contact, row.number, seen)


def dialled(contact: str, kind: NumberKind | None, seen: CallList) -> str:
    """A number to dial, behind what it is."""
    known = seen.people.get(contact)
    number = numbers_of(known).get(kind) if known is not None and kind is not None else None
    if number is None or kind is None:
        return _("no number")
    return f"{number_label(kind)} {number}"


def under_the_cursor(row: Row, seen: CallList, width: int, *, mine: bool, deputy: str) -> Text:
    """Whom one calls and the keys for what came of it; else what is known of the one here."""
    if mine:
        whom = seen.name(deputy or row.contact)
        if deputy:
            whom = _("{deputy} in the place of {who}").format(deputy=whom, who=seen.name(row.contact))
        number = dialled(deputy or row.contact, first_number(deputy, seen) if deputy else row.number, seen)
        head = _("Calling {whom}, {number}. What came of it?").format(whom=whom, number=number)
        keys = [f"{digit} {say}" for digit, say in outcome_keys(row, deputy=deputy).items()]
        below = [part for few in (keys[:6], keys[6:]) for part in hanging("   ", "  ".join(few), width)]
        return [*hanging(" ", head, width, look="bold"), *below]
    parts = [_("Numbers: {all}").format(all=_every_number(row, seen))]
    if row.last is not None:
        tried = ngettext("tried {n} time", "tried {n} times", row.attempts).format(n=row.attempts)
        parts.append(f"{tried}, {outcome_label(row.last.outcome)}")
    if row.deputy_offered:
        known = seen.people.get(row.deputy)
        numbers = " ".join(known.numbers) if known is not None else ""
        parts.append(
            _("d calls the deputy, {who} {numbers}").format(who=seen.name(row.deputy), numbers=numbers)
        )
    return hanging(" ", "; ".join(parts), width)


def first_number(contact: str, seen: CallList) -> NumberKind | None:
    """The number of a contact that is tried first."""
    known = seen.people.get(contact)
    return next(iter(numbers_of(known)), None) if known is not None else None


def _every_number(row: Row, seen: CallList) -> str:
    known = seen.people.get(row.contact)
    numbers = numbers_of(known) if known is not None else {}
    return ", ".join(f"{number_label(kind)} {number}" for kind, number in numbers.items()) or _("none")


def outcome_keys(row: Row, *, deputy: str) -> dict[str, str]:
    """What each digit says came of the call; only who may start the plan can."""
    keys = {
        "1": _("reached"),
        "2": outcome_label(CallOutcome.NO_ANSWER),
        "3": outcome_label(CallOutcome.BUSY),
        "4": outcome_label(CallOutcome.WRONG_NUMBER),
        "5": outcome_label(CallOutcome.LEFT_WORD),
        "6": outcome_label(CallOutcome.DECLINED),
        "7": _("reached, read back"),
    }
    return keys | {"8": _("starts the plan")} if row.may_start and not deputy else keys

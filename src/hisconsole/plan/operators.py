"""Who sits at the console: roles by the files or by a director's act, and how somebody is known to be it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from hisconsole.errors import Refused
from hisconsole.plan.events import SITE, Event, Kind, NewEvent
from hisconsole.plan.roles import Role, roles_told
from hisconsole.text import _
from hisconsole.values import dataclass

NEEDS_PIN: Final = "pin"
"""What a refusal needs where nothing but the PIN is missing."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A named operator of the files.

    `accounts` are the accounts of the operating system that are this person's own; in `key_accounts` the
    SSH server names the person by the key (HISCONSOLE_OPERATOR), and nobody gets a shell there.
    """

    id: str
    roles: frozenset[Role]
    accounts: tuple[str, ...] = ()
    key_accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """Roles that a director gave, which count before those of the files."""

    roles: frozenset[Role]
    by: str
    at: datetime


class Proof(StrEnum):
    """How somebody is known to be who he says."""

    OWN = "own"
    """The account, or the key, is his."""
    PIN = "pin"
    """By PIN, which he has."""
    FREE = "free"
    """By his word: he has no PIN, and the account is nobody's own."""
    NEVER = "never"
    """Not here: he has no PIN, and the account is somebody else's own or the record says he has one."""


USUAL = frozenset({Role.OPERATOR})
"""The roles of an operator of the roster whom no file names: no file keeps anybody out."""


def given(events: Iterable[Event]) -> dict[str, Given]:
    """The roles that directors gave, by operator."""
    return {
        event.body["operator"]: Given(frozenset(map(Role, event.body["roles"])), event.actor, event.at)
        for event in events
        if event.kind is Kind.ROLES
    }


def pins_kept(events: Iterable[Event]) -> dict[str, bool]:
    """Of each operator whose PIN was ever set or cleared whether he has one, by the last of these events."""
    last = {PinFact.SET.value: True, PinFact.CLEARED.value: False}
    return {
        event.body["operator"]: last[event.body["what"]]
        for event in events
        if event.kind is Kind.PIN and event.body["what"] in last
    }


def roles_of(operator: str, named: Mapping[str, Operator], given: Mapping[str, Given]) -> frozenset[Role]:
    """The roles of an operator of the roster now; where no file names anybody, all are operators."""
    if not named:
        return USUAL
    if operator in given:
        return given[operator].roles
    return named[operator].roles if operator in named else USUAL


def proof_of(
    operator: str,
    *,
    account: str,
    by_key: bool,
    named: Mapping[str, Operator],
    has_pin: bool,
    elsewhere: bool = False,
) -> Proof:
    """How an operator is known at an account; `by_key`: the SSH server has named him.

    `elsewhere`: by the record he has a PIN. Where this host has none of his, his word is not enough.
    """
    mine = named.get(operator)
    if mine is not None and (account in mine.accounts or (by_key and account in mine.key_accounts)):
        return Proof.OWN
    if has_pin:
        return Proof.PIN
    own = any(account in each.accounts for each in named.values())
    return Proof.NEVER if own or elsewhere else Proof.FREE


def give_roles(
    operator: str,
    roles: Collection[Role],
    *,
    everybody: Collection[str],
    named: Mapping[str, Operator],
    given: Mapping[str, Given],
    now: datetime,
) -> NewEvent:
    """A director gives an operator these roles in place of those before. Raises Refused.

    `everybody` are the operators of the roster: one of them stays a director, or nobody could change it back.
    """
    if not roles:
        raise Refused(_("Name at least one role; an observer only reads."))
    if roles_of(operator, named, given) == frozenset(roles):
        raise Refused(_("{who} is {roles} already.").format(who=operator, roles=roles_told(roles)))
    others = [each for each in everybody if each != operator]
    if Role.DIRECTOR not in roles and not any(
        Role.DIRECTOR in roles_of(each, named, given) for each in others
    ):
        raise Refused(_("{who} is the only director: make somebody else one first.").format(who=operator))
    body = {"operator": operator, "roles": sorted(roles)}
    return NewEvent(Kind.ROLES, SITE, now, body)


def not_allowed(act: str, incident: int, roles: Collection[Role], *, before: int, now: datetime) -> NewEvent:
    """Somebody was refused an act; `before` were refused since it was recorded last, and only counted."""
    body = {"act": act, "incident": incident, "roles": sorted(roles), "before": before}
    return NewEvent(Kind.NOT_ALLOWED, SITE, now, body)


class PinFact(StrEnum):
    """What can have happened to a PIN."""

    SET = "set"
    CLEARED = "cleared"
    GIVEN = "given"
    WRONG = "wrong"


def pin_fact(operator: str, what: PinFact, *, wrong: int = 0, wait_s: int = 0, now: datetime) -> NewEvent:
    """A PIN was set, cleared, given or wrong; of wrong ones how many, and the seconds until the next try."""
    body = {"operator": operator, "what": what.value, "wrong": wrong, "wait_s": wait_s}
    return NewEvent(Kind.PIN, SITE, now, body)

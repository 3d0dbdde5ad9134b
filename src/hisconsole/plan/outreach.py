"""Reaching people, as values: calls, messages to those who reported, notices to departments, their way back.

What happened is in events; these are what `fold` makes of them, and what the rules of plan 2 and 3 look at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from hisconsole.values import dataclass


class Purpose(StrEnum):
    """Why somebody is called."""

    ESCALATION = "escalation"
    SUMMON = "summon"
    """An engineer or a supplier is to come or to help (plan 3)."""
    OTHER = "other"


class CallOutcome(StrEnum):
    """What came of one attempt to reach a contact."""

    REACHED = "reached"
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong-number"
    LEFT_WORD = "left-word"
    DECLINED = "declined"


class Decision(StrEnum):
    """What somebody who was reached decided."""

    NONE = "none"
    START = "start"
    """The emergency plan starts."""
    WAIT = "wait"
    COMES = "comes"


class NumberKind(StrEnum):
    """Which number of a contact was dialled; the number itself is personal data and not recorded."""

    MOBILE = "mobile"
    OFFICE = "office"
    ALTERNATE = "alternate"


class NoticeKind(StrEnum):
    """The kinds of notice to departments (domain 5.8)."""

    PREPARE = "prepare"
    START = "start"
    CHANGE = "change"
    RESUME = "resume"
    ALL_CLEAR = "all-clear"


class Channel(StrEnum):
    """How a message or a notice got to somebody."""

    PHONE = "phone"
    BROADCAST = "broadcast"
    RUNNER = "runner"
    IN_PERSON = "in-person"


class MessageStatus(StrEnum):
    """What feedback says of the fault (domain 5.6)."""

    VERIFIED = "verified"
    NOT_REPRODUCED = "not-reproduced"
    EXTERNAL = "external"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Called:
    """One attempt to reach a contact; `took` is who answered, `entry` the event's seq."""

    entry: int
    contact: str
    number: NumberKind
    purpose: Purpose
    outcome: CallOutcome
    at: datetime
    by: str
    took: str
    read_back: bool
    decision: Decision
    text: str
    instead_of: str = ""
    """The contact in whose place this one was called: his deputy speaks for him."""
    kind: str = ""
    """What the contact was to the roster then."""


@dataclass(frozen=True, slots=True)
class Dialling:
    """Somebody is calling a contact just now, or their deputy: a claim that ends by itself."""

    contact: str
    by: str
    at: datetime
    deputy: str = ""


@dataclass(frozen=True, slots=True)
class Ordered:
    """One step of the order of calls as it was when the group was to be told: a role and its contacts."""

    step: int
    role: str
    contacts: tuple[str, ...]
    numbers: Mapping[str, tuple[NumberKind, ...]] = field(default_factory=dict)
    """Which numbers each of them has, in the order to try them; unknown where it does not say."""
    deputies: Mapping[str, str] = field(default_factory=dict)
    """Who answers in the place of each."""


@dataclass(frozen=True, slots=True)
class Told:
    """A recipient of a message was tried: who answered, whether the message was read back."""

    recipient: str
    at: datetime
    by: str
    reached: bool
    channel: Channel
    person: str
    read_back: bool


@dataclass(frozen=True, slots=True)
class Message:
    """A numbered answer to those who reported and to the departments hit (domain 5.6).

    A recipient is `ws:ID` or `dept:ID`; `told` holds every attempt in order.
    """

    number: int
    at: datetime
    by: str
    status: MessageStatus
    affected: str
    do: str
    dont: str
    eta: str
    next_at: datetime | None
    recipients: tuple[str, ...]
    told: tuple[Told, ...] = ()

    @property
    def reached(self) -> frozenset[str]:
        """The recipients whom it has reached."""
        return frozenset(each.recipient for each in self.told if each.reached)

    @property
    def owed(self) -> tuple[str, ...]:
        """The recipients whom it has not reached yet."""
        reached = self.reached
        return tuple(each for each in self.recipients if each not in reached)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A department has taken a notice: who, when, and whether it was read back."""

    department: str
    at: datetime
    person: str
    read_back: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A numbered notice to departments; `block` names the number block of each department."""

    number: int
    kind: NoticeKind
    gate: str
    departments: tuple[str, ...]
    effective: datetime
    at: datetime
    by: str
    stops: str
    forms: str
    authority: str
    """On whose word: a contact id, or empty for the information center's own authority."""
    text: str
    blocks: tuple[tuple[str, str], ...] = ()
    receipts: tuple[Receipt, ...] = ()

    @property
    def unread(self) -> tuple[str, ...]:
        """The departments that have not taken it."""
        taken = {each.department for each in self.receipts}
        return tuple(each for each in self.departments if each not in taken)


@dataclass(frozen=True, slots=True)
class BackEntry:
    """What a department entered of its paper: counts, money in hundredths, who signed (domain 5.8)."""

    department: str
    at: datetime
    paper: int
    entered: int
    variance: str
    owner: str
    due: datetime | None
    signed: str


@dataclass(frozen=True, slots=True)
class Summoned:
    """An engineer or a supplier who was called in: answered, arrived, their ticket, what they promised."""

    contact: str
    at: datetime
    by: str
    answered_at: datetime | None = None
    arrived_at: datetime | None = None
    ticket: str = ""
    promised: datetime | None = None

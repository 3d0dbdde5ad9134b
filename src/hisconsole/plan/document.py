"""The hospital's emergency plan as a value: read from `config/plan.yaml`, frozen into each incident.

Durations are whole seconds. Names of roles, faults, gates and clocks are ids; `say` is what people read;
`clause` tells where it comes from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from hisconsole.plan.conditions import Condition
from hisconsole.plan.words import Category
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """A part that people play in the plan; `contacts` are roster ids in the order in which they are asked.

    `group` stands for the members of the leading group whom the roster names.
    """

    id: str
    say: str
    contacts: tuple[str, ...] = ()
    group: bool = False


@dataclass(frozen=True, slots=True)
class Handling:
    """Who answers for a category and to whom (the plan's tail, domain 1.2); roles by id."""

    category: Category
    owner: str
    reports_to: str
    how: str
    clause: str


@dataclass(frozen=True, slots=True)
class FaultType:
    """A cause the plan names, and its category; `first` is what helps at once."""

    id: str
    say: str
    category: Category
    clause: str
    first: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """The first rule that holds decides the fault type; `provisional` until one cause explains it."""

    fault: str
    when: Condition
    why: str
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Sign:
    """Evidence: a watched target for which `when` holds (kind, status, key, unit) answers `question`."""

    id: str
    question: str
    value: str
    when: Condition
    say: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A condition with the words that say it."""

    when: Condition
    say: str


class Since(StrEnum):
    """From which moment a clock counts."""

    START = "start"
    """T0, or the reopening of what had recovered."""
    VERIFIED = "verified"
    CLASSIFIED = "classified"
    PARALYSIS = "paralysis"
    ESCALATED = "escalated"
    TOUCHED = "touched"
    """The last act of a person on the incident."""
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Clock:
    """A timed obligation: it runs while `when` holds and falls due `after_s` behind `since`.

    With `every_s` it comes back that long after it was met. `act` is the act that meets it.
    `earlier` clocks are moved by aggravators.
    """

    id: str
    say: str
    what: str
    owner: str
    since: Since
    after_s: int
    when: Condition
    act: str
    clause: str
    every_s: int = 0
    earlier: bool = False
    whom: tuple[str, ...] = ()
    """Roles, and kinds of the roster: reaching one of these by phone meets it."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A time after which stopped departments of a paralysis work by hand; no departments means all."""

    id: str
    say: str
    after_s: int
    departments: tuple[str, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class Aggravator:
    """What makes an outage worse: it moves gates and clocks earlier, never later (domain 5.1).

    It holds on `days` (ISO dates), or on `weekdays` (0 Monday) between `start` and `end` (minutes of the
    day), or, with none of these, when an operator says so.
    """

    id: str
    say: str
    earlier_s: int
    days: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    start: int = 0
    end: int = 0

    @property
    def declared(self) -> bool:
        """Whether only an operator can say that it holds."""
        return not self.days and not self.weekdays


@dataclass(frozen=True, slots=True)
class Limits:
    """The figures behind *cause unknown* and *not in the short term* (domain 5.2), in seconds."""

    unknown_after_s: int
    """Without a confirmed cause for so long, the cause counts as unknown."""
    probable_eta_s: int
    """A suspected cause counts only with an ETA within this."""
    short_term_s: int
    """A forecast beyond this is not the short term."""
    no_eta_after_s: int
    """Having no ETA counts only from here."""
    failed_fixes: int


@dataclass(frozen=True, slots=True)
class Escalation:
    """When the leading group must be told, in which order, and who may say no (domain 5.2, 5.7).

    `mandatory` speaks of serious, unknown and not-short. An order is steps, a step roles asked in parallel.
    """

    mandatory: Condition
    immediate: tuple[Reason, ...]
    otherwise_after_s: int
    """Not serious, but unknown or not short for so long: the director decides."""
    hold_s: int
    """How long a decision not to escalate stands."""
    bypass_s: int
    """The approver not reached for so long: a stand-in may be asked."""
    approver: str
    stand_ins: tuple[str, ...]
    in_hours: tuple[tuple[str, ...], ...]
    off_hours: tuple[tuple[str, ...], ...]
    weekdays: tuple[int, ...]
    start: int
    end: int
    """Working hours: weekdays, from and to in minutes of the day."""
    holidays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """The figures of calling, telling and coming back (domain 5.6 to 5.8, 7), in seconds."""

    attempts: int
    """Attempts on each number of a person before the next person is called."""
    next_after_s: int
    """No answer for so long: the next person; the missed one comes back on the list after as long."""
    claim_s: int
    """How long somebody who dials keeps others from calling the same person."""
    starters: tuple[str, ...]
    """Roles that may start the emergency plan."""
    starters_off_hours: tuple[str, ...]
    own_authority_after_s: int
    """Nobody reached so long after the beginning: the information center starts manual work on its own."""
    prompt_s: int
    """How often those who are not reached yet are brought up again."""
    green_s: int
    """How long everything must be well before departments resume."""
    stale_days: int
    """A contact not verified, a printed pack not renewed for so long, is doubtful."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One edition of the plan; `version` names exactly this content."""

    version: str
    edition: str
    title: str
    timezone: str
    critical_infrastructure: bool
    unclassified_after_s: int
    confirm_after_s: int
    """How long a suspected network failure may stay undecided."""
    lowering: Category
    """Leaving this category for a lower one needs the approver's word."""
    key_departments: tuple[str, ...]
    care_departments: tuple[str, ...]
    roles: tuple[Role, ...]
    handling: tuple[Handling, ...]
    faults: tuple[FaultType, ...]
    rules: tuple[Rule, ...]
    signs: tuple[Sign, ...]
    serious: tuple[Reason, ...]
    not_short: tuple[Reason, ...]
    suspect: tuple[Reason, ...]
    """What makes an overall network failure suspected (domain 5.3)."""
    limits: Limits
    escalation: Escalation
    reach: Reach
    clocks: tuple[Clock, ...]
    gates: tuple[Gate, ...]
    aggravators: tuple[Aggravator, ...]
    scripts: Mapping[str, str] = field(default_factory=dict)
    """Texts to be spoken, with {names} to be filled: escalation, team, leader."""

    @property
    def zone(self) -> ZoneInfo:
        """The hospital's clock."""
        return ZoneInfo(self.timezone)

    def role(self, id_: str) -> Role | None:
        """A role by id."""
        return _by_id(self.roles, id_)

    def fault(self, id_: str) -> FaultType | None:
        """A fault type by id."""
        return _by_id(self.faults, id_)

    def clock(self, id_: str) -> Clock | None:
        """A clock by id."""
        return _by_id(self.clocks, id_)

    def gate(self, id_: str) -> Gate | None:
        """A gate by id."""
        return _by_id(self.gates, id_)

    def handling_of(self, category: Category) -> Handling | None:
        """Who answers for a category."""
        return next((each for each in self.handling if each.category is category), None)


_Named = TypeVar("_Named", Role, FaultType, Clock, Gate)


def _by_id(entries: Iterable[_Named], id_: str) -> _Named | None:
    return next((each for each in entries if each.id == id_), None)

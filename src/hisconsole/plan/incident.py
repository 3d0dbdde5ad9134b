"""An incident as its events tell it: states, legal moves, and the fold from events to the present."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from hisconsole.plan.conditions import EVER
from hisconsole.plan.detection import Detection
from hisconsole.plan.likeness import Proposal
from hisconsole.plan.outlook import Contingency, RuledOut, Ticket
from hisconsole.plan.outreach import BackEntry, Called, Dialling, Message, Notice, Ordered, Summoned
from hisconsole.plan.words import Category, Confidence, State
from hisconsole.values import dataclass

MOVES: Mapping[State, frozenset[State]] = {
    State.NEW: frozenset({State.VERIFYING}),
    State.VERIFYING: frozenset({State.ACTIVE, State.CLOSED}),
    State.ACTIVE: frozenset({State.MITIGATED, State.RECOVERED}),
    State.MITIGATED: frozenset({State.ACTIVE, State.RECOVERED}),
    State.RECOVERED: frozenset({State.BACK_ENTRY, State.REVIEW, State.CLOSED, State.ACTIVE}),
    State.BACK_ENTRY: frozenset({State.REVIEW, State.CLOSED, State.ACTIVE}),
    State.REVIEW: frozenset({State.CLOSED, State.ACTIVE}),
    State.CLOSED: frozenset({State.ACTIVE}),
}
"""Every legal move. From mitigated on, the way to active is *reopen*; review is Category I's."""

REOPENABLE = frozenset({State.MITIGATED, State.RECOVERED, State.BACK_ENTRY, State.REVIEW, State.CLOSED})


@dataclass(frozen=True, slots=True)
class Report:
    """One workstation's call (plan 3). The call-back number itself is not here: it is personal data."""

    number: int
    workstation: str
    department: str
    room: str
    reporter: str
    callback: str
    symptom: str
    words: str
    scope: str
    occurred: datetime
    critical: bool
    switch: str
    taken_by: str
    taken_at: datetime = field(default=EVER, compare=False)
    """When this incident came to know of it; told by the event, not held in it."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """An ETA as a window of clock times, with who gave it and when."""

    earliest: datetime
    latest: datetime
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Decided:
    """The last word on escalation: the leading group is told, or (`held`) somebody said not yet."""

    held: bool
    at: datetime
    by: str
    reason: str
    calls: int = 0
    """How many calls were on record before: those told nobody of it."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a review came to: who does what by when; done once the due row of it is met."""

    number: int
    text: str
    owner: str
    due: datetime
    by: str
    at: datetime
    done_at: datetime | None = None
    how: str = ""


Obligation = tuple[str, str]
"""A duty and its key: what is met, and what has fallen due."""

_NONE: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Incident:
    """A fault being handled. `version` is the seq of its newest event: the compare-and-set token."""

    number: int
    version: int
    opened: datetime
    state: State = State.NEW
    category: Category = Category.UNCLASSIFIED
    category_reason: str = ""
    reports: tuple[Report, ...] = ()
    owner: str = ""
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    verification: str = ""
    verified_by: str = ""
    verified_at: datetime | None = None
    verified_how: str = ""
    estimates: tuple[Estimate, ...] = ()
    past_estimates: int = 0
    """How many of these, the first ones, are from before the reopening."""
    cause: str = ""
    confidence: Confidence | None = None
    cause_at: datetime | None = None
    fixes: tuple[tuple[str, str], ...] = ()
    failed_at: tuple[datetime, ...] = ()
    """When each fix was tried that came to nothing, in this course of the fault."""
    ruled_out: tuple[RuledOut, ...] = ()
    contingencies: tuple[Contingency, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    mitigated_at: datetime | None = None
    recovered_at: datetime | None = None
    recovery_confirmed_by: str = ""
    closed_at: datetime | None = None
    close_reason: str = ""
    reopened: int = 0
    pinned: frozenset[int] = frozenset()
    plan: str = ""
    """The edition of the plan it runs under."""
    fault: str = ""
    classified_by: str = ""
    classified_at: datetime | None = None
    kept_since: datetime | None = None
    """Since when it is in its category, where it was classified anew without leaving that."""
    category_why: str = ""
    answers: Mapping[str, str] = field(default_factory=lambda: _NONE)
    """What the questions of the classification were answered with."""
    paralysis: str = ""
    """yes or no once somebody decided whether the network as a whole has failed."""
    paralysis_at: datetime | None = None
    stopped: Mapping[str, datetime] = field(default_factory=lambda: _NONE)
    """Departments that stand still, and since when."""
    aggravators: tuple[str, ...] = ()
    decided: Decided | None = None
    met: Mapping[Obligation, datetime] = field(default_factory=lambda: _NONE)
    fallen: Mapping[Obligation, datetime] = field(default_factory=lambda: _NONE)
    """Deadlines that passed unmet and were told."""
    order: tuple[Ordered, ...] = ()
    """Whom to call in which order, as it was when the group was to be told."""
    calls: tuple[Called, ...] = ()
    past_calls: int = 0
    """How many of these, the first ones, are from before the reopening."""
    dialling: tuple[Dialling, ...] = ()
    started_at: datetime | None = None
    """When somebody who may do so started the emergency plan."""
    started_by: str = ""
    summoned: tuple[Summoned, ...] = ()
    messages: tuple[Message, ...] = ()
    past_messages: int = 0
    """How many of these, the first ones, are from before the reopening."""
    notices: tuple[Notice, ...] = ()
    past_notices: int = 0
    """How many of these, the first ones, are from before the reopening."""
    back_entries: tuple[BackEntry, ...] = ()
    actions: tuple[Action, ...] = ()
    """What its review came to; a reopening takes none of it back."""
    restarted_at: datetime | None = None
    detection: Detection | None = None
    """What the watch found wrong, where this is its fault."""
    proposal: Proposal | None = None
    """That calls to several incidents are one fault, until somebody has said whether."""
    merged_into: int = 0
    touched_at: datetime | None = None
    """The last act of a person on it; calls do not count."""
    last_act: str = ""
    last_actor: str = ""
    last_recorded: datetime | None = None

    @property
    def t0(self) -> datetime:
        """The plan's zero: the earliest of what reports say and of the first grave poll (domain 5.1)."""
        moments = [report.occurred for report in self.reports]
        if self.detection is not None:
            moments.append(min(self.detection.finding.begun, self.detection.known_at))
        return min(moments, default=self.opened)

    @property
    def zero(self) -> datetime:
        """From where its clocks count: T0, or the reopening of what had recovered."""
        return self.restarted_at or self.t0

    @property
    def in_category_since(self) -> datetime | None:
        """When it came into its category; classifying it anew within that moves no deadline."""
        return self.kept_since or self.classified_at

    @property
    def given(self) -> tuple[Estimate, ...]:
        """The ETAs that were given for this course of the fault, in order."""
        return self.estimates[self.past_estimates :]

    @property
    def estimate(self) -> Estimate | None:
        """The ETA in force."""
        return self.given[-1] if self.given else None

    @property
    def open_tickets(self) -> tuple[Ticket, ...]:
        """The tickets that nobody has said are done."""
        return tuple(each for each in self.tickets if each.done_at is None)

    def with_reports(self, reports: tuple[Report, ...]) -> Incident:
        """The same incident as if these calls had come to it."""
        return replace(self, reports=reports)

    def report(self, number: int) -> Report | None:
        """One of its reports by number."""
        return next((report for report in self.reports if report.number == number), None)

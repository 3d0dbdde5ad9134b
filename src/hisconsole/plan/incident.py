"""An incident as its events tell it: states, legal moves, and the fold from events to the present."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from hisconsole.plan.events import Event, Kind
from hisconsole.plan.times import from_text
from hisconsole.plan.words import Category, Confidence, State

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


@dataclass(frozen=True, slots=True)
class Estimate:
    """An ETA as a window of clock times, with who gave it and when."""

    earliest: datetime
    latest: datetime
    by: str
    at: datetime
    why: str


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
    cause: str = ""
    confidence: Confidence | None = None
    fixes: tuple[tuple[str, str], ...] = ()
    mitigated_at: datetime | None = None
    recovered_at: datetime | None = None
    recovery_confirmed_by: str = ""
    closed_at: datetime | None = None
    close_reason: str = ""
    reopened: int = 0
    pinned: frozenset[int] = frozenset()
    last_act: str = ""
    last_actor: str = ""
    last_recorded: datetime | None = None

    @property
    def t0(self) -> datetime:
        """The plan's zero: the earliest time a report says it began (domain 5.1)."""
        return min((report.occurred for report in self.reports), default=self.opened)

    @property
    def estimate(self) -> Estimate | None:
        """The ETA in force."""
        return self.estimates[-1] if self.estimates else None

    def report(self, number: int) -> Report | None:
        """One of its reports by number."""
        return next((report for report in self.reports if report.number == number), None)


def report_of(body: Mapping[str, Any]) -> Report:
    """Read a report from an event's body."""
    values = {field.name: body[field.name] for field in fields(Report)}
    return Report(**{**values, "occurred": from_text(values["occurred"])})


def fold(events: Iterable[Event]) -> Incident | None:
    """The present of one incident from all its events in order; an undone act counts for nothing."""
    history = list(events)
    if not history:
        return None
    undone = {event.body["act"] for event in history if event.kind is Kind.UNDONE}
    incident = None
    for event in history:
        if event.act not in undone:
            incident = apply(incident, event)
    last = history[-1]
    return incident and replace(incident, version=last.seq)


def apply(incident: Incident | None, event: Event) -> Incident:
    """The next present: one event applied to an incident (undo is `fold`'s affair)."""
    if event.kind is Kind.OPENED:
        incident = Incident(number=event.incident, version=event.seq, opened=event.recorded)
    elif incident is None:
        raise ValueError(f"event {event.seq} ({event.kind}) comes before its incident was opened")
    else:
        incident = replace(incident, **_CHANGES[event.kind](incident, event))
    return replace(
        incident,
        version=event.seq,
        last_act=event.act,
        last_actor=event.actor,
        last_recorded=event.recorded,
    )


def _reported(incident: Incident, event: Event) -> dict[str, Any]:
    return {"reports": (*incident.reports, report_of(event.body))}


def _corrected(incident: Incident, event: Event) -> dict[str, Any]:
    corrected = report_of(event.body)
    return {
        "reports": tuple(
            corrected if report.number == corrected.number else report for report in incident.reports
        )
    }


def _detached(incident: Incident, event: Event) -> dict[str, Any]:
    gone = event.body["report"]
    return {"reports": tuple(report for report in incident.reports if report.number != gone)}


def _acknowledged(incident: Incident, event: Event) -> dict[str, Any]:
    state = State.VERIFYING if incident.state is State.NEW else incident.state
    return {
        "state": state,
        "owner": event.actor,
        "acknowledged_by": event.actor,
        "acknowledged_at": event.recorded,
    }


def _assigned(incident: Incident, event: Event) -> dict[str, Any]:
    return {"owner": event.body["owner"]}


def _verified(incident: Incident, event: Event) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "verification": event.body["result"],
        "verified_by": event.body["by"],
        "verified_how": event.body["how"],
        "verified_at": event.at,
    }
    if event.body["result"] == "confirmed" and incident.state is State.VERIFYING:
        changes["state"] = State.ACTIVE
    return changes


def _pinned(incident: Incident, event: Event) -> dict[str, Any]:
    return {"pinned": incident.pinned ^ {event.body["entry"]}}


def _classified(incident: Incident, event: Event) -> dict[str, Any]:
    return {
        "category": Category(event.body["category"]),
        "category_reason": event.body["reason"],
    }


def _estimated(incident: Incident, event: Event) -> dict[str, Any]:
    estimate = Estimate(
        earliest=from_text(event.body["earliest"]),
        latest=from_text(event.body["latest"]),
        by=event.actor,
        at=event.at,
        why=event.body["why"],
    )
    return {"estimates": (*incident.estimates, estimate)}


def _cause(incident: Incident, event: Event) -> dict[str, Any]:
    return {"cause": event.body["text"], "confidence": Confidence(event.body["confidence"])}


def _fix(incident: Incident, event: Event) -> dict[str, Any]:
    return {"fixes": (*incident.fixes, (event.body["text"], event.body["result"]))}


def _recovered(incident: Incident, event: Event) -> dict[str, Any]:
    return {
        "state": State.RECOVERED,
        "recovered_at": event.at,
        "recovery_confirmed_by": event.body["confirmed_by"],
    }


def _reopened(incident: Incident, event: Event) -> dict[str, Any]:
    return {
        "state": State.ACTIVE,
        "reopened": incident.reopened + 1,
        "recovered_at": None,
        "recovery_confirmed_by": "",
        "closed_at": None,
        "close_reason": "",
    }


def _closed(incident: Incident, event: Event) -> dict[str, Any]:
    return {
        "state": State.CLOSED,
        "closed_at": event.at,
        "close_reason": event.body["reason"],
    }


_CHANGES: Mapping[Kind, Callable[[Incident, Event], dict[str, Any]]] = {
    Kind.REPORTED: _reported,
    Kind.ATTACHED: _reported,
    Kind.CORRECTED: _corrected,
    Kind.DETACHED: _detached,
    Kind.ACKNOWLEDGED: _acknowledged,
    Kind.ASSIGNED: _assigned,
    Kind.VERIFIED: _verified,
    Kind.NOTED: lambda incident, event: {},
    Kind.UNDONE: lambda incident, event: {},
    Kind.PINNED: _pinned,
    Kind.CLASSIFIED: _classified,
    Kind.ESTIMATED: _estimated,
    Kind.CAUSE_FOUND: _cause,
    Kind.FIX_TRIED: _fix,
    Kind.MITIGATED: lambda incident, event: {
        "state": State.MITIGATED,
        "mitigated_at": event.at,
    },
    Kind.RECOVERED: _recovered,
    Kind.REVIEWED: lambda incident, event: {"state": State.REVIEW},
    Kind.REOPENED: _reopened,
    Kind.CLOSED: _closed,
}

"""The moments a review asks for: when each was reached, how long after it began, through whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from hisconsole.plan.document import Plan
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.incident import Incident
from hisconsole.plan.outreach import CallOutcome, Decision
from hisconsole.plan.replay import states
from hisconsole.plan.starting import contacts_of
from hisconsole.plan.words import Audience, Category, YesNo
from hisconsole.values import dataclass


class Mark(StrEnum):
    """A moment that a review asks for."""

    BEGAN = "began"
    DETECTED = "detected"
    ACKNOWLEDGED = "acknowledged"
    VERIFIED = "verified"
    DECLARED = "declared"
    PARALYSIS = "paralysis"
    ESCALATED = "escalated"
    LEADER = "leader"
    """A leader was told for the first time: reached by phone, or read the summary."""
    STARTED = "started"
    MESSAGE = "message"
    MITIGATED = "mitigated"
    RECOVERED = "recovered"
    REOPENED = "reopened"
    BACK_ENTRY = "back-entry"
    REVIEW = "review"
    CLOSED = "closed"


_EVERY = frozenset({Mark.MITIGATED, Mark.RECOVERED, Mark.REOPENED, Mark.CLOSED})
"""What may come more than once, and each time matters; of the others the first counts."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was reached, how long after it began, and through whom."""

    mark: Mark
    at: datetime
    after: timedelta
    by: str


def moments(incident: Incident, history: Sequence[Event], plan: Plan | None) -> tuple[Moment, ...]:
    """All of them by time; of most the first counts, mitigated, recovered, reopened and closed each time."""
    reporter = incident.reports[0].reporter if incident.reports else ""
    found = [Moment(Mark.BEGAN, incident.t0, timedelta(), reporter)]
    seen: set[Mark] = set()
    for event, _then in states(history):
        for mark, by in _marks(event, incident, plan):
            if mark in _EVERY or mark not in seen:
                seen.add(mark)
                at = event.recorded if mark is Mark.DETECTED else event.at
                found.append(Moment(mark, at, at - incident.t0, by))
    return tuple(sorted(found, key=lambda each: each.at))


_BY_KIND: Final[Mapping[Kind, Mark]] = {
    Kind.OPENED: Mark.DETECTED,
    Kind.ACKNOWLEDGED: Mark.ACKNOWLEDGED,
    Kind.ESCALATED: Mark.ESCALATED,
    Kind.MESSAGE: Mark.MESSAGE,
    Kind.MITIGATED: Mark.MITIGATED,
    Kind.REOPENED: Mark.REOPENED,
    Kind.BACK_ENTRY: Mark.BACK_ENTRY,
    Kind.REVIEWED: Mark.REVIEW,
    Kind.CLOSED: Mark.CLOSED,
}


def _marks(event: Event, incident: Incident, plan: Plan | None) -> Iterator[tuple[Mark, str]]:
    """What an event is to a review, and through whom; declared is the category that it has in the end."""
    body = event.body
    if event.kind in _BY_KIND:
        yield _BY_KIND[event.kind], event.actor
    elif event.kind is Kind.VERIFIED:
        yield Mark.VERIFIED, body["by"]
    elif event.kind is Kind.RECOVERED:
        yield Mark.RECOVERED, body["confirmed_by"] or event.actor
    elif event.kind is Kind.CLASSIFIED and body["category"] == incident.category != Category.UNCLASSIFIED:
        yield Mark.DECLARED, event.actor
    elif event.kind is Kind.PARALYSIS and body["confirmed"] == YesNo.YES:
        yield Mark.PARALYSIS, event.actor
    elif event.kind is Kind.SUMMARISED and body["audience"] == Audience.LEADER:
        yield Mark.LEADER, event.actor
    elif event.kind is Kind.CALLED:
        yield from _call_marks(body, plan)


def _call_marks(body: Mapping[str, Any], plan: Plan | None) -> Iterator[tuple[Mark, str]]:
    by = body["took"] or body["contact"]
    roles = (*plan.reach.starters, *plan.reach.starters_off_hours) if plan is not None else ()
    leaders = contacts_of(plan, roles) if plan is not None else ()
    if body["outcome"] == CallOutcome.REACHED and {body["contact"], body.get("instead_of")} & set(leaders):
        yield Mark.LEADER, by
    if body["decision"] == Decision.START:
        yield Mark.STARTED, by


def down(incident: Incident, reached: Sequence[Moment], now: datetime) -> timedelta:
    """How long it did not work: every course of the fault by itself, up to `now` where it still does not."""
    total, since, works = timedelta(), incident.t0, False
    for each in reached:
        if each.mark is Mark.RECOVERED and not works:
            total, works = total + (each.at - since), True
        elif each.mark is Mark.REOPENED and works:
            since, works = each.at, False
    return total if works else total + max(timedelta(), (incident.closed_at or now) - since)

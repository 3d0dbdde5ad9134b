"""Planned stops: what stands still from when until when, and the quiet that goes with it (domain 2.4, 5.9).

They are facts about the site, recorded as events of no incident. A stop begins by itself at its time; how far
it has come is asked of the clock and never stored, so that whoever looks finds the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hisconsole.plan.duty import Due
from hisconsole.plan.events import SITE, Event, Kind
from hisconsole.plan.shown import Silence
from hisconsole.plan.times import from_text
from hisconsole.text import _
from hisconsole.values import dataclass

OVERRUN = timedelta(minutes=15)
"""So long after its expected end a stop that goes on is a fault (domain 5.9)."""

SOON = timedelta(hours=12)
"""What begins within this is told beside what runs (domain 3.2, section 8)."""

ALL: Final = "all"
"""In place of departments: every one of them is affected."""
NOBODY: Final = "none"
"""In place of departments: none of them notices."""

BEGINS: Final = "maintenance-start"
"""The duty that is told when a stop begins; the key is its number."""
ENDS: Final = "maintenance"
"""The duty to end or extend a stop before its overrun is a fault; the key is its number."""


class Stage(StrEnum):
    """How far a stop has come."""

    PLANNED = "planned"
    RUNNING = "running"
    LATE = "late"
    """Past its expected end, and not yet by so much that it is a fault."""
    OVERRUN = "overrun"
    ENDED = "ended"
    CANCELLED = "cancelled"


OVER = frozenset({Stage.ENDED, Stage.CANCELLED})


@dataclass(frozen=True, slots=True)
class Extension:
    """A later end than was expected: until when, why, on whose word and when that was said."""

    until: datetime
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Maintenance:
    """One planned stop with the fields of its notice (JCI MOI.14); `end` is when it is expected to end."""

    number: int
    systems: str
    """What stops, in the words of those who are told."""
    targets: tuple[str, ...]
    services: tuple[str, ...]
    whole: bool
    """Whether what hangs on its targets alone is quiet as well."""
    departments: tuple[str, ...]
    """Ids of those affected, or ALL, or NOBODY alone."""
    start: datetime
    end: datetime
    reason: str
    changes: str
    """What will be different afterwards."""
    approved_by: str
    contact: str
    by: str
    planned_at: datetime
    begun_by: str = ""
    """Who began it before its time."""
    extensions: tuple[Extension, ...] = ()
    over_at: datetime | None = None
    over_by: str = ""
    cancelled: bool = False
    outcome: str = ""
    """What it came to, or why it was cancelled."""
    incident: int = 0
    """The incident that its overrun became."""
    lapsed_at: datetime | None = None
    """When its quiet was not accepted again at a handover."""

    @property
    def quiet_until(self) -> datetime:
        """Until when its targets are quiet at most: then its overrun is a fault."""
        return self.end + OVERRUN


def stage(maintenance: Maintenance, now: datetime) -> Stage:
    """How far it has come."""
    if maintenance.over_at is not None:
        return Stage.CANCELLED if maintenance.cancelled else Stage.ENDED
    if now < maintenance.start:
        return Stage.PLANNED
    if now < maintenance.end:
        return Stage.RUNNING
    return Stage.LATE if now < maintenance.quiet_until else Stage.OVERRUN


def held(events: Iterable[Event]) -> tuple[Maintenance, ...]:
    """Every stop on record in the order of their numbers, from the events of no incident."""
    found: dict[int, Maintenance] = {}
    for event in events:
        if event.kind is Kind.MAINTENANCE:
            made = _planned(event)
            found[made.number] = made
        elif event.kind in _AFTER:
            before = found[event.body["number"]]
            found[before.number] = _after(before, event)
    return tuple(found.values())


def _planned(event: Event) -> Maintenance:
    body = event.body
    return Maintenance(
        number=body["number"],
        systems=body["systems"],
        targets=tuple(body["targets"]),
        services=tuple(body["services"]),
        whole=body["whole"],
        departments=tuple(body["departments"]),
        start=from_text(body["start"]),
        end=from_text(body["end"]),
        reason=body["reason"],
        changes=body["changes"],
        approved_by=body["approved_by"],
        contact=body["contact"],
        by=event.actor,
        planned_at=event.at,
    )


_AFTER = frozenset(
    {
        Kind.MAINTENANCE_BEGUN,
        Kind.MAINTENANCE_EXTENDED,
        Kind.MAINTENANCE_ENDED,
        Kind.MAINTENANCE_CANCELLED,
        Kind.MAINTENANCE_OVERRAN,
        Kind.MAINTENANCE_LAPSED,
    }
)


def _after(before: Maintenance, event: Event) -> Maintenance:
    body = event.body
    if event.kind is Kind.MAINTENANCE_BEGUN:
        return replace(before, start=event.at, begun_by=event.actor)
    if event.kind is Kind.MAINTENANCE_EXTENDED:
        until = from_text(body["end"])
        later = Extension(until, body["reason"], event.actor, event.at)
        return replace(before, end=until, extensions=(*before.extensions, later), lapsed_at=None)
    if event.kind is Kind.MAINTENANCE_OVERRAN:
        return replace(before, incident=body["incident"])
    if event.kind is Kind.MAINTENANCE_LAPSED:
        return replace(before, lapsed_at=event.at)
    cancelled = event.kind is Kind.MAINTENANCE_CANCELLED
    words = body["reason"] if cancelled else body["outcome"]
    return replace(before, over_at=event.at, over_by=event.actor, cancelled=cancelled, outcome=words)


def unfinished(found: Iterable[Maintenance]) -> tuple[Maintenance, ...]:
    """Those that are neither ended nor cancelled, the first to begin first."""
    left = (each for each in found if each.over_at is None)
    return tuple(sorted(left, key=lambda each: (each.start, each.number)))


def present(found: Iterable[Maintenance], now: datetime) -> tuple[Maintenance, ...]:
    """What runs and what begins within `SOON`, the first to begin first."""
    return tuple(each for each in unfinished(found) if each.start - now <= SOON)


def quiet(found: Iterable[Maintenance], *, now: datetime) -> tuple[Silence, ...]:
    """The silences of what runs: for its targets and services, until its overrun is a fault."""
    return tuple(
        silence
        for each in found
        if stage(each, now) in (Stage.RUNNING, Stage.LATE) and each.lapsed_at is None
        for silence in _silences(each)
    )


def _silences(of: Maintenance) -> Iterator[Silence]:
    names = [*((target, "") for target in of.targets), *(("", service) for service in of.services)]
    words = _("maintenance {number}: {reason}").format(number=of.number, reason=of.reason)
    for target, service in names:
        yield Silence(
            id=f"m{of.number}",
            target=target,
            whole=of.whole and not service,
            start=of.start,
            end=of.quiet_until,
            reason=words,
            by=of.by,
            service=service,
            maintenance=of.number,
        )


def owed(events: Iterable[Event]) -> Iterator[Due]:
    """What the stops owe: that they begin is told once, and their end is owed until somebody says it."""
    history = tuple(events)
    told = {event.body["key"] for event in history if _begin_told(event.kind, event.body)}
    for each in unfinished(held(history)):
        key = str(each.number)
        ahead = each.start > each.planned_at and not each.begun_by
        if ahead and key not in told:
            yield Due(SITE, BEGINS, key, each.start, each.by, ENDS)
        yield Due(SITE, ENDS, key, each.quiet_until, each.by, ENDS)


def _begin_told(kind: Kind, body: Mapping[str, object]) -> bool:
    return kind is Kind.FELL_DUE and body["duty"] == BEGINS


def overran(found: Iterable[Maintenance], *, now: datetime) -> tuple[Maintenance, ...]:
    """The stops whose overrun has become a fault and is no incident yet."""
    return tuple(each for each in found if stage(each, now) is Stage.OVERRUN and not each.incident)

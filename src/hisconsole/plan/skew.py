"""What another clock has dated, by one's own: hosts that share a site need not agree on the time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hisconsole.plan.health import TargetHealth
from hisconsole.plan.reading import Judged

ALIKE = timedelta(seconds=5)
"""Clocks that differ by less are taken for one: more than an answer of the server may take."""


def skew(own: datetime, other: datetime, *, before: timedelta) -> timedelta:
    """How far our clock is ahead of another; what was known `before` stays while it is about right.

    It does not tremble with each answer, so that a moment told twice is the same moment.
    """
    found = own - other
    return before if abs(found - before) <= ALIKE else found


def health_moved(health: TargetHealth, by: timedelta) -> TargetHealth:
    """A health with all its moments so much later."""
    if not by:
        return health
    probes = tuple(
        replace(probe, checked_at=_moved(probe.checked_at, by), good_at=_moved(probe.good_at, by))
        for probe in health.probes
    )
    return replace(
        health,
        probes=probes,
        since=health.since + by,
        hard_since=health.hard_since + by,
        begun=_moved(health.begun, by),
        recovered_at=_moved(health.recovered_at, by),
        changes=tuple(replace(change, at=change.at + by) for change in health.changes),
    )


def reading_moved(judged: Judged, by: timedelta) -> Judged:
    """A reading with its moments so much later; `at_s` is of no calendar."""
    return replace(judged, since=judged.since + by, good_at=_moved(judged.good_at, by)) if by else judged


def _moved(moment: datetime | None, by: timedelta) -> datetime | None:
    return None if moment is None else moment + by

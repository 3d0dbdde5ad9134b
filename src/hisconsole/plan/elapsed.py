"""Time inside one incident: whether the fault is gone, and how far its ETA reaches (domain 5.1).

Everything is a difference of aware UTC moments, so no change of the hospital's clock touches it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from hisconsole.plan.incident import Estimate, Incident
from hisconsole.plan.words import State, Verification

OVER = frozenset({State.RECOVERED, State.BACK_ENTRY, State.REVIEW, State.CLOSED})
"""The fault itself is gone."""


def is_over(incident: Incident) -> bool:
    """Whether the fault is gone, or looking into it found none."""
    denied = incident.verification not in ("", Verification.CONFIRMED)
    return incident.state in OVER or (denied and incident.state is State.VERIFYING)


def forecast(incident: Incident, estimate: Estimate) -> timedelta:
    """How long the fault will have lasted at the earliest end: earliest end - T0, or - reopening."""
    return estimate.earliest - incident.zero


def unbroken(incident: Incident, begins: Callable[[Estimate | None], datetime | None]) -> datetime | None:
    """Since when something holds without a break, up to now, through one ETA after the other.

    `begins` tells from when it holds under an ETA (None: under no ETA yet), or None when it does not.
    """
    given = incident.given
    starts = [incident.zero, *(estimate.at for estimate in given)]
    since: datetime | None = None
    for start, end, estimate in zip(starts, [*starts[1:], None], [None, *given], strict=True):
        begin = begins(estimate)
        if begin is None or (end is not None and begin >= end):
            since = None
        elif since is None or begin > start:
            since = max(begin, start)
    return since


def beyond(incident: Incident, limit: timedelta) -> datetime | None:
    """Since when the forecast says that it lasts longer than `limit`, without having taken that back."""
    return unbroken(
        incident,
        lambda estimate: (
            estimate.at if estimate is not None and forecast(incident, estimate) > limit else None
        ),
    )

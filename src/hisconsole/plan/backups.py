"""When a backup is due, and which ones have served their time (engineering C8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

EVERY = timedelta(hours=1)
RETRY = timedelta(minutes=5)
"""After one that failed."""
HOURLY, DAILY = 48, 30
"""Hours of which every backup is kept, and days of which the last one is."""


def is_due(
    newest: datetime | None,
    *,
    began: datetime | None,
    kept: int | None,
    accepted: int,
    tried: datetime | None,
    now: datetime,
) -> bool:
    """Whether a backup is to be made now.

    `newest` is when the last one was proved, of those that are not dated ahead (see `newest_of`), `began`
    the first event of the record (None: nothing to keep), `tried` the last attempt, whatever came of it.
    `accepted` is the number of the event of the last handover (0: none), which is to be kept at once, and
    `kept` that of the last event in the newest backup (None: not known): clocks of two hosts may differ.
    """
    if began is None or (tried is not None and tried <= now < tried + RETRY):
        return False
    since = newest if newest is not None else began
    return now >= since + EVERY or now < since or (kept is not None and accepted > kept)


def newest_of(made: Iterable[datetime], *, now: datetime) -> datetime | None:
    """The newest backup, but for those that a clock which was wrong dated ahead."""
    return max((each for each in made if each <= now), default=None)


def superfluous(
    made: Iterable[datetime], *, now: datetime, zone: tzinfo, hourly: int = HOURLY, daily: int = DAILY
) -> frozenset[datetime]:
    """The backups that may go: all but those of `hourly` hours and the last of each of `daily` days.

    The newest always stays, however old it is, and so does what a clock that was wrong dated ahead.
    """
    ordered = sorted(made, reverse=True)
    days: dict[object, datetime] = {}
    for each in ordered:
        days.setdefault(each.astimezone(zone).date(), each)
    kept = set(ordered[:1]) | set(sorted(days.values(), reverse=True)[:daily])
    kept |= {each for each in ordered if each > now - timedelta(hours=hourly)}
    return frozenset(ordered) - kept

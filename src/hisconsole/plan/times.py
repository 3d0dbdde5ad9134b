"""Moments: aware UTC inside, the hospital's clock for people."""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

from hisconsole.errors import HisError
from hisconsole.text import _


def to_text(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds: sorts as text the way it sorts as time."""
    naive = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{naive.isoformat(timespec='microseconds')}Z"


def from_text(text: str) -> datetime:
    """Read back what `to_text` wrote."""
    return datetime.fromisoformat(text)


_CLOCK = re.compile(r"(\d{1,2})[:.h]?(\d{2})")
_DAY = re.compile(r"(\d{1,2})-(\d{1,2})[ t](\d{1,2}):(\d{2})")
_SHIFT = re.compile(r"([-+])\s*(\d{1,4})\s*(m|min|h)?")
_FAR = timedelta(days=3660)
"""Ten years: what lies beyond is a slip, and the edges of the calendar stand on no other zone's clock."""


def parse_when(text: str, *, now: datetime, zone: tzinfo, ahead: bool = False) -> datetime:
    """Read a moment as operators type it: `now`, `22:41`, `-10`, `+30`, `+2h`, `11-23 22:41`, ISO 8601.

    A clock time without its day, or a day without its year, is the nearest such time to `now`, so
    that 23:50 typed at 00:05 is yesterday; with `ahead` it is the next one. Raises HisError with a
    sentence when it cannot be read.
    """
    try:
        moment = _moment(text.strip().lower(), now, zone, ahead=ahead)
        if abs(moment - now) <= _FAR:
            return moment
    except (ValueError, OverflowError):
        pass
    raise HisError(
        _("'{text}' is not a time: type 22:41, -10 (ten minutes ago), +30 or 2026-11-23 22:41.").format(
            text=text.strip()
        )
    )


def _moment(typed: str, now: datetime, zone: tzinfo, *, ahead: bool) -> datetime:
    if typed in ("", "now"):
        return now
    if match := _SHIFT.fullmatch(typed):
        amount = int(match[1] + match[2])
        return now + (timedelta(hours=amount) if match[3] == "h" else timedelta(minutes=amount))
    here = now.astimezone(zone).replace(tzinfo=None, fold=0)
    if match := _CLOCK.fullmatch(typed):
        clock = here.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
        return _nearest((clock + timedelta(days=shift) for shift in (-1, 0, 1, 2)), now, zone, ahead=ahead)
    if match := _DAY.fullmatch(typed):
        month, day, hour, minute = (int(part) for part in match.groups())
        years = (
            datetime(year, month, day, hour, minute)  # noqa: DTZ001 - `_nearest` gives the zone
            for year in (here.year - 1, here.year, here.year + 1)
            if (month, day) != (2, 29) or isleap(year)
        )
        return _nearest(years, now, zone, ahead=ahead)
    moment = datetime.fromisoformat(typed.upper())
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _nearest(walls: Iterable[datetime], now: datetime, zone: tzinfo, *, ahead: bool) -> datetime:
    """The nearest to `now` of some times on the wall; one that the wall shows twice counts twice."""
    moments = [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for wall in walls for fold in (0, 1)]
    wanted = [moment for moment in moments if moment > now] if ahead else moments
    return min(wanted, key=lambda moment: abs(moment - now))


def on_wall(wall: datetime, *, zone: tzinfo) -> datetime:
    """The moment, in UTC, at which the clock on the wall shows `wall`, which has no zone.

    A time that comes twice, when clocks go back, is its first; one that is left out, when they go
    forward, is the moment of the change. So a later time on the wall is never an earlier moment.
    """
    moment, other = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if other >= moment:  # every day but one: a time left out is the only one whose second reading is earlier
        return moment
    before, after = other.timestamp(), moment.timestamp()
    offset = moment.astimezone(zone).utcoffset()
    while after - before > 1:  # changes fall on whole seconds
        middle = (before + after) // 2
        changed = datetime.fromtimestamp(middle, UTC).astimezone(zone).utcoffset() == offset
        before, after = (before, middle) if changed else (middle, after)
    return datetime.fromtimestamp(after, UTC)


def clock(moment: datetime, *, zone: tzinfo, now: datetime | None = None) -> str:
    """`22:41` on the hospital's clock, with the date in front when it is not today's."""
    here = moment.astimezone(zone)
    if now is not None and here.date() == now.astimezone(zone).date():
        return here.strftime("%H:%M")
    return here.strftime("%m-%d %H:%M")


def span(length: timedelta) -> str:
    """A length for a narrow column: `00:07` (h:mm), `26:10`, from four days `5d`; never negative."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes >= 4 * 1440:
        return f"{minutes // 1440}d"
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def countdown(moment: datetime, *, now: datetime) -> str:
    """Time left to a moment, with `-` in front once it is over."""
    return f"-{span(now - moment)}" if moment <= now else span(moment - now)

"""When a backup is due, and which may go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.plan.backups import RETRY, is_due, newest_of, superfluous

NOW = datetime(2026, 11, 28, 20, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


@pytest.mark.parametrize(
    ("newest", "began", "kept", "accepted", "tried", "due"),
    [
        (None, None, 0, 0, None, False),
        (None, ago(0.5), 0, 0, None, False),
        (None, ago(1), 0, 0, None, True),
        (ago(0.9), ago(99), 40, 0, None, False),
        (ago(1), ago(99), 40, 0, None, True),
        (ago(0.1), ago(99), 40, 41, None, True),
        (ago(0.1), ago(99), 40, 40, None, False),
        (ago(0.1), ago(99), None, 41, None, False),  # the newest cannot be read: it would never end
        (None, ago(0.5), 0, 7, None, True),
        (ago(2), ago(99), 40, 0, NOW, False),
        (ago(2), ago(99), 40, 0, NOW - RETRY, True),
        (ago(2), ago(99), 40, 0, ago(-5), True),  # the clock was set back since
        (None, ago(-3), 0, 0, None, True),
    ],
)
def test_when_one_is_due(
    *,
    newest: datetime | None,
    began: datetime | None,
    kept: int | None,
    accepted: int,
    tried: datetime | None,
    due: bool,
) -> None:
    assert is_due(newest, began=began, kept=kept, accepted=accepted, tried=tried, now=NOW) is due


def test_a_backup_dated_ahead_is_followed_by_one_an_hour_and_not_by_one_each_look() -> None:
    made = [ago(-2000)]
    tried: datetime | None = None
    for minute in range(0, 4 * 24 * 60, 5):
        now = NOW + timedelta(minutes=minute)
        newest = newest_of(made, now=now)
        if is_due(newest, began=ago(99), kept=40, accepted=0, tried=tried, now=now):
            made.append(now)
            tried = now
    assert len(made) == 1 + 4 * 24


def test_a_year_of_backups_leaves_two_days_and_a_month() -> None:
    made = [ago(hours) for hours in range(24 * 365)]
    kept = set(made) - superfluous(made, now=NOW, zone=ZONE)
    assert sum(each > ago(48) for each in kept) == 48
    days = {each.astimezone(ZONE).date() for each in kept}
    assert len(days) == 30
    older = [each for each in kept if each <= ago(72)]
    assert all(each.astimezone(ZONE).hour == 23 for each in older)


@given(st.lists(st.integers(-100, 3000), unique=True), st.integers(1, 60), st.integers(1, 40))
def test_what_goes_is_old_and_the_newest_stays(hours: list[int], hourly: int, daily: int) -> None:
    made = [ago(each) for each in hours]
    gone = superfluous(made, now=NOW, zone=ZONE, hourly=hourly, daily=daily)
    assert all(each <= NOW - timedelta(hours=hourly) for each in gone)
    assert not made or max(made) not in gone
    assert superfluous(set(made) - gone, now=NOW, zone=ZONE, hourly=hourly, daily=daily) == frozenset()
    assert len({each.astimezone(ZONE).date() for each in set(made) - gone}) >= min(
        daily, len({each.astimezone(ZONE).date() for each in made})
    )

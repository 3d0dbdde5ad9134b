"""Moments as operators type and read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.errors import HisError
from hisconsole.plan.times import clock, from_text, parse_when, span, to_text
from tests.hostile import HOSTILE

SHANGHAI, BERLIN, UTC_ZONE = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
EVENING = "2026-11-23 22:00"
NEW_YEAR = "2026-01-01 00:05"


def _at(text: str, zone: ZoneInfo, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("typed", "now", "zone", "meant"),
    [
        ("", EVENING, SHANGHAI, "2026-11-23 22:00"),
        ("now", EVENING, SHANGHAI, "2026-11-23 22:00"),
        (" NOW ", EVENING, SHANGHAI, "2026-11-23 22:00"),
        ("-10", EVENING, SHANGHAI, "2026-11-23 21:50"),
        ("- 10 min", EVENING, SHANGHAI, "2026-11-23 21:50"),
        ("-2h", EVENING, SHANGHAI, "2026-11-23 20:00"),
        ("+30", EVENING, SHANGHAI, "2026-11-23 22:30"),
        ("+90m", EVENING, SHANGHAI, "2026-11-23 23:30"),
        ("+2h", EVENING, SHANGHAI, "2026-11-24 00:00"),
        ("21:41", EVENING, SHANGHAI, "2026-11-23 21:41"),
        ("2141", EVENING, SHANGHAI, "2026-11-23 21:41"),
        ("21.41", EVENING, SHANGHAI, "2026-11-23 21:41"),
        ("21h41", EVENING, SHANGHAI, "2026-11-23 21:41"),
        ("\uff12\uff11:\uff14\uff11", EVENING, SHANGHAI, "2026-11-23 21:41"),
        ("01:00", EVENING, SHANGHAI, "2026-11-24 01:00"),
        ("9:05", EVENING, SHANGHAI, "2026-11-24 09:05"),
        ("10:05", EVENING, SHANGHAI, "2026-11-23 10:05"),
        ("10:00", EVENING, SHANGHAI, "2026-11-23 10:00"),
        ("23:50", "2026-11-24 00:05", SHANGHAI, "2026-11-23 23:50"),
        ("00:05", "2026-11-23 23:50", SHANGHAI, "2026-11-24 00:05"),
        ("0:00", "2026-11-24 00:00", SHANGHAI, "2026-11-24 00:00"),
        ("11-22 23:00", EVENING, SHANGHAI, "2026-11-22 23:00"),
        ("12-31 23:50", NEW_YEAR, SHANGHAI, "2025-12-31 23:50"),
        ("01-01 00:05", "2026-12-31 23:50", SHANGHAI, "2027-01-01 00:05"),
        ("02-29 08:00", "2027-06-01 08:00", SHANGHAI, "2028-02-29 08:00"),
        ("2026-11-22 23:00", EVENING, SHANGHAI, "2026-11-22 23:00"),
        ("2026-11-22t23:00", EVENING, SHANGHAI, "2026-11-22 23:00"),
        ("2026-11-22T15:00Z", EVENING, SHANGHAI, "2026-11-22 23:00"),
        ("2026-11-22 16:00:00+01:00", EVENING, SHANGHAI, "2026-11-22 23:00"),
        ("2026-11-22", EVENING, SHANGHAI, "2026-11-22 00:00"),
        ("21:41", EVENING, KATHMANDU, "2026-11-23 21:41"),
        # The day clocks go back in Berlin: 02:00 to 03:00 comes twice.
        ("02:30", "2026-10-25 01:50", BERLIN, "2026-10-25 02:30"),
        ("23:30", "2026-10-25 12:00", BERLIN, "2026-10-25 23:30"),
        # The day they go forward: 02:00 to 03:00 does not come.
        ("01:30", "2026-03-29 04:00", BERLIN, "2026-03-29 01:30"),
        ("03:30", "2026-03-29 01:30", BERLIN, "2026-03-29 03:30"),
    ],
)
def test_what_is_typed_is_read(typed: str, now: str, zone: ZoneInfo, meant: str) -> None:
    assert parse_when(typed, now=_at(now, zone), zone=zone) == _at(meant, zone)


@pytest.mark.parametrize(("now", "fold"), [("2026-10-25 01:50", 0), ("2026-10-25 03:10", 1)])
def test_a_time_that_comes_twice_is_the_nearer_one(now: str, fold: int) -> None:
    found = parse_when("02:30", now=_at(now, BERLIN), zone=BERLIN)
    assert found == _at("2026-10-25 02:30", BERLIN, fold=fold)


GARBAGE = (
    "25:00",
    "24:00",
    "12:60",
    "12:3",
    "7",
    "-",
    "+",
    "-99999",
    "--10",
    "soon",
    "02-30 10:00",
    "02-29 10:00",
    "13-01 10:00",
    "2026-11-31",
    "0001-01-01T00:00",
    "0999-05-05",
    "9999-12-31 23:59",
    "9999-12-31T23:59Z",
    "10:00\n11:00",
)


@pytest.mark.parametrize("typed", GARBAGE)
def test_what_is_no_time_gets_a_sentence(typed: str) -> None:
    with pytest.raises(HisError, match=r"is not a time: type 22:41, -10"):
        parse_when(typed, now=_at(EVENING, SHANGHAI), zone=SHANGHAI)


@given(st.one_of(st.text(max_size=30), st.sampled_from(sorted(HOSTILE.values()))))
def test_nothing_typed_crashes(typed: str) -> None:
    now = _at(EVENING, SHANGHAI)
    try:
        moment = parse_when(typed, now=now, zone=SHANGHAI)
    except HisError:
        return
    assert from_text(to_text(moment)) == moment
    assert clock(moment, zone=KATHMANDU)


@given(
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1)),  # noqa: DTZ001
    st.integers(0, 1439),
    st.sampled_from([SHANGHAI, BERLIN, UTC_ZONE, KATHMANDU]),
)
def test_a_clock_time_is_never_farther_than_half_a_day(now: datetime, minute: int, zone: ZoneInfo) -> None:
    here = now.replace(tzinfo=UTC)
    typed = f"{minute // 60}:{minute % 60:02d}"
    found = parse_when(typed, now=here, zone=zone)
    assert abs(found - here) <= timedelta(hours=12, minutes=60)
    shown = found.astimezone(zone).strftime("%-H:%M")
    assert shown == typed or zone is BERLIN  # a time in the spring gap is shown an hour on


MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(MOMENTS, MOMENTS)
def test_text_sorts_as_time_and_reads_back(one: datetime, other: datetime) -> None:
    assert from_text(to_text(one)) == one
    assert len(to_text(one)) == 27
    assert (to_text(one) < to_text(other)) == (one < other)


@pytest.mark.parametrize(
    ("moment", "now", "shown"),
    [
        ("2026-11-23 22:41", EVENING, "22:41"),
        ("2026-11-24 00:00", EVENING, "11-24 00:00"),
        ("2026-11-22 23:59", EVENING, "11-22 23:59"),
        ("2026-11-23 00:00", EVENING, "00:00"),
        ("2026-11-23 22:41", None, "11-23 22:41"),
    ],
)
def test_the_clock_shows_the_date_when_it_is_not_today(moment: str, now: str | None, shown: str) -> None:
    today = _at(now, SHANGHAI) if now else None
    assert clock(_at(moment, SHANGHAI), zone=SHANGHAI, now=today) == shown


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(0), "00:00"),
        (timedelta(seconds=59), "00:00"),
        (timedelta(minutes=7), "00:07"),
        (timedelta(hours=26, minutes=10), "26:10"),
        (timedelta(days=4, seconds=-1), "95:59"),
        (timedelta(days=4), "4d"),
        (timedelta(days=5, hours=23), "5d"),
        (timedelta(days=400), "400d"),
        (timedelta(minutes=-5), "00:00"),
    ],
)
def test_spans(length: timedelta, shown: str) -> None:
    assert span(length) == shown

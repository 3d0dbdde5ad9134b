"""The rota over clock changes, leap days and year ends; who is on, who comes next, and gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.plan.rota import (
    Rota,
    Shift,
    current_end,
    gaps,
    next_after,
    on_now,
)
from hisconsole.plan.rota_clashes import LONGEST_CYCLE
from hisconsole.plan.times import on_wall
from tests.plan.rotas import (
    ALWAYS,
    APIA,
    BERLIN,
    DAY,
    EVENING,
    EVERYBODY,
    HAVANA,
    KATHMANDU,
    LORD_HOWE,
    MONDAY,
    NEW_YORK,
    NIGHT,
    SHANGHAI,
    THREE,
    WHOLE,
    ZONES,
    at,
    of,
    override,
    people,
    rota,
)


def hours(length: timedelta) -> float:
    return length / timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "day", "shift", "length"),
    [
        (SHANGHAI, "2026-03-28", NIGHT, 9),
        # Clocks go forward in the night.
        (BERLIN, "2026-03-28", NIGHT, 8),
        (NEW_YORK, "2026-03-07", NIGHT, 8),
        (HAVANA, "2026-03-07", NIGHT, 8),
        (LORD_HOWE, "2026-10-03", NIGHT, 8.5),
        (APIA, "2020-09-26", NIGHT, 8),
        # And back.
        (BERLIN, "2026-10-24", NIGHT, 10),
        (NEW_YORK, "2026-10-31", NIGHT, 10),
        (HAVANA, "2026-10-31", NIGHT, 10),
        (LORD_HOWE, "2026-04-04", NIGHT, 9.5),
        # The days around are as always, and so are the other shifts.
        (BERLIN, "2026-03-27", NIGHT, 9),
        (BERLIN, "2026-03-29", NIGHT, 9),
        (BERLIN, "2026-03-29", DAY, 8),
        (BERLIN, "2026-10-25", EVENING, 7),
        # A day has 23, 24 or 25 hours.
        (BERLIN, "2026-03-28", WHOLE, 23),
        (BERLIN, "2026-06-01", WHOLE, 24),
        (BERLIN, "2026-10-24", WHOLE, 25),
        # A night of eight hours is seven or nine long.
        (BERLIN, "2026-03-28", Shift("n", "", time(22), time(6)), 7),
        (BERLIN, "2026-10-24", Shift("n", "", time(22), time(6)), 9),
        (NEW_YORK, "2026-10-31", Shift("n", "", time(22), time(6)), 9),
        # It ends in the hour that is left out: at the change.  In the hour that comes twice: at the first.
        (BERLIN, "2026-03-28", Shift("n", "", time(22), time(2, 30)), 4),
        (BERLIN, "2026-10-24", Shift("n", "", time(22), time(2, 30)), 4.5),
        # It begins there.
        (BERLIN, "2026-03-29", Shift("n", "", time(2, 30), time(6)), 3),
        (BERLIN, "2026-10-25", Shift("n", "", time(2, 30), time(6)), 4.5),
        # It begins there and ends soon after.
        (BERLIN, "2026-03-29", Shift("n", "", time(2, 30), time(3, 15)), 0.25),
        # Samoa had no 30 December 2011.
        (APIA, "2011-12-29", NIGHT, 1),
        (APIA, "2011-12-31", NIGHT, 9),
        # Leap day, year end, and the 53rd week.
        (SHANGHAI, "2028-02-28", NIGHT, 9),
        (SHANGHAI, "2028-02-29", NIGHT, 9),
        (SHANGHAI, "2026-12-31", NIGHT, 9),
        (SHANGHAI, "2027-01-03", NIGHT, 9),
    ],
)
def test_how_long_a_shift_is(zone: ZoneInfo, day: str, shift: Shift, length: float) -> None:
    always = {shift.id: ("a",)}
    made = Rota((shift,), week=dict.fromkeys(range(7), always), operators=EVERYBODY)
    found = of(made, day, shift.id, zone=zone)
    assert found is not None
    assert hours(found.end - found.start) == length
    assert found.start.tzinfo is UTC
    assert found.end.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "day", "shift"),
    [
        (BERLIN, "2026-03-29", Shift("n", "", time(2, 10), time(2, 50))),
        (APIA, "2011-12-30", DAY),
        (APIA, "2011-12-30", EVENING),
    ],
)
def test_a_shift_in_time_that_is_left_out_is_not_there(zone: ZoneInfo, day: str, shift: Shift) -> None:
    always = {shift.id: ("a",)}
    made = Rota((shift,), week=dict.fromkeys(range(7), always), operators=EVERYBODY)
    assert of(made, day, shift.id, zone=zone) is None


@pytest.mark.parametrize(
    ("wall", "zone", "moment"),
    [
        ("2026-03-29T01:59", BERLIN, "2026-03-29T00:59+00:00"),
        ("2026-03-29T02:00", BERLIN, "2026-03-29T01:00+00:00"),
        ("2026-03-29T02:30", BERLIN, "2026-03-29T01:00+00:00"),
        ("2026-03-29T03:00", BERLIN, "2026-03-29T01:00+00:00"),
        ("2026-03-29T03:01", BERLIN, "2026-03-29T01:01+00:00"),
        ("2026-10-25T02:30", BERLIN, "2026-10-25T00:30+00:00"),
        ("2026-10-25T03:00", BERLIN, "2026-10-25T02:00+00:00"),
        ("2026-03-08T00:30", HAVANA, "2026-03-08T05:00+00:00"),
        ("2026-10-04T02:15", LORD_HOWE, "2026-10-03T15:30+00:00"),
        ("2011-12-30T12:00", APIA, "2011-12-30T10:00+00:00"),
        ("2026-11-23T22:00", KATHMANDU, "2026-11-23T16:15+00:00"),
    ],
)
def test_the_moment_of_a_time_on_the_wall(wall: str, zone: ZoneInfo, moment: str) -> None:
    assert on_wall(datetime.fromisoformat(wall), zone=zone) == datetime.fromisoformat(moment)


@given(
    walls=st.lists(
        st.datetimes(min_value=datetime(2010, 1, 1), max_value=datetime(2040, 1, 1)),  # noqa: DTZ001 - on the wall
        min_size=2,
        max_size=2,
    ),
    apart=st.timedeltas(timedelta(0), timedelta(hours=30)),
    zone=st.sampled_from(ZONES),
)
def test_a_later_time_on_the_wall_is_never_an_earlier_moment(
    walls: list[datetime], apart: timedelta, zone: ZoneInfo
) -> None:
    first, second = sorted(walls)
    assert on_wall(first, zone=zone) <= on_wall(second, zone=zone)
    assert on_wall(first, zone=zone) <= on_wall(first + apart, zone=zone)


@pytest.mark.parametrize(
    ("day", "shift", "who"),
    [
        ("2026-11-23", "day", "a"),
        ("2026-11-23", "evening", "e"),
        ("2026-11-23", "night", "d"),
        ("2026-11-24", "day", "b"),
        ("2026-11-28", "day", "a"),
        # Before its first day it turned as well, and years later it still does.
        ("2026-11-22", "day", "e"),
        ("2026-11-18", "day", "a"),
        ("2028-02-28", "day", "c"),
        ("2028-02-29", "day", "d"),
        ("2028-03-01", "day", "e"),
        ("2026-12-31", "day", "d"),
        ("2027-01-01", "day", "e"),
    ],
)
def test_the_cycle_turns_in_both_directions(day: str, shift: str, who: str) -> None:
    assert people(rota(), day, shift) == who


@pytest.mark.parametrize(
    ("day", "who"),
    [
        ("2026-11-23", "a"),
        ("2026-11-27", "a"),
        ("2026-11-28", "b"),
        ("2026-11-29", "b"),
        # 2026 has a week 53, of which three days lie in 2027.
        ("2026-12-28", "a"),
        ("2027-01-01", "a"),
        ("2027-01-03", "b"),
        ("2027-01-04", "a"),
        ("2028-02-29", "a"),
    ],
)
def test_a_week_goes_by_its_days(day: str, who: str) -> None:
    week = {number: {"day": ("a",) if number < 5 else ("b",)} for number in range(7)}
    assert people(Rota((DAY,), week=week, operators=EVERYBODY), day, "day") == who


def test_week_and_cycle_add_up_and_nobody_is_named_twice() -> None:
    both = Rota(
        (DAY,),
        week={0: {"day": ("c", "a")}},
        cycle=({"day": ("a",)}, {"day": ("b",)}),
        first=MONDAY,
        operators=EVERYBODY,
    )
    assert [people(both, f"2026-11-{day}", "day") for day in (23, 24, 30)] == ["ac", "b", "bca"]


@pytest.mark.parametrize(
    ("now", "who", "following", "end"),
    [
        ("2026-11-23 07:59", "c", "a", "2026-11-23 08:00"),
        ("2026-11-23 08:00", "a", "e", "2026-11-23 16:00"),
        ("2026-11-23 15:59", "a", "e", "2026-11-23 16:00"),
        ("2026-11-23 23:00", "d", "b", "2026-11-24 08:00"),
        ("2026-11-24 00:00", "d", "b", "2026-11-24 08:00"),
        ("2026-11-24 03:00", "d", "b", "2026-11-24 08:00"),
        ("2027-01-01 00:00", "b", "e", "2027-01-01 08:00"),
    ],
)
def test_who_is_on_and_who_comes_next(now: str, who: str, following: str, end: str) -> None:
    made, moment = rota(), at(now)
    (on,), (then,) = on_now(made, moment, zone=SHANGHAI), next_after(made, moment, zone=SHANGHAI)
    assert (on.people, then.people) == ((who,), (following,))
    assert on.start <= moment < on.end == then.start == at(end)
    assert current_end(made, who, moment, zone=SHANGHAI) == at(end)
    assert current_end(made, following, moment, zone=SHANGHAI) is None
    assert current_end(made, "nobody", moment, zone=SHANGHAI) is None


def test_shifts_that_overlap_are_all_on_and_the_last_end_counts() -> None:
    late = Shift("late", "Late", time(12), time(20))
    made = Rota((DAY, late), week={0: {"day": ("a", "b"), "late": ("a",)}}, operators=EVERYBODY)
    moment = at("2026-11-23 13:00")
    assert [each.shift.id for each in on_now(made, moment, zone=SHANGHAI)] == ["day", "late"]
    assert current_end(made, "a", moment, zone=SHANGHAI) == at("2026-11-23 20:00")
    assert current_end(made, "b", moment, zone=SHANGHAI) == at("2026-11-23 16:00")


def test_several_that_begin_together_come_next_together() -> None:
    support = Shift("support", "Support", time(8), time(12))
    made = Rota((DAY, support), week={0: {"day": ("a",), "support": ("b",)}}, operators=EVERYBODY)
    found = next_after(made, at("2026-11-23 08:00"), zone=SHANGHAI)
    assert [each.people for each in found] == [("a",), ("b",)]
    assert {each.start for each in found} == {at("2026-11-30 08:00")}


def test_the_next_shift_is_found_far_ahead_or_there_is_none() -> None:
    rare = Rota(
        (DAY,),
        cycle=({"day": ("a",)}, *[{}] * (LONGEST_CYCLE - 1)),
        first=MONDAY,
        operators=EVERYBODY,
    )
    (found,) = next_after(rare, at("2026-11-23 08:00"), zone=SHANGHAI)
    assert found.day == MONDAY + timedelta(days=LONGEST_CYCLE)
    assert next_after(Rota((DAY,)), at("2026-11-23 08:00"), zone=SHANGHAI) == ()


def test_a_site_without_a_rota_has_nobody_on_and_no_gap() -> None:
    now = at("2026-11-23 08:00")
    assert on_now(Rota(), now, zone=SHANGHAI) == ()
    assert next_after(Rota(), now, zone=SHANGHAI) == ()
    assert gaps(Rota(), now, zone=SHANGHAI) == ()
    assert current_end(Rota(), "a", now, zone=SHANGHAI) is None


def test_a_rota_without_gaps() -> None:
    for zone in ZONES:
        assert gaps(rota(), at("2026-11-23 08:00"), zone=zone, days=400) == ()


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            rota(override("23", "evening", "", "ill")),
            [("2026-11-23 16:00", "2026-11-23 23:00", "nobody is written on Evening (ill)")],
        ),
        (
            rota(override("23", "evening night", "", "ill")),
            [
                (
                    "2026-11-23 16:00",
                    "2026-11-24 08:00",
                    "nobody is written on Evening (ill); nobody is written on Night (ill)",
                )
            ],
        ),
        (
            rota(override("23", "day", "", "ill")),
            [("2026-11-23 12:00", "2026-11-23 16:00", "nobody is written on Day (ill)")],
        ),
        (
            rota(override("23", "evening", "xy", "guests")),
            [("2026-11-23 16:00", "2026-11-23 23:00", "x, y may not hold the console (Evening) (guests)")],
        ),
        (rota(override("23", "evening", "xa", "guest")), []),
        # A shift that nobody has anyhow is not named beside what was agreed.
        (
            replace(rota(override("23", "evening", "", "ill")), shifts=(*THREE, WHOLE)),
            [("2026-11-23 16:00", "2026-11-23 23:00", "nobody is written on Evening (ill)")],
        ),
    ],
)
def test_gaps_are_told_whole_with_their_reason(made: Rota, expected: list[tuple[str, str, str]]) -> None:
    found = gaps(made, at("2026-11-23 12:00"), zone=SHANGHAI)
    assert [(each.start, each.end, each.why) for each in found] == [
        (at(start), at(end), why) for start, end, why in expected
    ]


def test_an_operator_who_is_one_no_longer_leaves_a_gap() -> None:
    made = rota(operators=EVERYBODY - {"b"})
    first, *_others = gaps(made, at("2026-11-23 12:00"), zone=SHANGHAI)
    assert (first.start, first.end) == (at("2026-11-24 08:00"), at("2026-11-24 16:00"))
    assert first.why == "b may not hold the console (Day)"
    assert of(made, "2026-11-24", "day") is None


def test_a_hole_between_shifts_is_a_gap_and_the_horizon_cuts_it() -> None:
    made = Rota((DAY,), week=dict.fromkeys(range(7), ALWAYS), operators=EVERYBODY)
    found = gaps(made, at("2026-11-23 12:00"), zone=SHANGHAI, days=2)
    assert [(each.start, each.end, each.why) for each in found] == [
        (at("2026-11-23 16:00"), at("2026-11-24 08:00"), "there is no shift"),
        (at("2026-11-24 16:00"), at("2026-11-25 08:00"), "there is no shift"),
    ]
    (whole,) = gaps(Rota((DAY,)), at("2026-11-23 12:00"), zone=SHANGHAI)
    assert whole.end - whole.start == timedelta(days=14)
    assert whole.why == "nobody is written on Day; there is no shift"

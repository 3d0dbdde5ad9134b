"""Of any rota in any zone: intervals may be split, gaps and shifts share out all time between them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from hisconsole.plan.rota import (
    Holiday,
    Override,
    Rostered,
    Rota,
    Shift,
    Stint,
    Swap,
    current_end,
    gaps,
    next_after,
    on_now,
    rostered,
)
from tests.plan.rotas import (
    ZONES,
)
from tests.shares import tries

DAYS = timedelta(days=40)
CHANGES = tuple(
    datetime.fromisoformat(f"{day}T12:00+00:00")
    for day in (
        "2011-12-30",
        "2026-03-08",
        "2026-03-29",
        "2026-04-04",
        "2026-10-04",
        "2026-10-25",
        "2026-11-01",
    )
)
"""Days on which clocks change somewhere among the zones."""
MOMENTS = st.builds(lambda change, off: change + off, st.sampled_from(CHANGES), st.timedeltas(-DAYS, DAYS))
CLOCK_TIMES = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 45)))


@st.composite
def rotas(draw: st.DrawFn) -> Rota:
    """Any rota: shifts that overlap or leave holes, people who are none, changes upon changes."""
    ids = [f"s{number}" for number in range(draw(st.integers(1, 4)))]
    who = st.lists(st.sampled_from("abcxy"), max_size=2, unique=True).map(tuple)
    staff = st.dictionaries(st.sampled_from(ids), who)
    days = st.dates(date(2026, 2, 1), date(2026, 12, 31))
    turns = st.builds(Stint, st.sampled_from("abcxy"), days, st.sampled_from(ids))
    several = st.lists(days, min_size=1, max_size=4).map(tuple)
    some = st.lists(st.sampled_from(ids), min_size=1).map(tuple)
    overrides = st.builds(Override, several, some, who, st.just("why"))
    return Rota(
        shifts=tuple(Shift(id_, id_, draw(CLOCK_TIMES), draw(CLOCK_TIMES)) for id_ in ids),
        week=draw(st.dictionaries(st.integers(0, 6), staff)),
        cycle=tuple(draw(st.lists(staff, max_size=5))),
        first=draw(days),
        holidays=tuple(
            draw(st.lists(st.builds(Holiday, st.just("h"), st.just("H"), several, staff), max_size=2))
        ),
        changes=tuple(draw(st.lists(overrides | st.builds(Swap, turns, turns, st.just("why")), max_size=4))),
        operators=frozenset("abc"),
    )


any_rota = settings(max_examples=tries(150), deadline=None)


@any_rota
@given(
    made=rotas(),
    zone=st.sampled_from(ZONES),
    start=MOMENTS,
    parts=st.lists(st.timedeltas(timedelta(0), timedelta(days=6)), min_size=1, max_size=4),
)
def test_however_an_interval_is_split_the_same_is_rostered(
    made: Rota, zone: ZoneInfo, start: datetime, parts: list[timedelta]
) -> None:
    found: set[Rostered] = set()
    moment = start
    for part in parts:
        found |= set(rostered(made, moment, moment + part, zone=zone))
        moment += part
    whole = rostered(made, start, moment, zone=zone)
    assert found == set(whole)
    assert len(set(whole)) == len(whole)
    assert [each.start for each in whole] == sorted(each.start for each in whole)
    assert all(each.people and each.start < each.end for each in whole)


@any_rota
@given(made=rotas(), zone=st.sampled_from(ZONES), now=MOMENTS, days=st.integers(1, 20))
def test_gaps_and_what_is_rostered_never_overlap_and_cover_all_time_together(
    made: Rota, zone: ZoneInfo, now: datetime, days: int
) -> None:
    end = now + timedelta(days=days)
    there = rostered(made, now, end, zone=zone)
    missed = gaps(made, now, zone=zone, days=days)
    assert all(gap.end <= each.start or each.end <= gap.start for gap in missed for each in there)
    reached = now
    spans = [(each.start, each.end) for each in there] + [(gap.start, gap.end) for gap in missed]
    for begins, ends in sorted(spans):
        assert begins <= reached
        reached = max(reached, ends)
    assert reached >= end
    assert all(one.end < other.start for one, other in pairwise(missed)), "merged"
    assert all(gap.why and now <= gap.start < gap.end <= end for gap in missed)


@any_rota
@given(made=rotas(), zone=st.sampled_from(ZONES), now=MOMENTS)
def test_on_now_next_and_the_end_of_a_shift_agree(made: Rota, zone: ZoneInfo, now: datetime) -> None:
    on = on_now(made, now, zone=zone)
    assert all(each.start <= now < each.end for each in on)
    hole = any(gap.start <= now < gap.end for gap in gaps(made, now, zone=zone, days=1))
    assert bool(on) is not hole
    for person in "abc":
        ends = [each.end for each in on if person in each.people]
        assert current_end(made, person, now, zone=zone) == (max(ends) if ends else None)
    later = next_after(made, now, zone=zone)
    if later:
        between = rostered(made, now, later[0].start, zone=zone)
        assert all(each.start <= now for each in between)

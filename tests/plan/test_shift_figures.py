"""The figures of a shift and its small charts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from hisconsole.plan.shift_figures import LEVELS, Figures, Spread, bars, figures, sparkline, told
from hisconsole.plan.words import Category
from tests.plan.hand import moment
from tests.plan.handing import begun, numbered
from tests.plan.play import ZONE, Play

MIN = timedelta(minutes=1)


def of(*plays: Play, since: float = -60, until: float = 180) -> Figures:
    events = [event for play in plays for event in play.events]
    incidents = [play.incident for play in plays]
    return figures(events, incidents, since=moment(since), until=moment(until), zone=ZONE)


def test_times_run_from_the_call_to_who_took_it_to_the_first_word_to_where_it_works() -> None:
    quick = begun(0).at(1).act("acknowledge").at(8).act("verify", result="confirmed")
    quick.act("message", status="verified", affected="x", do="wait").at(50).act("recovered")
    slow = numbered(begun(5).at(12).act("acknowledge"), 2)
    late = numbered(begun(60).at(66).act("acknowledge").act("classify", category="I", reason="x"), 3)
    found = of(quick, slow, late)
    assert found.acknowledge == Spread(3, 6 * MIN, 7 * MIN)
    assert found.feedback == Spread(1, timedelta(minutes=8, seconds=1), timedelta(minutes=8, seconds=1))
    assert found.restore == Spread(1, 50 * MIN, 50 * MIN)
    assert (found.calls, found.opened) == (3, {Category.UNCLASSIFIED: 2, Category.I: 1})
    assert dict(told(found, zone=ZONE))["To take"] == "median 00:06, worst 00:07, of 3"


def test_only_what_was_reached_in_the_shift_counts() -> None:
    old = begun(-300).at(-290).act("verify", result="confirmed").at(10).act("recovered").at(20)
    old.act("reopen", reason="again").at(25).act("recovered").at(200).act("close", reason="over")
    found = of(old)
    assert (found.calls, found.opened, found.closed) == (0, {}, {})
    assert found.reopened == {Category.UNCLASSIFIED: 1}
    assert found.acknowledge.n == 0
    assert found.restore == Spread(1, 5 * MIN, 5 * MIN)
    assert dict(told(found, zone=ZONE))["To tell"] == "never"


def test_an_undone_act_was_not_done() -> None:
    play = begun(0).act("verify", result="confirmed").act("recovered")
    play.act("reopen", reason="a slip").act("undo")
    assert of(play).reopened == {}


def test_calls_stand_in_the_hours_of_the_hospitals_clock() -> None:
    plays = [numbered(begun(minute), n) for n, minute in enumerate((-10, 0, 59, 60, 130), 1)]
    hours = of(*plays).hours
    assert [(f"{start.astimezone(ZONE):%H:%M}", n) for start, n in hours] == [
        ("21:00", 1),
        ("22:00", 2),
        ("23:00", 1),
        ("00:00", 1),
        ("01:00", 0),
    ]
    assert bars(hours, 20, zone=ZONE) == ["21:00 # 1", "22:00 ## 2", "23:00 # 1", "00:00 # 1", "01:00 0"]


def test_an_hour_that_comes_twice_is_two_and_halves_are_whole_elsewhere() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    begin = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    hours = figures([], [], since=begin, until=begin + 2 * 60 * MIN, zone=berlin).hours
    assert [f"{start.astimezone(berlin):%H:%M}" for start, _n in hours] == ["02:00", "02:00", "03:00"]
    half = figures([], [], since=begin, until=begin + 60 * MIN, zone=ZoneInfo("Asia/Kolkata")).hours
    assert [start.minute for start, _n in half] == [30, 30]


COUNTS = st.lists(st.integers(0, 5000), max_size=30)


@given(counts=COUNTS, width=st.integers(20, 120))
def test_bars_fit_and_nothing_alone_has_none(counts: list[int], width: int) -> None:
    hours = [(moment(60 * n), count) for n, count in enumerate(counts)]
    lines = bars(hours, width, zone=ZONE)
    assert len(lines) == len(counts)
    for line, count in zip(lines, counts, strict=True):
        assert len(line) <= width
        assert line.isascii()
        assert ("#" in line) is (count > 0)
        assert line.split()[-1] == str(count)
    longest = sorted(zip(counts, (line.count("#") for line in lines), strict=True))
    assert [bar for _count, bar in longest] == sorted(bar for _count, bar in longest)


@given(counts=COUNTS, width=st.integers(0, 60))
def test_a_sparkline_keeps_the_peak(counts: list[int], width: int) -> None:
    row = sparkline(counts, width)
    assert len(row) == min(width, len(counts))
    assert set(row) <= set(LEVELS)
    if row and max(counts):
        assert LEVELS[-1] in row
    assert not row or bool(row.strip()) is any(counts)

"""Drills: what is kept of one, how it is measured against the plan's clocks, how two compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from hisconsole.plan.aftermath_names import Names
from hisconsole.plan.drill_figures import Case, figures
from hisconsole.plan.drill_words import comparison, difference, kept_label, length, report
from hisconsole.plan.drills import Figure, Held, held, held_drills, last_held
from hisconsole.plan.events import SITE, Event, Kind, NewEvent
from hisconsole.plan.paper import lines
from hisconsole.plan.replay import Keeping
from hisconsole.text import cell_len
from tests.hospital import START
from tests.plan.hand import Hand, outage, sample
from tests.plan.play import LI, ZONE, a_report

NAMES = Names("Test Hospital", "T-", ZONE, "Asia/Shanghai")
FIGURES = (
    Figure("watch", 12),
    Figure("verified", 250, 130, 300, "met"),
    Figure("declared", None, None, 600, "ahead"),
)


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def recorded(new: NewEvent, seq: int) -> Event:
    return Event(seq, f"act-{seq}", new.kind, new.incident, new.at, new.at, LI, "tester", "local", new.body)


def a_drill(scenario: str = "fibre", found: Sequence[Figure] = FIGURES) -> NewEvent:
    return held(scenario, began=START, ended=at(20), folder="drills/1-fibre", incidents=2, figures=found)


# -- what is kept ------------------------------------------------------------------------------------


def test_a_drill_is_an_event_of_no_incident_and_comes_back_whole() -> None:
    new = a_drill()
    assert (new.kind, new.incident, new.at) == (Kind.DRILL_HELD, SITE, at(20))
    (found,) = held_drills([recorded(new, 7)])
    assert found == Held(1, "fibre", START, at(20), LI, "drills/1-fibre", 2, FIGURES)


def test_the_last_drill_is_the_newest_and_none_where_none_was_held() -> None:
    other = NewEvent(Kind.UNSILENCED, SITE, START, {"target": "ups-1", "silence": "4"})
    history = [recorded(a_drill("core"), 1), recorded(other, 2), recorded(a_drill("fibre"), 3)]
    last = last_held(history)
    assert last is not None
    assert (last.number, last.scenario) == (2, "fibre")
    assert last_held([recorded(other, 2)]) is None


# -- how it is measured ------------------------------------------------------------------------------


def measured(*plays: Hand, ended: float = 60, seen: float | None = None) -> dict[str, Figure]:
    """The figures of incidents whose scenario broke a minute before the first call."""
    plan = sample().plan
    found = figures(
        [Case(play.incident, play.events, plan) for play in plays],
        plan,
        broke=at(-1),
        seen=at(seen) if seen is not None else None,
        ended=at(ended),
    )
    return {each.key: each for each in found}


def called() -> Hand:
    play = Hand()
    play.call(a_report(department="registration"))
    return play


def test_a_drill_in_which_nobody_did_anything() -> None:
    found = measured(ended=5)
    assert {each.after_s for each in found.values()} == {None}
    assert found["verified"].kept == Keeping.AHEAD
    assert "declared" in found
    assert "leader" in found


def test_what_was_done_counts_from_the_break_and_from_where_the_plan_counts() -> None:
    play = called().at(1).act("acknowledge")
    found = measured(play, seen=-0.5)
    assert found["watch"] == Figure("watch", 30)
    assert found["detected"].after_s == 60
    assert found["acknowledged"] == Figure("acknowledged", 120, 60, 120, Keeping.MET.value)


@pytest.mark.parametrize(("minute", "kept"), [(2, Keeping.MET), (2.1, Keeping.LATE), (30, Keeping.LATE)])
def test_the_clock_of_the_plan_is_kept_to_the_second(minute: float, kept: Keeping) -> None:
    assert measured(called().at(minute).act("acknowledge"))["acknowledged"].kept == kept


@pytest.mark.parametrize(("ended", "kept"), [(1.9, Keeping.AHEAD), (2, Keeping.MISSED)])
def test_what_was_not_done_is_missed_once_its_time_is_over(ended: float, kept: Keeping) -> None:
    figure = measured(called(), ended=ended)["acknowledged"]
    assert (figure.after_s, figure.kept) == (None, kept)


def test_of_several_incidents_the_first_counts() -> None:
    early, late = called().at(1).act("acknowledge"), called().at(9).act("acknowledge")
    assert measured(late, early)["acknowledged"].took_s == 60


def test_the_gates_are_measured_by_their_notices() -> None:
    found = measured(
        outage("cashier", "registration").at(9).act("notice", kind="start", departments="cashier")
    )
    assert found["gate:cashier"].kept == Keeping.MET
    assert found["gate:cashier"].limit_s == 600
    assert found["gate:cashier"].after_s == 600
    assert found["gate:stage-1"].kept == Keeping.MISSED
    assert found["gate:stage-1"].after_s is None


def test_without_a_clock_nothing_is_kept_or_missed() -> None:
    figure = measured(called())["detected"]
    assert (figure.limit_s, figure.kept, kept_label(figure.kept)) == (None, "", "")


# -- how it is told ----------------------------------------------------------------------------------


HEAD = "Head of the record: 0123456789abcdef@7"


def drill(number: int = 1, scenario: str = "fibre", found: Sequence[Figure] = FIGURES) -> Held:
    return Held(number, scenario, START, at(20), LI, f"drills/{number}", 2, tuple(found))


def test_the_report_fits_eighty_columns_and_says_drill_at_both_ends() -> None:
    text = lines(report(drill(), sample().plan, NAMES, head=HEAD), 80)
    assert max(map(cell_len, text)) <= 80
    assert text[0] == "DRILL 1: fibre"
    assert text[-1] == f"DRILL. Its own record: drills/1  {HEAD}"
    rows = [line.split() for line in text]
    assert ["Seen", "by", "the", "watch", "0:12", "-", "-"] in rows
    assert ["Verified", "4:10", "2:10", "5:00", "in", "time"] in rows
    assert ["Category", "declared", "-", "-", "10:00", "ahead"] in rows


def test_two_drills_side_by_side() -> None:
    later = (
        Figure("watch", 10),
        Figure("verified", 400, 280, 300, "met"),
        Figure("gate:cashier", 60, 60, 600, "met"),
    )
    text = lines(comparison(drill(2, found=later), drill(1), sample().plan, NAMES, head=HEAD), 80)
    assert max(map(cell_len, text)) <= 80
    rows = [line.split() for line in text]
    assert ["Seen", "by", "the", "watch", "0:12", "0:10", "-0:02"] in rows
    assert ["Verified", "4:10", "6:40", "+2:30"] in rows
    assert ["Notices:", "cashier", "by", "hand", "-", "1:00", "-"] in rows
    assert not any("different scenarios" in line for line in text)
    assert text[-1] == f"DRILL  {HEAD}"


def test_two_scenarios_are_compared_with_a_warning() -> None:
    text = lines(comparison(drill(2, "core"), drill(1), sample().plan, NAMES, head=HEAD), 80)
    assert any("different scenarios" in line for line in text)


@pytest.mark.parametrize(
    ("then", "now", "by"),
    [
        (None, Figure("watch", 3), None),
        (Figure("watch", 5), Figure("watch", None), None),
        (Figure("watch", 5), Figure("watch", 3), -2),
    ],
)
def test_a_difference_needs_both(then: Figure | None, now: Figure | None, by: int | None) -> None:
    assert difference(then, now) == by


@pytest.mark.parametrize(
    ("seconds", "told"), [(None, "-"), (0, "0:00"), (67, "1:07"), (3847, "1:04:07"), (-67, "-1:07")]
)
def test_a_length(seconds: int | None, told: str) -> None:
    assert length(seconds) == told

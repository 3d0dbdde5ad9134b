"""Planned stops (domain 2.4, 5.9): their life, their quiet, what they owe, what is said of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.errors import NotFound, Refused
from hisconsole.plan import maintenance_acts as acts
from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.maintenance import (
    BEGINS,
    ENDS,
    OVER,
    OVERRUN,
    Maintenance,
    Stage,
    overran,
    present,
    quiet,
    stage,
    unfinished,
)
from hisconsole.plan.maintenance_words import filing, notice, overrun_words, short_words, when_words
from hisconsole.plan.shown import silenced
from hisconsole.plan.site import duties_of_site, site_fell_due
from hisconsole.text import printable
from tests.hostile import HOSTILE
from tests.plan.stops import DEPARTMENTS, GIVEN, ZONE, Record, clock_at

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
"""22:00 in the hospital; the stop of most tests runs from 23:00 to 01:00."""


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (0, Stage.PLANNED),
        (59.9, Stage.PLANNED),
        (60, Stage.RUNNING),
        (179.9, Stage.RUNNING),
        (180, Stage.LATE),
        (194.9, Stage.LATE),
        (195, Stage.OVERRUN),
        (9999, Stage.OVERRUN),
    ],
)
def test_how_far_a_stop_has_come_is_asked_of_the_clock(minutes: float, expected: Stage) -> None:
    stop = Record().plan(NOW)
    assert stage(stop, at(minutes)) is expected
    loud = expected in (Stage.PLANNED, Stage.OVERRUN)
    assert [each.target for each in quiet([stop], now=at(minutes))] == ([] if loud else ["his-db-1"])


def test_a_stop_holds_every_field_of_its_notice() -> None:
    record = Record()
    stop = record.plan(NOW, services="lis, his", targets="a,b  a", departments="all", whole="no")
    assert (stop.number, stop.by, stop.planned_at) == (1, "li.na", NOW)
    assert (stop.targets, stop.services, stop.whole) == (("a", "b"), ("lis", "his"), False)
    assert (stop.start, stop.end, stop.departments) == (at(60), at(180), ("all",))
    assert record.plan(NOW).number == 2


@pytest.mark.parametrize(
    ("start", "until", "begins", "ends"),
    [
        ("now", "+30", 0, 30),
        ("23:30", "+2h", 90, 210),
        ("11-25 01:00", "03:00", 27 * 60, 29 * 60),  # the end is the next such time after the beginning
        ("11-24 23:00", "01:00", 25 * 60, 27 * 60),
    ],
)
def test_its_end_counts_from_its_beginning(start: str, until: str, begins: float, ends: float) -> None:
    stop = Record().plan(NOW, start=start, until=until)
    assert (stop.start, stop.end) == (at(begins), at(ends))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"systems": " "}, "What stops is needed"),
        ({"until": ""}, "Until is needed"),
        ({"reason": ""}, "Reason is needed"),
        ({"approved_by": ""}, "Approved by is needed"),
        ({"departments": ""}, "Departments is needed"),
        ({"start": "-10"}, "begins now or later"),
        ({"start": "soon"}, "From: 'soon' is not a time"),
        ({"until": "-10"}, "ends after it begins"),
        ({"until": "+15d"}, "is not a time"),
        ({"until": "+400h"}, "at most 14 days"),
        ({"departments": "reg lobby"}, "no department 'lobby'"),
        ({"departments": "all reg"}, "no department 'all'"),
        ({"whole": "maybe"}, "'maybe' is none of"),
        ({"colour": "red"}, "does not ask for colour"),
    ],
)
def test_a_stop_without_what_its_notice_needs_is_refused(given: dict[str, str], sentence: str) -> None:
    with pytest.raises((Refused, NotFound), match=sentence):
        Record().plan(NOW, **given)


Do = Callable[[Maintenance, datetime], NewEvent]


def begin(stop: Maintenance, now: datetime) -> NewEvent:
    return acts.begin(stop, now=now, clock=clock_at(now))


def end(stop: Maintenance, now: datetime) -> NewEvent:
    return acts.end(stop, outcome="", now=now, clock=clock_at(now))


def cancel(stop: Maintenance, now: datetime) -> NewEvent:
    return acts.cancel(stop, reason="r", now=now, clock=clock_at(now))


def extend(stop: Maintenance, now: datetime) -> NewEvent:
    until = max(stop.end, now) + timedelta(hours=1)
    return acts.extend(stop, until=until, reason="slow", now=now, clock=clock_at(now))


# Act, minutes since it was planned, what is refused (empty: it is done), the stage after it.
@pytest.mark.parametrize(
    ("do", "minutes", "sentence", "after"),
    [
        (begin, 10, "", Stage.RUNNING),
        (begin, 60, "runs already, since 23:00", Stage.RUNNING),
        (end, 10, "has not begun: cancel it", Stage.PLANNED),
        (end, 61, "", Stage.ENDED),
        (end, 500, "", Stage.ENDED),
        (cancel, 10, "", Stage.CANCELLED),
        (cancel, 61, "runs: end it instead", Stage.RUNNING),
        (extend, 10, "", Stage.PLANNED),
        (extend, 100, "", Stage.RUNNING),
        (extend, 185, "", Stage.RUNNING),
        (extend, 500, "", Stage.RUNNING),
    ],
)
def test_what_can_be_done_when(do: Do, minutes: float, sentence: str, after: Stage) -> None:
    record = Record()
    stop = record.plan(NOW)
    if sentence:
        with pytest.raises(Refused, match=sentence):
            do(stop, at(minutes))
    else:
        record.add(do(stop, at(minutes)), actor="wang.wei")
    assert stage(record.stops[0], at(minutes)) is after


@pytest.mark.parametrize("do", [begin, end, cancel, extend])
@pytest.mark.parametrize(
    ("first", "sentence"),
    [(end, "was ended at 23:10 by wang.wei"), (cancel, "was cancelled at 22:10 by wang.wei")],
)
def test_the_loser_of_a_race_is_told_who_was_first(do: Do, first: Do, sentence: str) -> None:
    record = Record()
    stop = record.plan(NOW)
    record.add(first(stop, at(70 if first is end else 10)), actor="wang.wei")
    with pytest.raises(Refused, match=sentence):
        do(record.stops[0], at(75))


def test_an_extension_goes_on_from_the_end_there_is() -> None:
    record = Record()
    stop = record.plan(NOW)
    for until, sentence in (
        (at(170), "to end at 11-24 01:00 already"),
        (at(61 + 15 * 1440), "at most 14 days"),
    ):
        with pytest.raises(Refused, match=sentence):
            acts.extend(stop, until=until, reason="r", now=at(120), clock=clock_at(NOW))
    record.add(extend(stop, at(190)))
    (stop,) = record.stops
    assert stop.end == at(250)
    assert [(each.until, each.reason, each.by) for each in stop.extensions] == [(at(250), "slow", "li.na")]
    assert stage(stop, at(200)) is Stage.RUNNING


def test_a_handover_ends_the_quiet_that_is_not_accepted_again_and_an_extension_renews_it() -> None:
    record = Record()
    record.plan(NOW, targets="a")
    record.plan(NOW, targets="b")
    record.plan(NOW, targets="c", start="+9h")
    lapsed = acts.lapse(record.stops, accepted={2}, now=at(100))
    assert [(each.kind, each.body) for each in lapsed] == [(Kind.MAINTENANCE_LAPSED, {"number": 1})]
    record.add(lapsed[0])
    assert [each.target for each in quiet(record.stops, now=at(101))] == ["b"]
    assert stage(record.stops[0], at(101)) is Stage.RUNNING
    assert acts.lapse(record.stops, accepted={2}, now=at(102)) == []
    record.add(extend(record.stops[0], at(110)))
    assert {each.target for each in quiet(record.stops, now=at(111))} == {"a", "b"}


def test_its_quiet_covers_targets_with_what_hangs_on_them_and_services() -> None:
    stop = Record().plan(NOW, targets="sw-1", services="pacs")
    parents = {"sw-1": (), "pc-1": ("sw-1",), "both": ("sw-1", "sw-2"), "img": ()}
    carries = {"img": ("pacs",), "engine": ("pacs", "his"), "pc-1": ()}
    found = silenced(quiet([stop], now=at(61)), parents, now=at(61), carries=carries)
    assert set(found) == {"sw-1", "pc-1", "img"}
    assert {each.maintenance for each in found.values()} == {1}
    assert found["sw-1"].reason == "maintenance 1: new disks"
    assert found["sw-1"].end == at(195)


def due(record: Record) -> list[tuple[str, str, datetime]]:
    owed, _told = duties_of_site(record.events)
    return [(each.duty, each.key, each.at) for each in owed]


def test_a_stop_owes_its_beginning_once_and_its_end_until_it_is_over() -> None:
    record = Record()
    stop = record.plan(NOW)
    assert due(record) == [(BEGINS, "1", at(60)), (ENDS, "1", at(195))]
    assert site_fell_due(record.events, now=at(59)) == []
    (told,) = site_fell_due(record.events, now=at(60))
    record.add(told, actor="watch")
    assert due(record) == [(ENDS, "1", at(195))]
    (told,) = site_fell_due(record.events, now=at(195))
    record.add(told, actor="watch")
    assert site_fell_due(record.events, now=at(999)) == []
    record.add(extend(stop, at(200)))
    assert due(record) == [(ENDS, "1", at(275))]
    assert [each.body["key"] for each in site_fell_due(record.events, now=at(275))] == ["1"]
    record.add(end(record.stops[0], at(280)))
    assert due(record) == []


def test_begun_early_or_cancelled_it_owes_no_beginning() -> None:
    record = Record()
    record.add(begin(record.plan(NOW), at(5)))
    record.add(cancel(record.plan(NOW), at(5)))
    assert due(record) == [(ENDS, "1", at(195))]
    assert record.stops[0].start == at(5)


def test_begun_as_it_was_planned_it_owes_its_end_alone() -> None:
    record = Record()
    record.plan(NOW, start="now")
    assert due(record) == [(ENDS, "1", at(135))]


def test_what_is_told_of_is_what_runs_and_what_comes_within_twelve_hours() -> None:
    record = Record()
    for start in ("+13h", "+11h", "+60"):
        record.plan(NOW, start=start)
    record.add(cancel(record.plan(NOW), at(1)))
    assert [each.number for each in unfinished(record.stops)] == [3, 2, 1]
    assert [each.number for each in present(record.stops, at(61))] == [3, 2, 1]
    assert [each.number for each in present(record.stops, NOW)] == [3, 2]
    assert [each.number for each in present(record.stops, at(9999))] == [3, 2, 1]


def read_out(stop: Maintenance, now: datetime) -> list[str]:
    names = {"reg": "Registration 挂号处", "lab": "Laboratory"}
    return notice(
        stop, now, hospital="Hexi", mark="", clock=clock_at(now), call=lambda id_: names.get(id_, id_)
    )


def test_the_notice_says_what_where_when_why_and_who() -> None:
    record = Record()
    stop = record.plan(NOW, changes="faster")
    assert read_out(stop, NOW) == [
        "Hexi",
        "PLANNED STOP 1",
        "",
        "What stops: HIS database",
        "Where: Registration 挂号处, Laboratory",
        "From: 23:00",
        "Until about: 11-24 01:00 (it takes 02:00)",
        "Why: new disks",
        "Afterwards: faster",
        "Approved by: Dr Sun",
        "Questions to: Chen Hao, 8100",
    ]
    record.add(extend(stop, at(190)))
    told = read_out(record.stops[0], at(190))
    assert told[-1] == "Extended until 02:10: slow"
    assert "Until about: 02:10 (it takes 03:10)" in told
    assert read_out(record.stops[0], at(999))[1] == "PLANNED STOP 1 TAKES LONGER THAN PLANNED"
    record.add(end(record.stops[0], at(240)))
    assert read_out(record.stops[0], at(240))[1] == "PLANNED STOP 1 IS OVER"
    assert read_out(record.stops[0], at(240))[-1] == "Ended at 02:00: it works again"
    record.add(cancel(record.plan(NOW), at(2)))
    assert read_out(record.stops[1], at(3))[1] == "PLANNED STOP 2 IS CANCELLED"
    assert read_out(record.stops[1], at(3))[-1] == "Cancelled at 22:02: r"


@pytest.mark.parametrize(
    ("departments", "where"), [("all", "Where: all departments"), ("none", "Where: no department")]
)
def test_the_notice_names_all_or_none(departments: str, where: str) -> None:
    assert where in read_out(Record().plan(NOW, departments=departments), NOW)


@pytest.mark.parametrize(
    ("minutes", "when", "short"),
    [
        (0, "from 23:00 until 11-24 01:00", "1 from 23:00 HIS database"),
        (61, "until 11-24 01:00", "1 until 11-24 01:00 HIS database"),
        (181, "was to end at 01:00, 00:01 ago", "1 LATE since 01:00 HIS database"),
        (240, "was to end at 01:00, 01:00 ago", "1 OVERRUN since 01:00 HIS database"),
    ],
)
def test_a_stop_in_few_words(minutes: float, when: str, short: str) -> None:
    stop = Record().plan(NOW)
    assert when_words(stop, at(minutes), clock=clock_at(at(minutes))) == when
    assert short_words(stop, at(minutes), clock=clock_at(at(minutes))) == short


def test_a_stop_of_a_day_is_filed_with_the_insurance_center() -> None:
    assert filing(Record().plan(NOW)) == ""
    assert "3 days ahead" in filing(Record().plan(NOW, until="+24h"))


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_words_stay_words(hostile: str) -> None:
    """What was typed is made printable where it enters, and is never taken for anything else."""
    words = dict.fromkeys(("systems", "reason", "changes", "approved_by", "contact"), f"x{hostile}")
    record = Record()
    stop = record.plan(NOW, targets=hostile, services=hostile, **words)
    lines = read_out(stop, NOW)
    lines += [overrun_words(stop, clock=clock_at(NOW)), short_words(stop, NOW, clock=clock_at(NOW))]
    lines += [*stop.targets, *stop.services, *(each.reason for each in quiet([stop], now=at(61)))]
    assert all(printable(line, limit=9999, lines=True) == line for line in lines)


# One moment and one act at a time, in any order: acts that are refused change nothing.
STEPS = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from(["begin", "end", "cancel", "extend", "lapse", "watch"])),
    max_size=25,
)
TOLD = {"begin": begin, "end": end, "cancel": cancel, "extend": extend}


@given(starts=st.lists(st.integers(0, 300), min_size=1, max_size=3), steps=STEPS)
def test_whatever_is_done_in_whatever_order_a_stop_has_one_life_and_at_most_one_incident(
    starts: list[int], steps: list[tuple[int, str]]
) -> None:
    record, now, incidents = Record(), NOW, 0
    for start in starts:
        record.plan(NOW, start=f"+{start}", until="+60", targets=f"t-{start}")
    for minutes, what in steps:
        now += timedelta(minutes=minutes)
        before = {each.number: stage(each, now) for each in record.stops}
        if what == "watch":
            incidents += _watch(record, now, incidents)
        elif what == "lapse":
            for new in acts.lapse(record.stops, accepted=(), now=now):
                record.add(new)
        else:
            for stop in record.stops:
                try:
                    record.add(TOLD[what](stop, now))
                except Refused:
                    assert stage(acts.the(stop.number, record.events), now) is before[stop.number]
        _is_sound(record, now, before)
    incidents += _watch(record, now, incidents)
    assert _watch(record, now, incidents) == 0


def _watch(record: Record, now: datetime, incidents: int) -> int:
    """What the due clock does; returns how many incidents it opened."""
    for told in site_fell_due(record.events, now=now):
        record.add(told, actor="watch")
    opened = overran(record.stops, now=now)
    for at_, stop in enumerate(opened, start=incidents + 1):
        record.add(acts.overrun(stop, at_, now=now), actor="watch")
    return len(opened)


def _is_sound(record: Record, now: datetime, before: dict[int, Stage]) -> None:
    overruns = [each.body["number"] for each in record.events if each.kind is Kind.MAINTENANCE_OVERRAN]
    assert len(overruns) == len(set(overruns))
    owed = {(duty, key) for duty, key, _at in due(record)}
    for stop in record.stops:
        at_ = stage(stop, now)
        assert before[stop.number] not in OVER or at_ is before[stop.number]
        assert ((ENDS, str(stop.number)) in owed) is (at_ not in OVER)
        assert stop.end > stop.planned_at
        running = at_ in (Stage.RUNNING, Stage.LATE)
        assert bool(quiet([stop], now=now)) is (running and stop.lapsed_at is None)
        assert all(each.end == stop.end + OVERRUN for each in quiet([stop], now=now))
        assert (stop.number in overruns) is bool(stop.incident)


def test_the_fields_of_tests_are_those_that_are_asked() -> None:
    assert set(GIVEN) | {"whole"} == {each.name for each in acts.plan_fields()}
    assert DEPARTMENTS
    assert ZONE.key == "Asia/Shanghai"

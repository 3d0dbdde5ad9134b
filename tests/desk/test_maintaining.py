"""Planned stops at the desk: on record, seen by all, and an incident once when they overrun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hisconsole.desk import maintaining
from hisconsole.desk.desk import Desk
from hisconsole.desk.duties import all_due, tell_overdue
from hisconsole.desk.reading import read_incident, read_log
from hisconsole.errors import NotFound, Refused
from hisconsole.plan.events import SITE, Kind
from hisconsole.plan.maintenance import BEGINS, ENDS, Stage, quiet, stage
from hisconsole.store.verify import verify
from tests.hospital import Clock
from tests.plan.stops import GIVEN


def plan(desk: Desk, **given: str) -> int:
    return maintaining.of_act(desk, maintaining.add(desk, {**GIVEN, **given})).number


def incidents(desk: Desk) -> list[int]:
    return [each.incident for each in reversed(read_log(desk, limit=1000)) if each.kind is Kind.OPENED]


def owed(desk: Desk) -> Sequence[tuple[str, str]]:
    return [(each.due.duty, each.due.key) for each in all_due(desk) if each.due.incident == SITE]


def holds(desk: Desk) -> None:
    with desk.database.read() as connection:
        assert verify(connection).faults == ()


def test_a_stop_is_planned_extended_and_ended_and_its_due_rows_follow(desk: Desk, clock: Clock) -> None:
    number = plan(desk)
    assert owed(desk) == [(BEGINS, "1"), (ENDS, "1")]
    clock.pass_(minutes=61)
    assert tell_overdue(desk) == 1
    assert owed(desk) == [(ENDS, "1")]
    maintaining.extend(desk, number, {"until": "+4h", "reason": "slow"})
    maintaining.end(desk, number, {"outcome": "works"})
    assert owed(desk) == []
    assert stage(maintaining.one(desk, number), clock()) is Stage.ENDED
    assert incidents(desk) == []
    holds(desk)


def test_repeating_an_act_plans_nothing_twice(desk: Desk) -> None:
    for _again in range(2):
        outcome = maintaining.add(desk, GIVEN, act="plan-1")
    assert outcome.repeated
    assert maintaining.of_act(desk, outcome).number == 1
    assert [each.number for each in maintaining.every(desk)] == [1]
    assert [plan(desk), plan(desk)] == [2, 3]


def test_the_second_of_two_who_end_it_is_told_who_was_first(
    desk: Desk, colleague: Desk, clock: Clock
) -> None:
    number = plan(desk)
    clock.pass_(minutes=61)
    maintaining.end(colleague, number, {})
    with pytest.raises(Refused, match=r"was ended at 23:01 by wang\.wei"):
        maintaining.end(desk, number, {})


@pytest.mark.parametrize("act", ["begin", "extend", "end", "cancel"])
def test_what_is_not_there_is_not_found(desk: Desk, act: str) -> None:
    given = {"extend": {"until": "+1h", "reason": "r"}, "end": {}, "cancel": {"reason": "r"}}
    args = [given[act]] if act in given else []
    with pytest.raises(NotFound, match="no maintenance 7"):
        getattr(maintaining, act)(desk, 7, *args)


def test_a_department_that_is_not_there_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound, match="no department 'lobby'"):
        plan(desk, departments="reg lobby")


def test_an_overrun_is_an_incident_once(desk: Desk, clock: Clock) -> None:
    number = plan(desk)
    clock.pass_(minutes=194)
    tell_overdue(desk)
    assert incidents(desk) == []
    clock.pass_(minutes=1)
    assert tell_overdue(desk) == 1
    assert tell_overdue(desk) == 0
    found = maintaining.one(desk, number)
    assert (incidents(desk), found.incident) == ([1], 1)
    incident = read_incident(desk, 1).incident
    (report,) = incident.reports
    assert (report.reporter, report.workstation, report.department) == ("console", "his-db-1", "reg")
    assert (incident.t0, report.critical) == (found.quiet_until, True)
    assert "Maintenance 1 has overrun: HIS database" in report.words
    assert "(new disks; Chen Hao, 8100)" in report.words
    assert quiet([found], now=clock()) == ()
    holds(desk)


def test_extended_after_that_it_is_quiet_again_and_opens_no_second_one(desk: Desk, clock: Clock) -> None:
    number = plan(desk)
    clock.pass_(minutes=300)
    tell_overdue(desk)
    maintaining.extend(desk, number, {"until": "+30", "reason": "slow"})
    assert [each.target for each in quiet(maintaining.every(desk), now=clock())] == ["his-db-1"]
    clock.pass_(minutes=60)
    assert tell_overdue(desk) >= 1
    assert incidents(desk) == [1]
    assert quiet(maintaining.every(desk), now=clock()) == ()
    maintaining.end(desk, number, {})
    clock.pass_(days=2)
    tell_overdue(desk)
    assert incidents(desk) == [1]
    holds(desk)


def test_several_that_overrun_at_once_each_have_a_number_of_their_own(desk: Desk, clock: Clock) -> None:
    for targets in ("a", "b", ""):
        plan(desk, targets=targets, departments="none")
    clock.pass_(days=1)
    tell_overdue(desk)
    assert incidents(desk) == [1, 2, 3]
    assert [each.incident for each in maintaining.every(desk)] == [1, 2, 3]
    reports = [read_incident(desk, number).incident.reports[0] for number in (1, 2, 3)]
    assert [(each.number, each.workstation, each.critical) for each in reports] == [
        (1, "a", False),
        (2, "b", False),
        (3, "", False),
    ]
    holds(desk)


def test_after_a_long_time_without_a_watch_it_is_still_told(desk: Desk, clock: Clock) -> None:
    plan(desk, departments="all")
    clock.pass_(days=90)
    tell_overdue(desk)
    assert incidents(desk) == [1]
    assert read_incident(desk, 1).incident.reports[0].critical


def test_a_clock_that_was_set_back_opens_no_second_incident(desk: Desk, clock: Clock) -> None:
    plan(desk)
    clock.pass_(days=1)
    tell_overdue(desk)
    clock.pass_(hours=-20)
    tell_overdue(desk)
    clock.pass_(days=2)
    tell_overdue(desk)
    assert incidents(desk) == [1]


def test_the_notice_names_the_hospital_and_says_that_it_is_a_sample(desk: Desk) -> None:
    found = maintaining.one(desk, plan(desk))
    lines = maintaining.notice_lines(desk.site, found, now=desk.now(), clock=desk.clock)
    assert lines[:3] == ["SAMPLE, NOT A REAL HOSPITAL", "Test Hospital", "PLANNED STOP 1"]
    assert "Where: Registration, Laboratory" in lines
    real = replace(desk.site, sample=False)
    told = maintaining.notice_lines(real, found, now=desk.now(), clock=desk.clock)
    assert told[:2] == ["Test Hospital", "PLANNED STOP 1"]

"""Escalation: predicates with their moments, the decision that is due, the order of calls, who may say no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hisconsole.plan.escalation import refusal, script, standing, steps
from hisconsole.plan.incident import Decided, Incident
from hisconsole.plan.words import Category, State
from tests.hospital import START
from tests.plan.play import LI, WANG
from tests.plan.small_plan import (
    CONFIRMED,
    FAR,
    PLAN,
    SUSPECTED,
    an_eta,
    an_incident,
    came_back,
    minutes,
    paralysed,
    serious,
    with_etas,
)


def at(moment: datetime | None) -> float | None:
    """A moment as minutes after the beginning."""
    return None if moment is None else (moment - START).total_seconds() / 60


@pytest.mark.parametrize(
    ("incident", "since"),
    [
        pytest.param(an_incident(), None, id="one ordinary desk is not serious"),
        pytest.param(serious(), 3, id="Category I, from when it was classified"),
        pytest.param(an_incident("registration", "cashier"), 0, id="two departments, from the second call"),
        pytest.param(an_incident("icu"), 0, id="care, from its call"),
        pytest.param(
            serious(reports=an_incident("registration", "cashier").reports), 0, id="two reasons: the earlier"
        ),
        pytest.param(serious(state=State.RECOVERED), None, id="it is over"),
        pytest.param(
            serious(state=State.VERIFYING, verification="not-reproduced"), None, id="looked into: no fault"
        ),
        pytest.param(serious(verification="user-resolved"), 3, id="reopened after the user had resolved it"),
    ],
)
def test_serious(incident: Incident, since: float | None) -> None:
    found = standing(incident, PLAN).serious
    assert at(found.holds_from) == since
    assert bool(found.why) is (since is not None)


@pytest.mark.parametrize(
    ("incident", "since"),
    [
        pytest.param(an_incident(), 20, id="no cause"),
        pytest.param(an_incident(cause="fuse", confidence=CONFIRMED), None, id="the cause is confirmed"),
        pytest.param(an_incident(cause="fuse", confidence=SUSPECTED), 20, id="suspected without an ETA"),
        pytest.param(
            with_etas(an_incident(confidence=SUSPECTED), (29, 29, 10)), 29, id="suspected, until its ETA ends"
        ),
        pytest.param(
            with_etas(an_incident(confidence=SUSPECTED), (12, 15, 10)), 20, id="its ETA ends before minute 20"
        ),
        pytest.param(
            with_etas(an_incident(confidence=SUSPECTED), (30, 45, 10)), 45, id="an ETA of exactly 30 min"
        ),
        pytest.param(
            with_etas(an_incident(confidence=SUSPECTED), (31, 45, 10)), 20, id="an ETA of more than 30 min"
        ),
        pytest.param(with_etas(an_incident(), (29, 29, 10)), 20, id="an ETA alone is no cause"),
        pytest.param(an_incident(aggravators=("event",)), 10, id="a major event moves it earlier"),
        pytest.param(an_incident(aggravators=("away",)), 15, id="staff away moves it by its own figure"),
        pytest.param(an_incident(aggravators=("away", "event")), 10, id="they do not add up"),
    ],
)
def test_cause_unknown(incident: Incident, since: float | None) -> None:
    found = standing(incident, PLAN).unknown
    assert at(found.holds_from) == since
    assert bool(found.why) is (since is not None)


@pytest.mark.parametrize(
    ("incident", "since"),
    [
        pytest.param(an_incident(), 20, id="no ETA counts from minute 20"),
        pytest.param(with_etas(an_incident(), (25, 29, 5)), 29, id="a near ETA, until it runs out"),
        pytest.param(with_etas(an_incident(), (8, 12, 5)), 20, id="ran out early: as if there were none"),
        pytest.param(with_etas(an_incident(), (31, 40, 5)), 5, id="a far ETA, from when it was given"),
        pytest.param(with_etas(an_incident(), (30, 60, 5)), 60, id="30 min are not more than 30"),
        pytest.param(with_etas(an_incident(), (31, 40, 25)), 20, id="far after none: without a break"),
        pytest.param(with_etas(an_incident(), (45, 50, 5), (60, 70, 9)), 5, id="far after far: no break"),
        pytest.param(with_etas(an_incident(), (45, 50, 5), (25, 28, 9)), 28, id="far taken back"),
        pytest.param(with_etas(an_incident(), (25, 28, 5), (45, 50, 9)), 9, id="near put off"),
        pytest.param(
            with_etas(an_incident(), (10, 12, 5), (45, 50, 40)), 20, id="ran out, then far: since it ran out"
        ),
        pytest.param(
            an_incident(failed_at=(minutes(6), minutes(9)), estimates=(an_eta(25, 28, 5),)),
            9,
            id="two fixes failed, from the second",
        ),
        pytest.param(
            an_incident(failed_at=(minutes(6),), estimates=(an_eta(25, 28, 5),)), 28, id="one failed fix"
        ),
        pytest.param(an_incident(aggravators=("event",)), 10, id="a major event moves it earlier"),
    ],
)
def test_not_in_the_short_term(incident: Incident, since: float) -> None:
    found = standing(incident, PLAN).not_short
    assert at(found.holds_from) == since
    assert found.why


@pytest.mark.parametrize(
    ("incident", "mandatory", "director", "due"),
    [
        pytest.param(an_incident(), None, 80, 80, id="not serious: the director after an hour of it"),
        pytest.param(serious(), 20, 80, 20, id="serious and unknown: minute 20"),
        pytest.param(
            with_etas(serious(confidence=CONFIRMED), (25, 28, 5)), 28, 88, 28, id="known and near: its end"
        ),
        pytest.param(
            with_etas(serious(confidence=CONFIRMED), (40, 50, 5)), 5, 65, 5, id="known, but far: when said"
        ),
        pytest.param(
            serious(classified_at=minutes(90)), 90, 80, 80, id="serious late: the director came first"
        ),
        pytest.param(serious(aggravators=("event",)), 10, 70, 10, id="aggravated"),
        pytest.param(serious(state=State.RECOVERED), None, None, None, id="over"),
        pytest.param(serious(state=State.MITIGATED), 20, 80, 20, id="mitigated is not over"),
    ],
)
def test_the_decision_that_is_due(
    incident: Incident, mandatory: float | None, director: float | None, due: float | None
) -> None:
    found = standing(incident, PLAN)
    assert (at(found.mandatory_at), at(found.director_at), at(found.due_at)) == (mandatory, director, due)


def test_what_cannot_wait_is_due_at_once() -> None:
    found = standing(paralysed(), PLAN)
    assert (at(found.immediate.holds_from), at(found.due_at)) == (2, 2)
    assert found.immediate.why == ("the whole network has failed",)


def _decided(held: bool, moment: float) -> Decided:
    return Decided(held=held, at=minutes(moment), by="chen.hao", reason="the vendor is here")


@pytest.mark.parametrize(
    ("incident", "due"),
    [
        pytest.param(serious(decided=_decided(False, 12)), None, id="told early"),
        pytest.param(serious(decided=_decided(True, 22)), 52, id="held: again after the half hour"),
        pytest.param(serious(decided=_decided(True, 1)), 31, id="held before it was due"),
        pytest.param(an_incident(decided=_decided(True, 10)), 80, id="held long before it is due"),
        pytest.param(
            serious(decided=_decided(True, 22), paralysis="yes", paralysis_at=minutes(30)),
            30,
            id="a new urgent reason breaks a hold",
        ),
        pytest.param(
            serious(decided=_decided(True, 22), paralysis="yes", paralysis_at=minutes(10)),
            52,
            id="an urgent reason that was known does not",
        ),
        pytest.param(
            serious(decided=_decided(True, -2), paralysis="yes", paralysis_at=minutes(-3)),
            28,
            id="nor one that was known before the time at which it is said to have begun",
        ),
        pytest.param(
            serious(
                decided=_decided(True, 22),
                paralysis="yes",
                paralysis_at=minutes(10),
                answers={"data": "attack"},
                classified_at=minutes(35),
            ),
            35,
            id="a second urgent reason breaks it",
        ),
        pytest.param(
            serious(decided=_decided(False, 12), paralysis="yes", paralysis_at=minutes(30)),
            None,
            id="they are told: nothing more to decide",
        ),
        pytest.param(
            came_back(serious(decided=_decided(False, 12)), 100),
            120,
            id="told before it came back",
        ),
        pytest.param(
            replace(came_back(serious(), 100), decided=_decided(False, 101)),
            None,
            id="told after it came back",
        ),
        pytest.param(
            replace(came_back(serious(), 100), decided=_decided(False, 45)),
            None,
            id="told after it came back, by a clock that was set back",
        ),
    ],
)
def test_what_is_due_after_a_decision(incident: Incident, due: float | None) -> None:
    assert at(standing(incident, PLAN).due_at) == due


def test_a_decision_from_before_the_reopening_is_not_shown_as_standing() -> None:
    incident = serious(decided=_decided(False, 12))
    assert standing(incident, PLAN).decided == incident.decided
    assert standing(came_back(incident, 100), PLAN).decided is None


def test_an_eta_from_before_the_reopening_counts_no_more() -> None:
    incident = came_back(serious(estimates=(an_eta(110, 115, 5),)), 100)
    assert at(standing(incident, PLAN).not_short.holds_from) == 120


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Shanghai"])
@pytest.mark.parametrize(
    "zero",
    [
        pytest.param(datetime(2026, 3, 29, 0, 50, tzinfo=UTC), id="Berlin springs forward"),
        pytest.param(datetime(2026, 10, 25, 0, 50, tzinfo=UTC), id="Berlin falls back"),
        pytest.param(datetime(2026, 11, 1, 5, 50, tzinfo=UTC), id="New York falls back"),
        pytest.param(datetime(2026, 12, 31, 23, 50, tzinfo=UTC), id="the year turns"),
        pytest.param(datetime(2028, 2, 28, 23, 50, tzinfo=UTC), id="a leap day"),
    ],
)
def test_minute_20_is_20_minutes_later_whatever_the_clock_on_the_wall_does(zero: datetime, zone: str) -> None:
    plan = replace(PLAN, timezone=zone, aggravators=())
    incident = an_incident("icu", zero=zero)
    due = standing(incident, plan).due_at
    assert due is not None
    assert due.timestamp() - zero.timestamp() == 20 * 60


@pytest.mark.parametrize(
    ("moment", "at_work"),
    [
        pytest.param("2026-11-23 08:00", True, id="Monday, the minute work begins"),
        pytest.param("2026-11-23 07:59", False, id="a minute before"),
        pytest.param("2026-11-23 17:29", True, id="the last minute"),
        pytest.param("2026-11-23 17:30", False, id="work is over"),
        pytest.param("2026-11-21 10:00", False, id="Saturday"),
        pytest.param("2026-11-22 10:00", False, id="Sunday"),
        pytest.param("2026-10-01 10:00", False, id="a holiday on a Thursday"),
        pytest.param("2026-10-02 10:00", True, id="the Friday after it"),
        pytest.param("2026-11-24 00:00", False, id="midnight"),
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin"])
def test_whom_to_call_depends_on_the_hour_where_the_hospital_is(
    moment: str, at_work: bool, zone: str
) -> None:
    plan = replace(PLAN, timezone=zone)
    there = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    wanted = plan.escalation.in_hours if at_work else plan.escalation.off_hours
    assert steps(plan, there) == wanted


@pytest.mark.parametrize(
    ("utc", "at_work"),
    [
        pytest.param("2026-03-27 07:00", True, id="winter: 08:00 in Berlin"),
        pytest.param("2026-03-27 06:59", False, id="winter: 07:59"),
        pytest.param("2026-03-30 06:00", True, id="summer: 08:00 in Berlin"),
        pytest.param("2026-03-30 05:59", False, id="summer: 07:59"),
    ],
)
def test_working_hours_follow_summer_time(utc: str, at_work: bool) -> None:
    plan = replace(PLAN, timezone="Europe/Berlin")
    found = steps(plan, datetime.fromisoformat(utc).replace(tzinfo=UTC))
    assert (found == plan.escalation.in_hours) is at_work


ROLES = {"director": ("chen.hao",), "deputy": ("fang.min",), "duty": ("duty.office",)}
NOW = minutes(25)


@pytest.mark.parametrize(
    ("by", "tried", "may"),
    [
        pytest.param("chen.hao", None, True, id="the director"),
        pytest.param("fang.min", minutes(15), True, id="the deputy, the director tried for 10 min"),
        pytest.param("duty.office", minutes(5), True, id="the duty officer, tried for 20 min"),
        pytest.param("fang.min", minutes(16), False, id="the deputy, tried for 9 min"),
        pytest.param("fang.min", None, False, id="the deputy, the director not tried"),
        pytest.param("fang.min", minutes(26), False, id="tried in the future"),
        pytest.param(LI, minutes(5), False, id="an operator"),
        pytest.param("", minutes(5), False, id="nobody named"),
    ],
)
def test_who_may_say_no(by: str, tried: datetime | None, may: bool) -> None:
    sentence = refusal(PLAN, ROLES, by, tried, NOW)
    assert (sentence == "") is may
    if not may:
        assert "director" in sentence
        assert "10 min" in sentence or ":" in sentence


def test_the_refusal_tells_from_when_the_stand_in_may() -> None:
    assert "22:26" in refusal(PLAN, ROLES, "fang.min", minutes(16), NOW)


def test_a_stand_in_need_not_wait_for_a_director_whom_the_roster_does_not_know() -> None:
    assert refusal(PLAN, {**ROLES, "director": ()}, "fang.min", None, NOW) == ""


@pytest.mark.parametrize("moment", [timedelta(), timedelta(minutes=9, seconds=59, microseconds=999999)])
def test_ten_minutes_are_ten_minutes(moment: timedelta) -> None:
    assert refusal(PLAN, ROLES, "fang.min", NOW - moment, NOW)


@pytest.mark.parametrize(
    ("values", "spoken"),
    [
        (
            {"what": "HIS down", "since": "22:00", "cause": "unknown", "what-is-asked": "your word"},
            "HIS down since 22:00; cause unknown; your word.",
        ),
        ({}, "? since ?; cause ?; ?."),
        ({"what": "", "since": "22:00"}, "? since 22:00; cause ?; ?."),
        ({"what": "{since}", "since": "22:00"}, "{since} since 22:00; cause ?; ?."),
        ({"what": r"\1 {0} %s", "since": "x"}, r"\1 {0} %s since x; cause ?; ?."),
    ],
)
def test_the_script_is_filled_once_and_shows_what_is_missing(values: dict[str, str], spoken: str) -> None:
    assert script(PLAN, "escalation", values) == spoken


def test_a_script_the_plan_does_not_have_says_nothing() -> None:
    assert script(PLAN, "poem", {}) == ""


@pytest.mark.parametrize(
    "departments", [("registration",), ("registration", "cashier"), ("icu",), ("icu", "cashier")]
)
def test_a_plan_in_which_nothing_is_serious_leaves_it_to_the_director(departments: Sequence[str]) -> None:
    found = standing(an_incident(*departments, category=Category.I, owner=WANG), FAR)
    assert found.mandatory_at is None
    assert at(found.due_at) == 80

"""Snapshots at the desk: with the call, with the category, with a gate and a notice; once, and provable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hisconsole.config import Site, load_site
from hisconsole.config.targets import load_targets
from hisconsole.desk.callers import belongs, paths_of
from hisconsole.desk.calls import take_call
from hisconsole.desk.classifying import classify, prefilled
from hisconsole.desk.desk import Desk
from hisconsole.desk.duties import all_due, tell_overdue
from hisconsole.desk.evidence import freeze_notices
from hisconsole.desk.reading import read_incident
from hisconsole.desk.review import read_review
from hisconsole.errors import Refused
from hisconsole.flows.walk import Given
from hisconsole.paths import shipped
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.paper import lines
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.status import Status
from hisconsole.store.verify import verify
from hisconsole.text import printable
from tests.hospital import START, Clock, actor, open_database
from tests.hostile import HOSTILE
from tests.plan.pictures import judged, picture, shown
from tests.shares import part

TARGETS = load_targets(shipped("config"), sample=True).targets
AGG, ACCESS, DB = "sw-agg-1", "sw-opd-1f", "his-db-1"


@pytest.fixture(scope="module")
def hospital() -> Site:
    return load_site(shipped("config"))


@pytest.fixture
def at(tmp_path: Path, hospital: Site, clock: Clock) -> Iterator[Desk]:
    desk = Desk(database=open_database(tmp_path / "data"), site=hospital, actor=actor(), now=clock)
    yield desk
    with desk.database.read() as connection:
        assert verify(connection).faults == ()
    desk.database.close()


def broken(words: str = "no answer", *, now: Any = START) -> StatusPicture:
    """The aggregation switch of the outpatients is down, the archive of the database is full."""
    made = picture(
        shown(AGG, Status.DOWN, words, now=now),
        shown(ACCESS, Status.UNREACHABLE, "behind sw-agg-1", now=now),
        shown(DB, Status.CRITICAL, words, now=now),
        now=now,
        targets=TARGETS,
    )
    full = judged("disk//u02/arch", 97, Status.CRITICAL, now=now, label=words)
    rows = tuple(replace(row, wrong=(full,) if row.target.id == DB else ()) for row in made.rows)
    return replace(made, rows=rows, by_target={row.target.id: row for row in rows})


def call(desk: Desk, workstation: str = "reg-01", **more: Any) -> int:
    return take_call(desk, {"workstation": workstation, "symptom": "no-network"}, **more).incident


def snapshots(desk: Desk, number: int = 1) -> list[Event]:
    return [event for event in read_incident(desk, number).history if event.kind is Kind.SNAPSHOT]


def whys(desk: Desk, number: int = 1) -> list[tuple[str, str]]:
    return [(event.body["why"], event.body["of"]) for event in snapshots(desk, number)]


def test_a_call_freezes_the_way_of_its_caller_in_the_same_act(at: Desk) -> None:
    call(at, picture=broken(), act="call-1")
    (event,) = snapshots(at)
    assert (event.act, event.body["why"], event.body["of"]) == ("call-1", "report", "1")
    held = {each["target"]: each["status"] for each in event.body["readings"] if not each["key"]}
    assert held[AGG] == "down"
    assert held[ACCESS] == "unreachable"
    assert held["his-app-1"] == "ok"
    assert "sw-agg-2" not in held
    assert call(at, picture=broken(), act="call-1") == 1  # repeated: nothing is frozen twice
    assert len(snapshots(at)) == 1


def test_a_further_call_freezes_its_own_way_in_the_incident_it_joins(at: Desk) -> None:
    call(at, picture=broken())
    call(at, "lab-01", join=1, picture=broken())
    assert whys(at) == [("report", "1"), ("report", "2")]
    targets = {each["target"] for each in snapshots(at)[1].body["readings"]}
    assert {"sw-med-2f", "sw-agg-2", "lis-1"} <= targets


def test_without_a_picture_nothing_is_frozen(at: Desk) -> None:
    call(at)
    at.perform("verify", 1, {"result": "confirmed"})
    assert snapshots(at) == []


def test_a_category_freezes_what_it_rests_on(at: Desk) -> None:
    call(at, picture=broken())
    at.perform("acknowledge", 1)
    before = prefilled(at, 1, broken())
    given = {name: Given(each.value, each.source) for name, each in before.filled.items()}
    classify(at, 1, given, picture=before.picture, act="classify-1")
    event = snapshots(at)[-1]
    incident = read_incident(at, 1).incident
    assert (event.act, event.body["why"], event.body["of"]) == (
        "classify-1",
        "classification",
        incident.category.value,
    )
    assert {AGG, DB} <= {each["target"] for each in event.body["readings"]}
    assert event.body["readings"][0]["status"] == "down"
    component = before.filled["component"].source
    assert "down" in component
    assert "polled 21:59" in component
    assert before.filled["symptom"].source == "report 1, 22:00"


def test_what_was_seen_before_long_questions_is_frozen_as_of_then(at: Desk, clock: Clock) -> None:
    call(at)
    before = prefilled(at, 1, broken())
    clock.pass_(minutes=7)
    classify(
        at, 1, {"component": Given("network")}, picture=before.picture, seen_at=before.seen_at, act="late-1"
    )
    (event,) = snapshots(at)
    assert (event.at, event.recorded) == (START, clock())
    assert event.body["watched"] is True
    assert event.body["readings"][0]["status"] == "down"


def test_by_hand_and_undone(at: Desk) -> None:
    call(at)
    at.perform("classify", 1, {"category": "I", "reason": "seen"}, picture=broken())
    assert whys(at) == [("classification", "I")]
    at.perform("undo", 1)
    assert read_incident(at, 1).incident.category == "unclassified"
    paper = "\n".join(lines(read_review(at, 1).paper, 200))
    assert "Nothing that the watch saw was frozen." in paper


def fallen(desk: Desk) -> int:
    return len([event for event in read_incident(desk, 1).history if event.kind is Kind.FELL_DUE])


def paralysed(desk: Desk) -> None:
    call(desk, "cash-01")
    call(desk, "reg-01", join=1)
    desk.perform("verify", 1, {"result": "confirmed"})
    desk.perform("paralysis", 1, {"confirmed": "yes"}, picture=broken())


def test_a_gate_that_falls_due_is_frozen_once(at: Desk, clock: Clock) -> None:
    paralysed(at)
    assert whys(at) == [("classification", "I")]
    looks: list[StatusPicture] = []

    def look() -> StatusPicture:
        looks.append(broken(now=clock()))
        return looks[-1]

    tell_overdue(at, look)
    assert looks == []  # no gate has passed: nobody has to look
    clock.pass_(minutes=11)
    before = fallen(at)
    told = tell_overdue(at, look)
    assert whys(at)[1:] == [("gate", "cashier")]
    assert len(looks) == 1
    assert told == fallen(at) - before
    assert tell_overdue(at, look) == 0
    clock.pass_(minutes=20)
    tell_overdue(at, look)
    assert whys(at)[1:] == [("gate", "cashier"), ("gate", "stage-1")]


def test_gates_that_pass_together_are_frozen_together(at: Desk, clock: Clock) -> None:
    paralysed(at)
    clock.pass_(minutes=31)
    tell_overdue(at, lambda: broken(now=clock()))
    assert whys(at)[1:] == [("gate", "cashier, stage-1")]


def test_a_gate_is_told_also_when_nobody_can_look(at: Desk, clock: Clock) -> None:
    paralysed(at)
    clock.pass_(minutes=11)
    assert tell_overdue(at) > 0
    assert [each.due.key for each in all_due(at) if each.due.duty == "gate"][:1] == ["cashier"]
    assert whys(at)[1:] == []


def test_a_notice_is_frozen_by_its_act_or_soon_after_by_the_watch(at: Desk, clock: Clock) -> None:
    paralysed(at)
    at.perform("notice", 1, {"kind": "start", "departments": "cashier"}, picture=broken())
    assert whys(at)[1:] == [("notice", "1")]
    at.perform("notice", 1, {"kind": "start", "departments": "lab"})
    clock.pass_(seconds=2)
    seen = freeze_notices(at, lambda: broken(now=clock()), after=0)
    assert whys(at)[1:] == [("notice", "1"), ("notice", "2")]
    assert freeze_notices(at, lambda: broken(now=clock()), after=0) >= seen
    assert len(snapshots(at)) == 3
    at.perform("notice", 1, {"kind": "start", "departments": "icu"})
    clock.pass_(minutes=6)
    freeze_notices(at, lambda: broken(now=clock()), after=seen)
    assert len(snapshots(at)) == 3  # too late to be evidence of it
    assert freeze_notices(at, lambda: None, after=0) > seen


def test_it_does_not_stand_between_an_operator_and_the_act_or_its_undo(at: Desk, clock: Clock) -> None:
    paralysed(at)
    at.perform("notice", 1, {"kind": "start", "departments": "cashier"}, act="notice-1")
    version = read_incident(at, 1).incident.version
    watch = Desk(database=at.database, site=at.site, actor=actor("watch"), now=clock)
    freeze_notices(watch, lambda: broken(now=clock()), after=0)
    assert snapshots(at)[-1].actor == "watch"
    at.perform("note", 1, {"text": "rang them"}, expected=version)
    at.perform("undo", 1)
    with pytest.raises(Refused, match="nothing more to undo"):
        at.perform("undo", 1)


@pytest.mark.parametrize("text", part(HOSTILE.values(), list(HOSTILE.values())[::8]), ids=list(HOSTILE))
def test_what_a_device_says_is_frozen_printable(at: Desk, text: str) -> None:
    call(at, picture=broken(text))
    (event,) = snapshots(at)
    for reading in event.body["readings"]:
        assert all(value == printable(value) for value in reading.values() if isinstance(value, str))


def test_the_review_lists_what_was_frozen(at: Desk) -> None:
    call(at, picture=broken())
    paper = "\n".join(lines(read_review(at, 1).paper, 200))
    evidence = paper.partition("EVIDENCE")[2]
    assert "evidence at report 1:" in evidence.partition("TIMELINE")[0]


# -- the way of a caller at the desk ---------------------------------------------------------------


def test_a_call_is_offered_the_incident_at_the_break_though_nothing_else_is_alike(
    at: Desk, clock: Clock
) -> None:
    take_call(at, {"workstation": "opd-01", "symptom": "slow-database"})
    clock.pass_(minutes=50)
    made = broken(now=clock())
    seen = belongs(at, workstation="reg-01", symptom="no-network", department="", picture=made)
    assert [(each.number, each.target, each.red) for each in seen.near] == [(1, AGG, True)]
    assert [(incident.number, found.same) for incident, found in seen.alike] == [(1, ("the way: sw-agg-1",))]
    assert seen.likely is not None
    assert seen.likely.fault.id == "partial-network"
    well = picture(now=clock(), targets=TARGETS)
    assert belongs(at, workstation="reg-01", symptom="no-network", department="", picture=well).alike == ()


def test_the_ways_of_an_incident_leave_itself_out(at: Desk) -> None:
    call(at)
    call(at, "reg-02", join=1)
    call(at, "lab-01", join=1)
    call(at, "reg-03")
    reports = read_incident(at, 1).incident.reports
    ways = paths_of(at, reports, broken(), but=1)
    assert [report.workstation for report, _seen in ways] == ["reg-01", "lab-01"]
    assert [each.number for each in ways[0][1].near] == [2]
    assert paths_of(at, reports, None, but=1)[0][1].path.at is None

"""Calling people at the desk: the frozen order, two operators on one tree, wrong numbers, due rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hisconsole.config import load_site
from hisconsole.desk import calling, calls, reading
from hisconsole.desk.desk import Desk
from hisconsole.desk.duties import all_due
from hisconsole.desk.order import numbers_of
from hisconsole.errors import Refused
from hisconsole.paths import shipped
from hisconsole.plan.calltree import Turn
from hisconsole.plan.events import SITE
from hisconsole.plan.outreach import NumberKind
from hisconsole.store.verify import verify
from tests.hospital import Clock, actor, lay_record, open_database

CHEN, FANG = "chen.hao", "fang.min"
HOSPITAL = load_site(shipped("config"))


def _sit(data: Path, operator: str, clock: Clock) -> Desk:
    return Desk(database=open_database(data), site=HOSPITAL, actor=actor(operator), now=clock)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """A desk in the sample hospital at 22:00, where the leading group is to be told of incident 1."""
    desk = _sit(lay_record(tmp_path / "data"), "li.na", clock)
    calls.take_call(desk, {"workstation": "icu-01", "symptom": "cannot-enter"})
    desk.perform("verify", 1, {"result": "confirmed"})
    desk.perform("escalate", 1)
    yield desk
    desk.database.close()


@pytest.fixture
def colleague(desk: Desk, clock: Clock) -> Iterator[Desk]:
    other = _sit(desk.database.data, "wang.lei", clock)
    yield other
    other.database.close()


def _dues(desk: Desk) -> set[tuple[int, str]]:
    return {(owed.due.incident, owed.due.duty) for owed in all_due(desk)}


def _verified(desk: Desk) -> None:
    with desk.database.read() as connection:
        assert verify(connection).faults == ()


def test_the_order_is_that_of_the_hour_with_numbers_and_deputies(desk: Desk) -> None:
    seen = calling.look(desk, 1)
    assert seen.tree.next == ("duty-office", CHEN)
    rows = [row.contact for row in seen.tree.rows]
    assert rows[:4] == ["duty-office", CHEN, FANG, "sun.bo"]
    assert len(rows) == 4 + 7
    chen = seen.tree.row(CHEN)
    assert chen is not None
    assert (chen.number, chen.deputy) == (NumberKind.MOBILE, "li.na")
    assert "Decide" in seen.script
    assert seen.name(CHEN) == "Chen Hao 陈浩"
    assert seen.name("gone.person") == "gone.person"


def test_no_number_stands_in_the_events(desk: Desk) -> None:
    desk.perform("dial", 1, {"contact": CHEN})
    desk.perform("called", 1, {"contact": CHEN, "outcome": "reached"})
    told = json.dumps([dict(event.body) for event in reading.read_incident(desk, 1).history])
    every = {number for contact in HOSPITAL.roster for number in numbers_of(contact).values()}
    assert not [number for number in every if f'"{number}"' in told]


def test_two_operators_share_one_tree_without_calling_the_same_person_twice(
    desk: Desk, colleague: Desk, clock: Clock
) -> None:
    first = calling.look(desk, 1).tree.next[0]
    desk.perform("dial", 1, {"contact": first})
    with pytest.raises(Refused, match=r"li\.na is calling duty-office since 22:00"):
        colleague.perform("dial", 1, {"contact": first})
    other = calling.look(colleague, 1).tree.next
    assert other == (CHEN,)
    colleague.perform("dial", 1, {"contact": CHEN})
    assert calling.look(desk, 1).tree.next == ()
    clock.pass_(minutes=3)
    assert calling.look(desk, 1).tree.next == (first, CHEN)


def test_calls_of_others_do_not_refuse_an_act(desk: Desk, colleague: Desk) -> None:
    version = reading.read_incident(desk, 1).incident.version
    colleague.perform("dial", 1, {"contact": CHEN})
    colleague.perform("called", 1, {"contact": CHEN, "outcome": "no-answer"})
    colleague.perform("summon", 1, {"contact": "ma.chao"})
    colleague.perform("arrived", 1, {"contact": "ma.chao"})
    desk.perform("eta", 1, {"earliest": "+20"}, expected=version)


def test_a_repeated_act_is_one_call(desk: Desk) -> None:
    for _time in range(2):
        desk.perform("called", 1, {"contact": CHEN, "outcome": "wrong-number"}, act="once")
    assert len(reading.read_incident(desk, 1).incident.calls) == 1
    _verified(desk)


def test_a_wrong_number_becomes_a_task_of_the_site(desk: Desk) -> None:
    desk.perform("called", 1, {"contact": CHEN, "outcome": "wrong-number"})
    assert (SITE, "wrong-number") in _dues(desk)
    _verified(desk)


def test_the_next_call_is_due_until_everybody_was_reached(desk: Desk) -> None:
    assert (1, "call") in _dues(desk)
    for row in calling.look(desk, 1).tree.rows:
        desk.perform("called", 1, {"contact": row.contact, "outcome": "reached"})
    seen = calling.look(desk, 1)
    assert (seen.tree.reached, seen.tree.wanted, seen.tree.done) == (11, 11, True)
    assert (1, "call") not in _dues(desk)
    _verified(desk)


@pytest.mark.parametrize(
    ("duty", "name", "given"),
    [
        ("engineer", "summon", {"contact": "ma.chao", "promised": "+20"}),
        ("vendor", "summon", {"contact": "his-vendor", "ticket": "T-7"}),
        ("director", "called", {"contact": CHEN, "outcome": "reached"}),
    ],
)
def test_the_clocks_are_met_by_the_call_that_they_ask_for(
    desk: Desk, duty: str, name: str, given: dict[str, str]
) -> None:
    assert (1, duty) in _dues(desk)
    desk.perform(name, 1, {**given, "outcome": "no-answer"})
    assert (1, duty) in _dues(desk)
    desk.perform(name, 1, given)
    assert (1, duty) not in _dues(desk)
    _verified(desk)


def test_the_director_is_told_again_once_it_is_category_i(desk: Desk, clock: Clock) -> None:
    desk.perform("called", 1, {"contact": CHEN, "outcome": "reached"})
    clock.pass_(minutes=1)
    desk.perform("classify", 1, {"category": "I", "reason": "all is down"})
    assert (1, "director-i") in _dues(desk)
    desk.perform("called", 1, {"contact": CHEN, "outcome": "reached"})
    assert (1, "director-i") not in _dues(desk)


def test_nobody_answers_and_the_center_acts_on_its_own_authority(desk: Desk, clock: Clock) -> None:
    desk.perform("paralysis", 1, {"confirmed": "yes"})
    clock.pass_(minutes=29)
    (alone,) = (owed.due for owed in all_due(desk) if owed.due.duty == "own-authority")
    assert desk.clock(alone.at) == "22:30"
    desk.perform("called", 1, {"contact": "duty-office", "outcome": "reached", "decision": "start"})
    assert (1, "own-authority") not in _dues(desk)
    incident = reading.read_incident(desk, 1).incident
    assert (incident.started_by, incident.calls[-1].contact) == ("duty-office", "duty-office")


def test_a_stranger_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="'chen' is nobody in the roster"):
        desk.perform("dial", 1, {"contact": "chen"})


def test_the_tree_is_the_same_after_a_restart(desk: Desk, clock: Clock) -> None:
    desk.perform("called", 1, {"contact": CHEN, "outcome": "busy"})
    clock.pass_(minutes=6)
    again = _sit(desk.database.data, "wang.lei", clock)
    try:
        assert calling.look(again, 1).tree == calling.look(desk, 1).tree
        chen = calling.look(again, 1).tree.row(CHEN)
        assert chen is not None
        assert chen.turn is Turn.RETRY
    finally:
        again.database.close()

"""Calls at the desk: what is known of a place, where to ring, corrections, moves, likenesses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from hisconsole.desk import calls, reading
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.errors import NotFound, Refused
from hisconsole.plan.anchors import Anchor
from hisconsole.plan.words import State
from hisconsole.store.verify import verify
from tests.hospital import SITE, START, Clock

CALL = {"workstation": "reg-01", "symptom": "cannot-save", "words": "cannot save"}


def _verified(desk: Desk) -> None:
    with desk.database.read() as connection:
        assert verify(connection).faults == ()


def test_a_call_knows_its_workstation(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    (report,) = reading.read_incident(desk, 1).incident.reports
    assert (report.department, report.room, report.switch) == ("reg", "1F 01", "sw-1")
    assert (report.critical, report.taken_by, report.scope) == (True, "li.na", "unknown")
    assert report.occurred == START


def test_an_unknown_workstation_can_be_typed(desk: Desk) -> None:
    given = {"workstation": " a laptop\x1b[2J ", "symptom": "1", "department": "Dental"}
    calls.take_call(desk, given)
    (report,) = reading.read_incident(desk, 1).incident.reports
    assert (report.workstation, report.department) == ("a laptop?[2J", "Dental")
    assert (report.critical, report.switch, report.room) == (False, "", "")


def test_a_critical_department_makes_a_call_critical(desk: Desk) -> None:
    calls.take_call(desk, {"workstation": "a laptop", "symptom": "1", "department": "reg"})
    calls.take_call(desk, {"workstation": "lab-01", "symptom": "1"})
    first, second = (reading.read_incident(desk, number).incident for number in (1, 2))
    assert [first.reports[0].critical, second.reports[0].critical] == [True, False]


@pytest.mark.parametrize(
    ("callback", "reference", "shown"),
    [("", "", {}), ("8001", "workstation", {1: "8001"}), ("13800000000", "kept", {1: "13800000000"})],
)
def test_a_number_that_was_left_is_kept_apart_from_the_events(
    desk: Desk, callback: str, reference: str, shown: dict[int, str]
) -> None:
    calls.take_call(desk, {**CALL, "callback": callback})
    file = reading.read_incident(desk, 1)
    assert file.incident.reports[0].callback == reference
    assert file.callbacks == shown
    if callback:
        assert callback not in json.dumps([dict(event.body) for event in file.history])
    calls.correct_report(desk, 1, {"words": "other words"})
    assert reading.read_incident(desk, 1).callbacks == shown  # a correction keeps it


@pytest.mark.parametrize(
    ("left", "given", "shown"),
    [
        ("13800000000", {"callback": "13900000000"}, {1: "13900000000"}),
        ("13800000000", {"callback": "8001"}, {1: "8001"}),
        ("13800000000", {"callback": ""}, {}),
        ("13800000000", {"workstation": "reg-02"}, {1: "13800000000"}),
        ("8001", {"workstation": "reg-02"}, {1: "8002"}),
        ("8001", {"workstation": "reg-02", "callback": "8001"}, {1: "8001"}),
        ("8001", {"workstation": "a laptop"}, {1: "8001"}),
        ("", {"callback": "13900000000"}, {1: "13900000000"}),
    ],
)
def test_where_to_ring_after_a_correction(
    desk: Desk, left: str, given: dict[str, str], shown: dict[int, str]
) -> None:
    calls.take_call(desk, {**CALL, "callback": left})
    calls.correct_report(desk, 1, given)
    assert reading.read_incident(desk, 1).callbacks == shown
    _verified(desk)


def test_a_correction_changes_what_was_given_and_nothing_else(desk: Desk, clock: Clock) -> None:
    clock.pass_(seconds=30.5)
    calls.take_call(desk, {**CALL, "reporter": "Wu", "scope": "some", "occurred": "-20"})
    before = reading.read_incident(desk, 1).incident.reports[0]
    clock.pass_(minutes=90)
    calls.correct_report(desk, 1, {"words": "it is the printer"})
    after = reading.read_incident(desk, 1).incident.reports[0]
    assert after.words == "it is the printer"
    assert (after.occurred, after.reporter, after.scope) == (before.occurred, "Wu", "some")
    with pytest.raises(Refused, match="Nothing was changed"):
        calls.correct_report(desk, 1, {"words": "it is the printer"})


def test_a_correction_does_not_bring_in_a_later_hospital(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    desk.site = replace(SITE, workstations=tuple(replace(each, switch="sw-9") for each in SITE.workstations))
    calls.correct_report(desk, 1, {"words": "x"})
    assert reading.read_incident(desk, 1).incident.reports[0].switch == "sw-1"


def test_the_form_of_a_correction_begins_with_what_is_known(desk: Desk) -> None:
    calls.take_call(desk, {**CALL, "callback": "8001", "occurred": "-15"})
    report = reading.read_incident(desk, 1).incident.reports[0]
    answers = calls.report_answers(desk, report)
    assert (answers["callback"], answers["workstation"]) == ("8001", "reg-01")
    with pytest.raises(Refused, match="Nothing was changed"):
        calls.correct_report(desk, 1, answers)


def test_an_only_report_moves_and_closes_what_it_leaves(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    calls.take_call(desk, {**CALL, "workstation": "reg-02"})
    assert calls.move_report(desk, 2, to=1).incident == 1
    left = reading.read_incident(desk, 2).incident
    assert (left.state, left.close_reason) == (State.CLOSED, "its only report went to 0001")
    assert [row.number for row in reading.read_closed(desk)] == [2]
    assert len(reading.read_incident(desk, 1).incident.reports) == 2
    _verified(desk)


def test_a_report_is_detached_into_its_own_incident(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    calls.take_call(desk, {**CALL, "workstation": "lab-01"}, join=1)
    outcome = calls.move_report(desk, 2, to=None)
    assert outcome.incident == 2
    assert [report.number for report in reading.read_incident(desk, 2).incident.reports] == [2]
    assert calls.take_call(desk, CALL).incident == 3  # no number is given twice
    _verified(desk)


TELEPHONE = 13800000000
"""What somebody types by mistake where the number of an incident is asked for."""


@pytest.mark.parametrize(
    "mistyped",
    [
        lambda desk: desk.perform("merge", 1, {"others": f"2 {TELEPHONE}"}),
        lambda desk: calls.move_report(desk, 1, to=TELEPHONE),
        lambda desk: calls.take_call(desk, CALL, join=TELEPHONE),
    ],
    ids=["merge", "move", "join"],
)
def test_a_number_that_no_incident_has_is_told_as_that_and_not_as_a_fault_of_the_record(
    desk: Desk, mistyped: Callable[[Desk], Outcome]
) -> None:
    calls.take_call(desk, CALL)
    calls.take_call(desk, CALL)
    with pytest.raises(NotFound, match=f"There is no incident {TELEPHONE}"):
        mistyped(desk)


def test_a_head_whose_event_was_mistyped_is_told_as_missing(desk: Desk) -> None:
    with desk.database.read() as connection:
        (fault,) = verify(connection, anchors=[Anchor(TELEPHONE, "a" * 16)]).faults
    assert fault.startswith(f"The record ends at event 1, and event {TELEPHONE} was known")


def test_the_form_is_prefilled_with_who_called_last(desk: Desk) -> None:
    assert calls.prefill(desk, "reg-01").reporter == ""
    calls.take_call(desk, {**CALL, "reporter": "Wu"})
    calls.take_call(desk, {**CALL, "reporter": "Sun"})
    calls.take_call(desk, CALL)
    found = calls.prefill(desk, " reg-01 ")
    assert (found.reporter, found.callback) == ("Sun", "8001")
    assert found.workstation == SITE.workstation("reg-01")
    unknown = calls.prefill(desk, "a laptop")
    assert (unknown.workstation, unknown.callback) == (None, "")


def test_open_incidents_that_look_the_same_are_shown(desk: Desk, clock: Clock) -> None:
    calls.take_call(desk, CALL)
    found = calls.find_alike(desk, workstation="reg-02", symptom="cannot-save")
    assert [(incident.number, alike.same) for incident, alike in found] == [
        (1, ("switch", "department", "symptom"))
    ]
    assert calls.find_alike(desk, workstation="w3-01", symptom="no-network") == []
    clock.pass_(minutes=31)
    assert calls.find_alike(desk, workstation="reg-02", symptom="cannot-save") == []
    assert calls.find_alike(desk, workstation="reg-01", symptom="")[0][0].number == 1
    desk.perform("verify", 1, {"result": "user-resolved"})
    desk.perform("close", 1, {"reason": "over"})
    assert calls.find_alike(desk, workstation="reg-01", symptom="cannot-save") == []

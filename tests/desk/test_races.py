"""Two desks at one record: whoever is second is told who was first and when, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hisconsole.desk.calls import correct_report, take_call
from hisconsole.desk.desk import Desk
from hisconsole.desk.reading import read_incident
from hisconsole.desk.watching import lift, silence
from hisconsole.errors import Refused
from tests.hospital import OPERATORS, Clock

ME, OTHER, _BOSS = OPERATORS
GIVEN = {"workstation": "reg-01", "symptom": "cannot-save", "words": "says no"}


def acknowledge(desk: Desk, number: int, version: int) -> None:
    desk.perform("acknowledge", number, expected=version)


def classify(desk: Desk, number: int, version: int) -> None:
    desk.perform("classify", number, {"category": "II", "reason": "one net"}, expected=version)


def assign(desk: Desk, number: int, version: int) -> None:
    desk.perform("assign", number, {}, expected=version)


def verify(desk: Desk, number: int, version: int) -> None:
    desk.perform("verify", number, {"result": "confirmed"}, expected=version)


def eta(desk: Desk, number: int, version: int) -> None:
    desk.perform("eta", number, {"earliest": "+30"}, expected=version)


@pytest.mark.parametrize("act", [acknowledge, classify, assign, verify, eta])
def test_the_second_of_two_is_told_who_was_first_and_when(
    desk: Desk, colleague: Desk, clock: Clock, act: Callable[[Desk, int, int], None]
) -> None:
    number = take_call(desk, GIVEN).incident
    version = read_incident(desk, number).incident.version
    clock.pass_(minutes=2)
    act(colleague, number, version)
    clock.pass_(minutes=1)
    seq = read_incident(desk, number).incident.version
    with pytest.raises(Refused, match=rf"{OTHER} at 22:02"):
        act(desk, number, version)
    assert read_incident(desk, number).incident.version == seq


def test_who_lifts_a_silence_second_is_told_as_well(desk: Desk, colleague: Desk, clock: Clock) -> None:
    made = silence(desk, ["sw-1"], {"until": "+60", "reason": "test"})
    clock.pass_(minutes=3)
    lift(colleague, str(made.seq))
    with pytest.raises(Refused, match=rf"{OTHER} lifted it at 22:03"):
        lift(desk, str(made.seq))


def test_a_report_put_right_by_two_is_told_to_the_second_who_may_then_decide(
    desk: Desk, colleague: Desk, clock: Clock
) -> None:
    number = take_call(desk, GIVEN).incident
    (report,) = read_incident(desk, number).incident.reports
    looked = clock()
    clock.pass_(minutes=4)
    correct_report(colleague, report.number, {"words": "it hangs"}, seen=looked)
    with pytest.raises(Refused, match=rf"corrected meanwhile by {OTHER} at 22:04"):
        correct_report(desk, report.number, {"words": "says nothing"}, seen=looked)
    assert read_incident(desk, number).incident.reports[0].words == "it hangs"
    correct_report(desk, report.number, {"words": "says nothing"}, seen=clock())
    assert read_incident(desk, number).incident.reports[0].words == "says nothing"

"""When the record says by itself that a fault is a recurring one (plan 4; domain 5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from hisconsole.plan.incident import Incident
from hisconsole.plan.recurrence import Call, recurring
from tests.hospital import START
from tests.plan.play import a_report

NOW = START + timedelta(minutes=10)


def before(
    incident: int,
    hours: float,
    workstation: str = "reg-01",
    department: str = "reg",
    symptom: str = "no-network",
) -> Call:
    """A call so many hours before now."""
    return Call(incident, workstation, department, symptom, NOW - timedelta(hours=hours))


def now(
    symptom: str = "no-network", fault: str = "", department: str = "reg", workstation: str = "reg-01"
) -> Incident:
    """Incident 9, in hand now."""
    report = a_report(9, symptom=symptom, department=department, workstation=workstation)
    return Incident(number=9, version=1, opened=START, reports=(report,), fault=fault)


@dataclass(frozen=True, slots=True)
class Case:
    """The calls of the last day, and whether they make a series of it."""

    says: str
    calls: tuple[Call, ...]
    series: bool
    incident: Incident = field(default_factory=now)
    faults: Mapping[int, str] = field(default_factory=dict)


CASES = (
    Case("the first of its kind", (), False),
    Case("the second within a day", (before(1, 3),), False),
    Case("the third within a day", (before(1, 3), before(2, 20)), True),
    Case("the third, of another workstation of the department",
         (before(1, 3, "reg-02"), before(2, 20, "reg-03")), True),
    Case("many calls about one fault are one", (before(1, 3), before(1, 3.1), before(1, 3.2)), False),
    Case("its own calls in the record count once",
         (before(9, 0.2), before(9, 0.1, "reg-02"), before(1, 3)), False),
    Case("older than a day", (before(1, 3), before(2, 24.1)), False),
    Case("just within a day", (before(1, 3), before(2, 23.9)), True),
    Case("ahead of the clock", (before(1, 3), before(2, -1)), False),
    Case("of another symptom", (before(1, 3), before(2, 4, symptom="cannot-save")), False),
    Case("of another department", (before(1, 3), before(2, 4, "lab-01", "lab")), False),
    Case("'other' says nothing about a department",
         (before(1, 3, "reg-02", symptom="other"), before(2, 4, "reg-03", symptom="other")), False,
         now("other")),
    Case("'other' three times at one workstation",
         (before(1, 3, symptom="other"), before(2, 4, symptom="other")), True, now("other")),
    Case("the same fault at another place", (before(1, 3, "lab-01", "lab"),), True,
         now(fault="occasional-error"), {1: "occasional-error"}),
    Case("another fault at another place", (before(1, 3, "lab-01", "lab"),), False,
         now(fault="occasional-error"), {1: "single-terminal"}),
    Case("the same fault at the same place is no second place", (before(1, 3, "reg-02"),), False,
         now(fault="occasional-error"), {1: "occasional-error"}),
    Case("the same fault shows itself alike", (before(1, 3, "lab-01", "lab", "cannot-save"),), False,
         now(fault="single-terminal"), {1: "single-terminal"}),
    Case("two that nobody classified have no fault in common", (before(1, 3, "lab-01", "lab"),), False,
         now(), {1: ""}),
    Case("an open incident of days ago, and three since",
         (before(1, 1), before(2, 2), before(3, 3)), True,
         replace(now(), reports=(replace(now().reports[0], occurred=NOW - timedelta(days=3)),))),
    Case("nobody called", (before(1, 1), before(2, 2)), False, replace(now(), reports=())),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_series(case: Case) -> None:
    series, words = recurring(case.calls, case.incident, faults=case.faults, now=NOW)
    assert series is case.series
    assert words


@pytest.mark.parametrize("case", [case for case in CASES if case.series], ids=lambda case: case.says)
def test_a_further_call_ends_no_series(case: Case) -> None:
    for further in (before(70, 0.1), before(71, 5, "lab-01", "lab"), before(72, 5, symptom="other")):
        assert recurring((*case.calls, further), case.incident, faults=case.faults, now=NOW)[0]


def test_it_says_what_it_counted() -> None:
    words = recurring([before(1, 3), before(2, 20)], now(), faults={}, now=NOW)[1]
    assert words == "3 in 24 h: no network, reg"
    places = recurring([before(1, 3, "lab-01", "lab")], now(fault="x"), faults={1: "x"}, now=NOW)[1]
    assert places == "the same fault in 24 h: lab"

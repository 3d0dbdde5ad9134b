"""What holds of duties wherever an incident stands, in every zone, told at any time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hisconsole.plan.due import duties
from hisconsole.plan.incident import Decided, Incident
from hisconsole.plan.words import Category, State
from tests.hospital import START
from tests.plan.play import LI, a_report
from tests.plan.small_plan import CONFIRMED, HOUR, PLAN, SUSPECTED, an_eta, an_incident, minutes, paralysed


@pytest.mark.parametrize(
    "zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
)
@pytest.mark.parametrize(
    "zero",
    [
        pytest.param(datetime(2026, 3, 29, 0, 59, tzinfo=UTC), id="spring in Berlin"),
        pytest.param(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), id="autumn in Berlin"),
        pytest.param(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), id="autumn in New York"),
        pytest.param(datetime(2026, 4, 4, 14, 45, tzinfo=UTC), id="half an hour on Lord Howe"),
    ],
)
def test_no_zone_stretches_a_duration(zone: str, zero: datetime) -> None:
    plan = replace(PLAN, timezone=zone, aggravators=())
    incident = paralysed("cashier", "registration", "ward", zero=zero)
    lengths = {due.key or due.duty: due.at.timestamp() - zero.timestamp() for due in duties(incident, plan)}
    assert {id_: lengths[id_] for id_ in ("cashier", "first", "second", "third", "summon", "report")} == {
        "cashier": 600,
        "first": 1800,
        "second": 6 * HOUR,
        "third": 24 * HOUR,
        "summon": 900,
        "report": 4 * HOUR + 240,
    }


def test_a_call_dated_back_is_due_at_once() -> None:
    earlier = START - timedelta(minutes=25)
    incident = an_incident(
        reports=(a_report(1, occurred=earlier, critical=False),), state=State.NEW, acknowledged_at=None
    )
    assert duties(incident, PLAN)[0].at == earlier + timedelta(minutes=2)


untimed = settings(deadline=None)
STATES = st.sampled_from(list(State))
MOMENTS = st.integers(0, 300).map(minutes)
MAYBE = st.none() | MOMENTS
CLOCKS = [clock.id for clock in PLAN.clocks]


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    """An incident that stands anywhere, told at any time."""
    departments = draw(st.lists(st.sampled_from(["a", "b", "registration", "cashier", "icu"]), min_size=1))
    reports = tuple(
        replace(
            a_report(number, department=department, workstation=department, critical=False),
            occurred=draw(MOMENTS),
            taken_at=draw(MOMENTS),
        )
        for number, department in enumerate(departments, 1)
    )
    etas = draw(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 90), st.integers(0, 300)), max_size=3))
    paralysis = draw(st.sampled_from(["", "yes", "no"]))
    decided = draw(st.none() | st.builds(Decided, st.booleans(), MOMENTS, st.just(LI), st.just("")))
    verification = draw(st.sampled_from(["", "confirmed", "not-reproduced"]))
    return an_incident(
        reports=reports,
        state=draw(STATES),
        category=draw(st.sampled_from(list(Category))),
        classified_at=draw(MAYBE),
        verification=verification,
        verified_at=draw(MOMENTS) if verification else None,
        confidence=draw(st.sampled_from([None, SUSPECTED, CONFIRMED])),
        failed_at=tuple(sorted(draw(st.lists(MOMENTS, max_size=3)))),
        estimates=tuple(
            an_eta(end, end + more, at)
            for at, (end, more, _at) in zip(sorted(e[2] for e in etas), etas, strict=True)
        ),
        paralysis=paralysis,
        paralysis_at=draw(MOMENTS) if paralysis else None,
        stopped=draw(st.dictionaries(st.sampled_from(["registration", "cashier", "ward"]), MOMENTS)),
        aggravators=tuple(draw(st.sets(st.sampled_from(["event", "away"])))),
        decided=decided,
        restarted_at=draw(MAYBE),
        recovered_at=draw(MAYBE),
        met=draw(st.dictionaries(st.sampled_from([(id_, "") for id_ in CLOCKS]), MOMENTS)),
    )


@untimed
@given(incidents())
def test_a_closed_incident_owes_nothing(incident: Incident) -> None:
    assert duties(replace(incident, state=State.CLOSED), PLAN) == ()
    assert duties(replace(incident, state=State.CLOSED), None) == ()


@untimed
@given(incidents())
def test_duties_are_sorted_unique_and_not_from_before_the_beginning(incident: Incident) -> None:
    found = duties(incident, PLAN)
    assert [due.at for due in found] == sorted(due.at for due in found)
    assert len({(due.duty, due.key) for due in found}) == len(found)
    assert all(due.at >= incident.zero for due in found if due.duty != "eta")


@untimed
@given(incidents(), st.sampled_from(CLOCKS), MOMENTS)
def test_what_is_met_comes_back_only_where_it_repeats(incident: Incident, clock: str, at: datetime) -> None:
    now = max([at, incident.zero])
    met = replace(incident, met={**incident.met, (clock, ""): now})
    again = [due for due in duties(met, PLAN) if due.duty == clock]
    repeats = next(each for each in PLAN.clocks if each.id == clock).every_s
    assert not again or (repeats and again[0].at >= now + timedelta(seconds=repeats))


@untimed
@given(incidents(), st.sampled_from(["a", "registration", "icu", "lab"]), MOMENTS, MOMENTS)
def test_one_more_report_never_moves_an_escalation_later(
    incident: Incident, department: str, occurred: datetime, taken: datetime
) -> None:
    late = max([taken, *(report.taken_at for report in incident.reports)])
    report = replace(
        a_report(99, department=department, workstation="ws-99", occurred=occurred, critical=False),
        taken_at=late,
    )
    more = replace(incident, reports=(*incident.reports, report))
    before = [due.at for due in duties(incident, PLAN) if due.duty == "escalate"]
    after = [due.at for due in duties(more, PLAN) if due.duty == "escalate"]
    assert not before or after[0] <= before[0]

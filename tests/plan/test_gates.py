"""Gates: paper only for stopped departments of a confirmed paralysis, by elapsed time or forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hisconsole.plan.gates import Armed, aggravated, armed, moved
from hisconsole.plan.incident import Incident
from hisconsole.plan.words import State
from tests.hospital import START
from tests.plan.small_plan import PLAN, an_eta, an_incident, came_back, minutes, paralysed, with_etas


def gates(incident: Incident) -> Mapping[str, tuple[float, str]]:
    """Each gate that runs, with its minute after the beginning and what armed it."""
    return {each.gate.id: ((each.at - START).total_seconds() / 60, each.by) for each in armed(incident, PLAN)}


HOURS_24 = (24 * 60.0, "elapsed")


@pytest.mark.parametrize(
    ("incident", "running"),
    [
        pytest.param(an_incident("registration"), {}, id="a broken PC sends nobody to paper"),
        pytest.param(
            an_incident("registration", stopped={"registration": START}), {}, id="stopped, but no paralysis"
        ),
        pytest.param(paralysed(), {}, id="a paralysis in which nothing stands still"),
        pytest.param(paralysed("registration", paralysis="no"), {}, id="not confirmed"),
        pytest.param(paralysed("registration", paralysis="", paralysis_at=None), {}, id="undecided"),
        pytest.param(
            paralysed("registration"), {"first": (30, "elapsed"), "third": HOURS_24}, id="one department"
        ),
        pytest.param(
            paralysed("registration", "pharmacy", "cashier"),
            {"cashier": (10, "elapsed"), "first": (30, "elapsed"), "third": HOURS_24},
            id="three departments, two gates and the last",
        ),
        pytest.param(paralysed("library"), {"third": HOURS_24}, id="of no gate but all"),
        pytest.param(paralysed("registration", state=State.RECOVERED), {}, id="recovered"),
        pytest.param(paralysed("registration", state=State.BACK_ENTRY), {}, id="back-entry"),
        pytest.param(paralysed("registration", state=State.CLOSED), {}, id="closed"),
        pytest.param(
            paralysed("registration", state=State.MITIGATED),
            {"first": (30, "elapsed"), "third": HOURS_24},
            id="mitigated: what stands still, stands still",
        ),
        pytest.param(
            paralysed("registration", paralysis_at=minutes(45)),
            {"first": (45, "elapsed"), "third": HOURS_24},
            id="confirmed after the gate: at once",
        ),
        pytest.param(
            paralysed(stopped={"registration": minutes(50)}),
            {"first": (50, "elapsed"), "third": HOURS_24},
            id="stopped after the gate: at once",
        ),
        pytest.param(
            paralysed(stopped={"registration": minutes(50), "pharmacy": minutes(8)}),
            {"first": (30, "elapsed"), "third": HOURS_24},
            id="the first that stopped decides",
        ),
        pytest.param(
            came_back(paralysed("registration"), 100),
            {},
            id="confirmed before it came back",
        ),
        pytest.param(
            replace(came_back(paralysed("registration"), 100), paralysis="yes", paralysis_at=minutes(101)),
            {"first": (130, "elapsed"), "third": (1540, "elapsed")},
            id="reopened: counts from there",
        ),
    ],
)
def test_which_gates_run(incident: Incident, running: Mapping[str, tuple[float, str]]) -> None:
    assert gates(incident) == running


FIRST = paralysed("registration")


@pytest.mark.parametrize(
    ("incident", "at", "by"),
    [
        pytest.param(
            with_etas(FIRST, (31, 40, 6)), 6, "forecast", id="longer than the gate, when it was said"
        ),
        pytest.param(with_etas(FIRST, (30, 90, 6)), 30, "elapsed", id="exactly the gate: not longer"),
        pytest.param(
            with_etas(FIRST, (10, 90, 6)), 30, "elapsed", id="the earliest end counts, not the latest"
        ),
        pytest.param(with_etas(FIRST, (45, 60, 40)), 30, "elapsed", id="said after the gate"),
        pytest.param(with_etas(FIRST, (45, 60, 5), (20, 25, 8)), 30, "elapsed", id="taken back"),
        pytest.param(
            with_etas(FIRST, (45, 60, 5), (50, 60, 8)), 5, "forecast", id="said twice: the first time"
        ),
        pytest.param(with_etas(FIRST, (45, 60, 1)), 2, "forecast", id="not before it is confirmed"),
        pytest.param(
            with_etas(paralysed("registration", aggravators=("event",)), (21, 30, 6)),
            6,
            "forecast",
            id="aggravated, 21 min are too long",
        ),
        pytest.param(
            with_etas(paralysed("registration", aggravators=("event",)), (20, 30, 6)),
            20,
            "elapsed",
            id="aggravated, 20 min are the gate",
        ),
        pytest.param(
            came_back(paralysed("registration", estimates=(an_eta(500, 600, 5),)), 100),
            None,
            "",
            id="said before it came back",
        ),
        pytest.param(
            replace(
                came_back(paralysed("registration", estimates=(an_eta(500, 600, 5),)), 100),
                paralysis="yes",
                paralysis_at=minutes(101),
            ),
            130,
            "elapsed",
            id="an old ETA arms nothing",
        ),
    ],
)
def test_elapsed_or_forecast(incident: Incident, at: float | None, by: str) -> None:
    assert gates(incident).get("first", (None, "")) == (at, by)


# 2026-11-23 is a Monday; the hospital's clock is eight hours ahead of UTC.
@pytest.mark.parametrize(
    ("moment", "holding"),
    [
        pytest.param("2026-11-22T23:30", ("peak",), id="Monday 07:30, the peak begins"),
        pytest.param("2026-11-22T23:29", (), id="07:29"),
        pytest.param("2026-11-23T03:29", ("peak",), id="11:29"),
        pytest.param("2026-11-23T03:30", (), id="11:30, it is over"),
        pytest.param("2026-11-22T01:00", (), id="Sunday 09:00"),
        pytest.param("2026-09-30T15:59", (), id="the evening before the holiday"),
        pytest.param("2026-09-30T16:00", ("holiday",), id="the holiday begins at midnight"),
        pytest.param("2026-10-01T01:00", ("holiday", "peak"), id="a holiday's morning"),
        pytest.param("2026-10-01T16:00", (), id="the holiday ends at midnight"),
    ],
)
def test_what_aggravates_at_a_moment(moment: str, holding: tuple[str, ...]) -> None:
    then = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    incident = an_incident(zero=then - timedelta(minutes=30))
    assert aggravated(incident, PLAN, then) == (600 if holding else 0, holding)


def test_the_peak_follows_summer_time() -> None:
    plan = replace(PLAN, timezone="Europe/Berlin")
    for day, hour in (("2026-03-27", 6), ("2026-03-30", 5)):  # 07:30 in Berlin, before and after the change
        peak = datetime.fromisoformat(f"{day}T{hour:02d}:30").replace(tzinfo=UTC)
        incident = an_incident(zero=peak - timedelta(hours=1))
        assert aggravated(incident, plan, peak)[1] == ("peak",)
        assert aggravated(incident, plan, peak - timedelta(minutes=1))[1] == ()


@pytest.mark.parametrize(
    ("declared", "after", "earlier", "why"),
    [
        pytest.param((), 30, 0, (), id="nothing"),
        pytest.param(("event",), 30, 600, ("event",), id="said by an operator"),
        pytest.param(("event", "away"), 30, 600, ("event", "away"), id="the strongest, not the sum"),
        pytest.param(("event",), 10, 0, (), id="the ten minutes of the cashier stay"),
        pytest.param(("event", "away"), 10, 300, ("away",), id="a weaker one may still move them"),
        pytest.param(("unheard-of",), 30, 0, (), id="not in this plan"),
    ],
)
def test_how_much_earlier(
    declared: tuple[str, ...], after: float, earlier: int, why: tuple[str, ...]
) -> None:
    incident = an_incident(aggravators=declared)
    assert aggravated(incident, PLAN, minutes(after)) == (earlier, why)


def test_an_armed_gate_names_who_and_why() -> None:
    found = armed(paralysed("pharmacy", "registration", "library", aggravators=("event",)), PLAN)[0]
    assert found == Armed(PLAN.gates[1], minutes(20), ("pharmacy", "registration"), "elapsed", ("event",))


def test_gates_come_soonest_first() -> None:
    found = armed(with_etas(paralysed("cashier", "registration", "ward"), (50, 60, 6)), PLAN)
    assert [each.gate.id for each in found] == ["cashier", "first", "second", "third"]


untimed = settings(deadline=None)
IDS = st.sets(st.sampled_from(["holiday", "peak", "event", "away"]))


@untimed
@given(
    zero=st.integers(0, 60 * 24 * 400),
    declared=IDS,
    more=IDS,
    etas=st.lists(st.integers(1, 3000), max_size=3),
)
def test_an_aggravator_never_moves_a_gate_later(
    zero: int, declared: set[str], more: set[str], etas: list[int]
) -> None:
    begun = START + timedelta(minutes=zero)
    incident = with_etas(
        paralysed("cashier", "registration", "ward", zero=begun, aggravators=tuple(declared)),
        *((eta, eta + 10, at) for at, eta in enumerate(etas, 1)),
    )
    worse = replace(incident, aggravators=tuple(declared | more))
    calm = {each.gate.id: each.at for each in armed(incident, replace(PLAN, aggravators=()))}
    before = {each.gate.id: each.at for each in armed(incident, PLAN)}
    after = {each.gate.id: each.at for each in armed(worse, PLAN)}
    assert calm.keys() == before.keys() == after.keys()
    assert all(after[id_] <= before[id_] <= calm[id_] for id_ in calm)


@untimed
@given(zero=st.integers(0, 60 * 24 * 400), after=st.integers(0, 60 * 24 * 3), declared=IDS)
def test_no_prompt_moves_later_or_before_the_beginning(zero: int, after: int, declared: set[str]) -> None:
    begun = START + timedelta(minutes=zero)
    moment = begun + timedelta(minutes=after)
    incident = an_incident(zero=begun, aggravators=tuple(declared))
    assert begun <= moved(incident, PLAN, moment) <= moment

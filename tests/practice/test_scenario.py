"""The pure engine: what a facet is at any second."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.practice.facets import Value
from hisconsole.practice.scenario import (
    Place,
    Said,
    Scenario,
    Step,
    by_place,
    changed_at,
    said_between,
    value_at,
    values_at,
)

LIGHT: Place = ("sw", "light")
LINK: Place = ("sw", "link")


@pytest.mark.parametrize(
    ("at_s", "value"),
    [(0, -6), (59.9, -6), (60, -6), (90, -14), (120, -22), (239, -22), (240, -40), (9999, -40)],
)
def test_a_ramp_goes_straight_and_a_step_jumps(at_s: float, value: float) -> None:
    steps = (Step(60, LIGHT, -22, over_s=60), Step(240, LIGHT, -40))
    assert value_at(steps, -6, at_s) == pytest.approx(value)


@pytest.mark.parametrize(("at_s", "value"), [(50, 50), (60, 55), (70, 60), (110, 60)])
def test_a_new_ramp_begins_where_the_one_before_had_come_to(at_s: float, value: float) -> None:
    steps = (Step(0, LIGHT, 100, over_s=100), Step(50, LIGHT, 60, over_s=20))
    assert value_at(steps, 0, at_s) == pytest.approx(value)


def test_of_two_steps_at_one_time_the_later_written_wins() -> None:
    steps = by_place([Step(5, LINK, "down"), Step(5, LINK, "off")])[LINK]
    assert value_at(steps, "up", 5) == "off"


@pytest.mark.parametrize(("at_s", "changed"), [(9, None), (10, 10), (25, 10), (30, 30), (99, 30)])
def test_since_when_counts_changes_only(at_s: float, changed: float | None) -> None:
    steps = (Step(10, LINK, "down"), Step(20, LINK, "down"), Step(30, LINK, "up"))
    assert changed_at(steps, "up", at_s) == changed


def test_only_facets_with_steps_are_reckoned() -> None:
    normal: dict[Place, Value] = {LIGHT: -6.0, LINK: "up"}
    assert values_at(by_place([Step(3, LINK, "down")]), normal, 4) == {LINK: "down"}


@pytest.mark.parametrize(
    ("after", "until", "texts"),
    [(-1, 0, ("begins",)), (0, 59, ()), (0, 60, ("dark",)), (60, 99, ()), (-1, 99, ("begins", "dark"))],
)
def test_each_line_is_said_once(after: float, until: float, texts: tuple[str, ...]) -> None:
    scenario = Scenario("x", "x", "x", (), (Said(0, "begins"), Said(60, "dark")))
    assert said_between(scenario, after, until) == texts
    assert scenario.lasts_s == 60


STEPS = st.lists(
    st.builds(
        Step,
        at_s=st.floats(0, 1000),
        place=st.just(LIGHT),
        value=st.floats(-40, 2),
        over_s=st.floats(0, 500),
    ),
    max_size=12,
)


@given(STEPS, st.floats(0, 2000))
def test_a_value_never_leaves_the_range_of_its_steps_and_is_always_the_same(
    steps: list[Step], at_s: float
) -> None:
    ordered = by_place(steps).get(LIGHT, ())
    value = value_at(ordered, -6, at_s)
    ends = [-6.0, *(float(step.value) for step in steps)]
    assert min(ends) - 1e-6 <= float(value) <= max(ends) + 1e-6
    assert value_at(ordered, -6, at_s) == value

"""Looking at every way through a flow finds what walking every way finds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hisconsole.flows import walk as walking
from hisconsole.flows.flow import UNKNOWN, Flow, StepKind
from hisconsole.flows.remaining import names, remaining
from hisconsole.flows.walk import Walk
from hisconsole.flows.ways import explore
from hisconsole.plan.conditions import Condition, judge, known, parse
from tests.flows.flows import DELIVERED, SMALL, at, came_to, delivered, flow_of, walked
from tests.flows.test_walk_properties import VALUES, conditions, flows
from tests.shares import tries


def every_end(flow: Flow) -> list[Walk]:
    """Each way to the end, with every answer."""
    ends: list[Walk] = []
    waiting = [walking.begin(flow, {})]
    while waiting:
        walk = waiting.pop()
        step = walking.current(walk)
        if step is None:
            ends.append(walk)
        elif step.kind is StepKind.CHOICE:
            waiting += [
                walking.answer(walk, value) for value in (*(each.value for each in step.choices), UNKNOWN)
            ]
        elif step.kind is StepKind.NUMBER:
            waiting += [walking.answer(walk, value) for value in (*range(12), UNKNOWN)]
        else:
            waiting.append(walking.unknown(walk))
    return ends


@pytest.mark.parametrize("name", DELIVERED)
def test_the_ways_of_a_delivered_flow_are_those_that_can_be_walked(name: str) -> None:
    check_ways(delivered(name))


@settings(max_examples=tries(40), deadline=None)
@given(flows())
def test_the_ways_of_any_flow_are_those_that_can_be_walked(flow: Flow) -> None:
    check_ways(flow)


def check_ways(flow: Flow) -> None:
    """Compare what is found with what is walked."""
    ways, ends = explore(flow), every_end(flow)
    assert len(ways.longest) == max(len(walk.order) for walk in ends)
    free = {step.id for step in flow.steps if step.kind is StepKind.TEXT}
    assert ways.asked - free == {id_ for walk in ends for id_ in walk.order} - free
    reached = {walking.result(walk).outcome for walk in ends} - {None}
    assert {flow.outcomes[number] for number in ways.reached} >= reached
    ended = [walk for walk in ends if not came_to(walk) and not walking.result(walk).undecided]
    assert (ways.dead_end is not None) == bool(ended)
    if ways.dead_end is not None:
        said = " ".join(str(value) for _step, value in ways.dead_end)
        walk = walked(walking.begin(flow, {}), said)
        assert (at(walk), came_to(walk)) == ("", "")


def test_the_longest_way_and_the_dead_end_can_be_followed() -> None:
    flow = flow_of(SMALL.replace("    when: always\n", "    when: colour = green\n"))
    ways = explore(flow)
    assert ways.dead_end == (("colour", "red"), ("shade", "light"), ("count", 0))
    assert len(ways.longest) == 3


@settings(max_examples=tries(200), deadline=None)
@given(
    conditions(("a", "b", "n")),
    st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from([*VALUES, UNKNOWN])),
    st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from([*VALUES, UNKNOWN])),
)
def test_what_remains_of_a_condition_is_as_true_as_the_whole(
    text: str, first: dict[str, str], later: dict[str, str]
) -> None:
    condition = parse(text)
    left = remaining(condition.root, known(first))
    truth = judge(condition, known({**later, **first})).value
    assert names(left) <= condition.names - set(first)
    if isinstance(left, bool):
        assert truth is left
    else:
        assert judge(Condition("", left), known({**later, **first})).value is truth

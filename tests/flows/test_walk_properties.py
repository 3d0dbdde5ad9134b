"""Whatever is answered, taken back and revised: a walk ends, loses nothing, and survives a restart."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hisconsole.errors import Refused
from hisconsole.flows import walk as walking
from hisconsole.flows.flow import UNKNOWN, Choice, Flow, Outcome, Step, StepKind
from hisconsole.flows.lint import MOST_QUESTIONS
from hisconsole.flows.walk import Filled, Walk
from hisconsole.plan.category import verdict
from hisconsole.plan.conditions import known, parse
from tests.flows.flows import DELIVERED, at, came_to, delivered, sample_plan
from tests.shares import tries

NAMES = ("a", "b", "c", "d", "e")
VALUES = ("x", "y", "z")
MOVES = st.lists(
    st.tuples(
        st.sampled_from(["answer", "answer", "answer", "unknown", "skip", "back", "revise", "onward"]),
        st.integers(0, 99),
    ),
    max_size=25,
)


@st.composite
def conditions(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    """A condition over these names."""
    tests = st.builds(
        lambda name, how, value: f"{name} {how} {value}",
        st.sampled_from(names),
        st.sampled_from(["=", "!="]),
        st.sampled_from([*VALUES, UNKNOWN]),
    )
    counts = st.builds(lambda number: f"n >= {number}", st.integers(0, 9))
    whole = st.recursive(
        st.one_of(tests, counts if "n" in names else tests),
        lambda part: st.one_of(
            part.map(lambda each: f"not ({each})"),
            st.builds(
                lambda one, how, two: f"({one}) {how} ({two})", part, st.sampled_from(["and", "or"]), part
            ),
        ),
        max_leaves=5,
    )
    return draw(whole)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """A flow whose steps hang on those before them, on a fact, and on nothing."""
    steps: list[Step] = []
    before: tuple[str, ...] = ("fact",)
    for name in NAMES[: draw(st.integers(1, 5))]:
        when = parse(draw(conditions(before))) if draw(st.booleans()) else None
        choices = tuple(Choice(value, value) for value in VALUES)
        steps.append(Step(name, f"{name}?", choices=choices, when=when))
        before = (*before, name)
    steps.append(Step("n", "n?", kind=StepKind.NUMBER))
    steps.append(Step("t", "t?", kind=StepKind.TEXT, when=parse(draw(conditions(before)))))
    names = (*before, "n")
    whens = draw(st.lists(conditions(names), min_size=1, max_size=6))
    outcomes = tuple(Outcome(f"o{number}", "so", parse(when)) for number, when in enumerate(whens))
    return Flow("drawn", "drawn", "drawn", tuple(steps), outcomes)


@st.composite
def begun(draw: st.DrawFn) -> Walk:
    """The beginning of a walk, with some evidence and a fact."""
    flow = draw(st.one_of(flows(), st.sampled_from([delivered(name) for name in DELIVERED])))
    choices = {step.id: [each.value for each in step.choices] for step in flow.steps if step.choices}
    names = draw(st.sets(st.sampled_from(sorted(choices)), max_size=3))
    filled = {name: Filled(draw(st.sampled_from(choices[name])), f"target {name}") for name in sorted(names)}
    facts: dict[str, str | int] = {}
    if draw(st.booleans()):
        facts = {"fact": draw(st.sampled_from(VALUES)), "key-terminal": "yes", "departments": 2}
    return walking.begin(flow, filled, facts)


def answered(walk: Walk, number: int) -> Walk:
    """The question at hand answered with one of its answers."""
    step = walking.current(walk)
    assert step is not None
    if step.kind is StepKind.CHOICE:
        return walking.answer(walk, step.choices[number % len(step.choices)].value)
    return walking.answer(walk, number if step.kind is StepKind.NUMBER else f"words {number}")


def moved(walk: Walk, move: str, number: int) -> Walk:
    """One act of a person."""
    if move == "revise":
        steps = list(walking.answers(walk))
        steps = [id_ for id_ in steps if walk.flow.step(id_) is not None]
        return walking.revise(walk, steps[number % len(steps)]) if steps else walk
    if move == "back":
        return walking.back(walk)
    if move == "onward":
        return walking.onward(walk)
    if walking.current(walk) is None:
        return walk
    if move == "unknown":
        return walking.unknown(walk)
    return walking.skip(walk, f"reason {number}") if move == "skip" else answered(walk, number)


def said(walk: Walk) -> dict[str, Any]:
    """Every answer there is, in force or kept."""
    steps = (step.id for step in walk.flow.steps)
    return {id_: walking.kept(walk, id_) for id_ in steps if walking.kept(walk, id_) is not None}


@settings(max_examples=tries(100), deadline=None)
@given(begun(), MOVES)
def test_going_about_never_loses_an_answer(walk: Walk, moves: list[tuple[str, int]]) -> None:
    for move, number in moves:
        before, step = said(walk), at(walk)
        walk = moved(walk, move, number)
        after = said(walk)
        assert {id_: each for id_, each in after.items() if id_ != step} == {
            id_: each for id_, each in before.items() if id_ != step
        }
        if move in ("back", "revise", "onward"):
            assert after == before
        elif step:
            assert step in after


@settings(max_examples=tries(100), deadline=None)
@given(begun(), MOVES, st.lists(st.tuples(st.booleans(), st.integers(0, 99)), min_size=40, max_size=40))
def test_no_sequence_of_answers_dead_ends(
    walk: Walk, moves: list[tuple[str, int]], answers: list[tuple[bool, int]]
) -> None:
    for move, number in moves:
        walk = moved(walk, move, number)
    asked = 0
    for knows, number in answers:
        if walking.current(walk) is None:
            break
        walk = answered(walk, number) if knows else walking.unknown(walk)
        asked += 1
    assert walking.current(walk) is None
    assert asked <= len(walk.flow.steps) + 1


@settings(max_examples=tries(100), deadline=None)
@given(begun(), MOVES)
def test_a_draft_comes_back_as_it_was(walk: Walk, moves: list[tuple[str, int]]) -> None:
    for move, number in moves:
        walk = moved(walk, move, number)
    data = json.loads(json.dumps(walking.to_data(walk)))
    assert walking.from_data(walk.flow, data) == walk


@settings(max_examples=tries(100), deadline=None)
@given(begun(), st.lists(st.integers(0, 99), min_size=20, max_size=20), st.integers(0, 99))
def test_no_answer_that_was_not_asked_for_changes_the_outcome(
    walk: Walk, numbers: list[int], other: int
) -> None:
    for number in numbers:
        if walking.current(walk) is not None:
            walk = answered(walk, number)
    outcome = came_to(walk)
    left = [step for step in walk.flow.steps if walking.kept(walk, step.id) is None and step.choices]
    for step in left:
        try:
            revised = walking.revise(walk, step.id)
        except Refused:
            continue  # it does not apply
        value = step.choices[other % len(step.choices)].value
        assert came_to(walking.answer(revised, value)) == outcome


@settings(max_examples=tries(60), deadline=None)
@given(begun(), MOVES)
def test_the_walk_and_the_plan_come_to_the_same(walk: Walk, moves: list[tuple[str, int]]) -> None:
    flow = delivered("classify")
    filled = {name: each for name, each in walk.filled.items() if flow.step(name) is not None}
    walk = walking.begin(flow, filled, walk.facts)
    for move, number in moves:
        walk = moved(walk, move, number)
        found = verdict(sample_plan(), known({**walk.facts, **walking.values(walk)}))
        assert came_to(walk) == (found.fault.id if found.fault is not None else "")
        assert len(walking.result(walk).undecided) == len(found.undecided)


@pytest.mark.parametrize("name", DELIVERED)
def test_every_way_through_a_delivered_flow_is_short_and_ends(name: str) -> None:
    ends = 0
    waiting = [walking.begin(delivered(name), {})]
    while waiting:
        walk = waiting.pop()
        step = walking.current(walk)
        if step is None:
            ends += 1
            assert len(walk.order) <= MOST_QUESTIONS
            assert name == "classify" or came_to(walk)
            continue
        waiting += [walking.answer(walk, choice.value) for choice in step.choices]
        waiting.append(walking.unknown(walk))
    assert ends > 50

"""Every way through a flow, by what is still open: how long, what is asked, where it ends."""

from __future__ import annotations

from dataclasses import replace

from hisconsole.flows.flow import UNKNOWN, Flow, Step, StepKind
from hisconsole.flows.remaining import Open, next_step, open_outcomes, remaining
from hisconsole.plan.conditions import Fact, Facts
from hisconsole.values import dataclass

MOST = 2_000
"""Situations that are looked at: the sample's flows have some dozens."""

Way = tuple[tuple[str, str | int], ...]
"""Steps and what was answered, in order."""


class TooManyWays(Exception):
    """A flow that branches more than can be looked at."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What may happen on the ways through a flow; facts that no step asks for stay open."""

    longest: Way
    asked: frozenset[str]
    reached: frozenset[int]
    """The outcomes, by place, that may come first."""
    dead_end: Way | None
    """A way after which no outcome holds; None when there is none."""


@dataclass(frozen=True, slots=True)
class _Situation:
    """What is open: of each outcome by place, and of each step without an answer whether it applies.

    Ways that come to the same situation go on alike, so each is looked at once.
    """

    outcomes: tuple[tuple[int, Open], ...]
    whens: tuple[tuple[str, Open], ...]


def explore(flow: Flow) -> Ways:
    """Walk a flow in every way. Raises TooManyWays."""
    start = _known(
        _Situation(
            tuple((number, each.when.root) for number, each in enumerate(flow.outcomes)),
            tuple((step.id, step.when.root if step.when is not None else True) for step in flow.steps),
        ),
        {},
        {},
    )
    return _from(flow, start, {})


def _from(flow: Flow, situation: _Situation, found: dict[_Situation, Ways]) -> Ways:
    if situation in found:
        return found[situation]
    if len(found) >= MOST:
        raise TooManyWays
    step = next_step(flow.steps, (each for _n, each in situation.outcomes), dict(situation.whens))
    if step is None:
        reached = frozenset(number for number, _open in situation.outcomes)
        perhaps = {id_ for id_, when in situation.whens if when is not False}
        free = {each.id for each in flow.steps if each.kind is StepKind.TEXT and each.id in perhaps}
        ways = Ways((), frozenset(free), reached, None if reached else ())
    else:
        ways = Ways((), frozenset({step.id}), frozenset(), None)
        for value in _values(flow, step):
            after = _from(flow, _answered(situation, step, value), found)
            ways = _joined(ways, (step.id, value), after)
    found[situation] = ways
    return ways


def _joined(ways: Ways, said: tuple[str, str | int], after: Ways) -> Ways:
    dead_end = ways.dead_end
    if dead_end is None and after.dead_end is not None:
        dead_end = (said, *after.dead_end)
    way = (said, *after.longest)
    return replace(
        ways,
        longest=way if len(way) > len(ways.longest) else ways.longest,
        asked=ways.asked | after.asked,
        reached=ways.reached | after.reached,
        dead_end=dead_end,
    )


def _values(flow: Flow, step: Step) -> list[str | int]:
    """Answers of a step, so that each that makes a difference is among them."""
    if step.kind is StepKind.TEXT:
        return [UNKNOWN]
    if step.kind is StepKind.CHOICE:
        return [*(each.value for each in step.choices), UNKNOWN]
    whens = [*(each.when for each in flow.steps), *(each.when for each in flow.outcomes)]
    tests = [test for when in whens if when is not None for test in when.tests() if test.name == step.id]
    limits = {int(word) for test in tests for word in test.words if word.isdigit()}
    numbers = {max(0, limit + near) for limit in limits for near in (-1, 0, 1)}
    return [*sorted(numbers | {0}), UNKNOWN]


def _answered(situation: _Situation, step: Step, value: str | int) -> _Situation:
    whens = tuple((id_, when) for id_, when in situation.whens if id_ != step.id)
    facts = {step.id: Fact(value)}
    return _known(replace(situation, whens=whens), facts, facts)


def _known(situation: _Situation, facts: Facts, seen: Facts) -> _Situation:
    """The situation after more is known; for steps, one that does not apply is like none of its answers."""
    seen = dict(seen)
    whens: list[tuple[str, Open]] = []
    for id_, when in situation.whens:
        left = _left(when, seen)
        if left is False:
            seen[id_] = Fact("")
        whens.append((id_, left))
    outcomes = [(number, _left(each, facts)) for number, each in situation.outcomes]
    kept = open_outcomes(each for _number, each in outcomes)
    numbers = [number for number, each in outcomes if each is not False]
    return _Situation(tuple(zip(numbers, kept, strict=False)), tuple(whens))


def _left(part: Open, facts: Facts) -> Open:
    return part if isinstance(part, bool) else remaining(part, facts)

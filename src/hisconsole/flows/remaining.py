"""What is still open once some facts are known: of a condition, and so of a flow's questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hisconsole.flows.flow import Step, StepKind
from hisconsole.plan.conditions import Condition, Facts, Join, Test, judge

Part = Test | Join
Open = Part | bool
"""A truth, or what is left of a condition until it has one."""


def remaining(part: Part, facts: Facts) -> Open:
    """True, false, or the condition without the parts that no longer matter (Kleene's logic)."""
    if isinstance(part, Test):
        truth = judge(Condition("", part), facts).value
        return part if truth is None else truth
    left = [remaining(each, facts) for each in part.parts]
    if part.how == "not":
        (inner,) = left
        return not inner if isinstance(inner, bool) else Join("not", (inner,))
    decides = part.how == "or"  # one True decides an `or`, one False an `and`
    if any(each is decides for each in left):
        return decides
    still = tuple(each for each in left if not isinstance(each, bool))
    if not still:
        return not decides
    return still[0] if len(still) == 1 else Join(part.how, still)


def names(part: Open) -> frozenset[str]:
    """The facts on which it still depends."""
    return frozenset() if isinstance(part, bool) else Condition("", part).names


def open_outcomes(outcomes: Iterable[Open]) -> tuple[Open, ...]:
    """Those that could still come first: up to the first that holds, without those that do not."""
    found: list[Open] = []
    for each in outcomes:
        if each is not False:
            found.append(each)
        if each is True:
            break
    return tuple(found)


def next_step(steps: Sequence[Step], outcomes: Iterable[Open], whens: Mapping[str, Open]) -> Step | None:
    """The first step without an answer that applies and on which an outcome depends, perhaps by another.

    `whens` says of each step without an answer whether it applies. Free words decide nothing: such a step
    is put wherever it surely applies.
    """
    needed = frozenset[str]().union(*map(names, outcomes))
    for step in reversed(steps):
        if step.id in needed and step.kind is not StepKind.TEXT:
            needed |= names(whens.get(step.id, True))
    for step in steps:
        applies = whens.get(step.id, False)
        if applies is True and step.kind is StepKind.TEXT:
            return step
        if applies is not False and step.id in needed and step.kind is not StepKind.TEXT:
            return step
    return None

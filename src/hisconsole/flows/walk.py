"""Going through a flow: answers in, the next question and the outcome out, each step a new value.

A question is put only while an outcome that could still come first depends on it; what evidence has
answered is not asked but may be revised. Going back, revising, or a condition that no longer holds takes
no answer away: it is kept and offered again. An answer whose step may yet turn out not to apply (evidence
beforehand) counts once that is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from types import MappingProxyType
from typing import Any

from hisconsole.errors import Refused
from hisconsole.flows.flow import UNKNOWN, Flow, Outcome, Step, StepKind
from hisconsole.flows.remaining import Open, names, next_step, open_outcomes, remaining
from hisconsole.plan.conditions import EVER, Fact, judge
from hisconsole.text import _, printable
from hisconsole.values import dataclass

Value = str | int

LONGEST = 200
"""Characters of a free answer or of a reason."""
MOST = 999_999
"""The largest number that a step takes, as conditions write numbers."""

_NONE: Mapping[str, Any] = MappingProxyType({})
_NOT_ASKED = Fact("", EVER)
"""For other steps' conditions: a question that does not apply is like none of its answers."""


@dataclass(frozen=True, slots=True)
class Filled:
    """An answer known beforehand, and in words where it comes from (a report, a reading, the record)."""

    value: Value
    source: str


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: its source is empty where a person gave it here; a skipped step has a reason."""

    value: Value
    source: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the answers come to so far: the first outcome that holds, and those before it not ruled out."""

    outcome: Outcome | None
    undecided: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """One way through a flow. `given` keeps every answer of a person, also while it does not apply."""

    flow: Flow
    filled: Mapping[str, Filled] = field(default_factory=lambda: _NONE)
    facts: Mapping[str, Value] = field(default_factory=lambda: _NONE)
    given: Mapping[str, Given] = field(default_factory=lambda: _NONE)
    order: tuple[str, ...] = ()
    """The steps that a person answered, in the order in which they were put."""
    at: str = ""
    """The step gone back to; empty: the next that is open."""


def begin(flow: Flow, filled: Mapping[str, Filled], facts: Mapping[str, Value] = _NONE) -> Walk:
    """A walk with what is known beforehand; facts with a step's name are left out, for steps speak for them.

    What is filled in for no step is evidence: it counts and is recorded, but is not asked. Filled in as
    unknown, a step is asked.
    """
    steps = {step.id for step in flow.steps}
    told = {
        name: Filled(value, printable(each.source, limit=LONGEST))
        for name, each in filled.items()
        if (value := _prefilled(flow.step(name), each.value)) is not None
    }
    known = {name: value for name, value in facts.items() if name not in steps}
    return Walk(flow, MappingProxyType(told), MappingProxyType(known))


def current(walk: Walk) -> Step | None:
    """The question to put now; None when nothing is left that could change the result."""
    sight = _look(walk)
    revised = walk.flow.step(walk.at)
    if revised is not None and sight.whens[revised.id] is not False:
        return revised
    outcomes = open_outcomes(remaining(each.when.root, sight.known) for each in walk.flow.outcomes)
    whens = {id_: when for id_, when in sight.whens.items() if id_ not in sight.known}
    return next_step(walk.flow.steps, outcomes, whens)


def answer(walk: Walk, value: Value) -> Walk:
    """The walk with the question at hand answered. Raises Refused with a sentence when that is no answer."""
    step = _at_hand(walk)
    if value == UNKNOWN:
        return unknown(walk)
    return _give(walk, step, Given(_checked(step, value)))


def unknown(walk: Walk) -> Walk:
    """Don't know: its value is `unknown`, so that no rule about it holds unless it names that."""
    return _give(walk, _at_hand(walk), Given(UNKNOWN))


def skip(walk: Walk, reason: str) -> Walk:
    """Leave the question open on purpose: unknown, with the reason. Raises Refused without one."""
    step = _at_hand(walk)
    why = printable(reason.strip(), limit=LONGEST)
    if not why:
        raise Refused(_("Say why this question is skipped."))
    return _give(walk, step, Given(UNKNOWN, reason=why))


def back(walk: Walk) -> Walk:
    """The step that a person answered before this one, with its answer kept; at the first it stays."""
    whens = _look(walk).whens
    been = [id_ for id_ in walk.order if whens[id_] is not False]
    if walk.at in been:
        return replace(walk, at=been[max(0, been.index(walk.at) - 1)])
    if walk.at:
        return replace(walk, at="")  # what evidence had answered was being revised
    return replace(walk, at=been[-1]) if been else walk


def revise(walk: Walk, step_id: str) -> Walk:
    """Put that step again, its answer kept. Raises Refused for a step that does not apply."""
    if _look(walk).whens.get(step_id, False) is False:
        raise Refused(_("That question does not apply here."))
    return replace(walk, at=step_id)


def onward(walk: Walk) -> Walk:
    """Leave the step gone back to as it is, and go on where the walk was."""
    return replace(walk, at="")


def kept(walk: Walk, step_id: str) -> Given | None:
    """The answer a step has or had: what to offer when it is put again."""
    filled = walk.filled.get(step_id)
    return walk.given.get(step_id) or (Given(filled.value, filled.source) if filled else None)


def answers(walk: Walk) -> Mapping[str, Given]:
    """The answers that count now: steps in the flow's order, then evidence that answers no step."""
    known, steps = _look(walk).known, [step.id for step in walk.flow.steps]
    counted = {id_: kept(walk, id_) for id_ in steps if id_ in known}
    evidence = {name: kept(walk, name) for name in walk.filled if name not in steps}
    return {name: given for name, given in {**counted, **evidence}.items() if given is not None}


def values(walk: Walk) -> dict[str, Value]:
    """What the answers that count come to, as conditions see it."""
    return {name: given.value for name, given in answers(walk).items()}


def result(walk: Walk) -> Decision:
    """What the answers come to, at any time; final when `current` is None."""
    known = _look(walk).known
    undecided: list[Outcome] = []
    for outcome in walk.flow.outcomes:
        truth = judge(outcome.when, known).value
        if truth:
            return Decision(outcome, tuple(undecided))
        if truth is None:
            undecided.append(outcome)
    return Decision(None, tuple(undecided))


def to_data(walk: Walk) -> dict[str, Any]:
    """A walk as JSON can hold it, for drafts; the flow only by its id."""
    return {
        "flow": walk.flow.id,
        "filled": {name: [each.value, each.source] for name, each in walk.filled.items()},
        "facts": dict(walk.facts),
        "given": {id_: [each.value, each.source, each.reason] for id_, each in walk.given.items()},
        "order": list(walk.order),
        "at": walk.at,
    }


def from_data(flow: Flow, data: Mapping[str, Any]) -> Walk:
    """The walk that `to_data` wrote, over the flow as it is now: answers that no longer fit are left out.

    Raises Refused where the data is no draft of this flow.
    """
    try:
        if data["flow"] != flow.id:
            raise ValueError(data["flow"])
        filled = {name: Filled(_plain(value), source) for name, (value, source) in data["filled"].items()}
        facts = {name: _plain(value) for name, value in data["facts"].items()}
        given = {id_: Given(_plain(said), whence, why) for id_, (said, whence, why) in data["given"].items()}
        fitting = {id_: each for id_, each in given.items() if _fits(flow.step(id_), each)}
        order = tuple(id_ for id_ in dict.fromkeys(data["order"]) if id_ in fitting)
        at = data["at"] if flow.step(data["at"]) is not None else ""
        walk = begin(flow, filled, facts)
    except (AttributeError, KeyError, TypeError, ValueError) as fault:
        raise Refused(_("This draft cannot be read any more: begin again.")) from fault
    return replace(walk, given=MappingProxyType(fitting), order=order, at=at)


def _plain(value: Any) -> Value:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return value
    raise TypeError(value)


def _fits(step: Step | None, given: Given) -> bool:
    """Whether that could be an answer of that step."""
    printed = (printable(given.source, limit=LONGEST), printable(given.reason, limit=LONGEST))
    if step is None or printed != (given.source, given.reason):
        return False
    try:
        return given.value == UNKNOWN or _checked(step, given.value) == given.value
    except Refused:
        return False


@dataclass(frozen=True, slots=True)
class _Sight:
    """What a walk knows: the facts that count, and of each step whether it applies."""

    known: Mapping[str, Fact]
    whens: Mapping[str, Open]


def _look(walk: Walk) -> _Sight:
    steps = {step.id for step in walk.flow.steps}
    evidence = {name: each.value for name, each in walk.filled.items() if name not in steps}
    known = {name: Fact(value) for name, value in {**walk.facts, **evidence}.items()}
    seen = dict(known)
    whens: dict[str, Open] = {}
    for step in walk.flow.steps:
        when = remaining(step.when.root, seen) if step.when is not None else True
        whens[step.id] = when
        given = kept(walk, step.id)
        if when is False:
            seen[step.id] = _NOT_ASKED
        elif given is not None and not names(when) & steps:  # else it may yet turn out not to apply
            known[step.id] = seen[step.id] = Fact(given.value)
    return _Sight(known, whens)


def _at_hand(walk: Walk) -> Step:
    step = current(walk)
    if step is None:
        raise Refused(_("Every question is answered: go back to change an answer."))
    return step


def _give(walk: Walk, step: Step, given: Given) -> Walk:
    order = walk.order if step.id in walk.order else (*walk.order, step.id)
    return replace(walk, given=MappingProxyType({**walk.given, step.id: given}), order=order, at="")


def _checked(step: Step, value: Value) -> Value:
    """The value as it is kept. Raises Refused when it is no answer to that step."""
    if step.kind is StepKind.NUMBER:
        text = str(value).strip()
        if not (text.isascii() and text.isdigit() and int(text) <= MOST):
            raise Refused(_("A whole number from 0 to {most} is needed here.").format(most=MOST))
        return int(text)
    if step.kind is StepKind.TEXT:
        text = printable(str(value).strip(), limit=LONGEST)
        if not text:
            raise Refused(_("Some words are needed here, or say that it is not known."))
        return text
    if step.choice(value) is None:
        offered = ", ".join(each.value for each in step.choices)
        said = printable(str(value), limit=40)
        raise Refused(
            _("'{said}' is none of the answers here: {offered}.").format(said=said, offered=offered)
        )
    return value


def _prefilled(step: Step | None, value: Value) -> Value | None:
    """What is known beforehand, as it is kept; None where it says nothing.

    Evidence may say what no choice offers: it stands all the same, because the plan's rules may name it.
    """
    if isinstance(value, int):
        return value if step is None or step.kind is StepKind.NUMBER else None
    text = printable(value.strip(), limit=LONGEST)
    if step is not None and step.kind is StepKind.NUMBER:
        return int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) else None
    return text if text and text != UNKNOWN else None

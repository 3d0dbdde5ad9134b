"""A flow as a value: the questions of a guided screen, in order, and the outcomes that they lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from typing import Final

from hisconsole.plan import facts
from hisconsole.plan.conditions import Condition
from hisconsole.plan.document import Rule
from hisconsole.values import dataclass

UNKNOWN: Final = facts.UNKNOWN
"""The value of a question that nobody could answer; no choice may have it."""

MAX_STEPS = 30
MAX_CHOICES = 9
"""As many as there are digits to answer with; 0 is left for "don't know"."""
MAX_OUTCOMES = 50

STEP_ID = re.compile(r"[a-z][a-z0-9-]{0,31}")
"""As the little language names facts, because conditions ask for steps by their ids."""
VALUE = re.compile(r"[a-z0-9][a-z0-9.-]{0,31}")
WORDS_OF_CONDITIONS = frozenset({"and", "or", "not", "in", "always"})


class StepKind(StrEnum):
    """How a step is answered."""

    CHOICE = "choice"
    TEXT = "text"
    """Free words for the record; nothing depends on them, so it is asked wherever its `when` holds."""
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a step: the value that conditions name, and what the operator reads."""

    value: str
    say: str


@dataclass(frozen=True, slots=True)
class Step:
    """One question; it is put only where `when` is not false and something still depends on it."""

    id: str
    ask: str
    help: str = ""
    kind: StepKind = StepKind.CHOICE
    choices: tuple[Choice, ...] = ()
    when: Condition | None = None

    def choice(self, value: str | int) -> Choice | None:
        """The choice of that value; None where it is none of this step's."""
        return next((each for each in self.choices if each.value == value), None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a flow can come to: the first whose condition holds is its result."""

    result: str
    say: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Flow:
    """The steps in the order in which they are put, and the outcomes in the order in which they count."""

    id: str
    title: str
    purpose: str
    steps: tuple[Step, ...]
    outcomes: tuple[Outcome, ...] = ()
    by_plan: bool = False
    """The hospital's plan gives the outcomes: put them in with `with_outcomes`."""

    def step(self, id_: str) -> Step | None:
        """A step by id."""
        return next((each for each in self.steps if each.id == id_), None)


def with_outcomes(flow: Flow, outcomes: Iterable[Outcome]) -> Flow:
    """The same questions leading to other outcomes."""
    return replace(flow, outcomes=tuple(outcomes))


def plan_outcomes(rules: Iterable[Rule]) -> tuple[Outcome, ...]:
    """The rules of a plan as outcomes: the result is the fault's id, its words are the rule's `why`."""
    return tuple(Outcome(rule.fault, rule.why, rule.when) for rule in rules)

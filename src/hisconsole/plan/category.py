"""The classification: which fault type and category the plan's rules make of what is known (plan 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from hisconsole.plan.conditions import Fact, Facts, judge
from hisconsole.plan.document import FaultType, Plan, Rule
from hisconsole.plan.facts import UNKNOWN, facts_of
from hisconsole.plan.incident import Incident
from hisconsole.plan.lately import lately
from hisconsole.plan.words import Category, label
from hisconsole.text import _
from hisconsole.values import dataclass

ORDER = (Category.I, Category.II, Category.OTHER, Category.III, Category.UNCLASSIFIED)
"""From the highest; Other stands above III as in the queue: a cut to the insurance side hits many."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say: the first that holds; `undecided` are those before it that might hold yet."""

    fault: FaultType | None
    category: Category
    rule: Rule | None
    why: str
    provisional: bool
    undecided: tuple[Rule, ...]

    @property
    def sentence(self) -> str:
        """The category, why, and the clause that says so."""
        if self.fault is None:
            return self.why
        words = (
            _("{category} for the time being because {why}: {clause}")
            if self.provisional
            else _("{category} because {why}: {clause}")
        )
        return words.format(category=label(self.category), why=self.why, clause=self.fault.clause)


@dataclass(frozen=True, slots=True)
class Alternative:
    """One answer that would lead to another category."""

    question: str
    value: str
    category: Category
    fault: FaultType


def rank(category: Category) -> int:
    """How high a category is: 0 is the highest."""
    return ORDER.index(category)


def verdict(plan: Plan, facts: Facts) -> Verdict:
    """Classify by the first rule that holds; without one the incident stays unclassified, and it says why."""
    undecided: list[Rule] = []
    for rule in plan.rules:
        holds = judge(rule.when, facts).value
        if holds is None:
            undecided.append(rule)
        elif holds:
            fault = fault_of(plan, rule)
            return Verdict(
                fault, fault.category, rule, rule.why or fault.say, rule.provisional, tuple(undecided)
            )
    names = _open(plan, undecided, facts)
    if names:
        why = _("no rule of the plan holds yet; still open: {names}").format(names=", ".join(names))
    else:
        why = _("no rule of the plan fits what is known")
    return Verdict(None, Category.UNCLASSIFIED, None, why, False, tuple(undecided))


def fault_of(plan: Plan, rule: Rule) -> FaultType:
    """The fault type that a rule decides for; the plan was checked to have it."""
    return next(fault for fault in plan.faults if fault.id == rule.fault)


def _open(plan: Plan, undecided: Iterable[Rule], facts: Facts) -> list[str]:
    """What nobody could say, then what the first undecided rules would have to know; at most three names."""
    unsaid = (name for name in _names(plan.rules) if name in facts and facts[name].value == UNKNOWN)
    missing = (name for name in _names(undecided) if name not in facts)
    return list(dict.fromkeys((*unsaid, *missing)))[:3]


def _names(rules: Iterable[Rule]) -> Iterator[str]:
    return (test.name for rule in rules for test in rule.when.tests())


def highest_possible(plan: Plan, facts: Facts, *, serious: bool) -> Category:
    """The highest category that a rule may still come to; I only where it is serious.

    A question answered with `unknown` may have any answer. What stands behind a rule that holds cannot
    come any more.
    """
    known = {name: fact for name, fact in facts.items() if fact.value != UNKNOWN}
    possible: set[Category] = set()
    for rule in plan.rules:
        holds = judge(rule.when, known).value
        if holds is not False:
            possible.add(fault_of(plan, rule).category)
        if holds:
            break
    if not serious:
        possible.discard(Category.I)
    return min(possible, key=rank, default=Category.UNCLASSIFIED)


def is_serious(plan: Plan, facts: Facts) -> bool:
    """Whether one of the plan's reasons to call it serious holds."""
    return any(judge(reason.when, facts).value for reason in plan.serious)


@lately
def treated_as(incident: Incident, plan: Plan) -> Category:
    """The category it has, or while unclassified the highest that its evidence still allows.

    The latter is in force from `incident.zero` and `plan.unclassified_after_s` on.
    """
    if incident.category is not Category.UNCLASSIFIED:
        return incident.category
    facts = facts_of(incident, plan)
    return highest_possible(plan, facts, serious=is_serious(plan, facts))


def what_would_change(
    plan: Plan, facts: Facts, questions: Mapping[str, Sequence[str]]
) -> tuple[Alternative, ...]:
    """The single answers that lead to another category, the highest first, then as they are asked."""
    now = verdict(plan, facts).category
    found: list[Alternative] = []
    for question, values in questions.items():
        given = facts.get(question)
        for value in values:
            if given is not None and str(given.value) == value:
                continue
            other = verdict(plan, {**facts, question: Fact(value)})
            if other.fault is not None and other.category is not now:
                found.append(Alternative(question, value, other.category, other.fault))
    return tuple(sorted(found, key=lambda each: rank(each.category)))

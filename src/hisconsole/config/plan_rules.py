"""What is wrong with the conditions of a plan: what never holds or is never reached, what evidence undoes."""

from __future__ import annotations

from collections.abc import Iterator

from hisconsole.config.plan_checks import Places
from hisconsole.config.plan_reach import NOTHING, Case, cases, numbers, reached
from hisconsole.config.plan_words import Words
from hisconsole.plan.category import rank
from hisconsole.plan.conditions import Condition, Join, Test
from hisconsole.plan.document import Plan
from hisconsole.plan.facts import COUNT, FACTS
from hisconsole.plan.words import Category, Scope
from hisconsole.text import _
from hisconsole.values import dataclass

_SCOPES = (Scope.ONE, Scope.SOME, Scope.DEPARTMENT, Scope.HOSPITAL)
_GROWING = ("key-terminal", "care")
"""Facts that further reports turn from no to yes."""
_ALWAYS_KNOWN = frozenset(FACTS) - {"symptom", "scope", "paralysis"}
_OTHER = "\x01"
"""Any word that the plan does not name."""


def check_rules(plan: Plan, places: Places) -> None:
    """Refuse conditions that cannot hold, rules that nothing reaches, answers that lead nowhere."""
    counts = numbers(written.condition for written, _words in places.conditions)
    found: dict[Condition, tuple[Case, ...] | None] = {}
    for written, words in places.conditions:
        domain = _Domain(words, counts, written.condition)
        found[written.condition] = cases(written.condition, domain)
        if found[written.condition] == ():
            written.refuse(_("this can never hold: it asks for what excludes each other."))
    _check_order(plan, places, counts, found)
    _check_evidence(plan, places)
    _check_answers(plan, places)


@dataclass(frozen=True, slots=True)
class _Domain:
    """The values of each name, with NOTHING where it may be not known."""

    words: Words
    counts: dict[str, frozenset[str]]
    condition: Condition | None = None

    def __call__(self, name: str) -> frozenset[str]:
        values = self.words[name]
        known = self.counts.get(name, frozenset("0")) if values == COUNT else values
        if known is None:  # any word
            tests = self.condition.tests() if self.condition else ()
            known = frozenset({_OTHER, *(word for test in tests if test.name == name for word in test.words)})
        return known if name in _ALWAYS_KNOWN else known | {NOTHING}


def _check_order(
    plan: Plan,
    places: Places,
    counts: dict[str, frozenset[str]],
    found: dict[Condition, tuple[Case, ...] | None],
) -> None:
    by_rule = {
        written.fields: words for written, words in places.conditions if written.fields in places.rules
    }
    above: list[Case] = []
    for part, rule in zip(places.rules, plan.rules, strict=True):
        own = found[rule.when]
        if own and not reached(own, above, _Domain(by_rule[part], counts)):
            part.refuse("when", _("this rule is never reached: wherever it holds, one above it holds first."))
        above += own or ()


def _check_evidence(plan: Plan, places: Places) -> None:
    """Further reports and readings must never take a category away or put a lower one before it."""
    signed = {sign.question for sign in plan.signs}
    ranks = [rank(_category(plan, rule.fault)) for rule in plan.rules]
    for place, (part, rule) in enumerate(zip(places.rules, plan.rules, strict=True)):
        for test, holds in _polarised(rule.when.root, holds=True):
            growth = _growth(test, holds=holds)
            if ranks[place] == 0 and (growth < 0 or (test.name in signed and _negative(test, holds=holds))):
                sentence = _(
                    "'{name}' is evidence, and more of it would take Category I away: ask for what is there, "
                    "never for what is not."
                )
                part.refuse("when", sentence.format(name=test.name))
            elif growth and min(ranks[place:]) < ranks[place]:
                sentence = _(
                    "'{name}' is evidence, and here it puts a lower category before a higher one: "
                    "move the rule down."
                )
                part.refuse("when", sentence.format(name=test.name))


def _category(plan: Plan, fault: str) -> Category:
    held = plan.fault(fault)
    return held.category if held else Category.UNCLASSIFIED


def _polarised(part: Test | Join, *, holds: bool) -> Iterator[tuple[Test, bool]]:
    if isinstance(part, Test):
        yield part, holds
        return
    for each in part.parts:
        yield from _polarised(each, holds=holds is not (part.how == "not"))


def _negative(test: Test, *, holds: bool) -> bool:
    return holds is (test.how == "!=")


def _growth(test: Test, *, holds: bool) -> int:
    """What more reports do to a comparison: 1 they make it true, -1 they make it false, 0 nothing."""
    negative = _negative(test, holds=holds)
    if FACTS.get(test.name) == COUNT:
        more = {">": True, ">=": True, "<": False, "<=": False}.get(test.how)
        return -1 if more is None or more is not holds else 1
    if test.name in _GROWING:
        return 1 if ("yes" in test.words) is not negative else -1
    if test.name == "scope":
        allowed = [(scope.value in test.words) is not negative for scope in _SCOPES]
        return 0 if all(allowed) else 1 if allowed == sorted(allowed) else -1
    return 0


def _check_answers(plan: Plan, places: Places) -> None:
    used: dict[str, set[str]] = {}
    for test in (each for written, _words in places.conditions for each in written.condition.tests()):
        used.setdefault(test.name, set()).update(test.words)
    for name, (below, values) in places.questions.items():
        if name in FACTS:
            continue
        if name not in used:
            below.refuse_name(
                _("nothing in the plan asks for '{name}': take it out.").format(name=name), name
            )
            continue
        for value in sorted(values - used[name] - {"no"}):
            sentence = _("the answer '{value}' leads nowhere: no rule or reason asks for it.")
            below.refuse(name, sentence.format(value=value))

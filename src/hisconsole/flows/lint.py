"""What is wrong with a flow as a whole: names nobody answers, ways that lead nowhere, too many questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hisconsole.errors import Finding
from hisconsole.fields import closest, shown
from hisconsole.flows.flow import UNKNOWN, Flow, Step, StepKind
from hisconsole.flows.ways import TooManyWays, explore
from hisconsole.plan.conditions import Condition, Test
from hisconsole.plan.document import Sign
from hisconsole.plan.facts import COUNT, FACTS
from hisconsole.strict_yaml import Document
from hisconsole.strict_yaml import Path as Place
from hisconsole.text import _
from hisconsole.values import dataclass

MOST_QUESTIONS = 7
"""What a person may be asked on one way; more is not answered while a caller waits."""


@dataclass(frozen=True, slots=True)
class Linted:
    """What must be corrected, and what should be looked at."""

    faults: tuple[Finding, ...]
    warnings: tuple[Finding, ...] = ()


def lint(document: Document, flow: Flow, signs: Iterable[Sign] = ()) -> Linted:
    """The faults and warnings of a flow; one that the plan decides has the plan's rules put in before."""
    linting = _Linting(document, flow, tuple(signs))
    linting.conditions()
    linting.evidence()
    if not linting.faults and flow.outcomes:
        linting.ways()
    return Linted(tuple(dict.fromkeys(linting.faults)), tuple(dict.fromkeys(linting.warnings)))


class _Linting:
    """One flow being looked at."""

    def __init__(self, document: Document, flow: Flow, signs: Sequence[Sign]) -> None:
        self.document = document
        self.flow = flow
        self.signs = signs
        self.faults: list[Finding] = []
        self.warnings: list[Finding] = []
        self.values: dict[str, frozenset[str]] = {
            step.id: frozenset(each.value for each in step.choices) | {UNKNOWN} for step in flow.steps
        }
        self.only_evidence = {sign.question for sign in signs} - {*self.values, *FACTS}

    def conditions(self) -> None:
        """Names and values that conditions compare."""
        before: list[Step] = []
        for step in self.flow.steps:
            if step.when is not None:
                self._condition(step.when, ("steps", step.id, "when"), before)
            before.append(step)
        for outcome in self.flow.outcomes:
            place: Place = ("outcomes",) if self.flow.by_plan else ("outcomes", outcome.result, "when")
            self._condition(outcome.when, place, before)

    def evidence(self) -> None:
        """Signs of the plan whose answer no choice offers."""
        for sign in self.signs:
            step = self.flow.step(sign.question)
            if step is not None and sign.value not in self.values[step.id]:
                sentence = _(
                    "the plan's sign '{sign}' answers '{value}', which no choice here offers{meant}."
                )
                meant = self._meant(sign.value, self.values[step.id])
                self._fault(
                    ("steps", step.id, "choices"),
                    sentence.format(sign=sign.id, value=shown(sign.value), meant=meant),
                )

    def ways(self) -> None:
        """Where the answers lead: never to nothing, not by too many questions, and everywhere."""
        try:
            ways = explore(self.flow)
        except TooManyWays:
            self._fault(("steps",), _("there are too many ways through these steps: split the flow."))
            return
        if len(ways.longest) > MOST_QUESTIONS:
            sentence = _("this is question {n} on one way, after {before}: {most} are the most.")
            before = ", ".join(id_ for id_, _value in ways.longest[:MOST_QUESTIONS])
            place = ("steps", ways.longest[MOST_QUESTIONS][0])
            n = MOST_QUESTIONS + 1
            self._fault(place, sentence.format(n=n, before=before, most=MOST_QUESTIONS))
        for step in self.flow.steps:
            if step.id in ways.asked:
                self._alike(step)
            elif not self.flow.by_plan:
                self._fault(("steps", step.id), self._never_asked(step))
            elif step.id not in FACTS:
                # The rules of another hospital may need it, so this is no fault.
                self.warnings.append(self.document.at_key(("steps", step.id), self._never_asked(step)))
        if not self.flow.by_plan:
            self._ends(ways.dead_end, ways.reached)

    def _never_asked(self, step: Step) -> str:
        return _("'{step}' is never asked: no outcome depends on it.").format(step=step.id)

    def _alike(self, step: Step) -> None:
        """Warn of choices that lead to the same, because no condition names them."""
        whens = [*(each.when for each in self.flow.steps), *(each.when for each in self.flow.outcomes)]
        tests = [test for when in whens if when is not None for test in when.tests() if test.name == step.id]
        named = {word for test in tests for word in test.words}
        alike = [choice.value for choice in step.choices if choice.value not in named]
        if len(alike) > 1:
            sentence = _("no condition tells {values} apart.").format(values=", ".join(alike))
            place = ("steps", step.id, "choices", alike[1])
            self.warnings.append(self.document.at_key(place, sentence))

    def _ends(self, dead_end: tuple[tuple[str, str | int], ...] | None, reached: frozenset[int]) -> None:
        if dead_end is not None:
            step, value = dead_end[-1] if dead_end else ("", "")
            choice: Place = ("steps", step, "choices", str(value))
            place = choice if choice in self.document.values else ("steps", step) if step else ("outcomes",)
            way = ", ".join(f"{name} = {said}" for name, said in dead_end) or _("no answer at all")
            sentence = _("a dead end: no outcome holds after {way}. Add an outcome with 'when: always'.")
            self._fault(place, sentence.format(way=way))
        for number, outcome in enumerate(self.flow.outcomes):
            if number not in reached:
                sentence = _("'{outcome}' is never reached: those above it come first.")
                self._fault(("outcomes", outcome.result), sentence.format(outcome=outcome.result))

    def _condition(self, condition: Condition, place: Place, before: Sequence[Step]) -> None:
        for test in condition.tests():
            sentence = self._wrong(test, before)
            if sentence and place == ("outcomes",):
                sentence = _("the plan's rule '{rule}': {why}").format(
                    rule=shown(condition.text), why=sentence
                )
            if sentence:
                self.faults.append(self.document.at_value(place, sentence))

    def _wrong(self, test: Test, before: Sequence[Step]) -> str:
        """What is wrong with one comparison; empty when nothing is."""
        step = self.flow.step(test.name)
        if step is not None and step not in before:
            return _("'{name}' is asked later: move it above this step.").format(name=test.name)
        if step is not None and step.kind is StepKind.TEXT:
            return _("nothing can depend on '{name}', because its answer is free words.").format(
                name=test.name
            )
        if step is not None:
            counts = step.kind is StepKind.NUMBER
            values = None if counts else self.values[test.name]
        elif test.name in self.only_evidence:
            counts = False
            values = frozenset(each.value for each in self.signs if each.question == test.name)
        elif test.name in FACTS:
            known = FACTS[test.name]
            counts = known == COUNT
            # A fault is one of the plan's, which only the plan's own check knows.
            values = None if known == COUNT or test.name == "fault" else frozenset(known) | {UNKNOWN}
        else:
            meant = self._meant(test.name, [*self.values, *FACTS])
            return _("'{name}' is no step and no fact{meant}.").format(name=shown(test.name), meant=meant)
        return self._unlike(test, counts=counts, values=values)

    def _unlike(self, test: Test, *, counts: bool, values: frozenset[str] | None) -> str:
        """Whether a test compares with what the name can never be."""
        if counts and not all(word.isdigit() or word == UNKNOWN for word in test.words):
            return _("'{name}' is a number: compare it with numbers.").format(name=test.name)
        if not counts and test.how not in ("=", "!=", "in"):
            return _("'{name}' is no number: compare it with =, != or in.").format(name=test.name)
        for word in test.words:
            if values is not None and word not in values:
                sentence = _("'{name}' is never '{word}'{meant}.")
                return sentence.format(name=test.name, word=shown(word), meant=self._meant(word, values))
        return ""

    def _meant(self, word: str, words: Iterable[str]) -> str:
        meant = closest(word, sorted(words))
        return _(" (did you mean '{meant}'?)").format(meant=meant) if meant else ""

    def _fault(self, place: Place, sentence: str) -> None:
        self.faults.append(self.document.at_key(place, sentence))

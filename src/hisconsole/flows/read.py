"""Reading flows: every fault of a file at its line and column, in one pass, and never half a flow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hisconsole.errors import ConfigFault, Finding, HisError
from hisconsole.fields import Fields, shown
from hisconsole.flows.flow import (
    MAX_CHOICES,
    MAX_OUTCOMES,
    MAX_STEPS,
    STEP_ID,
    UNKNOWN,
    VALUE,
    WORDS_OF_CONDITIONS,
    Choice,
    Flow,
    Outcome,
    Step,
    StepKind,
    plan_outcomes,
    with_outcomes,
)
from hisconsole.flows.lint import Linted, lint
from hisconsole.plan.conditions import LONGEST, Condition, ConditionFault, parse
from hisconsole.plan.document import Plan
from hisconsole.strict_yaml import MAX_BYTES, Document, read
from hisconsole.text import _, cell_len, printable

BY_PLAN = "plan"
"""In place of outcomes: the rules of the hospital's plan decide."""

WIDEST = 74
"""Cells of a question or a choice, so that it fits 80 columns behind its digit."""
LONGEST_HELP = 300

_OWN_ID = re.compile(r"[a-z][a-z0-9-]{0,31}")


def load_flow(path: Path) -> Flow:
    """The flow of a file; raises ConfigFault with every finding, and HisError where it cannot be read."""
    document = _open(path)
    findings: list[Finding] = []
    flow = read_flow(document, findings)
    if flow is not None:
        findings += lint(document, flow).faults
    if flow is None or findings:
        raise ConfigFault(_in_order(findings))
    return flow


def check_flow(path: Path, plan: Plan | None) -> Linted:
    """Everything wrong with a flow file and, where the plan decides, with its rules beside it.

    Raises HisError where the file cannot be read.
    """
    document = _open(path)
    findings: list[Finding] = []
    flow = read_flow(document, findings)
    if flow is None:
        return Linted(tuple(_in_order(findings)))
    if flow.by_plan and plan is not None:
        return lint(document, with_outcomes(flow, plan_outcomes(plan.rules)), plan.signs)
    return lint(document, flow)


def _open(path: Path) -> Document:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else fault
        raise HisError(_("{path} cannot be read: {why}").format(path=path, why=why)) from fault
    return read(raw, source=printable(str(path)))


def _in_order(findings: list[Finding]) -> list[Finding]:
    """Each finding once, as the file is read from top to bottom."""
    return sorted(dict.fromkeys(findings), key=lambda each: (each.line, each.col))


def read_flow(document: Document, findings: list[Finding]) -> Flow | None:
    """The flow that a document describes; None, and why in `findings`, where it cannot be used."""
    before = len(findings)
    findings += document.findings
    if not document.whole or not isinstance(document.data, dict):
        if not document.findings:
            findings.append(document.at_value((), _("a flow has an id, a title, steps and outcomes.")))
        return None
    head = FlowFields(document, (), findings)
    id_ = head.text("id", needed=True)
    if id_ and not _OWN_ID.fullmatch(id_):
        head.refuse("id", _("'id' must be small letters, digits and '-', such as classify."))
    title, purpose = head.line("title"), head.line("purpose")
    steps = tuple(_step(step) for step in head.entries("steps", MAX_STEPS))
    by_plan = head.names_plan()
    outcomes = () if by_plan else tuple(_outcome(each) for each in head.entries("outcomes", MAX_OUTCOMES))
    head.close()
    return Flow(id_, title, purpose, steps, outcomes, by_plan) if len(findings) == before else None


class FlowFields(Fields):
    """The fields of a flow or of one of its parts."""

    def entries(self, name: str, most: int) -> Iterator[FlowFields]:
        """The fields of each named part below `name`; at least one and at most `most` are needed."""
        below = self.below(name, most)
        for id_ in below:
            part = FlowFields(self.document, (*self.path, name, id_), self.findings)
            if isinstance(below[id_], dict):
                yield part
            else:
                sentence = _("'{id}' needs its fields below it, each on its own line, indented.")
                self.findings.append(self.document.at_key(part.path, sentence.format(id=shown(id_))))

    def below(self, name: str, most: int) -> dict[str, object]:
        """What stands below `name`, by name."""
        self._asked.append(name)
        held = self._entry().get(name)
        if name not in self._entry():
            self._missing.append(name)
            return {}
        if not isinstance(held, dict) or not held:
            self.refuse(
                name,
                _("'{name}' needs its parts below it, each on its own line, indented.").format(name=name),
            )
            return {}
        if len(held) > most:
            extra = list(held)[most]
            sentence = _("'{name}' has more than {most} entries: leave some out, from here on.")
            at = (*self.path, name, extra)
            self.findings.append(self.document.at_key(at, sentence.format(name=name, most=most)))
            return {}
        return held

    def line(self, name: str) -> str:
        """Needed text that fits one line of the screen."""
        text = self.text(name, needed=True, longest=200)
        if cell_len(text) > WIDEST:
            sentence = _("'{name}' is wider than {widest} columns: shorten it.")
            self.refuse(name, sentence.format(name=name, widest=WIDEST))
        return text

    def condition(self, name: str, *, needed: bool = False) -> Condition | None:
        """A condition in the little language; None where it is not given."""
        text = self.text(name, needed=needed, longest=LONGEST)
        if not text:
            return None
        try:
            return parse(text)
        except ConditionFault as fault:
            around = text[max(0, fault.col - 1) :][:20] or text[-20:]
            sentence = _("'{name}' cannot be read at '{around}': {why}")
            self.refuse(name, sentence.format(name=name, around=shown(around), why=fault.sentence))
            return None

    def names_plan(self) -> bool:
        """Whether the outcomes are the plan's."""
        held = self._entry().get("outcomes")
        if not isinstance(held, str):
            return False
        text = self.text("outcomes")
        if text and text != BY_PLAN:
            sentence = _("'outcomes' is 'plan', or has the outcomes below it, not '{value}'.")
            self.refuse("outcomes", sentence.format(value=shown(text)))
        return True


def _step(fields: FlowFields) -> Step:
    id_ = str(fields.path[-1])
    if not STEP_ID.fullmatch(id_) or id_ in WORDS_OF_CONDITIONS:
        sentence = _(
            "'{id}' cannot name a step: use up to 32 small letters, digits and '-', beginning with a letter,"
            " and no word of conditions."
        )
        fields.findings.append(fields.document.at_key(fields.path, sentence.format(id=shown(id_))))
    ask, help_ = fields.line("ask"), fields.text("help", longest=LONGEST_HELP)
    kind = (fields.choice("kind", StepKind) or StepKind.CHOICE) if fields.given("kind") else StepKind.CHOICE
    when = fields.condition("when")
    choices: tuple[Choice, ...] = ()
    if kind is StepKind.CHOICE:
        choices = _choices(fields)
    elif fields.given("choices"):
        fields.below("choices", MAX_CHOICES)
        _refuse_choices(fields, _("a step of this kind has no choices: delete them, or its 'kind'."))
    fields.close()
    return Step(id_, ask, help_, kind, choices, when)


def _choices(fields: FlowFields) -> tuple[Choice, ...]:
    values = fields.below("choices", MAX_CHOICES)
    if len(values) == 1:
        _refuse_choices(fields, _("one choice is none: give at least two."))
    part = FlowFields(fields.document, (*fields.path, "choices"), fields.findings)
    for value in values:
        if not VALUE.fullmatch(value):
            sentence = _("'{value}' cannot be a value: use up to 32 small letters, digits, '-' and '.'.")
        elif value == UNKNOWN:
            sentence = _("'{value}' is offered with every question already: choose another word.")
        else:
            continue
        found = part.document.at_key((*part.path, value), sentence.format(value=shown(value)))
        fields.findings.append(found)
    said = [Choice(value, part.line(value)) for value in values]
    for place, choice in enumerate(said):
        if choice.say and any(choice.say == other.say for other in said[:place]):
            part.refuse(choice.value, _("another choice says the same: nobody could tell them apart."))
    return tuple(said)


def _refuse_choices(fields: FlowFields, sentence: str) -> None:
    fields.findings.append(fields.document.at_key((*fields.path, "choices"), sentence))


def _outcome(fields: FlowFields) -> Outcome:
    id_ = str(fields.path[-1])
    if not VALUE.fullmatch(id_):
        sentence = _("'{id}' cannot name an outcome: use up to 32 small letters, digits and '-'.")
        fields.findings.append(fields.document.at_key(fields.path, sentence.format(id=shown(id_))))
    say = fields.line("say")
    when = fields.condition("when", needed=True) or parse("always")
    fields.close()
    return Outcome(id_, say, when)

"""The entries of the plan's file, one function each: fields to values, and a note of where each stands."""

from __future__ import annotations

from collections.abc import Collection

from hisconsole.config.plan_checks import Places
from hisconsole.config.plan_parts import PlanFields
from hisconsole.config.plan_words import DAY, HOUR, MINUTE, Words
from hisconsole.config.site import ContactKind
from hisconsole.plan.conditions import Condition, parse
from hisconsole.plan.document import (
    Aggravator,
    Clock,
    FaultType,
    Gate,
    Handling,
    Reason,
    Role,
    Rule,
    Sign,
    Since,
)
from hisconsole.plan.facts import COUNT, EVIDENCE_FACTS, FACTS, NONE, UNKNOWN
from hisconsole.plan.words import Category
from hisconsole.text import _
from hisconsole.values import dataclass

ALL = "all"
"""What a gate says of its departments when it means every one."""

_LONGEST_REASON = 100
_ALWAYS = parse("always")
_DECIDED = frozenset({"category", "fault", "escalated"})
"""What follows from the rules, so that no rule may ask for it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What other parts of the file may name."""

    questions: dict[str, frozenset[str]]
    incident: Words
    rules: Words
    roles: tuple[str, ...]
    faults: tuple[str, ...]
    acts: Collection[str]


def known_of(
    questions: dict[str, frozenset[str]],
    roles: tuple[str, ...],
    faults: tuple[str, ...],
    acts: Collection[str],
) -> Known:
    """What the parts that were read first allow the others to name."""
    record: Words = {**FACTS, "fault": frozenset({NONE, *faults})}
    incident = {**{name: values | {UNKNOWN} for name, values in questions.items()}, **record}
    rules = {name: values for name, values in incident.items() if name not in _DECIDED}
    return Known(questions, incident, rules, roles, faults, acts)


def role_of(id_: str, part: PlanFields, places: Places) -> Role:
    """A part that people play."""
    contacts = part.references("contacts")
    places.contacts.append((part, "contacts", contacts))
    places.named["role", part.own_id()] = part
    return Role(id_, part.text("say", needed=True), contacts, part.flag("group"))


def handling_of(id_: str, part: PlanFields, roles: tuple[str, ...], places: Places) -> Handling:
    """Who answers for a category."""
    places.named["handling", id_] = part
    names = [each.value for each in Category if each is not Category.UNCLASSIFIED]
    if id_ not in names:
        part.refuse_name(_("'{id}' is no category: they are {names}.").format(id=id_, names=", ".join(names)))
    return Handling(
        category=Category(id_) if id_ in names else Category.UNCLASSIFIED,
        owner=part.known("owner", roles, _("the roles")),
        reports_to=part.known("reports_to", roles, _("the roles"), needed=False),
        how=part.text("how", needed=True, longest=200),
        clause=part.text("clause", needed=True),
    )


def fault_of(id_: str, part: PlanFields, places: Places) -> FaultType:
    """A fault type."""
    places.named["fault", part.own_id()] = part
    category = part.choice("category", Category, needed=True)
    if category is Category.UNCLASSIFIED:
        part.refuse("category", _("a fault type belongs to a category: unclassified is none."))
    return FaultType(
        id=id_,
        say=part.text("say", needed=True),
        category=category or Category.UNCLASSIFIED,
        clause=part.text("clause", needed=True),
        first=part.text("first"),
    )


def questions_of(head: PlanFields, places: Places) -> dict[str, frozenset[str]]:
    """The questions with their answers; a wrong answer stays known, so that its uses pass."""
    below, names = head.lines("questions")
    found = {}
    for name in names:
        words = below.answers(name)
        values = FACTS.get(name, frozenset[str]())
        if name in FACTS and name not in ("symptom", "scope"):
            sentence = _("'{name}' is what the record knows itself: it cannot be asked.")
            below.refuse(name, sentence.format(name=name))
        elif values and values != COUNT and (strange := [word for word in words if word not in values]):
            sentence = _("'{name}' cannot be '{value}': it is one of {values}.")
            below.refuse(name, sentence.format(name=name, value=strange[0], values=", ".join(sorted(values))))
        found[name] = frozenset(words)
    places.questions.update({name: (below, values) for name, values in found.items()})
    below.close()
    return found


def rule_of(part: PlanFields, known: Known, places: Places) -> Rule:
    """One rule of the classification."""
    rule = Rule(
        fault=part.known("fault", known.faults, _("the fault types")),
        when=condition_of(part, "when", known.rules, places),
        why=part.text("why", needed=True, longest=120),
        provisional=part.flag("provisional"),
    )
    places.rules.append(part)
    return rule


def sign_of(id_: str, part: PlanFields, known: Known, places: Places) -> Sign:
    """A sign that the watch can see."""
    places.named["sign", part.own_id()] = part
    question = part.known("question", known.questions, _("the questions"))
    values = known.questions.get(question)
    return Sign(
        id=id_,
        question=question,
        value=part.known("value", values, _("the answers of that question"))
        if values
        else part.text("value"),
        when=condition_of(part, "when", EVIDENCE_FACTS, places),
        say=part.spoken("say", ("target",)),
    )


def reasons_of(
    head: PlanFields, name: str, known: Known, places: Places, *, needed: bool = True
) -> tuple[Reason, ...]:
    """The lines below `name`: the words of each, and when they hold."""
    below, says = head.lines(name, needed=needed)
    for say in says:
        if len(say) > _LONGEST_REASON:
            sentence = _("these words are longer than {longest} characters: shorten them.")
            below.refuse_name(sentence.format(longest=_LONGEST_REASON), say)
    reasons = tuple(Reason(condition_of(below, say, known.incident, places), say) for say in says)
    below.close()
    return reasons


def condition_of(part: PlanFields, name: str, words: Words, places: Places) -> Condition:
    """The condition that stands at `name`."""
    written = part.condition(name, words)
    if written is None:
        return _ALWAYS
    places.conditions.append((written, words))
    return written.condition


def clock_of(id_: str, part: PlanFields, known: Known, places: Places) -> Clock:
    """A timed obligation."""
    places.named["clock", part.own_id()] = part
    return Clock(
        id=id_,
        say=part.text("say", needed=True, longest=14),
        what=part.text("what", needed=True, longest=120),
        owner=part.known("owner", known.roles, _("the roles")),
        since=part.choice("since", Since, needed=True) or Since.START,
        after_s=part.duration("after", least=0, most=90 * DAY),
        when=condition_of(part, "when", known.incident, places),
        act=part.known("act", known.acts, _("the acts")),
        clause=part.text("clause", needed=True),
        every_s=part.duration("every", least=5 * MINUTE, most=7 * DAY, needed=False),
        earlier=part.flag("earlier"),
        whom=part.several("whom", {*known.roles, *ContactKind}, _("the roles and kinds"), needed=False),
    )


def gate_of(id_: str, part: PlanFields, places: Places) -> Gate:
    """A time from which departments work by hand."""
    places.named["gate", part.own_id()] = part
    departments = part.references("departments", needed=True)
    if ALL in departments:
        if len(departments) > 1:
            part.refuse("departments", _("'all' stands alone: it means every department."))
        departments = ()
    places.departments.append((part, "departments", departments))
    return Gate(
        id=id_,
        say=part.text("say", needed=True),
        after_s=part.duration("after", least=MINUTE, most=30 * DAY),
        departments=departments,
        clause=part.text("clause", needed=True),
    )


def aggravator_of(id_: str, part: PlanFields, holidays: tuple[str, ...], places: Places) -> Aggravator:
    """What moves gates and clocks earlier."""
    places.named["aggravator", part.own_id()] = part
    by_days = part.flag("holidays")
    aggravator = Aggravator(
        id=id_,
        say=part.text("say", needed=True),
        earlier_s=part.duration("earlier", least=MINUTE, most=HOUR),
        days=holidays if by_days else (),
        weekdays=part.weekdays("weekdays"),
        start=part.minutes("from"),
        end=part.minutes("to"),
    )
    if by_days and not holidays:
        part.refuse("holidays", _("the plan lists no 'holidays': add them at its top."))
    return aggravator

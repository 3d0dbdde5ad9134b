"""What only the whole plan shows: that every part leads somewhere and nothing contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from hisconsole.config.plan_parts import PlanFields, Written
from hisconsole.config.plan_words import Words, unknown
from hisconsole.plan.document import Plan
from hisconsole.text import _
from hisconsole.values import dataclass

BUILT_IN = ("escalate", "paralysis", "gate", "eta", "call", "own-authority")
"""Obligations that need no clock, so that none may be called so."""

SUMMARIES = ("summary-team", "summary-leader")
"""The clocks that reading a summary meets."""

CALLS = ("called", "summon")
"""The acts that reach somebody by phone."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of a plan stand in its file."""

    head: PlanFields
    named: dict[tuple[str, str], PlanFields] = field(default_factory=dict)
    """Entries by what they are and their id."""
    questions: dict[str, tuple[PlanFields, frozenset[str]]] = field(default_factory=dict)
    rules: list[PlanFields] = field(default_factory=list)
    escalation: list[PlanFields] = field(default_factory=list)
    conditions: list[tuple[Written, Words]] = field(default_factory=list)
    """All conditions, with the names each may use."""
    departments: list[tuple[PlanFields, str, tuple[str, ...]]] = field(default_factory=list)
    """Ids that departments.yaml must have."""
    contacts: list[tuple[PlanFields, str, tuple[str, ...]]] = field(default_factory=list)
    """Ids that roster.yaml must have."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan that was read, not yet on a hospital's clock."""

    plan: Plan
    places: Places


def check_plan(plan: Plan, places: Places) -> None:
    """Refuse what does not fit together within the plan."""
    _check_roles(plan, places)
    _check_escalation(plan, places)
    _check_categories(plan, places)
    _check_clocks(plan, places)
    _check_gates(plan, places)
    _check_aggravators(plan, places)


def check_plan_across(
    draft: Draft, *, departments: tuple[str, ...] | None, contacts: tuple[str, ...] | None
) -> None:
    """Refuse what the other files do not have; None for a file that could not be read."""
    for ids, uses, file in (
        (departments, draft.places.departments, "departments.yaml"),
        (contacts, draft.places.contacts, "roster.yaml"),
    ):
        for fields, name, used in uses if ids is not None else ():
            strange = next((each for each in used if ids is not None and each not in ids), "")
            if strange and ids is not None:
                fields.refuse(name, unknown(name, strange, ids, file))


def _check_roles(plan: Plan, places: Places) -> None:
    used = set(_roles_used(plan))
    for role in plan.roles:
        part = places.named["role", role.id]
        if role.id not in used:
            part.refuse_name(_("nobody asks for the role '{id}': take it out, or use it.").format(id=role.id))
        if role.group and role.contacts:
            part.refuse("contacts", _("the leading group is taken from roster.yaml: take 'contacts' out."))


def _roles_used(plan: Plan) -> Iterator[str]:
    for handling in plan.handling:
        yield from (handling.owner, handling.reports_to)
    yield from (clock.owner for clock in plan.clocks)
    yield from (plan.escalation.approver, *plan.escalation.stand_ins)
    for order in (plan.escalation.in_hours, plan.escalation.off_hours):
        for step in order:
            yield from step


def _check_escalation(plan: Plan, places: Places) -> None:
    of = plan.escalation
    (part,) = places.escalation
    silent = {role.id for role in plan.roles if not role.contacts and not role.group}
    groups = {role.id for role in plan.roles if role.group}
    for name, order in (("in_hours", of.in_hours), ("off_hours", of.off_hours)):
        called = [role for step in order for role in step]
        for role in called:
            if role in silent:
                sentence = _("the role '{id}' has no 'contacts', so nobody can be called.")
                part.refuse(name, sentence.format(id=role))
        if of.approver not in called:
            sentence = _("the approver '{id}' is never called here: put the role into the order.")
            part.refuse(name, sentence.format(id=of.approver))
    for name, roles in (("approver", (of.approver,)), ("stand_ins", of.stand_ins)):
        for role in roles:
            if role in silent or role in groups:
                sentence = _("'{id}' names no person who can say so: give the role 'contacts'.")
                part.refuse(name, sentence.format(id=role))
    if of.approver in of.stand_ins:
        part.refuse("stand_ins", _("the approver cannot stand in for himself: name another role."))
    if of.end <= of.start:
        part.refuse("to", _("working hours end before they begin: 'to' must be later than 'from'."))


def _check_categories(plan: Plan, places: Places) -> None:
    handled = {each.category for each in plan.handling}
    held = {fault.category for fault in plan.faults}
    reached = {rule.fault for rule in plan.rules}
    for fault in plan.faults:
        part = places.named["fault", fault.id]
        if fault.category not in handled:
            sentence = _("'handling' does not say who answers for Category {category}.")
            part.refuse("category", sentence.format(category=fault.category.value))
        if fault.id not in reached:
            part.refuse_name(_("no rule leads to '{id}': add one, or take it out.").format(id=fault.id))
    for handling in plan.handling:
        part = places.named["handling", handling.category.value]
        if handling.category not in held:
            part.refuse_name(
                _("no fault type is Category {id}: add one, or take this out.").format(
                    id=handling.category.value
                )
            )
        if handling.reports_to == handling.owner:
            part.refuse("reports_to", _("nobody reports to himself: name another role."))
    if plan.lowering not in handled:
        sentence = _("'handling' does not say who answers for Category {category}.")
        places.head.refuse("lowering", sentence.format(category=plan.lowering.value))


def _check_clocks(plan: Plan, places: Places) -> None:
    earliest = max((each.earlier_s for each in plan.aggravators), default=0)
    for clock in plan.clocks:
        part = places.named["clock", clock.id]
        if clock.id in BUILT_IN:
            sentence = _("'{id}' is owed without a clock: give this one another id.")
            part.refuse_name(sentence.format(id=clock.id))
        if (clock.id in SUMMARIES) is not (clock.act == "summary"):
            sentence = _("the act 'summary' meets {ids} and no other clock.")
            part.refuse("act", sentence.format(ids=" and ".join(SUMMARIES)))
        if bool(clock.whom) is not (clock.act in CALLS):
            sentence = _("'whom' belongs to the acts {acts}, and to no others: it says whom to reach.")
            part.refuse("whom" if clock.whom else "act", sentence.format(acts=" and ".join(CALLS)))
        if clock.earlier and clock.after_s <= earliest:
            sentence = _("an aggravator would move this clock to its beginning: take 'earlier' out.")
            part.refuse("earlier", sentence)


def _check_gates(plan: Plan, places: Places) -> None:
    for gate, next_ in zip(plan.gates, plan.gates[1:], strict=False):
        if next_.after_s < gate.after_s:
            sentence = _("this gate comes before '{id}' above it: put the gates in order of time.")
            places.named["gate", next_.id].refuse("after", sentence.format(id=gate.id))


def _check_aggravators(plan: Plan, places: Places) -> None:
    for each in plan.aggravators:
        part = places.named["aggravator", each.id]
        if each.days and each.weekdays:
            part.refuse("weekdays", _("it holds on holidays or on weekdays, not on both: make two of it."))
        timed = part.given("from") or part.given("to")
        if timed and not each.weekdays:
            part.refuse("from", _("'from' and 'to' belong to 'weekdays': name the days, too."))
        elif each.weekdays and each.end <= each.start:
            part.refuse("to", _("it ends before it begins: 'to' must be later than 'from'."))

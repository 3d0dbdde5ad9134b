"""Reading the hospital's plan, `plan.yaml`, into a Plan: whole, or with every fault at its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from hisconsole.config.documents import named, read_bytes
from hisconsole.config.plan_checks import Draft, Places, check_plan
from hisconsole.config.plan_entries import (
    Known,
    aggravator_of,
    clock_of,
    condition_of,
    fault_of,
    gate_of,
    handling_of,
    known_of,
    questions_of,
    reasons_of,
    role_of,
    rule_of,
    sign_of,
)
from hisconsole.config.plan_parts import PlanFields
from hisconsole.config.plan_rules import check_rules
from hisconsole.config.plan_words import DAY, HOUR, MINUTE, Words, misuse
from hisconsole.errors import Finding
from hisconsole.plan.acts import all_acts
from hisconsole.plan.document import Escalation, Limits, Plan, Reach
from hisconsole.plan.facts import EVIDENCE_FACTS
from hisconsole.plan.frozen import to_data
from hisconsole.plan.targets import Infrastructure
from hisconsole.plan.words import Category, YesNo
from hisconsole.strict_yaml import Document, read
from hisconsole.text import _

PLAN = "plan.yaml"

_INCIDENT = ("hospital", "number", "category", "what", "since", "elapsed", "scope")
SLOTS = {
    "escalation": (*_INCIDENT, "operator", "works", "cause", "eta", "asked"),
    "team": (*_INCIDENT, "conditions", "actions", "needs"),
    "leader": (*_INCIDENT, "actions", "eta", "asked"),
}
"""The scripts of the plan, and the names that each may have filled in."""

_YES_NO = frozenset(map(str, YesNo))
_PREDICATES: Words = {"serious": _YES_NO, "unknown": _YES_NO, "not-short": _YES_NO}


def draft_of(document: Document | None, *, acts: Collection[str], findings: list[Finding]) -> Draft | None:
    """What a document says of the plan; with findings added it is of no use. `acts`: the names of all."""
    if document is None:
        return None
    if not isinstance(document.data, dict):
        findings.append(document.at_value((), _("write the plan's parts here, as 'roles:' and 'faults:'.")))
        return None
    before = len(findings)
    head = PlanFields(document, (), findings)
    places = Places(head)
    plan = _plan(head, places, acts=acts)
    head.close()
    if len(findings) == before:
        check_plan(plan, places)
        check_rules(plan, places)
    return Draft(plan, places)


def numbered(plan: Plan, timezone: str) -> Plan:
    """The plan on the hospital's clock, with the version that names exactly its content."""
    plan = replace(plan, timezone=timezone, version="")
    text = json.dumps(to_data(plan), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return replace(plan, version=hashlib.sha256(text.encode()).hexdigest()[:12])


def check_signs(folder: Path, infrastructure: Infrastructure) -> list[Finding]:
    """Signs of the plan in `folder` that wait for a target or a service that is not watched: they never come.

    Nothing is said of a plan that cannot be used.
    """
    raw = read_bytes(folder / PLAN)
    findings: list[Finding] = []
    document = read(raw or b"", source=named(folder / PLAN))
    draft = draft_of(document, acts=all_acts(), findings=findings)
    if draft is None or findings or document.findings:
        return []
    targets = frozenset(target.id for target in infrastructure.targets)
    services = frozenset(service for target in infrastructure.targets for service in target.services)
    seen: Words = {**EVIDENCE_FACTS, "target": targets, "service": services}
    for written, words in draft.places.conditions:
        for test in written.condition.tests() if words is EVIDENCE_FACTS else ():
            sentence = misuse(test, seen)
            if sentence:
                written.refuse(sentence)
    return findings


def _plan(head: PlanFields, places: Places, *, acts: Collection[str]) -> Plan:
    title, edition = head.text("title", needed=True), head.text("edition", needed=True)
    critical = head.flag("critical_infrastructure")
    unclassified_after = head.duration("unclassified_after", least=MINUTE, most=2 * HOUR)
    confirm_after = head.duration("confirm_after", least=MINUTE, most=HOUR)
    lowering = head.choice("lowering", Category, needed=True) or Category.I
    key, care = head.references("key_departments"), head.references("care_departments")
    places.departments.extend([(head, "key_departments", key), (head, "care_departments", care)])
    holidays = head.days("holidays")
    roles = tuple(role_of(id_, part, places) for id_, part in head.parts("roles"))
    role_ids = tuple(each.id for each in roles)
    handling = tuple(handling_of(id_, part, role_ids, places) for id_, part in head.parts("handling"))
    faults = tuple(fault_of(id_, part, places) for id_, part in head.parts("faults"))
    fault_ids = tuple(each.id for each in faults)
    known = known_of(questions_of(head, places), role_ids, fault_ids, acts)
    return Plan(
        version="",
        edition=edition,
        title=title,
        timezone="",
        critical_infrastructure=critical,
        unclassified_after_s=unclassified_after,
        confirm_after_s=confirm_after,
        lowering=lowering,
        key_departments=key,
        care_departments=care,
        roles=roles,
        handling=handling,
        faults=faults,
        rules=tuple(rule_of(part, known, places) for part in head.listed("rules")),
        signs=tuple(sign_of(id_, part, known, places) for id_, part in head.parts("signs", needed=False)),
        serious=reasons_of(head, "serious", known, places),
        not_short=reasons_of(head, "not_short", known, places, needed=False),
        suspect=reasons_of(head, "suspect", known, places, needed=False),
        limits=_limits(head.part("limits")),
        escalation=_escalation(head.part("escalation"), known, holidays, places),
        reach=_reach(head.part("reach"), known),
        clocks=tuple(clock_of(id_, part, known, places) for id_, part in head.parts("clocks")),
        gates=tuple(gate_of(id_, part, places) for id_, part in head.parts("gates")),
        aggravators=tuple(
            aggravator_of(id_, part, holidays, places)
            for id_, part in head.parts("aggravators", needed=False)
        ),
        scripts=_scripts(head.part("scripts")),
    )


def _limits(part: PlanFields) -> Limits:
    limits = Limits(
        unknown_after_s=part.duration("unknown_after", least=MINUTE, most=4 * HOUR),
        probable_eta_s=part.duration("probable_eta", least=MINUTE, most=DAY),
        short_term_s=part.duration("short_term", least=MINUTE, most=DAY),
        no_eta_after_s=part.duration("no_eta_after", least=MINUTE, most=4 * HOUR),
        failed_fixes=part.count("failed_fixes", most=9),
    )
    part.close()
    return limits


def _escalation(part: PlanFields, known: Known, holidays: tuple[str, ...], places: Places) -> Escalation:
    of = _("the roles")
    escalation = Escalation(
        mandatory=condition_of(part, "mandatory", _PREDICATES, places),
        immediate=reasons_of(part, "immediate", known, places),
        otherwise_after_s=part.duration("otherwise_after", least=MINUTE, most=DAY),
        hold_s=part.duration("hold", least=MINUTE, most=DAY),
        bypass_s=part.duration("bypass", least=MINUTE, most=2 * HOUR),
        approver=part.known("approver", known.roles, of),
        stand_ins=part.several("stand_ins", known.roles, of),
        in_hours=part.order("in_hours", known.roles, of),
        off_hours=part.order("off_hours", known.roles, of),
        weekdays=part.weekdays("weekdays", needed=True),
        start=part.minutes("from", needed=True),
        end=part.minutes("to", needed=True),
        holidays=holidays,
    )
    part.close()
    places.escalation.append(part)
    return escalation


def _reach(part: PlanFields, known: Known) -> Reach:
    of = _("the roles")
    reach = Reach(
        attempts=part.count("attempts", most=5),
        next_after_s=part.duration("next_after", least=MINUTE, most=HOUR),
        claim_s=part.duration("claim", least=MINUTE, most=HOUR),
        starters=part.several("starters", known.roles, of),
        starters_off_hours=part.several("starters_off_hours", known.roles, of),
        own_authority_after_s=part.duration("own_authority_after", least=MINUTE, most=DAY),
        prompt_s=part.duration("prompt", least=MINUTE, most=2 * HOUR),
        green_s=part.duration("green", least=MINUTE, most=DAY),
        stale_days=part.count("stale_days", most=365),
    )
    part.close()
    return reach


def _scripts(part: PlanFields) -> dict[str, str]:
    scripts = {name: part.spoken(name, slots, lines=True) for name, slots in SLOTS.items()}
    part.close()
    return scripts

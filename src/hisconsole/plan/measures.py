"""What the plan asks of the operator beyond the fault itself: category, escalation, paralysis, due rows.

Decisions as in `decisions`: they return events, or raise Refused with a sentence that says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hisconsole.errors import Refused
from hisconsole.plan.category import Verdict, verdict
from hisconsole.plan.conditions import Fact
from hisconsole.plan.decisions import Setting, refuse_closed
from hisconsole.plan.document import Plan
from hisconsole.plan.due import ESCALATE, duties
from hisconsole.plan.escalation import refusal
from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.facts import facts_of
from hisconsole.plan.incident import Incident
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import to_text
from hisconsole.plan.told import untold
from hisconsole.plan.words import Category, YesNo, category_name
from hisconsole.text import _


def _edition(setting: Setting) -> str:
    """The edition that an incident from before editions takes up now; empty where it runs under one."""
    return setting.present.version if setting.plan is None and setting.present is not None else ""


def _approved(setting: Setting, by: str) -> dict[str, Any]:
    """Who agreed, and since when the first to be asked was tried. Raises Refused."""
    plan = setting.plan or setting.present
    if plan is None:
        return {}
    roles = {role.id: role.contacts for role in (setting.present or plan).roles}
    tried = setting.answers.get("tried")
    moment = tried if isinstance(tried, datetime) else None
    if moment is not None and moment < setting.incident.t0:
        raise Refused(_("Nobody was tried about it before it began: give the time of the first attempt."))
    sentence = refusal(plan, roles, by, moment, setting.now)
    if sentence:
        raise Refused(sentence)
    return {"approved_by": by, "tried": to_text(moment) if moment else ""}


def _lowering(setting: Setting, category: Category) -> bool:
    plan = setting.plan or setting.present
    return (
        plan is not None
        and setting.incident.category is plan.lowering
        and category is not setting.incident.category
    )


def classify(setting: Setting) -> Sequence[NewEvent]:
    """Set the category by hand; leaving Category I needs the director's word (domain 5.4)."""
    refuse_closed(setting)
    category = Category(setting.text("category"))
    if category is setting.incident.category:
        raise Refused(_("It is {category} already.").format(category=category_name(category)))
    agreed = _approved(setting, setting.text("approved_by")) if _lowering(setting, category) else {}
    return [
        setting.event(
            Kind.CLASSIFIED,
            category=category.value,
            reason=setting.text("reason"),
            answers=dict(setting.incident.answers),
            plan=_edition(setting),
            **agreed,
        )
    ]


def classify_guided(
    setting: Setting,
    verdict: Verdict,
    *,
    answers: Mapping[str, str],
    sources: Mapping[str, str],
    override: Category | None,
) -> Sequence[NewEvent]:
    """Record what the questions came to, or with a reason another category in its place."""
    refuse_closed(setting)
    category = override or verdict.category
    reason = setting.text("reason")
    if override is not None and override is not verdict.category and not reason:
        raise Refused(_("Another category than the plan's needs a reason."))
    agreed = _approved(setting, setting.text("approved_by")) if _lowering(setting, category) else {}
    fault = verdict.fault
    return [
        setting.event(
            Kind.CLASSIFIED,
            category=category.value,
            reason=reason,
            fault=fault.id if fault is not None and category is verdict.category else "",
            why=verdict.why if category is verdict.category else "",
            found=verdict.category.value,
            provisional=verdict.provisional,
            answers=dict(answers),
            sources=dict(sources),
            plan=_edition(setting),
            **agreed,
        )
    ]


def escalate(setting: Setting) -> Sequence[NewEvent]:
    """Tell the leading group; early is always allowed (domain 5.2)."""
    refuse_closed(setting)
    steps: dict[int, list[dict[str, object]]] = {}
    for each in setting.order:
        steps.setdefault(each.step, []).append(
            {
                "role": each.role,
                "contacts": list(each.contacts),
                "numbers": {who: [kind.value for kind in kinds] for who, kinds in each.numbers.items()},
                "deputies": dict(each.deputies),
            }
        )
    order = [steps[step] for step in sorted(steps)]
    return [setting.event(Kind.ESCALATED, reason=setting.text("reason"), order=order)]


def hold(setting: Setting) -> Sequence[NewEvent]:
    """Not yet: on the word of who may say so, with a reason."""
    refuse_closed(setting)
    by = setting.text("by")
    agreed = _approved(setting, by)
    return [setting.event(Kind.HELD, by=by, reason=setting.text("reason"), tried=agreed.get("tried", ""))]


def paralysis(setting: Setting) -> Sequence[NewEvent]:
    """Say whether the network as a whole has failed; if so it is Category I, and the gates run.

    The departments that called stand still from then on; `stopped` says which others.
    """
    refuse_closed(setting)
    confirmed = setting.text("confirmed")
    incident = setting.incident
    if confirmed == incident.paralysis:
        raise Refused(_("That was decided already."))
    events = [setting.event(Kind.PARALYSIS, confirmed=confirmed, text=setting.text("text"))]
    if confirmed == YesNo.YES:
        if not incident.stopped:
            called = sorted({report.department for report in incident.reports if report.department})
            events.append(setting.event(Kind.STOPPED, departments=called))
        events += _as_paralysis(setting)
    return events


def _as_paralysis(setting: Setting) -> Sequence[NewEvent]:
    """Category I, as the fault type that the plan's rules find now; nothing where that is on record."""
    incident, plan = setting.incident, setting.plan or setting.present
    fault, why = None, ""
    if plan is not None:
        confirmed = {"paralysis": Fact(YesNo.YES.value, setting.now)}
        found = verdict(plan, {**facts_of(incident, plan), **confirmed})
        if found.category is Category.I:
            fault, why = found.fault, found.why
    if incident.category is Category.I and (fault is None or fault.id == incident.fault):
        return []
    return [
        setting.event(
            Kind.CLASSIFIED,
            category=Category.I.value,
            reason="" if why else _("the network as a whole has failed"),
            fault=fault.id if fault is not None else "",
            why=why,
            answers=dict(incident.answers),
            plan=_edition(setting),
        )
    ]


def stopped(setting: Setting) -> Sequence[NewEvent]:
    """Say which departments stand still: ids, `all` or `none`."""
    refuse_closed(setting)
    given = setting.text("departments").replace(",", " ").split()
    known = setting.departments
    if given == ["all"]:
        given = list(known)
    elif given == ["none"]:
        given = []
    unknown = [each for each in given if each not in known]
    if unknown:
        raise Refused(
            _("There is no department '{id}'. Give ids with commas between them, or all, or none.").format(
                id=unknown[0]
            )
        )
    if set(given) == set(setting.incident.stopped):
        raise Refused(_("These are the departments that stand still already."))
    return [setting.event(Kind.STOPPED, departments=sorted(set(given)))]


def aggravate(setting: Setting) -> Sequence[NewEvent]:
    """Say what makes the outage worse now: ids of the plan's aggravators, or none."""
    refuse_closed(setting)
    plan = setting.plan
    can = [each.id for each in plan.aggravators if each.declared] if plan is not None else []
    given = setting.text("aggravators").replace(",", " ").split()
    given = [] if given == ["none"] else given
    if any(each not in can for each in given):
        raise Refused(
            _("Only these can be said here: {ids}; or none.").format(ids=", ".join(can) or _("none"))
        )
    if set(given) == set(setting.incident.aggravators):
        raise Refused(_("That is on record already."))
    return [setting.event(Kind.AGGRAVATED, aggravators=sorted(set(given)))]


def met(setting: Setting) -> Sequence[NewEvent]:
    """Meet a due row by hand, with a note that says how; an escalation is decided, not met."""
    duty, key = setting.text("duty"), setting.text("key")
    if duty == ESCALATE:
        raise Refused(
            _(
                "An escalation is not met by hand: tell the leading group (escalate), or name who"
                " decided not yet (hold)."
            )
        )
    owed = duties(setting.incident, setting.plan)
    if not any((due.duty, due.key) == (duty, key) for due in owed):
        raise Refused(
            _("{number} does not owe '{duty}'. It owes: {owed}.").format(
                number=subject(setting.incident.number),
                duty=f"{duty} {key}".strip(),
                owed=", ".join(f"{due.duty} {due.key}".strip() for due in owed) or _("nothing"),
            )
        )
    return [setting.event(Kind.MET, setting.when("at"), duty=duty, key=key, text=setting.text("text"))]


def summarise(setting: Setting) -> Sequence[NewEvent]:
    """Record a summary as it was given."""
    return [setting.event(Kind.SUMMARISED, audience=setting.text("audience"), text=setting.text("text"))]


def fell_due(incident: Incident, plan: Plan | None, *, now: datetime) -> list[NewEvent]:
    """The deadlines of an incident that have passed and were not told yet."""
    return untold(duties(incident, plan), incident.fallen, now=now)

"""Who may start the emergency plan, and what holds while nobody who may can be reached (domain 5.7)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from hisconsole.plan.document import Clock, Plan
from hisconsole.plan.elapsed import is_over
from hisconsole.plan.escalation import at_work
from hisconsole.plan.incident import Incident
from hisconsole.plan.outreach import Called, CallOutcome, NoticeKind, Purpose
from hisconsole.plan.words import YesNo


def contacts_of(plan: Plan, roles: Iterable[str]) -> tuple[str, ...]:
    """The contacts who play these roles, in their order."""
    found = (plan.role(id_) for id_ in roles)
    return tuple(dict.fromkeys(who for role in found if role is not None for who in role.contacts))


def starters(plan: Plan, at: datetime) -> tuple[str, ...]:
    """The contacts who may start the emergency plan at that hour."""
    return contacts_of(plan, starting_roles(plan, at))


def starting_roles(plan: Plan, at: datetime) -> tuple[str, ...]:
    """The roles that may start the emergency plan at that hour."""
    return plan.reach.starters if at_work(plan, at) else plan.reach.starters_off_hours


def _about_it(incident: Incident) -> list[Called]:
    """The calls to the leadership in this course of the fault."""
    return [call for call in incident.calls[incident.past_calls :] if call.purpose is Purpose.ESCALATION]


def tried_since(incident: Incident, plan: Plan) -> datetime | None:
    """Since when the approver was tried in vain; None where nobody tried, or somebody got through."""
    approvers = contacts_of(plan, (plan.escalation.approver,))
    tried = [call for call in _about_it(incident) if approvers and call.contact in approvers]
    answered = (CallOutcome.REACHED, CallOutcome.DECLINED)
    if any(call.outcome in answered for call in tried):
        return None
    return min((call.at for call in tried), default=None)


def bypass_at(incident: Incident, plan: Plan) -> datetime | None:
    """From when a stand-in may be called directly, because the approver was tried for so long in vain."""
    since = tried_since(incident, plan)
    return since and since + timedelta(seconds=plan.escalation.bypass_s)


_ANSWERED = frozenset({CallOutcome.REACHED, CallOutcome.DECLINED})


def own_authority_at(incident: Incident, plan: Plan) -> datetime | None:
    """From when the information center begins manual work on its own authority; None while it must not.

    Only a confirmed failure of the whole network sends departments to paper, and only while nobody who may
    start the plan was reached (who declined was) and no department was told to start.
    """
    began = incident.paralysis_at
    if incident.paralysis != YesNo.YES or began is None or is_over(incident) or incident.started_at:
        return None
    if any(
        call.outcome in _ANSWERED and {call.contact, call.instead_of} & set(starters(plan, call.at))
        for call in _about_it(incident)
    ):
        return None
    if _began(incident, plan):
        return None
    return max(began, incident.zero + timedelta(seconds=plan.reach.own_authority_after_s))


def _began(incident: Incident, plan: Plan) -> bool:
    """Whether manual work has begun; a gate from before that hour (the cashier's) is not yet that."""
    early = {each.id for each in plan.gates if each.after_s < plan.reach.own_authority_after_s}
    if any(duty == "gate" and key not in early for duty, key in incident.met):
        return True
    return any(
        each.kind is NoticeKind.START and each.at >= incident.zero and each.gate not in early
        for each in incident.notices
    )


def answered(clock: Clock, incident: Incident, plan: Plan, since: datetime) -> datetime | None:
    """When somebody whom a clock names was last reached by phone, not before the clock began to count."""
    roles = contacts_of(plan, clock.whom)
    return max(
        (
            call.at
            for call in incident.calls[incident.past_calls :]
            if call.outcome is CallOutcome.REACHED
            and call.at >= since
            and (call.contact in roles or call.instead_of in roles or call.kind in clock.whom)
        ),
        default=None,
    )

"""Escalation: when the leading group must be told, in which order, who may say no (plan 3, domain 5.2, 5.7).

Cause unknown, serious, not in the short term: each is a predicate that holds from a moment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from hisconsole.plan.conditions import Fact, Facts, judge
from hisconsole.plan.document import Plan, Reason
from hisconsole.plan.elapsed import forecast, is_over, unbroken
from hisconsole.plan.facts import facts_of
from hisconsole.plan.gates import moved
from hisconsole.plan.incident import Decided, Estimate, Incident
from hisconsole.plan.lately import lately
from hisconsole.plan.words import Confidence
from hisconsole.text import _, ngettext
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Predicate:
    """One of the plan's words as a moment: it holds from then on (None: it does not), and why."""

    id: str
    holds_from: datetime | None = None
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How an incident stands towards the leading group; moments in UTC, None where none is in sight.

    `due_at` is when the next decision is due: tell them, or have the approver say not yet.
    """

    serious: Predicate
    unknown: Predicate
    not_short: Predicate
    immediate: Predicate
    mandatory_at: datetime | None
    director_at: datetime | None
    due_at: datetime | None
    decided: Decided | None


_WORDS = ("serious", "unknown", "not-short", "immediate")


@lately
def standing(incident: Incident, plan: Plan) -> Standing:
    """How an incident stands towards the leading group, under its edition of the plan."""
    decided = incident.decided
    if is_over(incident):
        serious, unknown, not_short, immediate = map(Predicate, _WORDS)
        return Standing(serious, unknown, not_short, immediate, None, None, None, decided)
    facts = facts_of(incident, plan)
    zero = incident.zero
    serious = _any("serious", _holding(plan.serious, facts), zero)
    unknown = _unknown(incident, plan)
    not_short = _not_short(incident, plan, facts)
    urgent = _holding(plan.escalation.immediate, facts)
    immediate = _any("immediate", urgent, zero)
    known = {
        each.id: Fact("no") if each.holds_from is None else Fact("yes", each.holds_from)
        for each in (serious, unknown, not_short)
    }
    truth = judge(plan.escalation.mandatory, known)
    mandatory = max(truth.since, zero) if truth.value else None
    open_since = _first(unknown.holds_from, not_short.holds_from)
    director = open_since and open_since + timedelta(seconds=plan.escalation.otherwise_after_s)
    due = _first(mandatory, immediate.holds_from, director)
    if decided is not None:
        fresh = (max(since, zero) for since, _say in urgent if since > decided.at)
        due = _after(decided, due, fresh, plan)
    return Standing(serious, unknown, not_short, immediate, mandatory, director, due, decided)


Holding = Sequence[tuple[datetime, str]]


def _first(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _holding(reasons: Iterable[Reason], facts: Facts) -> Holding:
    """The reasons that hold, each with since when."""
    truths = ((judge(reason.when, facts), reason.say) for reason in reasons)
    return [(truth.since, say) for truth, say in truths if truth.value]


def _any(id_: str, holding: Holding, zero: datetime) -> Predicate:
    """Holds since the first of these does, but from no moment before the beginning."""
    since = min((since for since, _say in holding), default=None)
    return Predicate(id_, since and max(since, zero), tuple(dict.fromkeys(say for _since, say in holding)))


def _after(decided: Decided, due: datetime | None, fresh: Iterable[datetime], plan: Plan) -> datetime | None:
    """What is still due after a decision: nothing once told; after a hold its end, or a fresh urgent one."""
    if not decided.held:
        return None
    held_until = decided.at + timedelta(seconds=plan.escalation.hold_s)
    return _first(due and max(due, held_until), *fresh)


def _unknown(incident: Incident, plan: Plan) -> Predicate:
    """No cause is confirmed in time; a suspected one counts only while a near ETA stands beside it."""
    if incident.confidence is Confidence.CONFIRMED:
        return Predicate("unknown")
    limits = plan.limits
    earliest = moved(incident, plan, incident.zero + timedelta(seconds=limits.unknown_after_s))
    near = timedelta(seconds=limits.probable_eta_s)
    suspected = incident.confidence is Confidence.SUSPECTED

    def begins(estimate: Estimate | None) -> datetime:
        if suspected and estimate is not None and forecast(incident, estimate) <= near:
            return max(earliest, estimate.latest)
        return earliest

    if suspected:
        why = _("the cause is only suspected, and no ETA within {minutes} min stands beside it").format(
            minutes=limits.probable_eta_s // 60
        )
    else:
        why = _("no cause is confirmed")
    return Predicate("unknown", unbroken(incident, begins), (why,))


def _not_short(incident: Incident, plan: Plan, facts: Facts) -> Predicate:
    """The ETA is far, has run out or is missing, or the plan has another reason to expect no early end."""
    limits = plan.limits
    without = moved(incident, plan, incident.zero + timedelta(seconds=limits.no_eta_after_s))
    short = timedelta(seconds=limits.short_term_s)

    def begins(estimate: Estimate | None) -> datetime:
        if estimate is None:
            return without
        return estimate.at if forecast(incident, estimate) > short else max(without, estimate.latest)

    estimate = incident.estimate
    if estimate is None:
        why = _("there is no ETA")
    elif forecast(incident, estimate) > short:
        why = _("the earliest end is {minutes} min after it began").format(
            minutes=int(forecast(incident, estimate).total_seconds() // 60)
        )
    else:
        why = _("the ETA ends at {when}").format(when=_clock(estimate.latest, plan))
    found = [*_holding(plan.not_short, facts), (unbroken(incident, begins) or without, why)]
    failed = incident.failed_at
    if 0 < limits.failed_fixes <= len(failed):
        tried = ngettext("{n} fix failed", "{n} fixes failed", len(failed)).format(n=len(failed))
        found.append((failed[limits.failed_fixes - 1], tried))
    return _any("not-short", found, incident.zero)


def steps(plan: Plan, at: datetime) -> tuple[tuple[str, ...], ...]:
    """Whom to call at that moment: one step after the other, the roles of a step at the same time."""
    return plan.escalation.in_hours if at_work(plan, at) else plan.escalation.off_hours


def at_work(plan: Plan, at: datetime) -> bool:
    """Whether a moment lies within working hours."""
    escalation = plan.escalation
    here = at.astimezone(plan.zone)
    return (
        here.weekday() in escalation.weekdays
        and here.date().isoformat() not in escalation.holidays
        and escalation.start <= here.hour * 60 + here.minute < escalation.end
    )


def refusal(
    plan: Plan, roles: Mapping[str, Sequence[str]], by: str, tried: datetime | None, now: datetime
) -> str:
    """Why a person may not decide against escalating or for lowering a category; empty when they may.

    `roles` tells the contacts of each role, `tried` since when the approver has not been reached.
    """
    escalation = plan.escalation
    if by and by in roles.get(escalation.approver, ()):
        return ""
    approver = _say(plan, (escalation.approver,))
    bypass = timedelta(seconds=escalation.bypass_s)
    minutes = escalation.bypass_s // 60
    role = next((each for each in escalation.stand_ins if by and by in roles.get(each, ())), "")
    if not role:
        return _(
            "This takes the word of the {approver}, or of the {stand_ins} once the {approver} was not reached"
            " for {minutes} min: name who decided."
        ).format(approver=approver, stand_ins=_say(plan, escalation.stand_ins), minutes=minutes)
    if not roles.get(escalation.approver):
        return ""  # the roster has nobody to be tried
    stand_in = _say(plan, (role,))
    if tried is None or tried > now:
        return _(
            "Say since when the {approver} was tried: {minutes} min later the {stand_in} may decide."
        ).format(approver=approver, stand_in=stand_in, minutes=minutes)
    if now - tried < bypass:
        return _("The {approver} was tried from {tried} on: the {stand_in} may decide from {then}.").format(
            approver=approver,
            stand_in=stand_in,
            tried=_clock(tried, plan),
            then=_clock(tried + bypass, plan),
        )
    return ""


def _say(plan: Plan, ids: Iterable[str]) -> str:
    roles = ((plan.role(id_), id_) for id_ in ids)
    return _(" or the ").join(role.say if role else id_ for role, id_ in roles)


def _clock(moment: datetime, plan: Plan) -> str:
    return moment.astimezone(plan.zone).strftime("%H:%M")


_SLOT = re.compile(r"\{([a-z][a-z0-9_-]*)\}")


def script(plan: Plan, name: str, values: Mapping[str, str]) -> str:
    """A text of the plan to be spoken, its {names} filled; empty when the plan has none of that name."""
    return fill(plan.scripts.get(name, ""), values)


def stamped(text: str, mark: str) -> str:
    """A text to be spoken, DRILL (`mark`) before it in a drill: nobody who hears it takes it for real."""
    return f"{mark}. {text}" if mark and text and not text.startswith(mark) else text


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with its {names} filled, once; what is not known is shown as `?`."""
    return _SLOT.sub(lambda slot: values.get(slot[1]) or "?", text)

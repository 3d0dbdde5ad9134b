"""What is due: every timed obligation of an incident, computed from it and its plan alone (domain 5.1).

A duty is a moment, not a timer: whoever looks at any time, after any restart, finds the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from hisconsole.plan import actions, calltree, feedback, manual
from hisconsole.plan.category import treated_as
from hisconsole.plan.conditions import Facts, judge
from hisconsole.plan.document import Clock, Plan, Since
from hisconsole.plan.duty import ACTION, Due
from hisconsole.plan.elapsed import is_over
from hisconsole.plan.escalation import standing
from hisconsole.plan.eyes import EYES
from hisconsole.plan.facts import facts_of
from hisconsole.plan.gates import armed, moved
from hisconsole.plan.incident import Incident
from hisconsole.plan.maintenance import BEGINS, ENDS
from hisconsole.plan.pack import PACK
from hisconsole.plan.starting import answered
from hisconsole.plan.turn import HANDOVER, ROUTINE
from hisconsole.plan.words import State, YesNo
from hisconsole.text import _

__all__ = ["Due", "duties", "duty_label"]

ACKNOWLEDGE: Final = "acknowledge"
VERIFY: Final = "verify"
ETA: Final = "eta"
ESCALATE: Final = "escalate"
PARALYSIS: Final = "paralysis"
GATE: Final = "gate"
ONE_FAULT: Final = "one-fault"
"""Whether several incidents are one fault."""
MERGE: Final = "merge"
WRONG_NUMBER: Final = "wrong-number"
"""Of the site itself: a contact whose number reaches somebody else; the key is the contact."""
MET: Final = "met"
"""The act that meets what no other act does."""


def duties(incident: Incident, plan: Plan | None) -> tuple[Due, ...]:
    """Everything an incident owes, soonest first; without a plan only its ETA and its review's actions.

    Actions stay owed once it is closed: the review says who does what by when after it.
    """
    owed = list(actions.owed(incident))
    if incident.state is State.CLOSED:
        return tuple(sorted(owed, key=lambda due: (due.at, due.key)))
    owed += _eta(incident)
    if plan is not None:
        facts = facts_of(incident, plan)
        owed += [*_clocks(incident, plan, facts), *_escalation(incident, plan)]
        owed += [*_paralysis(incident, plan, facts), *_gates(incident, plan)]
        owed += feedback.owed(incident, plan)
        owed += calltree.owed(incident, plan)
        owed += _proposal(incident, plan)
        owed += manual.owed(incident, plan)
    return tuple(sorted(owed, key=lambda due: (due.at, due.duty, due.key)))


def _eta(incident: Incident) -> Iterator[Due]:
    """The ETA runs out; met by hand, that is dealt with until there is a newer one."""
    estimate, met = incident.estimate, (ETA, "") in incident.met
    if incident.state in (State.ACTIVE, State.MITIGATED) and estimate is not None and not met:
        yield Due(incident.number, ETA, "", estimate.latest, incident.owner, ETA)


def _clocks(incident: Incident, plan: Plan, facts: Facts) -> Iterator[Due]:
    treated = _treated(incident, plan)
    supposed = facts_of(treated, plan) if treated is not None else facts
    for clock in plan.clocks:
        at = None
        if judge(clock.when, facts).value:
            at = _falls_due(clock, incident, plan)
        elif treated is not None and judge(clock.when, supposed).value:
            at = _falls_due(clock, treated, plan)
            at = at and max(at, _long_unclassified(incident, plan))
        if at is not None:
            owner = _owes(clock.owner, incident, plan)
            yield Due(incident.number, clock.id, "", at, owner, clock.act)


def _treated(incident: Incident, plan: Plan) -> Incident | None:
    """An unclassified incident as what it is treated as soon (domain 5.4); None for a classified one."""
    category = treated_as(incident, plan)
    if category is incident.category:
        return None
    return replace(incident, category=category, classified_at=_long_unclassified(incident, plan))


def _long_unclassified(incident: Incident, plan: Plan) -> datetime:
    return incident.zero + timedelta(seconds=plan.unclassified_after_s)


def _falls_due(clock: Clock, incident: Incident, plan: Plan) -> datetime | None:
    """When a clock that runs falls due; None when it does not count yet or was met for good."""
    since = _since(clock.since, incident)
    if since is None:
        return None
    at = since + timedelta(seconds=clock.after_s)
    if clock.earlier:
        at = moved(incident, plan, at)
    spoken_to = answered(clock, incident, plan, since)
    met = _latest(incident.met.get((clock.id, "")), _done_at(clock.act, incident), spoken_to)
    if met is None or clock.since is Since.TOUCHED:  # who meets that one touches it
        return at
    return max(at, met + timedelta(seconds=clock.every_s)) if clock.every_s else None


def _done_at(act: str, incident: Incident) -> datetime | None:
    """When what a clock asks for was done last, where the act itself leaves that on record."""
    done = _DONE_AT.get(act)
    return done(incident) if done is not None else None


_DONE_AT: Mapping[str, Callable[[Incident], datetime | None]] = {
    feedback.MESSAGE: feedback.last_sent,
}


def _latest(*moments: datetime | None) -> datetime | None:
    return max((each for each in moments if each is not None), default=None)


def _since(since: Since, incident: Incident) -> datetime | None:
    """From where a clock counts: what stays true through a reopening counts from the reopening on."""
    decided = incident.decided
    moment = {
        Since.START: incident.zero,
        Since.VERIFIED: incident.verified_at,
        Since.CLASSIFIED: incident.in_category_since,
        Since.PARALYSIS: incident.paralysis_at if incident.paralysis == YesNo.YES else None,
        Since.ESCALATED: decided.at if decided is not None and not decided.held else None,
        Since.TOUCHED: incident.touched_at or incident.zero,
        Since.RECOVERED: incident.recovered_at,
    }[since]
    return moment and max(moment, incident.zero)


def _owes(role: str, incident: Incident, plan: Plan) -> str:
    """Who owes what a role owes: the incident's owner when the role is theirs or nobody's in particular."""
    known = plan.role(role)
    if known is None or (not known.contacts and not known.group) or incident.owner in known.contacts:
        return incident.owner
    return role


def _escalation(incident: Incident, plan: Plan) -> Iterator[Due]:
    at = standing(incident, plan).due_at
    if at is not None:
        yield Due(incident.number, ESCALATE, "", at, incident.owner, ESCALATE)


def _paralysis(incident: Incident, plan: Plan, facts: Facts) -> Iterator[Due]:
    """A suspected failure of the whole network wants a yes or no (domain 5.3).

    Met by hand, only what makes it suspected after that brings it back.
    """
    if is_over(incident) or incident.paralysis_at is not None:
        return
    met = incident.met.get((PARALYSIS, ""))
    truths = [truth for reason in plan.suspect if (truth := judge(reason.when, facts)).value]
    suspected = min((truth.since for truth in truths if met is None or truth.since > met), default=None)
    if suspected is not None:
        at = max(suspected, incident.zero) + timedelta(seconds=plan.confirm_after_s)
        yield Due(incident.number, PARALYSIS, "", at, incident.owner, PARALYSIS)


def _proposal(incident: Incident, plan: Plan) -> Iterator[Due]:
    """Calls that look like one fault want a yes or no, as a suspected failure of the whole network does."""
    proposal = incident.proposal
    if proposal is not None and proposal.others and (ONE_FAULT, "") not in incident.met:
        at = proposal.at + timedelta(seconds=plan.confirm_after_s)
        yield Due(incident.number, ONE_FAULT, "", at, incident.owner, MERGE)


def _gates(incident: Incident, plan: Plan) -> Iterator[Due]:
    """The gates that run, while a department of them was not sent to paper (or that was met by hand)."""
    for each in armed(incident, plan):
        met = incident.met.get((GATE, each.gate.id))
        stopped = [incident.stopped[id_] for id_ in manual.uncovered(incident, plan, each)]
        left = stopped if met is None else [since for since in stopped if since > met]
        if left:
            at = max(each.at, min(left))
            yield Due(incident.number, GATE, each.gate.id, at, incident.owner, manual.NOTICE)


def duty_label(plan: Plan | None, duty: str, key: str) -> str:
    """A duty in the few words of a narrow column; a clock in the plan's own, a gate by its id."""
    if plan is not None and (clock := plan.clock(duty)):
        return clock.say
    return {
        ETA: _("ETA"),
        ESCALATE: _("escalate"),
        ACTION: _("action {number}").format(number=key),
        PARALYSIS: _("network down?"),
        ONE_FAULT: _("one fault?"),
        calltree.CALL: _("next call"),
        calltree.OWN_AUTHORITY: _("act alone"),
        ACKNOWLEDGE: _("ack"),
        VERIFY: _("verify"),
        GATE: _("{gate} by hand").format(gate=key),
        feedback.TELL: _("tell on {number}").format(number=key),
        feedback.UPDATE: _("next word"),
        manual.RECEIPT: _("repeat {number}").format(number=key),
        manual.RESUME: _("resume"),
        manual.BACK_ENTRY: _("enter paper"),
        PACK: _("print pack"),
        HANDOVER: _("hand over"),
        ROUTINE: _("routine {id}").format(id=key),
        WRONG_NUMBER: _("wrong no. {contact}").format(contact=key),
        BEGINS: _("M{key} begins").format(key=key),
        ENDS: _("M{key} ends").format(key=key),
        EYES: _("your eyes"),
    }.get(duty, duty)

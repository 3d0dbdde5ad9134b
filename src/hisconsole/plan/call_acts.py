"""The acts of calling people: a claim, what came of a call, help that was summoned and came (plan 2, 3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hisconsole.errors import Refused
from hisconsole.plan.act import Act
from hisconsole.plan.asking import Ask, Field
from hisconsole.plan.calltree import DIAL, Turn, claim_holds, tree
from hisconsole.plan.contacts import wrong_number
from hisconsole.plan.decisions import Setting, refuse_closed
from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.outreach import CallOutcome, Decision, NumberKind, Purpose
from hisconsole.plan.starting import contacts_of, starters, starting_roles
from hisconsole.plan.times import to_text
from hisconsole.plan.words import YesNo
from hisconsole.text import _

CALLED = "called"
SUMMON = "summon"
ARRIVED = "arrived"
HELP = frozenset({"staff", "supplier", "line"})
"""Kinds of the roster who are summoned to help (plan 2(2): technical forces inside and outside)."""


def call_acts() -> tuple[Act, ...]:
    """The acts of calling people, with their words in the language in force."""
    who = Field("contact", _("Whom"), Ask.PERSON, True, limit=64)
    number = Field("number", _("Number"), Ask.CHOICE, False, tuple(NumberKind), NumberKind.MOBILE.value)
    took = Field("took", _("Answered by"), limit=64)
    text, at = Field("text", _("Note")), Field("at", _("When"), Ask.WHEN)
    return (
        Act(
            DIAL,
            _("Call list"),
            _("Say whom you call just now, so that nobody else calls them."),
            dial,
            (who, Field("deputy", _("Their deputy"), Ask.PERSON, limit=64)),
        ),
        Act(
            CALLED,
            _("Call made"),
            _("What came of calling somebody."),
            called,
            (
                who,
                Field("outcome", _("It"), Ask.CHOICE, True, tuple(CallOutcome)),
                number,
                took,
                Field("read_back", _("Read back"), Ask.CHOICE, False, tuple(YesNo), YesNo.NO.value),
                Field("decision", _("Decided"), Ask.CHOICE, False, tuple(Decision), Decision.NONE.value),
                Field("instead_of", _("In place of"), Ask.PERSON, limit=64),
                text,
                at,
            ),
        ),
        Act(
            SUMMON,
            _("Summon"),
            _("An engineer or a supplier was called in: ticket, and when they promise to be there."),
            summon,
            (
                who,
                Field("outcome", _("It"), Ask.CHOICE, False, tuple(CallOutcome), CallOutcome.REACHED.value),
                Field("ticket", _("Ticket"), limit=64),
                Field("promised", _("There by"), Ask.AHEAD),
                number,
                took,
                text,
                at,
            ),
        ),
        Act(ARRIVED, _("Arrived"), _("Somebody who was summoned is there."), arrived, (who, at)),
    )


def dial(setting: Setting) -> Sequence[NewEvent]:
    """Claim a contact for a call: nobody else calls them meanwhile, and the claim ends by itself.

    Refused where a colleague reached them while one still saw them on the list.
    """
    refuse_closed(setting)
    contact, plan = _known(setting, "contact"), setting.plan or setting.present
    for claim in setting.incident.dialling:
        others = claim.contact == contact and claim.by != setting.actor
        if others and plan is not None and claim_holds(claim, plan, setting.now):
            raise Refused(
                _("{who} is calling {contact} since {when}: call the next one.").format(
                    who=claim.by, contact=contact, when=setting.clock(claim.at)
                )
            )
    row = tree(setting.incident, plan, setting.now).row(contact) if plan is not None else None
    if row is not None and row.turn is Turn.REACHED:
        raise Refused(
            _("{who} was reached at {when}: call the next one, or record another call in full.").format(
                who=contact, when=setting.clock(row.at or setting.now)
            )
        )
    deputy = _known(setting, "deputy") if setting.text("deputy") else ""
    return [setting.event(Kind.DIALLED, contact=contact, deputy=deputy)]


def called(setting: Setting) -> Sequence[NewEvent]:
    """Record one attempt; a wrong number is told to the site, too, and help that answers is summoned."""
    refuse_closed(setting)
    contact, at = _known(setting, "contact"), setting.when("at")
    outcome, decision = CallOutcome(setting.text("outcome")), Decision(setting.text("decision"))
    instead_of = _known(setting, "instead_of") if setting.text("instead_of") else ""
    _may_decide(setting, contact, outcome, decision, at)
    purpose = _purpose(setting, instead_of or contact)
    events = _attempt(
        setting,
        contact,
        at,
        purpose,
        decision=decision.value,
        read_back=setting.text("read_back") == YesNo.YES,
        instead_of=instead_of,
    )
    if purpose is Purpose.SUMMON and outcome is CallOutcome.REACHED:
        events.append(setting.event(Kind.SUMMONED, at, contact=contact, answered=to_text(at)))
    return events


def summon(setting: Setting) -> Sequence[NewEvent]:
    """Record that somebody was called in to help, with their ticket and what they promise."""
    refuse_closed(setting)
    contact, at = _known(setting, "contact"), setting.when("at")
    kind = setting.kinds.get(contact, "")
    if kind and kind not in HELP:
        raise Refused(
            _("{contact} is neither staff nor a supplier nor a line: record the call instead.").format(
                contact=contact
            )
        )
    promised = setting.answers.get("promised")
    body = {
        "contact": contact,
        "ticket": setting.text("ticket"),
        "promised": to_text(promised) if isinstance(promised, datetime) else "",
    }
    if setting.text("outcome") == CallOutcome.REACHED:
        body["answered"] = to_text(at)
    attempt = _attempt(
        setting,
        contact,
        at,
        Purpose.SUMMON,
        decision=(Decision.COMES if body["promised"] else Decision.NONE).value,
    )
    return [*attempt, setting.event(Kind.SUMMONED, at, **body)]


def arrived(setting: Setting) -> Sequence[NewEvent]:
    """Record that somebody who was summoned is there, once."""
    refuse_closed(setting)
    contact, at = _known(setting, "contact"), setting.when("at")
    known = next((each for each in setting.incident.summoned if each.contact == contact), None)
    if known is not None and known.arrived_at is not None:
        raise Refused(
            _("{contact} is there already, since {when}.").format(
                contact=contact, when=setting.clock(known.arrived_at)
            )
        )
    return [setting.event(Kind.ARRIVED, at, contact=contact, arrived=to_text(at))]


def _known(setting: Setting, name: str) -> str:
    contact = setting.text(name)
    if setting.people and contact not in setting.people:
        raise Refused(_("'{who}' is nobody in the roster: give an id, such as li.na.").format(who=contact))
    return contact


def _purpose(setting: Setting, contact: str) -> Purpose:
    """Why somebody is called: the order, the approver and his stand-ins are told, others come to help."""
    plan = setting.plan or setting.present
    leaders: tuple[str, ...] = ()
    if plan is not None:
        leaders = contacts_of(plan, (plan.escalation.approver, *plan.escalation.stand_ins))
    if contact in leaders or any(contact in each.contacts for each in setting.incident.order):
        return Purpose.ESCALATION
    summoned = any(each.contact == contact for each in setting.incident.summoned)
    return Purpose.SUMMON if summoned or setting.kinds.get(contact) in HELP else Purpose.OTHER


def _may_decide(
    setting: Setting, contact: str, outcome: CallOutcome, decision: Decision, at: datetime
) -> None:
    """Refuse a decision of somebody who was not reached, or the plan started by who may not (domain 5.7)."""
    if decision is Decision.NONE:
        return
    if outcome is not CallOutcome.REACHED:
        raise Refused(_("Only somebody who was reached can decide."))
    plan = setting.plan or setting.present
    if decision is not Decision.START or plan is None or contact in starters(plan, at):
        return
    roles = (role for id_ in starting_roles(plan, at) if (role := plan.role(id_)) is not None)
    raise Refused(
        _("At this hour the plan is started by: {roles}. {contact} may not.").format(
            roles=", ".join(role.say for role in roles), contact=contact
        )
    )


def _attempt(
    setting: Setting,
    contact: str,
    at: datetime,
    purpose: Purpose,
    *,
    decision: str,
    read_back: bool = False,
    instead_of: str = "",
) -> list[NewEvent]:
    number = NumberKind(setting.text("number"))
    attempt = setting.event(
        Kind.CALLED,
        at,
        contact=contact,
        number=number.value,
        purpose=purpose.value,
        outcome=setting.text("outcome"),
        took=setting.text("took"),
        read_back=read_back,
        decision=decision,
        text=setting.text("text"),
        instead_of=instead_of,
        kind=setting.kinds.get(contact, ""),
    )
    if setting.text("outcome") == CallOutcome.WRONG_NUMBER:
        return [attempt, wrong_number(contact, number, now=at)]
    return [attempt]

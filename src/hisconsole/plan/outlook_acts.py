"""The acts for whoever comes next: a hypothesis ruled out, an if and then, a ticket (domain 3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from hisconsole.errors import Refused
from hisconsole.plan.act import Act
from hisconsole.plan.asking import Ask, Field
from hisconsole.plan.decisions import Setting, refuse_closed
from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import to_text
from hisconsole.plan.words import YesNo
from hisconsole.text import _

RULED_OUT: Final = "ruled-out"
CONTINGENCY: Final = "contingency"
TICKET: Final = "ticket"

HOLDS_TICKETS: Final = frozenset({"supplier", "line", "external"})
"""Kinds of the roster that answer for something under a number of theirs."""


def outlook_acts() -> tuple[Act, ...]:
    """The acts, with their words in the language in force."""
    return (
        Act(
            RULED_OUT,
            _("Ruled out"),
            _("What it is not, and how that was seen: nobody looks there twice."),
            ruled_out,
            (
                Field("text", _("It is not"), required=True, limit=500),
                Field("how", _("How it was seen"), required=True, limit=500),
                Field("at", _("When"), Ask.WHEN),
            ),
        ),
        Act(
            CONTINGENCY,
            _("If, then"),
            _("What to do if something happens, for whoever is on duty then."),
            contingency,
            (
                Field("if", _("If"), required=True, limit=500),
                Field("then", _("Then"), required=True, limit=500),
            ),
        ),
        Act(
            TICKET,
            _("Ticket"),
            _("A supplier's or a line's number for it, and what they promise; done closes it."),
            ticket,
            (
                Field("contact", _("With whom"), Ask.PERSON, True, limit=64),
                Field("number", _("Their number"), required=True, limit=64),
                Field("promised", _("Promised for"), Ask.AHEAD),
                Field("done", _("Done"), Ask.CHOICE, False, tuple(YesNo), YesNo.NO.value),
                Field("text", _("Note"), limit=500),
                Field("at", _("When"), Ask.WHEN),
            ),
        ),
    )


def ruled_out(setting: Setting) -> Sequence[NewEvent]:
    """Record what it is not."""
    refuse_closed(setting)
    what = setting.text("text")
    for known in setting.incident.ruled_out:
        if known.what == what:
            raise Refused(
                _("{who} has ruled that out already, at {when}: {how}.").format(
                    who=known.by, when=setting.clock(known.at), how=known.how
                )
            )
    return [setting.event(Kind.RULED_OUT, setting.when("at"), text=what, how=setting.text("how"))]


def contingency(setting: Setting) -> Sequence[NewEvent]:
    """Record what is to be done if something happens; the same condition again replaces what was said."""
    refuse_closed(setting)
    return [setting.event(Kind.CONTINGENCY, condition=setting.text("if"), action=setting.text("then"))]


def ticket(setting: Setting) -> Sequence[NewEvent]:
    """Record a ticket, what is promised on it anew, or that it is done."""
    refuse_closed(setting)
    contact, number = setting.text("contact"), setting.text("number")
    if setting.people and contact not in setting.people:
        raise Refused(_("'{who}' is nobody in the roster: give an id, such as li.na.").format(who=contact))
    kind = setting.kinds.get(contact, "")
    if kind and kind not in HOLDS_TICKETS:
        raise Refused(
            _("{contact} is neither a supplier nor a line nor outside the hospital: note it instead.").format(
                contact=contact
            )
        )
    done = setting.text("done") == YesNo.YES
    known = next(
        (each for each in setting.incident.tickets if (each.contact, each.number) == (contact, number)), None
    )
    if done and (known is None or known.done_at is not None):
        raise Refused(
            _("There is no open ticket {number} with {contact} on {incident}.").format(
                number=number, contact=contact, incident=subject(setting.incident.number)
            )
        )
    promised = setting.answers.get("promised")
    return [
        setting.event(
            Kind.TICKET,
            setting.when("at"),
            contact=contact,
            number=number,
            promised=to_text(promised) if isinstance(promised, datetime) else "",
            done=done,
            text=setting.text("text"),
        )
    ]

"""The act of an after-action review: who does what by when (domain 5.8)."""

from __future__ import annotations

from collections.abc import Sequence

from hisconsole.errors import Refused
from hisconsole.plan.act import Act
from hisconsole.plan.asking import Ask, Field
from hisconsole.plan.decisions import Setting, refuse_closed
from hisconsole.plan.duty import ACTION
from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import to_text
from hisconsole.plan.words import State, label
from hisconsole.text import _


def review_acts() -> tuple[Act, ...]:
    """The act, with its words in the language in force."""
    return (
        Act(
            ACTION,
            _("Action"),
            _("What the review came to: who does what by when; it stays due once it is closed."),
            action,
            (
                Field("text", _("To be done"), required=True),
                Field("owner", _("Owner"), Ask.PERSON, True, limit=64),
                Field("due", _("Due"), Ask.AHEAD, True),
            ),
        ),
    )


def action(setting: Setting) -> Sequence[NewEvent]:
    """Record what is to be done, while a Category I is under review."""
    refuse_closed(setting)
    incident, owner, due = setting.incident, setting.text("owner"), setting.moment("due")
    if incident.state is not State.REVIEW:
        sentence = _("{number} is {state}: actions come from the review of a Category I, start that first.")
        raise Refused(sentence.format(number=subject(incident.number), state=label(incident.state)))
    if setting.people and owner not in setting.people:
        raise Refused(_("'{who}' is not in the roster: name somebody who is.").format(who=owner))
    if due <= setting.now:
        raise Refused(
            _("{when} is past: an action is due at a time to come.").format(when=setting.clock(due))
        )
    number = len(incident.actions) + 1
    text = setting.text("text")
    return [setting.event(Kind.ACTION, number=number, text=text, owner=owner, due=to_text(due))]

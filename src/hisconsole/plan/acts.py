"""Every act on an incident: its name, what it asks, and the decision it comes to.

One table, `all_acts`, serves forms, palette, command line and tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hisconsole.plan import decisions
from hisconsole.plan.asking import Ask, Field
from hisconsole.plan.decisions import Setting
from hisconsole.plan.events import NewEvent
from hisconsole.plan.words import Category, Confidence, Method, Result, Verification
from hisconsole.text import _

__all__ = ["Act", "Decision", "Setting", "all_acts"]

Decision = Callable[[Setting], Sequence[NewEvent]]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: its name in code, keys and command line, what it asks, and how it decides."""

    name: str
    label: str
    help: str
    decide: Decision
    asks: tuple[Field, ...] = ()
    confirm: bool = False


def all_acts() -> dict[str, Act]:
    """The table of acts, with its words in the language in force."""
    at = Field("at", _("When"), Ask.WHEN)
    reason = Field("reason", _("Reason"), required=True)
    acts = (
        Act(
            "acknowledge",
            _("Acknowledge"),
            _("Take it: you own it from now on."),
            decisions.acknowledge,
        ),
        Act(
            "assign",
            _("Owner"),
            _("Give it to a person; empty gives it to you."),
            decisions.assign,
            (Field("owner", _("Owner"), Ask.PERSON, limit=64), Field("reason", _("Reason"))),
        ),
        Act(
            "verify",
            _("Verify"),
            _("Say what looking into it came to (plan 3)."),
            decisions.verify,
            (
                Field("result", _("Result"), Ask.CHOICE, True, tuple(Verification)),
                Field("how", _("How"), Ask.CHOICE, False, tuple(Method), Method.PHONE.value),
                Field("by", _("By"), Ask.PERSON, limit=64),
                Field("text", _("Found")),
                at,
            ),
        ),
        Act(
            "note",
            _("Note"),
            _("Write into the timeline; give a time to date it back."),
            decisions.note,
            (Field("text", _("Note"), required=True), at),
        ),
        Act(
            "pin",
            _("Pin"),
            _("Keep an entry of the timeline on top, or let it go."),
            decisions.pin,
            (Field("entry", _("Entry number"), Ask.ENTRY, True),),
        ),
        Act(
            "classify",
            _("Classify"),
            _("Set the category of the plan by hand."),
            decisions.classify,
            (Field("category", _("Category"), Ask.CHOICE, True, tuple(Category)), reason),
        ),
        Act(
            "eta",
            _("ETA"),
            _("When it will work again, as clock times."),
            decisions.estimate,
            (
                Field("earliest", _("Earliest end"), Ask.AHEAD, True),
                Field("latest", _("Latest end"), Ask.AHEAD),
                Field("why", _("Based on")),
            ),
        ),
        Act(
            "cause",
            _("Cause"),
            _("What it is, and how sure that is."),
            decisions.cause,
            (
                Field("text", _("Cause"), required=True),
                Field("confidence", _("How sure"), Ask.CHOICE, True, tuple(Confidence)),
            ),
        ),
        Act(
            "fix",
            _("Fix tried"),
            _("What was tried, and whether it worked."),
            decisions.fix,
            (
                Field("text", _("Fix"), required=True),
                Field("result", _("It"), Ask.CHOICE, True, tuple(Result)),
                at,
            ),
        ),
        Act(
            "mitigated",
            _("Mitigated"),
            _("Work goes on around the fault; the fault is still there."),
            decisions.mitigated,
            (Field("text", _("How")), at),
        ),
        Act(
            "recovered",
            _("Recovered"),
            _("It works again; name the user who says so."),
            decisions.recovered,
            (Field("confirmed_by", _("Confirmed by user")), at),
        ),
        Act(
            "review",
            _("Start review"),
            _("A Category I is reviewed before it is closed."),
            decisions.review,
            (Field("text", _("To be looked at")),),
        ),
        Act("reopen", _("Reopen"), _("It is back, or was not over."), decisions.reopen, (reason,)),
        Act("close", _("Close"), _("It is over."), decisions.close, (reason, at), confirm=True),
        Act("undo", _("Undo"), _("Take back your last act on it, within 10 s."), decisions.undo),
    )
    return {act.name: act for act in acts}

"""Every act on an incident: its name, what it asks, and the decision it comes to.

One table, `all_acts`, serves forms, palette, command line and tests.
"""

from __future__ import annotations

from hisconsole.plan import decisions, measures
from hisconsole.plan.act import Act, Decision
from hisconsole.plan.asking import Ask, Field
from hisconsole.plan.call_acts import call_acts
from hisconsole.plan.decisions import Setting
from hisconsole.plan.feedback_acts import feedback_acts
from hisconsole.plan.manual_acts import manual_acts
from hisconsole.plan.merging import merging_acts
from hisconsole.plan.outlook_acts import outlook_acts
from hisconsole.plan.review_acts import review_acts
from hisconsole.plan.words import Audience, Category, Confidence, Method, Result, Verification, YesNo
from hisconsole.text import _

__all__ = ["Act", "Decision", "Setting", "all_acts"]


def all_acts() -> dict[str, Act]:
    """The table of acts, with its words in the language in force."""
    at = Field("at", _("When"), Ask.WHEN)
    reason = Field("reason", _("Reason"), required=True)
    approval = (
        Field("approved_by", _("Agreed by"), Ask.PERSON, limit=64),
        Field("tried", _("Director tried since"), Ask.WHEN),
    )
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
            _("Set the category by hand; leaving Category I needs the director's word."),
            measures.classify,
            (Field("category", _("Category"), Ask.CHOICE, True, tuple(Category)), reason, *approval),
        ),
        Act(
            "escalate",
            _("Escalate"),
            _("Tell the leading group now."),
            measures.escalate,
            (Field("reason", _("Reason")),),
            confirm=True,
        ),
        Act(
            "hold",
            _("Do not escalate"),
            _("Not yet, on the director's word; it comes due again."),
            measures.hold,
            (
                Field("by", _("Decided by"), Ask.PERSON, True, limit=64),
                reason,
                Field("tried", _("Director tried since"), Ask.WHEN),
            ),
        ),
        Act(
            "paralysis",
            _("Overall network failure"),
            _("Whether the network as a whole has failed: Category I, and the gates run."),
            measures.paralysis,
            (
                Field("confirmed", _("Confirmed"), Ask.CHOICE, True, tuple(YesNo)),
                Field("text", _("How it was seen")),
            ),
            confirm=True,
        ),
        Act(
            "stopped",
            _("Departments stopped"),
            _("Which departments stand still: ids, all or none."),
            measures.stopped,
            (Field("departments", _("Departments"), required=True, limit=1000),),
        ),
        Act(
            "aggravate",
            _("What makes it worse"),
            _("Staff away, a major event: gates come earlier."),
            measures.aggravate,
            (Field("aggravators", _("Which, or none"), required=True, limit=64),),
        ),
        Act(
            "met",
            _("Met by hand"),
            _("Meet a due row with a note that says how."),
            measures.met,
            (
                Field("duty", _("Duty"), required=True, limit=32),
                Field("key", _("Which"), limit=64),
                Field("text", _("Note"), required=True),
                at,
            ),
        ),
        Act(
            "summary",
            _("Summary given"),
            _("Record a summary as it was read out."),
            measures.summarise,
            (
                Field("audience", _("For"), Ask.CHOICE, True, tuple(Audience)),
                Field("text", _("What was said"), required=True),
            ),
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
        Act(
            "close",
            _("Close"),
            _("It is over; a Category I once all departments are told, or by name."),
            decisions.close,
            (
                reason,
                at,
                Field("override", _("Override by"), Ask.PERSON, limit=64, late=True),
                Field("accepted", _("Accepted by"), Ask.PERSON, limit=64, late=True),
            ),
            confirm=True,
        ),
        Act("undo", _("Undo"), _("Take back your last act on it, within 10 s."), decisions.undo),
        *feedback_acts(),
        *manual_acts(),
        *call_acts(),
        *review_acts(),
        *outlook_acts(),
        *merging_acts(),
    )
    return {act.name: act for act in acts}

"""Acts of manual operation: notices, that departments repeated them, and what they entered (domain 5.8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hisconsole.errors import Refused
from hisconsole.plan import manual
from hisconsole.plan.act import Act
from hisconsole.plan.asking import Ask, Field
from hisconsole.plan.decisions import Setting, refuse_closed
from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.incident import MOVES, Incident
from hisconsole.plan.notices import named, notice
from hisconsole.plan.outreach import Notice, NoticeKind
from hisconsole.plan.times import to_text
from hisconsole.plan.words import State, YesNo
from hisconsole.text import _

_LARGEST = 1_000_000


def manual_acts() -> tuple[Act, ...]:
    """The acts, with their words in the language in force."""
    return (
        Act(
            manual.NOTICE,
            _("Notice"),
            _("Announce to departments; what is left empty comes from cards and plan."),
            notice,
            (
                Field("kind", _("Kind"), Ask.CHOICE, True, tuple(NoticeKind)),
                Field("gate", _("Gate"), limit=32),
                Field("departments", _("Departments"), limit=1000),
                Field("effective", _("From"), Ask.WHEN),
                Field("stops", _("What stops"), limit=500),
                Field("forms", _("Forms"), limit=500),
                Field("authority", _("Authority"), Ask.PERSON, limit=64),
                Field("tried", _("Director tried since"), Ask.WHEN),
                Field("override", _("Override by"), Ask.PERSON, limit=64),
                Field("text", _("Own words")),
            ),
            confirm=True,
        ),
        Act(
            manual.RECEIPT,
            _("Notice repeated"),
            _("A department has taken a notice: who, and whether they read it back."),
            receipt,
            (
                Field("departments", _("Departments"), required=True, limit=1000),
                Field("person", _("Who took it"), required=True, limit=64),
                Field("read_back", _("Read back"), Ask.CHOICE, False, tuple(YesNo), YesNo.YES.value),
                Field("number", _("Notice"), Ask.ENTRY),
            ),
        ),
        Act(
            manual.BACK_ENTRY,
            _("Back-entry"),
            _("It works again: departments enter what they wrote on paper."),
            back_entry,
            (Field("text", _("To be entered")),),
        ),
        Act(
            manual.BACK_ENTERED,
            _("Paper entered"),
            _("How far a department has come: paper, entered, what differs, who signed."),
            back_entered,
            (
                Field("department", _("Department"), required=True, limit=32),
                Field("paper", _("Papers"), Ask.ENTRY, True),
                Field("entered", _("Entered"), Ask.ENTRY, True),
                Field("variance", _("What differs"), limit=200),
                Field("owner", _("Owner"), Ask.PERSON, limit=64),
                Field("due", _("Due"), Ask.AHEAD),
                Field("signed", _("Signed by"), limit=64),
            ),
        ),
    )


def receipt(setting: Setting) -> Sequence[NewEvent]:
    """Departments have taken a notice; where none is named, each the last one it was sent."""
    refuse_closed(setting)
    number = setting.answers.get("number")
    events = []
    for id_ in named(setting):
        found = _notice(setting.incident, id_, number if isinstance(number, int) else None)
        if found is None:
            who = setting.means.call(id_)
            raise Refused(_("No such notice went to {who}.").format(who=who))
        events.append(
            setting.event(
                Kind.RECEIPT,
                number=found.number,
                department=id_,
                person=setting.text("person"),
                read_back=setting.text("read_back") == YesNo.YES,
            )
        )
    return events


def _notice(incident: Incident, department: str, number: int | None) -> Notice | None:
    if number is None:
        return manual.last_notice(incident, department)
    found = (each for each in incident.notices if each.number == number and department in each.departments)
    return next(found, None)


def back_entry(setting: Setting) -> Sequence[NewEvent]:
    """Begin the back-entry of what has recovered, where any department was on paper."""
    setting.move(State.BACK_ENTRY)
    if not manual.on_paper(setting.incident):
        raise Refused(_("No department was on paper: there is nothing to enter."))
    return [setting.event(Kind.BACK_ENTRY, text=setting.text("text"))]


def back_entered(setting: Setting) -> Sequence[NewEvent]:
    """Record how far a department has come; who signs for less than all of it says what differs."""
    refuse_closed(setting)
    id_ = setting.text("department")
    papers = manual.on_paper(setting.incident)
    if id_ not in papers:
        known = ", ".join(papers) or _("none")
        raise Refused(_("'{id}' was not on paper. On paper were: {known}.").format(id=id_, known=known))
    counts = [setting.answers.get(name) for name in ("paper", "entered")]
    paper, entered = (each if isinstance(each, int) else 0 for each in counts)
    if entered > paper or paper > _LARGEST:
        raise Refused(_("{entered} of {paper} cannot be entered.").format(entered=entered, paper=paper))
    if setting.text("signed") and entered < paper:
        raise Refused(_("{n} are not entered yet: it is signed when all are.").format(n=paper - entered))
    due = setting.answers.get("due")
    before = manual.entry_of(setting.incident, papers[id_])
    kept = before.due if before is not None else None
    moment = due if isinstance(due, datetime) else kept
    return [
        setting.event(
            Kind.BACK_ENTERED,
            department=id_,
            paper=paper,
            entered=entered,
            variance=setting.text("variance"),
            owner=setting.text("owner") or (before.owner if before is not None else ""),
            due=to_text(moment) if moment is not None else "",
            signed=setting.text("signed"),
        )
    ]


def can_begin(incident: Incident) -> bool:
    """Whether back-entry can begin now."""
    return State.BACK_ENTRY in MOVES[incident.state] and bool(manual.on_paper(incident))

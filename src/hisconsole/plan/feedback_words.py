"""What a message says: worded from the record as far as it goes, and read out (domain 5.6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from hisconsole.plan.document import Plan
from hisconsole.plan.elapsed import OVER
from hisconsole.plan.escalation import stamped
from hisconsole.plan.feedback import (
    DEPARTMENT,
    WORKSTATION,
    next_word,
    recipients,
    standing_messages,
    told_of,
    unreached,
)
from hisconsole.plan.incident import Incident
from hisconsole.plan.outreach import Message, MessageStatus
from hisconsole.plan.words import Category, Verification, symptom_label
from hisconsole.text import _

Clock = Callable[[datetime], str]
Names = Callable[[str], str]

PLACES = 6
"""Departments that a message calls by name."""


def status_of(incident: Incident) -> MessageStatus | None:
    """What feedback has to say as the record stands; None while nobody has looked into it."""
    if incident.state in OVER or incident.verification == Verification.USER_RESOLVED:
        return MessageStatus.RECOVERED
    if incident.verification == Verification.NOT_REPRODUCED:
        return MessageStatus.NOT_REPRODUCED
    if incident.category is Category.OTHER:
        return MessageStatus.EXTERNAL
    return MessageStatus.VERIFIED if incident.verification == Verification.CONFIRMED else None


def drafted(
    incident: Incident, plan: Plan, *, now: datetime, clock: Clock, call: Names = str
) -> dict[str, str]:
    """The next message as far as the record can word it, as answers of its act; `call` names departments."""
    status, following = status_of(incident), next_word(incident, plan, now=now)
    answers = {
        "status": status.value if status is not None else "",
        "affected": _affected(incident, call),
        "do": _to_do(incident, status),
        "dont": _("use the computer before you are told to") if _on_paper(incident, status) else "",
        "eta": _window(incident, status, now, clock),
        "next": clock(following) if following is not None else "",
    }
    return {name: value for name, value in answers.items() if value}


def _affected(incident: Incident, call: Names) -> str:
    ids = [each.removeprefix(DEPARTMENT) for each in recipients(incident) if each.startswith(DEPARTMENT)]
    names = ", ".join(call(each) for each in ids[:PLACES])
    if len(ids) > PLACES:
        names = _("{names} and {n} more").format(names=names, n=len(ids) - PLACES)
    what = symptom_label(incident.reports[0].symptom) if incident.reports else ""
    if not what and incident.detection is not None:
        what = incident.detection.headline
    return ": ".join(part for part in (names, what) if part)


def _on_paper(incident: Incident, status: MessageStatus | None) -> bool:
    """Whether departments stand still and have to wait for the word of the information center (plan 5)."""
    return bool(incident.stopped) and status is not None


def _to_do(incident: Incident, status: MessageStatus | None) -> str:
    if status is MessageStatus.NOT_REPRODUCED:
        return _("Go on working, and call at once if it comes back.")
    if status is MessageStatus.RECOVERED and not incident.stopped:
        return _("Go on working, and call at once if it comes back.")
    if status is MessageStatus.RECOVERED:
        return _("Stay on paper until the notice says otherwise.")
    return ""


def _window(incident: Incident, status: MessageStatus | None, now: datetime, clock: Clock) -> str:
    """The ETA as clock times; what works again has none."""
    estimate = incident.estimate
    if status in (MessageStatus.RECOVERED, MessageStatus.NOT_REPRODUCED):
        return ""
    if estimate is None or estimate.latest <= now:
        return _("not known yet")
    ends = list(dict.fromkeys((clock(estimate.earliest), clock(estimate.latest))))
    return " - ".join(ends)


def came_of_it(incident: Incident) -> str:
    """How far the last message has come, and whom none has reached yet; empty where none was sent."""
    all_of_them, missing = told_of(incident), unreached(incident)
    if not all_of_them:
        return ""
    words = _("message {number}, {reached} of {all} reached").format(
        number=standing_messages(incident)[-1].number,
        reached=len(all_of_them) - len(missing),
        all=len(all_of_them),
    )
    if not missing:
        return words
    names = ", ".join(each.id.removeprefix(WORKSTATION).removeprefix(DEPARTMENT) for each in missing[:PLACES])
    if len(missing) > PLACES:
        names = _("{names} and {n} more").format(names=names, n=len(missing) - PLACES)
    return _("{words}; not yet: {names}").format(words=words, names=names)


def spoken(
    message: Message, incident: int, *, hospital: str, status: str, clock: Clock, mark: str = ""
) -> str:
    """A message as it is read out; `status` says how the fault is, in words; `mark` is DRILL in a drill."""
    parts = [
        _("Information center of {hospital}, message {number} on incident {incident}: {status}.").format(
            hospital=hospital, number=message.number, incident=f"{incident:04d}", status=status
        ),
        _("Affected: {what}.").format(what=message.affected.rstrip(".")),
        _("Do now: {what}.").format(what=message.do.rstrip(".")),
        _("Do not: {what}.").format(what=message.dont.rstrip(".")) if message.dont else "",
        _("Works again: {when}.").format(when=message.eta.rstrip(".")) if message.eta else "",
        _("Next word by {when}.").format(when=clock(message.next_at)) if message.next_at else "",
        _("Please repeat what I said."),
    ]
    return stamped(" ".join(part for part in parts if part), mark)

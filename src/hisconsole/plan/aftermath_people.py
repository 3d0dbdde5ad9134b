"""The parts of an after-action report about people: calls, help, departments, messages, notices."""

from __future__ import annotations

from collections.abc import Iterable

from hisconsole.plan.aftermath import Aftermath, Hit, Period
from hisconsole.plan.aftermath_names import Names
from hisconsole.plan.feedback import DEPARTMENT, WORKSTATION
from hisconsole.plan.outreach import Called, Message, Notice, Purpose
from hisconsole.plan.paper import Column, Section
from hisconsole.plan.story_outreach import (
    channel_label,
    decision_label,
    notice_label,
    number_label,
    outcome_label,
    status_label,
)
from hisconsole.text import _

NAMED = 6
"""So many of those whom a message has not reached are named."""


def calls(found: Aftermath, names: Names) -> Section:
    """Every call that was made, and who of the order of calls was not reached."""
    rows = [_call(each, names) for each in found.incident.calls]
    if found.wanted:
        counted = _("{n} of {all} of the order of calls reached").format(n=found.reached, all=found.wanted)
        rows.append(("", "", "", counted))
    plan = found.plan
    for role in found.silent:
        known = plan.role(role) if plan is not None else None
        rows.append(("", known.say if known is not None else role, "", _("nobody of it was reached")))
    columns = (
        Column(_("When"), 11),
        Column(_("Who"), 22),
        Column(_("Outcome"), 12),
        Column(_("What came of it")),
    )
    return Section(_("Who was called and reached"), columns, tuple(rows), _("Nobody was called."))


def _call(call: Called, names: Names) -> tuple[str, ...]:
    who = f"{names.call(call.contact)}, {number_label(call.number)}"
    if call.instead_of:
        who += " " + _("(for {who})").format(who=names.call(call.instead_of))
    came = (
        _("summoned") if call.purpose is Purpose.SUMMON else "",
        _("took it: {who}").format(who=names.call(call.took)) if call.took else "",
        _("read back") if call.read_back else "",
        decision_label(call.decision),
        call.text,
        _("called by {who}").format(who=names.call(call.by)),
    )
    return names.at(call.at), who, outcome_label(call.outcome), "; ".join(filter(None, came))


def summoned(found: Aftermath, names: Names) -> Section:
    """Who was to come and help, and when they were there."""
    rows = tuple(
        (
            names.call(each.contact),
            names.at(each.at),
            names.at(each.answered_at),
            names.at(each.arrived_at),
            "; ".join(
                filter(
                    None,
                    (
                        _("ticket {ticket}").format(ticket=each.ticket) if each.ticket else "",
                        _("promised for {when}").format(when=names.at(each.promised))
                        if each.promised
                        else "",
                    ),
                )
            ),
        )
        for each in found.incident.summoned
    )
    columns = (
        Column(_("Who"), 22),
        Column(_("Called"), 11),
        Column(_("Answered"), 11),
        Column(_("There"), 11),
        Column(_("Ticket, promise")),
    )
    return Section(_("Engineers and suppliers"), columns, rows, _("Nobody was summoned."))


def departments(found: Aftermath, names: Names) -> Section:
    """What each department went through."""
    columns = (
        Column(_("Department"), 18),
        Column(_("Stood still"), 13),
        Column(_("On paper"), 13),
        Column(_("Messages, notices, back-entry")),
    )
    rows = tuple(
        (
            names.call(each.department),
            _periods(each.stopped, names),
            _periods(each.paper, names),
            _told(each, names),
        )
        for each in found.departments
    )
    return Section(_("Departments"), columns, rows, _("No department was hit."))


def _periods(periods: Iterable[Period], names: Names) -> str:
    return ", ".join(f"{names.at(since)} - {names.at(until) or _('still')}" for since, until in periods)


def _told(hit: Hit, names: Names) -> str:
    parts = []
    if hit.sent:
        parts.append(_("messages {n} of {all}").format(n=hit.reached, all=hit.sent))
    if hit.told is not None:
        who = f" ({hit.told.person})" if hit.told.person else ""
        parts.append(_("first reached {when}").format(when=names.at(hit.told.at)) + who)
    for notice, receipt in hit.notices:
        took = _("NOT REPEATED")
        if receipt is not None:
            took = f"{names.at(receipt.at)} {receipt.person}"
            took += " " + (_("read back") if receipt.read_back else _("not read back"))
        parts.append(f"{notice.number} {notice_label(notice.kind)} {took}")
    entry = hit.entry
    if entry is not None:
        done = _("back-entry {entered} of {paper}").format(entered=entry.entered, paper=entry.paper)
        signed = _("signed {who}").format(who=entry.signed) if entry.signed else _("NOT SIGNED")
        variance = _("variance {variance}").format(variance=entry.variance) if entry.variance else ""
        parts.append(", ".join(filter(None, (done, variance, signed))))
    elif hit.paper:
        parts.append(_("back-entry NOT DONE"))
    return "; ".join(parts)


def messages(found: Aftermath, names: Names) -> Section:
    """What those who reported were told, and whom it reached."""
    columns = (
        Column(_("When"), 11),
        Column(_("Message"), 20),
        Column(_("Reached"), 9),
        Column(_("What it said")),
    )
    rows = tuple(_message(each, names) for each in found.incident.messages)
    return Section(_("Messages"), columns, rows, _("No message was sent."))


def _message(each: Message, names: Names) -> tuple[str, ...]:
    reached = len(each.recipients) - len(each.owed)
    said = [each.affected, each.do, each.dont and _("do not: {what}").format(what=each.dont), each.eta]
    if channels := dict.fromkeys(told.channel for told in each.told if told.reached):
        said.append(", ".join(map(channel_label, channels)))
    if each.owed:
        left = names.names(
            id_.removeprefix(WORKSTATION).removeprefix(DEPARTMENT) for id_ in each.owed[:NAMED]
        )
        more = " ..." if len(each.owed) > NAMED else ""
        said.append(_("NOT REACHED: {names}").format(names=left + more))
    what = f"{each.number} {status_label(each.status)}"
    return names.at(each.at), what, f"{reached}/{len(each.recipients)}", "; ".join(filter(None, said))


def notices(found: Aftermath, names: Names) -> Section:
    """What departments were told to do, and whether they repeated it."""
    columns = (
        Column(_("When"), 11),
        Column(_("Notice"), 12),
        Column(_("Holds from"), 11),
        Column(_("Repeated"), 8),
        Column(_("For, and on whose word")),
    )
    rows = tuple(_notice(each, names) for each in found.incident.notices)
    return Section(_("Notices"), columns, rows, _("No notice was given."))


def _notice(each: Notice, names: Names) -> tuple[str, ...]:
    taken = len(each.departments) - len(each.unread)
    blocks = ", ".join(f"{names.call(id_)} {block}" for id_, block in each.blocks)
    said = (
        names.names(each.departments),
        _("on the word of {who}").format(who=names.call(each.authority)) if each.authority else "",
        _("numbers: {blocks}").format(blocks=blocks) if blocks else "",
    )
    what = f"{each.number} {notice_label(each.kind)}"
    counted = f"{taken}/{len(each.departments)}"
    return names.at(each.at), what, names.at(each.effective), counted, "; ".join(filter(None, said))

"""Manual operation, notices, tickets and reporting clocks of a handover (domain 3.2, 5.8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hisconsole.plan import manual
from hisconsole.plan.due import MET, duties
from hisconsole.plan.handover import Asks, Entry, Line, Part, Section
from hisconsole.plan.handover_incidents import next_gate
from hisconsole.plan.handover_parts import cases, entry, joined, owed, section
from hisconsole.plan.handover_sources import Case, Sources
from hisconsole.plan.manual import Post
from hisconsole.plan.outreach import Notice
from hisconsole.plan.story_outreach import notice_label
from hisconsole.text import _


def departments(sources: Sources) -> Section:
    """Departments that stand still, work on paper, or have paper to enter."""
    entries = (_post(sources, case, post) for case in sources.cases for post in _posts(case))
    none = _("None: no department stands still or works on paper, and none has paper to enter.")
    return section(sources, Part.MANUAL, entries, none=none)


def _posts(case: Case) -> Iterator[Post]:
    for post in manual.board(case.incident, case.plan, ()):
        still = post.stopped is not None and case.incident.recovered_at is None
        if still or post.entry_open:
            yield post


def _post(sources: Sources, case: Case, post: Post) -> Entry:
    number, name = sources.number_of(case.incident.number), sources.call(post.department)
    paper, entered = post.paper, post.entry
    if paper is not None and paper.by_hand:
        title = _("{name} ({number}): on paper since {since}, notice {notice}").format(
            name=name, number=number, since=sources.at(paper.since), notice=paper.notice
        )
    elif paper is not None:
        title = _("{name} ({number}): resumed {when}, paper still to be entered").format(
            name=name, number=number, when=sources.at(paper.resumed)
        )
    else:
        title = _("{name} ({number}): stands still since {since}, not on paper").format(
            name=name, number=number, since=sources.at(post.stopped)
        )
    gate = next_gate(case)
    coming = gate if gate is not None and post.department in gate.departments else None
    lines = (
        Line(_("Numbers"), post.block or (_("no number block given") if paper is not None else "")),
        Line(_("Repeated"), _repeated(sources, post) if paper is not None else ""),
        Line(_("Gate"), f"{coming.gate.say}, {sources.at(coming.at)}" if coming is not None else ""),
        Line(_("Paper"), _entered(sources, post) if entered is not None else ""),
    )
    return entry(sources, f"paper:{case.incident.number}:{post.department}", title, lines)


def _repeated(sources: Sources, post: Post) -> str:
    receipt = post.receipt
    if receipt is None:
        return _("NOT YET repeated the last notice")
    who = receipt.person or _("somebody")
    if not receipt.read_back:
        return _("taken by {who} {when}, NOT repeated").format(who=who, when=sources.at(receipt.at))
    return _("by {who} {when}").format(who=who, when=sources.at(receipt.at))


def _entered(sources: Sources, post: Post) -> str:
    found = post.entry
    if found is None:
        return ""
    return joined(
        _("{entered} of {paper} entered").format(entered=found.entered, paper=found.paper),
        _("difference {amount}").format(amount=found.variance) if found.variance else "",
        _("by {who}").format(who=sources.call(found.owner)) if found.owner else "",
        _("due {when}").format(when=sources.at(found.due)) if found.due is not None else "",
        _("signed by {who}").format(who=found.signed) if found.signed else _("not signed"),
    )


def notices(sources: Sources) -> Section:
    """The notices of the shift, and older ones that not every department has repeated."""
    entries = (
        _notice(sources, case, notice)
        for case in cases(sources)
        for notice in case.incident.notices
        if notice.at >= sources.begun or manual.unread(case.incident, notice)
    )
    return section(sources, Part.NOTICES, entries, none=_("None: no notice was issued."))


def _notice(sources: Sources, case: Case, notice: Notice) -> Entry:
    unread = manual.unread(case.incident, notice)
    number = sources.number_of(case.incident.number)
    title = _("Notice {n} of {number}, {kind}, from {when}: {came}").format(
        n=notice.number,
        number=number,
        kind=notice_label(notice.kind),
        when=sources.at(notice.effective),
        came=_("NOT repeated by {who}").format(who=sources.calls(unread)) if unread else _("repeated by all"),
    )
    lines = (
        Line(_("To"), sources.calls(notice.departments)),
        Line(_("Text"), notice.text),
        Line(_("By"), joined(sources.call(notice.by), sources.call(notice.authority))),
    )
    asks = Asks.TAKE if unread else Asks.NOTHING
    return entry(sources, f"notice:{case.incident.number}:{notice.number}", title, lines, asks=asks)


def tickets(sources: Sources) -> Section:
    """What suppliers and lines were asked and have promised, and who was summoned and is not there yet."""
    return section(sources, Part.TICKETS, _tickets(sources), none=_("None: no ticket is open."))


def _tickets(sources: Sources) -> Iterator[Entry]:
    for case in sources.cases:
        incident = case.incident
        number = sources.number_of(incident.number)
        for ticket in incident.open_tickets:
            title = _("{number}: ticket {ticket} with {who}{promise}").format(
                number=number,
                ticket=ticket.number,
                who=sources.call(ticket.contact),
                promise=_promise(sources, ticket.promised),
            )
            lines = (
                Line(_("Asked"), joined(sources.at(ticket.at), sources.call(ticket.by))),
                Line(_("Note"), ticket.text),
            )
            yield entry(sources, f"ticket:{incident.number}:{ticket.contact}:{ticket.number}", title, lines)
        named = {(each.contact, each.number) for each in incident.tickets}
        for each in incident.summoned:
            if each.arrived_at is not None or (each.contact, each.ticket) in named:
                continue
            title = _("{number}: {who} summoned{promise}").format(
                number=number, who=sources.call(each.contact), promise=_promise(sources, each.promised)
            )
            lines = (
                Line(_("Asked"), joined(sources.at(each.at), sources.call(each.by))),
                Line(_("Ticket"), each.ticket),
            )
            yield entry(sources, f"summoned:{incident.number}:{each.contact}", title, lines)


def _promise(sources: Sources, promised: datetime | None) -> str:
    if promised is None:
        return _(", nothing promised")
    if promised <= sources.now:
        return _(", promised for {when}: OVERDUE").format(when=sources.at(promised))
    return _(", promised for {when}").format(when=sources.at(promised))


def clocks(sources: Sources) -> Section:
    """What only a note meets: reports to authorities, the insurance center, the watch on what recovered."""
    entries = (
        entry(
            sources,
            f"clock:{case.incident.number}:{due.duty}",
            f"{sources.number_of(case.incident.number)}: {owed(sources, case, due, full=True)}",
        )
        for case in sources.cases
        for due in duties(case.incident, case.plan)
        if case.plan is not None and due.act == MET and case.plan.clock(due.duty) is not None
    )
    return section(sources, Part.CLOCKS, entries, none=_("None: no such clock runs."))

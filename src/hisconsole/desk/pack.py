"""The downtime pack: everything an information center needs on paper when nothing else works (domain 8)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from hisconsole.config import Contact, ContactKind, Site
from hisconsole.desk.card import broken, card_lines
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.order import order_of
from hisconsole.plan.cards import DUE_STOCK_S
from hisconsole.plan.document import Plan
from hisconsole.plan.events import SITE
from hisconsole.plan.outreach import NoticeKind
from hisconsole.plan.pack import Printed, last_printed, pack_printed, stale
from hisconsole.plan.story_outreach import notice_label
from hisconsole.plan.times import clock
from hisconsole.store import events
from hisconsole.text import _, fit, wrap
from hisconsole.values import dataclass

WIDTH: Final = 78
"""Cells of a line: what a printer in the smallest usual type still takes."""
_BLANK = "_" * 12
_SLOT = re.compile(r"\{([a-z_-]+)\}")


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the pack that begins on a page of its own."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """The pages of a pack, and the hash that names exactly their content."""

    pages: tuple[Page, ...]
    hash: str


def pack_of(site: Site) -> Pack:
    """The pack as the hospital's files have it now; who reads it needs no network and no record."""
    pages = tuple(Page(title, tuple(broken(lines, WIDTH))) for title, lines in _pages(site))
    text = "\n".join(line for page in pages for line in (page.title, *page.lines))
    return Pack(pages, hashlib.sha256(text.encode()).hexdigest()[:12])


def printed_text(site: Site, pack: Pack, *, now: datetime, record: str) -> list[list[str]]:
    """The pack as it is printed, page by page, each headed by date, hash and until when it holds.

    `record` says where the record's chain stood: it is on the page and no part of what the hash names.
    """
    until = now + timedelta(days=site.plan.reach.stale_days)
    mark = _("SAMPLE, NOT A REAL HOSPITAL  ") if site.sample else ""
    mark = f"{site.stamp}  {mark}" if site.stamp else mark
    when = clock(now, zone=site.zone)
    foot = _("{mark}CONFIDENTIAL  printed {year}-{when}  content {hash}  renew by {until}").format(
        mark=mark,
        year=now.astimezone(site.zone).year,
        when=when,
        hash=pack.hash,
        until=until.astimezone(site.zone).date().isoformat(),
    )
    printed = []
    for number, page in enumerate(pack.pages, start=1):
        head = f"{site.name}  {_('DOWNTIME PACK')}  {number}/{len(pack.pages)}"
        printed.append(
            [
                head,
                *wrap(foot, WIDTH),
                *wrap(record, WIDTH),
                "=" * WIDTH,
                page.title,
                "-" * WIDTH,
                *page.lines,
                "",
            ]
        )
    return printed


def record_printed(desk: Desk, content: str, *, act: str | None = None) -> Outcome:
    """Put on record that this content was printed, so that consoles can tell when it is stale."""
    now = desk.now()
    event = pack_printed(content, days=desk.site.plan.reach.stale_days, now=now)
    return desk.record(
        lambda _transaction: [event], doing="pack", act=act, now=now, sentence=_("Pack printed")
    )


def printed_last(desk: Desk) -> Printed | None:
    """The newest printing on record."""
    with desk.database.read() as connection:
        return last_printed(events.of_incident(connection, SITE))


def stale_pack(desk: Desk) -> str:
    """Why the printed pack cannot be relied on; empty while it can."""
    days = desk.site.plan.reach.stale_days
    return stale(printed_last(desk), content=pack_of(desk.full_site).hash, days=days, now=desk.now())


def _pages(site: Site) -> Iterator[tuple[str, Sequence[str]]]:
    yield _("1. Whom to call, in which order"), _order(site)
    yield _("2. Telephone numbers"), _numbers(site)
    yield _("3. What to say"), _scripts(site.plan)
    yield _("4. From when departments work by hand"), _gates(site)
    for card in site.cards.cards:
        yield _("5. Card: {title}").format(title=card.title), card_lines(site, card)
    yield _("6. Notices to be read out"), _notices(site)
    yield _("7. Register of number blocks"), _blocks(site)
    yield _("8. Paper lying ready"), _stock(site)
    yield _("9. Where papers and copies are"), _papers(site)
    yield _("10. Fault record (blank, copy it)"), _fault_record()
    yield _("11. Hand-over (blank, copy it)"), _handover()


def _order(site: Site) -> list[str]:
    escalation = site.plan.escalation
    lines: list[str] = []
    for title, order in (
        (_("In working hours:"), escalation.in_hours),
        (_("Outside working hours:"), escalation.off_hours),
    ):
        lines += [title]
        for each in order_of(site, order):
            role = site.plan.role(each.role)
            people = [contact for id_ in each.contacts if (contact := site.contact(id_))]
            lines.append(f"  {each.step + 1}. {role.say if role else each.role}")
            lines += [f"     {_person(contact)}" for contact in people]
        lines.append("")
    minutes = site.plan.reach.next_after_s // 60
    lines.append(
        _("No answer for {minutes} min: the next person; the missed one is tried again.").format(
            minutes=minutes
        )
    )
    return lines


def _person(contact: Contact) -> str:
    return f"{contact.name}, {contact.role}: {' / '.join(contact.numbers)}"


def _numbers(site: Site) -> list[str]:
    titles = {
        ContactKind.LEADING_GROUP: _("Leading group"),
        ContactKind.DUTY: _("On duty"),
        ContactKind.STAFF: _("Engineers"),
        ContactKind.SUPPLIER: _("Suppliers"),
        ContactKind.LINE: _("Lines"),
        ContactKind.EXTERNAL: _("Outside: insurance center, power, 12387"),
    }
    lines: list[str] = []
    for kind, title in titles.items():
        lines.append(title)
        for contact in site.roster:
            if contact.kind is kind:
                known = (contact.contract, contact.circuit, contact.hours, contact.note)
                lines += [f"  {_person(contact)}", *(f"    {each}" for each in known if each)]
        lines.append("")
    lines.append(_("Departments"))
    lines += [f"  {fit(each.name, 44)} {each.phone}" for each in site.departments]
    return lines


def _scripts(plan: Plan) -> list[str]:
    lines: list[str] = []
    for name, text in plan.scripts.items():
        lines += [f"{name}:", *(f"  {line}" for line in _to_fill(text).split("\n")), ""]
    return lines


def _to_fill(text: str) -> str:
    """A text whose names are left open, to be filled in by hand."""
    return _SLOT.sub(lambda slot: f"[{slot[1]}: {_BLANK}]", text)


def _gates(site: Site) -> list[str]:
    lines = []
    for gate in site.plan.gates:
        names = [site.department(id_) for id_ in gate.departments]
        who = ", ".join(each.name for each in names if each) or _("all departments")
        lines += [f"{gate.after_s // 60:>5} min  {gate.say}", f"           {who}"]
    return lines


def _notices(site: Site) -> list[str]:
    lines: list[str] = []
    for kind in NoticeKind:
        text = _to_fill(site.cards.notices.get(kind, ""))
        lines += [notice_label(kind), *(f"  {line}" for line in text.split("\n"))]
        lines += [_("  Repeated by (department, name, time):"), "  " + "_" * 60, ""]
    return lines


def _blocks(site: Site) -> list[str]:
    lines = [f"{_('Department'):<34}{_('Block'):<20}{_('Notice'):<10}{_('Last number used')}"]
    for card in site.cards.cards:
        for block in card.blocks:
            department = site.department(block.department)
            name = department.name if department else block.department
            lines.append(f"{fit(name, 33)} {fit(block.text, 19)} {'_' * 8}  {_BLANK}")
    return lines


def _stock(site: Site) -> list[str]:
    lines: list[str] = []
    for card in site.cards.cards:
        hours = card.lasts_s // 3600
        warning = _("  LESS THAN {due} h").format(due=DUE_STOCK_S // 3600)
        little = warning if card.lasts_s < DUE_STOCK_S else ""
        lines.append(f"{card.title}: {_('lasts {hours} h').format(hours=hours)}{little}")
        lines += [f"  {fit(form, 40)} {amount:<16} {_('counted')} {_BLANK}" for form, amount in card.stock]
    return lines


def _papers(site: Site) -> list[str]:
    papers = site.cards.papers
    if papers is None:
        return []
    return [
        _("Price list of {day}: {where}").format(day=papers.price_list_of, where=papers.price_list),
        _("Read-only copy: {where}").format(where=papers.read_only),
        _("Maps: {where}").format(where=papers.maps),
        _("Report faults to: {where}").format(where=papers.hotline),
    ]


def _fault_record() -> list[str]:
    asked = (
        _("Number, began at (caller's words), taken at, taken by"),
        _("Who calls: name, department, workstation, number to call back"),
        _("Symptom and the caller's own words; this one only, some, the department, several"),
        _("Verified: when, by whom, how, what was found"),
        _("Category and why; owner"),
        _("Earliest and latest end, who says so"),
        _("Cause, and how sure; what was tried"),
        _("Who was called: time, number, answer, who took it, read back, what they decided"),
        _("Told to workstations and departments: time, person, read back"),
        _("Notices: number, from when, departments, who repeated it"),
        _("Recovered at, confirmed by; closed at, why"),
    )
    return [line for each in asked for line in (each, "_" * WIDTH, "_" * WIDTH, "")]


def _handover() -> list[str]:
    asked = (
        _("From, to, time"),
        _("Open incidents: number, state, owner, what is next and when"),
        _("Departments on paper, and since when; notices not repeated"),
        _("Who is to be called back, who is on the way"),
        _("Silences, maintenance, what to watch"),
        _("Repeated by the one who takes over (in own words), signature"),
    )
    return [line for each in asked for line in (each, "_" * WIDTH, "_" * WIDTH, "_" * WIDTH, "")]

"""Manual operation without a screen: departments, cards, pack."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from hisconsole import plain
from hisconsole.cli.edge import Answer, Usage
from hisconsole.cli.files import new_file
from hisconsole.cli.opening import at_desk, head_told
from hisconsole.cli.shapes import Shape
from hisconsole.config import Site
from hisconsole.desk.actor import utc_now
from hisconsole.desk.card import broken, card_lines
from hisconsole.desk.desk import Desk
from hisconsole.desk.manual import Departments, look
from hisconsole.desk.pack import pack_of, printed_text, record_printed
from hisconsole.errors import NotFound, StoreFault
from hisconsole.paths import config_dir, data_dir
from hisconsole.plan.cards import Card
from hisconsole.plan.manual import Post, by_hand, suggested, unread
from hisconsole.plan.outreach import Notice
from hisconsole.plan.story_outreach import notice_label
from hisconsole.plan.times import to_text
from hisconsole.text import _, fit, printable
from hisconsole.wiring import Settings, open_site


def _time(moment: datetime | None) -> str | None:
    return to_text(moment) if moment is not None else None


def departments(asked: Namespace) -> Answer:
    """How the departments stand in an incident."""
    with at_desk(asked) as desk:
        seen = look(desk, asked.number)
        clock = desk.clock
    kind, gate = suggested(seen.incident, seen.plan)
    hit = [post for post in seen.posts if post.hit]
    data: Shape = {
        "incident": asked.number,
        "state": seen.incident.state.value,
        "on_paper": list(by_hand(seen.incident)),
        "resume_from": _time(seen.resume_from),
        "next": {"kind": kind.value, "gate": gate},
        "departments": [_post(post, seen) for post in hit],
        "notices": [_notice(each, seen) for each in seen.incident.notices],
    }
    lines = []
    for post in hit:
        parts = [fit(seen.means.call(post.department), 34)]
        if post.stopped is not None:
            parts.append(_("stopped {when}").format(when=clock(post.stopped)))
        if post.paper is not None:
            word = _("on paper {when}") if post.paper.by_hand else _("back {when}")
            parts.append(word.format(when=clock(post.paper.resumed or post.paper.since)))
        if post.gate is not None:
            parts.append(_("{gate} {when}").format(gate=post.gate.gate.id, when=clock(post.gate.at)))
        if post.notice is not None:
            who = post.receipt.person if post.receipt is not None else _("NOT REPEATED")
            parts.append(f"{post.notice.number} {notice_label(post.notice.kind)} {who}")
        lines.append("  ".join(parts))
    return Answer(data, lines or [_("No department is hit.")])


def _post(post: Post, seen: Departments) -> Shape:
    paper, gate, notice, receipt, entry = post.paper, post.gate, post.notice, post.receipt, post.entry
    return {
        "id": post.department,
        "name": seen.means.call(post.department),
        "stopped": _time(post.stopped),
        "paper_since": _time(paper.since) if paper is not None else None,
        "resumed": _time(paper.resumed) if paper is not None else None,
        "gate": gate.gate.id if gate is not None else None,
        "gate_at": _time(gate.at) if gate is not None else None,
        "notice": notice.number if notice is not None else None,
        "kind": notice.kind.value if notice is not None else None,
        "repeated_by": receipt.person if receipt is not None else None,
        "repeated_at": _time(receipt.at) if receipt is not None else None,
        "block": post.block or None,
        "entry": None
        if entry is None
        else {
            "paper": entry.paper,
            "entered": entry.entered,
            "variance": entry.variance,
            "owner": entry.owner,
            "due": _time(entry.due),
            "signed": entry.signed,
        },
        "entry_open": post.entry_open,
    }


def _notice(notice: Notice, seen: Departments) -> Shape:
    return {
        "number": notice.number,
        "kind": notice.kind.value,
        "gate": notice.gate or None,
        "departments": list(notice.departments),
        "effective": _time(notice.effective),
        "at": _time(notice.at),
        "by": notice.by,
        "authority": notice.authority or None,
        "text": notice.text,
        "unread": list(unread(seen.incident, notice)),
    }


def cards(asked: Namespace) -> Answer:
    """The manual card of a department, or the list of them."""
    site = open_site(Settings(config_dir(asked.config), data_dir(asked.data), asked.operator))
    if not asked.department:
        lines = [
            f"{fit(card.id, 20)} {card.title}: {' '.join(card.departments)}" for card in site.cards.cards
        ]
        return Answer([_card(card) for card in site.cards.cards], lines)
    named = site.cards.of(asked.department)
    card = named or next((each for each in site.cards.cards if each.id == asked.department), None)
    if card is None:
        known = " ".join(each for found in site.cards.cards for each in found.departments)
        sentence = _("'{name}' has no manual card. Departments with one: {known}.")
        raise NotFound(sentence.format(name=printable(asked.department, limit=40), known=known))
    lines = [card.title, "", *broken(card_lines(site, card), plain.WIDTH)]
    return Answer([_card(card)], lines)


def _card(card: Card) -> Shape:
    return {
        "id": card.id,
        "title": card.title,
        "departments": list(card.departments),
        "coordinator": card.coordinator,
        "entry": card.entry,
        "stops": card.stops,
        "during": list(card.during),
        "after": list(card.after),
        "forms": list(card.forms),
        "stock": dict(card.stock),
        "lasts_s": card.lasts_s,
        "numbers": card.numbers,
        "blocks": [{"department": each.department, "block": each.text} for each in card.blocks],
        "clause": card.clause,
    }


def pack(asked: Namespace) -> Answer:
    """The downtime pack; with --record it is on record that it was printed, and by whom."""
    site = open_site(Settings(config_dir(asked.config), data_dir(asked.data), asked.operator))
    if site.covered and not asked.operator:  # paper without numbers would be found out too late
        raise Usage(_("Say who prints it, with --operator or HISCONSOLE_OPERATOR."))
    made, now = pack_of(site), utc_now()
    pages = printed_text(site, made, now=now, record=head_told(asked))
    with _taker(asked, site) as desk:
        written = _write(Path(asked.out), pages) if asked.out else None
        recorded = desk is not None and bool(record_printed(desk, made.hash, act=asked.id).seq)
    data = {
        "hash": made.hash,
        "at": to_text(now),
        "pages": len(pages),
        "file": str(written) if written is not None else None,
        "recorded": recorded,
    }
    if written is None:
        return Answer(data, [line for page in pages for line in page])
    return Answer(data, [_told(site, written, made.hash, len(pages), recorded=recorded)])


@contextmanager
def _taker(asked: Namespace, site: Site) -> Iterator[Desk | None]:
    """A desk where it is to be on record; who takes numbers has shown who he is. Raises Refused, Usage.

    Without a record nobody can be asked, and paper is wanted most.
    """
    if asked.record:
        with at_desk(asked, writable=True, begin=True) as desk:
            desk.permit("pack")  # a refusal that came behind the file would leave every number in it
            yield desk
        return
    if site.named and not site.covered:
        with suppress(StoreFault), at_desk(asked, writable=True) as desk:
            desk.permit("reveal")
    yield None


def _told(site: Site, written: Path, content: str, pages: int, *, recorded: bool) -> str:
    sentence = _("{path}: the downtime pack, {pages} pages, content {hash}. Print it and lay it out.")
    told = sentence.format(path=written, pages=pages, hash=content)
    if recorded:
        return told
    return told + " " + _("With --record consoles know when it is stale.")


def _write(path: Path, pages: Sequence[Sequence[str]]) -> Path:
    """Write it, a form feed between the pages."""
    text = "\f".join("".join(f"{printable(line)}\n" for line in page) for page in pages)
    return new_file(path, text.encode())

"""Reading the departments' manual cards, `cards.yaml`: whole, or with every fault at its place."""

from __future__ import annotations

import re
from dataclasses import field
from datetime import date

from hisconsole.config.plan_parts import PlanFields
from hisconsole.config.plan_words import DAY, HOUR, unknown
from hisconsole.errors import Finding
from hisconsole.fields import shown
from hisconsole.plan.cards import Block, Card, Cards, Papers
from hisconsole.plan.outreach import NoticeKind
from hisconsole.strict_yaml import Document
from hisconsole.text import _
from hisconsole.values import dataclass

CARDS = "cards.yaml"

SLOTS = (
    "hospital",
    "number",
    "incident",
    "departments",
    "when",
    "stops",
    "forms",
    "blocks",
    "gate",
)
"""The names that the text of a notice may have filled in."""

_BLOCK = re.compile(r"([A-Z]{0,4})([0-9]{1,9})-\1([0-9]{1,9})")
_LARGEST_BLOCK = 100_000


@dataclass(frozen=True, slots=True)
class CardsDraft:
    """Cards that were read, and where their ids of other files stand."""

    cards: Cards
    departments: list[tuple[PlanFields, str, tuple[str, ...]]] = field(default_factory=list)
    contacts: list[tuple[PlanFields, str, tuple[str, ...]]] = field(default_factory=list)


def cards_of(document: Document | None, *, findings: list[Finding]) -> CardsDraft | None:
    """What a document says of manual work; with findings added it is of no use."""
    if document is None:
        return None
    if not isinstance(document.data, dict):
        findings.append(document.at_value((), _("write 'papers:', 'notices:' and 'cards:' here.")))
        return None
    head = PlanFields(document, (), findings)
    draft = CardsDraft(Cards())
    papers = _papers(head.part("papers"))
    notices = _notices(head.part("notices"))
    cards, read = [], []
    for id_, part in head.parts("cards"):
        card = _card(id_, part, draft)
        cards.append(card)
        read.append((card, part))
    head.close()
    _check_alone(read)
    return CardsDraft(Cards(tuple(cards), notices, papers), draft.departments, draft.contacts)


def check_cards_across(
    draft: CardsDraft, *, departments: tuple[str, ...] | None, contacts: tuple[str, ...] | None
) -> None:
    """Refuse what the other files do not have; None for a file that could not be read."""
    for ids, uses, file in (
        (departments, draft.departments, "departments.yaml"),
        (contacts, draft.contacts, "roster.yaml"),
    ):
        for fields, name, used in uses if ids is not None else ():
            strange = next((each for each in used if ids is not None and each not in ids), "")
            if strange and ids is not None:
                fields.refuse(name, unknown(name, strange, ids, file))


def _papers(part: PlanFields) -> Papers:
    part.text("price_list_of", needed=True)
    papers = Papers(
        price_list_of=part.day("price_list_of") or date.min,
        price_list=part.text("price_list", needed=True, longest=200),
        read_only=part.text("read_only", needed=True, longest=200),
        maps=part.text("maps", needed=True, longest=200),
        hotline=part.text("hotline", needed=True, longest=200),
    )
    part.close()
    return papers


def _notices(part: PlanFields) -> dict[NoticeKind, str]:
    notices = {kind: part.spoken(kind.value, SLOTS, lines=True) for kind in NoticeKind}
    part.close()
    return notices


def _card(id_: str, part: PlanFields, draft: CardsDraft) -> Card:
    part.own_id()
    departments = part.references("departments", needed=True)
    coordinator = part.reference("coordinator", needed=True)
    draft.departments.append((part, "departments", departments))
    draft.contacts.append((part, "coordinator", (coordinator,) if coordinator else ()))
    numbers = part.text("numbers")
    blocks = _blocks(part, departments) if part.given("blocks") else _none(part)
    card = Card(
        id=id_,
        title=part.text("title", needed=True),
        departments=departments,
        coordinator=coordinator,
        clause=part.text("clause", needed=True),
        entry=part.count("entry", most=5),
        stops=part.text("stops", needed=True),
        during=_points(part, "during"),
        after=_points(part, "after"),
        forms=_points(part, "forms"),
        stock=_stock(part),
        lasts_s=part.duration("lasts", least=HOUR, most=30 * DAY),
        numbers=numbers,
        blocks=blocks,
    )
    if blocks and not numbers:
        part.refuse_name(_("say what the blocks number: add 'numbers'."), "blocks")
    return card


def _points(part: PlanFields, name: str) -> tuple[str, ...]:
    """The lines of a list, each one line of text."""
    return part.points(name, longest=200)


def _stock(part: PlanFields) -> tuple[tuple[str, str], ...]:
    below, names = part.lines("stock")
    stock = tuple((name, below.text(name, needed=True)) for name in names)
    below.close()
    return stock


def _none(part: PlanFields) -> tuple[Block, ...]:
    part.lines("blocks", needed=False)
    return ()


def _blocks(part: PlanFields, departments: tuple[str, ...]) -> tuple[Block, ...]:
    below, names = part.lines("blocks")
    found: list[Block] = []
    for name in names:
        if name not in departments:
            sentence = _("'{id}' is not among the departments of this card.")
            below.refuse_name(sentence.format(id=shown(name)), name)
        for word in below.text(name, needed=True, longest=1000).split():
            block = block_of(name, word)
            if block is None:
                sentence = _("'{value}' is not a block of numbers: write it as T100001-T100500.")
                below.refuse(name, sentence.format(value=shown(word)))
                break
            found.append(block)
    below.close()
    return tuple(found)


def block_of(department: str, word: str) -> Block | None:
    """A block as the file writes it; None when it is none."""
    match = _BLOCK.fullmatch(word)
    if match is None or len(match[2]) != len(match[3]):
        return None
    first, last = int(match[2]), int(match[3])
    if not first <= last < first + _LARGEST_BLOCK:
        return None
    return Block(department, match[1], first, last, len(match[2]))


def _check_alone(read: list[tuple[Card, PlanFields]]) -> None:
    """A department has one card, and a number is kept once in the whole hospital."""
    owners: dict[str, str] = {}
    kept: list[Block] = []
    for card, part in read:
        for department in card.departments:
            other = owners.setdefault(department, card.id)
            if other != card.id:
                sentence = _("'{id}' is on the card '{other}' already: a department has one card.")
                part.refuse("departments", sentence.format(id=department, other=other))
        for block in card.blocks:
            met = next((each for each in kept if each.meets(block)), None)
            if met is not None:
                sentence = _("{block} has numbers of {other} ({department}): keep each number once.")
                values = {"block": block.text, "other": met.text, "department": met.department}
                part.refuse_below("blocks", block.department, sentence.format(**values))
            kept.append(block)

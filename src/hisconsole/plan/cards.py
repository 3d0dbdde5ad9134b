"""What departments do by hand, as values: their cards, number blocks, notices (domain 1.4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field
from datetime import date

from hisconsole.plan.outreach import NoticeKind
from hisconsole.values import dataclass

DUE_STOCK_S = 8 * 3600
"""Paper forms for eight hours lie ready (SAFER contingency guide, domain 2.2)."""


@dataclass(frozen=True, slots=True)
class Block:
    """Numbers kept for the manual work of a department, from first to last; given out once."""

    department: str
    prefix: str
    first: int
    last: int
    digits: int

    @property
    def text(self) -> str:
        """The block as files, notices and the record write it."""
        ends = (f"{self.prefix}{end:0{self.digits}d}" for end in (self.first, self.last))
        return "-".join(ends)

    def meets(self, other: Block) -> bool:
        """Whether both have a number in common."""
        same = self.prefix == other.prefix
        return same and self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Card:
    """How a kind of department works by hand, and how it comes back."""

    id: str
    title: str
    departments: tuple[str, ...]
    coordinator: str
    """Contact id of who answers for the manual work."""
    clause: str
    entry: int
    """1 is entered first when it works again, 5 last (domain 5.8)."""
    stops: str
    during: tuple[str, ...]
    after: tuple[str, ...]
    forms: tuple[str, ...]
    stock: tuple[tuple[str, str], ...]
    lasts_s: int
    """For how long the paper lying ready lasts, in seconds."""
    numbers: str = ""
    """What the number blocks number."""
    blocks: tuple[Block, ...] = ()

    def blocks_of(self, department: str) -> tuple[Block, ...]:
        """The blocks of one department, in the order in which they are given out."""
        return tuple(each for each in self.blocks if each.department == department)


@dataclass(frozen=True, slots=True)
class Papers:
    """Where the printed price list, the read-only copy and the maps are (domain 8)."""

    price_list_of: date
    price_list: str
    read_only: str
    maps: str
    hotline: str


@dataclass(frozen=True, slots=True)
class Cards:
    """All cards of a hospital, the texts of its notices, and its papers."""

    cards: tuple[Card, ...] = ()
    notices: Mapping[NoticeKind, str] = field(default_factory=dict)
    papers: Papers | None = None

    def of(self, department: str) -> Card | None:
        """The card a department works by; None when it has none."""
        return next((card for card in self.cards if department in card.departments), None)

    def block_for(self, department: str, spent: Collection[tuple[str, str]]) -> str:
        """The next block of a department that was not given out; empty when it has none, or none is left."""
        card = self.of(department)
        left = (each.text for each in (card.blocks_of(department) if card is not None else ()))
        return next((text for text in left if (department, text) not in spent), "")

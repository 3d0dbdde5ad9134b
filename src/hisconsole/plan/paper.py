"""A report as a value, whatever it is shown on: a title and tables; and its lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hisconsole.text import clip, fit, printable, wrap
from hisconsole.values import dataclass

LONGEST = 10_000
"""Characters of a cell; every text on record is shorter."""

_GAP = 2
_NARROWEST = 20


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, and its width in cells of 80; 0 is what the others leave."""

    name: str
    width: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report: a table, or what to say where it has no row."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = ""

    @property
    def headed(self) -> bool:
        """Whether its columns have names; a list of facts needs none."""
        return any(each.name for each in self.columns)


@dataclass(frozen=True, slots=True)
class Paper:
    """A report: title, what stands below it, its parts, and what stands at the end of each page."""

    title: str
    notes: tuple[str, ...]
    sections: tuple[Section, ...]
    foot: str


def clean(text: str) -> str:
    """A cell as it may be shown: nothing in it acts on a terminal, lines become one."""
    return printable(text.replace("\n", " / "), limit=LONGEST)


def lines(paper: Paper, width: int) -> list[str]:
    """A report as text of at most `width` cells."""
    made = [line for text in (paper.title, *paper.notes) for line in wrap(clean(text), width)]
    for section in paper.sections:
        made += ["", clip(clean(section.title).upper(), width)]
        made += section_lines(section, width)
    return [*made, "", *wrap(clean(paper.foot), width)]


def section_lines(section: Section, width: int) -> list[str]:
    """The table of a part as text, a cell that is too long broken below itself."""
    if not section.rows:
        return wrap(clean(section.empty), width)
    widths = _widths(section.columns, width)
    head = [tuple(each.name for each in section.columns)] if section.headed else []
    return [line for row in (*head, *section.rows) for line in _row(row, widths)]


def _widths(columns: Sequence[Column], width: int) -> list[int]:
    taken = sum(each.width + _GAP for each in columns if each.width)
    free = [each for each in columns if not each.width]
    rest = max(_NARROWEST, (width - taken - _GAP * (len(free) - 1)) // max(1, len(free)))
    return [each.width or rest for each in columns]


def _row(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    cells = [wrap(clean(text), width) for text, width in zip(row, widths, strict=True)]
    for at in range(max(map(len, cells))):
        parts = [
            fit(cell[at] if at < len(cell) else "", width) for cell, width in zip(cells, widths, strict=True)
        ]
        yield (" " * _GAP).join(parts).rstrip()

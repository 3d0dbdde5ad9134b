"""What of a handover stands on its first two pages, and what goes to the numbered annex (domain 3.3).

Each part keeps its title and its note; what is left is given out first to what must be restated, then in
turn to all parts, so that no flood in one pushes another off the paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from hisconsole.plan.handover import Asks, Entry, Handover, Line, Part, Section
from hisconsole.plan.handover_receiver import SIGNED_BY
from hisconsole.text import _, cell_len, clip, fit, wrap
from hisconsole.values import dataclass

WIDTH: Final = 80
PAGE: Final = 60
"""Lines of an A4 page as printers set plain text."""
FRAME: Final = 5
"""Lines of a page that are not its own: head, rule, blank, and two at the foot."""
FRONT: Final = 2
"""Pages that hold everything in short."""
BOX: Final = 4
"""Cells in front of an entry, for what it asks."""
NAME: Final = 12
"""Cells of a fact's name."""
REF: Final = 5
"""Cells of a reference into the annex."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry on the first pages: the lines of its title, and how many of its brief facts stand there."""

    entry: Entry
    title: tuple[str, ...]
    facts: tuple[Line, ...] = ()

    @property
    def cost(self) -> int:
        """Lines that it takes."""
        return len(self.title) + len(self.facts)


@dataclass(frozen=True, slots=True)
class Block:
    """A part on the first pages; `more` entries of it stand in the annex alone."""

    section: Section
    number: int
    note: tuple[str, ...]
    shown: tuple[Shown, ...]
    more: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The first pages part by part, and the numbers of the annex by the keys of entries."""

    blocks: tuple[Block, ...]
    annex: Mapping[str, int]

    def ref(self, entry: Entry) -> str:
        """Where the annex says more of an entry; empty where all stands on the first pages."""
        number = self.annex.get(entry.key)
        return f"A{number}" if number else ""


def room(entry: Entry) -> int:
    """Cells of the title of an entry on the first pages."""
    age = age_label(entry.age)
    return WIDTH - BOX - REF - (cell_len(age) + 1 if age else 0)


def laid_out(handover: Handover, *, fixed: int) -> Layout:
    """Give out the first pages; `fixed` lines of them are taken by what stands before the parts."""
    notes = [_note(section) for section in handover.sections]
    taken = fixed + sum(1 + len(note) for note in notes)
    given = _given(handover.sections, FRONT * (PAGE - FRAME) - taken)
    blocks = tuple(
        Block(section, number, note, *_split(section, given))
        for number, (section, note) in enumerate(zip(handover.sections, notes, strict=True), 1)
    )
    return Layout(blocks, _annex(blocks))


def _note(section: Section) -> tuple[str, ...]:
    """The note of a part, in so many lines at most; header and headline may take twice as many."""
    most = 4 if section.part in (Part.HEADER, Part.HEADLINE) else 2
    lines = wrap(section.note, WIDTH - BOX) if section.note else []
    if len(lines) > most:
        lines[most - 1 :] = [clip(" ".join(lines[most - 1 :]), WIDTH - BOX)]
    return tuple(lines)


def _given(sections: Sequence[Section], lines: int) -> dict[str, Shown]:
    """The entries that stand on the first pages, by key."""
    kept = sum(bool(each.entries) for each in sections)  # a line of each says how many more there are
    found: dict[str, Shown] = {}
    left = lines - kept - _urgent(sections, found, (lines - kept) // 2)
    left -= _rest(sections, found, left)
    kept -= sum(any(entry.key not in found for entry in each.entries) for each in sections)
    left += kept - _rest(sections, found, kept)
    for key, shown in found.items():
        full = _shown(shown.entry, brief=True)
        if shown.cost < full.cost <= left + shown.cost:
            found[key] = full
            left -= full.cost - shown.cost
    return found


def _urgent(sections: Sequence[Section], found: dict[str, Shown], lines: int) -> int:
    """Give `lines` to what must be restated, and a line to the signature; returns how many were used."""
    used = 0
    for entry in (entry for section in sections for entry in section.entries):
        if entry.asks is Asks.RESTATE and used < lines:
            shown = _shown(entry, brief=True)
        elif entry.key == SIGNED_BY:
            shown = _shown(entry, brief=False)
        else:
            continue
        if used + shown.cost <= lines or entry.key == SIGNED_BY:
            found[entry.key] = shown
            used += shown.cost
    return used


def _rest(sections: Sequence[Section], found: dict[str, Shown], lines: int) -> int:
    """Give `lines` to the others, those that ask for something first; returns how many were used."""
    waiting = [
        each
        for asking in (True, False)
        for each in _in_turn(sections, asking=asking)
        if each.key not in found
    ]
    taken = waiting[: max(0, lines)]
    found.update((each.key, _shown(each, brief=False)) for each in taken)
    return len(taken)


def _in_turn(sections: Sequence[Section], *, asking: bool) -> Iterator[Entry]:
    """What asks for something and what is the receiver's, or the others: one of each part by turns."""
    lists = [
        [
            each
            for each in section.entries
            if asking == (each.asks is not Asks.NOTHING or section.part is Part.RECEIVER)
        ]
        for section in sections
    ]
    for place in range(max(map(len, lists), default=0)):
        yield from (entries[place] for entries in lists if place < len(entries))


def _shown(entry: Entry, *, brief: bool) -> Shown:
    """An entry in one line, what must be restated with all its brief facts in up to two."""
    if not brief:
        return Shown(entry, (clip(entry.title, room(entry)),))
    title = wrap(entry.title, room(entry))
    if len(title) > 2 or (entry.asks is not Asks.RESTATE and len(title) > 1):
        kept = 1 if entry.asks is Asks.RESTATE else 0
        title[kept:] = [clip(" ".join(title[kept:]), room(entry))]
    return Shown(entry, tuple(title), tuple(each for each in entry.lines if each.brief))


def _split(section: Section, given: Mapping[str, Shown]) -> tuple[tuple[Shown, ...], tuple[Entry, ...]]:
    shown = tuple(given[each.key] for each in section.entries if each.key in given)
    return shown, tuple(each for each in section.entries if each.key not in given)


def _annex(blocks: Sequence[Block]) -> dict[str, int]:
    """Numbers for all of which the first pages do not say everything, in the order of the parts."""
    whole = {each.entry.key for block in blocks for each in block.shown if _is_whole(each)}
    keys = (entry.key for block in blocks for entry in block.section.entries if entry.key not in whole)
    return {key: number for number, key in enumerate(dict.fromkeys(keys), 1)}


def _is_whole(shown: Shown) -> bool:
    entry = shown.entry
    title = wrap(entry.title, room(entry)) == list(shown.title)
    facts = len(shown.facts) == len(entry.lines) and all(fact_fits(each) for each in shown.facts)
    return title and facts


def fact_fits(line: Line) -> bool:
    """Whether a fact stands whole in its line."""
    return cell_len(line.text) <= WIDTH - BOX - NAME


def fact(line: Line) -> str:
    """A fact in one line of the first pages."""
    return f"{' ' * BOX}{fit(line.name, NAME - 1)} {clip(line.text, WIDTH - BOX - NAME)}".rstrip()


def age_label(age: int) -> str:
    """How often something has been handed over, this time among them; empty for the first time."""
    if age <= 0:
        return ""
    return {1: _("2nd handover"), 2: _("3rd handover")}.get(
        age, _("{n}th handover").format(n=age + 1) if age < 20 else _("over 20 handovers")
    )

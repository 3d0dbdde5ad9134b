"""A handover as text of 80 columns: two A4 pages that say everything in short, and a numbered annex."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from hisconsole.plan.handover import Asks, Counts, Entry, Handover, Line
from hisconsole.plan.handover_layout import (
    BOX,
    FRAME,
    NAME,
    PAGE,
    REF,
    WIDTH,
    Block,
    Layout,
    Shown,
    age_label,
    fact,
    laid_out,
    room,
)
from hisconsole.plan.times import clock
from hisconsole.text import _, cell_len, clip, fit, wrap

FORM_FEED = "\f"


def pages(handover: Handover) -> tuple[tuple[str, ...], ...]:
    """The pages, each of at most 60 lines of at most 80 cells; the annex begins on one of its own."""
    before = _legend(handover)
    layout = layout_of(handover)
    front = [*before, *(line for block in layout.blocks for line in _block(block, layout))]
    body = PAGE - FRAME
    cut = [front[at : at + body] for at in range(0, len(front), body)]
    cut += _filled(_annex(layout), body)
    return tuple(_page(handover, lines, number, len(cut)) for number, lines in enumerate(cut, 1))


def layout_of(handover: Handover) -> Layout:
    """What stands on the first pages and what in the annex, the same for every way to print it."""
    return laid_out(handover, fixed=len(_legend(handover)))


def printed(handover: Handover) -> str:
    """All pages as a printer takes them, each ending with a form feed."""
    return "".join("\n".join(page) + "\n" + FORM_FEED for page in pages(handover))


def lines(handover: Handover) -> list[str]:
    """All pages one below the other, for a screen."""
    return [line for page in pages(handover) for line in (*page, "")]


def counts_line(counts: Counts) -> str:
    """The counts in one sentence."""
    return _(
        "Open {open}: I {one}, II {two}, III {three}, Other {other}, unclassified {unclassified}."
        " Shift: new {new}, closed {closed}, reopened {reopened}."
        " Unverified {unverified}, overdue {overdue}."
    ).format(
        open=counts.open,
        one=counts.one,
        two=counts.two,
        three=counts.three,
        other=counts.other,
        unclassified=counts.unclassified,
        new=counts.new,
        closed=counts.closed,
        reopened=counts.reopened,
        unverified=counts.unverified,
        overdue=counts.overdue,
    )


def box(asks: Asks) -> str:
    """What an entry asks, as a box to tick on paper."""
    return {Asks.TAKE: "[ ]", Asks.RESTATE: "[R]", Asks.SILENCE: "[S]", Asks.NOTHING: "   "}[asks]


def legend() -> str:
    """What the boxes mean."""
    return _("[ ] to be taken  [R] to be restated in own words  [S] accepted again, or it ends")


def title_line(handover: Handover) -> str:
    """What every page begins with."""
    header = handover.header
    return _("{site}: HANDOVER {number}").format(site=header.site, number=header.label)


def foot_lines(handover: Handover) -> tuple[str, str]:
    """What every page ends with: how old it is, and where the chain of the record stood."""
    header = handover.header

    def at(moment: datetime | None) -> str:
        return clock(moment, zone=header.clock) if moment is not None else _("not known")

    made = _("Made {made}, data as of {data}. Record up to entry {seq}, its chain:").format(
        made=at(header.made), data=at(header.data_as_of), seq=header.seq
    )
    return made, header.head


def _page(handover: Handover, body: Sequence[str], number: int, of: int) -> tuple[str, ...]:
    mark = handover.header.mark
    right = _("page {n} of {all}").format(n=number, all=of)
    if mark:
        right = f"*** {mark} ***  {right}"
    right = clip(right, WIDTH // 2)
    left = fit(title_line(handover), WIDTH - cell_len(right) - 1)
    made, head = foot_lines(handover)
    space = [""] * (PAGE - FRAME - len(body))
    return (f"{left} {right}", "=" * WIDTH, *body, *space, "", clip(made, WIDTH), clip(head, WIDTH))


def _filled(parts: Iterable[list[str]], height: int) -> list[list[str]]:
    """Pages filled with parts that stay together where they fit a page, a blank line between them."""
    made: list[list[str]] = []
    for part in parts:
        if made and len(made[-1]) + 1 + len(part) <= height:
            made[-1] += ["", *part]
        else:
            made += [part[at : at + height] for at in range(0, len(part), height)]
    return made


def _legend(handover: Handover) -> list[str]:
    return [*wrap(counts_line(handover.counts), WIDTH), *wrap(legend(), WIDTH)]


def _block(block: Block, layout: Layout) -> Iterator[str]:
    yield _heading(block)
    yield from (f"{' ' * BOX}{line}" for line in block.note)
    for shown in block.shown:
        yield from _entry(shown, layout)
    if block.more:
        first, last = layout.ref(block.more[0]), layout.ref(block.more[-1])
        where = first if first == last else f"{first} ... {last}"
        yield clip(_("    and {n} more in the annex: {where}").format(n=len(block.more), where=where), WIDTH)


def _heading(block: Block) -> str:
    section = block.section
    asked = sum(each.asks is not Asks.NOTHING for each in section.entries)
    title = f"{block.number}. {section.title.upper()}"
    if not section.known:
        title += " " + _("(NOT KNOWN)")
    elif asked:
        title += f" ({asked})"
    return fit(f"{title} ", WIDTH).rstrip()


def _entry(shown: Shown, layout: Layout) -> Iterator[str]:
    entry = shown.entry
    age, ref = age_label(entry.age), layout.ref(entry)
    for place, text in enumerate(shown.title):
        head = fit(box(entry.asks), BOX) if place == 0 else " " * BOX
        right = (f" {age}" if age else "") + (f" {ref}" if ref else "").rjust(REF)
        tail = right if place == 0 else ""
        yield f"{head}{fit(text, room(entry))}{tail}".rstrip()
    yield from map(fact, shown.facts)


def _annex(layout: Layout) -> Iterator[list[str]]:
    """Everything that the first pages do not say in full, by its number; a title stays with what follows."""
    for block in layout.blocks:
        title = [f"{_('ANNEX')} {block.number}. {clip(block.section.title.upper(), WIDTH - 12)}", ""]
        for entry in block.section.entries:
            if entry.key in layout.annex:
                yield [*title, *_in_full(entry, layout)]
                title = []


def _in_full(entry: Entry, layout: Layout) -> Iterator[str]:
    indent = " " * (BOX + REF)
    title = f"{entry.title} ({age_label(entry.age)})" if entry.age else entry.title
    for place, text in enumerate(wrap(title, WIDTH - len(indent))):
        head = fit(layout.ref(entry), REF) + fit(box(entry.asks), BOX) if place == 0 else indent
        yield f"{head}{text}".rstrip()
    for line in entry.lines:
        yield from _fact_in_full(line, indent)


def _fact_in_full(line: Line, indent: str) -> Iterator[str]:
    for place, text in enumerate(wrap(line.text, WIDTH - len(indent) - NAME)):
        name = fit(line.name if place == 0 else "", NAME - 1)
        yield f"{indent}{name} {text}".rstrip()

"""A handover as one page of HTML that needs nothing else: everything escaped, to be printed on A4."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from hisconsole.plan.handover import Entry, Handover
from hisconsole.plan.handover_layout import Block, Layout, age_label
from hisconsole.plan.handover_text import box, counts_line, foot_lines, layout_of, legend, title_line
from hisconsole.plan.paper import clean
from hisconsole.text import _

_STYLE = """
@page { size: A4; margin: 14mm 12mm; }
body { color: #000; background: #fff; margin: 1.5em auto; max-width: 186mm;
  font: 9.5pt/1.3 "Noto Sans", "Noto Sans CJK SC", "Source Han Sans SC", SimSun, sans-serif; }
h1 { font-size: 14pt; margin: 0 0 .2em; } h2 { font-size: 10.5pt; margin: .9em 0 .2em; break-after: avoid; }
.mark { float: right; font-weight: bold; border: 2px solid #000; padding: 0 .6em; }
p { margin: .15em 0; } ul { list-style: none; margin: 0; padding: 0; } li { break-inside: avoid; }
dl { margin: 0 0 .3em 2.4em; } dt { float: left; clear: left; min-width: 7em; font-weight: bold; }
dd { margin: 0 0 0 7.5em; min-height: 1.3em; }
.box { display: inline-block; width: 2em; font-family: monospace; }
.restate { font-weight: bold; } .ref, .age { float: right; margin-left: 1em; font-weight: normal; }
.annex { break-before: page; } footer { margin-top: 1.5em; font-size: 8pt; }
li, dd, footer { overflow-wrap: anywhere; } a { color: inherit; }
@media print { body { margin: 0; max-width: none; } }
"""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Whatever it holds, a browser runs nothing of it and fetches nothing."""


def handover_page(handover: Handover, *, language: str) -> str:
    """The whole page, as UTF-8 text: the parts in short, then the annex under the numbers of the text."""
    layout = layout_of(handover)
    title, spoken = _said(title_line(handover)), escape(language.replace("_", "-"))
    mark = f'<div class="mark">{_said(handover.header.mark)}</div>\n' if handover.header.mark else ""
    parts = "".join(_block(block, layout) for block in layout.blocks)
    foot = " ".join(map(_said, foot_lines(handover)))
    return (
        f'<!doctype html>\n<html lang="{spoken}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n{mark}<h1>{title}</h1>\n"
        f"<p>{_said(counts_line(handover.counts))}</p>\n<p>{_said(legend())}</p>\n"
        f"{parts}{_annex(layout)}<footer>{foot}</footer>\n</body>\n</html>\n"
    )


def _said(text: str) -> str:
    return escape(clean(text))


def _block(block: Block, layout: Layout) -> str:
    section = block.section
    unknown = "" if section.known else " " + _("(NOT KNOWN)")
    note = f"<p>{_said(section.note)}</p>\n" if section.note else ""
    items = [_item(each.entry, layout) for each in block.shown]
    if block.more:
        refs = ", ".join(_link(each, layout) for each in block.more)
        items.append(f"<li>{_said(_('in the annex:'))} {refs}</li>")
    listed = "<ul>\n" + "\n".join(items) + "\n</ul>\n" if items else ""
    return f"<h2>{block.number}. {_said(section.title)}{_said(unknown)}</h2>\n{note}{listed}"


def _link(entry: Entry, layout: Layout) -> str:
    ref = layout.ref(entry)
    return f'<a href="#{ref}">{ref}</a>' if ref else ""


def _item(entry: Entry, layout: Layout) -> str:
    link = _link(entry, layout)
    ref = f'<span class="ref">{link}</span>' if link else ""
    brief = "".join(_facts(entry, brief=True))
    return f'<li class="{entry.asks.value}">{ref}{_head(entry)}{brief}</li>'


def _head(entry: Entry) -> str:
    age = f'<span class="age">{_said(age_label(entry.age))}</span>' if entry.age else ""
    return f'{age}<span class="box">{box(entry.asks).replace(" ", "&nbsp;")}</span>{_said(entry.title)}'


def _facts(entry: Entry, *, brief: bool) -> Iterator[str]:
    facts = [each for each in entry.lines if each.brief or not brief]
    if facts:
        yield "<dl>"
        yield from (f"<dt>{_said(each.name)}</dt><dd>{_said(each.text)}</dd>" for each in facts)
        yield "</dl>"


def _annex(layout: Layout) -> str:
    """Everything that the first pages do not say in full."""
    parts = []
    for block in layout.blocks:
        items = [
            f'<li id="{layout.ref(each)}">{layout.ref(each)} {_head(each)}'
            f"{''.join(_facts(each, brief=False))}</li>"
            for each in block.section.entries
            if each.key in layout.annex
        ]
        if items:
            parts.append(f"<h2>{block.number}. {_said(block.section.title)}</h2>\n<ul>\n")
            parts.append("\n".join(items) + "\n</ul>\n")
    return (
        f'<section class="annex">\n<h1>{_said(_("Annex"))}</h1>\n{"".join(parts)}</section>\n'
        if parts
        else ""
    )

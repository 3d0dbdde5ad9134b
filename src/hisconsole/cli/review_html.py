"""A report as one page of HTML that needs nothing else: everything escaped, to be printed on A4."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from hisconsole.plan.paper import Paper, Section, clean

_STYLE = """
@page { size: A4; margin: 18mm 14mm; }
body { color: #000; background: #fff; margin: 1.5em auto; max-width: 182mm;
  font: 10pt/1.35 "Noto Sans", "Noto Sans CJK SC", "Source Han Sans SC", SimSun, sans-serif; }
h1 { font-size: 15pt; margin: 0 0 .3em; } h2 { font-size: 11pt; margin: 1.4em 0 .3em; break-after: avoid; }
p { margin: .2em 0; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; } thead { display: table-header-group; }
th, td { border: 1px solid #888; padding: 2px 5px; text-align: left; vertical-align: top; }
th { background: #eee; } tr { break-inside: avoid; } footer { margin-top: 1.5em; font-size: 8pt; }
th, td, footer { overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; } }
"""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Whatever it holds, a browser runs nothing of it and fetches nothing."""

_WHOLE = 80


def page(paper: Paper, *, language: str) -> str:
    """The whole page, as UTF-8 text."""
    notes = "".join(f"<p>{_said(note)}</p>\n" for note in paper.notes)
    parts = "".join(_section(section) for section in paper.sections)
    spoken = escape(language.replace("_", "-"))
    return (
        f'<!doctype html>\n<html lang="{spoken}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{_said(paper.title)}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{_said(paper.title)}</h1>\n{notes}{parts}"
        f"<footer>{_said(paper.foot)}</footer>\n</body>\n</html>\n"
    )


def _said(text: str) -> str:
    return escape(clean(text))


def _section(section: Section) -> str:
    title = f"<h2>{_said(section.title)}</h2>\n"
    if not section.rows:
        return f"{title}<p>{_said(section.empty)}</p>\n"
    head = ""
    if section.headed:
        head = f"<thead>{_row([each.name for each in section.columns], 'th')}</thead>\n"
    rows = "\n".join(_row(row, "td") for row in section.rows)
    return f"{title}<table>\n{_widths(section)}{head}<tbody>\n{rows}\n</tbody>\n</table>\n"


def _widths(section: Section) -> str:
    def sized() -> Iterator[str]:
        for each in section.columns:
            yield f'<col style="width: {each.width * 100 // _WHOLE}%">' if each.width else "<col>"

    return f"<colgroup>{''.join(sized())}</colgroup>\n"


def _row(cells: Sequence[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{_said(cell)}</{tag}>" for cell in cells) + "</tr>"

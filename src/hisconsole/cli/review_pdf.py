"""A report as PDF, by ReportLab where it is installed (`hisconsole[pdf]`).

Letters that Helvetica has are set in it, all others in STSong-Light, a font that every reader of Chinese PDF
brings along; nothing is downloaded, and no font lies in the file.
"""

from __future__ import annotations

from functools import partial
from html import escape
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from hisconsole.errors import HisError
from hisconsole.plan.paper import Paper, Section, clean
from hisconsole.text import SUBSTITUTE, _

if TYPE_CHECKING:
    from collections.abc import Sequence

_LATIN: Final = "Helvetica"
_CHINESE: Final = "STSong-Light"
_WHOLE = 80
_MARGIN = 40
"""Points; 72 make an inch."""
_PADDING = 6
"""What a frame of ReportLab keeps free inside its margins."""


def document(paper: Paper, *, language: str) -> bytes:
    """The whole document, A4, its pages numbered. Raises HisError where ReportLab is not installed."""
    try:
        from reportlab.lib.pagesizes import A4
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.platypus import Paragraph, SimpleDocTemplate
    except ImportError:
        sentence = _(
            "PDF needs ReportLab, which is not installed here: install hisconsole[pdf], or take --html"
            " and print that."
        )
        raise HisError(sentence) from None
    pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE))
    style = ParagraphStyle(
        "cell", fontName=_LATIN, fontSize=8, leading=10.5, wordWrap="CJK", splitLongWords=1
    )
    title = ParagraphStyle("title", style, fontSize=15, leading=20)
    head = ParagraphStyle(
        "head", style, fontSize=10.5, leading=14, spaceBefore=9, spaceAfter=3, keepWithNext=1
    )
    said = partial(Paragraph, style=style)
    width = A4[0] - 2 * (_MARGIN + _PADDING)
    flow: list[Any] = [Paragraph(_marked(paper.title), title), *(said(_marked(note)) for note in paper.notes)]
    for section in paper.sections:
        flow.append(Paragraph(_marked(section.title), head))
        flow.append(_table(section, said, width) if section.rows else said(_marked(section.empty)))
    into = BytesIO()
    SimpleDocTemplate(
        into,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + 12,
        title=clean(paper.title),
        lang=language.replace("_", "-"),
        invariant=1,
    ).build(flow, onFirstPage=partial(_foot, paper), onLaterPages=partial(_foot, paper))
    return into.getvalue()


def _font(char: str) -> str:
    """The font that has a letter; empty where neither has it."""
    for font, encoding in ((_LATIN, "cp1252"), (_CHINESE, "gbk")):
        try:
            char.encode(encoding)
        except UnicodeEncodeError:
            continue
        return font
    return ""


def _runs(text: str) -> list[tuple[str, str]]:
    """A text as runs of one font each; what no font has is a question mark."""
    shown = "".join(char if _font(char) else SUBSTITUTE for char in clean(text))
    return [(font, "".join(run)) for font, run in groupby(shown, _font)]


def _marked(text: str) -> str:
    return "".join(
        escape(run) if font == _LATIN else f'<font name="{font}">{escape(run)}</font>'
        for font, run in _runs(text)
    )


def _table(section: Section, said: Any, width: float) -> Any:
    from reportlab.lib import colors
    from reportlab.platypus import Table

    names = [tuple(each.name for each in section.columns)] if section.headed else []
    rows = [[said(_marked(cell)) for cell in row] for row in (*names, *section.rows)]
    looks = [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        *([("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke)] if names else []),
        *((f"{side}PADDING", (0, 0), (-1, -1), 2) for side in ("TOP", "BOTTOM", "LEFT", "RIGHT")),
    ]
    return Table(rows, colWidths=_widths(section, width), repeatRows=len(names), splitInRow=1, style=looks)


def _widths(section: Section, width: float) -> list[float]:
    taken = [each.width * width / _WHOLE for each in section.columns]
    rest = (width - sum(taken)) / max(1, taken.count(0))
    return [each or rest for each in taken]


def _foot(paper: Paper, canvas: Any, document: Any) -> None:
    """What stands at the end of each page: the record it is made from, and which page it is."""
    page = _("page {n}").format(n=document.page)
    _write(canvas, _runs(f"{paper.foot}  {page}"), _MARGIN + _PADDING, _MARGIN - 8)


def _write(canvas: Any, runs: Sequence[tuple[str, str]], x: float, y: float) -> None:
    line = canvas.beginText(x, y)
    for font, run in runs:
        line.setFont(font, 6.5)
        line.textOut(run)
    canvas.drawText(line)

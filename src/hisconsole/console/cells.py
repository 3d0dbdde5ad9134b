"""Text as the cells of a terminal: by the same table Textual lays out with, and no byte that acts.

Terminals agree about ASCII and about Chinese, Japanese and Korean characters; about the width of most
others they do not, so whoever draws those must say afterwards where it goes on.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import split_graphemes

from hisconsole.text import SUBSTITUTE

LONGEST = 8
"""Code points of one cell that are sent: a letter with its marks has fewer."""

_SAME_EVERYWHERE = ((0x2E80, 0xA4CF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE6F), (0xFF01, 0xFF60))
"""Ranges whose wide characters are two cells in every terminal that knows them at all."""


@lru_cache(maxsize=8192)
def cells(text: str, encoding: str = "utf-8") -> tuple[str, ...]:
    """Cut `text` into cells, "" for the right half of a wide character.

    What is not printable or not in `encoding` is a `?` in each of its cells; where it has none, as
    controls and joiners, it is left out, for nothing else on the line may move.
    """
    found: list[str] = []
    for start, end, width in split_graphemes(text)[0]:
        if not width:
            continue
        # What a joiner, a variation or a skin tone makes one, other terminals draw apart: only marks stay.
        marks = (mark for mark in text[start + 1 : end] if _is_mark(mark))
        shown = (text[start] + "".join(marks))[:LONGEST]
        if not text[start].isprintable() or not _sendable(shown, encoding):
            found += SUBSTITUTE * width
        else:
            found += (shown, *[""] * (width - 1))
    return tuple(found)


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me") and char < "\ufe00"


def _sendable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=8192)
def width_is_sure(cell: str, *, ambiguous_is_narrow: bool = False) -> bool:
    """Whether every terminal draws this cell as wide as Textual takes it to be.

    `ambiguous_is_narrow` says that this terminal was measured: frames and Greek are one cell in it.
    """
    if cell.isascii():
        return True
    if len(cell) > 1:
        return False
    kind, code = unicodedata.east_asian_width(cell), ord(cell)
    if kind in "WF":
        return any(first <= code <= last for first, last in _SAME_EVERYWHERE)
    if kind == "A" and not ambiguous_is_narrow:
        return False
    return code < 0x1100 or 0x2500 <= code < 0x2600

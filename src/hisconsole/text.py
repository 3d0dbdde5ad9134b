"""The one door for text: what comes from outside is made printable, measured in cells, translated.

Nothing of a device, a caller or a file may act on the operator's terminal (engineering bar 17), so
everything that enters goes through `printable`, and everything drawn is clipped by cells.
"""

from __future__ import annotations

import gettext
import os
import unicodedata
from functools import lru_cache

from rich.cells import cell_len as _rich_cell_len

SUBSTITUTE = "?"
"""ASCII, because every prettier sign is two cells wide in some CJK terminals."""

CUT = " [cut]"

_INVISIBLE = frozenset(
    {*range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400), *range(0xE0100, 0xE01F0)}
    | {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0}
)
"""Variation selectors, skin tones and fillers: printable by Unicode, yet no terminal agrees on them."""


def _safe(char: str) -> str:
    if char in "\t\n\r" or unicodedata.category(char) == "Zs":
        return " "
    if not char.isprintable() or ord(char) in _INVISIBLE:
        return SUBSTITUTE
    return char


def printable(text: str, *, limit: int = 2000, lines: bool = False) -> str:
    """Return `text` with everything that could act on a terminal replaced by `?`.

    C0, DEL, C1, bidi and zero-width characters, line and paragraph separators, surrogates, tags and
    variation selectors are replaced; tabs, line ends and every kind of blank become blanks, or with
    `lines` line ends stay. Text longer than `limit` characters is cut to them and says so at its
    end. More than four combining marks in a row are dropped. ASCII text comes back as it is.
    """
    cut = len(text) > limit
    if cut:
        text = text[:limit]
    if not (text.isascii() and text.isprintable()):
        if lines:
            text = "\n".join(_clean(line) for line in text.replace("\r\n", "\n").split("\n"))
        else:
            text = _clean(text.replace("\r\n", "\n"))
    if cut or len(text) > limit:
        return text[: max(0, limit - len(CUT))] + CUT
    return text


def _clean(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text):
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= 4:
            kept.append(_safe(char))
    return "".join(kept)


@lru_cache(maxsize=8192)
def cell_len(text: str) -> int:
    """Width of `text` in terminal cells, by the table the screen itself draws with."""
    return len(text) if text.isascii() else _rich_cell_len(text)


def clip(text: str, width: int) -> str:
    """Cut `text` to at most `width` cells; a cut is marked by a closing `~`."""
    if len(text) <= width and text.isascii():
        return text
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return "~"[:width]
    kept: list[str] = []
    used = 0
    for char in text:
        used += cell_len(char)
        if used > width - 1:
            break
        kept.append(char)
    return "".join(kept) + "~"


def fit(text: str, width: int) -> str:
    """Cut or pad `text` to exactly `width` cells."""
    text = clip(text, width)
    return text + " " * (width - cell_len(text))


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` cells, at blanks where there are any."""
    lines: list[str] = []
    while (end := _cells(text, width)) < len(text):
        blank = text.rfind(" ", 1, end + 1)
        end = blank if blank > 0 else end
        lines.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*lines, text] if text or not lines else lines


def _cells(text: str, width: int) -> int:
    """How many characters fill `width` cells; at least one, and with the marks that sit on it."""
    used = 0
    for place, char in enumerate(text):
        used += cell_len(char)
        if used > width and place:
            return place
    return len(text)


def inert(text: str) -> str:
    """A cell of an export that no spreadsheet computes: a sign in front makes it text (ASVS 1.2.10)."""
    return f"'{text}" if text[:1] in _COMPUTED else text


def live(cell: str) -> str:
    """What `inert` was given, out of a cell that it wrote."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _COMPUTED else cell


_COMPUTED = frozenset("=+-@\t\r")

_words: gettext.NullTranslations = gettext.NullTranslations()


def speak(language: str, folder: str | os.PathLike[str]) -> None:
    """Choose the language of all operator text; English where no translation is shipped."""
    global _words  # noqa: PLW0603 - one process speaks one language, chosen once at start
    _words = gettext.translation("hisconsole", folder, languages=[language], fallback=True)


def use(words: gettext.NullTranslations) -> None:
    """Put another catalogue in force (tests put one there that marks every message)."""
    global _words  # noqa: PLW0603 - as above
    _words = words


def _(message: str) -> str:
    """Translate `message`; placeholders are filled afterwards by `str.format` with keywords."""
    return _words.gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Translate a message that depends on a number."""
    return _words.ngettext(one, many, count)

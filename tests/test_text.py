"""The one door for text: nothing that passes it can act on a terminal or break a column."""

from __future__ import annotations

import gettext
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hisconsole import text as door
from hisconsole.text import cell_len, clip, fit, printable
from tests.hostile import HOSTILE

FORBIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
INVISIBLE = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0}

anything = st.one_of(
    st.text(),
    st.text(st.characters(categories=["Cc", "Cf", "Cs", "Mn", "Me", "Zs", "Zl", "Zp", "Lo"])),
    st.lists(st.sampled_from(sorted(HOSTILE.values())), max_size=3).map("".join),
)


def _forbidden(text: str, *, lines: bool = False) -> list[str]:
    return [
        f"U+{ord(char):04X}"
        for char in text
        if not (lines and char == "\n")
        and (
            unicodedata.category(char) in FORBIDDEN_CATEGORIES
            or (unicodedata.category(char) == "Zs" and char != " ")
            or 0xFE00 <= ord(char) <= 0xFE0F
            or 0xE0000 <= ord(char) <= 0xE0FFF
            or 0x1F3FB <= ord(char) <= 0x1F3FF
            or ord(char) in INVISIBLE
        )
    ]


def _longest_pile(text: str) -> int:
    longest = run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        longest = max(longest, run)
    return longest


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("lines", [False, True])
def test_hostile_text_is_made_harmless(name: str, lines: bool) -> None:
    made = printable(HOSTILE[name], lines=lines)
    assert _forbidden(made, lines=lines) == []
    assert len(made) <= 2000
    assert _longest_pile(made) <= 4
    made.encode()  # no surrogate is left


@given(anything, st.integers(10, 80), st.booleans())
@example("\u0958" * 40, 40, False)
@example("\u0e31" * 50, 60, False)
def test_the_door(raw: str, limit: int, lines: bool) -> None:
    made = printable(raw, limit=limit, lines=lines)
    assert _forbidden(made, lines=lines) == []
    assert len(made) <= limit
    assert _longest_pile(made) <= 4
    assert printable(made, limit=limit, lines=lines) == made
    assert unicodedata.is_normalized("NFC", made)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=2000))
def test_ascii_comes_back_as_it_is(raw: str) -> None:
    assert printable(raw) == raw


@pytest.mark.parametrize(
    ("raw", "made"),
    [
        pytest.param("a\x1b[2Jb", "a?[2Jb", id="an escape shows its letters"),
        pytest.param("one\ntwo\r\nthree", "one two three", id="line ends become blanks"),
        pytest.param("a\tb\rc", "a b c", id="tabs too"),
        pytest.param("\u5168\u9662\u3000\u7f51\u7edc", "\u5168\u9662 \u7f51\u7edc", id="wide blank"),
        pytest.param("1\u00a0000", "1 000", id="no-break blank"),
        pytest.param("e\u0301", "\u00e9", id="composed"),
        pytest.param(
            "a\u0301\u0301\u0301\u0301\u0301\u0301b", "\u00e1\u0301\u0301\u0301\u0301b", id="a pile"
        ),
        pytest.param("\u4fe1\u606f", "\u4fe1\u606f", id="Chinese stays"),
        pytest.param("[/b] $x :skull:", "[/b] $x :skull:", id="markup is text"),
        pytest.param("a\udc80b", "a?b", id="what was no UTF-8"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_what_becomes_of_it(raw: str, made: str) -> None:
    assert printable(raw) == made


def test_lines_stay_where_they_may() -> None:
    assert printable("one\r\ntwo\n\x0bthree", lines=True) == "one\ntwo\n?three"


@pytest.mark.parametrize("raw", ["x" * 41, "\u4fe1" * 41, "\u0958" * 40])
def test_what_is_cut_says_so(raw: str) -> None:
    made = printable(raw, limit=40)
    assert made.endswith(" [cut]")
    assert len(made) == 40
    assert printable("x" * 40, limit=40) == "x" * 40


@given(anything, st.integers(0, 40))
def test_fitted_text_is_exactly_as_wide(raw: str, width: int) -> None:
    text = printable(raw)
    assert cell_len(fit(text, width)) == width
    assert cell_len(clip(text, width)) <= width


@pytest.mark.parametrize(
    ("raw", "width", "clipped"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd~"),
        ("\u4fe1\u606f\u7cfb\u7edf", 8, "\u4fe1\u606f\u7cfb\u7edf"),
        ("\u4fe1\u606f\u7cfb\u7edf", 7, "\u4fe1\u606f\u7cfb~"),
        ("\u4fe1\u606f\u7cfb\u7edf", 6, "\u4fe1\u606f~"),
        ("\u4fe1", 1, "~"),
        ("\u4fe1", 0, ""),
        ("abc", 0, ""),
        ("", 3, ""),
        ("e\u0323\u0301x", 2, "e\u0323\u0301x"),
    ],
)
def test_clipping_by_cells(raw: str, width: int, clipped: str) -> None:
    assert clip(raw, width) == clipped


class _Marked(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return f"<{message}>"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"<{msgid1 if n == 1 else msgid2}>"


def test_words_go_through_one_catalogue() -> None:
    try:
        door.use(_Marked())
        assert door._("Acknowledge") == "<Acknowledge>"
        assert door.ngettext("{n} call", "{n} calls", 2) == "<{n} calls>"
    finally:
        door.speak("en", "/nonexistent")
    assert door._("Acknowledge") == "Acknowledge"
    assert door.ngettext("{n} call", "{n} calls", 1) == "{n} call"

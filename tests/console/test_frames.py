"""What a terminal shows after our bytes is, cell by cell, what was meant; pyte is the terminal."""

from __future__ import annotations

import random
import re
from functools import cache
from unicodedata import combining, normalize

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from hisconsole.console import wire
from hisconsole.console.cells import cells, width_is_sure
from hisconsole.console.frames import CLEAR, Frame, Piece, Shown, turn
from tests.hostile import HOSTILE
from tests.ptys import Screen
from tests.shares import tries

LOOKS = ("", "1", "7", "1;7", "4", "2", "1;7;31", "31", "38;5;9", "48;5;1;38;5;9")
CLOSED = re.compile(r"(?:[ -~\r\n]|\x1b\[[0-9;]*[CDHJKLMm])*\Z")
LETTERS = "abc XYZ01~中文字登录挂号가あ\u3000éß·×°─│█→①Ωж✓✗⚠🔥👍ａ"
MARKED = ("e\u0301", "a\u0300\u0323", "中\u0301", "🇨🇳", "👩\u200d🚒", "⚠\ufe0f", "क\u094d", "ก\u0e31")
CONTROLS = ("\x1b[2J", "\x9b31m", "\u200b", "\u202e", "\ufeff", "\x07", "\x00", "\u2028", "\ud800", "\ue000")

texts = st.lists(
    st.one_of(st.text(LETTERS, max_size=12), st.sampled_from(MARKED), st.sampled_from(CONTROLS)), max_size=4
).map("".join)
pieces = st.lists(st.tuples(texts, st.sampled_from(LOOKS)), max_size=4)


class Terminal:
    """A terminal, and what we hold to be on it."""

    def __init__(self, width: int, height: int, *, shifts: bool) -> None:
        self.screen = Screen(width, height)
        self.screen.reset_mode(7, private=True)
        self.stream = pyte.Stream(self.screen)
        self.shown = Shown(width, height, shifts=shifts)
        self.sent = 0
        self.begin()

    def begin(self) -> None:
        """Clear it, as after a loss of which nothing is known."""
        self.shown.forget(self.shown.frame.width, self.shown.frame.height)
        self.stream.feed(CLEAR)

    def show(self, wanted: Frame, *, first: frozenset[int] = frozenset(), room: int | None = None) -> bool:
        text, whole = self.shown.bring(wanted, first=first, room=room)
        assert CLOSED.match(re.sub(r"[^\x00-\x7f]", "", text)), ascii(text)
        assert all(char.isprintable() or char in "\x1b\r\n" for char in text)
        self.sent = len(text)
        self.stream.feed(text)
        return whole

    def assert_shows(self, wanted: Frame) -> None:
        for y in range(wanted.height):
            for x in range(wanted.width):
                found = self.screen.buffer[y][x]
                meant = wanted.text[y][x]
                data = normalize("NFC", found.data)
                if not meant:  # pyte keeps marks of a wide character in its right half
                    assert not data.strip() or combining(data[0]), (y, x)
                    continue
                wide = x + 1 < wanted.width and not wanted.text[y][x + 1]
                doubtful = x + 1 == wanted.width and not width_is_sure(meant)
                assert data == ("?" if doubtful else meant[0] if wide else _as_pyte(meant)), (y, x)
                assert _attributes(found) == _meant(wanted.look[y][x]), (y, x)


@cache
def _as_pyte(cell: str) -> str:
    probe = Screen(4, 1)
    pyte.Stream(probe).feed(cell)
    return normalize("NFC", str(probe.buffer[0][0].data)) if cell else ""


def _attributes(cell: pyte.screens.Char) -> tuple[object, ...]:
    return cell.bold, cell.reverse, cell.underscore, cell.fg, cell.bg


@cache
def _meant(look: str) -> tuple[object, ...]:
    probe = Screen(2, 1)
    pyte.Stream(probe).feed(f"\x1b[{look}mx")
    return _attributes(probe.buffer[0][0])


@st.composite
def stories(
    draw: st.DrawFn,
) -> tuple[int, int, bool, list[tuple[str, list[tuple[int, int, list[Piece]]], int]]]:
    width, height = draw(st.integers(1, 30)), draw(st.integers(1, 9))
    strokes = st.lists(st.tuples(st.integers(0, height), st.integers(0, width), pieces), max_size=5)
    how = st.sampled_from(("whole", "whole", "piecewise", "unseen", "shifted", "lost"))
    steps = draw(st.lists(st.tuples(how, strokes, st.integers(0, 60)), min_size=1, max_size=8))
    return width, height, draw(st.booleans()), steps


@settings(max_examples=tries(200), deadline=None)
@given(stories())
def test_the_terminal_shows_what_was_meant(
    story: tuple[int, int, bool, list[tuple[str, list[tuple[int, int, list[Piece]]], int]]],
) -> None:
    width, height, shifts, steps = story
    terminal, wanted = Terminal(width, height, shifts=shifts), Frame(width, height)
    for how, strokes, number in steps:
        if how == "shifted":
            top = number % height
            wanted.shift(top, height - 1, 1 if number % 2 else -1)
        for y, x, painted in strokes:
            wanted.paint(y, x, painted)
        if how == "unseen":  # overtaken by the next one
            continue
        if how == "lost":
            terminal.stream.feed(f"\x1b[{number}m\x1b[{number % height + 1}Hnoise\x1b[5;7r\r\n\n")
            terminal.stream.feed("\x1b[r")
            terminal.begin()
        if how == "piecewise":
            for _ in range(3 * height):
                if terminal.show(wanted, first=frozenset({number % height}), room=number):
                    break
        assert terminal.show(wanted)
        terminal.assert_shows(wanted)
    terminal.show(wanted)
    terminal.assert_shows(wanted)
    assert terminal.shown.bring(wanted) == ("", True)


@settings(max_examples=tries(200), deadline=None)
@given(st.lists(st.lists(texts, max_size=5), min_size=1, max_size=6), st.integers(1, 40))
def test_what_textual_draws_lands_on_the_cells_it_counted(lines: list[list[str]], width: int) -> None:
    styles = (Style(), Style(bold=True), Style(reverse=True, color="red"), Style(underline=True))
    strips = [
        Strip([Segment(text, styles[at % 4]) for at, text in enumerate(line)]).adjust_cell_length(width)
        for line in lines
    ]
    frame = Frame(width, len(lines))
    for y, x, strip in wire._strips(
        LayoutUpdate([[strip] for strip in strips], Region(0, 0, width, len(lines)))
    ):
        assert strip.cell_length == width
        frame.paint(y, x, wire._pieces(strip))
    terminal = Terminal(width, len(lines), shifts=True)
    terminal.show(frame)
    terminal.assert_shows(frame)
    for y, strip in enumerate(strips):
        at = 0
        for char in strip.text:  # a judge of its own: each letter stands where those before it end
            wide = cell_len(char)
            if wide and char.isprintable() and char not in "⚠👩":
                assert frame.text[y][at].startswith(char), (y, at, char)
            at += wide if char not in "⚠👩🚒" else 99
            if at >= width:
                break


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hostile_gets_into_a_cell(name: str) -> None:
    frame = Frame(60, 1)
    frame.paint(0, 0, [(HOSTILE[name][:300], "7")])
    assert all(cell.isprintable() for cell in frame.text[0])
    terminal = Terminal(60, 1, shifts=True)
    terminal.show(frame)
    terminal.assert_shows(frame)


def test_a_step_costs_what_differs_and_no_more() -> None:
    terminal, wanted = Terminal(80, 24, shifts=True), Frame(80, 24)
    for y in range(24):
        wanted.paint(y, 0, [(f"row {y} login refused", "")])
    terminal.show(wanted)
    wanted.paint(5, 4, [("9", "")])
    terminal.show(wanted)
    assert terminal.sent <= 8
    wanted.paint(6, 0, [(" " * 80, "")])
    terminal.show(wanted)
    assert terminal.sent <= 8
    wanted.paint(7, 0, [("row 7 login refused", "7")])
    terminal.show(wanted)
    assert terminal.sent <= 19 + 10
    assert not terminal.show(Frame(80, 24), room=0)
    terminal.show(Frame(80, 24))
    assert terminal.sent <= 9  # all below is erased at once


def test_a_list_that_scrolls_is_moved_by_the_terminal() -> None:
    rows = [
        f"{number:04d} " + "".join(random.Random(number).choices("abcdefgh ", k=70)) for number in range(60)
    ]
    for shifts, most in ((True, 130), (False, 2000)):
        terminal, wanted = Terminal(80, 24, shifts=shifts), Frame(80, 24)
        for top in (*range(8), *range(6, -1, -1)):
            wanted.paint(0, 0, [(" 12 open", "7")])
            wanted.paint(23, 0, [(" n Call  ? Keys", "1")])
            for y in range(1, 23):
                wanted.paint(y, 0, [(f"{rows[top + y]:<80}", "")])
            terminal.show(wanted)
            terminal.assert_shows(wanted)
            assert top == 0 or terminal.sent <= most


def test_what_the_encoding_lacks_is_a_question_mark_in_each_of_its_cells() -> None:
    assert cells("中é", "ascii") == ("?", "?", "?")
    assert cells("中é", "gb18030") == ("中", "", "é")
    assert cells("a\u200bb\x1bc", "utf-8") == ("a", "b", "c")


def test_widths_that_terminals_disagree_about_are_told_from_those_they_do_not() -> None:
    assert all(width_is_sure(cell) for cell in "a~ç中ａ가あ。")
    assert not any(width_is_sure(cell) for cell in ("─", "·", "→", "Ω", "🔥", "e\u0301"))
    assert width_is_sure("─", ambiguous_is_narrow=True)


def test_looks_change_by_what_is_added_or_all_anew() -> None:
    assert turn("", "7") == "\x1b[7m"
    assert turn("1", "1;7") == "\x1b[7m"
    assert turn("1;7", "7") == "\x1b[0;7m"
    assert turn("7", "") == "\x1b[m"
    assert turn(None, "7") == "\x1b[0;7m"
    assert turn("1", "1;38;5;9") == "\x1b[0;1;38;5;9m"


@pytest.mark.parametrize("cursor", [(1, -1919), (-1, 2), (0, 10), (5, 0)], ids=str)
def test_a_cursor_outside_the_screen_is_not_told(cursor: tuple[int, int]) -> None:
    shown, wanted = Shown(10, 5), Frame(10, 5)
    wanted.cursor = cursor
    assert shown.bring(wanted) == ("", True)

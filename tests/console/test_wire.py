"""What is sent when the line is busy, and what is not: the terminal is pyte, the line is held by the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pyte
from rich.segment import Segment
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.geometry import Region
from textual.screen import Screen as TextualScreen
from textual.strip import Strip

from hisconsole.console.channel import Channel
from hisconsole.console.terminal import Terminal, decide
from hisconsole.console.wire import ASK, WELL, Wire
from tests.console.demo_apps import ListApp
from tests.ptys import Screen

WIDTH, HEIGHT = 80, 24


def kind(term: str = "xterm", **how: object) -> Terminal:
    """What is decided about a terminal."""
    return decide({"TERM": term, "LANG": "C.UTF-8"}, stdin_tty=True, stdout_tty=True, **how)  # type: ignore[arg-type]


class Line:
    """A terminal behind a line that takes what it is let take."""

    def __init__(self, terminal: Terminal) -> None:
        self.screen = Screen(WIDTH, HEIGHT)
        self._stream = pyte.ByteStream(self.screen)
        self.sent: list[bytes] = []
        self.held = 0
        self.terminal = terminal

    def wire(self) -> Wire:
        wire = Wire(
            self.terminal,
            loop=asyncio.get_running_loop(),
            send=self.take,
            waiting=lambda: self.held,
            size=(WIDTH, HEIGHT),
        )
        wire.enter()
        return wire

    def take(self, data: bytes) -> None:
        self.sent.append(data)
        self._stream.feed(data)

    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]


def whole(*lines: str) -> LayoutUpdate:
    """An update of the whole screen."""
    texts = [*lines, *[""] * (HEIGHT - len(lines))]
    strips = [[Strip.blank(0), _strip(text)] for text in texts]
    return LayoutUpdate([*strips], Region(0, 0, WIDTH, HEIGHT))


def _strip(text: str) -> Strip:
    return Strip([Segment(text)]).adjust_cell_length(WIDTH)


def answer(wire: Wire) -> None:
    assert wire.heard(WELL)
    wire.answered(WELL)


async def test_only_the_newest_frame_goes_when_the_line_is_free_again() -> None:
    line = Line(kind())
    wire = line.wire()
    answer(wire)
    wire.display(whole("one"), None)
    before = len(line.sent)
    for number in range(200):
        wire.display(whole(f"frame {number}"), None)
    assert len(line.sent) == before
    assert line.lines()[0] == "one"
    answer(wire)
    assert len(line.sent) == before + 1
    assert line.lines()[0] == "frame 199"
    assert wire.sent.overtaken >= 198
    answer(wire)
    assert len(line.sent) == before + 1  # nothing differs, nothing is asked
    wire.leave()


async def test_what_a_key_does_goes_before_data_that_waits_for_its_echo() -> None:
    line = Line(kind())
    wire = line.wire()
    answer(wire)
    wire.display(whole("data"), None)
    wire.display(whole("data", "more"), None)
    assert line.lines()[:2] == ["data", ""]
    wire.keyed()
    wire.display(whole("data", "more", "step"), None)
    assert line.lines()[:3] == ["data", "more", "step"]
    wire.leave()


async def test_on_a_thin_line_the_lines_of_the_key_go_first_and_then_from_the_top() -> None:
    line = Line(kind())
    wire = line.wire()
    answer(wire)
    wire.pace.rate = 400.0
    rows = [f"{number} " + "words " * 10 for number in range(20)]
    wire.display(whole(*rows), None)
    shown = [at for at, text in enumerate(line.lines()) if text]
    assert shown == list(range(len(shown)))
    assert 2 < len(shown) < 12
    while wire.pace.under_way:
        answer(wire)
    assert line.lines()[:20] == [row.rstrip() for row in rows]
    wire.leave()


async def test_a_line_that_takes_nothing_keeps_one_frame_and_not_a_queue() -> None:
    line = Line(kind())
    wire = line.wire()
    answer(wire)
    line.held = 1
    for number in range(1000):
        wire.keyed()
        wire.display(whole(f"frame {number}"), None)
    assert len(line.sent) == 1
    line.held = 0
    wire.push()
    assert line.lines()[0] == "frame 999"
    assert len(line.sent) == 2
    wire.leave()


async def test_without_echoes_frames_go_by_the_clock() -> None:
    line = Line(kind("wy60"))
    wire = line.wire()
    assert ASK.encode() not in b"".join(line.sent)
    wire.display(whole("one"), None)
    wire.display(whole("two"), None)
    await until(lambda: line.lines()[0] == "two")
    assert ASK.encode() not in b"".join(line.sent)
    wire.leave()


async def test_a_new_size_is_drawn_only_when_it_was_laid_out() -> None:
    line = Line(kind())
    wire = line.wire()
    answer(wire)
    wire.display(whole("wide"), None)
    wire.resize(60, 20)
    before = len(line.sent)
    wire.display(whole("old size"), None)
    assert len(line.sent) == before
    strips = [[_strip("new").crop(0, 60)] for _ in range(20)]
    line.screen.resize(20, 60)
    wire.display(LayoutUpdate([*strips], Region(0, 0, 60, 20)), None)
    answer(wire)
    assert line.lines()[:20] == ["new"] * 20
    wire.leave()


async def test_ambiguous_width_is_measured_only_where_it_is_wanted() -> None:
    line = Line(kind())
    wire = line.wire()
    assert b"\x1b[6n" not in b"".join(line.sent)
    assert not wire.heard(b"\x1b[1;2R")  # shift+F3
    wire.leave()
    line = Line(kind(unicode=True))
    wire = line.wire()
    assert "─\x1b[6n".encode() in b"".join(line.sent)
    assert wire.heard(b"\x1b[1;2R")
    wire.answered(b"\x1b[1;2R")
    assert not wire.heard(b"\x1b[1;2R")
    answer(wire)
    wire.display(whole("─" * 40), None)
    assert ("─" * 40).encode() in line.sent[-1]
    wire.leave()


async def test_gb18030_is_sent_to_a_terminal_that_is_set_to_it() -> None:
    line = Line(kind(encoding="gb18030"))
    wire = line.wire()
    answer(wire)
    wire.display(whole("挂号窗口"), None)
    assert "挂号窗口".encode("gb18030") in b"".join(line.sent)
    wire.leave()


# -- the contract with Textual, and a console on a channel --------------------------------------------


def test_textual_still_has_the_doors_that_are_used() -> None:
    assert callable(App._display)
    assert {"_running", "_closed", "_batch_count"} <= set(dir(App())) | set(vars(App()))
    assert ChopsUpdate.__init__.__code__.co_varnames[1:4] == ("chops", "spans", "chop_ends")
    assert LayoutUpdate.__init__.__code__.co_varnames[1:3] == ("strips", "region")
    assert callable(TextualScreen._compositor_refresh)


@asynccontextmanager
async def served(app: ListApp, line: Line) -> AsyncIterator[Channel]:
    channel = Channel(line.terminal, (WIDTH, HEIGHT), send=line.take, waiting=lambda: line.held)
    app.driver_class = channel.driver  # type: ignore[assignment]
    running = asyncio.create_task(app.run_async(mouse=False))
    yield channel
    await asyncio.wait_for(running, 10)


async def until(what: Callable[[], object]) -> None:
    deadline = asyncio.get_running_loop().time() + 10
    while not what():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.01)


async def test_a_console_is_served_without_a_tty(tmp_path: Path) -> None:
    line = Line(kind())
    async with served(ListApp(50, log=tmp_path / "log"), line) as channel:
        await until(lambda: "ready 50" in line.lines()[-1])
        channel.feed(b"\x1b[0n\x1b[0n\x1b[0n")
        channel.feed(b"jj\x1b[")
        channel.feed(b"B")
        await until(lambda: line.screen.buffer[4][0].reverse)
        channel.resize(100, 30)
        line.screen.resize(30, 100)
        await until(lambda: "ready 50" in line.lines()[29])
        channel.feed(b"q")
    assert b"\x1b[?1049l" in line.sent[-1]


async def test_a_channel_that_is_gone_ends_its_console(tmp_path: Path) -> None:
    line = Line(kind())
    app = ListApp(5, log=tmp_path / "log")
    async with served(app, line) as channel:
        await until(lambda: "ready 5" in line.lines()[-1])
        channel.hangup()
    assert app.return_code == 129

"""From Textual's updates to bytes on one terminal: only the newest frame, and only as fast as it is seen.

The console paints into a frame; what the terminal shows is brought there when the line is free for
it. A frame that was overtaken is never sent. It knows no tty: bytes leave by `send`, and whoever
reads the terminal hands over its answers.
"""

# ruff: noqa: SLF001 - Textual has no public door for what it draws; its version is pinned for it.

from __future__ import annotations

import time
from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rich.color import ColorSystem
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip
from textual.widgets import Input

from hisconsole.console.frames import CLEAR, Frame, Piece, Shown
from hisconsole.console.output import closed
from hisconsole.console.pace import Pace
from hisconsole.console.terminal import Terminal
from hisconsole.text import _

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.app import App
    from textual.screen import Screen

ASK = "\x1b[5n"
"""Are you well? Asked of VT100s already; unlike a cursor report its answer is no key of anybody's."""

WELL = b"\x1b[0n"

ENTER = "\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?7l"
"""Alternate screen, no cursor, bracketed paste, no wrapping."""

# Cleared first, because a terminal without an alternate screen would keep the console's picture.
LEAVE = "\x1b[0m\x1b[2J\x1b[H\x1b[?7h\x1b[?2004l\x1b[?25h\x1b[?1049l\x1b[?25h"

KEYED_S = 0.15
"""Seconds after a key for which what changes on the screen is taken to be its effect."""

_RULER = "\r\u2500\x1b[6n\r\x1b[K"
"""An ambiguous character and where it leaves the cursor: that says how wide it is in this terminal."""

_NARROW, _WIDE = b"\x1b[1;2R", b"\x1b[1;3R"


@dataclass(slots=True)
class Sent:
    """What went out, for the page of diagnostics and for tests."""

    frames: int = 0
    bytes: int = 0
    overtaken: int = 0
    asked: int = 0
    heard: int = 0


class Wire:
    """One terminal's screen; all of it in the App's loop, but `answered`, which may come from anywhere."""

    def __init__(
        self,
        terminal: Terminal,
        *,
        loop: AbstractEventLoop,
        send: Callable[[bytes], None],
        waiting: Callable[[], int],
        size: tuple[int, int],
    ) -> None:
        """`send` must not block; `waiting` says how many bytes it still holds back."""
        self.terminal = terminal
        self.sent = Sent()
        self._loop, self._send, self._waiting = loop, send, waiting
        self.pace = Pace(asks=terminal.asks, now=time.monotonic())
        self._wanted = Frame(*size, terminal.encoding)
        self._shown = Shown(*size, shifts=terminal.shifts)
        self._before = ""
        self._fresh: set[int] = set()
        self._urgent: set[int] = set()
        self._keyed_at = float("-inf")
        self._painted = False
        self._later: TimerHandle | None = None
        self._open = False
        self._complete = False
        self._ruled = False

    # -- the terminal ----------------------------------------------------------------------------

    def enter(self) -> None:
        """Take the screen over and ask the first question: on a far line its answer takes a while."""
        self._open = True
        self._ruled = self.terminal.asks and not self.terminal.ascii
        self._shown.forget(self._wanted.width, self._wanted.height)
        self._go(ENTER + CLEAR + (_RULER if self._ruled else ""))

    def leave(self) -> None:
        """Send nothing any more."""
        self._open = False
        if self._later is not None:
            self._later.cancel()

    def redraw(self) -> None:
        """Set every mode again and draw all: first aid after noise, a stop, or another program's output."""
        self._before = ENTER + CLEAR
        self._shown.forget(self._wanted.width, self._wanted.height)
        self._painted = True
        self.push()

    def resize(self, width: int, height: int) -> None:
        """The terminal has another size; what it shows now is nobody's guess."""
        if (width, height) != (self._wanted.width, self._wanted.height):
            self._wanted = Frame(width, height, self.terminal.encoding)
            self._shown.forget(width, height)
            self._before = self._before or CLEAR
            self._complete = False

    def keyed(self) -> None:
        """A key was pressed: what it does goes before everything else."""
        self._keyed_at = time.monotonic()

    def heard(self, sequence: bytes) -> bool:
        """Whether what came from the terminal, in any thread, is an answer; `answered` is to follow."""
        if sequence == WELL:
            self.sent.heard += 1
            return True
        return self._ruled and sequence in (_NARROW, _WIDE)

    def answered(self, sequence: bytes) -> None:
        """An answer of the terminal's that was heard."""
        if sequence == WELL:
            self.pace.answered(now=time.monotonic())
            self.push()
        else:
            self._ruled = False
            self._shown.narrow = sequence == _NARROW

    @property
    def owed(self) -> bool:
        """Whether the terminal, which answers, still has to."""
        return self.pace.echoes and self.sent.heard < self.sent.asked

    @property
    def farewell_s(self) -> float:
        """Seconds to wait for that at the end."""
        return min(1.0, 0.1 + 2 * (self.pace.delay or 0.0))

    # -- frames ----------------------------------------------------------------------------------

    def display(self, update: LayoutUpdate | ChopsUpdate, cursor: tuple[int, int] | None) -> None:
        """Paint what Textual has drawn, and send it as soon as it may go."""
        keyed = time.monotonic() - self._keyed_at < KEYED_S
        if self._painted:
            self.sent.overtaken += 1
        for y, x, strip in _strips(update):
            self._wanted.paint(y, x, _pieces(strip))
            if keyed:
                self._urgent.add(y)
        if isinstance(update, LayoutUpdate):
            size = update.region.size
            self._complete = size == (self._wanted.width, self._wanted.height)
        self._wanted.cursor = cursor
        self._painted = True
        self.push()

    def control(self, sequence: str) -> None:
        """Send what is no cell: a bell, the clipboard."""
        if self._open:
            self._send(closed(sequence).encode(self.terminal.encoding, "replace"))

    def push(self) -> None:
        """Send what differs if the line is free for it, else look again when it may be."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        while self._open and self._painted and self._complete and not self._waiting():
            wait = self.pace.wait(now=time.monotonic(), keyed=bool(self._urgent))
            if wait > 0:
                self._later = self._loop.call_later(wait, self.push)
                return
            room = self.pace.room()
            text, whole = self._shown.bring(self._wanted, first=self._urgent, room=room)
            if whole:
                self._painted = False
            self._urgent.clear()
            if text:
                before, self._before = self._before, ""
                self._go(before + text)

    def _go(self, text: str) -> None:
        if self.pace.sent(len(text), now=time.monotonic()):
            self.sent.asked += 1
            text += ASK
        data = text.encode(self.terminal.encoding, "replace")
        self.sent.frames += 1
        self.sent.bytes += len(data)
        self._send(data)


def drawn_on(app: App[Any], wire: Wire) -> None:
    """Have `app` draw on `wire`: Textual's one door for what it has composed (its version is pinned)."""

    def display(screen: Screen[Any], renderable: RenderableType | None) -> None:
        ready = app._running and not app._closed and not app._batch_count
        try:
            if ready and isinstance(renderable, LayoutUpdate | ChopsUpdate):
                at = app.cursor_position if isinstance(app.focused, Input) else None
                wire.display(renderable, None if at is None else (at.y, at.x))
        except Exception as error:  # noqa: BLE001 - as Textual's own: a bug costs a frame, not the loop
            app._handle_exception(error)
        finally:
            app.post_display_hook()

    app._display = display  # type: ignore[method-assign]


def wire_of(app: App[Any]) -> Wire | None:
    """The wire that `app` draws on; None where it has no terminal, as in tests."""
    wire = getattr(app._driver, "wire", None)
    return wire if isinstance(wire, Wire) else None


def slow_link(app: App[Any]) -> str:
    """How slow the line is, in words for line 1, once it is bad; else empty."""
    wire = wire_of(app)
    slow = wire.pace.slow(now=time.monotonic()) if wire is not None else None
    return _("slow link {seconds:.1f} s").format(seconds=slow) if slow is not None else ""


def shifts_lines(app: App[Any]) -> bool:
    """Whether scrolling by one line costs one line."""
    wire = wire_of(app)
    return wire is not None and wire.terminal.shifts


def _strips(update: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Where each strip of an update lies; of a partial one the whole lines it touches, which are as new."""
    if isinstance(update, LayoutUpdate):
        left, top = update.region.offset
        for y, line in enumerate(update.strips, top):
            x = left
            for strip in line:
                yield y, x, strip
                x += strip.cell_length
        return
    for y in dict.fromkeys(span[0] for span in update.spans):
        for x, part in update.chops[y].items():
            if part is not None:
                yield y, x, part


def _pieces(strip: Strip) -> list[Piece]:
    return [(text, look_of(style)) for text, style, control in strip if not control]


@lru_cache(maxsize=1024)
def look_of(style: Style | None) -> str:
    """The parameters of SGR for a style, in the terminal's own sixteen colours."""
    if style is None:
        return ""
    parts = Strip.render_ansi(style, ColorSystem.STANDARD).split(";")
    return ";".join(part for part in parts if part not in ("39", "49"))  # the terminal's own are plain

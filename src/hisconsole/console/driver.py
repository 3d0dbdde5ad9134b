"""The console on a local terminal: raw mode in, frames out, and sane again on every way out.

A small stand-in beside Textual's own driver, which spins on a closed terminal, leaves it raw after
a signal and asks questions that old terminals print. This one knows no mouse, and ends the console
within two seconds of a hangup even if the console itself hangs.
"""

from __future__ import annotations

import atexit
import os
import select
import signal
import sys
import termios
import time
from asyncio import TimerHandle
from collections.abc import Callable
from contextlib import suppress
from threading import Thread, Timer
from types import FrameType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size

from hisconsole.console.delivery import Delivery
from hisconsole.console.input import Decoder
from hisconsole.console.output import Writer
from hisconsole.console.terminal import Terminal, decide
from hisconsole.console.wire import LEAVE, Wire, drawn_on

if TYPE_CHECKING:
    from textual.app import App

PATIENCE = 1.5
"""Seconds the console may take to save and end once its terminal is gone or it was told to."""

RESIZED_S = 0.04
"""Seconds in which a storm of resizes comes to one: laying a screen out takes as long."""

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@runtime_checkable
class Endable(Protocol):
    """An app that wants to save its drafts before it ends."""

    def end(self, cause: str, code: int) -> None:
        """Save and exit: `cause` is a signal's name or `hangup`, `code` the process's exit code."""


class ConsoleDriver(LinuxDriver):
    """Give it to the App as `driver_class`; made in the main thread, as signals need it."""

    terminal: ClassVar[Terminal | None] = None
    """What was decided about the terminal; None lets the environment say it."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=False, size=size)
        self._out_fd = sys.__stdout__.fileno() if sys.__stdout__ else 1
        self._writer: Writer | None = None
        self._before: list[Any] | None = None
        self._wake: tuple[int, int] | None = None
        self._ending = False
        self._resizing: TimerHandle | None = None
        self._delivery = Delivery(app)
        terminal = self.terminal or decide(os.environ, stdin_tty=True, stdout_tty=True)
        self.wire = Wire(
            terminal,
            loop=self._loop,
            send=self._put,
            waiting=lambda: self._writer.waiting() if self._writer else 0,
            size=self._get_terminal_size(),
        )
        drawn_on(app, self.wire)

    # -- out -------------------------------------------------------------------------------------

    def write(self, data: str) -> None:
        """Send what Textual sends beside frames (bell, clipboard); after the end it goes nowhere."""
        # OSC 22 shapes the pointer of a mouse, and terminals that do not know it print it.
        if not data.startswith("\x1b]22;"):
            self.wire.control(data)

    def _put(self, data: bytes) -> None:
        if self._writer is not None:
            self._writer.put(data)

    def redraw(self) -> None:
        """Set every mode again and draw all: first aid after noise or another program's output."""
        self._make_raw()
        self.wire.redraw()

    # -- life cycle ------------------------------------------------------------------------------

    def start_application_mode(self) -> None:
        """Take the terminal over; called again after a suspension."""
        if self._writer is not None:
            return
        with suppress(termios.error):
            self._before = termios.tcgetattr(self.fileno)
        self._writer = Writer(self._out_fd, loop=self._loop, drained=self.wire.push)
        atexit.register(self.stop_application_mode)
        self._make_raw()
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup means it
                signal.signal(number, self._on_signal)
        signal.signal(signal.SIGWINCH, lambda *_: self._in_loop(self._resize_soon))
        self._start_reading()
        self.wire.enter()
        self._in_loop(self._resized)

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was found; the second call does nothing."""
        writer, self._writer = self._writer, None
        if writer is not None:
            self.wire.leave()
            writer.finish(LEAVE.encode(), patience=0.3)
            self._await_answers()
        self.disable_input()
        if writer is not None:
            self._make_sane()
            atexit.unregister(self.stop_application_mode)

    def _await_answers(self) -> None:
        """What the terminal still has to answer must not be typed into the shell."""
        deadline = time.monotonic() + self.wire.farewell_s
        while self.wire.owed and not self._ending and time.monotonic() < deadline:
            time.sleep(0.005)

    def close(self) -> None:
        """Nothing is left open after `stop_application_mode`."""

    def disable_input(self) -> None:
        """Stop reading, and leave no half-read keys to the shell."""
        wake, self._wake = self._wake, None
        if wake is None:
            return
        signal.signal(signal.SIGWINCH, signal.SIG_DFL)
        os.close(wake[1])
        if self._key_thread is not None:
            self._key_thread.join(PATIENCE)
        os.close(wake[0])
        with suppress(termios.error):
            termios.tcflush(self.fileno, termios.TCIFLUSH)

    def resume_application_mode(self) -> None:
        """Come back from a stop, whoever ordered it: a stopping shell resets the terminal."""
        if self._ending:  # a hangup makes us go on, too
            return
        if self._writer is None:
            self.start_application_mode()
        self._in_loop(self.redraw)

    def _make_raw(self) -> None:
        with suppress(termios.error):
            raw = termios.tcgetattr(self.fileno)
            raw[0] = self._patch_iflag(raw[0])
            raw[1] &= ~termios.OPOST  # frames move the cursor themselves
            raw[3] = self._patch_lflag(raw[3])
            raw[6][termios.VMIN], raw[6][termios.VTIME] = 1, 0
            termios.tcsetattr(self.fileno, termios.TCSANOW, raw)

    def _make_sane(self) -> None:
        if self._before is None:
            return
        # From the background this would stop us before we are gone.
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTTOU])
        with suppress(termios.error):
            termios.tcsetattr(self.fileno, termios.TCSANOW, self._before)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTTOU])

    def _get_terminal_size(self) -> tuple[int, int]:
        """Ask the terminal itself: COLUMNS and LINES would freeze it, and a serial line says 0."""
        for fd in (self._out_fd, self.fileno):
            with suppress(OSError):
                width, height = os.get_terminal_size(fd)
                if width and height:
                    return width, height
        return 80, 24

    def _resize_soon(self) -> None:
        if self._resizing is None:
            self._resizing = self._loop.call_later(RESIZED_S, self._resized)

    def _resized(self) -> None:
        self._resizing = None
        size = Size(*self._get_terminal_size())
        self.wire.resize(*size)
        self._app.post_message(events.Resize(size, size))

    # -- in --------------------------------------------------------------------------------------

    def _start_reading(self) -> None:
        self._wake = os.pipe()
        # A daemon, so that a reader that cannot be woken never keeps the process.
        self._key_thread = Thread(
            target=self._read, args=(self._wake[0],), name="terminal-input", daemon=True
        )
        self._key_thread.start()

    def _read(self, wake: int) -> None:
        """Read until told to stop, or until the terminal is gone and the console with it."""
        decoder = Decoder(self.wire.terminal.encoding, answered=self._answered)
        ready = select.poll()
        ready.register(self.fileno, select.POLLIN)
        ready.register(wake, select.POLLIN)
        while True:
            deadline = decoder.deadline
            wait = None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000
            happened = dict(ready.poll(wait))
            if wake in happened:
                return
            if not happened:
                self._deliver(decoder.idle(now=time.monotonic()))
                continue
            try:
                data = os.read(self.fileno, 65536)
            except OSError:
                data = b""
            if not data:
                self._end("hangup", 128 + signal.SIGHUP)
                return
            self._deliver(decoder.feed(data, now=time.monotonic()))

    def _answered(self, sequence: bytes) -> bool:
        if not self.wire.heard(sequence):
            return False
        self._in_loop(lambda: self.wire.answered(sequence))
        return True

    def _deliver(self, keys: list[events.Key | events.Paste]) -> None:
        if keys:
            self._in_loop(lambda: self._pressed(keys))

    def _pressed(self, keys: list[events.Key | events.Paste]) -> None:
        self.wire.keyed()
        self._delivery.put(keys)

    def _in_loop(self, call: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody is left to tell
            self._loop.call_soon_threadsafe(call)

    # -- the end ---------------------------------------------------------------------------------

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._end(signal.Signals(number).name, 128 + number)

    def _end(self, cause: str, code: int) -> None:
        """Ask the console to end; a console that hangs is ended for it."""
        if self._ending:
            return
        self._ending = True
        last = Timer(PATIENCE, self._end_now, [code])
        last.daemon = True
        last.start()
        self._in_loop(lambda: self._ask_to_end(cause, code))

    def _ask_to_end(self, cause: str, code: int) -> None:
        try:
            if isinstance(self._app, Endable):
                self._app.end(cause, code)
        finally:
            if not self._app._exit:  # noqa: SLF001 - whether exit() was called is told nowhere else
                self._app.exit(return_code=code)

    def _end_now(self, code: int) -> None:
        """Last resort, in a thread of its own: the loop is stuck, so nothing else is waited for."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.finish(LEAVE.encode(), patience=0.2)
            self._make_sane()
        os._exit(code)

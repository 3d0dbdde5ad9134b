"""The console on a terminal that is no tty of ours: whoever serves it moves the bytes.

The same frames, the same pace, the same keys as on a local terminal; there are no signals, no modes
of a tty and no thread. One driver belongs to one channel.
"""

from __future__ import annotations

import time
from asyncio import TimerHandle
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual import events
from textual.driver import Driver
from textual.geometry import Size

from hisconsole.console.delivery import Delivery
from hisconsole.console.input import Decoder
from hisconsole.console.terminal import Terminal
from hisconsole.console.wire import LEAVE, Wire, drawn_on

if TYPE_CHECKING:
    from textual.app import App


class Channel:
    """One terminal at the other end of something; all of it in the App's loop."""

    def __init__(
        self,
        terminal: Terminal,
        size: tuple[int, int],
        *,
        send: Callable[[bytes], None],
        waiting: Callable[[], int],
    ) -> None:
        """`send` must not block; `waiting` says how many bytes it still holds back."""
        self.terminal, self.size = terminal, size
        self.send, self.waiting = send, waiting
        self._driver: ChannelDriver | None = None

    def driver(self, app: App[Any], **how: Any) -> ChannelDriver:
        """Give this to the App as `driver_class`."""
        self._driver = ChannelDriver(app, self, **how)
        return self._driver

    def feed(self, data: bytes) -> None:
        """What the terminal has sent."""
        if self._driver is not None:
            self._driver.feed(data)

    def drained(self) -> None:
        """All that waited has been taken: a newer frame may go."""
        if self._driver is not None:
            self._driver.wire.push()

    def resize(self, width: int, height: int) -> None:
        """The terminal has another size."""
        self.size = (width, height)
        if self._driver is not None:
            self._driver.resized()

    def hangup(self) -> None:
        """The terminal is gone, and so is its console."""
        if self._driver is not None:
            self._driver.hangup()


class ChannelDriver(Driver):
    """Textual's end of a channel."""

    def __init__(
        self,
        app: App[Any],
        channel: Channel,
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=False, size=size)
        self._channel = channel
        self._delivery = Delivery(app)
        self._decoder = Decoder(channel.terminal.encoding, answered=self._answered)
        self._idle: TimerHandle | None = None
        self.wire = Wire(
            channel.terminal, loop=self._loop, send=channel.send, waiting=channel.waiting, size=channel.size
        )
        drawn_on(app, self.wire)

    def write(self, data: str) -> None:
        """Send what Textual sends beside frames."""
        if not data.startswith("\x1b]22;"):
            self.wire.control(data)

    def start_application_mode(self) -> None:
        """Take the screen over."""
        self.wire.enter()
        self.resized()

    def disable_input(self) -> None:
        """Read no more keys."""
        if self._idle is not None:
            self._idle.cancel()

    def stop_application_mode(self) -> None:
        """Give the screen back."""
        self.disable_input()
        self.wire.leave()
        self._channel.send(LEAVE.encode())

    def feed(self, data: bytes) -> None:
        """Take what the terminal has sent."""
        self._press(self._decoder.feed(data, now=time.monotonic()))

    def resized(self) -> None:
        """Lay out anew for the channel's size."""
        size = Size(*self._channel.size)
        self.wire.resize(*size)
        self._app.post_message(events.Resize(size, size))

    def hangup(self) -> None:
        """Let the console save its drafts and end."""
        end = getattr(self._app, "end", None)
        if end is not None:
            end("hangup", 129)
        else:
            self._app.exit(return_code=129)

    def _answered(self, sequence: bytes) -> bool:
        if not self.wire.heard(sequence):
            return False
        self.wire.answered(sequence)
        return True

    def _press(self, keys: list[events.Key | events.Paste]) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        deadline = self._decoder.deadline
        if deadline is not None:
            self._idle = self._loop.call_later(max(0.0, deadline - time.monotonic()), self._silence)
        if keys:
            self.wire.keyed()
            self._delivery.put(keys)

    def _silence(self) -> None:
        self._press(self._decoder.idle(now=time.monotonic()))

"""Bytes to a terminal: never blocking the console, never raising, nothing foreign.

Textual's own writer blocks the event loop when a terminal stops reading and dies when it is gone.
"""

from __future__ import annotations

import os
import re
import select
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable
from contextlib import suppress

BACKLOG = 256_000
"""Bytes that may wait for a terminal that does not read; frames wait elsewhere, and only the newest."""

_FOREIGN = re.compile(
    r"\x1b(?!\[[0-9;]*[ABCDHJKm]|\[\?[0-9]+[hl]|\]52;c;[A-Za-z0-9+/=]*\x07)"
    "|[\x00-\x06\x08\x09\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e"
    "\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def closed(frame: str) -> str:
    """Return `frame` with everything a screen has no business sending replaced by `?`.

    Text was made printable where it entered; this is the second lock, for the day one is forgotten.
    """
    return _FOREIGN.sub("?", frame)


class Writer:
    """Writes to one terminal from the loop; what the terminal does not take yet waits."""

    def __init__(self, fd: int, *, loop: AbstractEventLoop, drained: Callable[[], None]) -> None:
        """`drained` is called in the loop when the terminal has taken all that waited."""
        self._fd, self._own = _reopen(fd)
        self._loop, self._drained = loop, drained
        self._waits = bytearray()
        self._watched = False
        self._ended = False

    def waiting(self) -> int:
        """Bytes that the terminal has not taken yet."""
        return len(self._waits)

    def put(self, data: bytes) -> None:
        """Write `data` as far as the terminal takes it, and the rest when it does; too much is dropped."""
        if not self._ended and len(self._waits) <= BACKLOG:
            self._waits += data
            self._write()

    def finish(self, last: bytes, *, patience: float) -> None:
        """Write what waits and then `last`, and end; a terminal that does not read may miss it."""
        self._ended = True
        self._unwatch()
        self._waits += last
        deadline = time.monotonic() + patience
        ready = select.poll()
        ready.register(self._fd, select.POLLOUT)
        with suppress(OSError):
            while self._waits and (left := deadline - time.monotonic()) > 0:
                if ready.poll(left * 1000):
                    self._take()
            if self._waits:  # CAN ends a sequence that the cut may have torn
                os.write(self._fd, b"\x18" + last)
        self._waits.clear()
        with suppress(OSError):
            if self._own:
                os.close(self._fd)
            else:
                os.set_blocking(self._fd, True)

    def _write(self) -> None:
        try:
            self._take()
        except OSError:  # The terminal is gone: the reading side notices and ends the console.
            self._ended = True
            self._waits.clear()
        if self._waits:
            if not self._watched:
                self._watched = True
                self._loop.add_writer(self._fd, self._write)
        elif self._watched:
            self._unwatch()
            self._drained()

    def _take(self) -> None:
        with suppress(BlockingIOError):
            while self._waits:
                del self._waits[: os.write(self._fd, self._waits)]

    def _unwatch(self) -> None:
        if self._watched:
            self._watched = False
            self._loop.remove_writer(self._fd)


def _reopen(fd: int) -> tuple[int, bool]:
    """Return a non-blocking way to the terminal of `fd`, and whether it is ours to close.

    It is opened anew because O_NONBLOCK on the shared one would be seen by the shell and outlive us.
    """
    try:
        flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
        return os.open(os.ttyname(fd), flags), True
    except OSError:
        os.set_blocking(fd, False)
        return fd, False

"""From frames to bytes on the terminal: never blocking the console, never raising, nothing foreign.

Textual's own writer blocks the event loop when a terminal stops reading and dies when it is gone.
"""

from __future__ import annotations

import os
import re
import select
from collections.abc import Callable
from contextlib import suppress
from threading import Condition, Thread

BACKLOG = 256_000
"""Characters that may wait for a slow terminal; beyond it frames are dropped and one is redrawn."""

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


class Writer(Thread):
    """Writes to one terminal from a thread of its own; what it is given last is never torn."""

    def __init__(self, fd: int, *, recovered: Callable[[], None]) -> None:
        """`recovered` is called in the thread when frames were dropped and there is room again."""
        super().__init__(name="terminal-output", daemon=True)
        self._fd, self._own = _reopen(fd)
        self._recovered = recovered
        self._changed = Condition()
        self._waiting: list[str] = []
        self._size = 0
        self._dropped = False
        self._busy = False
        self._torn = False
        self._ended = False
        self.start()

    def put(self, frame: str) -> None:
        """Queue `frame`, or drop it whole when the terminal is too far behind."""
        with self._changed:
            if self._ended or self._size > BACKLOG:
                self._dropped = True
                return
            self._waiting.append(frame)
            self._size += len(frame)
            self._changed.notify_all()

    def finish(self, last: str, *, patience: float) -> None:
        """Write what waits and then `last`, and end; after `patience` seconds only `last`."""
        with self._changed:
            self._waiting.append(last)
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: not (self._waiting or self._busy), patience):
                # The terminal does not read. CAN ends a sequence that the cut may have torn.
                self._waiting[:] = ["\x18" + last]
                self._torn = self._busy
            self._ended = True
            self._changed.notify_all()
        self.join(patience)

    def run(self) -> None:
        """Write until the end, or until the terminal is gone."""
        try:
            while self._next_batch():
                pass
        except OSError:
            pass  # The terminal is gone: the reading side notices and ends the console.
        finally:
            with self._changed:
                self._ended = True
                self._busy = False
                self._waiting.clear()
                self._changed.notify_all()
            if self._own:
                with suppress(OSError):
                    os.close(self._fd)

    def _next_batch(self) -> bool:
        with self._changed:
            self._busy = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting or self._ended)
            if not self._waiting:
                return False
            batch = "".join(self._waiting)
            self._waiting.clear()
            self._busy = True
        self._write(closed(batch).encode("utf-8", "replace"))
        with self._changed:
            self._torn = False
            self._size -= len(batch)
            redraw = self._dropped and not self._waiting and not self._ended
            if redraw:
                self._dropped = False
        if redraw:
            self._recovered()
        return True

    def _write(self, data: bytes) -> None:
        """Write all of `data`, as the terminal takes it, unless the end tears it."""
        view = memoryview(data)
        ready = select.poll()
        ready.register(self._fd, select.POLLOUT)
        while view and not self._torn:
            if not ready.poll(100):
                if self._ended:
                    return
                continue
            with suppress(BlockingIOError):
                view = view[os.write(self._fd, view) :]


def _reopen(fd: int) -> tuple[int, bool]:
    """Return a non-blocking way to the terminal of `fd`, and whether it is ours to close.

    It is opened anew because O_NONBLOCK on the shared one would outlive us in the shell.
    """
    try:
        flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
        return os.open(os.ttyname(fd), flags), True
    except OSError:
        return fd, False

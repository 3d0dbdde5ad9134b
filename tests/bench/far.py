"""A terminal at the far end of a thin line: bytes, keys and answers arrive as the line carries them.

The program's own bytes are taken at once, as sshd and the network take them, and wait for the line: what
waits there is the backlog. The terminal is pyte, fed byte for byte when a byte arrives, and it answers when
it is asked whether it is well, as terminals do.
"""

from __future__ import annotations

import os
import termios
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import pyte

from tests.bench.line import ANSWER, ASKED, Line
from tests.ptys import Screen


@dataclass(frozen=True, slots=True)
class Link:
    """A line: bits a second as a serial line counts them (ten to a byte), and seconds there and back."""

    name: str
    bits: float
    trip: float

    @property
    def rate(self) -> float:
        """Bytes a second."""
        return self.bits / 10


SERIAL = Link("9,600 bit/s, 200 ms", 9_600, 0.2)
RADIO = Link("64 kbit/s, 600 ms", 64_000, 0.6)
DESK = Link("the same desk", 1e12, 0.0)


class Far:
    """A program on such a line."""

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        link: Link,
        *,
        cols: int = 120,
        rows: int = 40,
        answers: bool = True,
    ) -> None:
        """`answers` False is a terminal that tells nothing about itself."""
        self.link = link
        self.screen = Screen(cols, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.line = Line(argv, env, cols=cols, rows=rows, answers=False)
        self.line.tapped = self._written
        self._answers = answers
        self._way: deque[tuple[float, bytes]] = deque()
        self._back: deque[tuple[float, bytes]] = deque()
        self._free_at = 0.0
        self._tail = b""
        self.waits = 0
        self.worst = 0
        self.reads = True

    def _written(self, data: bytes) -> None:
        """The program wrote: each tenth of a second of it is a parcel on the line."""
        now = time.monotonic()
        self.waits += len(data)
        self.worst = max(self.worst, self.waits)
        size = max(1, min(len(data), int(self.link.rate / 100)))
        for start in range(0, len(data), size):
            part = data[start : start + size]
            self._free_at = max(self._free_at, now) + len(part) / self.link.rate
            self._way.append((self._free_at + self.link.trip / 2, part))

    def send(self, keys: str | bytes) -> None:
        """Type: the program reads it half a round trip later."""
        data = keys.encode() if isinstance(keys, str) else keys
        self._back.append((time.monotonic() + self.link.trip / 2, data))

    def pump(self, wait: float) -> None:
        """Let `wait` seconds pass."""
        until = time.monotonic() + wait
        while True:
            now = time.monotonic()
            self._arrive(now)
            if now >= until:
                return
            events = [at for at, _ in (*list(self._way)[:1], *list(self._back)[:1])]
            pause = max(0.0, min([until, *events]) - now)
            if self.reads:
                self.line.read(pause)
            else:
                time.sleep(pause)

    def _arrive(self, now: float) -> None:
        while self._back and self._back[0][0] <= now:
            os.write(self.line.fd, self._back.popleft()[1])
        while self._way and self._way[0][0] <= now:
            at, part = self._way.popleft()
            self.waits -= len(part)
            self._stream.feed(part)
            self._tail += part
            asked = self._tail.count(ASKED)
            self._tail = self._tail[self._tail.rfind(ASKED) + len(ASKED) if asked else -3 :]
            for _ in range(asked if self._answers else 0):
                self._back.append((at + self.link.trip / 2, ANSWER))

    def until(self, shown: Callable[[pyte.Screen], object], timeout: float = 30) -> float | None:
        """Seconds until the far screen shows it; None where it does not in `timeout` seconds."""
        began = time.monotonic()
        while not shown(self.screen):
            if time.monotonic() - began > timeout:
                return None
            self.pump(0.004)
        return time.monotonic() - began

    def settle(self, quiet: float = 0.5, timeout: float = 60) -> None:
        """Wait until nothing is written and nothing is on its way for `quiet` seconds."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            had = self.line.received
            self.pump(quiet)
            if self.line.received == had and not self._way and not self._back:
                return

    def resize(self, cols: int, rows: int) -> None:
        """Change the size of the window at both ends."""
        self.screen.resize(rows, cols)
        termios.tcsetwinsize(self.line.fd, (rows, cols))

    def holds(self, text: str) -> Callable[[pyte.Screen], bool]:
        """Whether the far screen holds a text."""
        return lambda screen: any(text in line for line in screen.display)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        self.line.close()

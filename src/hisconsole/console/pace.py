"""How much may be on its way to a terminal: what it has not yet given back an echo for.

After each frame the terminal is asked whether it is well, and its answer says that the frame is on the
screen. So what is drawn in a second follows from the line, and what is seen is never older than two
frames. Pure: no clock and no terminal of its own, moments are monotonic seconds.
"""

from __future__ import annotations

from collections import deque

TICK = 0.03
"""Seconds between frames where no echo comes: as fast as anybody can see, and bounded all the same."""

FIRST = 1500
"""Bytes that are sent at once while nothing is known of the line: the top of the first screen."""

PIECE_S = 0.25
"""Seconds of the line that one frame may take before the rest of it waits; a key waits no longer."""

LOST_S = 2.0
"""Seconds, or four times the usual delay, after which an echo is given up."""

ASK_AGAIN_S = 10.0
"""How often a terminal that gave up answering is asked again."""

SLOW_S, QUICK_S = 0.8, 0.5
"""The delay from which it is told, and below which it is told no more."""


class Pace:
    """The frames of one terminal that are on their way."""

    def __init__(self, *, asks: bool, now: float) -> None:
        """`asks` is False for a terminal that would print the question, or nothing would answer."""
        self.delay: float | None = None
        """Seconds from sending to the echo, lately; None where none ever came."""
        self.rate: float | None = None
        """Bytes a second that the line was seen to carry at least."""
        self._asks = asks
        self._way: deque[tuple[float, int]] = deque()
        self._missed = 0
        self._least = float("inf")
        self._sent_at = self._asked_at = now - TICK
        self._told: float | None = None

    @property
    def echoes(self) -> bool:
        """Whether this terminal answers."""
        return self.delay is not None and self._missed < 3

    @property
    def under_way(self) -> int:
        """Questions that are not answered yet."""
        return len(self._way)

    def wait(self, *, now: float, keyed: bool) -> float:
        """Seconds until the next frame may go, 0 for at once.

        Two frames may be on their way, but the second, unless it is what a key did, only once the line
        should have carried the first: so it neither rests nor keeps a key waiting. What keys do may
        be as many frames as the line carries in a fifth of a second.
        """
        self._give_up(now)
        if not self.echoes:
            return 0.0 if keyed else max(0.0, self._sent_at + TICK - now)
        few = sum(size for _, size in self._way) <= (self.rate or 0) / 5
        if len(self._way) < (2 if keyed else 1) or (keyed and few):
            return 0.0
        if len(self._way) == 1 and self.rate:
            at, size = self._way[0]
            return max(0.0, at + size / self.rate - now)
        return max(0.001, self._way[0][0] + self._patience - now)

    def room(self) -> int | None:
        """About how many bytes the next frame may have; None for any."""
        if self.echoes:
            return FIRST if self.rate is None else max(400, int(self.rate * PIECE_S))
        return FIRST if self._asks and self._missed < 3 else None

    def sent(self, size: int, *, now: float) -> bool:
        """A frame of `size` bytes goes now; whether to ask for an echo after it."""
        self._sent_at = now
        if not self._asks or (self._missed >= 3 and now - self._asked_at < ASK_AGAIN_S):
            return False
        self._asked_at = now
        self._way.append((now, size))
        return True

    def answered(self, *, now: float) -> None:
        """The terminal has echoed the oldest question."""
        if not self._way:
            return
        sent_at, size = self._way.popleft()
        took = now - sent_at
        self._missed = 0
        self._least = min(took, self._least * 1.02)
        self.delay = took if self.delay is None else (self.delay + took) / 2
        if size > 200 and not self._way:
            carried = size / max(0.001, took - self._least)
            self.rate = max(carried, 0.8 * (self.rate or 0.0) + 0.2 * carried)

    def slow(self, *, now: float) -> float | None:
        """The delay in seconds where it is bad enough to be told, else None; it does not flicker."""
        waited = max((now - at for at, _ in self._way), default=0.0) if self.echoes else 0.0
        found = max(self.delay or 0.0, waited)
        if found < (QUICK_S if self._told else SLOW_S):
            self._told = None
        elif self._told is None or not 0.7 < found / self._told < 1.4:
            self._told = found
        return self._told

    @property
    def _patience(self) -> float:
        return max(LOST_S, 4 * (self.delay or 0.0))

    def _give_up(self, now: float) -> None:
        while self._way and now - self._way[0][0] >= self._patience:
            self._way.popleft()
            self._missed += 1

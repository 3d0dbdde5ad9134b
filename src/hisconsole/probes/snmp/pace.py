"""One gate for all sends: a burst of 1,000 requests loses a third of the answers on the way back."""

from __future__ import annotations

import asyncio
from collections import deque

RATE = 3000.0
BURST = 32


class Pace:
    """Lets `rate` sends a second through, never more than `burst` at once, even after the loop was held up.

    All engines of a process share one.
    """

    def __init__(self, rate: float = RATE, burst: int = BURST) -> None:
        """Start with a full burst."""
        self._rate, self._burst = rate, float(burst)
        self._left, self._counted = float(burst), float("-inf")
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self) -> None:
        """Wait until the next datagram may leave; first come, first served."""
        loop = asyncio.get_running_loop()
        self._count(loop.time())
        if not self._waiting and self._left >= 1:
            self._left -= 1
            return
        waiter = loop.create_future()
        self._waiting.append(waiter)
        if self._timer is None:
            self._wake_later(loop)
        await waiter

    def _count(self, now: float) -> None:
        self._left = min(self._burst, self._left + (now - self._counted) * self._rate)
        self._counted = now

    def _wake_later(self, loop: asyncio.AbstractEventLoop) -> None:
        some = max(1.0, min(len(self._waiting), self._burst / 2))
        self._timer = loop.call_later(max(0.0, some - self._left) / self._rate, self._release, loop)

    def _release(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        self._count(loop.time())
        while self._waiting and (self._waiting[0].done() or self._left >= 1):
            waiter = self._waiting.popleft()
            if not waiter.done():  # Whoever was cancelled gives its turn away.
                self._left -= 1
                waiter.set_result(None)
        if self._waiting:
            self._wake_later(loop)

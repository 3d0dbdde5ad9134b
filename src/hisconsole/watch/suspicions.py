"""Suspicions: a trap has a target looked at soon, and however many come, not more often than bearable.

What a trap says changes no status. The look waits a moment, because a device tells of a port before its
own tables know, and one trap rarely comes alone; the last trap of a flood still has its look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

SETTLE_S = 0.3
"""From a trap to its look."""
GAP_S = 2.0
"""Between two looks at one target."""
LOOKS_A_SECOND, LOOKS_AT_ONCE = 10, 30
"""Looks at all targets together: a round costs 5 ms and more. Who comes later waits for his turn."""
SELDOM_S = 60.0
"""Between two looks because of a wrong secret: if it was ours, each look would bring the next such trap."""


class Suspicions:
    """When which target is looked at; `look` has it polled. Belongs to one loop."""

    def __init__(self, *, look: Callable[[str], None]) -> None:
        self._look = look
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._looked_s: dict[str, float] = {}
        self._turn_s = float("-inf")

    def arise(self, target: str, *, seldom: bool = False) -> None:
        """A trap of this target has come."""
        if target in self._waiting:
            return
        now = self._loop.time()
        gap = SELDOM_S if seldom else GAP_S
        due = max(now + SETTLE_S, self._looked_s.get(target, now - gap) + gap)
        if seldom and due > now + SETTLE_S:
            return
        self._turn_s = max(self._turn_s, now - LOOKS_AT_ONCE / LOOKS_A_SECOND) + 1 / LOOKS_A_SECOND
        self._waiting[target] = self._loop.call_at(max(due, self._turn_s), self._due, target)

    def forget(self, present: frozenset[str]) -> None:
        """Keep nothing of targets that are not `present`."""
        self._looked_s = {target: at for target, at in self._looked_s.items() if target in present}

    def close(self) -> None:
        """Look at nobody any more."""
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()

    def _due(self, target: str) -> None:
        del self._waiting[target]
        self._looked_s[target] = self._loop.time()
        self._look(target)

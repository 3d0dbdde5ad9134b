"""When which target is polled: pure, the time is an argument.

Every slot keeps to a grid of its own, set off by its name, so that neither a start nor a slow hour brings
all of them together. Each turn is moved by at most 5 % of the interval either way: two rounds lie 0.9 to
1.1 intervals apart. What is retried or asked for in between leaves the grid as it is.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from itertools import count
from math import ceil, floor, inf
from zlib import crc32

from hisconsole.plan.watching import Slot

SHIFT = 0.05
"""How far a turn is moved from its place on the grid, as a part of the interval."""
CLOSEST = 0.1
"""A turn that comes sooner than this part of the interval after a round is left out."""
FIRST_A_SECOND = 50
"""Slots started in a second while nothing is known yet."""


class _State(Enum):
    RESTING = auto()
    WAITING = auto()
    RUNNING = auto()


@dataclass(slots=True)
class _Line:
    interval: float
    phase: float
    due: float
    state: _State = _State.RESTING
    on_grid: bool = False
    """Due at a turn of its grid; else a turn that passes meanwhile is made good by this round."""
    first: bool = False
    """Before others where there is not room for all."""
    again: bool = False
    """What runs may have come too early to see what it is asked for."""


class Schedule:
    """Who is due; at most `limits` rounds of a probe run at once, and one of a slot.

    `uniform` draws a number between its two arguments. `skipped` counts the turns that passed while a
    round still ran or waited; `late_s` is the longest wait of a round for room since it was last reset.
    """

    def __init__(self, *, limits: Mapping[str, int], uniform: Callable[[float, float], float]) -> None:
        self._limits = limits
        self._uniform = uniform
        self._lines: dict[Slot, _Line] = {}
        self._due: list[tuple[float, int, Slot]] = []
        self._number = count()
        self._waiting: dict[str, deque[Slot]] = {}
        self._running: dict[str, int] = {}
        self.skipped = 0
        self.late_s = 0.0

    def arrange(self, intervals: Mapping[Slot, float], *, now: float) -> None:
        """Take up new slots soon and drop those that are gone; who stays keeps his turn.

        The first rounds of new slots are spread over a second, or so that 50 start in one.
        """
        new = [slot for slot in intervals if slot not in self._lines]
        for slot in [slot for slot in self._lines if slot not in intervals]:
            if self._lines[slot].state is _State.RUNNING:
                self._running[slot.probe] -= 1
            del self._lines[slot]
        for slot, line in self._lines.items():
            if line.interval != intervals[slot]:
                line.interval, line.phase = intervals[slot], phase(slot, intervals[slot])
                if line.state is _State.RESTING:
                    self._rest(slot, line, min(line.due, self._turn(line, now)))
        within = max(1.0, len(new) / FIRST_A_SECOND)
        for slot in new:
            line = _Line(intervals[slot], phase(slot, intervals[slot]), now)
            self._lines[slot] = line
            self._rest(slot, line, now + line.phase % min(within, line.interval))

    def start(self, now: float) -> Iterator[Slot]:
        """The slots to start now; they count as running until `ended`."""
        while self._due and self._due[0][0] <= now:
            due, _number, slot = heapq.heappop(self._due)
            line = self._lines.get(slot)
            if line is not None and line.state is _State.RESTING and line.due == due:
                line.state = _State.WAITING
                queue = self._waiting.setdefault(slot.probe, deque())
                (queue.appendleft if line.first else queue.append)(slot)
        for probe, queue in self._waiting.items():
            while queue and self._running.get(probe, 0) < self._limits[probe]:
                slot = queue.popleft()
                line = self._lines.get(slot)
                if line is not None and line.state is _State.WAITING:
                    line.state, line.first = _State.RUNNING, False
                    self._running[probe] = self._running.get(probe, 0) + 1
                    self.late_s = max(self.late_s, now - line.due)
                    yield slot

    def ended(self, slot: Slot, *, now: float, in_s: float = inf) -> None:
        """A round is over; the next comes in `in_s` seconds, or with the slot's turn if that is sooner."""
        line = self._lines.get(slot)
        if line is None or line.state is not _State.RUNNING:
            return
        self._running[slot.probe] -= 1
        began = floor((line.due - line.phase) / line.interval + SHIFT)
        passed = floor((now - line.phase) / line.interval) - began
        self.skipped += max(0, passed if line.on_grid else passed - 1)
        line.state = _State.RESTING
        if line.again:
            line.again, line.first, in_s = False, True, 0.0
        soon = now + in_s * self._uniform(1 - SHIFT, 1 + SHIFT) if in_s < line.interval else inf
        turn = self._turn(line, now)
        line.on_grid = turn <= soon
        self._rest(slot, line, min(soon, turn))

    def hasten(self, slot: Slot, *, now: float, within: float = 0.0, anew: bool = False) -> None:
        """Poll a slot within so many seconds; what runs or waits already is left to do so.

        With `anew` what runs does not count, and is followed by another round.
        """
        line = self._lines.get(slot)
        if line is not None and line.state is _State.RUNNING and anew:
            line.again = True
        if line is None or line.state is not _State.RESTING:
            return
        due = now + (self._uniform(0, within) if within else 0.0)
        if due < line.due:
            line.first, line.on_grid = not within, False
            self._rest(slot, line, due)

    @property
    def next_due(self) -> float:
        """When the next slot may be due; `inf` when there is none."""
        return self._due[0][0] if self._due else inf

    @property
    def waiting(self) -> int:
        """Rounds that are due and find no room."""
        return sum(line.state is _State.WAITING for line in self._lines.values())

    @property
    def running(self) -> int:
        """Rounds under way."""
        return sum(self._running.values())

    def _turn(self, line: _Line, now: float) -> float:
        """The next turn on the line's grid, moved a little."""
        turn = ceil((now - line.phase) / line.interval + CLOSEST)
        return line.phase + (turn + self._uniform(-SHIFT, SHIFT)) * line.interval

    def _rest(self, slot: Slot, line: _Line, due: float) -> None:
        line.due = due
        heapq.heappush(self._due, (due, next(self._number), slot))


def phase(slot: Slot, interval: float) -> float:
    """Where on the interval a slot has its turn; the same in every process."""
    return crc32(f"{slot.target}\n{slot.probe}".encode()) / 2**32 * interval

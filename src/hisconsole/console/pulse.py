"""The loop's own pulse: how late it runs, and what held it up.

The console answers a key only as fast as its loop comes round. A beat measures that, and a thread
beside it looks, while a beat is overdue, where the loop is: names of functions, never their data.
"""

from __future__ import annotations

import sys
import threading
import time
from asyncio import AbstractEventLoop, TimerHandle
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from hisconsole.values import dataclass

BEAT_S = 0.25
HELD_S = 0.2
"""Seconds by which a beat is overdue when it is looked what holds the loop up."""

_LOOK_S = 0.1
_OWN = f"{Path(__file__).parents[1]}/"


@dataclass(frozen=True, slots=True)
class Held:
    """The loop did not come round for `seconds`, at `at` in seconds since the epoch; `where` it was seen."""

    at: float
    seconds: float
    where: str


class Pulse:
    """Beats in one loop from `start` to `stop`; keeps the last four minutes and the last twenty holds."""

    def __init__(self) -> None:
        self.lags: deque[float] = deque(maxlen=int(240 / BEAT_S))
        self.held: deque[Held] = deque(maxlen=20)
        self._loop: AbstractEventLoop | None = None
        self._also: Callable[[], None] = lambda: None
        self._timer: TimerHandle | None = None
        self._due = 0.0
        self._seen = ""
        self._ended = threading.Event()

    def start(self, loop: AbstractEventLoop, also: Callable[[], None]) -> None:
        """Begin to beat, and do something with each beat; called in the loop's thread."""
        self._loop, self._also = loop, also
        self._beat_again()
        looking = threading.Thread(
            target=self._look, args=(threading.get_ident(),), name="pulse", daemon=True
        )
        looking.start()

    def stop(self) -> None:
        """Beat no more."""
        self._ended.set()
        if self._timer is not None:
            self._timer.cancel()

    def lag(self, part: float) -> float:
        """Seconds of lag that a part of the last beats did not exceed, 1 for the worst."""
        ordered = sorted(self.lags)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0

    def _beat_again(self) -> None:
        assert self._loop is not None  # noqa: S101 - it was started
        self._due = time.monotonic() + BEAT_S
        self._timer = self._loop.call_later(BEAT_S, self._beat)

    def _beat(self) -> None:
        late = max(0.0, time.monotonic() - self._due)
        self.lags.append(late)
        seen, self._seen = self._seen, ""
        if late > HELD_S:
            self.held.append(Held(time.time(), late, seen or "?"))
        self._beat_again()
        self._also()

    def _look(self, thread: int) -> None:
        wait = _LOOK_S
        while not self._ended.wait(wait):
            left = self._due + HELD_S - time.monotonic()
            wait = max(_LOOK_S, left)  # a wake in time has nothing to see, and costs as much as a key
            if left < 0 and not self._seen:
                self._seen = _where(sys._current_frames().get(thread))  # noqa: SLF001 - nothing public tells


def _where(frame: FrameType | None) -> str:
    """The innermost function of ours, and the innermost of all where that is another's."""
    inner = frame
    while frame is not None and not frame.f_code.co_filename.startswith(_OWN):
        frame = frame.f_back
    places = dict.fromkeys(_place(each) for each in (frame, inner) if each is not None)
    return " > ".join(places)


def _place(frame: FrameType) -> str:
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} {frame.f_code.co_name}"

"""The one thread that touches the record: it runs what the screen asks and tells it what changed.

The screen never waits for a disk, a lock or another process; it hands over a function and goes on.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from hisconsole.desk.actor import utc_now
from hisconsole.errors import HisError
from hisconsole.plan.board import Board

if TYPE_CHECKING:
    from hisconsole.desk.desk import Desk

REST_S = 0.5
"""How long after trouble with the record it is looked at again."""
HOLD_S = 0.25
"""The shortest time between two pictures, so that a storm costs four repaints a second."""

DRAWN_S = 1.0
"""The longest wait for the first picture to be drawn, before heavy libraries compete with it."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Trouble:
    """The record could not be looked at; the picture shown is as old as `since`.

    `final` when it could not even be opened: there is nothing to wait for.
    """

    sentence: str
    since: datetime
    final: bool = False


News = Board | Trouble
_Job = tuple[Callable[["Desk"], Any], "Future[Any]"]


class DeskThread:
    """Opens the desk in its own thread, serves it, and delivers boards and troubles."""

    def __init__(
        self,
        open_desk: Callable[[], Desk],
        deliver: Callable[[News], None],
        *,
        glance: Callable[[], Board | None] = lambda: None,
        sentence: Callable[[Exception], str] = str,
    ) -> None:
        """`deliver` is called in this thread; it must only post a message.

        `sentence` says what went wrong, and may log it; `glance` gives a first picture before the desk
        is open; set `drawn` once it is on the screen.
        """
        self._open_desk = open_desk
        self._glance = glance
        self._sentence = sentence
        self.drawn = threading.Event()
        self._deliver = deliver
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)
        self._alive = time.monotonic()
        self._desk: Desk | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, wait: float = 1.0) -> None:
        """Finish what was handed over and end; after `wait` seconds the process may leave anyway."""
        self._jobs.put(None)
        self.drawn.set()
        self._thread.join(wait)

    def silence(self) -> float:
        """Seconds since the thread last looked at the record; long ones mean it is held up."""
        return time.monotonic() - self._alive

    @property
    def read_only_because(self) -> str:
        """Why nothing can be written, or empty."""
        return self._desk.database.read_only_because if self._desk else ""

    def submit(self, job: Callable[[Desk], Answer]) -> Future[Answer]:
        """Run `job` with the desk; the future carries its answer or its failure.

        What was handed over is done, even if nobody waits for its answer any more.
        """
        future: Future[Answer] = Future()
        future.set_running_or_notify_cancel()
        self._jobs.put((job, future))
        self.drawn.set()
        return future

    def _run(self) -> None:
        try:
            board = self._glance()
        except Exception:  # noqa: BLE001 - the whole store says it better
            board = None
        if board is not None:
            self._deliver(board)
            self.drawn.wait(DRAWN_S)
        desk = self._try_open()
        if desk is None:
            return
        view = _View(desk, board)
        while (acted := self._serve(desk, wait=desk.database.look_s if view.board else 0)) is not None:
            try:
                news: News | None = view.newer(acted=acted)
                self._alive = time.monotonic()
            except Exception as error:  # noqa: BLE001 - a bug here must not end the thread in silence
                news = Trouble(self._sentence(error), view.looked)
                view.board = None
                time.sleep(REST_S)
            if news is not None:
                self._deliver(news)
        desk.database.close()

    def _serve(self, desk: Desk, *, wait: float) -> bool | None:
        """Do the next thing handed over; False when none came in time, None at the end."""
        try:
            job = self._jobs.get(timeout=wait)
        except queue.Empty:
            return False
        if job is None:
            return None
        _do(desk, job)
        return True

    def _try_open(self) -> Desk | None:
        """Open the record; where that fails, every job is told the reason."""
        try:
            self._desk = self._open_desk()
            return self._desk
        except HisError as error:
            self._deliver(Trouble(str(error), utc_now(), final=True))
            while (job := self._jobs.get()) is not None:
                job[1].set_exception(error)
            return None


class _View:
    """The picture last shown, and whether the record has moved on since."""

    def __init__(self, desk: Desk, board: Board | None) -> None:
        self._desk = desk
        self._version = -1
        self._swaps = desk.database.swaps
        self._behind = True
        self._shown = 0.0
        self.board = board
        self.looked = desk.now()

    def newer(self, *, acted: bool) -> Board | None:
        """A newer picture: at once after an act of one's own, else at most every HOLD_S."""
        version = self._desk.database.data_version()
        self._behind = self._behind or acted or version != self._version or self.board is None
        self._version = version
        if self._swaps != self._desk.database.swaps:  # another record was put in its place
            self._swaps, self.board = self._desk.database.swaps, None
        board = self.board
        if self._behind and (acted or time.monotonic() - self._shown >= HOLD_S):
            from hisconsole.desk.board import first_board, newer_board

            board = first_board(self._desk) if board is None else newer_board(self._desk, board)
            self._behind = False
        now = self.looked = self._desk.now()
        if board is not None and board.turns_at is not None and now >= board.turns_at:
            from hisconsole.desk.board import older_board

            board = older_board(self._desk, board)
        if board is None or (self.board is not None and _same(board, self.board)):
            return None
        self.board, self._shown = board, time.monotonic()
        return board


def _same(one: Board, other: Board) -> bool:
    return one is other or (one.seq == other.seq and one.at == other.at)


def _do(desk: Desk, job: _Job) -> None:
    function, future = job
    try:
        future.set_result(function(desk))
    except BaseException as error:  # noqa: BLE001 - whatever went wrong belongs to who asked
        future.set_exception(error)

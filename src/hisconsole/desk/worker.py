"""The one thread that touches the record: it runs what the screen asks and tells it what changed.

The screen never waits for a disk, a lock or another process; it hands over a function and goes on. Where
the record is away or does not answer, acts are kept by a second thread, which lives no longer than it must.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar

from hisconsole.desk.actor import utc_now
from hisconsole.desk.relief import Relief, Task
from hisconsole.errors import Away, HisError
from hisconsole.plan.board import Board
from hisconsole.text import _
from hisconsole.values import dataclass

if TYPE_CHECKING:
    from hisconsole.desk.desk import Desk
    from hisconsole.desk.keeping import Keeping

HOLD_S = 0.25
"""The shortest time between two pictures, so that a storm costs four repaints a second."""
BUSY = 20
"""On a busy host it is so often what the last one took, at most `AGE_S`: keys come first.

So does the next to be read ahead.
"""
AGE_S = 1.0
"""The shortest time until one in which only something fell due: of thousands, something does all the time."""

DRAWN_S = 1.0
"""The longest wait for the first picture to be drawn, before heavy libraries compete with it."""

FROZEN_S = 2.0
"""Without a look at the record for so long it is taken to be away, though it has not said so."""
ANSWER_S = 0.5
"""The same of a server while somebody waits for it: longer than any act takes that only has to queue."""
RELIEF_S = 0.1
"""How often it is seen at the end whether what was handed over waits too long for the record."""
FIRST_WAIT_S = 0.25
BACK_OFF_S = 0.5
"""The longest time between two tries to reach a record that is away: three find a server that is back."""
BRING_S = 0.3
"""Kept acts are brought to the record for so long before somebody else's turn comes."""
ORPHANS_S = 10.0
"""How often it is looked for acts that a process which is gone has kept."""
WARM = 200
"""So many incidents, the greatest risk first, are known in full while the record is there."""
REST_S = 0.6
STORM_S = 1.0
"""One of them is read ahead at each look after such a rest of the picture, and so often without one."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Trouble:
    """The record could not be looked at; the picture shown is as old as `since`.

    `final` when it could not even be opened: there is nothing to wait for. `board` is that picture with
    what was kept since.
    """

    sentence: str
    since: datetime
    final: bool = False
    board: Board | None = None


News = Board | Trouble


class DeskThread:
    """Opens the desk in its own thread, serves it, and delivers boards and troubles."""

    def __init__(
        self,
        open_desk: Callable[[], Desk],
        deliver: Callable[[News], None],
        *,
        glance: Callable[[], Board | None] = lambda: None,
        sentence: Callable[[Exception], str] = str,
        keep: Callable[[], Keeping] | None = None,
    ) -> None:
        """`deliver` is called in threads and must only post a message.

        `sentence` says what went wrong, and may log it; `glance` gives a first picture before the desk
        is open; set `drawn` once it is on the screen. `keep` gives what keeps acts.
        """
        self._open_desk = open_desk
        self._glance = glance
        self._sentence = sentence
        self._keep = keep
        self.keeping: Keeping | None = None
        self.drawn = threading.Event()
        self._deliver = deliver
        self._jobs: queue.SimpleQueue[Task[Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)
        self._relief = Relief(self._show_kept)
        self._alive = time.monotonic()
        self._desk: Desk | None = None
        self._board: Board | None = None
        self._looked = utc_now()
        self._trouble = ""
        self._told: deque[str] = deque(maxlen=20)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, wait: float = 1.0) -> None:
        """Finish what was handed over and end; after `wait` seconds the process may leave anyway."""
        self._jobs.put(None)
        self.drawn.set()
        until = time.monotonic() + wait
        while self._thread.is_alive() and (left := until - time.monotonic()) > 0:
            self.relieve()
            self._thread.join(min(left, RELIEF_S))
        self._relief.join(wait)

    def told(self) -> Iterator[str]:
        """Sentences for the operator, each once: what came of kept acts, that the record has gone back."""
        for sentences in (self.keeping.told if self.keeping is not None else deque[str](), self._told):
            while sentences:
                yield sentences.popleft()

    def on_record(self, number: int) -> int:
        """The number that the record gave a call which was kept here; any thread may ask, none waits."""
        return self.keeping.numbers.get(number, number) if self.keeping is not None else number

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
        task = Task(job)
        self._relief.await_(task)
        self._jobs.put(task)
        self.drawn.set()
        self.relieve()
        return task.future

    def relieve(self) -> None:
        """Have acts kept for which the record takes too long; it costs nothing to call it often."""
        silent, keeping = self.silence() > (self._answer_s if self._relief.waits else FROZEN_S), self.keeping
        if keeping is not None and (silent or self._trouble):
            if silent and not keeping.away:
                keeping.went(Away(_("The record does not answer.")))
            self._relief.take_over(keeping.standin)
        if silent:
            self._relief.give_up()

    @property
    def _answer_s(self) -> float:
        """So long somebody waits for an answer of the record."""
        return ANSWER_S if self._desk is not None and self._desk.database.on_server else FROZEN_S

    def _run(self) -> None:
        try:
            self._board = self._glance()
        except Exception:  # noqa: BLE001 - the whole store says it better
            self._board = None
        if self._board is not None:
            self._deliver(self._board)
            self.drawn.wait(DRAWN_S)
        if self._keep is not None:
            self.keeping = self._keep()
        desk = self._try_open()
        if desk is not None:
            self._work(desk)
            desk.database.close()
        if self.keeping is not None:
            self.keeping.close()

    def _work(self, desk: Desk) -> None:
        self._alive = time.monotonic()  # it was just opened
        view, bringing = _View(desk, self._board, self._told.append), _Bringing(self.keeping)
        look_at, edition = 0.0, 0
        wait = 0.0 if view.board is None else desk.database.look_s
        while (acted := self._serve(desk, wait=wait)) is not None:
            if (wait := look_at - time.monotonic()) > 0:
                continue
            try:
                news: News | None = view.newer(acted=acted or bringing.brought)
                self._board, self._looked = view.board, view.looked
                self._alive, self._trouble = time.monotonic(), ""
                self._show_standin(desk)
                bringing.go_on(desk)
                if self.keeping is not None and edition != self.keeping.edition:
                    edition, news = self.keeping.edition, view.board
                if news is not None and self.keeping is not None:
                    news = self.keeping.shown(view.board)
                wait = 0.0 if bringing.brought else desk.database.look_s
                if not acted:
                    wait = min(wait, view.warm())
            except Exception as error:  # noqa: BLE001 - a bug here must not end the thread in silence
                self._trouble, view.board = self._sentence(error), None
                news = self._as_trouble()
                wait = bringing.back_off()
                look_at = time.monotonic() + wait
            if news is not None:
                self._deliver(news)

    def _show_standin(self, desk: Desk) -> None:
        """Have the desk without a record know the hospital's files as they were read last."""
        if self.keeping is not None and self.keeping.standin.full_site is not desk.full_site:
            self.keeping.standin.site = desk.full_site

    def _as_trouble(self) -> Trouble:
        board = self.keeping.shown(self._board) if self.keeping is not None else None
        sentence = self._trouble or (self.keeping.fault if self.keeping is not None else "")
        return Trouble(sentence, self._looked, board=board)

    def _show_kept(self) -> None:
        """Show what was kept while nobody can look at the record."""
        if self._trouble or self.silence() > self._answer_s:
            self._deliver(self._as_trouble())

    def _serve(self, desk: Desk | None, *, wait: float) -> bool | None:
        """Do the next thing handed over; False when none came in time, None at the end."""
        try:
            task = self._jobs.get(timeout=max(0.0, wait))
        except queue.Empty:
            return False
        if task is None:
            return None
        if not task.begin():
            return True
        try:
            if desk is None:
                raise Away(self._trouble)
            task.answer(task.run(desk))
        except Away as fault:
            if self.keeping is None or not self._relief.stand_in(task, self.keeping.standin):
                task.fail(fault)
        except BaseException as error:  # noqa: BLE001 - whatever went wrong belongs to who asked
            task.fail(error)
        return True

    def _try_open(self) -> Desk | None:
        """Open the record, at last once it is back; where it cannot be used every job is told why."""
        bringing = _Bringing(self.keeping)
        while True:
            try:
                self._desk = desk = self._open_desk()
                if self.keeping is not None:
                    self.keeping.standin.memory, self.keeping.standin.permits = desk.memory, desk.permits
                    desk.keeping, desk.seat = self.keeping, self.keeping.standin.seat
                    desk.recognise()
                return desk
            except Exception as error:  # noqa: BLE001 - whoever waits must be told of a bug, too
                self._trouble = str(error) if isinstance(error, HisError) else self._sentence(error)
                if self.keeping is None or not isinstance(error, Away):
                    self._deliver(Trouble(self._trouble, utc_now(), final=True))
                    while (job := self._jobs.get()) is not None:
                        job.fail(error)
                    return None
            self._deliver(self._as_trouble())
            until = time.monotonic() + bringing.back_off()
            while (left := until - time.monotonic()) > 0:
                if self._serve(None, wait=left) is None:
                    return None


class _Bringing:
    """When kept acts are brought to the record: at once while it takes them, else ever more seldom."""

    def __init__(self, keeping: Keeping | None) -> None:
        self._keeping = keeping
        self._wait = FIRST_WAIT_S
        self._next = self._orphans = 0.0
        self.brought = False
        """Whether something was brought just now: there is something to see, and perhaps more to do."""

    def back_off(self) -> float:
        """Seconds to wait after another failure."""
        wait, self._wait = self._wait, min(2 * self._wait, BACK_OFF_S)
        return wait

    def go_on(self, desk: Desk) -> None:
        """Bring some of what waits."""
        self.brought = False
        now, keeping = time.monotonic(), self._keeping
        if keeping is None or now < self._next or (not keeping.away and now < self._orphans):
            return
        edition = keeping.edition
        try:
            if keeping.away:
                before, whole = keeping.brought, keeping.bring_back(desk, for_s=BRING_S)
                self.brought = not whole and keeping.brought != before
                if not whole and not self.brought:  # a journal that gives nothing back is not asked at once
                    self._next = now + self.back_off()
                    return
            else:
                whole = keeping.bring_orphans(desk, for_s=BRING_S)
                self._orphans = now + (ORPHANS_S if whole else 0.0)
            self._wait = FIRST_WAIT_S
            self.brought = self.brought or edition != keeping.edition
        except HisError:
            self._next = now + self.back_off()


class _View:
    """The picture last shown, and whether the record has moved on since."""

    def __init__(self, desk: Desk, board: Board | None, tell: Callable[[str], object]) -> None:
        self._desk, self._tell = desk, tell
        self._version: tuple[int, int] = (-1, 0)
        self._swaps = desk.database.swaps
        self._behind = True
        self._shown, self._hold = 0.0, HOLD_S
        self._warm: Board | None = None
        self._warmed = 0.0
        self.board = board
        self.looked = desk.now()

    def newer(self, *, acted: bool) -> Board | None:
        """A newer picture: at once after an act of one's own, else after a rest of the last."""
        database = self._desk.database
        version = (database.data_version(), database.written)
        self._behind = self._behind or version != self._version or self.board is None
        self._version = version
        if self._swaps != self._desk.database.swaps:  # another record was put in its place
            self._swaps, self.board = self._desk.database.swaps, None
        board = self.board
        if self._behind and (acted or self._rested(self._hold)):
            from hisconsole.desk.board import first_board, newer_board

            began = time.monotonic()
            board = first_board(self._desk) if board is None else newer_board(self._desk, board)
            self._behind = False
            if gone := database.look_back():
                self._tell(gone)
            self._hold = min(AGE_S, max(HOLD_S, BUSY * (time.monotonic() - began)))
        now = self.looked = self._desk.now()
        falls = board.turns_at if board is not None else None
        if board is not None and falls is not None and now >= falls and self._rested(AGE_S):
            from hisconsole.desk.board import older_board

            board = older_board(self._desk, board)
        if board is None or (self.board is not None and _same(board, self.board)):
            return None
        self.board, self._shown = board, time.monotonic()
        return board

    def _rested(self, for_s: float) -> bool:
        """Whether the last picture is so old."""
        return time.monotonic() - self._shown >= for_s

    def warm(self) -> float:
        """Know one more of the gravest incidents in full, for the time when the record cannot be asked.

        Returns the seconds after which the next may be read. In a storm every console would read each change
        at once, and keep its keys waiting.
        """
        if self._desk.keeping is None or self.board is None or self._warm is self.board:
            return inf
        began = time.monotonic()
        if not self._rested(REST_S) and began - self._warmed < STORM_S:
            return inf
        for row in self.board.rows[:WARM]:
            known = self._desk.memory.known(row.number)
            if known is None or known[0].version < row.version:
                with self._desk.database.read() as connection:
                    incident, _history = self._desk.memory.look(connection, row.number)
                    self._desk.memory.plan(connection, incident.plan)
                self._warmed = time.monotonic()
                return BUSY * (self._warmed - began)
        self._warm = self.board
        return inf


def _same(one: Board, other: Board) -> bool:
    return one is other or (one.seq == other.seq and one.at == other.at)

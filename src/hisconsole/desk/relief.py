"""What the screen hands to the desk, and the thread that relieves the desk's own while the record is away.

A job may be run twice, by the relief on a desk without its record and by the desk's own thread: acts have
their ids, so that this is once, and the first success is the answer. A refusal must not be told of an act
that is done after all: the relief tells one only where it has taken the job from the desk's thread, which
will not begin it any more. A job which that thread has begun waits for what the record says, and after
GIVE_UP_S its answer is that nobody knows.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hisconsole.desk.actor import Actor, act_id
from hisconsole.errors import Away, HisError
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.desk.desk import Desk

Answer = TypeVar("Answer")
Found = TypeVar("Found")

GIVE_UP_S = 20.0
"""So long somebody waits for the answer of a record that is frozen: longer than any deadline of a store."""


class Hand:
    """Whoever acts in one job, which may be run twice, and what is done in it only once."""

    def __init__(self, actor: Actor) -> None:
        """Nothing was done yet."""
        self.actor = actor
        self.refused = False
        """Whether an act in it was refused without the record: it must not be done after all."""
        self._mutex = threading.Lock()
        self._done: Future[Any] | None = None

    def once(self, what: Callable[[], Found]) -> Found:
        """Do it, or say again what it came to; a second one waits for the first."""
        with self._mutex:
            if self._done is None:
                self._done = Future()
                try:
                    self._done.set_result(what())
                except BaseException as error:  # noqa: BLE001 - it is raised below, each time
                    self._done.set_exception(error)
            found: Found = self._done.result()
            return found


class Task(Generic[Answer]):
    """One job and whoever waits for it."""

    def __init__(self, job: Callable[[Desk], Answer]) -> None:
        self._job = job
        self._acts: list[str] = []
        self._hand: Hand | None = None
        self._begun = self._withdrawn = False
        self._mutex = threading.Lock()
        self.since = time.monotonic()
        self.future: Future[Answer] = Future()
        self.future.set_running_or_notify_cancel()
        self.tried = False
        """Whether the relief has had it."""

    @property
    def refused(self) -> bool:
        """Whether any of it was refused without the record, though it went on."""
        return self._hand is not None and self._hand.refused

    def begin(self) -> bool:
        """The desk's thread has come to it; False where it was withdrawn, and is not to be done."""
        with self._mutex:
            self._begun = not self._withdrawn
            return self._begun

    def withdraw(self) -> bool:
        """See to it that the desk's thread will not do it; False where it has begun."""
        with self._mutex:
            self._withdrawn = not self._begun
            return self._withdrawn

    def run(self, desk: Desk) -> Answer:
        """Do it with a desk; whoever acts, and the ids of acts without their own, are the same each time.

        It is bound to whoever sits there when it is first run: jobs are begun in their order, and one
        that seats somebody comes before those of his.
        """
        before, done = desk.naming, 0
        with self._mutex:
            hand = self._hand = self._hand or Hand(desk.seat.actor)

        def name(now: datetime) -> str:
            nonlocal done
            done += 1
            with self._mutex:
                if len(self._acts) < done:
                    self._acts.append(act_id(now))
                return self._acts[done - 1]

        desk.naming = name
        try:
            with desk.seat.given_to(hand):
                return self._job(desk)
        finally:
            desk.naming = before

    def answer(self, found: Answer) -> None:
        """Tell whoever waits, unless somebody has."""
        with self._mutex:
            if not self.future.done():
                self.future.set_result(found)

    def fail(self, why: BaseException) -> None:
        """The same with a failure."""
        with self._mutex:
            if not self.future.done():
                self.future.set_exception(why)


class Relief:
    """Tasks that nobody has answered yet, and the thread that has acts among them kept."""

    def __init__(self, told: Callable[[], None]) -> None:
        """`told` is called in the thread after each answer."""
        self._told = told
        self._open: dict[int, Task[object]] = {}
        self._mutex = threading.Lock()
        self._at_work = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def waits(self) -> bool:
        """Whether somebody waits for an answer."""
        return bool(self._open)

    def await_(self, task: Task[Answer]) -> None:
        """Remember a task until it is answered."""
        with self._mutex:
            self._open[id(task)] = task  # type: ignore[assignment]  # it is only run and answered
        task.future.add_done_callback(lambda _future: self._open.pop(id(task), None))

    def take_over(self, desk: Desk) -> None:
        """Try the tasks that wait with a desk that has no record; the thread ends with the last of them."""
        with self._mutex:
            running = self._thread is not None and self._thread.is_alive()
            if not running and any(not task.tried for task in list(self._open.values())):
                self._thread = threading.Thread(target=self._run, args=(desk,), name="relief", daemon=True)
                self._thread.start()

    def stand_in(self, task: Task[Answer], desk: Desk) -> bool:
        """Answer a task for good without the record, in the desk's thread; False where only it could."""
        with self._at_work:
            desk.recognise()
            try:
                task.answer(task.run(desk))
            except Away:
                return False
            except BaseException as error:  # noqa: BLE001 - whatever went wrong belongs to who asked
                task.fail(error)
            return True

    def give_up(self) -> None:
        """Tell whoever has waited too long for a frozen record that there is no answer."""
        for task in list(self._open.values()):
            if time.monotonic() - task.since > GIVE_UP_S:
                task.fail(_undone() if task.withdraw() else _doubt())

    def join(self, wait: float) -> None:
        """Wait for the thread where there is one."""
        if self._thread is not None:
            self._thread.join(wait)

    def _run(self, desk: Desk) -> None:
        while (task := self._next()) is not None:
            if self._try(task, desk):
                self._told()

    def _try(self, task: Task[object], desk: Desk) -> bool:
        """Answer a task before the desk's thread does, or leave it to that; whether it was answered."""
        with self._at_work:
            desk.recognise()
            try:
                found = task.run(desk)
                if task.refused and not task.withdraw():
                    return False
                task.answer(found)
            except Away:
                return False
            except HisError as refusal:
                if not task.withdraw():
                    return False
                task.fail(refusal)
            except Exception:  # noqa: BLE001 - the desk's thread has the record, and says what is wrong
                return False
            return True

    def _next(self) -> Task[object] | None:
        with self._mutex:
            for task in list(self._open.values()):
                if not task.tried:
                    task.tried = True
                    return task
            self._thread = None
            return None


def _undone() -> Away:
    return Away(_("The record does not answer, and this was not done: try again once it is back."))


def _doubt() -> Away:
    sentence = _(
        "The record does not answer, and nobody knows whether this was done: look again once it is back."
    )
    return Away(sentence, doubtful=True)

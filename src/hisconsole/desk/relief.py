"""What the screen hands to the desk, and the thread that relieves the desk's own while the record is away.

A job may be run twice, by the relief on a desk without its record and by the desk's own thread: acts have
their ids, so that this is once, and the first answer counts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from hisconsole.desk.actor import act_id
from hisconsole.errors import Away

if TYPE_CHECKING:
    from hisconsole.desk.desk import Desk

Answer = TypeVar("Answer")


class Task(Generic[Answer]):
    """One job and whoever waits for it."""

    def __init__(self, job: Callable[[Desk], Answer]) -> None:
        self._job = job
        self._acts: list[str] = []
        self._mutex = threading.Lock()
        self.future: Future[Answer] = Future()
        self.future.set_running_or_notify_cancel()
        self.tried = False
        """Whether the relief has had it."""

    def run(self, desk: Desk) -> Answer:
        """Do it with a desk; its acts without ids of their own have the same ones each time."""
        before, done = desk.naming, 0

        def name(now: datetime) -> str:
            nonlocal done
            done += 1
            with self._mutex:
                if len(self._acts) < done:
                    self._acts.append(act_id(now))
                return self._acts[done - 1]

        desk.naming = name
        try:
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
        """Answer a task without the record; False where only the record could."""
        with self._at_work:
            try:
                task.answer(task.run(desk))
            except Away:
                return False
            except BaseException as error:  # noqa: BLE001 - whatever went wrong belongs to who asked
                task.fail(error)
            return True

    def join(self, wait: float) -> None:
        """Wait for the thread where there is one."""
        if self._thread is not None:
            self._thread.join(wait)

    def _run(self, desk: Desk) -> None:
        while (task := self._next()) is not None:
            if self.stand_in(task, desk):
                self._told()

    def _next(self) -> Task[object] | None:
        with self._mutex:
            for task in list(self._open.values()):
                if not task.tried:
                    task.tried = True
                    return task
            self._thread = None
            return None

"""The one thread that looks at the readings: it serves the screen and tells it of each newer picture."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from textual.message import Message

from hisconsole.values import dataclass

if TYPE_CHECKING:
    from hisconsole.desk.desk import Desk, Outcome
    from hisconsole.desk.worker import News
    from hisconsole.plan.picture import History, StatusPicture
    from hisconsole.plan.reading import Judged

LOOK_S = 0.5
"""How often a newer picture is asked for."""
AGE_S = 5.0
"""How often a picture is looked through for what has grown old while no newer one came."""

Answer = TypeVar("Answer")


class Readings(Protocol):
    """What the console reads of the watch; all of it is called in one thread of its own."""

    def newer(self, version: int) -> StatusPicture | None:
        """The picture, where there is one newer than `version`; to -1 there always is one."""

    def readings_of(self, target: str) -> Sequence[Judged]:
        """Every reading of a target as last judged."""

    def history(self, target: str, key: str) -> History:
        """The past of a reading, oldest first."""

    def poll_now(self, target: str) -> None:
        """Ask the watch to poll a target at once. Raises HisError where that cannot be asked."""


class Silencing(Protocol):
    """The desk's act that agrees on quiet for targets or services."""

    def __call__(
        self,
        desk: Desk,
        names: Sequence[str],
        given: Mapping[str, str],
        *,
        whole: bool = False,
        service: bool = False,
        act: str | None = None,
    ) -> Outcome:
        """Silence targets, with `whole` all that hangs on them alone, with `service` what carries these.

        `given` answers the form.
        """


@dataclass(frozen=True, slots=True)
class Watching:
    """How the console meets the watch: its readings, and the desk's acts about silences."""

    readings: Readings
    silence: Silencing
    lift: Callable[[Desk, str], Outcome]


class NewsCame(Message):
    """The desk's thread has a newer picture, or trouble."""

    def __init__(self, news: News) -> None:
        super().__init__()
        self.news = news

    def can_replace(self, message: Message) -> bool:
        """Only the newest picture is worth drawing."""
        return isinstance(message, NewsCame)


class StatusCame(Message):
    """There is a newer picture of what is watched, or a sentence says why there is none."""

    def __init__(self, picture: StatusPicture | None, sentence: str = "") -> None:
        super().__init__()
        self.picture = picture
        self.sentence = sentence

    def can_replace(self, message: Message) -> bool:
        """Only the newest is worth drawing."""
        return isinstance(message, StatusCame)


_Job = tuple[Callable[[Readings], Any], "Future[Any]"]


class Feed:
    """The thread; it begins with `start` and ends with `stop`."""

    def __init__(
        self,
        readings: Readings,
        deliver: Callable[[StatusCame], object],
        *,
        now: Callable[[], datetime],
        sentence: Callable[[Exception], str] = str,
    ) -> None:
        """`deliver` is called in the thread and must only post; `sentence` says what went wrong."""
        self._readings = readings
        self._deliver = deliver
        self._now = now
        self._sentence = sentence
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="readings", daemon=True)
        self._looked = time.monotonic()
        self._picture: StatusPicture | None = None
        self._aged_at = 0.0
        self._told = ""

    def start(self) -> None:
        """Begin; a second time is nothing."""
        if self._thread.ident is None:
            self._looked = time.monotonic()
            self._thread.start()

    def stop(self, wait: float = 0.5) -> None:
        """End; after `wait` seconds the process may leave anyway."""
        self._jobs.put(None)
        if self._thread.is_alive():
            self._thread.join(wait)

    def quiet(self) -> float:
        """Seconds since the readings could last be looked at."""
        return time.monotonic() - self._looked if self._thread.ident else 0.0

    def submit(self, job: Callable[[Readings], Answer]) -> Future[Answer]:
        """Run `job` with the readings; the future carries its answer or its failure."""
        future: Future[Answer] = Future()
        future.set_running_or_notify_cancel()
        self._jobs.put((job, future))
        return future

    def _run(self) -> None:
        while self._serve(LOOK_S if self._picture is not None or self._told else 0.0):
            try:
                self._look()
                self._looked = time.monotonic()
                self._told = ""
            except Exception as error:  # noqa: BLE001 - a bug here must not end the thread in silence
                sentence = self._sentence(error)
                if sentence != self._told:
                    self._told = sentence
                    self._deliver(StatusCame(None, sentence))

    def _look(self) -> None:
        from hisconsole.plan.picture import aged

        held = self._picture
        newer = self._readings.newer(held.version if held else -1)
        if newer is not None:
            self._picture, self._aged_at = newer, time.monotonic()
            self._deliver(StatusCame(newer))
        elif held is not None and time.monotonic() - self._aged_at >= AGE_S:
            self._aged_at = time.monotonic()
            old = aged(held, self._now())
            if old is not held:
                self._picture = old
                self._deliver(StatusCame(old))

    def _serve(self, wait: float) -> bool:
        """Do what was handed over until `wait` seconds have passed; False at the end."""
        until = time.monotonic() + wait
        while True:
            try:
                job = self._jobs.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return True
            if job is None:
                return False
            function, future = job
            try:
                future.set_result(function(self._readings))
            except BaseException as error:  # noqa: BLE001 - whatever went wrong belongs to who asked
                future.set_exception(error)

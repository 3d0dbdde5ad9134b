"""What the console itself makes of the watch: the picture in force, its alarm, its problems, what rings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from hisconsole.console.feed import Feed, Readings, StatusCame, Watching
from hisconsole.console.looks import Role
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.desk.keeping import Keeping
    from hisconsole.plan.board import Board
    from hisconsole.plan.picture import StatusPicture

RING_S = 60.0

Answer = TypeVar("Answer")


class Lookout:
    """The feed and the newest picture; where nothing is watched it is silent."""

    def __init__(
        self,
        watching: Watching | None,
        deliver: Callable[[StatusCame], object],
        *,
        now: Callable[[], datetime],
        sentence: Callable[[Exception], str],
    ) -> None:
        """`deliver` is called in the feed's thread."""
        self.watching = watching
        self.picture: StatusPicture | None = None
        self._asked: dict[str, datetime | None] = {}
        self._now = now
        self._feed = Feed(watching.readings, deliver, now=now, sentence=sentence) if watching else None

    def start(self) -> None:
        """Begin to look; a second time is nothing."""
        if self._feed is not None:
            self._feed.start()

    def stop(self) -> None:
        """Look no more."""
        if self._feed is not None:
            self._feed.stop()

    def submit(self, job: Callable[[Readings], Answer]) -> Future[Answer] | None:
        """Hand something to the thread of the readings; None where there is none."""
        return self._feed.submit(job) if self._feed is not None else None

    def await_poll(self, targets: Iterable[str]) -> None:
        """Remember that these were asked for, to say what came of it."""
        known = self.picture.by_target if self.picture else {}
        self._asked |= {each: known[each].shown.checked_at for each in targets if each in known}

    def polled(self) -> list[str]:
        """Sentences about what was asked for and has been polled since."""
        from hisconsole.plan.status import status_label

        told: list[str] = []
        for target, before in list(self._asked.items()):
            row = self.picture.by_target.get(target) if self.picture else None
            if row is not None and row.shown.checked_at == before:
                continue
            del self._asked[target]
            if row is not None:
                status, words = status_label(row.shown.under), row.words
                sentence = _("{target} was polled: {status}").format(target=target, status=status)
                told.append(f"{sentence}, {words}" if words else sentence)
        return told

    def alarm(self, record: str) -> str:
        """The one alarm about what can be seen at all; `record` is that of the record."""
        if self._feed is None:
            return record
        from hisconsole.console.status_show import alarm_slot

        return alarm_slot(self.picture, quiet_s=self._feed.quiet(), record=record, now=self._now())

    def problems(self) -> tuple[int, Role] | None:
        """How many problems line 1 tells of, and how loud."""
        if self.picture is None:
            return None
        from hisconsole.console.status_show import problems_cell

        return problems_cell(self.picture, self._now())

    def ringing(self, board: Board) -> frozenset[int | str]:
        """What somebody must hear of: serious incidents nobody took, and hard problems in no incident."""
        found: frozenset[int | str] = frozenset(board.ringing)
        if self.picture is None or not self.picture.ringing:
            return found
        named = {row.workstation for row in board.rows}
        return found | {target for target in self.picture.ringing if target not in named}


def kept_here(keeping: Keeping | None, now: datetime) -> str:
    """The alarm about acts that wait on this machine: how many, and how old the oldest is."""
    if keeping is None or not keeping.count or keeping.since is None:
        return ""
    from hisconsole.console.status_show import age_text

    return _("KEPT HERE {n} {age}").format(n=keeping.count, age=age_text(keeping.since, now=now))


class Bell:
    """One bell for what is new, and again each minute until it is taken."""

    def __init__(self) -> None:
        self._rung: frozenset[int | str] = frozenset()
        self._rang_at = 0.0

    def due(self) -> bool:
        """Whether a minute has passed since it rang."""
        return time.monotonic() - self._rang_at >= RING_S

    def rings(self, wanted: Iterable[int | str], *, muted: bool) -> bool:
        """Whether to ring now for what wants to be heard."""
        ringing = frozenset(wanted)
        loud = not muted and (bool(ringing - self._rung) or (bool(ringing) and self.due()))
        if loud:
            self._rang_at = time.monotonic()
        self._rung = ringing
        return loud

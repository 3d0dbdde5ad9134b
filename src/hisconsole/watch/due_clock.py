"""The due clock of the watch: it puts the due rows right once, and then tells each deadline that passes.

Beside a gate that passes, and a notice that went out without it, it freezes what the watch saw then.
The overrun of a planned stop becomes an incident with its deadline.

It acts through the desk as the actor *watch*, in a thread of its own: the rounds never wait for the record.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from hisconsole.config import is_sample, load_site, reload, signature
from hisconsole.desk.actor import here, utc_now
from hisconsole.desk.desk import Desk
from hisconsole.desk.duties import recompute, tell_overdue
from hisconsole.desk.evidence import freeze_notices
from hisconsole.desk.pictures import Pictures
from hisconsole.desk.record import begun, open_record
from hisconsole.desk.replaying import Tally, replay_orphans
from hisconsole.plan.picture import StatusPicture
from hisconsole.store.events import Head, head
from hisconsole.store.journal import Journal, places
from hisconsole.watch.holding import pause

BRING_S = 0.5
"""Kept acts are brought for so long before the deadlines have their turn."""
BEHIND = 1000
"""Events that are looked at again at a start."""

WATCH = "watch"
"""The actor whose acts nobody did by hand."""


@dataclass(slots=True)
class LastSeen:
    """The newest event of the record that this process has known, through every closing and opening.

    A record that has gone back behind it is refused until the process is started again, as a console does.
    """

    head: Head | None = None

    def keep(self, head: Head | None) -> None:
        """Keep what an opening has seen, where it is newer."""
        if head is not None and (self.head is None or head.seq > self.head.seq):
            self.head = head


class DueClock:
    """Keeps the clock while a watch holds the lease; `run` it once. `broken` logs a fault."""

    def __init__(
        self,
        config: Path,
        data: Path,
        *,
        every_s: float,
        broken: Callable[[Exception], str],
        leads: Callable[[], bool] = lambda: True,
        last: LastSeen | None = None,
    ) -> None:
        """`leads` says whether the clock is ours: of several watches one keeps it; `last` outlives this."""
        self._leads = leads
        self._config, self._data, self._every_s, self._broken = config, data, every_s, broken
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="due")
        self._desk: Desk | None = None
        self._last = last or LastSeen()
        self._seen = 0
        """The seq up to which notices were looked at for the evidence of them."""
        self._signed: object = None
        self._unbrought = ""
        """Why kept acts could not be brought last, so that it is logged once and not at each look."""

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set; what goes wrong is logged and tried again."""
        loop = asyncio.get_running_loop()
        try:
            while not stop.is_set():
                await loop.run_in_executor(self._thread, self._look)
                await pause(stop, self._every_s)
        finally:
            await loop.run_in_executor(self._thread, self._close)
            self._thread.shutdown(wait=False)

    def _look(self) -> None:
        """Tell what has passed; a record that nobody has begun owes nothing."""
        try:
            if not self._leads():
                self._close()
                return
            if self._desk is None:
                if not begun(self._config, self._data):
                    return
                self._desk = self._opened()
                recompute(self._desk)
                self._seen = self._begin(self._desk)
            self._follow(self._desk)
            self._bring(self._desk)
            tell_overdue(self._desk, self._picture)
            self._seen = freeze_notices(self._desk, self._picture, after=self._seen)
        except Exception as fault:  # noqa: BLE001 - a bug must not stop the clock; it is logged and tried again
            self._broken(fault)
            self._close()

    def _follow(self, desk: Desk) -> None:
        """Go by the hospital's files as they are now: incidents begin under the plan in force."""
        signed = signature(self._config)
        if signed != self._signed:
            self._signed = signed
            desk.site = reload(desk.site, self._config)[0]

    def _bring(self, desk: Desk) -> None:
        """Bring to the record what consoles that are gone have kept; it holds up no deadline."""
        named = Path(desk.site.journal) if desk.site.journal else None
        try:
            journal = Journal(places(self._data, named=named))
            replay_orphans(desk, journal, Tally(), until=time.monotonic() + BRING_S)
            self._unbrought = ""
        except Exception as fault:  # noqa: BLE001 - no journal may stop the clock, whatever stands in it
            if str(fault) != self._unbrought:
                self._unbrought = str(fault)
                self._broken(fault)

    def _opened(self) -> Desk:
        self._signed = signature(self._config)
        site = load_site(self._config)
        database = open_record(self._config, self._data, known=self._last.head)
        return Desk(database=database, site=site, actor=here(WATCH))

    def _begin(self, desk: Desk) -> int:
        """From where to look for notices: the watch before may have died with the last of them unseen."""
        with desk.database.read() as connection:
            return max(0, head(connection).seq - BEHIND)

    def _picture(self) -> StatusPicture | None:
        """What the watch has seen, read when it is needed; without it deadlines are told all the same."""
        try:
            sample = is_sample(self._config)
            with closing(Pictures(self._config, self._data, sample=sample, now=utc_now)) as pictures:
                return pictures.newer(-1)
        except Exception as fault:  # noqa: BLE001 - as above
            self._broken(fault)
            return None

    def _close(self) -> None:
        desk, self._desk = self._desk, None
        if desk is not None:
            self._last.keep(desk.database.seen)
            desk.database.close()

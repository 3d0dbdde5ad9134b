"""The due clock of the watch: it puts the due rows right once, and then tells each deadline that passes.

It acts through the desk as the actor *watch*, in a thread of its own: the rounds never wait for the record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hisconsole.config import load_site
from hisconsole.desk.actor import here
from hisconsole.desk.desk import Desk
from hisconsole.desk.duties import recompute, tell_overdue
from hisconsole.store.database import RECORD, Database
from hisconsole.watch.holding import pause

WATCH = "watch"
"""The actor whose acts nobody did by hand."""


class DueClock:
    """Keeps the clock while a watch holds the lease; `run` it once. `broken` logs a fault."""

    def __init__(
        self, config: Path, data: Path, *, every_s: float, broken: Callable[[Exception], str]
    ) -> None:
        self._config, self._data, self._every_s, self._broken = config, data, every_s, broken
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="due")
        self._desk: Desk | None = None

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
            if self._desk is None:
                if not (self._data / RECORD).exists():
                    return
                self._desk = self._opened()
                recompute(self._desk)
            tell_overdue(self._desk)
        except Exception as fault:  # noqa: BLE001 - a bug must not stop the clock; it is logged and tried again
            self._broken(fault)
            self._close()

    def _opened(self) -> Desk:
        site = load_site(self._config)
        return Desk(database=Database(self._data), site=site, actor=here(WATCH))

    def _close(self) -> None:
        desk, self._desk = self._desk, None
        if desk is not None:
            desk.database.close()

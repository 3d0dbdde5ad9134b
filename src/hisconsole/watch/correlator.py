"""From what the watch knows to the record: looked at every second, in a thread of its own.

It acts through the desk as the actor *watch*. Rounds never wait for it; while it is late, what changed is
counted, and told together.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Final

from hisconsole.config import Site, load_site
from hisconsole.desk.actor import here
from hisconsole.desk.correlating import correlate, places_of
from hisconsole.desk.desk import Desk
from hisconsole.desk.pictures import Silences
from hisconsole.desk.record import begun, open_record
from hisconsole.plan.clusters import Place, Seen, patient, proven
from hisconsole.plan.picture import Watched, wrong
from hisconsole.plan.shown import show
from hisconsole.plan.watching import limits
from hisconsole.watch.due_clock import WATCH, LastSeen
from hisconsole.watch.holding import Known, pause

AT_LEAST_S: Final = 5.0
"""Without any change it is looked all the same: silences end, and what is seen grows old."""


class Correlator:
    """Keeps incidents in step while a watch holds the lease; `run` it once. `broken` logs a fault."""

    def __init__(
        self,
        config: Path,
        data: Path,
        *,
        known: Callable[[], Known | None],
        every_s: float,
        now: Callable[[], datetime],
        broken: Callable[[Exception], str],
        last: LastSeen | None = None,
    ) -> None:
        """`known` is asked on the loop: None until the first targets are known; `last` outlives this."""
        self._config, self._data, self._every_s = config, data, every_s
        self._known, self._now, self._broken = known, now, broken
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="correlate")
        self._desk: Desk | None = None
        self._last = last or LastSeen()
        self._silences = Silences(config, data)
        self._before: Known | None = None
        self._files = ""
        self._site: Site | None = None
        self._places: Mapping[str, Sequence[Place]] = {}
        self._record = -1
        self._looked_s = 0.0
        self._tally: Counter[str] = Counter()

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set; what goes wrong is logged and tried again."""
        loop = asyncio.get_running_loop()
        try:
            while not stop.is_set():
                known = self._known()
                if known is not None:
                    await loop.run_in_executor(self._thread, self.look, known)
                await pause(stop, self._every_s)
        finally:
            await loop.run_in_executor(self._thread, self._close)
            self._thread.shutdown(wait=False)

    def look(self, known: Known) -> None:
        """Record what has changed since the last look, and count what it folds together."""
        try:
            fresh = self._count(known)
            rested = time.monotonic() - self._looked_s >= AT_LEAST_S
            record = self._desk.database.data_version() if self._desk is not None else -1
            if not (fresh or rested or record != self._record):
                return
            self._looked_s = time.monotonic()
            seen = self._seen(known)
            rings = any(row.shown.rings for row in seen.rows.values())
            if not rings and not begun(self._config, self._data):
                return  # a record that nobody has begun is begun by the first fault
            desk = self._opened()
            record = desk.database.data_version()
            made = correlate(desk, seen)
            for change in made:
                for member in change.counted:
                    self._tally.pop(member, None)
            # What was left over for the next look counts as fresh then.
            self._record = -1 if made else record
        except Exception as fault:  # noqa: BLE001 - a bug must not stop the watch; it is logged and tried again
            self._broken(fault)
            self._close()

    def _count(self, known: Known) -> bool:
        """Count the changes of status since the last look; whether anything is new at all."""
        before, self._before = self._before, known
        if before is None:
            return True
        fresh = before.path != known.path or before.infrastructure is not known.infrastructure
        for id_, health in known.healths.items():
            old = before.healths.get(id_)
            if old is health:
                continue
            fresh = True
            last = old.changes[-1] if old is not None and old.changes else None
            since = [each for each in health.changes if last is None or each.at > last.at]
            if since:
                self._tally[id_] += len(since)
        return fresh

    def _seen(self, known: Known) -> Seen:
        now, infrastructure = self._now(), known.infrastructure
        if self._site is None or self._files != infrastructure.version:
            self._close()  # with changed targets the hospital's other files are read again too
            self._site, self._files = load_site(self._config), infrastructure.version
            self._places = places_of(self._site)
        old_after = limits(infrastructure)
        healths = {
            each.id: known.healths[each.id] for each in infrastructure.targets if each.id in known.healths
        }
        every = show(
            healths,
            parents=infrastructure.parents,
            limits=old_after,
            silences=self._silences.running(now),
            path=known.path,
            now=now,
        )
        shown = {id_: proven(each) for id_, each in every.items()}
        rows = {
            each.id: Watched(
                each,
                shown[each.id],
                old_after[each.id],
                wrong=wrong(known.readings(each.id)) if shown[each.id].rings else (),
            )
            for each in infrastructure.targets
            if each.id in shown
        }
        return Seen(
            at=now,
            rows=patient(
                rows,
                {id_: health.recovered_at for id_, health in healths.items() if health.recovered_at},
                now=now,
            ),
            plan=self._site.plan,
            places=self._places,
            blind=known.path.isolated or not known.path.trusted,
            changes=self._tally,
        )

    def _opened(self) -> Desk:
        if self._desk is None:
            site = self._site or load_site(self._config)
            database = open_record(self._config, self._data, known=self._last.head)
            self._desk = Desk(database=database, site=site, actor=here(WATCH), now=self._now)
        return self._desk

    def _close(self) -> None:
        desk, self._desk = self._desk, None
        if desk is not None:
            self._last.keep(desk.database.seen)
            desk.database.close()
        self._silences.close()

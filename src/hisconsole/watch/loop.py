"""The watch: it stands by until it holds the lease, and then keeps the readings fresh until it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from hisconsole.errors import StoreFault
from hisconsole.faultlog import fault_id, log_fault
from hisconsole.store.readings import Lost
from hisconsole.store.readings_lease import myself
from hisconsole.watch.correlator import Correlator
from hisconsole.watch.due_clock import DueClock, LastSeen
from hisconsole.watch.holding import Holding, Known, MakePollers, pause
from hisconsole.watch.keeper import Keeper
from hisconsole.watch.safekeeping import Safekeeping
from hisconsole.watch.sharing import sharing_of
from hisconsole.watch.timing import Timing

LOG = "watch.log"


def _known_to_leader(holding: Holding) -> Known | None:
    """What is known, for the one watch that keeps the record in step."""
    return holding.known() if holding.leads() else None


class Watch:
    """One process's part in the watch; `run` it once."""

    def __init__(
        self,
        *,
        config: Path,
        data: Path,
        make_pollers: MakePollers,
        now: Callable[[], datetime],
        timing: Timing,
    ) -> None:
        self._config, self._data, self._timing, self._now = config, data, timing, now
        self._make_pollers = make_pollers
        self._holder = myself()
        self._keeper = Keeper(data, now=now, lease_s=timing.lease_s, broken=self._broken)
        self._logged: set[str] = set()
        self._last = LastSeen()

    async def run(self, stop: asyncio.Event) -> None:
        """Stand by, and watch whenever the lease is ours, until `stop` is set."""
        try:
            while await self._stand_by(stop):
                holding = Holding(
                    config=self._config,
                    data=self._data,
                    keeper=self._keeper,
                    holder=self._holder,
                    make_pollers=self._make_pollers,
                    broken=self._broken,
                    now=self._now,
                    timing=self._timing,
                    sharing=sharing_of(
                        self._config,
                        self._data,
                        holder=self._holder,
                        lease_s=self._timing.lease_s,
                        now=self._now,
                        broken=self._broken,
                    ),
                )
                clock = DueClock(
                    self._config,
                    self._data,
                    every_s=self._timing.due_s,
                    broken=self._broken,
                    leads=holding.leads,
                    last=self._last,
                )
                correlator = Correlator(
                    self._config,
                    self._data,
                    known=partial(_known_to_leader, holding),
                    every_s=self._timing.correlate_s,
                    now=self._now,
                    broken=self._broken,
                    last=self._last,
                )
                safekeeping = Safekeeping(
                    self._config,
                    self._data,
                    now=self._now,
                    every_s=self._timing.backup_s,
                    trouble=holding.say_of_backups,
                    leads=holding.leads,
                    broken=self._broken,
                )
                over = asyncio.Event()
                keeping = asyncio.gather(clock.run(over), correlator.run(over), safekeeping.run(over))
                try:
                    await holding.run(stop)
                except (Lost, StoreFault) as fault:
                    self._broken(fault)
                finally:
                    over.set()
                    await keeping
        finally:
            with suppress(StoreFault):
                await self._keeper.close()

    async def _stand_by(self, stop: asyncio.Event) -> bool:
        """Wait for the lease; False when it is time to end. While the disk refuses, it is tried again."""
        while not stop.is_set():
            try:
                if await self._keeper.take(self._holder):
                    return True
            except StoreFault as fault:
                self._broken(fault)
            await pause(stop, self._timing.standby_s)
        return False

    def _broken(self, error: Exception) -> str:
        """Log a failure, each once; returns its name."""
        name = fault_id(error)
        if name not in self._logged and len(self._logged) < 1000:
            self._logged.add(name)
            log_fault(self._data / LOG, error, name)
        return name

"""Our part of the targets where several hosts share a server: what we poll, tell and hear.

While the server is away each watch goes on with its part until that ends, and then polls everything itself:
twice is better than not at all. One that had stopped, as a frozen machine does, keeps no record and tells
nothing of what others poll by now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hisconsole.config.server import load_server
from hisconsole.errors import Busy, ConfigFault, HisError
from hisconsole.plan.health import TargetHealth
from hisconsole.store.readings import Holder, Measured
from hisconsole.store.readings_lease import now_s
from hisconsole.values import dataclass

if TYPE_CHECKING:
    from hisconsole.paths import Server
    from hisconsole.store.shares import Share, Shares, Told

MOST_TOLD = 20_000
"""Rounds that wait for the server; the latest of each slot."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a beat came to: rounds of others, and targets that somebody wants polled now."""

    told: tuple[Told, ...] = ()
    asked: tuple[str, ...] = ()


class Sharing:
    """The part of one watch; its methods belong to the loop. `mine` is None while it polls everything."""

    def __init__(
        self,
        server: Server,
        data: Path,
        *,
        holder: Holder,
        lease_s: float,
        now: Callable[[], datetime],
        broken: Callable[[Exception], str],
    ) -> None:
        self._server, self._data, self._holder, self._now = server, data, holder, now
        self._lease_s, self._broken = lease_s, broken
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sharing")
        self._shares: Shares | None = None
        self._waiting: dict[tuple[str, str], tuple[TargetHealth, Measured]] = {}
        self._wanted: set[str] = set()
        self._until = -1.0
        self.mine: frozenset[str] | None = frozenset()
        self._led = False

    @property
    def leads(self) -> bool:
        """Whether the record is ours to keep in step: as the last beat said, and for its lease only."""
        return self._led and now_s() < self._until

    def polls(self, target: str) -> bool:
        """Whether a target is ours to poll now."""
        return self.mine is None or target in self.mine

    def add(self, health: TargetHealth, measured: Measured) -> None:
        """Have the others told of a round with the next beat; alone we tell nobody, for others poll too."""
        if self.mine is not None and measured.target in self.mine and len(self._waiting) < MOST_TOLD:
            self._waiting[measured.target, measured.probe] = (health, measured)

    def ask(self, target: str) -> None:
        """Have whoever polls a target asked to do so at once, with the next beat."""
        self._wanted.add(target)

    async def beat(self, targets: Collection[str], *, cut_off: bool) -> Heard:
        """Keep our part, tell and hear; one that is itself cut off gives its part back and goes on alone.

        With no other alive it still keeps the record: deadlines are told and backups made, see it or not.
        """
        loop = asyncio.get_running_loop()
        began = now_s()
        waiting, self._waiting = self._waiting, {}
        wanted, self._wanted = self._wanted, set()
        try:
            exchange = partial(self._exchange, targets, list(waiting.values()), wanted, cut_off=cut_off)
            share, told = await loop.run_in_executor(self._thread, exchange)
        except (HisError, OSError) as fault:
            self._broken(fault)
            self._waiting = {**waiting, **self._waiting}
            self._wanted |= wanted
            self._led = False
            if now_s() >= self._until:
                self.mine = None
            return Heard()
        self._until = began + self._lease_s
        self.mine, self._led = None if cut_off else share.mine, share.leads
        return Heard(told, share.asked)

    def _exchange(
        self,
        targets: Collection[str],
        waiting: list[tuple[TargetHealth, Measured]],
        wanted: Collection[str],
        *,
        cut_off: bool,
    ) -> tuple[Share, tuple[Told, ...]]:
        shares = self._opened()
        try:
            return self._told(shares, targets, waiting, wanted, cut_off=cut_off)
        except Busy:
            raise
        except HisError:
            # What comes next may be another server or another database: nothing is known of it.
            self._shares = None
            shares.close()
            raise

    def _told(
        self,
        shares: Shares,
        targets: Collection[str],
        waiting: list[tuple[TargetHealth, Measured]],
        wanted: Collection[str],
        *,
        cut_off: bool,
    ) -> tuple[Share, tuple[Told, ...]]:
        from hisconsole.store.shares import Told

        if cut_off:
            return shares.leave(), tuple(shares.hear())
        share = shares.beat(targets, for_s=self._lease_s)
        shares.tell([Told(health, measured) for health, measured in waiting if measured.target in share.held])
        if wanted:
            shares.ask(wanted)
        return share, tuple(shares.hear())

    def _opened(self) -> Shares:
        if self._shares is None:
            from hisconsole.desk.record import open_shared
            from hisconsole.store.shares import Shares

            record = open_shared(self._server, self._data)
            try:
                self._shares = Shares(record, me=self._holder.id, host=self._holder.host, now=self._now)
            except HisError:
                record.close()
                raise
        return self._shares

    async def close(self) -> None:
        """Give our part back where that can be done at once."""
        if self._shares is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._leave, self._shares)
        self._thread.shutdown(wait=False)

    def _leave(self, shares: Shares) -> None:
        try:
            shares.leave()
        except HisError as fault:
            self._broken(fault)
        shares.close()


def sharing_of(
    config: Path,
    data: Path,
    *,
    holder: Holder,
    lease_s: float,
    now: Callable[[], datetime],
    broken: Callable[[Exception], str],
) -> Sharing | None:
    """Our part where site.yaml names a server; None where this host alone watches."""
    try:
        server = load_server(config, data)
    except ConfigFault as fault:
        broken(fault)
        return None
    if server is None:
        return None
    return Sharing(server, data, holder=holder, lease_s=lease_s, now=now, broken=broken)

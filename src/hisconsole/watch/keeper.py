"""What is measured goes to the readings in one commit a second, by a thread of its own.

While the disk refuses, the latest of everything waits here; it is bounded by the number of targets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from hisconsole.errors import StoreFault
from hisconsole.plan.health import Change, TargetHealth
from hisconsole.plan.reach import OwnPath
from hisconsole.store.readings import Batch, Holder, Kept, Lost, Measured, Readings, Remade
from hisconsole.text import _

MOST_CHANGES = 1000
MOST_MEASURED = 20_000
"""Above it only the latest of each slot waits for a commit."""

Answer = TypeVar("Answer")


class Keeper:
    """The open readings and what waits to be written; the methods belong to the loop."""

    def __init__(
        self,
        data: Path,
        *,
        now: Callable[[], datetime],
        lease_s: float,
        broken: Callable[[Exception], str],
    ) -> None:
        """`broken` logs a bug and returns its name."""
        self._data, self._now, self._lease_s, self._broken = data, now, lease_s, broken
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="readings")
        self._readings: Readings | None = None
        self._healths: dict[str, TargetHealth] = {}
        self._measured: list[Measured] = []
        self._changes: list[Change] = []
        self._devices: Mapping[str, Mapping[str, int]] = {}
        self._present: frozenset[str] | None = None
        self._path: OwnPath | None = OwnPath()
        self.trouble = ""
        """Why the last commit failed."""
        self.took_s = 0.0
        """How long the last commit took."""

    async def _do(self, job: Callable[[Readings], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: job(self._opened()))

    def _opened(self) -> Readings:
        if self._readings is None:
            self._readings = Readings(self._data)
        return self._readings

    @property
    def made(self) -> str:
        """Why the file was made anew, if it was."""
        return self._readings.made if self._readings else ""

    async def take(self, holder: Holder) -> bool:
        """Take the lease where it is free. Raises StoreFault."""
        return await self._do(partial(Readings.take, holder=holder, now=self._now(), for_s=self._lease_s))

    async def load(self) -> Kept:
        """What the watch before us knew. Raises StoreFault."""
        return await self._do(partial(Readings.load, now=self._now()))

    def add(self, health: TargetHealth, measured: Iterable[Measured], changes: Iterable[Change]) -> None:
        """Have this written with the next commit."""
        self._healths[health.target] = health
        self._measured += measured
        self._changes += changes
        if len(self._measured) > MOST_MEASURED:  # a disk that answers nothing holds up a commit for long
            self._measured = _latest(self._measured)
            self._changes = self._changes[-MOST_CHANGES:]

    def note(
        self,
        *,
        path: OwnPath | None = None,
        devices: Mapping[str, Mapping[str, int]] | None = None,
        present: frozenset[str] | None = None,
    ) -> None:
        """Have our own path, what devices bear, or the targets that there are written as well."""
        self._path = path if path is not None else self._path
        self._devices = devices if devices is not None else self._devices
        self._present = present if present is not None else self._present

    async def commit(self, holder: Holder) -> tuple[str, ...]:
        """Write what waits and keep the lease; returns the targets that somebody wants polled now.

        Raises Lost, and Remade when everything has to be written again. Other failures are told in
        `trouble`, and what was to be written waits.
        """
        batch = Batch(
            healths=tuple(self._healths.values()),
            measured=tuple(self._measured),
            changes=tuple(self._changes),
            devices=self._devices,
            present=self._present,
            path=self._path,
        )
        self._healths, self._measured, self._changes, self._devices = {}, [], [], {}
        self._present = self._path = None
        loop = asyncio.get_running_loop()
        began = loop.time()
        save = partial(Readings.save, batch=batch, holder=holder, now=self._now(), for_s=self._lease_s)
        try:
            asked = await self._do(save)
        except Lost:
            raise
        except StoreFault as fault:
            self._again(batch)
            self.trouble = str(fault)
            if isinstance(fault, Remade):
                raise
            return ()
        except Exception as error:  # noqa: BLE001 - what cannot be written must not come again and again
            name = self._broken(error)
            self.trouble = _("a second of readings could not be written (error {id})").format(id=name)
            return ()
        finally:
            self.took_s = loop.time() - began
        self.trouble = ""
        return asked

    def _again(self, batch: Batch) -> None:
        """Put a batch that was not written under what has come since."""
        self._healths = {**{health.target: health for health in batch.healths}, **self._healths}
        self._measured = _latest((*batch.measured, *self._measured))
        self._changes = [*batch.changes, *self._changes][-MOST_CHANGES:]
        self._devices = {**batch.devices, **self._devices}
        self._present = self._present if self._present is not None else batch.present
        self._path = self._path if self._path is not None else batch.path

    async def release(self, holder: Holder) -> None:
        """Give the lease back. Raises StoreFault."""
        await self._do(partial(Readings.release, holder=holder))

    async def close(self) -> None:
        """Let the file go."""
        if self._readings is not None:
            await self._do(Readings.close)
        self._thread.shutdown(wait=False)


def _latest(measured: Iterable[Measured]) -> list[Measured]:
    return list({(each.target, each.probe): each for each in measured}.values())

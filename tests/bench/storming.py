"""A watch in a storm: CONFIG DATA SECONDS; it takes rounds of its own making in place of polls.

All behind the health of a target is the watch's own: strikes, flapping, commits, correlation. It says
`ready`, waits for a line, storms, and prints JSON when that is over; it goes on until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from hisconsole.config.targets import load_targets
from hisconsole.desk.actor import utc_now
from hisconsole.plan.health import Change, Outcome, Policy, TargetHealth, begin, step
from hisconsole.plan.reach import OwnPath
from hisconsole.plan.status import Status
from hisconsole.plan.watching import probes_of
from hisconsole.store.readings_lease import LEASE_S, myself
from hisconsole.watch.correlator import Correlator
from hisconsole.watch.holding import Known
from hisconsole.watch.keeper import Keeper

SLICES = 10
"""Parts of a second in which the rounds end, as they do in a watch."""
AT_ONCE = Policy(attempts=1, recoveries=1)
WELL_EVERY_S = 5


def _broken(fault: Exception) -> str:
    raise fault


class Storm:
    """All targets of some files, and the one process that watches them."""

    def __init__(self, config: Path, data: Path) -> None:
        self.infrastructure = load_targets(config, sample=True)
        self.healths: dict[str, TargetHealth] = {
            each.id: begin(each.id, probes_of(each, self.infrastructure), now=utc_now())
            for each in self.infrastructure.targets
        }
        self.leaves = [each.id for each in self.infrastructure.targets if each.parents]
        self.parents = [each.id for each in self.infrastructure.targets if not each.parents]
        self.keeper = Keeper(data, now=utc_now, lease_s=LEASE_S, broken=_broken)
        self.holder = myself()
        self.counted = 0
        self.committing: asyncio.Task[tuple[str, ...]] | None = None
        self.correlator = Correlator(config, data, known=self.known, every_s=1.0, now=utc_now, broken=_broken)

    def known(self) -> Known:
        """What a watch knows."""
        return Known(self.infrastructure, dict(self.healths), OwnPath(), lambda target: ())

    def take(self, id_: str, status: Status) -> None:
        """One round of a target has ended."""
        before, now = self.healths[id_], utc_now()
        fault = "timeout" if status is Status.DOWN else ""
        (probe,) = (way.probe for way in before.probes)
        after = step(before, Outcome(probe, status, now, fault, fault), policy=AT_ONCE, now=now)
        self.healths[id_] = after
        fresh: tuple[Change, ...] = after.changes[-1:] if after.hard is not before.hard else ()
        if before.hard is not Status.UNKNOWN:
            self.counted += len(fresh)
        self.keeper.add(after, (), fresh)

    async def second(self, bad: bool | None) -> None:
        """A second's rounds, each target once; with `bad` None nothing is asked."""
        began = time.monotonic()
        status = Status.DOWN if bad else Status.OK
        for part in range(SLICES):
            for id_ in self.leaves[part::SLICES] if bad is not None else ():
                self.take(id_, status)
            if bad is not None and part in (0, SLICES - 1):
                for id_ in self.parents:  # a watch asks them at once when what hangs on them is silent
                    self.take(id_, Status.OK)
            await asyncio.sleep(max(0.0, began + (part + 1) / SLICES - time.monotonic()))
        if self.committing is not None:
            await self.committing
        self.committing = asyncio.create_task(self.keeper.commit(self.holder))


async def main(config: Path, data: Path, seconds: int) -> None:
    """Be that watch."""
    storm, stop = Storm(config, data), asyncio.Event()
    assert await storm.keeper.take(storm.holder)
    for id_ in storm.healths:
        storm.take(id_, Status.OK)
    await storm.keeper.commit(storm.holder)
    correlating = asyncio.create_task(storm.correlator.run(stop))
    loop = asyncio.get_running_loop()
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    cpu, began = time.process_time(), time.monotonic()
    for second in range(seconds):
        await storm.second(bad=second % 2 == 0)
    took, cpu = time.monotonic() - began, time.process_time() - cpu
    print(json.dumps({"counted": storm.counted, "took": took, "cpu": cpu}), flush=True)
    ended = loop.run_in_executor(None, sys.stdin.readline)
    second = 0
    while not ended.done():
        await storm.second(bad=False if second % WELL_EVERY_S == 0 else None)
        second += 1
    stop.set()
    await correlating
    print(json.dumps({"counted": storm.counted}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))

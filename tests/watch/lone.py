"""A watch in a process of its own, which says on stdout what it polls, and can be killed."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hisconsole.plan.profiles import Probe
from hisconsole.plan.targets import Target
from hisconsole.watch.loop import Watch
from hisconsole.watch.timing import Timing
from tests.watch.fakes import Script

LEASE_S = 2.0
TIMING = Timing(
    lease_s=LEASE_S,
    standby_s=0.05,
    commit_s=0.1,
    reload_s=0.1,
    report_s=1.0,
    beat_s=0.2,
    correlate_s=3600,
    due_s=3600,
)


class Loud(Script):
    """Says each poll on one line: the target."""

    async def __call__(self, target: Target, probe: Probe, brief: bool, /) -> Any:
        os.write(1, f"{target.id}\n".encode())
        return await super().__call__(target, probe, brief)


def main(config: str, data: str) -> None:
    """Watch until killed."""
    watch = Watch(
        config=Path(config),
        data=Path(data),
        make_pollers=lambda _memories: Loud(),
        now=lambda: datetime.now(UTC),
        timing=TIMING,
    )
    asyncio.run(watch.run(asyncio.Event()))


if __name__ == "__main__":
    main(*sys.argv[1:])

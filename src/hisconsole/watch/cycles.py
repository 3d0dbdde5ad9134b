"""Python's collector of cycles, kept from looking through all readings again and again.

Left alone it looks at every object whenever a quarter more have come. A watch of 10,000 targets holds
millions of them: that was a quarter of its time, and the loop stood still for seconds. Readings are in no
cycle and go by themselves; what broken connections leave behind is, and must go in the end.
"""

from __future__ import annotations

import asyncio
import gc
import time

YOUNG = 20_000
"""New objects after which the collector looks at these, once."""
NEVER = 1 << 30
EVERY_S = 300.0
"""The least time between two looks at all objects."""
PART = 0.0005
"""The part of all time that such looks may take: a look of a second comes twice in an hour."""


async def collect_seldom(*, every_s: float = EVERY_S) -> None:
    """Have new objects looked at once, and all of them seldom, until cancelled; for the whole process."""
    gc.set_threshold(YOUNG, NEVER, NEVER)
    wait_s = every_s
    while True:
        await asyncio.sleep(wait_s)
        began = time.perf_counter()
        gc.collect()
        wait_s = max(every_s, (time.perf_counter() - began) / PART)

"""The collector of cycles in a watch: it is held back, and what goes in cycles goes nevertheless."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from hisconsole.watch.cycles import NEVER, YOUNG, collect_seldom


class Knot:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


async def test_only_new_objects_are_looked_at_unasked() -> None:
    task = asyncio.create_task(collect_seldom())
    await asyncio.sleep(0)
    assert gc.get_threshold() == (YOUNG, NEVER, NEVER)
    task.cancel()


async def test_a_cycle_that_grew_old_goes_in_the_end() -> None:
    knot = Knot()
    gc.collect()  # Now it is old.
    gone = asyncio.Event()
    weakref.finalize(knot, gone.set)
    del knot
    task = asyncio.create_task(collect_seldom(every_s=0.01))
    async with asyncio.timeout(30):
        await gone.wait()
    task.cancel()

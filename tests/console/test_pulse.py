from __future__ import annotations

import asyncio
import time

from hisconsole.console.pulse import Pulse


def block_the_loop() -> None:
    """What a mistake looks like: a call that waits, on the loop that draws."""
    time.sleep(0.8)


async def test_what_held_the_loop_up_is_named_without_its_data() -> None:
    pulse = Pulse()
    beats: list[float] = []
    pulse.start(asyncio.get_running_loop(), lambda: beats.append(time.monotonic()))
    try:
        await asyncio.sleep(0.3)
        block_the_loop()
        await asyncio.sleep(0.3)
    finally:
        pulse.stop()
    assert beats
    held = pulse.held[-1]
    assert held.seconds >= 0.4
    assert "block_the_loop" in held.where
    assert "test_pulse.py" in held.where
    assert pulse.lag(1) >= 0.4
    assert pulse.lag(0) < 0.4


def test_before_its_first_beat_there_is_no_lag() -> None:
    assert Pulse().lag(0.99) == 0

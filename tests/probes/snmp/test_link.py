"""Sockets: late answers count, cancelled questions leave nothing, few files stay open."""

from __future__ import annotations

import asyncio
import gc
import resource
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from hisconsole.probes.snmp import Engine, SnmpFault, limits, make_room, open_engine
from hisconsole.probes.snmp.pace import Pace
from tests.probes.snmp.hostile_agent import SYS_NAME, Reply, Request, agent
from tests.probes.snmpd import Snmpd


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_the_late_answer_to_the_first_try_counts(gufo: Engine) -> None:
    """The retry is the same message, so a slow agent needs only one of them."""

    def behave(request: Request) -> Iterable[Reply]:
        return [(0.5, request.named())] if len(peer.asked) == 1 else []

    async with agent(behave) as peer:
        assert await gufo.get(peer.device(timeout_s=0.3), [SYS_NAME])
        assert len(peer.asked) in (1, 2)
        assert len({request.raw for request in peer.asked}) == 1


async def test_retries_do_not_leave_in_step(gufo: Engine) -> None:
    times: list[float] = []

    def behave(request: Request) -> Iterable[Reply]:
        times.append(time.monotonic())
        return []

    async with agent(behave) as peer:
        devices = [peer.device(timeout_s=0.1 + number / 1e6) for number in range(40)]
        calls = (gufo.get(device, [SYS_NAME]) for device in devices)
        faults = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(fault, SnmpFault) for fault in faults)
    retries = sorted(times)[40:]
    assert len(retries) == 40
    assert retries[-1] - retries[0] > 0.1


async def test_a_cancelled_question_leaves_nothing_behind(engine: Engine) -> None:
    async with agent(lambda request: [(0.2, request.named(b"\x04\x01a"))]) as peer:
        device = peer.device(timeout_s=2)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(engine.get(device, [SYS_NAME]), 0.1)
        await asyncio.sleep(0.2)
        assert await engine.get(device, [SYS_NAME]) == {SYS_NAME: b"a"}


@pytest.mark.parametrize("name", ["gufo", "pysnmp"])
async def test_closing_ends_what_is_under_way_and_closes_every_file(name: str, snmpd: Snmpd) -> None:
    before = open_files()
    engine = open_engine(name)
    await engine.get(snmpd.plain(), [SYS_NAME])
    await engine.get(snmpd.secured(), [SYS_NAME])
    async with agent(lambda _request: []) as peer:
        device = peer.device(timeout_s=5)
        waiting = [asyncio.ensure_future(engine.get(device, [SYS_NAME])) for _call in range(3)]
        await asyncio.sleep(0.05)
        assert open_files() > before
        engine.close()
        for call in waiting:
            with pytest.raises(SnmpFault, match="not asked: operation cancel") as caught:
                await asyncio.wait_for(call, 1)
            assert caught.value.kind == "local"
    del engine, waiting, call, caught
    await asyncio.sleep(0)
    gc.collect()  # The library closes its end with its object.
    assert open_files() <= before


async def test_sessions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OTHER_FILES", resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 3 * 3)
    before = open_files()
    engine = open_engine("gufo")
    async with agent(lambda request: [request.named()]) as peer:
        for number in range(20):
            assert await engine.get(peer.device(timeout_s=1 + number), [SYS_NAME])
        assert open_files() <= before + 1 + 3 * limits.FILES_A_DEVICE
    engine.close()


async def test_pace() -> None:
    pace = Pace(rate=1000, burst=10)
    started = time.monotonic()
    await asyncio.gather(*(pace.turn() for _turn in range(110)))
    assert 0.09 < time.monotonic() - started < 5


async def test_pace_holds_after_the_loop_was_held_up() -> None:
    pace = Pace(rate=1000, burst=10)
    passed = 0

    async def one() -> None:
        nonlocal passed
        await pace.turn()
        passed += 1

    calls = [asyncio.ensure_future(one()) for _turn in range(300)]
    await asyncio.sleep(0)
    assert passed == 10
    calls[40].cancel()
    time.sleep(0.15)  # noqa: ASYNC251 - the loop is held up on purpose
    for _step in range(4):
        await asyncio.sleep(0)
    assert 20 <= passed < 100
    await asyncio.gather(*calls, return_exceptions=True)
    assert passed == 299


async def test_all_devices_share_one_pace(snmpd: Snmpd) -> None:
    engine = open_engine("gufo", pace=Pace(rate=200, burst=1))
    started = time.monotonic()
    devices = [snmpd.plain(timeout_s=2 + number) for number in range(20)]
    await asyncio.gather(*(engine.get(device, [SYS_NAME]) for device in devices))
    assert time.monotonic() - started > 0.09
    engine.close()


@pytest.mark.parametrize(
    ("limit", "raised_to", "words"),
    [
        ((1024, 1 << 20), 3256, "raised from 1024 to 3256 for 1000 devices"),
        ((1024, 2048), 2048, "enough for 597 of 1000 SNMP devices"),
        ((4096, 4096), None, ""),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), None, ""),
        ((1024, resource.RLIM_INFINITY), 3256, "raised from 1024"),
    ],
)
def test_open_files(
    monkeypatch: pytest.MonkeyPatch, limit: tuple[int, int], raised_to: int | None, words: str
) -> None:
    current = [limit]
    monkeypatch.setattr(resource, "getrlimit", lambda _which: current[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _which, new: current.append(new))
    sentence = make_room(1000)
    assert words in sentence
    assert bool(words) == bool(sentence)
    assert current[1:] == ([] if raised_to is None else [(raised_to, limit[1])])

"""Our own path is checked before anybody is blamed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hisconsole.plan.reach import OwnCheck, Role
from hisconsole.watch import own_path
from hisconsole.watch.own_path import Own, System, gateways

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CORES = {"core-1": Role.VANTAGE, "core-2": Role.VANTAGE}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with short times."""
    monkeypatch.setattr(own_path, "PROOF_S", 0.03)
    monkeypatch.setattr(own_path, "AGAIN_S", 0.02)
    monkeypatch.setattr(own_path, "WAIT_S", 0.2)


async def nothing() -> Sequence[OwnCheck]:
    return ()


def own(
    *vantages: str,
    gateways: Sequence[str] = (),
    system: Callable[[], Awaitable[Sequence[OwnCheck]]] = nothing,
    answering: frozenset[str] = frozenset(),
    asked: list[str] | None = None,
) -> Own:
    def ask(target: str) -> None:
        if asked is not None:
            asked.append(target)
        loop = asyncio.get_running_loop()
        loop.call_later(0.01, found.answered if target in answering else found.silent, target)

    named = dict.fromkeys(vantages, Role.VANTAGE) | dict.fromkeys(gateways, Role.GATEWAY)
    found = Own(system=system, vantages=lambda: named, ask=ask, now=lambda: NOON)
    return found


async def look_twice(found: Own) -> None:
    await found.look()
    await asyncio.sleep(0.03)
    await found.look()


async def test_an_answer_of_just_now_is_proof_enough() -> None:
    asked: list[str] = []
    found = own("core-1", "core-2", asked=asked)
    found.answered("printer")
    assert (await found.look()).trusted
    assert asked == []


async def test_when_nobody_answers_the_first_look_makes_doubt_and_the_second_isolates() -> None:
    found = own("core-1", "core-2")
    first = await found.look()
    assert (first.strikes, first.isolated, first.trusted) == (1, False, False)
    await asyncio.sleep(0.03)
    second = await found.look()
    assert second.isolated
    assert "core-1, core-2" in second.words
    assert second.since == NOON


async def test_one_vantage_that_answers_clears_us() -> None:
    found = own("core-1", "core-2", answering=frozenset({"core-2"}))
    await look_twice(found)
    assert found.path.trusted


async def test_one_single_silent_vantage_proves_nothing_and_is_not_waited_for() -> None:
    found = own("core-1")
    assert (await found.look()).trusted


@pytest.mark.parametrize(
    ("answering", "words"),
    [
        pytest.param((), "our gateway does not answer: sw-1", id="all silent: we are cut off"),
        pytest.param(("sw-1",), "", id="the cores are dead, our own switch answers"),
        pytest.param(("core-1",), "", id="our own switch is mute, and yet somebody beyond it answers"),
    ],
)
async def test_a_gateway_of_the_files_tells_dead_cores_from_a_console_that_is_cut_off(
    answering: tuple[str, ...], words: str
) -> None:
    found = own("core-1", "core-2", gateways=["sw-1"], answering=frozenset(answering))
    await look_twice(found)
    assert (found.path.isolated, found.path.words) == (bool(words), words)


async def test_any_answer_ends_the_isolation() -> None:
    found = own("core-1", "core-2")
    await look_twice(found)
    assert found.path.isolated
    found.answered("core-1")
    assert found.path.trusted


async def test_a_vantage_whose_silence_asks_us_is_not_waited_for() -> None:
    """Its round ends only after the look: waiting for it would be waiting for ourselves."""
    found = Own(system=nothing, vantages=lambda: CORES, ask=lambda target: None, now=lambda: NOON)
    found.silent("core-1")
    found.silent("core-2")
    began = asyncio.get_running_loop().time()
    assert not (await found.look()).trusted
    assert asyncio.get_running_loop().time() - began < 0.1


async def test_many_who_ask_share_one_look() -> None:
    asked: list[str] = []
    found = own("core-1", "core-2", asked=asked)
    await asyncio.gather(*(found.look() for _number in range(50)))
    assert asked == ["core-1", "core-2"]
    assert found.path.strikes == 1


async def test_a_gateway_that_answers_clears_us_without_waiting_for_vantages() -> None:
    async def system() -> Sequence[OwnCheck]:
        return (OwnCheck(Role.GATEWAY, "10.0.0.1", answered=True),)

    found = Own(system=system, vantages=lambda: CORES, ask=lambda target: None, now=lambda: NOON)
    began = asyncio.get_running_loop().time()
    assert (await found.look()).trusted
    assert asyncio.get_running_loop().time() - began < 0.1


ROUTES = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
"""


def lay(folder: Path, *, routes: str = ROUTES, carrier: str = "1") -> Path:
    (folder / "proc/net").mkdir(parents=True, exist_ok=True)
    (folder / "proc/net/route").write_text(routes)
    (folder / "sys/class/net/eth0").mkdir(parents=True, exist_ok=True)
    (folder / "sys/class/net/eth0/carrier").write_text(carrier)
    return folder


def test_the_gateways_are_those_of_the_kernel(tmp_path: Path) -> None:
    assert gateways(lay(tmp_path)) == {"192.0.2.1": "eth0"}
    assert gateways(tmp_path / "none") == {}


async def test_a_gateway_counts_only_once_it_has_answered_a_ping(tmp_path: Path) -> None:
    answer: list[bool | None] = [False]

    async def ping(address: str) -> bool | None:
        return answer[0]

    system = System(ping=ping, folder=lay(tmp_path))
    link = OwnCheck(Role.LINK, "eth0", answered=True)
    assert await system.look() == [link, OwnCheck(Role.GATEWAY, "192.0.2.1", answered=None)]
    answer[0] = True
    assert await system.look() == [link, OwnCheck(Role.GATEWAY, "192.0.2.1", answered=True)]
    answer[0] = False
    assert await system.look() == [link, OwnCheck(Role.GATEWAY, "192.0.2.1", answered=False)]


async def test_a_pulled_cable_takes_its_route_along_and_is_still_seen(tmp_path: Path) -> None:
    async def ping(address: str) -> bool | None:
        return True

    system = System(ping=ping, folder=lay(tmp_path))
    await system.look()
    lay(tmp_path, routes=ROUTES.splitlines()[0], carrier="0")
    assert OwnCheck(Role.LINK, "eth0", answered=False) in await system.look()

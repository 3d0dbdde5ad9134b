"""Net checks against real peers on loopback, good and bad."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Mapping

import pytest

from hisconsole.plan.profiles import NET_CHECKS
from hisconsole.plan.reading import Round, Sample
from hisconsole.plan.status import Status
from hisconsole.probes.net import checks
from hisconsole.probes.net.checks import CHECKS, Net, given, refusal
from hisconsole.probes.net.poll import poll_net
from hisconsole.probes.parse.output import Ask
from tests.hostile import HOSTILE
from tests.probes.peers import peers

HOME = "127.0.0.51"


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def ask(name: str, address: str = HOME, net: Net | None = None, **settings: object) -> Round:
    asks = [Ask(name, {setting: (str(value),) for setting, value in settings.items()})]
    return await poll_net(net or Net(), target="t", address=address, asks=asks, timeout_s=8)


def by_key(polled: Round) -> Mapping[str, Sample]:
    return {sample.key: sample for sample in polled.samples}


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOME, 0))
        return int(probe.getsockname()[1])


def test_the_table_is_the_one_that_the_files_are_checked_against() -> None:
    assert set(CHECKS) == set(NET_CHECKS)
    for name, settings in NET_CHECKS.items():
        filled = given(Ask(name, dict.fromkeys(settings.needed, ("1",))))
        assert set(settings.free) - set(filled) <= {"name", "host"}


async def test_a_port_that_is_open() -> None:
    async with peers(silent, HOME) as ((_address, port),):
        polled = await ask("tcp", port=port)
    samples = by_key(polled)
    assert (polled.fault, polled.probe) == ("", "net")
    assert (samples[f"tcp/{port}"].value, samples[f"tcp/{port}"].hint) == ("open", Status.OK)
    took = samples[f"tcp_time/{port}"]
    assert isinstance(took.value, float)
    assert took.unit == "ms"


async def test_a_port_that_is_closed() -> None:
    port = unused_port()
    polled = await ask("tcp", port=port)
    assert (polled.fault, polled.failure) == ("refused", f"port {port} refuses: nothing listens there")
    sample = by_key(polled)[f"tcp/{port}"]
    assert (sample.value, sample.hint) == (None, Status.CRITICAL)


async def test_a_port_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "TCP_WAIT_S", 0.3)
    with socket.socket() as full:  # Its queue is full, so the kernel answers no one.
        full.bind((HOME, 0))
        full.listen(0)
        port = full.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex((HOME, port))
        polled = await ask("tcp", port=port)
        for filler in fillers:
            filler.close()
    assert polled.fault == "silent"
    assert polled.failure == f"port {port} does not answer: down, or filtered"


async def test_one_closed_port_of_two_is_a_critical_reading_not_a_lost_host() -> None:
    closed = unused_port()
    async with peers(silent, HOME) as ((_address, port),):
        asks = [Ask("tcp", {"port": (str(port),)}), Ask("tcp", {"port": (str(closed),)})]
        polled = await poll_net(Net(), target="t", address=HOME, asks=asks)
    assert polled.fault == ""
    assert by_key(polled)[f"tcp/{closed}"].hint is Status.CRITICAL


async def test_an_interface_engine_is_touched_once_a_minute_and_told_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[bytes] = []

    async def engine(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())

    net = Net()
    async with peers(engine, HOME) as ((_address, port),):
        first = await ask("mllp", net=net, port=port)
        for _round in range(5):
            again = await ask("mllp", net=net, port=port)
            assert again.samples == first.samples
            assert (first.remembered, again.remembered) == (False, True)
        await asyncio.sleep(0.05)
        assert heard == [b""]
        monkeypatch.setattr(checks, "MLLP_EVERY_S", 0.0)
        await ask("mllp", net=net, port=port)
        await asyncio.sleep(0.05)
        assert heard == [b"", b""]


async def test_an_interface_engine_that_took_no_connection_is_asked_again_at_once() -> None:
    net, port = Net(), unused_port()
    for _round in range(2):
        polled = await ask("mllp", net=net, port=port)
        assert (polled.fault, polled.remembered) == ("refused", False)


@pytest.mark.parametrize("name", NET_CHECKS)
async def test_a_hostile_setting_is_refused_in_words(name: str) -> None:
    settings = {**NET_CHECKS[name].needed, **NET_CHECKS[name].free}
    for text in HOSTILE.values():
        for setting in (*settings, text):
            hostile = Ask(name, {setting: (text,)})
            fits = setting in settings and re.fullmatch(settings[setting], text)
            if fits and set(NET_CHECKS[name].needed) <= {setting}:
                assert text.isascii()  # A name like any other, as `nan`.
                assert text.isprintable()
                assert refusal(hostile) == ""
                continue
            polled = await poll_net(Net(), target="t", address=HOME, asks=[hostile])
            assert (polled.fault, polled.failure.isprintable()) == ("local", True)
            assert polled.samples[0].hint is Status.UNKNOWN
            assert polled.samples[0].key.isprintable()


@pytest.mark.parametrize("address", ["", "his.hospital", "127.0.0.1; reboot", "-c", "\x1b[2J", "1.2.3.4/8"])
async def test_only_an_ip_address_is_asked(address: str) -> None:
    polled = await ask("ping", address)
    assert polled.fault == "local"
    assert "is no IP address" in polled.failure
    assert polled.failure.isprintable()


def test_an_unknown_check_is_refused() -> None:
    assert "is not a net check" in refusal(Ask("sh -c reboot"))
    assert "needs port" in refusal(Ask("tcp"))
    assert refusal(Ask("tcp", {"port": ("1", "2")}))


async def test_a_round_ends_in_time_whatever_the_peer_does() -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _byte in range(100):
            writer.write(b"H")
            await asyncio.sleep(0.1)

    started = time.monotonic()
    async with peers(trickle, HOME) as ((_address, port),):
        asks = [Ask("http", {"port": (str(port),)}), Ask("tls", {"port": (str(port),)})]
        polled = await poll_net(Net(), target="t", address=HOME, asks=asks, timeout_s=1)
    assert time.monotonic() - started < 2
    assert polled.fault in ("timeout", "malformed")
    assert {sample.hint for sample in polled.samples} == {Status.CRITICAL}

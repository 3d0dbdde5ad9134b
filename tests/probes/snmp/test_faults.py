"""Each way not to get an answer has its kind and its words."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hisconsole.probes.snmp import Device, Engine, SnmpFault, open_engine
from tests.probes.snmp.hostile_agent import SYS_NAME, agent
from tests.probes.snmpd import Snmpd, running

OTHER = "not-the-password"


async def fault(engine: Engine, device: Device) -> SnmpFault:
    with pytest.raises(SnmpFault) as caught:
        await engine.get(replace(device, timeout_s=0.15), [SYS_NAME])
    assert OTHER not in str(caught.value)
    return caught.value


async def test_wrong_community_is_silent(engine: Engine, snmpd: Snmpd) -> None:
    found = await fault(engine, snmpd.plain(community="other"))
    assert found.kind == "silent"
    assert found.sentence == "no answer: down, filtered, or wrong community"


async def test_wrong_authentication(engine: Engine, snmpd: Snmpd) -> None:
    for device in (snmpd.secured(auth_key=OTHER), snmpd.secured(auth="sha1", user="sha256-aes256")):
        found = await fault(engine, device)
        assert found.kind == "auth"
        assert found.sentence == "wrong authentication password or authentication method"


async def test_unknown_user(engine: Engine, snmpd: Snmpd) -> None:
    found = await fault(engine, snmpd.secured(user="nobody"))
    assert (found.kind, found.sentence) == ("auth", "the device does not know this user")


async def test_wrong_privacy(gufo: Engine, snmpd: Snmpd) -> None:
    """net-snmp drops what it cannot decrypt; only who has just been introduced can tell."""
    for device in (snmpd.secured(priv_key=OTHER), snmpd.secured(priv="aes128", user="sha256-aes256")):
        found = await fault(gufo, device)
        assert found.kind == "auth"
        assert "wrong privacy password" in found.sentence


async def test_dead_port(opened: Callable[[str], Engine]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.63", 0))
        port = probe.getsockname()[1]
    device = Device(address="127.0.0.63", port=port, community="practice", timeout_s=30)
    with pytest.raises(SnmpFault, match="refused: the host is up") as caught:
        await asyncio.wait_for(opened("gufo").get(device, [SYS_NAME]), 10)
    assert caught.value.kind == "refused"
    assert (await fault(opened("pysnmp"), device)).kind == "silent"


async def test_silent_peer(engine: Engine) -> None:
    async with agent(lambda _request: []) as peer:
        started = time.monotonic()
        found = await fault(engine, peer.device())
        assert found.kind == "silent"
        assert 0.25 < time.monotonic() - started < 10
        assert len(peer.asked) == 2


async def test_no_version_3_there(engine: Engine) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.63", 0))
        device = Device(
            address="127.0.0.63",
            port=peer.getsockname()[1],
            version="3",
            user="u",
            auth="sha1",
            priv="aes128",
        )
        found = await fault(engine, device)
    assert (found.kind, found.sentence) == ("silent", "no answer: down, filtered, or no SNMP v3 there")


@pytest.mark.parametrize("oid", ["", ".1.3", "sysName.0", "1", "1..3", "1.3.x", "1.3.\u0663"])
async def test_what_is_no_object_identifier(gufo: Engine, oid: str) -> None:
    device = Device(address="127.0.0.63", community="practice")
    for asking in (gufo.get(device, [oid]), gufo.table(device, [oid]), gufo.walk(device, oid)):
        with pytest.raises(ValueError, match="not an object identifier"):
            await asking


async def test_without_the_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where gufo cannot be imported, pysnmp serves and says so."""
    monkeypatch.setitem(sys.modules, "hisconsole.probes.snmp.gufo_session", None)
    engine = open_engine("gufo")
    assert engine.name == "pysnmp"
    engine.close()


async def test_names_are_not_looked_up(engine: Engine) -> None:
    found = await fault(engine, Device(address="localhost", community="practice"))
    assert (found.kind, found.sentence) == ("local", "not asked: its address is not an IP address")


@pytest.mark.parametrize(
    ("number", "words"), [(errno.EMFILE, "too many files"), (errno.ENETUNREACH, "no route")]
)
async def test_this_machine_cannot(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(*_args: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(socket, "socket", refuse)
    found = await fault(engine, Device(address="127.0.0.63", community="practice"))
    assert found.kind == "local"
    assert words in found.sentence


async def test_a_restarted_and_a_replaced_device_are_found_again(
    gufo: Engine, need: Callable[[str], str], tmp_path: Path
) -> None:
    """Boots count on with the same engine; another folder is another engine at the same address."""
    with running(need("snmpd"), tmp_path / "first") as first:
        device = replace(first.secured(), timeout_s=1)
        before = await gufo.get(device, [SYS_NAME])
    for folder in ("first", "second"):
        with running(need("snmpd"), tmp_path / folder, port=first.port):
            assert await gufo.get(device, [SYS_NAME]) == before

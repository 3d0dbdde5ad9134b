"""Both engines give the same values, type for type, of a real agent and of an odd one."""

from __future__ import annotations

import asyncio

import pytest

from hisconsole.probes.snmp import Device, Engine
from tests.probes.snmp import hostile_agent as agents
from tests.probes.snmp.conftest import Opened
from tests.probes.snmpd import COLUMNS, LONG, ROWS, Snmpd
from tests.shares import part

SYSTEM = [f"1.3.6.1.2.1.1.{number}.0" for number in (1, 2, 4, 5, 6)]
MISSING = ["1.3.6.1.2.1.99.1.0", "1.3.6.1.2.1.1.99.0"]
MODULES = [f"1.3.6.1.4.1.8072.1.2.1.1.{column}" for column in (4, 5, 6)]
"""nsModuleTable: its index is a string, an object identifier and a number."""

USERS = ["2c", "sha1-aes128", "sha1-aes256", "sha256-aes128", "sha256-aes256"]


def device(snmpd: Snmpd, user: str) -> Device:
    return snmpd.plain() if user == "2c" else snmpd.secured(*user.split("-"))


async def read(engine: Engine, device: Device) -> list[object]:
    return [
        await engine.get(device, SYSTEM + MISSING),
        await engine.get(device, [*SYSTEM, *LONG]),
        await engine.table(device, COLUMNS),
        await engine.table(device, MODULES),
        await engine.walk(device, "1.3.6.1.4.1.8072.9999"),
        await engine.walk(device, "1.3.6.1.2.1.99"),
    ]


@pytest.mark.parametrize("user", part(USERS, {"2c", "sha256-aes256"}))
async def test_real_agent(opened: Opened, snmpd: Snmpd, user: str) -> None:
    target = device(snmpd, user)
    ours = await read(opened("gufo"), target)
    theirs = await read(opened("pysnmp"), target)
    assert ours == theirs
    single, long, table, modules, walked, nothing = ours
    assert set(single) == set(SYSTEM)  # type: ignore[call-overload]
    assert len(long) == len(SYSTEM) + len(LONG)  # type: ignore[arg-type]
    assert len(table) == ROWS  # type: ignore[arg-type]
    assert table["7"] == {  # type: ignore[index]
        COLUMNS[0]: 7,
        COLUMNS[1]: b"GigabitEthernet0/0/7",
        COLUMNS[2]: -7,
        COLUMNS[3]: 4294967288,
        COLUMNS[4]: 4000000007,
        COLUMNS[5]: "1.3.6.1.2.1.7.4294967295",
        COLUMNS[6]: b"port 7 to the ward",
        COLUMNS[7]: 7000,
    }
    assert len(modules) > 20  # type: ignore[arg-type]
    assert len(walked) == 8 * ROWS + len(LONG)  # type: ignore[arg-type]
    assert nothing == {}


ODD = {
    "Counter64, all bits": (agents.tlv(0x46, b"\x00" + b"\xff" * 8), 2**64 - 1),
    "Counter32, all bits": (agents.tlv(0x41, b"\x00\xff\xff\xff\xff"), 2**32 - 1),
    "TimeTicks": (agents.tlv(0x43, b"\x00\xff\xff\xff\xff"), 2**32 - 1),
    "Gauge32": (agents.tlv(0x42, b"\x00\x80\x00\x00\x00"), 2**31),
    "INTEGER, least": (agents.integer(-(2**31)), -(2**31)),
    "INTEGER, -1": (agents.integer(-1), -1),
    "OCTET STRING, empty": (agents.text(b""), b""),
    "OCTET STRING, any octets": (agents.text(bytes(range(256))), bytes(range(256))),
    "IpAddress": (agents.tlv(0x40, bytes((10, 0, 0, 255))), "10.0.0.255"),
    "OBJECT IDENTIFIER": (agents.oid("1.3.6.1.4.1.2011.2.4294967295"), "1.3.6.1.4.1.2011.2.4294967295"),
    "Opaque": (agents.tlv(0x44, b"\x9f\x78\x04\x42\xf6\x00\x00"), b"\x9f\x78\x04\x42\xf6\x00\x00"),
    "NULL": (agents.tlv(0x05, b""), None),
    "noSuchObject": (agents.tlv(0x80, b""), None),
    "noSuchInstance": (agents.tlv(0x81, b""), None),
}


async def test_odd_values(opened: Opened) -> None:
    names = {f"1.3.6.1.4.1.1.{number}.0": kind for number, kind in enumerate(ODD)}

    def behave(request: agents.Request) -> list[bytes]:
        return [request.answer(*(agents.varbind(name, ODD[names[name]][0]) for name in request.names))]

    async with agents.agent(behave) as agent:
        target = agent.device(timeout_s=1)
        found = [await opened(name).get(target, list(names)) for name in ("gufo", "pysnmp")]
    assert found[0] == found[1]
    assert found[0] == {name: ODD[kind][1] for name, kind in names.items() if ODD[kind][1] is not None}


@pytest.mark.parametrize("tag", [0x41, 0x42, 0x43])
async def test_unsigned_without_its_leading_zero(gufo: Engine, tag: int) -> None:
    """Agents are seen that send 2^31 and more like this; pysnmp takes it for a broken message."""
    async with agents.agent(lambda request: [request.named(agents.tlv(tag, b"\xff" * 4))]) as agent:
        assert await gufo.get(agent.device(), [agents.SYS_NAME]) == {agents.SYS_NAME: 2**32 - 1}


async def test_many_questions_at_once(gufo: Engine, snmpd: Snmpd) -> None:
    """Calls for one device queue up, those for its other users run beside them."""
    targets = [snmpd.plain(), snmpd.secured(), snmpd.secured("sha1", "aes128")]
    calls = [gufo.get(targets[number % 3], SYSTEM) for number in range(60)]
    answers = await asyncio.gather(*calls)
    assert all(answer == answers[0] for answer in answers)
    assert len(answers[0]) == len(SYSTEM)

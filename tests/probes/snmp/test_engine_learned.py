"""Whose traps are believed is learned from polls, and kept."""

from __future__ import annotations

import json

import pytest

from hisconsole.probes.snmp import DeviceMemory, Engine, SnmpFault
from hisconsole.probes.snmp.device import engine_id_of, engine_number
from tests.probes.snmpd import Snmpd

UPTIME = "1.3.6.1.2.1.1.3.0"


async def test_a_signed_answer_tells_the_engine_and_a_refusal_does_not(gufo: Engine, snmpd: Snmpd) -> None:
    with pytest.raises(SnmpFault):
        await gufo.get(snmpd.secured(auth_key="another-password"), [UPTIME])
    memory = gufo.memories[snmpd.secured().place]
    assert engine_id_of(memory.engine) == b""
    await gufo.get(snmpd.secured(), [UPTIME])
    engine = engine_id_of(memory.engine)
    assert 5 <= len(engine) <= 32
    assert engine.startswith(b"\x80\x00\x1f\x88"), "net-snmp's own number"
    assert DeviceMemory.load(json.loads(json.dumps(memory.dump()))) == memory


@pytest.mark.parametrize("engine", [b"\0\0\x07\xdb\x03" + b"\0" * 7, b"\xff" * 32, b"\0" * 5])
def test_an_engine_id_keeps_its_zeros(engine: bytes) -> None:
    memory = DeviceMemory(engine=engine_number(engine))
    assert engine_id_of(DeviceMemory.load(memory.dump()).engine) == engine

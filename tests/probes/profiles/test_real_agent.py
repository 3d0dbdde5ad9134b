"""The profile of a Linux server against net-snmp's own agent, by both engines."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hisconsole.plan.profiles import Profile
from hisconsole.plan.status import Status
from hisconsole.probes.profile import Memory, measure, questions
from hisconsole.probes.recognise import recognise
from hisconsole.probes.snmp import open_engine
from tests.probes.snmpd import Snmpd, snmpd

__all__ = ["snmpd"]


@pytest.mark.parametrize("name", ["gufo", "pysnmp"])
async def test_a_linux_server_is_known_and_read(
    snmpd: Snmpd, name: str, profiles: Mapping[str, Profile]
) -> None:
    engine = open_engine(name)
    try:
        device = snmpd.secured()
        found = await recognise(engine, device, profiles, at_s=0)
        assert found.profiles[0] == "linux"
        asked, memory = questions([profiles["linux"]]), Memory()
        await measure(engine, device, asked, memory, at_s=0)
        samples = {
            each.sample.key: each.sample for each in await measure(engine, device, asked, memory, at_s=1)
        }
    finally:
        engine.close()
    assert {"uptime", "memory", "load"} <= samples.keys()
    assert any(key.startswith("disk//") for key in samples)
    assert not [each for each in samples.values() if each.hint is Status.UNKNOWN]

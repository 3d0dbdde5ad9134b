"""The agents of the whole practice hospital, asked by our own engines and by net-snmp."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from hisconsole.plan.profiles import Probe
from hisconsole.plan.reading import Sample
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Infrastructure
from hisconsole.practice.control import command
from hisconsole.practice.hospital import Hospital
from hisconsole.probes.profile import Memory, measure, questions
from hisconsole.probes.snmp import Engine, SnmpFault, open_engine
from tests.practice.playing import Playing, device, target_of

SYS_DESCR = "1.3.6.1.2.1.1.1.0"


@pytest.fixture
def gufo() -> Iterator[Engine]:
    engine = open_engine("gufo")
    yield engine
    engine.close()


async def _samples(infrastructure: Infrastructure, id_: str, engine: Engine) -> dict[str, Sample]:
    """Two rounds of a target, so that counters have a rate; the samples of the second."""
    target, memory = target_of(infrastructure, id_), Memory()
    asked = questions(infrastructure.of(target, Probe.SNMP))
    agent = device(infrastructure, target, timeout_s=1.0)
    await measure(engine, agent, asked, memory, at_s=time.monotonic(), links=target.links)
    await asyncio.sleep(0.25)
    second = await measure(engine, agent, asked, memory, at_s=time.monotonic(), links=target.links)
    return {each.sample.key: each.sample for each in second}


async def test_every_agent_is_recognised_measured_and_well(
    played: Playing, infrastructure: Infrastructure, gufo: Engine
) -> None:
    agents = [target.id for target in infrastructure.targets if target.credential]
    assert len(agents) == 28
    found = await asyncio.gather(*(_samples(infrastructure, id_, gufo) for id_ in agents))
    for id_, samples in zip(agents, found, strict=True):
        bad = {key: one for key, one in samples.items() if one.hint not in (None, Status.OK)}
        assert (id_, bad) == (id_, {})
        assert len(samples) >= 5
        told = await gufo.get(device(infrastructure, target_of(infrastructure, id_)), [SYS_DESCR])
        assert bytes(told[SYS_DESCR]).startswith(b"PRACTICE ")  # type: ignore[arg-type]
    core = dict(zip(agents, found, strict=True))["sw-core-1"]
    assert core["optic/XGigabitEthernet0-0-2/rx"].value == pytest.approx(-6.4, abs=0.3)
    moving = core["if/XGigabitEthernet0-0-2/in"].value
    assert isinstance(moving, float)
    assert 1 < moving < 60  # 12 % is set; all agents at once in a quarter of a second measure it roughly.


async def test_both_engines_read_the_same(played: Playing, infrastructure: Infrastructure) -> None:
    seen = []
    for name in ("gufo", "pysnmp"):
        engine = open_engine(name)
        try:
            seen.append({id_: await _samples(infrastructure, id_, engine) for id_ in ("sw-agg-1", "ups-2")})
        finally:
            engine.close()
    for id_, first in seen[0].items():
        second = seen[1][id_]
        assert first.keys() == second.keys()
        assert [one.hint for one in first.values()] == [one.hint for one in second.values()]


def _program(need: Callable[[str], str], program: str, *words: str) -> str:
    done = subprocess.run(
        [need(program), "-On", "-t", "0.5", "-r", "0", *words],
        capture_output=True,
        check=False,
        timeout=20,
        env={**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": "/nonexistent"},
    )
    return (done.stdout + done.stderr).decode("utf-8", "replace")


def _v3(level: str = "authPriv", password: str = "PRACTICE-auth-1") -> list[str]:
    words = ["-v3", "-u", "practice", "-l", level, "-a", "SHA-256", "-A", password]
    return [*words, "-x", "AES", "-X", "PRACTICE-priv-1"]


def test_net_snmp_walks_whole_agents(
    played: Playing, infrastructure: Infrastructure, hospital: Hospital, need: Callable[[str], str]
) -> None:
    for id_, who in (("ups-2", ["-v2c", "-c", "PRACTICE"]), ("sw-core-1", _v3())):
        target = target_of(infrastructure, id_)
        place = f"{target.address}:{target.port}"
        lines = _program(need, "snmpbulkwalk", *who, "-Cr20", place, ".1").splitlines()
        objects = [line for line in lines if re.match(r"\.1\.3[.0-9]+ = (?!No more)", line)]
        assert len(objects) == len(hospital.devices[id_].mib)
        told = _program(need, "snmpget", *who, place, f".{SYS_DESCR}", ".1.3.6.1.2.1.1.99.0")
        assert "PRACTICE" in told
        assert "No Such Instance" in told


def test_who_must_not_ask_is_not_answered(
    played: Playing, infrastructure: Infrastructure, need: Callable[[str], str]
) -> None:
    core, ups = (target_of(infrastructure, id_) for id_ in ("sw-core-1", "ups-2"))
    at_core, at_ups = (f"{each.address}:{each.port}" for each in (core, ups))
    for place, who, words in (
        (at_ups, ["-v2c", "-c", "public"], "Timeout"),
        (at_core, ["-v2c", "-c", "PRACTICE"], "Timeout"),
        (at_core, _v3(password="wrong-wrong-wrong"), "Authentication failure"),
        (at_core, _v3(level="authNoPriv"), "Unsupported security level"),
        (at_core, _v3(level="noAuthNoPriv"), "Unsupported security level"),
        (at_core, ["-v3", "-u", "nobody", "-l", "noAuthNoPriv"], "Unknown user name"),
    ):
        assert words in _program(need, "snmpget", *who, place, f".{SYS_DESCR}")
    set_ = [f".{SYS_DESCR}", "s", "changed"]
    assert "Timeout" in _program(need, "snmpset", "-v2c", "-c", "PRACTICE", at_ups, *set_)


async def test_what_is_no_snmp_does_no_harm(
    played: Playing, infrastructure: Infrastructure, gufo: Engine
) -> None:
    target = target_of(infrastructure, "ups-2")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for junk in (b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", os.urandom(200), b"x" * 9000):
            sock.sendto(junk, (target.address, target.port))
    assert "ups/source" in await _samples(infrastructure, "ups-2", gufo)
    assert "Traceback" not in played.log.read_text()


async def test_breaking_shows_in_the_readings_and_mending_ends_it(
    played: Playing, infrastructure: Infrastructure, gufo: Engine
) -> None:
    said = command(played.data_dir, ["break", "sw-agg-2", "light/Ten-GigabitEthernet1/0/1"])
    assert said == "sw-agg-2: light/Ten-GigabitEthernet1/0/1 is now -40 dBm."
    command(played.data_dir, ["break", "ups-1", "source", "battery"])
    near = await _samples(infrastructure, "sw-agg-2", gufo)
    assert near["optic/Ten-GigabitEthernet1-0-1/rx"].value == pytest.approx(-40, abs=0.3)
    assert near["if/Ten-GigabitEthernet1-0-1/link"].hint is Status.CRITICAL
    far = await _samples(infrastructure, "sw-core-1", gufo)
    assert far["if/XGigabitEthernet0-0-2/link"].value == "down"
    assert (await _samples(infrastructure, "ups-1", gufo))["ups/source"].value == "battery"
    assert "source" in command(played.data_dir, ["status"])
    command(played.data_dir, ["mend", "ups-1"])
    assert (await _samples(infrastructure, "ups-1", gufo))["ups/source"].value == "mains"


async def test_a_device_without_power_is_silent_and_so_is_all_behind_it(
    played: Playing, infrastructure: Infrastructure, gufo: Engine
) -> None:
    command(played.data_dir, ["break", "sw-agg-2"])
    assert "prn-lab-1" in command(played.data_dir, ["status"])
    for id_ in ("sw-agg-2", "sw-med-3f"):
        agent = device(infrastructure, target_of(infrastructure, id_), timeout_s=0.3, retries=0)
        with pytest.raises(SnmpFault) as caught:
            await gufo.get(agent, [SYS_DESCR])
        assert caught.value.kind == "silent"

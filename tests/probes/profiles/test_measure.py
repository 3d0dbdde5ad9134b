"""Rounds of a device in memory: names, links, rates, verdicts, and what fails in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hisconsole.plan.profiles import Profile
from hisconsole.plan.reading import Sample
from hisconsole.plan.status import Status
from hisconsole.probes.profile import Memory, measure, questions
from hisconsole.probes.snmp import Device, SnmpFault, Table, Value
from tests.probes.profiles.replay import Replay

DEVICE = Device(address="127.0.0.1")
IF = "1.3.6.1.2.1.2.2.1"
IFX = "1.3.6.1.2.1.31.1.1.1"
UPTIME = "1.3.6.1.2.1.1.3.0"


class Agent(Replay):
    """A device whose values a test sets."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.memories = {}
        self.values = dict(values)
        self.asked: list[tuple[str, ...]] = []
        self.faults: dict[str, SnmpFault] = {}
        self.questions = 0
        self._sort()

    def set(self, values: Mapping[str, Value]) -> None:
        self.values |= values
        self._sort()

    async def table(self, device: Device, columns: Sequence[str]) -> Table:
        self.asked.append(tuple(columns))
        for column in columns:
            if column in self.faults:
                raise self.faults[column]
        return await super().table(device, columns)


def interface(index: int, name: str, **given: int) -> dict[str, Value]:
    return {
        f"{IF}.3.{index}": given.get("type", 6),
        f"{IF}.7.{index}": given.get("admin", 1),
        f"{IF}.8.{index}": given.get("oper", 1),
        f"{IF}.13.{index}": 0,
        f"{IF}.14.{index}": given.get("errors", 0),
        f"{IF}.19.{index}": 0,
        f"{IF}.20.{index}": 0,
        f"{IFX}.1.{index}": name.encode(),
        f"{IFX}.6.{index}": given.get("in_", 0),
        f"{IFX}.10.{index}": 0,
        f"{IFX}.15.{index}": 1000,
        f"{IFX}.18.{index}": b"to core A" if given.get("alias") else b"",
        f"{IFX}.19.{index}": given.get("gap", 0),
    }


@pytest.fixture
def switch(profiles: Mapping[str, Profile]) -> Profile:
    return profiles["interfaces"]


async def take(
    agent: Agent, profile: Profile, memory: Memory, at_s: float, links: tuple[str, ...] = ()
) -> dict[str, Sample]:
    found = await measure(agent, DEVICE, questions([profile]), memory, at_s=at_s, links=links)
    return {each.sample.key: each.sample for each in found}


async def test_interfaces_are_keyed_by_name_and_described(switch: Profile) -> None:
    agent = Agent({UPTIME: 100_000, **interface(7, "GE0/0/1", alias=1), **interface(8, "lo", type=24)})
    found = await take(agent, switch, Memory(), 0)
    assert set(found) == {"uptime", "if/GE0-0-1/link"}
    assert found["if/GE0-0-1/link"].label == "GE0/0/1 (to core A) link"
    assert found["if/GE0-0-1/link"].source == "IF-MIB::ifOperStatus"


async def test_twins_are_told_apart_by_index(switch: Profile) -> None:
    agent = Agent({UPTIME: 1, **interface(1, "port"), **interface(2, "port"), **interface(3, "other")})
    found = await take(agent, switch, Memory(), 0)
    assert {"if/port.1/link", "if/port.2/link", "if/other/link"} <= set(found)


async def test_devices_whose_ports_are_alike_share_their_rows(switch: Profile) -> None:
    ports = {UPTIME: 1, **interface(1, "GE1"), **interface(2, "GE2", alias=1)}
    first, second, linked = Memory(), Memory(), Memory()
    await take(Agent(ports), switch, first, 0)
    await take(Agent({**ports, **interface(2, "GE2")}), switch, second, 0)
    await take(Agent(ports), switch, linked, 0, links=("GE*",))
    one, other, third = (each.rows["if"] for each in (first, second, linked))
    assert one["1"] is other["1"]
    assert one["2"] is not other["2"]
    assert third["1"] is not one["1"]
    assert third["1"] is not None
    assert third["1"].link


async def test_rates_come_from_two_rounds(switch: Profile) -> None:
    agent, memory = Agent({UPTIME: 100_000, **interface(1, "GE1", in_=1000, errors=5)}), Memory()
    await take(agent, switch, memory, 0)
    agent.set({UPTIME: 103_000, **interface(1, "GE1", in_=1000 + 30 * 62_500_000, errors=65)})
    found = await take(agent, switch, memory, 30)
    assert found["if/GE1/in"].value == 50.0
    assert found["if/GE1/errors"].value == 2.0
    assert found["if/GE1/out"].value == 0.0


async def test_a_restart_a_gap_and_a_step_back_give_no_rate(switch: Profile) -> None:
    for uptime, given in ((50, {"in_": 9000}), (103_000, {"in_": 9000, "gap": 7}), (103_000, {"in_": 10})):
        agent, memory = Agent({UPTIME: 100_000, **interface(1, "GE1", in_=1000)}), Memory()
        await take(agent, switch, memory, 0)
        agent.set({UPTIME: uptime, **interface(1, "GE1", **given)})
        assert "if/GE1/in" not in await take(agent, switch, memory, 30)


async def test_a_32_bit_counter_may_wrap(switch: Profile) -> None:
    agent, memory = Agent({UPTIME: 1, **interface(1, "GE1", errors=2**32 - 10)}), Memory()
    await take(agent, switch, memory, 0)
    agent.set({UPTIME: 3001, **interface(1, "GE1", errors=20)})
    assert (await take(agent, switch, memory, 30))["if/GE1/errors"].value == 1.0


async def test_a_port_that_is_down_carries_nothing_and_is_a_problem_only_as_a_link(switch: Profile) -> None:
    agent = Agent({UPTIME: 1, **interface(1, "XGE0/0/1", oper=2), **interface(2, "GE0/0/2", oper=2)})
    found = await take(agent, switch, Memory(), 0, ("XGE0/0/*",))
    assert (found["if/XGE0-0-1/link"].value, found["if/XGE0-0-1/link"].hint) == ("down", Status.CRITICAL)
    assert (found["if/GE0-0-2/link"].value, found["if/GE0-0-2/link"].hint) == ("down", Status.OK)
    assert found["if/GE0-0-2/in"].value == 0.0
    agent.set(interface(1, "XGE0/0/1", oper=2, admin=2))
    found = await take(agent, switch, Memory(), 0, ("XGE0/0/*",))
    assert (found["if/XGE0-0-1/link"].value, found["if/XGE0-0-1/link"].hint) == ("off", Status.CRITICAL)


async def test_names_are_read_once_and_again_after_a_restart_an_hour_or_a_new_port(switch: Profile) -> None:
    agent, memory = Agent({UPTIME: 100_000, **interface(1, "GE1")}), Memory()
    names = f"{IFX}.1"

    async def asked_names(at_s: float) -> bool:
        agent.asked.clear()
        await take(agent, switch, memory, at_s)
        return any(names in columns for columns in agent.asked)

    assert await asked_names(0)
    assert not await asked_names(30)
    agent.set(interface(2, "GE2"))
    assert await asked_names(60)
    assert not await asked_names(90)
    assert await asked_names(3700)
    agent.set({UPTIME: 5, f"{IFX}.1.1": b"GE2", f"{IFX}.1.2": b"GE1", f"{IF}.8.1": 2})
    found = await take(agent, switch, memory, 3730)
    assert (found["if/GE2/link"].value, found["if/GE1/link"].value) == ("down", "up")


async def test_a_table_that_fails_is_one_reading_that_says_why(profiles: Mapping[str, Profile]) -> None:
    profile = profiles["net-snmp"]
    agent = Agent({UPTIME: 1, "1.3.6.1.2.1.25.3.3.1.2.1": 10, "1.3.6.1.2.1.25.3.3.1.2.2": 20})
    agent.faults["1.3.6.1.2.1.25.2.3.1.6"] = SnmpFault("malformed", "answers, but not as SNMP has it")
    found = await take(agent, profile, Memory(), 0)
    assert found["cpu"].value == 15.0
    assert (found["disk"].hint, found["disk"].reason) == (Status.UNKNOWN, "answers, but not as SNMP has it")


async def test_after_silence_nothing_more_is_asked(profiles: Mapping[str, Profile]) -> None:
    agent = Agent({UPTIME: 1})
    agent.faults["1.3.6.1.2.1.25.3.3.1.2"] = SnmpFault("silent", "no answer")
    found = await take(agent, profiles["net-snmp"], Memory(), 0)
    assert set(found) == {"uptime", "cpu"}
    assert len(agent.asked) == 1


async def test_a_device_that_shows_nothing_says_so(profiles: Mapping[str, Profile]) -> None:
    found = await take(Agent({}), profiles["snmp"], Memory(), 0)
    assert found["snmp"].reason == "it answers, but shows none of these objects"


UPS = {UPTIME: 100_000, "1.3.6.1.2.1.33.1.4.1.0": 3, "1.3.6.1.2.1.33.1.2.3.0": 12}


async def test_minutes_count_only_on_battery(profiles: Mapping[str, Profile]) -> None:
    agent = Agent(UPS)
    found = await take(agent, profiles["ups"], Memory(), 0)
    assert (found["ups/minutes"].value, found["ups/minutes"].hint) == (12, None)
    agent.set({"1.3.6.1.2.1.33.1.4.1.0": 5})
    found = await take(agent, profiles["ups"], Memory(), 0)
    assert (found["ups/source"].value, found["ups/source"].hint) == ("battery", Status.WARNING)
    assert (found["ups/minutes"].hint, found["ups/minutes"].reason) == (Status.CRITICAL, "crit <= 15")
    agent.set({"1.3.6.1.2.1.33.1.2.3.0": 25})
    found = await take(agent, profiles["ups"], Memory(), 0)
    assert found["ups/minutes"].hint is Status.WARNING


async def test_a_state_that_nobody_knows_is_unknown(profiles: Mapping[str, Profile]) -> None:
    found = await take(Agent({**UPS, "1.3.6.1.2.1.33.1.4.1.0": 77}), profiles["ups"], Memory(), 0)
    assert found["ups/source"].hint is Status.UNKNOWN
    assert found["ups/source"].reason.endswith("77")


async def test_what_is_invalid_is_not_there(profiles: Mapping[str, Profile]) -> None:
    port = "1.3.6.1.4.1.4881.1.1.10.2.105.1.1.1"
    agent = Agent(
        {
            UPTIME: 1,
            f"{port}.76.5": -10000,
            f"{port}.76.6": -1830,
            **interface(5, "Te0/5"),
            **interface(6, "Te0/6"),
        }
    )
    found = await take(agent, profiles["ruijie"], Memory(), 0)
    assert "optic/Te0-5/rx" not in found
    assert found["optic/Te0-6/rx"].value == -18.3


async def test_a_devices_own_verdict_on_light_counts_only_for_links(profiles: Mapping[str, Profile]) -> None:
    status = "1.3.6.1.4.1.4881.1.1.10.2.105.1.1.1.34"
    agent = Agent(
        {UPTIME: 1, f"{status}.5": 4, f"{status}.6": 4, **interface(5, "Te0/5"), **interface(6, "Te0/6")}
    )
    found = await take(agent, profiles["ruijie"], Memory(), 0, ("Te0/5",))
    assert found["optic/Te0-5/state"].hint is Status.CRITICAL
    assert found["optic/Te0-6/state"].hint is None


async def test_a_device_cannot_put_anything_on_the_screen(switch: Profile) -> None:
    agent = Agent({UPTIME: 1, **interface(1, "\x1b[31mGE1\u202e")})
    found = await take(agent, switch, Memory(), 0)
    assert all(key.isprintable() for key in found)


async def test_later_profiles_come_before_earlier_ones(profiles: Mapping[str, Profile]) -> None:
    other = replace(profiles["snmp"], readings=(replace(profiles["snmp"].readings[0], label="Since"),))
    found = await measure(Agent({UPTIME: 1}), DEVICE, questions([profiles["snmp"], other]), Memory(), at_s=0)
    assert [each.sample.label for each in found] == ["Since"]


def test_a_replayer_sorts_and_leaves_malformed_lines_out(tmp_path: Path) -> None:
    path = tmp_path / "a.snmprec"
    path.write_bytes(
        b"1.3.6.1.2.1.1.10.0|2|10\n1.3.6.1.2.1.1.2.0|6|.1.3.6\n.1.3.6.1.2.1.1.1.0|4x|00ff\n"
        b"1.3.6.1.2.1.1.4.0|4|a|b\n1.3.6.1.2.1.1.5.0|2|five\nno line\n1.3.6.1.2.1.1.6.0|4x|0\n\n6B 20 49\n"
    )
    replay = Replay(path)
    assert list(replay.values.values()) == [10, "1.3.6", b"\x00\xff", b"a|b"]
    assert replay.skipped == 4
    assert [each[-2] for each in replay._order] == [1, 2, 4, 10]

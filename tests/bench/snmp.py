"""What a question over SNMP costs our process: the engine alone, beside pysnmp, and a round to its end.

A round end to end is what the watch does with it: asked, decoded, judged, and written to the readings
in one commit of 17 rounds, which is a second's share of 1,000 targets a minute. One question at a time.
`python -m tests.bench.snmp PORT FOLDER TURNS` measures in a process of its own and prints JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from pysnmp.hlapi.v3arch import asyncio as hlapi  # type: ignore[import-untyped]

from hisconsole.config.targets import load_targets
from hisconsole.desk.actor import utc_now
from hisconsole.plan.profiles import Probe
from hisconsole.probes.snmp import Device, Engine, open_engine
from hisconsole.store.readings import Measured
from hisconsole.store.readings_lease import LEASE_S, myself
from hisconsole.watch.keeper import Keeper
from hisconsole.watch.pollers import Pollers
from hisconsole.watch.state import State
from hisconsole.watch.timing import Timing
from tests.bench.hospital import IF_COLUMNS, PLAYPEN, ROWS, Group, lay

A_COMMIT = 17
"""Rounds in one commit."""

IN_FLIGHT = tuple(Group("well", 100, 0).addresses())
"""Asked all at once, as when many targets are due together."""

TEN = tuple(f"{PLAYPEN}.2.{number}.0" for number in range(1, 11))


class Rounds:
    """Whole rounds of targets of one profile, by the parts of the watch."""

    def __init__(self, folder: Path, profile: str, port: int) -> None:
        group = Group("well", A_COMMIT, port, profile=profile)
        self._data = folder / profile
        self._data.mkdir(mode=0o700)
        self._infrastructure = load_targets(lay(folder / f"{profile}-config", [group]), sample=True)
        self._state = State(Timing().policy)
        self._holder = myself()

    async def open(self) -> None:
        """Begin as a watch does."""
        self._pollers = Pollers(self._data, known_hosts=self._data / "known_hosts", memories={})
        self._pollers.arrange(self._infrastructure)
        self._state.arrange(self._infrastructure, now=utc_now())
        self._keeper = Keeper(self._data, now=utc_now, lease_s=LEASE_S, broken=_broken)
        assert await self._keeper.take(self._holder)

    async def close(self) -> None:
        """Let everything go."""
        await self._pollers.close()
        await self._keeper.close()

    async def all_once(self) -> None:
        """A round of each target and one commit of them all."""
        loop = asyncio.get_running_loop()
        for target in self._infrastructure.targets:
            polled = await self._pollers(target, Probe.SNMP, False)
            assert not polled.fault, polled.failure
            taken = self._state.take(polled, now=utc_now(), at_s=loop.time(), trusted=True)
            assert taken is not None
            measured = Measured(target.id, polled.probe, 1, polled.finished, taken.readings)
            self._keeper.add(taken.health, [measured], taken.changes)
        await self._keeper.commit(self._holder)
        assert not self._keeper.trouble, self._keeper.trouble


def _broken(error: Exception) -> str:
    raise error


class Pysnmp:
    """pysnmp's high-level API at its cheapest: engine, target and objects are made once, no MIB is loaded."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def open(self) -> None:
        """Make what is used again and again."""
        self._engine = hlapi.SnmpEngine()
        community, context = hlapi.CommunityData("bench", mpModel=1), hlapi.ContextData()
        targets = [await hlapi.UdpTransportTarget.create((each, self._port)) for each in IN_FLIGHT]
        self._ways = [(community, target, context) for target in targets]
        self._way = self._ways[0]
        self._ten = _objects(TEN)
        self._columns = _objects(IF_COLUMNS)

    async def get(self) -> None:
        """One GET of ten objects."""
        await self._get(self._way)

    async def gets(self) -> None:
        """One GET of each address, all at once."""
        await asyncio.gather(*map(self._get, self._ways))

    async def _get(self, way: tuple[object, ...]) -> None:
        fault, status, _index, found = await hlapi.get_cmd(self._engine, *way, *self._ten, lookupMib=False)
        assert not fault
        assert not status
        assert len(found) == len(TEN)

    async def get_as_documented(self) -> None:
        """The same as pysnmp's own examples have it: everything anew, and looked up in the MIBs."""
        target = await hlapi.UdpTransportTarget.create(("127.0.0.1", self._port))
        way = (hlapi.CommunityData("bench", mpModel=1), target, hlapi.ContextData())
        fault, status, _index, found = await hlapi.get_cmd(self._engine, *way, *_objects(TEN))
        assert not fault
        assert not status
        assert len(found) == len(TEN)

    async def table(self) -> None:
        """All columns by GETBULK, told how many rows there are; as many requests as the answers need."""
        cells, places, columns = 0, self._columns, list(IF_COLUMNS)
        while cells < len(IF_COLUMNS) * ROWS:
            left = -(-(len(IF_COLUMNS) * ROWS - cells) // len(columns))
            fault, status, _index, found = await hlapi.bulk_cmd(
                self._engine, *self._way, 0, left, *places, lookupMib=False
            )
            assert not fault
            assert not status
            names = [str(name) for name, _value in found]
            for place, name in enumerate(names):
                assert name.startswith(f"{columns[place % len(columns)]}.")
            cells += len(names)
            turned = len(names) % len(columns)  # An answer may end within a row.
            columns = columns[turned:] + columns[:turned]
            places = _objects(names[-len(columns) :])
        assert cells == len(IF_COLUMNS) * ROWS

    def close(self) -> None:
        """Close the socket."""
        self._engine.close_dispatcher()


def _objects(oids: tuple[str, ...] | list[str]) -> tuple[object, ...]:
    return tuple(hlapi.ObjectType(hlapi.ObjectIdentity(oid)) for oid in oids)


async def _cost(job: Callable[[], Awaitable[object]], times: int, parts: int = 1) -> float:
    """Milliseconds of processor that one of `parts` of the job takes, all threads of the process together."""
    before = time.process_time()
    for _time in range(times):
        await job()
    return 1000 * (time.process_time() - before) / times / parts


async def measure(port: int, folder: Path, turns: int) -> dict[str, list[float]]:
    """All costs in ms, turn by turn."""
    engine: Engine = open_engine("gufo")
    device = Device(address="127.0.0.1", port=port, community="bench")
    devices = [Device(address=each, port=port, community="bench") for each in IN_FLIGHT]

    async def gets() -> None:
        await asyncio.gather(*(engine.get(each, TEN) for each in devices))

    pysnmp = Pysnmp(port)
    await pysnmp.open()
    rounds = {profile: Rounds(folder, profile, port) for profile in ("ten", "interfaces", "cells")}
    jobs: dict[str, tuple[Callable[[], Awaitable[object]], int, int]] = {
        "gufo get": (lambda: engine.get(device, TEN), 100, 1),
        "pysnmp get": (pysnmp.get, 25, 1),
        "pysnmp get as documented": (pysnmp.get_as_documented, 10, 1),
        "gufo gets": (gets, 5, len(IN_FLIGHT)),
        "pysnmp gets": (pysnmp.gets, 1, len(IN_FLIGHT)),
        "gufo table": (lambda: engine.table(device, IF_COLUMNS), 25, 1),
        "pysnmp table": (pysnmp.table, 3, 1),
        "ten": (rounds["ten"].all_once, 6, A_COMMIT),
        "interfaces": (rounds["interfaces"].all_once, 2, A_COMMIT),
        "cells": (rounds["cells"].all_once, 2, A_COMMIT),
    }
    table = await engine.table(device, IF_COLUMNS)
    assert sum(map(len, table.values())) == 8 * ROWS
    for each in rounds.values():
        await each.open()
    took: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(-1, turns):  # One that does not count.
        for name, (job, times, parts) in jobs.items():
            cost = await _cost(job, times, parts)
            if turn >= 0:
                took[name].append(cost)
    for each in rounds.values():
        await each.close()
    engine.close()
    pysnmp.close()
    return took


if __name__ == "__main__":
    where = Path(sys.argv[2])
    where.mkdir()
    print(json.dumps(asyncio.run(measure(int(sys.argv[1]), where, int(sys.argv[3])))))

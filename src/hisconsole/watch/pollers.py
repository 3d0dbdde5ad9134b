"""The one seam to the probes: a target and a way to it in, one round out.

Connections, sockets and what is remembered of a device are kept here between rounds. Libraries are
imported when the first target needs them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hisconsole.errors import HisError
from hisconsole.plan.profiles import Probe
from hisconsole.plan.reading import Round
from hisconsole.plan.targets import Infrastructure, Target, settings_of
from hisconsole.watch.access import device_of, host_of

if TYPE_CHECKING:
    from hisconsole.probes.net.checks import Net
    from hisconsole.probes.parse.output import Ask
    from hisconsole.probes.profile import Memory, Questions
    from hisconsole.probes.snmp import Device, Engine
    from hisconsole.probes.ssh.connections import Connections

BRIEF_S = 2.0
"""How long a target that was silent is waited for before it is asked everything."""
NET_S = 15.0


class Pollers:
    """What polls, for one loop. `arrange` it with the targets first, and again when they change."""

    def __init__(
        self, data: Path, *, known_hosts: Path, memories: Mapping[str, Mapping[str, object]]
    ) -> None:
        """Secrets lie in `data`; `memories` are what devices were found to bear, as `memories` gave them."""
        self._data = data
        self._known_hosts = known_hosts
        self._kept = memories
        self._infrastructure: Infrastructure | None = None
        self._devices: dict[str, Device] = {}
        self._alike: dict[tuple[str, ...], Questions] = {}
        self._questions: dict[str, tuple[Questions, Memory]] = {}
        self._asks: dict[tuple[str, Probe], tuple[Ask, ...]] = {}
        self._engines: dict[str, Engine] = {}
        self._connections: Connections | None = None
        self._net: Net | None = None
        self._shared: dict[str, Any] = {}

    def arrange(self, infrastructure: Infrastructure) -> str:
        """Take up these targets; returns a sentence when this machine has not room for all their sockets."""
        before = self._infrastructure
        self._infrastructure = infrastructure
        self._devices.clear()
        self._asks.clear()
        self._alike.clear()
        # Counters go on where nothing changed; a new profile begins them anew.
        self._questions = {
            target.id: self._questions[target.id]
            for target in infrastructure.targets
            if target.id in self._questions
            and before is not None
            and before.target(target.id) == target
            and before.of(target, Probe.SNMP) == infrastructure.of(target, Probe.SNMP)
        }
        snmp = [target for target in infrastructure.targets if infrastructure.of(target, Probe.SNMP)]
        note = ""
        if snmp:
            from hisconsole.probes.snmp import make_room

            note = make_room(len(snmp))
        hosts = [target for target in infrastructure.targets if infrastructure.of(target, Probe.SSH)]
        if hosts:
            self._opened_connections().keep(
                [host_of(infrastructure, target, data=self._data) for target in hosts]
            )
        return note

    async def __call__(self, target: Target, probe: Probe, brief: bool) -> Round:
        """One round; it does not raise but for bugs."""
        assert self._infrastructure is not None  # noqa: S101 - for mypy: nothing is polled before arrange
        try:
            if probe is Probe.SNMP:
                return await self._snmp(self._infrastructure, target, brief=brief)
            if probe is Probe.SSH:
                return await self._ssh(self._infrastructure, target)
            return await self._by_net(self._infrastructure, target)
        except HisError as closed:  # A secret that cannot be had.
            now = datetime.now(UTC)
            return Round(target.id, probe.value, now, now, (), str(closed), "local")

    async def ping(self, address: str) -> bool | None:
        """Whether an address answers an echo; None where this machine cannot ask."""
        from hisconsole.probes.net.ping import ping
        from hisconsole.probes.net.reach import Unreached

        programs = self._shared.setdefault("programs", asyncio.Semaphore(4))
        echoes = await ping(address, programs=programs)
        return None if isinstance(echoes, Unreached) else bool(echoes.received)

    def memories(self) -> dict[str, dict[str, int]]:
        """What devices were found to bear, to be kept over restarts."""
        return {place: memory.dump() for place, memory in self._shared.get("memories", {}).items()}

    async def close(self) -> None:
        """End every connection and close every socket."""
        for engine in self._engines.values():
            engine.close()
        if self._connections is not None:
            await self._connections.close()

    async def _snmp(self, infrastructure: Infrastructure, target: Target, *, brief: bool) -> Round:
        from hisconsole.probes.profile import UPTIME, Memory, measure, questions
        from hisconsole.probes.snmp import SnmpFault
        from hisconsole.probes.snmp.faults import silent

        started = datetime.now(UTC)
        device = self._devices.get(target.id)
        if device is None:
            credential = infrastructure.credentials[target.credential]
            device = device_of(target.address, target.port, credential, data=self._data)
            self._devices[target.id] = device
        asked = self._questions.get(target.id)
        if asked is None:
            alike = self._alike.get(target.profiles)
            if alike is None:
                alike = self._alike[target.profiles] = questions(infrastructure.of(target, Probe.SNMP))
            asked = self._questions[target.id] = alike, Memory()
        engine = self._engine(target.engine.value)
        try:
            if brief:
                try:
                    async with asyncio.timeout(BRIEF_S):
                        await engine.get(device, (UPTIME,))
                except TimeoutError:
                    raise silent(device.version) from None
            at_s = asyncio.get_running_loop().time()
            measured = await measure(engine, device, *asked, at_s=at_s, links=target.links)
        except SnmpFault as error:
            self._devices.pop(target.id, None)  # Its secret may be another one by now.
            finished = datetime.now(UTC)
            return Round(target.id, Probe.SNMP.value, started, finished, (), error.sentence, error.kind)
        samples = tuple(each.sample for each in measured)
        return Round(target.id, Probe.SNMP.value, started, datetime.now(UTC), samples)

    async def _ssh(self, infrastructure: Infrastructure, target: Target) -> Round:
        from hisconsole.probes.ssh.poll import poll_ssh

        host = host_of(infrastructure, target, data=self._data)
        asks = self._asks_of(infrastructure, target, Probe.SSH)
        return await poll_ssh(self._opened_connections(), host=host, asks=asks)

    async def _by_net(self, infrastructure: Infrastructure, target: Target) -> Round:
        from hisconsole.probes.net.checks import Net
        from hisconsole.probes.net.poll import poll_net

        if self._net is None:
            self._net = Net()
        asks = self._asks_of(infrastructure, target, Probe.NET)
        return await poll_net(self._net, target=target.id, address=target.address, asks=asks, timeout_s=NET_S)

    def _engine(self, name: str) -> Engine:
        from hisconsole.probes.snmp import DeviceMemory, Pace, open_engine

        if name not in self._engines:
            pace = self._shared.setdefault("pace", Pace())
            kept = {place: DeviceMemory.load(plain) for place, plain in self._kept.items()}
            memories = self._shared.setdefault("memories", kept)
            self._engines[name] = open_engine(name, pace=pace, memories=memories)
        return self._engines[name]

    def _opened_connections(self) -> Connections:
        from hisconsole.probes.ssh.connections import Connections
        from hisconsole.probes.ssh.hosts import KnownHosts

        if self._connections is None:
            self._connections = Connections(KnownHosts(self._known_hosts))
        return self._connections

    def _asks_of(self, infrastructure: Infrastructure, target: Target, probe: Probe) -> tuple[Ask, ...]:
        from hisconsole.probes.parse.output import Ask

        asks = self._asks.get((target.id, probe))
        if asks is None:
            asks = self._asks[target.id, probe] = tuple(
                Ask(check.use, settings_of(target, profile, check.id))
                for profile in infrastructure.of(target, probe)
                for check in profile.checks
            )
        return asks

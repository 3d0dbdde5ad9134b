"""The practice hospital as a process: every device of the sample hospital on loopback, until it is ended."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import asyncssh

from hisconsole.config.listening import Listening
from hisconsole.config.targets_credentials import secret_text
from hisconsole.errors import HisError
from hisconsole.plan.targets import Infrastructure, Target
from hisconsole.practice.acts import Acts
from hisconsole.practice.control import Control
from hisconsole.practice.draft import Device
from hisconsole.practice.folder import practice_folder
from hisconsole.practice.gates import Gate, Serving, Way
from hisconsole.practice.hospital import Service, build
from hisconsole.practice.keys import key, write_known_hosts
from hisconsole.practice.live import Live
from hisconsole.practice.scenario_file import scenario_folder
from hisconsole.practice.services import Contexts, Names, server
from hisconsole.practice.ssh.host import PlayedHost
from hisconsole.practice.traps import Herald
from hisconsole.text import _, ngettext

TICK_S = 0.5
_WAYS = {"open": Way.OPEN, "closed": Way.CLOSED, "silent": Way.SILENT}

Tell = Callable[[str], None]


def run(
    infrastructure: Infrastructure,
    data_dir: Path,
    scenario: str | None = None,
    *,
    tell: Tell,
    folder: Path | None = None,
    seed: int = 1,
    traps: Listening | None = None,
) -> None:
    """Play all targets until SIGTERM or SIGINT; `tell` gets a line when something is to be said.

    `folder` holds the scenarios, the delivered ones where none is named; `traps` is where devices tell of
    what happens to them. Raises HisError when a port is taken, a target is not on loopback, or a
    practice hospital already runs with this data folder.
    """

    async def main() -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        hospital = Practice(infrastructure, data_dir, folder=folder, seed=seed, tell=tell, traps=traps)
        try:
            await hospital.open(scenario)
            await hospital.play(ended)
        finally:
            hospital.close()

    asyncio.run(main())


class Practice:
    """All played devices of one process; for a loop that somebody else runs, as in tests."""

    def __init__(
        self,
        infrastructure: Infrastructure,
        data_dir: Path,
        *,
        tell: Tell,
        folder: Path | None = None,
        seed: int = 1,
        traps: Listening | None = None,
    ) -> None:
        self.infrastructure = infrastructure
        self.data_dir = data_dir
        self._tell = tell
        self._traps = traps
        self._heralds: list[Herald] = []
        self.live = Live(build(infrastructure), clock=time.monotonic, seed=seed)
        self.acts = Acts(self.live, folder or scenario_folder())
        self._gates: list[Gate] = []
        self._open: list[Serving] = []

    async def open(self, scenario: str | None = None) -> None:
        """Open every port; raises HisError when one cannot be had, and leaves none open then."""
        try:
            own = practice_folder(self.data_dir)
            control = Control(self.acts)
            self._open.append(control)
            await control.start(self.data_dir)
            await self._hosts()
            await self._services(own)
            self._agents()
            started = self.acts.play(scenario) if scenario else ""
        except BaseException:
            self.close()
            raise
        count = len(self.live.hospital.devices)
        plays = ngettext(
            "PRACTICE: {count} target is played on loopback.",
            "PRACTICE: {count} targets are played on loopback.",
            count,
        )
        self._tell(plays.format(count=count))
        if started:
            self._tell(started)

    async def play(self, ended: asyncio.Event) -> None:
        """Follow the scenario until `ended` is set."""
        while not ended.is_set():
            for line in self.acts.heard():
                self._tell(line)
            for herald in self._heralds:
                herald.follow()
            for gate in self._gates:
                await gate.follow()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await ended.wait()

    def close(self) -> None:
        """Close every port."""
        for each in (*self._gates, *self._open):
            each.close()
        self._gates.clear()
        self._heralds.clear()
        self._open.clear()

    async def _hosts(self) -> None:
        keys: dict[tuple[str, int], asyncssh.SSHKey] = {}
        for device in self.live.hospital.devices.values():
            target = device.target
            if target.login:
                host = self._host(device)
                keys[target.address, target.login_port] = host.host_key
                await self._gate(target, target.login_port, host.serve)
        write_known_hosts(self.data_dir, keys)

    def _host(self, device: Device) -> PlayedHost:
        target = device.target
        credential = self.infrastructure.credentials[target.login]
        if not credential.secret.file:
            sentence = _("{name}: the practice hospital needs a key_file, in which it makes the key.")
            raise HisError(sentence.format(name=credential.name))
        own = practice_folder(self.data_dir)
        return PlayedHost(
            device,
            self.live.views[target.id],
            credential.user,
            key(self.data_dir / credential.secret.file),
            key(own / f"host_{target.id}"),
        )

    async def _services(self, own: Path) -> None:
        contexts = Contexts(own)
        for id_, services in self.live.hospital.services.items():
            target = self.live.hospital.devices[id_].target
            for service in services:
                if service.use == "dns":
                    names = Names(service, target.address, partial(self._opened, id_, service))
                    self._open.append(await names.start(id_, target.address))
                else:
                    serve = server(service, self.live.views[id_], contexts)
                    await self._gate(target, service.port, serve, service)

    async def _gate(
        self,
        target: Target,
        port: int,
        serve: Callable[..., Awaitable[Serving]],
        service: Service | None = None,
    ) -> None:
        gate = Gate(
            target=target.id,
            address=target.address,
            port=port,
            serve=serve,
            wanted=lambda: self._way(target.id, service),
        )
        self._gates.append(gate)
        await gate.follow(first=True)

    def _way(self, target: str, service: Service | None) -> Way:
        if not self.live.answers(target):
            return Way.SILENT
        return Way.OPEN if service is None else _WAYS[self.live.views[target].word(f"port/{service.port}")]

    def _opened(self, target: str, service: Service) -> bool:
        return self._way(target, service) is Way.OPEN

    def _agents(self) -> None:
        from hisconsole.practice.agents import Agent  # pysnmp takes 0.1 s and 25 MB to load.

        for id_, device in self.live.hospital.devices.items():
            target = device.target
            if target.credential:
                credential = self.infrastructure.credentials[target.credential]
                agent = Agent(
                    target=id_,
                    address=target.address,
                    port=target.port,
                    credential=credential,
                    secrets=(
                        secret_text(credential.secret, data=self.data_dir),
                        secret_text(credential.priv_secret, data=self.data_dir),
                    ),
                    mib=device.mib,
                    view=self.live.views[id_],
                    alive=partial(self.live.answers, id_),
                )
                self._open.append(agent)
                if self._traps is not None:
                    agent.tell(self._traps.address, self._traps.port)
                    alive = partial(self.live.answers, id_)
                    self._heralds.append(Herald(device, self.live.views[id_], agent.trap, alive))

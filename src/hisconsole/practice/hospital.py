"""The practice hospital as it stands before anything happens: its targets as devices that can be played."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from hisconsole.errors import HisError
from hisconsole.plan.profiles import Probe
from hisconsole.plan.targets import Infrastructure, Target, settings_of
from hisconsole.practice import cables
from hisconsole.practice.devices import MODELS
from hisconsole.practice.devices.interfaces import interfaces
from hisconsole.practice.devices.system import system
from hisconsole.practice.draft import Device, Draft
from hisconsole.practice.facets import Facet, Value, choice, measure
from hisconsole.practice.scenario import Place
from hisconsole.practice.ssh.answers import PLAYED
from hisconsole.probes.net.checks import given
from hisconsole.probes.parse.output import Ask
from hisconsole.text import _
from hisconsole.values import dataclass

CONSOLE = "console"
"""Stands for the machine that the console runs on: its own cable can be cut."""

CUT = Facet(name="network", normal="up", broken="cut", words=("up", "cut"))
_LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


@dataclass(frozen=True, slots=True)
class Service:
    """A net check of a target, and the port where it is answered."""

    use: str
    port: int
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Hospital:
    """Every played device by its id, how they hang together, and what is normal."""

    devices: Mapping[str, Device]
    ports: Mapping[str, tuple[cables.Port, ...]]
    parents: Mapping[str, tuple[str, ...]]
    services: Mapping[str, tuple[Service, ...]]
    normal: Mapping[Place, Value]

    def facets(self, target: str) -> Mapping[str, Facet]:
        """What can be set on a target; raises HisError when there is none of that id."""
        if target == CONSOLE:
            return {CUT.name: CUT}
        if target not in self.devices:
            raise HisError(_("'{id}' is no target of the practice hospital.").format(id=target))
        return self.devices[target].facets


def build(infrastructure: Infrastructure) -> Hospital:
    """Make the devices of all targets; raises HisError where one is not on this machine's loopback."""
    for target in infrastructure.targets:
        if ipaddress.ip_address(target.address) not in _LOOPBACK:
            sentence = _("{id} has the address {address}: the practice hospital plays only 127.x.x.x.")
            raise HisError(sentence.format(id=target.id, address=target.address))
    ports = cables.lay(infrastructure)
    services = {each.id: _services(infrastructure, each) for each in infrastructure.targets}
    devices = {
        each.id: _device(infrastructure, each, ports.get(each.id, ()), services[each.id])
        for each in infrastructure.targets
    }
    normal = {
        (id_, facet.name): facet.normal for id_, device in devices.items() for facet in device.facets.values()
    }
    return Hospital(
        devices=devices,
        ports=ports,
        parents=infrastructure.parents,
        services=services,
        normal={**normal, (CONSOLE, CUT.name): CUT.normal},
    )


def _device(
    infrastructure: Infrastructure,
    target: Target,
    ports: tuple[cables.Port, ...],
    services: tuple[Service, ...],
) -> Device:
    draft = Draft(target, ports)
    if target.credential:
        system(draft, words=f"device, {target.kind.value}", identity="1.3.6.1.4.1.8072.3.2.255")
    for profile in infrastructure.of(target, Probe.SNMP):
        if profile.id in MODELS:
            MODELS[profile.id](draft)
        elif ports:
            interfaces(draft)
    for profile in infrastructure.of(target, Probe.SSH):
        for check in profile.checks:
            PLAYED[check.use].prepare(draft, settings_of(target, profile, check.id))
    for service in services:
        ways = ("open", "silent") if service.use == "dns" else ("open", "closed", "silent")
        draft.facet(choice(f"port/{service.port}", *ways, broken=ways[1]))
        if service.use == "http":
            draft.facet(choice(f"page/{service.port}", "200", "404", "500", "503", broken="503"))
            draft.facet(measure(f"page-time/{service.port}", 0.05, broken=4, most=30, unit="s"))
    return draft.device()


def _services(infrastructure: Infrastructure, target: Target) -> tuple[Service, ...]:
    """What listens on the target for its net checks; the kernel itself answers pings of 127.x.x.x."""
    found: dict[int, Service] = {}
    for profile in infrastructure.of(target, Probe.NET):
        for check in profile.checks:
            if check.use != "ping":
                settings = given(Ask(check.use, settings_of(target, profile, check.id)))
                found[int(settings["port"])] = Service(check.use, int(settings["port"]), settings)
    return tuple(found.values())

"""Which port of which device leads where, and who can be reached over what still works.

Made from the targets alone: a device hangs on its parents by ports whose names its `links` give. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from hisconsole.plan.targets import Infrastructure, Kind, Target
from hisconsole.values import dataclass

NETWORK = frozenset({Kind.SWITCH, Kind.ROUTER, Kind.FIREWALL, Kind.LINE, Kind.WIRELESS})
"""Kinds that have ports for others."""

WORKSTATIONS = 8
"""Ports of an access switch that lead to workstations, which come and go."""


@dataclass(frozen=True, slots=True)
class Port:
    """One interface of a played device."""

    name: str
    peers: tuple[str, ...]
    """The targets at the other end; none for a workstation or the world outside."""
    alias: str
    megabits: int
    optic: bool
    up: bool = True
    """Whether something is plugged in when all is well."""


def lay(infrastructure: Infrastructure) -> dict[str, tuple[Port, ...]]:
    """The ports of every network device, by its id."""
    return {
        target.id: tuple(_ports(infrastructure, target))
        for target in infrastructure.targets
        if target.kind in NETWORK
    }


def reached(
    parents: Mapping[str, tuple[str, ...]],
    *,
    powered: Callable[[str], bool],
    joined: Callable[[str, str], bool],
) -> frozenset[str]:
    """The targets that a console at the topmost ones can reach: powered, and one whole way up.

    `joined` says of a target and one of its parents whether the cable between them works.
    """
    known: dict[str, bool] = {}

    def reach(id_: str) -> bool:
        if id_ not in known:
            known[id_] = False  # A ring of parents leads nowhere.
            above = parents[id_]
            known[id_] = powered(id_) and (
                not above or any(joined(id_, each) and reach(each) for each in above)
            )
        return known[id_]

    return frozenset(id_ for id_ in parents if reach(id_))


def port_to(ports: Mapping[str, tuple[Port, ...]], id_: str, peer: str) -> Port | None:
    """The port of a target that leads to another, or None where it has none."""
    return next((port for port in ports.get(id_, ()) if peer in port.peers), None)


def _ports(infrastructure: Infrastructure, target: Target) -> Iterator[Port]:
    children = [each for each in infrastructure.targets if target.id in each.parents]
    fabric = [each.id for each in children if each.kind in NETWORK]
    others = [each for each in children if each.kind not in NETWORK]
    links, plain = _names(target.links), _numbered(_PLAIN[_make(target)])
    if target.kind is Kind.FIREWALL:
        outside = [name for name in target.links if name.startswith("wan")]
        inside = next((name for name in target.links if name not in outside), "internal")
        yield Port(inside, target.parents, "PRACTICE to the core", 10_000, optic=False)
        for name in outside:
            yield Port(name, (), "PRACTICE Internet", 1_000, optic=False)
        others = children
    elif target.kind is Kind.LINE:
        for child in children:
            yield Port(next(links, "line"), (child.id,), f"PRACTICE line to {child.id}", 100, optic=False)
        others = []
        for parent in target.parents:
            yield Port(next(plain), (parent,), f"PRACTICE to {parent}", 1_000, optic=False)
    else:
        for peer in (*target.parents, *fabric):
            yield Port(next(links, "") or next(plain), (peer,), f"PRACTICE to {peer}", 10_000, optic=True)
    for child in others:
        speed = 10_000 if child.kind is Kind.DATABASE else 1_000
        yield Port(next(plain), (child.id,), f"PRACTICE to {child.id}", speed, optic=False)
    if target.kind is Kind.SWITCH and (target.gateway or (target.parents and not fabric)):
        for place in range(WORKSTATIONS):
            yield Port(next(plain), (), f"PRACTICE workstation {place + 1}", 1_000, optic=False, up=place < 6)


_PLAIN = {
    "huawei-vrp": "GigabitEthernet0/0/1",
    "h3c-comware": "GigabitEthernet1/0/1",
    "ruijie": "Gi0/1",
    "fortigate": "port1",
    "": "port1",
}


def _make(target: Target) -> str:
    return next((profile for profile in target.profiles if profile in _PLAIN), "")


def _names(links: tuple[str, ...]) -> Iterator[str]:
    """The names that patterns stand for: in `1/0/*` a number that grows, after a plain name the next ones."""
    for pattern in links[:-1]:
        yield pattern.replace("*", "1")
    if links:
        yield from _numbered(links[-1].replace("*", "1"))


def _numbered(name: str) -> Iterator[str]:
    begin, first = re.fullmatch(r"(.*?)([0-9]*)", name, re.DOTALL).groups()  # type: ignore[union-attr]
    number = int(first or 1)
    while True:
        yield f"{begin}{number}"
        number += 1

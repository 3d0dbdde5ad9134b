"""IF-MIB of a played device: its ports with links that can be cut and counters that move."""

from __future__ import annotations

from collections.abc import Callable

from hisconsole.practice.cables import Port
from hisconsole.practice.draft import Draft
from hisconsole.practice.facets import choice, measure
from hisconsole.practice.mib import Source, Type, View

_IF = "1.3.6.1.2.1.2.2.1"
_IFX = "1.3.6.1.2.1.31.1.1.1"
_ETHERNET = 6
_OCTETS = 125_000
"""Octets a second for each Mb/s."""

DARK_DBM = -30.0
"""Below this a module sees no light and the link is down."""


def interfaces(draft: Draft, ports: tuple[Port, ...] = ()) -> None:
    """The interfaces of a network device, or the `ports` of a host."""
    ports = ports or draft.ports
    draft.put("1.3.6.1.2.1.2.1.0", Type.INTEGER, len(ports))
    for index, port in enumerate(ports, start=1):
        link = choice(
            f"link/{port.name}", *(("up", "down") if port.up else ("down", "up")), "off", broken="down"
        )
        draft.facet(link)
        if port.peers or port.optic:
            draft.facet(measure(f"errors/{port.name}", 0, broken=40, most=100_000, unit="/s"))
            draft.facet(measure(f"traffic/{port.name}", 12 if port.optic else 4, broken=96))
        if port.optic:
            draft.facet(measure(f"light/{port.name}", -6.4, broken=-40, least=-40, most=2, unit="dBm"))
        for (column, kind), source in _row(draft, index, port).items():
            draft.put(f"{column}.{index}", kind, source)


def _row(draft: Draft, index: int, port: Port) -> dict[tuple[str, Type], Source]:
    name = port.name
    moves = f"traffic/{name}" in draft.facets
    rate = _rate(port) if moves else lambda view: 20_000.0 if view.link(name) else 0.0
    errors = _errors(name) if moves else lambda view: 0.0
    return {
        (f"{_IF}.1", Type.INTEGER): index,
        (f"{_IF}.2", Type.OCTETS): name,
        (f"{_IF}.3", Type.INTEGER): _ETHERNET,
        (f"{_IF}.5", Type.GAUGE): min(port.megabits * 1_000_000, 2**32 - 1),
        (f"{_IF}.7", Type.INTEGER): lambda view: 2 if view.word(f"link/{name}") == "off" else 1,
        (f"{_IF}.8", Type.INTEGER): lambda view: 1 if view.link(name) else 2,
        (f"{_IF}.9", Type.TICKS): lambda view: (
            int(100 * (view.uptime_s - view.for_s(f"link/{name}"))) % 2**32
        ),
        (f"{_IF}.13", Type.COUNTER32): 0,
        (f"{_IF}.14", Type.COUNTER32): lambda view: view.total(f"errors/{name}", errors(view)) % 2**32,
        (f"{_IF}.19", Type.COUNTER32): 0,
        (f"{_IF}.20", Type.COUNTER32): 0,
        (f"{_IFX}.1", Type.OCTETS): name,
        (f"{_IFX}.6", Type.COUNTER64): lambda view: view.total(f"in/{name}", rate(view)),
        (f"{_IFX}.10", Type.COUNTER64): lambda view: view.total(f"out/{name}", 0.7 * rate(view)),
        (f"{_IFX}.15", Type.GAUGE): port.megabits,
        (f"{_IFX}.18", Type.OCTETS): port.alias,
        (f"{_IFX}.19", Type.TICKS): 0,
    }


def _rate(port: Port) -> Callable[[View], float]:
    def rate(view: View) -> float:
        if not view.link(port.name):
            return 0.0
        percent = view.number(f"traffic/{port.name}") * (1 + view.drift(f"traffic/{port.name}", 0.25))
        return min(percent, 99.0) / 100 * port.megabits * _OCTETS

    return rate


def _errors(name: str) -> Callable[[View], float]:
    return lambda view: view.number(f"errors/{name}") if view.link(name) else 0.0


def light(view: View, port: str) -> float:
    """The light that a module receives, in dBm."""
    return min(2.0, max(-40.0, view.number(f"light/{port}") + view.drift(f"light/{port}", 0.15)))

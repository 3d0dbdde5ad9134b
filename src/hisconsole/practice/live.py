"""The practice hospital as it is now: what was done to it, and how each device looks at this second."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping

from hisconsole.practice import cables
from hisconsole.practice.devices.interfaces import DARK_DBM
from hisconsole.practice.draft import Device
from hisconsole.practice.facets import DEVICE, Value
from hisconsole.practice.hospital import CONSOLE, CUT, Hospital
from hisconsole.practice.scenario import Place, Step, by_place, changed_at, values_at

_FRESH_S = 0.2
"""How long the state that was reckoned once stands for now."""
_DAY_S = 86_400


class Live:
    """The state of all devices; `clock` tells seconds and only moves forward.

    The same `seed` gives the same drifts and the same uptimes.
    """

    def __init__(self, hospital: Hospital, *, clock: Callable[[], float], seed: int = 1) -> None:
        self.hospital = hospital
        self.seed = seed
        self._clock = clock
        self._started = clock()
        self._steps: dict[Place, tuple[Step, ...]] = {}
        self._now: dict[Place, Value] = {}
        self._reached: frozenset[str] = frozenset()
        self._fresh_until = -1.0
        self.views = {id_: DeviceView(self, device) for id_, device in hospital.devices.items()}

    @property
    def now_s(self) -> float:
        """Seconds since this hospital was opened."""
        return self._clock() - self._started

    def do(self, steps: Iterable[Step]) -> None:
        """Add steps, whose times count from the opening."""
        written = [step for each in self._steps.values() for step in each]
        self._steps = by_place([*written, *steps])
        self._fresh_until = -1.0

    def mend(self, place: Place | None = None) -> None:
        """Make one facet normal from now on, or everything; what was to come does not come any more."""
        now = self.now_s
        kept: list[Step] = []
        for each, steps in self._steps.items():
            if place in (None, each):
                kept += [step for step in steps if step.at_s < now]
                if self.value(each) != self.hospital.normal[each]:
                    kept.append(Step(now, each, self.hospital.normal[each]))
            else:
                kept += steps
        self._steps = by_place(kept)
        self._fresh_until = -1.0

    def value(self, place: Place) -> Value:
        """A facet now."""
        self._freshen()
        found = self._now.get(place)
        return self.hospital.normal[place] if found is None else found

    def changed(self) -> Mapping[Place, Value]:
        """Every facet that is not normal now."""
        self._freshen()
        return {place: value for place, value in self._now.items() if value != self.hospital.normal[place]}

    def for_s(self, place: Place) -> float | None:
        """Seconds since a facet came to its value, or None where it always had it."""
        now = self.now_s
        at = changed_at(self._steps.get(place, ()), self.hospital.normal[place], now)
        return None if at is None else now - at

    def answers(self, target: str) -> bool:
        """Whether the console hears anything of a target: it has power and a way leads there."""
        self._freshen()
        return target in self._reached

    def link(self, target: str, port: cables.Port) -> bool:
        """Whether a port has a link: both ends are on, and both see light."""
        self._freshen()
        if not self._end(target, port):
            return False
        return not port.peers or any(self._other_end(target, peer) for peer in port.peers)

    def _other_end(self, target: str, peer: str) -> bool:
        theirs = cables.port_to(self.hospital.ports, peer, target)
        return self._powered(peer) and (theirs is None or self._end(peer, theirs))

    def _end(self, target: str, port: cables.Port) -> bool:
        light = self._value((target, f"light/{port.name}"))
        dark = isinstance(light, float | int) and light < DARK_DBM
        return not dark and self._value((target, f"link/{port.name}")) in (None, "up")

    def _joined(self, target: str, parent: str) -> bool:
        """Whether the cable between a target and its parent works, where there is one with ports."""
        ends = ((target, parent), (parent, target))
        ports = [(at, cables.port_to(self.hospital.ports, at, to)) for at, to in ends]
        return all(port is None or self._end(at, port) for at, port in ports)

    def _powered(self, target: str) -> bool:
        return self._value((target, DEVICE)) != "down"

    def _value(self, place: Place) -> Value | None:
        found = self._now.get(place)
        return self.hospital.normal.get(place) if found is None else found

    def _freshen(self) -> None:
        now = self.now_s
        if now < self._fresh_until:
            return
        self._now = values_at(self._steps, self.hospital.normal, now)
        self._fresh_until = now + _FRESH_S
        cut = self._value((CONSOLE, CUT.name)) == CUT.broken
        self._reached = (
            frozenset()
            if cut
            else cables.reached(self.hospital.parents, powered=self._powered, joined=self._joined)
        )


class DeviceView:
    """One device now, as its objects and its commands see it; satisfies `mib.View`."""

    def __init__(self, live: Live, device: Device) -> None:
        self._live = live
        self._id = device.target.id
        self._ports = {port.name: port for port in device.ports}
        self._totals: dict[str, tuple[float, float]] = {}
        self._phases: dict[str, tuple[float, float]] = {}
        self._booted_before = _DAY_S * (20 + 300 * self._chance("uptime"))

    @property
    def uptime_s(self) -> float:
        """Seconds since it was last switched on."""
        since = self._live.for_s((self._id, DEVICE))
        return self._live.now_s + self._booted_before if since is None else since

    def word(self, facet: str) -> str:
        """A facet that holds a word."""
        return str(self._live.value((self._id, facet)))

    def number(self, facet: str) -> float:
        """A facet that holds a number."""
        value = self._live.value((self._id, facet))
        assert not isinstance(value, str), facet  # noqa: S101 - a model that mixes these up is a bug
        return value

    def link(self, port: str) -> bool:
        """Whether a port has a link."""
        held = self._ports.get(port)
        return self.word(f"link/{port}") == "up" if held is None else self._live.link(self._id, held)

    def for_s(self, facet: str) -> float:
        """Seconds since a facet came to its value; the uptime where it never changed."""
        since = self._live.for_s((self._id, facet))
        return self.uptime_s if since is None else since

    def drift(self, name: str, span: float) -> float:
        """A slow movement between -span and span, of which each name has its own."""
        if name not in self._phases:
            self._phases[name] = (self._chance(f"phase {name}") * math.tau, 200 + 500 * self._chance(name))
        phase, period = self._phases[name]
        return span * math.sin(phase + math.tau * self._live.now_s / period)

    def total(self, name: str, rate: float) -> int:
        """A counter that has grown by `rate` a second since it was last read."""
        now = self._live.now_s
        before, at = self._totals.get(name, (rate * 3_000 + 1e6 * self._chance(name), now))
        total = before + max(0.0, rate) * (now - at)
        self._totals[name] = (total, now)
        return int(total)

    def _chance(self, name: str) -> float:
        """A number from 0 to 1 that is the same in every run with this seed."""
        text = f"{self._live.seed}/{self._id}/{name}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32

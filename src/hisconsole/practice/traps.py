"""What a played device says by itself: a trap when a port, its power or its battery has changed.

Only a device to which a way leads can be heard: what happens to the others is never told, as in life.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from hisconsole.practice.draft import Device
from hisconsole.practice.facets import DEVICE
from hisconsole.practice.live import DeviceView

_STANDARD = "1.3.6.1.6.3.1.1.5"
_IF = "1.3.6.1.2.1.2.2.1"
_UPS, _UPS_STATE = "1.3.6.1.2.1.33.2", "1.3.6.1.2.1.33.1"
_APC = "1.3.6.1.4.1.318.0"
_SOURCE = "source"

Send = Callable[[str, Sequence[str]], None]
"""Sends a trap of a kind, with objects by their names."""


class Herald:
    """Tells of one device, once `follow` sees that something is another way than before."""

    def __init__(self, device: Device, view: DeviceView, send: Send, alive: Callable[[], bool]) -> None:
        self._device, self._view, self._send, self._alive = device, view, send, alive
        self._before = self._now()

    def follow(self) -> None:
        """Send what has changed since the last time."""
        before, now = self._before, self._now()
        self._before = now
        if now == before or not self._alive():
            return
        for name, value in now.items():
            if value != before[name]:
                for kind, values in self._traps(name, value):
                    self._send(kind, values)

    def _now(self) -> dict[str, str]:
        """The words of what is told of: each port by its name, the device, and what a UPS lives on."""
        view, facets = self._view, self._device.facets
        found = {f"link/{port.name}": "up" if view.link(port.name) else "down" for port in self._device.ports}
        return found | {name: view.word(name) for name in (DEVICE, _SOURCE) if name in facets}

    def _traps(self, name: str, value: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        if name == DEVICE and value == "up":
            yield f"{_STANDARD}.1", ()
        elif name == _SOURCE:
            yield from self._power(value)
        elif name != DEVICE:
            ports = [f"link/{port.name}" for port in self._device.ports]
            index = ports.index(name) + 1
            kind = f"{_STANDARD}.4" if value == "up" else f"{_STANDARD}.3"
            # ifIndex, ifAdminStatus, ifOperStatus (RFC 2863), and ifDescr, which many devices add.
            yield kind, tuple(f"{_IF}.{column}.{index}" for column in (1, 7, 8, 2))

    def _power(self, value: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """A UPS by the standard has no trap for the end of it: it has an alarm less."""
        if "apc-ups" in self._device.target.profiles:
            yield f"{_APC}.5" if value == "battery" else f"{_APC}.9", ()
        elif value == "battery":
            yield f"{_UPS}.1", (f"{_UPS_STATE}.2.3.0", f"{_UPS_STATE}.2.2.0")
        else:
            yield f"{_UPS}.4", ()

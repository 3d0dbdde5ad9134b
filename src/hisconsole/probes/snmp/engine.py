"""The seam itself: sessions kept for the devices, one for each, whatever library speaks through them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from hisconsole.probes.snmp import asking
from hisconsole.probes.snmp.device import Device, DeviceMemory, Found, Table
from hisconsole.probes.snmp.faults import SnmpFault
from hisconsole.probes.snmp.pace import Pace

T = TypeVar("T")
OpenSession = Callable[[Device, Pace, DeviceMemory], asking.Session[Any]]


@lru_cache(maxsize=65536)
def _is_dotted(oid: str) -> bool:
    arcs = oid.split(".")
    return 2 <= len(arcs) <= 128 and all(arc.isdecimal() and arc.isascii() for arc in arcs)


def _check(oids: Sequence[str]) -> None:
    """Not a device's fault, so no SnmpFault."""
    for oid in oids:
        if not _is_dotted(oid):
            msg = f"not an object identifier: {oid!r}"
            raise ValueError(msg)


class Reader:
    """Reads devices over sessions that stay open, at most `most` of them."""

    def __init__(
        self,
        name: str,
        open_session: OpenSession,
        *,
        pace: Pace,
        memories: dict[str, DeviceMemory],
        most: int,
        at_end: Callable[[], None] = lambda: None,
    ) -> None:
        """Start without a session."""
        self.name = name
        self.memories = memories
        self._open, self._pace, self._most, self._at_end = open_session, pace, most, at_end
        self._sessions: dict[Device, asking.Session[Any]] = {}

    async def get(self, device: Device, oids: Sequence[str]) -> Found:
        """Values of single objects; those the device does not have are absent."""
        _check(oids)
        return await self._ask(device, lambda session: asking.get(session, oids, 1 + device.retries))

    async def table(self, device: Device, columns: Sequence[str]) -> Table:
        """Rows by index; an index is there as soon as one column has it."""
        _check(columns)
        return await self._ask(device, lambda session: asking.table(session, columns, 1 + device.retries))

    async def walk(self, device: Device, root: str) -> Found:
        """Everything below `root`, by its identifier."""
        _check([root])
        return await self._ask(device, lambda session: asking.walk(session, root, 1 + device.retries))

    def close(self) -> None:
        """Close every socket; questions under way fail."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()
        self._at_end()

    async def _ask(self, device: Device, question: Callable[[asking.Session[Any]], Awaitable[T]]) -> T:
        session = self._session(device)
        try:
            return await question(session)
        except SnmpFault:
            session.answered = False  # Until it speaks again it counts as down, not as choking on sizes.
            raise

    def _session(self, device: Device) -> asking.Session[Any]:
        """The device's session, made or found; the one used longest ago gives way where room is short."""
        session = self._sessions.pop(device, None)
        if session is None:
            if len(self._sessions) >= self._most:
                self._give_way()
            memory = self.memories.setdefault(device.place, DeviceMemory())
            session = self._open(device, self._pace, memory)
        self._sessions[device] = session
        return session

    def _give_way(self) -> None:
        for device, session in self._sessions.items():
            if session.idle:
                session.close()
                del self._sessions[device]
                return

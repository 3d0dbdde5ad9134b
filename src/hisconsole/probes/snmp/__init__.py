"""SNMP behind one small seam: `get`, `table`, `walk`, and never a write.

Two engines serve it. gufo (Rust) is the default and costs a thirtieth of pysnmp's time; pysnmp is the
reference and serves devices that the first cannot read and machines without its wheel.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Protocol

from hisconsole.probes.snmp.device import Answers, Device, DeviceMemory, Found, Table, Value
from hisconsole.probes.snmp.engine import Reader
from hisconsole.probes.snmp.faults import Kind, SnmpFault
from hisconsole.probes.snmp.limits import devices_allowed, make_room
from hisconsole.probes.snmp.pace import Pace

__all__ = [
    "Answers",
    "Device",
    "DeviceMemory",
    "Engine",
    "Found",
    "Kind",
    "Pace",
    "SnmpFault",
    "Table",
    "Value",
    "make_room",
    "open_engine",
]


class Engine(Protocol):
    """Reads devices; every failure is a SnmpFault with its kind and a sentence for people.

    Object identifiers are dotted numbers without a leading dot. Calls for different devices run side by
    side, calls for one device one after the other. A call may be cancelled at any moment.
    """

    name: str
    """Which engine serves: "gufo" or "pysnmp"."""

    memories: dict[str, DeviceMemory]
    """What the devices were found to bear, by `Device.place`; to be kept over restarts."""

    async def get(self, device: Device, oids: Sequence[str]) -> Found:
        """Values of single objects; those the device does not have are absent."""

    async def table(self, device: Device, columns: Sequence[str]) -> Table:
        """Rows by index; an index is there as soon as one column has it."""

    async def walk(self, device: Device, root: str) -> Found:
        """Everything below `root`, by its identifier."""

    def close(self) -> None:
        """Close every socket; questions under way fail."""


def open_engine(
    name: str, *, pace: Pace | None = None, memories: dict[str, DeviceMemory] | None = None
) -> Engine:
    """The engine called "gufo" or "pysnmp"; pysnmp where gufo's wheel is missing.

    One `pace` belongs to the whole process: hand the same to every engine; `memories` may be shared too.
    Call `make_room` first: how many devices are held open at once is settled here. Opened and used in
    one event loop.
    """
    pace = pace or Pace()
    memories = {} if memories is None else memories
    if name == "gufo":
        with contextlib.suppress(ImportError):
            from hisconsole.probes.snmp.gufo_session import open_session

            return Reader("gufo", open_session, pace=pace, memories=memories, most=devices_allowed())
    from hisconsole.probes.snmp.pysnmp_session import Hub

    hub = Hub()
    return Reader("pysnmp", hub.open_session, pace=pace, memories=memories, most=1 << 20, at_end=hub.close)

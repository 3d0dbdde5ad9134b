"""One device over the Rust engine: its socket, its coder and, in version 3, its clock."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Sequence
from typing import TypeVar

from gufo.snmp._fast import GetIter

from hisconsole.probes.snmp import faults
from hisconsole.probes.snmp.codec import GufoSocket, PlainCoder, Rows, SecuredCoder
from hisconsole.probes.snmp.device import Device, DeviceMemory, Raw, engine_number
from hisconsole.probes.snmp.link import LARGEST, Link
from hisconsole.probes.snmp.pace import Pace

T = TypeVar("T")
Encode = Callable[[GufoSocket], None]
Decode = Callable[[GufoSocket], T]

CLOCK_S = 100.0
"""How long a device's clock is believed without a word from it; RFC 3414 allows 150 s of difference."""

UPTIME = "1.3.6.1.2.1.1.3.0"
"""sysUpTime: every agent has it, so an answer without it was an error."""


class GufoSession:
    """What both versions share: one question at a time, whoever asks."""

    def __init__(self, device: Device, pace: Pace, memory: DeviceMemory) -> None:
        """Open the socket; raises SnmpFault local."""
        self.memory = memory
        self.answered = False
        self._device = device
        self._lock = asyncio.Lock()
        self._link = Link(device, pace)
        self._closed = False

    @property
    def idle(self) -> bool:
        """Whether no question is under way."""
        return not self._lock.locked()

    def close(self) -> None:
        """Give the socket back; questions under way or in the queue fail."""
        self._closed = True
        self._link.close()

    def start(self, root: str, repetitions: int) -> GetIter:
        """A place before the first object below `root`."""
        return GetIter(root, repetitions)

    async def get(self, oids: Sequence[str], tries: int) -> dict[str, Raw]:
        """One GET."""
        asked = list(oids)
        return await self._locked(
            lambda gufo: gufo.send_get_many(asked), lambda gufo: gufo.recv_get_many(), tries
        )

    async def rows(self, place: GetIter, tries: int) -> Rows:
        """One GETBULK."""
        return await self._locked(
            lambda gufo: gufo.send_get_bulk(place), lambda gufo: next_rows(gufo, place), tries
        )

    async def _locked(self, encode: Encode, decode: Decode[T], tries: int) -> T:
        async with self._lock:
            if self._closed:
                raise faults.local(errno.ECANCELED)
            values = await self.exchange(encode, decode, tries)
            self.answered = True
            return values

    async def exchange(self, encode: Encode, decode: Decode[T], tries: int) -> T:
        """Ask once and decode; raises SnmpFault or TooMuchError."""
        raise NotImplementedError


def next_rows(gufo: GufoSocket, place: GetIter) -> Rows:
    """What a GETBULK brought, nothing at the end of what the device shows."""
    try:
        return gufo.recv_get_bulk(place)
    except StopAsyncIteration:
        return []


def _has_next(gufo: GufoSocket, place: GetIter) -> bool:
    try:
        gufo.recv_get_next(place)
    except StopAsyncIteration:
        return False
    return True


class PlainSession(GufoSession):
    """Version 2c."""

    def __init__(self, device: Device, pace: Pace, memory: DeviceMemory) -> None:
        """Open the socket; raises SnmpFault local."""
        super().__init__(device, pace, memory)
        self._coder = PlainCoder(device)

    def close(self) -> None:
        """Give the sockets back."""
        super().close()
        self._coder.close()

    async def exchange(self, encode: Encode, decode: Decode[T], tries: int) -> T:
        """Ask once and decode; an error status is a hint at the size."""
        coder = self._coder
        datagram = await self._link.ask(coder.request(encode), coder.whose, tries)
        if datagram is None:
            raise faults.silent("2c")
        data, size = datagram
        if size > LARGEST:
            raise faults.TooMuchError(sure=True)
        if coder.status:
            raise faults.TooMuchError(sure=coder.status == 1)
        return coder.answer(data, decode)


class SecuredSession(GufoSession):
    """Version 3: finds the engine, keeps its clock, mends both when the device was restarted or replaced."""

    def __init__(self, device: Device, pace: Pace, memory: DeviceMemory) -> None:
        """Open the socket; raises SnmpFault local."""
        super().__init__(device, pace, memory)
        self._coder = SecuredCoder(device)
        self._known = False
        self._heard = float("-inf")

    def close(self) -> None:
        """Give the sockets back."""
        super().close()
        self._coder.close()

    async def get(self, oids: Sequence[str], tries: int) -> dict[str, Raw]:
        """One GET; sysUpTime goes along, because an error status is not shown to us in version 3."""
        values = await super().get([*oids, UPTIME], tries)
        if not values:
            raise faults.TooMuchError(sure=False)
        return values

    async def rows(self, place: GetIter, tries: int) -> Rows:
        """One GETBULK; nothing at all is the end or an error, which a GETNEXT tells apart."""
        batch = await super().rows(place, tries)
        if not batch and await self._locked(
            lambda gufo: gufo.send_get_next(place), lambda gufo: _has_next(gufo, place), tries
        ):
            raise faults.TooMuchError(sure=True)
        return batch

    async def exchange(self, encode: Encode, decode: Decode[T], tries: int) -> T:
        """Ask and decode; once more after the device told its new clock or engine."""
        for _again in range(3):
            if not await self._meet(tries):
                continue
            coder = self._coder
            datagram = await self._link.ask(coder.request(encode), coder.whose, tries)
            if datagram is None:
                self._forget()  # A replaced device may be silent to what was meant for the old one.
                raise faults.silent("3")
            data, size = datagram
            if size > LARGEST:
                raise faults.TooMuchError(sure=True)
            if coder.report < 0:
                self._heard = self._now()
                self.memory.engine = engine_number(coder.gufo.get_engine_id())
                return coder.answer(data, decode)
            self._mend(data)
        raise faults.reported(self._coder.report)

    async def _meet(self, tries: int) -> bool:
        """Find the engine, become its user, and hear its clock; False if it turned out to be another."""
        if not self._known:
            data = await self._refresh(tries)
            if data is None:
                raise faults.silent("3")
            try:
                self._coder.learn(data)
                self._coder.identify()
            except faults.SnmpFault:
                self._forget()
                raise
            self._known, self._heard = True, float("-inf")
        if self._now() - self._heard > CLOCK_S:
            first = self._heard == float("-inf")
            data = await self._refresh(tries)
            if data is None:
                self._forget()
                raise faults.silent_to_user() if first else faults.silent("3")
            if self._coder.report < 0:
                self._coder.learn(data)
            else:
                self._mend(data)
            self._heard = self._now()
        return self._known

    async def _refresh(self, tries: int) -> bytes | None:
        coder = self._coder
        datagram = await self._link.ask(coder.refresh(), coder.whose, tries)
        return datagram[0] if datagram else None

    def _mend(self, data: bytes) -> None:
        """Take up what a report teaches; raises SnmpFault auth where it is a refusal."""
        coder = self._coder
        if coder.report == _NOT_IN_TIME and coder.trusted:
            coder.learn(data)
        elif coder.report == _UNKNOWN_ENGINE:
            self._forget()
        else:
            raise faults.reported(coder.report)

    def _forget(self) -> None:
        """Start over with discovery; the library cannot unlearn an engine."""
        self._coder.close()
        self._coder = SecuredCoder(self._device)
        self._known = False

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


_NOT_IN_TIME, _UNKNOWN_ENGINE = 2, 4
"""usmStats of RFC 3414 that are no refusal."""


def open_session(device: Device, pace: Pace, memory: DeviceMemory) -> GufoSession:
    """A session of the device's version; raises SnmpFault local."""
    kind = PlainSession if device.version == "2c" else SecuredSession
    return kind(device, pace, memory)

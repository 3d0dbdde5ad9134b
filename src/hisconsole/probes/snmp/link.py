"""One connected UDP socket to one device: a question goes out, the answer that is ours comes back.

Connected, so that the kernel drops what comes from elsewhere and reports what the network refuses.
The receive buffer is small on purpose: one question is under way, and a peer that floods us may cost
no more than a buffer of junk.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import random
import socket
from collections.abc import Callable
from enum import Enum, auto

from hisconsole.probes.snmp import faults
from hisconsole.probes.snmp.device import Device
from hisconsole.probes.snmp.pace import Pace

LARGEST = 4080
"""Octets of an answer that the Rust decoder takes (gufo-snmp 0.13)."""

JUNK = 64
"""Datagrams that are not our answer which a question, or a rest, puts up with."""

GRACE_S = 0.25
"""How long a good answer may still follow a broken one."""

JITTER_S = 0.25
"""Retries after an outage must not leave in step."""

_BUFFER = 128 * 1024


def ip_version(device: Device) -> int:
    """4 or 6; raises SnmpFault local for a name, which is never looked up."""
    try:
        return ipaddress.ip_address(device.address).version
    except ValueError:
        raise faults.not_an_address() from None


class Whose(Enum):
    """What a datagram is to the question under way."""

    OURS = auto()
    STRANGE = auto()
    BROKEN = auto()


Judge = Callable[[bytes, int], Whose]
"""Takes the datagram, cut at `LARGEST` octets, and its true size."""

Datagram = tuple[bytes, int]
"""What a judge took for ours."""

Outcome = Datagram | faults.SnmpFault | None
"""None: nothing within the time."""


class Link:
    """A socket with at most one question under way; whoever asks holds the session's lock."""

    def __init__(self, device: Device, pace: Pace) -> None:
        """Open and connect; raises SnmpFault local where this machine cannot."""
        self._device, self._pace = device, pace
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Future[Outcome] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._judge: Judge | None = None
        self._junk = 0
        self._broken = self._strange = False
        self._closed = False
        self._sock: socket.socket | None = self._open()

    def close(self) -> None:
        """Give the socket back for good; a question under way fails."""
        self._closed = True
        self._hang_up()

    def _hang_up(self) -> None:
        if self._sock is not None:
            self._loop.remove_reader(self._sock.fileno())
            self._sock.close()
            self._sock = None
            self._settle(faults.local(errno.ECANCELED))

    async def ask(self, request: bytes, judge: Judge, tries: int) -> Datagram | None:
        """Send, unchanged, up to `tries` times, and wait; None when nobody answered.

        Raises SnmpFault: refused, local, or malformed where only junk came.
        """
        self._broken = self._strange = False
        for left in reversed(range(tries)):
            await self._pace.turn()
            jitter = random.random() * JITTER_S if left else 0.0  # noqa: S311 - spreads load, hides nothing
            outcome = await self._once(request, judge, self._device.timeout_s + jitter)
            if isinstance(outcome, tuple):
                return outcome
            if outcome is not None and (outcome.kind != "malformed" or not left):
                raise outcome
        if self._broken:
            raise faults.malformed()
        if self._strange:
            raise faults.beside()
        return None

    async def _once(self, request: bytes, judge: Judge, timeout_s: float) -> Outcome:
        self._waiting, self._judge, self._junk = self._loop.create_future(), judge, 0
        try:
            self._send(request)
            self._timer = self._loop.call_later(timeout_s, self._settle, None)
            return await self._waiting
        finally:
            if self._timer is not None:
                self._timer.cancel()
            self._waiting = self._judge = self._timer = None
            self._junk = 0

    def _open(self) -> socket.socket:
        device = self._device
        family = socket.AF_INET6 if ip_version(device) == 6 else socket.AF_INET
        try:
            sock = socket.socket(family, socket.SOCK_DGRAM)
        except OSError as fault:
            raise faults.local(fault.errno or 0) from None
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            sock.connect((device.address, device.port))
        except OSError as fault:
            sock.close()
            raise faults.local(fault.errno or 0) from None
        self._loop.add_reader(sock.fileno(), self._readable)
        return sock

    def _send(self, request: bytes) -> None:
        if self._closed:
            raise faults.local(errno.ECANCELED)
        if self._sock is None:
            self._sock = self._open()
        for _again in range(2):
            try:
                self._sock.send(request)
            except (BlockingIOError, InterruptedError):
                pass  # A full queue is a lost datagram: the retry mends it.
            except OSError as fault:
                if fault.errno == errno.ECONNREFUSED:
                    continue  # The network's word about an earlier question; this one was not sent.
                if fault.errno != errno.ENOBUFS:
                    raise faults.local(fault.errno or 0) from None
            return

    def _readable(self) -> None:
        for _datagram in range(16):
            if self._sock is None:
                return
            data = bytearray(LARGEST)
            try:
                size = self._sock.recv_into(data, LARGEST, socket.MSG_TRUNC)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as fault:
                self._settle(faults.refused(fault.errno or 0))
                return
            self._sort(bytes(data[:size]), size)

    def _sort(self, data: bytes, size: int) -> None:
        """Hand over what is ours; count what is not, and hang up on who sends nothing else."""
        if self._waiting is not None and self._judge is not None and not self._waiting.done():
            whose = self._judge(data, size)
            if whose is Whose.OURS:
                self._waiting.set_result((data, size))
                return
            if whose is Whose.STRANGE:
                self._strange = True
            elif self._timer is not None:
                self._broken = True
                soon = min(self._timer.when(), self._loop.time() + GRACE_S)
                self._timer.cancel()
                self._timer = self._loop.call_at(soon, self._settle, None)
        self._junk += 1
        if self._junk >= JUNK:
            self._settle(faults.flooded())
            self._hang_up()  # The next question opens another socket, and finds another port.

    def _settle(self, fault: faults.SnmpFault | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(fault)

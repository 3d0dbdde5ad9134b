"""One device over pysnmp: the reference, and the way out for devices the Rust engine cannot read.

Many times slower. Its socket is not connected, so a refused port looks silent. Devices with the same
credential share a pysnmp engine, so that two passwords of one user name never meet in one.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import random
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pysnmp.carrier.asyncio.dgram import udp, udp6  # type: ignore[import-untyped]
from pysnmp.entity import config  # type: ignore[import-untyped]
from pysnmp.hlapi.v3arch import asyncio as hlapi  # type: ignore[import-untyped]
from pysnmp.proto import errind, rfc1902  # type: ignore[import-untyped]

from hisconsole.probes.snmp import faults, usm
from hisconsole.probes.snmp.device import Device, DeviceMemory, Raw, Value
from hisconsole.probes.snmp.link import JITTER_S, ip_version
from hisconsole.probes.snmp.pace import Pace

univ = rfc1902.univ
"""The types of pyasn1, as pysnmp brings them."""

RECEIVE_BUFFER = 4 << 20
"""All devices answer to one socket here; the kernel gives what it allows."""

_AUTH = {"sha1": hlapi.usmHMACSHAAuthProtocol, "sha256": hlapi.usmHMAC192SHA256AuthProtocol}
_PRIV = {"aes128": hlapi.usmAesCfb128Protocol, "aes256": hlapi.usmAesBlumenthalCfb256Protocol}

_REPORTS = {
    errind.UnsupportedSecurityLevel: 1,
    errind.NotInTimeWindow: 2,
    errind.UnknownUserName: 3,
    errind.UnknownSecurityName: 3,
    errind.WrongDigest: 5,
    errind.AuthenticationFailure: 5,
    errind.DecryptionError: 6,
}
"""usmStats of RFC 3414 by what pysnmp makes of them."""


@dataclass(slots=True)
class Place:
    """After which object the next GETBULK goes on."""

    root: str
    last: str
    repetitions: int


class _Counting:
    """Counts what each asked device sends, and keeps pysnmp's exceptions about it out of the event loop."""

    def __init__(self, heard: dict[tuple[str, int], int]) -> None:
        super().__init__()
        self._heard = heard

    def datagram_received(self, datagram: bytes, address: Any) -> None:
        place = address[0], address[1]
        if place not in self._heard:
            return
        self._heard[place] += 1
        # Broken and unasked-for messages are the question's timeout, not a bug.
        with contextlib.suppress(Exception):
            self._callback_function(self, address, datagram)  # type: ignore[attr-defined]


class _Carrier(_Counting, udp.UdpAsyncioTransport):  # type: ignore[misc]
    pass


class _Carrier6(_Counting, udp6.Udp6AsyncioTransport):  # type: ignore[misc]
    pass


class Hub:
    """pysnmp's engines, one for each credential and IP version, each with its socket.

    `heard` counts the datagrams of the devices that are being asked.
    """

    def __init__(self) -> None:
        """Start empty; engines are made when they are needed."""
        self.heard: dict[tuple[str, int], int] = {}
        self._engines: dict[tuple[str, ...], Any] = {}

    def engine(self, device: Device) -> Any:
        """The engine of this device's credential."""
        six = ip_version(device) == 6
        secrets = device.community, device.auth_key, device.priv_key
        key = (device.version, device.user, device.auth, device.priv, *secrets, "6" if six else "4")
        engine = self._engines.get(key)
        if engine is None:
            engine = hlapi.SnmpEngine()
            transport = _Carrier6(self.heard) if six else _Carrier(self.heard)
            transport.open_server_mode(sock=_socket(six=six))
            config.add_transport(engine, (udp6 if six else udp).DOMAIN_NAME, transport)
            self._engines[key] = engine
        return engine

    def open_session(self, device: Device, pace: Pace, memory: DeviceMemory) -> PysnmpSession:
        """A session that speaks through this hub."""
        return PysnmpSession(device, pace, memory, self)

    def close(self) -> None:
        """Close every socket."""
        for engine in self._engines.values():
            engine.close_dispatcher()
        self._engines.clear()


def _socket(*, six: bool) -> socket.socket:
    try:
        sock = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
    except OSError as fault:
        raise faults.local(fault.errno or 0) from None
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    sock.bind(("::" if six else "0.0.0.0", 0))  # noqa: S104 - answers come from any device
    return sock


def _identity(device: Device) -> Any:
    if device.version == "2c":
        return hlapi.CommunityData(device.community, mpModel=1)  # noqa: S508 - what the device speaks
    auth = device.auth
    return hlapi.UsmUserData(
        device.user,
        authKey=rfc1902.OctetString(usm.master_key(auth, device.auth_key)),
        privKey=rfc1902.OctetString(usm.master_key(auth, device.priv_key)),
        authProtocol=_AUTH[auth],
        privProtocol=_PRIV[device.priv],
        authKeyType=hlapi.USM_KEY_TYPE_MASTER,
        privKeyType=hlapi.USM_KEY_TYPE_MASTER,
    )


def _plain(value: Any) -> Value | None:
    """What the wire carried, in the terms of `Value`; None for the exceptions of RFC 3416."""
    if isinstance(value, univ.Null):  # Which pyasn1 makes an OctetString, so it comes first.
        return None
    if isinstance(value, rfc1902.IpAddress):
        return ".".join(map(str, value.asOctets()))
    if isinstance(value, univ.OctetString):
        return bytes(value.asOctets())
    if isinstance(value, univ.ObjectIdentifier):
        return str(value)
    if isinstance(value, univ.Integer):
        return int(value)
    return None


class PysnmpSession:
    """One device; asks one question at a time."""

    def __init__(self, device: Device, pace: Pace, memory: DeviceMemory, hub: Hub) -> None:
        """Note whom to ask, nothing is opened for this device alone; raises SnmpFault local."""
        ip_version(device)
        self.memory = memory
        self.answered = False
        self._device, self._pace, self._hub = device, pace, hub
        self._lock = asyncio.Lock()
        self._identity = _identity(device)
        self._target: Any = None
        self._closed = False
        self._patience: asyncio.Timeout | None = None

    @property
    def idle(self) -> bool:
        """Whether no question is under way."""
        return not self._lock.locked()

    def close(self) -> None:
        """Questions under way or in the queue fail; the hub closes the sockets."""
        self._closed = True
        if self._patience is not None and not self._patience.expired():
            self._patience.reschedule(asyncio.get_running_loop().time())

    def start(self, root: str, repetitions: int) -> Place:
        """A place before the first object below `root`."""
        return Place(root, root, repetitions)

    async def get(self, oids: Sequence[str], tries: int) -> dict[str, Raw]:
        """One GET."""
        found = await self._ask(hlapi.get_cmd, (), oids, tries)
        return {oid: value for oid, value in found if value is not None}

    async def rows(self, place: Place, tries: int) -> list[tuple[str, Raw] | None]:
        """One GETBULK."""
        batch: list[tuple[str, Raw] | None] = []
        for oid, value in await self._ask(hlapi.bulk_cmd, (0, place.repetitions), [place.last], tries):
            if value is None or not oid.startswith(place.root + "."):
                return [*batch, None]
            place.last = oid
            batch.append((oid, value))
        return batch

    async def _ask(
        self, command: Callable[..., Awaitable[Any]], how: tuple[int, ...], oids: Sequence[str], tries: int
    ) -> list[tuple[str, Value | None]]:
        place = str(ipaddress.ip_address(self._device.address)), self._device.port
        async with self._lock:
            self._hub.heard[place] = 0
            for left in reversed(range(tries)):
                await self._pace.turn()
                if self._closed:
                    raise faults.local(errno.ECANCELED)
                try:
                    async with asyncio.timeout(self._device.timeout_s * 2 + 2) as self._patience:
                        error, status, _index, varbinds = await self._send(command, how, oids)
                except TimeoutError:
                    error = errind.requestTimedOut
                finally:
                    self._patience = None
                if not isinstance(error, errind.RequestTimedOut):
                    break
                if left:
                    await asyncio.sleep(random.random() * JITTER_S)  # noqa: S311 - spreads load
            if self._closed:
                raise faults.local(errno.ECANCELED)
            heard = self._hub.heard.pop(place, 0)
            if error is not None:
                raise self._fault(error, heard)
            self.answered = True
            if int(status):
                raise faults.TooMuchError(sure=int(status) == 1)
            return [(str(name), _plain(value)) for name, value in varbinds]

    async def _send(
        self, command: Callable[..., Awaitable[Any]], how: tuple[int, ...], oids: Sequence[str]
    ) -> Any:
        device = self._device
        if self._target is None:
            kind = hlapi.Udp6TransportTarget if ip_version(device) == 6 else hlapi.UdpTransportTarget
            self._target = await kind.create(
                (device.address, device.port), timeout=device.timeout_s, retries=0
            )
        asked = [hlapi.ObjectType(hlapi.ObjectIdentity(oid)) for oid in oids]
        engine = self._hub.engine(device)
        return await command(
            engine, self._identity, self._target, hlapi.ContextData(), *how, *asked, lookupMib=False
        )

    def _fault(self, error: Any, heard: int) -> faults.SnmpFault:
        if isinstance(error, errind.RequestTimedOut):
            return faults.beside() if heard else faults.silent(self._device.version)
        for kind, report in _REPORTS.items():
            if isinstance(error, kind):
                return faults.reported(report)
        return faults.malformed()

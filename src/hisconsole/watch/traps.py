"""The intake of SNMP traps: one socket, drained in batches, and a gate before anything is decoded.

A trap is taken for a reason to look, never for a status. Nobody is answered but a known source: informs
of the right secret, and version 3 senders who ask for our clock.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import platform
import socket
import struct
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from hisconsole.config.listening import Listening
from hisconsole.errors import HisError
from hisconsole.plan.targets import CredentialKind, Infrastructure
from hisconsole.probes.snmp.device import Device, engine_id_of
from hisconsole.probes.snmp.envelope import Broken
from hisconsole.probes.snmp.traps import LARGEST, Heard, Trap, Verdict, hear_plain, version_of
from hisconsole.probes.snmp.traps_secured import Secured
from hisconsole.text import _
from hisconsole.watch.access import device_of
from hisconsole.watch.trap_gate import Counts, Gate

BATCH = 512
"""Datagrams read at one go: with REST_S this bounds what a flood can cost, whatever its size."""
BUSY = 8
"""So many at one go are a flood: then the socket is looked at now and then, not at each datagram."""
REST_S = 0.02
_BUFFER = 4 << 20
_ALIKE = 16
"""Targets behind one address whose secrets are tried."""
_RELOAD_S = 30.0
"""How soon after a wrong secret the files of the secrets may be read again."""
_MEMORY_INFORMATION, _DROPS = 55, 8
"""SO_MEMINFO of Linux, and the place of the dropped datagrams in it."""
_FIRST_BOOT = 1_700_000_000
"""Our engine's boots count seconds from here: they only grow, and no file must be kept for them."""

Suspect = Callable[[str, Trap], None]
"""Takes the id of a target and the trap that it sent."""


class Intake:
    """Listens for traps, once `arrange` has told of whom; `counts` and `trouble` are for the report."""

    def __init__(self, *, data: Path, suspect: Suspect) -> None:
        """Secrets lie in `data`; to be made inside the loop."""
        self.counts = Counts()
        self.trouble = ""
        """Why traps do not arrive, in a sentence; empty while all is well."""
        self._data, self._suspect = data, suspect
        self._loop = asyncio.get_running_loop()
        self._gate = Gate(self.counts)
        self._buffer = bytearray(LARGEST)
        self._secured = Secured(
            engine=_engine_id(), boots=int(time.time()) - _FIRST_BOOT, now_s=self._loop.time
        )
        self._infrastructure: Infrastructure | None = None
        self._devices: dict[str, tuple[Device, ...]] = {}
        self._targets: dict[Device, tuple[str, ...]] = {}
        self._engines: Mapping[str, bytes] = {}
        self._read_s = 0.0
        self._sock: socket.socket | None = None
        self._where: Listening | None = None
        self._resting: asyncio.TimerHandle | None = None
        self._lost_before = 0

    @property
    def listening(self) -> bool:
        """Whether traps are wanted here."""
        return self._where is not None

    def arrange(self, infrastructure: Infrastructure) -> None:
        """Believe the SNMP targets of these files, each by its own credential."""
        self._infrastructure = infrastructure
        self._read_secrets()

    def learn(self, memories: Mapping[str, Mapping[str, int]]) -> None:
        """Take up the engine ids that polls have found."""
        found = {place: engine_id_of(memory.get("engine", 0)) for place, memory in memories.items()}
        self._engines = {place: engine for place, engine in found.items() if engine}

    def listen(self, where: Listening | None) -> None:
        """Listen there, or nowhere; what failed before is tried again."""
        if where != self._where:
            self._hang_up()
            self._where, self.trouble = where, ""
        if where is not None and self._sock is None:
            try:
                self._sock = _open(where)
            except OSError as fault:
                self.trouble = _closed(where, fault)
                return
            self.trouble = ""
            self._loop.add_reader(self._sock.fileno(), self._readable)

    def close(self) -> None:
        """Listen no more."""
        self._hang_up()
        self._where = None

    def count_lost(self) -> None:
        """Add what the system has dropped since the last time."""
        if self._sock is not None:
            dropped = _dropped(self._sock)
            self.counts.lost += max(0, dropped - self._lost_before)
            self._lost_before = dropped

    def _hang_up(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        if self._sock is not None:
            self.count_lost()
            self._loop.remove_reader(self._sock.fileno())
            self._sock.close()
            self._sock, self._lost_before = None, 0

    def _read_secrets(self) -> None:
        """The devices behind each address; one whose secret cannot be had is told of by its polls."""
        devices: dict[str, dict[Device, list[str]]] = {}
        users = self._users()
        for target in self._infrastructure.targets if self._infrastructure else ():
            user = users.get(target.credential)
            if user is not None:
                held = devices.setdefault(target.address, {})
                device = replace(user, address=target.address, port=target.port)
                held.setdefault(device, []).append(target.id)
        self._devices = {address: tuple(held)[:_ALIKE] for address, held in devices.items()}
        self._targets = {device: tuple(ids) for held in devices.values() for device, ids in held.items()}
        self._gate.arrange(self._devices)
        self._read_s = self._loop.time()

    def _users(self) -> dict[str, Device]:
        """How each SNMP credential lets in, by its name; its files are read once, not for each target."""
        found = {}
        credentials = self._infrastructure.credentials if self._infrastructure else {}
        for name, credential in credentials.items():
            if credential.kind is not CredentialKind.SSH:
                with suppress(HisError):
                    found[name] = device_of("", 0, credential, data=self._data)
        return found

    def _readable(self) -> None:
        if self._drain() >= BUSY and self._sock is not None:
            self._loop.remove_reader(self._sock.fileno())
            self._resting = self._loop.call_later(REST_S, self._rested)

    def _rested(self) -> None:
        self._resting = None
        if self._drain() >= BUSY:
            self._resting = self._loop.call_later(REST_S, self._rested)
        elif self._sock is not None:
            self._loop.add_reader(self._sock.fileno(), self._readable)

    def _drain(self) -> int:
        """Read what is there, one batch at most; returns how many datagrams."""
        sock, buffer, lets = self._sock, self._buffer, self._gate.lets
        now_s = self._loop.time()
        if sock is None:
            return 0
        for count in range(BATCH):
            try:
                size, address = sock.recvfrom_into(buffer, LARGEST, socket.MSG_TRUNC)
            except (BlockingIOError, InterruptedError):
                return count
            except OSError as fault:
                if fault.errno == errno.ECONNREFUSED:
                    continue  # The network's word about an answer of ours.
                self.trouble = _closed(self._where, fault)
                self._hang_up()
                return 0
            source = address[0].removeprefix("::ffff:")
            if lets(source, size, now_s):
                self._hear(bytes(buffer[:size]), source, address)
        return BATCH

    def _hear(self, data: bytes, source: str, address: tuple[str, int]) -> None:
        found = self._judged(data, source)
        if found.verdict is Verdict.WRONG_SECRET and self._loop.time() - self._read_s > _RELOAD_S:
            self._read_secrets()  # It may be another one by now.
            found = self._judged(data, source)
        _count(self.counts, found.verdict)
        if found.answer:
            self._answer(found.answer, address)
        if found.verdict is Verdict.TAKEN and found.trap is not None:
            for device in found.senders:
                for target in self._targets.get(device, ()):
                    self._suspect(target, found.trap)

    def _judged(self, data: bytes, source: str) -> Heard:
        devices = self._devices.get(source, ())
        try:
            version = version_of(data)
        except Broken:
            return Heard(Verdict.MALFORMED)
        if version == 1:
            return hear_plain(data, devices)
        if version == 3:
            return self._secured.hear(data, devices, engines=self._engines)
        return Heard(Verdict.MALFORMED)

    def _answer(self, answer: bytes, address: tuple[str, int]) -> None:
        """Answer a known source; where that fails it will send again."""
        if self._sock is not None:
            try:
                self._sock.sendto(answer, address)
            except OSError:
                return


def _count(counts: Counts, verdict: Verdict) -> None:
    match verdict:
        case Verdict.TAKEN:
            counts.taken += 1
        case Verdict.OF_NO_KIND:
            counts.of_no_kind += 1
        case Verdict.MALFORMED:
            counts.malformed += 1
        case Verdict.WRONG_SECRET:
            counts.wrong_secret += 1
        case Verdict.REPLAYED:
            counts.replayed += 1
        case Verdict.INTRODUCED:
            counts.introduced += 1


def _open(where: Listening) -> socket.socket:
    """The socket; raises OSError where it cannot be had."""
    sock = socket.socket(socket.AF_INET6 if ":" in where.address else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        sock.bind((where.address, where.port))
    except OSError:
        sock.close()
        raise
    return sock


def _closed(where: Listening | None, fault: OSError) -> str:
    """Why traps do not arrive, and what to do about it."""
    if where is None:
        return ""
    place = {"address": where.address, "port": where.port}
    if fault.errno == errno.EADDRINUSE:
        sentence = _(
            "no traps: UDP port {port} of {address} is taken; end the program that has it, or snmptrapd"
        )
        return sentence.format(**place)
    if fault.errno in (errno.EACCES, errno.EPERM):
        sentence = _(
            "no traps: UDP port {port} of {address} is for root only; run the watch by 'watch --unit', "
            "or name a port above 1023 in site.yaml"
        )
        return sentence.format(**place)
    if fault.errno == errno.EADDRNOTAVAIL:
        return _("no traps: {address} in site.yaml is no address of this machine").format(**place)
    sentence = _("no traps: UDP port {port} of {address} cannot be opened: {reason}")
    return sentence.format(**place, reason=os.strerror(fault.errno or 0).lower())


def _dropped(sock: socket.socket) -> int:
    """Datagrams that the system has dropped at this socket; 0 where it does not say."""
    try:
        told = sock.getsockopt(socket.SOL_SOCKET, _MEMORY_INFORMATION, 4 * (_DROPS + 1))
    except OSError:
        return 0
    return int(struct.unpack_from("=I", told, 4 * _DROPS)[0]) if len(told) >= 4 * (_DROPS + 1) else 0


def _engine_id() -> bytes:
    """Our engine's id, the same after each start on this machine (RFC 3411, SnmpEngineID, format 5)."""
    try:
        machine = Path("/etc/machine-id").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        machine = platform.node()
    return b"\x80\x00\x4f\xb8\x05" + hashlib.sha256(f"hisconsole {machine}".encode()).digest()[:16]

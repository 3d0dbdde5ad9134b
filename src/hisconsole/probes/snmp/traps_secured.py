"""Traps and informs of version 3 (RFC 3414): the signature first, then the time, then the words.

The sender of a trap is the engine that counts, so its own clock is kept; for an inform it is we, so
whoever wants to inform us asks for our engine and our clock first, and is told them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from hisconsole.probes.snmp import usm
from hisconsole.probes.snmp.device import Device
from hisconsole.probes.snmp.envelope import (
    AUTH,
    INTEGER,
    OCTETS,
    PRIV,
    REPORT,
    SEQUENCE,
    Broken,
    field,
    number,
)
from hisconsole.probes.snmp.traps import Heard, Verdict, answered, heard, read_trap
from hisconsole.values import dataclass

if TYPE_CHECKING:
    from cryptography.hazmat.decrepit.ciphers.modes import CFB
    from cryptography.hazmat.primitives.ciphers import Cipher

WINDOW_S = 150
"""How far a clock may be off (RFC 3414, 2.2.3)."""

_REPORTABLE = 4
_LAST_BOOT = 2**31 - 1
_MOST_CLOCKS = 16_384
_SIGNATURES = {"sha1": 12, "sha256": 24}
_COUNTER = 0x41
_NOT_IN_TIME, _UNKNOWN_ENGINE = (bytes.fromhex(f"2b060106030f0101{number:02x}00") for number in (2, 4))
"""usmStatsNotInTimeWindows.0, usmStatsUnknownEngineIDs.0"""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a message; `signature` and `body` are where these start and end in it."""

    message_id: int
    flags: int
    engine: bytes
    boots: int
    time: int
    user: bytes
    signature: tuple[int, int]
    salt: bytes
    body: tuple[int, int]


@dataclass(slots=True)
class _Clock:
    """What an engine's clock showed, and when."""

    boots: int
    time: int
    heard_s: float


class Secured:
    """What is known for judging messages of version 3: our own engine, and the clocks of the others.

    `now_s` is a clock that does not jump; `boots` must grow from start to start.
    """

    def __init__(self, *, engine: bytes, boots: int, now_s: Callable[[], float]) -> None:
        self.engine = engine
        self._boots, self._now_s = boots, now_s
        self._began_s = now_s()
        self._clocks: dict[tuple[str, bytes], _Clock] = {}
        self._salt = 0
        self._told = 0

    def hear(self, data: bytes, devices: Sequence[Device], *, engines: Mapping[str, bytes]) -> Heard:
        """Judge a message that came from where these devices are; never raises.

        `engines` are the engine ids that polls have found, by `Device.place`.
        """
        try:
            head = read_head(data)
            secured = [device for device in devices if device.version == "3"]
            if not secured:
                return Heard(Verdict.WRONG_SECRET)
            if head.engine != self.engine and head.flags & _REPORTABLE:
                return Heard(Verdict.INTRODUCED, answer=self._report(head, _UNKNOWN_ENGINE))
            senders = tuple(device for device in secured if _signed(data, head, device))
            if not senders:
                return Heard(Verdict.WRONG_SECRET)
            if head.engine == self.engine:
                return self._informed(data, head, senders)
            return self._trapped(data, head, senders, engines)
        except Broken:
            return Heard(Verdict.MALFORMED)

    def _trapped(
        self, data: bytes, head: Head, senders: tuple[Device, ...], engines: Mapping[str, bytes]
    ) -> Heard:
        """A trap of an engine that counts its own time."""
        senders = tuple(each for each in senders if engines.get(each.place, head.engine) == head.engine)
        if not senders or not self._in_time(senders[0].address, head):
            return Heard(Verdict.REPLAYED)
        body, at = _body(data, head, senders[0])
        trap, inform = read_trap(body, at, len(body))
        if inform:
            raise Broken
        return heard(trap, senders, b"")

    def _informed(self, data: bytes, head: Head, senders: tuple[Device, ...]) -> Heard:
        """An inform, which goes by our time."""
        if head.boots != self._boots or abs(head.time - self._time) > WINDOW_S:
            return Heard(Verdict.INTRODUCED, answer=self._report(head, _NOT_IN_TIME, signer=senders[0]))
        body, at = _body(data, head, senders[0])
        trap, inform = read_trap(body, at, len(body))
        if not inform:
            raise Broken
        return heard(trap, senders, self._response(head, answered(body, at), senders[0]))

    def _in_time(self, address: str, head: Head) -> bool:
        """Whether a signed message is of now (RFC 3414, 3.2, 7b); an engine's first one sets its clock."""
        now_s, place = self._now_s(), (address, head.engine)
        clock = self._clocks.get(place)
        if head.boots == _LAST_BOOT:
            return False
        if clock is None:
            if len(self._clocks) >= _MOST_CLOCKS:
                del self._clocks[next(iter(self._clocks))]
            self._clocks[place] = _Clock(head.boots, head.time, now_s)
            return True
        shown = clock.time + int(now_s - clock.heard_s)
        if head.boots < clock.boots or (head.boots == clock.boots and head.time < shown - WINDOW_S):
            return False
        if (head.boots, head.time) > (clock.boots, shown):
            self._clocks[place] = _Clock(head.boots, head.time, now_s)
        return True

    @property
    def _time(self) -> int:
        return int(self._now_s() - self._began_s)

    def _report(self, head: Head, about: bytes, *, signer: Device | None = None) -> bytes:
        """Tell our engine and clock; signed where the question was."""
        self._told += 1
        counted = _tlv(SEQUENCE, _tlv(0x06, about) + _tlv(_COUNTER, _octets(self._told)))
        pdu = _tlv(REPORT, _integer(0) * 3 + _tlv(SEQUENCE, counted))
        body = _tlv(SEQUENCE, _tlv(OCTETS, self.engine) + _tlv(OCTETS, b"") + pdu)
        return self._message(head, AUTH if signer else 0, b"", body, signer)

    def _response(self, head: Head, body: bytes, signer: Device) -> bytes:
        """Answer an inform with the security that it came with."""
        salt = b""
        if head.flags & PRIV:
            self._salt += 1
            salt = self._salt.to_bytes(8)
            cipher = _cipher(_priv_key(signer, self.engine), self._boots, self._time, salt).encryptor()
            body = _tlv(OCTETS, cipher.update(body) + cipher.finalize())
        return self._message(head, head.flags & (AUTH | PRIV), salt, body, signer)

    def _message(self, head: Head, flags: int, salt: bytes, body: bytes, signer: Device | None) -> bytes:
        """A message of ours; with a `signer` in the name of that user."""
        blank = bytes(_SIGNATURES[signer.auth]) if signer else b""
        ours = _tlv(OCTETS, self.engine) + _integer(self._boots) + _integer(self._time)
        rest = _tlv(OCTETS, salt)
        theirs = _tlv(OCTETS, head.user if signer else b"") + _tlv(OCTETS, blank)
        about = _integer(head.message_id) + _integer(65_507) + _tlv(OCTETS, bytes((flags,))) + _integer(3)
        security = _tlv(OCTETS, _tlv(SEQUENCE, ours + theirs + rest))
        message = _tlv(SEQUENCE, _integer(3) + _tlv(SEQUENCE, about) + security + body)
        if signer is None:
            return message
        key = usm.local_key(signer.auth, signer.auth_key, self.engine)
        signature = hmac.digest(key, message, signer.auth)[: len(blank)]
        at = len(message) - len(body) - len(rest) - len(blank)
        return b"".join((message[:at], signature, message[at + len(blank) :]))


def read_head(data: bytes) -> Head:
    """The head of a message of version 3; raises Broken."""
    start, end = field(data, 0, len(data), SEQUENCE)
    _version, at = number(data, start, end)
    inner, at = field(data, at, end, SEQUENCE)
    message_id, inner = number(data, inner, at)
    _most, inner = number(data, inner, at)
    flags_at, flags_end = field(data, inner, at, OCTETS)
    inner, at = field(data, at, end, OCTETS)
    inner, stop = field(data, inner, at, SEQUENCE)
    engine, inner = _text(data, inner, stop)
    boots, inner = number(data, inner, stop)
    time, inner = number(data, inner, stop)
    user, inner = _text(data, inner, stop)
    signature = field(data, inner, stop, OCTETS)
    salt, _rest = _text(data, signature[1], stop)
    if flags_end - flags_at != 1 or not 0 <= message_id < 2**31 or len(engine) > 32 or len(user) > 32:
        raise Broken
    if not (0 <= boots < 2**31 and 0 <= time < 2**31):
        raise Broken
    return Head(message_id, data[flags_at], engine, boots, time, user, signature, salt, (at, end))


def _text(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    start, stop = field(data, at, end, OCTETS)
    return data[start:stop], stop


def _signed(data: bytes, head: Head, device: Device) -> bool:
    """Whether this user has signed it; a message without a signature is nobody's."""
    if not head.flags & AUTH or not hmac.compare_digest(head.user, device.user.encode()):
        return False
    start, stop = head.signature
    key = usm.local_key(device.auth, device.auth_key, head.engine)
    # What follows the message in its datagram is not signed, nor looked at.
    return usm.signed(data[: head.body[1]], at=start, size=stop - start, auth=device.auth, key=key)


def _body(data: bytes, head: Head, device: Device) -> tuple[bytes, int]:
    """The scoped PDU in the clear, and where in it the PDU starts; raises Broken."""
    at, end = head.body
    body = data[at:end]
    if head.flags & PRIV:
        start, stop = field(data, at, end, OCTETS)
        if len(head.salt) != 8:
            raise Broken
        key = _priv_key(device, head.engine)
        cipher = _cipher(key, head.boots, head.time, head.salt).decryptor()
        body = cipher.update(data[start:stop]) + cipher.finalize()
    inner, stop = field(body, 0, len(body), SEQUENCE)
    _engine, inner = field(body, inner, stop, OCTETS)
    _context, inner = field(body, inner, stop, OCTETS)
    return body[:stop], inner


def _priv_key(device: Device, engine: bytes) -> bytes:
    """The key of encryption at an engine; AES-256 of a SHA-1 user is stretched as `Device` says."""
    key = usm.local_key(device.auth, device.priv_key, engine)
    if device.priv == "aes128":
        return key[:16]
    while len(key) < 32:
        key += hashlib.new(device.auth, key, usedforsecurity=False).digest()
    return key[:32]


def _cipher(key: bytes, boots: int, time: int, salt: bytes) -> Cipher[CFB]:
    """AES in CFB with the vector of RFC 3826, 3.1.2.1."""
    from cryptography.hazmat.decrepit.ciphers.modes import CFB
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES

    return Cipher(AES(key), CFB(boots.to_bytes(4) + time.to_bytes(4) + salt))


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + content


def _integer(value: int) -> bytes:
    return _tlv(INTEGER, _octets(value))


def _octets(value: int) -> bytes:
    """A number that is not negative, with room for its sign."""
    return value.to_bytes(value.bit_length() // 8 + 1)

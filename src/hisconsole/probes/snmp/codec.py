"""The Rust library as encoder and decoder: questions and answers in bytes, values out of them.

gufo-snmp opens a socket of its own. One end of a local channel is put in its place, so it encodes into
the channel and decodes from it, and the network stays ours (`link.py`): a question is repeated
unchanged, so that a late answer to the first try counts, and only what was checked reaches the decoder.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import Generic, TypeVar

from gufo.snmp import Aes128Key, Aes256Key, Sha1Key, Sha256Key, SnmpError, User
from gufo.snmp._fast import SnmpV2cClientSocket, SnmpV3ClientSocket
from gufo.snmp.user import KeyType

from hisconsole.probes.snmp import envelope, faults, usm
from hisconsole.probes.snmp.device import Device, Raw
from hisconsole.probes.snmp.link import LARGEST, Whose

GufoSocket = SnmpV2cClientSocket | SnmpV3ClientSocket
G = TypeVar("G", SnmpV2cClientSocket, SnmpV3ClientSocket)
T = TypeVar("T")

Rows = list[tuple[str, Raw] | None]
"""What one GETBULK brought; None at its end says that the column is over."""

_AUTH = {"sha1": Sha1Key, "sha256": Sha256Key}
_PRIV = {"aes128": Aes128Key, "aes256": Aes256Key}

_NOWHERE = "127.0.0.1:9"
"""What the library's own socket names until the channel takes its place; nothing is sent there."""


def _guarded(work: Callable[[], T]) -> T:
    """What the library makes of what a device sent; its ways to fail are all SnmpFault malformed."""
    try:
        return work()
    except (SnmpError, BlockingIOError, RuntimeError, ValueError):
        raise faults.malformed() from None
    except BaseException as fault:
        # It panics on some broken messages and stays usable (fuzzed).
        if type(fault).__module__ != "pyo3_runtime":
            raise
        raise faults.malformed() from None


class _Coder(Generic[G]):
    """What both versions share: the channel, and the decoder's ways to fail."""

    def __init__(self, gufo: G) -> None:
        self.gufo: G = gufo
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with theirs:
            self._channel.setblocking(False)
            theirs.setblocking(False)
            os.dup2(theirs.fileno(), gufo.get_fd(), inheritable=False)

    def close(self) -> None:
        """Give the channel back; the library's end goes with its socket."""
        self._channel.close()

    def request(self, encode: Callable[[GufoSocket], None]) -> bytes:
        """The bytes of a question."""
        # A hostile agent's longest names do not fit into the next question.
        _guarded(lambda: encode(self.gufo))
        data = self._channel.recv(LARGEST)
        self.expect(data)
        return data

    def answer(self, data: bytes, decode: Callable[[GufoSocket], T]) -> T:
        """The values in an answer that was accepted; raises SnmpFault malformed."""
        self._channel.send(data)
        return _guarded(lambda: decode(self.gufo))

    def expect(self, request: bytes) -> None:
        """Note by what the answer to `request` will be known."""
        raise NotImplementedError


class PlainCoder(_Coder[SnmpV2cClientSocket]):
    """Version 2c; `status` is the error status of the accepted answer (RFC 3416, 1 is tooBig)."""

    def __init__(self, device: Device) -> None:
        """Take the community."""
        super().__init__(SnmpV2cClientSocket(_NOWHERE, device.community, 0, 0, 0, 0))
        self.status = 0
        self._wanted: tuple[int, int, bytes] = (0, 0, b"")

    def expect(self, request: bytes) -> None:
        """An answer has the request's number and community; nothing but a read is let out."""
        head = envelope.read_plain(request)
        if head is None or head.pdu not in envelope.READ_REQUESTS:
            msg = "only reads leave this program"
            raise AssertionError(msg)
        self._wanted = envelope.RESPONSE, head.request_id, head.community

    def whose(self, data: bytes, size: int) -> Whose:
        """Judge a datagram by its head."""
        head = envelope.read_plain(data, size)
        if head is None:
            return Whose.BROKEN
        if (head.pdu, head.request_id, head.community) != self._wanted:
            return Whose.STRANGE
        self.status = head.status
        return Whose.OURS


class SecuredCoder(_Coder[SnmpV3ClientSocket]):
    """Version 3, authPriv: discovery first, then signed and encrypted both ways.

    `report` is what the accepted answer reports below usmStats, -1 where it is no report; `trusted`
    says that the answer was signed by the user's key.
    """

    def __init__(self, device: Device) -> None:
        """Start without a user; `identify` follows when the engine is known."""
        super().__init__(SnmpV3ClientSocket(_NOWHERE, b"", "", 0, b"", 0, b"", 0, 0, 0, 0))
        self.report = -1
        self.trusted = False
        self._device = device
        self._message_id = 0
        self._key = b""

    def expect(self, request: bytes) -> None:
        """An answer has the message's number."""
        head = envelope.read_secured(request)
        if head is None or head.pdu not in (0, *envelope.READ_REQUESTS):
            msg = "only reads leave this program"
            raise AssertionError(msg)
        self._message_id = head.message_id

    def identify(self) -> None:
        """Become the user at the engine that answered discovery; raises SnmpFault malformed."""
        device, engine_id = self._device, self.gufo.get_engine_id()
        if not 5 <= len(engine_id) <= 32:
            raise faults.malformed()
        auth, master = device.auth, KeyType.Master
        user = User(
            device.user,
            auth_key=_AUTH[auth](usm.master_key(auth, device.auth_key), key_type=master),
            priv_key=_PRIV[device.priv](usm.master_key(auth, device.priv_key), key_type=master),
        )
        self._key = usm.local_key(auth, device.auth_key, engine_id)
        self.gufo.set_keys(
            user.name, user.get_auth_alg(), user.get_auth_key(), user.get_priv_alg(), user.get_priv_key()
        )

    def refresh(self) -> bytes:
        """A question for the engine's name and clock."""
        return self.request(lambda _gufo: self.gufo.send_refresh())

    def learn(self, data: bytes) -> None:
        """Take up the engine's name, where none is known, and its clock."""
        self.answer(data, lambda _gufo: self.gufo.recv_refresh())

    def whose(self, data: bytes, size: int) -> Whose:
        """Judge a datagram by its head and its signature; only a report may come in the clear."""
        head = envelope.read_secured(data, size)
        if head is None:
            return Whose.BROKEN
        if head.message_id != self._message_id:
            return Whose.STRANGE
        is_report = head.pdu == envelope.REPORT
        trusted = bool(head.flags & envelope.AUTH)
        if trusted and size <= len(data) and not self._signed(data, head):
            return Whose.BROKEN
        if not is_report and not (trusted and head.flags & envelope.PRIV):
            return Whose.BROKEN
        self.report, self.trusted = head.report if is_report else -1, trusted
        return Whose.OURS

    def _signed(self, data: bytes, head: envelope.Secured) -> bool:
        return bool(self._key) and usm.signed(
            data, at=head.signature_at, size=head.signature_size, auth=self._device.auth, key=self._key
        )

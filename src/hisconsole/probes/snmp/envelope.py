"""The head of an SNMP message, read before its body is given to a decoder.

Whose answer a datagram is, whether it is signed and what error it carries stands in the first few
fields (RFC 1901, RFC 3412, RFC 3416); the values behind them are the engines' matter.
"""

from __future__ import annotations

from typing import NamedTuple

READ_REQUESTS = frozenset((0xA0, 0xA1, 0xA5))
"""GetRequest, GetNextRequest, GetBulkRequest: nothing else ever leaves."""

RESPONSE = 0xA2
REPORT = 0xA8
AUTH, PRIV = 1, 2

INTEGER, OCTETS, OBJECT, SEQUENCE = 0x02, 0x04, 0x06, 0x30
_USM_STATS = bytes.fromhex("2b060106030f0101")
"""1.3.6.1.6.3.15.1.1, what a report of RFC 3414 is about."""


class Plain(NamedTuple):
    """Version 2c; `at` is where its PDU starts."""

    community: bytes
    pdu: int
    request_id: int
    status: int
    at: int


class Secured(NamedTuple):
    """Version 3; `pdu` is 0 where it is encrypted, `report` the number below usmStats."""

    message_id: int
    flags: int
    signature_at: int
    signature_size: int
    pdu: int
    report: int


class Broken(Exception):
    """Not a message of SNMP."""


def field(data: bytes, at: int, end: int, tag: int = 0) -> tuple[int, int]:
    """Where the content of the field at `at` starts and ends, `tag` 0 takes any; raises Broken."""
    if at + 2 > end or (tag and data[at] != tag):
        raise Broken
    size = data[at + 1]
    at += 2
    if size & 0x80:
        octets = size & 0x7F
        if not 0 < octets < 4 or at + octets > end:
            raise Broken
        size = int.from_bytes(data[at : at + octets])
        at += octets
    if at + size > end:
        raise Broken
    return at, at + size


def number(data: bytes, at: int, end: int) -> tuple[int, int]:
    """An INTEGER and where the next field starts; raises Broken."""
    start, stop = field(data, at, end, INTEGER)
    if not 0 < stop - start <= 8:
        raise Broken
    return int.from_bytes(data[start:stop], signed=True), stop


def _head(data: bytes, size: int, version: int) -> tuple[int, int]:
    start, end = field(data, 0, size, SEQUENCE)
    found, at = number(data, start, end)
    if found != version:
        raise Broken
    return at, end


def read_plain(data: bytes, size: int = 0) -> Plain | None:
    """The head of a v2c message, None if it is none; `size` is the true size of a message cut short."""
    try:
        at, end = _head(data, size or len(data), 1)
        start, at = field(data, at, end, OCTETS)
        if at >= end:
            return None
        pdu = data[at]
        inner, stop = field(data, at, end)
        request_id, after = number(data, inner, stop)
        status, _ = number(data, after, stop)
        return Plain(data[start:at], pdu, request_id, status, at)
    except (Broken, IndexError):
        return None


def read_secured(data: bytes, size: int = 0) -> Secured | None:
    """The head of a v3 message, None if it is none; `size` as in `read_plain`."""
    try:
        at, end = _head(data, size or len(data), 3)
        start, at = field(data, at, end, SEQUENCE)
        message_id, inner = number(data, start, at)
        _, inner = number(data, inner, at)
        flags_at, _ = field(data, inner, at, OCTETS)
        flags = data[flags_at]
        start, at = field(data, at, end, OCTETS)
        inner, stop = field(data, start, at, SEQUENCE)
        _, inner = field(data, inner, stop, OCTETS)
        _, inner = number(data, inner, stop)
        _, inner = number(data, inner, stop)
        _, inner = field(data, inner, stop, OCTETS)
        sign_at, sign_end = field(data, inner, stop, OCTETS)
        pdu, report = (0, 0) if flags & PRIV else _scoped(data, at, end)
        return Secured(message_id, flags, sign_at, sign_end - sign_at, pdu, report)
    except (Broken, IndexError):
        return None


def _scoped(data: bytes, at: int, end: int) -> tuple[int, int]:
    """What an unencrypted body is, and what it reports."""
    inner, stop = field(data, at, end, SEQUENCE)
    _, inner = field(data, inner, stop, OCTETS)
    _, inner = field(data, inner, stop, OCTETS)
    if inner >= stop:
        raise Broken
    found = data.find(_USM_STATS, inner, stop)
    about = found + len(_USM_STATS)
    return data[inner], data[about] if found >= 0 and about < stop else 0

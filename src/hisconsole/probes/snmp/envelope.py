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

_INTEGER, _OCTETS, _SEQUENCE = 0x02, 0x04, 0x30
_USM_STATS = bytes.fromhex("2b060106030f0101")
"""1.3.6.1.6.3.15.1.1, what a report of RFC 3414 is about."""


class Plain(NamedTuple):
    """Version 2c."""

    community: bytes
    pdu: int
    request_id: int
    status: int


class Secured(NamedTuple):
    """Version 3; `pdu` is 0 where it is encrypted, `report` the number below usmStats."""

    message_id: int
    flags: int
    signature_at: int
    signature_size: int
    pdu: int
    report: int


class _Broken(Exception):
    """Not a message."""


def _field(data: bytes, at: int, end: int, tag: int = 0) -> tuple[int, int]:
    """Where the content of the field at `at` starts and ends; `tag` 0 takes any."""
    if at + 2 > end or (tag and data[at] != tag):
        raise _Broken
    size = data[at + 1]
    at += 2
    if size & 0x80:
        octets = size & 0x7F
        if not 0 < octets < 4 or at + octets > end:
            raise _Broken
        size = int.from_bytes(data[at : at + octets])
        at += octets
    if at + size > end:
        raise _Broken
    return at, at + size


def _number(data: bytes, at: int, end: int) -> tuple[int, int]:
    """An INTEGER and where the next field starts."""
    start, stop = _field(data, at, end, _INTEGER)
    if not 0 < stop - start <= 8:
        raise _Broken
    return int.from_bytes(data[start:stop], signed=True), stop


def _head(data: bytes, size: int, version: int) -> tuple[int, int]:
    start, end = _field(data, 0, size, _SEQUENCE)
    number, at = _number(data, start, end)
    if number != version:
        raise _Broken
    return at, end


def read_plain(data: bytes, size: int = 0) -> Plain | None:
    """The head of a v2c message, None if it is none; `size` is the true size of a message cut short."""
    try:
        at, end = _head(data, size or len(data), 1)
        start, at = _field(data, at, end, _OCTETS)
        if at >= end:
            return None
        pdu = data[at]
        inner, stop = _field(data, at, end)
        request_id, after = _number(data, inner, stop)
        status, _ = _number(data, after, stop)
        return Plain(data[start:at], pdu, request_id, status)
    except (_Broken, IndexError):
        return None


def read_secured(data: bytes, size: int = 0) -> Secured | None:
    """The head of a v3 message, None if it is none; `size` as in `read_plain`."""
    try:
        at, end = _head(data, size or len(data), 3)
        start, at = _field(data, at, end, _SEQUENCE)
        message_id, inner = _number(data, start, at)
        _, inner = _number(data, inner, at)
        flags_at, _ = _field(data, inner, at, _OCTETS)
        flags = data[flags_at]
        start, at = _field(data, at, end, _OCTETS)
        inner, stop = _field(data, start, at, _SEQUENCE)
        _, inner = _field(data, inner, stop, _OCTETS)
        _, inner = _number(data, inner, stop)
        _, inner = _number(data, inner, stop)
        _, inner = _field(data, inner, stop, _OCTETS)
        sign_at, sign_end = _field(data, inner, stop, _OCTETS)
        pdu, report = (0, 0) if flags & PRIV else _scoped(data, at, end)
        return Secured(message_id, flags, sign_at, sign_end - sign_at, pdu, report)
    except (_Broken, IndexError):
        return None


def _scoped(data: bytes, at: int, end: int) -> tuple[int, int]:
    """What an unencrypted body is, and what it reports."""
    inner, stop = _field(data, at, end, _SEQUENCE)
    _, inner = _field(data, inner, stop, _OCTETS)
    _, inner = _field(data, inner, stop, _OCTETS)
    if inner >= stop:
        raise _Broken
    found = data.find(_USM_STATS, inner, stop)
    about = found + len(_USM_STATS)
    return data[inner], data[about] if found >= 0 and about < stop else 0

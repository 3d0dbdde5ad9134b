"""Version 3 through someone in the middle: what was touched on the way is never believed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from hisconsole.probes.snmp import Device, Engine, SnmpFault, envelope
from tests.probes.snmp.hostile_agent import SYS_NAME, integer, oid, text, tlv
from tests.probes.snmpd import Snmpd

Change = Callable[[bytes], list[bytes]]


class Middle(asyncio.DatagramProtocol):
    """Passes on what it gets, changed; one side of a relay."""

    def __init__(self, change: Change) -> None:
        self.change = change
        self.peer: Any = None
        self.other: Middle | None = None
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.peer = addr
        if self.other is not None:
            for datagram in self.change(data):
                self.other.transport.sendto(datagram, self.other.peer)


@asynccontextmanager
async def middle(target: Device, change: Change) -> AsyncIterator[Device]:
    """The device as seen through a relay that changes its encrypted answers."""

    def encrypted_only(data: bytes) -> list[bytes]:
        head = envelope.read_secured(data)
        assert head is not None
        return change(data) if head.flags & envelope.PRIV else [data]

    loop = asyncio.get_running_loop()
    front_side, front = await loop.create_datagram_endpoint(
        lambda: Middle(lambda data: [data]), local_addr=("127.0.0.64", 0)
    )
    back_side, back = await loop.create_datagram_endpoint(
        lambda: Middle(encrypted_only), local_addr=("127.0.0.64", 0)
    )
    front.other, back.other, back.peer = back, front, (target.address, target.port)
    try:
        address, port = front_side.get_extra_info("sockname")
        yield replace(target, address=address, port=port, timeout_s=0.2)
    finally:
        front_side.close()
        back_side.close()
        await asyncio.sleep(0)


def flip(data: bytes, at: int) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 0x01
    return bytes(changed)


def signature_flipped(data: bytes) -> list[bytes]:
    head = envelope.read_secured(data)
    assert head is not None
    return [flip(data, head.signature_at + 3)]


def cipher_flipped(data: bytes) -> list[bytes]:
    return [flip(data, -2)]


def in_the_clear(data: bytes) -> list[bytes]:
    """A response of our own making under the answer's number, neither signed nor encrypted."""
    head = envelope.read_secured(data)
    assert head is not None
    body = integer(1) + integer(0) + integer(0) + tlv(0x30, tlv(0x30, oid(SYS_NAME) + text(b"a lie")))
    scoped = tlv(0x30, text(b"") + text(b"") + tlv(envelope.RESPONSE, body))
    header = tlv(0x30, integer(head.message_id) + integer(65507) + text(b"\x00") + integer(3))
    usm = text(tlv(0x30, text(b"") + integer(0) + integer(0) + text(b"") + text(b"") + text(b"")))
    return [tlv(0x30, integer(3) + header + usm + scoped)]


def claims_no_signature(data: bytes) -> list[bytes]:
    changed = bytearray(data)
    at = changed.index(b"\x04\x01\x03") + 2
    changed[at] = 0x02
    return [bytes(changed)]


@pytest.mark.parametrize(
    "change", [signature_flipped, cipher_flipped, in_the_clear, claims_no_signature, lambda data: [data[:-1]]]
)
async def test_a_touched_answer_is_no_answer(gufo: Engine, snmpd: Snmpd, change: Change) -> None:
    touching = False
    async with middle(snmpd.secured(), lambda data: change(data) if touching else [data]) as device:
        assert await gufo.get(device, [SYS_NAME]) == {SYS_NAME: b"practice-agent"}
        touching = True
        with pytest.raises(SnmpFault):
            await gufo.get(device, [SYS_NAME])
        touching = False
        assert await gufo.get(device, [SYS_NAME]) == {SYS_NAME: b"practice-agent"}


async def test_the_true_answer_behind_forged_ones_counts(gufo: Engine, snmpd: Snmpd) -> None:
    def change(data: bytes) -> list[bytes]:
        return [*signature_flipped(data), *cipher_flipped(data), *in_the_clear(data), data, data]

    async with middle(snmpd.secured(), change) as device:
        for _again in range(3):
            assert await gufo.get(device, [SYS_NAME]) == {SYS_NAME: b"practice-agent"}


async def test_an_old_answer_is_no_answer(gufo: Engine, snmpd: Snmpd) -> None:
    """Signed once, sent again: its number is not the question's."""
    kept: list[bytes] = []

    def change(data: bytes) -> list[bytes]:
        kept.append(data)
        return [kept[0]] if replaying else [data]

    replaying = False
    async with middle(snmpd.secured(), change) as device:
        await gufo.get(device, [SYS_NAME])
        replaying = True
        with pytest.raises(SnmpFault, match="too late or not what was asked"):
            await gufo.get(device, [SYS_NAME])

"""Thousands of broken messages through the decoder: values or one fault, never a crash, never a stall."""

from __future__ import annotations

import importlib
import os
import random
import time

import pytest

from hisconsole.probes.snmp import Device, SnmpFault, envelope
from hisconsole.probes.snmp.codec import PlainCoder, SecuredCoder
from hisconsole.probes.snmp.gufo_session import next_rows
from hisconsole.probes.snmp.link import Whose
from tests.probes.snmp import hostile_agent as agents

if not os.environ.get("CI"):  # there the locked wheel is required
    pytest.importorskip("gufo.snmp._fast", reason="gufo-snmp has no wheel here, so it was NOT tested")
gufo = importlib.import_module("gufo.snmp._fast")

MESSAGES = 6000
VALUES = [
    agents.text(b"core-1"),
    agents.integer(-5),
    agents.tlv(0x46, b"\xff" * 8),
    agents.tlv(0x40, bytes(4)),
    agents.oid("1.3.6.1.4.1.2011"),
    agents.tlv(0x44, b"\x9f\x78\x04\x42\xf6\x00\x00"),
    *(agents.tlv(tag, b"") for tag in (0x01, 0x02, 0x03, 0x05, 0x06, 0x09, 0x80, 0x82)),
]
DISCOVERED = bytes.fromhex(
    "30710201033011020440d45c31020300ffe30401000201030421301f041180001f8880f578611e4e58046b000000000201010201"
    "180400040004003036041180001f8880f578611e4e58046b000000000400a81f020467227d800201000201003011300f060a2b06"
    "0106030f01010400410105"
)
"""What net-snmp answers to discovery."""


def mutated(chance: random.Random, message: bytes) -> bytes:
    """Bits flipped, octets set, cut out, put in, doubled; or the end cut off."""
    data = bytearray(message)
    for _change in range(chance.choice((1, 1, 2, 3, 8))):
        at = chance.randrange(len(data)) if data else 0
        kind = chance.randrange(6)
        if kind == 0 and data:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1 and data:
            data[at] = chance.choice((0, 1, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xFF, 0x30, 0x06))
        elif kind == 2:
            del data[at : at + chance.choice((1, 2, 5))]
        elif kind == 3:
            data[at:at] = chance.randbytes(chance.choice((1, 2, 4)))
        elif kind == 4:
            data[at:at] = data[at : at + chance.randrange(30)]
        else:
            del data[at:]
    return bytes(data)


def test_plain() -> None:
    chance, coder = random.Random(1), PlainCoder(Device(address="127.0.0.1", community="practice"))
    outcomes: dict[str, int] = {}
    kinds: set[str] = set()
    slowest = 0.0
    for number in range(MESSAGES):
        place = gufo.GetIter("1.3.6.1.2.1.1", 20)
        bulk = number % 2 == 0
        if bulk:
            raw = coder.request(lambda socket, place=place: socket.send_get_bulk(place))  # type: ignore[misc]
        else:
            raw = coder.request(lambda socket: socket.send_get_many([agents.SYS_NAME]))
        request = agents.read(raw)
        binds = b"".join(
            agents.varbind(f"1.3.6.1.2.1.1.{chance.randrange(9)}.0", chance.choice(VALUES))
            for _bind in range(chance.choice((1, 3, 12)))
        )
        answer = request.answer(mutated(chance, binds))
        if chance.random() < 0.3:
            answer = mutated(chance, answer)
        started = time.thread_time()
        outcome = coder.whose(answer, len(answer)).name
        # Also what the head would keep out is shown to the decoder.
        try:
            if bulk:
                coder.answer(answer, lambda socket, place=place: next_rows(socket, place))  # type: ignore[misc]
            else:
                coder.answer(answer, lambda socket: socket.recv_get_many())
            outcome += " values"
        except SnmpFault as fault:
            kinds.add(fault.kind)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        slowest = max(slowest, time.thread_time() - started)
    coder.close()
    assert kinds == {"malformed"}
    assert slowest < 0.5
    assert outcomes["OURS"] > 100
    assert outcomes["OURS values"] > 100
    assert outcomes["BROKEN"] > 100


def test_discovery() -> None:
    chance = random.Random(2)
    device = Device(address="127.0.0.1", version="3", user="u", auth="sha1", priv="aes128")
    learned, kinds = 0, {"malformed"}
    for _message in range(MESSAGES // 4):
        coder = SecuredCoder(device)
        head = envelope.read_secured(coder.refresh())
        assert head is not None
        honest = DISCOVERED.replace(bytes.fromhex("40d45c31"), head.message_id.to_bytes(4))
        answer = mutated(chance, honest)
        if coder.whose(answer, len(answer)) is Whose.OURS:
            try:
                coder.learn(answer)
                coder.identify()
                learned += 1
            except SnmpFault as fault:
                kinds.add(fault.kind)
        coder.close()
    assert learned > 20
    assert kinds == {"malformed"}


def test_heads() -> None:
    chance = random.Random(3)
    good = agents.Request(b"", 0, b"\x01", 0, ()).answer(agents.varbind(agents.SYS_NAME, agents.text(b"x")))
    assert envelope.read_plain(good) is not None
    assert envelope.read_secured(DISCOVERED) == (0x40D45C31, 0, 57, 0, envelope.REPORT, 4)
    for _message in range(MESSAGES):
        for message in (good, DISCOVERED, chance.randbytes(chance.randrange(80))):
            data = mutated(chance, message)
            envelope.read_plain(data, len(data) + chance.choice((0, 60_000)))
            envelope.read_secured(data, len(data) + chance.choice((0, 60_000)))

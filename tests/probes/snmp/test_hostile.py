"""Peers that lie, flood, loop or drip: no crash, bounded time, work and memory, and a reason."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterable

import pytest

from hisconsole.probes.snmp import Engine, SnmpFault, asking
from hisconsole.probes.snmp.link import LARGEST
from tests.probes.snmp.hostile_agent import (
    SYS_NAME,
    Behaviour,
    Reply,
    Request,
    agent,
    integer,
    table_of,
    text,
    tlv,
    varbind,
)

COLUMN = "1.3.6.1.2.1.2.2.1.2"
LIE = varbind(SYS_NAME, text(b"a lie"))


def flipped(at: int, mask: int) -> Behaviour:
    def behave(request: Request) -> Iterable[Reply]:
        answer = bytearray(request.named())
        answer[at] ^= mask
        return [bytes(answer)]

    return behave


GETS: dict[str, Behaviour] = {
    "truncated": lambda request: [request.named()[:20]],
    "not BER": lambda _request: [b"\xff" * 60],
    "first octet flipped": flipped(0, 0x10),
    "length flipped": flipped(1, 0x40),
    "version flipped": flipped(4, 0x01),
    "varbind flipped": flipped(-8, 0x80),
    "length of length of 127": lambda _request: [b"\x30\xff" + b"\xff" * 200],
    "empty varbind": lambda request: [request.answer(tlv(0x30, b""))],
    "varbind without value": lambda request: [request.answer(tlv(0x30, b"\x06\x01\x2b"))],
    "empty name": lambda request: [request.answer(tlv(0x30, tlv(6, b"") + text(b"x")))],
    "wrong request id": lambda request: [request.answer(LIE, number=b"\x01")],
    "wrong community": lambda request: [request.answer(LIE, community=b"other")],
    "a request instead": lambda request: [request.raw],
    "1,000 datagrams of junk": lambda _request: [b"\x00" * 40] * 1000,
    "1,000 wrong answers": lambda request: [request.answer(LIE, number=b"\x01")] * 1000,
    "drip of junk": lambda _request: [(0.02 * number, b"\x00" * 40) for number in range(40)],
    "drip of wrong answers": lambda request: [
        (0.02 * number, request.answer(LIE, number=b"\x01")) for number in range(40)
    ],
}


async def test_no_data_and_a_reason(engine: Engine) -> None:
    """All at once over one engine, beside an honest peer that must not suffer."""
    patience = 0.2 if engine.name == "gufo" else 0.6  # pysnmp works longer than that on its questions.

    async def meet(behave: Behaviour) -> str:
        async with agent(behave) as peer:
            with pytest.raises(SnmpFault) as caught:
                await engine.get(peer.device(timeout_s=patience), [SYS_NAME])
            return caught.value.kind

    async with agent(lambda request: [request.named()]) as honest:
        device = honest.device(timeout_s=3)
        started, worked = time.monotonic(), time.process_time()
        met = asyncio.gather(*map(meet, GETS.values()))
        while not met.done():
            assert await engine.get(device, [SYS_NAME]) == {SYS_NAME: b"core-1"}
            await asyncio.sleep(0.05)
    kinds = dict(zip(GETS, await met, strict=True))
    if engine.name == "pysnmp":  # Its one socket may still be busy with a flood when the time is up.
        kinds = {case: "malformed" if kind == "silent" else kind for case, kind in kinds.items()}
    assert kinds == dict.fromkeys(GETS, "malformed")
    assert time.monotonic() - started < 15
    assert time.process_time() - worked < 5


async def test_58_kilobytes(gufo: Engine) -> None:
    async with agent(lambda request: [request.answer(varbind(SYS_NAME, text(b"x" * 58_000)))]) as peer:
        with pytest.raises(SnmpFault, match="too large to be read"):
            await gufo.get(peer.device(), [f"1.3.6.1.2.1.1.{number}.0" for number in range(30)])
        assert len(peer.asked) < 80
        with pytest.raises(SnmpFault, match="too large to be read"):
            await gufo.table(peer.device(), [COLUMN])


async def test_the_largest_answer(gufo: Engine) -> None:
    """One octet more is not cut off and called broken, but asked for in smaller parts."""
    asked = [SYS_NAME, "1.3.6.1.2.1.1.6.0"]

    def behave(request: Request) -> Iterable[Reply]:
        spare = room - len(request.answer(*(varbind(name, text(b"x" * 1500)) for name in request.names)))
        longer = varbind(request.names[-1], text(b"x" * (1500 + spare)))
        answer = request.answer(*(varbind(name, text(b"x" * 1500)) for name in request.names[:-1]), longer)
        return [answer if len(request.names) > 1 else request.named()]

    async with agent(behave) as peer:
        for room, questions in ((LARGEST, 1), (LARGEST + 1, 3)):  # noqa: B007 - `behave` reads it
            peer.asked.clear()
            assert set(await gufo.get(peer.device(), asked)) == set(asked)
            assert len(peer.asked) == questions


async def test_a_lie_before_the_truth(engine: Engine) -> None:
    """Junk does not hide the answer behind it."""

    def behave(request: Request) -> Iterable[Reply]:
        wrong = request.answer(LIE, number=b"\x01"), request.answer(LIE, community=b"other")
        return [*wrong, b"\x30\x01", request.named(), request.named(), request.named(text(b"second"))]

    async with agent(behave) as peer:
        for _again in range(3):
            assert await engine.get(peer.device(timeout_s=1), [SYS_NAME]) == {SYS_NAME: b"core-1"}


async def test_another_source_address(engine: Engine) -> None:
    """A perfect answer from elsewhere is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.64", 0))

        def behave(request: Request) -> Iterable[Reply]:
            stranger.sendto(request.answer(LIE), peer.peer)
            return []

        async with agent(behave) as peer:
            with pytest.raises(SnmpFault) as caught:
                await engine.get(peer.device(), [SYS_NAME])
        assert len(peer.asked) == 2
    assert caught.value.kind == "silent"


async def test_more_than_was_asked(engine: Engine) -> None:
    def behave(request: Request) -> Iterable[Reply]:
        extra = [varbind(f"1.3.6.1.4.1.9.{number}", text(b"no")) for number in range(50)]
        return [request.answer(*extra, varbind(SYS_NAME, text(b"yes")))]

    async with agent(behave) as peer:
        assert await engine.get(peer.device(timeout_s=1), [SYS_NAME]) == {SYS_NAME: b"yes"}


def looping(request: Request) -> Iterable[Reply]:
    names = [f"{COLUMN}.{1 + number % 3}" for number in range(10)]
    return [request.answer(*(varbind(name, integer(1)) for name in names))]


def standing_still(request: Request) -> Iterable[Reply]:
    return [request.answer(varbind(f"{COLUMN}.1", integer(1)))]


def going_back(request: Request) -> Iterable[Reply]:
    row = 2 if request.names[0].endswith(".3") else 3
    return [request.answer(varbind(f"{COLUMN}.{row}", integer(1)))]


@pytest.mark.parametrize("behave", [looping, standing_still, going_back])
async def test_a_walk_that_goes_in_circles(engine: Engine, behave: Behaviour) -> None:
    async with agent(behave) as peer:
        device = peer.device(timeout_s=1)
        for reading in (engine.table(device, [COLUMN]), engine.walk(device, "1.3.6.1.2.1.2")):
            with pytest.raises(SnmpFault, match="in circles") as caught:
                await reading
            assert caught.value.kind == "malformed"
        assert len(peer.asked) < 10


async def test_endless_table(engine: Engine) -> None:
    async with agent(table_of(10**9, COLUMN)) as peer:
        found = await engine.table(peer.device(timeout_s=1), [COLUMN])
        assert len(found) == asking.ROWS
        assert found.cut == "cut: more than 4096 rows, the rest was not read"
        assert len(peer.asked) < 120


async def test_endless_text(gufo: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "OCTETS", 1 << 20)
    async with agent(table_of(10**9, COLUMN, value=lambda _row: text(b"x" * 1500))) as peer:
        found = await gufo.walk(peer.device(timeout_s=1), COLUMN)
        assert found.cut == "cut: more than 1 MB, the rest was not read"
        assert len(found) == (1 << 20) // 1500 + 1


async def test_rows_that_drip(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SECONDS", 0.6)
    honest = table_of(10**9, COLUMN)

    def behave(request: Request) -> Iterable[Reply]:
        one = Request(request.raw, request.pdu, request.number, 1, request.names)
        return [(0.05, answer) for answer in honest(one) if isinstance(answer, bytes)]

    async with agent(behave) as peer:
        started = time.monotonic()
        found = await engine.table(peer.device(timeout_s=1), [COLUMN, "1.3.6.1.2.1.2.2.1.3"])
        assert time.monotonic() - started < 10
    assert 0 < len(found) < 15
    assert found.cut.startswith("cut: not read to its end")


async def test_names_too_long_to_be_asked_for(gufo: Engine) -> None:
    """The next question would not fit into the encoder."""
    longest = COLUMN + ".1" * 3900

    def behave(request: Request) -> Iterable[Reply]:
        return [request.answer(varbind(longest, integer(1)))]

    async with agent(behave) as peer:
        with pytest.raises(SnmpFault) as caught:
            await gufo.table(peer.device(timeout_s=1), [COLUMN])
    assert caught.value.kind == "malformed"


async def test_floods_while_nothing_is_asked(gufo: Engine) -> None:
    """The socket is given up, and the next question opens another."""
    async with agent(lambda request: [request.named()]) as peer:
        device = peer.device(timeout_s=1)
        assert await gufo.get(device, [SYS_NAME])
        before = peer.peer
        worked = time.process_time()
        for _burst in range(20):
            for _datagram in range(100):
                peer.say(b"\x00" * 40)
            await asyncio.sleep(0)
        assert time.process_time() - worked < 1.0
        assert await gufo.get(device, [SYS_NAME])
        assert peer.peer != before

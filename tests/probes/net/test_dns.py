"""One question to one DNS server, which may answer anything."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.plan.reading import Round
from hisconsole.plan.status import Status
from hisconsole.probes.net import dns
from hisconsole.probes.net.checks import Net
from hisconsole.probes.net.poll import poll_net
from hisconsole.probes.parse.output import Ask

HOME = "127.0.0.53"
NAME = "his.hospital"
Answer = Callable[[bytes], bytes | None]


class Server(asyncio.DatagramProtocol):
    """Answers each question by a function."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked_by: Callable[[tuple[str, int]], None] = lambda address: None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked_by(addr)
        said = self.answer(data)
        if said is not None:
            self.send(said, addr)

    def send(self, data: bytes, address: tuple[str, int]) -> None:
        self.transport.sendto(data, address)


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[tuple[int, Server]]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(lambda: Server(answer), local_addr=(HOME, 0))
    yield transport.get_extra_info("sockname")[1], server
    transport.close()
    await asyncio.sleep(0.01)


async def asked(answer: Answer) -> Round:
    async with serving(answer) as (port, _server):
        ask = Ask("dns", {"name": (NAME,), "port": (str(port),)})
        return await poll_net(Net(), target="t", address=HOME, asks=[ask])


def reply(question: bytes, *records: bytes, code: int = 0) -> bytes:
    head = (
        question[:2] + bytes((0x81, 0x80 | code)) + b"\x00\x01" + len(records).to_bytes(2, "big") + bytes(4)
    )
    return head + question[12:] + b"".join(records)


def record(kind: int, data: bytes, *, name: bytes = b"\xc0\x0c") -> bytes:
    return name + kind.to_bytes(2, "big") + b"\x00\x01" + bytes(4) + len(data).to_bytes(2, "big") + data


async def test_a_name_that_is_known() -> None:
    alias = record(5, b"\x03web\xc0\x0c")
    polled = await asked(lambda question: reply(question, alias, record(1, bytes((10, 1, 2, 3)))))
    answer, took = polled.samples
    assert (polled.fault, answer.value, answer.hint) == ("", "10.1.2.3", Status.OK)
    assert isinstance(took.value, float)
    assert took.key == f"dns_time/{NAME}"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (3, "his.hospital: the server answers NXDOMAIN"),
        (2, "his.hospital: the server answers SERVFAIL"),
        (5, "his.hospital: the server answers REFUSED"),
        (9, "his.hospital: the server answers 9"),
        (0, "his.hospital: the server knows no address"),
    ],
)
async def test_an_answer_without_an_address_is_critical(code: int, words: str) -> None:
    polled = await asked(lambda question: reply(question, code=code))
    assert polled.fault == ""
    assert (polled.samples[0].hint, polled.samples[0].reason) == (Status.CRITICAL, words)


async def test_a_server_that_is_not_there_refuses() -> None:
    ask = Ask("dns", {"name": (NAME,), "port": ("1",)})
    polled = await poll_net(Net(), target="t", address=HOME, asks=[ask])
    assert polled.fault == "refused"


@pytest.mark.parametrize(
    "answer",
    [
        lambda question: None,
        lambda question: b"",
        lambda question: b"\x00" * 4000,
        lambda question: bytes((question[0] ^ 1,)) + reply(question, record(1, bytes(4)))[1:],
        lambda question: question,
        lambda question: reply(question).replace(b"\x03his", b"\x03her"),
    ],
    ids=["silent", "empty", "zeros", "another id", "its own question", "another name"],
)
async def test_what_is_no_answer_is_not_taken_for_one(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dns, "WAIT_S", 0.2)
    polled = await asked(answer)
    assert polled.fault == "silent"


async def test_a_lost_question_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns, "WAIT_S", 0.2)
    seen: list[bytes] = []

    def second(question: bytes) -> bytes | None:
        seen.append(question[:2])
        return reply(question, record(1, bytes((10, 0, 0, 1)))) if len(seen) > 1 else None

    polled = await asked(second)
    assert polled.samples[0].value == "10.0.0.1"
    assert len(set(seen)) == 2


async def test_a_flood_of_wrong_answers_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns, "WAIT_S", 0.2)

    async def flood(server: Server, address: tuple[str, int]) -> None:
        for _burst in range(100):
            for _answer in range(50):
                server.send(b"\xff" * 1400, address)
            await asyncio.sleep(0.005)

    async with serving(lambda question: None) as (port, server):
        tasks: list[asyncio.Task[None]] = []
        server.asked_by = lambda address: tasks.append(asyncio.create_task(flood(server, address)))
        started = time.monotonic()
        ask = Ask("dns", {"name": (NAME,), "port": (str(port),)})
        polled = await poll_net(Net(), target="t", address=HOME, asks=[ask])
        assert time.monotonic() - started < 1.5
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert polled.fault == "silent"


QUESTION = dns.query(b"\x12\x34", NAME)


@pytest.mark.parametrize(
    "data",
    [
        reply(QUESTION, record(1, bytes(4)))[:-1],
        reply(QUESTION, record(1, bytes(4), name=b"\xc0")),
        reply(QUESTION, record(1, bytes(4), name=b"\x3f")),
        reply(QUESTION, record(1, bytes(5))),
        reply(QUESTION)[:6] + b"\xff\xff" + reply(QUESTION)[8:],
        reply(QUESTION, record(1, bytes(4), name=b"\xc0\x0c" * 3)),
    ],
)
def test_a_broken_answer_gives_no_address(data: bytes) -> None:
    assert dns.read(data, b"\x12\x34", NAME) in ((0, ()), None)


@given(st.binary(max_size=600))
def test_nothing_breaks_the_reading(noise: bytes) -> None:
    head = reply(QUESTION)
    many = head[:6] + b"\xff\xff" + head[8:]
    for data in (noise, head + noise, many + noise):
        found = dns.read(data, b"\x12\x34", NAME)
        assert found is None or len(found[1]) <= 32

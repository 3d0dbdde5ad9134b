"""A version 2c agent that answers whatever a test wants, right or wrong, on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from hisconsole.probes.snmp import Device

ADDRESS = "127.0.0.62"
COMMUNITY = "practice"
SYS_NAME = "1.3.6.1.2.1.1.5.0"
GET, GETNEXT, RESPONSE, GETBULK = 0xA0, 0xA1, 0xA2, 0xA5


def tlv(tag: int, content: bytes) -> bytes:
    """One field in BER, its length as short as it can be."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + content


def integer(value: int, tag: int = 0x02) -> bytes:
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, signed=True))


def text(value: bytes) -> bytes:
    return tlv(0x04, value)


def oid(dotted: str) -> bytes:
    first, second, *arcs = map(int, dotted.split("."))
    content = bytearray((first * 40 + second,))
    for arc in arcs:
        octets = [arc & 0x7F]
        while arc := arc >> 7:
            octets.append(0x80 | arc & 0x7F)
        content += bytes(reversed(octets))
    return tlv(0x06, bytes(content))


def varbind(name: str, value: bytes) -> bytes:
    return tlv(0x30, oid(name) + value)


@dataclass(frozen=True)
class Request:
    """What was asked, as far as an agent needs it."""

    raw: bytes
    pdu: int
    number: bytes
    repetitions: int
    names: tuple[str, ...]

    def answer(
        self,
        *varbinds: bytes,
        status: int = 0,
        community: bytes = COMMUNITY.encode(),
        number: bytes | None = None,
    ) -> bytes:
        """A response; everything a liar changes can be said."""
        number = tlv(0x02, self.number if number is None else number)
        body = number + integer(status) + integer(0) + tlv(0x30, b"".join(varbinds))
        return tlv(0x30, integer(1) + text(community) + tlv(RESPONSE, body))

    def named(self, value: bytes = tlv(0x04, b"core-1")) -> bytes:
        """An honest answer: `value` for everything asked."""
        return self.answer(*(varbind(name, value) for name in self.names))


def _fields(data: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(data):
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 0x80:
            octets = size & 0x7F
            size = int.from_bytes(data[at : at + octets])
            at += octets
        found.append((tag, data[at : at + size]))
        at += size
    return found


def _dotted(content: bytes) -> str:
    arcs, arc = [content[0] // 40, content[0] % 40], 0
    for octet in content[1:]:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    return ".".join(map(str, arcs))


def read(raw: bytes) -> Request:
    """A request as it came."""
    _, _, (pdu, body) = _fields(_fields(raw)[0][1])
    (_, number), _, (_, repetitions), (_, varbinds) = _fields(body)
    names = tuple(_dotted(_fields(item)[0][1]) for _, item in _fields(varbinds))
    return Request(raw, pdu, number, int.from_bytes(repetitions), names)


Reply = bytes | tuple[float, bytes]
"""An answer, at once or after so many seconds."""

Behaviour = Callable[[Request], Iterable[Reply]]


@dataclass
class Agent(asyncio.DatagramProtocol):
    """Answers by `behaviour` and keeps what it was asked."""

    behaviour: Behaviour
    asked: list[Request] = field(default_factory=list)
    peer: Any = None
    transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        request = read(data)
        self.asked.append(request)
        self.peer = addr
        for reply in self.behaviour(request):
            delay, answer = reply if isinstance(reply, tuple) else (0.0, reply)
            if delay:
                asyncio.get_running_loop().call_later(delay, self.say, answer, addr)
            else:
                self.say(answer, addr)

    def say(self, answer: bytes, peer: Any = None) -> None:
        """Send unasked, too."""
        if not self.transport.is_closing():
            self.transport.sendto(answer, peer or self.peer)

    def device(self, **other: Any) -> Device:
        address, port = self.transport.get_extra_info("sockname")
        plain: dict[str, Any] = {"community": COMMUNITY, "timeout_s": 0.2, "retries": 1}
        return Device(**{"address": address, "port": port, **plain, **other})


@asynccontextmanager
async def agent(behaviour: Behaviour) -> AsyncIterator[Agent]:
    """An agent on a port of its own."""
    loop = asyncio.get_running_loop()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    sock.setblocking(False)
    sock.bind((ADDRESS, 0))
    transport, protocol = await loop.create_datagram_endpoint(lambda: Agent(behaviour), sock=sock)
    try:
        yield protocol
    finally:
        transport.close()
        await asyncio.sleep(0)


def table_of(rows: int, root: str, *, value: Callable[[int], bytes] = integer) -> Behaviour:
    """An agent with one column of `rows` rows; asked for more it ends its view."""

    def behave(request: Request) -> Iterable[Reply]:
        if request.pdu == GET:
            return [request.named()]
        last = request.names[0]
        at = int(last.rsplit(".", 1)[1]) if last.startswith(root + ".") else 0
        most = request.repetitions if request.pdu == GETBULK else 1
        found = [varbind(f"{root}.{row}", value(row)) for row in range(at + 1, min(rows, at + most) + 1)]
        return [request.answer(*found or [varbind(last, tlv(0x82, b""))])]

    return behave

"""What answers the net checks: ports that take connections, pages, certificates, names."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from hisconsole.practice.draft import MARK
from hisconsole.practice.gates import Serving
from hisconsole.practice.hospital import Service
from hisconsole.practice.mib import View
from hisconsole.practice.sockets import datagrams

_LONGEST_S = 60.0
_MOST_BYTES = 8192
_MOST_AT_ONCE = 64
_ADDRESS_WANTED = b"\0\1\0\1"

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Streams:
    """A server on one port; closing it breaks its connections off."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self, sock: socket.socket, context: ssl.SSLContext | None) -> Streams:
        """Answer at a listening socket."""
        self._server = await asyncio.start_server(self._one, sock=sock, ssl=context, limit=_MOST_BYTES)
        return self

    def close(self) -> None:
        """Take no new connections, and break off those there are."""
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= _MOST_AT_ONCE:
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
                async with asyncio.timeout(_LONGEST_S):
                    await self._talk(reader, writer)
        finally:
            self._open.discard(writer)
            writer.close()


def server(service: Service, view: View, contexts: Contexts) -> Callable[[socket.socket], Awaitable[Serving]]:
    """What answers at the port of a net check over TCP."""
    secure = service.use == "tls" or service.settings.get("scheme") == "https"
    page = service.use == "http"

    async def serve(sock: socket.socket) -> Serving:
        context = contexts.get() if secure else None
        talk = _page(service, view) if page else _listen
        return await Streams(talk).start(sock, context)

    return serve


async def _listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take in what comes, and say nothing: an interface engine waits for its message."""
    while await reader.read(_MOST_BYTES):
        pass


def _page(service: Service, view: View) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(view.number(f"page-time/{service.port}"))
        words = head.split(b"\r\n", 1)[0].split(b" ")
        path = words[1].decode("ascii", "replace") if len(words) == 3 else ""
        status = view.word(f"page/{service.port}") if path == service.settings["path"] else "404"
        body = f"{MARK}: the page of a hospital that does not exist. {status}\n".encode()
        lines = (
            f"HTTP/1.1 {status} {MARK}",
            f"Server: {MARK}",
            "Content-Type: text/plain",
            f"Content-Length: {len(body)}",
            "Connection: close",
        )
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()

    return talk


class Contexts:
    """The certificate of all played TLS ports, made when it is first needed and never kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: ssl.SSLContext | None = None

    def get(self) -> ssl.SSLContext:
        """TLS with a certificate that is good for a year."""
        if self._made is None:
            from hisconsole.practice.certificates import context

            self._made = context(self._folder)
        return self._made


class Names(asyncio.DatagramProtocol):
    """A DNS server that knows one name."""

    def __init__(self, service: Service, address: str, alive: Callable[[], bool]) -> None:
        self._known: Mapping[bytes, str] = {_labels(service.settings["name"]): address}
        self._port = service.port
        self._alive = alive
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self, target: str, address: str) -> Names:
        """Answer at its port; raises HisError when it cannot be had."""
        sock = datagrams(target, address, self._port)
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=sock)
        return self

    def close(self) -> None:
        """Close the port."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        """Keep the way back."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one question for an address."""
        answer = self._answer(data)
        if answer and self._transport is not None and self._alive():
            self._transport.sendto(answer, addr)

    def _answer(self, data: bytes) -> bytes:
        end = data.find(b"\0", 12) + 1
        if len(data) < 17 or end <= 12 or len(data) < end + 4:
            return b""
        question = data[12 : end + 4]
        address = self._known.get(data[12:end].lower())
        told = address is not None and data[end : end + 4] == _ADDRESS_WANTED
        head = data[:2] + struct.pack("!HHHHH", 0x8580 | (0 if address else 3), 1, int(told), 0, 0)
        if address is None or not told:
            return head + question
        return head + question + struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + socket.inet_aton(address)


def _labels(name: str) -> bytes:
    parts = (part.encode("ascii") for part in name.lower().rstrip(".").split("."))
    return b"".join(bytes((len(part),)) + part for part in parts) + b"\0"

"""One DNS question to one named server, over UDP (RFC 1035); the system's resolver takes no part."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import socket

from hisconsole.probes.net.reach import Unreached, unreached
from hisconsole.text import _
from hisconsole.values import dataclass

WAIT_S = 2.0
TRIES = 2
_A = 1
_AAAA = 28
_MOST_RECORDS = 32

RCODES = {1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answered: RFC 1035's response code, the addresses, and the time it took."""

    code: int
    addresses: tuple[str, ...]
    ms: float


async def resolve(server: str, port: int, name: str) -> Reply | Unreached:
    """Ask `server` for the IPv4 addresses of `name`, twice if need be, 2 s each."""
    loop = asyncio.get_running_loop()
    what = _("DNS port {port}").format(port=port)
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as opened:
            opened.setblocking(False)
            await loop.sock_connect(opened, (server, port))  # The kernel drops what others send.
            for _try in range(TRIES):
                number = secrets.token_bytes(2)
                started = loop.time()
                await loop.sock_sendall(opened, query(number, name))
                try:
                    async with asyncio.timeout(WAIT_S):
                        return await _reply(opened, number, name, started)
                except TimeoutError:
                    continue
    except OSError as error:
        return unreached(error, what=what)
    return Unreached("silent", _("{what} does not answer: down, or filtered").format(what=what))


async def _reply(opened: socket.socket, number: bytes, name: str, started: float) -> Reply:
    loop = asyncio.get_running_loop()
    while True:
        found = read(await loop.sock_recv(opened, 4096), number, name)
        if found is not None:
            return Reply(*found, round(1000 * (loop.time() - started), 3))


def query(number: bytes, name: str) -> bytes:
    """A question for the A records of `name`, recursion desired."""
    return number + b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + _question(name)


def _question(name: str) -> bytes:
    labels = [label.encode("ascii") for label in name.split(".") if label]
    packed = b"".join(bytes((min(len(label), 63),)) + label[:63] for label in labels)
    return packed + b"\x00" + _A.to_bytes(2, "big") + b"\x00\x01"


def read(data: bytes, number: bytes, name: str) -> tuple[int, tuple[str, ...]] | None:
    """Response code and addresses of an answer to exactly this question; None for anything else."""
    question = _question(name)
    asked = data[12 : 12 + len(question)]
    if data[:2] != number or len(data) < 12 or not data[2] & 0x80 or asked.lower() != question.lower():
        return None
    addresses: list[str] = []
    at = 12 + len(question)
    for _record in range(min(int.from_bytes(data[6:8], "big"), _MOST_RECORDS)):
        at = _after_name(data, at)
        length = int.from_bytes(data[at + 8 : at + 10], "big")
        held = data[at + 10 : at + 10 + length]
        if at < 0 or len(held) < length or at + 10 > len(data):
            break
        kind = int.from_bytes(data[at : at + 2], "big")
        if (kind, length) in ((_A, 4), (_AAAA, 16)):
            addresses.append(str(ipaddress.ip_address(held)))
        at += 10 + length
    return data[3] & 0x0F, tuple(addresses)


def _after_name(data: bytes, at: int) -> int:
    """Where the name that begins at `at` ends; a pointer ends it, so no loop can be built. -1 if cut."""
    while at < len(data):
        length = data[at]
        if length >= 0xC0:
            return at + 2
        at += 1 + length
        if length == 0:
            return at
    return -1

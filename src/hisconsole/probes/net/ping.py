"""ICMP echo: by the kernel's own unprivileged socket where it allows that, else by the ping program."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import socket
from contextlib import suppress

from hisconsole.probes.net.reach import Unreached
from hisconsole.text import _, printable
from hisconsole.values import dataclass

COUNT = 3
GAP_S = 0.2
WAIT_S = 2.0
"""Echoes sent, the pause between two, and how long the last one is waited for."""

_COUNTS = re.compile(rb"([0-9]{1,3}) packets transmitted, ([0-9]{1,3}) (?:packets )?received")
_TIMES = re.compile(rb"min/avg/max(?:/mdev)? = [0-9.]{1,12}/([0-9]{1,8}(?:\.[0-9]{1,3})?)/")


@dataclass(frozen=True, slots=True)
class Echoes:
    """How many of the three requests were answered, and their mean time in milliseconds."""

    received: int
    mean_ms: float | None


async def ping(address: str, *, programs: asyncio.Semaphore) -> Echoes | Unreached:
    """Send three echo requests; `programs` bounds how many ping programs run at once."""
    opened = _echo_socket(address)
    if opened is None:
        async with programs:
            return await by_program(address)
    with opened:
        return await by_socket(opened, address)


def _echo_socket(address: str) -> socket.socket | None:
    """A socket that can only send echo requests; sysctl net.ipv4.ping_group_range says who has one."""
    six = ":" in address
    protocol = socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP
    try:
        return socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM, protocol)
    except OSError:
        return None


async def by_socket(opened: socket.socket, address: str) -> Echoes:
    """Echo over the kernel's ping protocol, which keeps the identifier and the checksum itself."""
    mark = secrets.token_bytes(16)
    sent: list[float] = []
    back: dict[int, float] = {}
    opened.setblocking(False)
    # An error is a neighbour saying that there is no way; what came back before it still counts.
    with suppress(OSError):
        opened.connect((address, 0))  # Waits for nothing; the loop's own connect knows TCP and UDP only.
        async with asyncio.timeout(COUNT * GAP_S + WAIT_S):
            sender = asyncio.create_task(_send(opened, b"\x80" if ":" in address else b"\x08", mark, sent))
            try:
                await _receive(opened, mark, sent, back)
            finally:
                sender.cancel()
                await asyncio.gather(sender, return_exceptions=True)
    return Echoes(len(back), round(sum(back.values()) / len(back), 3) if back else None)


async def _send(opened: socket.socket, kind: bytes, mark: bytes, sent: list[float]) -> None:
    loop = asyncio.get_running_loop()
    for sequence in range(COUNT):
        sent.append(loop.time())
        await loop.sock_sendall(opened, kind + bytes(5) + sequence.to_bytes(2, "big") + mark)
        await asyncio.sleep(GAP_S)


async def _receive(opened: socket.socket, mark: bytes, sent: list[float], back: dict[int, float]) -> None:
    loop = asyncio.get_running_loop()
    while len(back) < COUNT:
        data = await loop.sock_recv(opened, 512)
        sequence = int.from_bytes(data[6:8], "big")
        if data[:1] in (b"\x00", b"\x81") and data[8:] == mark and sequence < len(sent):
            back.setdefault(sequence, 1000 * (loop.time() - sent[sequence]))


async def by_program(address: str) -> Echoes | Unreached:
    """Echo by the ping program: fixed words and an IP address, no shell."""
    words = ("ping", "-n", "-q", "-c", str(COUNT), "-i", str(GAP_S), "-W", str(int(WAIT_S)), address)
    try:
        program = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={"LC_ALL": "C", "PATH": os.environ.get("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")},
        )
    except OSError as error:
        return Unreached("local", _("the ping program cannot be run: {error}").format(error=error.strerror))
    try:
        async with asyncio.timeout(COUNT * GAP_S + 2 * WAIT_S):
            output, _errors = await program.communicate()
    except TimeoutError:
        return Echoes(0, None)
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    return read_program(output)


def read_program(output: bytes) -> Echoes | Unreached:
    """What the ping program counted; where it could not even send, its own words."""
    counts, mean = _COUNTS.search(output[:4096]), _TIMES.search(output[:4096])
    if counts is not None:
        received = min(int(counts[2]), COUNT)
        return Echoes(received, float(mean[1]) if mean and received else None)
    said = printable(output[:4096].decode("utf-8", "replace").strip(), limit=160)
    if "nreachable" in said:
        return Echoes(0, None)
    return Unreached("local", _("ping says: {said}").format(said=said))

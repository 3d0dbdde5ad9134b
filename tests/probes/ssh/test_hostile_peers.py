"""Peers that are no SSH server, or one that wants to hurt: every round ends in time, with a reason."""

from __future__ import annotations

import asyncio
import getpass
import os
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from hisconsole.plan.reading import Round
from hisconsole.plan.targets import Secret
from hisconsole.probes.net.reach import Unreached
from hisconsole.probes.parse.output import Ask
from hisconsole.probes.ssh import connections as module
from hisconsole.probes.ssh.connections import HANDSHAKES, Connections
from hisconsole.probes.ssh.hosts import Host, KnownHosts, enroll
from hisconsole.probes.ssh.poll import poll_ssh
from tests.probes.peers import Serve, peers
from tests.probes.sshd import Sshd

ASKS = [Ask("load")]
KEY = asyncssh.generate_private_key("ssh-ed25519")


def vouched(folder: Path, *places: tuple[str, int]) -> tuple[KnownHosts, list[Host]]:
    """The peers as hosts that a person has enrolled with some key."""
    public = KEY.export_public_key("openssh").decode().strip()
    path = folder / "hosts"
    path.write_text("".join(f"[{address}]:{port} {public}\n" for address, port in places))
    own = Secret(text=KEY.export_private_key("openssh").decode())
    hosts = [
        Host(f"host-{number}", address, getpass.getuser(), own, port)
        for number, (address, port) in enumerate(places)
    ]
    return KnownHosts(path), hosts


async def polled(serve: Serve, folder: Path, *, timeout_s: float = 2.0) -> Round:
    async with peers(serve, "127.0.0.41") as places:
        known, (host,) = vouched(folder, *places)
        connections = Connections(known)
        started = time.monotonic()
        found = await poll_ssh(connections, host=host, asks=ASKS, timeout_s=timeout_s)
        assert time.monotonic() - started < timeout_s + 1
        await connections.close()
        assert found.failure.isprintable()
        assert len(found.failure) < 300
        return found


async def test_ten_megabytes_of_banner_cost_little_and_end_in_words(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _block in range(160):
            writer.write(b"\x1b[2J welcome\r\n" * 4700)
            await writer.drain()

    tracemalloc.start()
    burned = time.process_time()
    found = await polled(serve, tmp_path)
    assert found.fault == "malformed"
    assert "banner" in found.failure.lower()
    assert time.process_time() - burned < 1
    assert tracemalloc.get_traced_memory()[1] < 8_000_000
    tracemalloc.stop()


async def test_a_silent_peer_is_not_taken_for_a_dead_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    monkeypatch.setattr(module, "CONNECT_S", 0.5)
    found = await polled(serve, tmp_path)
    assert (found.fault, "no SSH server greets" in found.failure) == ("silent", True)


async def test_a_peer_that_greets_and_then_stops_ends_in_time(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        await asyncio.sleep(5)

    assert (await polled(serve, tmp_path, timeout_s=1)).fault == "timeout"


@pytest.mark.parametrize(
    ("said", "fault", "words"),
    [
        (b"", "refused", "before a greeting"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "refused", "HTTP/1.1 400 Bad Request"),
        (b"Exceeded MaxStartups\r\n", "refused", "Exceeded MaxStartups"),
        (b"SSH-1.5-old\r\n", "malformed", "Unsupported SSH version"),
        (b"SSH-2.0-" + b"x" * 5000 + b"\r\n", "malformed", "Version too long"),
        (b"SSH-2.0-\xff\xfe\r\n", "malformed", "not SSH as we know it"),
        (b"SSH-2.0-x\r\n" + b"\xff" * 5000, "malformed", "Max packet size"),
        (b"SSH-2.0-x\r\n" + b"\x00" * 5000, "malformed", "not SSH as we know it"),
        (b"SSH-2.0-x\r\n" + os.urandom(5000), "malformed", "not SSH as we know it"),
        (b"\x1b[2J\x1b]0;owned\x07\r\n", "refused", "?[2J?]0;owned?"),
        (b"x" * 100_000, "malformed", "Banner line too long"),
    ],
)
async def test_what_is_not_ssh_is_said_so(said: bytes, fault: str, words: str, tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        await asyncio.sleep(0.2)

    found = await polled(serve, tmp_path)
    assert (found.fault, words in found.failure) == (fault, True), found.failure


async def test_a_trickled_greeting_ends_in_time(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _byte in range(50):
            writer.write(b"S")
            await asyncio.sleep(0.1)

    assert (await polled(serve, tmp_path, timeout_s=1)).fault == "timeout"


async def test_a_stranger_with_the_right_words_but_another_key_learns_no_user_name(tmp_path: Path) -> None:
    users: list[str] = []

    class Server(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            users.append(username)
            return False

    server = await asyncssh.listen(
        "127.0.0.41",
        0,
        server_factory=Server,
        server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
    )
    known, (host,) = vouched(tmp_path, ("127.0.0.41", server.get_port()))
    connections = Connections(known)
    found = await poll_ssh(connections, host=host, asks=ASKS)
    assert found.fault == "identity"
    assert users == []
    server.close()
    await server.wait_closed()


async def test_a_server_that_lets_everybody_in_unasked_is_not_believed(tmp_path: Path) -> None:
    class Server(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return False

    server = await asyncssh.listen("127.0.0.41", 0, server_factory=Server, server_host_keys=[KEY])
    known, (host,) = vouched(tmp_path, ("127.0.0.41", server.get_port()))
    connections = Connections(known)
    found = await poll_ssh(connections, host=host, asks=ASKS)
    assert found.fault == "auth"
    server.close()
    await server.wait_closed()


async def test_enrolling_a_peer_that_is_no_server_ends_in_words() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail ESMTP\r\n")

    async with peers(serve, "127.0.0.41") as (place,):
        offer = await enroll(*place)
    assert isinstance(offer, Unreached)
    assert offer.sentence.isprintable()


async def test_more_logins_than_max_startups_are_turned_away_in_words_and_get_in_later(
    sshd: Sshd, tmp_path: Path
) -> None:
    sshd.stop()
    sshd.settings = "MaxStartups 2:100:2\n"
    sshd.start()
    path = tmp_path / "known"
    path.write_text(sshd.line())
    connections = Connections(KnownHosts(path), jitter=lambda least, most: 0.0)
    hosts = [replace(sshd.host(), target=f"host-{number}") for number in range(12)]
    left, faults = hosts, set()
    for _try in range(12):
        rounds = await asyncio.gather(*(poll_ssh(connections, host=host, asks=ASKS) for host in left))
        left = [host for host, found in zip(left, rounds, strict=True) if found.fault]
        faults |= {(found.fault, found.failure.isprintable()) for found in rounds if found.fault}
        if not left:
            break
    assert left == []
    assert faults <= {("refused", True)}
    await connections.close()


# A quarter each: silent, stopping after the greeting, flooding, closing (engineering bar 23).
async def test_200_bad_hosts_and_10_good_ones_all_end_in_time_and_no_good_one_waits(
    sshd: Sshd, tmp_path: Path
) -> None:
    most = now = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal most, now  # Handshakes that are under way with those who stop in them.
        kind = writer.get_extra_info("sockname")[0].split(".")[3]
        if kind == "41":
            await asyncio.sleep(5)
        elif kind == "42":
            writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
            await reader.read(10)
            now += 1
            most = max(most, now)
            await reader.read()
            now -= 1
        elif kind == "43":
            for _block in range(1000):
                writer.write(b"y\n" * 32768)
                await writer.drain()

    async with peers(serve, *(f"127.0.0.{last}" for last in (41, 42, 43, 44))) as places:
        known, bad = vouched(tmp_path, *places)
        known.path.write_text(known.path.read_text() + sshd.line())
        connections = Connections(known)
        good = [replace(sshd.host(), target=f"good-{number}") for number in range(10)]
        for host in good:
            assert (await poll_ssh(connections, host=host, asks=ASKS)).fault == ""
        hosts = [replace(host, target=f"bad-{number}") for number in range(50) for host in bad] + good
        started = time.monotonic()
        rounds = await asyncio.gather(
            *(poll_ssh(connections, host=host, asks=ASKS, timeout_s=2.5) for host in hosts)
        )
        assert time.monotonic() - started < 3.5
        assert all(found.fault for found in rounds[:200])
        assert [found.failure for found in rounds[200:]] == [""] * 10
        bad_s, good_s = (
            max((found.finished - found.started).total_seconds() for found in part)
            for part in (rounds[:200], rounds[200:])
        )
        assert good_s < min(2.5, bad_s)
        assert most == HANDSHAKES
        await connections.close()

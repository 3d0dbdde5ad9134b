"""Kept SSH connections: one a host, opened with care and reopened with growing pauses."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from secrets import SystemRandom

import asyncssh

from hisconsole.probes.net.reach import Unreached, connect
from hisconsole.probes.ssh.hosts import Host, KnownHosts, Offer, algorithms, enroll
from hisconsole.probes.ssh.keys import Keys
from hisconsole.text import _, ngettext, printable

HANDSHAKES = 15
"""At once, over all hosts; sshd itself drops newcomers from 10 on (MaxStartups)."""
THROUGH_JUMP = 5
CONNECT_S = 5.0
HANDSHAKE_S = 10.0
KEEPALIVE_S = 15
KEEPALIVES = 2
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 300.0

# AES-GCM first: asyncssh does chacha20-poly1305 packet by packet in Python, at twice the cost.
CIPHERS = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
    "chacha20-poly1305@openssh.com",
)


_uniform = SystemRandom().uniform


@dataclass(slots=True)
class Line:
    """The state of one host's connection."""

    connection: asyncssh.SSHClientConnection | None = None
    keys: tuple[asyncssh.SSHKey, ...] = ()
    """The enrolled keys it was opened or tried with."""
    failures: int = 0
    not_before: float = 0.0
    last: Unreached = field(default_factory=lambda: Unreached("", ""))
    at_once: bool = False
    """The last round did not end: answers are let out one by one."""
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    session: asyncio.Lock = field(default_factory=asyncio.Lock)
    jumps: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(THROUGH_JUMP))

    def drop(self) -> None:
        """Give the connection up without waiting for the other side."""
        if self.connection is not None:
            self.connection.abort()
            self.connection = None


class _Client(asyncssh.SSHClient):
    """Sees the key that a host shows when it is not the enrolled one, and the end of the connection."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._connection: asyncssh.SSHClientConnection | None = None
        self.shown: asyncssh.SSHKey | None = None

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        self._connection = conn

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        self.shown = key
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if self._line.connection is self._connection:
            self._line.connection = None


class Connections:
    """The kept connections of one watch; everything is opened with explicit settings only."""

    def __init__(self, known: KnownHosts, *, jitter: Callable[[float, float], float] = _uniform) -> None:
        self._known = known
        self._keys = Keys()
        self._jitter = jitter
        self._handshakes = asyncio.Semaphore(HANDSHAKES)
        self._lines: dict[Host, Line] = {}

    def line(self, host: Host) -> Line:
        """The state of the host's connection."""
        return self._lines.setdefault(host, Line())

    async def open(self, host: Host) -> asyncssh.SSHClientConnection | Unreached:
        """The kept connection, or a new one, or why there is none."""
        line = self.line(host)
        async with line.opening:
            keys = self._known.keys(host.address, host.port)
            if keys != line.keys:  # A person has enrolled or removed it: begin anew.
                line.drop()
                line.keys, line.failures, line.not_before = keys, 0, 0.0
            if line.connection is not None and not line.connection.is_closed():
                return line.connection
            if not keys:
                sentence = _("{address} is not enrolled: hisconsole hosts enroll").format(
                    address=host.address
                )
                return Unreached("identity", sentence)
            own = await self._keys.get(host.key, host.passphrase)
            if isinstance(own, Unreached):
                return own
            left = line.not_before - asyncio.get_running_loop().time()
            if left > 0:
                again = ngettext("next try in {count} s", "next try in {count} s", int(left) + 1)
                return Unreached(
                    line.last.fault, f"{line.last.sentence} ({again.format(count=int(left) + 1)})"
                )
            opened = await self._open(host, line, keys, own)
            if isinstance(opened, Unreached):
                return opened
            line.connection, line.failures = opened, 0
            return opened

    async def _open(
        self, host: Host, line: Line, keys: tuple[asyncssh.SSHKey, ...], own: asyncssh.SSHKey
    ) -> asyncssh.SSHClientConnection | Unreached:
        """Reach the host first: who is silent must not hold one of the few handshakes."""
        if host.jump is not None:
            tunnel = await self._tunnel(host.jump)
            if isinstance(tunnel, Unreached):
                return tunnel
            async with self.line(host.jump).jumps, self._handshakes:
                return self._paused(line, await _handshake(host, line, keys, own, tunnel))
        opened = await connect(host.address, host.port, wait_s=CONNECT_S)
        if isinstance(opened, Unreached):
            return opened
        found: asyncssh.SSHClientConnection | Unreached | None = None
        try:
            greeting = await _greeting(opened)
            if isinstance(greeting, Unreached):
                return greeting
            async with self._handshakes:
                found = await _handshake(host, line, keys, own, opened)
        finally:
            if not isinstance(found, asyncssh.SSHClientConnection):
                opened.close()
        if isinstance(found, Unreached) and found.fault == "refused" and not greeting.startswith("SSH-"):
            found = Unreached("refused", _("SSH turned us away: {said}").format(said=greeting))
        return self._paused(line, found)

    def _paused(
        self, line: Line, found: asyncssh.SSHClientConnection | Unreached
    ) -> asyncssh.SSHClientConnection | Unreached:
        """After a failed handshake, the pause before the next: 5, 10, 20 … 300 s, each less a random part."""
        if isinstance(found, Unreached):
            pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(line.failures, 10))
            line.failures += 1
            line.last = found
            line.not_before = asyncio.get_running_loop().time() + pause * self._jitter(0.75, 1.0)
        return found

    async def enroll(self, host: Host) -> Offer | Unreached:
        """Ask a host for its key, through its jump host where it has one."""
        if host.jump is None:
            return await enroll(host.address, host.port)
        tunnel = await self._tunnel(host.jump)
        if isinstance(tunnel, Unreached):
            return tunnel
        return await enroll(host.address, host.port, through=tunnel)

    async def _tunnel(self, jump: Host) -> asyncssh.SSHClientConnection | Unreached:
        """The connection to a jump host; a failure says whose it is."""
        opened = await self.open(jump)
        if isinstance(opened, Unreached):
            sentence = _("jump host {host}: {why}").format(host=jump.target, why=opened.sentence)
            return Unreached(opened.fault, sentence)
        return opened

    def keep(self, hosts: Collection[Host]) -> None:
        """Give up the connections of all other hosts, as after a change of the targets."""
        jumps = {host.jump for host in hosts if host.jump is not None}
        for host in [host for host in self._lines if host not in hosts and host not in jumps]:
            self._lines.pop(host).drop()

    async def close(self) -> None:
        """End every connection."""
        ended = []
        for line in self._lines.values():
            if line.connection is not None:
                ended.append(line.connection)
                line.drop()
        self._lines.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await asyncio.gather(*(each.wait_closed() for each in ended), return_exceptions=True)


async def _greeting(opened: socket.socket) -> str | Unreached:
    """The first bytes a server says of itself, left in the socket for the handshake."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def readable() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(opened, readable)
    try:
        async with asyncio.timeout(CONNECT_S):
            await ready
        said = opened.recv(255, socket.MSG_PEEK)
    except TimeoutError:
        return Unreached("silent", _("the port is open, but no SSH server greets: stuck, or not SSH"))
    except OSError:
        said = b""
    finally:
        loop.remove_reader(opened)
    if not said:
        return Unreached("refused", _("SSH closed the connection before a greeting"))
    return printable(said.split(b"\n")[0].decode("utf-8", "replace").strip(), limit=80)


async def _handshake(
    host: Host,
    line: Line,
    keys: tuple[asyncssh.SSHKey, ...],
    own: asyncssh.SSHKey,
    way: socket.socket | asyncssh.SSHClientConnection,
) -> asyncssh.SSHClientConnection | Unreached:
    client = _Client(line)
    through = {"sock": way} if isinstance(way, socket.socket) else {"tunnel": way}
    try:
        async with asyncio.timeout(HANDSHAKE_S):
            return await asyncssh.connect(
                host.address if host.jump else "",
                host.port if host.jump else (),
                **through,
                client_factory=lambda: client,
                config=None,
                known_hosts=(list(keys), [], []),
                server_host_key_algs=algorithms(keys),
                username=host.user,
                client_keys=[own],
                preferred_auth="publickey",
                password_auth=False,
                kbdint_auth=False,
                host_based_auth=False,
                gss_host=None,
                gss_auth=False,
                gss_kex=False,
                agent_path=None,
                agent_forwarding=False,
                x11_forwarding=False,
                pkcs11_provider=None,
                x509_trusted_certs=None,
                x509_trusted_cert_paths=[],
                disable_trivial_auth=True,
                encryption_algs=CIPHERS,
                compression_algs=["none"],
                keepalive_interval=KEEPALIVE_S,
                keepalive_count_max=KEEPALIVES,
                login_timeout=HANDSHAKE_S,
            )
    except TimeoutError:
        return Unreached("timeout", _("SSH greeted, but the login did not end within 10 s"))
    except asyncssh.HostKeyNotVerifiable:
        return _identity(client.shown, keys)
    except asyncssh.PermissionDenied:
        return Unreached(
            "auth", _("{user} is not let in: the host does not accept the key").format(user=host.user)
        )
    except (asyncssh.ConnectionLost, asyncssh.ChannelOpenError, OSError) as error:
        said = printable(str(error), limit=100)
        return Unreached("refused", _("SSH broke off during the login: {said}").format(said=said))
    except Exception as error:  # noqa: BLE001 - what a hostile peer provokes in the library is the peer's fault
        said = printable(str(getattr(error, "reason", "") or error), limit=100)
        return Unreached("malformed", _("not SSH as we know it: {said}").format(said=said))


def _identity(shown: asyncssh.SSHKey | None, keys: tuple[asyncssh.SSHKey, ...]) -> Unreached:
    theirs = shown.get_fingerprint() if shown is not None else _("another kind of key")
    ours = ", ".join(key.get_fingerprint() for key in keys)
    return Unreached(
        "identity",
        _("identity changed: it shows {theirs}, enrolled is {ours}; nothing was sent").format(
            theirs=theirs, ours=ours
        ),
    )

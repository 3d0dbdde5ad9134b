"""A played SSH host: lets in one user with one key, and answers the scripts of the watch, nothing else."""

from __future__ import annotations

import contextlib
import socket
import time
from dataclasses import dataclass, field

import asyncssh

from hisconsole.practice.draft import MARK, Device
from hisconsole.practice.mib import View
from hisconsole.practice.ssh.answers import PLAYED
from hisconsole.practice.ssh.asked import Asked
from hisconsole.practice.ssh.script import understood
from hisconsole.probes.parse.output import Ask
from hisconsole.probes.ssh.commands import arguments
from hisconsole.probes.ssh.script import frame

_LOGIN_S = 10
_NOT_ALLOWED = 126
_MOST_AT_ONCE = 16
CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes256-ctr")


@dataclass(slots=True)
class PlayedHost:
    """One host; `user` and `key` are whom it lets in, `host_key` is its own."""

    device: Device
    view: View
    user: str
    key: asyncssh.SSHKey
    host_key: asyncssh.SSHKey
    connections: set[asyncssh.SSHServerConnection] = field(default_factory=set)
    _acceptor: asyncssh.SSHAcceptor | None = None

    async def serve(self, sock: socket.socket) -> PlayedHost:
        """Answer at a listening socket."""
        self._acceptor = await asyncssh.listen(
            sock=sock,
            server_factory=lambda: _Server(self),
            server_host_keys=[self.host_key],
            server_version=f"{MARK}_{self.device.target.id.replace('-', '_')}",
            encryption_algs=CIPHERS,
            compression_algs=["none"],
            login_timeout=_LOGIN_S,
            allow_pty=False,
            agent_forwarding=False,
            x11_forwarding=False,
            line_editor=False,
            allow_scp=False,
            config=None,
            encoding=None,
            gss_host=None,
        )
        return self

    def close(self) -> None:
        """Take no new connections, and break off those there are."""
        if self._acceptor is not None:
            self._acceptor.close()
        for connection in tuple(self.connections):
            connection.abort()
        self.connections.clear()

    def answer(self, command_line: str) -> tuple[bytes, bytes, int]:
        """What one command line comes to: output, errors, exit code."""
        asks = understood(command_line)
        if asks is None:
            return b"", f"{MARK}: this host answers only what the watch asks.\n".encode(), _NOT_ALLOWED
        now = time.time()
        parts = [b"@now %d\n%d\n" % (len(str(int(now))), int(now))]
        for place, ask in enumerate(asks):
            text, code = PLAYED[ask.name].answer(self.view, self._asked(ask, now))
            parts.append(frame(f"{ask.name}:{place}", text, code))
        return b"".join([*parts, b"@end 0\n\n"]), b"", 0

    def _asked(self, ask: Ask, now: float) -> Asked:
        return Asked(arguments(ask), self.device.facets, now)


class _Server(asyncssh.SSHServer):
    """One connection."""

    def __init__(self, host: PlayedHost) -> None:
        self._host = host
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        if len(self._host.connections) >= _MOST_AT_ONCE:
            conn.abort()
        self._host.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._host.connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == self._host.user and key.public_data == self._host.key.public_data

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        return _Session(self._host)


class _Session(asyncssh.SSHServerSession[bytes]):
    """One command; no shell, no terminal, no file transfer."""

    def __init__(self, host: PlayedHost) -> None:
        self._host = host
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._command = ""

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan

    def exec_requested(self, command: str) -> bool:
        self._command = command
        return True

    def eof_received(self) -> bool:
        return True  # Who has nothing to say still wants the answer.

    def session_started(self) -> None:
        if self._channel is None:
            return
        output, errors, code = self._host.answer(self._command)
        with contextlib.suppress(OSError, asyncssh.Error):
            self._channel.write(output)
            if errors:
                self._channel.write_stderr(errors)
            self._channel.exit(code)

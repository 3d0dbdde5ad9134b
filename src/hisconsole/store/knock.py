"""Asks a server that went away whether it is there again, and never waits for the answer.

Each look costs microseconds, so that whoever acts meanwhile is told at once. What is sent is the request
for encryption with which a connection may begin (PostgreSQL, SSLRequest): only a server that works answers.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence

_REQUEST = struct.pack("!ii", 8, 80877103)

AGAIN_S = 0.5
"""How long after a refusal it is asked again."""
PATIENCE_S = 5.0
"""How long an answer may take before it is asked anew: a frozen server gives none."""


class Knock:
    """One question to each server of a list, until one of them has answered."""

    def __init__(self, hosts: Sequence[tuple[str, int]]) -> None:
        self._doors = [_Door(*host) for host in hosts]

    def answered(self) -> bool:
        """Whether a server answers; it goes on asking with each look."""
        now = time.monotonic()
        return True in [door.look(now) for door in self._doors]

    def close(self) -> None:
        """Ask no more."""
        for door in self._doors:
            door.close()


class _Door:
    def __init__(self, host: str, port: int) -> None:
        local = host.startswith("/")
        inet = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._kind = socket.AF_UNIX if local else inet
        self._place = f"{host}/.s.PGSQL.{port}" if local else (host, port)
        self._socket: socket.socket | None = None
        self._asked = False
        self._until = time.monotonic() + AGAIN_S

    def look(self, now: float) -> bool:
        """Go one step on; whether there was an answer."""
        try:
            if self._socket is not None:
                return self._listen(self._socket)
            if now >= self._until:
                self._begin(now)
        except BlockingIOError:
            pass
        except OSError:
            self.close()
            self._until = now + AGAIN_S
        if self._socket is not None and now >= self._until:
            self.close()
        return False

    def _begin(self, now: float) -> None:
        self._socket, self._asked = socket.socket(self._kind, socket.SOCK_STREAM), False
        self._until = now + PATIENCE_S
        self._socket.setblocking(False)
        self._socket.connect(self._place)

    def _listen(self, opened: socket.socket) -> bool:
        if not self._asked:
            opened.sendall(_REQUEST)
            self._asked = True
        if opened.recv(1):
            self.close()
            return True
        raise ConnectionResetError

    def close(self) -> None:
        """Ask no more."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

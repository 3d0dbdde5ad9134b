"""Asks servers whether they are there, and waits for no answer.

Each look costs microseconds, so that whoever acts meanwhile is told at once. What is sent is the request
for encryption with which a connection may begin (PostgreSQL, SSLRequest): only a server that works answers.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence

_REQUEST = struct.pack("!ii", 8, 80877103)

Host = tuple[str, int]
"""An address, or the folder of a socket, and a port."""

AGAIN_S = 0.5
"""How long after a refusal or an answer it is asked again."""
PATIENCE_S = 5.0
"""How long an answer may take before it is asked anew: a frozen server gives none."""


GRACE_S = 0.3
"""How long others may take once one has answered: it may be the standby, or one that came back."""


class Knock:
    """A question to each server of a list, again and again."""

    def __init__(self, hosts: Sequence[Host], *, wait_s: float | None = None) -> None:
        """Ask for the first time after `wait_s`, AGAIN_S where it is not said."""
        begin = time.monotonic() + (AGAIN_S if wait_s is None else wait_s)
        self._doors = [_Door(host, begin) for host in hosts]

    def answered(self) -> tuple[Host, ...]:
        """Who answers, once each has had its time to; it goes on asking with each look."""
        now = time.monotonic()
        for door in self._doors:
            door.look(now)
        there = [door for door in self._doors if door.answers]
        if not there or any(door.awaited(now) for door in self._doors):
            return ()
        for door in there:
            door.ask_again(now)
        return tuple(door.host for door in there)

    @property
    def refused(self) -> bool:
        """Whether there is nobody to wait for."""
        return all(door.refused for door in self._doors)

    def close(self) -> None:
        """Ask no more."""
        for door in self._doors:
            door.close()


class _Door:
    def __init__(self, host: Host, begin: float) -> None:
        self.host = host
        self.answers = self.refused = False
        address, port = host
        local = address.startswith("/")
        inet = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._kind = socket.AF_UNIX if local else inet
        self._place = f"{address}/.s.PGSQL.{port}" if local else (address, port)
        self._socket: socket.socket | None = None
        self._asked = False
        self._since = 0.0
        self._until = begin

    def awaited(self, now: float) -> bool:
        """Whether its answer may come any moment."""
        return self._socket is not None and now - self._since < GRACE_S

    def ask_again(self, now: float) -> None:
        """Ask anew in a while what has been answered."""
        self.answers, self._until = False, now + AGAIN_S

    def look(self, now: float) -> None:
        """Go one step on, up to an answer."""
        if self.answers:
            return
        try:
            if self._socket is not None:
                self._listen(self._socket)
            elif now >= self._until:
                self._begin(now)
        except BlockingIOError:
            pass
        except OSError:
            self.close()
            self.refused, self._until = True, now + AGAIN_S
        if self._socket is not None and now >= self._until:
            self.close()

    def _begin(self, now: float) -> None:
        self._socket, self._asked = socket.socket(self._kind, socket.SOCK_STREAM), False
        self._since, self._until, self.refused = now, now + PATIENCE_S, False
        self._socket.setblocking(False)
        self._socket.connect(self._place)

    def _listen(self, opened: socket.socket) -> None:
        if not self._asked:
            opened.sendall(_REQUEST)
            self._asked = True
        if not opened.recv(1):
            raise ConnectionResetError
        self.close()
        self.answers = True

    def close(self) -> None:
        """Ask no more."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

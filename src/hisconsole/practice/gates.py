"""A TCP port of a played device that can be open, closed or silent, whatever answers behind it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from typing import Protocol

from hisconsole.errors import HisError
from hisconsole.practice.sockets import listener, mute


class Way(Enum):
    """How a port meets who knocks."""

    OPEN = auto()
    CLOSED = auto()
    SILENT = auto()


class Serving(Protocol):
    """What answers at an open port."""

    def close(self) -> None:
        """Take no new connections, and break off those there are."""


class Gate:
    """One port; `serve` puts an answering server on a listening socket."""

    def __init__(
        self,
        *,
        target: str,
        address: str,
        port: int,
        serve: Callable[[socket.socket], Awaitable[Serving]],
        wanted: Callable[[], Way],
    ) -> None:
        self._where = (target, address, port)
        self._serve = serve
        self._wanted = wanted
        self._way: Way | None = None
        self._serving: Serving | None = None
        self._mute: list[socket.socket] = []

    async def follow(self, *, first: bool = False) -> None:
        """Become what the device's state asks for.

        At the `first` time it raises HisError when the port cannot be had; later a port that something
        else took in the meantime is tried again the next time.
        """
        way = self._wanted()
        if way is self._way:
            return
        self.close()
        try:
            if way is Way.OPEN or first:
                self._serving = await self._serve(listener(*self._where))
                self._way = Way.OPEN
            elif way is Way.SILENT:
                self._mute = mute(*self._where)
                self._way = way
            else:
                self._way = way
        except HisError:
            if first:
                raise

    def close(self) -> None:
        """Close the port."""
        if self._serving is not None:
            self._serving.close()
        for sock in self._mute:
            with contextlib.suppress(OSError):
                sock.close()
        self._serving, self._mute, self._way = None, [], None

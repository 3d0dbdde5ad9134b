"""One command over a kept connection: its output is kept up to a limit, and it always ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import asyncssh

MOST_BYTES = 65536
"""Of one round's output; what comes beyond ends the round."""


@dataclass(slots=True)
class Heard:
    """What a host has written so far."""

    data: bytes = b""
    errors: bytes = b""
    flooded: bool = False
    ended: bool = False


class _Capture(asyncssh.SSHClientSession[bytes]):
    def __init__(self, heard: Heard, over: asyncio.Future[None]) -> None:
        self._heard = heard
        self._over = over

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        heard = self._heard
        if datatype is not None:
            heard.errors = (heard.errors + data)[:400]
        else:
            heard.data += data[: MOST_BYTES - len(heard.data)]
        # Both streams count: a flood of errors is a flood.
        heard.flooded = heard.flooded or len(heard.data) >= MOST_BYTES or len(heard.errors) >= 400
        if heard.flooded:
            self._finish()

    def eof_received(self) -> bool:
        self._heard.ended = True
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._finish()

    def _finish(self) -> None:
        if not self._over.done():
            self._over.set_result(None)


async def run(connection: asyncssh.SSHClientConnection, command: str, heard: Heard) -> None:
    """Run one command and fill `heard` until it ends or has said too much.

    What was heard stays with the caller when the time is over. Raises what asyncssh raises when the
    connection breaks before the command begins.
    """
    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    channel, _session = await connection.create_session(
        lambda: _Capture(heard, over),
        command,
        encoding=None,
        env=None,
        send_env=None,
        request_pty=False,
        x11_forwarding=False,
        window=2 * MOST_BYTES,
        max_pktsize=32768,
    )
    try:
        await over
    finally:
        channel.abort()

"""TCP peers that do what a test wants of them, and leave nothing behind."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Place = tuple[str, int]


@asynccontextmanager
async def peers(
    serve: Serve, *addresses: str, tls: ssl.SSLContext | None = None
) -> AsyncIterator[list[Place]]:
    """Listen on each address; each connection is served in a task of its own and then broken off."""
    open_now: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_now[task] = writer
        with suppress(OSError, asyncio.CancelledError):  # The end of the test cancels.
            await serve(reader, writer)
        writer.transport.abort()
        del open_now[task]

    server = await asyncio.start_server(quietly, addresses, 0, backlog=300, ssl=tls)
    try:
        yield [listening.getsockname()[:2] for listening in server.sockets]
    finally:
        server.close()
        left = dict(open_now)
        for task, writer in left.items():
            task.cancel()
            writer.transport.abort()
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.sleep(0.01)  # Lets the loop close what was broken off.

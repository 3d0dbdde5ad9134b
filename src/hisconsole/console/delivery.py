"""Keys typed ahead reach what they were meant for: each is delivered when the one before has acted.

Textual hands a letter to the focused field at once, while Enter, Esc and acts go round by the App:
in a burst from a slow line the letters overtake, land in the wrong field, or act on the list before
the form that was asked for is open.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from textual import events
from textual.app import App, ScreenStackError
from textual.message_pump import MessagePump

PATIENCE = 0.5
"""Seconds for which a key may hold up the next; a handler that takes longer loses the order."""

BOUND = 2000
"""Keys that may wait; what is typed beyond it, by whatever types so fast, is dropped."""


class Delivery:
    """The keys of one terminal on their way to the App, in order; all of it in the App's loop."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[events.Key | events.Paste] = deque()
        self._task: asyncio.Task[None] | None = None

    def put(self, keys: Iterable[events.Key | events.Paste]) -> None:
        """Deliver `keys` after all that still wait."""
        self._waiting.extend(key for key in keys if len(self._waiting) < BOUND)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._deliver())

    async def _deliver(self) -> None:
        while self._waiting:
            await self._written()
            self._app.post_message(self._waiting.popleft())
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._acted()

    async def _written(self) -> None:
        """Wait while a form is being written or the cursor is about to move: keys are for what comes then."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while getattr(_top(self._app), "busy", False):  # noqa: ASYNC110 - it says so nowhere else
                    await asyncio.sleep(0.005)

    async def _acted(self) -> None:
        """Wait until the last key went down to the focus, up to the App, and any new screen is up."""
        app = self._app
        await _passed(app)
        focused = app.focused
        for node in [_top(app), app] if focused is None else focused.ancestors_with_self:
            await _passed(node)
        top = _top(app)
        up: asyncio.Event = top._mounted_event  # noqa: SLF001 - it says so nowhere else
        await up.wait()
        await _passed(top)
        await _passed(app)


def _top(app: App[Any]) -> MessagePump:
    try:
        return app.screen
    except ScreenStackError:
        return app


async def _passed(pump: MessagePump) -> None:
    """Wait until `pump` has handled all that is in its queue now."""
    handled = asyncio.Event()
    if pump.call_later(handled.set):
        await handled.wait()

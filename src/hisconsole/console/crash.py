"""A bug in a screen costs one calm sentence with an error id, never the console.

Textual ends the app on any exception and prints local variables, which here are patients' and
callers' data. `Calm` keeps every message pump alive instead, and the log has the traceback alone.
"""
# ruff: noqa: BLE001 - here every exception ends, whatever it is.
# ruff: noqa: SLF001 - Textual has no public door for this; its version is pinned for it.

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakSet

from rich.text import Text
from textual._callback import invoke
from textual.app import App
from textual.content import Content
from textual.dom import DOMNode
from textual.driver import Driver
from textual.events import Mount
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget
from textual.worker import WorkerFailed

from hisconsole.errors import HisError
from hisconsole.faultlog import fault_id, log_fault
from hisconsole.text import _, printable
from hisconsole.values import dataclass

Result = TypeVar("Result")

QUIET = 60.0
"""Seconds in which the same fault is neither logged nor told again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One bug met at run time, or one refusal that nobody caught."""

    id: str
    """Eight hex digits, the same for the same place in the code; empty for a refusal."""
    sentence: str


class Calm(App[Result]):
    """An App that survives its bugs; `tell` says them, `faults` keeps them for tests and help."""

    def __init__(
        self,
        *,
        fault_log: Path,
        driver_class: type[Driver] | None = None,
        css_path: Path | None = None,
        ansi_color: bool | None = None,
    ) -> None:
        """Log to `fault_log`; the rest is Textual's own."""
        self._fault_log = fault_log
        self._told: dict[str, float] = {}
        self._hopeless = False
        self._calmed: WeakSet[Widget] = WeakSet()
        self.faults: deque[Fault] = deque(maxlen=50)
        super().__init__(driver_class=driver_class, css_path=css_path, ansi_color=ansi_color)

    def _on_load(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: self._handle_context(context))

    def tell(self, fault: Fault) -> None:
        """Say it to the operator; the console overrides this with a line of its own."""
        self.notify(fault.sentence, severity="error", markup=False)

    def fault(self, error: BaseException) -> Fault:
        """Log `error`, tell it once, and return what to show in its place."""
        if isinstance(error, WorkerFailed):
            error = error.error
        if isinstance(error, HisError):
            fault = Fault("", printable(str(error)))
        else:
            name = fault_id(error)
            fault = Fault(
                name,
                _("Something went wrong here (error {id}); the console goes on.").format(id=name),
            )
        now = time.monotonic()
        if now - self._told.get(fault.sentence, -QUIET) >= QUIET:
            self._told[fault.sentence] = now
            self.faults.append(fault)
            if fault.id:
                log_fault(self._fault_log, error, fault.id)
            if self._running and not self._exit:
                self.call_later(self.tell, fault)
        return fault

    def _handle_exception(self, error: Exception) -> None:
        """Textual's one door for exceptions that nobody caught, where it would end the app."""
        fault = self.fault(error)
        if not self._hopeless and self._driver is not None:
            return
        # It could not even start: leave, with a sentence in place of a page of code.
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        sentence = fault.sentence
        if fault.id:
            sentence = _("The console could not start (error {id}); {path} has the details.").format(
                id=fault.id, path=self._fault_log
            )
        self._exit_renderables.append(Text(sentence))
        self._close_messages_no_wait()

    def _handle_context(self, context: dict[str, Any]) -> None:
        """As above for a forgotten task or a callback, which Python would print over the screen."""
        error = context.get("exception")
        self._handle_exception(
            error if isinstance(error, Exception) else RuntimeError(context.get("message"))
        )

    async def _dispatch_message(self, message: Message) -> None:
        """As Textual's, but after the start an exception does not end the App's own pump."""
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if not self._is_mounted:
                self._hopeless = True
                raise
            self._handle_exception(error)

    def _register_child(self, parent: DOMNode, child: Widget, before: int | None, after: int | None) -> None:
        """As Textual's, and a widget or screen that raises goes on, with a sentence."""
        if child not in self._calmed:
            self._calmed.add(child)
            _calm_pump(child, self._handle_exception)
            _calm_face(child, self.fault)
        super()._register_child(parent, child, before, after)


def _calm_pump(widget: Widget, caught: Callable[[Exception], None]) -> None:
    dispatch = widget._dispatch_message

    async def dispatch_calmly(message: Message) -> None:
        try:
            await dispatch(message)
        except Exception as error:
            caught(error)
            if isinstance(message, Mount):
                await mount_anyway(message)

    async def mount_anyway(message: Mount) -> None:
        """Do what Textual's own classes do on mounting: without it the widget never answers."""
        for owner, method in widget._get_dispatch_methods(message.handler_name, message):
            if owner.__module__.startswith("textual."):
                await invoke(method, message)

    widget._dispatch_message = dispatch_calmly  # type: ignore[method-assign]


def _calm_face(widget: Widget, caught: Callable[[Exception], Fault]) -> None:
    render, render_lines = widget._render, widget.render_lines

    def render_calmly() -> Visual:
        try:
            return render()
        except Exception as error:
            return Content(caught(error).sentence)

    def render_lines_calmly(crop: Region) -> list[Strip]:
        try:
            return render_lines(crop)
        except Exception as error:
            line = Strip(Content(caught(error).sentence).render_segments(widget.visual_style))
            line = line.adjust_cell_length(crop.width)
            return [line, *[Strip.blank(crop.width)] * (crop.height - 1)][: crop.height]

    widget._render = render_calmly  # type: ignore[method-assign]
    widget.render_lines = render_lines_calmly  # type: ignore[method-assign]

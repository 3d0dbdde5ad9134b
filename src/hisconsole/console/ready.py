"""What is not ready for the day when everything else is down, looked up in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from hisconsole.console.acting import is_there
from hisconsole.console.lines import Text, hanging
from hisconsole.console.looks import Role
from hisconsole.console.sheet import Sheet
from hisconsole.errors import HisError
from hisconsole.plan.readiness import counted, urgency_label, where_words
from hisconsole.plan.readiness_seen import Concern, Urgency
from hisconsole.text import _, fit

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole

Look = Callable[[], tuple[Concern, ...]]
_WORD = 7


class ReadySheet(Sheet[None]):
    """Every concern, what to do first on top; Enter looks again."""

    def __init__(self, look: Look) -> None:
        """`look` takes a second or more, and is called in a thread of its own."""
        super().__init__()
        self._look_up = look
        self.found: tuple[Concern, ...] | None = None
        self._begun = False

    def look(self) -> None:
        """Once: what an event changes is rarely of this, and looking is dear."""
        if not self._begun:
            self._begun = True
            self._again()

    def _again(self) -> None:
        self.busy = True
        self.run_worker(self._await(_in_thread(self._look_up)), exit_on_error=False)

    async def _await(self, future: Future[tuple[Concern, ...]]) -> None:
        try:
            self.found = await asyncio.wrap_future(future)
        except HisError as error:
            self.refused(error)
            return
        except Exception as error:  # noqa: BLE001 - a bug must not leave the page waiting for ever
            self.refused(HisError(self.console.fault(error).sentence))
            return
        self.busy = False
        if is_there(self):
            self.say(counted(self.found))
            self.draw()

    def title_now(self) -> str:
        """What it is."""
        return _("Ready for the day when everything else is down?")

    def text(self, width: int) -> Text:
        """Each concern: how urgent and what, where, and what to do about it."""
        lines: Text = []
        for each in self.found or ():
            strong: Role = "reverse" if each.urgency is Urgency.NOW else "normal"
            head: Role = "bold" if each.urgency is Urgency.NOW else "normal"
            word = fit(urgency_label(each.urgency), _WORD - 1)
            first, *rest = hanging(" " * (_WORD + 1), each.what, width, look=head)
            lines += [
                [
                    (f" {word.rstrip()} ", strong),
                    (" " * (_WORD - len(word.rstrip()) - 1), "normal"),
                    *first[1:],
                ]
            ]
            lines += rest
            if each.where:
                lines += hanging(" " * (_WORD + 1), where_words(each), width)
            lines += [*hanging(" " * (_WORD - 1) + "> ", each.do, width), []]
        if self.found == ():
            lines = hanging(" ", counted(()), width)
        return lines

    def keys(self) -> str:
        """What can be done."""
        return _("Enter looks again  Space b a page  j k a line  y copies it  Esc back")

    def action_take(self) -> None:
        """Look again."""
        if not self.busy:
            self.say(_("Looking ..."))
            self._again()

    def copied(self) -> str:
        """All of it."""
        return "\n".join(f"{urgency_label(each.urgency)} {each.what} {each.do}" for each in self.found or ())


def _in_thread(look: Look) -> Future[tuple[Concern, ...]]:
    """Look in a thread that does not hold up the end of the console."""
    future: Future[tuple[Concern, ...]] = Future()
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            future.set_result(look())
        except BaseException as error:  # noqa: BLE001 - whatever went wrong belongs to who asked
            future.set_exception(error)

    threading.Thread(target=run, name="ready", daemon=True).start()
    return future


def show_ready(console: HisConsole) -> None:
    """Open the page, where the console was started so that it can look."""
    look = console.start.readiness
    if look is None:
        console.say(_("Here it cannot be looked up: run 'hisconsole ready'."))
    elif not isinstance(console.screen, ReadySheet):
        console.push_screen(ReadySheet(look))

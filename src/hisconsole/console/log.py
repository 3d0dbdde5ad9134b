"""Mode 5: the log, every event of the record, newest first, with both its times."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import on
from textual.widget import Widget

from hisconsole.console.acting import is_there
from hisconsole.console.filter import Entry, Filtered
from hisconsole.console.rows import Line, RowList
from hisconsole.console.show import draw_log, log_head
from hisconsole.plan.events import SITE, Event
from hisconsole.plan.story import tell
from hisconsole.plan.story_turn import subject
from hisconsole.text import _, ngettext

if TYPE_CHECKING:
    from hisconsole.desk.desk import Desk

PAGE = 200
FARTHEST = 5000
"""How far back the list goes before one is told to search instead."""


class LogScreen(Filtered):
    """The log."""

    place = "log"

    def __init__(self) -> None:
        """Begin with the newest events."""
        super().__init__()
        self.length = PAGE
        self._newest = -1

    def body(self) -> Iterable[Widget]:
        """A header, the list, the search."""
        yield Line(id="head")
        yield RowList[Event](
            key=lambda event: event.seq,
            draw=draw_log(self.console.site.zone, self.console.now),
            empty=_(" No entry has these words."),
            moved=self.reached,
        )
        yield Entry(id="filter")

    def on_resize(self) -> None:
        """The header."""
        self.query_one("#head", Line).show((log_head(self.size.width), "underline"))

    def picture(self) -> None:
        """Read again when the record has grown."""
        board = self.console.board
        if board is not None and board.seq != self._newest:
            self._newest = board.seq
            self.reload()

    def reload(self, *, fresh: bool = True) -> None:
        """Read the log from the record."""
        search, length = self.filter, self.length

        def question(desk: Desk) -> list[Event]:
            from hisconsole.desk.reading import read_log

            return read_log(desk, text=search, limit=length)

        def answer(entries: list[Event]) -> None:
            if (search, length) != (self.filter, self.length) or not is_there(self):
                return
            self.rows.set_rows(entries, fresh=fresh)
            if search:
                found = f"{len(entries)}{'+' if len(entries) == length else ''}"
                sentence = ngettext(
                    "Log > {search} ({n} entry); Esc shows all",
                    "Log > {search} ({n} entries); Esc shows all",
                    len(entries),
                )
                self.say(sentence.format(search=search, n=found))

        self.console.ask(question, answer)

    def reached(self) -> None:
        """At the end, read further back."""
        place, rows = self.rows.position
        if place >= rows - 5 and rows == self.length and rows < FARTHEST:
            self.length += PAGE
            self.reload(fresh=False)

    @on(RowList.Selected)
    def open_incident(self) -> None:
        """Enter opens the incident of the entry."""
        event = self.rows.cursor_row
        if event is not None and event.incident > SITE:
            self.console.open_incident(event.incident)

    def set_filter(self, expression: str) -> None:
        """Search anew, from the newest event on."""
        super().set_filter(expression)
        self.length = PAGE
        if not self.filter:
            self.say("")
        self.reload(fresh=False)

    def copied(self) -> str:
        """The entry in words."""
        event = self.rows.cursor_row
        if event is None:
            return ""
        return f"{event.seq} {subject(event.incident)} {tell(event, clock=self.console.clock)}"

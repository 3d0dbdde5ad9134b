"""The filter: a line to type into that narrows a list with every key."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from hisconsole.text import printable


class Entry(Input):
    """A one-line field that takes pasted lines as one, and never blinks (a blink costs 1.4 kB/s)."""

    def __init__(self, value: str = "", *, id: str | None = None, limit: int = 2000) -> None:  # noqa: A002 - Textual's own word
        """`limit` is the number of characters it takes."""
        super().__init__(value, id=id, max_length=limit, compact=True, select_on_focus=False)
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        """Join the lines with blanks, and let nothing through that acts on a terminal."""
        event.stop()
        event.prevent_default()
        text = " ".join(printable(event.text.strip(), limit=10_000, lines=True).split("\n"))
        room = (self.max_length or 2000) - len(self.value)
        self.insert_text_at_cursor(text[: max(0, room)])

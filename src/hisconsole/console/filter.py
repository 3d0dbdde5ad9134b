"""The filter: a line to type into that narrows a list with every key."""

from __future__ import annotations

from textual import events, on
from textual.widgets import Input

from hisconsole.console.place import Place
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


class Filtered(Place):
    """A place whose list a filter narrows; its body has the line, an `Entry` with the id `filter`."""

    def __init__(self) -> None:
        """Begin with the whole list."""
        super().__init__()
        self.filter = ""

    def on_mount(self) -> None:
        """The line is hidden until asked for."""
        self.query_one("#filter").display = False

    def set_filter(self, expression: str) -> None:
        """Put a filter in force; a place adds how its list is narrowed by it."""
        self.filter = expression.strip()

    def do_filter(self) -> None:
        """Type to narrow."""
        entry = self.query_one("#filter", Entry)
        entry.display = True
        entry.value = self.filter
        entry.focus()

    @on(Input.Changed, "#filter")
    def narrowed(self, message: Input.Changed) -> None:
        """Each key narrows at once."""
        if message.input.display:
            self.set_filter(message.value)

    @on(Input.Submitted, "#filter")
    def filtered(self) -> None:
        """Enter goes back to the list with the filter in force."""
        self.query_one("#filter").display = False
        self.rows.focus()

    def do_back(self) -> bool:
        """Close the line and clear the filter."""
        entry = self.query_one("#filter", Entry)
        if not entry.display and not self.filter:
            return False
        entry.display = False
        self.rows.focus()
        self.set_filter("")
        return True

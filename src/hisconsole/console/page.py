"""A page of text to read: an entry in full, the keys of a place."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from hisconsole.console.rows import Line
from hisconsole.text import _, printable


class Page(ModalScreen[None], inherit_bindings=False):
    """Text under a title, moved with the usual keys; it can be longer than the screen."""

    BINDINGS = [
        Binding("escape,q,enter,question_mark", "dismiss", show=False),
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("space,pagedown,ctrl+d", "move(18)", show=False),
        Binding("b,pageup,ctrl+u", "move(-18)", show=False),
        Binding("ctrl+l", "app.redraw", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        """Show `lines` as they are; long ones wrap."""
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        """The title, the text, the way out."""
        yield Line((f" {self._title}", "reverse"))
        text = "\n".join(printable(line, limit=20_000) for line in self._lines)
        with VerticalScroll(can_focus=False):
            yield Static(text, markup=False, id="page")
        yield Line((f" {_('j k move, Esc goes back')}", "dim"))

    def action_move(self, lines: int) -> None:
        """Scroll."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

"""A sheet: a page drawn from what is known now, on which a few keys act."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from hisconsole.console.acting import is_there
from hisconsole.console.lines import Lines, Said, Text
from hisconsole.console.rows import Cell, Line
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole

Answer = TypeVar("Answer")


class Sheet(ModalScreen[Answer], inherit_bindings=False):
    """A title, text that may be longer than the screen, a line for sentences, the keys.

    While `busy` it waits for the desk, and keys typed ahead wait with it.
    """

    BINDINGS = [
        Binding("escape,q", "leave", show=False),
        Binding("enter", "take", show=False),
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("space,pagedown,ctrl+d", "move(12)", show=False),
        Binding("b,pageup,ctrl+u", "move(-12)", show=False),
        Binding("y", "copy", show=False),
        Binding("ctrl+l", "app.redraw", show=False),
    ]

    def __init__(self) -> None:
        """Begin by waiting for what is to be shown."""
        super().__init__()
        self.busy = True
        self._seen = -1

    @property
    def console(self) -> HisConsole:
        """The app, by its own type."""
        return cast("HisConsole", self.app)

    def compose(self) -> ComposeResult:
        """From the top."""
        yield Line(id="title")
        with VerticalScroll(can_focus=False):
            yield Lines(id="sheet")
        yield Said(id="said")
        yield Line(id="keys")

    def title_now(self) -> str:
        """What stands above it."""
        raise NotImplementedError

    def aside(self) -> str:
        """What stands at the far end of the title."""
        return ""

    def text(self, width: int) -> Text:
        """What stands on it, in lines of at most `width` cells; nothing while it is looked up."""
        raise NotImplementedError

    def keys(self) -> str:
        """The keys that act here."""
        raise NotImplementedError

    def draw(self) -> None:
        """Bring all of it up to date; what is the same is not written, nor anything once one has left."""
        if not self.query("#keys"):
            return
        right: list[Cell] = [(f"{self.aside()} ", "dim")] if self.aside() else []
        self.query_one("#title", Line).show(
            (f" {self.console.headed(self.title_now())}", "reverse"), right=right
        )
        self.query_one("#keys", Line).show((f" {self.keys()}", "dim"))
        lines = self.text(self.size.width) or [[], [(f" {_('Looking ...')}", "dim")]]
        self.query_one("#sheet", Lines).show(lines)

    def look(self) -> None:
        """Ask for what is to be shown, and draw it when it comes; nothing where it is here already."""

    def on_mount(self) -> None:
        """Look, and look again when the record has moved on."""
        self._tick()
        self.set_interval(1.0, self._tick)

    def _tick(self) -> None:
        board = self.console.board
        seq = board.seq if board else 0
        if seq != self._seen:
            self._seen = seq
            self.look()
        self.draw()

    def on_resize(self) -> None:
        """Lines break elsewhere in another width."""
        self.draw()

    def say(self, sentence: str) -> None:
        """Put a sentence above the keys."""
        for said in self.query(Said):  # none once one has left
            said.say(sentence)

    def refused(self, error: BaseException) -> None:
        """Say why something was refused; who has left reads it where he is."""
        self.busy = False
        if is_there(self):
            self.say(str(error))
            self.draw()
        else:
            self.console.say(str(error))

    def action_move(self, lines: int) -> None:
        """Scroll."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_take(self) -> None:
        """Enter."""
        raise NotImplementedError

    def copied(self) -> str:
        """What `y` copies."""
        return ""

    def action_copy(self) -> None:
        """Copy what is to be said."""
        text = self.copied()
        if text:
            self.app.copy_to_clipboard(text)
            self.say(_("Copied."))

    def leave(self) -> None:
        """It is done: go back, if one has not gone already."""
        if is_there(self):
            self.dismiss(None)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)

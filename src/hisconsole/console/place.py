"""A place of the console: the status line, a body, a line for sentences, and the keys of the place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from hisconsole.console.rows import Cell, Line, RowList
from hisconsole.console.show import on_duty, status_line
from hisconsole.console.wire import wire_of
from hisconsole.plan.times import clock
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole

SMALLEST = (72, 20)
"""Columns and lines below which a place cannot be worked, only counted."""


def line_one(console: HisConsole) -> tuple[list[Cell], list[Cell]]:
    """Line 1 as it is now: what stands on the left of it, and on the right."""
    now = console.now().replace(second=0, microsecond=0)  # it changes with the clock beside it
    right: list[Cell] = [
        (f"{on_duty(console.board, console.operator)}  ", "bold"),
        (f"{clock(now, zone=console.site.zone, now=now)} ", "normal"),
    ]
    board = console.board
    if board is not None and console.trouble is not None:  # nobody counts for us what falls due meanwhile
        late = sum(row.due_at is not None and row.due_at <= now for row in board.rows)
        board = replace(board, overdue=max(board.overdue, late))
    cells = status_line(
        board,
        alarms=console.alarms(),
        mark=console.mark,
        now=now,
        away=console.trouble is not None,
        problems=console.lookout.problems(),
        plan=console.site.plan,
    )
    return cells, right


def go_to(console: HisConsole, mode: str) -> None:
    """To a mode as it was left; who is in it already comes back to its list from what he has opened."""
    if console.current_mode != mode:
        console.switch_mode(mode)
        return
    while len(console.screen_stack) > 1 and isinstance(console.screen, Place):
        console.pop_screen()


class Place(Screen[None], inherit_bindings=False):
    """One full screen with a list in it; keys reach it through the app's key table."""

    place = ""
    AUTO_FOCUS = "RowList"

    def compose(self) -> ComposeResult:
        """Status, body, sentence, keys."""
        yield Line(id="status")
        yield from self.body()
        yield Line(id="said")
        yield Line(id="keys")
        yield Static(id="small", markup=False)

    def body(self) -> Iterable[Widget]:
        """What stands between the status line and the sentence."""
        raise NotImplementedError

    @property
    def console(self) -> HisConsole:
        """The app, by its own type."""
        return cast("HisConsole", self.app)

    @property
    def rows(self) -> RowList[Any]:
        """The list that the keys move."""
        return self.query_one(RowList)

    def on_mount(self) -> None:
        """Show the keys of the place."""
        cells: list[Cell] = []
        for key in self.console.screens_data.keys:
            if key.footer and key.works_on(self.place):
                between = "  " if cells else " "  # nine of them fit 80 columns to the last
                cells += [(between, "normal"), (key.shown, "bold"), (f" {_(key.footer)}", "normal")]
        self.query_one("#keys", Line).show(*cells)

    def on_screen_resume(self) -> None:
        """Be current from the first moment."""
        self.refresh_status()
        self.picture()

    def on_resize(self) -> None:
        """Say so when there is not room enough, instead of showing half of it."""
        width, height = self.size
        small = width < SMALLEST[0] or height < SMALLEST[1]
        self.set_class(small, "-small")
        if small:
            self._count()

    def _count(self) -> None:
        board = self.console.board
        counts = (
            _("{open} open, {new} not taken, {late} overdue").format(
                open=len(board.rows), new=board.unclaimed, late=board.overdue
            )
            if board
            else ""
        )
        self.query_one("#small", Static).update(
            _("{counts}\n\nEnlarge the window to {width} x {height} or more to work.").format(
                counts=counts, width=80, height=24
            )
        )

    def refresh_status(self) -> None:
        """Bring line 1 up to date; unchanged, nothing is written."""
        cells, right = line_one(self.console)
        self.query_one("#status", Line).show(*cells, right=right)
        if self.has_class("-small"):
            self._count()

    def picture(self) -> None:
        """The board has changed, or the minute has: show it."""

    def status_picture(self) -> None:
        """What is watched has changed: show it."""

    def held_changes(self) -> int | None:
        """How much differs from the picture that is held here; None where none is held."""
        return None

    def minute(self) -> None:
        """The clock's minute has moved on: ages and times left have too."""

    def say(self, sentence: str) -> None:
        """Put a sentence above the keys; the next one replaces it."""
        self.query_one("#said", Line).show((f" {sentence}", "bold"))

    def company(self) -> None:
        """Others have come to look here, or have gone: show it."""

    def cover(self) -> None:
        """Numbers that were shown here are hidden: somebody else may look now."""

    def targets(self) -> list[int]:
        """Numbers of the incidents an act here is for."""
        return []

    def versions(self) -> dict[int, int]:
        """The versions of incidents that the operator sees, for compare-and-set."""
        return {}

    def reported(self) -> dict[str, str]:
        """What a call taken here begins with."""
        return {}

    def do_more(self) -> bool:
        """A menu of this place's own in place of that of incidents; False where it has none."""
        return False

    def acted(self) -> None:
        """An act begun here is done."""

    def do_back(self) -> bool:
        """Undo one thing of this place (a filter); False when there is none and one may leave."""
        return False

    def do_copy(self) -> None:
        """Copy what the cursor is on, and show it for terminals that cannot."""
        text = self.copied()
        if text:
            wire = wire_of(self.app)
            if wire is None or wire.terminal.copies:
                self.app.copy_to_clipboard(text)
                self.say(_("Copied: {text}").format(text=text))
            else:
                self.say(_("This terminal cannot copy by itself: {text}").format(text=text))

    def copied(self) -> str:
        """What `copy` is to copy."""
        return ""

"""Small apps for the tests of driver, list and crash net: `python demo_apps.py NAME`."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from hisconsole.console import terminal

if __name__ == "__main__":  # Textual reads its environment when it is imported.
    decision = terminal.decide(os.environ, stdin_tty=True, stdout_tty=True)
    os.environ.update(decision.environment)

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from hisconsole.console.crash import Calm, Fault
from hisconsole.console.driver import ConsoleDriver
from hisconsole.console.looks import Role
from hisconsole.console.rows import Cell, Line, Look, RowList
from hisconsole.errors import Refused


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the demo list."""

    id: int
    what: str = "login refused, all wards"
    state: str = "NEW"


def draw(item: Item, width: int, look: Look) -> list[Cell]:
    """Draw a row as the queue does; a row that says BOOM cannot be drawn."""
    if item.what == "BOOM":
        raise ValueError(item.what)
    mark = "*" if look.marked else "+" if look.new else " "
    role: Role = "alarm" if item.state == "DOWN" else "normal"
    return [(f"{mark}I-{item.id:05} ", "bold"), (f"{item.state:<5} ", role), (item.what, "normal")]


LIST_KEYS: list[BindingType] = [
    Binding("j,down", "down", show=False),
    Binding("k,up", "up", show=False),
    Binding("g,home", "first", show=False),
    Binding("G,end", "last", show=False),
    Binding("pagedown", "page_down", show=False),
    Binding("pageup", "page_up", show=False),
    Binding("ctrl+d", "half_down", show=False),
    Binding("ctrl+u", "half_up", show=False),
    Binding("space", "mark", show=False),
    Binding("enter", "open", show=False),
]


class KeyedList(RowList[Item]):
    """A list with keys of its own, as the app's table will give it."""

    BINDINGS: ClassVar[list[BindingType]] = LIST_KEYS


class ListApp(Calm[None], inherit_bindings=False):
    """A list between two bars; `c` changes a visible row, `C` a hidden one, `s` sets equal rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "change(2)"),
        Binding("C", "change(-2)"),
        Binding("s", "same"),
        Binding("q", "quit"),
    ]
    CSS = "Screen { overflow: hidden; }"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, rows: int = 100, *, log: Path = Path("/dev/null")) -> None:
        """Show so many rows."""
        super().__init__(fault_log=log, driver_class=ConsoleDriver, ansi_color=True)
        self.items = [Item(number) for number in range(rows)]
        self.selected: list[object] = []
        self.moves: list[object] = []

    def compose(self) -> ComposeResult:
        """Lay out the bars and the list."""
        yield Line(("HIS console", "bold"), id="status")
        yield KeyedList(key=lambda item: item.id, draw=draw, empty="No calls.", moved=self.moved, id="list")
        yield Line((f"ready {len(self.items)}", "normal"), id="keys")

    def on_mount(self) -> None:
        """Fill the list."""
        self.list.set_rows(self.items)
        self.list.focus()

    @property
    def list(self) -> KeyedList:
        """The list."""
        return self.query_one(KeyedList)

    def moved(self) -> None:
        """Keep where the cursor went."""
        self.moves.append(self.list.cursor_key)

    def on_row_list_selected(self, message: RowList.Selected) -> None:
        """Keep what was opened."""
        self.selected.append(message.key)

    def action_change(self, at: int) -> None:
        """Change one row."""
        item = self.items[at]
        self.items[at] = Item(item.id, item.what, "DOWN" if item.state == "NEW" else "NEW")
        self.list.set_rows(self.items)

    def action_same(self) -> None:
        """Set equal rows made anew."""
        self.list.set_rows([Item(item.id, item.what, item.state) for item in self.items])


class FormApp(Calm[None], inherit_bindings=False):
    """A form whose text is echoed beside it; SIGTERM and hangups save it to $DRAFT."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "act('n')"),
        Binding("ctrl+l", "redraw"),
        Binding("ctrl+x", "hang"),
        Binding("ctrl+t", "form"),
        Binding("ctrl+r", "quit"),
        *[Binding(digit, f"act('{digit}')") for digit in "123456789"],
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        """Start with no acts."""
        super().__init__(
            fault_log=Path(os.environ.get("FAULTS", "/dev/null")),
            driver_class=ConsoleDriver,
            ansi_color=True,
        )
        self.acts = ""

    def compose(self) -> ComposeResult:
        """Lay out the echo and the form."""
        yield Line(("ready", "bold"), id="echo")
        yield Line(("acts:", "bold"), id="acts")
        words = Input(id="words")
        words.cursor_blink = False
        yield words

    def on_input_changed(self, event: Input.Changed) -> None:
        """Echo the text."""
        self.query_one("#echo", Line).show(
            (f"{len(event.value)} {event.value[-1:]!r} [{event.value}]", "normal")
        )

    def action_act(self, name: str) -> None:
        """An act that a key does."""
        self.acts += name
        self.query_one("#acts", Line).show((f"acts:{self.acts}", "bold"))

    def action_form(self) -> None:
        """Leave the form or come back."""
        words = self.query_one(Input)
        words.disabled = not words.disabled
        if not words.disabled:
            words.focus()
        self.query_one("#echo", Line).show((f"form {not words.disabled}", "normal"))

    def action_hang(self) -> None:
        """Be the bug that blocks the loop."""
        time.sleep(60)

    def action_redraw(self) -> None:
        """Repaint all."""
        if isinstance(self._driver, ConsoleDriver):
            self._driver.redraw()

    def end(self, cause: str, code: int) -> None:
        """Save the draft and exit."""
        if draft := os.environ.get("DRAFT"):
            Path(draft).write_text(f"{cause}:{self.query_one(Input).value}")
        self.exit(return_code=code)


class TwoFields(ModalScreen[str]):
    """A dialog of two fields; Enter goes to the next, in the last it closes."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "app.pop_screen")]

    def compose(self) -> ComposeResult:
        """Lay out the fields."""
        yield Input(id="first")
        yield Input(id="second")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on, or close with both texts."""
        if event.input.id == "first":
            self.query_one("#second").focus()
        else:
            self.dismiss("|".join(field.value for field in self.query(Input)))


class AheadApp(Calm[None], inherit_bindings=False):
    """A list whose letters are acts, and a dialog that `n` opens."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "open"),
        *[Binding(letter, f"act('{letter}')") for letter in "acexq"],
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        """Start with no acts."""
        super().__init__(fault_log=Path("/dev/null"), driver_class=ConsoleDriver, ansi_color=True)
        self.acts = ""

    def compose(self) -> ComposeResult:
        """Lay out the echo and a list."""
        yield Line(("acts:", "bold"), id="acts")
        yield Line(("ready", "bold"), id="told")
        yield KeyedList(key=lambda item: item.id, draw=draw)

    def action_open(self) -> None:
        """Open the dialog and show what it returns."""
        self.push_screen(TwoFields(), self.told)

    def told(self, words: str | None) -> None:
        """Show what the dialog returned."""
        self.query_one("#told", Line).show((f"told {words}", "bold"))

    def action_act(self, letter: str) -> None:
        """An act."""
        self.acts += letter
        self.query_one("#acts", Line).show((f"acts:{self.acts}", "bold"))


class BadFace(Widget):
    """Cannot be rendered once `bad`."""

    bad = False

    def render(self) -> Content:
        """Raise a bug with a secret in a local variable."""
        secret = "hunter2"  # noqa: F841 - must not reach the log or the screen
        if self.bad:
            raise ZeroDivisionError("face")
        return Content("a face")


class BadLines(Widget):
    """A line-API widget that cannot be drawn once `bad`."""

    bad = False

    def render_line(self, y: int) -> Strip:
        """Raise a bug."""
        if self.bad:
            raise KeyError(y)
        return Strip.blank(self.size.width)


class BadScreen(Screen[None]):
    """A screen that cannot be composed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "app.pop_screen")]

    def compose(self) -> ComposeResult:
        """Raise a bug."""
        yield Static("half")
        raise RuntimeError("compose")


class BadModal(ModalScreen[None]):
    """A dialog whose mounting fails."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "app.pop_screen")]

    def on_mount(self) -> None:
        """Raise a bug."""
        raise RuntimeError("mount")


class BadApp(Calm[None], inherit_bindings=False):
    """Every key raises from another place; `j` counts, to show that the console still works."""

    CSS = "BadFace, BadLines { height: 2; } Input { height: 3; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "count"),
        Binding("a", "boom"),
        Binding("t", "timer"),
        Binding("w", "worker"),
        Binding("f", "face"),
        Binding("l", "lines"),
        Binding("n", "next"),
        Binding("s", "push('screen')"),
        Binding("m", "push('modal')"),
        Binding("r", "refuse"),
        Binding("k", "task"),
        Binding("q", "quit"),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, log: Path, *, start: bool = True) -> None:
        """With `start` False it cannot even mount."""
        super().__init__(fault_log=log, driver_class=ConsoleDriver, ansi_color=True)
        self.count = 0
        self.start = start

    def compose(self) -> ComposeResult:
        """Lay out the widgets that go bad."""
        yield Line(("ready", "bold"), id="count")
        yield Line(id="fault")
        yield BadFace()
        yield BadLines()
        yield Input(id="words", disabled=True)

    def on_mount(self) -> None:
        """Raise if told to."""
        if not self.start:
            raise RuntimeError("mount of the app")

    def tell(self, fault: Fault) -> None:
        """Show it in the line for it."""
        self.query_one("#fault", Line).show((fault.sentence, "bold"))

    def action_count(self) -> None:
        """Show that keys still work."""
        self.count += 1
        self.query_one("#count", Line).show((f"count {self.count}", "normal"))

    def action_boom(self) -> None:
        """A bug in a key's action."""
        raise ValueError("action")

    def action_timer(self) -> None:
        """A bug in a timer and in an interval."""
        self.set_timer(0.01, lambda: int("timer"))
        self.query_one(BadFace).set_interval(0.01, lambda: ().index(0))

    def action_worker(self) -> None:
        """A bug in a worker."""

        async def work() -> None:
            raise LookupError("worker")

        self.run_worker(work())

    def action_face(self) -> None:
        """A bug in render."""
        face = self.query_one(BadFace)
        face.bad = True
        face.refresh(layout=True)

    def action_lines(self) -> None:
        """A bug in render_line."""
        lines = self.query_one(BadLines)
        lines.bad = True
        lines.refresh()

    def action_next(self) -> None:
        """A bug in a callback of a widget."""
        self.query_one(BadFace).call_later(lambda: int("callback"))
        self.query_one(BadFace).call_next(lambda: int("next"))

    def action_push(self, name: str) -> None:
        """A screen that cannot be shown."""
        self.push_screen(BadScreen() if name == "screen" else BadModal())

    def action_refuse(self) -> None:
        """A refusal that nobody caught."""
        raise Refused("Taken by wang at 03:12.")

    def action_task(self) -> None:
        """A bug in a callback of the loop."""
        assert self._loop is not None
        self._loop.call_soon(lambda: 1 // 0)


def main() -> int:
    """Run one of them."""
    apps: dict[str, App[None]] = {}
    name = sys.argv[1]
    if name == "list":
        apps[name] = ListApp(int(sys.argv[2]))
    elif name == "ahead":
        apps[name] = AheadApp()
    elif name == "form":
        apps[name] = FormApp()
    else:
        apps[name] = BadApp(Path(sys.argv[2]), start=name == "bad")
    apps[name].run(mouse=False)
    return apps[name].return_code or 0


if __name__ == "__main__":
    sys.exit(main())

"""One screen to choose from a list: by digit, by moving, or by typing a part of the name."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Input

from hisconsole.console.filter import Entry
from hisconsole.console.rows import Cell, Line, Look, RowList
from hisconsole.plan.find import find, findable
from hisconsole.text import _, fit
from hisconsole.values import dataclass

DIGITS = "1234567890abcdefghijklmnoprstuvwxyz"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: its key, its name, a word about it."""

    key: str
    name: str
    hint: str = ""


class Pick(ModalScreen[str | None], inherit_bindings=False):
    """Answers with the key of a choice, or None for Esc. With `typing` letters narrow the list."""

    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("enter", "take", show=False),
        Binding("down", "down", show=False, priority=True),
        Binding("up", "up", show=False, priority=True),
        Binding("pagedown", "page_down", show=False, priority=True),
        Binding("pageup", "page_up", show=False, priority=True),
        Binding("ctrl+l", "app.redraw", show=False),
    ]

    def __init__(
        self, title: str, choices: Sequence[Choice], *, typing: bool = False, must: bool = False
    ) -> None:
        """`must` refuses Esc."""
        super().__init__()
        self._title = title
        self._choices = {choice.key: choice for choice in choices}
        self._typing = typing
        self._must = must
        self._found = [findable(choice.key, choice.name, choice.hint) for choice in choices]

    def compose(self) -> ComposeResult:
        """A title, perhaps a field, the list."""
        yield Line((f" {self._title}", "reverse"), id="title")
        if self._typing:
            yield Entry(id="typed")
        yield RowList[tuple[int, Choice]](
            key=lambda row: row[1].key, draw=self._draw, empty=_(" Nothing of that name.")
        )
        hint = _("type a part of it, Enter takes it") if self._typing else _("a digit takes it at once")
        leave = "" if self._must else _(", Esc goes back")
        yield Line((f" {hint}{leave}", "dim"), id="keys")

    def on_mount(self) -> None:
        """Show all of them."""
        self._fill("")
        self.query_one(Entry if self._typing else RowList).focus()

    def _fill(self, typed: str) -> None:
        keys = find(typed, self._found, limit=200) if typed.strip() else tuple(self._choices)
        rows = [(at, self._choices[key]) for at, key in enumerate(keys)]
        self.query_one(RowList).set_rows(rows, fresh=False)
        if rows:
            self.query_one(RowList).action_first()

    def _draw(self, row: tuple[int, Choice], width: int, look: Look) -> Sequence[Cell]:
        at, choice = row
        digit = "" if self._typing or at >= len(DIGITS) else DIGITS[at]
        return [
            (f" {digit:<2}", "bold"),
            (fit(choice.name, min(44, width // 2)), "normal"),
            (f" {choice.hint}", "dim"),
        ]

    @on(Input.Changed)
    def narrowed(self, message: Input.Changed) -> None:
        """Each key narrows."""
        self._fill(message.value)

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter in the field takes the first that fits."""
        self.action_take()

    @on(RowList.Selected)
    def selected(self) -> None:
        """Enter on the list."""
        self.action_take()

    def on_key(self, event: events.Key) -> None:
        """A digit takes at once; j and k move."""
        if self._typing or event.character is None:
            return
        if event.character in ("j", "k") and event.character not in self._digits():
            event.stop()
            rows = self.query_one(RowList)
            rows.action_down() if event.character == "j" else rows.action_up()
        elif event.character in self._digits():
            event.stop()
            self.dismiss(list(self._choices)[DIGITS.index(event.character)])
        elif event.character == "q":
            event.stop()
            self.action_leave()

    def _digits(self) -> str:
        return DIGITS[: len(self._choices)]

    def action_take(self) -> None:
        """Answer with what the cursor is on."""
        row = self.query_one(RowList).cursor_row
        if row is not None:
            self.dismiss(row[1].key)

    def action_leave(self) -> None:
        """Answer with nothing."""
        if not self._must:
            self.dismiss(None)

    def action_down(self) -> None:
        """Next."""
        self.query_one(RowList).action_down()

    def action_up(self) -> None:
        """Before."""
        self.query_one(RowList).action_up()

    def action_page_down(self) -> None:
        """A page on."""
        self.query_one(RowList).action_page_down()

    def action_page_up(self) -> None:
        """A page back."""
        self.query_one(RowList).action_page_up()


def confirm(question: str, yes: str) -> Pick:
    """A question answered with `yes` or None; the default is no."""
    return Pick(question, [Choice("no", _("No")), Choice("yes", yes)])

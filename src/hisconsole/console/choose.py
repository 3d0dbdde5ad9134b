"""A question with a few answers in a form: a digit answers it, arrows move, Enter goes on."""

from __future__ import annotations

from enum import StrEnum

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from hisconsole.console.rows import Cell, strip
from hisconsole.plan.asking import label_of
from hisconsole.text import cell_len


class Choose(Widget, can_focus=True):
    """Numbered answers on as many lines as they need; `value` is empty until one is chosen."""

    class Chosen(Message):
        """An answer was given."""

        def __init__(self, choose: Choose) -> None:
            super().__init__()
            self.choose = choose

        @property
        def control(self) -> Choose:
            """The question, for `@on` selectors."""
            return self.choose

    def __init__(self, choices: tuple[StrEnum, ...], *, value: str = "", id: str) -> None:  # noqa: A002 - Textual's own word
        """Ask with `choices`; `value` may be answered already."""
        super().__init__(id=id)
        self.choices = choices
        self.value = value

    @property
    def at(self) -> int:
        """Place of the answer, -1 where there is none yet."""
        values = [choice.value for choice in self.choices]
        return values.index(self.value) if self.value in values else -1

    def choose(self, at: int) -> None:
        """Answer."""
        self.value = self.choices[at].value
        self.refresh()
        self.post_message(self.Chosen(self))

    def on_key(self, event: events.Key) -> None:
        """Digits answer; left and right move the answer; Enter keeps it."""
        digit = event.character or ""
        if digit.isdigit() and 1 <= int(digit) <= len(self.choices):
            event.stop()
            self.choose(int(digit) - 1)
        elif event.key in ("left", "right", "h", "l"):
            event.stop()
            step = 1 if event.key in ("right", "l") else -1
            self.value = self.choices[max(0, self.at + step) % len(self.choices)].value
            self.refresh()
        elif event.key == "enter" and self.value:
            event.stop()
            self.post_message(self.Chosen(self))

    def lines(self, width: int) -> list[list[Cell]]:
        """The answers laid out in a width."""
        lines: list[list[Cell]] = [[]]
        used = 0
        for at, choice in enumerate(self.choices):
            text = f"{at + 1} {label_of(choice)}"
            if used and used + cell_len(text) + 2 > width:
                lines.append([])
                used = 0
            lines[-1] += [
                (text, "reverse" if choice.value == self.value else "normal"),
                ("  ", "normal"),
            ]
            used += cell_len(text) + 2
        return lines

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """As many lines as the answers need."""
        return len(self.lines(width))

    def render_line(self, y: int) -> Strip:
        """Draw one line, underlined at its start while it has the focus."""
        lines = self.lines(self.size.width - 2)
        pointer: Cell = (">" if self.has_focus and y == 0 else " ", "bold")
        return strip([pointer, (" ", "normal"), *(lines[y] if y < len(lines) else [])], self.size.width)

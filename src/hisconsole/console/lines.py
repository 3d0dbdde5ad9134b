"""Lines of text as high as they are, and how sentences, lists and answers are laid out in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.strip import Strip
from textual.widget import Widget

from hisconsole.console.looks import Role
from hisconsole.console.rows import Cell, strip
from hisconsole.text import cell_len, fit, printable, wrap

Text = list[list[Cell]]
"""Some lines, each of its cells."""

LONGEST = 4000


class Lines(Widget):
    """Lines that change little: what is the same is not drawn again."""

    DEFAULT_CSS = "Lines { height: auto; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        """Begin empty."""
        super().__init__(id=id)
        self.lines: Sequence[Sequence[Cell]] = ()

    def show(self, lines: Sequence[Sequence[Cell]]) -> None:
        """Show these."""
        if lines != self.lines:
            grown = len(lines) != len(self.lines)
            self.lines = lines
            self.refresh(layout=grown)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """As many as there are."""
        return len(self.lines)

    def render_line(self, y: int) -> Strip:
        """Draw one."""
        return strip(self.lines[y] if y < len(self.lines) else (), self.size.width)


class Said(Lines):
    """Where a form or a page answers: a long sentence takes the lines it needs, none keeps one."""

    DEFAULT_CSS = "Said { min-height: 1; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        """Nothing is said yet."""
        super().__init__(id=id)
        self.sentence = ""

    def say(self, sentence: str) -> None:
        """Say it in place of what was said before."""
        self.sentence = sentence
        self._lay()

    def on_resize(self) -> None:
        """Lines break elsewhere in another width."""
        self._lay()

    def _lay(self) -> None:
        text = printable(self.sentence, limit=LONGEST, lines=True).replace("\n", " ")
        width = self.size.width or self.app.size.width
        self.show(hanging(" ", text, width, look="bold") if text else [])


def hanging(head: str, text: str, width: int, *, look: Role = "normal", strong: Role = "normal") -> Text:
    """A text behind `head`, as many lines as it needs, the further ones below its beginning."""
    indent = cell_len(head)
    clean = printable(text, limit=LONGEST, lines=True)
    first, *rest = [
        line for part in clean.split("\n") for line in wrap(part.strip(), max(10, width - indent - 1))
    ]
    begun: list[Cell] = [(head, strong), (first, look)]
    return [begun, *([(" " * indent, "normal"), (line, look)] for line in rest)]


def columns(parts: Iterable[tuple[str, int, Role]]) -> list[Cell]:
    """Cells of fixed widths; the last may be as long as the line has room."""
    return [(fit(text, width) if width else text, look) for text, width, look in parts]

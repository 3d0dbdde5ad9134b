"""Long live lists and one-line bars, drawn line by line: only what changed reaches the terminal.

A changed row costs a line, an unchanged or hidden one nothing, however long the list. The cursor,
the marks and the news hold on to keys of rows, never to their places.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from hisconsole.console.crash import Calm
from hisconsole.console.looks import Role
from hisconsole.console.wire import shifts_lines
from hisconsole.text import cell_len, clip, printable
from hisconsole.values import dataclass

Row = TypeVar("Row")

Cell = tuple[str, Role]

STYLES: dict[Role, Style] = {
    "normal": Style(),
    "bold": Style(bold=True),
    "dim": Style(dim=True),
    "underline": Style(underline=True),
    "reverse": Style(reverse=True),
    "alarm": Style(reverse=True, bold=True, color="red"),
}
"""How a role looks; each is told from the others without its colour."""

BAR = 50
"""Columns of the cursor's bar: the words beyond it would go over the line twice with each step."""

GRACE = 0.25
"""Seconds for which a key is taken to mean the row that has just vanished from under the cursor."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the list itself knows of a row while it is drawn."""

    cursor: bool = False
    marked: bool = False
    new: bool = False


Draw = Callable[[Row, int, Look], Sequence[Cell]]
"""From a row, the width in cells and its look to cells; pure, and called for visible rows only."""


@lru_cache(maxsize=4096)
def _seen(text: str) -> str:
    return printable(text)


@lru_cache(maxsize=64)
def _style(role: Role, *, inverse: bool) -> Style:
    style = STYLES[role]
    return style + Style(reverse=not style.reverse) if inverse else style


def strip(cells: Sequence[Cell], width: int, *, inverse: bool = False) -> Strip:
    """Draw `cells` into exactly `width` terminal cells; what does not fit is cut, marked by `~`."""
    segments: list[Segment] = []
    room = width
    for text, role in cells:
        if room <= 0:
            break
        shown = clip(_seen(text), room)
        if shown:
            room -= cell_len(shown)
            segments.append(Segment(shown, _style(role, inverse=inverse)))
    if room > 0:
        segments.append(Segment(" " * room, _style("normal", inverse=inverse)))
    return Strip(segments, width)


class RowList(Widget, Generic[Row], can_focus=True):
    """A list of rows known by their keys; which keys move it is the app's table to say."""

    DEFAULT_CSS = "RowList { height: 1fr; }"

    class Selected(Message):
        """The row under the cursor is to be opened."""

        def __init__(self, row_list: RowList[Any], key: Hashable) -> None:
            super().__init__()
            self.row_list = row_list
            self.key = key

        @property
        def control(self) -> RowList[Any]:
            """The list, for `@on` selectors."""
            return self.row_list

    def __init__(
        self,
        *,
        key: Callable[[Row], Hashable],
        draw: Draw[Row],
        empty: str = "",
        moved: Callable[[], None] = lambda: None,
        id: str | None = None,  # noqa: A002 - Textual's own word
    ) -> None:
        """`empty` is the sentence shown once it is known that there is no row.

        `moved` is called when the cursor is on another row: at once, so that what it shows is drawn in
        the frame that shows the cursor. A message would come after that frame.
        """
        super().__init__(id=id)
        self._key = key
        self._draw = draw
        self._empty = empty
        self._moved = moved
        self._rows: Sequence[Row] = ()
        self._index: dict[Hashable, int] = {}
        self._keys: list[Hashable] = []
        self._cursor = 0
        self._top = 0
        self._marks: set[Hashable] = set()
        self._new: set[Hashable] = set()
        self._shown: list[tuple[Row, Look] | None] = []
        self._filled = self._behind = False
        self._lost_at = float("-inf")

    # -- what is asked of it ---------------------------------------------------------------------

    @property
    def rows(self) -> Sequence[Row]:
        """The rows as last set."""
        return self._rows

    @property
    def cursor_key(self) -> Hashable | None:
        """Key of the row under the cursor, None in an empty list."""
        return self._keys[self._cursor] if self._keys else None

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor, None in an empty list."""
        return self._rows[self._cursor] if self._keys else None

    @property
    def position(self) -> tuple[int, int]:
        """Place of the cursor, counted from 1, and the number of rows, for the app to show."""
        return (self._cursor + 1 if self._keys else 0), len(self._keys)

    @property
    def marked(self) -> list[Row]:
        """The marked rows in the order of the list."""
        return [self._rows[at] for at in sorted(self._index[key] for key in self._marks)]

    @property
    def new(self) -> frozenset[Hashable]:
        """Keys of rows that came since somebody looked."""
        return frozenset(self._new)

    def targets(self) -> list[Row]:
        """What an act is for: the marked rows, else the row under the cursor.

        Nothing, just after that row vanished: the key was pressed for it and not for its neighbour.
        """
        if self._marks:
            return self.marked
        if not self._keys or time.monotonic() - self._lost_at < GRACE:
            return []
        return [self._rows[self._cursor]]

    # -- what is told to it ----------------------------------------------------------------------

    def set_rows(self, rows: Sequence[Row], *, fresh: bool = True) -> None:
        """Show `rows`, with unique keys, and repaint the visible lines that differ.

        `fresh` False says that the view changed and not the world (another filter or order): then
        no row counts as new, and the row that left did not vanish.
        """
        rows = tuple(rows)
        keys = [self._key(row) for row in rows]
        index = dict(zip(keys, range(len(keys)), strict=True))
        old_keys, old_index, old_cursor = self._keys, self._index, self._cursor
        held = self.cursor_key
        if fresh and self._filled:
            self._new |= index.keys() - old_index.keys()
        self._new &= index.keys()
        self._marks &= index.keys()
        self._rows, self._keys, self._index = rows, keys, index
        if held in index:
            self._cursor = index[held]
        elif old_keys:
            self._cursor = _nearest(old_keys, old_cursor, index)
            if fresh:
                self._lost_at = time.monotonic()
        # At the top newcomers are seen to arrive; further down the picture stands still.
        if self._top:
            self._top += self._cursor - old_cursor
        self._settle()
        if not self._filled:
            self._filled = True
            self.refresh()
        if self.cursor_key != held:
            self._moved()

    def move_to(self, key: Hashable) -> bool:
        """Put the cursor on the row with `key`; False where there is none."""
        at = self._index.get(key)
        if at is None:
            return False
        self._move(at)
        return True

    def looked(self) -> None:
        """Nothing is new any more: somebody looked."""
        self._new.clear()
        self._settle()

    def unmark(self) -> None:
        """Take all marks away, as after the act they were for."""
        self._marks.clear()
        self._settle()

    def repaint(self) -> None:
        """Draw all anew, as after a change of what `draw` shows."""
        self.refresh()

    def action_down(self) -> None:
        """One row down."""
        self._move(self._cursor + 1)

    def action_up(self) -> None:
        """One row up."""
        self._move(self._cursor - 1)

    def action_first(self) -> None:
        """To the first row."""
        self._move(0)

    def action_last(self) -> None:
        """To the last row."""
        self._move(len(self._keys) - 1)

    def action_page_down(self) -> None:
        """One screenful down."""
        self._move(self._cursor + self._height, scroll=self._height)

    def action_page_up(self) -> None:
        """One screenful up."""
        self._move(self._cursor - self._height, scroll=-self._height)

    def action_half_down(self) -> None:
        """Half a screenful down."""
        self._move(self._cursor + self._height // 2, scroll=self._height // 2)

    def action_half_up(self) -> None:
        """Half a screenful up."""
        self._move(self._cursor - self._height // 2, scroll=-(self._height // 2))

    def action_mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go on to the next."""
        if self._keys:
            self._marks ^= {self._keys[self._cursor]}
            self._move(self._cursor + 1)

    def action_open(self) -> None:
        """Ask for the row under the cursor to be opened."""
        key = self.cursor_key
        if key is not None and self.targets():
            self.post_message(self.Selected(self, key))

    # -- drawing ---------------------------------------------------------------------------------

    @property
    def _height(self) -> int:
        return max(1, self.size.height)

    def _move(self, to: int, *, scroll: int = 0) -> None:
        held = self._cursor
        self._cursor = max(0, min(to, len(self._keys) - 1))
        self._top += scroll
        if self._keys:
            self._new.discard(self._keys[self._cursor])
        self._settle()
        if self._cursor != held:
            self._lost_at = float("-inf")
            self._moved()

    def _settle(self) -> None:
        """Bring the cursor into view, and repaint what differs.

        By one line where the terminal moves the others itself; else by half a screen at a time.
        """
        height = self._height
        if (self._cursor - self._top in (-1, height)) and shifts_lines(self.app):
            self._top += 1 if self._cursor > self._top else -1
        elif not self._top <= self._cursor < self._top + height:
            self._top = self._cursor - height // 2
        self._top = max(0, min(self._top, len(self._keys) - height))
        if len(self._shown) != height:  # not laid out yet, or just resized: then perhaps drawn already
            self._behind = bool(self.size.height)
            return
        width = self.size.width
        wanted = [self._line(y) for y in range(height)]
        changed = [
            Region(0, y, width, 1)
            for y, (now, then) in enumerate(zip(wanted, self._shown, strict=True))
            if now != then
        ]
        if changed:
            self._shown = wanted
            self.refresh(*changed)

    def _line(self, y: int) -> tuple[Row, Look] | None:
        at = self._top + y
        if at >= len(self._keys):
            return None
        key = self._keys[at]
        look = Look(cursor=at == self._cursor, marked=key in self._marks, new=key in self._new)
        return self._rows[at], look

    def on_resize(self) -> None:
        """Keep the cursor in view in the new size."""
        top, behind = self._top, self._behind
        self._shown = []
        self._settle()
        self._shown, self._behind = [self._line(y) for y in range(self._height)], False
        if behind or self._top != top:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line; a row that cannot be drawn says so in its place and spares the others."""
        width = self.size.width
        line = self._line(y)
        if line is None:
            empty = y == 0 and self._filled and not self._keys
            return strip([(self._empty, "dim")] if empty else [], width)
        row, look = line
        try:
            cells = self._draw(row, width, look)
        except Exception as error:  # noqa: BLE001 - any bug in a draw function costs one line only
            cells = [(self.app.fault(error).sentence if isinstance(self.app, Calm) else "", "bold")]
        drawn = strip(cells, width)
        if not look.cursor:
            return drawn
        return Strip.join([strip(cells, width, inverse=True).crop(0, BAR), drawn.crop(BAR)])


def _nearest(keys: Sequence[Hashable], at: int, index: dict[Hashable, int]) -> int:
    """Place in `index` of the survivor closest to `keys[at]`, the one below first."""
    for distance in range(1, len(keys)):
        for near in (at + distance, at - distance):
            if 0 <= near < len(keys) and keys[near] in index:
                return index[keys[near]]
    return 0


class Line(Widget):
    """One line of text: the status, a list's header, the keys."""

    DEFAULT_CSS = "Line { height: 1; }"

    def __init__(self, *cells: Cell, id: str | None = None) -> None:  # noqa: A002 - as above
        super().__init__(id=id)
        self._cells: Sequence[Cell] = cells
        self._right: Sequence[Cell] = ()

    def show(self, *cells: Cell, right: Sequence[Cell] = ()) -> None:
        """Show `cells` from the left and `right` at the far end; unchanged, nothing is written."""
        if (cells, right) != (self._cells, self._right):
            self._cells, self._right = cells, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the line; the right end is kept when there is not room for both."""
        width = self.size.width
        if y:
            return strip([], width)
        right = strip(self._right, sum(cell_len(_seen(text)) for text, _ in self._right))
        room = width - right.cell_length
        if room <= 0:
            return right.adjust_cell_length(width)
        return Strip.join([strip(self._cells, room), right])

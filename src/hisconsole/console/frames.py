"""A screen as cells, and the shortest bytes that turn what a terminal shows into what it should show.

Textual sends whole regions anew; here only cells that differ are sent. Bytes are made of cells, moves
and looks alone, so nothing that was forgotten elsewhere can act on the terminal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import ne

from hisconsole.console.cells import cells, width_is_sure
from hisconsole.text import SUBSTITUTE

CLEAR = "\x1b[m\x1b[2J"

_BRIDGE, _JUMP = 16, 4
"""Unchanged cells that may be cheaper to send again than to jump over, and the bytes of a jump."""

_SHIFT_COSTS = 25
"""Cells that a shift of lines must save to be worth its bytes."""

Piece = tuple[str, str]
"""A text and its look: the parameters of SGR, "" for plain."""


class Frame:
    """So many lines of so many cells, each with its look; `cursor` is where the next letter would go."""

    __slots__ = ("cursor", "encoding", "height", "look", "text", "width")

    def __init__(self, width: int, height: int, encoding: str = "utf-8") -> None:
        self.width, self.height, self.encoding = width, height, encoding
        self.text = [[" "] * width for _ in range(height)]
        self.look = [[""] * width for _ in range(height)]
        self.cursor: tuple[int, int] | None = None

    def paint(self, y: int, x: int, pieces: Iterable[Piece]) -> None:
        """Put `pieces` into line `y` from column `x` on; what lies outside is cut off."""
        if not 0 <= y < self.height:
            return
        text, looks, width = self.text[y], self.look[y], self.width
        for piece, look in pieces:
            plain = piece.isascii() and piece.isprintable()
            shown: Sequence[str] = piece if plain else cells(piece, self.encoding)
            if len(shown) > width - x:
                shown = _cut(shown, width - x)
            if not shown:
                continue
            end = x + len(shown)
            if not text[x]:  # the left half of a wide character loses its right one
                text[x - 1] = " "
            if end < width and not text[end]:
                text[end] = " "
            text[x:end] = shown
            looks[x:end] = [look] * len(shown)
            x = end

    def holds(self, y: int, x: int) -> bool:
        """Whether a cell is on the screen: the cursor of a long field can be told to be far outside."""
        return 0 <= x < self.width and 0 <= y < self.height

    def same(self, other: Frame, y: int) -> bool:
        """Whether line `y` is the same in both."""
        return self.text[y] == other.text[y] and self.look[y] == other.look[y]

    def is_blank(self, y: int) -> bool:
        """Whether a line is nothing but plain blanks."""
        return not any(self.look[y]) and not "".join(self.text[y]).strip(" ")

    def ink(self, y: int) -> int:
        """The column after the last cell of a line that is more than plain blank."""
        text, look = self.text[y], self.look[y]
        end = self.width
        while end and text[end - 1] == " " and not look[end - 1]:
            end -= 1
        return end

    def copy_line(self, other: Frame, y: int) -> None:
        """Make line `y` what it is in `other`."""
        self.text[y], self.look[y] = other.text[y].copy(), other.look[y].copy()

    def shift(self, top: int, bottom: int, by: int) -> None:
        """Move the lines `top` to `bottom` up by `by`, or down where it is negative; blanks follow."""
        for lines, blank in ((self.text, " "), (self.look, "")):
            moved = lines[top : bottom + 1]
            blanks = [[blank] * self.width for _ in range(abs(by))]
            lines[top : bottom + 1] = moved[by:] + blanks if by > 0 else blanks + moved[:by]


class Shown:
    """What one terminal shows, as far as it was told."""

    def __init__(self, width: int, height: int, *, shifts: bool = True, narrow: bool = False) -> None:
        """`shifts`: it can insert and delete lines; `narrow`: measured, ambiguous characters are one cell."""
        self.frame = Frame(width, height)
        self.shifts, self.narrow = shifts, narrow
        self._at: tuple[int, int | None] | None = None
        self._look: str | None = None
        self._out: list[str] = []
        self._size = 0

    def forget(self, width: int, height: int) -> None:
        """It was cleared, and has a size; where its cursor is and how it writes is not known."""
        self.frame = Frame(width, height)
        self._at = self._look = None

    def bring(
        self, wanted: Frame, *, first: Collection[int] = (), room: int | None = None
    ) -> tuple[str, bool]:
        """Return what to send so that it shows `wanted`, a frame of its size, and whether that is all of it.

        Lines in `first` go before the others; after about `room` characters the rest has to wait.
        """
        self._out, self._size = [], 0
        stale = [y for y in range(wanted.height) if not self.frame.same(wanted, y)]
        if self.shifts and len(stale) > 3 and self._shift(wanted, stale):
            stale = [y for y in range(wanted.height) if not self.frame.same(wanted, y)]
        blank = wanted.height
        while blank and wanted.is_blank(blank - 1):
            blank -= 1
        if sum(y >= blank for y in stale) > 1:
            stale = [*(y for y in stale if y < blank), blank]
        for y in sorted(stale, key=lambda y: (y not in first, y)):
            if room is not None and self._size >= room:
                return "".join(self._out), False
            if y == blank:
                self._erase(y, wanted)
            else:
                self._line(y, wanted)
        if wanted.cursor is not None and wanted.holds(*wanted.cursor):
            self._move(*wanted.cursor)
        return "".join(self._out), True

    def _line(self, y: int, wanted: Frame) -> None:
        text, look = wanted.text[y], wanted.look[y]
        then, then_look = self.frame.text[y], self.frame.look[y]
        both = zip(text, then, look, then_look, strict=True)
        differ = [x for x, (cell, was, how, was_how) in enumerate(both) if cell != was or how != was_how]
        if not "".join(text).isascii():
            differ = self._spilt(differ, text)
        ink = wanted.ink(y)
        erased = differ[-1] - ink >= 3
        if erased:
            differ = [x for x in differ if x < ink]
        for start, end in _spans(differ, text, look):
            self._span(y, start, end, text, look)
        if erased:
            self._move(y, ink)
            self._turn("")
            self._put("\x1b[K")
        self.frame.copy_line(wanted, y)

    def _spilt(self, differ: Sequence[int], text: Sequence[str]) -> list[int]:
        """With each cell of doubtful width the one after it, where half of it may come to lie."""
        found = set(differ)
        for x, cell in enumerate(text[:-1]):
            if x in found and text[x + 1] and not self._sure(cell):
                found.add(x + 1)
        return sorted(found)

    def _sure(self, cell: str) -> bool:
        return width_is_sure(cell, ambiguous_is_narrow=self.narrow)

    def _span(self, y: int, start: int, end: int, text: Sequence[str], look: Sequence[str]) -> None:
        x = start
        while x < end:
            stop = x + 1
            while stop < end and look[stop] == look[x]:
                stop += 1
            self._move(y, x)
            self._turn(look[x])
            run = "".join(text[x:stop])
            if run.isascii():
                self._put(run)
                self._at = (y, stop if stop < len(text) else None)
            else:
                self._run(y, x, text[x:stop], len(text))
            x = stop

    def _run(self, y: int, x: int, run: Sequence[str], width: int) -> None:
        """Cells of one look that are not all ASCII: after each of doubtful width say where it goes on."""
        for at, cell in enumerate(run, x):
            if not cell:
                continue
            wide = at - x + 1 < len(run) and not run[at - x + 1]
            sure = self._sure(cell)
            self._move(y, at)
            if wide and not sure:  # narrow there, it would leave what stood in its second cell
                self._put("  ")
                self._at = None
                self._move(y, at)
            end = at + 1 + wide
            # In the last column a terminal that takes it for wide would move it over its neighbour.
            self._put(cell if sure or wide or end < width else SUBSTITUTE)
            self._at = (y, end if sure and end < width else None)

    def _erase(self, y: int, wanted: Frame) -> None:
        """Erase line `y` and all below it."""
        self._move(y, 0)
        self._turn("")
        self._put("\x1b[J")
        for line in range(y, wanted.height):
            self.frame.copy_line(wanted, line)

    def _shift(self, wanted: Frame, stale: Sequence[int]) -> bool:
        """Where lines have only moved, let the terminal move them; False where that does not pay."""
        found = _moved(self.frame, wanted, stale)
        if found is None:
            return False
        top, bottom, by = found
        trial = Frame(wanted.width, wanted.height)
        trial.text, trial.look = self.frame.text.copy(), self.frame.look.copy()
        trial.shift(top, bottom, by)
        if _distance(trial, wanted) + _SHIFT_COSTS + abs(by) >= _distance(self.frame, wanted):
            return False
        lines = abs(by)
        gone, came = (top, bottom - lines + 1) if by > 0 else (bottom - lines + 1, top)
        self._turn("")
        for y, final in ((gone, "M"), (came, "L")):
            self._move(y, 0)
            self._put(f"\x1b[{lines if lines > 1 else ''}{final}")
        self.frame = trial
        return True

    def _put(self, text: str) -> None:
        self._out.append(text)
        self._size += len(text)

    def _turn(self, look: str) -> None:
        if look != self._look:
            self._put(turn(self._look, look))
            self._look = look

    def _move(self, y: int, x: int) -> None:
        if self._at != (y, x):
            self._put(min(_ways(self._at, y, x), key=len))
            self._at = (y, x)


def _cut(shown: Sequence[str], room: int) -> Sequence[str]:
    """As many cells as there is room for; half a wide character is a blank."""
    kept = shown[: max(0, room)]
    return [*kept[:-1], " "] if kept and not shown[len(kept)] else kept


def _spans(differ: Iterable[int], text: Sequence[str], look: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Runs of cells to send: wide characters whole, and short gaps sent again rather than jumped over."""
    start = end = -1
    for x in differ:
        left = x if text[x] else x - 1
        right = x + 2 if x + 1 < len(text) and not text[x + 1] else x + 1
        if start >= 0 and (left <= end or _bridges(text, look, end, left)):
            end = max(end, right)
            continue
        if start >= 0:
            yield start, end
        start, end = left, right
    if start >= 0:
        yield start, end


def _bridges(text: Sequence[str], look: Sequence[str], end: int, start: int) -> bool:
    """Whether the cells between two runs are cheaper to send again than to jump over."""
    gap = "".join(text[end:start])
    if len(gap) > _BRIDGE or len(gap) < start - end or not gap.isascii():
        return False
    sent = len(gap) + sum(
        len(turn(look[x - 1], look[x])) for x in range(end, start + 1) if look[x] != look[x - 1]
    )
    turned = len(turn(look[end - 1], look[start])) if look[start] != look[end - 1] else 0
    return sent <= _JUMP + (start - end > 9) + turned


def _ways(at: tuple[int, int | None] | None, y: int, x: int) -> Iterator[str]:
    """Every way to line `y`, column `x`, that the terminal understands."""
    yield f"\x1b[{y + 1}{f';{x + 1}' if x else ''}H" if y or x else "\x1b[H"
    if at is None:
        return
    line, column = at
    if line <= y <= line + 3:
        down = "\r" + "\n" * (y - line)
        yield down + (f"\x1b[{x if x > 1 else ''}C" if x else "")
    if line == y and column is not None and column != x:
        by = abs(x - column)
        yield f"\x1b[{by if by > 1 else ''}{'C' if x > column else 'D'}"


@lru_cache(maxsize=1024)
def turn(now: str | None, look: str) -> str:
    """SGR from one look to another: what is added, or all anew."""
    if not look:
        return "\x1b[m"
    had, has = set((now or "").split(";")), set(look.split(";"))
    if now and had < has and not {"38", "48"} & has:
        return f"\x1b[{';'.join(part for part in look.split(';') if part not in had)}m"
    return f"\x1b[{look}m" if now == "" else f"\x1b[0;{look}m"


def _moved(then: Frame, wanted: Frame, stale: Collection[int]) -> tuple[int, int, int] | None:
    """The first and last line of a region whose lines have moved, and by how many up."""
    lines: dict[str, int | None] = {}
    for y in stale:
        line = "".join(then.text[y])
        lines[line] = None if line in lines or line.isspace() else y
    found = [(was - y, y) for y in stale if (was := lines.get("".join(wanted.text[y]))) is not None]
    counted = Counter(by for by, _ in found if by).most_common(1)
    if not counted:
        return None
    by = counted[0][0]
    moved = [y for each, y in found if each == by]
    return min(moved[0], moved[0] + by), max(moved[-1], moved[-1] + by), by


def _distance(one: Frame, other: Frame) -> int:
    """In how many cells two frames of one size differ."""
    return sum(
        sum(map(ne, one.text[y], other.text[y])) or sum(map(ne, one.look[y], other.look[y]))
        for y in range(one.height)
    )

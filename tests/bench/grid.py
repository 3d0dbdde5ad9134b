"""Peer: the same rows in Textual's own DataTable; `u` begins ten seconds of updates, `q` ends it.

python grid.py ROWS.json RATE SECONDS
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import DataTable


class Grid(App[int]):
    """A table of incidents."""

    BINDINGS = [
        ("j", "step(1)"),
        ("k", "step(-1)"),
        ("u", "updates"),
        ("q", "leave"),
    ]

    def __init__(self, rows: list[list[str]], rate: float, seconds: float) -> None:
        super().__init__()
        self.rows = rows
        self.rate = rate
        self.seconds = seconds
        self.done = 0
        self.until = 0.0
        self.random = random.Random(7)

    def compose(self) -> ComposeResult:
        yield DataTable[str](cursor_type="row")

    @property
    def grid(self) -> DataTable[str]:
        """The table."""
        return self.query_one(DataTable)

    def on_mount(self) -> None:
        """Fill it."""
        for name in ("No", "Cat", "State", "WS", "Where", "What"):
            self.grid.add_column(name, key=name, width=40 if name == "What" else None)
        for row in self.rows:
            self.grid.add_row(*row, key=row[0])
        self.grid.focus()

    def action_step(self, by: int) -> None:
        """Move the cursor."""
        self.grid.move_cursor(row=self.grid.cursor_row + by)

    def action_updates(self) -> None:
        """Change rows at the rate, as far as it can keep up."""
        self.until = time.monotonic() + self.seconds
        self.set_interval(1 / self.rate, self._change)

    def _change(self) -> None:
        if time.monotonic() < self.until:
            key = self.random.choice(self.rows)[0]
            self.grid.update_cell(key, "Cat", self.random.choice(("I", "II", "III", "Oth")))
            self.done += 1

    def action_leave(self) -> None:
        """End, and say how many changes were made."""
        self.exit(self.done)


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text())
    print(f"changes={Grid(given, float(sys.argv[2]), float(sys.argv[3])).run(mouse=False)}.")

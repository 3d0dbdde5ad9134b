"""The ways of every screen of the console, by keys: back, forms, lists, menus."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from tests.ptys import PATIENCE_S, Pty

QUEUE = re.compile(r"^   No   Cat State", re.MULTILINE)
FORM = "Enter goes on, and after the last question does it"
ESCAPE_S = 0.2
"""So long after Esc the next key does not look like Alt."""
SURELY_S = 0.5
"""A form that stands for so long wants another answer; on a busy machine the last one takes a while."""
STAYS_S = 0.5
"""A cursor that is on the same line for so long stays there; on a busy machine it may still move."""
CURSOR_CELLS = 20
"""So many reversed cells has the line of the cursor, and no other below the header."""
KEEP = ""
"""The answer of a field that is right as it stands."""


@dataclass(slots=True)
class Ways:
    """A terminal, and how one gets about on it."""

    at: Pty

    # -- the ways of every screen ----------------------------------------------------------------

    def back(self) -> None:
        self.at.send("\x1b")
        self.at.settle(ESCAPE_S)

    def home(self) -> None:
        for _ in range(6):
            if QUEUE.search("\n".join(self.at.screen())):
                return
            self.back()
        self.at.wait_for(QUEUE)

    def answer(self, *given: str) -> None:
        """Answer a form: `#3` takes a choice, anything else is written and sent."""
        for each in given:
            if each.startswith("#"):
                self.at.key(each[1:])
            else:
                if each:
                    self.at.paste(each)
                self.at.key("enter")

    def fill(self, *given: str) -> None:
        """Answer a form as far as it matters, and leave the rest of it as it stands."""
        self.at.wait_for(FORM)
        self.answer(*given)
        for _ in range(12):
            self.at.wait_for(lambda lines: not any("Writing ..." in line for line in lines))
            for quiet in (0.1, SURELY_S):
                self.at.settle(quiet)
                if not any(FORM in line for line in self.at.screen()):
                    return
            self.at.key("enter")
        raise AssertionError("the form does not end:\n" + "\n".join(self.at.screen()))

    def yes(self, what: str) -> None:
        """Confirm what the console asks."""
        self.at.wait_for(re.compile(re.escape(what) + r"[^\n]*\?"))
        self.at.key("2")

    def move_to(self, text: str) -> None:
        """Put the cursor of the list on the line that holds a text."""
        self.at.wait_for(text)
        deadline = time.monotonic() + PATIENCE_S
        self.step("g")
        while text not in self.under_the_cursor():
            assert time.monotonic() < deadline, f"{text!r} is not in the list:\n" + "\n".join(
                self.at.screen()
            )
            if not self.step("j"):
                self.step("g")

    def step(self, key: str) -> bool:
        """Move the cursor, and wait until it has; False where it stays."""
        before, deadline = self.under_the_cursor(), time.monotonic() + STAYS_S
        self.at.key(key)
        while self.under_the_cursor() == before:
            if time.monotonic() > deadline:
                return False
        return True

    def under_the_cursor(self) -> str:
        self.at.settle(0.05)
        screen = self.at.screen_
        found = (y for y in range(2, screen.lines - 2) if self._reversed(y) >= CURSOR_CELLS)
        return screen.display[next(found, 0)]

    def _reversed(self, y: int) -> int:
        line = self.at.screen_.buffer[y]
        return sum(line[x].reverse for x in range(self.at.screen_.columns))

    def open_due(self, label: str) -> None:
        """Open what meets a due row."""
        self.home()
        self.at.key("!")
        self.at.wait_for("Left   At")
        self.move_to(label)
        self.at.key("enter")

    def more(self, name: str, *given: str, confirm: str = "") -> None:
        """An act from the list of all acts."""
        self.home()
        self.at.key(".")
        listed = re.compile(rf"^ (\w) {re.escape(name)} ", re.MULTILINE)
        self.at.wait_for("What has happened?")
        self.at.wait_for(listed)
        found = listed.search("\n".join(self.at.screen()))
        assert found is not None
        self.at.key(found[1])
        self.at.wait_for(f"{name} 0001")
        self.fill(*given)
        if confirm:
            self.yes(confirm)
        self.at.wait_for(QUEUE)

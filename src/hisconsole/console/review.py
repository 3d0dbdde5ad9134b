"""The after-action report of an incident on the screen; while it is under review Enter adds an action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisconsole.console.acting import One, draft_of, the_one
from hisconsole.console.form import ActForm
from hisconsole.console.lines import Text
from hisconsole.console.sheet import Sheet
from hisconsole.plan.duty import ACTION
from hisconsole.plan.paper import Paper, lines
from hisconsole.plan.story_turn import subject
from hisconsole.plan.words import State
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk
    from hisconsole.desk.review import Review


class ReviewSheet(Sheet[None]):
    """The report as it comes out of the record now."""

    def __init__(self, one: One) -> None:
        """About which incident."""
        super().__init__()
        self.number = one.number
        self.note = one.note
        self.paper: Paper | None = None
        self.under_review = False
        self._laid: tuple[Paper | None, int, Text] = (None, 0, [])

    def on_mount(self) -> None:
        """Say which one it is about, where several are marked."""
        self.say(self.note)

    def look(self) -> None:
        """Make it from what is on record now."""
        number = self.number = self.console.desk_thread.on_record(self.number)

        def question(desk: Desk) -> Review:
            from hisconsole.desk.review import read_review

            return read_review(desk, number)

        def show(made: Review) -> None:
            self.busy = False
            self.paper = made.paper
            self.under_review = made.found.incident.state is State.REVIEW
            self.draw()

        self.console.ask(question, show, failed=self.refused)

    def title_now(self) -> str:
        """Of which incident."""
        return _("{number}: after-action report").format(number=subject(self.number))

    def text(self, width: int) -> Text:
        """All of it; nothing while it is made. Thousands of lines are broken once, not every second."""
        if self.paper is not None and (self._laid[0] is not self.paper or self._laid[1] != width):
            text: Text = [[(f" {line}", "normal")] for line in lines(self.paper, width - 2)]
            self._laid = (self.paper, width, text)
        return self._laid[2]

    def keys(self) -> str:
        """What can be done."""
        if self.under_review:
            return _("Enter adds an action  Space b a page  j k a line  y copies it  Esc back")
        return _("Space b a page  j k a line  y copies it  Esc back")

    def action_take(self) -> None:
        """Who does what by when, while it is under review."""
        if self.busy:
            return
        if not self.under_review:
            self.say(_("Actions are added while a Category I is under review."))
            return
        draft = draft_of(self.console, ACTION, self.number)
        self.app.push_screen(ActForm(self.console.acts[ACTION], [self.number], {}, draft))

    def copied(self) -> str:
        """All of it."""
        return "\n".join(lines(self.paper, 80)) if self.paper is not None else ""


def report(console: HisConsole) -> None:
    """Open the after-action report of the incident under the cursor."""
    one = the_one(console)
    if one is not None:
        console.push_screen(ReviewSheet(one))

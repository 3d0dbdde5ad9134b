"""The lock over a console: no number can be read, but what comes in can be seen, for patients wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen

from hisconsole.console.acting import is_there
from hisconsole.console.lines import Lines, Said, Text
from hisconsole.console.pick import confirm
from hisconsole.console.place import line_one
from hisconsole.console.rows import Line
from hisconsole.desk.actor import here
from hisconsole.plan.due import duty_label
from hisconsole.plan.pins import MOST, wait_told
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import countdown
from hisconsole.plan.words import label
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk
    from hisconsole.desk.pins import Tried

ROWS = 12
"""Incidents that are listed, those first that nobody has taken."""


class LockScreen(ModalScreen[None], inherit_bindings=False):
    """Line 1, counts, what is next, and a PIN that is typed blind.

    The PIN is held in a buffer that is emptied with Enter; no widget of text ever has it.
    """

    BINDINGS = [
        Binding("enter", "submit", show=False),
        Binding("escape", "empty", show=False),
        Binding("o", "other", show=False),
        Binding("q", "leave", show=False),
        Binding("ctrl+l", "app.redraw", show=False),
    ]

    def __init__(
        self,
        operator: str,
        *,
        since: datetime,
        choose: Callable[[HisConsole], None],
        taken: Callable[[HisConsole, str], None],
        unsure: bool = False,
    ) -> None:
        """Ask `operator` for the PIN; `choose` asks who takes over, `taken` is told who has it.

        `unsure`: the desk has not said yet whether a PIN is wanted, and may have it lifted.
        """
        super().__init__()
        self.operator, self.since = operator, since
        self._owner = operator
        self.unsure = unsure
        self._choose, self._taken = choose, taken
        self._typed = bytearray()
        self._busy = self._ahead = False
        self._again = 0.0

    @property
    def console(self) -> HisConsole:
        """The app, by its own type."""
        return cast("HisConsole", self.app)

    def compose(self) -> ComposeResult:
        """From the top."""
        yield Line(id="status")
        yield Line(id="title")
        yield Lines(id="sheet")
        yield Said(id="said")
        yield Line(id="keys")

    def on_mount(self) -> None:
        """Be current every second: an alarm that comes in is seen here too."""
        self.set_interval(1.0, self.draw)
        self.draw()

    def draw(self) -> None:
        """Bring it up to date; what is the same is not written."""
        if not is_there(self):
            return
        console = self.console
        cells, right = line_one(console)
        self.query_one("#status", Line).show(*cells, right=right)
        title = _("LOCKED since {when}: {who} is at this console").format(
            when=console.clock(self.since), who=self._called(self._owner)
        )
        self.query_one("#title", Line).show((f" {title}", "reverse"))
        self.query_one("#sheet", Lines).show(self._sheet())
        left = int(self._again - time.monotonic() + 0.999)
        if left > 0:
            self.say(wait_told(left))
        elif self._again:
            self._again = 0.0
            self.say(_("Give the PIN."))
        asks = _("PIN of {who}: {typed}").format(
            who=self.operator, typed=_("typing ...") if self._typed else _("digits, then Enter")
        )
        if self.unsure and not self._typed:
            asks = _("Looking who is at this console ...")
        self.query_one("#keys", Line).show(
            (f" {asks}", "bold"), (_("   o another operator   q leaves"), "dim")
        )

    def _sheet(self) -> Text:
        """How many there are, what is next, and which nobody has taken; no words of callers."""
        console, board = self.console, self.console.board
        if board is None:
            return [[]]
        now = console.now()
        count = _("{open} open, {new} not taken, {late} overdue").format(
            open=len(board.rows), new=board.unclaimed, late=board.overdue
        )
        lines: Text = [[], [(f" {count}", "alarm" if board.ringing else "bold")], []]
        rows = sorted(board.rows, key=lambda row: bool(row.acknowledged_by))
        for row in rows[:ROWS]:
            what = f" {subject(row.number)}  {label(row.category):<4} {row.workstation or row.department:<12}"
            taken = row.owner or row.acknowledged_by or _("NOT TAKEN")
            due = ""
            if row.due_at is not None:
                named = duty_label(console.site.plan, row.duty, row.key_of_duty)
                due = f"{named} {countdown(row.due_at, now=now)}"
            lines.append([(what, "normal"), (f" {taken:<12}", "normal"), (f" {due}", "normal")])
        if len(rows) > ROWS:
            lines.append([(_(" and {n} more").format(n=len(rows) - ROWS), "dim")])
        return [*lines, []]

    def _called(self, operator: str) -> str:
        contact = self.console.site.contact(operator)
        return f"{contact.name} ({operator})" if contact is not None else operator

    def say(self, sentence: str) -> None:
        """Say it above the keys."""
        if is_there(self):
            self.query_one("#said", Said).say(sentence)

    def sits(self, operator: str) -> None:
        """It was found out who is at this console."""
        self.operator = self._owner = operator
        self.draw()

    def wants_pin(self) -> None:
        """The desk has said so: only the PIN lifts it."""
        if self.unsure:
            self.unsure = False
            self.say(_("Give the PIN."))
            self.draw()

    def ask_for(self, operator: str) -> None:
        """Somebody else is to give his PIN."""
        self.operator = operator
        self.action_empty()
        self.say(_("{who} gives the PIN.").format(who=self._called(operator)))

    def on_key(self, event: events.Key) -> None:
        """A digit is taken and not shown."""
        digit = event.character or ""
        if event.key == "backspace":
            event.stop()
            del self._typed[-1:]
        elif len(digit) == 1 and digit in "0123456789":
            event.stop()
            if len(self._typed) <= MOST:
                self._typed += digit.encode()
        self.draw()

    def action_empty(self) -> None:
        """Begin the PIN anew."""
        self._typed[:] = bytes(len(self._typed))
        self._typed.clear()
        self.draw()

    def action_other(self) -> None:
        """Somebody else takes the terminal over."""
        if not self.unsure:
            self.action_empty()
            self._choose(self.console)

    def action_leave(self) -> None:
        """End this console; what was begun is kept."""

        def answered(answer: str | None) -> None:
            if answer == "yes":
                self.console.exit(return_code=0)

        self.console.push_over_lock(confirm(_("End this console?"), _("Yes, end it")), answered)

    def action_submit(self) -> None:
        """Have the desk look at the PIN."""
        self._ahead = self._busy
        if self._busy:
            return  # it is typed ahead of an answer that comes first
        actor, pin = here(self.operator), bytes(self._typed)
        self.action_empty()
        self._busy = True
        self.say(_("Looking ..."))

        def job(desk: Desk) -> Tried:
            from hisconsole.desk.people import sit_down

            return sit_down(desk, actor, pin)

        self.console.ask(job, lambda tried: self._answered(actor.operator, tried), failed=self._failed)

    def _failed(self, error: BaseException) -> None:
        self._busy = False
        self.say(str(error))

    def _answered(self, operator: str, tried: Tried) -> None:
        self._busy = False
        if not is_there(self):
            return
        if tried.right:
            self._taken(self.console, operator)
        elif tried.wait_s:
            self._again = time.monotonic() + tried.wait_s
            self.draw()
        elif not tried.taken:
            sentence = _(
                "{who} has no PIN: a director sets one on this host, or root does: operators pin {id}."
            )
            self.say(sentence.format(who=self._called(operator), id=operator))
        else:
            self.say(_("Wrong PIN ({n} in a row).").format(n=tried.wrong))
            if self._ahead:
                self.action_submit()

"""Mode 1: the queue of open incidents, most urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import on
from textual.widget import Widget

from hisconsole.console.filter import Entry, Filtered
from hisconsole.console.pick import Choice, Pick
from hisconsole.console.rows import Line, RowList
from hisconsole.console.show import draw_queue, queue_head
from hisconsole.plan.queue import Haystacks, Row, wanted
from hisconsole.plan.story_turn import subject
from hisconsole.plan.words import symptom_label
from hisconsole.text import _


class QueueScreen(Filtered):
    """The queue."""

    place = "queue"

    def __init__(self) -> None:
        """Begin with everything that is open."""
        super().__init__()
        self.view = ""
        self.held: Sequence[Row] | None = None
        self._awaited = (0, 0)
        self._led = False
        self._reading = True
        self._haystacks = Haystacks()

    def body(self) -> Iterable[Widget]:
        """A header, the list, the filter."""
        yield Line(id="head")
        yield RowList[Row](
            key=lambda row: row.number,
            draw=draw_queue(self.console.now, self.console.site.zone, self.console.screens_data.glyphs),
            empty=_(" Nothing is open here. Press n when the telephone rings."),
            moved=self.read_out,
        )
        yield Entry(id="filter")

    def on_resize(self) -> None:
        """The header has more columns where there is room."""
        self.query_one("#head", Line).show((queue_head(self.size.width), "underline"))

    def picture(self, *, fresh: bool = True) -> None:
        """Show the board through the filter, or count what has changed while held."""
        board = self.console.board
        if board is None:
            return
        rows = board.rows if self.held is None else self.held
        if self.filter:
            keep = wanted(
                self.filter,
                me=self.console.operator,
                now=self.console.now(),
                haystack=self._haystacks,
            )
            rows = tuple(row for row in rows if keep(row))
        self._led = True
        self.rows.set_rows(rows, fresh=fresh)
        number, seq = self._awaited
        if number and (self.rows.move_to(number) or board.seq >= seq):
            self._awaited = (0, 0)
        self._led = False
        if self._reading:
            self._tell_filter()

    def await_row(self, number: int, *, seq: int) -> None:
        """Put the cursor on an incident as soon as the picture has it, at the latest with event `seq`."""
        self._awaited = (number, seq)
        self.picture()

    @property
    def busy(self) -> bool:
        """Whether the cursor is about to move: keys typed ahead wait for that."""
        return self._awaited != (0, 0) and self.console.trouble is None

    def say(self, sentence: str) -> None:
        """As everywhere; neither filter nor words of a row push it away until the operator moves on."""
        self._reading = False
        super().say(sentence)

    def minute(self) -> None:
        """Ages and times left have moved on."""
        self.rows.repaint()

    def _tell_filter(self) -> None:
        if self.filter and self.console.board:
            name = f"{self.view} - " if self.view else ""
            shown, all_rows = len(self.rows.rows), len(self.console.board.rows)
            super().say(
                _("Queue > {name}{filter} ({shown} of {all}); Esc shows all").format(
                    name=name, filter=self.filter, shown=shown, all=all_rows
                )
            )

    def targets(self) -> list[int]:
        """The marked incidents, else the one under the cursor."""
        return [row.number for row in self.rows.targets()]

    def versions(self) -> dict[int, int]:
        """The versions the operator sees, for compare-and-set."""
        return {row.number: row.version for row in self.rows.rows}

    def acted(self) -> None:
        """Marks have served their purpose."""
        self.rows.unmark()

    def read_out(self) -> None:
        """Show the words in full below, where the column cuts them."""
        row = self.rows.cursor_row
        if row is None or (self._led and not self._reading):
            return
        self._reading = True
        if self.filter:
            self._tell_filter()
            return
        what = row.words or (symptom_label(row.symptom) if row.symptom else "")
        super().say(f"{subject(row.number)} {row.workstation}  {what}")

    @on(RowList.Selected)
    def open_incident(self, message: RowList.Selected) -> None:
        """Enter opens the incident."""
        self.console.open_incident(int(str(message.key)))

    def set_filter(self, expression: str, view: str = "") -> None:
        """Put a filter in force."""
        super().set_filter(expression)
        self.view = view
        self._reading = True
        self.picture(fresh=False)
        if not self.filter:
            self._haystacks.clear()
            self.say(view)

    def do_back(self) -> bool:
        """Close and clear the filter, then the marks."""
        if super().do_back():
            return True
        if self.rows.marked:
            self.rows.unmark()
            return True
        self.rows.looked()
        return False

    def do_views(self) -> None:
        """Choose a saved view."""
        views = self.console.screens_data.views
        choices = [Choice(str(at), _(view.name), view.filter) for at, view in enumerate(views)]

        def chosen(answer: str | None) -> None:
            if answer is not None:
                view = views[int(answer)]
                self.set_filter(view.filter, _(view.name))

        self.app.push_screen(Pick(_("Views of the queue"), choices), chosen)

    def do_pause(self) -> None:
        """Hold the picture still, or let it run again."""
        board = self.console.board
        if self.held is None and board is not None:
            self.held = board.rows
        else:
            self.held = None
            self.picture()
        self.refresh_status()

    def held_changes(self) -> int | None:
        """How many incidents differ from the picture that is held."""
        board = self.console.board
        if self.held is None or board is None:
            return None
        held = {row.number: row.version for row in self.held}
        now = {row.number: row.version for row in board.rows}
        return len(set(held.items()) ^ set(now.items()))

    def do_mark(self) -> None:
        """Mark the line."""
        self.rows.action_mark()

    def copied(self) -> str:
        """Number and words of the incident."""
        row = self.rows.cursor_row
        return f"{subject(row.number)} {row.workstation} {row.words}" if row else ""

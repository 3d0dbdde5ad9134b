"""Mode 4: the summary of the turn, answered item by item; what happened since; routines and notes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual import on
from textual.widget import Widget

from hisconsole.console import handover_acts as acts
from hisconsole.console.acting import is_there
from hisconsole.console.handover_rows import Duty, Handed, Head, News, Page, Row, draw, left, rows_of, waits
from hisconsole.console.page import Page as TextPage
from hisconsole.console.pick import Pick
from hisconsole.console.place import Place
from hisconsole.console.rows import Cell, Line, Look, RowList
from hisconsole.console.status_show import Tab, tabs_line
from hisconsole.plan.events import SITE
from hisconsole.plan.handover import Asks
from hisconsole.plan.polling_gaps import gaps_of
from hisconsole.plan.story import tell
from hisconsole.plan.times import clock
from hisconsole.plan.watching import SELF
from hisconsole.text import _, ngettext

if TYPE_CHECKING:
    from hisconsole.desk.desk import Desk
    from hisconsole.desk.handover import Looked, Seen
    from hisconsole.plan.picture import History


RESTS = 9
"""So many times as long as a look took is waited before the next that nobody asked for."""
REST_S = 3.0
"""It is waited no longer than this: what was acknowledged is to be seen soon."""


class HandoverScreen(Place):
    """The turn of duty and how it is handed over."""

    place = "handover"

    def __init__(self) -> None:
        """Nothing is known yet."""
        super().__init__()
        self.page = Page.SUMMARY
        self.looked: Looked | None = None
        self._read = -1
        self._asking = False
        self._rests_until = 0.0
        self._woken = False
        self._reports: Sequence[datetime] = ()

    def body(self) -> Iterable[Widget]:
        """Whose turn it is, the pages, the list."""
        yield Line(id="title")
        yield Line(id="tabs")
        yield RowList[Row](
            key=lambda row: row.key, draw=self._draw, empty=_(" Nothing is here. ] turns the page.")
        )

    # -- what is shown ---------------------------------------------------------------------------

    def picture(self) -> None:
        """Read again when the record has moved on; one question at a time, and with rests between."""
        board = self.console.board
        seq = board.seq if board else 0
        if seq == self._read or self._asking:
            return
        rest = self._rests_until - time.monotonic()
        if rest <= 0:
            self._look(seq)
        elif not self._woken:
            self._woken = True
            self.set_timer(rest, self._wake)

    def _wake(self) -> None:
        self._woken = False
        self.picture()

    def minute(self) -> None:
        """A draft is as of now."""
        if not self._asking:
            self._look(self._read)

    def _look(self, seq: int, then: Callable[[Looked], None] | None = None) -> None:
        self._read, self._asking = seq, True
        self.console.ask_readings(lambda readings: readings.history(SELF, "rate"), self._heard)
        seen = self.seen()

        def question(desk: Desk) -> tuple[Looked, float]:
            from hisconsole.desk.handover import look

            began = time.monotonic()
            return look(desk, seen), time.monotonic() - began

        def show(answer: tuple[Looked, float]) -> None:
            # A summary of hundreds of incidents takes the desk a second, and acts wait for it meanwhile.
            looked, took = answer
            self._rests_until = time.monotonic() + min(RESTS * took, REST_S)
            self._show(looked)
            if then is not None and is_there(self):
                then(looked)

        def failed(error: BaseException) -> None:
            self._asking = False
            self.say(str(error))

        self.console.ask(question, show, failed=failed)

    def seen(self) -> Seen:
        """What the watch sees, as this console knows it, and when nobody watched."""
        from hisconsole.desk.handover import Seen

        turn = self.looked.standing.turn if self.looked else None
        gaps = gaps_of(self._reports, since=turn.since, until=self.console.now()) if turn else ()
        return Seen(self.console.lookout.picture, gaps=gaps)

    def _heard(self, reports: History) -> None:
        self._reports = [each[0] for each in reports]

    def _show(self, looked: Looked) -> None:
        self._asking = False
        if not is_there(self):
            return
        self.looked = looked
        self._fill()
        self.picture()

    def _fill(self, *, fresh: bool = True) -> None:
        looked = self.looked
        if looked is None:
            return
        self.query_one("#title", Line).show((f" {self._title(looked)}", "bold"))
        names = {Page.SUMMARY: _("Summary"), Page.SINCE: _("Since then"), Page.SHIFT: _("Shift")}
        tabs = [Tab(names[page], len(rows_of(looked, page)), left(looked, page)) for page in Page]
        self.query_one("#tabs", Line).show(*tabs_line(tabs, self.page))
        self.rows.set_rows(rows_of(looked, self.page), fresh=fresh)
        if not self.rows.rows and self.page is Page.SINCE and looked.offered is None:
            self.say(_("Nothing is offered, so nothing is new."))

    def _title(self, looked: Looked) -> str:
        turn, offered = looked.standing.turn, looked.offered
        if turn is None:
            return _("Nobody has the duty yet: o takes it.")
        name = self._called(turn.person)
        until = _(" until {when}").format(when=self._short(turn.until)) if turn.until else ""
        if offered is None:
            back = turn.offers[-1].questions if turn.offers else ""
            if back:
                return f"T{turn.number} {name}{until}; " + _("returned: {questions}").format(questions=back)
            shift = f" ({turn.shift})" if turn.shift else ""
            since = _("since {when}").format(when=self._short(turn.since))
            return f"T{turn.number} {name} {since}{until}{shift}"
        waits = len(looked.standing.missing)
        state = (
            ngettext("{n} item waits", "{n} items wait", waits).format(n=waits)
            if waits
            else _("all is acknowledged")
        )
        return f"T{turn.number} {name}{until} > {self._called(offered.to)}: {state}"

    def _called(self, person: str) -> str:
        contact = self.console.site.contact(person)
        return contact.name if contact else person

    def _short(self, moment: datetime) -> str:
        return clock(moment, zone=self.console.site.zone, now=self.console.now())

    def _draw(self, row: Row, width: int, look: Look) -> Sequence[Cell]:
        return draw(self._short, self._called)(row, width, look)

    # -- keys ------------------------------------------------------------------------------------

    @on(RowList.Selected)
    def open_row(self) -> None:
        """Enter opens what the cursor is on: an item in full, a routine to be done, an incident."""
        row = self._row
        if isinstance(row, Handed):
            self.app.push_screen(TextPage(row.entry.title, self._lines(row)))
        elif isinstance(row, News):
            short = self._short
            lines = [
                f"{short(each.at)}  {self._called(each.actor)}: {tell(each, clock=short)}"
                for each in row.delta.events
            ]
            self.app.push_screen(TextPage(_("Since the summary"), lines))
        elif isinstance(row, Duty):
            acts.routine(self, row.duty, done=True)
        elif isinstance(row, Head):
            self.say(row.section.note or row.section.title)

    def _lines(self, row: Handed) -> list[str]:
        entry = row.entry
        lines = [f"{each.name}: {each.text}" for each in entry.lines]
        offered = self.looked.offered if self.looked else None
        said = offered.restated.get(entry.key) if offered else None
        if said is not None:
            when = self._short(said.action_at)
            lines += ["", _("Restated: {text}").format(text=said.text)]
            lines.append(_("Next: {action}, {when}").format(action=said.action, when=when))
        if row.objection:
            lines += ["", _("Understood wrongly: {text}").format(text=row.objection)]
        return lines

    @property
    def _row(self) -> Row | None:
        found = self.rows.targets()
        return found[0] if found else None

    def do_take(self) -> None:
        """Acknowledge what is marked or under the cursor."""
        rows = self.rows.targets()
        offered = self.looked.offered if self.looked else None
        if isinstance(rows[0] if rows else None, Duty):
            self.open_row()
            return
        if offered is None:
            self.say(_("Nothing is offered: there is nothing to acknowledge yet."))
            return
        worded = next(
            (row for row in rows if isinstance(row, Handed) and row.entry.asks is Asks.RESTATE), None
        )
        fresh = next((row for row in rows if isinstance(row, News) and row.restate), None)
        quiet = [row.key for row in rows if isinstance(row, Handed) and row.entry.asks is Asks.SILENCE]
        plain = [row.key for row in rows if isinstance(row, Handed) and row.entry.asks is Asks.TAKE]
        seen = {row.delta.incident: row.delta.seq for row in rows if isinstance(row, News)}
        if plain or seen:
            acts.take(self, plain, seen)
            self.rows.unmark()
            self._go_on()
        if quiet:
            acts.silence(self, quiet, _("What becomes of the silence?"))
        elif worded is not None:
            acts.restate(self, worded.key, worded.entry.title)
        elif fresh is not None:
            number = fresh.delta.incident
            acts.restate(
                self, f"incident:{number}", _("{number} came up since").format(number=f"{number:04d}")
            )
        elif not plain and not seen:
            self.say(_("This is to be read; there is nothing to acknowledge."))

    def _go_on(self) -> None:
        """The cursor goes on to what waits next."""
        place, _count = self.rows.position
        waiting = (row for row in self.rows.rows[place:] if waits(row))
        if (row := next(waiting, None)) is not None:
            self.rows.move_to(row.key)

    def do_skip(self) -> None:
        """A routine was not done, and why."""
        if isinstance(row := self._row, Duty):
            acts.routine(self, row.duty, done=False)
        else:
            self.say(_("This is for a routine that was not done."))

    def do_hand(self) -> None:
        """Take, offer, confirm, or accept: what comes next for whoever presses it, as it stands by then."""
        self._look(self._read, self._hand_on)

    def _hand_on(self, looked: Looked) -> None:
        allowed = [each.key for each in acts.choices_of(looked, self.console.operator)]
        ways = acts.ONWARD if looked.standing.turn is not None else ("begin",)
        next_ = next((key for key in ways if key in allowed), None)
        if next_ is None:
            self.say(self._why_not(looked))
        else:
            acts.WAYS[next_](self)

    def _why_not(self, looked: Looked) -> str:
        turn, offered = looked.standing.turn, looked.offered
        if offered is not None and offered.to == self.console.operator:
            key = looked.standing.missing[0].key
            waits = looked.document.entry(key)
            return _("First acknowledge what waits (a): {first}.").format(
                first=waits.title if waits is not None else key
            )
        if offered is not None:
            return _("{who} has not answered yet.").format(who=self._called(offered.to))
        return _("{who} has the duty.").format(who=self._called(turn.person if turn else ""))

    def do_more(self) -> bool:
        """All that can be done here now."""
        self._look(self._read, self._menu)
        return True

    def _menu(self, looked: Looked) -> None:
        def chosen(name: str | None) -> None:
            if name is not None:
                acts.WAYS[name](self)

        self.app.push_screen(Pick(_("The duty"), acts.choices_of(looked, self.console.operator)), chosen)

    def do_tab(self, step: int = 1) -> None:
        """The next page."""
        self.page = Page((self.page + step) % len(Page))
        self._fill(fresh=False)
        self.rows.action_first()

    def do_tab_back(self) -> None:
        """The page before."""
        self.do_tab(-1)

    def targets(self) -> list[int]:
        """The incident an item is about."""
        row = self._row
        if isinstance(row, News):
            return [row.delta.incident] if row.delta.incident > SITE else []
        if isinstance(row, Handed) and row.key.startswith("incident:"):
            return [int(row.key.partition(":")[2])]
        return []

    def copied(self) -> str:
        """The line in words."""
        row = self.rows.cursor_row
        if isinstance(row, Handed):
            return row.entry.summary
        return row.section.title if isinstance(row, Head) else ""

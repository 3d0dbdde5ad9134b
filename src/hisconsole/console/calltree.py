"""The call list: whom to call next, one key for what came of it, the words to say (domain 5.7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.containers import VerticalScroll

from hisconsole.console.acting import One, draft_of, perform, the_one
from hisconsole.console.calltree_show import (
    OUTCOMES,
    READ_BACK,
    STARTS,
    first_number,
    how_it_stands,
    outcome_keys,
    person_line,
    under_the_cursor,
)
from hisconsole.console.form import ActForm
from hisconsole.console.lines import Text, hanging
from hisconsole.console.sheet import Sheet
from hisconsole.desk.actor import act_id
from hisconsole.plan.calltree import Row, Turn, runs
from hisconsole.plan.outreach import Decision, NumberKind
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import clock
from hisconsole.plan.words import YesNo
from hisconsole.text import _

if TYPE_CHECKING:
    from datetime import datetime

    from hisconsole.console.app import HisConsole
    from hisconsole.desk.calling import CallList
    from hisconsole.desk.desk import Desk

FRAME = 3
"""Lines that are not the text: the title, the sentence, the keys."""


class CallSheet(Sheet[None]):
    """The people to be called about one incident; Enter claims one, a digit says what came of it."""

    BINDINGS = [
        *(Binding(digit, f"outcome('{digit}')", show=False) for digit in OUTCOMES),
        Binding("d", "deputy", show=False),
        Binding("f", "in_full", show=False),
        Binding("tab", "turn", show=False),
    ]

    def __init__(self, one: One) -> None:
        """About one incident."""
        super().__init__()
        self.one = one
        self.number = one.number
        self.seen: CallList | None = None
        self.cursor = ""
        """Whom one calls in the place of the person under the cursor."""
        self.speaking = False

    def on_mount(self) -> None:
        """Say which one it is about, where several are marked."""
        self.say(self.one.note)

    def look(self) -> None:
        """See how the calls stand; the cursor keeps its person, and begins at whom to call first."""
        number = self.number = self.console.desk_thread.on_record(self.number)
        picture = self.console.lookout.picture

        def question(desk: Desk) -> CallList:
            from hisconsole.desk.calling import look

            return look(desk, number, picture)

        def show(seen: CallList) -> None:
            self.busy = False
            self.seen = seen
            if seen.tree.row(self.cursor) is None:
                self._to_next()
            self.draw()

        self.console.ask(question, show, failed=self.refused)

    def _to_next(self) -> None:
        """Put the cursor on whom one is calling, or on whom to call next."""
        rows = self.seen.tree.rows if self.seen is not None else ()
        mine = [row.contact for row in rows if self._mine(row)]
        ahead = [row.contact for row in rows if row.offered]
        first = [row.contact for row in rows]
        self.cursor = next(iter([*mine, *ahead, *first]), "")

    @property
    def row(self) -> Row | None:
        """The person under the cursor."""
        return self.seen.tree.row(self.cursor) if self.seen is not None else None

    @property
    def deputy(self) -> str:
        """The deputy whom one is calling in the place of the person under the cursor, as the claim says."""
        claims = self.seen.incident.dialling if self.seen is not None else ()
        mine = (each for each in claims if each.by == self.console.operator and each.contact == self.cursor)
        return next((each.deputy for each in mine), "")

    def _mine(self, row: Row) -> bool:
        return row.turn is Turn.CALLING and row.by == self.console.operator

    def _short(self, moment: datetime) -> str:
        return clock(moment, zone=self.console.site.zone, now=self.console.now())

    def title_now(self) -> str:
        """Which incident."""
        number = subject(self.number)
        if self.seen is None:
            return _("Call list {number}").format(number=number)
        decided = self.seen.incident.decided
        if decided is None or decided.held:
            return _("Call list {number}").format(number=number)
        told = _("Call list {number}: the leading group is to be told, {who} {when}").format(
            number=number, who=decided.by, when=self._short(decided.at)
        )
        return f"{told} - {decided.reason}" if decided.reason else told

    def keys(self) -> str:
        """What can be done."""
        turn = _("the list") if self.speaking else _("what to say")
        return _("Enter dial  1-8 what came of it  d deputy  f in full  Tab {turn}  Esc back").format(
            turn=turn
        )

    def text(self, width: int) -> Text:
        """How it stands, the people, and the words below or on a page of their own."""
        seen = self.seen
        if seen is None:
            return []
        if not seen.tree.rows:
            told = runs(seen.incident)
            nobody = _("Nobody is to be told yet: e decides that. f writes down a call that was made.")
            bare = _("No order of calls is on record: the menu (.) escalates it once more.")
            return hanging(" ", bare if told else nobody, width)
        lines, words = self._people(seen, width), self._words(width)
        if len(lines) + len(words) <= self.size.height - FRAME:
            return lines + words
        return self._speaking(seen, width) if self.speaking else lines

    def _people(self, seen: CallList, width: int) -> Text:
        lines = how_it_stands(seen, self._short, self.console.now(), width)
        for row in seen.tree.rows:
            here = row.contact == self.cursor
            lines.append(person_line(row, seen, self._short, here=here, width=width))
        if (at := self.row) is not None:
            lines += under_the_cursor(at, seen, width, mine=self._mine(at), deputy=self.deputy)
        return lines

    def _words(self, width: int) -> Text:
        script = self.seen.script if self.seen is not None else ""
        return [[(f" {_('Say:')}", "bold")], *hanging("   ", script, width)]

    def _speaking(self, seen: CallList, width: int) -> Text:
        """The words, below whom one says them to."""
        at = self.row
        if at is None or not self._mine(at):
            return self._words(width)
        whom = person_line(at, seen, self._short, here=True, width=width)
        keys = under_the_cursor(at, seen, width, mine=True, deputy=self.deputy)
        return [whom, *keys, *self._words(width)]

    def action_turn(self) -> None:
        """From whom to call to what to say, and back."""
        self.speaking = not self.speaking
        self.query_one(VerticalScroll).scroll_home(animate=False)
        self.draw()

    def copied(self) -> str:
        """What is to be said."""
        return self.seen.script if self.seen is not None else ""

    def action_move(self, lines: int) -> None:
        """Another person; on the page of words, further down."""
        rows = self.seen.tree.rows if self.seen is not None else ()
        if self.speaking or not rows:
            super().action_move(lines)
            return
        at = next((at for at, row in enumerate(rows) if row.contact == self.cursor), 0)
        self.cursor = rows[max(0, min(len(rows) - 1, at + lines))].contact
        self.draw()
        self._reveal()

    def _reveal(self) -> None:
        """Scroll so far that the cursor is seen."""
        scroll = self.query_one(VerticalScroll)
        lines = self.text(self.size.width)
        at = next((at for at, line in enumerate(lines) if line and line[0][0] == " > "), 0)
        if not scroll.scroll_y <= at < scroll.scroll_y + scroll.size.height:
            scroll.scroll_to(y=max(0, at - scroll.size.height // 2), animate=False)

    def action_take(self) -> None:
        """Enter: say that one calls this person, so that nobody else does."""
        self._dial("")

    def action_deputy(self) -> None:
        """Call the deputy in the place of somebody who was missed."""
        row = self.row
        if row is None or not row.deputy_offered:
            self.say(_("There is no deputy to be called for this one now."))
            return
        self._dial(row.deputy)

    def _dial(self, deputy: str) -> None:
        row = self.row
        if self.busy or row is None:
            return
        if row.turn is Turn.WRONG and not deputy:
            self.say(_("No number of theirs is right. f writes down how else they were reached."))
            return
        if self._mine(row) and deputy == self.deputy:
            self._speak()
            self.draw()
            self.say(_("You are calling them: a digit says what came of it."))
            return
        self._perform("dial", {"contact": row.contact, "deputy": deputy}, self._speak)

    def action_outcome(self, digit: str) -> None:
        """What came of the call one is making; then it is the next person's turn."""
        row, seen = self.row, self.seen
        if self.busy or row is None or seen is None:
            return
        if not self._mine(row):
            self.say(_("Enter first: it tells the others whom you call. f writes down a call as a whole."))
            return
        if digit not in outcome_keys(row, deputy=self.deputy):
            self.say(_("{who} may not start the plan.").format(who=seen.name(self.deputy or row.contact)))
            return
        number = first_number(self.deputy, seen) if self.deputy else row.number
        given = {
            "contact": self.deputy or row.contact,
            "instead_of": row.contact if self.deputy else "",
            "number": (number or NumberKind.MOBILE).value,
            "outcome": OUTCOMES[digit].value,
            "read_back": (YesNo.YES if digit == READ_BACK else YesNo.NO).value,
            "decision": (Decision.START if digit == STARTS else Decision.NONE).value,
        }
        self._perform("called", given, self._forget)

    def _speak(self) -> None:
        """Somebody is being called: where the list leaves no room, the words come to the front."""
        self.speaking = True
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def _forget(self) -> None:
        """The call is over: the next look puts the cursor on whom to call now."""
        self.speaking = False
        self.cursor = ""

    def _perform(self, act: str, given: dict[str, str], done: Callable[[], None]) -> None:
        self.busy = True
        self.say(_("Writing ..."))

        def finished() -> None:
            done()
            self.say("")
            self.look()  # busy until the list is that after the act: keys typed ahead mean that one

        perform(
            self.console,
            self.console.acts[act],
            [self.number],
            {name: value for name, value in given.items() if value},
            versions={},
            first_id=act_id(),
            done=finished,
            refused=self.refused,
        )

    def action_in_full(self) -> None:
        """The whole form of a call: who answered, what they decided, when it was."""
        if self.busy:
            return
        given = {"contact": self.deputy or self.cursor, "instead_of": self.cursor if self.deputy else ""}
        form = ActForm(
            self.console.acts["called"],
            [self.number],
            {},
            draft_of(self.console, "called", self.number),
            given=given,
        )

        def back(_done: bool | None) -> None:
            if self.row is None or not self._mine(self.row):
                self._forget()
            self.look()

        self.app.push_screen(form, back)


def call_list(console: HisConsole) -> None:
    """Open the call list of the incident under the cursor."""
    one = the_one(console)
    if one is not None:
        console.push_screen(CallSheet(one))

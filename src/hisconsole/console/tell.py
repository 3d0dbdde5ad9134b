"""Feedback: the message to be read out on top, below it everybody who is owed it, one key each (plan 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.widget import Widget

from hisconsole.console.acting import One, draft_of, is_there, on_record, perform, the_one
from hisconsole.console.filter import Entry, Filtered
from hisconsole.console.form import ActForm
from hisconsole.console.lines import Lines, hanging
from hisconsole.console.page import Page
from hisconsole.console.pick import confirm
from hisconsole.console.rows import Cell, Look, RowList
from hisconsole.console.rows import Line as Bar
from hisconsole.console.show import WIDE
from hisconsole.console.told import Shown, ToldForm, came_of_it
from hisconsole.desk.actor import act_id
from hisconsole.desk.telling import Telling
from hisconsole.plan.outreach import Channel
from hisconsole.plan.story_turn import subject
from hisconsole.plan.times import clock
from hisconsole.plan.words import YesNo
from hisconsole.text import _, fit, ngettext

if TYPE_CHECKING:
    from datetime import datetime

    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk

MOST_LINES = 9
"""Lines of the message above the list at 80x24; `]` shows the whole of a longer one."""


def ask_telling(console: HisConsole, number: int, answer: Callable[[Telling], None]) -> None:
    """Look how the feedback of an incident stands."""

    def question(desk: Desk) -> Telling:
        from hisconsole.desk.telling import look

        return look(desk, number)

    console.ask(question, answer)


class TellScreen(Filtered):
    """The list of one incident: who is owed a message stays on it until he is reached."""

    place = "tell"

    def __init__(self, one: One, seen: Telling) -> None:
        """Begin with what was seen when it was opened."""
        super().__init__()
        self.one = one
        self.seen = seen
        self.everybody = False
        self._on_list: dict[str, None] = {}
        self._writing: set[str] = set()
        self._read = -1

    def body(self) -> Iterable[Widget]:
        """What is sent, the words, the list."""
        yield Bar(id="title")
        yield Lines(id="words")
        yield Bar(id="head")
        yield RowList[Shown](
            key=lambda shown: shown.line.key,
            draw=self._draw,
            empty=_(" Everybody has been reached. t sends the next message, Esc goes back."),
            moved=self.other,
        )
        yield Entry(id="filter")

    def on_mount(self) -> None:
        """Show the list."""
        self.show(self.seen)

    def on_resize(self) -> None:
        """Lines break elsewhere in another width."""
        self._top()

    # -- what is shown ---------------------------------------------------------------------------

    def picture(self) -> None:
        """Look again when the record has moved on."""
        board = self.console.board
        seq = board.seq if board else 0
        if seq != self._read:
            self._read = seq
            self.one = on_record(self.console, self.one)
            ask_telling(self.console, self.one.number, self.show)

    def minute(self) -> None:
        """Ages have moved on."""
        self.rows.repaint()

    def show(self, seen: Telling) -> None:
        """Show how it stands; who was on the list stays in his line, reached or not."""
        if not is_there(self):
            return
        self.seen = seen
        self._on_list.update(dict.fromkeys(line.key for line in seen.owed))
        self._fill()
        self._top()

    def _fill(self, *, fresh: bool = True) -> None:
        """The list: first who was owed it since this was opened, in the order in which he came."""
        known = {line.key: line for line in self.seen.lines}
        shown = [known[key] for key in self._on_list if key in known]
        if self.everybody:
            shown += [line for key, line in known.items() if key not in self._on_list]
        words = self.filter.casefold().split()
        self.rows.set_rows(
            [
                Shown(line, line.key in self._writing)
                for line in shown
                if all(word in f"{line.name} {line.key} {line.phone}".casefold() for word in words)
            ],
            fresh=fresh,
        )

    def _top(self) -> None:
        number, last = self.one.number, max(self.seen.messages, default=0)
        owed, all_of_them = len(self.seen.owed), len(self.seen.lines)
        title = _(" Incident {number}, message {message}: {reached} of {all} reached").format(
            number=subject(number), message=last, reached=all_of_them - owed, all=all_of_them
        )
        self.query_one("#title", Bar).show((title, "reverse"))
        words = hanging(" ", self.text_now(), self.size.width, look="bold")
        room = MOST_LINES + max(0, self.size.height - 24)
        if len(words) > room:
            words = [*words[: room - 1], [(_(" ... ] shows all of it"), "dim")]]
        self.query_one("#words", Lines).show(words)
        phone = 16 if self.size.width >= WIDE else 13
        head = f"   {_('Who'):<{self._name_width(self.size.width)}}{_('Ring'):<{phone}}{_('Told')}"
        self.query_one("#head", Bar).show((head, "underline"))

    def text_now(self) -> str:
        """What is to be read to whom the cursor is on: his message."""
        row = self.rows.cursor_row
        number = row.line.to.message if isinstance(row, Shown) else max(self.seen.messages, default=0)
        return self.seen.texts.get(number, "")

    @staticmethod
    def _name_width(width: int) -> int:
        return max(20, min(48, width - 52))

    def _draw(self, shown: Shown, width: int, look: Look) -> Sequence[Cell]:
        line = shown.line
        wide = width >= WIDE
        words, weight = came_of_it(shown, self._short)
        flag = "*" if look.marked else "+" if look.new else " "
        mark = "." if line.to.reached else "!"
        return [
            (flag, "bold"),
            (f"{mark} ", "dim" if line.to.reached else "bold"),
            (fit(line.name, self._name_width(width) - 1) + " ", "dim" if line.to.reached else "normal"),
            (fit(line.phone or "-", 15 if wide else 12) + " ", "dim" if line.to.reached else "bold"),
            (words, weight),
        ]

    def _short(self, moment: datetime) -> str:
        return clock(moment, zone=self.console.site.zone, now=self.console.now())

    def other(self) -> None:
        """The words are those of the message that this one is owed."""
        if len(self.seen.texts) > 1:
            self._top()

    # -- what the keys do ------------------------------------------------------------------------

    def targets(self) -> list[int]:
        """The incident this is about."""
        return [self.one.number]

    def versions(self) -> dict[int, int]:
        """The version that was read."""
        return {self.one.number: self.seen.incident.version}

    def do_reached(self) -> None:
        """He was told."""
        self._tell(YesNo.YES, YesNo.NO)

    def do_read_back(self) -> None:
        """He was told and has repeated it."""
        self._tell(YesNo.YES, YesNo.YES)

    def do_unreached(self) -> None:
        """Nobody took it; it comes up again."""
        self._tell(YesNo.NO, YesNo.NO)

    def _tell(self, reached: YesNo, read_back: YesNo) -> None:
        """Record what came of it for the marked ones or the one under the cursor, and go on to the next."""
        rows = [row for row in self.rows.targets() if isinstance(row, Shown)]
        if not rows:
            self.say(_("There is nobody under the cursor."))
            return
        keys = [row.line.key for row in rows]
        self.rows.unmark()
        self._record(keys, {"recipients": "\n".join(keys), "reached": reached, "read_back": read_back})
        self._go_on(keys)

    def _go_on(self, done: Sequence[str]) -> None:
        """To the next one below who is still owed it, else the first."""
        rows = [row for row in self.rows.rows if isinstance(row, Shown)]
        at = next((at for at, row in enumerate(rows) if row.line.key == self.rows.cursor_key), 0)
        for row in (*rows[at:], *rows[:at]):
            if row.line.to.reached is None and not row.writing and row.line.key not in done:
                self.rows.move_to(row.line.key)
                return

    def _record(self, keys: Sequence[str], given: dict[str, str]) -> None:
        self._writing.update(keys)
        self._fill()

        def settled() -> None:
            self._writing.difference_update(keys)
            ask_telling(self.console, self.one.number, self.show)

        def refused(error: BaseException) -> None:
            settled()
            self.console.say(str(error))

        perform(
            self.console,
            self.console.acts["told"],
            [self.one.number],
            given,
            versions={},  # two may work one list: the act itself sees who was reached meanwhile
            first_id=act_id(),
            done=settled,
            refused=refused,
        )

    def do_rest(self) -> None:
        """Everybody who is left, at once, by broadcast; it asks once."""
        owed = [line.key for line in self.seen.owed if line.key not in self._writing]
        if not owed:
            self.say(_("Everybody has been reached."))
            return

        def answered(answer: str | None) -> None:
            if answer == "yes":
                given = {"recipients": "\n".join(owed), "reached": YesNo.YES, "channel": Channel.BROADCAST}
                self._record(owed, {name: str(value) for name, value in given.items()})

        question = ngettext(
            "Incident {number}: told the one who is left by broadcast?",
            "Incident {number}: told all {n} who are left by broadcast?",
            len(owed),
        )
        self.app.push_screen(
            confirm(
                question.format(number=subject(self.one.number), n=len(owed)),
                _("Yes, the broadcast was made"),
            ),
            answered,
        )

    def do_everybody(self) -> None:
        """Who was reached before this was opened too, or only who was owed it."""
        self.everybody = not self.everybody
        self._fill(fresh=False)

    def do_mark(self) -> None:
        """Mark the line."""
        self.rows.action_mark()

    def do_tab(self) -> None:
        """The whole message on a page."""
        self.app.push_screen(Page(_("To be read out"), [self.text_now()]))

    @on(RowList.Selected)
    def details(self) -> None:
        """Enter: who took it, how, whether it was read back."""
        row = self.rows.cursor_row
        if isinstance(row, Shown):
            self.app.push_screen(ToldForm(self.console, self.one, row.line))

    def set_filter(self, expression: str) -> None:
        """Narrow the list."""
        super().set_filter(expression)
        self._fill(fresh=False)

    def do_back(self) -> bool:
        """The filter first, then the marks."""
        if super().do_back():
            return True
        if self.rows.marked:
            self.rows.unmark()
            return True
        return False

    def copied(self) -> str:
        """What is to be said."""
        return self.text_now()


def tell(console: HisConsole) -> None:
    """Open the list of the incident under the cursor; where nobody is owed a message, word the next one."""
    one = the_one(console)
    if one is None:
        return
    if isinstance(console.screen, TellScreen):
        word(console, one, console.screen.seen)
        return

    def seen(telling: Telling) -> None:
        if telling.owed:
            _open(console, one, telling)
        else:
            word(console, one, telling)

    ask_telling(console, one.number, seen)


def word(console: HisConsole, one: One, telling: Telling) -> None:
    """The form of the next message, worded as far as the record goes; once it is sent, the list."""
    act = console.acts["message"]
    form = ActForm(
        act,
        [one.number],
        {one.number: telling.incident.version},
        draft_of(console, act.name, one.number),
        given=telling.draft,
    )

    def sent(done: bool | None) -> None:
        if done and not isinstance(console.screen, TellScreen):
            ask_telling(console, one.number, lambda telling: _open(console, one, telling))

    console.push_screen(form, sent)


def _open(console: HisConsole, one: One, telling: Telling) -> None:
    console.push_screen(TellScreen(one, telling))

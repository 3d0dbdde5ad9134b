"""The departments of an incident: who stands still, who works on paper, notices, back-entry, numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from textual import on
from textual.widget import Widget

from hisconsole.console import departments_show as show
from hisconsole.console.acting import One, is_there, on_record, perform, the_one
from hisconsole.console.notices import entered_form, notice_form, repeated_form
from hisconsole.console.page import Page
from hisconsole.console.pick import Choice, Pick
from hisconsole.console.place import Place
from hisconsole.console.rows import Cell, Line, Look, RowList
from hisconsole.desk.actor import act_id
from hisconsole.desk.card import broken, card_lines
from hisconsole.desk.manual import Departments
from hisconsole.desk.means import Numbers
from hisconsole.plan.manual import Post, last_notice, meant, suggested
from hisconsole.plan.outreach import Notice, NoticeKind
from hisconsole.plan.story_outreach import notice_label
from hisconsole.plan.times import clock
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk

Row: TypeAlias = "Post | Notice | Numbers"

BOARD, ENTRY, NOTICES = range(3)


class DepartmentsScreen(Place):
    """The board of one incident, and its other pages."""

    place = "departments"

    def __init__(self, one: One) -> None:
        """About one incident."""
        super().__init__()
        self.one = one
        self.seen: Departments | None = None
        self.page = BOARD
        self._read = -1

    def body(self) -> Iterable[Widget]:
        """How it stands, the pages, the list."""
        yield Line(id="title")
        yield Line(id="tabs")
        yield Line(id="head")
        yield RowList[Row](key=_key, draw=self._draw, empty=_(" Nothing is here. ] turns the page."))

    # -- what is shown ---------------------------------------------------------------------------

    def picture(self) -> None:
        """Read again when the record has moved on."""
        board = self.console.board
        seq = board.seq if board else 0
        if seq == self._read:
            return
        self._read = seq
        self.one = on_record(self.console, self.one)
        number = self.one.number

        def question(desk: Desk) -> Departments:
            from hisconsole.desk.manual import look

            return look(desk, number)

        self.console.ask(question, self._show)

    def minute(self) -> None:
        """Times left have moved on."""
        self._top()
        self.rows.repaint()

    def on_resize(self) -> None:
        """The header has wider columns where there is room."""
        super().on_resize()
        self._top()

    def _show(self, seen: Departments) -> None:
        if not is_there(self):
            return
        if self.seen is None and seen.stale:
            self.say(seen.stale)
        self.seen = seen
        self._fill(fresh=True)

    def _fill(self, *, fresh: bool) -> None:
        self.rows.set_rows(self._rows(), fresh=fresh)
        self._top()

    def _rows(self) -> Sequence[Row]:
        if self.seen is None:
            return ()
        if self.page == BOARD:
            return self.seen.posts
        if self.page == ENTRY:
            mine = [post for post in self.seen.posts if post.paper is not None and post.paper.wrote]
            return sorted(mine, key=lambda post: (not post.entry_open, self._order(post) or 9))
        return self.seen.incident.notices[::-1] if self.page == NOTICES else self.seen.numbers

    def _order(self, post: Post) -> int:
        card = self.console.site.cards.of(post.department)
        return card.entry if card is not None else 0

    def _top(self) -> None:
        if self.seen is None:
            return
        title = show.title(self.seen, self.console.now(), self._short)
        right: list[Cell] = [(f"{_('PACK STALE')} ", "bold")] if self.seen.stale else []
        self.query_one("#title", Line).show((f" {title}", "reverse"), right=right)
        cells: list[Cell] = []
        for at, name in enumerate(show.tabs(self.seen)):
            cells += [(f" {name} ", "reverse" if at == self.page else "normal"), (" ", "normal")]
        self.query_one("#tabs", Line).show(*cells, (_(" ] turns the page"), "dim"))
        self.query_one("#head", Line).show((show.head(self.page, self.size.width), "underline"))

    def _draw(self, row: Row, width: int, look: Look) -> Sequence[Cell]:
        now = self.console.now()
        if isinstance(row, Notice):
            names = ", ".join(self._called(id_) for id_ in row.departments)
            return show.draw_notice(row, names, self._short)
        if isinstance(row, Numbers):
            return show.draw_numbers(row, self._called(row.department), width, self._short)
        name = self._called(row.department)
        if self.page == ENTRY:
            return show.draw_entry(row, name, width, look, order=self._order(row), clock=self._short)
        return show.draw_post(row, name, width, look, now=now, clock=self._short)

    def _called(self, department: str) -> str:
        return self.seen.means.call(department) if self.seen is not None else department

    def _short(self, moment: datetime) -> str:
        return clock(moment, zone=self.console.site.zone, now=self.console.now())

    # -- what the keys do ------------------------------------------------------------------------

    def targets(self) -> list[int]:
        """The incident this is about."""
        return [self.one.number]

    def versions(self) -> dict[int, int]:
        """The version that was read."""
        return {self.one.number: self.seen.incident.version} if self.seen is not None else {}

    def do_tab(self) -> None:
        """The next page."""
        self._turn(1)

    def do_tab_back(self) -> None:
        """The page before."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        self.page = (self.page + by) % show.PAGES
        self.rows.unmark()
        self._fill(fresh=False)
        self.rows.repaint()  # the same department looks different on each page

    def do_mark(self) -> None:
        """Mark the department."""
        self.rows.action_mark()

    def _posts(self) -> list[Post]:
        """The marked departments, or the one under the cursor."""
        found = [row for row in self.rows.targets() if isinstance(row, Post)]
        if not found:
            self.say(_("There is no department under the cursor."))
        return found

    def do_announce(self) -> None:
        """A notice: first which; to the marked departments, else to those it is meant for."""
        seen = self.seen
        if seen is None:
            return
        kind, gate = suggested(seen.incident, seen.plan)
        marked = [row.department for row in self.rows.marked if isinstance(row, Post)]
        first = Choice(f"{kind.value} {gate}", self._choice(kind, gate), _("this is next"))
        others = (Choice(f"{each.value} ", notice_label(each), _hint(each)) for each in NoticeKind)
        choices = [first, *(each for each in others if each.key != first.key)]

        def chosen(answer: str | None) -> None:
            if answer is None or self.seen is None:
                return
            of, _blank, by = answer.partition(" ")
            to = marked or meant(seen.incident, seen.plan, NoticeKind(of), by)
            form = notice_form(self.console, self.seen, NoticeKind(of), by, to)
            self.app.push_screen(form, self._announced)

        self.app.push_screen(Pick(_("Which notice?"), choices), chosen)

    def _choice(self, kind: NoticeKind, gate: str) -> str:
        found = self.seen.plan.gate(gate) if self.seen is not None and gate else None
        return f"{notice_label(kind)}: {found.say}" if found is not None else notice_label(kind)

    def _announced(self, done: bool | None) -> None:
        if done:
            self.rows.unmark()
            self.say(_("It is on record. Now call each department; a when it has repeated it."))

    def do_repeated(self) -> None:
        """The departments have taken their last notice: its words, who, and whether they read it back."""
        found = self._posts()
        if self.seen is None or not found:
            return
        posts = [post for post in found if post.notice is not None]
        if not posts:
            self.say(_("No notice went there yet: t sends one."))
            return
        if len({post.notice.number for post in posts if post.notice is not None}) > 1:
            self.say(_("These have different notices to repeat: mark those of one."))
            return
        self.app.push_screen(repeated_form(self.console, self.seen, posts), lambda _done: self.rows.unmark())

    def do_entered(self) -> None:
        """How far the department has come with its paper."""
        posts = self._posts()
        if self.seen is None or not posts:
            return
        if posts[0].paper is None:
            self.say(_("{name} was not on paper.").format(name=self._called(posts[0].department)))
            return
        self.app.push_screen(entered_form(self.console, self.seen, posts[0]))

    def do_stop(self) -> None:
        """They stand still, or when all of them do already: they work again."""
        posts = self._posts()
        if self.seen is None or not posts:
            return
        chosen, stopped = {post.department for post in posts}, set(self.seen.incident.stopped)
        left = stopped - chosen if chosen <= stopped else stopped | chosen
        perform(
            self.console,
            self.console.acts["stopped"],
            [self.one.number],
            {"departments": " ".join(sorted(left)) or "none"},
            versions=self.versions(),
            first_id=act_id(),
            done=self.rows.unmark,
            refused=lambda error: self.say(str(error)),
        )

    @on(RowList.Selected)
    def details(self) -> None:
        """Enter: the notice to go by, who repeated it, and the manual card."""
        row = self.rows.cursor_row
        if isinstance(row, Notice):
            self.app.push_screen(Page(self._choice(row.kind, row.gate), self._notice(row)))
        elif isinstance(row, Post | Numbers):
            lines = broken(self._card(row.department), self.size.width - 4)
            self.app.push_screen(Page(self._called(row.department), list(lines)))

    def _notice(self, notice: Notice) -> list[str]:
        taken = {each.department: each for each in notice.receipts}
        lines = [*notice.text.split("\n"), ""]
        if notice.authority:
            lines.append(_("On the word of {who}.").format(who=notice.authority))
        else:
            lines.append(_("On the information center's own authority."))
        for id_ in notice.departments:
            receipt = taken.get(id_)
            who = f"{self._short(receipt.at)} {receipt.person}" if receipt else _("NOT YET")
            lines.append(f"  {self._called(id_)}: {who}")
        return lines

    def _card(self, department: str) -> list[str]:
        lines: list[str] = []
        notice = last_notice(self.seen.incident, department) if self.seen is not None else None
        if notice is not None:
            lines += [*self._notice(notice), ""]
        card = self.console.site.cards.of(department)
        lines += card_lines(self.console.site, card) if card is not None else [_("It has no manual card.")]
        if self.seen is not None and self.seen.stale:
            lines += ["", self.seen.stale]
        return lines

    def do_back(self) -> bool:
        """The marks first."""
        if self.rows.marked:
            self.rows.unmark()
            return True
        return False

    def copied(self) -> str:
        """What is to be read out, or the line in words."""
        row = self.rows.cursor_row
        if isinstance(row, Post):
            return row.notice.text if row.notice is not None else self._called(row.department)
        return row.text if isinstance(row, Notice) else row.block if row is not None else ""


def _key(row: Row) -> tuple[str, object]:
    return (type(row).__name__, row.number if isinstance(row, Notice) else row.key)


def _hint(kind: NoticeKind) -> str:
    return {
        NoticeKind.PREPARE: _("lay out the forms, go on with the computers"),
        NoticeKind.START: _("to paper"),
        NoticeKind.CHANGE: _("another time, other forms or numbers"),
        NoticeKind.RESUME: _("back to the computers, staged"),
        NoticeKind.ALL_CLEAR: _("manual operation is over"),
    }[kind]


def departments(console: HisConsole) -> None:
    """Open the departments of the incident under the cursor."""
    one = the_one(console)
    if one is not None and not isinstance(console.screen, DepartmentsScreen):
        console.push_screen(DepartmentsScreen(one))

"""Mode 3: the roster, whom to call now, and whether the numbers are right; the files are enough for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from textual import on
from textual.widget import Widget

from hisconsole.config import ContactKind, contact_entries
from hisconsole.console.acting import is_there
from hisconsole.console.contact import open_contact
from hisconsole.console.contact_acts import menu, reveal, verify
from hisconsole.console.filter import Entry as Typed
from hisconsole.console.filter import Filtered
from hisconsole.console.pick import Choice, Pick
from hisconsole.console.place import Place, go_to
from hisconsole.console.roster_show import draw_contact, roster_head
from hisconsole.console.rows import Line, RowList
from hisconsole.console.status_show import Tab, tabs_line
from hisconsole.desk.order import order_now
from hisconsole.desk.roster import Entry, entries, numbers_shown
from hisconsole.plan.contacts import NOTHING, Known
from hisconsole.plan.find import Findable, find
from hisconsole.plan.outreach import Ordered
from hisconsole.plan.story_turn import subject
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk


class Group(StrEnum):
    """The parts of the roster that can be shown by themselves."""

    ALL = "all"
    NOW = "now"
    LEADING = "leading"
    CENTER = "center"
    SUPPLIERS = "suppliers"
    OTHERS = "others"
    DOUBTFUL = "doubtful"


_KINDS = {
    Group.LEADING: (ContactKind.LEADING_GROUP,),
    Group.CENTER: (ContactKind.STAFF,),
    Group.SUPPLIERS: (ContactKind.SUPPLIER, ContactKind.LINE),
    Group.OTHERS: (ContactKind.DUTY, ContactKind.EXTERNAL),
}


def group_label(group: Group) -> str:
    """A part of the roster in words."""
    return {
        Group.ALL: _("All"),
        Group.NOW: _("Call now"),
        Group.LEADING: _("Group"),
        Group.CENTER: _("Center"),
        Group.SUPPLIERS: _("Suppliers"),
        Group.OTHERS: _("Others"),
        Group.DOUBTFUL: _("Doubt"),
    }[group]


class RosterScreen(Filtered):
    """The roster."""

    place = "roster"

    def __init__(self) -> None:
        """Begin with everybody, by the files."""
        super().__init__()
        self.group = Group.ALL
        self.incident: int | None = None
        self._by_files = False
        """Whether what is said last is that the record does not answer."""
        self.known: dict[str, Known] = {}
        self.order: tuple[Ordered, ...] = ()
        self.steps: Mapping[str, int] = {}
        self.revealed: set[str] = set()
        self._read: tuple[int, int | None] = (-1, None)
        self._findable: tuple[str, tuple[Findable, ...]] = ("", ())

    def body(self) -> Iterable[Widget]:
        """The groups, a header, the contacts, the search."""
        yield Line(id="tabs")
        yield Line(id="head")
        yield RowList[Entry](
            key=lambda entry: entry.contact.id,
            draw=draw_contact(lambda id_: id_ not in self.revealed, self._steps),
            empty=_(" Nobody here has these words."),
        )
        yield Typed(id="filter")

    def _steps(self) -> Mapping[str, int]:
        return self.steps if self.group is Group.NOW else {}

    def on_resize(self) -> None:
        """The header has more columns where there is room."""
        self.query_one("#head", Line).show((roster_head(self.size.width), "underline"))

    def on_screen_resume(self) -> None:
        """Whom to call is asked about the incident one came from."""
        self.incident = self.console.calling_for
        super().on_screen_resume()

    def on_screen_suspend(self) -> None:
        """Numbers that were shown are hidden again when one goes elsewhere; a form above is not elsewhere."""
        if self.revealed and isinstance(self.app.screen, Place) and self.app.screen is not self:
            self.cover()

    def cover(self) -> None:
        """Hide the numbers again."""
        self.revealed.clear()
        self.rows.repaint()
        self.say(self._told())

    # -- what is shown ---------------------------------------------------------------------------

    def say(self, sentence: str) -> None:
        """Put a sentence above the keys."""
        self._by_files = False
        super().say(sentence)

    def picture(self) -> None:
        """Show the files at once, and what the record knows when it has been asked."""
        self._fill()
        board = self.console.board
        if self.incident is not None:
            self.incident = self.console.desk_thread.on_record(self.incident)
        wanted = (board.seq if board else 0, self.incident)
        if wanted == self._read:
            return
        self._read = wanted
        number = self.incident

        def question(desk: Desk) -> tuple[dict[str, Known], tuple[Ordered, ...]]:
            from hisconsole.desk.roster import read_known, to_call

            return read_known(desk), to_call(desk, number)

        def show(found: tuple[dict[str, Known], tuple[Ordered, ...]]) -> None:
            if is_there(self) and number == self.incident:
                before = self._told()
                self.known, self.order = found
                self._fill()
                # The page was turned before the record had answered, or it did not answer before.
                if self._by_files or self._told() != before:
                    self.say(self._told())

        def failed(error: BaseException) -> None:
            self._read = (-1, None)
            self.say(_("By the files alone: {why}").format(why=error))
            self._by_files = True

        self.console.ask(question, show, failed=failed)

    def minute(self) -> None:
        """Days pass, and who acts for whom ends."""
        self._fill()

    def _fill(self, *, fresh: bool = True) -> None:
        console = self.console
        site = console.site
        order = self.order or order_now(site, console.now())
        steps: dict[str, int] = {}
        for each in order:
            for id_ in each.contacts:
                steps.setdefault(id_, each.step + 1)
        self.steps = steps
        everybody = entries(site, self.known, now=console.now())
        found = [entry for entry in everybody if self._holds(self.group, entry)]
        if self.group is Group.NOW:
            places = {id_: place for place, id_ in enumerate(steps)}
            found.sort(key=lambda entry: places[entry.contact.id])
        elif self.group is Group.LEADING:
            found.sort(key=lambda entry: entry.contact.order or 0)
        if self.filter:
            if self._findable[0] != site.version:
                self._findable = (site.version, contact_entries(site))
            met = find(self.filter, self._findable[1], limit=len(site.roster))
            by_id = {entry.contact.id: entry for entry in found}
            found = [by_id[id_] for id_ in met if id_ in by_id]
        self.rows.set_rows(found, fresh=fresh)
        counted = {group: sum(self._holds(group, entry) for entry in everybody) for group in Group}
        tabs = [Tab(group_label(group), count, 0) for group, count in counted.items()]
        self.query_one("#tabs", Line).show(*tabs_line(tabs, list(Group).index(self.group)))

    def _holds(self, group: Group, entry: Entry) -> bool:
        if group is Group.NOW:
            return entry.contact.id in self.steps
        if group is Group.DOUBTFUL:
            return entry.standing.doubtful
        return group is Group.ALL or entry.contact.kind in _KINDS[group]

    def _show(self, group: Group) -> None:
        """Another part of the roster; nobody came or went by it."""
        self.group = group
        self._fill(fresh=False)
        self.rows.action_first()
        self.say(self._told())

    def _told(self) -> str:
        if self.filter:
            count = len(self.rows.rows)
            return _("Roster > {words} ({n}); Esc shows all").format(words=self.filter, n=count)
        if self.group is not Group.NOW:
            return ""
        if self.incident is not None and self.order:
            return _("Whom to call now for {number}, in this order.").format(number=subject(self.incident))
        return _("Whom to call at this hour, in this order.")

    # -- keys ------------------------------------------------------------------------------------

    @property
    def _entry(self) -> Entry | None:
        """The contact an act is for: under the cursor, and not just come there."""
        found = self.rows.targets()
        return found[0] if found else None

    @on(RowList.Selected)
    def open_page(self) -> None:
        """Enter opens the contact."""
        if (entry := self._entry) is not None:
            open_contact(self.console, entry.contact.id)

    def do_right(self) -> None:
        """The numbers were tried and are right."""
        if (entry := self._entry) is not None:
            verify(self.console, entry.contact)

    def do_reveal(self) -> None:
        """Show the numbers of a contact, which is recorded, or hide them."""
        entry = self._entry
        if entry is None:
            return
        contact = entry.contact
        if contact.id in self.revealed:
            self.revealed.discard(contact.id)
            self.rows.repaint()
            self.say("")
            return

        def show() -> None:
            if is_there(self):
                self.revealed.add(contact.id)
                self.rows.repaint()
                numbers = "  ".join(numbers_shown(contact, hidden=False).values())
                self.say(f"{contact.name}: {numbers}")

        reveal(self.console, contact, show)

    def do_more(self) -> bool:
        """Wrong numbers, and who acts for whom."""
        if (entry := self._entry) is not None:
            menu(self.console, entry.contact, self.known.get(entry.contact.id, NOTHING))
        return True

    def do_tab(self, step: int = 1) -> None:
        """The next part."""
        groups = list(Group)
        self._show(groups[(groups.index(self.group) + step) % len(groups)])

    def do_tab_back(self) -> None:
        """The part before."""
        self.do_tab(-1)

    def do_views(self) -> None:
        """Choose a part."""
        choices = [Choice(group.value, group_label(group)) for group in Group]

        def chosen(answer: str | None) -> None:
            if answer is not None:
                self._show(Group(answer))

        self.app.push_screen(Pick(_("Parts of the roster"), choices), chosen)

    def set_filter(self, expression: str) -> None:
        """Show who has these words, or digits of a number."""
        super().set_filter(expression)
        self._fill(fresh=False)
        self.rows.action_first()
        self.say(self._told())

    def do_back(self) -> bool:
        """Close and clear the search, then the part."""
        if super().do_back():
            return True
        if self.group is not Group.ALL:
            self._show(Group.ALL)
            return True
        return False

    def copied(self) -> str:
        """The contact, with its numbers as they are shown."""
        entry = self.rows.cursor_row
        if entry is None:
            return ""
        contact = entry.contact
        hidden = contact.id not in self.revealed
        return f"{contact.name} {' '.join(numbers_shown(contact, hidden=hidden).values())}"


def show(console: HisConsole) -> None:
    """Go to the roster; whom to call now is asked about the incident one comes from."""
    place = console.place
    if isinstance(place, RosterScreen):
        return
    about = place.targets()[:1] if place is not None else []
    console.calling_for = about[0] if about else None  # the screen may come only later
    go_to(console, "roster")

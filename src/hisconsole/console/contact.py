"""A contact's page: its numbers, who stands in for it, and what was found out about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding

from hisconsole.config import Contact
from hisconsole.console.acting import is_there
from hisconsole.console.contact_acts import menu, reveal, verify
from hisconsole.console.lines import Text
from hisconsole.console.roster_show import contact_text
from hisconsole.console.sheet import Sheet
from hisconsole.desk.roster import entry_of, numbers_shown
from hisconsole.plan.contacts import NOTHING, Known
from hisconsole.plan.events import Event
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk


class ContactSheet(Sheet[None]):
    """One contact; its numbers are hidden until they are asked for."""

    BINDINGS = [
        Binding("v", "right", show=False),
        Binding("r", "reveal", show=False),
        Binding("full_stop", "more", show=False),
    ]

    def __init__(self, contact: Contact) -> None:
        """About one contact of the files; what the record knows of it comes later."""
        super().__init__()
        self.contact = contact
        self.hidden = True
        self.known: dict[str, Known] = {}
        self.past: tuple[Event, ...] = ()

    def look(self) -> None:
        """Ask the record; where it cannot be opened, what the files say is shown all the same."""
        id_ = self.contact.id

        def question(desk: Desk) -> tuple[dict[str, Known], tuple[Event, ...]]:
            from hisconsole.desk.roster import read_known, read_past

            return read_known(desk), read_past(desk, id_)

        def show(found: tuple[dict[str, Known], tuple[Event, ...]]) -> None:
            self.known, self.past = found
            self.draw()

        self.console.ask(question, show, failed=self.refused)

    def title_now(self) -> str:
        """Who it is."""
        return f"{self.contact.name} ({self.contact.id})"

    def text(self, width: int) -> Text:
        """All there is about it."""
        console = self.console
        self.contact = console.site.contact(self.contact.id) or self.contact
        entry = entry_of(console.site, self.contact, self.known, now=console.now())
        return contact_text(
            console.site, entry, self.past, hidden=self.hidden, clock=console.clock, width=width
        )

    def keys(self) -> str:
        """What can be done."""
        numbers = _("show the numbers") if self.hidden else _("hide the numbers")
        return _("v they are right  r {numbers}  . more  y copies  Esc back").format(numbers=numbers)

    def action_take(self) -> None:
        """Enter shows the numbers: that is what one comes for."""
        if self.hidden:
            self.action_reveal()

    def action_right(self) -> None:
        """The numbers were tried and are right."""
        verify(self.console, self.contact)

    def action_reveal(self) -> None:
        """Show the numbers, which is recorded, or hide them."""
        if not self.hidden:
            self._show(hidden=True)
            return
        reveal(self.console, self.contact, lambda: self._show(hidden=False))

    def _show(self, *, hidden: bool) -> None:
        self.hidden = hidden
        if is_there(self):
            self.draw()

    def action_more(self) -> None:
        """Wrong numbers, and who acts for it."""
        menu(self.console, self.contact, self.known.get(self.contact.id, NOTHING))

    def copied(self) -> str:
        """The contact, with its numbers as they are shown."""
        numbers = " ".join(numbers_shown(self.contact, hidden=self.hidden).values())
        return f"{self.contact.name} {numbers}"


def open_contact(console: HisConsole, id_: str) -> None:
    """Open the page of a contact; one whom the files no longer name has none."""
    contact = console.site.contact(id_)
    if contact is None:
        console.say(_("'{id}' is no longer in the roster.").format(id=id_))
    else:
        console.push_screen(ContactSheet(contact))

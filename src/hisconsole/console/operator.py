"""Who is on duty at this console, and what he left unfinished."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisconsole.console.pick import Choice, Pick
from hisconsole.desk import drafts
from hisconsole.desk.actor import here
from hisconsole.plan.times import from_text
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk


def choose_operator(console: HisConsole) -> None:
    """Ask who is on duty, and sit that operator down at the desk."""
    choices = [
        Choice(contact.id, f"{contact.name} ({contact.id})", contact.role)
        for contact in console.site.operators
    ]

    def chosen(answer: str | None) -> None:
        console.operator = answer or ""
        actor = here(console.operator)
        if console.start.session is not None:
            console.start.session.seated(console.operator)

        def sit(desk: Desk) -> None:
            desk.actor = actor

        console.ask(sit, lambda _none: offer_drafts(console))
        console.refresh_status()

    console.push_screen(Pick(_("Who is on duty?"), choices, must=True), chosen)


def offer_drafts(console: HisConsole) -> None:
    """Tell of a call that was not finished."""
    left = drafts.left(console.start.data, console.operator)
    kept = [draft for draft in left if draft.form == "call"]
    if kept:
        console.say(
            _("A call of {when} was not finished: n opens it again.").format(
                when=console.clock(from_text(kept[0].saved))
            )
        )

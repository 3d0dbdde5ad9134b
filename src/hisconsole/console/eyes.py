"""Settling an act that was kept while the record was away and that it did not take afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hisconsole.console.desk_form import DeskForm
from hisconsole.plan.asking import Field
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk, Outcome


def settle(console: HisConsole, entry: int, about: str) -> None:
    """Ask how it was settled, showing what was wanted and why it was not recorded."""

    def job(desk: Desk, given: Mapping[str, str], act: str) -> Outcome:
        from hisconsole.desk.replaying import settle

        return settle(desk, entry, text=given.get("text", ""), act=act)

    console.push_screen(
        DeskForm(
            console,
            form=f"settle-{entry}",
            title=_("Settle entry {entry}").format(entry=entry),
            about=about,
            asks=(Field("text", _("How"), required=True, limit=400),),
            job=job,
        )
    )

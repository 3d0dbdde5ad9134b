"""The hospital as this console shows it: its files taken anew, and what whoever acts here may see of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hisconsole.config import Site
from hisconsole.console.operator import recognise, show_site
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk


def take_changed_files(console: HisConsole) -> None:
    """Take changed files of the hospital; faulty ones change nothing but are told."""
    site, fault = console.start.reload(console.full_site)
    if fault != console.config_fault:
        console.config_fault = fault
        if fault:
            file, colon, rest = fault.split("\n")[0].partition(":")
            told = f"{Path(file).name}{colon}{rest}"
            console.say(_("The old configuration stays: {fault}").format(fault=told))
    if site is console.full_site:
        return
    console.full_site = site

    def take(desk: Desk) -> Site:
        desk.site = site
        return desk.site

    def taken(shown: Site) -> None:
        show_site(console, shown)
        recognise(console)
        console.say(_("The hospital's files were read again."))

    console.ask(take, taken)

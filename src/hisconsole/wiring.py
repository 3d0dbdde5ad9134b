"""Puts the parts together: a desk for commands, a console for operators."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hisconsole.config import Site, load_site, reload, signature
from hisconsole.desk.actor import here, utc_now
from hisconsole.errors import NotFound
from hisconsole.paths import shipped
from hisconsole.plan.board import Board, board_of
from hisconsole.store.revision import RECORD
from hisconsole.text import _, speak

if TYPE_CHECKING:
    from hisconsole.desk.desk import Desk


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the hospital and its data are, and who acts."""

    config: Path
    data: Path
    operator: str


def open_site(settings: Settings) -> Site:
    """Read the hospital and speak its language. Raises ConfigFault."""
    site = load_site(settings.config)
    speak(site.language, shipped("screens") / "words")
    return site


def check_operator(site: Site, operator: str) -> None:
    """Refuse an operator whom the roster does not know as one."""
    contact = site.contact(operator) if operator else None
    if operator and (contact is None or not contact.operator):
        raise NotFound(
            _("'{operator}' is no operator in the roster. Operators: {names}.").format(
                operator=operator, names=", ".join(c.id for c in site.operators)
            )
        )


def open_desk(settings: Settings, *, writable: bool = True) -> Desk:
    """A desk for one command."""
    from hisconsole.desk.desk import Desk
    from hisconsole.store.database import Database

    site = open_site(settings)
    check_operator(site, settings.operator)
    database = Database(settings.data, writable=writable)
    return Desk(database=database, site=site, actor=here(settings.operator))


def reloader(config: Path) -> Callable[[Site], tuple[Site, str]]:
    """Looks whether the hospital's files changed; keeps the last good site, and says why."""
    seen = [signature(config)]
    fault = [""]

    def look(site: Site) -> tuple[Site, str]:
        now = signature(config)
        if now == seen[0]:
            return site, fault[0]
        seen[0] = now
        fresh, found = reload(site, config)
        fault[0] = str(found) if found else ""
        return fresh, fault[0]

    return look


def run_console(settings: Settings, environment: dict[str, str]) -> int:
    """Open the full screen; `environment` is what Textual reads while it is imported."""
    os.environ.update(environment)
    gc.disable()  # a tenth of the start; the console turns it on again once it is drawn
    from hisconsole.console.app import HisConsole, Start
    from hisconsole.console.driver import ConsoleDriver
    from hisconsole.console.table import load_screens

    site = open_site(settings)
    check_operator(site, settings.operator)
    actor = here(settings.operator)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)

    def glance() -> Board | None:
        from hisconsole.store.glance import glance as look

        found = look(settings.data / RECORD)
        return board_of(found[0], utc_now(), found[1]) if found else None

    def desk() -> Desk:
        from hisconsole.desk.desk import Desk
        from hisconsole.store.database import Database

        return Desk(database=Database(settings.data), site=site, actor=actor)

    app = HisConsole(
        Start(
            site=site,
            screens=load_screens(shipped("screens")),
            folder=shipped("screens"),
            data=settings.data,
            operator=settings.operator,
            open_desk=desk,
            glance=glance,
            reload=reloader(settings.config),
            colour=True,
        ),
        driver_class=ConsoleDriver,
    )
    app.run(mouse=False)
    return app.return_code or 0

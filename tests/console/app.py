"""The console on the sample hospital, without a terminal: press keys, read the screen, act beside it."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from textual import events
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from hisconsole.config import Site, in_drill, load_site
from hisconsole.config.operators import OPERATORS
from hisconsole.console.app import HisConsole, Start
from hisconsole.console.choose import Choose
from hisconsole.console.delivery import Delivery
from hisconsole.console.feed import Watching
from hisconsole.console.input import Decoder
from hisconsole.console.place import Place
from hisconsole.console.table import Screens, load_screens
from hisconsole.desk.actor import Actor, utc_now
from hisconsole.desk.calls import take_call
from hisconsole.desk.desk import Desk
from hisconsole.desk.keeping import Keeping
from hisconsole.paths import shipped
from hisconsole.plan.board import Board, board_of
from hisconsole.plan.readiness_seen import Concern
from hisconsole.store.database import Database
from hisconsole.store.glance import glance
from hisconsole.store.revision import RECORD
from hisconsole.wiring import reloader
from tests.ptys import KEYS

PATIENCE = 20.0
_MAKING = threading.Lock()
ME, OTHER = "li.na", "wang.lei"
SYMPTOMS = ("slow-database", "cannot-enter", "cannot-save", "no-network", "discontinuous", "other")


@cache
def site() -> Site:
    """The sample hospital, read once for all tests."""
    return load_site(shipped("config"))


@cache
def screens() -> Screens:
    """The shipped keys, marks and views, read once for all tests."""
    return load_screens(shipped("screens"))


@cache
def _empty_record() -> bytes:
    """An empty record: making one takes longer than all else in a test."""
    with tempfile.TemporaryDirectory() as folder:
        Database(Path(folder)).close()
        return (Path(folder) / RECORD).read_bytes()


def desk(data: Path, operator: str = OTHER, *, hospital: Site | None = None) -> Desk:
    """A desk of its own at the same record, as another console or a command has it."""
    record = data / RECORD
    if not record.exists():
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = data / f"made-{threading.get_ident()}"
        with _MAKING:  # migrations are no matter for several threads at once
            made.write_bytes(_empty_record())
        made.chmod(0o600)
        made.rename(record)  # a console that starts at the same time never meets half of it
    actor = Actor(operator, "tester", "test")
    return Desk(database=Database(data), site=hospital or site(), actor=actor)


def call(
    at: Desk,
    workstation: str = "reg-02",
    words: str = "says no",
    *,
    symptom: str = "cannot-enter",
    join: int | None = None,
    now: datetime | None = None,
    **given: str,
) -> int:
    """Take a call at a desk; returns the incident's number."""
    before = at.now
    if now is not None:
        moment = now
        at.now = lambda: moment
    try:
        answers = {"workstation": workstation, "symptom": symptom, "words": words, **given}
        return take_call(at, answers, join=join).incident
    finally:
        at.now = before


@dataclass(slots=True)
class Seat:
    """One operator at the console, as a test sees it."""

    app: HisConsole
    pilot: Pilot[int]
    data: Path
    bells: list[float] = field(default_factory=list)
    keys: int = 0

    async def press(self, *names: str) -> None:
        """Press keys by name, or by the character itself; they are counted."""
        self.keys += len(names)
        await self._send([KEYS.get(name, name) for name in names])

    async def write(self, text: str) -> None:
        """Type words, which are not counted."""
        await self._send(list(text))

    async def _send(self, texts: list[str]) -> None:
        """Send what the terminal's driver makes of the bytes of each key, in its order."""
        decoder = Decoder()
        keys: list[events.Key | events.Paste] = []
        for text in texts:
            keys += decoder.feed(text.encode("utf-8", "surrogateescape"), now=0.0)
            keys += decoder.idle(now=1.0)
        delivery = Delivery(self.app)
        delivery.put(keys)
        if delivery._task is not None:
            await delivery._task
        await self.rest()

    async def rest(self) -> None:
        """Wait until what was sent has gone its way through the widgets."""
        for _ in range(4):
            await self.pilot._wait_for_screen()

    async def put(self, name: str, text: str) -> None:
        """Fill a field of the form at once, as a paste does."""
        self.entry(name).value = text
        await self.rest()

    async def until(self, what: str | Callable[[], object]) -> None:
        """Wait until the screen holds a text or something is true."""
        deadline = time.monotonic() + PATIENCE
        while not (what in self.text() if isinstance(what, str) else what()):
            if time.monotonic() > deadline:
                raise AssertionError(f"{what!r} did not come; faults {[*self.app.faults]}:\n{self.text()}")
            await asyncio.sleep(0.005)
        await self.rest()

    async def at(self, kind: type[Screen[Any]]) -> None:
        """Wait until a screen of a kind is on top and has been drawn."""
        await self.until(lambda: isinstance(self.app.screen, kind) and self.app.screen.is_current)

    def lines(self) -> list[str]:
        """The screen as a person reads it."""
        strips = self.app.screen._compositor.render_strips()
        return [strip.text.rstrip() for strip in strips]

    def text(self) -> str:
        """The screen in one string."""
        return "\n".join(self.lines())

    def line(self, holding: str) -> str:
        """The first line that holds a text."""
        return next((line for line in self.lines() if holding in line), "")

    @property
    def place(self) -> Place:
        """The place below any form."""
        assert self.app.place is not None
        return self.app.place

    def listed(self) -> list[object]:
        """Keys of the rows of the place, from the top."""
        return [self.place.rows._key(row) for row in self.place.rows.rows]

    def entry(self, name: str) -> Input:
        """A field of the form on top."""
        return self.app.screen.query_one(f"#{name}", Input)

    def row(self, key: object) -> str:
        """The line of a row of the place's list."""
        rows = self.place.rows
        at = self.listed().index(key) - rows._top
        return rows.render_line(at).text

    def answers(self) -> dict[str, str]:
        """What stands in the form on top."""
        widgets: Sequence[Widget] = [
            *self.app.screen.query(Input).results(),
            *self.app.screen.query(Choose).results(),
        ]
        return {str(each.id): each.value for each in widgets if isinstance(each, Input | Choose)}

    @property
    def focus(self) -> str:
        """Id of the field that has the focus."""
        return str(self.app.focused.id) if self.app.focused is not None else ""


def kept(data: Path) -> dict[Path, dict[str, Any]]:
    """The drafts on disk."""
    return {path: json.loads(path.read_text()) for path in sorted(data.glob("drafts/*.json"))}


def _logged(data: Path) -> str:
    log = data / "console.log"
    return log.read_text() if log.exists() else ""


def _stay(hospital: Site) -> tuple[Site, str]:
    return hospital, ""


@asynccontextmanager
async def console(
    data: Path,
    *,
    operator: str = ME,
    size: tuple[int, int] = (80, 24),
    config: Path | None = None,
    shown: Screens | None = None,
    open_desk: Callable[[], Desk] | None = None,
    watching: Watching | None = None,
    readiness: Callable[[], tuple[Concern, ...]] | None = None,
    keep: Callable[[], Keeping] | None = None,
    faults: bool = False,
    at_a_glance: bool = True,
) -> AsyncIterator[Seat]:
    """Open the console as `wiring.run_console` does; a bug met meanwhile fails the test.

    `at_a_glance` False is a record of which nothing is seen before it is open, as one on a server.
    """
    hospital = in_drill(load_site(config) if config else site(), data)
    desk(data).database.close()

    def look() -> Board | None:
        now = utc_now()
        found = glance(data / RECORD, now=now) if at_a_glance else None
        return replace(board_of(found[0], now, *found[1:3]), on_duty=found[3]) if found else None

    start = Start(
        site=hospital,
        screens=shown or screens(),
        folder=shipped("screens"),
        data=data,
        operator=operator,
        open_desk=open_desk or (lambda: desk(data, operator, hospital=hospital)),
        glance=look,
        reload=reloader(config, data) if config else _stay,
        colour=True,
        watching=watching,
        readiness=readiness,
        keep=keep,
    )
    app = HisConsole(start)
    bells: list[float] = []
    app.bell = lambda: bells.append(time.monotonic())  # type: ignore[method-assign]
    async with app.run_test(size=size) as pilot:
        seat = Seat(app, pilot, data, bells)
        await seat.until(lambda: app.board is not None or app.trouble is not None)
        await pilot.pause()
        yield seat
    if not faults:
        assert not [fault for fault in app.faults if fault.id], _logged(data)


def lay_call(data: Path, words: str = "says no") -> Path:
    """A record with one incident; returns its folder."""
    with closing((own := desk(data)).database):
        call(own, words=words)
    return data


def with_roles(roles: str, to: Path) -> Path:
    """A copy of the shipped hospital in which these roles count."""
    (copied("config", to) / OPERATORS).write_text(roles, "utf-8")
    return to


def copied(name: str, to: Path) -> Path:
    """A copy of a shipped folder that a test may spoil."""
    shutil.copytree(shipped(name), to)
    return to

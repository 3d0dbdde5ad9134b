"""The console of one operator: modes, keys, the picture that changes, and the way to the desk."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from rich.text import Text
from textual import events
from textual.screen import Screen
from textual.widgets import Input

from hisconsole.config import Site, workstation_entries
from hisconsole.config.covering import covered
from hisconsole.console.acting import is_there
from hisconsole.console.alarms import alarms
from hisconsole.console.commands import COMMANDS, GUIDES, begin
from hisconsole.console.company import Company
from hisconsole.console.crash import Fault
from hisconsole.console.driver import ConsoleDriver
from hisconsole.console.feed import NewsCame, Readings, StatusCame, Watching
from hisconsole.console.guarded import Guarded
from hisconsole.console.hospital import take_changed_files
from hisconsole.console.incident import IncidentScreen
from hisconsole.console.lookout import Bell, Lookout, kept_here
from hisconsole.console.modes import MODES
from hisconsole.console.operator import (
    choose_operator,
    lock,
    lock_at_start,
    lock_idle,
    offer_drafts,
    recognise,
)
from hisconsole.console.place import Place
from hisconsole.console.pulse import Pulse
from hisconsole.console.queue import QueueScreen
from hisconsole.console.table import Screens
from hisconsole.desk.actor import utc_now
from hisconsole.desk.worker import DeskThread, News, Trouble
from hisconsole.errors import HisError, Refused, StoreFault
from hisconsole.faultlog import LOG
from hisconsole.plan.acts import Act, all_acts
from hisconsole.plan.board import Board
from hisconsole.plan.operators import NEEDS_PIN
from hisconsole.plan.times import clock
from hisconsole.sessions import Session
from hisconsole.text import _
from hisconsole.values import dataclass

if TYPE_CHECKING:
    from concurrent.futures import Future

    from hisconsole.desk.desk import Desk
    from hisconsole.desk.keeping import Keeping
    from hisconsole.desk.people import Present
    from hisconsole.plan.readiness_seen import Concern

Answer = TypeVar("Answer")

RELIEF_S = 0.25
"""How often it is seen whether an act waits too long for the record, until the pulse beats."""
DRAWN_S = 0.1
"""By then the first picture is on its way to the terminal."""


@dataclass(frozen=True, slots=True)
class Start:
    """What the console is started with."""

    site: Site
    screens: Screens
    folder: Path
    data: Path
    operator: str
    open_desk: Callable[[], Desk]
    glance: Callable[[], Board | None]
    reload: Callable[[Site], tuple[Site, str]]
    colour: bool
    watching: Watching | None = None
    readiness: Callable[[], tuple[Concern, ...]] | None = None
    session: Session | None = None
    keep: Callable[[], Keeping] | None = None
    """Gives what keeps acts while the record is away; asked in the desk's thread."""
    copied: datetime | None = None
    """The newest event of a record that is only a copy to be looked at."""


class HisConsole(Guarded, inherit_bindings=False):
    """The full-screen console."""

    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = MODES
    DEFAULT_MODE = "queue"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = []

    def __init__(self, start: Start, *, driver_class: type[ConsoleDriver] | None = None) -> None:
        """Prepare; the record is opened once the screen is there."""
        super().__init__(
            fault_log=start.data / LOG,
            driver_class=driver_class,
            css_path=start.folder / "console.tcss",
            ansi_color=True,
        )
        self.start = start
        self.site = covered(start.site) if start.site.named else start.site  # until the desk knows who looks
        self.present: Present | None = None
        """Who acts here, as the desk saw it last."""
        self.keyed_at = time.monotonic()
        self.company = Company(self)
        self.screens_data = start.screens
        self.operator = start.operator
        self.full_site = start.site
        self.stations = workstation_entries(self.site)
        self.acts: Mapping[str, Act] = all_acts()
        self.board: Board | None = None
        self.trouble: Trouble | None = None
        self.config_fault = ""
        self.muted = False
        self.calling_for: int | None = None
        """The incident about which the roster says whom to call."""
        self.desk_thread = DeskThread(
            start.open_desk,
            self._deliver,
            glance=start.glance,
            sentence=self._sentence,
            keep=start.keep,
        )
        self.lookout = Lookout(start.watching, self.post_message, now=self.now, sentence=self._sentence)
        self.pulse = Pulse()
        self._bell = Bell()
        self._minute = int(self.now().timestamp() // 60)
        self.keys = {key.name: key for key in start.screens.keys}
        for pressed in dict.fromkeys(pressed for key in start.screens.keys for pressed in key.keys):
            self.bind(pressed, f"key({pressed!r})", show=False)

    # -- beginning and end -----------------------------------------------------------------------

    def on_mount(self) -> None:
        """Show the queue, open the record, and ask who is on duty where nobody was named."""
        lock_at_start(self)
        self.desk_thread.start()
        self.set_interval(1.0, self._second)
        self._early = self.set_interval(RELIEF_S, self.desk_thread.relieve)
        if not self.operator:
            self.call_after_refresh(choose_operator, self)
        else:
            self.call_after_refresh(offer_drafts, self)

    async def on_event(self, event: events.Event) -> None:
        """Remember when a key was pressed last; say so when what came at once was taken for a paste."""
        if isinstance(event, events.Key | events.Paste):
            self.keyed_at = time.monotonic()
        if isinstance(event, events.Paste) and not isinstance(self.focused, Input):
            self.say_here(_("What came at once, like a paste, did nothing. If you typed it, type it again."))
        await super().on_event(event)

    def end(self, cause: str, code: int) -> None:
        """A signal or a hangup: drafts are on disk already, so leave, and tell whoever still reads why."""
        session = self.start.session
        told = Text(session.farewell()) if session is not None and cause == "SIGTERM" else None
        self.exit(return_code=code, message=told)

    def on_unmount(self) -> None:
        """Let the desk finish what was handed to it."""
        self.pulse.stop()
        self.lookout.stop()
        self.company.leave()
        self.desk_thread.stop()

    # -- news from the desk ----------------------------------------------------------------------

    def _sentence(self, error: Exception) -> str:
        return self.fault(error).sentence

    def _deliver(self, news: News) -> None:
        self.post_message(NewsCame(news))

    def on_news_came(self, message: NewsCame) -> None:
        """Draw what changed."""
        news = message.news
        if isinstance(news, Trouble):
            if news.final:
                self.exit(return_code=StoreFault.exit_code, message=Text(news.sentence))
                return
            if self.trouble is None or self.trouble.sentence != news.sentence:
                kept = kept_here(self.desk_thread.keeping, self.now())
                self.say(f"{kept}: {news.sentence}" if kept else news.sentence)
            self.trouble = news
            self.lookout.start()
            if news.board is not None:
                self._take(news.board)
            if self.operator and self.present is None:
                recognise(self)  # without a picture nothing else asks for the PIN
            self.refresh_status()
            return
        back, self.trouble = self.trouble is not None, None
        moved = self.board is None or self.board.seq != news.seq
        self._take(news)
        if moved and self.present is not None:
            recognise(self)
        self._ring()
        if back:
            self.say(_("The record is back."))  # why it was away must not stand there any longer
        for sentence in self.desk_thread.told():
            self.say(sentence)

    def on_status_came(self, message: StatusCame) -> None:
        """What is watched has changed, or cannot be looked at."""
        if message.picture is None:
            self.say(message.sentence)
        else:
            self.lookout.picture = message.picture
            self._ring()
            if self.place is not None:
                self.place.status_picture()
            for sentence in self.lookout.polled():
                self.say(sentence)
        self.refresh_status()

    def _take(self, board: Board) -> None:
        if self.board is None:
            self.set_timer(DRAWN_S, self._settle)
        self.board = board
        self._show_board()

    def _show_board(self) -> None:
        screen = self.place
        if screen is not None:
            screen.refresh_status()
            screen.picture()

    @property
    def place(self) -> Place | None:
        """The topmost place, below any form."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, Place) and is_there(screen):
                return screen
        return None

    def refresh_status(self) -> None:
        """Bring the status line up to date."""
        if self.place is not None:
            self.place.refresh_status()

    def _second(self) -> None:
        """Once a second: the clock's minute, the bell, the age of the picture, the files' change."""
        minute = int(self.now().timestamp() // 60)
        place = self.place
        if minute != self._minute:
            self._minute = minute
            if place is not None:
                place.minute()
        if self._bell.due():
            self._ring()
        take_changed_files(self)
        lock_idle(self)
        self.company.beat()
        self.refresh_status()

    def _ring(self) -> None:
        """Ring for what nobody has taken."""
        if self.board is not None and self._bell.rings(self.lookout.ringing(self.board), muted=self.muted):
            self.bell()

    def alarms(self) -> list[str]:
        """What is wrong with the console itself, worst first."""
        return alarms(self)

    @property
    def mark(self) -> str:
        """Whose data this is, where it is not a real hospital's."""
        return self.site.mark

    def headed(self, title: str) -> str:
        """A title that covers line 1: in a drill it says so in its place."""
        return f"{self.site.stamp} {title}" if self.site.drill else title

    # -- asking the desk -------------------------------------------------------------------------

    def ask(
        self,
        job: Callable[[Desk], Answer],
        answer: Callable[[Answer], None],
        *,
        failed: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Have the desk do something and go on with its answer; the screen never waits."""
        self._await(self.desk_thread.submit(job), answer, failed)

    def ask_readings(self, job: Callable[[Readings], Answer], answer: Callable[[Answer], None]) -> None:
        """The same with what is known of the readings."""
        future = self.lookout.submit(job)
        if future is not None:
            self._await(future, answer, None)

    def _await(
        self,
        future: Future[Answer],
        answer: Callable[[Answer], None],
        failed: Callable[[BaseException], None] | None,
    ) -> None:
        async def wait() -> None:
            try:
                answer(await asyncio.wrap_future(future))
            except HisError as error:
                (failed or self._failed)(error)
                if isinstance(error, Refused) and error.needs == NEEDS_PIN:
                    lock(self)
            except Exception as error:  # noqa: BLE001 - a bug must not leave a form waiting for ever
                (failed or self._failed)(HisError(self.fault(error).sentence))

        self.run_worker(wait(), exit_on_error=False)

    def _failed(self, error: BaseException) -> None:
        self.say(str(error))

    def say(self, sentence: str) -> None:
        """Say something to the operator, above the keys."""
        if self.place is not None:
            self.place.say(sentence.replace("\n", " "))

    def tell(self, fault: Fault) -> None:
        """A bug was met: one calm sentence."""
        self.say_here(fault.sentence)

    def say_here(self, sentence: str) -> None:
        """Say it where the operator looks: in the form that is open, else above the keys."""
        say = getattr(self.screen, "say", None)
        (say or self.say)(sentence)

    # -- keys ------------------------------------------------------------------------------------

    def action_key(self, pressed: str) -> None:
        """A key: the table says what it is for at this place."""
        place = self.screen
        if isinstance(place, Place):
            for key in self.keys.values():
                if pressed in key.keys and key.works_on(place.place):
                    self.action_press(key.name)

    def action_press(self, name: str) -> None:
        """What a key is for: an act, a command of the console, of the place, or of its list."""
        place = self.screen
        if not isinstance(place, Place) or not self.keys[name].works_on(place.place):
            return
        if command := COMMANDS.get(name) or GUIDES.get(name):
            command(self)
        elif method := getattr(place, f"do_{name}", None):
            method()
        elif name in self.acts:
            begin(self, name)
        else:
            getattr(place.rows, f"action_{name}")()

    def action_redraw(self) -> None:
        """First aid on a noisy line."""
        driver = self._driver
        if isinstance(driver, ConsoleDriver):
            driver.redraw()
        else:
            self.screen.refresh()

    # -- incidents -------------------------------------------------------------------------------

    def open_incident(self, number: int) -> None:
        """Open an incident on top of where one is."""
        self.push_screen(IncidentScreen(number))

    def show_incident(self, number: int, *, seq: int) -> None:
        """Put the cursor on an incident once it is in the list: with event `seq`; 0 for one kept here."""
        place = self.place
        if isinstance(place, QueueScreen):
            place.await_row(number, seq=seq or (self.board.seq if self.board else 0) + 1)

    def now(self) -> datetime:
        """The present, in UTC."""
        return utc_now()

    def clock(self, moment: datetime) -> str:
        """A moment on the hospital's clock."""
        return clock(moment, zone=self.site.zone, now=self.now())

    def _settle(self) -> None:
        """The first picture is drawn: collect only what is made from now on, and load what is heavy."""
        gc.freeze()
        gc.enable()
        self.desk_thread.drawn.set()
        if self.operator:
            recognise(self)
        self._early.stop()
        self.pulse.start(asyncio.get_running_loop(), self.desk_thread.relieve)
        self.lookout.start()

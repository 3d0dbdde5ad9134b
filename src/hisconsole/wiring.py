"""Puts the parts together: a desk for commands, a console for operators."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hisconsole.config import Site, in_drill, load_site, reload, signature
from hisconsole.config.covering import covered
from hisconsole.config.documents import Signature
from hisconsole.config.server import load_server
from hisconsole.desk.actor import here, utc_now
from hisconsole.errors import Away, ConfigFault, HisError, NotFound
from hisconsole.paths import shipped
from hisconsole.plan.board import Board, board_of
from hisconsole.sessions import Live, Session
from hisconsole.store.revision import COPIED, RECORD
from hisconsole.text import _, speak
from hisconsole.values import dataclass

if TYPE_CHECKING:
    from datetime import datetime
    from subprocess import Popen

    from hisconsole.console.feed import Watching
    from hisconsole.console.terminal import Terminal
    from hisconsole.desk.actor import Actor
    from hisconsole.desk.desk import Desk, Outcome
    from hisconsole.desk.keeping import Keeping
    from hisconsole.desk.pictures import Pictures
    from hisconsole.flows.flow import Flow
    from hisconsole.plan.document import Plan
    from hisconsole.plan.picture import History, StatusPicture
    from hisconsole.plan.readiness_seen import Concern
    from hisconsole.plan.reading import Judged

PRACTICE = "HISCONSOLE_PRACTICE"
"""Set by `./run`: the practice hospital is played beside the console."""

KEEP_S = 5.0
"""How often it is seen to that somebody watches."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the hospital and its data are, and who acts."""

    config: Path
    data: Path
    operator: str


_AHEAD: dict[Path, tuple[Signature, Site]] = {}


def read_ahead(config: Path) -> None:
    """Read the hospital before it is asked for, in a process from which others are forked."""
    from hisconsole.desk import pictures

    before = signature(config)
    with suppress(ConfigFault):  # whoever asks for it is told
        site = load_site(config)
        _AHEAD[config] = before, site
        pictures.read_ahead(config, sample=site.sample)


def _site_of(config: Path) -> Site:
    held = _AHEAD.get(config)
    return held[1] if held is not None and held[0] == signature(config) else load_site(config)


def open_site(settings: Settings) -> Site:
    """Read the hospital as who acts may see it, and speak its language. Raises ConfigFault.

    Where roles count and nobody is named, or one who only reads, its numbers are masked.
    """
    site = whole_site(settings)
    return covered(site) if site.named and not _sees_numbers(site, settings) else site


def whole_site(settings: Settings) -> Site:
    """The same, whoever acts: for what shows nothing of it, or sees to that itself. Raises ConfigFault."""
    site = in_drill(_site_of(settings.config), settings.data)
    speak(site.language, shipped("screens") / "words")
    return site


def _sees_numbers(site: Site, settings: Settings) -> bool:
    """Whether who acts may see numbers; where no record can be asked, the files alone say so."""
    from hisconsole.plan.operators import roles_of
    from hisconsole.plan.roles import may, table

    contact = site.contact(settings.operator)
    if contact is None or not contact.operator:
        return False
    roles = roles_of(settings.operator, site.named_by_id, {})
    from hisconsole.desk.record import begun, open_record

    with suppress(HisError):
        if begun(settings.config, settings.data):
            from hisconsole.desk.permits import Permits

            with (
                closing(open_record(settings.config, settings.data, writable=False)) as database,
                database.read() as connection,
            ):
                permits = Permits(database)
                permits.look(connection)
                roles = permits.roles(site, settings.operator)
    return may(roles, "reveal", table())


def newest_of_copy(data: Path) -> datetime | None:
    """When the last event of a record was recorded that is only looked at; None for one that is alive."""
    if not (data / COPIED).exists():
        return None
    from hisconsole.store.copies import newest_of

    return newest_of(data)


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
    """A desk for one command; where the record is away and it is to act, one that keeps the act here."""
    from hisconsole.desk.desk import Desk
    from hisconsole.desk.record import open_record

    site, actor = whole_site(settings), here(settings.operator)
    check_operator(site, settings.operator)
    if not writable:
        database = open_record(settings.config, settings.data, writable=False)
        return Desk(database=database, site=site, actor=actor)
    keeper = keeping(settings, site, actor)
    try:
        desk = Desk(database=open_record(settings.config, settings.data), site=site, actor=actor)
    except Away as fault:
        keeper.went(fault)
        return keeper.standin
    desk.keeping = keeper
    return desk


def keeping(settings: Settings, site: Site, actor: Actor) -> Keeping:
    """What keeps acts on this machine while the record is away."""
    from hisconsole.desk.keeping import Keeping
    from hisconsole.store.journal import Journal, places

    named = Path(site.journal) if site.journal else None
    journal = Journal(places(settings.data, named=named))
    return Keeping(journal, data=settings.data, site=site, actor=actor, now=utc_now)


def classify_flow(plan: Plan) -> Flow:
    """The questions of the classification, leading to what the plan's rules come to. Raises ConfigFault."""
    from hisconsole.flows.flow import plan_outcomes, with_outcomes
    from hisconsole.flows.read import load_flow

    flow = load_flow(shipped("screens") / "flows" / "classify.yaml")
    return with_outcomes(flow, plan_outcomes(plan.rules))


def questions(plan: Plan) -> dict[str, tuple[str, ...]]:
    """What may be asked in a classification, and the answers there are."""
    return {step.id: tuple(each.value for each in step.choices) for step in classify_flow(plan).steps}


def open_pictures(settings: Settings, site: Site) -> Pictures:
    """What the watch sees, as pictures; to be used and closed in one thread."""
    from hisconsole.desk.pictures import Pictures

    return Pictures(settings.config, settings.data, sample=site.sample, now=utc_now)


def status_picture(settings: Settings) -> tuple[Site, StatusPicture]:
    """The hospital, and the latest picture of what is watched in it. Raises ConfigFault and StoreFault."""
    site = open_site(settings)
    with closing(open_pictures(settings, site)) as pictures:
        picture = pictures.newer(-1)
        assert picture is not None  # noqa: S101 - for mypy: to -1 there always is one
        return site, picture


def evidence_picture(settings: Settings, site: Site) -> StatusPicture | None:
    """The latest picture, for what a command puts on record; None where none can be read."""
    from hisconsole.store.readings_file import READINGS

    if not (settings.data / READINGS).exists():
        return None
    with suppress(HisError), closing(open_pictures(settings, site)) as pictures:
        return pictures.newer(-1)
    return None


def metrics_text(settings: Settings) -> str:
    """The latest readings in the text form of Prometheus. Raises ConfigFault and StoreFault."""
    from hisconsole.plan.picture import watching
    from hisconsole.watch.metrics import exposition

    with closing(open_pictures(settings, open_site(settings))) as pictures:
        picture = pictures.newer(-1)
        assert picture is not None  # noqa: S101 - as above
        return exposition(
            picture.infrastructure,
            {row.target.id: row.shown for row in picture.rows},
            pictures.all_readings(),
            watched=watching(picture, picture.at),
        )


def readiness(settings: Settings) -> tuple[Concern, ...]:
    """What is not ready for the day when everything else is down, what to do first on top.

    It takes a second or more, and opens what it needs for itself, so that a thread of its own can ask.
    Raises StoreFault.
    """
    from hisconsole.desk import readiness as desk
    from hisconsole.plan.readiness import concerns, in_files
    from hisconsole.plan.times import clock
    from hisconsole.watch.access import known_hosts_path

    now = utc_now()
    try:
        site = load_site(settings.config)
    except ConfigFault as fault:  # of a hospital that cannot be read nothing else can be said
        return in_files(desk.unusable(fault.findings))
    known_hosts = known_hosts_path(settings.data, sample=site.sample)
    places = desk.Places(settings.config, settings.data, known_hosts)
    seen = desk.look(site, places, now=now)
    return concerns(seen, now=now, clock=lambda moment: clock(moment, zone=site.zone, now=now))


def keep_watch(settings: Settings) -> Callable[[], None]:
    """Sees to it that somebody watches; call what is returned every few seconds, off the screen's thread.

    A watch that is started here ends with this process.
    """
    running: list[Popen[bytes] | None] = [None]

    def keep() -> None:
        from hisconsole.watch.process import ensure

        running[0] = ensure(settings.config, settings.data, running[0])

    return keep


def reloader(config: Path, data: Path) -> Callable[[Site], tuple[Site, str]]:
    """Looks whether the hospital's files changed; keeps the last good site, and says why.

    What the record in `data` is that of a drill stays one.
    """
    seen = [signature(config)]
    fault = [""]

    def look(site: Site) -> tuple[Site, str]:
        now = signature(config)
        if now == seen[0]:
            return site, fault[0]
        seen[0] = now
        fresh, found = reload(site, config)
        fault[0] = str(found) if found else ""
        return in_drill(fresh, data), fault[0]

    return look


def run_console(settings: Settings, terminal: Terminal) -> int:
    """Open the full screen on `terminal`; Textual reads its part of it while it is imported."""
    os.environ.update(terminal.environment)
    gc.disable()  # until the console is drawn
    from hisconsole.console.app import HisConsole, Start
    from hisconsole.console.driver import ConsoleDriver
    from hisconsole.console.table import load_screens

    site = whole_site(settings)
    check_operator(site, settings.operator)
    actor = here(settings.operator)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    peer, tty = actor.source.split(" ", 1)
    since = utc_now()
    session = Session(settings.data, Live(os.getpid(), settings.operator, peer, tty, since))

    copied = newest_of_copy(settings.data)

    def glance() -> Board | None:
        from hisconsole.store.glance import glance as look

        if copied is None and load_server(settings.config, settings.data) is not None:
            return None  # only the whole store speaks with a server
        now = utc_now()
        found = look(settings.data / RECORD, now=now)
        if found is None:
            return None
        seq, rows, dues, on_duty = found
        return replace(board_of(seq, now, rows, dues), on_duty=on_duty)

    def desk() -> Desk:
        from hisconsole.desk.desk import Desk
        from hisconsole.desk.record import open_record

        return Desk(database=open_record(settings.config, settings.data), site=site, actor=actor)

    beside = site.sample and not site.drill and os.environ.get(PRACTICE)
    practice = None
    if beside:
        from hisconsole.practice.beside import play_beside

        practice = play_beside(settings.config, settings.data)
    ConsoleDriver.terminal = terminal
    app = HisConsole(
        Start(
            site=site,
            screens=load_screens(shipped("screens"), unicode=not terminal.ascii),
            folder=shipped("screens"),
            data=settings.data,
            operator=settings.operator,
            open_desk=desk,
            keep=lambda: keeping(settings, site, actor),
            glance=glance,
            reload=reloader(settings.config, settings.data),
            colour=True,
            watching=_watching(settings, site),
            readiness=lambda: readiness(settings),
            session=session,
            copied=copied,
        ),
        driver_class=ConsoleDriver,
    )
    with closing(session):
        app.run(mouse=False)
    if practice is not None and practice.stdin is not None:
        practice.stdin.close()
    return app.return_code or 0


def _watching(settings: Settings, site: Site) -> Watching:
    """How the console meets the watch; nothing is loaded before the first question, in its thread."""
    from hisconsole.console.feed import Watching

    def silence(desk: Desk, names: Sequence[str], given: Mapping[str, str], **how: Any) -> Outcome:
        from hisconsole.desk.watching import silence

        return silence(desk, names, given, **how)

    def lift(desk: Desk, number: str) -> Outcome:
        from hisconsole.desk.watching import lift

        return lift(desk, number)

    return Watching(readings=_Later(settings, site), silence=silence, lift=lift)


class _Later:
    """The pictures of the watch, opened by the first question; it also sees to it that somebody watches."""

    def __init__(self, settings: Settings, site: Site) -> None:
        self._open: Callable[[], Pictures] = lambda: open_pictures(settings, site)
        self._keep = keep_watch(settings)
        self._kept = 0.0
        self._pictures: Pictures | None = None

    def _opened(self) -> Pictures:
        if self._pictures is None:
            self._pictures = self._open()
        return self._pictures

    def newer(self, version: int) -> StatusPicture | None:
        """The picture, where there is one newer than `version`."""
        if time.monotonic() - self._kept > KEEP_S:
            self._kept = time.monotonic()
            self._keep()
        return self._opened().newer(version)

    def readings_of(self, target: str) -> Sequence[Judged]:
        """Every reading of a target as last judged."""
        return self._opened().readings_of(target)

    def history(self, target: str, key: str) -> History:
        """The past of a reading."""
        return self._opened().history(target, key)

    def poll_now(self, target: str) -> None:
        """Ask the watch to poll a target at once."""
        self._opened().poll_now(target)

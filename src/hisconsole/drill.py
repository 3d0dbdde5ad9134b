"""A drill: the practice hospital, a watch and a script that phones, on a record of their own."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hisconsole.config import Site, begin_drill, load_site
from hisconsole.config.targets import load_targets
from hisconsole.desk.actor import here, utc_now
from hisconsole.desk.desk import Desk
from hisconsole.desk.drills import COLLEAGUE, measured, read_drills, record_drill, take_scripted
from hisconsole.errors import HisError, Refused
from hisconsole.faultlog import LOG as CONSOLE_LOG
from hisconsole.faultlog import fault_id, log_fault
from hisconsole.paths import shipped
from hisconsole.plan.drills import Held
from hisconsole.practice.beside import play_beside
from hisconsole.practice.control import command
from hisconsole.practice.hospital import build
from hisconsole.practice.scenario import Call, Scenario
from hisconsole.practice.scenario_file import load_scenario, scenario_folder, scenario_names
from hisconsole.store.database import Database
from hisconsole.text import _, printable
from hisconsole.values import dataclass
from hisconsole.watch.process import ensure
from hisconsole.wiring import (
    KEEP_S,
    Settings,
    check_operator,
    evidence_picture,
    open_desk,
    open_site,
    run_console,
)

if TYPE_CHECKING:
    from subprocess import Popen

    from hisconsole.console.terminal import Terminal

FOLDER = "drills"
"""Below the data folder: every drill in a folder of its own."""
LOG = "practice.log"
STARTS_S = 30.0
"""How long the practice hospital may take until it plays."""
ENDS_S = 10.0
_LOOK_S = 0.2

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill that is prepared: the scenario, and the settings of its own hospital and record."""

    scenario: Scenario
    real: Settings
    own: Settings


def scenarios(settings: Settings) -> tuple[Scenario, ...]:
    """What can be drilled; raises ConfigFault with every fault of their files."""
    config = _played(settings)
    return tuple(_scenario(config, name) for name in scenario_names(scenario_folder(config)))


def prepare(settings: Settings, name: str) -> Drill:
    """Read the scenario and make the drill's folder; raises HisError where it cannot be held.

    Where the hospital is a real one the sample is played: no drill touches a real device.
    """
    site = open_site(settings)
    check_operator(site, settings.operator)
    operator = site.contact(settings.operator)
    if operator is None:
        raise Refused(_("Say who drills, with --operator or HISCONSOLE_OPERATOR."))
    if site.drill:
        raise Refused(
            _("{folder} is the record of a drill: name that of the hospital.").format(folder=settings.data)
        )
    config = _played(settings)
    scenario = _scenario(config, name)
    if not scenario.calls:
        raise Refused(
            _("Nobody phones in scenario {name}: it has no 'calls', so it is no drill.").format(name=name)
        )
    when = utc_now().astimezone(site.zone).strftime("%Y%m%d-%H%M%S")
    own = Settings(config, settings.data / FOLDER / f"{when}-{scenario.id}", settings.operator)
    begin_drill(own.data, scenario.id, operator)
    return Drill(scenario, settings, own)


def hold_on_screen(drill: Drill, terminal: Terminal) -> Held:
    """Hold it in front of the operator, until the console is left."""
    with _held(drill, lambda line: None) as held:
        run_console(drill.own, terminal)
    return held[0]


def hold_for(drill: Drill, minutes: float, *, tell: Tell) -> Held:
    """Hold it without a screen for so many minutes, or until SIGTERM or Ctrl+C; `tell` gets what happens."""
    over = threading.Event()
    before = {each: signal.signal(each, lambda *_: over.set()) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        with _held(drill, tell) as held:
            over.wait(minutes * 60)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return held[0]


@contextmanager
def _held(drill: Drill, tell: Tell) -> Iterator[list[Held]]:
    """The drill runs inside; behind it the list holds what it came to, and so does the real record."""
    held: list[Held] = []
    log = drill.own.data / LOG
    practice = play_beside(drill.own.config, drill.own.data, log=log)
    try:
        _await(drill.own.data, log)
        script = Script(drill, tell)
        tell(command(drill.own.data, ["scenario", drill.scenario.id]))
        script.start()
        try:
            yield held
        finally:
            ended = utc_now()
            script.end()
    finally:
        _end(practice)
    held.append(_on_record(drill, script.began, ended))


def _played(settings: Settings) -> Path:
    return settings.config if open_site(settings).sample else shipped("config")


def _scenario(config: Path, name: str) -> Scenario:
    site = load_site(config)
    hospital = build(load_targets(config, sample=True))
    known = [each.id for each in site.workstations]
    return load_scenario(scenario_folder(config), name, hospital, workstations=known)


def _await(data: Path, log: Path) -> None:
    """Wait until the practice hospital answers; raises HisError with what it said where it does not."""
    until = time.monotonic() + STARTS_S
    while True:
        with suppress(HisError):
            command(data, ["status"])
            return
        said = [
            line for line in log.read_text("utf-8", "replace").splitlines() if line.startswith("hisconsole: ")
        ]
        if said or time.monotonic() > until:
            why = said[-1].removeprefix("hisconsole: ") if said else _("it does not answer.")
            sentence = _("The practice hospital could not be played: {why}")
            raise HisError(sentence.format(why=printable(why, limit=400)))
        time.sleep(_LOOK_S)


def _end(child: Popen[bytes] | None) -> None:
    """End a child that lives by our pipe."""
    if child is not None and child.stdin is not None:
        child.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            child.wait(ENDS_S)


class Script:
    """Phones as the scenario says, and sees to it that somebody watches; a thread with a desk of its own."""

    def __init__(self, drill: Drill, tell: Tell) -> None:
        """The scenario begins now."""
        self.began = utc_now()
        self._drill = drill
        self._tell = tell
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="drill", daemon=True)

    def start(self) -> None:
        """Begin to phone."""
        self._thread.start()

    def end(self) -> None:
        """Phone no more; what is being taken is taken."""
        self._over.set()
        self._thread.join(ENDS_S)

    def _run(self) -> None:
        own = self._drill.own
        site = open_site(own)
        desk = Desk(
            database=Database(own.data), site=site, actor=replace(here(COLLEAGUE), operator=COLLEAGUE)
        )
        watch: Popen[bytes] | None = None
        calls = list(self._drill.scenario.calls)
        try:
            while not self._over.is_set():
                watch = ensure(own.config, own.data, watch)
                passed_s = (utc_now() - self.began).total_seconds()
                while calls and calls[0].at_s <= passed_s:
                    self._phone(desk, site, calls.pop(0))
                next_s = calls[0].at_s - passed_s if calls else KEEP_S
                self._over.wait(max(_LOOK_S, min(next_s, KEEP_S)))
        except Exception as error:  # noqa: BLE001 - a traceback would be written over the operator's screen
            log_fault(own.data / CONSOLE_LOG, error, fault_id(error))
            self._tell(_("Nobody phones any more: {path} says why.").format(path=own.data / CONSOLE_LOG))
        finally:
            desk.database.close()
            _end(watch)

    def _phone(self, desk: Desk, site: Site, call: Call) -> None:
        given = {
            "workstation": call.workstation,
            "symptom": call.symptom,
            "words": call.words,
            "reporter": call.reporter,
        }
        try:
            picture = evidence_picture(self._drill.own, site)
            outcome = take_scripted(desk, given, picture=picture)
        except HisError as fault:
            self._tell(str(fault))
            return
        sentence = _("DRILL: {workstation} calls ({reporter}), taken into {number}.")
        number = f"{site.before_number}{outcome.incident:04d}"
        self._tell(sentence.format(workstation=call.workstation, reporter=call.reporter, number=number))


def _on_record(drill: Drill, began: datetime, ended: datetime) -> Held:
    """Measure it by its own record, and put one line about it on the real one."""
    broke = began + timedelta(seconds=drill.scenario.breaks_s)
    desk = open_desk(drill.own, writable=False)
    try:
        found, incidents = measured(desk, broke=broke, ended=ended)
    finally:
        desk.database.close()
    desk = open_desk(drill.real)
    try:
        folder = str(drill.own.data.relative_to(drill.real.data))
        record_drill(
            desk,
            drill.scenario.id,
            began=began,
            ended=ended,
            folder=folder,
            incidents=incidents,
            found=found,
        )
        return read_drills(desk)[-1]
    finally:
        desk.database.close()

"""A loader that shows the pictures of a test, in place of the watch and its readings."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hisconsole.console.feed import Watching
from hisconsole.console.status import StatusScreen
from hisconsole.desk.actor import act_id
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.errors import HisError
from hisconsole.plan.health import Change
from hisconsole.plan.picture import History, StatusPicture
from hisconsole.plan.reach import OwnPath
from hisconsole.plan.reading import Judged
from hisconsole.plan.shown import Shown
from hisconsole.plan.status import Status
from tests.console.app import Seat
from tests.plan.pictures import picture, quiet, shown

DB, CORE, UPS, NAS, OPD = "his-db-1", "sw-core-2", "ups-1", "nas-1", "sw-opd-1f"
ISOLATED = OwnPath(strikes=2, words="our gateway does not answer")


@dataclass(slots=True)
class Script:
    """The loader of a test: shows the picture that was put last; can fail, hang and be looked into."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    readings: dict[str, tuple[Judged, ...]] = field(default_factory=dict)
    past: dict[tuple[str, str], History] = field(default_factory=dict)
    polled: list[str] = field(default_factory=list)
    silenced: list[tuple[tuple[str, ...], dict[str, str], bool]] = field(default_factory=list)
    services: list[tuple[tuple[str, ...], dict[str, str]]] = field(default_factory=list)
    lifted: list[str] = field(default_factory=list)
    fault: Exception | None = None
    refusal: HisError | None = None
    gate: threading.Event = field(default_factory=threading.Event)
    threads: set[int] = field(default_factory=set)
    current: StatusPicture | None = None
    number: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    def put(self, *found: Shown, **more: object) -> StatusPicture:
        """Show these targets from now on."""
        make: Callable[..., StatusPicture] = picture
        return self.take(make(*found, **{"now": self.now, **more}))

    def take(self, made: StatusPicture) -> StatusPicture:
        """Show this picture from now on."""
        self.number += 1
        self.current = replace(made, version=self.number)
        return self.current

    def _look(self) -> None:
        self.threads.add(threading.get_ident())
        self.gate.wait(10)
        if self.fault is not None:
            raise self.fault

    def newer(self, version: int) -> StatusPicture | None:
        self._look()
        made = self.current
        return made if made is not None and made.version > version else None

    def readings_of(self, target: str) -> Sequence[Judged]:
        self._look()
        return self.readings.get(target, ())

    def history(self, target: str, key: str) -> History:
        self._look()
        return self.past.get((target, key), ())

    def poll_now(self, target: str) -> None:
        self._look()
        if self.refusal is not None:
            raise self.refusal
        self.polled.append(target)

    def silence(
        self,
        desk: Desk,
        names: Sequence[str],
        given: Mapping[str, str],
        *,
        whole: bool = False,
        service: bool = False,
        act: str | None = None,
    ) -> Outcome:
        if self.refusal is not None:
            raise self.refusal
        if service:
            self.services.append((tuple(names), dict(given)))
        else:
            self.silenced.append((tuple(names), dict(given), whole))
        return Outcome(act or act_id(), 0, 1, "Silenced")

    def lift(self, desk: Desk, number: str) -> Outcome:
        self.lifted.append(number)
        return Outcome(act_id(), 0, 1, "Silence lifted")

    @property
    def watching(self) -> Watching:
        """It, as the console is started with it."""
        return Watching(self, self.silence, self.lift)


def trouble(script: Script) -> None:
    """One of each."""
    now = script.now
    script.put(
        shown(CORE, Status.DOWN, "no answer: down, filtered, or wrong community", now=now),
        shown(DB, Status.CRITICAL, "archive volume 97 %", now=now),
        shown(OPD, Status.UNKNOWN, "no answer", now=now, attempt=1),
        shown("prn-cash-1", Status.UNREACHABLE, "behind sw-opd-1f", now=now),
        shown("prn-cash-2", Status.WARNING, "toner low", now=now),
        shown(UPS, Status.STALE, now=now, age_s=400),
        shown(NAS, Status.SILENCED, "age 30 h", now=now, under=Status.WARNING, silence=quiet(NAS, now=now)),
        trends={DB: (50.0, 60.0, 70.0, 90.0, 97.0)},
        changes=[
            Change(CORE, now - timedelta(minutes=4), Status.OK, Status.DOWN, "no answer"),
            Change(DB, now - timedelta(minutes=9), Status.WARNING, Status.CRITICAL, "archive volume 97 %"),
        ],
    )


async def status(seat: Seat) -> StatusScreen:
    """Go to Status."""
    await seat.press("2")
    await seat.at(StatusScreen)
    await seat.until(lambda: seat.app.lookout.picture is not None and seat.listed())
    place = seat.place
    assert isinstance(place, StatusScreen)
    return place


def top(seat: Seat) -> str:
    """Line 1 as it is now, without waiting for its second."""
    seat.app.refresh_status()
    return seat.lines()[0]


async def put(seat: Seat, script: Script, *found: object, **more: object) -> None:
    """Show these from now on, and wait until they are on the screen."""
    made = script.put(*found, **more)  # type: ignore[arg-type]
    await seat.until(lambda: seat.app.lookout.picture is made)

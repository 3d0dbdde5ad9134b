"""A loader that shows the pictures of a test, in place of the watch and its readings."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from hisconsole.console.feed import Watching
from hisconsole.desk.actor import act_id
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.errors import HisError
from hisconsole.plan.picture import History, StatusPicture
from hisconsole.plan.reading import Judged
from hisconsole.plan.shown import Shown
from tests.plan.pictures import picture


@dataclass(slots=True)
class Script:
    """The loader of a test: shows the picture that was put last; can fail, hang and be looked into."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    readings: dict[str, tuple[Judged, ...]] = field(default_factory=dict)
    past: dict[tuple[str, str], History] = field(default_factory=dict)
    polled: list[str] = field(default_factory=list)
    silenced: list[tuple[tuple[str, ...], dict[str, str], bool]] = field(default_factory=list)
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
        targets: Sequence[str],
        given: Mapping[str, str],
        *,
        whole: bool = False,
        act: str | None = None,
    ) -> Outcome:
        if self.refusal is not None:
            raise self.refusal
        self.silenced.append((tuple(targets), dict(given), whole))
        return Outcome(act or act_id(), 0, 1, "Silenced")

    def lift(self, desk: Desk, number: str) -> Outcome:
        self.lifted.append(number)
        return Outcome(act_id(), 0, 1, "Silence lifted")

    @property
    def watching(self) -> Watching:
        """It, as the console is started with it."""
        return Watching(self, self.silence, self.lift)

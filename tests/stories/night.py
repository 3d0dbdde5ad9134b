"""A night at the hospital in compressed time: consoles on real terminals and a desk, all by one clock."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hisconsole.store.readings import Readings
from hisconsole.store.readings_lease import Holder, myself
from tests.hospital import START, Clock, lay_record
from tests.ptys import LEADER, SRC, Pty
from tests.stories.outage import Outage

BY_CLOCK = Path(__file__).with_name("by_clock.py")
HOUR_S = 3600.0


@dataclass(slots=True)
class FileClock(Clock):
    """A clock that other programs read from a file."""

    path: Path = Path()

    def pass_(self, **lengths: float) -> None:
        super(FileClock, self).pass_(**lengths)
        self.show()

    def show(self) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_text(self.moment.isoformat(), "ascii")
        fresh.replace(self.path)  # nobody ever reads half of it


@dataclass(slots=True)
class Night:
    """One record, its clock and everybody at it."""

    outage: Outage
    clock: FileClock
    open: ExitStack
    watching: Readings
    me: Holder
    consoles: dict[str, Pty] = field(default_factory=dict)

    def sit_down(self, operator: str) -> Pty:
        """An operator opens the console on a terminal of 80x24."""
        words = [sys.executable, str(BY_CLOCK), str(self.clock.path)]
        words += ["--data", str(self.outage.data), "--operator", operator]
        console = self.open.enter_context(Pty(words))
        console.wait_for(" open")
        self.consoles[operator] = console
        return console

    def until(self, minute: int) -> None:
        """Minute by minute; the watch looks at each, and shows that it is there.

        First what the operators have just done gets on record: between two looks of it nobody acts.
        """
        for console in self.consoles.values():
            console.settle(0.3)
        self.outage.pass_until(minute)
        assert self.watching.take(self.me, now=self.clock(), for_s=HOUR_S)

    def asked(self, *words: str) -> str:
        """What a command of hisconsole says of the record; it must succeed."""
        done = subprocess.run(
            [sys.executable, str(BY_CLOCK), str(self.clock.path), *words, "--data", str(self.outage.data)],
            env={"PATH": os.environ["PATH"], "HOME": str(self.outage.data), "PYTHONPATH": str(SRC)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done
        return done.stdout

    def processes(self) -> list[str]:
        """What runs on this record, by its command; the shells of the terminals are not meant."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                words = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                if str(self.outage.data) in words and LEADER not in words:
                    found.append(words)
        return found

    def act(self, name: str, given: Mapping[str, str] | None = None, *, hand: int = 1) -> None:
        """Somebody acts at a desk without a screen."""
        self.outage.act(hand, name, given or {})


@contextmanager
def a_night(folder: Path, start: datetime = START) -> Iterator[Night]:
    """A record with a watch that the test plays; in the end it must hold."""
    data = lay_record(folder / "data")
    clock = FileClock(start, folder / "clock")
    clock.show()
    outage = Outage(data, start=start, clock=clock)
    with ExitStack() as open_:
        watching = Readings(data)
        open_.callback(watching.close)
        me = myself()
        assert watching.take(me, now=start, for_s=HOUR_S)
        outage.open()
        open_.callback(outage.close)
        yield Night(outage, clock, open_, watching, me)
        outage.prove()

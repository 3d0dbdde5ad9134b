"""The watch on itself: one round of readings like any target's, so that a stuck poller is seen."""

from __future__ import annotations

import asyncio
import os
import resource
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from hisconsole.plan.health import Change, Policy, TargetHealth, begin, judge_round, outcome, step
from hisconsole.plan.reading import Judged, Round, Sample
from hisconsole.plan.status import Status
from hisconsole.plan.watching import SELF, SELF_PROBE, SELF_S, patience
from hisconsole.store.readings import Measured
from hisconsole.text import _
from hisconsole.values import dataclass
from hisconsole.watch.runner import End, Runner
from hisconsole.watch.schedule import Schedule

LAG_S = 1.0
"""A loop held up longer than this measures too late."""
LATE_S = 5.0
COMMIT_S = 1.0
SLOWEST = 10
TICK_S = 0.25


@dataclass(slots=True)
class Troubles:
    """What is wrong with the watch, in sentences; empty while nothing is."""

    files: str = ""
    """Why the files of the hospital are not those in force."""
    store: str = ""
    path: str = ""
    """Why we seem to be cut off."""
    room: str = ""
    """What this machine has not room for."""
    backups: str = ""
    """Why no backup of the record could be made."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the watch counted in `seconds`."""

    seconds: float
    lag_s: float
    skipped: int
    late_s: float
    waiting: int
    running: int
    targets: int
    ends: Sequence[End]
    commit_s: float
    cpu_s: float
    memory: int
    """Bytes."""


class Reporter:
    """Counts what the watch does, from report to report."""

    def __init__(self, *, schedule: Schedule, runner: Runner, now: Callable[[], datetime]) -> None:
        self._schedule, self._runner, self._now = schedule, runner, now
        self._health = begin(SELF, [SELF_PROBE], now=now())
        self._readings: dict[str, Judged] = {}
        self._lag_s = 0.0
        self._at_s = asyncio.get_running_loop().time()
        self._cpu_s = time.process_time()

    async def measure_lag(self) -> None:
        """Measure how long the loop is held up, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(TICK_S)
            self._lag_s = max(self._lag_s, loop.time() - before - TICK_S)

    def report(
        self, troubles: Troubles, *, targets: int, commit_s: float, traps: Iterable[Sample] = ()
    ) -> tuple[TargetHealth, tuple[Measured, ...], tuple[Change, ...]]:
        """A report on the time since the last one, as it is kept; `traps` are the readings about them."""
        at_s = asyncio.get_running_loop().time()
        polled = self_round(self._figures(at_s, targets, commit_s), troubles, traps, now=self._now())
        told = {sample.key for sample in polled.samples}
        readings = judge_round(
            polled,
            rules=lambda key: (),
            # A list of the slowest that is shorter than the last one has lost nothing.
            before={key: judged for key, judged in self._readings.items() if key in told},
            at_s=at_s,
            patience=patience(SELF_S),
        )
        before = self._health
        once = Policy(attempts=1, recoveries=1)
        self._health = step(before, outcome(polled, readings), policy=once, now=self._now())
        self._readings = {judged.sample.key: judged for judged in readings}
        news = self._health.changes[-1:] if self._health.changes[-1:] != before.changes[-1:] else ()
        return self._health, (Measured(SELF, SELF_PROBE, 1, polled.finished, readings),), news

    def _figures(self, at_s: float, targets: int, commit_s: float) -> Figures:
        cpu_s = time.process_time()
        ends = [end for end in self._runner.ends if end.at_s > self._at_s]
        found = Figures(
            seconds=max(at_s - self._at_s, TICK_S),
            lag_s=self._lag_s,
            skipped=self._schedule.skipped,
            late_s=self._schedule.late_s,
            waiting=self._schedule.waiting,
            running=self._schedule.running,
            targets=targets,
            ends=ends,
            commit_s=commit_s,
            cpu_s=cpu_s - self._cpu_s,
            memory=_memory(),
        )
        self._at_s, self._cpu_s, self._lag_s = at_s, cpu_s, 0.0
        self._schedule.skipped, self._schedule.late_s = 0, 0.0
        return found


def self_round(figures: Figures, troubles: Troubles, traps: Iterable[Sample] = (), *, now: datetime) -> Round:
    """A report as a round of the target `hisconsole-watch`."""
    samples = (*_numbers(figures), *_sentences(troubles), *traps, *_slowest(figures.ends))
    return Round(SELF, SELF_PROBE, now, now, samples)


def _numbers(figures: Figures) -> Iterable[Sample]:
    cut = sum(end.cut for end in figures.ends)
    rate = round(len(figures.ends) / figures.seconds, 2)
    cpu = round(100 * figures.cpu_s / figures.seconds, 1)
    late = figures.late_s > LATE_S
    yield _number("lag", _("delay of the loop"), figures.lag_s, "s", bad=figures.lag_s > LAG_S)
    yield _number("overruns", _("turns left out"), figures.skipped, bad=figures.skipped > 0)
    yield _number("cut", _("rounds cut at their deadline"), cut)
    yield _number("late", _("longest wait for a turn"), figures.late_s, "s", bad=late)
    yield _number("waiting", _("rounds waiting"), figures.waiting)
    yield _number("running", _("rounds under way"), figures.running)
    yield _number("rate", _("rounds a second"), rate)
    yield _number("commit", _("time of a commit"), figures.commit_s, "s", bad=figures.commit_s > COMMIT_S)
    yield _number("cpu", _("processor"), cpu, "%")
    yield _number("memory", _("memory"), figures.memory / 1e6, "MB")
    nothing = Status.WARNING if not figures.targets else None
    reason = _("nothing is watched") if nothing else ""
    yield Sample("targets", _("targets"), float(figures.targets), "", "watch", nothing, reason)


def _number(key: str, label: str, value: float, unit: str = "", *, bad: bool = False) -> Sample:
    hint, reason = (Status.WARNING, _("more than it should be")) if bad else (None, "")
    return Sample(key, label, round(float(value), 3), unit, "watch", hint, reason)


def _sentences(troubles: Troubles) -> Iterable[Sample]:
    for key, label, sentence, level in (
        ("files", _("files of the hospital"), troubles.files, Status.WARNING),
        ("store", _("file of the readings"), troubles.store, Status.WARNING),
        ("path", _("own path"), troubles.path, Status.CRITICAL),
        ("room", _("open files"), troubles.room, None),
        ("backups", _("backups of the record"), troubles.backups, Status.WARNING),
    ):
        yield Sample(key, label, sentence or _("good"), "", "watch", level if sentence else None, sentence)


def _slowest(ends: Sequence[End]) -> Iterable[Sample]:
    """The slowest slots of this time; their keys are their places, so that a list stays a list."""
    took: dict[str, float] = {}
    for end in ends:
        name = f"{end.slot.target} {end.slot.probe}"
        took[name] = max(took.get(name, 0.0), end.took_s)
    ranked = sorted(took.items(), key=lambda pair: -pair[1])[:SLOWEST]
    for place, (name, seconds) in enumerate(ranked, 1):
        yield Sample(f"slow/{place:02d}", name, round(seconds, 3), "s", "watch")


def _memory() -> int:
    """Bytes of this process that are in memory."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")

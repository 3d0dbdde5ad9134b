"""A whole watch as a process, looked at from outside as a console does: processor, memory, its own report."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from hisconsole.plan.health import Status, TargetHealth
from hisconsole.plan.watching import SELF
from hisconsole.store.readings_reader import Reader
from tests.bench.run import ROOT, Run

LOOK_S = 2.0
REPORT_S = 15.0
"""In this time the watch reports on itself at least once."""


@dataclass(slots=True)
class Found:
    """What was seen of a watch in some minutes: percent of a core minute by minute, and what went wrong."""

    cpu: list[float] = field(default_factory=list)
    memory_mb: float = 0.0
    skipped: float = 0.0
    waited_s: float = 0.0
    failed: set[str] = field(default_factory=set)
    """Those that should be well and were said to fail, if only once."""
    late: set[str] = field(default_factory=set)
    """Those that should be well and whose latest round was ever older than two intervals."""


class Watched:
    """A watch at work on these files; it ends with the block."""

    def __init__(self, run: Run, config: Path, data: Path) -> None:
        data.mkdir(mode=0o700, exist_ok=True)
        words = [sys.executable, "-m", "hisconsole.watch", str(config), str(data)]
        self._process = subprocess.Popen(words, env=run.env, cwd=ROOT)
        self._reader = Reader(data)
        self._reported: datetime | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        self._reader.close()
        self._process.terminate()
        self._process.wait()

    def healths(self) -> Mapping[str, TargetHealth]:
        """All targets as they were last written."""
        return self._reader.latest().healths

    def settle(self, targets: int, *, within_s: float = 60.0, firm: bool = False) -> float:
        """Wait until all were polled, or with `firm` until all are well; the seconds it took.

        The report on the first rush is let pass too.
        """
        began = time.monotonic()
        while time.monotonic() - began < within_s:
            known = [health for id_, health in self.healths().items() if id_ != SELF]
            settled = [each for each in known if (each.hard is Status.OK if firm else each.checked_at)]
            if len(settled) >= targets:
                break
            time.sleep(0.5)
        else:
            told = {each.sample.key: each.sample.value for each in self._reader.readings(SELF)}
            raise RuntimeError(f"after {within_s:.0f} s the watch knows {len(settled)} of {targets}: {told}")
        took = time.monotonic() - began
        self._new_reports()
        while not self._new_reports() and time.monotonic() - began - took < REPORT_S:
            time.sleep(0.5)
        return took

    def look(self, seconds: float, *, well: Iterable[str], every_s: float = 60.0) -> Found:
        """Look on for some time, minute by minute; `well` are the targets that answer."""
        found = Found()
        wanted = tuple(well)
        left = seconds
        while left > 0:
            part = min(60.0, left)
            began, before = time.monotonic(), self._cpu_s()
            while (more := began + part - time.monotonic()) > 0:
                time.sleep(min(LOOK_S, more))
                self._see(found, wanted, every_s)
            found.cpu.append(100 * (self._cpu_s() - before) / (time.monotonic() - began))
            left -= part
        found.memory_mb = self.memory_mb()
        return found

    def _see(self, found: Found, well: Iterable[str], every_s: float) -> None:
        healths, now = self.healths(), datetime.now(UTC)
        for id_ in well:
            health = healths.get(id_)
            if health is None or health.checked_at is None:
                found.late.add(id_)
                continue
            if (now - health.checked_at).total_seconds() > 2 * every_s:
                found.late.add(id_)
            if any(way.latest is not Status.OK for way in health.probes):
                found.failed.add(id_)
        report = self._new_reports()
        found.skipped += report.get("overruns", 0.0)
        found.waited_s = max(found.waited_s, report.get("late", 0.0))

    def _new_reports(self) -> Mapping[str, float]:
        """The watch's report on itself, where there is a new one."""
        health = self.healths().get(SELF)
        if health is None or health.checked_at == self._reported:
            return {}
        self._reported = health.checked_at
        readings = self._reader.readings(SELF)
        return {each.sample.key: each.last for each in readings if isinstance(each.last, float | int)}

    def _cpu_s(self) -> float:
        """Seconds of processor of the whole process with all its threads, in nanosecond steps."""
        return time.clock_gettime((~self._process.pid << 3) | 2)

    def memory_mb(self) -> float:
        """What the whole process holds in memory."""
        text = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
        return int(text) * os.sysconf("SC_PAGE_SIZE") / 1e6

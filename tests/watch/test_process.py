"""Watches as real processes: who holds the lease, who takes over, and how they end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hisconsole.plan.health import Status
from hisconsole.store.readings import ask_poll
from hisconsole.store.readings_lease import started
from hisconsole.store.readings_reader import Reader
from hisconsole.watch.process import ensure
from tests.probes.snmpd import Snmpd, running
from tests.watch.fakes import entries, lay_site

ROOT = Path(__file__).resolve().parents[2]


class Place:
    """A hospital with its data, and the processes in it; each is ended by its own number."""

    def __init__(self, folder: Path) -> None:
        self.config = lay_site(folder / "config", entries("his-db-1"))
        self.data = folder / "data"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.reader = Reader(self.data)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.watch.acting", str(self.config), str(self.data), *words],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.processes.append(process)
        return process

    def holder(self) -> int:
        """The process that watches now; 0 for none."""
        picture = self.reader.latest()
        return picture.watch.holder.pid if picture.watch and picture.watched else 0

    def until(self, true: Callable[[], object], seconds: float = 10.0) -> float:
        began = time.monotonic()
        while not true():
            assert time.monotonic() - began < seconds, "it did not come to that"
            time.sleep(0.02)
        return time.monotonic() - began

    def end(self) -> None:
        self.reader.close()
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()


def heeds_signals(pid: int) -> bool:
    """Whether a process has come to catching SIGHUP, the last of those that end it."""
    (caught,) = re.findall(r"SigCgt:\s+(\w+)", Path(f"/proc/{pid}/status").read_text())
    return bool(int(caught, 16) >> (signal.SIGHUP - 1) & 1)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    found = Place(tmp_path)
    yield found
    found.end()


def test_when_the_holder_is_killed_the_one_that_stands_by_takes_over(place: Place) -> None:
    first = place.start()
    place.until(lambda: place.holder() == first.pid)
    second = place.start()
    time.sleep(0.7)
    assert place.holder() == first.pid
    first.kill()  # Not waited for: its remains must not count as alive.
    assert place.until(lambda: place.holder() == second.pid) < 1.5


def test_a_holder_that_hangs_loses_the_lease_and_stands_by_when_it_wakes(place: Place) -> None:
    first = place.start()
    place.until(lambda: place.holder() == first.pid)
    second = place.start()
    time.sleep(0.5)
    first.send_signal(signal.SIGSTOP)
    place.until(lambda: place.holder() == second.pid)
    first.send_signal(signal.SIGCONT)
    time.sleep(0.5)
    assert place.holder() == second.pid
    assert first.poll() is None
    second.send_signal(signal.SIGTERM)
    second.wait(2)
    place.until(lambda: place.holder() == first.pid)


def test_it_ends_within_two_seconds_and_gives_the_lease_back(place: Place) -> None:
    holder, standby, other = place.start(), place.start(), place.start()
    watches = {each.pid: each for each in (holder, standby, other)}
    place.until(lambda: place.holder() and all(map(heeds_signals, watches)))
    first = watches.pop(place.holder())
    for signal_, process in zip((signal.SIGINT, signal.SIGHUP), watches.values(), strict=True):
        process.send_signal(signal_)
        assert process.wait(2) == 0
    first.send_signal(signal.SIGTERM)
    assert first.wait(2) == 0
    assert place.reader.latest().watch is None


def test_a_child_ends_when_its_parent_closes_the_pipe(place: Place) -> None:
    process = place.start("--child")
    place.until(lambda: place.holder() == process.pid)
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(2) == 0


def test_a_console_starts_a_watch_that_dies_with_it_even_when_it_is_killed(place: Place) -> None:
    (place.config / "targets.yaml").write_text("", encoding="utf-8")
    console = place.start("--parent")
    assert console.stdout is not None
    child = int(console.stdout.readline())
    assert child
    place.until(lambda: place.holder() == child)
    console.kill()
    console.wait()
    assert place.until(lambda: not started(child)) < 3
    assert place.holder() == 0


def test_a_console_starts_none_where_one_is_at_work(place: Place) -> None:
    process = place.start()
    place.until(lambda: place.holder() == process.pid)
    assert ensure(place.config, place.data) is None


def test_a_console_starts_another_when_its_own_has_died(place: Place) -> None:
    (place.config / "targets.yaml").write_text("", encoding="utf-8")
    first = ensure(place.config, place.data)
    assert first is not None
    place.processes.append(first)
    place.until(lambda: place.holder() == first.pid)
    assert ensure(place.config, place.data, first) is first
    first.kill()
    first.wait()
    second = ensure(place.config, place.data, first)
    assert second is not None
    assert second.pid != first.pid
    place.processes.append(second)
    place.until(lambda: place.holder() == second.pid)


@pytest.mark.slow
def test_a_real_watch_sees_a_real_agent_go_and_come(place: Place, snmpd: Snmpd, tmp_path: Path) -> None:
    """From the wire to what a console reads: the child process, gufo, and net-snmp's agent."""
    (place.config / "credentials.yaml").write_text(
        "v2:\n  kind: snmp2c\n  community: practice\n  insecure: yes\n", encoding="utf-8"
    )
    (place.config / "targets.yaml").write_text(
        f"agent:\n  name: agent\n  kind: server\n  address: {snmpd.address}\n  port: {snmpd.port}\n"
        "  credential: v2\n  profiles: snmp\n",
        encoding="utf-8",
    )
    child = ensure(place.config, place.data)
    assert child is not None
    place.processes.append(child)

    def status() -> Status | None:
        health = place.reader.latest().healths.get("agent")
        return health.hard if health and health.checked_at else None

    def asked(wanted: Status) -> bool:
        ask_poll(place.data, ["agent"], now=datetime.now(UTC))
        time.sleep(0.2)
        return status() is wanted

    place.until(lambda: status() is Status.WARNING)  # It runs for less than ten minutes.
    readings = {judged.sample.key: judged for judged in place.reader.readings("agent")}
    assert isinstance(readings["uptime"].last, float)
    snmpd.process.kill()
    snmpd.process.wait()
    place.until(lambda: asked(Status.DOWN), 15)
    assert "no SNMP agent listens" in place.reader.latest().healths["agent"].worst
    (change, *_earlier) = place.reader.changes(now=datetime.now(UTC))
    assert (change.target, change.new) == ("agent", Status.DOWN)
    with running(str(snmpd.process.args[0]), tmp_path / "again", snmpd.port):  # type: ignore[index]
        place.until(lambda: asked(Status.WARNING), 15)


def test_the_files_are_for_their_owner_only(place: Place) -> None:
    process = place.start()
    place.until(lambda: place.holder() == process.pid)
    assert place.data.stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in place.data.iterdir()}
    assert modes.get("readings.db") == 0o600
    assert set(modes.values()) == {0o600}

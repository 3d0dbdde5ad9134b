"""Rows about the watch: a whole watch with 1,000 SNMP targets, first all well, then every fifth dead.

Each target has 30 objects and a table of 8 x 31, once a minute; one net-snmp agent answers for all of
them, each at an address of its own. The dead ones are silent: a socket takes their datagrams and says
nothing.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hisconsole.config import FILES
from hisconsole.paths import shipped
from hisconsole.plan.health import Status
from hisconsole.plan.watching import SELF
from hisconsole.store.readings_reader import Reader
from tests.bench.figures import Figure, Goal, figure
from tests.bench.run import Run

TARGETS, EVERY_S = 1000, 60
OBJECTS, COLUMNS, ROWS = 30, 8, 31
SETTLE_S = 45
"""First contact with all of them takes 20 s at 50 a second."""

_ROOT = "1.3.6.1.4.1.8072.9999.9999"


def watch(run: Run) -> Iterator[Figure]:
    """1,000 targets for a few minutes, then the same with 200 of them silent."""
    program = shutil.which("snmpd")
    if program is None:
        print("bench: no snmpd here, the row 'watch' is left out", flush=True)
        return
    with _agent(program, run.scratch / "snmpd") as port, _mute() as dead_port:
        for dead in (0, TARGETS // 5):
            found = _watched(run, port, dead_port, dead)
            yield from _figures(found, dead)


@dataclass(frozen=True)
class _Found:
    cpu: list[float]
    memory: float
    skipped: float
    late_s: float
    failed: int
    late: int
    unseen: int


def _figures(found: _Found, dead: int) -> Iterator[Figure]:
    name = f"{TARGETS} SNMP targets" if not dead else f"the same, {dead} of them silent"
    yield figure("watch", f"{name}: processor", found.cpu, "%", goal=Goal(25))
    yield figure("watch", f"{name}: memory", [found.memory], "MB", goal=Goal(250))
    yield figure("watch", f"{name}: turns left out", [found.skipped], "", goal=Goal(0))
    yield figure("watch", f"{name}: longest wait for a turn", [found.late_s], "s")
    yield figure("watch", f"{name}: well, and said to fail", [float(found.failed)], "", goal=Goal(0))
    yield figure("watch", f"{name}: well, and late by an interval", [float(found.late)], "", goal=Goal(0))
    if dead:
        yield figure("watch", f"{name}: silent, and not known", [float(found.unseen)], "", goal=Goal(0))


def _watched(run: Run, port: int, dead_port: int, dead: int) -> _Found:
    """Run a watch for `minutes` and look at it from outside, as a console does."""
    config, data = run.scratch / f"config-{dead}", run.scratch / f"watch-{dead}"
    _lay(config, port, dead_port, dead)
    data.mkdir(mode=0o700)
    words = [sys.executable, "-m", "hisconsole.watch", str(config), str(data)]
    process = subprocess.Popen(words, env=run.env)
    try:
        time.sleep(SETTLE_S)
        cpu, skipped, late_s = [], 0.0, 0.0
        with closing(Reader(data)) as reader:
            for _minute in range(run.few(3, 1)):
                before = _cpu_s(process.pid)
                for _part in range(EVERY_S // 5):
                    time.sleep(5)
                    figures = {each.sample.key: each.last for each in reader.readings(SELF)}
                    skipped += float(figures["overruns"] or 0)
                    late_s = max(late_s, float(figures["late"] or 0))
                cpu.append(100 * (_cpu_s(process.pid) - before) / EVERY_S)
            healths = reader.latest().healths
        now = datetime.now(UTC)
        well = [health for id_, health in healths.items() if id_.startswith("well-")]
        silent = [health for id_, health in healths.items() if id_.startswith("dead-")]
        return _Found(
            cpu=cpu,
            memory=_memory_mb(process.pid),
            skipped=skipped,
            late_s=late_s,
            failed=sum(way.latest is not Status.OK for health in well for way in health.probes),
            late=sum(
                health.checked_at is None or (now - health.checked_at).total_seconds() > 2 * EVERY_S
                for health in well
            )
            + TARGETS
            - dead
            - len(well),
            unseen=sum(health.hard is not Status.DOWN for health in silent) + dead - len(silent),
        )
    finally:
        process.terminate()
        process.wait()


def _lay(config: Path, port: int, dead_port: int, dead: int) -> None:
    (config / "profiles").mkdir(parents=True)
    for name in FILES:
        shutil.copy(shipped("config") / name, config / name)
    (config / "credentials.yaml").write_text("v2:\n  kind: snmp2c\n  community: bench\n  insecure: yes\n")
    readings = "".join(
        f"  r{number}:\n    label: object {number}\n    object: BENCH::r{number}\n"
        f'    oid: {_ROOT}.2.{number}.0\n    warn: ">= 90000"\n'
        for number in range(1, OBJECTS + 1)
    )
    columns = "".join(
        f"      c{number}:\n        label: column {number}\n        object: BENCH::c{number}\n"
        f'        oid: {_ROOT}.1.{number}\n        warn: ">= 90000"\n'
        for number in range(1, COLUMNS + 1)
    )
    (config / "profiles" / "bench.yaml").write_text(
        f"name: Bench\nprobe: snmp\nkind: switch\nreadings:\n{readings}"
        f"tables:\n  t:\n    names: {_ROOT}.1.{COLUMNS + 1}\n    readings:\n{columns}"
    )
    entries = [
        (f"well-{number}", number, port) if number >= dead else (f"dead-{number}", number, dead_port)
        for number in range(TARGETS)
    ]
    (config / "targets.yaml").write_text(
        "".join(
            f"{id_}:\n  name: {id_}\n  kind: switch\n  address: 127.40.{number // 200}.{number % 200 + 1}\n"
            f"  port: {at}\n  credential: v2\n  profiles: bench\n  every: {EVERY_S}\n"
            for id_, number, at in entries
        )
    )


@contextmanager
def _agent(program: str, folder: Path) -> Iterator[int]:
    """One agent at every address of this machine."""
    folder.mkdir()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("0.0.0.0", 0))
        port: int = probe.getsockname()[1]
    lines = [f"agentaddress udp:{port}", "rocommunity bench 127.0.0.0/8"]
    lines += [f"override {_ROOT}.2.{number}.0 integer {1000 + number}" for number in range(1, OBJECTS + 1)]
    for column in range(1, COLUMNS + 1):
        lines += [f"override {_ROOT}.1.{column}.{row} counter {column * row}" for row in range(1, ROWS + 1)]
    lines += [
        f'override {_ROOT}.1.{COLUMNS + 1}.{row} octet_str "GigabitEthernet0/0/{row}"'
        for row in range(1, ROWS + 1)
    ]
    config, log = folder / "snmpd.conf", folder / "log"
    config.write_text("\n".join([*lines, ""]))
    words = [program, "-f", "-r", "-Lf", str(log), "-C", "-c", str(config), "-I", "-smux"]
    environment = {**os.environ, "SNMP_PERSISTENT_DIR": str(folder / "engine"), "MIBS": ""}
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while not (log.exists() and b"NET-SNMP version" in log.read_bytes()):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("snmpd did not start")
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _mute() -> Iterator[int]:
    """A port that takes everything and answers nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("0.0.0.0", 0))
        yield mute.getsockname()[1]


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_mb(pid: int) -> float:
    text = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(text) * os.sysconf("SC_PAGE_SIZE") / 1e6

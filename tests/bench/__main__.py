"""Measure the console and its peers, print one table and write JSON."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import platform
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from hisconsole.store import sqlite
from tests.bench import away, door, event, gone, probes, screens, stores, storm, traps, watch, wire
from tests.bench.figures import Figure, plot, table
from tests.bench.run import HERE, Run

ROWS: Mapping[str, Callable[[Run], Iterable[Figure]]] = {
    "start": screens.start,
    "keys": screens.keys,
    "updates": screens.updates,
    "idle": screens.idle,
    "act": stores.act,
    "away": away.away,
    "gone": gone.gone,
    "event": event.event,
    "writers": stores.writers,
    "memory": screens.memory,
    "wire": wire.wire,
    "diff": wire.diff,
    "far": wire.far,
    "stopped": wire.stopped,
    "soak": wire.soak,
    "board": stores.board,
    "verify": stores.verify,
    "snmp": probes.snmp,
    "ssh": probes.ssh,
    "watch": watch.watch,
    "beside": watch.beside,
    "strikes": watch.strikes,
    "flood": traps.flood,
    "confirmed": traps.confirmed,
    "storm": storm.storm,
    "door": door.door,
    "many": watch.many,
}
ONLY_BY_NAME = frozenset({"many"})


def main() -> int:
    """Run the rows that were named, or all; 0 whatever the figures say, 1 when a row broke off."""
    given = _arguments()
    given.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    figures: list[Figure] = []
    faults: dict[str, str] = {}
    lock = (given.home / "lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)  # two benches at once would measure each other
    began, load = time.monotonic(), os.getloadavg()[0]
    # A watch may still put its own files away when its console has ended.
    with tempfile.TemporaryDirectory(prefix="run-", dir=given.home, ignore_cleanup_errors=True) as scratch:
        run = Run(home=given.home, scratch=Path(scratch), quick=given.quick)
        say("preparing (the records are kept for the next run)")
        say("records:", str(run.stored), str(run.many))
        run.warm()
        for name in given.rows or (row for row in ROWS if row not in ONLY_BY_NAME):
            say(name, f"(after {time.monotonic() - began:.0f} s)")
            fault = measured(ROWS[name], run, figures)
            if fault:
                say(fault)
                faults[name] = fault
    machine = _machine(given.home, load=load, quick=given.quick, seconds=time.monotonic() - began)
    print("\n" + ", ".join(f"{name} {value}" for name, value in machine.items()) + "\n")
    print(table(figures))
    print(plot(figures))
    if run.missing:
        print(f"not installed here, so not measured: {', '.join(run.missing)}")
    for name, fault in faults.items():
        print(f"{name}: {fault}")
    found = {"machine": machine, "figures": list(_plain(figures)), "faults": faults, "missing": run.missing}
    given.json.write_text(json.dumps(found, indent=1) + "\n")
    print(f"\nwritten to {given.json}")
    return 1 if faults else 0


def measured(row: Callable[[Run], Iterable[Figure]], run: Run, figures: list[Figure]) -> str:
    """Add a row's figures; why it broke off, or "": what was measured before the fault stays."""
    try:
        figures.extend(row(run))
    except Exception as fault:  # noqa: BLE001 - minutes of other rows must not go with this one
        at = traceback.extract_tb(fault.__traceback__)[-1]
        return f"broke off: {type(fault).__name__} at {Path(at.filename).name}:{at.lineno}: {fault}"
    return ""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; many only by its name")
    parser.add_argument("--quick", action="store_true", help="fewer samples: a look, not a measurement")
    parser.add_argument("--json", type=Path, default=HERE / "results.json", metavar="FILE")
    # Not /tmp, which may lie in memory, where fsync is free.
    home = Path(f"/var/tmp/hisconsole-bench-{os.getuid()}")
    parser.add_argument("--home", type=Path, default=home, metavar="FOLDER", help="where records are kept")
    given = parser.parse_args()
    if unknown := set(given.rows) - set(ROWS):
        parser.error(f"no row {', '.join(sorted(unknown))}; rows: {', '.join(ROWS)}")
    return given


def say(*words: str) -> None:
    """What is going on, while it is."""
    print("bench:", *words, flush=True)


def _machine(home: Path, *, load: float, quick: bool, seconds: float) -> dict[str, str]:
    mounts = Path("/proc/self/mountinfo").read_text()
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "Python": platform.python_version(),
        "Textual": version("textual"),
        "SQLAlchemy": version("sqlalchemy"),
        "SQLite": sqlite.driver().sqlite_version,
        "cores": str(os.cpu_count()),
        "load before": f"{load:.1f}",
        "byte code": "on both sides",
        "records on": sqlite.filesystem_of(home.resolve(), mounts),
        "samples": "quick" if quick else "full",
        "took": f"{seconds:.0f} s",
    }


def _plain(figures: Sequence[Figure]) -> Iterable[dict[str, object]]:
    for each in figures:
        yield {**asdict(each), "ratio": each.ratio, "met": each.met}


if __name__ == "__main__":
    raise SystemExit(main())

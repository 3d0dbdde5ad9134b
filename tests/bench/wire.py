"""What goes over the line: bytes of each change, keys on thin lines, a terminal that stops reading."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pyte

from hisconsole.desk.board import first_board
from tests.bench.far import DESK, RADIO, SERIAL, Far, Link
from tests.bench.figures import Figure, Goal, Peer, figure, share
from tests.bench.others import Other, others
from tests.bench.record import keep
from tests.bench.run import MANY, Run, Writers
from tests.bench.screens import ESC, PAGE_DOWN, PAGE_UP, QUIET
from tests.bench.writer import open_desk


@dataclass
class Cost:
    """What a program's keys cost, in bytes and in ms of its processor, by kind."""

    bytes: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)

    def press(self, far: Far, kind: str, key: str, *, quiet: float = QUIET) -> None:
        """Press a key and count until nothing is written or computed for `quiet` seconds, at most three.

        10,000 open incidents pass deadlines all the time, which the console counts beside its keys.
        """
        far.pump(0.01)
        had, before = far.line.received, far.line.cpu()
        shown, seen, last = had, before, time.monotonic()
        until = last + 3
        far.send(key)
        while time.monotonic() - last < quiet and last < until:
            far.pump(0.004)
            cpu = far.line.cpu()
            if far.line.received != shown or cpu - seen > 0.0003:
                last = time.monotonic()
            shown, seen = far.line.received, cpu
        self.bytes.setdefault(kind, []).append(float(shown - had))
        self.cpu.setdefault(kind, []).append((seen - before) * 1000)


def console(
    run: Run,
    data: Path,
    link: Link,
    *,
    cols: int = 120,
    rows: int = 40,
    stock: bool = False,
) -> Far:
    """Our console on a line; `stock` draws as Textual does, without our frames."""
    module = "tests.bench.stock" if stock else "hisconsole"
    where = (
        "--config",
        str(run.quiet),
        "--data",
        str(data),
        "--operator",
        run.site.operators[0].id,
    )
    return Far((run.argv0, "-m", module, *where), run.env, link, cols=cols, rows=rows)


def _ours(run: Run, data: Path, *, stock: bool = False) -> Cost:
    cost = Cost()
    with console(run, data, DESK, stock=stock) as far:
        far.until(whole)
        cost.bytes["first screen"] = [float(far.line.received)]
        far.settle(1.5, timeout=10)
        _list(cost, far, run, step="j", page=PAGE_DOWN)
        if stock:
            return cost
        for _ in range(run.few(4, 2)):
            cost.press(far, "form", "n", quiet=0.4)
            before = far.line.received
            far.pump(3.0)
            cost.bytes.setdefault("form, idle", []).append((far.line.received - before) / 3)
            cost.press(far, "out of it", ESC, quiet=0.4)
    return cost


def _list(cost: Cost, far: Far, run: Run, *, step: str, page: str) -> None:
    for _ in range(run.few(24, 10)):
        cost.press(far, "step", step)
    for _ in range(far.screen.lines):
        far.send(step)
        far.pump(0.03)
    far.settle(0.3)
    for _ in range(run.few(24, 8)):
        cost.press(far, "scroll", step)
    for key in (page, page, PAGE_UP, page) * run.few(3, 1):
        cost.press(far, "page", key)


def _other(run: Run, other: Other) -> Cost:
    cost = Cost()
    with Far(other.argv, run.env, DESK) as far:
        far.until(
            lambda screen: far.line.received > other.least and far.holds(other.ready)(screen), timeout=60
        )
        far.settle(1.5, timeout=20)
        cost.bytes["first screen"] = [float(far.line.received)]
        before = far.line.received
        far.pump(run.few(10, 4))
        cost.bytes["idle"] = [(far.line.received - before) / run.few(10, 4)]
        if other.lists:
            _list(cost, far, run, step=other.step, page=other.page)
        else:
            for _ in range(run.few(8, 4)):
                cost.press(far, "step", other.step)
    return cost


GOALS = {
    "first screen": 7000,
    "step": 320,
    "scroll": 450,
    "page": 4000,
    "form": 1500,
    "form, idle": 10,
}


def wire(run: Run) -> Iterator[Figure]:
    """Bytes at 120x40 of everything that is done most, beside programs of others."""
    cost = _ours(run, run.many)
    theirs = {other.name: _other(run, other) for other in others(run, run.rows(run.board(run.many)))}
    for kind, goal in GOALS.items():
        found = cost.bytes[kind]
        unit = "B/s" if "idle" in kind else "B"
        yield figure("wire", kind, found, unit, goal=Goal(goal))
        for name, their in theirs.items():
            if kind in their.bytes:
                yield figure("wire", kind, found, unit, peer=Peer(name, median(their.bytes[kind])))
    for kind, goal in (("step", 5), ("scroll", 15), ("page", 0)):
        found = cost.cpu[kind]
        yield figure("wire", f"{kind}, processor", found, "ms", goal=Goal(goal) if goal else None)
        for name, their in theirs.items():
            if kind in their.cpu:
                yield figure(
                    "wire", f"{kind}, processor", found, "ms", peer=Peer(name, median(their.cpu[kind]))
                )
    yield from _small(run)


def _small(run: Run) -> Iterator[Figure]:
    """80x24, rest, the minute, a changed row."""
    with console(run, run.stored, DESK, cols=80, rows=24) as far:
        far.until(whole)
        yield figure("wire", "first screen, 80x24", [float(far.line.received)], "B", goal=Goal(4000))
    for opened in (1, 6):
        yield from _minute(run, keep(run.home, run.site, stored=opened, opened=opened), opened)


def _minute(run: Run, record: Path, opened: int) -> Iterator[Figure]:
    """Rest, the minute's tick, in which every row's age and time left change, and a row another changes."""
    data = run.copy(record, f"minute-{opened}")
    with console(run, data, DESK) as far:
        far.until(far.holds(f"{opened} open"))
        far.settle(1.5)
        rests = []
        while time.time() % 60 > 50 or time.time() % 60 < 2:
            far.pump(0.5)
        for _ in range(run.few(5, 2)):
            had = far.line.received
            far.pump(1.0)
            rests.append(float(far.line.received - had))
        yield figure(
            "wire", f"{opened} open, between minutes", rests, "B/s", value=median(rests), goal=Goal(0)
        )
        had = far.line.received
        far.pump(62 - time.time() % 60)
        found = float(far.line.received - had)
        yield figure("wire", f"{opened} open, the minute", [found], "B", goal=Goal(40))
        yield figure("wire", f"{opened} open, one changed row", _changed(far, run, data), "B", goal=Goal(60))


def _changed(far: Far, run: Run, data: Path) -> list[float]:
    """Bytes of each change of owner that another console makes, well within a minute."""
    desk = open_desk(data, 1)
    found: list[float] = []
    try:
        number = first_board(desk).rows[0].number
        for turn in range(run.few(8, 4)):
            while time.time() % 60 > 55 or time.time() % 60 < 2:
                far.pump(0.2)
            had = far.line.received
            desk.perform("assign", number, {"owner": desk.site.operators[turn % 2].id})
            far.pump(2.0)
            found.append(float(far.line.received - had))
    finally:
        desk.database.close()
    return found


def diff(run: Run) -> Iterator[Figure]:
    """What the frames cost in processor time, against the same console drawn as Textual does."""
    plain = _ours(run, run.stored, stock=True)
    cost = _ours(run, run.stored)
    for kind in ("step", "scroll", "page"):
        peer = Peer("undiffed", median(plain.cpu[kind]))
        yield figure("diff", f"{kind}, processor", cost.cpu[kind], "ms", peer=peer)
        peer = Peer("undiffed", median(plain.bytes[kind]))
        yield figure("diff", f"{kind}, written", cost.bytes[kind], "B", peer=peer)


def whole(screen: pyte.Screen) -> bool:
    """Whether every line of a queue that is long enough stands there."""
    lines = screen.display
    return all(line.strip() for line in (*lines[: screen.lines - 2], lines[-1]))


def row_under_cursor(screen: pyte.Screen) -> str | None:
    """What stands in the line that is drawn unlike most others."""
    looks: dict[tuple[object, ...], list[int]] = {}
    for y in range(2, screen.lines - 3):
        cell = screen.buffer[y][screen.columns // 3]
        looks.setdefault((cell.reverse, cell.bg), []).append(y)
    alone = [lines[0] for lines in looks.values() if len(lines) == 1]
    return screen.display[alone[0]][:12] if len(alone) == 1 else None


def far(run: Run) -> Iterator[Figure]:
    """A key to its effect on the far screen, while 50 rows change a second."""
    for link, sizes in ((SERIAL, ((120, 40), (80, 24))), (RADIO, ((120, 40),))):
        for cols, rows in sizes:
            yield from _on(run, link, cols, rows)


def _on(run: Run, link: Link, cols: int, rows: int) -> Iterator[Figure]:
    count = run.few(30, 12)
    data = run.copy(run.many, f"far-{cols}-{link.trip}")
    writers = Writers(run, "changes", data, count=1, rate=50, seconds=count * 1.5 + 6)
    where = f"{link.name}, {cols}x{rows}"
    serial = link is SERIAL
    try:
        with console(run, data, link, cols=cols, rows=rows) as console_:
            first = console_.until(whole, timeout=60)
            console_.settle(1.0, timeout=15)
            writers.go()
            console_.pump(2.0)
            console_.worst = 0
            had, began = console_.line.received, time.monotonic()
            took = _keys(console_, count)
            rate = (console_.line.received - had) / (time.monotonic() - began)
            writers.wait()
            goal = Goal(8 if cols == 120 else 4.5) if serial else None
            yield figure("far", f"{where}, first screen", [first or 60.0], "s", goal=goal)
            yield figure("far", f"{where}, key to seen", took, "s", goal=Goal(0.65) if serial else None)
            p90 = share(took, 0.9)
            yield figure("far", f"{where}, p90", took, "s", value=p90, goal=Goal(0.9) if serial else None)
            yield figure("far", f"{where}, written", [rate], "B/s")
            yield figure("far", f"{where}, backlog", [float(console_.worst)], "B", goal=Goal(6000))
    finally:
        writers.close()


def _keys(console_: Far, count: int) -> list[float]:
    dice = random.Random(7)
    took: list[float] = []
    for _ in range(count):
        was = row_under_cursor(console_.screen)
        console_.send("j")
        seen = console_.until(lambda s, was=was: row_under_cursor(s) not in (None, was), timeout=20)  # type: ignore[misc]
        took.append(seen if seen is not None else 20.0)
        console_.pump(dice.uniform(0.3, 1.1))
    return took


_LAG = re.compile(r"late by (\d+) ms, p99 (\d+) ms, at worst (\d+) ms")


def stopped(run: Run) -> Iterator[Figure]:
    """A terminal that stops reading for a minute while 50 rows change a second and keys are pressed."""
    seconds = run.few(60, 10)
    data = run.copy(run.many, "stopped")
    writers = Writers(run, "changes", data, count=1, rate=50, seconds=seconds)
    try:
        with console(run, data, DESK) as line:
            line.until(line.holds(f"{MANY} open"))
            line.settle(1.0)
            memory = line.line.memory()[0]
            writers.go()
            line.reads = False
            for _ in range(seconds * 2):
                line.send("j")
                line.pump(0.5)
            grown = line.line.memory()[0] - memory
            writers.wait()
            had = line.line.received
            line.reads = True
            line.settle(1.0)
            yield figure(
                "stopped", f"{seconds} s unread, what came then", [float(line.line.received - had)], "B"
            )
            yield figure("stopped", "memory grown", [max(0.0, grown)], "MB", goal=Goal(10))
            line.send("D")
            line.until(line.holds("late by"))
            yield from _lags(line.screen.display)
    finally:
        writers.close()


def _lags(shown: Sequence[str]) -> Iterator[Figure]:
    found = _LAG.search("\n".join(shown))
    if found is None:
        raise RuntimeError("the page of diagnostics does not say the lag")
    half, most, worst = (float(each) for each in found.groups())
    yield figure("stopped", "the loop's lag, p99", [half, most, worst], "ms", value=most, goal=Goal(50))


def soak(run: Run) -> Iterator[Figure]:
    """Eight hours' worth of screens in minutes: changes, keys, forms and sizes; memory and descriptors."""
    seconds = run.few(240, 30)
    data = run.copy(run.few_open, "soak")
    writers = Writers(run, "changes", data, count=1, rate=50, seconds=seconds)
    sizes = ((120, 40), (80, 24), (140, 50), (100, 30))
    try:
        with console(run, data, DESK) as line:
            line.until(line.holds("open"))
            writers.go()
            memory: list[float] = []
            files: list[float] = []
            until = time.monotonic() + seconds
            turn = 0
            while time.monotonic() < until:
                for key in ("j", "j", "k", "2", "1", "n", ESC, "/", "a", ESC, "?", "q", "5", "1", "g", "G"):
                    line.send(key)
                    line.pump(0.06)
                line.resize(*sizes[turn % 4])
                line.pump(0.1)
                turn += 1
                memory.append(line.line.memory()[0])
                files.append(float(len(list(Path(f"/proc/{line.line.pid}/fd").iterdir()))))
            writers.wait()
    finally:
        writers.close()
    rest = memory[len(memory) // 4 :]
    grown = (median(rest[-5:]) / median(rest[:5]) - 1) * 100
    yield figure("soak", f"memory grown over {turn} rounds", rest, "%", value=grown, goal=Goal(10))
    yield figure(
        "soak",
        "descriptors more at the end",
        files,
        "",
        value=files[-1] - files[len(files) // 4],
        goal=Goal(0),
    )

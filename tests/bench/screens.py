"""Rows measured on a console in a real terminal, from outside: start, keys, updates, idle, memory."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.figures import Figure, Goal, Peer, figure, share
from tests.bench.line import Line
from tests.bench.run import MANY, OPEN, Run, Writers

QUIET = 0.035
"""Seconds without a byte or a computation after which a key has had its effect: two frames at 60/s."""

HELLO = "Textual hello"
GRID = "DataTable"


def start(run: Run) -> Iterator[Figure]:
    """From exec to the queue drawn, in pairs with the peer, first one and then the other in front."""
    rows = run.board(run.stored).rows
    first, last = (f" {row.number:04d} " for row in (rows[0], rows[-1]))
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    at_once: list[float] = []

    def one() -> None:
        with run.console(run.stored) as line:
            ours.append((line.wait_for(f"{OPEN} open", first) * 1000, line.cpu() * 1000))
            line.forget()
            pressed = time.monotonic()
            line.send("G")
            line.wait_for(last)
            at_once.append((line.read_at - pressed) * 1000)

    def other() -> None:
        with run.hello() as line:
            theirs.append((line.wait_for("Hello, world") * 1000, line.cpu() * 1000))

    for pair in range(run.few(9, 3)):
        for each in (one, other) if pair % 2 else (other, one):
            each()
    for at, what in enumerate(("exec to first usable screen", "processor until then")):
        mine, peers = [sample[at] for sample in ours], [sample[at] for sample in theirs]
        yield figure("start", what, mine, "ms", peer=Peer(HELLO, median(peers)))
        if at == 0:
            pairs = [a / b for a, b in zip(mine, peers, strict=True)]
            yield figure("start", "the same, pair by pair", pairs, "x", goal=Goal(1.9))
    yield figure("start", "a key pressed at once, to its effect", at_once, "ms")


@dataclass(frozen=True, slots=True)
class Press:
    """What one key cost: processor in ms, waiting for the first and the last byte in ms, and bytes."""

    cpu: float
    first: float
    last: float
    bytes: int


def press(line: Line, key: str, *, quiet: float = QUIET) -> Press:
    """Press a key and wait until nothing more is written or computed, at most three seconds.

    10,000 open incidents pass deadlines all the time, which the console counts beside its keys.
    """
    line.read(0)
    had, before = line.received, line.cpu()
    pressed = last = time.monotonic()
    seen, first = before, 0.0
    line.send(key)
    while time.monotonic() - last < quiet and time.monotonic() - pressed < 3:
        got = line.read(0.004)
        first = first or (line.read_at - pressed if got else 0.0)
        cpu = line.cpu()
        if got or cpu - seen > 0.0003:
            last = time.monotonic()
        seen = cpu
    shown = line.read_at - pressed if line.received > had else 0.0
    return Press((seen - before) * 1000, first * 1000, shown * 1000, line.received - had)


PAGE_DOWN, PAGE_UP, ESC, ENTER = "\x1b[6~", "\x1b[5~", "\x1b", "\r"
STEPS = ("j",) * 9 + ("k",) * 3
PAGES = (PAGE_DOWN, PAGE_DOWN, PAGE_UP)
ENDS = ("G", "g")
MARKS = (" ", " ")
LETTERS = tuple("save")


def judged_keys(line: Line) -> Iterator[tuple[str, Press]]:
    """One round of the keys that are judged: steps, pages, ends, marks and the letters of a filter."""
    for name, each in (("step", STEPS), ("page", PAGES), ("end", ENDS), ("mark", MARKS)):
        for key in each:
            yield name, press(line, key)
    press(line, ESC, quiet=0.2)  # takes the marks away
    press(line, "/")
    for letter in LETTERS:
        yield "letter", press(line, letter)
    press(line, ESC, quiet=0.2)


def keys(run: Run) -> Iterator[Figure]:
    """Keys in the queue one at a time: its steps, pages, ends, marks and the letters of a filter."""
    cost: dict[str, list[Press]] = {name: [] for name in ("step", "page", "end", "mark", "letter", "open")}
    with run.console(run.many) as line:
        line.wait_for(f"{MANY} open")
        line.settle()
        for _round in range(run.few(10, 3)):
            for name, each in judged_keys(line):
                cost[name].append(each)
            cost["open"].append(press(line, ENTER, quiet=0.15))
            press(line, ESC, quiet=0.2)
    theirs: dict[str, list[Press]] = {"step": [], "page": []}
    board = run.board(run.many)
    with run.grid(board) as line:
        line.wait_for(f"{board.rows[0].number:05d}", timeout=90)
        line.settle()
        for _round in range(run.few(4, 2)):
            theirs["step"] += [press(line, key) for key in STEPS]
            theirs["page"] += [press(line, key) for key in PAGES]
    judged = [each.cpu for name in ("step", "page", "end", "mark", "letter") for each in cost[name]]
    yield figure("keys", "a key in the queue, processor p50", judged, "ms", goal=Goal(6))
    yield figure("keys", "the same, p99", judged, "ms", value=share(judged, 0.99), goal=Goal(25))
    for name, found in cost.items():
        what = {"letter": "letter of a filter", "open": "Enter opens an incident"}.get(name, name)
        peer = Peer(GRID, median(each.cpu for each in theirs[name])) if name in theirs else None
        yield figure("keys", f"{what}, processor", [each.cpu for each in found], "ms", peer=peer)
    for name, what, unit in (
        ("first", "key to its first byte", "ms"),
        ("last", "key to its last byte", "ms"),
        ("bytes", "written", "B"),
    ):
        peer = Peer(GRID, median(getattr(each, name) for each in theirs["step"]))
        yield figure("keys", f"step, {what}", [getattr(each, name) for each in cost["step"]], unit, peer=peer)


def _seconds(line: Line, count: int) -> tuple[list[float], list[float]]:
    """Second by second: share of a core in percent, and bytes."""
    shares: list[float] = []
    written: list[float] = []
    for _second in range(count):
        at, cpu, had = time.monotonic(), line.cpu(), line.received
        line.watch(1.0)
        shares.append((line.cpu() - cpu) / (time.monotonic() - at) * 100)
        written.append(float(line.received - had))
    return shares, written


def updates(run: Run) -> Iterator[Figure]:
    """50 rows a second changed by another process, while 10,000 are open; means, for they come in bursts."""
    rate, seconds = 50, run.few(10, 4)
    data = run.copy(run.many, "updates")
    writers = Writers(run, "changes", data, count=1, rate=rate, seconds=seconds)
    try:
        with run.console(data) as line:
            line.wait_for(f"{MANY} open")
            line.settle()
            writers.go()
            shares, written = _seconds(line, seconds)
            took, failed = writers.wait()
    finally:
        writers.close()
    if failed:
        raise RuntimeError(f"{failed} of {len(took)} changes failed")
    board = run.board(data)
    with run.grid(board, rate=rate, seconds=seconds) as line:
        line.wait_for(f"{board.rows[0].number:05d}", timeout=90)
        line.settle()
        line.send("u")
        their_shares, their_bytes = _seconds(line, seconds)
        line.send("q")
        line.wait_for("changes=")
        line.watch(0.5)
        told = re.search(rb"changes=(\d+)\.", line.raw)
    done = int(told[1]) / seconds if told else 0.0
    name = f"{GRID} ({done:.0f}/s done)"
    yield figure(
        "updates",
        f"{len(took) / seconds:.0f} changed rows/s, share of a core",
        shares,
        "%",
        value=_mean(shares),
        peer=Peer(name, _mean(their_shares)),
        goal=Goal(5),
    )
    yield figure(
        "updates",
        "the same, written",
        written,
        "B/s",
        value=_mean(written),
        peer=Peer(name, _mean(their_bytes)),
    )


def _mean(samples: Sequence[float]) -> float:
    return sum(samples) / len(samples)


def idle(run: Run) -> Iterator[Figure]:
    """Nobody does anything; within a minute, second :30 included, at which the oldest duty counts on."""
    seconds = run.few(20, 6)
    with run.console(run.stored) as line, run.hello() as peer:
        line.wait_for(f"{OPEN} open")
        peer.wait_for("Hello, world")
        first = 33 - seconds
        line.settle(2)  # what comes once after the start is no part of it
        peer.read(0)
        line.watch((first - time.time() % 60) % 60)
        peer.read(0)
        had, their_had, their_cpu, began = line.received, peer.received, peer.cpu(), time.monotonic()
        shares, written = _seconds(line, seconds)
        peer.read(0)
        their_share = (peer.cpu() - their_cpu) / (time.monotonic() - began) * 100
        total, their_total = float(line.received - had), float(peer.received - their_had)
    yield figure(
        "idle",
        f"written in {seconds} s between minutes",
        written,
        "B",
        value=total,
        peer=Peer(HELLO, their_total),
        goal=Goal(0),
    )
    yield figure(
        "idle",
        "share of a core",
        shares,
        "%",
        value=_mean(shares),
        peer=Peer(HELLO, their_share),
        goal=Goal(0.5),
    )


def memory(run: Run) -> Iterator[Figure]:
    """After some use: moves, a filter, an incident, the log."""
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for _turn in range(run.few(3, 1)):
        with run.console(run.stored) as line, run.hello() as peer:
            line.wait_for(f"{OPEN} open")
            for key in ("j", "j", "G", "g", "/", *LETTERS, ESC, ENTER, ESC, "5", "j", "1"):
                press(line, key, quiet=0.15)
            line.settle()
            peer.wait_for("Hello, world")
            peer.settle()
            ours.append(line.memory())
            theirs.append(peer.memory())
    for at, what in enumerate(("resident (RSS)", "proportional (PSS)")):
        yield figure(
            "memory",
            f"{what} after some use",
            [sample[at] for sample in ours],
            "MB",
            peer=Peer(HELLO, median(sample[at] for sample in theirs)),
            goal=None if at else Goal(90),
        )

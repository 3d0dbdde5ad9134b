"""Rows measured below the screen: a durable act, twenty writers, the board, verifying."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from hisconsole.desk.board import first_board, newer_board
from hisconsole.plan.board import aged
from hisconsole.plan.events import GENESIS, link
from hisconsole.store import sqlite
from hisconsole.store.events import links
from hisconsole.store.verify import verify as prove
from tests.bench import writer
from tests.bench.figures import Figure, Goal, Peer, figure, share
from tests.bench.run import Run, Writers

SEATS, RATE = 20, 66.0


def timed(job: Callable[..., object], *given: object) -> float:
    """Milliseconds a job takes."""
    began = time.perf_counter()
    job(*given)
    return (time.perf_counter() - began) * 1000


def act(run: Run) -> Iterator[Figure]:
    """Calls taken and worked on 100,000 stored incidents; after each act both peers, in the same folder."""
    data = run.copy(run.stored, "act")
    desk = writer.open_desk(data, 0)
    with desk.database.read() as connection:
        rows = [len(text) for _seq, text, _stored in islice(links(connection), 500)]
    text = b"x" * (sum(rows) // len(rows)) + b"\n"
    raw = os.open(data / "raw.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    bare = next(writer.bare(data / writer.BARE))

    def append() -> None:
        os.write(raw, text)
        os.fsync(raw)

    ours: list[float] = []
    fsyncs: list[float] = []
    commits: list[float] = []
    try:
        for job in islice(writer.acts(desk, 0), run.few(600, 120)):
            ours.append(timed(job))
            fsyncs.append(timed(append))
            commits.append(timed(bare))
    finally:
        os.close(raw)
        desk.database.close()
    for part, goal in ((0.5, 3.0), (0.99, 20.0)):
        name = f"p{part * 100:.0f}"
        yield figure(
            "act",
            f"durable act, {name}",
            ours,
            "ms",
            value=share(ours, part),
            peer=Peer("sqlite3, two inserts", share(commits, part)),
            goal=Goal(goal),
        )
    yield figure(
        "act", "durable act, p50", ours, "ms", peer=Peer(f"append+fsync of {len(text)} B", share(fsyncs, 0.5))
    )


def writers(run: Run) -> Iterator[Figure]:
    """Twenty processes, 66 acts a second together, and then the peer in the same way."""
    seconds = run.few(12, 4)
    data = run.copy(run.stored, "writers")
    found = []
    for how in ("acts", "bare"):
        all_writers = Writers(run, how, data, count=SEATS, rate=RATE, seconds=seconds)
        try:
            all_writers.go()
            found.append(all_writers.wait())
        finally:
            all_writers.close()
    (took, failed), (their, their_failed) = found
    peer = "sqlite3, two inserts"
    yield figure(
        "writers",
        f"{SEATS} writers, {RATE:.0f}/s: failures",
        [float(failed)],
        "",
        peer=Peer(peer, float(their_failed)),
        goal=Goal(0),
    )
    for part, goal in ((0.5, None), (0.99, None), (1.0, Goal(1000))):
        yield figure(
            "writers",
            "the same, " + ("longest" if part == 1 else f"p{part * 100:.0f}"),
            took,
            "ms",
            value=share(took, part),
            peer=Peer(peer, share(their, part)),
            goal=goal,
        )


def board(run: Run) -> Iterator[Figure]:
    """The picture of 10,000 open incidents: made, brought forward by one change, put in order again."""
    data = run.copy(run.many, "board")
    desk = run.desk(data)
    connection: Any = sqlite.driver().connect(str(data / "record.db"))
    every = "SELECT * FROM incident WHERE closed_at IS NULL"
    one = "SELECT * FROM incident WHERE version > ?"

    def read(query: str, *given: int) -> None:
        connection.execute(query, given).fetchall()

    first: list[float] = []
    newer: list[float] = []
    order: list[float] = []
    bare_first: list[float] = []
    bare_newer: list[float] = []
    try:
        picture = first_board(desk)
        for _turn in range(run.few(9, 3)):
            first.append(timed(first_board, desk))
            bare_first.append(timed(read, every))
            order.append(timed(aged, picture, desk.now()))
        for change in islice(writer.changes(desk, 1), run.few(60, 20)):
            change()
            newer.append(timed(newer_board, desk, picture))
            bare_newer.append(timed(read, one, picture.seq))
            picture = newer_board(desk, picture)
    finally:
        connection.close()
        desk.database.close()
    peer = "bare SELECT"
    yield figure("board", "first picture", first, "ms", peer=Peer(peer, share(bare_first, 0.5)))
    yield figure("board", "after one change", newer, "ms", peer=Peer(peer, share(bare_newer, 0.5)))
    yield figure("board", "in order again when a duty falls due", order, "ms")


def verify(run: Run) -> Iterator[Figure]:
    """The whole proof, and the walk along the chain alone, on the record of 10,000 open incidents."""
    desk = run.desk(run.many)
    whole: list[float] = []
    chain: list[float] = []
    bare: list[float] = []
    try:
        for _turn in range(run.few(3, 1)):
            with desk.database.read() as connection:
                began = time.perf_counter()
                proof = prove(connection)
                whole.append(proof.head.seq / (time.perf_counter() - began))
                if proof.faults:
                    raise RuntimeError(f"the bench wrote a record that does not hold: {proof.faults[0]}")
                began = time.perf_counter()
                texts, previous = [], GENESIS
                for seq, text, _stored in links(connection):
                    texts.append(text)
                    previous = link(previous, seq, text)
                chain.append(len(texts) / (time.perf_counter() - began))
            if previous != proof.head.hash:
                raise RuntimeError("the walk along the chain came out elsewhere")
            began = time.perf_counter()
            for place, text in enumerate(texts, start=1):
                previous = link(previous, place, text)
            bare.append(len(texts) / (time.perf_counter() - began))
    finally:
        desk.database.close()
    peer = Peer("SHA-256 of texts in memory", share(bare, 0.5))
    yield figure("verify", "chain and projections", whole, "events/s", peer=peer)
    yield figure("verify", "chain alone", chain, "events/s", peer=peer, goal=Goal(100_000, least=True))

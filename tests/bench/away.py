"""The row of the record that is away: how soon an act is kept, and how soon a thousand are recorded."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from hisconsole.desk.actor import utc_now
from hisconsole.desk.calls import take_call
from hisconsole.desk.desk import Desk
from hisconsole.desk.keeping import Keeping
from hisconsole.errors import Away
from hisconsole.store.journal import Journal, Place
from hisconsole.store.verify import verify
from tests.bench import writer
from tests.bench.figures import Figure, Goal, Peer, figure, share
from tests.bench.run import Run
from tests.bench.stores import timed

CALL = {"workstation": "reg-01", "symptom": "cannot-save", "words": "ORA-00257"}


def away(run: Run) -> Iterator[Figure]:
    """Beside each act that is kept a line and its fsync; then the record, a file, is back."""
    data = run.copy(run.stored, "away")
    desk = writer.open_desk(data, 0)
    raw = os.open(data / "raw.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC, 0o600)

    def append() -> None:
        os.write(raw, b"x" * 400 + b"\n")
        os.fsync(raw)

    ours: list[float] = []
    fsyncs: list[float] = []
    acts = run.few(1000, 200)

    def one(act: Callable[[], object]) -> None:
        ours.append(timed(act))
        fsyncs.append(timed(append))

    try:
        took = kept_and_brought(desk, data / "kept", acts, one)
    finally:
        os.close(raw)
        desk.database.close()
    peer = Peer("append+fsync of 401 B", share(fsyncs, 0.5))
    for part in (0.5, 0.99):
        name = f"an act is kept, p{part * 100:.0f}"
        yield figure("away", name, ours, "ms", value=share(ours, part), peer=peer, goal=Goal(50.0))
    yield figure("away", f"{acts} acts recorded on return", [took], "s", goal=Goal(5.0))


def kept_and_brought(
    desk: Desk, folder: Path, acts: int, one: Callable[[Callable[[], object]], object]
) -> float:
    """One call in five, four notes on it, each kept by `one`; seconds until the record has them all."""
    keeping = desk.keeping = Keeping(
        Journal([Place(folder)]),
        data=desk.database.data,
        site=desk.site,
        actor=desk.actor,
        now=utc_now,
    )
    keeping.went(Away("as the bench says"))
    number = 0

    def call() -> None:
        nonlocal number
        number = take_call(desk, CALL).incident

    for turn in range(acts):
        one(call if turn % 5 == 0 else lambda: desk.perform("note", number, {"text": "as the bench says"}))
    began = time.perf_counter()
    if not keeping.bring_back(desk, for_s=600):
        raise RuntimeError("something waits after all was brought")
    took = time.perf_counter() - began
    with desk.database.read() as connection:
        if faults := verify(connection).faults:
            raise RuntimeError(f"the record does not hold: {faults[0]}")
    return took

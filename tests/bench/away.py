"""The row of the record that is away: how soon an act is kept, and how soon a thousand are recorded."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from hisconsole.desk.actor import utc_now
from hisconsole.desk.calls import take_call
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
    """One call in five, four notes on it; then the record is back. Beside each act a line and its fsync."""
    data = run.copy(run.stored, "away")
    desk = writer.open_desk(data, 0)
    keeping = desk.keeping = Keeping(
        Journal([Place(data / "kept")]),
        data=desk.database.data,
        site=desk.site,
        actor=desk.actor,
        now=utc_now,
    )
    raw = os.open(data / "raw.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC, 0o600)

    def append() -> None:
        os.write(raw, b"x" * 400 + b"\n")
        os.fsync(raw)

    ours: list[float] = []
    fsyncs: list[float] = []
    acts, number = run.few(1000, 200), 0
    try:
        keeping.went(Away("as the bench says"))
        for turn in range(acts):
            began = time.perf_counter()
            if turn % 5 == 0:
                number = take_call(desk, {**CALL, "words": f"call {turn}"}).incident
            else:
                desk.perform("note", number, {"text": f"note {turn}"})
            ours.append((time.perf_counter() - began) * 1000)
            fsyncs.append(timed(append))
        began = time.perf_counter()
        if not keeping.bring_back(desk, for_s=600):
            raise RuntimeError("something waits after all was brought")
        took = time.perf_counter() - began
        with desk.database.read() as connection:
            if faults := verify(connection).faults:
                raise RuntimeError(f"the record does not hold: {faults[0]}")
    finally:
        os.close(raw)
        desk.database.close()
    peer = Peer("append+fsync of 401 B", share(fsyncs, 0.5))
    for part in (0.5, 0.99):
        name = f"an act is kept, p{part * 100:.0f}"
        yield figure("away", name, ours, "ms", value=share(ours, part), peer=peer, goal=Goal(50.0))
    yield figure("away", f"{acts} acts recorded on return", [took], "s", goal=Goal(5.0))

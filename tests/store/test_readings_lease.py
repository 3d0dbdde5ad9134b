"""Who may write the readings: one process, and another as soon as that one is gone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hisconsole.store import readings_lease as lease
from hisconsole.store.readings import Batch, Lost, Readings, ask_poll
from tests.store.measured import ME, NOON, readings, save

__all__ = ["readings"]


def other(**changed: object) -> lease.Holder:
    return replace(ME, id="other", **changed)  # type: ignore[arg-type]


def test_a_lease_is_held_by_one(readings: Readings) -> None:
    assert not readings.take(other(), now=NOON)
    assert readings.take(ME, now=NOON), "taking it again is no harm"
    with pytest.raises(Lost):
        readings.save(Batch(), other(), now=NOON)
    readings.release(other())
    assert not readings.take(other(), now=NOON)
    readings.release(ME)
    assert readings.take(other(), now=NOON)


@pytest.mark.parametrize(
    ("holder", "until_s", "held"),
    [
        pytest.param({}, 10.0, True, id="alive"),
        pytest.param({}, -0.1, False, id="silent for too long"),
        pytest.param({"pid": 2**22 + 1}, 10.0, False, id="its process is gone"),
        pytest.param({"started": 1}, 10.0, False, id="its number is another process's now"),
        pytest.param({"place": "other-boot pid:[1]"}, 10.0, False, id="before the machine was started anew"),
        pytest.param(
            {"place": f"{ME.place.partition(' ')[0]} pid:[1]", "pid": 2**22 + 1},
            10.0,
            True,
            id="in another container its number says nothing",
        ),
    ],
)
def test_when_a_lease_counts(holder: dict[str, object], until_s: float, held: bool) -> None:
    found = lease.Lease(other(**holder), 100 + until_s, NOON)
    assert found.held(place=ME.place, now_s=100.0) is held


def test_what_was_asked_of_a_watch_that_died_is_not_done_by_the_next(
    readings: Readings, tmp_path: Path
) -> None:
    ask_poll(tmp_path / "data", ["sw-1"], now=NOON)
    readings.release(ME)
    gone = other(pid=2**22 + 1)
    assert readings.take(gone, now=NOON)
    ask_poll(tmp_path / "data", ["sw-1"], now=NOON)
    assert readings.take(ME, now=NOON)
    assert save(readings, Batch()) == ()

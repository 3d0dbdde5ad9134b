"""Whoever brings kept acts to the record may be killed at any point: each is on it exactly once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from hisconsole.desk import calls, reading
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.keepable import KEEPABLE
from hisconsole.desk.replaying import Tally, replay_orphans, unsettled
from hisconsole.errors import Away
from hisconsole.plan.events import Kind
from hisconsole.store.database import Database
from hisconsole.store.journal import File, Journal, Place
from hisconsole.store.journal_lines import Line
from hisconsole.store.verify import verify
from tests.desk.away import CALL, keeping_desk
from tests.hospital import Clock, lay_record, open_desk
from tests.shares import part

ACTS = 60
FOR_EVER = float("inf")


def _keep(folder: Path) -> set[str]:
    """Acts as a console keeps them that ends before its record is back; returns their ids."""
    desk = keeping_desk(folder, now=Clock())
    assert desk.keeping is not None
    calls.take_call(desk, CALL)
    desk.keeping.went(Away("gone"))
    done = []
    for place in range(ACTS // 3):
        taken = calls.take_call(desk, {**CALL, "words": f"call {place}", "callback": "13800138000"})
        done += [taken, desk.perform("note", taken.incident, {"text": f"note {place}"})]
        done.append(desk.perform("note", 1, {"text": f"also {place}"}))
    desk.keeping.close()
    desk.database.close()
    return {each.act for each in done}


def _die_at(point: int, reached: list[int]) -> None:
    """Die without a word when something has been done so often."""
    reached[0] += 1
    if reached[0] == point:
        os.kill(os.getpid(), signal.SIGKILL)


def _replay_and_die(folder: Path, point: int) -> None:
    """Bring what is there; die at the `point`th of the steps that reach a disk, before or after each."""
    reached = [0]
    record, append = Desk.record, File.append
    together = Database.together

    def recorded(self: Desk, *args: object, **kwargs: object) -> object:
        _die_at(point, reached)
        return record(self, *args, **kwargs)  # type: ignore[arg-type]

    def appended(self: File, line: Line, *, lasting: bool = True) -> None:
        _die_at(point, reached)
        append(self, line, lasting=lasting)

    @contextmanager
    def joined(self: Database) -> Iterator[None]:
        with together(self):
            yield
        _die_at(point, reached)  # committed, and not marked yet

    Desk.record, File.append = recorded, appended  # type: ignore[assignment,method-assign]
    Database.together = joined  # type: ignore[method-assign]
    _bring(folder)


def _bring(folder: Path) -> Tally:
    desk = open_desk(folder / "data")
    tally = Tally()
    try:
        assert replay_orphans(desk, Journal([Place(folder / "kept")]), tally, until=FOR_EVER)
    finally:
        desk.database.close()
    return tally


FEW = (2, 20, 21, 42, 5, 20)
MANY = (1, 2, 3, 5, 8, 11, 14, 17, 19, 20, 21, 22, 23, 25, 30, 42, 41, 5, 10, 12)
"""From the first act to the last mark; the later ones are in what those before have left to do."""


@pytest.mark.parametrize("points", part([FEW, MANY], [FEW]), ids=len)
def test_killed_at_many_points_each_act_is_recorded_once(tmp_path: Path, points: tuple[int, ...]) -> None:
    folder = tmp_path
    lay_record(folder / "data")
    wanted = _keep(folder)
    context = multiprocessing.get_context("fork")
    deaths = 0
    for point in points:
        killed = context.Process(target=_replay_and_die, args=(folder, point))
        killed.start()
        killed.join(60)
        deaths += killed.exitcode == -signal.SIGKILL
        _once(folder, wanted, whole=False)
    assert deaths == len(points)
    _bring(folder)
    _once(folder, wanted, whole=True)
    assert list((folder / "kept").iterdir()) == []


def _once(folder: Path, wanted: set[str], *, whole: bool) -> None:
    """Nothing twice, nothing in a half, the chain whole; at last everything."""
    desk = open_desk(folder / "data")
    events = [each for each in reading.read_log(desk, limit=10_000) if each.act in wanted]
    told = Counter((each.act, each.kind) for each in events)
    assert set(told.values()) <= {1}
    acts = {each.act for each in events}
    if whole:
        assert acts == wanted
        words = Counter(each.body["words"] for each in events if each.kind is Kind.REPORTED)
        assert words == Counter(f"call {place}" for place in range(ACTS // 3))
        assert unsettled(desk) == ()
        for event in events:
            if event.kind is Kind.NOTED and event.body["text"].startswith("note "):
                about = reading.read_incident(desk, event.incident)
                assert about.incident.reports[0].words == event.body["text"].replace("note", "call")
                assert about.callbacks == {about.incident.reports[0].number: "13800138000"}
    with desk.database.read() as connection:
        assert verify(connection).faults == ()
    desk.database.close()


@pytest.mark.parametrize("many", part([100, 1000], {100}))
def test_kept_acts_come_out_once_and_in_their_order(tmp_path: Path, many: int) -> None:
    lay_record(tmp_path / "data")
    desk = keeping_desk(tmp_path, now=Clock())
    assert desk.keeping is not None
    calls.take_call(desk, CALL)
    desk.keeping.went(Away("gone"))
    for place in range(many):
        assert desk.perform("note", 1, {"text": f"{place}"}).kept
    while not desk.keeping.bring_back(desk, for_s=0.5):
        assert desk.keeping.away
    noted = [each for each in reading.read_incident(desk, 1).history if each.kind is Kind.NOTED]
    assert [each.body["text"] for each in noted] == [f"{place}" for place in range(many)]
    assert list(desk.keeping.told) == [f"{many} kept acts were recorded."]
    with desk.database.read() as connection:
        assert verify(connection).faults == ()
    desk.database.close()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    lay_record(tmp_path / "data")
    _keep(tmp_path)
    return tmp_path


def test_what_the_record_does_not_take_waits_with_what_is_behind_it(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills up in the middle of a replay undoes the transaction and loses nothing."""
    seen = [0]
    record = Desk.record

    def full(self: Desk, *args: object, **kwargs: object) -> object:
        seen[0] += 1
        if seen[0] == 30:
            raise Away("full")
        return record(self, *args, **kwargs)  # type: ignore[arg-type]

    desk, journal, tally = open_desk(kept / "data"), Journal([Place(kept / "kept")]), Tally()
    with monkeypatch.context() as patched:
        patched.setattr(Desk, "record", full)
        with pytest.raises(Away):
            replay_orphans(desk, journal, tally, until=FOR_EVER)
    assert len(tally.done) == 20
    assert replay_orphans(desk, journal, tally, until=FOR_EVER)
    assert (len(tally.done), tally.eyes) == (ACTS, 0)
    with desk.database.read() as connection:
        assert verify(connection).faults == ()
    desk.database.close()


def test_a_fault_of_ours_costs_one_act_and_not_those_behind_it(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = Desk.perform.__wrapped__  # type: ignore[attr-defined]

    def broken(self: Desk, name: str, number: int, given: dict[str, str], **how: object) -> Outcome:
        if given == {"text": "also 3"}:
            raise KeyError("a bug")
        done: Outcome = note(self, name, number, given, **how)
        return done

    monkeypatch.setitem(KEEPABLE, "act", replace(KEEPABLE["act"], carry_out=broken))
    tally = _bring(kept)
    assert (len(tally.done), tally.eyes) == (ACTS, 1)
    desk = open_desk(kept / "data")
    (event,) = unsettled(desk)
    assert event.body["why"] == "a fault of this program (KeyError)"
    assert event.body["given"]["given"] == {"text": "also 3"}
    desk.database.close()


def test_a_replay_gives_way_when_its_time_is_up(kept: Path) -> None:
    desk, journal, tally = open_desk(kept / "data"), Journal([Place(kept / "kept")]), Tally()
    assert not replay_orphans(desk, journal, tally, until=time.monotonic())
    assert tally.done == set()
    assert replay_orphans(desk, journal, tally, until=FOR_EVER)
    assert len(tally.done) == ACTS
    desk.database.close()


def test_two_that_find_the_same_file_do_not_share_it(kept: Path) -> None:
    place = Place(kept / "kept")
    (mine,) = Journal([place]).orphans()
    assert list(Journal([place]).orphans()) == []
    mine.close()

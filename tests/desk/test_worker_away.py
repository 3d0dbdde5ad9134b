"""The screen's thread while the record is away, and while it answers nothing at all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from hisconsole.desk import calls, reading, worker
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.worker import DeskThread, Trouble
from hisconsole.errors import Away, Refused, StoreFault
from hisconsole.plan.board import Board
from hisconsole.plan.story_turn import subject
from hisconsole.store.database import Database
from hisconsole.store.verify import verify
from tests.desk.away import CALL, keeping, lose
from tests.desk.test_worker import Screen
from tests.hospital import ADOPTED, SITE, Clock, lay_record, open_desk

Answer = TypeVar("Answer")
WAIT = 20


class Ice:
    """A store whose calls block while it is frozen, and fail at their deadline, as a driver's do."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, deadline_s: float = 60.0) -> None:
        self.thawed = threading.Event()
        self.thawed.set()
        self.waiting = 0
        self._deadline_s = deadline_s
        monkeypatch.setattr(Database, "_follow", self._blocking(Database._follow))

    def _blocking(self, through: Callable[[Database], Answer]) -> Callable[[Database], Answer]:
        def call(database: Database) -> Answer:
            self.waiting += 1
            try:
                if not self.thawed.wait(self._deadline_s):
                    raise Away("no answer within its deadline")
                return through(database)
            finally:
                self.waiting -= 1

        return call

    def freeze(self) -> None:
        self.thawed.clear()


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return lay_record(tmp_path / "data")


@pytest.fixture
def thread(data: Path, clock: Clock, screen: Screen) -> Iterator[DeskThread]:
    thread = DeskThread(
        lambda: open_desk(data, now=clock),
        screen.put,
        keep=lambda: keeping(data.parent, now=clock),
    )
    thread.start()
    assert screen.board().seq == ADOPTED
    yield thread
    thread.stop(WAIT)


def take(desk: Desk) -> Outcome:
    return calls.take_call(desk, CALL)


def note(place: int) -> Callable[[Desk], Outcome]:
    return lambda desk: desk.perform("note", 1, {"text": f"note {place}"})


def relieving(thread: DeskThread, asked: Future[Outcome]) -> Callable[[], bool]:
    """What the console does a few times a second, until an act is answered."""

    def answered() -> bool:
        thread.relieve()
        return asked.done()

    return answered


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.01)


def away_board(screen: Screen) -> Board:
    """The next picture of a record that is away."""
    while True:
        board = screen.trouble().board
        if board is not None:
            return board


def relieved(thread: DeskThread) -> None:
    """The thread has ended whose work is over."""
    until(lambda: not any(each.name == "relief" for each in threading.enumerate()))
    assert thread._relief._open == {}


def test_acts_go_on_while_the_record_is_gone_and_are_recorded_once_it_is_back(
    thread: DeskThread, screen: Screen, data: Path
) -> None:
    thread.submit(take).result(WAIT)
    screen.board(seq=ADOPTED + 2)
    until(lambda: thread._desk is not None and thread._desk.memory.known(1))
    record = data / "record.db"
    record.rename(data / "elsewhere.db")
    assert "cannot be used" in screen.trouble().sentence
    kept = thread.submit(lambda desk: desk.perform("acknowledge", 1)).result(WAIT)
    assert (kept.kept, kept.incident) == (True, 1)
    taken = thread.submit(take).result(WAIT)
    assert subject(taken.incident) == "K1"
    until(lambda: {subject(row.number) for row in away_board(screen).rows} == {"0001", "K1"})
    with pytest.raises(Refused):
        thread.submit(lambda desk: desk.perform("close", 1, {"reason": "x"})).result(WAIT)
    with pytest.raises(StoreFault, match="cannot be used"):
        thread.submit(reading.read_log).result(WAIT)
    (data / "elsewhere.db").rename(record)
    board = screen.board(seq=ADOPTED + 5)
    assert [row.number for row in board.rows] == [2, 1]
    until(lambda: thread.keeping is not None and thread.keeping.told)
    assert thread.keeping is not None
    assert list(thread.keeping.told) == ["2 kept acts were recorded. On record: K1 is 0002."]
    relieved(thread)


def test_a_frozen_record_holds_up_one_act_and_none_after_it(
    thread: DeskThread,
    screen: Screen,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    thread.submit(take).result(WAIT)
    screen.board(seq=ADOPTED + 2)
    until(lambda: thread._desk is not None and thread._desk.memory.known(1))
    ice = Ice(monkeypatch)
    monkeypatch.setattr(worker, "FROZEN_S", 0.3)
    ice.freeze()
    until(lambda: ice.waiting)
    first = thread.submit(lambda desk: desk.perform("acknowledge", 1))
    asked = thread.submit(reading.read_log)
    until(relieving(thread, first))
    assert first.result().kept
    for place in range(20):
        assert thread.submit(note(place)).result(WAIT).kept
    assert not asked.done()  # only the record could answer that
    assert thread.keeping is not None
    assert (thread.keeping.count, thread.keeping.fault) == (21, "The record does not answer.")
    until(lambda: away_board(screen).by_number[1].owner == "li.na")
    file = thread.submit(lambda desk: reading.read_incident(desk, 1)).result(WAIT)
    assert file.incident.acknowledged_by == "li.na"
    ice.thawed.set()
    assert asked.result(WAIT)[0].seq >= ADOPTED + 2
    until(lambda: thread.keeping is not None and thread.keeping.count == 0)
    history = thread.submit(lambda desk: reading.read_incident(desk, 1).history).result(WAIT)
    assert [each.kind.value for each in history[2:]] == ["acknowledged"] + ["noted"] * 20
    relieved(thread)
    desk = open_desk(data)
    with desk.database.read() as connection:
        assert verify(connection).faults == ()
    desk.database.close()


def test_an_act_that_was_under_way_when_the_record_froze_is_recorded_once(
    thread: DeskThread, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept by the relief, and then its own transaction goes through after all."""
    thread.submit(take).result(WAIT)
    monkeypatch.setattr(worker, "FROZEN_S", 0.3)
    held, go = threading.Event(), threading.Event()

    def job(desk: Desk) -> Outcome:
        if threading.current_thread().name == "desk":
            held.set()
            assert go.wait(WAIT)
        return desk.perform("note", 1, {"text": "once"})

    act = thread.submit(job)
    assert held.wait(WAIT)
    until(relieving(thread, act))
    assert act.result().kept
    go.set()
    until(lambda: thread.keeping is not None and not thread.keeping.away)
    history = thread.submit(lambda desk: reading.read_incident(desk, 1).history).result(WAIT)
    assert [each.kind.value for each in history].count("noted") == 1


def test_while_pictures_change_all_the_time_little_is_read_ahead(
    thread: DeskThread, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bound in ("REST_S", "STORM_S"):
        monkeypatch.setattr(worker, bound, float("inf"))
    thread.submit(take).result(WAIT)
    screen.board(seq=ADOPTED + 2)
    began = thread._alive
    until(lambda: thread._alive > began + 3 * Database.look_s)
    assert thread._desk is not None
    assert thread._desk.memory.known(1) is None
    monkeypatch.setattr(worker, "REST_S", 0.0)
    until(lambda: thread._desk is not None and thread._desk.memory.known(1))


def test_a_record_that_can_be_read_and_not_written_is_still_shown(
    thread: DeskThread, screen: Screen, data: Path
) -> None:
    thread.submit(take).result(WAIT)
    thread.submit(lose).result(WAIT)
    assert thread.submit(lambda desk: desk.perform("acknowledge", 1)).result(WAIT).kept
    until(lambda: screen.board().by_number[1].words.startswith("KEPT HERE "))
    colleague = open_desk(data, "wang.wei")
    calls.take_call(colleague, {**CALL, "words": "seen meanwhile"})
    colleague.database.close()
    until(lambda: 2 in screen.board().by_number)
    assert thread.submit(reading.read_log).result(WAIT)[0].seq == ADOPTED + 4


def test_what_a_console_that_ended_has_kept_is_brought_by_the_next(
    tmp_path: Path, clock: Clock, screen: Screen
) -> None:
    data = lay_record(tmp_path / "data")
    ended = keeping(tmp_path, "wang.wei", now=clock)
    ended.went(Away("gone"))
    ended.standin.actor = open_desk(data, "wang.wei").actor
    assert take(ended.standin).kept
    ended.close()
    thread = DeskThread(
        lambda: open_desk(data, now=clock), screen.put, keep=lambda: keeping(tmp_path, now=clock)
    )
    thread.start()
    assert [row.number for row in screen.board(seq=ADOPTED + 2).rows] == [1]
    until(lambda: thread.keeping is not None and thread.keeping.told)
    assert thread.keeping is not None
    assert list(thread.keeping.told) == ["Of another console that ended: 1 kept act was recorded."]
    history = thread.submit(lambda desk: reading.read_incident(desk, 1).history).result(WAIT)
    assert {each.actor for each in history} == {"wang.wei"}
    thread.stop(WAIT)


def test_a_console_begins_while_its_record_is_away(tmp_path: Path, clock: Clock, screen: Screen) -> None:
    data = lay_record(tmp_path / "data")
    (data / "record.db").rename(data / "elsewhere.db")

    def gone() -> Desk:
        if not (data / "record.db").exists():
            raise Away("it is gone")
        return open_desk(data, now=clock)

    thread = DeskThread(gone, screen.put, keep=lambda: keeping(tmp_path, now=clock))
    thread.start()
    assert screen.trouble() == Trouble("it is gone", thread._looked)
    assert subject(thread.submit(take).result(WAIT).incident) == "K1"
    with pytest.raises(Away):
        thread.submit(reading.read_log).result(WAIT)
    (data / "elsewhere.db").rename(data / "record.db")
    assert [row.number for row in screen.board(seq=ADOPTED + 2).rows] == [1]
    thread.stop(WAIT)


def test_what_is_kept_when_the_console_ends_waits_for_the_next(
    thread: DeskThread, screen: Screen, data: Path
) -> None:
    thread.submit(take).result(WAIT)
    thread.submit(lose).result(WAIT)
    assert thread.submit(lambda desk: desk.perform("acknowledge", 1)).result(WAIT).kept
    thread.stop(WAIT)
    assert len(list((data.parent / "kept").iterdir())) == 1


def test_an_act_handed_over_just_before_the_end_is_kept_where_the_record_is_frozen(
    data: Path, clock: Clock, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "FROZEN_S", 0.3)
    ice = Ice(monkeypatch)
    thread = DeskThread(
        lambda: open_desk(data, now=clock), screen.put, keep=lambda: keeping(data.parent, now=clock)
    )
    thread.start()
    thread.submit(take).result(WAIT)
    until(lambda: thread._desk is not None and thread._desk.memory.known(1))
    ice.freeze()
    until(lambda: ice.waiting)
    asked = thread.submit(note(1))
    thread.stop(2.0)
    assert asked.result(0).kept
    assert list((data.parent / "kept").glob("*.journal"))
    ice.thawed.set()
    thread._thread.join(WAIT)


def test_files_of_the_hospital_that_were_read_again_count_without_the_record_too(thread: DeskThread) -> None:
    changed = replace(SITE, name="Another Hospital")

    def take(desk: Desk) -> None:
        desk.site = changed

    thread.submit(take).result(WAIT)
    until(lambda: thread.keeping is not None and thread.keeping.standin.full_site is changed)

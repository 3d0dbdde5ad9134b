"""The thread that serves the screen: answers, pictures, and troubles said in a sentence."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hisconsole.desk import calls
from hisconsole.desk.board import newer_board
from hisconsole.desk.desk import Desk
from hisconsole.desk.worker import DeskThread, News, Trouble
from hisconsole.errors import Refused, StoreFault
from hisconsole.plan.board import Board
from hisconsole.store.backup import backup, restore
from hisconsole.store.database import Database
from tests.hospital import ADOPTED, Clock, open_desk
from tests.postgres import SQLITE

CALL = {"workstation": "lab-01", "symptom": "3"}
LOCAL = pytest.mark.parametrize("either", [SQLITE], indirect=True)


class Screen:
    """What the thread delivers, in order."""

    def __init__(self) -> None:
        self._news: queue.Queue[News] = queue.Queue()
        self.put = self._news.put

    def board(self, **wanted: object) -> Board:
        """The next board of which this holds."""
        while True:
            news = self._news.get(timeout=10)
            if isinstance(news, Board) and all(
                getattr(news, name) == value for name, value in wanted.items()
            ):
                return news

    def trouble(self) -> Trouble:
        while True:
            news = self._news.get(timeout=10)
            if isinstance(news, Trouble):
                return news


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def thread(desk: Desk, clock: Clock, screen: Screen) -> Iterator[DeskThread]:
    data = desk.database.data
    thread = DeskThread(lambda: open_desk(data, "wang.wei", now=clock), screen.put)
    thread.start()
    yield thread
    thread.stop(10)


def test_what_is_asked_is_answered(thread: DeskThread, screen: Screen) -> None:
    assert screen.board().seq == ADOPTED
    taken = thread.submit(lambda desk: calls.take_call(desk, CALL)).result(10)
    assert taken.incident == 1
    assert [row.number for row in screen.board(seq=ADOPTED + 2).rows] == [1]
    with pytest.raises(Refused, match="cannot become closed"):
        thread.submit(lambda desk: desk.perform("close", 1, {"reason": "x"})).result(10)
    with pytest.raises(ZeroDivisionError):
        thread.submit(lambda desk: 1 // 0).result(10)
    assert thread.submit(lambda desk: desk.perform("acknowledge", 1)).result(10).seq == ADOPTED + 3
    assert thread.silence() < 5


def test_what_others_do_is_seen(thread: DeskThread, screen: Screen, desk: Desk) -> None:
    assert screen.board().seq == ADOPTED
    calls.take_call(desk, CALL)
    assert screen.board(seq=ADOPTED + 2).unclaimed == 1
    desk.perform("acknowledge", 1)
    assert screen.board(seq=ADOPTED + 3).unclaimed == 0


def test_pictures_that_take_long_come_seldom(
    thread: DeskThread, screen: Screen, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that is busy with a storm of calls has time left for keys."""
    took: list[float] = []

    def slow(at: Desk, board: Board) -> Board:
        time.sleep(0.05)
        took.append(time.monotonic())
        return newer_board(at, board)

    assert screen.board().seq == ADOPTED
    monkeypatch.setattr("hisconsole.desk.board.newer_board", slow)
    until = time.monotonic() + 1.8
    while time.monotonic() < until:
        last = calls.take_call(desk, CALL).seq
        time.sleep(0.02)
    assert len(took) <= 3, took
    screen.board(seq=last)  # the last is shown, too


def test_a_duty_falls_overdue_by_itself(thread: DeskThread, screen: Screen, desk: Desk, clock: Clock) -> None:
    calls.take_call(desk, CALL)
    assert screen.board(seq=ADOPTED + 2).overdue == 0
    clock.pass_(minutes=3)
    assert screen.board().overdue == 1


@LOCAL
def test_a_restore_is_followed(
    thread: DeskThread, screen: Screen, desk: Desk, clock: Clock, tmp_path: Path
) -> None:
    calls.take_call(desk, CALL)
    backup(desk.database, tmp_path / "one.db")
    calls.take_call(desk, CALL)
    assert len(screen.board(seq=ADOPTED + 4).rows) == 2
    assert list(thread.told()) == []
    restore(desk.database.data, tmp_path / "one.db", now=clock())
    assert len(screen.board(seq=ADOPTED + 2).rows) == 1
    (told,) = thread.told()
    assert told.startswith(f"THE RECORD HAS GONE BACK, event {ADOPTED + 4} to {ADOPTED + 2}: enter what is")
    assert f"{desk.database.path}.before-*" in told
    taken = thread.submit(lambda desk: calls.take_call(desk, CALL)).result(10)
    assert taken.incident == 2, "nothing is refused"
    assert len(screen.board(seq=ADOPTED + 4).rows) == 2
    assert list(thread.told()) == [], "it is told once"


@LOCAL
def test_a_record_that_is_put_back_as_it_was_is_no_news(
    thread: DeskThread, screen: Screen, desk: Desk, tmp_path: Path
) -> None:
    calls.take_call(desk, CALL)
    screen.board(seq=ADOPTED + 2)
    backup(desk.database, tmp_path / "one.db")
    restore(desk.database.data, tmp_path / "one.db", now=desk.now())
    calls.take_call(desk, CALL)
    assert len(screen.board(seq=ADOPTED + 4).rows) == 2
    assert list(thread.told()) == []


@LOCAL
def test_what_others_wrote_at_the_last_moment_is_missed_too(
    thread: DeskThread, screen: Screen, desk: Desk, clock: Clock, tmp_path: Path
) -> None:
    """Before the swap this console had not looked at it yet; the file that was there had it."""
    calls.take_call(desk, CALL)
    screen.board(seq=ADOPTED + 2)
    backup(desk.database, tmp_path / "one.db")
    held, go_on = threading.Event(), threading.Event()

    def hold(_desk: Desk) -> None:
        held.set()
        go_on.wait(10)

    waiting = thread.submit(hold)
    assert held.wait(10)
    calls.take_call(desk, CALL)
    restore(desk.database.data, tmp_path / "one.db", now=clock())
    go_on.set()
    waiting.result(10)
    assert len(screen.board(seq=ADOPTED + 2).rows) == 1
    (told,) = thread.told()
    assert f"event {ADOPTED + 4} to {ADOPTED + 2}" in told


@LOCAL
def test_a_record_that_vanishes_is_trouble_and_comes_back(
    thread: DeskThread, screen: Screen, desk: Desk
) -> None:
    calls.take_call(desk, CALL)
    screen.board(seq=ADOPTED + 2)
    away = desk.database.path.with_name("away.db")
    desk.database.path.rename(away)
    assert "cannot be used" in screen.trouble().sentence
    away.rename(desk.database.path)
    assert screen.board().seq == ADOPTED + 2


def test_a_record_that_cannot_be_opened_is_told_to_whoever_asks(tmp_path: Path, screen: Screen) -> None:
    (tmp_path / "file").write_text("x")

    def open_nothing() -> Desk:
        Database(tmp_path / "file")
        raise AssertionError("it opened")

    thread = DeskThread(open_nothing, screen.put)
    thread.start()
    assert "cannot be used" in screen.trouble().sentence
    with pytest.raises(StoreFault, match="cannot be used"):
        thread.submit(lambda desk: desk.perform("acknowledge", 1)).result(10)
    thread.stop(10)


def test_a_bug_while_the_record_is_opened_is_told_and_leaves_nobody_waiting(screen: Screen) -> None:
    def broken() -> Desk:
        raise KeyError("a bug")

    thread = DeskThread(broken, screen.put, sentence=lambda error: f"a fault: {error}")
    thread.start()
    asked = thread.submit(lambda desk: desk.actor)
    trouble = screen.trouble()
    assert (trouble.final, trouble.sentence) == (True, "a fault: 'a bug'")
    with pytest.raises(KeyError):
        asked.result(10)
    thread.stop(10)

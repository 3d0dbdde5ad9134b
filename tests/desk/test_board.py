"""The board: the picture of the queue, brought forward by what changed and by time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hisconsole.desk import calls
from hisconsole.desk.board import first_board, newer_board, older_board
from hisconsole.desk.desk import Desk
from hisconsole.plan.board import Board, Dues, board_of, merge
from hisconsole.plan.queue import Row
from hisconsole.plan.words import State
from tests.hospital import ADOPTED, START, Clock
from tests.plan.test_queue import BASE
from tests.shares import tries

CALL = {"symptom": "3", "words": "cannot save"}


def _take(desk: Desk, *workstations: str) -> None:
    for workstation in workstations:
        calls.take_call(desk, {**CALL, "workstation": workstation})


def _numbers(board: Board) -> list[int]:
    return [row.number for row in board.rows]


def test_an_empty_record_gives_an_empty_board(desk: Desk) -> None:
    board = first_board(desk)
    assert (board.seq, board.rows, board.next_due, board.turns_at) == (ADOPTED, (), None, None)
    assert (board.unclaimed, board.overdue, board.ringing) == (0, 0, ())


def test_the_board_counts(desk: Desk, clock: Clock) -> None:
    _take(desk, "lab-01", "reg-01", "w3-01")
    desk.perform("acknowledge", 1)
    board = first_board(desk)
    assert (board.seq, board.unclaimed, board.overdue) == (ADOPTED + 7, 2, 0)
    assert board.ringing == (2,)  # a key terminal that nobody has taken
    assert board.next_due is not None
    assert board.next_due.incident in (2, 3)
    assert board.turns_at == board.next_due.at
    clock.pass_(minutes=3)
    later = older_board(desk, board)
    assert (later.overdue, later.at) == (2, clock())
    assert later == first_board(desk)


def test_a_board_follows_what_happens(desk: Desk, colleague: Desk) -> None:
    board = first_board(desk)
    _take(colleague, "lab-01", "lab-02")
    board = newer_board(desk, board)
    assert _numbers(board) == [1, 2]
    colleague.perform("classify", 2, {"category": "I", "reason": "x"})
    board = newer_board(desk, board)
    assert _numbers(board) == [2, 1]
    colleague.perform("verify", 1, {"result": "user-resolved"})
    colleague.perform("close", 1, {"reason": "over"})
    board = newer_board(desk, board)
    assert _numbers(board) == [2]
    colleague.perform("undo", 1)
    board = newer_board(desk, board)
    assert _numbers(board) == [2, 1]
    assert board == first_board(desk)
    assert newer_board(desk, board) == board


def test_overdue_duties_change_the_order_with_time(desk: Desk, clock: Clock) -> None:
    _take(desk, "lab-01")
    clock.pass_(minutes=1)
    _take(desk, "lab-02")
    calls.take_call(desk, {**CALL, "workstation": "w3-01"}, join=2)
    board = first_board(desk)
    assert _numbers(board) == [2, 1]  # more workstations
    clock.pass_(seconds=61)
    assert _numbers(older_board(desk, board)) == [1, 2]  # now its duty is overdue


def _row(number: int, state: State, minutes: int, scope: int) -> Row:
    closed = START if state is State.CLOSED else None
    t0 = START + timedelta(minutes=minutes)
    due = t0 if minutes % 2 else None
    return replace(BASE, number=number, state=state, t0=t0, due_at=due, scope=scope, closed_at=closed)


ROWS = st.builds(_row, st.integers(1, 12), st.sampled_from(list(State)), st.integers(0, 9), st.integers(1, 3))


@settings(max_examples=tries(60), deadline=None)
@given(st.lists(st.lists(ROWS, max_size=8), max_size=8))
def test_merging_is_sorting(batches: list[list[Row]]) -> None:
    board = board_of(0, START, [], Dues())
    known: dict[int, Row] = {}
    for batch in batches:
        board = merge(board, batch, Dues())
        for row in batch:
            known[row.number] = row
        open_ = [row for row in known.values() if row.state is not State.CLOSED]
        assert board == board_of(0, START, open_, Dues())

"""Boards from the record: the first whole, the next by what changed since."""

from __future__ import annotations

from dataclasses import replace

from hisconsole.desk.desk import Desk
from hisconsole.plan.board import Board, aged, board_of, merge
from hisconsole.store import due, events, projections, turns


def first_board(desk: Desk) -> Board:
    """The picture as it is now."""
    now = desk.now()
    with desk.database.read() as connection:
        seq = events.head(connection).seq
        rows = projections.queue(connection)
        dues, on_duty = due.in_short(connection, now=now), turns.on_duty(connection)
    return replace(board_of(seq, now, rows, dues), on_duty=on_duty)


def older_board(desk: Desk, board: Board) -> Board:
    """The same incidents as of now: something fell due by itself."""
    now = desk.now()
    with desk.database.read() as connection:
        return aged(board, now, due.in_short(connection, now=now))


def newer_board(desk: Desk, board: Board) -> Board:
    """The picture brought forward by the incidents that changed since `board`."""
    now = desk.now()
    with desk.database.read() as connection:
        seq = events.head(connection).seq
        dues, on_duty = due.in_short(connection, now=now), turns.on_duty(connection)
        if seq < board.seq:  # another record was put in its place
            rows = projections.queue(connection)
            return replace(board_of(seq, now, rows, dues), on_duty=on_duty)
        changed = projections.changed(connection, after=board.seq) if seq > board.seq else []
    return replace(merge(board, changed, dues), seq=seq, on_duty=on_duty)

"""Boards from the record: the first whole, the next by what changed since."""

from __future__ import annotations

from dataclasses import replace

from hisconsole.desk.desk import Desk
from hisconsole.plan.board import Board, board_of, merge
from hisconsole.store import events, projections


def first_board(desk: Desk) -> Board:
    """The picture as it is now."""
    now = desk.now()
    with desk.database.read() as connection:
        seq = events.head(connection).seq
        rows = projections.queue(connection)
    return board_of(seq, now, rows)


def newer_board(desk: Desk, board: Board) -> Board:
    """The picture brought forward by the incidents that changed since `board`."""
    now = desk.now()
    with desk.database.read() as connection:
        seq = events.head(connection).seq
        if seq < board.seq:  # another record was put in its place
            rows = projections.queue(connection)
            return board_of(seq, now, rows)
        changed = projections.changed(connection, after=board.seq) if seq > board.seq else []
    return replace(merge(board, changed), seq=seq)

"""The board: one immutable picture of the queue, brought forward by what changed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from hisconsole.plan.due import Due
from hisconsole.plan.queue import Risk, Row, risk, serious
from hisconsole.plan.words import State
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Dues:
    """The due rows in short: how many are overdue, the one to see to first, and when the next falls."""

    overdue: int = 0
    first: Due | None = None
    falls_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who has the duty, and to whom it is offered just now; empty where nobody, or not known."""

    person: str = ""
    offered_to: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """Open incidents in the order of risk as of `at` (`keys`); `seq` is the newest event it knows.

    `next_due` is the duty that comes next or is longest overdue, `turns_at` the next moment at which one
    falls overdue or an incident nobody classified counts as more, `ringing` the serious ones that nobody
    has taken.
    """

    seq: int
    at: datetime
    rows: tuple[Row, ...]
    keys: tuple[Risk, ...]
    by_number: Mapping[int, Row]
    unclaimed: int
    overdue: int
    next_due: Due | None
    turns_at: datetime | None
    ringing: tuple[int, ...]
    on_duty: OnDuty = OnDuty()


def merge(board: Board, changed: Iterable[Row], dues: Dues) -> Board:
    """Put changed rows in their places; the rest keeps its order, sorted as of `board.at`."""
    rows, keys, known = list(board.rows), list(board.keys), dict(board.by_number)
    for row in changed:
        old = known.pop(row.number, None)
        if old is not None:
            place = bisect_left(keys, risk(old, now=board.at))
            del rows[place], keys[place]
        if row.state is not State.CLOSED:
            key = risk(row, now=board.at)
            place = bisect_left(keys, key)
            rows.insert(place, row)
            keys.insert(place, key)
            known[row.number] = row
    brought = _counted(board.seq, board.at, rows, keys, known, dues=dues)
    return replace(brought, on_duty=board.on_duty)


def aged(board: Board, now: datetime, dues: Dues) -> Board:
    """The same incidents in the order of risk as of `now`: duties fall overdue by themselves."""
    return replace(board_of(board.seq, now, board.rows, dues), on_duty=board.on_duty)


def board_of(seq: int, at: datetime, rows: Iterable[Row], dues: Dues) -> Board:
    """A picture of open incidents as of `at`."""
    pairs = sorted(((risk(row, now=at), row) for row in rows), key=lambda pair: pair[0])
    return _counted(
        seq,
        at,
        [row for _key, row in pairs],
        [key for key, _row in pairs],
        {row.number: row for _key, row in pairs},
        dues=dues,
    )


def _counted(
    seq: int, at: datetime, rows: list[Row], keys: list[Risk], by_number: dict[int, Row], *, dues: Dues
) -> Board:
    unclaimed = 0
    turns_at = dues.falls_at
    ringing: list[int] = []
    for row in rows:
        if not row.acknowledged_by:
            unclaimed += 1
            if serious(row):
                ringing.append(row.number)
        if row.treated_at is not None and at < row.treated_at:
            turns_at = min(turns_at or row.treated_at, row.treated_at)
    return Board(
        seq=seq,
        at=at,
        rows=tuple(rows),
        keys=tuple(keys),
        by_number=MappingProxyType(by_number),
        unclaimed=unclaimed,
        overdue=dues.overdue,
        next_due=dues.first,
        turns_at=turns_at,
        ringing=tuple(ringing),
    )

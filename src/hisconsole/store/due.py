"""The due rows: what is owed by when, over all incidents and the site itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from hisconsole.plan.board import Dues
from hisconsole.plan.due import Due
from hisconsole.plan.times import from_text, to_text
from hisconsole.store.rows import DUE_NAMES, to_due
from hisconsole.store.tables import due as table

_COLUMNS = tuple(table.c[name] for name in DUE_NAMES)


def every(connection: Connection) -> list[Due]:
    """All due rows, soonest first."""
    return _read(connection, select(*_COLUMNS))


def fallen(connection: Connection, *, now: datetime, limit: int) -> list[Due]:
    """Rows whose deadline has passed and was not told yet, soonest first (see `measures.fell_due`)."""
    moment, told = to_text(now), table.c.told
    untold = or_(told.is_(None), told < table.c.at, told > moment)
    query = select(*_COLUMNS).where(table.c.at <= moment, untold)
    return _read(connection, query.limit(limit))


def _read(connection: Connection, query: Select[Any]) -> list[Due]:
    ordered = query.order_by(table.c.at, table.c.incident, table.c.duty, table.c.key)
    return [to_due(row) for row in connection.execute(ordered)]


def in_short(connection: Connection, *, now: datetime) -> Dues:
    """How many rows are overdue, the first of all, and when the next falls."""
    moment = to_text(now)
    overdue = connection.execute(
        select(func.count()).select_from(table).where(table.c.at <= moment)
    ).scalar_one()
    falls = connection.execute(select(func.min(table.c.at)).where(table.c.at > moment)).scalar()
    first = _read(connection, select(*_COLUMNS).limit(1))
    return Dues(overdue, first[0] if first else None, from_text(falls) if falls else None)

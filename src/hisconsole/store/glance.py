"""The first picture of the queue, read with the driver alone.

SQLAlchemy is a third of the console's start; it is imported after this picture is on the screen.
"""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from hisconsole.plan.board import Dues, OnDuty
from hisconsole.plan.queue import Row
from hisconsole.plan.times import from_text, to_text
from hisconsole.store import sqlite
from hisconsole.store.revision import HEAD
from hisconsole.store.rows import DUE_NAMES, NAMES, to_due, to_row


def glance(path: Path, *, now: datetime) -> tuple[int, list[Row], Dues, OnDuty] | None:
    """Newest seq, open incidents, due rows in short, who has the duty; None where only the store can tell."""
    driver = sqlite.driver()
    columns = ", ".join(NAMES)
    try:
        with closing(driver.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            cursor = connection.cursor()
            cursor.execute("BEGIN")
            if cursor.execute("SELECT version_num FROM alembic_version").fetchone() != (HEAD,):
                return None
            (seq,) = cursor.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
            cursor.execute(f"SELECT {columns} FROM incident WHERE closed_at IS NULL")  # noqa: S608 - our names
            rows = [to_row(stored) for stored in cursor.fetchall()]
            cursor.execute("SELECT person, offered_to FROM turn ORDER BY incident LIMIT 1")
            turn = cursor.fetchone()
            return seq, rows, _dues(cursor, to_text(now)), OnDuty(*turn) if turn else OnDuty()
    except driver.Error:
        return None


def _dues(cursor: Any, now: str) -> Dues:
    (overdue,) = cursor.execute("SELECT count(*) FROM due WHERE at <= ?", (now,)).fetchone()
    (falls,) = cursor.execute("SELECT min(at) FROM due WHERE at > ?", (now,)).fetchone()
    columns = ", ".join(DUE_NAMES)
    cursor.execute(f"SELECT {columns} FROM due ORDER BY at, incident, duty, key LIMIT 1")  # noqa: S608 - our names
    first = cursor.fetchone()
    return Dues(
        overdue,
        to_due(first) if first else None,
        from_text(falls) if falls else None,
    )

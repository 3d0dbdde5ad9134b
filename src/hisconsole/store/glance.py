"""The first picture of the queue, read with the driver alone.

SQLAlchemy is a third of the console's start; it is imported after this picture is on the screen.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from hisconsole.plan.queue import Row
from hisconsole.store import sqlite
from hisconsole.store.revision import HEAD
from hisconsole.store.rows import NAMES, to_row


def glance(path: Path) -> tuple[int, list[Row]] | None:
    """The newest seq and the open incidents of a record, or None where only the whole store can tell."""
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
            return seq, [to_row(stored) for stored in cursor.fetchall()]
    except driver.Error:
        return None

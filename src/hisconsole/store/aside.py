"""An old record kept under a second name while another takes its place."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from pathlib import Path

from sqlalchemy import text

from hisconsole.errors import StoreFault
from hisconsole.store import sqlite
from hisconsole.store.database import Database


def set_aside(record: Path, *, now: datetime) -> Path:
    """Give the old record a second name; its own goes over to the new one in a single step."""
    _settle(record)
    stem = f"{record.name}.before-{now:%Y%m%dT%H%M%S}"
    names = (record.with_name(f"{stem}-{number}" if number else stem) for number in count())
    kept = next(name for name in names if not name.exists())
    kept.hardlink_to(record)
    for end in sqlite.COMPANIONS:
        part = record.with_name(record.name + end)
        if part.exists():
            part.rename(kept.with_name(kept.name + end))
    return kept


def _settle(record: Path) -> None:
    """Fold the write-ahead log into the old file where it can still be opened."""
    try:
        database = Database.at(record, writable=True)
        with database.read() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        database.close()
    except StoreFault:
        return  # a damaged record is kept as it is, with its log beside it

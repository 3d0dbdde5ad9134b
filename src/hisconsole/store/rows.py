"""Rows of the queue as they are stored; plain values, whatever reads or writes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from hisconsole.plan.due import Due
from hisconsole.plan.queue import Row
from hisconsole.plan.times import from_text, to_text
from hisconsole.plan.words import Category, State

NAMES = tuple(field.name for field in fields(Row))
"""The columns of table incident, in the order of the fields of a Row."""

DUE_NAMES = ("incident", "duty", "key", "at", "owner", "act")
"""The columns of table due that a Due is made of, in the order of its fields."""


def to_due(stored: Iterable[Any]) -> Due:
    """A due row from its columns, in the order of DUE_NAMES."""
    incident, duty, key, at, owner, act = stored
    return Due(incident, duty, key, from_text(at), owner, act)


def to_stored(row: Row) -> dict[str, Any]:
    """A row as its columns."""
    return {name: _stored(getattr(row, name)) for name in NAMES}


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_text(value)
    return value.value if isinstance(value, State | Category) else value


def to_row(stored: Iterable[Any]) -> Row:
    """A row from its columns, in the order of NAMES."""
    values = dict(zip(NAMES, stored, strict=True))
    values["state"] = State(values["state"])
    values["category"] = Category(values["category"])
    values["treated"] = Category(values["treated"])
    for name in ("t0", "opened"):
        values[name] = from_text(values[name])
    for name in ("treated_at", "due_at", "closed_at"):
        values[name] = from_text(values[name]) if values[name] else None
    return Row(**values)

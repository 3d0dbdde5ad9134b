"""Desks whose record goes away and comes back, as SQLite itself finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from hisconsole.desk import calls
from hisconsole.desk.desk import Desk
from hisconsole.desk.keeping import Keeping
from hisconsole.plan.operators import Operator
from hisconsole.plan.roles import Role
from hisconsole.store.journal import Journal, Place
from tests.hospital import OPERATORS, SITE, actor, lay_record, open_desk

ROLED = replace(
    SITE,
    named=(
        Operator(OPERATORS[0], frozenset({Role.OPERATOR})),
        Operator(OPERATORS[1], frozenset({Role.OPERATOR})),
        Operator(OPERATORS[2], frozenset({Role.DIRECTOR})),
    ),
)
"""The hospital where roles count: two operators and a director."""

CALL = {"workstation": "reg-01", "symptom": "3", "words": "cannot save"}


def keeping(
    folder: Path, operator: str = "li.na", *, now: Callable[[], datetime], lasting: bool = True
) -> Keeping:
    """What keeps acts in a folder of the test."""
    return Keeping(
        Journal([Place(folder / "kept", lasting=lasting)]),
        data=folder / "data",
        site=SITE,
        actor=actor(operator),
        now=now,
    )


def keeping_desk(folder: Path, operator: str = "li.na", *, now: Callable[[], datetime]) -> Desk:
    """A desk on the record in `folder`/data that keeps acts beside it."""
    desk = open_desk(folder / "data", operator, now=now)
    desk.keeping = keeping(folder, operator, now=now)
    return desk


@contextmanager
def with_one_call(folder: Path, *, now: Callable[[], datetime]) -> Iterator[Desk]:
    """Such a desk on a new record, with one incident in it."""
    lay_record(folder / "data")
    desk = keeping_desk(folder, now=now)
    calls.take_call(desk, CALL)
    yield desk
    if desk.keeping is not None:
        desk.keeping.close()
    desk.database.close()


def lose(desk: Desk) -> None:
    """The record can be read and not written: SQLite itself refuses each write from now on."""
    with desk.database.read() as connection:
        connection.execute(text("PRAGMA query_only = 1"))


def find(desk: Desk) -> None:
    """It can be written again."""
    with desk.database.read() as connection:
        connection.execute(text("PRAGMA query_only = 0"))


def bring(desk: Desk) -> bool:
    """Bring all that the desk's keeping holds."""
    assert desk.keeping is not None
    return desk.keeping.bring_back(desk, for_s=60)

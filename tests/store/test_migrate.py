"""A record of the first schema: its events stay what they are, and all else is made from them again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from hisconsole.desk import reading
from hisconsole.desk.desk import Desk
from hisconsole.errors import StoreFault
from hisconsole.plan.events import SITE as NO_INCIDENT
from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.times import to_text
from hisconsole.plan.words import Category, State
from hisconsole.store import events, migrate, projections, sqlite
from hisconsole.store.backup import prove, restore
from hisconsole.store.database import RECORD, Database
from hisconsole.store.revision import HEAD
from hisconsole.store.verify import verify
from tests.hospital import SITE, START, Clock, open_desk

WRITER = events.Writer("li.na", "tester", "local no tty")
LATEST = START + timedelta(minutes=40)
SILENT = START + timedelta(hours=1)


def _report(number: int, workstation: str, department: str) -> dict[str, Any]:
    return {
        "number": number,
        "workstation": workstation,
        "department": department,
        "room": "1F 01",
        "reporter": "nurse Wu",
        "callback": "kept",
        "symptom": "cannot-save",
        "words": "disk full",
        "scope": "one",
        "occurred": to_text(START),
        "critical": False,
        "switch": "sw-1",
        "taken_by": "li.na",
    }


def _new(kind: Kind, incident: int, /, at: datetime = START, **body: Any) -> NewEvent:
    return NewEvent(kind, incident, at, body)


ACTS = (
    [_new(Kind.OPENED, 1), _new(Kind.REPORTED, 1, **_report(1, "reg-02", "reg"))],
    [
        _new(Kind.ACKNOWLEDGED, 1),
        _new(Kind.VERIFIED, 1, result="confirmed", how="phone", by="li.na", text=""),
    ],
    [_new(Kind.CLASSIFIED, 1, category="II", reason="one network")],
    [_new(Kind.ESTIMATED, 1, earliest=to_text(START), latest=to_text(LATEST), why="")],
    [_new(Kind.FIX_TRIED, 1, text="restarted it", result="failed")],
    [_new(Kind.SILENCED, NO_INCIDENT, target="sw-2", whole=False, end=to_text(SILENT), reason="works")],
    [_new(Kind.OPENED, 2), _new(Kind.REPORTED, 2, **_report(2, "lab-01", "lab"))],
    [_new(Kind.ACKNOWLEDGED, 2)],
    [_new(Kind.VERIFIED, 2, result="user-resolved", how="phone", by="li.na", text="")],
    [_new(Kind.CLOSED, 2, reason="unplugged")],
    [_new(Kind.OPENED, 3), _new(Kind.REPORTED, 3, **_report(3, "w3-01", "ward-3"))],
)
"""What a record of that time holds; an incident names no edition of the plan."""

STALE = (
    "INSERT INTO incident VALUES (1, 3, 'new', 'I', '', '', '', '', '', '', '', '', NULL, '', 7, 7, 1, '')",
    "INSERT INTO report VALUES (1, 1, 'reg-02', 'nurse Wu', '2020')",
    "INSERT INTO due VALUES (1, 'verify', '2020', 'nobody')",
    "INSERT INTO callback VALUES (1, '13800000000')",
)


@pytest.fixture
def old(data: Path) -> Path:
    """A record as the first schema made it, with events of that time and rows that they do not support."""
    data.mkdir(mode=0o700)
    path = data / RECORD
    engine = create_engine(f"sqlite:///{path}", module=sqlite.driver())
    with engine.begin() as connection:
        _first_schema(connection)
        for number, new in enumerate(ACTS, start=1):
            events.append(
                connection, new, after=events.head(connection), act=f"act-{number}", writer=WRITER, now=START
            )
        for statement in STALE:
            connection.execute(text(statement))
    engine.dispose()
    path.chmod(0o600)
    return path


def _first_schema(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", "hisconsole.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")


def _rows(path: Path, table: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()


def _holds(desk: Desk) -> None:
    with desk.database.read() as connection:
        assert verify(connection).faults == ()


def test_an_old_record_keeps_its_events_and_gets_new_projections(old: Path, clock: Clock) -> None:
    before = _rows(old, "event")
    assert _rows(old, "alembic_version") == [("0001",)]
    desk = open_desk(old.parent, now=clock)
    assert _rows(old, "event") == before
    assert _rows(old, "alembic_version") == [(HEAD,)]
    assert _rows(old, "callback") == [(1, "13800000000")]
    with desk.database.read() as connection:
        proof = verify(connection)
        first, third = sorted(projections.queue(connection), key=lambda row: row.number)
        (closed,) = projections.closed(connection, limit=9)
    assert (proof.faults, proof.incidents, proof.head.seq) == ((), 3, len(before))
    assert (first.state, first.category, first.scope) == (State.ACTIVE, Category.II, 1)
    assert (third.number, third.treated, third.treated_at) == (3, Category.UNCLASSIFIED, None)
    assert (closed.number, closed.state) == (2, State.CLOSED)
    assert _rows(old, "due") == [
        (0, "silence", "8", to_text(SILENT), "li.na", "silence", None),
        (1, "eta", "", to_text(LATEST), "li.na", "eta", None),
    ]
    assert [row[:5] for row in _rows(old, "report")] == [
        (1, 1, "reg-02", "reg", "cannot-save"),
        (2, 2, "lab-01", "lab", "cannot-save"),
        (3, 3, "w3-01", "ward-3", "cannot-save"),
    ]
    desk.database.close()


def test_a_backup_of_an_old_record_is_proved_and_put_in_place(
    old: Path, data: Path, clock: Clock, tmp_path: Path
) -> None:
    kept = old.rename(tmp_path / "old.db")
    before = kept.read_bytes()
    assert (prove(kept).incidents, prove(kept).head.seq) == (3, len(_rows(kept, "event")))
    proof, _none = restore(data, kept, now=clock())
    assert proof.incidents == 3
    assert _rows(data / RECORD, "alembic_version") == [(HEAD,)]
    assert _rows(data / RECORD, "event") == _rows(kept, "event")
    assert kept.read_bytes() == before
    desk = open_desk(data, now=clock)
    _holds(desk)
    desk.database.close()


@pytest.mark.parametrize("body", ["{}", "no JSON"])
def test_a_backup_of_an_old_record_that_was_changed_is_refused(
    old: Path, data: Path, clock: Clock, tmp_path: Path, body: str
) -> None:
    kept = old.rename(tmp_path / "old.db")
    with closing(sqlite3.connect(kept)) as connection, connection:
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute("UPDATE event SET body = ? WHERE seq = 2", (body,))
    with pytest.raises(StoreFault, match=r"old\.db does not hold"):
        restore(data, kept, now=clock())
    assert list(data.iterdir()) == []


def test_an_old_incident_takes_up_the_plan_when_it_is_classified(old: Path, clock: Clock) -> None:
    desk = open_desk(old.parent, now=clock)
    assert reading.read_incident(desk, 3).plan is None
    desk.perform("note", 3, {"text": "still without a plan"})
    assert reading.read_incident(desk, 3).plan is None
    desk.perform("classify", 3, {"category": "II", "reason": "one network"})
    assert reading.read_incident(desk, 3).plan == SITE.plan
    assert reading.read_incident(desk, 1).plan is None
    owed = {row[1] for row in _rows(old, "due") if row[0] == 3}
    assert {"acknowledge", "verify", "escalate"} <= owed
    _holds(desk)
    desk.database.close()
    again = open_desk(old.parent, now=clock)
    assert reading.read_incident(again, 3).plan == SITE.plan
    _holds(again)
    again.database.close()


def test_a_rebuilding_that_fails_leaves_the_old_record_as_it_was(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = ("event", "incident", "report", "due", "callback", "alembic_version")
    before = {table: _rows(old, table) for table in tables}

    def fail(_connection: Connection) -> None:
        raise RuntimeError("half way")

    with monkeypatch.context() as broken:
        broken.setattr(migrate, "rebuild", fail)
        with pytest.raises(RuntimeError, match="half way"):
            Database(old.parent)
    assert {table: _rows(old, table) for table in tables} == before
    database = Database(old.parent)
    with database.read() as connection:
        assert verify(connection).faults == ()
    database.close()


def test_a_record_is_rebuilt_once(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Database(old.parent).close()

    def fail(_connection: Connection) -> None:
        pytest.fail("it was rebuilt again")

    monkeypatch.setattr(migrate, "rebuild", fail)
    Database(old.parent).close()

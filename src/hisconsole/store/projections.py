"""Projections: rows computed from an incident, written in the act's own transaction."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, update

from hisconsole.plan.document import Plan
from hisconsole.plan.due import Due, duties
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.incident import Incident
from hisconsole.plan.queue import Row, row_of
from hisconsole.plan.recurrence import Call
from hisconsole.plan.site import duties_of_site
from hisconsole.plan.times import from_text, to_text
from hisconsole.plan.turn import Turn, owed, stream
from hisconsole.store import tables
from hisconsole.store.rows import NAMES, to_row, to_stored

_COLUMNS = tuple(tables.incident.c[name] for name in NAMES)

INCIDENT = tables.incident.name
_INSERT = insert(tables.incident)
_UPDATE = (
    update(tables.incident)
    .where(tables.incident.c.number == bindparam("of"))
    .values({name: bindparam(name) for name in NAMES})
)
_STORED = {
    table.name: select(table)
    .where((table.c.number if table is tables.incident else table.c.incident) == bindparam("of"))
    .order_by(*table.primary_key.columns)
    for table in tables.PROJECTIONS
}
"""Put together once, as each act needs them."""

Held = dict[str, list[dict[str, Any]]]
"""What the projections hold of something, table by table, as stored."""


def columns_of(incident: Incident, plan: Plan | None) -> Held:
    """What the projections hold about an incident that runs under an edition of the plan."""
    owed = duties(incident, plan)
    return {
        "incident": [to_stored(row_of(incident, plan, owed))],
        "report": [
            {
                "number": report.number,
                "incident": incident.number,
                "workstation": report.workstation,
                "department": report.department,
                "symptom": report.symptom,
                "reporter": report.reporter,
                "occurred": to_text(report.occurred),
            }
            for report in sorted(incident.reports, key=lambda report: report.number)
        ],
        "due": _due_rows(owed, incident.fallen),
    }


def columns_of_site(history: Sequence[Event]) -> Held:
    """What the projections hold about the site itself: ends of silences, wrong numbers."""
    owed, fallen = duties_of_site(history)
    return {"due": _due_rows(owed, fallen)}


def columns_of_turn(turn: Turn) -> Held:
    """What the projections hold about a turn of duty."""
    offered = turn.offer
    return {
        "turn": [
            {
                "incident": stream(turn.number),
                "version": turn.version,
                "person": turn.person,
                "since": to_text(turn.since),
                "ended": to_text(turn.ended_at) if turn.ended_at else None,
                "offered_to": offered.to if offered else "",
                "offer": offered.state.value if offered else "",
            }
        ],
        "due": _due_rows(owed(turn), turn.fallen),
    }


def _due_rows(owed: Iterable[Due], fallen: Mapping[tuple[str, str], datetime]) -> list[dict[str, Any]]:
    """Due rows as stored, each with the last deadline of it that was told."""
    return [
        {
            "incident": due.incident,
            "duty": due.duty,
            "key": due.key,
            "at": to_text(due.at),
            "owner": due.owner,
            "act": due.act,
            "told": to_text(told) if (told := fallen.get((due.duty, due.key))) else None,
        }
        for due in sorted(owed, key=lambda due: (due.duty, due.key))
    ]


def stored_rows(connection: Connection, number: int, names: Container[str]) -> Held:
    """What the projections of these names hold of an incident, in the order of `columns_of`."""
    return {
        table.name: [dict(row) for row in connection.execute(_STORED[table.name], {"of": number}).mappings()]
        for table in tables.PROJECTIONS
        if table.name in names
    }


def bring(connection: Connection, old: Held, new: Held) -> None:
    """Bring rows up to date, given what they were and what they are to be.

    An incident that loses a report must come before the one that gets it.
    """
    for name, rows in new.items():
        _bring(connection, tables.metadata.tables[name], old.get(name, []), rows)


def _bring(
    connection: Connection, table: Table, old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> None:
    """Take away and put in what differs, by primary key."""
    names = [column.name for column in table.primary_key]
    before = {tuple(row[name] for name in names): row for row in old}
    after = {tuple(row[name] for name in names): row for row in new}
    for key, row in before.items():
        if after.get(key) != row:
            matches = (table.c[name] == value for name, value in zip(names, key, strict=True))
            connection.execute(delete(table).where(*matches))
    fresh = [row for key, row in after.items() if before.get(key) != row]
    if fresh:
        connection.execute(insert(table), fresh)


def put(connection: Connection, row: Mapping[str, Any]) -> None:
    """Bring the row of an incident itself up to date: every event of it changes that, so nobody compares."""
    if not connection.execute(_UPDATE, {**row, "of": row["number"]}).rowcount:
        connection.execute(_INSERT, row)


def queue(connection: Connection) -> list[Row]:
    """Every incident that is not closed."""
    query = select(*_COLUMNS).where(tables.incident.c.closed_at.is_(None))
    return [to_row(stored) for stored in connection.execute(query)]


def changed(connection: Connection, *, after: int) -> list[Row]:
    """Incidents, closed ones too, whose newest event is later than seq `after`."""
    query = select(*_COLUMNS).where(tables.incident.c.version > after)
    return [to_row(stored) for stored in connection.execute(query)]


def closed(connection: Connection, *, limit: int) -> list[Row]:
    """The latest closed incidents, newest first."""
    query = (
        select(*_COLUMNS)
        .where(tables.incident.c.closed_at.is_not(None))
        .order_by(tables.incident.c.closed_at.desc())
        .limit(limit)
    )
    return [to_row(stored) for stored in connection.execute(query)]


def next_numbers(connection: Connection, *, after: int) -> tuple[int, int]:
    """The next free incident number above `after`, and report number; call it in the write transaction."""
    incident = connection.execute(select(func.max(tables.incident.c.number))).scalar() or after
    report = connection.execute(select(func.max(tables.report.c.number))).scalar() or 0
    return incident + 1, report + 1


def last_reporter(connection: Connection, workstation: str) -> str:
    """Who called last from a workstation, to prefill the form."""
    query = (
        select(tables.report.c.reporter)
        .where(tables.report.c.workstation == workstation, tables.report.c.reporter != "")
        .order_by(tables.report.c.number.desc())
        .limit(1)
    )
    return connection.execute(query).scalar() or ""


def calls_since(connection: Connection, since: datetime) -> list[Call]:
    """Every call since a time, whatever became of its incident."""
    table = tables.report
    columns = (table.c.incident, table.c.workstation, table.c.department, table.c.symptom, table.c.occurred)
    query = select(*columns).where(table.c.occurred >= to_text(since)).order_by(table.c.number)
    return [
        Call(incident, workstation, department, symptom, from_text(occurred))
        for incident, workstation, department, symptom, occurred in connection.execute(query)
    ]


def faults_since(connection: Connection, since: datetime) -> dict[int, str]:
    """The fault types of incidents with a call since a time."""
    called = select(tables.report.c.incident).where(tables.report.c.occurred >= to_text(since))
    query = select(tables.incident.c.number, tables.incident.c.fault).where(
        tables.incident.c.fault != "", tables.incident.c.number.in_(called)
    )
    return {row.number: row.fault for row in connection.execute(query)}


def incident_of_report(connection: Connection, report: int) -> int | None:
    """The incident a report belongs to."""
    return connection.execute(
        select(tables.report.c.incident).where(tables.report.c.number == report)
    ).scalar()


def recent(connection: Connection, *, since: datetime, workstation: str) -> list[int]:
    """Open incidents with a report since a time, or from a workstation at any time."""
    query = (
        select(tables.report.c.incident)
        .join(tables.incident, tables.incident.c.number == tables.report.c.incident)
        .where(
            tables.incident.c.closed_at.is_(None),
            (tables.report.c.occurred >= to_text(since)) | (tables.report.c.workstation == workstation),
        )
        .distinct()
        .limit(200)
    )
    return list(connection.execute(query).scalars())


def monitored(connection: Connection, *, closed_since: datetime) -> list[int]:
    """The incidents in which the watch found something, open or closed since a time, in order."""
    table = tables.incident
    still = table.c.closed_at.is_(None) | (table.c.closed_at >= to_text(closed_since))
    found = (
        select(tables.event.c.seq)
        .where(tables.event.c.incident == table.c.number, tables.event.c.kind == Kind.DETECTED.value)
        .exists()
    )
    query = select(table.c.number).where(still, found).order_by(table.c.number)
    return list(connection.execute(query).scalars())


def keep_callback(connection: Connection, report: int, number: str) -> None:
    """Keep the number a caller left, outside the events, or forget it when empty."""
    connection.execute(delete(tables.callback).where(tables.callback.c.report == report))
    if number:
        connection.execute(insert(tables.callback), [{"report": report, "number": number}])


def callbacks(connection: Connection, reports: Iterable[int]) -> dict[int, str]:
    """The numbers left with some reports."""
    query = select(tables.callback.c.report, tables.callback.c.number).where(
        tables.callback.c.report.in_(list(reports))
    )
    return {row.report: row.number for row in connection.execute(query)}

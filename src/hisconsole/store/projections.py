"""Projections: rows computed from an incident, written in the act's own transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select

from hisconsole.plan.due import duties
from hisconsole.plan.incident import Incident
from hisconsole.plan.queue import Row, row_of
from hisconsole.plan.times import to_text
from hisconsole.store import tables
from hisconsole.store.rows import NAMES, to_row, to_stored

_COLUMNS = tuple(tables.incident.c[name] for name in NAMES)


def columns_of(incident: Incident) -> dict[str, list[dict[str, Any]]]:
    """What the projections hold about an incident, table by table, as stored."""
    return {
        "incident": [to_stored(row_of(incident))],
        "report": [
            {
                "number": report.number,
                "incident": incident.number,
                "workstation": report.workstation,
                "reporter": report.reporter,
                "occurred": to_text(report.occurred),
            }
            for report in sorted(incident.reports, key=lambda report: report.number)
        ],
        "due": [
            {
                "incident": due.incident,
                "duty": due.duty.value,
                "at": to_text(due.at),
                "owner": due.owner,
            }
            for due in sorted(duties(incident), key=lambda due: due.duty.value)
        ],
    }


def project(connection: Connection, incidents: Iterable[tuple[Incident | None, Incident]]) -> None:
    """Bring the rows of changed incidents up to date, given each one before and after.

    An incident that loses a report must come before the one that gets it.
    """
    for before, after in incidents:
        old = columns_of(before) if before is not None else {}
        for name, rows in columns_of(after).items():
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


def next_numbers(connection: Connection) -> tuple[int, int]:
    """The next free incident number and report number; call it inside the write transaction."""
    incident = connection.execute(select(func.max(tables.incident.c.number))).scalar() or 0
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

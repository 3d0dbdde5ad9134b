"""The tables: events are the record; incident, report, due and turn are projections of them.

`turn` holds the turns of duty under the number of their events, minus their own: the least runs.
`callback` holds the telephone numbers that callers leave: personal data that events only refer to.
Times are text, RFC 3339 in UTC with microseconds.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

event = Table(
    "event",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("act", String(36), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("incident", Integer, nullable=False),
    Column("at", String(27), nullable=False),
    Column("recorded", String(27), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("os_user", String(64), nullable=False),
    Column("source", String(128), nullable=False),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_event_incident", "incident", "seq"),
)

incident = Table(
    "incident",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("category", String(16), nullable=False),
    Column("treated", String(16), nullable=False),
    Column("treated_at", String(27)),
    Column("fault", String(32), nullable=False),
    Column("symptom", String(32), nullable=False),
    Column("words", Text, nullable=False),
    Column("workstation", String(64), nullable=False),
    Column("department", String(64), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("acknowledged_by", String(64), nullable=False),
    Column("t0", String(27), nullable=False),
    Column("opened", String(27), nullable=False),
    Column("due_at", String(27)),
    Column("duty", String(32), nullable=False),
    Column("key_of_duty", String(64), nullable=False),
    Column("scope", Integer, nullable=False),
    Column("departments", Integer, nullable=False),
    Column("critical", Boolean, nullable=False),
    Column("serious", Boolean, nullable=False),
    Column("closed_at", String(27)),
    Index("ix_incident_closed", "closed_at"),
)

report = Table(
    "report",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("incident", Integer, nullable=False, index=True),
    Column("workstation", String(64), nullable=False, index=True),
    Column("department", String(64), nullable=False),
    Column("symptom", String(32), nullable=False),
    Column("reporter", String(64), nullable=False),
    Column("occurred", String(27), nullable=False, index=True),
)

due = Table(
    "due",
    metadata,
    Column("incident", Integer, primary_key=True, autoincrement=False),
    Column("duty", String(32), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("at", String(27), nullable=False, index=True),
    Column("owner", String(64), nullable=False),
    Column("act", String(32), nullable=False),
    Column("told", String(27)),
)

turn = Table(
    "turn",
    metadata,
    Column("incident", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("person", String(64), nullable=False),
    Column("since", String(27), nullable=False),
    Column("ended", String(27)),
    Column("offered_to", String(64), nullable=False),
    Column("offer", String(16), nullable=False),
)

callback = Table(
    "callback",
    metadata,
    Column("report", Integer, primary_key=True, autoincrement=False),
    Column("number", String(32), nullable=False),
)

PROJECTIONS = (incident, report, due, turn)
NAMES = frozenset(table.name for table in PROJECTIONS)

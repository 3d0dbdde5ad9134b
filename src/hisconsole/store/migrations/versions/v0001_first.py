"""The first schema: events with their chain, the projections, and the guard against changing events."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table, and the triggers that keep events as they are."""
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("act", sa.String(36), nullable=False, index=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("incident", sa.Integer, nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("recorded", sa.String(27), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("os_user", sa.String(64), nullable=False),
        sa.Column("source", sa.String(128), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_event_incident", "event", ["incident", "seq"])
    op.create_table(
        "incident",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False, index=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("category", sa.String(16), nullable=False),
        sa.Column("symptom", sa.String(32), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("workstation", sa.String(64), nullable=False),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("acknowledged_by", sa.String(64), nullable=False),
        sa.Column("t0", sa.String(27), nullable=False),
        sa.Column("opened", sa.String(27), nullable=False),
        sa.Column("due_at", sa.String(27)),
        sa.Column("duty", sa.String(32), nullable=False),
        sa.Column("scope", sa.Integer, nullable=False),
        sa.Column("departments", sa.Integer, nullable=False),
        sa.Column("critical", sa.Boolean, nullable=False),
        sa.Column("closed_at", sa.String(27)),
    )
    op.create_index("ix_incident_closed", "incident", ["closed_at"])
    op.create_table(
        "report",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("incident", sa.Integer, nullable=False, index=True),
        sa.Column("workstation", sa.String(64), nullable=False, index=True),
        sa.Column("reporter", sa.String(64), nullable=False),
        sa.Column("occurred", sa.String(27), nullable=False),
    )
    op.create_table(
        "due",
        sa.Column("incident", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("duty", sa.String(32), primary_key=True),
        sa.Column("at", sa.String(27), nullable=False, index=True),
        sa.Column("owner", sa.String(64), nullable=False),
    )
    op.create_table(
        "callback",
        sa.Column("report", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.String(32), nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION events_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE EXCEPTION 'events are never changed: record a correction'; END $$"
        )
        op.execute(
            "CREATE TRIGGER event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON event"
            " FOR EACH STATEMENT EXECUTE FUNCTION events_stay()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER event_no_{verb.lower()} BEFORE {verb} ON event "
            "BEGIN SELECT RAISE(ABORT, 'events are never changed: record a correction'); END"
        )

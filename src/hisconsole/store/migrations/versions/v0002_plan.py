"""The plan's clocks: due rows with key, act and whether they were told; incidents with what they count as."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the projections anew; after every step the projections are computed again from the events."""
    op.drop_table("incident")
    op.drop_table("report")
    op.drop_table("due")
    op.create_table(
        "incident",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False, index=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("category", sa.String(16), nullable=False),
        sa.Column("treated", sa.String(16), nullable=False),
        sa.Column("treated_at", sa.String(27)),
        sa.Column("fault", sa.String(32), nullable=False),
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
        sa.Column("key_of_duty", sa.String(64), nullable=False),
        sa.Column("scope", sa.Integer, nullable=False),
        sa.Column("departments", sa.Integer, nullable=False),
        sa.Column("critical", sa.Boolean, nullable=False),
        sa.Column("serious", sa.Boolean, nullable=False),
        sa.Column("closed_at", sa.String(27)),
    )
    op.create_index("ix_incident_closed", "incident", ["closed_at"])
    op.create_table(
        "report",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("incident", sa.Integer, nullable=False, index=True),
        sa.Column("workstation", sa.String(64), nullable=False, index=True),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("symptom", sa.String(32), nullable=False),
        sa.Column("reporter", sa.String(64), nullable=False),
        sa.Column("occurred", sa.String(27), nullable=False, index=True),
    )
    op.create_table(
        "due",
        sa.Column("incident", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("duty", sa.String(32), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("at", sa.String(27), nullable=False, index=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("told", sa.String(27)),
    )

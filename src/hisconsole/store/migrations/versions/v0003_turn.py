"""Turns of duty: who has it, since when, and to whom it is offered."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table; after every step the projections are computed again from the events."""
    op.create_table(
        "turn",
        sa.Column("incident", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("since", sa.String(27), nullable=False),
        sa.Column("ended", sa.String(27)),
        sa.Column("offered_to", sa.String(64), nullable=False),
        sa.Column("offer", sa.String(16), nullable=False),
    )

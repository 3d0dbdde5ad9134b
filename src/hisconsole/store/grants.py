"""What an account of the server may do to the record: read all, add events, and bring projections along.

Nobody but their owner can change or take away events, and he only by taking their guard away first.
"""

from __future__ import annotations

from collections.abc import Sequence

from hisconsole.errors import StoreFault
from hisconsole.store import shares, signs, tables
from hisconsole.store.postgres import SCHEMA
from hisconsole.store.shared import Shared
from hisconsole.text import _


def grants(role: str) -> Sequence[str]:
    """The statements that let `role`, an existing one, work at a console and no more."""
    name = '"' + role.replace('"', '""') + '"'
    changing = ", ".join(
        f"{SCHEMA}.{table.name}" for table in tables.metadata.sorted_tables if table is not tables.event
    )
    return (
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {SCHEMA} FROM {name}",
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {name}",
        f"GRANT SELECT, INSERT ON {SCHEMA}.event TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {changing} TO {name}",
        f"GRANT SELECT ON {SCHEMA}.alembic_version TO {name}",
        *shares.grants(name),
    )


def give(record: Shared, role: str) -> Sequence[str]:
    """Carry the grants out, as the owner of the record. Raises StoreFault, also for the owner himself.

    He would lose what an upgrade needs, and keep what no account of a console may have.
    """
    given = grants(role)
    with record.write() as connection:
        owns = "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = %s"
        if connection.exec_driver_sql(owns, (SCHEMA,)).scalar() == role:
            raise StoreFault(
                _(
                    "{role} is the owner of the record on {server}, who can change everything in it: nothing"
                    " was granted. Make another account for consoles and watches, and name it."
                ).format(role=role, server=record.server)
            )
        shares.lay(connection)
        signs.lay(connection)
        for statement in given:
            connection.exec_driver_sql(statement)
    return given


def lay_beside(record: Shared) -> str:
    """Make what watches share beside a record that has just come, where this account may; what is left to do.

    A new database knows nothing of the accounts of the old one.
    """
    try:
        shares.lay_missing(record)
    except StoreFault as fault:
        return _(
            "Watches cannot share targets yet: repeat 'hisconsole db grants ROLE --execute --owner OWNER'"
            " for every account ({why})."
        ).format(why=fault)
    return _(
        "If consoles and watches use another account than {user}: repeat"
        " 'hisconsole db grants ROLE --execute --owner {user}' for it."
    ).format(user=record.server.user)

"""The schema's version: looked up with one SELECT; alembic is imported only when there is work."""

from __future__ import annotations

from enum import Enum

from sqlalchemy import Connection, Engine, text

from hisconsole.store.rebuild import rebuild
from hisconsole.store.revision import HEAD


class Standing(Enum):
    """How the schema in a file compares with the one this program knows."""

    CURRENT = "current"
    BEHIND = "behind"
    AHEAD = "ahead"


_BEGUN = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'",
    "postgresql": "SELECT 1 WHERE to_regclass('alembic_version') IS NOT NULL",
}


def begun(engine: Engine) -> bool:
    """Whether there is a schema at all."""
    with engine.connect() as connection:
        return connection.execute(text(_BEGUN[engine.dialect.name])).scalar() is not None


def standing(engine: Engine) -> Standing:
    """Compare the record's schema with ours; revisions are four digits and sort as text."""
    if not begun(engine):
        return Standing.BEHIND
    with engine.connect() as connection:
        return standing_in(connection)


def standing_in(connection: Connection) -> Standing:
    """The same of a schema that is there, within a transaction."""
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if found == HEAD:
        return Standing.CURRENT
    return Standing.AHEAD if found is not None and found > HEAD else Standing.BEHIND


def upgrade(engine: Engine) -> None:
    """Bring the schema to HEAD in one transaction; a second process finds nothing left to do."""
    from alembic import command
    from alembic.config import Config

    immediate = engine.connect().execution_options(begin="IMMEDIATE")
    with immediate as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", "hisconsole.store:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)
        rebuild(connection)

"""What consoles of several hosts and folders look at, in the schema `readings` of the record's server.

Nothing here is the record: it may be dropped, and comes again with the next sign. The server's clock says
how old a sign is, for hosts may differ.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from hisconsole.store.shared import Shared

_TABLE = (
    "CREATE UNLOGGED TABLE IF NOT EXISTS readings.looking (console text PRIMARY KEY, place text NOT NULL,"
    " sign text NOT NULL, at timestamptz NOT NULL)"
)
_LAID = "SELECT to_regclass('readings.looking') IS NOT NULL"
_PUT = (
    "INSERT INTO readings.looking VALUES (%s, %s, %s, now()) ON CONFLICT (console)"
    " DO UPDATE SET place = excluded.place, sign = excluded.sign, at = excluded.at"
)


def lay(connection: Connection) -> None:
    """Make the table, as its owner."""
    connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS readings")
    connection.exec_driver_sql(_TABLE)


def put(record: Shared, console: str, *, place: str, sign: str) -> None:
    """Leave a console's sign where those elsewhere look. Raises StoreFault where the account may not."""
    with record.beside() as connection:
        there = connection.exec_driver_sql(_LAID).scalar()
    if not there:
        with record.beside() as connection:
            lay(connection)
    with record.beside() as connection:
        connection.exec_driver_sql(_PUT, (console, place, sign))
        connection.exec_driver_sql("DELETE FROM readings.looking WHERE at < now() - interval '1 day'")


def take_away(record: Shared, console: str) -> None:
    """A console shows nothing any more. Raises StoreFault."""
    with record.beside() as connection:
        if connection.exec_driver_sql(_LAID).scalar():
            connection.exec_driver_sql("DELETE FROM readings.looking WHERE console = %s", (console,))


def of_other_places(record: Shared, place: str, *, within: timedelta) -> list[str]:
    """The signs of consoles elsewhere, `within` at most so old. Raises StoreFault."""
    with record.beside() as connection:
        if not connection.exec_driver_sql(_LAID).scalar():
            return []
        found = connection.exec_driver_sql(
            "SELECT sign FROM readings.looking WHERE place <> %s AND at > now() - %s ORDER BY console",
            (place, within),
        )
        return [str(sign) for sign in found.scalars()]

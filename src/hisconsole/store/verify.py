"""Proof that the record holds: the chain is walked, the projections are rebuilt and compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, select, text

from hisconsole.errors import StoreFault
from hisconsole.plan.anchors import Anchor, judge
from hisconsole.plan.events import GENESIS, SITE, link
from hisconsole.store import tables
from hisconsole.store.events import Head, chosen, hash_at, links, read_event, seq_of
from hisconsole.store.projections import Held
from hisconsole.store.rebuild import computed_from_events
from hisconsole.store.tables import event
from hisconsole.text import _, printable
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Proof:
    """What verifying found: the head of the chain, how much was checked, and every fault in words."""

    head: Head
    incidents: int
    faults: tuple[str, ...]


def verify(connection: Connection, *, most: int = 20, anchors: Iterable[Anchor] = ()) -> Proof:
    """Check the file, the chain, what `anchors` know, and the projections; stops after `most` faults."""
    faults = list(_file_faults(connection))
    if faults:
        return Proof(Head(0, GENESIS), 0, tuple(faults[:most]))
    with _any_bytes(connection):
        head, faults = _chain(connection)
        if not faults:
            faults += judge(
                anchors,
                hash_at=lambda seq: hash_at(connection, seq),
                seq_of=lambda beginning: seq_of(connection, beginning),
                last=head.seq,
            )
    incidents = 0
    if not faults:
        try:
            with _any_bytes(connection):
                for number, parts in _by_incident(connection):
                    incidents += "event" in parts and number > SITE
                    faults += _projection_faults(number, parts)
                    if len(faults) >= most:
                        break
        except _OddRow as fault:
            faults.append(str(fault))
        except Exception as error:  # noqa: BLE001 - with a chain that fits a stranger can have written anything
            faults.append(_senseless(connection, error))
    return Proof(head, incidents, tuple(faults[:most]))


@contextmanager
def _any_bytes(connection: Connection) -> Iterator[None]:
    """Let text that is not UTF-8 be read: it is a changed row like another, at its own place."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":  # a server lets no other text in
        yield
        return
    driver.text_factory = lambda raw: raw.decode(errors="surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str


def _file_faults(connection: Connection) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return
    for (line,) in connection.execute(text("PRAGMA quick_check")):
        if line != "ok":
            yield _("The file itself is damaged: {what}.").format(what=line)


def _chain(connection: Connection) -> tuple[Head, list[str]]:
    """Walk the chain; after the first broken link nothing behind it can be judged."""
    previous, last = GENESIS, 0
    try:
        for seq, canonical, stored in links(connection):
            if seq != last + 1:
                return Head(last, previous), [
                    _("Event {seq} is missing: the chain goes from {before} to {after}.").format(
                        seq=last + 1, before=last, after=seq
                    )
                ]
            found = link(previous, seq, canonical)
            if found != stored:
                return Head(last, previous), [
                    _("Event {seq} does not fit the chain: it, or what comes before it, was changed.").format(
                        seq=seq
                    )
                ]
            previous, last = found, seq
    except (ValueError, TypeError) as error:
        return Head(last, previous), [
            _("Event {seq} cannot be read ({why}): the record was changed from there on.").format(
                seq=last + 1, why=error
            )
        ]
    return Head(last, previous), []


def _senseless(connection: Connection, error: Exception) -> str:
    """Name the first event that cannot be read although its link fits."""
    seq = 0
    try:
        for row in connection.execute(chosen().order_by(event.c.seq)):
            seq = row.seq
            read_event(row)
    except (StoreFault, ValueError, TypeError, KeyError) as fault:
        told = _("Event {seq} fits the chain and cannot be read ({why}): it is not of this program.")
        return told.format(seq=seq, why=fault)
    told = _("The events fit the chain, and what they say cannot be ({why}): they are not of this program.")
    return told.format(why=type(error).__name__)


class _OddRow(StoreFault):
    """A row of a projection whose incident is no number at all, as SQLite lets it be."""


Part = tuple[int, str, Any]


def _by_incident(connection: Connection) -> Iterator[tuple[int, dict[str, Any]]]:
    """For each incident what its events come to, as `event`, and what each projection holds of it."""
    computed = ((number, "event", held) for number, held in computed_from_events(connection))
    parts: Iterator[Part] = merge(computed, *(_held(connection, table) for table in tables.PROJECTIONS))
    for number, group in groupby(parts, key=itemgetter(0)):
        yield number, {name: part for _number, name, part in group}


def _held(connection: Connection, table: Table) -> Iterator[Part]:
    key = "number" if table is tables.incident else "incident"
    query = select(table).order_by(table.c[key], *table.primary_key.columns)
    rows = connection.execute(query.execution_options(yield_per=2000))
    for number, group in groupby(rows.mappings(), key=itemgetter(key)):
        if not isinstance(number, int):
            told = _("Table {table} speaks of incident {value}, which is no number: it was changed.")
            raise _OddRow(told.format(table=table.name, value=printable(repr(number), limit=80)))
        yield number, table.name, [dict(row) for row in group]


def _projection_faults(number: int, parts: Mapping[str, Any]) -> Iterator[str]:
    if "event" not in parts:
        yield _("Incident {number} is in the tables but no event speaks of it.").format(
            number=f"{number:04d}"
        )
        return
    expected: Held = parts["event"]
    for name in (table.name for table in tables.PROJECTIONS):
        if parts.get(name, []) != expected.get(name, []):
            yield _("Table {table} does not say of incident {number} what its events say.").format(
                table=name, number=f"{number:04d}"
            )

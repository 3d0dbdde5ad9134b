"""The record: appending events with their chain, and reading them back."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, func, insert, or_, select

from hisconsole.errors import StoreFault
from hisconsole.plan.events import GENESIS, SITE, Event, Kind, NewEvent, canonical, link
from hisconsole.plan.times import from_text, to_text
from hisconsole.store.tables import event as table
from hisconsole.text import _
from hisconsole.values import dataclass

_COLUMNS = (
    table.c.seq,
    table.c.act,
    table.c.kind,
    table.c.incident,
    table.c.at,
    table.c.recorded,
    table.c.actor,
    table.c.os_user,
    table.c.source,
    table.c.body,
)


_HEAD = select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)
_OF_ACT = select(*_COLUMNS).where(table.c.act == bindparam("of_act")).order_by(table.c.seq)
_OF_INCIDENT = (
    select(*_COLUMNS)
    .where(table.c.incident == bindparam("number"), table.c.seq > bindparam("after"))
    .order_by(table.c.seq)
)
_INSERT = insert(table)
"""What each act asks: to put a query together costs as much as to ask it."""

_DOCUMENTS = (Kind.PLAN_ADOPTED.value, Kind.OFFERED.value)
"""Kinds that hold whole documents: the log is not searched through them."""
_KINDS = frozenset(kind.value for kind in Kind)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: the operator, the account of the operating system, and where from."""

    actor: str
    os_user: str
    source: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: what an anchor outside the file remembers."""

    seq: int
    hash: str


def head(connection: Connection) -> Head:
    """The newest link; before the first event, seq 0."""
    row = connection.execute(_HEAD).one_or_none()
    return Head(row.seq, row.hash) if row else Head(0, GENESIS)


def hash_at(connection: Connection, seq: int) -> str | None:
    """The stored hash of an event; None where there is no such event."""
    return connection.execute(select(table.c.hash).where(table.c.seq == seq)).scalar_one_or_none()


def seq_of(connection: Connection, beginning: str) -> int | None:
    """The first event whose hash begins so; None where there is none."""
    query = select(table.c.seq).where(table.c.hash.startswith(beginning, autoescape=True))
    return connection.execute(query.order_by(table.c.seq).limit(1)).scalar_one_or_none()


def append(
    connection: Connection,
    events: Sequence[NewEvent],
    *,
    after: Head,
    act: str,
    writer: Writer,
    now: datetime,
) -> list[Event]:
    """Write events behind the end of the chain, `after`, inside the caller's write transaction."""
    seq, previous = after.seq, after.hash
    written: list[Event] = []
    rows: list[dict[str, Any]] = []
    for new in events:
        seq += 1
        event = Event(
            seq=seq,
            act=act,
            kind=new.kind,
            incident=new.incident,
            at=new.at,
            recorded=now,
            actor=writer.actor,
            os_user=writer.os_user,
            source=writer.source,
            body=new.body,
        )
        previous = link(previous, seq, canonical(event))
        written.append(event)
        rows.append(
            {
                "seq": seq,
                "act": act,
                "kind": new.kind.value,
                "incident": new.incident,
                "at": to_text(new.at),
                "recorded": to_text(now),
                "actor": writer.actor,
                "os_user": writer.os_user,
                "source": writer.source,
                "body": json.dumps(new.body, sort_keys=True, separators=(",", ":")),
                "hash": previous,
            }
        )
    connection.execute(_INSERT, rows)
    return written


def read_event(row: Any) -> Event:
    """A row as an event. Raises StoreFault for a kind of event that this program does not know."""
    if row.kind not in _KINDS:
        raise StoreFault(
            _("Event {seq} is of a kind that this program does not know: update it.").format(seq=row.seq)
        )
    return Event(
        seq=row.seq,
        act=row.act,
        kind=Kind(row.kind),
        incident=row.incident,
        at=from_text(row.at),
        recorded=from_text(row.recorded),
        actor=row.actor,
        os_user=row.os_user,
        source=row.source,
        body=json.loads(row.body),
    )


def chosen() -> Select[Any]:
    """The columns that `read_event` reads, to be narrowed down."""
    return select(*_COLUMNS)


def of_incident(connection: Connection, number: int, *, after: int = 0) -> list[Event]:
    """All events of one incident in order, or those after a seq."""
    rows = connection.execute(_OF_INCIDENT, {"number": number, "after": after})
    return [read_event(row) for row in rows]


def since(connection: Connection, after: int) -> list[Event]:
    """Every event behind a seq, in order."""
    query = select(*_COLUMNS).where(table.c.seq > after).order_by(table.c.seq)
    return [read_event(row) for row in connection.execute(query)]


def at_seq(connection: Connection, seq: int) -> Event | None:
    """One event."""
    row = connection.execute(select(*_COLUMNS).where(table.c.seq == seq)).one_or_none()
    return read_event(row) if row else None


def of_kind(connection: Connection, kind: Kind, *, after: int) -> list[Event]:
    """The events of a kind after a seq, oldest first; it reads all that is recorded since."""
    query = select(*_COLUMNS).where(table.c.seq > after, table.c.kind == kind.value).order_by(table.c.seq)
    return [read_event(row) for row in connection.execute(query)]


def of_site(connection: Connection, kinds: Collection[Kind], *, after: int) -> list[Event]:
    """The events of no incident of some kinds after a seq, oldest first; the index leads to them."""
    names = [kind.value for kind in kinds]
    query = (
        select(*_COLUMNS)
        .where(table.c.incident == SITE, table.c.seq > after, table.c.kind.in_(names))
        .order_by(table.c.seq)
    )
    return [read_event(row) for row in connection.execute(query)]


def lately(connection: Connection, kind: Kind, *, actor: str, since: datetime) -> list[Event]:
    """The events of no incident of a kind that somebody wrote since a moment, at most the newest 100."""
    query = (
        select(*_COLUMNS)
        .where(table.c.incident == SITE, table.c.kind == kind.value, table.c.actor == actor)
        .where(table.c.recorded > to_text(since))
        .order_by(table.c.seq.desc())
        .limit(100)
    )
    return [read_event(row) for row in connection.execute(query)]


def of_act(connection: Connection, act: str) -> list[Event]:
    """What an act has written, so that repeating it changes nothing."""
    return [read_event(row) for row in connection.execute(_OF_ACT, {"of_act": act})]


def search(
    connection: Connection,
    *,
    text: str = "",
    incident: int | None = None,
    before: int | None = None,
    limit: int = 200,
) -> list[Event]:
    """The log, newest first: every word of `text` must occur in kind, actor or content."""
    query: Select[Any] = select(*_COLUMNS).order_by(table.c.seq.desc()).limit(limit)
    if incident is not None:
        query = query.where(table.c.incident == incident)
    if before is not None:
        query = query.where(table.c.seq < before)
    for word in text.split():
        pattern = "%" + _literal(word) + "%"
        escaped = "%" + _literal(json.dumps(word)[1:-1]) + "%"
        query = query.where(
            or_(
                table.c.kind.ilike(pattern, escape="!"),
                table.c.actor.ilike(pattern, escape="!"),
                and_(table.c.body.ilike(escaped, escape="!"), table.c.kind.not_in(_DOCUMENTS)),
            )
        )
    return [read_event(row) for row in connection.execute(query)]


def _literal(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def stream(connection: Connection, *, by_incident: bool = False) -> Iterator[tuple[Event, str]]:
    """Every event with its stored hash, in the order of the chain or incident by incident."""
    order = (table.c.incident, table.c.seq) if by_incident else (table.c.seq,)
    query = select(*_COLUMNS, table.c.hash).order_by(*order).execution_options(yield_per=2000)
    for row in connection.execute(query):
        yield read_event(row), row.hash


def links(connection: Connection) -> Iterator[tuple[int, str, str]]:
    """Every event's seq, canonical text and stored hash in the order of the chain.

    The text is put together from what lies in the file and not from what it means, so that no change
    is too small to be seen. Raises TypeError or ValueError where a column holds another kind of value.
    """
    query = select(*_COLUMNS, table.c.hash).order_by(table.c.seq).execution_options(yield_per=2000)
    with connection.execute(query) as rows:  # a server's cursor is let go also where a fault ends it early
        for seq, act, kind, incident, at, recorded, actor, os_user, source, body, stored in rows:
            text = (
                f'{{"act":{_quoted(act)},"actor":{_quoted(actor)},"at":{_quoted(at)},"body":{body},'
                f'"incident":{incident:d},"kind":{_quoted(kind)},"os_user":{_quoted(os_user)},'
                f'"recorded":{_quoted(recorded)},"seq":{seq:d},"source":{_quoted(source)}}}'
            )
            yield seq, text, stored


_quoted = json.encoder.encode_basestring_ascii


def count(connection: Connection) -> int:
    """How many events there are."""
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

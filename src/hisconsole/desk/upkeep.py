"""What is put on record of the upkeep of the record itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.transaction import Transaction
from hisconsole.plan.anchors import paper_line
from hisconsole.plan.events import Kind, NewEvent
from hisconsole.plan.upkeep import backed_up, last_backup, restore_tried
from hisconsole.store import events
from hisconsole.text import _, printable

NIGHTLY: Final = "backup"
"""The actor of a backup that nobody made by hand."""


def record_backup(
    desk: Desk, file: str, *, seq: int, head: str, daily: bool = False, act: str | None = None
) -> Outcome:
    """A copy of the record was made and proved; `seq` and `head` are the newest entry it holds.

    With `daily` one a day is on record: events of no incident are read all together.
    """
    now = desk.now()
    event = backed_up(printable(file), seq=seq, head=head, now=now)

    def decide(transaction: Transaction) -> Sequence[NewEvent]:
        last = (
            last_backup(events.of_site(transaction.connection, (Kind.BACKED_UP,), after=0)) if daily else None
        )
        return [] if last is not None and now - last.at < timedelta(days=1) else [event]

    return desk.record(decide, doing="backup", act=act, now=now, sentence=_("Backup made"))


def record_restore(desk: Desk, file: str, *, seq: int, head: str, act: str | None = None) -> Outcome:
    """A restore of `file` was tried and held; `seq` and `head` are the newest entry it has."""
    now = desk.now()
    event = restore_tried(printable(file), seq=seq, head=head, now=now)
    return desk.record(
        lambda _transaction: [event], doing="backup", act=act, now=now, sentence=_("Restore tried")
    )


def head_words(desk: Desk) -> str:
    """Where the chain of the record stands, as every paper says it. Raises StoreFault."""
    with desk.database.read() as connection:
        newest = events.head(connection)
    return paper_line(newest.seq, newest.hash)

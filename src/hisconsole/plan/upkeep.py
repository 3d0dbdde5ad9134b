"""What is done for the day that is to come: backups of the record, drills; facts about the site."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hisconsole.plan.events import SITE, Event, Kind, NewEvent
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A proved copy of the record: when it was made, where, and the head of the chain it holds."""

    at: datetime
    file: str
    seq: int
    hash: str


def backed_up(file: str, *, seq: int, head: str, now: datetime) -> NewEvent:
    """A copy of the record was made and proved; `seq` and `head` are the newest entry it holds."""
    return NewEvent(Kind.BACKED_UP, SITE, now, {"file": file, "seq": seq, "hash": head})


def restore_tried(file: str, *, seq: int, head: str, now: datetime) -> NewEvent:
    """A backup was restored beside the record, proved and read, and taken away again."""
    return NewEvent(Kind.RESTORE_TRIED, SITE, now, {"file": file, "seq": seq, "hash": head})


def last_restore(history: Iterable[Event]) -> datetime | None:
    """When a restore was last tried; None where it never was."""
    return max((event.at for event in history if event.kind is Kind.RESTORE_TRIED), default=None)


def last_backup(history: Iterable[Event]) -> BackedUp | None:
    """The newest backup among the events of no incident."""
    found = [event for event in history if event.kind is Kind.BACKED_UP]
    if not found:
        return None
    last = found[-1]
    return BackedUp(last.at, last.body["file"], last.body["seq"], last.body["hash"])

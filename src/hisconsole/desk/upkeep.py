"""What is put on record of the upkeep of the record itself."""

from __future__ import annotations

from typing import Final

from hisconsole.desk.desk import Desk, Outcome
from hisconsole.plan.upkeep import backed_up, restore_tried
from hisconsole.text import _, printable

NIGHTLY: Final = "backup"
"""The actor of a backup that nobody made by hand."""


def record_backup(desk: Desk, file: str, *, seq: int, head: str, act: str | None = None) -> Outcome:
    """A copy of the record was made and proved; `seq` and `head` are the newest entry it holds."""
    now = desk.now()
    event = backed_up(printable(file), seq=seq, head=head, now=now)
    return desk.record(
        lambda _transaction: [event], doing="backup", act=act, now=now, sentence=_("Backup made")
    )


def record_restore(desk: Desk, file: str, *, seq: int, head: str, act: str | None = None) -> Outcome:
    """A restore of `file` was tried and held; `seq` and `head` are the newest entry it has."""
    now = desk.now()
    event = restore_tried(printable(file), seq=seq, head=head, now=now)
    return desk.record(
        lambda _transaction: [event], doing="backup", act=act, now=now, sentence=_("Restore tried")
    )

"""The printed downtime pack: when it was printed last, and whether it is still true (domain 8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from hisconsole.plan.duty import Due
from hisconsole.plan.events import SITE, Event, Kind, NewEvent
from hisconsole.plan.times import from_text, to_text
from hisconsole.text import _
from hisconsole.values import dataclass

PACK: Final = "pack"
"""The duty of the site to print the downtime pack again."""


@dataclass(frozen=True, slots=True)
class Printed:
    """One printing: when, by whom, and the hash of what was printed."""

    at: datetime
    by: str
    hash: str


def last_printed(history: Iterable[Event]) -> Printed | None:
    """The newest printing among the events of no incident."""
    found = [event for event in history if event.kind is Kind.PACK_PRINTED]
    return Printed(found[-1].at, found[-1].actor, found[-1].body["hash"]) if found else None


def stale(printed: Printed | None, *, content: str, days: int, now: datetime) -> str:
    """Why the printed pack cannot be relied on, empty while it can; `content` is its hash now."""
    if printed is None:
        return _("The downtime pack was never printed.")
    if printed.hash != content:
        return _("The printed downtime pack is out of date: roster, cards or plan have changed.")
    if now - printed.at > timedelta(days=days):
        return _("The printed downtime pack is older than {days} days.").format(days=days)
    return ""


def pack_printed(content: str, *, days: int, now: datetime) -> NewEvent:
    """The pack was printed, and can be relied on for so many days."""
    until = to_text(now + timedelta(days=days))
    return NewEvent(Kind.PACK_PRINTED, SITE, now, {"hash": content, "until": until})


def owed(history: Iterable[Event]) -> Iterator[Due]:
    """The pack is to be printed again when the last printing is too old."""
    found = [event for event in history if event.kind is Kind.PACK_PRINTED]
    if found:
        yield Due(SITE, PACK, "", from_text(found[-1].body["until"]), found[-1].actor, PACK)

"""What whoever comes next must know of a fault: what it is not, what to do if, and whom one waits for.

Plain values that `fold` makes of events; a reopening begins without what was ruled out and foreseen before.
"""

from __future__ import annotations

from datetime import datetime

from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class RuledOut:
    """A hypothesis that proved wrong, and how that was seen."""

    what: str
    how: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Contingency:
    """If this happens, then do that (I-PASS: situation awareness and contingency)."""

    condition: str
    action: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a supplier or a line was asked, by their number; open until done or the incident is closed."""

    contact: str
    number: str
    at: datetime
    by: str
    promised: datetime | None = None
    text: str = ""
    done_at: datetime | None = None

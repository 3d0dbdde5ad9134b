"""The handover as a value: fourteen parts with what is handed over, frozen when it is offered (domain 3.2).

What it says is worded once, when it is made: a later program prints it as it was signed. Moments of the
header are UTC, `zone` is the hospital's clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from hisconsole.plan.frozen import plain, read
from hisconsole.text import _
from hisconsole.values import dataclass

FORM: Final = 1
"""The form of the plain data, for programs to come."""


class Part(StrEnum):
    """The parts of a handover, in their order."""

    HEADER = "header"
    HEADLINE = "headline"
    INCIDENTS = "incidents"
    MANUAL = "manual"
    WATCH = "watch"
    SILENCES = "silences"
    GAPS = "gaps"
    CHANGES = "changes"
    TICKETS = "tickets"
    CONTACTS = "contacts"
    CLOCKS = "clocks"
    NOTICES = "notices"
    ROUTINE = "routine"
    RECEIVER = "receiver"


class Asks(StrEnum):
    """What an entry asks of the receiver."""

    TAKE = "take"
    """To be acknowledged."""
    RESTATE = "restate"
    """Next action and its time in the receiver's own words: Category I, treated as I, or unstable."""
    SILENCE = "silence"
    """To be accepted again, or it lapses."""
    NOTHING = "nothing"
    """To be read: figures, duties that are done, the lines of the receiver himself."""


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of an entry: its name, and what it is; `brief` ones stand on the first two pages.

    One that `moves` changes by itself as time passes, and makes no difference between two handovers.
    """

    name: str
    text: str
    brief: bool = False
    moves: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is handed over, in one sentence (`title`) and in full (`lines`).

    `key` names it from one handover to the next; `age` is how many accepted handovers held it before.
    """

    key: str
    title: str
    lines: tuple[Line, ...] = ()
    age: int = 0
    asks: Asks = Asks.TAKE

    @property
    def summary(self) -> str:
        """All that it says as one text: what a receiver's own words may not be copied from."""
        return "\n".join((self.title, *(each.text for each in self.lines)))


@dataclass(frozen=True, slots=True)
class Section:
    """One part: its entries, and `note`, which stands below the title.

    Without entries the note is the explicit "none", or with `known` false why nobody knows.
    """

    part: Part
    title: str
    entries: tuple[Entry, ...] = ()
    note: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a handover: the person who signs, their shift with its planned times, who else is on it."""

    person: str
    name: str
    shift: str
    start: datetime | None = None
    end: datetime | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Header:
    """Who hands over to whom, how old it is, and the end of the record's chain when it was made.

    `number` 0 is a draft; `edition` counts the offers of one number; `mark` is DRILL, PRACTICE or empty.
    `data_as_of` is the newest round of the watch (None: none is known); `health` what ails the console.
    """

    site: str
    prefix: str
    zone: str
    number: int
    edition: int
    mark: str
    outgoing: Side
    incoming: Side
    made: datetime
    data_as_of: datetime | None
    seq: int
    head: str
    health: tuple[str, ...] = ()
    solo: str = ""
    """Why one person starts without anybody to take over from."""
    reason: str = ""
    """Why it is handed over although a Category I is open."""

    @property
    def clock(self) -> ZoneInfo:
        """The hospital's clock."""
        return ZoneInfo(self.zone)

    @property
    def label(self) -> str:
        """Its number as people say it."""
        if not self.number:
            return _("DRAFT")
        return _("{prefix}H{number:04d}/{edition}").format(
            prefix=self.prefix, number=self.number, edition=self.edition
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """Open incidents by category, and what became of incidents in the shift."""

    one: int = 0
    two: int = 0
    three: int = 0
    other: int = 0
    unclassified: int = 0
    new: int = 0
    closed: int = 0
    reopened: int = 0
    unverified: int = 0
    overdue: int = 0

    @property
    def open(self) -> int:
        """All open incidents."""
        return self.one + self.two + self.three + self.other + self.unclassified


@dataclass(frozen=True, slots=True)
class Handover:
    """The whole of it: header, headline, counts, and all fourteen parts, the header's among them."""

    header: Header
    headline: str
    counts: Counts
    sections: tuple[Section, ...]

    def section(self, part: Part) -> Section:
        """One part."""
        return next(each for each in self.sections if each.part is part)

    @property
    def entries(self) -> Iterator[Entry]:
        """Everything that is handed over, part by part."""
        return (entry for section in self.sections for entry in section.entries)

    def entry(self, key: str) -> Entry | None:
        """One thing by its key."""
        return next((each for each in self.entries if each.key == key), None)

    def asking(self, *asks: Asks) -> tuple[Entry, ...]:
        """What asks for any of these; without one, all that asks for something."""
        wanted = asks or (Asks.RESTATE, Asks.SILENCE, Asks.TAKE)
        return tuple(each for each in self.entries if each.asks in wanted)

    @property
    def keys(self) -> tuple[str, ...]:
        """What it holds over to later handovers: all that asks for something."""
        return tuple(each.key for each in self.asking())


def to_data(handover: Handover) -> dict[str, Any]:
    """A handover as JSON can hold it, in the body of an event."""
    data: dict[str, Any] = {"form": FORM, **plain(handover)}
    return data


def from_data(data: Mapping[str, Any]) -> Handover:
    """The handover that `to_data` wrote, perhaps with an older program: what it lacked is empty."""
    handover: Handover = read(Handover, data)
    return handover


def part_title(part: str) -> str:
    """The title of a part."""
    return {
        Part.HEADER: _("Handover"),
        Part.HEADLINE: _("In one sentence"),
        Part.INCIDENTS: _("Open incidents"),
        Part.MANUAL: _("Manual operation"),
        Part.WATCH: _("Watch items, not yet incidents"),
        Part.SILENCES: _("Silences"),
        Part.GAPS: _("Blind spots and polling gaps"),
        Part.CHANGES: _("Changes and maintenance"),
        Part.TICKETS: _("Tickets with suppliers and lines"),
        Part.CONTACTS: _("Contact changes"),
        Part.CLOCKS: _("Reporting clocks that run"),
        Part.NOTICES: _("Notices of this shift"),
        Part.ROUTINE: _("Routine duties and notes"),
        Part.RECEIVER: _("The receiver"),
    }[Part(part)]

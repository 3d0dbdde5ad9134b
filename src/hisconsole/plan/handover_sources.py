"""What a handover is made of: plain values that the desk gathers, so that making it needs no store.

Whatever could not be had is named in `unknown` with why: an empty part says "none" only where that is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from hisconsole.plan.contacts import Standing
from hisconsole.plan.document import Plan
from hisconsole.plan.due import Due
from hisconsole.plan.events import Event
from hisconsole.plan.handover import Part, Side
from hisconsole.plan.incident import Incident
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.shown import Silence
from hisconsole.plan.times import clock
from hisconsole.values import dataclass

_NOBODY: Mapping[str, str] = MappingProxyType({})
_NOTHING: Mapping[Part, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Case:
    """One incident with the edition of the plan that it runs under."""

    incident: Incident
    plan: Plan | None


@dataclass(frozen=True, slots=True)
class Person:
    """A contact and how far the numbers of it can be relied on; `needed` ones are in an order of calls."""

    id: str
    standing: Standing
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nothing was measured: of one target, or without one of everything."""

    since: datetime
    until: datetime | None
    """None: it lasts."""
    why: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Agreed work on something: what, from when to when, who approved it, whether it runs.

    While it is `quiet` its targets do not ring; that lapses unless the receiver accepts it again.
    """

    id: str
    what: str
    start: datetime
    end: datetime
    approved_by: str
    running: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Routine:
    """A routine duty of the shift: done with what was found, or not done and why."""

    id: str
    name: str
    due: datetime | None = None
    done_at: datetime | None = None
    done_by: str = ""
    found: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class ShiftNote:
    """What somebody wrote into the shift log for whoever comes; `id` is the event's seq."""

    id: int
    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Rostered:
    """A shift of the rota as it is planned, and who is on it (ids); nobody: a gap."""

    name: str
    start: datetime
    end: datetime
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What the receiver asked when the handover came back, and what was answered to it."""

    number: int
    by: str
    at: datetime
    text: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A handover that was accepted before: its number, when, and the keys it held (`Handover.keys`)."""

    number: int
    accepted: datetime
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything a handover is made of, as of `now` (UTC).

    `events` are those of this shift in the order of the record, of incidents and of the site; `cases` the
    open incidents, `over` those that were closed in the shift. `picture` is None where there is none to be
    had, and then `unknown` says why for `Part.WATCH`. `names` are those of contacts, departments and targets.
    """

    site: str
    prefix: str
    """What stands before a number, as `T-`."""
    zone: str
    now: datetime
    outgoing: Side
    incoming: Side
    seq: int
    head: str
    number: int = 0
    edition: int = 1
    mark: str = ""
    since: datetime | None = None
    """When the shift's person took the duty; None: the shift's planned start."""
    solo: str = ""
    reason: str = ""
    health: Mapping[str, str] = field(default_factory=lambda: _NOBODY)
    """What ails the console, a sentence each by a name that stays: isolated, kept-here, no-watch."""
    names: Mapping[str, str] = field(default_factory=lambda: _NOBODY)
    cases: tuple[Case, ...] = ()
    over: tuple[Case, ...] = ()
    events: tuple[Event, ...] = ()
    dues: tuple[Due, ...] = ()
    """What the site itself owes; what incidents owe is computed from them."""
    picture: StatusPicture | None = None
    silences: tuple[Silence, ...] = ()
    gaps: tuple[Gap, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    people: tuple[Person, ...] = ()
    stale_days: int = 30
    """From how many days on an unverified contact is doubtful."""
    routine: tuple[Routine, ...] = ()
    notes: tuple[ShiftNote, ...] = ()
    rota: tuple[Rostered, ...] = ()
    """The shifts to come."""
    questions: tuple[Question, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    unknown: Mapping[Part, str] = field(default_factory=lambda: _NOTHING)

    @property
    def begun(self) -> datetime:
        """From when on the shift's figures count."""
        return self.since or self.outgoing.start or self.now

    @property
    def zone_info(self) -> ZoneInfo:
        """The hospital's clock."""
        return ZoneInfo(self.zone)

    def at(self, moment: datetime | None) -> str:
        """A moment on the hospital's clock, with the date where it is not today's; empty for none."""
        return clock(moment, zone=self.zone_info, now=self.now) if moment is not None else ""

    def call(self, id_: str) -> str:
        """Somebody or something by name, or by id where it has none."""
        return self.names.get(id_, id_)

    def calls(self, ids: Iterable[str]) -> str:
        """Several by name."""
        return ", ".join(map(self.call, ids))

    def number_of(self, incident: int) -> str:
        """An incident as people say it."""
        return f"{self.prefix}{incident:04d}"

    def age(self, key: str) -> int:
        """How many accepted handovers held something already."""
        return sum(key in each.keys for each in self.earlier)

"""What readiness is judged by, and what it comes to, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from hisconsole.plan.contacts import Trust
from hisconsole.plan.status import Status
from hisconsole.values import dataclass

Rota = tuple[tuple[datetime, datetime, str], ...]
"""Times in which nobody is on duty: from, to, and the shift in words."""


class Urgency(StrEnum):
    """How soon something is to be done."""

    NOW = "now"
    SOON = "soon"
    NOTE = "note"
    """Nothing to be done, but to be known."""


class Area(StrEnum):
    """What a concern is about, in the order in which things are put right: first what one sees with."""

    WATCH = "watch"
    DISK = "disk"
    FILES = "files"
    KEPT = "kept"
    OPERATORS = "operators"
    BACKUP = "backup"
    CONTACTS = "contacts"
    SEATS = "seats"
    ROTA = "rota"
    PROBES = "probes"
    KEYS = "keys"
    WORKSTATIONS = "workstations"
    CERTIFICATES = "certificates"
    PACK = "pack"
    DRILL = "drill"


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that is not ready: how urgent, what, where (ids or places) and what to do about it."""

    urgency: Urgency
    area: Area
    what: str
    where: tuple[str, ...]
    do: str


@dataclass(frozen=True, slots=True)
class Reachable:
    """A contact: how far its numbers can be relied on, and whether the plan calls it in an emergency."""

    id: str
    trust: Trust
    numbers: int
    called: bool


@dataclass(frozen=True, slots=True)
class Lint:
    """What a check of the files has found; a fault keeps them from being used."""

    fault: bool
    where: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Station:
    """A workstation, and the switch its file names."""

    id: str
    switch: str
    key: bool


@dataclass(frozen=True, slots=True)
class Probed:
    """One way to a target: whether it was ever tried, and whether it ever answered."""

    target: str
    probe: str
    tried: bool
    answered: bool


@dataclass(frozen=True, slots=True)
class Backup:
    """The newest proved backup: when, which file, whether that is there and on the record's own disk."""

    at: datetime
    file: str
    there: bool
    beside: bool


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a TLS port shows: the days it still has, as judged."""

    target: str
    name: str
    days: float
    status: Status


@dataclass(frozen=True, slots=True)
class Lookout:
    """The watch: whether one is at work and when it was last heard, and what it says of itself."""

    held: bool
    beat: datetime | None
    isolated: str
    """Why we are cut off; empty while we are not."""
    trouble: str
    """What its report on itself says is wrong; empty while all is well."""


@dataclass(frozen=True, slots=True)
class Room:
    """The space of the data folder in bytes."""

    free: float
    total: float


@dataclass(frozen=True, slots=True)
class Signing:
    """Who cannot sign on at this host: operators whose PIN is only on another one."""

    elsewhere: tuple[str, ...] = ()
    nobody: bool = False
    """Whether no operator is left who could sign on here."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What this host keeps for the time when record or network are away, and whether a restart leaves it.

    Folders by their names; empty where there is nothing to say of them.
    """

    takes: str = ""
    """The folder that takes acts while the record is away; empty where none does."""
    takes_lasts: bool = True
    files_in_memory: str = ""
    """The hospital's files: roster, plan and cards."""
    files_afar: str = ""
    data_in_memory: str = ""
    """The data folder: PINs, enrolled host keys, the readings, and the record where it is a file."""
    incidents_in_memory: bool = False
    """Whether incidents are known to running consoles alone while the record is away."""


@dataclass(frozen=True, slots=True)
class Seen:
    """All that readiness is judged by; `rota` and `backup` are None where there is none."""

    lookout: Lookout
    room: Room | None
    lint: tuple[Lint, ...]
    backup: Backup | None
    restore: datetime | None
    """When a restore was last tried."""
    contacts: tuple[Reachable, ...]
    seats: Mapping[str, tuple[str, ...]]
    """Each seat of the leading group with the contacts that hold it."""
    rota: Rota | None
    probes: tuple[Probed, ...]
    unenrolled: tuple[str, ...]
    """Targets measured over SSH whose host key no person has taken."""
    stations: tuple[Station, ...]
    watched: frozenset[str]
    certificates: tuple[Certificate, ...]
    pack: str
    """Why the printed downtime pack cannot be relied on; empty while it can."""
    packed: bool
    """Whether it was ever printed."""
    drill: datetime | None
    """When a drill was last held."""
    signing: Signing
    kept: Kept

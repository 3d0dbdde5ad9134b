"""What is watched and how it is reached: targets and credentials as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import StrEnum
from fnmatch import fnmatchcase

from hisconsole.plan.find import Findable, findable
from hisconsole.plan.profiles import Probe, Profile
from hisconsole.plan.threshold import Threshold
from hisconsole.values import dataclass

EVERYBODY = "all"
"""What a target serves that callers of every department work with."""

SNMP_PORT = 161
SSH_PORT = 22


class Kind(StrEnum):
    """What a target is to the hospital; panes and cadence go by it."""

    SWITCH = "switch"
    ROUTER = "router"
    FIREWALL = "firewall"
    WIRELESS = "wireless"
    LINE = "line"
    DATABASE = "database"
    SERVER = "server"
    HYPERVISOR = "hypervisor"
    HARDWARE = "hardware"
    """The service processor of a server: iLO, iDRAC, iBMC."""
    STORAGE = "storage"
    BACKUP = "backup"
    UPS = "ups"
    ROOM = "room"
    PRINTER = "printer"
    TERMINAL = "terminal"
    SERVICE = "service"


CADENCE_S: Mapping[Kind, int] = {
    **dict.fromkeys((Kind.SWITCH, Kind.ROUTER, Kind.FIREWALL, Kind.LINE, Kind.UPS), 30),
    **dict.fromkeys((Kind.WIRELESS, Kind.DATABASE, Kind.SERVER, Kind.HYPERVISOR, Kind.STORAGE), 60),
    **dict.fromkeys((Kind.BACKUP, Kind.ROOM, Kind.TERMINAL, Kind.SERVICE), 60),
    **dict.fromkeys((Kind.HARDWARE, Kind.PRINTER), 300),
}
"""Seconds between two rounds where a target does not say (domain 4.1)."""


class Engine(StrEnum):
    """Which SNMP engine asks a target; pysnmp is for devices that gufo cannot talk to."""

    GUFO = "gufo"
    PYSNMP = "pysnmp"


class CredentialKind(StrEnum):
    """What a credential opens."""

    SNMP2C = "snmp2c"
    SNMP3 = "snmp3"
    SSH = "ssh"


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret's place: a file, or in a sample hospital the text itself; it is never printed."""

    file: str = ""
    text: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        """Whether there is one."""
        return bool(self.file or self.text)


@dataclass(frozen=True, slots=True)
class Credential:
    """How to be let in, by name; `secret` is the community, the auth password or the SSH key."""

    name: str
    kind: CredentialKind
    user: str
    secret: Secret
    auth: str
    """sha1 or sha256 with SNMPv3, else empty."""
    priv: str
    """aes128 or aes256 with SNMPv3, else empty."""
    priv_secret: Secret
    passphrase: Secret
    """What opens an SSH key that is encrypted."""
    insecure: bool
    """SNMP v2c goes over the wire readable; the file must say that this is known."""


@dataclass(frozen=True, slots=True)
class Override:
    """Thresholds of a target in place of the profile's, for the samples whose key matches."""

    match: str
    rules: tuple[Threshold, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """One watched host, device or service."""

    id: str
    name: str
    kind: Kind
    address: str
    port: int
    """The UDP port of its SNMP agent."""
    building: str
    room: str
    parents: tuple[str, ...]
    """What it hangs on, seen from the console; several are redundant: one of them is enough."""
    services: tuple[str, ...]
    """The hospital's services it carries, as his, lis or insurance."""
    credential: str
    """The credential for SNMP, or empty."""
    login: str
    """The credential for SSH, or empty."""
    login_port: int
    profiles: tuple[str, ...]
    cadence_s: int
    thresholds: tuple[Override, ...]
    links: tuple[str, ...]
    """Patterns of the interfaces that must be up; others may go down with a workstation."""
    settings: Mapping[str, str]
    """Settings of checks, as check.setting: words."""
    engine: Engine
    jump: str
    """The target through which SSH goes, or empty."""
    find: tuple[str, ...]
    gateway: bool = False
    """The console itself hangs on it: silent, and all beyond it too, it is the console that is cut off."""
    serves: tuple[str, ...] = ()
    """The departments whose callers work with it, or `EVERYBODY`: there the way of a caller ends."""


@dataclass(frozen=True, slots=True)
class Infrastructure:
    """All that is watched, as the files describe it; `version` names exactly these files."""

    targets: tuple[Target, ...]
    credentials: Mapping[str, Credential]
    profiles: Mapping[str, Profile]
    version: str
    _targets: dict[str, Target] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_targets", {each.id: each for each in self.targets})

    def target(self, id_: str) -> Target | None:
        """The target of that id; None when the files name none (an old record may)."""
        return self._targets.get(id_)

    def of(self, target: Target, probe: Probe) -> tuple[Profile, ...]:
        """The profiles of a target that are measured in that way."""
        held = (self.profiles[id_] for id_ in target.profiles)
        return tuple(profile for profile in held if profile.probe is probe)

    @property
    def parents(self) -> Mapping[str, tuple[str, ...]]:
        """What each target hangs on, for the reckoning of what cannot be reached."""
        return {each.id: each.parents for each in self.targets}

    @property
    def carries(self) -> Mapping[str, tuple[str, ...]]:
        """Which of the hospital's services each target carries."""
        return {each.id: each.services for each in self.targets}

    @property
    def services(self) -> tuple[str, ...]:
        """Every service that some target carries, in the order of the alphabet."""
        return tuple(sorted({service for each in self.targets for service in each.services}))


def settings_of(target: Target, profile: Profile, check: str) -> Mapping[str, tuple[str, ...]]:
    """The words of each setting of one check: the target's, else the profile's own."""
    (held,) = (each for each in profile.checks if each.id == check)
    words = dict(held.settings)
    for name, value in target.settings.items():
        of, _dot, setting = name.partition(".")
        if of == check:
            words[setting] = value
    return {name: tuple(value.split()) for name, value in words.items()}


class Rules:
    """Which thresholds judge which sample of one target: its own overrides, then the profiles'."""

    def __init__(self, target: Target, profiles: Iterable[Profile]) -> None:
        self._overrides = target.thresholds
        self._patterns = _patterns(profiles)
        self._links = target.links
        self._known: dict[str, tuple[Threshold, ...]] = {}

    def of(self, key: str) -> tuple[Threshold, ...]:
        """The thresholds of the sample with that key; the first pattern that fits decides."""
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._find(key)
        return known

    def _find(self, key: str) -> tuple[Threshold, ...]:
        for override in self._overrides:
            if fnmatchcase(key, override.match):
                return override.rules
        for pattern in self._patterns:
            if fnmatchcase(key, pattern.match):
                begin, _star, end = pattern.match.partition("*")
                name = key[len(begin) : len(key) - len(end)]
                return pattern.rules if not pattern.links or is_link(name, self._links) else ()
        return ()


@dataclass(frozen=True, slots=True)
class _Pattern:
    match: str
    rules: tuple[Threshold, ...]
    links: bool = False


def _patterns(profiles: Iterable[Profile]) -> list[_Pattern]:
    """Every pattern, the more exact first, also those without limits: a neighbour's are not theirs."""
    found: dict[str, _Pattern] = {}
    for profile in profiles:
        for each in profile.readings:
            # Limits that count at times only are the probe's to judge.
            found[each.id] = _Pattern(each.id, each.rules if each.only is None else ())
        for table in profile.tables:
            for each in table.readings:
                match = table_pattern(table.id, each.id, combined=bool(each.combine))
                found[match] = _Pattern(match, each.rules, each.links)
        for check in profile.checks:
            for match, rules in check.rules.items():
                found[match] = _Pattern(match, rules)
    return sorted(found.values(), key=lambda each: len(each.match.replace("*", "")), reverse=True)


def is_link(name: str, links: tuple[str, ...]) -> bool:
    """Whether an interface must be up: it fits a pattern, or there is none and all are judged alike."""
    plain = key_part(name)
    return not links or any(fnmatchcase(plain, key_part(link)) for link in links)


VALUE = "value"
"""The id of a table's reading whose key is the row's own, as disk//var."""


def key_part(name: str) -> str:
    """A name as it stands in a key: a path stays, and in all others '-' stands for '/'."""
    return name if name.startswith("/") else name.replace("/", "-")


def table_pattern(table: str, reading: str, *, combined: bool) -> str:
    """The pattern of the keys that a reading of a table gives."""
    if combined:
        return table if reading == VALUE else f"{table}/{reading}"
    return f"{table}/*" if reading == VALUE else f"{table}/*/{reading}"


def target_entries(infrastructure: Infrastructure) -> tuple[Findable, ...]:
    """The targets as find-as-you-type looks through them: id, name, address, place, services."""
    return tuple(
        findable(
            each.id,
            each.name,
            each.kind.value,
            each.building,
            each.room,
            each.address,
            *each.services,
            find=each.find,
        )
        for each in infrastructure.targets
    )

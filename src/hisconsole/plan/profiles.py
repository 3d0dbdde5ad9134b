"""What is measured on a kind of device, as values: the data of config/profiles, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from hisconsole.plan.status import Status
from hisconsole.plan.threshold import Threshold
from hisconsole.values import dataclass


class Probe(StrEnum):
    """The way in which a profile's readings are taken."""

    SNMP = "snmp"
    SSH = "ssh"
    NET = "net"


class Join(StrEnum):
    """Under which part of a row's index its name is found."""

    WHOLE = "whole"
    HEAD = "head"
    """All but the last number, which is put behind the name."""
    TAIL = "tail"
    """The last number."""


class Combine(StrEnum):
    """How the rows of a table become one reading."""

    MEAN = "mean"
    SUM = "sum"
    LARGEST = "largest"


@dataclass(frozen=True, slots=True)
class State:
    """What one number of an enumeration means, to the watch and to people."""

    status: Status
    words: str


@dataclass(frozen=True, slots=True)
class Only:
    """A column that says whether a row is read: it must hold one of `values`, or with not `keep` none."""

    oid: str
    values: frozenset[str]
    keep: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """One object to read and how its raw value becomes a sample."""

    id: str
    label: str
    object: str
    """Where it is defined, as MIB::object."""
    oid: str
    """An instance such as 1.3.6.1.2.1.1.3.0, or in a table a column."""
    unit: str
    divide: float
    convert: str
    """A name of `CONVERSIONS`, or empty for a plain number."""
    inputs: Mapping[str, str]
    """The other objects its conversion needs, by the part they play in it."""
    invalid: frozenset[int]
    """Raw values by which the device says that there is nothing to measure: no sample then."""
    states: Mapping[int, State]
    only: Only | None
    """In a table, which rows are read; on a single object, when its limits count."""
    combine: Combine | None
    links: bool
    """Judged only for the interfaces that the target's links name, where it names any."""
    rules: tuple[Threshold, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Readings that share an index; each row is keyed by its name, because indexes are renumbered."""

    id: str
    names: tuple[str, ...]
    """Columns to be named by, the first that holds something; without any the index is the name."""
    alias: str
    """A column with a person's description of the row, or empty."""
    join: Join
    by_index: bool
    """Key the rows by index because the name column changes with the row's state."""
    until: str
    """Where a name is cut, as Windows puts a serial number behind each drive."""
    only: Only | None
    skip: tuple[str, ...]
    """Patterns of names that are not read."""
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One command of the closed table of SSH, or one net check, with its settings and thresholds."""

    id: str
    use: str
    """A name of `COMMANDS` or `NET_CHECKS`."""
    label: str
    settings: Mapping[str, str]
    """What the profile itself sets; the target's `with` comes before it."""
    rules: Mapping[str, tuple[Threshold, ...]]
    """Thresholds by the pattern of the samples that they judge."""


@dataclass(frozen=True, slots=True)
class Recognise:
    """By what a device is known: all that is given must fit."""

    objects: tuple[str, ...]
    """Beginnings of sysObjectID, of which one must fit."""
    words: tuple[str, ...]
    """Texts of which one must stand in sysDescr, in capitals or not."""
    answers: tuple[str, ...]
    """Instances of which one must be answered."""

    @property
    def given(self) -> bool:
        """Whether anything is said at all; a profile without is only included or named."""
        return bool(self.objects or self.words or self.answers)


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of device, with all that the profiles it includes bring."""

    id: str
    name: str
    probe: Probe
    kind: str
    """The kind of target it is proposed for."""
    recognise: Recognise
    readings: tuple[Reading, ...]
    tables: tuple[Table, ...]
    checks: tuple[Check, ...]


CONVERSIONS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    # name: the inputs it needs, and those it uses where they are answered
    name: (frozenset(needed.split()), frozenset(free.split()))
    for name, needed, free in (
        ("text", "", ""),
        ("text_number", "", ""),
        ("timeticks_s", "", ""),
        ("timeticks_min", "", ""),
        ("uptime_s", "", "engine"),
        ("huawei_dbm", "", ""),
        ("sensor", "scale precision", ""),
        ("share_with_free", "free", ""),
        ("share_used_of_free", "total", ""),
        ("hr_storage", "size", ""),
        ("memory_used", "size", "buffers cached"),
        ("load_per_core", "", "cores"),
        ("supply", "max", ""),
        ("printer_errors", "", ""),
        ("link", "admin", ""),
        ("octets_percent", "speed link", "discontinuity"),
        ("per_second", "", "plus link discontinuity"),
        ("per_minute", "", ""),
        ("ticks_percent", "", "cores"),
    )
}
"""The closed table of conversions; hisconsole.probes.convert holds what each of them does."""

COUNTERS = frozenset({"octets_percent", "per_second", "per_minute", "ticks_percent"})
"""The conversions of counters: they need two rounds."""

_WORD = r"A-Za-z0-9_\u3400-\u4dbf\u4e00-\u9fff"


class Setting(StrEnum):
    """What may stand in one setting of a check, as a pattern that each of its words matches."""

    UNIT = r"[A-Za-z0-9][A-Za-z0-9@._:-]{0,99}"
    PATH = rf"(?=.{{2,200}}$)(?:/[{_WORD}+][{_WORD}.+-]*)+"
    DEVICE = r"/dev/[a-z0-9/]{2,40}"
    DEVICE_TYPE = r"auto|ata|scsi|sat|nvme|(?:megaraid|cciss),[0-9]{1,3}"
    PORT = r"[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
    NUMBER = r"[1-9][0-9]{0,2}"
    DIGIT = r"[0-9]"
    ORACLE_NAME = r"[A-Za-z][A-Za-z0-9_]{0,29}"
    SCHEME = r"https?"
    URL_PATH = r"/[A-Za-z0-9._~/%?=&-]{0,150}"
    HOST = r"[A-Za-z0-9]([A-Za-z0-9.-]{0,98}[A-Za-z0-9])?"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one command or net check; those not `needed` have a default in the probe."""

    needed: Mapping[str, Setting]
    free: Mapping[str, Setting]
    many: frozenset[str] = frozenset()
    """Settings that may be several words."""


COMMANDS: Mapping[str, Settings] = {
    **{
        name: Settings({}, {})
        for name in (
            "disk",
            "inodes",
            "load",
            "memory",
            "pressure",
            "uptime",
            "failed_units",
            "mdstat",
            "smart_array",
            "multipath",
            "time",
            "kernel",
            "sql_server",
            "iris",
        )
    },
    "services": Settings({"units": Setting.UNIT}, {}, frozenset({"units"})),
    "raid_volumes": Settings({}, {"controller": Setting.DIGIT}),
    "raid_drives": Settings({}, {"controller": Setting.DIGIT}),
    "smart": Settings({"device": Setting.DEVICE}, {"type": Setting.DEVICE_TYPE}),
    "listening": Settings({"ports": Setting.PORT}, {}, frozenset({"ports"})),
    "oracle_listener": Settings({"home": Setting.PATH}, {"listener": Setting.ORACLE_NAME}),
    "oracle_instances": Settings({"instances": Setting.ORACLE_NAME}, {}, frozenset({"instances"})),
    "mysql": Settings({}, {"port": Setting.PORT}),
    "postgresql": Settings({}, {"port": Setting.PORT}),
    "backup": Settings({"files": Setting.PATH}, {}, frozenset({"files"})),
    "backup_folder": Settings({"folder": Setting.PATH}, {"days": Setting.NUMBER}),
    "application": Settings({"port": Setting.PORT}, {"scheme": Setting.SCHEME, "path": Setting.URL_PATH}),
}
"""The commands that a host may be asked over SSH; hisconsole.probes.ssh.commands holds their words."""

NET_CHECKS: Mapping[str, Settings] = {
    "ping": Settings({}, {}),
    "tcp": Settings({"port": Setting.PORT}, {}),
    "mllp": Settings({}, {"port": Setting.PORT}),
    "tls": Settings({}, {"port": Setting.PORT, "name": Setting.HOST}),
    "dns": Settings({"name": Setting.HOST}, {"port": Setting.PORT}),
    "http": Settings(
        {},
        {
            "port": Setting.PORT,
            "scheme": Setting.SCHEME,
            "path": Setting.URL_PATH,
            "host": Setting.HOST,
        },
    ),
}
"""What is tried over the net without a login; hisconsole.probes.net does it."""

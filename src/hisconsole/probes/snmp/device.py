"""What the engines are told and what they answer: devices, values, and what is remembered of a device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field
from typing import Literal, TypeVar

from hisconsole.values import dataclass

Value = int | str | bytes
"""One value of an agent, by its type on the wire (RFC 2578), the same from every engine.

int: INTEGER (signed), Counter32, Gauge32, TimeTicks, Unsigned32, Counter64 (all unsigned);
bytes: OCTET STRING, Opaque (undecoded); str: OBJECT IDENTIFIER as "1.3.6", IpAddress as "10.0.0.1".
An object that the agent does not have is absent from the answer.
"""

Raw = Value | float | None
"""What a decoder may hand over: REAL and NULL are no values of SNMP, and are dropped."""

K = TypeVar("K")
V = TypeVar("V")


class Answers(dict[K, V]):
    """What a device answered; `cut` says in words why it is not whole, "" when it is."""

    cut: str = ""


Found = Answers[str, Value]
"""Values by object identifier, as it was asked for."""

Table = Answers[str, dict[str, Value]]
"""Rows by index (what follows the column's identifier), in each its values by column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """How one agent is reached; neither `repr` nor a log ever shows its secrets.

    Version "3" is authPriv only (RFC 3414, RFC 7860): `auth_key` and `priv_key` are the passphrases of
    `user`. AES-256 with a SHA-1 user stretches its key as net-snmp does (draft-blumenthal-aes-usm).
    """

    address: str
    port: int = 161
    version: Literal["2c", "3"] = "2c"
    community: str = field(default="", repr=False)
    user: str = ""
    auth: Literal["", "sha1", "sha256"] = ""
    auth_key: str = field(default="", repr=False)
    priv: Literal["", "aes128", "aes256"] = ""
    priv_key: str = field(default="", repr=False)
    timeout_s: float = 2.0
    retries: int = 1

    def __post_init__(self) -> None:
        """Refuse what no engine could send."""
        if self.version == "3" and not (self.user and self.auth and self.priv):
            msg = f"{self.address}: version 3 needs user, auth and priv"
            raise ValueError(msg)

    @property
    def place(self) -> str:
        """Where the agent listens; what is remembered of a device is kept under it."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


GET_SIZE = 30
"""Objects in one GET: costs half of three GETs of 10."""

SMALL_GET = 10
"""What every agent we know answers at once."""

REPETITIONS = 40
"""Rows asked for in one GETBULK, which reads one column."""


@dataclass(slots=True)
class DeviceMemory:
    """What a device was found to bear, so that nobody has to find out again; kept over restarts.

    Silence may be a lost datagram: it counts when a smaller question was answered, the second time.
    """

    get_size: int = GET_SIZE
    repetitions: int = REPETITIONS
    get_doubts: int = 0
    bulk_doubts: int = 0
    engine: int = 0
    """Its engine id in version 3, as `engine_number` writes it: whose traps are believed. 0 is unknown."""

    def bears_get(self, size: int, *, sure: bool) -> None:
        """Remember that a GET of more than `size` objects is too much."""
        self.get_doubts += 1
        if (sure or self.get_doubts > 1) and size < self.get_size:
            self.get_size, self.get_doubts = max(1, size), 0

    def bears_rows(self, repetitions: int, *, sure: bool) -> None:
        """Remember that a GETBULK of more than `repetitions` rows is too much."""
        self.bulk_doubts += 1
        if (sure or self.bulk_doubts > 1) and repetitions < self.repetitions:
            self.repetitions, self.bulk_doubts = max(1, repetitions), 0

    def dump(self) -> dict[str, int]:
        """The form that is kept, as plain numbers."""
        return asdict(self)

    @classmethod
    def load(cls, kept: Mapping[str, object]) -> DeviceMemory:
        """Take up what was kept; what is not a sensible number is forgotten."""

        def number(name: str, least: int, most: int, otherwise: int) -> int:
            value = kept.get(name)
            return value if isinstance(value, int) and least <= value <= most else otherwise

        return cls(
            get_size=number("get_size", 1, GET_SIZE, GET_SIZE),
            repetitions=number("repetitions", 1, REPETITIONS, REPETITIONS),
            get_doubts=number("get_doubts", 0, 1, 0),
            bulk_doubts=number("bulk_doubts", 0, 1, 0),
            engine=number("engine", 0, 2**264, 0),
        )


def engine_number(engine_id: bytes) -> int:
    """An engine id as a number that keeps its leading zeros."""
    return int.from_bytes(b"\1" + engine_id)


def engine_id_of(number: int) -> bytes:
    """The engine id behind such a number; nothing for 0."""
    return number.to_bytes((number.bit_length() + 7) // 8)[1:]

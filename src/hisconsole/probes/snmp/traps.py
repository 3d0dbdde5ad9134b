"""Traps and informs out of datagrams; who has sent one is settled before anything in it is looked at.

The heads are read here and not by pysnmp: its decoder takes half a millisecond for an honest trap and
half a second for a crafted one, and loading it takes more memory than a whole flood may.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from enum import Enum, auto

from hisconsole.probes.snmp.device import Device
from hisconsole.probes.snmp.envelope import (
    INTEGER,
    OBJECT,
    OCTETS,
    RESPONSE,
    SEQUENCE,
    Broken,
    field,
    number,
    read_plain,
)
from hisconsole.probes.snmp.traps_known import KNOWN, Meaning, encoded, meaning_words
from hisconsole.text import _, printable
from hisconsole.values import dataclass

LARGEST = 4096
"""Octets of a datagram that is looked at; an honest trap has some hundred."""

TRAP, INFORM = 0xA7, 0xA6
"""SNMPv2-Trap and InformRequest (RFC 3416)."""

_MOST_VALUES = 32
"""Values of a trap that are looked at."""
_LONGEST_PART = 60

_TRAP_OID = encoded("1.3.6.1.6.3.1.1.4.1.0")
_IF_INDEX = encoded("1.3.6.1.2.1.2.2.1.1")
_NAMES = tuple(map(encoded, ("1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.47.1.1.1.1.7")))
"""ifName, ifDescr, entPhysicalName: what a trap is about, the best first."""


class Verdict(Enum):
    """What became of a datagram."""

    TAKEN = auto()
    OF_NO_KIND = auto()
    """An honest trap that means nothing here."""
    MALFORMED = auto()
    WRONG_SECRET = auto()
    REPLAYED = auto()
    """Signed by the right user, but of another time or of another engine."""
    INTRODUCED = auto()
    """Somebody who wants to inform us has asked for our engine and our clock (RFC 3414, 4)."""


@dataclass(frozen=True, slots=True)
class Trap:
    """A trap as far as it is looked at; `part` is the interface or module that it is about, printable."""

    meaning: Meaning | None
    part: str = ""

    @property
    def of_device(self) -> bool:
        """Whether it tells of the device, and not of somebody who has asked it wrongly: maybe ourselves."""
        return self.meaning is not Meaning.WRONG_SECRET

    @property
    def words(self) -> str:
        """What it says, for people."""
        words = meaning_words(self.meaning) if self.meaning else _("a trap of no kind known here")
        return f"{words}: {self.part}" if self.part else words


@dataclass(frozen=True, slots=True)
class Heard:
    """A datagram after it was judged: whose it is, what it says, and what is to be answered, if anything."""

    verdict: Verdict
    senders: tuple[Device, ...] = ()
    trap: Trap | None = None
    answer: bytes = b""


def version_of(data: bytes) -> int:
    """The version of a message as it stands in it: 1 is 2c; raises Broken."""
    start, end = field(data, 0, len(data), SEQUENCE)
    return number(data, start, end)[0]


def hear_plain(data: bytes, devices: Sequence[Device]) -> Heard:
    """Judge a message of version 2c that came from where these devices are; never raises."""
    head = read_plain(data)
    if head is None:
        return Heard(Verdict.MALFORMED)
    plain = [device for device in devices if device.version == "2c"]
    # All are compared: how long it takes must not tell how near a guess came.
    same = [hmac.compare_digest(head.community, device.community.encode()) for device in plain]
    senders = tuple(device for device, is_same in zip(plain, same, strict=True) if is_same)
    if not senders:
        return Heard(Verdict.WRONG_SECRET)
    try:
        trap, inform = read_trap(data, head.at, len(data))
    except Broken:
        return Heard(Verdict.MALFORMED)
    return heard(trap, senders, answered(data, head.at) if inform else b"")


def heard(trap: Trap, senders: tuple[Device, ...], answer: bytes) -> Heard:
    """A trap from these senders."""
    return Heard(Verdict.TAKEN if trap.meaning else Verdict.OF_NO_KIND, senders, trap, answer)


def answered(message: bytes, at: int) -> bytes:
    """The answer to an inform: itself as a Response (RFC 3416, 4.2.7); `at` is where its PDU starts."""
    return b"".join((message[:at], bytes((RESPONSE,)), message[at + 1 :]))


def read_trap(data: bytes, at: int, end: int) -> tuple[Trap, bool]:
    """The trap whose PDU starts at `at`, and whether it wants an answer; raises Broken."""
    if at >= end or data[at] not in (TRAP, INFORM):
        raise Broken
    kind, index = None, ""
    names: dict[int, str] = {}
    for name, tag, value in _values(data, at, end):
        if name == _TRAP_OID and tag == OBJECT:
            kind = value
        elif tag == OCTETS:
            place = next((place for place, column in enumerate(_NAMES) if name.startswith(column)), None)
            if place is not None:
                names.setdefault(place, _printable(value))
        elif tag == INTEGER and name.startswith(_IF_INDEX) and 0 < len(value) <= 8:
            index = _("interface {number}").format(number=int.from_bytes(value, signed=True))
    if kind is None:
        raise Broken
    named = [names[place] for place in sorted(names) if names[place]]
    return Trap(KNOWN.get(kind), named[0] if named else index), data[at] == INFORM


def _values(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, bytes]]:
    """The first values of a PDU: the name, the type and the content of each; raises Broken."""
    inner, stop = field(data, at, end)
    for _request_id_status_index in range(3):
        _ignored, inner = number(data, inner, stop)
    at, stop = field(data, inner, stop, SEQUENCE)
    for _value in range(_MOST_VALUES):
        if at >= stop:
            return
        inner, at = field(data, at, stop, SEQUENCE)
        name_at, name_end = field(data, inner, at, OBJECT)
        start, value_end = field(data, name_end, at)
        yield data[name_at:name_end], data[name_end], data[start:value_end]


def _printable(octets: bytes) -> str:
    """A name as the device has it, through the one door for text."""
    return printable(octets[: 4 * _LONGEST_PART].decode("utf-8", "replace"), limit=_LONGEST_PART).strip()

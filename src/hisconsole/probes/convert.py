"""How a raw value of a device becomes a value with a unit: one function a conversion, no others.

The table's names and inputs stand in hisconsole.plan.profiles, where the files are checked by them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from hisconsole.plan.status import Status
from hisconsole.text import _, printable

Raw = int | str | bytes
"""A value as an SNMP engine gives it; see hisconsole.probes.snmp.device."""

Inputs = Mapping[str, Raw]

NAME_LIMIT = 60


class Converted(NamedTuple):
    """A value, what the device itself thinks of it, and words when there is none or it is not OK.

    A tuple, because hundreds are made in a round and those are made in half the time.
    """

    value: float | str | None
    hint: Status | None = None
    reason: str = ""


NOTHING = Converted(None)
"""The device says that there is nothing to measure: no sample."""

_NUMBER = re.compile(r"[-+]?[0-9]{1,20}(\.[0-9]{1,20})?")
_BLANKS = re.compile(r"\s+")


def number(raw: Raw | None) -> float | None:
    """A number, also from an agent that sends it as text; None where it is none."""
    if isinstance(raw, int):
        return raw
    text = words(raw)
    return float(text) if _NUMBER.fullmatch(text) else None


def words(raw: Raw | None) -> str:
    """Text of a device, safe to show: one line, in UTF-8 or else as Chinese devices write it, in GB18030."""
    if raw is None:
        return ""
    return _BLANKS.sub(" ", printable(_decoded(raw) if isinstance(raw, bytes) else str(raw))).strip()


def _decoded(raw: bytes) -> str:
    raw = raw.replace(b"\x00", b" ")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def convert(name: str, raw: Raw, divide: float, inputs: Inputs) -> Converted:
    """Convert one raw value; a conversion of a counter takes its rate a second instead."""
    if name in _TEXTS:
        return _TEXTS[name](raw, inputs)
    value = number(raw)
    if value is None:
        return _no(_("not a number: '{text}'").format(text=printable(words(raw), limit=40)))
    if divide != 1.0:
        value = value / divide
    return _NUMBERS[name](value, inputs) if name else Converted(value)


def ceiling(name: str, inputs: Inputs) -> float | None:
    """The fastest that a counter can go, in units a second; None where nothing limits it."""
    speed = number(inputs.get("speed"))
    return speed * _OCTETS * 1.2 if name == "octets_percent" and speed else None


def per_second(name: str, rate: float, inputs: Inputs) -> Converted:
    """What the rate of a counter means."""
    if name == "octets_percent":
        speed = number(inputs.get("speed"))
        if not speed:
            return NOTHING  # Virtual machines' interfaces have none.
        return Converted(round(100 * rate / (speed * _OCTETS), 2))
    if name == "per_minute":
        return Converted(round(60 * rate, 3))
    if name == "ticks_percent":
        return Converted(round(rate / (number(inputs.get("cores")) or 1), 2))
    return Converted(round(rate, 3))


_OCTETS = 125_000
"""Octets a second for each Mb/s."""


def _no(reason: str) -> Converted:
    return Converted(None, Status.UNKNOWN, reason)


def _text(raw: Raw, inputs: Inputs) -> Converted:
    return Converted(printable(words(raw), limit=NAME_LIMIT))


def _text_number(raw: Raw, inputs: Inputs) -> Converted:
    """A number with words around it, as `-25.4 dBm`."""
    found = _NUMBER.search(words(raw))
    return Converted(float(found[0])) if found else NOTHING


def _link(raw: Raw, inputs: Inputs) -> Converted:
    """ifOperStatus, but a port that somebody switched off is not down."""
    if number(inputs["admin"]) == 2:
        return Converted("off", Status.OK)
    word = {
        1: "up",
        2: "down",
        3: "testing",
        4: "unknown",
        5: "dormant",
        6: "not present",
        7: "down, lower layer",
    }.get(int(number(raw) or 0))
    return Converted(word, Status.OK) if word else _no(_("a state that the standard does not know"))


_PRINTER = (
    # RFC 3805, hrPrinterDetectedErrorState: the first bit is the highest of the first octet.
    (Status.WARNING, "paper low"),
    (Status.CRITICAL, "no paper"),
    (Status.WARNING, "toner low"),
    (Status.CRITICAL, "no toner"),
    (Status.CRITICAL, "door open"),
    (Status.CRITICAL, "jammed"),
    (Status.CRITICAL, "offline"),
    (Status.WARNING, "service needed"),
    (Status.CRITICAL, "input tray missing"),
    (Status.CRITICAL, "output tray missing"),
    (Status.WARNING, "cartridge missing"),
    (Status.WARNING, "output near full"),
    (Status.CRITICAL, "output full"),
    (Status.WARNING, "input tray empty"),
    (Status.WARNING, "maintenance overdue"),
)


def _printer_errors(raw: Raw, inputs: Inputs) -> Converted:
    octets = raw if isinstance(raw, bytes) else str(raw).encode("latin-1", "replace")
    found = [
        error
        for place, error in enumerate(_PRINTER)
        if place // 8 < len(octets) and octets[place // 8] & (0x80 >> place % 8)
    ]
    if not found:
        return Converted("none", Status.OK)
    text = ", ".join(name for _level, name in found)
    grave = any(level is Status.CRITICAL for level, _name in found)
    return Converted(text, Status.CRITICAL if grave else Status.WARNING)


def _uptime(value: float, inputs: Inputs) -> Converted:
    """SysUpTime in hundredths wraps after 497 days; snmpEngineTime in seconds does not."""
    engine = number(inputs.get("engine"))
    return Converted(float(max(value / 100, engine or 0)))


def _huawei_dbm(value: float, inputs: Inputs) -> Converted:
    """Above 0 it is microwatts, else hundredths of a dBm: both are in the field."""
    if value > 0:
        return Converted(round(10 * math.log10(value / 1000), 2))
    return Converted(round(value / 100, 2))


def _sensor(value: float, inputs: Inputs) -> Converted:
    """RFC 3433: scale 9 is units, each step a thousand; precision is the number of decimals."""
    scale, precision = number(inputs["scale"]), number(inputs["precision"])
    if scale is None or precision is None or not (1 <= scale <= 17 and -8 <= precision <= 9):
        return _no(_("the sensor does not say its scale"))
    return Converted(round(value * 10.0 ** (3 * (int(scale) - 9) - int(precision)), 9))


def _share(used: float, total: float | None) -> Converted:
    """A share in percent; a count of units that went negative has wrapped and says nothing."""
    if total is None or total < 0 or used < 0:
        return _no(_("larger than the device can count"))
    if total == 0:
        return NOTHING  # No swap, no medium in the drive.
    return Converted(round(100 * used / total, 2))


def _share_with_free(value: float, inputs: Inputs) -> Converted:
    free = number(inputs["free"])
    return _share(value, None if free is None else value + free)


def _share_used_of_free(value: float, inputs: Inputs) -> Converted:
    total = number(inputs["total"])
    return _share(-1 if total is None else total - value, total)


def _hr_storage(value: float, inputs: Inputs) -> Converted:
    """HrStorageSize is a signed 32-bit count of units."""
    return _share(value, number(inputs["size"]))


def _memory_used(value: float, inputs: Inputs) -> Converted:
    """Without buffers and cache, which Linux gives back; kept with them where that cannot be right."""
    spare = (number(inputs.get("buffers")) or 0) + (number(inputs.get("cached")) or 0)
    return _share(value - spare if 0 <= spare <= value else value, number(inputs["size"]))


def _load_per_core(value: float, inputs: Inputs) -> Converted:
    return Converted(round(value / (number(inputs.get("cores")) or 1), 2))


def _supply(value: float, inputs: Inputs) -> Converted:
    """RFC 3805: -3 is "some is left", -2 unknown, -1 without limit; the maximum has -2 and -1 as well."""
    most = number(inputs["max"])
    if value == -3:
        return Converted("some left", Status.OK)
    if value < 0 or most is None or most <= 0:
        return Converted("not measured", Status.OK)
    return Converted(round(100 * value / most, 1))


_TEXTS: Mapping[str, Callable[[Raw, Inputs], Converted]] = {
    "text": _text,
    "text_number": _text_number,
    "link": _link,
    "printer_errors": _printer_errors,
}
_NUMBERS: Mapping[str, Callable[[float, Inputs], Converted]] = {
    "timeticks_s": lambda value, inputs: Converted(value / 100),
    "timeticks_min": lambda value, inputs: Converted(round(value / 6000, 2)),
    "uptime_s": _uptime,
    "huawei_dbm": _huawei_dbm,
    "sensor": _sensor,
    "share_with_free": _share_with_free,
    "share_used_of_free": _share_used_of_free,
    "hr_storage": _hr_storage,
    "memory_used": _memory_used,
    "load_per_core": _load_per_core,
    "supply": _supply,
}
CONVERTS = frozenset({*_TEXTS, *_NUMBERS})
"""What `convert` knows; counters go through `per_second`."""

"""The traps that mean something here, and what they mean; every other one changes nothing.

A trap is only ever a reason to look at once: what it says is never taken for the status.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from hisconsole.text import _


class Meaning(Enum):
    """What a trap says has happened."""

    LINK_DOWN = auto()
    LINK_UP = auto()
    RESTART = auto()
    WRONG_SECRET = auto()
    """Somebody asked the device in a way that it does not accept; that may be ourselves."""
    ON_BATTERY = auto()
    ON_MAINS = auto()
    BATTERY_LOW = auto()
    ALARM = auto()
    ALARM_OVER = auto()
    POWER_FAULT = auto()
    POWER_GOOD = auto()
    FAN_FAULT = auto()
    FAN_GOOD = auto()
    OPTIC_FAULT = auto()
    OPTIC_GOOD = auto()
    BOARD_FAULT = auto()
    BOARD_GOOD = auto()
    TEMPERATURE = auto()
    TEMPERATURE_GOOD = auto()


_STANDARD = "1.3.6.1.6.3.1.1.5"
_UPS = "1.3.6.1.2.1.33.2"
_APC = "1.3.6.1.4.1.318.0"
_EATON = "1.3.6.1.4.1.534.1.11.4"
_MGE = "1.3.6.1.4.1.705.1.11.0"
_HUAWEI = "1.3.6.1.4.1.2011.5.25.219.2"
_H3C = "1.3.6.1.4.1.25506.2.6.2.0"

_MEANINGS: Mapping[str, Meaning] = {
    # SNMPv2-MIB and IF-MIB
    f"{_STANDARD}.1": Meaning.RESTART,
    f"{_STANDARD}.2": Meaning.RESTART,
    f"{_STANDARD}.3": Meaning.LINK_DOWN,
    f"{_STANDARD}.4": Meaning.LINK_UP,
    f"{_STANDARD}.5": Meaning.WRONG_SECRET,
    # UPS-MIB (RFC 1628), also as cards name it that have it of version 1 (RFC 3584, 3.1)
    f"{_UPS}.1": Meaning.ON_BATTERY,
    f"{_UPS}.0.1": Meaning.ON_BATTERY,
    f"{_UPS}.3": Meaning.ALARM,
    f"{_UPS}.0.3": Meaning.ALARM,
    f"{_UPS}.4": Meaning.ALARM_OVER,
    f"{_UPS}.0.4": Meaning.ALARM_OVER,
    # PowerNet-MIB: upsOnBattery, lowBattery, powerRestored
    f"{_APC}.5": Meaning.ON_BATTERY,
    f"{_APC}.7": Meaning.BATTERY_LOW,
    f"{_APC}.9": Meaning.ON_MAINS,
    # XUPS-MIB of Eaton, its two branches: OnBattery, LowBattery, UtilityPowerRestored
    **{f"{_EATON}.{branch}.0.3": Meaning.ON_BATTERY for branch in (1, 2)},
    **{f"{_EATON}.{branch}.0.4": Meaning.BATTERY_LOW for branch in (1, 2)},
    **{f"{_EATON}.{branch}.0.5": Meaning.ON_MAINS for branch in (1, 2)},
    # MG-SNMP-UPS-MIB of MGE, now Eaton: upsmgOnBattery, upsmgReturnFromBattery
    f"{_MGE}.11": Meaning.ON_BATTERY,
    f"{_MGE}.12": Meaning.ON_MAINS,
    # HUAWEI-ENTITY-TRAP-MIB: board, optic, power, fan, temperature, each with its end
    f"{_HUAWEI}.2.3": Meaning.BOARD_FAULT,
    f"{_HUAWEI}.2.4": Meaning.BOARD_GOOD,
    f"{_HUAWEI}.4.5": Meaning.OPTIC_FAULT,
    f"{_HUAWEI}.4.6": Meaning.OPTIC_GOOD,
    f"{_HUAWEI}.4.7": Meaning.OPTIC_FAULT,
    f"{_HUAWEI}.4.8": Meaning.OPTIC_GOOD,
    **{f"{_HUAWEI}.5.{number}": Meaning.POWER_FAULT for number in (1, 3, 5, 7)},
    **{f"{_HUAWEI}.5.{number}": Meaning.POWER_GOOD for number in (2, 4, 6, 8)},
    **{f"{_HUAWEI}.6.{number}": Meaning.FAN_FAULT for number in (1, 3, 5, 7)},
    **{f"{_HUAWEI}.6.{number}": Meaning.FAN_GOOD for number in (2, 4, 6, 8)},
    f"{_HUAWEI}.10.1": Meaning.TEMPERATURE,
    f"{_HUAWEI}.10.2": Meaning.TEMPERATURE_GOOD,
    # HH3C-ENTITY-EXT-MIB: OperDisabled, SFPAlarmOn
    f"{_H3C}.7": Meaning.BOARD_FAULT,
    f"{_H3C}.9": Meaning.OPTIC_FAULT,
}


def encoded(oid: str) -> bytes:
    """An object identifier as it stands on the wire, without tag and length (X.690, 8.19)."""
    first, second, *arcs = map(int, oid.split("."))
    content = bytearray()
    for arc in (40 * first + second, *arcs):
        octets = [arc & 0x7F]
        while arc := arc >> 7:
            octets.append(0x80 | (arc & 0x7F))
        content += bytes(reversed(octets))
    return bytes(content)


KNOWN: Mapping[bytes, Meaning] = {encoded(oid): meaning for oid, meaning in _MEANINGS.items()}
"""Meanings by the object identifier of the trap on the wire, so that none has to be decoded."""


def meaning_words(meaning: Meaning) -> str:
    """A meaning in words."""
    return {
        Meaning.LINK_DOWN: _("link down"),
        Meaning.LINK_UP: _("link up"),
        Meaning.RESTART: _("restarted"),
        Meaning.WRONG_SECRET: _("somebody asked it with a wrong secret"),
        Meaning.ON_BATTERY: _("on battery"),
        Meaning.ON_MAINS: _("on mains again"),
        Meaning.BATTERY_LOW: _("battery low"),
        Meaning.ALARM: _("alarm"),
        Meaning.ALARM_OVER: _("end of an alarm"),
        Meaning.POWER_FAULT: _("power supply failed"),
        Meaning.POWER_GOOD: _("power supply good again"),
        Meaning.FAN_FAULT: _("fan failed"),
        Meaning.FAN_GOOD: _("fan good again"),
        Meaning.OPTIC_FAULT: _("optical module fault"),
        Meaning.OPTIC_GOOD: _("optical module good again"),
        Meaning.BOARD_FAULT: _("board fault"),
        Meaning.BOARD_GOOD: _("board good again"),
        Meaning.TEMPERATURE: _("too warm"),
        Meaning.TEMPERATURE_GOOD: _("temperature good again"),
    }[meaning]

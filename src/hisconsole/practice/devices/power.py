"""What the room lives on: UPSs by the standard and by APC, and the room's own sensors."""

from __future__ import annotations

from collections.abc import Callable

from hisconsole.practice.devices.system import system
from hisconsole.practice.draft import Draft
from hisconsole.practice.facets import choice, measure
from hisconsole.practice.mib import Source, Type, View

_UPS = "1.3.6.1.2.1.33.1"
_APC = "1.3.6.1.4.1.318.1.1.1"
_NETBOTZ = "1.3.6.1.4.1.52674.500"
_LOW_MINUTES = 10
"""From here on a UPS calls its battery low."""


def standard_ups(draft: Draft) -> None:
    """A UPS by RFC 1628."""
    system(draft, words="UPS5000-E 40 kVA, SNMP card", identity="1.3.6.1.4.1.8072.3.2.10")
    _ups(draft)
    draft.scalars(
        Type.INTEGER,
        {
            f"{_UPS}.2.1.0": lambda view: 4 if view.number("charge") <= 1 else 3 if _low(view) else 2,
            f"{_UPS}.2.2.0": lambda view: int(_on_battery_s(view)),
            f"{_UPS}.2.3.0": lambda view: round(view.number("minutes")),
            f"{_UPS}.2.4.0": lambda view: round(view.number("charge")),
            f"{_UPS}.2.5.0": lambda view: 3_840 if _mains(view) else 3_610,
            f"{_UPS}.2.6.0": lambda view: 0 if _mains(view) else -412,
            f"{_UPS}.2.7.0": lambda view: round(view.number("temperature") + view.drift("temperature", 0.4)),
            f"{_UPS}.4.1.0": lambda view: {"mains": 3, "battery": 5, "bypass": 4}[view.word("source")],
            f"{_UPS}.4.2.0": 500,
            f"{_UPS}.7.3.0": 1,
        },
    )
    draft.put(f"{_UPS}.3.1.0", Type.COUNTER32, 3)
    draft.put(f"{_UPS}.6.1.0", Type.GAUGE, lambda view: int(not _mains(view)) + int(_low(view)))
    for line in (1, 2, 3):
        draft.put(f"{_UPS}.3.3.1.2.{line}", Type.INTEGER, lambda view: 500 if _mains(view) else 0)
        draft.put(f"{_UPS}.3.3.1.3.{line}", Type.INTEGER, _line_volts(line))
        draft.put(f"{_UPS}.4.4.1.2.{line}", Type.INTEGER, 220)
        draft.put(f"{_UPS}.4.4.1.3.{line}", Type.INTEGER, 214)
        draft.put(f"{_UPS}.4.4.1.4.{line}", Type.INTEGER, lambda view: round(133 * view.number("load")))
        draft.put(f"{_UPS}.4.4.1.5.{line}", Type.INTEGER, lambda view: round(view.number("load")))


def apc_ups(draft: Draft) -> None:
    """An APC Smart-UPS with a network management card."""
    system(
        draft, words="APC Web/SNMP Management Card, Smart-UPS SRT 10000", identity="1.3.6.1.4.1.318.1.3.27"
    )
    _ups(draft)
    replace = draft.facet(choice("battery-age", "good", "replace", broken="replace"))
    integers: dict[str, Source] = {
        f"{_APC}.2.1.1.0": lambda view: 3 if _low(view) else 2,
        f"{_APC}.2.2.4.0": lambda view: 2 if view.word(replace) == "replace" else 1,
        f"{_APC}.4.1.1.0": lambda view: {"mains": 2, "battery": 3, "bypass": 9}[view.word("source")],
        f"{_APC}.7.2.3.0": 1,
    }
    draft.scalars(Type.INTEGER, integers)
    draft.scalars(
        Type.TICKS,
        {
            f"{_APC}.2.1.2.0": lambda view: int(100 * _on_battery_s(view)),
            f"{_APC}.2.2.3.0": lambda view: round(6_000 * view.number("minutes")),
        },
    )
    tenths: dict[str, Callable[[View], float]] = {
        f"{_APC}.2.3.1.0": lambda view: view.number("charge"),
        f"{_APC}.2.3.2.0": lambda view: view.number("temperature") + view.drift("temperature", 0.4),
        f"{_APC}.2.3.4.0": lambda view: 218 if _mains(view) else 201,
        f"{_APC}.3.3.1.0": _volts,
        f"{_APC}.3.3.4.0": lambda view: 50 if _mains(view) else 0,
        f"{_APC}.4.3.1.0": lambda view: 220,
        f"{_APC}.4.3.2.0": lambda view: 50,
        f"{_APC}.4.3.3.0": lambda view: view.number("load") + view.drift("load", 1),
        f"{_APC}.4.3.4.0": lambda view: view.number("load") / 2.3,
    }
    for name, source in tenths.items():
        draft.put(name, Type.GAUGE, _tenfold(source))


def netbotz(draft: Draft) -> None:
    """The monitor of a server room: two temperatures, humidity, smoke."""
    system(draft, words="NetBotz 750 room monitor", identity="1.3.6.1.4.1.52674.500")
    draft.facet(measure("temperature", 22.6, broken=34, least=-20, most=90, unit="C"))
    draft.facet(measure("humidity", 46, broken=86, unit="%RH"))
    draft.facet(choice("smoke", "no", "yes", broken="yes"))
    table = f"{_NETBOTZ}.4.1"
    draft.rows(f"{table}.1.1.4", Type.OCTETS, ("Rack row, cold aisle", "Rack row, hot aisle"))
    draft.rows(f"{table}.1.1.8", Type.INTEGER, (_room(0.0), _room(0.4)))
    draft.rows(f"{table}.2.1.4", Type.OCTETS, ("Room humidity",))
    draft.rows(
        f"{table}.2.1.8",
        Type.INTEGER,
        (lambda view: round(view.number("humidity") + view.drift("humidity", 1.5)),),
    )
    draft.rows(f"{_NETBOTZ}.4.2.12.1.4", Type.OCTETS, ("Ceiling smoke detector",))
    draft.rows(f"{_NETBOTZ}.4.2.12.1.2", Type.INTEGER, (lambda view: int(view.word("smoke") == "yes"),))


def _ups(draft: Draft) -> None:
    draft.facet(choice("source", "mains", "battery", "bypass", broken="battery"))
    draft.facet(measure("minutes", 42, broken=8, most=600, unit="min"))
    draft.facet(measure("charge", 100, broken=18))
    draft.facet(measure("load", 38, broken=94))
    draft.facet(measure("voltage", 226, broken=182, most=300, unit="V"))
    draft.facet(measure("temperature", 24, broken=44, most=90, unit="C"))


def _mains(view: View) -> bool:
    return view.word("source") != "battery"


def _low(view: View) -> bool:
    return view.number("minutes") <= _LOW_MINUTES


def _on_battery_s(view: View) -> float:
    return 0.0 if _mains(view) else view.for_s("source")


def _volts(view: View) -> float:
    return view.number("voltage") + view.drift("voltage", 1.5) if _mains(view) else 0.0


def _line_volts(line: int) -> Callable[[View], int]:
    return lambda view: round(_volts(view) + (view.drift(f"line {line}", 1) if _mains(view) else 0))


def _tenfold(source: Callable[[View], float]) -> Callable[[View], int]:
    return lambda view: round(10 * source(view))


def _room(warmer: float) -> Callable[[View], int]:
    return lambda view: round(view.number("temperature") + warmer + view.drift("temperature", 0.3))

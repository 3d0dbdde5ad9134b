"""Servers at their service processors: HPE iLO and Dell iDRAC."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from hisconsole.practice.devices.system import system
from hisconsole.practice.draft import Draft
from hisconsole.practice.facets import choice, measure
from hisconsole.practice.mib import Source, Type, View

_HPE = "1.3.6.1.4.1.232"
_DELL = "1.3.6.1.4.1.674.10892"
_PARTS = (1, 2)
_DRIVES = (1, 2, 3, 4)


def ilo(draft: Draft) -> None:
    """An HPE ProLiant at its iLO."""
    system(draft, words="Integrated Lights-Out 5 2.72, ProLiant DL380 Gen10", identity=f"{_HPE}.9.4.11")
    _server(draft)
    draft.rows(f"{_HPE}.6.2.9.3.1.4", Type.INTEGER, _each("supply", ok=2, failed=4))
    draft.rows(f"{_HPE}.6.2.9.3.1.7", Type.INTEGER, [_watts(number) for number in _PARTS])
    draft.rows(f"{_HPE}.6.2.6.7.1.9", Type.INTEGER, _each("fan", ok=2, failed=4))
    sensors = (0.0, 18.0)
    draft.rows(f"{_HPE}.6.2.6.8.1.4", Type.INTEGER, [_degrees(warmer) for warmer in sensors])
    verdict = _judged(2, 3, 4)
    draft.rows(f"{_HPE}.6.2.6.8.1.6", Type.INTEGER, [verdict] * len(sensors))
    draft.rows(f"{_HPE}.6.2.14.13.1.13", Type.OCTETS, ("PROC 1 DIMM 1", "PROC 1 DIMM 3"))
    draft.rows(f"{_HPE}.6.2.14.13.1.19", Type.INTEGER, (4, 4))
    draft.rows(f"{_HPE}.6.2.14.13.1.20", Type.INTEGER, (2, 2))
    draft.rows(f"{_HPE}.1.2.2.1.1.6", Type.INTEGER, (2, 2))
    array = f"{_HPE}.3.2"
    draft.rows(f"{array}.2.1.1.20", Type.OCTETS, ("Embedded RAID P408i-a",))
    draft.rows(f"{array}.2.1.1.6", Type.INTEGER, (2,))
    draft.put(f"{array}.3.1.1.4.0.1", Type.INTEGER, lambda view: 2 if _whole(view) else 5)
    draft.put(f"{array}.3.1.1.11.0.1", Type.INTEGER, lambda view: 2 if _whole(view) else 3)
    states = _each("drive", numbers=_DRIVES, ok=2, failing=4, failed=3)
    conditions = _each("drive", numbers=_DRIVES, ok=2, failing=3, failed=4)
    for number, state, condition in zip(_DRIVES, states, conditions, strict=True):
        draft.put(f"{array}.5.1.1.64.0.{number}", Type.OCTETS, f"Port 1I Box 1 Bay {number}")
        draft.put(f"{array}.5.1.1.6.0.{number}", Type.INTEGER, state)
        draft.put(f"{array}.5.1.1.37.0.{number}", Type.INTEGER, condition)
        draft.put(f"{array}.5.1.1.70.0.{number}", Type.INTEGER, 31 + number)


def idrac(draft: Draft) -> None:
    """A Dell PowerEdge at its iDRAC."""
    system(draft, words="Dell iDRAC9 6.10, PowerEdge R740", identity=f"{_DELL}.5")
    _server(draft)
    overall: Callable[[View], int] = lambda view: 3 if _sound(view) else 4  # noqa: E731
    draft.put(f"{_DELL}.5.2.1.0", Type.INTEGER, overall)
    draft.put(f"{_DELL}.5.2.3.0", Type.INTEGER, lambda view: 3 if _whole(view) else 5)
    draft.put(f"{_DELL}.2.2.1.0", Type.INTEGER, overall)
    part = f"{_DELL}.5.4"
    columns: dict[str, tuple[Type, Sequence[Source]]] = {
        f"{part}.600.12.1.8": (Type.OCTETS, ["PS1 Status", "PS2 Status"]),
        f"{part}.600.12.1.16": (Type.INTEGER, [226, 226]),
        f"{part}.600.12.1.5": (Type.INTEGER, _each("supply", ok=3, failed=5)),
        f"{part}.700.12.1.8": (Type.OCTETS, ["System Board Fan1", "System Board Fan2"]),
        f"{part}.700.12.1.6": (Type.INTEGER, _each("fan", ok=7_200, failed=0)),
        f"{part}.700.12.1.5": (Type.INTEGER, _each("fan", ok=3, failed=10)),
        f"{part}.700.20.1.8": (Type.OCTETS, ["System Board Inlet Temp", "CPU1 Temp"]),
        f"{part}.700.20.1.6": (Type.INTEGER, [_degrees(0, tenths=True), _degrees(24, tenths=True)]),
        f"{part}.700.20.1.5": (Type.INTEGER, [_judged(3, 4, 5)] * 2),
        f"{part}.1100.30.1.26": (Type.OCTETS, ["CPU Socket 1", "CPU Socket 2"]),
        f"{part}.1100.30.1.5": (Type.INTEGER, [3, 3]),
        f"{part}.1100.50.1.8": (Type.OCTETS, ["DIMM A1", "DIMM A2"]),
        f"{part}.1100.50.1.5": (Type.INTEGER, [3, 3]),
    }
    for column, (kind, sources) in columns.items():
        draft.rows(f"{column}.1", kind, sources)
    disks = f"{_DELL}.5.5.1.20"
    names = (f"Physical Disk 0:1:{number}" for number in _DRIVES)
    draft.rows(f"{disks}.130.4.1.2", Type.OCTETS, names)
    states = _each("drive", numbers=_DRIVES, ok=3, failing=10, failed=7)
    draft.rows(f"{disks}.130.4.1.4", Type.INTEGER, states)
    draft.rows(f"{disks}.140.1.1.2", Type.OCTETS, ("PACS images",))
    draft.rows(f"{disks}.140.1.1.4", Type.INTEGER, (lambda view: 2 if _whole(view) else 4,))


def _server(draft: Draft) -> None:
    draft.facet(measure("temperature", 23, broken=46, least=-20, most=120, unit="C"))
    for number in _PARTS:
        draft.facet(choice(f"supply/{number}", "ok", "failed", broken="failed"))
        draft.facet(choice(f"fan/{number}", "ok", "failed", broken="failed"))
    for number in _DRIVES:
        draft.facet(choice(f"drive/{number}", "ok", "failing", "failed", broken="failed"))


def _each(part: str, numbers: Iterable[int] = _PARTS, **codes: int) -> list[Callable[[View], int]]:
    """The state of each part of a kind, as the make numbers it."""

    def one(facet: str) -> Callable[[View], int]:
        return lambda view: codes[view.word(facet)]

    return [one(f"{part}/{number}") for number in numbers]


def _whole(view: View) -> bool:
    """Whether the array has all its drives."""
    return all(view.word(f"drive/{number}") != "failed" for number in _DRIVES)


def _sound(view: View) -> bool:
    parts = [f"{part}/{number}" for part in ("supply", "fan") for number in _PARTS]
    return _whole(view) and all(view.word(part) == "ok" for part in parts) and view.number("temperature") < 38


def _watts(number: int) -> Callable[[View], int]:
    return lambda view: (
        0 if view.word(f"supply/{number}") == "failed" else round(190 + view.drift("watts", 20))
    )


def _degrees(warmer: float, *, tenths: bool = False) -> Callable[[View], int]:
    factor = 10 if tenths else 1
    return lambda view: round(factor * (view.number("temperature") + warmer + view.drift("degrees", 0.5)))


def _judged(ok: int, hot: int, too_hot: int) -> Callable[[View], int]:
    """What a server makes of the air that it draws in."""

    def judged(view: View) -> int:
        degrees = view.number("temperature")
        return too_hot if degrees >= 42 else hot if degrees >= 38 else ok

    return judged

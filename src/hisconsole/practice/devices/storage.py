"""Backup storage."""

from __future__ import annotations

from collections.abc import Callable

from hisconsole.practice.cables import Port
from hisconsole.practice.devices.hosts import net_snmp
from hisconsole.practice.devices.interfaces import interfaces
from hisconsole.practice.devices.system import system
from hisconsole.practice.draft import Draft
from hisconsole.practice.facets import choice, measure
from hisconsole.practice.mib import Type, View

_SYNOLOGY = "1.3.6.1.4.1.6574"
_DRIVE = {"normal": 1, "failing": 4, "crashed": 5}
_VOLUME = {"normal": 1, "repairing": 2, "degraded": 11, "crashed": 12}
_DRIVES = 4


def synology(draft: Draft) -> None:
    """A Synology NAS of four drives in one volume."""
    system(draft, words="Linux nas 4.4.302+ Synology RS2423+", identity="1.3.6.1.4.1.8072.3.2.10")
    draft.facet(measure("disk//volume1", 72, broken=98))
    net_snmp(draft)
    interfaces(draft, (Port("eth0", (), "", 10_000, optic=False),))
    draft.facet(measure("temperature", 39, broken=72, most=120, unit="C"))
    draft.facet(choice("supply", "normal", "failed", broken="failed"))
    draft.facet(choice("fan", "normal", "failed", broken="failed"))
    volume = draft.facet(choice("volume", *_VOLUME, broken="degraded"))
    draft.put(f"{_SYNOLOGY}.1.1.0", Type.INTEGER, 1)
    draft.put(f"{_SYNOLOGY}.1.2.0", Type.INTEGER, lambda view: round(view.number("temperature")))
    draft.put(f"{_SYNOLOGY}.1.3.0", Type.INTEGER, lambda view: 1 + (view.word("supply") == "failed"))
    draft.put(f"{_SYNOLOGY}.1.4.1.0", Type.INTEGER, lambda view: 1 + (view.word("fan") == "failed"))
    draft.put(f"{_SYNOLOGY}.1.4.2.0", Type.INTEGER, 1)
    numbers = range(1, _DRIVES + 1)
    for number in numbers:
        draft.facet(choice(f"drive/{number}", *_DRIVE, broken="crashed"))
    draft.rows(f"{_SYNOLOGY}.2.1.1.2", Type.OCTETS, (f"Drive {number}" for number in numbers))
    draft.rows(f"{_SYNOLOGY}.2.1.1.5", Type.INTEGER, (_drive(number) for number in numbers))
    draft.rows(f"{_SYNOLOGY}.2.1.1.6", Type.INTEGER, (33 + number for number in numbers))
    draft.rows(f"{_SYNOLOGY}.3.1.1.2", Type.OCTETS, ("Volume 1",))
    draft.rows(f"{_SYNOLOGY}.3.1.1.3", Type.INTEGER, (lambda view: _VOLUME[view.word(volume)],))


def _drive(number: int) -> Callable[[View], int]:
    return lambda view: _DRIVE[view.word(f"drive/{number}")]

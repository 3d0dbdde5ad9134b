"""Network printers."""

from __future__ import annotations

from hisconsole.practice.devices.system import system
from hisconsole.practice.draft import Draft
from hisconsole.practice.facets import choice, measure
from hisconsole.practice.mib import Type, View

_HR = "1.3.6.1.2.1.25"
_PRT = "1.3.6.1.2.1.43"
_BITS = {"none": 0x00, "no-paper": 0x40, "door-open": 0x08, "jammed": 0x04, "offline": 0x02}
"""The first octet of hrPrinterDetectedErrorState, the highest bit first."""


def printer(draft: Draft) -> None:
    """A laser printer with one tray."""
    system(draft, words="LaserJet Pro M404, firmware 2.41", identity="1.3.6.1.4.1.11.2.3.9.1")
    draft.facet(choice("error", *_BITS, broken="jammed"))
    draft.facet(measure("toner", 64, broken=1))
    draft.facet(measure("paper", 80, broken=0))
    draft.put(f"{_HR}.3.2.1.5.1", Type.INTEGER, lambda view: 2 if view.word("error") == "none" else 5)
    draft.put(f"{_HR}.3.5.1.1.1", Type.INTEGER, lambda view: 3 if view.word("error") == "none" else 1)
    draft.put(f"{_HR}.3.5.1.2.1", Type.OCTETS, _errors)
    draft.put(f"{_HR}.2.3.1.5.1", Type.INTEGER, 262_144)
    draft.put(f"{_HR}.2.3.1.6.1", Type.INTEGER, 91_000)
    draft.put(f"{_PRT}.11.1.1.6.1.1", Type.OCTETS, "Black cartridge")
    draft.put(f"{_PRT}.11.1.1.8.1.1", Type.INTEGER, 100)
    draft.put(f"{_PRT}.11.1.1.9.1.1", Type.INTEGER, lambda view: round(view.number("toner")))
    draft.put(f"{_PRT}.8.2.1.9.1.1", Type.INTEGER, 250)
    draft.put(f"{_PRT}.8.2.1.10.1.1", Type.INTEGER, lambda view: round(2.5 * view.number("paper")))
    draft.put(f"{_PRT}.8.2.1.13.1.1", Type.OCTETS, "Tray 2")


def _errors(view: View) -> bytes:
    bits = _BITS[view.word("error")]
    if view.number("toner") <= 10:
        bits |= 0x10 if view.number("toner") <= 1 else 0x20
    if view.number("paper") <= 10:
        bits |= 0x40 if view.number("paper") <= 0 else 0x80
    return bytes((bits, 0))

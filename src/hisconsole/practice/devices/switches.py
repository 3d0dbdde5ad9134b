"""Switches and routers of three makes: ports, boards, and the light in each fibre."""

from __future__ import annotations

from collections.abc import Callable

from hisconsole.practice.devices.interfaces import interfaces, light
from hisconsole.practice.devices.system import system
from hisconsole.practice.draft import Draft
from hisconsole.practice.facets import choice, measure
from hisconsole.practice.mib import Type, View

_ENTITY_NAME = "1.3.6.1.2.1.47.1.1.1.1.7"
_ENTITY_CLASS = "1.3.6.1.2.1.47.1.1.1.1.5"
_BOARD, _FIRST_MODULE = 9, 1000
_MODULE, _PORT = 9, 10
"""Classes of entities in ENTITY-MIB."""

_HUAWEI = "1.3.6.1.4.1.2011.5.25.31.1.1"
_H3C = "1.3.6.1.4.1.25506"
_RUIJIE = "1.3.6.1.4.1.4881.1.1.10.2"


def huawei(draft: Draft) -> None:
    """A Huawei switch or router (VRP)."""
    system(
        draft,
        words="S6730-H48X6C Huawei Versatile Routing Platform Software VRP (R) software, Version 5.170",
        identity="1.3.6.1.4.1.2011.2.23.745",
    )
    _switch(draft)
    board, module = f"{_HUAWEI}.1.1", f"{_HUAWEI}.3.1"
    draft.put(f"{_ENTITY_NAME}.{_BOARD}", Type.OCTETS, "S6730-H48X6C 0")
    draft.put(f"{board}.5.{_BOARD}", Type.INTEGER, _near("cpu", 4))
    draft.put(f"{board}.7.{_BOARD}", Type.INTEGER, _near("memory", 1))
    draft.put(f"{board}.9.{_BOARD}", Type.INTEGER, 4_096)
    draft.put(f"{board}.11.{_BOARD}", Type.INTEGER, _near("temperature", 1))
    for index, port in enumerate(draft.ports, start=_FIRST_MODULE):
        if port.optic:
            draft.put(f"{_ENTITY_NAME}.{index}", Type.OCTETS, port.name)
            draft.put(f"{module}.5.{index}", Type.INTEGER, 38)
            draft.put(f"{module}.6.{index}", Type.INTEGER, 3_310)
            draft.put(f"{module}.7.{index}", Type.INTEGER, 6_200)
            draft.put(f"{module}.8.{index}", Type.INTEGER, _hundredths(port.name, most=-2))
            draft.put(f"{module}.9.{index}", Type.INTEGER, -231)


def h3c(draft: Draft) -> None:
    """An H3C switch (Comware)."""
    system(
        draft,
        words="H3C Comware Platform Software, Software Version 7.1.070, H3C S6520X-30QC-EI",
        identity=f"{_H3C}.1.2032",
    )
    _switch(draft)
    board = f"{_H3C}.2.6.1.1.1.1"
    draft.put(f"{_ENTITY_NAME}.{_BOARD}", Type.OCTETS, "Board")
    draft.put(f"{_ENTITY_CLASS}.{_BOARD}", Type.INTEGER, _MODULE)
    draft.put(f"{board}.6.{_BOARD}", Type.INTEGER, _near("cpu", 4))
    draft.put(f"{board}.8.{_BOARD}", Type.INTEGER, _near("memory", 1))
    draft.put(f"{board}.12.{_BOARD}", Type.INTEGER, _near("temperature", 1))
    for part, column in (("fan", "1"), ("supply", "2")):
        for number in (1, 2):
            facet = draft.facet(choice(f"{part}/{number}", "ok", "failed", broken="failed"))
            draft.put(f"{_H3C}.8.35.9.1.{column}.1.2.{number}", Type.INTEGER, _state(facet, ok=1, failed=2))
    for index, port in enumerate(draft.ports, start=1):
        if port.optic:
            draft.put(f"{_H3C}.2.70.1.1.1.9.{index}", Type.INTEGER, -228)
            draft.put(f"{_H3C}.2.70.1.1.1.12.{index}", Type.INTEGER, _hundredths(port.name))


def ruijie(draft: Draft) -> None:
    """A Ruijie switch."""
    system(
        draft,
        words="Ruijie 10G Routing Switch(S5750C-48GT4XS-H) By Ruijie Networks",
        identity="1.3.6.1.4.1.4881.1.1.10.1.248",
    )
    _switch(draft)
    draft.put(f"{_RUIJIE}.36.1.1.3.0", Type.GAUGE, _near("cpu", 4))
    draft.put(f"{_RUIJIE}.35.1.1.1.3.1", Type.GAUGE, _near("memory", 1))
    for index, port in enumerate(draft.ports, start=1):
        if port.optic:
            draft.put(f"{_RUIJIE}.105.1.1.1.34.{index}", Type.INTEGER, _verdict(port.name))
            draft.put(f"{_RUIJIE}.105.1.1.1.76.{index}", Type.INTEGER, _hundredths(port.name))


def _switch(draft: Draft) -> None:
    """What switches of every make have."""
    interfaces(draft)
    draft.facet(measure("cpu", 14, broken=97))
    draft.facet(measure("memory", 43, broken=94))
    draft.facet(measure("temperature", 41, broken=69, most=120, unit="C"))
    loop = draft.facet(choice("loop", "no", "yes", broken="yes"))
    draft.put("1.3.6.1.2.1.17.1.1.0", Type.OCTETS, b"\x02\x50\x52\x41\x43\x54")
    draft.put(
        "1.3.6.1.2.1.17.2.4.0",
        Type.COUNTER32,
        lambda view: view.total("stp", 0.5 if view.word(loop) == "yes" else 0.0) % 2**32,
    )


def _near(facet: str, span: float) -> Callable[[View], int]:
    """A whole number that moves a little around a facet."""
    return lambda view: max(1, round(view.number(facet) + view.drift(facet, span)))


def _hundredths(port: str, *, most: int = 200) -> Callable[[View], int]:
    """Light in hundredths of a dBm; Huawei takes numbers above 0 for microwatts."""
    return lambda view: min(most, round(100 * light(view, port)))


def _verdict(port: str) -> Callable[[View], int]:
    def verdict(view: View) -> int:
        now = light(view, port)
        return 4 if now <= -20 else 3 if now <= -16 else 2

    return verdict


def _state(facet: str, **codes: int) -> Callable[[View], int]:
    return lambda view: codes[view.word(facet)]

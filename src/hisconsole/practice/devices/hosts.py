"""Servers as their agents show them: Linux with net-snmp, Windows, ESXi."""

from __future__ import annotations

from collections.abc import Callable

from hisconsole.practice.cables import Port
from hisconsole.practice.devices.interfaces import interfaces
from hisconsole.practice.devices.system import system
from hisconsole.practice.draft import Draft
from hisconsole.practice.facets import measure
from hisconsole.practice.mib import Source, Type, View

_HR = "1.3.6.1.2.1.25"
_STORAGE = f"{_HR}.2.3.1"
_UCD = "1.3.6.1.4.1.2021"
_OTHER, _RAM, _VIRTUAL, _DISK = 1, 2, 3, 4
CORES = 8
_MEMORY_UNITS = 16_000_000
_DISK_UNITS = 250_000_000
_MODULE_TEMPERATURE = 46_000


def host_facets(draft: Draft, *, disks: bool = True) -> None:
    """What can be set on any server; the same facets show over SNMP and SSH."""
    draft.facet(measure("cpu", 22, broken=99))
    draft.facet(measure("memory", 58, broken=97))
    draft.facet(measure("iowait", 2, broken=62))
    draft.facet(measure("load", 0.3, broken=4.2, most=100, unit="a core"))
    for mount in _mounts(draft) if disks else ():
        draft.facet(measure(f"disk/{mount}", 61 if mount == "/" else 68, broken=98))


def mounts(draft: Draft) -> list[str]:
    """The file systems that have a facet."""
    return [name.partition("/")[2] for name in draft.facets if name.startswith("disk/")]


def linux(draft: Draft) -> None:
    """A Linux server with net-snmp's agent."""
    system(
        draft,
        words=f"Linux {draft.target.id} 5.14.0-427.el9.x86_64 #1 SMP x86_64",
        identity="1.3.6.1.4.1.8072.3.2.10",
    )
    net_snmp(draft)
    interfaces(draft, (_card("ens192"), _card("ens224")))


def net_snmp(draft: Draft) -> None:
    """What net-snmp's agent shows of a Linux machine."""
    host_facets(draft)
    _processors(draft)
    rows: dict[int, tuple[int, str, int, Source]] = {
        1: (_RAM, "Physical memory", _MEMORY_UNITS, _part("memory", _MEMORY_UNITS, and_cache=True)),
        6: (_OTHER, "Memory buffers", _MEMORY_UNITS, _BUFFERS),
        7: (_OTHER, "Cached memory", _CACHE, _CACHE),
        10: (_VIRTUAL, "Swap space", 4_000_000, 120_000),
    }
    for index, mount in enumerate(mounts(draft), start=31):
        rows[index] = (_DISK, mount, _DISK_UNITS, _part(f"disk/{mount}", _DISK_UNITS))
    _storage(draft, rows)
    draft.put(f"{_UCD}.10.1.5.3", Type.INTEGER, lambda view: round(100 * CORES * view.number("load")))
    draft.put(f"{_UCD}.11.67.0", Type.INTEGER, CORES)
    draft.put(
        f"{_UCD}.11.54.0",
        Type.COUNTER32,
        lambda view: view.total("iowait", CORES * view.number("iowait")) % 2**32,
    )
    draft.rows(f"{_UCD}.13.15.1.1.2", Type.OCTETS, ("sda", "sdb"))
    busy = [lambda view: round(min(100.0, 8 + 1.4 * view.number("iowait")))] * 2
    draft.rows(f"{_UCD}.13.15.1.1.9", Type.INTEGER, busy)
    draft.rows(f"{_UCD}.13.16.2.1.2", Type.OCTETS, ("Package id 0",))
    draft.rows(f"{_UCD}.13.16.2.1.3", Type.GAUGE, (_MODULE_TEMPERATURE,))


def windows(draft: Draft) -> None:
    """A Windows server with Microsoft's SNMP service."""
    system(
        draft,
        words="Hardware: Intel64 Family 6 - Software: Windows Version 6.3 (Build 17763 Multiprocessor Free)",
        identity="1.3.6.1.4.1.311.1.1.3.1.2",
    )
    host_facets(draft, disks=False)
    rows: dict[int, tuple[int, str, int, Source]] = {}
    for index, drive in enumerate(("C", "D"), start=1):
        draft.facet(measure(f"disk/{drive}:", 55, broken=98))
        text = f"{drive}:\\ Label:PRACTICE  Serial Number 5052{index}"
        rows[index] = (_DISK, text, _DISK_UNITS, _part(f"disk/{drive}:", _DISK_UNITS))
    rows[3] = (_VIRTUAL, "Virtual Memory", _MEMORY_UNITS, _part("memory", _MEMORY_UNITS))
    rows[4] = (_RAM, "Physical Memory", _MEMORY_UNITS, _part("memory", _MEMORY_UNITS))
    _processors(draft)
    _storage(draft, rows)
    interfaces(draft, (_card("Ethernet0"),))


def esxi(draft: Draft) -> None:
    """A VMware ESXi host with two data stores and the machines that run on it."""
    system(
        draft,
        words="VMware ESXi 7.0.3 build-21313628 VMware, Inc. x86_64",
        identity="1.3.6.1.4.1.6876.4.1",
    )
    host_facets(draft, disks=False)
    rows: dict[int, tuple[int, str, int, Source]] = {
        1: (_RAM, "Real Memory", _MEMORY_UNITS, _part("memory", _MEMORY_UNITS))
    }
    for index, store in enumerate(("datastore1", "datastore2"), start=2):
        mount = f"/vmfs/volumes/{store}"
        draft.facet(measure(f"disk/{mount}", 71, broken=98))
        rows[index] = (_DISK, mount, _DISK_UNITS, _part(f"disk/{mount}", _DISK_UNITS))
    _processors(draft)
    _storage(draft, rows)
    interfaces(draft, (_card("vmnic0"), _card("vmnic1")))
    draft.rows("1.3.6.1.4.1.6876.2.1.1.2", Type.OCTETS, ("PRACTICE-lis-1", "PRACTICE-pacs-web"))
    draft.rows("1.3.6.1.4.1.6876.2.1.1.6", Type.OCTETS, ("poweredOn", "poweredOn"))


_BUFFERS, _CACHE = 400_000, 3_600_000


def _card(name: str) -> Port:
    return Port(name, (), "", 10_000, optic=False)


def _mounts(draft: Draft) -> list[str]:
    """The root, and what the target has limits of its own for."""
    named = [each.match.removeprefix("disk/") for each in draft.target.thresholds]
    return ["/", *(mount.replace("*", "1") for mount in named if mount.startswith("/"))]


def _processors(draft: Draft) -> None:
    loads = [_core(number) for number in range(CORES)]
    draft.rows(f"{_HR}.3.3.1.2", Type.INTEGER, loads)


def _core(number: int) -> Callable[[View], int]:
    return lambda view: round(max(0.0, min(100.0, view.number("cpu") + view.drift(f"core {number}", 6))))


def _part(facet: str, units: int, *, and_cache: bool = False) -> Callable[[View], int]:
    """How many of `units` a percentage is; Linux counts buffers and cache to the memory used."""
    spare = _BUFFERS + _CACHE if and_cache else 0
    return lambda view: min(units, round(units * view.number(facet) / 100) + spare)


def _storage(draft: Draft, rows: dict[int, tuple[int, str, int, Source]]) -> None:
    for index, (kind, text, size, used) in rows.items():
        draft.put(f"{_STORAGE}.1.{index}", Type.INTEGER, index)
        draft.put(f"{_STORAGE}.2.{index}", Type.OBJECT, f"{_HR}.2.1.{kind}")
        draft.put(f"{_STORAGE}.3.{index}", Type.OCTETS, text)
        draft.put(f"{_STORAGE}.4.{index}", Type.INTEGER, 4_096)
        draft.put(f"{_STORAGE}.5.{index}", Type.INTEGER, size)
        draft.put(f"{_STORAGE}.6.{index}", Type.INTEGER, used)

"""What Linux tells of itself over SSH: disks, load, memory, pressure, uptime, kernel, clock."""

from __future__ import annotations

from collections.abc import Callable

from hisconsole.practice.devices.hosts import CORES, host_facets
from hisconsole.practice.draft import MARK, Draft
from hisconsole.practice.facets import choice, measure
from hisconsole.practice.mib import View
from hisconsole.practice.ssh.asked import Asked
from hisconsole.probes.parse.output import Arguments

_DISK_KB = 524_288_000
_MEMORY_KB = 65_600_000


def host(draft: Draft, arguments: Arguments) -> None:
    """A Linux machine."""
    host_facets(draft)


def prepare_kernel(draft: Draft, arguments: Arguments) -> None:
    """A kernel that may have to say something."""
    host_facets(draft)
    draft.facet(choice("kernel", "quiet", "disk-errors", broken="disk-errors"))


def prepare_clock(draft: Draft, arguments: Arguments) -> None:
    """A clock that chrony keeps."""
    draft.facet(measure("clock", 0.0002, broken=2.5, least=-1000, most=1000, unit="s"))


def disk(view: View, asked: Asked) -> tuple[str, int]:
    """As `df -Pl`."""
    return _table(asked, "1024-blocks", _DISK_KB, lambda mount: view.number(f"disk/{mount}"))


def inodes(view: View, asked: Asked) -> tuple[str, int]:
    """As `df -Pil`."""
    return _table(asked, "Inodes", 32_768_000, lambda mount: 3.0)


def _table(asked: Asked, head: str, size: int, percent: Callable[[str], float]) -> tuple[str, int]:
    mounts = asked.under("disk/")
    rows = [f"Filesystem     {head}      Used Available Capacity Mounted on"]
    for place, mount in enumerate(mounts):
        used = round(size * percent(mount) / 100)
        name = f"/dev/mapper/{MARK.lower()}-lv{place}"
        rows.append(f"{name} {size:>11} {used:>9} {size - used:>9} {round(percent(mount)):>7}% {mount}")
    return "\n".join(rows), 0


def load(view: View, asked: Asked) -> tuple[str, int]:
    """As `cat /proc/loadavg; nproc`."""
    now = [CORES * max(0.0, view.number("load") * (1 + view.drift(f"load {part}", 0.2))) for part in "abc"]
    return f"{now[0]:.2f} {now[1]:.2f} {now[2]:.2f} 2/1211 348220\n{CORES}", 0


def memory(view: View, asked: Asked) -> tuple[str, int]:
    """As /proc/meminfo."""
    available = round(_MEMORY_KB * (1 - view.number("memory") / 100))
    rows = {
        "MemTotal": _MEMORY_KB,
        "MemFree": available // 3,
        "MemAvailable": available,
        "Buffers": 402_000,
        "Cached": available // 2,
        "SwapTotal": 8_388_604,
        "SwapFree": 8_210_000,
        "Shmem": 210_000,
    }
    return "\n".join(f"{name}:{value:>15} kB" for name, value in rows.items()), 0


def pressure(view: View, asked: Asked) -> tuple[str, int]:
    """As the kernel's own measure of waiting."""
    waits = {"cpu": view.number("cpu") / 40, "io": view.number("iowait"), "memory": 0.0}
    return "\n".join(
        f"/proc/pressure/{what}:some avg10={wait:.2f} avg60={wait:.2f} avg300={wait:.2f} total=814711"
        for what, wait in waits.items()
    ), 0


def uptime(view: View, asked: Asked) -> tuple[str, int]:
    """As /proc/uptime."""
    return f"{view.uptime_s:.2f} {view.uptime_s * CORES * 0.7:.2f}", 0


def kernel(view: View, asked: Asked) -> tuple[str, int]:
    """As the kernel's errors of the last minutes."""
    if view.word("kernel") == "quiet":
        return "", 0
    return (
        "blk_update_request: I/O error, dev sdb, sector 81788928 op 0x0:(READ)\n"
        "EXT4-fs error (device dm-1): ext4_find_entry:1683: inode #262145: reading directory lblock 0"
    ), 0


def clock(view: View, asked: Asked) -> tuple[str, int]:
    """As `chronyc -c tracking`."""
    offset = view.number("clock")
    fields = (
        "7F1E0001", "127.30.0.1", "3", f"{asked.now:.3f}", f"{offset:.9f}", f"{offset:.9f}", "0.000031200",
        "-12.311", "-0.001", "0.041", "0.021400", "0.001300", "64.2", "Normal",
    )  # fmt: skip
    return ",".join(fields), 0

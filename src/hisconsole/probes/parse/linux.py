"""What the kernel says of itself: load, memory, pressure, time since start, its own errors."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hisconsole.plan.reading import Sample
from hisconsole.plan.status import Status
from hisconsole.probes.parse.output import Arguments, Output, lines, number, unclear, unknown
from hisconsole.text import _, ngettext, printable

_MEMORY = re.compile(r"([A-Za-z()_]{1,40}): +([0-9]{1,15}) kB")
_PRESSURE = re.compile(r"/proc/pressure/(cpu|io|memory):some .*?avg60=([0-9.]{1,10})\b")
_GRAVE = re.compile(
    r"I/O error|Remounting filesystem read-only|remount-ro|EXT4-fs error|XFS .*(?:shutdown|[Cc]orruption)"
    r"|Hardware Error|blocked for more than|Out of memory|rejecting I/O"
)


def load(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Load averages, and the 15-minute one for each processor."""
    rows = [line.split() for line in lines(output.text)]
    if not rows or len(rows[0]) != 5:
        return
    averages = [number(word) for word in rows[0][:3]]
    for minutes, value in zip((1, 5, 15), averages, strict=True):
        if value is not None:
            label = _("load, {minutes} min").format(minutes=minutes)
            yield Sample(f"load/{minutes}", label, value, "", "/proc/loadavg", None, "")
    cores = number(rows[1][0]) if len(rows) > 1 else None
    if cores and averages[2] is not None:
        value = round(averages[2] / cores, 2)
        yield Sample("load/core", _("load per processor"), value, "", "/proc/loadavg", None, "")


def memory(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Memory that could still be given out, and swap in use, in percent.

    Kernels before 3.14 have no MemAvailable; what is free, cached and reclaimable stands for it.
    """
    found = {row[1]: float(row[2]) for line in lines(output.text) if (row := _MEMORY.fullmatch(line))}
    total = found.get("MemTotal", 0.0)
    if total > 0:
        source = "MemAvailable"
        available = found.get(source)
        if available is None and "MemFree" in found:
            source = "MemFree+Cached"
            parts = ("MemFree", "Buffers", "Cached", "SReclaimable")
            available = sum(found.get(part, 0.0) for part in parts) - found.get("Shmem", 0.0)
        if available is not None:
            value = round(100 * max(0.0, min(available, total)) / total, 1)
            yield Sample("memory/available", _("memory available"), value, "%", source, None, "")
    swap = found.get("SwapTotal", 0.0)
    if swap > 0 and "SwapFree" in found:
        value = round(100 * max(0.0, swap - found["SwapFree"]) / swap, 1)
        yield Sample("memory/swap", _("swap used"), value, "%", "SwapFree", None, "")


def pressure(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Share of the last minute in which some task waited for a resource; older kernels tell nothing."""
    found = False
    for line in lines(output.text):
        row = _PRESSURE.match(line)
        value = number(row[2]) if row else None
        if row and value is not None:
            found = True
            yield Sample(
                f"pressure/{row[1]}", _("waiting for {what}").format(what=row[1]), value, "%", "PSI", None, ""
            )
    if not found and not re.search("No such file|not supported", output.text):
        yield unknown("pressure", "pressure", "PSI", unclear(output))


def uptime(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Seconds since the host started."""
    words = output.text[:200].split()
    value = number(words[0]) if len(words) == 2 else None
    if value is not None and value >= 0:
        yield Sample("uptime", _("time since start"), value, "s", "/proc/uptime", None, "")


def kernel(output: Output, arguments: Arguments) -> Iterator[Sample]:
    """Errors of the kernel in the last 15 minutes; those that cost data are critical at once."""
    if output.code not in (0, None):
        yield unknown("kernel/errors", _("kernel errors"), "journalctl -k", unclear(output))
        return
    found = list(lines(output.text))
    grave = [line for line in found if _GRAVE.search(line)]
    hint = Status.CRITICAL if grave else Status.WARNING if found else Status.OK
    reason = ""
    if found:
        counted = ngettext("{count} kernel error", "{count} kernel errors", len(found))
        last = printable((grave or found)[-1], limit=160)
        reason = f"{counted.format(count=len(found))}: {last}"
    yield Sample("kernel/errors", _("kernel errors"), float(len(found)), "", "journalctl -k", hint, reason)

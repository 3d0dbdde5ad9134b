"""Readers of what commands write: pure, from text to readings, never raising on any text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from hisconsole.plan.reading import Sample
from hisconsole.probes.parse import backups, databases, linux, raid, services, space
from hisconsole.probes.parse.output import Arguments, Output, bounded, said, unclear, unknown
from hisconsole.text import _

Reader = Callable[[Output, Arguments], Iterable[Sample]]

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "disk": space.disk,
        "inodes": space.inodes,
        "load": linux.load,
        "memory": linux.memory,
        "pressure": linux.pressure,
        "uptime": linux.uptime,
        "kernel": linux.kernel,
        "services": services.services,
        "sql_server": services.sql_server,
        "failed_units": services.failed_units,
        "listening": services.listening,
        "application": services.application,
        "time": services.time,
        "mdstat": raid.mdstat,
        "raid_volumes": raid.raid_volumes,
        "raid_drives": raid.raid_drives,
        "smart_array": raid.smart_array,
        "smart": raid.smart,
        "multipath": raid.multipath,
        "oracle_listener": databases.oracle_listener,
        "oracle_instances": databases.oracle_instances,
        "mysql": databases.mysql,
        "postgresql": databases.postgresql,
        "iris": databases.iris,
        "backup": backups.backup,
        "backup_folder": backups.backup_folder,
    }
)

_MAY_SAY_NOTHING = frozenset({"mdstat", "pressure"})
"""A host without software RAID, or with an old kernel, has nothing to tell here."""


def read(command: str, output: Output, arguments: Arguments) -> tuple[Sample, ...]:
    """The readings of one command's answer; always at least one, with a reason, where one is due."""
    label = command.replace("_", " ")
    reason = _not_run(output)
    if reason:
        return (unknown(command, label, command, reason),)
    samples = bounded(READERS[command](output, arguments), key=command, source=command)
    if output.cut:
        cut = unknown(
            f"{command}/cut", label, command, _("the answer was longer than 8 KiB; the rest is not known")
        )
        return (*samples, cut)
    if samples or command in _MAY_SAY_NOTHING:
        return samples
    return (unknown(command, label, command, unclear(output)),)


def _not_run(output: Output) -> str:
    """Why the command told nothing at all, in words; empty when it ran."""
    if output.code is None and not output.cut:
        return _("not asked: what was asked before took too long")
    if output.code in (124, 137):
        return _("did not end within 8 s on the host")
    if output.code in (126, 127):
        return _("not installed on the host, or not allowed: {said}").format(said=said(output))
    if output.text.startswith("sudo:"):
        return _("the host grants no sudo for it: {said}").format(said=said(output))
    return ""

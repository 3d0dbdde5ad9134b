"""What a played host answers to each command of the closed table, and what can be set on it for that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hisconsole.practice.draft import Draft
from hisconsole.practice.mib import View
from hisconsole.practice.ssh import databases, linux, services, storage
from hisconsole.practice.ssh.asked import Asked
from hisconsole.probes.parse.output import Arguments
from hisconsole.values import dataclass

Prepare = Callable[[Draft, Arguments], None]
Answer = Callable[[View, Asked], tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Played:
    """One command as it is played: what it adds to a device, and its answer with its exit code."""

    prepare: Prepare
    answer: Answer


PLAYED: Mapping[str, Played] = MappingProxyType(
    {
        "disk": Played(linux.host, linux.disk),
        "inodes": Played(linux.host, linux.inodes),
        "load": Played(linux.host, linux.load),
        "memory": Played(linux.host, linux.memory),
        "pressure": Played(linux.host, linux.pressure),
        "uptime": Played(linux.host, linux.uptime),
        "kernel": Played(linux.prepare_kernel, linux.kernel),
        "time": Played(linux.prepare_clock, linux.clock),
        "services": Played(services.prepare, services.services),
        "failed_units": Played(services.nothing, services.failed_units),
        "sql_server": Played(services.prepare_sql_server, services.sql_server),
        "listening": Played(services.prepare_listening, services.listening),
        "application": Played(services.prepare_application, services.application),
        "oracle_listener": Played(databases.prepare_listener, databases.oracle_listener),
        "oracle_instances": Played(databases.prepare_instances, databases.oracle_instances),
        "mysql": Played(databases.prepare, databases.mysql),
        "postgresql": Played(databases.prepare, databases.postgresql),
        "iris": Played(databases.prepare, databases.iris),
        "mdstat": Played(storage.prepare_raid, storage.mdstat),
        "raid_volumes": Played(storage.prepare_raid, storage.raid_volumes),
        "raid_drives": Played(storage.prepare_raid, storage.raid_drives),
        "smart_array": Played(storage.prepare_raid, storage.smart_array),
        "smart": Played(storage.prepare_smart, storage.smart),
        "multipath": Played(storage.prepare_paths, storage.multipath),
        "backup": Played(storage.prepare_backup, storage.backup),
        "backup_folder": Played(storage.prepare_backup, storage.backup_folder),
    }
)

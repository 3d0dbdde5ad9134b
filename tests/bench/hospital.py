"""Hospitals of any size on loopback, laid as the files a watch reads: agents and hosts that do not differ.

An SNMP target has 30 objects and a table of 8 x 31; a host over SSH is asked what the shipped profile
of a Linux host asks.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hisconsole.config import FILES
from hisconsole.paths import shipped
from tests.watch.fakes import hear_at

OBJECTS, COLUMNS, ROWS = 30, 8, 31

PLAYPEN = "1.3.6.1.4.1.8072.9999.9999"
"""Where net-snmp leaves room for trials: `.1` is a table whose column 9 has the names, `.2` are objects."""

IF_TABLE, IF_X_TABLE = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
IF_NAMES = f"{IF_X_TABLE}.1"
OPER, ADMIN, IN, OUT, SPEED, IN_ERRORS, OUT_ERRORS, DISCONTINUITY = IF_COLUMNS = (
    f"{IF_TABLE}.8",
    f"{IF_TABLE}.7",
    f"{IF_X_TABLE}.6",
    f"{IF_X_TABLE}.10",
    f"{IF_X_TABLE}.15",
    f"{IF_TABLE}.14",
    f"{IF_TABLE}.20",
    f"{IF_X_TABLE}.19",
)
"""Eight columns of the interfaces, from which four readings an interface are made."""

SNMP_NET, SSH_NET = 40, 41
"""The second number of the addresses."""


@dataclass(frozen=True, slots=True)
class Group:
    """Targets `name-0` and so on at one port, from the address number `first` on."""

    name: str
    count: int
    port: int
    first: int = 0
    ssh: bool = False
    profile: str = "bench"
    every_s: int = 60

    def addresses(self) -> Iterator[str]:
        """The address of each target."""
        for number in range(self.first, self.first + self.count):
            yield f"127.{SSH_NET if self.ssh else SNMP_NET}.{number // 200}.{number % 200 + 1}"

    def entries(self) -> Iterator[str]:
        """Each target as targets.yaml has it."""
        way = (
            f"  kind: server\n  login: ssh\n  login_port: {self.port}\n  profiles: ssh-linux\n"
            if self.ssh
            else f"  kind: switch\n  credential: v2\n  port: {self.port}\n  profiles: {self.profile}\n"
        )
        for number, address in enumerate(self.addresses()):
            id_ = f"{self.name}-{number}"
            yield f"{id_}:\n  name: {id_}\n  address: {address}\n{way}  every: {self.every_s}\n"


def lay(config: Path, groups: Sequence[Group]) -> Path:
    """Write the sample's files with these targets instead of its own; a watch that runs takes them up."""
    if not config.exists():
        (config / "profiles").mkdir(parents=True)
        for name in FILES:
            shutil.copy(shipped("config") / name, config / name)
        hear_at(config, 0)
        shutil.copy(shipped("config") / "profiles" / "ssh-linux.yaml", config / "profiles")
        for profile, text in _PROFILES.items():
            (config / "profiles" / f"{profile}.yaml").write_text(text)
        (config / "credentials.yaml").write_text(
            "v2:\n  kind: snmp2c\n  community: bench\n  insecure: yes\n"
            f"ssh:\n  kind: ssh\n  user: {SSH_USER}\n  key_file: {SSH_KEY}\n"
        )
    fresh = config / "targets.yaml.new"
    fresh.write_text("".join(entry for group in groups for entry in group.entries()))
    fresh.replace(config / "targets.yaml")
    return config


SSH_USER = "practice"
SSH_KEY = "practice/watch_ed25519"
"""In the data folder."""


def _objects(count: int) -> str:
    return "readings:\n" + "".join(
        f"  r{number}:\n    label: object {number}\n    object: BENCH::r{number}\n"
        f'    oid: {PLAYPEN}.2.{number}.0\n    warn: ">= 90000"\n'
        for number in range(1, count + 1)
    )


def _cells() -> str:
    columns = "".join(
        f"      c{number}:\n        label: column {number}\n        object: BENCH::c{number}\n"
        f'        oid: {PLAYPEN}.1.{number}\n        warn: ">= 90000"\n'
        for number in range(1, COLUMNS + 1)
    )
    return f"tables:\n  t:\n    names: {PLAYPEN}.1.{COLUMNS + 1}\n    readings:\n{columns}"


def _interfaces() -> str:
    """As the shipped profile of interfaces reads them, without discards."""
    rate = f"        inputs:\n          link: {OPER}\n          discontinuity: {DISCONTINUITY}\n"
    return (
        f"tables:\n  if:\n    names: {IF_NAMES}\n    readings:\n"
        f"      link:\n        label: link\n        object: IF-MIB::ifOperStatus\n        oid: {OPER}\n"
        f"        convert: link\n        inputs:\n          admin: {ADMIN}\n"
        + "".join(
            f"      {id_}:\n        label: {id_}\n        object: IF-MIB::{name}\n        oid: {oid}\n"
            f'        unit: "{unit}"\n        convert: {way}\n{rate}          {role}: {other}\n'
            f"        warn: {warn}\n        crit: {crit}\n"
            for id_, name, oid, unit, way, role, other, warn, crit in (
                ("in", "ifHCInOctets", IN, "%", "octets_percent", "speed", SPEED, *_USE),
                ("out", "ifHCOutOctets", OUT, "%", "octets_percent", "speed", SPEED, *_USE),
                ("errors", "ifInErrors", IN_ERRORS, "/s", "per_second", "plus", OUT_ERRORS, *_ERRORS),
            )
        )
    )


_USE = '">= 70 for 5m clear < 60"', '">= 90 for 5m clear < 80"'
_ERRORS = '"> 1 for 2m clear < 0.5"', '"> 10 for 2m clear < 5"'

_HEAD = "name: Bench\nprobe: snmp\nkind: switch\n"
_PROFILES = {
    "bench": _HEAD + _objects(OBJECTS) + _cells(),
    "ten": _HEAD + _objects(10),
    "interfaces": _HEAD + _interfaces(),
    "cells": _HEAD + _cells(),
}

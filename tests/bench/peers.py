"""What a watch is measured against: a real SNMP agent and played SSH hosts, each a process of its own.

One agent answers for all its targets, each at an address of its own. Who is frozen is silent: datagrams
and connections are taken by the system, and nobody answers.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from hisconsole.practice.keys import key, write_known_hosts
from tests.bench import hospital
from tests.bench.hospital import Group

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Played:
    """A peer and its port."""

    process: subprocess.Popen[bytes]
    port: int

    def freeze(self) -> None:
        """Be silent from now on."""
        self.process.send_signal(signal.SIGSTOP)


def snmpd() -> str | None:
    """The program of net-snmp's agent; None where it is not installed."""
    return shutil.which("snmpd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


@contextmanager
def agent(program: str, folder: Path) -> Iterator[Played]:
    """An agent at every address of this machine, whose interfaces are those of a switch of 31 ports."""
    folder.mkdir()
    port = _free(socket.SOCK_DGRAM)
    config, log = folder / "snmpd.conf", folder / "log"
    lines = (f"agentaddress udp:{port}", "rocommunity bench 127.0.0.0/8", *_overrides())
    config.write_text("\n".join([*lines, ""]))
    left_out = "-smux,ifTable,ifXTable"
    words = [program, "-f", "-r", "-Lf", str(log), "-C", "-c", str(config), "-I", left_out]
    environment = {**os.environ, "SNMP_PERSISTENT_DIR": str(folder / "engine"), "MIBS": ""}
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while not (log.exists() and b"NET-SNMP version" in log.read_bytes()):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("snmpd did not start")
            time.sleep(0.05)
        yield Played(process, port)
    finally:
        _end(process)


def _overrides() -> Iterator[str]:
    rows = range(1, hospital.ROWS + 1)
    for number in range(1, hospital.OBJECTS + 1):
        yield f"override {hospital.PLAYPEN}.2.{number}.0 integer {1000 + number}"
    for column in range(1, hospital.COLUMNS + 1):
        for row in rows:
            yield f"override {hospital.PLAYPEN}.1.{column}.{row} counter {column * row}"
    for names in (f"{hospital.PLAYPEN}.1.{hospital.COLUMNS + 1}", hospital.IF_NAMES):
        for row in rows:
            yield f'override {names}.{row} octet_str "GigabitEthernet0/0/{row}"'
    # This directive knows no Counter64: a Counter32 as large costs an octet less.
    values = {
        hospital.OPER: "integer 1",
        hospital.ADMIN: "integer 1",
        hospital.SPEED: "uinteger 1000",
        hospital.DISCONTINUITY: "timeticks 0",
    }
    for column_oid in hospital.IF_COLUMNS:
        for row in rows:
            yield f"override {column_oid}.{row} {values.get(column_oid, f'counter {4_000_000_000 + row}')}"


def write_keys(data: Path, groups: Mapping[str, Group]) -> None:
    """Make the keys of the watch and of the hosts, and enroll the hosts."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    key(data / hospital.SSH_KEY)
    hosts: dict[tuple[str, int], asyncssh.SSHKey] = {}
    for group in groups.values():
        shown = key(data / "practice" / f"host_{group.name}")
        hosts |= {(address, group.port): shown for address in group.addresses()}
    write_known_hosts(data, hosts)


@contextmanager
def fleet(group: Group, data: Path, folder: Path, env: Mapping[str, str]) -> Iterator[Played]:
    """Hosts played by the practice hospital's own code, all in one process; keys lie in `data`."""
    words = [sys.executable, "-m", "tests.bench.fleet", str(folder), str(data), group.name]
    words += [str(group.port), str(group.first), str(group.count)]
    process = subprocess.Popen(words, env=dict(env), cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError("the SSH hosts did not start")
        yield Played(process, group.port)
    finally:
        _end(process)


def free_port() -> int:
    """A TCP port that nobody has."""
    return _free(socket.SOCK_STREAM)


def _free(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("0.0.0.0", 0))
        port: int = probe.getsockname()[1]
        return port


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGCONT)  # The frozen cannot hear that they shall end.
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

"""A real net-snmp agent on loopback, unprivileged, with one community and a user of each kind."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from hisconsole.probes.snmp import Device

ADDRESS = "127.0.0.61"
COMMUNITY = "practice"
AUTH = {"sha1": "SHA", "sha256": "SHA-256"}
PRIV = {"aes128": "AES", "aes256": "AES-256"}
AUTH_PASSWORD, PRIV_PASSWORD = "practice-auth-1", "practice-priv-1"

_PLAYPEN = "1.3.6.1.4.1.8072.9999.9999"
TABLE = f"{_PLAYPEN}.1"
"""8 columns x 31 rows, as wide as what is polled of an interface table."""

COLUMNS = [f"{TABLE}.{column}" for column in range(1, 9)]
ROWS = 31

LONG = [f"{_PLAYPEN}.2.{number}.0" for number in range(1, 31)]
"""30 strings of 120 octets: too much for one answer of version 3."""

_CELLS: tuple[tuple[str, Callable[[int], str]], ...] = (
    ("integer", str),
    ("octet_str", lambda row: f'"GigabitEthernet0/0/{row}"'),
    ("integer", lambda row: str(-row)),
    ("uinteger", lambda row: str(4294967295 - row)),
    ("counter", lambda row: str(4000000000 + row)),
    ("object_id", lambda row: f"1.3.6.1.2.1.{row}.4294967295"),
    ("octet_str", lambda row: f'"port {row} to the ward"'),
    ("counter", lambda row: str(row * 1000)),
)


def _config(address: str, port: int) -> str:
    lines = [f"agentaddress udp:{address}:{port}", f"rocommunity {COMMUNITY} 127.0.0.0/8"]
    for auth, priv in product(AUTH, PRIV):
        user = f"{auth}-{priv}"
        lines.append(f'createUser {user} {AUTH[auth]} "{AUTH_PASSWORD}" {PRIV[priv]} "{PRIV_PASSWORD}"')
        lines.append(f"rouser {user} priv")
    for column, (kind, cell) in enumerate(_CELLS, start=1):
        lines += [f"override {TABLE}.{column}.{row} {kind} {cell(row)}" for row in range(1, ROWS + 1)]
    lines += [f'override {oid} octet_str "{"x" * 120}"' for oid in LONG]
    return "\n".join([*lines, "sysName practice-agent", "sysLocation loopback", ""])


@dataclass(frozen=True)
class Snmpd:
    """A running agent."""

    process: subprocess.Popen[bytes]
    address: str
    port: int

    def plain(self, **other: Any) -> Device:
        """The agent by its community."""
        where: dict[str, Any] = {"address": self.address, "port": self.port, "timeout_s": 0.5}
        return Device(**{**where, "community": COMMUNITY, **other})

    def secured(self, auth: str = "sha256", priv: str = "aes256", **other: Any) -> Device:
        """The agent by the user of these methods."""
        where: dict[str, Any] = {"address": self.address, "port": self.port, "timeout_s": 0.5}
        user = {"version": "3", "user": f"{auth}-{priv}", "auth": auth, "priv": priv}
        keys = {"auth_key": AUTH_PASSWORD, "priv_key": PRIV_PASSWORD}
        return Device(**{**where, **user, **keys, **other})


@contextmanager
def running(program: str, folder: Path, port: int = 0) -> Iterator[Snmpd]:
    """An agent whose engine lives in `folder`; ended by its own process number."""
    folder.mkdir(exist_ok=True)
    if not port:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((ADDRESS, 0))
            port = probe.getsockname()[1]
    config, log = folder / "snmpd.conf", folder / "log"
    config.write_text(_config(ADDRESS, port), encoding="utf-8")
    command = [program, "-f", "-r", "-Lf", str(log), "-C", "-c", str(config), "-I", "-smux"]
    log.unlink(missing_ok=True)
    environment = {**os.environ, "SNMP_PERSISTENT_DIR": str(folder / "engine"), "MIBS": ""}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while not (log.exists() and b"NET-SNMP version" in log.read_bytes()):
            if process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"snmpd did not start: {log.read_text() if log.exists() else 'no log'}")
            time.sleep(0.01)
        yield Snmpd(process, ADDRESS, port)
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def snmpd(need: Callable[[str], str], tmp_path: Path) -> Iterator[Snmpd]:
    """A fresh agent; required in CI, a loud skip elsewhere."""
    with running(need("snmpd"), tmp_path / "snmpd") as agent:
        yield agent

"""A practice hospital as a process of its own, as `hisconsole practice` is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hisconsole.plan.profiles import Probe
from hisconsole.plan.targets import CredentialKind, Infrastructure, Secret, Target, settings_of
from hisconsole.probes.parse.output import Ask
from hisconsole.probes.snmp import Device
from hisconsole.probes.ssh.hosts import Host

_PROGRAM = """
import sys
from pathlib import Path
from hisconsole.config.targets import load_targets
from hisconsole.practice.run import run
run(load_targets(Path(sys.argv[1]), sample=True), Path(sys.argv[2]), *sys.argv[3:4],
    tell=lambda line: print(line, flush=True))
"""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Playing:
    """A running hospital."""

    process: subprocess.Popen[str]
    data_dir: Path
    log: Path

    def cpu_s(self) -> float:
        """What it has used of a processor so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def megabytes(self) -> float:
        """What it holds in memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def playing(config: Path, data_dir: Path, words: Sequence[str] = ()) -> Iterator[Playing]:
    """Start one and wait until it plays; it is ended by its own process number."""
    data_dir.mkdir(exist_ok=True)
    log = data_dir / "log"
    with log.open("w") as out:
        command = [sys.executable, "-W", "error", "-c", _PROGRAM, str(config), str(data_dir), *words]
        environment = {**os.environ, "PYTHONPATH": "src"}
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, text=True, env=environment)
        try:
            until = time.monotonic() + 20
            while "played on loopback" not in log.read_text():
                if process.poll() is not None or time.monotonic() > until:
                    pytest.fail(f"no hospital: {log.read_text()[-2000:]}")
                time.sleep(0.05)
            yield Playing(process, data_dir, log)
        finally:
            process.terminate()
            process.wait(10)


def device(infrastructure: Infrastructure, target: Target, **other: float) -> Device:
    """A target's agent as a poller asks it."""
    held = infrastructure.credentials[target.credential]
    place = {"address": target.address, "port": target.port}
    if held.kind is CredentialKind.SNMP2C:
        return Device(**place, community=held.secret.text, **other)  # type: ignore[arg-type]
    return Device(
        **place,  # type: ignore[arg-type]
        version="3",
        user=held.user,
        auth=held.auth,  # type: ignore[arg-type]
        auth_key=held.secret.text,
        priv=held.priv,  # type: ignore[arg-type]
        priv_key=held.priv_secret.text,
        **other,  # type: ignore[arg-type]
    )


def target_of(infrastructure: Infrastructure, id_: str) -> Target:
    target = infrastructure.target(id_)
    assert target is not None
    return target


def host_of(infrastructure: Infrastructure, id_: str, data_dir: Path) -> Host:
    target = target_of(infrastructure, id_)
    held = infrastructure.credentials[target.login]
    key = Secret(file=str(data_dir / held.secret.file))
    return Host(id_, target.address, held.user, key, port=target.login_port)


def asks_of(infrastructure: Infrastructure, id_: str, probe: Probe) -> list[Ask]:
    target = target_of(infrastructure, id_)
    profiles = infrastructure.of(target, probe)
    return [Ask(check.use, settings_of(target, each, check.id)) for each in profiles for check in each.checks]

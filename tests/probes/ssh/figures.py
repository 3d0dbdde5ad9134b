"""What a round over SSH costs: kept, reconnected, and by the `ssh` command; and what a connection weighs.

`python -m tests.probes.ssh.figures` prints it. CPU is the client's side only, in the same run, in turns.
"""

from __future__ import annotations

import asyncio
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from hisconsole.probes.parse.output import Ask
from hisconsole.probes.ssh.connections import Connections
from hisconsole.probes.ssh.hosts import Host, KnownHosts
from hisconsole.probes.ssh.poll import poll_ssh
from hisconsole.probes.ssh.script import compose
from tests.probes.sshd import Sshd, prepare

ASKS = [
    *(Ask(name) for name in ("disk", "inodes", "load", "memory", "pressure", "uptime", "mdstat")),
    Ask("backup", {"files": ("/etc/passwd",)}),
]
TURNS = 5
ROUNDS = 20
CONNECTIONS = 300


async def kept(connections: Connections, host: Host) -> float:
    """CPU milliseconds of a round over a kept connection."""
    await poll_ssh(connections, host=host, asks=ASKS)
    burned = time.process_time()
    for _round in range(ROUNDS):
        assert (await poll_ssh(connections, host=host, asks=ASKS)).fault == ""
    return 1000 * (time.process_time() - burned) / ROUNDS


async def reconnected(connections: Connections, host: Host) -> float:
    """CPU milliseconds of a round that logs in anew."""
    burned = time.process_time()
    for _round in range(ROUNDS):
        connections.line(host).drop()
        assert (await poll_ssh(connections, host=host, asks=ASKS)).fault == ""
    return 1000 * (time.process_time() - burned) / ROUNDS


def by_command(sshd: Sshd, known: Path) -> float:
    """CPU milliseconds of the `ssh` command for the same round."""
    settings = (
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        f"UserKnownHostsFile={known}",
        "IdentitiesOnly=yes",
    )
    words = ["ssh", "-F", "none", "-T", "-i", str(sshd.folder / "user_key"), "-p", str(sshd.port)]
    words += [word for setting in settings for word in ("-o", setting)]
    words += [f"{sshd.host().user}@{sshd.address}", compose(ASKS)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _round in range(5):
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 5


def resident_mb() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1_000_000


async def weights(connections: Connections, host: Host) -> tuple[float, float, float]:
    """Memory before and with 300 connections, and the seconds to open them."""
    before = resident_mb()
    started = time.monotonic()
    hosts = [replace(host, target=f"host-{number}") for number in range(CONNECTIONS)]
    for first in range(0, CONNECTIONS, 10):  # The two cores carry the servers too.
        batch = hosts[first : first + 10]
        rounds = await asyncio.gather(*(poll_ssh(connections, host=each, asks=[]) for each in batch))
        assert {found.failure for found in rounds} == {""}
    return before, resident_mb(), time.monotonic() - started


async def measure() -> dict[str, float]:
    """All figures, by name."""
    with tempfile.TemporaryDirectory() as folder:
        sshd = prepare(
            lambda program: shutil.which(program, path="/usr/sbin:/usr/bin:/bin") or program,
            Path(folder) / "sshd",
            address="127.0.0.33",
            settings="MaxStartups 100\n",
        )
        sshd.start()
        known = Path(folder) / "known_hosts"
        known.write_text(sshd.line())
        connections = Connections(KnownHosts(known))
        host = sshd.host()
        try:
            turns = [
                (await kept(connections, host), await reconnected(connections, host), by_command(sshd, known))
                for _turn in range(TURNS)
            ]
            before, after, seconds = await weights(connections, host)
        finally:
            await connections.close()
            sshd.stop()
    ours, anew, command = (statistics.median(column) for column in zip(*turns, strict=True))
    return {
        "kept_ms": ours,
        "reconnected_ms": anew,
        "ssh_command_ms": command,
        "process_mb": before,
        "with_300_connections_mb": after,
        "kb_a_connection": 1000 * (after - before) / CONNECTIONS,
        "opening_300_s": seconds,
    }


if __name__ == "__main__":
    for name, value in asyncio.run(measure()).items():
        print(f"{name:26} {value:8.2f}")

"""What a round over SSH costs: kept, reconnected, and by the `ssh` command; and what a connection weighs.

`python -m tests.bench.ssh TURNS` measures in a process of its own and prints JSON. Processor time is the
client's side only, in turns against one OpenSSH server; of the command it is that of the child.
"""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import subprocess
import sys
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
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
ROUNDS = 10
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


async def measure(turns: int) -> dict[str, list[float]]:
    """Processor time in ms, turn by turn; and memory before and after in MB, and the seconds between."""
    with tempfile.TemporaryDirectory() as folder:
        sshd = prepare(
            lambda program: shutil.which(program, path=PATH) or program,
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
            took: dict[str, list[float]] = {"kept": [], "reconnected": [], "command": []}
            for _turn in range(turns):
                took["kept"].append(await kept(connections, host))
                took["reconnected"].append(await reconnected(connections, host))
                took["command"].append(by_command(sshd, known))
            took["memory"] = list(await weights(connections, host))
        finally:
            await connections.close()
            sshd.stop()
    return took


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(int(sys.argv[1])))))

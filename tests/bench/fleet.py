"""Played SSH hosts in one process: FOLDER DATA NAME PORT FIRST COUNT; says `ready` when all listen."""

from __future__ import annotations

import asyncio
import resource
import socket
import sys
import time
from pathlib import Path

from hisconsole.config.targets import load_targets
from hisconsole.practice.hospital import build
from hisconsole.practice.keys import key
from hisconsole.practice.live import Live
from hisconsole.practice.ssh.host import PlayedHost
from tests.bench.hospital import SSH_KEY, SSH_USER, Group, lay


async def serve(folder: Path, data: Path, group: Group) -> None:
    """Play the hosts of a group until the end; all look like the first."""
    first = Group(group.name, 1, group.port, group.first, ssh=True)
    played = build(load_targets(lay(folder, [first]), sample=True))
    (id_,) = played.devices
    view = Live(played, clock=time.monotonic).views[id_]
    keys = key(data / SSH_KEY), key(data / "practice" / f"host_{group.name}")
    hosts = []
    for address in group.addresses():
        listening = socket.create_server((address, group.port), backlog=16)
        host = PlayedHost(played.devices[id_], view, SSH_USER, *keys)
        hosts.append(await host.serve(listening))
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    where, secrets, name, *numbers = sys.argv[1:]
    at, number, count = map(int, numbers)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    asyncio.run(serve(Path(where), Path(secrets), Group(name, count, at, number, ssh=True)))

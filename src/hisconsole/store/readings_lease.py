"""Who keeps the readings fresh: one process holds the lease, others stand by.

The lease ends on a clock that no one can set (seconds since this machine started), and at once when its
holder's process is gone. The file is always local, so a holder of another start of the machine is gone too.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hisconsole.values import dataclass

LEASE_S = 10.0
"""How long a holder may be silent: SIGSTOP and a frozen disk look like this, SIGKILL is seen at once."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that may hold the lease; `place` is the machine's start and the number space of its pid."""

    id: str
    pid: int
    started: int
    place: str
    host: str


@dataclass(frozen=True, slots=True)
class Lease:
    """The lease as it stands in the file, and when its holder last wrote."""

    holder: Holder
    until_s: float
    beat_at: datetime

    def held(self, *, place: str, now_s: float) -> bool:
        """Whether it counts for a process at `place`, where it is `now_s` seconds since the start."""
        boot = self.holder.place.partition(" ")[0]
        if boot != place.partition(" ")[0] or not now_s < self.until_s:
            return False
        return self.holder.place != place or started(self.holder.pid) == self.holder.started


def now_s() -> float:
    """Seconds since this machine started, its sleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def started(pid: int) -> int:
    """When a process started, in the kernel's ticks; 0 when there is none, or only its remains."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    fields = text.rpartition(")")[2].split()
    return 0 if fields[0] in "ZX" else int(fields[19])


@cache
def here() -> str:
    """The present start of the machine, and the number space of our pid."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return f"{socket.gethostname()} {os.getpid()}"


def myself() -> Holder:
    """Ourselves as a holder, with a new id."""
    pid = os.getpid()
    return Holder(secrets.token_hex(8), pid, started(pid), here(), socket.gethostname())


def find(connection: Any) -> Lease | None:
    """The lease in the file."""
    row = connection.execute("SELECT id, pid, started, place, host, until_s, beat_at FROM lease").fetchone()
    if row is None:
        return None
    return Lease(Holder(*row[:5]), row[5], datetime.fromtimestamp(row[6], UTC))


def put(connection: Any, holder: Holder, *, now: datetime, for_s: float) -> None:
    """Write the holder's lease, inside its transaction."""
    connection.execute(
        "INSERT OR REPLACE INTO lease VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
        (
            holder.id,
            holder.pid,
            holder.started,
            holder.place,
            holder.host,
            now_s() + for_s,
            now.timestamp(),
        ),
    )


def renew(connection: Any, holder: Holder, *, now: datetime, for_s: float) -> bool:
    """Prolong the holder's lease; False when it is another's now."""
    changed = connection.execute(
        "UPDATE lease SET until_s = ?, beat_at = ? WHERE id = ?",
        (now_s() + for_s, now.timestamp(), holder.id),
    )
    return bool(changed.rowcount)

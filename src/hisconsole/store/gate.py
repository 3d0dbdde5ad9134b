"""The gate before a write: one process at a time, first come first served, with a bounded wait.

A blocking flock is fair; polling for it is not (twenty writers: longest wait 0.3 s against 2 s). The
bound comes from a thread that waits in our stead and gives the lock back if it comes too late.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hisconsole.errors import Busy
from hisconsole.text import _

WAIT_S = 5.0


@contextmanager
def gate(path: Path, *, wait: float = WAIT_S) -> Iterator[None]:
    """Hold the write gate at `path`; raises Busy after `wait` seconds."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle = _wait_for(handle, path, wait)
    try:
        yield
    finally:
        os.close(handle)


def _wait_for(handle: int, path: Path, wait: float) -> int:
    mutex = threading.Lock()
    state = {"got": False, "late": False}
    arrived = threading.Event()

    def stand_in_line() -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with mutex:
            state["got"] = True
            if state["late"]:
                os.close(handle)
        arrived.set()

    threading.Thread(target=stand_in_line, daemon=True, name="gate").start()
    arrived.wait(wait)
    with mutex:
        if state["got"]:
            return handle
        state["late"] = True
    raise Busy(
        _(
            "The record is held by another process for more than {seconds:.0f} s ({path});"
            " nothing was written. Try again; if it stays, end the process that holds it."
        ).format(seconds=wait, path=path)
    )

"""A program on a pseudo-terminal, watched from outside: its bytes, its processor time, its memory.

`tests/ptys.py` reads the screen as a person does, which costs time of its own; this only counts.
"""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

ASKED, ANSWER = b"\x1b[5n", b"\x1b[0n"
_CONTROLS = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class Line:
    """A program in a terminal of its own; `started` is the moment before it was forked."""

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        *,
        cols: int = 80,
        rows: int = 24,
        answers: bool = True,
    ) -> None:
        """`answers`: asked whether it is well, it says so, as terminals do."""
        self.argv = argv
        self._answers, self._tail = answers, b""
        self.raw = b""
        self.received = 0
        self.read_at = 0.0
        self.tapped: Callable[[bytes], object] = len
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                termios.tcsetwinsize(0, (rows, cols))
                os.execve(argv[0], list(argv), dict(env))
            finally:
                os._exit(127)

    def read(self, wait: float) -> int:
        """Take what was written, waiting at most `wait` seconds; the number of bytes."""
        if not select.select([self.fd], [], [], wait)[0]:
            return 0
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return 0
        self.read_at = time.monotonic()
        self.raw = (self.raw + data)[-200_000:]
        self.received += len(data)
        self.tapped(data)
        asked = (self._tail + data).count(ASKED)
        self._tail = data[1 - len(ASKED) :]
        if self._answers and asked:
            os.write(self.fd, ANSWER * asked)
        return len(data)

    def wait_for(self, *texts: str, timeout: float = 60) -> float:
        """Wait until all `texts` were drawn; seconds since the start."""
        deadline = time.monotonic() + timeout
        wanted = [text.encode() for text in texts]
        while True:
            shown = _CONTROLS.sub(b"", self.raw)
            if all(text in shown for text in wanted):
                return self.read_at - self.started
            if time.monotonic() > deadline or not self.running:
                raise RuntimeError(f"{texts} was not drawn by {self.argv}: {shown[-500:]!r}")
            self.read(0.5)

    def forget(self) -> None:
        """Let `wait_for` see only what is drawn from now on."""
        self.raw = b""

    def watch(self, seconds: float) -> None:
        """Read for a while."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.read(left)

    def settle(self, quiet: float = 0.5, timeout: float = 30) -> None:
        """Wait until it has written nothing and hardly computed for `quiet` seconds."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            before, cpu = self.received, self.cpu()
            self.watch(quiet)
            if self.received == before and self.cpu() - cpu < 0.05 * quiet:
                return
        raise RuntimeError(f"{self.argv} does not come to rest")

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self.fd, keys.encode())

    def cpu(self) -> float:
        """Seconds of processor used by all its threads, in nanosecond steps (clock_getcpuclockid(3))."""
        return time.clock_gettime((~self.pid << 3) | 2)

    def memory(self) -> tuple[float, float]:
        """Resident and proportional size in MB (10^6 bytes)."""
        text = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        found = dict(re.findall(r"^(Rss|Pss): +(\d+) kB", text, re.MULTILINE))
        return int(found["Rss"]) * 1024 / 1e6, int(found["Pss"]) * 1024 / 1e6

    @property
    def running(self) -> bool:
        """Whether it has not ended; one that has ended is waited for when the line is closed."""
        with contextlib.suppress(OSError):
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
        return False

    def close(self) -> None:
        """Ask it to end, so that it leaves its files in order, and make it if it does not."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
            deadline = time.monotonic() + 3
            while self.running and time.monotonic() < deadline:
                self.read(0.02)
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        self.close()

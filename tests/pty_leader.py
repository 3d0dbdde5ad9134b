"""The session leader of a test's terminal, in the place a shell has; see `ptys.py`."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import sys
import termios


def _hang_up(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGHUP)


def _lead(tell: int, *, ignore_hup: bool, argv: list[str]) -> None:
    """Be the shell of the terminal: run one program in the foreground, report, and stay."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    before = termios.tcgetattr(0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    pid = os.fork()
    if pid == 0:
        os.close(tell)
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN if ignore_hup else signal.SIG_DFL)
        os.execvp(argv[0], argv)
    # A shell passes a hangup on to what runs in it.
    signal.signal(signal.SIGHUP, signal.SIG_IGN if ignore_hup else lambda *_: _hang_up(pid))
    os.write(tell, json.dumps({"pid": pid}).encode() + b"\n")
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    try:
        kept: bool | None = termios.tcgetattr(0) == before
    except termios.error:
        kept = None  # The terminal is gone.
    os.write(tell, json.dumps({"code": code, "attrs_kept": kept}).encode() + b"\n")
    while True:
        signal.pause()


if __name__ == "__main__":
    _lead(int(sys.argv[1]), ignore_hup=sys.argv[2] == "1", argv=sys.argv[3:])

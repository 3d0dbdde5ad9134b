"""Plays the practice hospital as a process beside this one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen


def play_beside(config: Path, data: Path, *, log: Path | None = None) -> Popen[bytes]:
    """Play the practice hospital beside this process, and end it with us: its shell lives by our pipe.

    What it says goes into `log`, where one is named.
    """
    words = [sys.executable, "-m", "hisconsole", "--config", str(config)]
    words += ["--data", str(data), "practice"]
    with open(log or os.devnull, "ab") as told:  # noqa: PTH123 - the one name for both
        return Popen(  # noqa: S603 - ourselves, and two folders as words
            [
                "/bin/sh",
                "-c",
                '"$@" </dev/null & played=$!; cat >/dev/null; kill $played; wait',
                "sh",
                *words,
            ],
            stdin=PIPE,
            stdout=told,
            stderr=STDOUT,
            start_new_session=True,
        )

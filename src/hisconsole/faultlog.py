"""The log of bugs: one line of name and time, the traceback, and never a local variable.

Local variables here are patients' and callers' data.
"""

from __future__ import annotations

import os
import traceback
import zlib
from datetime import UTC, datetime
from pathlib import Path

from hisconsole.text import printable

LOG = "console.log"
LIMIT = 1_000_000
"""Bytes after which the log becomes `NAME.1` and a new one begins."""


def fault_id(error: BaseException) -> str:
    """Name the bug by its type and the places it passed, so that one bug has one id everywhere."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.name}:{frame.lineno}" for frame in frames]
    return f"{zlib.crc32('|'.join([type(error).__qualname__, *places]).encode()):08x}"


def log_fault(path: Path, error: BaseException, name: str) -> bool:
    """Append the traceback to a file that only its owner reads; False where it cannot be written.

    Nothing is raised: a full disk must not turn a bug into two.
    """
    lines = "".join(traceback.format_exception(error))
    entry = f"{datetime.now(UTC).isoformat(timespec='seconds')} error {name}\n{lines}\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LIMIT:
            path.replace(path.with_name(path.name + ".1"))
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8", errors="replace") as file:
            file.write(printable(entry, limit=20_000, lines=True) + "\n")
    except OSError:
        return False
    return True

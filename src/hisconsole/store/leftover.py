"""Private folders in which a copy is made, and what is left of them by a process that was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PRIVATE = ".hisconsole-"
"""How the names of such folders begin."""


@contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Mark a private folder as one that a living process works in; the mark ends with the process."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def clear(folder: Path) -> None:
    """Take away the private folders in `folder` that no living process works in."""
    for each in folder.glob(PRIVATE + "*"):
        try:
            handle = os.open(each, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue  # no folder, or another's
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(each, ignore_errors=True)
        except OSError:
            continue  # in use, or on a disk that cannot tell
        finally:
            os.close(handle)

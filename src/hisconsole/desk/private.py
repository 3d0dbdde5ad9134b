"""Small private files beside the record: one JSON object each, changed under a lock, whole or not there."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hisconsole.errors import StoreFault
from hisconsole.text import _

FOLDER = "operators"


def file_of(data: Path, name: str) -> Path:
    """Where the private file of that name lies; names are ids of the roster or of this program."""
    return data / FOLDER / f"{name}.json"


@contextmanager
def held(path: Path) -> Iterator[dict[str, Any]]:
    """What a file holds, alone with it; changes are on disk when the block ends. Raises StoreFault.

    A file that cannot be understood raises StoreFault too: what it guards is not to be had by spoiling it.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(
            path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )
    except OSError as error:
        raise _fault(path, error.strerror or str(error)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = read(path)
        before = json.dumps(found, sort_keys=True)
        try:
            yield found
        finally:
            if json.dumps(found, sort_keys=True) != before:
                _write(path, found)
    finally:
        os.close(lock)


def read(path: Path) -> dict[str, Any]:
    """What a file holds; nothing where it is not there. Raises StoreFault."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        with os.fdopen(handle, encoding="utf-8") as file:
            mode = os.fstat(handle).st_mode
            found = json.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else None
        raise _fault(path, why or _("it is damaged")) from None
    if mode & 0o077:
        raise _fault(path, _("others can read it; chmod 600"))
    if not isinstance(found, dict):
        raise _fault(path, _("it is damaged"))
    return found


def _write(path: Path, found: dict[str, Any]) -> None:
    partial = path.with_suffix(".partial")
    try:
        handle = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(found, file)
            file.flush()
            os.fsync(handle)
        partial.rename(path)
    except OSError as error:
        raise _fault(path, error.strerror or str(error)) from error


def _fault(path: Path, why: str) -> StoreFault:
    return StoreFault(_("{path} cannot be used: {why}.").format(path=path, why=why))

"""What SQLite and the disk below it throw, as sentences with a way out."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import exc

from hisconsole.errors import Away, Busy, Damaged, StoreFault
from hisconsole.store import sqlite
from hisconsole.text import _

DRIVER_FAULTS: tuple[type[Exception], ...] = (
    exc.DatabaseError,
    sqlite.driver().DatabaseError,
)

_GONE = frozenset(
    {
        errno.EACCES,
        errno.EDQUOT,
        errno.EIO,
        errno.ENODEV,
        errno.ENOENT,
        errno.ENOSPC,
        errno.EPERM,
        errno.EROFS,
        errno.ESTALE,
    }
)
"""What the system says of a disk that is full, gone, broken or read-only: it may come back."""


@contextmanager
def faults(path: Path) -> Iterator[None]:
    """Turn what a database throws into a sentence with a way out."""
    try:
        yield
    except DRIVER_FAULTS as error:
        raise _fault(str(getattr(error, "orig", None) or error), path) from error
    except OSError as error:
        fault = Away if error.errno in _GONE else StoreFault
        raise fault(
            _("{path} cannot be used: {why}.").format(
                path=error.filename or path, why=error.strerror or error
            )
        ) from error


def damaged(path: Path, why: str) -> Damaged:
    """That a file is damaged, and what to do."""
    return Damaged(
        _(
            "{path} is damaged ({why}). Nothing more is written to it. Restore a backup:"
            " hisconsole restore FILE; the damaged file is kept."
        ).format(path=path, why=why)
    )


def _fault(text: str, path: Path) -> StoreFault:
    lower = text.lower()
    if "full" in lower:
        return Away(
            _(
                "The disk is full: nothing was written, nothing is lost. Free space where {path} lies"
                " and do it again."
            ).format(path=path)
        )
    if "locked" in lower or "busy" in lower:
        return Busy(
            _("{path} is in use by another program; nothing was written. Try again.").format(path=path)
        )
    if "readonly" in lower or "read-only" in lower or "unable to open" in lower:
        return Away(
            _("{path} cannot be opened for writing: check the folder's owner and mode.").format(path=path)
        )
    if "disk i/o" in lower:
        return Away(
            _(
                "{path} could not be read or written ({why}). Look at the disk and the space left on"
                " it; if it stays so, restore a backup: hisconsole restore FILE."
            ).format(path=path, why=text)
        )
    if any(sign in lower for sign in ("malformed", "not a database", "corrupt")):
        return damaged(path, text)
    return StoreFault(_("The record {path} failed: {why}.").format(path=path, why=text))

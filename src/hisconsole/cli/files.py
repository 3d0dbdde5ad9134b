"""Files that commands write: new ones, for their owner alone."""

from __future__ import annotations

import os
from pathlib import Path

from hisconsole.errors import HisError, Refused
from hisconsole.text import _, printable


def new_file(path: Path, content: bytes) -> Path:
    """Write a file that is not there yet and that nobody else can read. Raises HisError with a sentence."""
    name = printable(str(path))
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except FileExistsError:
        raise Refused(_("{path} exists already: name a new file.").format(path=name)) from None
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or str(fault)
        raise HisError(_("{path} cannot be written: {why}.").format(path=name, why=why)) from fault
    return path.absolute()

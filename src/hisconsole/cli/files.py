"""Files that commands are given, and those that they write: new ones, for their owner alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hisconsole.cli.edge import Usage
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


def list_of(file: str) -> bytes:
    """What a list holds that somebody wants imported; `-` is standard input. Raises Usage."""
    from hisconsole.config.imports_forms import LONGEST

    try:
        if file == "-":
            return sys.stdin.buffer.read(LONGEST + 1)
        with Path(file).open("rb") as opened:
            return opened.read(LONGEST + 1)
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or fault
        raise Usage(
            _("{file} cannot be read: {reason}.").format(file=printable(file), reason=reason)
        ) from None

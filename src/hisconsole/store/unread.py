"""Files of a journal in which lines cannot be read: they are put by and never removed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hisconsole.store.journal_lines import unread_in

UNREAD: Final = ".unread"
"""What such a file is called behind its name; nothing looks into it again but a person."""


def unread(*paths: Path) -> int:
    """How many whole lines of these files cannot be read; a file that is not there has none."""
    return sum(map(_unread, paths))


def _unread(path: Path) -> int:
    try:
        return unread_in(path.read_bytes())
    except FileNotFoundError:
        return 0
    except OSError:  # a disk that fails: nobody knows how many
        return 1


def put_by(path: Path) -> None:
    """Keep a file out of the way, for its owner alone. Raises OSError."""
    if path.exists():
        path.chmod(0o600)
        path.rename(path.with_name(path.name + UNREAD))

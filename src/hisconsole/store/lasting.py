"""Whether what lies in a folder outlasts a restart of this machine, and is there without the network."""

from __future__ import annotations

import os
from collections.abc import Iterable
from enum import Enum
from pathlib import Path

from hisconsole.store import sqlite
from hisconsole.store.journal import Place


class Lies(Enum):
    """Where a folder lies."""

    HERE = "here"
    MEMORY = "memory"
    AFAR = "afar"


def lies(folder: Path) -> Lies:
    """Where a folder lies, or is to lie; what the system does not say counts as a disk of this machine."""
    kind = sqlite.mounted_as(folder)
    if kind in sqlite.MEMORY:
        return Lies.MEMORY
    return Lies.AFAR if kind in sqlite.NETWORK else Lies.HERE


def takes_acts(places: Iterable[Place]) -> Place | None:
    """The first of the places that would take an act that has to be kept; nothing is written to find out."""
    return next((each for each in places if _takes(each.folder)), None)


def _takes(folder: Path) -> bool:
    try:
        found = next(each for each in (folder, *folder.parents) if each.exists())
        return found.is_dir() and os.access(found, os.W_OK | os.X_OK)
    except OSError:  # in a folder of somebody else's, it cannot even be looked at
        return False

"""Where the hospital, the screens and the data lie; no other module guesses a folder."""

from __future__ import annotations

import os
from pathlib import Path

from hisconsole.errors import HisError

SITE = Path("/etc/hisconsole")
"""Where a real site keeps its hospital when nothing else is said (the FHS's place for it)."""


def shipped(name: str) -> Path:
    """The delivered folder `config` or `screens`: inside the wheel, else at a checkout's root."""
    package = Path(__file__).resolve().parent
    for folder in (package / "_data" / name, package.parents[1] / name):
        if folder.is_dir():
            return folder
    raise HisError(f"This installation of hisconsole lacks its folder {name}: install it again.")


def data_dir(given: str | None) -> Path:
    """The folder of the record: as given, else HISCONSOLE_DATA, else XDG's; it may not exist."""
    named = given or os.environ.get("HISCONSOLE_DATA")
    if named:
        return _absolute(named)
    xdg = Path(os.environ.get("XDG_DATA_HOME") or "")
    # The XDG specification has a relative path ignored.
    return (xdg if xdg.is_absolute() else _absolute("~/.local/share")) / "hisconsole"


def config_dir(given: str | None) -> Path:
    """The folder of the hospital: as given, else HISCONSOLE_CONFIG, else SITE, else the sample."""
    named = given or os.environ.get("HISCONSOLE_CONFIG")
    if named:
        return _absolute(named)
    return SITE if SITE.is_dir() else shipped("config")


def _absolute(named: str) -> Path:
    try:
        return Path(named).expanduser().absolute()
    except RuntimeError as fault:
        raise HisError(
            f"No home folder is known for {named}: name a folder with --data or --config."
        ) from fault

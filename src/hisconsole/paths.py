"""Where the hospital, the screens and the data lie; no other module guesses a folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from hisconsole.errors import HisError
from hisconsole.values import dataclass

SITE = Path("/etc/hisconsole")
"""Where a real site keeps its hospital when nothing else is said (the FHS's place for it)."""


POSTGRES_PORT = 5432


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL database that several hosts share: one or more servers of which one takes writes.

    A host is an IP address, or the folder of a socket; a secret is never held here, only its file is named.
    """

    user: str
    hosts: tuple[tuple[str, int], ...]
    name: str
    password_file: str = ""
    settings: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """As sentences name it."""
        return f"{self.name} at {', '.join(host_name(*each) for each in self.hosts)}"


def host_name(address: str, port: int) -> str:
    """A host of a server as sentences name it."""
    named = f"[{address}]" if ":" in address else address
    return named if port == POSTGRES_PORT else f"{named}:{port}"


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


def secret_file(name: str, *, data: Path) -> Path:
    """Where a secret lies: as systemd handed it to this service (LoadCredential=), else in `data`.

    systemd names the files of a folder that it loads after both: `secrets/core` comes as `secrets_core`.
    """
    handed = _handed()
    if handed is not None and not Path(name).is_absolute():
        found = handed / name.replace("/", "_")
        if found.exists():
            return found
    return data / name


def is_open(path: Path) -> bool:
    """Whether others on this machine may read a secret. Raises OSError where it is not there.

    What systemd has handed over lies where only this service can look; a group's bit stands there for
    the one account of its access list (acl(5)).
    """
    mode = path.stat().st_mode
    others: int = stat.S_IRWXO if path.parent == _handed() else stat.S_IRWXG | stat.S_IRWXO
    return bool(mode & others)


def _handed() -> Path | None:
    """The folder of systemd.exec(5) with this service's credentials, where it has one."""
    named = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(named) if named else None


def _absolute(named: str) -> Path:
    try:
        return Path(named).expanduser().absolute()
    except RuntimeError as fault:
        raise HisError(
            f"No home folder is known for {named}: name a folder with --data or --config."
        ) from fault

"""Where the practice hospital keeps its keys and its control socket: one folder, open to its owner only."""

from __future__ import annotations

import os
from pathlib import Path

from hisconsole.errors import HisError
from hisconsole.text import _

FOLDER = "practice"


def practice_folder(data_dir: Path) -> Path:
    """The folder, made where there is none yet; raises HisError when it cannot be had."""
    folder = data_dir / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as fault:
        raise HisError(_("{path} cannot be made: {why}").format(path=folder, why=fault.strerror)) from fault
    return folder


def known_hosts_path(data_dir: Path) -> Path:
    """The file of the played hosts' keys, which the watch of a practice hospital trusts."""
    return data_dir / FOLDER / "known_hosts"


def write_private(path: Path, data: bytes) -> None:
    """Write a file in one piece, readable by its owner only."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    fresh.replace(path)

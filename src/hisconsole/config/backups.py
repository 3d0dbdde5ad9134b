"""Where the watch keeps backups of the record, and how many: the part `backup` of site.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from hisconsole.config.targets_fields import PartFields
from hisconsole.plan.backups import DAILY, HOURLY
from hisconsole.text import _
from hisconsole.values import dataclass

FOLDER = "backups"
"""In the data folder, where the part names no other."""
STAMP = "%Y%m%dT%H%M%SZ"
STEM, END = "record-", ".db"


@dataclass(frozen=True, slots=True)
class Backups:
    """`folder` and `copy` are absolute paths or empty: the data folder's own, and no second place."""

    folder: str = ""
    copy: str = ""
    hourly: int = HOURLY
    daily: int = DAILY


def backups_of(fields: PartFields) -> Backups:
    """The part `backup` of site.yaml; without it backups lie beside the record."""
    part = fields.part("backup")
    if part is None:
        return Backups()
    places = {}
    for name in ("folder", "copy"):
        places[name] = part.text(name)
        if places[name] and not places[name].startswith("/"):
            part.refuse(name, _("name a folder from the root on, such as /backup/hisconsole."))
    hourly = part.number("hourly", least=1, most=1000) or HOURLY
    daily = part.number("daily", least=1, most=1000) or DAILY
    part.close()
    return Backups(places["folder"], places["copy"], hourly, daily)


def named(made: datetime) -> str:
    """The name of the backup made then; it sorts by time."""
    return f"{STEM}{made.astimezone(UTC):{STAMP}}{END}"


def place_of(backups: Backups, data: Path) -> Path:
    """The folder of the backups of the record in `data`."""
    return Path(backups.folder) if backups.folder else data / FOLDER


def backups_in(folder: Path) -> Iterator[tuple[datetime, Path]]:
    """The backups of a folder with the moments they were made, which their names tell."""
    for path in folder.glob(f"{STEM}*{END}"):
        try:
            yield datetime.strptime(path.name, f"{STEM}{STAMP}{END}").replace(tzinfo=UTC), path
        except ValueError:
            continue  # somebody's own file

"""Backups that have served their time go, and the others are carried to a second place.

That place is another disk or another machine, which may be away for days.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from hisconsole.config import Site
from hisconsole.config.backups import backups_in
from hisconsole.errors import StoreFault
from hisconsole.plan.backups import superfluous
from hisconsole.store import sqlite
from hisconsole.text import _, printable


def file_away(folder: Path, site: Site, now: datetime) -> None:
    """Let old backups go where newer ones are, and carry to the second place all that it lacks.

    The first place is tidied whatever becomes of the second. Raises StoreFault when that lacks something.
    """

    def old(made: Iterable[datetime]) -> frozenset[datetime]:
        return superfluous(
            made, now=now, zone=site.zone, hourly=site.backups.hourly, daily=site.backups.daily
        )

    _tidy(folder, old)
    if not site.backups.copy:
        return
    second = Path(site.backups.copy)
    here = dict(backups_in(folder))
    try:
        there = dict(backups_in(second))
    except OSError as error:
        raise _not_copied(second, error) from error
    for each in sorted(here.keys() - there.keys() - old(here.keys() | there.keys()), reverse=True):
        copy_proved(here[each], second)
    _tidy(second, old)


def _tidy(folder: Path, old: Callable[[Iterable[datetime]], frozenset[datetime]]) -> None:
    made = dict(backups_in(folder))
    try:
        for each in old(made):
            made[each].unlink(missing_ok=True)
    except OSError as error:
        raise StoreFault(
            _("old backups in {folder} cannot be removed: {why}").format(
                folder=printable(str(folder)), why=error.strerror
            )
        ) from error


def copy_proved(source: Path, folder: Path) -> Path:
    """Copy a proved backup to another folder, octet by octet; it appears there only when it is whole.

    The folder is never made: where it is missing, the disk that it lies on is not mounted. Raises StoreFault
    with a sentence when it is missing, cannot be written to, or does not hold what was copied.
    """
    target, partial = folder / source.name, folder / (source.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        sqlite.create_private(partial)
        shutil.copyfile(source, partial)
        sqlite.sync(partial)
        if partial.stat().st_size != source.stat().st_size:
            raise OSError(_("it is shorter there"))
        partial.replace(target)
        sqlite.sync(folder)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise _not_copied(folder, error) from error
    return target


def _not_copied(folder: Path, error: OSError) -> StoreFault:
    return StoreFault(
        _("the backup could not be copied to {folder}: {why}").format(
            folder=printable(str(folder)), why=error.strerror or error
        )
    )

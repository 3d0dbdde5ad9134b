"""Backups of the record each hour and at each handover, and its head told to the machine's journal.

A backup is made and proved by the ordinary command, in a process of its own with the lowest claim to the
processor: neither rounds nor consoles wait for it. What fails is said in the watch's own readings.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hisconsole.config import Site, load_site, reload, signature
from hisconsole.config.backups import END, STAMP, STEM, backups_in, named, place_of
from hisconsole.desk.record import begun, open_record
from hisconsole.errors import HisError, StoreFault
from hisconsole.plan.anchors import head_line
from hisconsole.plan.backups import is_due, superfluous
from hisconsole.store import sqlite
from hisconsole.store.events import Head, at_seq, head
from hisconsole.store.turns import accepted
from hisconsole.text import _, printable
from hisconsole.watch.holding import pause

LONGEST_S = 1800.0
"""Seconds after which a backup is given up."""
JOURNALS = ("/dev/log", "/run/systemd/journal/syslog")
NOTICE = 13 * 8 + 5
"""Facility `log audit`, severity `notice` (RFC 5424, 6.2.1)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a look at the record found."""

    site: Site
    head: Head
    began: datetime | None
    accepted: datetime | None


class Safekeeping:
    """Keeps backups while a watch holds the lease; `run` it once.

    `trouble` is told in a sentence what is wrong, and an empty one when nothing is; `broken` logs a bug.
    Of several watches that share a record the one that `leads` keeps it.
    """

    def __init__(
        self,
        config: Path,
        data: Path,
        *,
        now: Callable[[], datetime],
        every_s: float,
        trouble: Callable[[str], None],
        broken: Callable[[Exception], str],
        leads: Callable[[], bool] = lambda: True,
        journals: tuple[str, ...] = JOURNALS,
    ) -> None:
        self._config, self._data, self._now, self._every_s = config, data, now, every_s
        self._trouble, self._broken, self._leads, self._journals = trouble, broken, leads, journals
        self._tried: datetime | None = None
        self._fault = ""
        """Why the last try came to nothing."""
        self._site: Site | None = None
        self._signed: object = None
        self._told: tuple[object, ...] = ()

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set; a backup that is under way then is ended and leaves nothing."""
        while not stop.is_set():
            if self._leads():
                self._trouble(await self._sentence(self._look(stop)))
            await pause(stop, self._every_s)
        if self._leads():
            await self._sentence(asyncio.to_thread(self._tell, last=True))

    async def _sentence(self, work: Awaitable[object]) -> str:
        """What just went wrong, else why there is no newer backup; empty where all is well."""
        try:
            await work
        except HisError as fault:
            return str(fault)
        except Exception as fault:  # noqa: BLE001 - a bug must not end the watch; it is logged and told
            return _("backups stand still (error {id})").format(id=self._broken(fault))
        return self._fault

    async def _look(self, stop: asyncio.Event) -> None:
        standing = await asyncio.to_thread(self._tell)
        if standing is None:
            return
        now = self._now()
        due = is_due(
            max(dict(backups_in(place_of(standing.site.backups, self._data))), default=None),
            began=standing.began,
            accepted=standing.accepted,
            tried=self._tried,
            now=now,
        )
        if due:
            self._tried = now
            try:
                await self._back_up(standing.site, now, stop)
                self._fault = ""
            except StoreFault as fault:
                self._fault = str(fault)

    async def _back_up(self, site: Site, now: datetime, stop: asyncio.Event) -> None:
        folder = place_of(site.backups, self._data)
        await asyncio.to_thread(_make, folder)
        target = folder / named(now)
        await self._command(target, stop)
        if not stop.is_set():
            await asyncio.to_thread(self._file, target, site, now)

    async def _command(self, target: Path, stop: asyncio.Event) -> None:
        """Make it and prove it. Raises StoreFault with what the command said; what is torn goes away."""
        words = ("nice", "-n", "10", sys.executable, "-P", "-m", "hisconsole", "backup", str(target))
        where = ("--daily", "--config", str(self._config), "--data", str(self._data))
        process = await asyncio.create_subprocess_exec(
            *words,
            *where,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        stopped = asyncio.create_task(stop.wait())
        spoken = asyncio.create_task(process.communicate())
        try:
            await asyncio.wait((stopped, spoken), timeout=LONGEST_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            if process.returncode is None:
                process.terminate()
        _out, said = await spoken
        if process.returncode:
            await asyncio.to_thread(_clear, target.parent)
        if process.returncode and not stop.is_set():
            lines = said.decode(errors="replace").strip().splitlines() or [
                _("it did not end within {seconds:.0f} s").format(seconds=LONGEST_S)
            ]
            raise StoreFault(_("no backup could be made: {why}").format(why=printable(lines[-1])))

    def _file(self, target: Path, site: Site, now: datetime) -> None:
        """Carry the new backup to the second place, and let old ones go where newer ones are."""
        places = [target.parent]
        if site.backups.copy:
            places.append(Path(site.backups.copy))
            copy_proved(target, places[-1])
        for place in places:
            made = dict(backups_in(place))
            old = superfluous(
                made, now=now, zone=site.zone, hourly=site.backups.hourly, daily=site.backups.daily
            )
            for each in old:
                made[each].unlink(missing_ok=True)

    def _tell(self, *, last: bool = False) -> Standing | None:
        """Look at the record; its head goes to the journal first, each hour, at each handover, last."""
        if not begun(self._config, self._data):
            return None
        record = open_record(self._config, self._data, writable=False)
        with closing(record), record.read() as connection:
            end = head(connection)
            first = at_seq(connection, 1)
            handover = next(iter(accepted(connection, limit=1)), None)
        site, now = self._hospital(), self._now()
        key = (last, now.astimezone(UTC).strftime("%Y%m%d%H"), handover.seq if handover else 0)
        if end.seq and key != self._told:
            self._told = key
            line = head_line(site.name, end.seq, end.hash, f"{now.astimezone(UTC):{STAMP}}")
            tell_journal(line, self._journals)
        return Standing(site, end, first.recorded if first else None, handover.recorded if handover else None)

    def _hospital(self) -> Site:
        """The hospital as its files were last good; they are read when they have changed."""
        signed = signature(self._config)
        if self._site is None:
            self._site = load_site(self._config)
        elif signed != self._signed:
            self._site = reload(self._site, self._config)[0]
        self._signed = signed
        return self._site


def copy_proved(source: Path, folder: Path) -> Path:
    """Copy a proved backup to another folder, octet by octet; it appears there only when it is whole.

    Raises StoreFault with a sentence when it cannot be written there or is not what was copied.
    """
    target, partial = folder / source.name, folder / (source.name + ".partial")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
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
        raise StoreFault(
            _("the backup could not be copied to {folder}: {why}").format(
                folder=printable(str(folder)), why=error.strerror or error
            )
        ) from error
    return target


def tell_journal(line: str, journals: tuple[str, ...] = JOURNALS) -> bool:
    """Send one line to the machine's journal; False where there is none that listens."""
    message = f"<{NOTICE}>hisconsole[{os.getpid()}]: {printable(line)}".encode()
    for address in journals:
        with socket.socket(
            socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        ) as to:
            try:
                to.connect(address)
                to.send(message)
            except OSError:
                continue
            return True
    return False


def _make(folder: Path) -> None:
    try:
        sqlite.create_folder(folder)
    except OSError as error:
        raise StoreFault(
            _("the folder of the backups {folder} cannot be made: {why}").format(
                folder=printable(str(folder)), why=error.strerror
            )
        ) from error


def _clear(folder: Path) -> None:
    """Take away what backups that were ended have left half written."""
    for path in folder.glob(f"{STEM}*{END}.partial*"):
        path.unlink(missing_ok=True)

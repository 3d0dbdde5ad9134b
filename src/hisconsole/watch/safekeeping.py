"""Backups of the record each hour and at each handover, and its head told to the machine's journal.

A backup is made and proved by the ordinary command, in a process of its own with the lowest claim to the
processor: neither rounds nor consoles wait for it. What fails is said in the watch's own readings.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from hisconsole.config import Site, load_site, reload, signature
from hisconsole.config.backups import END, STAMP, STEM, backups_in, named, place_of
from hisconsole.config.drills import MARKER
from hisconsole.desk.record import begun, open_record
from hisconsole.errors import HisError, StoreFault
from hisconsole.plan.anchors import head_line
from hisconsole.plan.backups import RETRY, is_due, newest_of
from hisconsole.store import sqlite
from hisconsole.store.database import Database
from hisconsole.store.events import Head, at_seq, head
from hisconsole.store.leftover import clear
from hisconsole.store.revision import SEEN
from hisconsole.store.seen import missing
from hisconsole.store.turns import accepted
from hisconsole.text import _, printable
from hisconsole.values import dataclass
from hisconsole.watch.holding import pause
from hisconsole.watch.second_place import file_away

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
    accepted: int
    """The number of the event of the last handover; 0 before the first."""


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
        self._owed = False
        """Whether the second place lacks what it should have."""
        self._gone = ""
        """What is missing from the record that was seen in it, or else what its servers want of somebody."""
        self._kept: tuple[Path, int | None] | None = None
        """The newest backup, and the number of its last event."""
        self._begun = False
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
        """What just went wrong, else what stays wrong; empty where all is well."""
        try:
            await work
        except HisError as fault:
            return str(fault)
        except Exception as fault:  # noqa: BLE001 - a bug must not end the watch; it is logged and told
            return _("backups stand still (error {id})").format(id=self._broken(fault))
        return self._gone or self._fault or self._hint()

    async def _look(self, stop: asyncio.Event) -> None:
        standing = await asyncio.to_thread(self._tell)
        if standing is None:
            return
        now, folder = self._now(), place_of(standing.site.backups, self._data)
        if not self._begun:
            await asyncio.to_thread(_clear, folder)
            self._begun = True
        made = dict(backups_in(folder))
        newest = newest_of(made, now=now)
        due = is_due(
            newest,
            began=standing.began,
            kept=await asyncio.to_thread(self._last_in, made[newest]) if newest is not None else 0,
            accepted=standing.accepted,
            tried=self._tried,
            now=now,
        )
        again = self._owed and (self._tried is None or not self._tried <= now < self._tried + RETRY)
        if due or again:
            self._tried = now
            try:
                if due:
                    await self._back_up(standing.site, now, stop)
                if not stop.is_set():
                    self._owed = True
                    await asyncio.to_thread(file_away, folder, standing.site, now)
                    self._owed = False
                self._fault = ""
            except StoreFault as fault:
                self._fault = str(fault)

    def _last_in(self, newest: Path) -> int | None:
        """The number of the last event in a backup; None where it cannot be read."""
        if self._kept is None or self._kept[0] != newest:
            self._kept = newest, _last_event(newest)
        return self._kept[1]

    def _hint(self) -> str:
        """What may be wrong with the second place, though all was copied to it."""
        if self._site is None or not self._site.backups.copy:
            return ""
        first, second = place_of(self._site.backups, self._data), Path(self._site.backups.copy)
        try:
            if first.stat().st_dev != second.stat().st_dev:
                return ""
        except OSError:
            return ""  # it is told when something is to be copied
        return _(
            "the copies of the backups in {folder} lie on the same disk as the backups: is another disk not"
            " mounted there? Where it is meant so, one broken disk takes both"
        ).format(folder=printable(str(second)))

    async def _back_up(self, site: Site, now: datetime, stop: asyncio.Event) -> None:
        folder = place_of(site.backups, self._data)
        await asyncio.to_thread(_make, folder)
        target = folder / named(now)
        await self._command(target, stop)

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

    def _tell(self, *, last: bool = False) -> Standing | None:
        """Look at the record; its head goes to the journal first, each hour, at each handover, last.

        That of a drill or of the sample hospital does not: it would stand between those of the real record.
        """
        if not begun(self._config, self._data):
            return None
        record = open_record(self._config, self._data, writable=False)
        with closing(record), record.read() as connection:
            end = head(connection)
            first = at_seq(connection, 1)
            handover = next(iter(accepted(connection, limit=1)), None)
            gone = missing(connection, self._data, now=end)
        self._gone = self._told_gone(gone, end) if gone is not None else record.trouble
        site, now = self._hospital(), self._now()
        key = (last, now.astimezone(UTC).strftime("%Y%m%d%H"), handover.seq if handover else 0)
        rehearsed = site.sample or (self._data / MARKER).exists()  # `verify --anchor` would miss its events
        if end.seq and key != self._told and not rehearsed:
            self._told = key
            line = head_line(site.name, end.seq, end.hash, f"{now.astimezone(UTC):{STAMP}}")
            tell_journal(line, self._journals)
        return Standing(site, end, first.recorded if first else None, handover.seq if handover else 0)

    def _told_gone(self, gone: Head, end: Head) -> str:
        return _(
            "the record has gone back: event {seq}, which was seen here, is no longer in it, its newest is"
            " {newest}. Was an older backup restored? Look at what is missing, in the backups too; then"
            " remove {file} to go on with the record as it is"
        ).format(seq=gone.seq, newest=end.seq, file=printable(str(self._data / SEEN)))

    def _hospital(self) -> Site:
        """The hospital as its files were last good; they are read when they have changed."""
        signed = signature(self._config)
        if self._site is None:
            self._site = load_site(self._config)
        elif signed != self._signed:
            self._site = reload(self._site, self._config)[0]
        self._signed = signed
        return self._site


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


def _last_event(path: Path) -> int | None:
    try:
        with closing(Database.at(path, of_any_age=True)) as backup, backup.read() as connection:
            return head(connection).seq
    except StoreFault:
        return None


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
    clear(folder)
    for path in folder.glob(f"{STEM}*{END}.partial*"):
        path.unlink(missing_ok=True)

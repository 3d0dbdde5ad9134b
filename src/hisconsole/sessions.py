"""The consoles that live on this host: one small file each, locked for as long as its process lives.

A file that nobody has locked is left over from a console that was killed; whoever looks next takes it
away. Nothing here needs the record, so consoles can be listed and ended while that is the trouble.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, field, replace
from datetime import datetime
from pathlib import Path

from hisconsole.errors import NotFound, StoreFault
from hisconsole.text import _, printable
from hisconsole.values import dataclass

FOLDER = "run"
"""In the data folder: also where the door listens."""
ENDS_S = 2.0
"""Seconds within which a console that is told to end has ended."""


@dataclass(frozen=True, slots=True)
class Live:
    """One console: its process, who sits at it ("" before it is said), from where, on what, since when."""

    pid: int
    operator: str
    source: str
    tty: str
    since: datetime
    keyed: float = field(default=0.0, compare=False)
    """When the last key was pressed there, by its file: a terminal also answers what no hand has asked."""

    def idle(self, now: datetime) -> float:
        """Seconds since the last key."""
        return max(0.0, now.timestamp() - max(self.keyed, self.since.timestamp()))


class Session:
    """One console in the list, from its making to `close`; where no list can be kept it does nothing."""

    def __init__(self, data: Path, live: Live) -> None:
        """Be listed as `live`: a console must open on a full disk too, so no fault is raised."""
        self._folder = data / FOLDER
        self._live = live
        self._held = -1
        self._write()

    def seated(self, operator: str) -> None:
        """It is known now who sits here."""
        self._live = replace(self._live, operator=operator)
        self._write()

    def keyed(self) -> None:
        """A key was pressed just now."""
        if self._held >= 0:
            with suppress(OSError):
                os.utime(self._held)

    def _write(self) -> None:
        """A new file in place of the old one, locked before anybody can see it."""
        path = self._folder / f"{self._live.pid}.json"
        partial = path.with_suffix(".partial")
        fields = {**asdict(self._live), "since": self._live.since.isoformat()}
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            held = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            before, self._held = self._held, held
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.write(held, json.dumps(fields).encode())
            partial.rename(path)
            _let_go(before)

    def farewell(self) -> str:
        """What the operator is told who is ended by a signal: by whom, and that nothing typed is lost."""
        told = ""
        with suppress(OSError):
            told = (self._folder / f"{self._live.pid}.end").read_text(encoding="utf-8", errors="replace")
        return printable(told, limit=400) or _("This console was told to end. A form that was open is kept.")

    def close(self) -> None:
        """Be listed no more."""
        for suffix in ("json", "end"):
            with suppress(OSError):
                (self._folder / f"{self._live.pid}.{suffix}").unlink(missing_ok=True)
        held, self._held = self._held, -1
        _let_go(held)


def _let_go(held: int) -> None:
    if held >= 0:
        os.close(held)


def living(data: Path) -> list[Live]:
    """The consoles of this host on the data in `data`, the oldest first. Raises StoreFault."""
    folder = data / FOLDER
    found = []
    try:
        for path in sorted(folder.glob("*.json")):
            with _read(path) as live:
                if live is not None:
                    found.append(live)
    except OSError as fault:
        sentence = _("The list of consoles in {folder} cannot be read: {why}.")
        raise StoreFault(sentence.format(folder=folder, why=fault.strerror or fault)) from fault
    return sorted(found, key=lambda live: (live.since, live.pid))


@contextmanager
def _read(path: Path) -> Iterator[Live | None]:
    """Who holds a file; None, and the file is gone, where its process is."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        if _is_free(file):
            if os.fstat(file).st_ino == path.stat().st_ino:  # else it was replaced while we looked
                for left in (path, path.with_suffix(".end")):
                    left.unlink(missing_ok=True)
            yield None
        else:
            yield _live(os.read(file, 4096), keyed=os.fstat(file).st_mtime)
    finally:
        os.close(file)


def _is_free(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _live(raw: bytes, *, keyed: float) -> Live | None:
    try:
        told = json.loads(raw)
        words = {name: printable(str(told[name]), limit=128) for name in ("operator", "source", "tty")}
        return Live(pid=int(told["pid"]), since=datetime.fromisoformat(told["since"]), keyed=keyed, **words)
    except (ValueError, KeyError, TypeError):
        return None


def end(data: Path, pid: int, *, sentence: str) -> bool:
    """Ask a console to end, telling its operator why; whether it has ended within ENDS_S.

    It keeps its drafts and restores its terminal, as at any SIGTERM. Raises NotFound and StoreFault.
    """
    path = data / FOLDER / f"{pid}.json"
    missing = NotFound(_("No console of process {pid} runs here: see 'hisconsole sessions'.").format(pid=pid))
    try:
        # Held from before it is looked at, so that the signal can reach no other process.
        process = os.pidfd_open(pid)
    except OSError:
        raise missing from None
    try:
        with _read(path) as live:
            if live is None or live.pid != pid:
                raise missing
        told = path.with_suffix(".end")
        told.touch(mode=0o600)
        told.write_text(sentence, encoding="utf-8")
        # One that was stopped must hear it too; told to go on afterwards, it would take its terminal again.
        for number in (signal.SIGCONT, signal.SIGTERM):
            signal.pidfd_send_signal(process, number)
        return _gone(process)
    except OSError as fault:
        why = _("Console {pid} cannot be told to end: {why}.")
        raise StoreFault(why.format(pid=pid, why=fault.strerror or fault)) from fault
    finally:
        os.close(process)


def _gone(process: int) -> bool:
    """Whether a process has ended, waiting ENDS_S at most."""
    import select

    ended = select.poll()
    ended.register(process, select.POLLIN)
    began = time.monotonic()
    while (left := ENDS_S - (time.monotonic() - began)) > 0:
        if ended.poll(left * 1000):
            return True
    return False

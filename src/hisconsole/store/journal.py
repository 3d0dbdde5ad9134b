"""The journal of this machine: acts that the record cannot take now, kept until it can.

Each process writes a file of its own and holds its lock while it lives; a file that nobody holds is an
orphan, and whoever finds it may bring it to the record. What is written was synced to the disk before
the operator is told so.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import stat
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from hisconsole.errors import StoreFault
from hisconsole.store.journal_lines import Aside, Done, Entry, Line, framed, lines_of
from hisconsole.store.sqlite import create_folder, sync
from hisconsole.store.unread import put_by, unread
from hisconsole.text import _
from hisconsole.values import dataclass

FOLDER: Final = "kept"
END: Final = ".journal"
ASIDE: Final = ".numbers"
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the last resort, each in a folder of its own user


@dataclass(frozen=True, slots=True)
class Place:
    """A folder where acts may be kept; one that does not last is gone when the machine restarts."""

    folder: Path
    lasting: bool = True


def places(data: Path, *, named: Path | None = None) -> tuple[Place, ...]:
    """Where the acts of the record in `data` are kept, in the order in which it is tried.

    The site's own folder where `named`, the data folder, the user's state folder, and at last the memory.
    """
    of_record = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]
    xdg = Path(os.environ.get("XDG_STATE_HOME") or "")
    state = xdg if xdg.is_absolute() else _home_state()
    found = [Place(named / of_record)] if named is not None else []
    found.append(Place(data / FOLDER))
    if state is not None:
        found.append(Place(state / "hisconsole" / of_record))
    if _MEMORY.is_dir():
        found.append(Place(_MEMORY / f"hisconsole-{os.geteuid()}" / of_record, lasting=False))
    return tuple(found)


def _home_state() -> Path | None:
    try:
        return Path("~/.local/state").expanduser()
    except RuntimeError:
        return None


class File:
    """One file of a journal, held by its lock until it is closed.

    One thread may keep while another reads and marks: what is cut off is never a line of the other.
    """

    def __init__(self, path: Path, handle: int, place: Place) -> None:
        self.path, self.place = path, place
        self._handle = handle
        self._aside: int | None = None
        self._contents = _Contents(path)
        self._mutex = threading.Lock()
        self._good = os.fstat(handle).st_size

    @classmethod
    def new(cls, place: Place, *, of: str = "") -> File:
        """Begin a file; `of` tells its process from others with the same id. Raises OSError."""
        create_folder(place.folder)
        _refuse_others(place.folder)
        path = place.folder / f"{time.time_ns():016x}-{os.getpid()}{of}-{secrets.token_hex(4)}{END}"
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(handle).st_nlink == 0:  # somebody took it for an orphan before it was locked
                raise FileNotFoundError(path)
            sync(place.folder)
        except OSError:
            os.close(handle)
            path.unlink(missing_ok=True)
            raise
        return cls(path, handle, place)

    @classmethod
    def orphan(cls, path: Path, place: Place) -> File | None:
        """Take a file whose process is gone; None where one lives, or it cannot be opened by us."""
        try:
            handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            size = os.fstat(handle).st_size
            if os.fstat(handle).st_nlink:
                if size and os.pread(handle, 1, size - 1) != b"\n":
                    _write(handle, b"\n")  # what comes after a torn line is not to be torn with it
                return cls(path, handle, place)
        except OSError:
            pass
        os.close(handle)
        return None

    def append(self, line: Line, *, lasting: bool = True) -> None:
        """Write a line whole, and with `lasting` onto the disk; what was torn is cut off.

        Raises OSError, also where a lasting line would go into a file that nobody would find again.
        """
        if lasting and not os.path.samestat(self.path.lstat(), os.fstat(self._handle)):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.path))
        with self._mutex:
            self._good = _put(self._handle, framed(line), after=self._good, lasting=lasting)

    def set_aside(self, line: Aside) -> None:
        """Keep what no line of a journal holds, in a file beside it. Raises OSError."""
        if self._aside is None:
            flags = os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
            self._aside = os.open(self.path.with_suffix(ASIDE), flags, 0o600)
            sync(self.path.parent)
        _put(self._aside, framed(line), after=os.fstat(self._aside).st_size)

    def waiting(self) -> tuple[list[Entry], dict[int, int]]:
        """The acts not yet on record, oldest first, and the real numbers of provisional ones."""
        with self._mutex:
            return self._contents.waiting(self._handle, self._aside)

    @property
    def process(self) -> str:
        """Whose it is: provisional numbers mean the same in all files of a process."""
        return _process(self.path)

    def unread(self) -> int:
        """How many lines of it, and of the file beside it, cannot be read."""
        return unread(self.path, self.path.with_suffix(ASIDE))

    def put_by(self) -> None:
        """Let it go where nobody brings it again and somebody can look into it. Raises OSError."""
        try:
            put_by(self.path.with_suffix(ASIDE))
            put_by(self.path)
        finally:
            self.close()

    def close(self, *, remove: bool = False) -> None:
        """Let it go; with `remove` it has served its purpose, unless something in it cannot be read."""
        if remove and not self.unread():
            for path in (self.path, self.path.with_suffix(ASIDE)):
                with suppress(OSError):
                    path.unlink(missing_ok=True)
        for handle in (self._handle, self._aside):
            if handle is not None:
                os.close(handle)


def _process(path: Path) -> str:
    return path.name.split("-")[1] if path.name.count("-") > 1 else path.name


def _put(handle: int, data: bytes, *, after: int, lasting: bool = True) -> int:
    """Write `data` behind so many good bytes, or cut off what was torn; how many are good now."""
    try:
        _write(handle, data)
        if lasting:
            os.fsync(handle)
    except OSError:
        with suppress(OSError):
            os.ftruncate(handle, after)
        raise
    return after + len(data)


def _write(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def _refuse_others(folder: Path) -> None:
    """Refuse a folder that somebody else could write into: an act found there would be carried out."""
    held = os.lstat(folder)
    if not stat.S_ISDIR(held.st_mode) or held.st_uid != os.geteuid() or held.st_mode & 0o022:
        raise PermissionError(f"{folder} is not this user's alone")


class _Contents:
    """What stands in a file and in the one beside it; only what is new is read again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: dict[Path, int] = {}
        self._acts: dict[str, Entry] = {}
        self._aside: dict[str, Mapping[str, str]] = {}
        self._done: dict[str, int] = {}

    def waiting(
        self, held: int | None = None, aside: int | None = None
    ) -> tuple[list[Entry], dict[int, int]]:
        """The acts not yet on record, oldest first, and the real numbers of provisional ones.

        Of files that are open it is read through them: their folder may be hidden by another by now.
        """
        for path, handle in ((self._path.with_suffix(ASIDE), aside), (self._path, held)):
            for line in lines_of(self._fresh(path, handle)):
                self._take(line)
        numbers = {
            entry.provisional: self._done[act]
            for act, entry in self._acts.items()
            if entry.provisional and self._done.get(act)
        }
        left = [entry for act, entry in self._acts.items() if act not in self._done]
        return [replace(each, aside=self._aside.get(each.act, {})) for each in left], numbers

    def _take(self, line: Line) -> None:
        if isinstance(line, Entry):
            self._acts.setdefault(line.act, line)
        elif isinstance(line, Done):
            self._done[line.act] = line.incident
        else:
            self._aside[line.act] = line.held

    def _fresh(self, path: Path, handle: int | None) -> bytes:
        """The whole lines since the last look; what is torn may yet become whole."""
        start = self._read.get(path, 0)
        try:
            if handle is not None:
                data = os.pread(handle, os.fstat(handle).st_size, start)
            else:
                data = path.read_bytes()[start:]
        except OSError:  # such a file is never removed, and is told of by whoever lets it go
            return b""
        whole = data[: data.rfind(b"\n") + 1]
        self._read[path] = start + len(whole)
        return whole


class Journal:
    """The files of one process, begun when the first act has to be kept; not for two threads at once."""

    def __init__(self, found: Sequence[Place]) -> None:
        """Write into the first of the places that takes it."""
        self._places = tuple(found)
        self._token = "x" + secrets.token_hex(8)
        self.files: list[File] = []

    @property
    def lasting(self) -> bool:
        """Whether all that is kept would outlast a restart of the machine."""
        return all(each.place.lasting for each in self.files)

    def keep(self, entry: Entry) -> None:
        """Keep an act; it is on the disk when this returns. Raises StoreFault where no place takes it."""
        why = ""
        open_at = [each.place for each in self.files[-1:]]
        for place in (*open_at, *self._places[self._places.index(open_at[0]) + 1 if open_at else 0 :]):
            try:
                file = self.files[-1] if place in open_at else self._begun(place)
                if entry.aside:
                    file.set_aside(Aside(entry.act, entry.aside))
                file.append(entry)
            except OSError as error:
                why = f"{place.folder}: {error.strerror or error}"
                continue
            return
        raise StoreFault(
            _(
                "The record is away, and this act could not be kept here either ({why}): write it on"
                " paper, and free space on a local disk."
            ).format(why=why or _("there is no place for it"))
        )

    def _begun(self, place: Place) -> File:
        file = File.new(place, of=self._token)
        self.files.append(file)
        return file

    def orphans(self) -> Iterator[File]:
        """The files of processes that are gone, oldest acts first; each is ours until it is closed."""
        for family in self.families():
            yield from family

    def families(self) -> Iterator[list[File]]:
        """The same by process: all its files or none, as one tells what numbers in the next stand for."""
        found: dict[str, list[tuple[Path, Place]]] = {}
        for place in self._places:
            with suppress(OSError):
                _refuse_others(place.folder)
                for path in sorted(place.folder.glob(f"*{END}")):
                    if path not in {each.path for each in self.files}:
                        found.setdefault(_process(path), []).append((path, place))
        for process, family in found.items():
            taken = [File.orphan(path, place) for path, place in family]
            mine = [file for file in taken if file is not None]
            if len(mine) == len(family) or process.isdigit():  # an id alone may be of several, some alive
                yield mine
                continue
            for file in mine:
                file.close()

    def kept(self) -> list[tuple[Path, list[Entry]]]:
        """What waits on this machine, by file, whoever keeps it; only looked at."""
        found = []
        for place in self._places:
            with suppress(OSError):
                for path in sorted(place.folder.glob(f"*{END}")):
                    entries = _Contents(path).waiting()[0]
                    if entries:
                        found.append((path, entries))
        return found

    def drop_empty(self) -> None:
        """Remove our files: all that was in them is on record."""
        while self.files:
            self.files.pop().close(remove=True)

    def close(self) -> None:
        """Let our files go; what waits in them is an orphan from now on."""
        while self.files:
            file = self.files.pop()
            file.close(remove=not file.waiting()[0])

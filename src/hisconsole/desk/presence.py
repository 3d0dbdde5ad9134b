"""Which consoles look at what: one small file each beside the record, gone with the console.

It is nothing to be remembered, so it is neither an event nor in the record's file. A file counts while its
process lives on this host and has shown a sign of life within a minute. Where the record lies on a server,
the same sign lies there for consoles of other hosts; one that ended without a word is forgotten in a minute.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hisconsole.desk.drafts import is_alive, process_id
from hisconsole.errors import Away, StoreFault
from hisconsole.plan.presence import FORGOTTEN, Looking
from hisconsole.plan.times import from_text, to_text
from hisconsole.text import printable
from hisconsole.values import dataclass

if TYPE_CHECKING:
    from hisconsole.store.database import Database
    from hisconsole.store.shared import Shared

FOLDER = "presence"
_LARGEST = 2000


@dataclass(frozen=True, slots=True)
class _Sign:
    """A console's sign of life: who looks at what, and which process it is."""

    looking: Looking
    at: datetime
    host: str
    process: str


def show_all(database: Database, looking: Looking, *, now: datetime) -> None:
    """Let consoles of every host see what this one looks at. Raises Away."""
    show(database.data, looking, now=now)
    if (server := _server(database)) is not None and not server.read_only_because:
        from hisconsole.store import signs

        with _unless_forbidden():
            place, sign = _place(database.data), json.dumps(_kept(looking, now))
            signs.put(server, f"{os.getpid()} {place}", place=place, sign=sign)


def leave_all(database: Database) -> None:
    """Nothing is looked at from here any more, for any host. Raises Away."""
    leave(database.data)
    if (server := _server(database)) is not None and not server.read_only_because:
        from hisconsole.store import signs

        with _unless_forbidden():
            signs.take_away(server, f"{os.getpid()} {_place(database.data)}")


def others_of_all(database: Database, *, now: datetime) -> tuple[Looking, ...]:
    """What the other consoles look at, of this host and of others. Raises Away."""
    found = others(database.data, now=now)
    if (server := _server(database)) is not None:
        from hisconsole.store import signs

        with _unless_forbidden():
            told = signs.of_other_places(server, _place(database.data), within=FORGOTTEN)
            read = (_read(text.encode("utf-8", "surrogatepass")) for text in told)
            found += tuple(sign.looking for sign in read if sign is not None)
    return found


def _place(data: Path) -> str:
    """Where consoles see each other's files: a folder of this boot of a host, whose name others may have."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        boot = ""
    return f"{socket.gethostname()} {boot} {data}"


def _server(database: Database) -> Shared | None:
    if not database.on_server:
        return None
    from hisconsole.store.shared import Shared

    return database if isinstance(database, Shared) else None


@contextmanager
def _unless_forbidden() -> Iterator[None]:
    """An account without rights, as before its grants are repeated, shows and sees its own host alone."""
    try:
        yield
    except Away:
        raise
    except StoreFault:
        return


def show(data: Path, looking: Looking, *, now: datetime) -> None:
    """Let others on this host see what this console looks at; where that cannot be written, they do not."""
    folder = data / FOLDER
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = folder / f"{_own()}.partial"
        handle = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(_kept(looking, now), file)
        partial.rename(folder / f"{_own()}.json")


def _kept(looking: Looking, now: datetime) -> dict[str, object]:
    return {
        "operator": looking.operator,
        "incident": looking.incident,
        "since": to_text(looking.since),
        "doing": looking.doing,
        "doing_since": to_text(looking.doing_since) if looking.doing_since is not None else "",
        "at": to_text(now),
        "host": socket.gethostname(),
        "process": process_id(),
    }


def leave(data: Path) -> None:
    """Nothing is looked at from here any more."""
    with suppress(OSError):
        (data / FOLDER / f"{_own()}.json").unlink(missing_ok=True)


def others(data: Path, *, now: datetime) -> tuple[Looking, ...]:
    """What the other consoles look at; what dead ones left behind is swept away."""
    return tuple(sign.looking for sign in _signs(data / FOLDER, now))


def _signs(folder: Path, now: datetime) -> Iterator[_Sign]:
    for path in sorted(folder.glob("*.json")):
        if path.stem == _own():
            continue
        sign = _read_file(path)
        if sign is not None and abs(now - sign.at) <= FORGOTTEN and _lives(sign):
            yield sign
        elif sign is None or now - sign.at > FORGOTTEN:
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _lives(sign: _Sign) -> bool:
    """Whether its process runs; of another host only its sign is known."""
    return sign.host != socket.gethostname() or is_alive(sign.process)


def _read_file(path: Path) -> _Sign | None:
    try:
        with path.open("rb") as file:
            return _read(file.read(_LARGEST))
    except OSError:
        return None


def _read(text: bytes) -> _Sign | None:
    try:
        raw = json.loads(text[:_LARGEST])
        doing_since = str(raw["doing_since"])
        looking = Looking(
            operator=printable(str(raw["operator"]), limit=64),
            incident=int(raw["incident"]),
            since=from_text(str(raw["since"])),
            doing=printable(str(raw["doing"]), limit=64),
            doing_since=from_text(doing_since) if doing_since else None,
        )
        return _Sign(looking, from_text(str(raw["at"])), str(raw["host"]), str(raw["process"]))
    except (ValueError, KeyError, TypeError):
        return None


def _own() -> str:
    return f"{printable(socket.gethostname(), limit=64).replace('/', '-')}-{os.getpid()}"

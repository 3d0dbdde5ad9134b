"""Which consoles look at what: one small file each beside the record, gone with the console.

It is nothing to be remembered, so it is neither an event nor in the record's file. A file counts while its
process lives on this host and has shown a sign of life within a minute.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hisconsole.desk.drafts import is_alive, process_id
from hisconsole.plan.presence import FORGOTTEN, Looking
from hisconsole.plan.times import from_text, to_text
from hisconsole.text import printable

FOLDER = "presence"
_LARGEST = 2000


@dataclass(frozen=True, slots=True)
class _Sign:
    """A console's sign of life: who looks at what, and which process it is."""

    looking: Looking
    at: datetime
    host: str
    process: str


def show(data: Path, looking: Looking, *, now: datetime) -> None:
    """Let others see what this console looks at; where that cannot be written, they do not."""
    folder = data / FOLDER
    kept = {
        "operator": looking.operator,
        "incident": looking.incident,
        "since": to_text(looking.since),
        "doing": looking.doing,
        "doing_since": to_text(looking.doing_since) if looking.doing_since is not None else "",
        "at": to_text(now),
        "host": socket.gethostname(),
        "process": process_id(),
    }
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = folder / f"{_own()}.partial"
        handle = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(kept, file)
        partial.rename(folder / f"{_own()}.json")


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
        sign = _read(path)
        if sign is not None and abs(now - sign.at) <= FORGOTTEN and _lives(sign):
            yield sign
        elif sign is None or now - sign.at > FORGOTTEN:
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _lives(sign: _Sign) -> bool:
    """Whether its process runs; of another host only its sign is known."""
    return sign.host != socket.gethostname() or is_alive(sign.process)


def _read(path: Path) -> _Sign | None:
    try:
        with path.open("rb") as file:
            raw = json.loads(file.read(_LARGEST))
        doing_since = str(raw["doing_since"])
        looking = Looking(
            operator=printable(str(raw["operator"]), limit=64),
            incident=int(raw["incident"]),
            since=from_text(str(raw["since"])),
            doing=printable(str(raw["doing"]), limit=64),
            doing_since=from_text(doing_since) if doing_since else None,
        )
        return _Sign(looking, from_text(str(raw["at"])), str(raw["host"]), str(raw["process"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _own() -> str:
    return f"{printable(socket.gethostname(), limit=64).replace('/', '-')}-{os.getpid()}"

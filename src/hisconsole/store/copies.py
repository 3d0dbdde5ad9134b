"""A record that is only looked at, as when its own machine has died: nothing is written to what is named.

It is copied into a folder of this process first, because even reading would leave a log and a lock beside
it, and it may lie where nothing can be written. The folder goes away with the process.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hisconsole.errors import StoreFault
from hisconsole.plan.times import from_text, to_text
from hisconsole.store.database import Database
from hisconsole.store.events import at_seq, head
from hisconsole.store.readings_file import READINGS
from hisconsole.store.revision import COPIED, RECORD
from hisconsole.text import _, printable

_BESIDE = ("-wal", "-journal")
"""What a record may not be complete without: a log that is not folded in, or a commit that was cut short."""


@contextmanager
def looked_at(source: Path) -> Iterator[Path]:
    """A data folder with a copy of the record in `source`, a data folder or a backup's file.

    Raises StoreFault with a sentence where there is none, or it cannot be read.
    """
    record = source if source.is_file() else source / RECORD
    with TemporaryDirectory(prefix="hisconsole-copy-") as name:
        folder = Path(name)
        try:
            _copy(record, folder / RECORD)
            if record.name == RECORD and (record.parent / READINGS).exists():
                _copy(record.parent / READINGS, folder / READINGS)
        except OSError as fault:
            raise StoreFault(
                _("{path} cannot be read: {why}.").format(
                    path=printable(str(record)), why=fault.strerror or fault
                )
            ) from fault
        (folder / COPIED).write_text(_newest(folder), encoding="ascii")
        yield folder


def newest_of(folder: Path) -> datetime | None:
    """When the last event of such a copy was recorded; None for a record that is alive, and an empty one."""
    marker = folder / COPIED
    text = marker.read_text(encoding="ascii") if marker.exists() else ""
    return from_text(text) if text else None


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    for end in _BESIDE:
        part = source.with_name(source.name + end)
        if part.exists():
            shutil.copyfile(part, target.with_name(target.name + end))


def _newest(folder: Path) -> str:
    with closing(Database(folder)) as database, database.read() as connection:
        event = at_seq(connection, head(connection).seq)
    return to_text(event.recorded) if event is not None else ""

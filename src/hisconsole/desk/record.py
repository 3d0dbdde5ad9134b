"""Opens the record wherever it lies: the file in the data folder, or the server that site.yaml names."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hisconsole.config.server import load_server, password_of
from hisconsole.errors import StoreFault
from hisconsole.paths import Server
from hisconsole.store.revision import COPIED, RECORD
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.store.database import Database
    from hisconsole.store.events import Head
    from hisconsole.store.shared import Shared


def open_record(
    config: Path, data: Path, *, writable: bool = True, patient: bool = False, known: Head | None = None
) -> Database:
    """The record of a site; close it when done. Raises ConfigFault and StoreFault, of which Away is one.

    `patient` work, a proof or a copy, may wait for minutes where an operator's act may not. `known` is what
    an earlier opening has `seen`: a server's record that has gone back behind it is not written to.
    """
    copied = (data / COPIED).exists()
    server = None if copied else load_server(config, data)
    if server is None:
        from hisconsole.store.database import Database

        return Database(data, writable=writable and not copied)
    return open_shared(server, data, writable=writable, patient=patient, known=known)


def open_shared(
    server: Server,
    data: Path,
    *,
    password: Callable[[], str] | None = None,
    writable: bool = True,
    patient: bool = False,
    known: Head | None = None,
) -> Shared:
    """The record on a server, whatever site.yaml says of where it lies. Raises StoreFault.

    `password` is asked for the password instead of its file.
    """
    try:
        from hisconsole.store.postgres import PATIENCE_S
        from hisconsole.store.shared import PATIENT_S, Shared
    except ImportError as fault:
        sentence = _(
            "PostgreSQL needs a part that is not installed ({what}):"
            " {python} -m pip install 'hisconsole[postgres]'."
        )
        raise StoreFault(sentence.format(what=fault.name, python=sys.executable)) from fault
    return Shared(
        server,
        data,
        password=password or password_of(server, data=data),
        writable=writable,
        patience_s=PATIENT_S if patient else PATIENCE_S,
        known=known,
    )


def begun(config: Path, data: Path) -> bool:
    """Whether there is a record already; one on a server counts as begun, for asking could mean waiting."""
    return (data / RECORD).exists() or load_server(config, data) is not None

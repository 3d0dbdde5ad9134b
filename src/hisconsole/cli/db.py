"""The database of several hosts: what its accounts may do, and taking the record there and back."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hisconsole.cli.edge import Answer, Usage
from hisconsole.config.server import load_server
from hisconsole.desk.record import open_shared
from hisconsole.paths import Server, config_dir, data_dir
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.store.verify import Proof

_ROLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,62}")


def db(asked: Namespace) -> Answer:
    """Do what the first word says."""
    words = list(asked.words)
    if words[:1] == ["grants"] and len(words) == 2:
        return _grants(asked, words[1])
    if words in (["move", "server"], ["move", "file"]):
        return _move(asked, to_server=words[1] == "server")
    raise Usage(_("Write 'grants ROLE', 'move server' or 'move file'."))


def _server(asked: Namespace) -> Server:
    server = load_server(config_dir(asked.config), data_dir(asked.data))
    if server is None:
        raise Usage(
            _("site.yaml has no line 'database: postgresql+psycopg://...': the record is a local file.")
        )
    return replace(server, user=asked.owner) if asked.owner else server


def _password(asked: Namespace) -> Callable[[], str] | None:
    """The owner's password, typed once at the terminal; None where nothing was: then a file may have it."""
    if not asked.owner or not os.isatty(0):
        return None
    from getpass import getpass

    typed = getpass(_("Password of {role} (Enter: as in the file, or none): ").format(role=asked.owner))
    return (lambda: typed) if typed else None


def _grants(asked: Namespace, role: str) -> Answer:
    """What an account needs; printed for the owner's own tools, or carried out."""
    if not _ROLE.fullmatch(role):
        raise Usage(_("'{role}' is no name of an account.").format(role=role))
    if not asked.execute:
        from hisconsole.store.grants import grants

        statements = grants(role)
        return Answer({"role": role, "statements": list(statements)}, [f"{each};" for each in statements])
    server = _server(asked)
    with closing(
        open_shared(server, data_dir(asked.data), password=_password(asked), patient=True)
    ) as record:
        from hisconsole.store.grants import give

        given = give(record, role)
    told = _("{role} may read {server}, add events to it and change none.").format(role=role, server=server)
    return Answer({"role": role, "statements": list(given)}, [told])


def _move(asked: Namespace, *, to_server: bool) -> Answer:
    """Take the record to the server, or back into the file; the one it came from is kept, and closed."""
    data, server, password = data_dir(asked.data), _server(asked), _password(asked)
    if to_server:
        from hisconsole.store.grants import lay_beside
        from hisconsole.store.moving import to_the_server

        with closing(open_shared(server, data, password=password, patient=True)) as record:
            proof, kept = to_the_server(data, record, now=datetime.now(UTC))
            again = lay_beside(record)
        lines = [
            _("{server} holds the record now: {proof}").format(server=server, proof=_told(proof)),
            _("What was here is kept as {path}; nothing is written to it any more.").format(path=kept),
            again,
        ]
        return Answer({**_data(proof), "kept": str(kept)}, lines)
    from hisconsole.store.moving import to_a_file

    open_shared(server, data, password=password, writable=False).close()  # where there is none none is begun
    with closing(open_shared(server, data, password=password, patient=True)) as record:
        proof, path, closed = to_a_file(data, record, now=datetime.now(UTC))
    lines = [
        _("{path} holds the record now: {proof}").format(path=path, proof=_told(proof)),
        _("Take the line 'database' out of every site.yaml: on {server} nothing is written any more.").format(
            server=server
        ),
        _("What was there is kept in the schema {schema}.").format(schema=closed),
    ]
    return Answer({**_data(proof), "kept": f"{server}: {closed}"}, lines)


def _data(proof: Proof) -> dict[str, object]:
    return {"seq": proof.head.seq, "hash": proof.head.hash, "incidents": proof.incidents}


def _told(proof: Proof) -> str:
    return _("head {seq} {hash}").format(seq=proof.head.seq, hash=proof.head.hash)

"""A record that is only looked at, with what its dead host had not yet folded in or taken back."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from hisconsole.desk import calls
from hisconsole.desk.desk import Desk
from hisconsole.store.copies import looked_at
from hisconsole.store.database import RECORD
from tests.hospital import ADOPTED

CALL = {"workstation": "reg-01", "symptom": "3"}


def test_a_commit_that_was_cut_short_is_taken_back_in_the_copy(desk: Desk, tmp_path: Path) -> None:
    calls.take_call(desk, CALL)
    desk.database.close()
    record, dead = desk.database.path, tmp_path / "dead"
    dead.mkdir()
    with closing(sqlite3.connect(record, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=PERSIST")
        connection.execute("PRAGMA cache_size=1")  # pages reach the file before the commit
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE event SET actor = 'half written'")
        connection.execute("CREATE TABLE filler AS SELECT randomblob(90000) AS noise")
        for end in ("", "-journal"):
            shutil.copyfile(f"{record}{end}", dead / f"{RECORD}{end}")
        connection.execute("ROLLBACK")
    assert b"half written" in (dead / RECORD).read_bytes()
    before = {path.name: path.read_bytes() for path in dead.iterdir()}
    with looked_at(dead) as folder, closing(sqlite3.connect(folder / RECORD)) as copy:
        assert copy.execute("SELECT count(*) FROM event WHERE actor = 'half written'").fetchone() == (0,)
        assert copy.execute("SELECT max(seq) FROM event").fetchone() == (ADOPTED + 2,)
    assert {path.name: path.read_bytes() for path in dead.iterdir()} == before

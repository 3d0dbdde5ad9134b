"""Private folders of copies: the one in use stays, what a killed process left goes."""

from __future__ import annotations

from pathlib import Path

from hisconsole.desk.desk import Desk
from hisconsole.store.backup import prove
from hisconsole.store.leftover import PRIVATE, clear
from hisconsole.store.moving import filled


def test_a_copy_that_is_being_made_stays_and_a_dead_one_goes(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    (folder / (PRIVATE + "dead")).mkdir(parents=True)
    (folder / (PRIVATE + "dead") / "record.db").write_text("half")
    (folder / "somebody.db").write_text("his")
    (folder / (PRIVATE + "link")).symlink_to(tmp_path)
    with filled(desk.database, beside=folder / "one.db") as (local, proof):
        clear(folder)
        assert prove(local) == proof
        assert sorted(path.name for path in folder.iterdir()) == sorted(
            [local.parent.name, PRIVATE + "link", "somebody.db"]
        )
    assert desk.database.path.exists()

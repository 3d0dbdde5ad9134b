"""What outlasts a restart: where a folder lies, and which place would take what has to be kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole.store.journal import Place
from hisconsole.store.lasting import Lies, lies, takes_acts

MOUNTS = """\
22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
30 22 0:27 / /run rw - tmpfs tmpfs rw
31 22 0:28 / /old rw - ramfs none rw
32 22 0:40 / /srv/share rw - nfs4 10.0.0.1:/share rw
"""


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/etc/hisconsole", Lies.HERE),
        ("/run/hisconsole", Lies.MEMORY),
        ("/old/x/y", Lies.MEMORY),
        ("/srv/share/site", Lies.AFAR),
        ("/srv/shared", Lies.HERE),
    ],
)
def test_where_a_folder_lies(path: str, where: Lies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_text", lambda *_args, **_named: MOUNTS)
    assert lies(Path(path)) is where


def test_what_the_system_does_not_say_counts_as_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_args: object, **_named: object) -> str:
        raise PermissionError(13, "no")

    monkeypatch.setattr(Path, "read_text", closed)
    assert lies(Path("/run/hisconsole")) is Lies.HERE


def test_the_first_place_that_would_take_an_act_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    under_file, good = Place(tmp_path / "file" / "kept"), Place(tmp_path / "new" / "kept")
    memory = Place(tmp_path / "memory", lasting=False)
    assert takes_acts([under_file, good, memory]) == good
    assert takes_acts([under_file, memory]) == memory
    assert takes_acts([under_file]) is None
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_place_that_cannot_even_be_looked_at_takes_nothing(tmp_path: Path) -> None:
    odd, good = Place(tmp_path / ("x" * 300)), Place(tmp_path / "kept")
    assert takes_acts([odd, good]) == good

"""The list of consoles: it holds who lives, and only those."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.errors import NotFound
from hisconsole.sessions import FOLDER, Live, Session, end, living
from tests.ptys import SRC

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)

SITTER = """
import os, sys, time
from datetime import UTC, datetime
from pathlib import Path
from hisconsole.sessions import Live, Session
kept = Session(Path(sys.argv[1]), Live(os.getpid(), "li.na", "192.0.2.7", "/dev/pts/9", datetime.now(UTC)))
if sys.argv[2] == "deaf":
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("sits", flush=True)
time.sleep(60)
"""


class Sitters:
    """Processes that are listed as consoles."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.all: list[subprocess.Popen[str]] = []

    def sit(self, how: str = "") -> int:
        """One more; its process."""
        words = [sys.executable, "-c", SITTER, str(self.data), how]
        sitter = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(SRC)})
        self.all.append(sitter)
        assert sitter.stdout is not None
        assert sitter.stdout.readline() == "sits\n"
        return sitter.pid

    def close(self) -> None:
        """End them."""
        for each in self.all:
            each.kill()
            each.communicate()


@pytest.fixture
def sitters(tmp_path: Path) -> Iterator[Sitters]:
    made = Sitters(tmp_path)
    yield made
    made.close()


def here(operator: str = "") -> Live:
    return Live(os.getpid(), operator, "local", "no tty", NOON)


def test_one_is_listed_from_its_beginning_to_its_end_and_privately(tmp_path: Path) -> None:
    assert living(tmp_path) == []
    with closing(Session(tmp_path, here())) as session:
        assert living(tmp_path) == [here()]
        session.seated("li.na")
        assert living(tmp_path) == [here("li.na")]
        folder = tmp_path / FOLDER
        assert folder.stat().st_mode & 0o777 == 0o700
        assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]
    assert living(tmp_path) == []
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_one_that_was_killed_leaves_the_list(sitters: Sitters) -> None:
    first, second = sitters.sit(), sitters.sit()
    assert [live.pid for live in living(sitters.data)] == [first, second]
    sitters.all[0].kill()
    sitters.all[0].wait()
    assert [live.pid for live in living(sitters.data)] == [second]
    assert [path.name for path in (sitters.data / FOLDER).iterdir()] == [f"{second}.json"]


def test_where_no_list_can_be_kept_a_console_opens_all_the_same(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("in the way")
    with closing(Session(tmp_path, here())) as session:
        session.seated("li.na")
    assert living(tmp_path) == []


def test_a_file_that_is_no_console_is_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir()
    with closing(Session(tmp_path, here("li.na"))):
        (folder / f"{os.getpid()}.json").write_text('{"pid": 1}')
        assert living(tmp_path) == []
    (folder / "door.json").symlink_to("/etc/passwd")
    with pytest.raises(Exception, match="cannot be read"):
        living(tmp_path)


def test_idle_is_how_long_no_key_was_pressed(tmp_path: Path) -> None:
    begun = datetime.now(UTC) - timedelta(minutes=5)
    with closing(Session(tmp_path, replace(here(), since=begun))) as session:
        file = tmp_path / FOLDER / f"{os.getpid()}.json"
        os.utime(file, (0, 0))
        (live,) = living(tmp_path)
        assert live.idle(begun + timedelta(minutes=3)) == 180
        session.keyed()
        (live,) = living(tmp_path)
        assert 120 <= live.idle(datetime.now(UTC) + timedelta(minutes=2)) <= 150


def test_one_is_ended_by_name_and_told_why(sitters: Sitters) -> None:
    pid = sitters.sit()
    assert end(sitters.data, pid, sentence="by wang.lei")
    assert sitters.all[0].wait(5) == -signal.SIGTERM
    with pytest.raises(NotFound, match="No console of process"):
        end(sitters.data, pid, sentence="again")
    stranger = subprocess.Popen(["/bin/sleep", "60"])
    try:
        (sitters.data / FOLDER / f"{stranger.pid}.json").write_text("{}")  # as left by one of the same number
        with pytest.raises(NotFound):
            end(sitters.data, stranger.pid, sentence="never")
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_one_that_was_stopped_hears_it_and_a_deaf_one_is_told_of(sitters: Sitters) -> None:
    stopped, deaf = sitters.sit(), sitters.sit("deaf")
    os.kill(stopped, signal.SIGSTOP)
    assert end(sitters.data, stopped, sentence="up")
    assert not end(sitters.data, deaf, sentence="up")


def test_the_farewell_is_what_was_left_for_us_and_never_raw(tmp_path: Path) -> None:
    with closing(Session(tmp_path, here("li.na"))) as session:
        assert "A form that was open is kept" in session.farewell()
        (tmp_path / FOLDER / f"{os.getpid()}.end").write_text("by \x1b[2Jwang.lei")
        assert session.farewell() == "by ?[2Jwang.lei"

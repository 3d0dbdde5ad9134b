"""The log of faults: it rotates by itself, and whoever moves it away finds the next entry in a new file."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hisconsole import faultlog
from hisconsole.faultlog import LOG, log_fault


def put(path: Path, words: str) -> None:
    assert log_fault(path, RuntimeError(words), "t")


def test_it_begins_anew_at_its_limit_and_keeps_one_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faultlog, "LIMIT", 1000)
    path = tmp_path / LOG
    for number in range(60):
        put(path, f"fault {number} {'x' * 90}")
    assert {each.name for each in tmp_path.iterdir()} == {LOG, f"{LOG}.1"}
    assert all(each.stat().st_size <= 1000 + 300 for each in tmp_path.iterdir())
    assert "fault 59 " in path.read_text()
    assert all(stat.S_IMODE(each.stat().st_mode) == 0o600 for each in tmp_path.iterdir())


def test_whoever_moves_it_away_finds_the_next_entry_in_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / LOG
    put(path, "before")
    path.rename(tmp_path / f"{LOG}.old")
    put(path, "behind")
    assert "before" in (tmp_path / f"{LOG}.old").read_text()
    assert "behind" not in (tmp_path / f"{LOG}.old").read_text()
    assert "behind" in path.read_text()


def test_logrotate_itself_costs_no_entry(tmp_path: Path, need: Callable[[str], str]) -> None:
    logrotate, path = need("logrotate"), tmp_path / LOG
    put(path, "before")
    config = tmp_path / "rotate"
    config.write_text(f"{path} {{\n  rotate 2\n  missingok\n  nocreate\n}}\n")
    config.chmod(0o600)
    words = [logrotate, "--force", "--state", str(tmp_path / "state"), str(config)]
    subprocess.run(words, check=True, capture_output=True)
    put(path, "behind")
    assert "before" in (tmp_path / f"{LOG}.1").read_text()
    assert path.read_text().count("RuntimeError: behind") == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """Somebody may have laid one where the log is to be."""
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / LOG).symlink_to(other)
    assert not log_fault(tmp_path / LOG, RuntimeError("x"), "t")
    assert other.read_text() == "mine"

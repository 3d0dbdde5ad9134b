"""A copy of a record that is only looked at: every question is answered, and nothing is written to it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run

Call = Callable[..., int]
WHERE = "--read-only"


@pytest.fixture
def copy(run: Run, call: Call, data: Path, tmp_path: Path) -> Path:
    """A data folder as it was carried away, on a medium that takes nothing."""
    call()
    copied = tmp_path / "copy"
    copied.mkdir()
    for name in ("record.db", "record.db-wal"):
        if (data / name).exists():
            shutil.copy(data / name, copied / name)
    return copied


def _seen(folder: Path) -> dict[str, tuple[int, int]]:
    return {each.name: (each.stat().st_size, each.stat().st_mtime_ns) for each in folder.iterdir()}


def test_questions_are_answered_and_nothing_is_written(run: Run, copy: Path) -> None:
    before = _seen(copy)
    copy.chmod(0o500)
    words = ("--data", str(copy), WHERE)
    try:
        for command in (("incidents",), ("incident", "1"), ("log",), ("verify",), ("due",), ()):
            answered = run(*command, *words, operator="")
            assert answered.code == 0, (command, answered.err)
    finally:
        copy.chmod(0o700)
    assert _seen(copy) == before


def test_a_backup_is_looked_at_by_its_file(run: Run, call: Call, tmp_path: Path) -> None:
    call()
    run("backup", str(tmp_path / "backup.db"), operator="")
    call()
    shown = run("incidents", "--json", "--data", str(tmp_path / "backup.db"), WHERE, operator="").json
    assert len(shown["incidents"] if isinstance(shown, dict) else shown) == 1


def test_an_act_is_refused_and_the_way_out_is_said(run: Run, copy: Path) -> None:
    before = _seen(copy)
    for words in (
        ("act", "acknowledge", "1"),
        ("report", "--workstation", "reg-01", "--symptom", "3", "--words", "x"),
    ):
        refused = run(*words, "--data", str(copy), WHERE, operator="li.na")
        assert refused.code == 3, (words, refused.out)
        assert "act where the record is alive" in refused.err
    assert _seen(copy) == before


@pytest.mark.parametrize("command", [("watch",), ("restore", "x"), ("drill", "--list"), ("practice", "list")])
def test_what_needs_a_living_record_says_so(run: Run, copy: Path, command: tuple[str, ...]) -> None:
    refused = run(*command, "--data", str(copy), WHERE, operator="")
    assert (refused.code, "does not go with --read-only" in refused.err) == (2, True)


def test_what_is_no_record_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "noise.db").write_bytes(os.urandom(5000))
    for name, why in (("none", "cannot be read"), ("noise.db", "is damaged")):
        refused = run("incidents", "--data", str(tmp_path / name), WHERE, operator="")
        assert (refused.code, why in refused.err) == (3, True), refused.err

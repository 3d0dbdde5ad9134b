"""Consoles show one another what they look at, and are forgotten when their process is gone."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.desk import drafts, presence
from hisconsole.plan.presence import Looking
from hisconsole.plan.times import to_text
from tests.hostile import HOSTILE

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
LOOKING = Looking("wang.wei", 7, NOW, "classify", NOW)

_CONSOLE = """
import sys
from datetime import datetime
from pathlib import Path
from hisconsole.desk import presence
from hisconsole.plan.presence import Looking
now = datetime.fromisoformat(sys.argv[2])
presence.show(Path(sys.argv[1]), Looking("wang.wei", 7, now, "classify", now), now=now)
print("shown", flush=True)
sys.stdin.read()
"""


def another_console(data: Path) -> subprocess.Popen[str]:
    path = os.pathsep.join(each for each in sys.path if each)
    started = subprocess.Popen(
        [sys.executable, "-c", _CONSOLE, str(data), NOW.isoformat()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "shown\n"
    return started


def lay(data: Path, name: str, **changed: object) -> Path:
    """A console's file as another one, or another host, writes it."""
    folder = data / presence.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    kept = {
        "operator": "wang.wei",
        "incident": 7,
        "since": to_text(NOW),
        "doing": "",
        "doing_since": "",
        "at": to_text(NOW),
        "host": "elsewhere",
        "process": "1:1",
    }
    path = folder / f"{name}.json"
    path.write_text(json.dumps(kept | changed), "utf-8")
    return path


def test_another_console_is_seen_while_it_runs_and_gone_with_its_process(tmp_path: Path) -> None:
    other = another_console(tmp_path)
    try:
        assert presence.others(tmp_path, now=NOW) == (LOOKING,)
    finally:
        other.kill()
        other.communicate()
    assert presence.others(tmp_path, now=NOW) == ()


def test_one_is_no_other_to_oneself_and_leaves_without_a_trace(tmp_path: Path) -> None:
    presence.show(tmp_path, LOOKING, now=NOW)
    assert presence.others(tmp_path, now=NOW) == ()
    assert len([*(tmp_path / presence.FOLDER).iterdir()]) == 1
    presence.leave(tmp_path)
    assert [*(tmp_path / presence.FOLDER).iterdir()] == []


@pytest.mark.parametrize(("age", "seen"), [(59, 1), (61, 0), (-59, 1), (-61, 0)])
def test_without_a_sign_of_life_for_a_minute_one_is_forgotten(tmp_path: Path, age: int, seen: int) -> None:
    lay(tmp_path, "elsewhere-1")
    assert len(presence.others(tmp_path, now=NOW + timedelta(seconds=age))) == seen


def test_what_is_left_behind_is_swept_away(tmp_path: Path) -> None:
    old = lay(tmp_path, "elsewhere-1")
    dead = lay(tmp_path, "here-2", host=socket.gethostname(), process="99999999:1")
    broken = lay(tmp_path, "here-3", incident="many")
    assert presence.others(tmp_path, now=NOW + timedelta(seconds=61)) == ()
    assert [path.exists() for path in (old, dead, broken)] == [False, False, False]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_nothing_that_others_write_reaches_the_terminal_raw(tmp_path: Path, text: str) -> None:
    lay(tmp_path, "elsewhere-1", operator=text, doing=text)
    for found in presence.others(tmp_path, now=NOW):
        assert found.operator.isprintable()
        assert found.doing.isprintable()


def test_a_folder_that_cannot_be_written_is_nobodys_trouble(tmp_path: Path) -> None:
    (tmp_path / presence.FOLDER).write_text("in the way")
    presence.show(tmp_path, LOOKING, now=NOW)
    assert presence.others(tmp_path, now=NOW) == ()
    presence.leave(tmp_path)


def test_what_was_begun_here_is_let_go_for_other_consoles_of_the_same_person(tmp_path: Path) -> None:
    draft = drafts.Draft("note", 7, "act-1", {"text": "x"}, "li.na", NOW.isoformat(), drafts.process_id())
    drafts.save(tmp_path, draft)
    drafts.save(tmp_path, drafts.Draft("note", 8, "act-2", {"text": "y"}, "wang.wei", NOW.isoformat(), "1:1"))
    drafts.release(tmp_path, "li.na")
    assert [each.process for each in drafts.left(tmp_path, "li.na")] == [""]

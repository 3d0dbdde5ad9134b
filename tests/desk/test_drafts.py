"""Drafts: a half-filled form outlives its process, whole and private."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hisconsole.desk import drafts
from hisconsole.desk.drafts import Draft
from hisconsole.errors import StoreFault
from hisconsole.plan.events import PROVISIONAL
from tests.hostile import HOSTILE

SAVED = "2026-11-23T22:00:00+08:00"
MINE = Draft("call", 0, "act-1", {"words": "cannot\nsave"}, "li.na", SAVED, drafts.process_id())


def test_a_draft_is_found_again_and_forgotten(tmp_path: Path) -> None:
    assert drafts.left(tmp_path, "li.na") == []
    drafts.save(tmp_path, MINE)
    drafts.save(tmp_path, replace(MINE, act="act-2", saved="2026-11-23T21:00:00+08:00"))
    assert [draft.act for draft in drafts.left(tmp_path, "li.na")] == ["act-2", "act-1"]
    assert drafts.left(tmp_path, "li.na")[1] == MINE
    assert drafts.left(tmp_path, "wang.wei") == []
    drafts.drop(tmp_path, "act-1")
    drafts.drop(tmp_path, "act-1")
    assert [draft.act for draft in drafts.left(tmp_path, "li.na")] == ["act-2"]


def test_a_draft_of_a_living_process_is_its_own(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = drafts._process(other.pid)
    drafts.save(tmp_path, replace(MINE, process=process))
    assert drafts.left(tmp_path, "li.na") == []
    other.kill()
    other.communicate()
    assert [draft.process for draft in drafts.left(tmp_path, "li.na")] == [process]


def test_a_later_process_with_the_same_number_is_another(tmp_path: Path) -> None:
    pid = drafts.process_id().partition(":")[0]
    drafts.save(tmp_path, replace(MINE, process=f"{pid}:1"))
    assert len(drafts.left(tmp_path, "li.na")) == 1


def test_a_draft_about_a_call_that_another_process_has_kept_is_for_no_other_call(tmp_path: Path) -> None:
    drafts.save(tmp_path, replace(MINE, incident=PROVISIONAL + 1, process="1:1"))
    assert drafts.left(tmp_path, "li.na") == []  # here K1 is another call, or none
    drafts.save(tmp_path, replace(MINE, incident=PROVISIONAL + 1, process=drafts.process_id()))
    assert len(drafts.left(tmp_path, "li.na")) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"answers": 1}', '{"answers": {}}', "\xff"])
def test_what_is_no_draft_is_passed_over(tmp_path: Path, text: str) -> None:
    drafts.save(tmp_path, MINE)
    (tmp_path / "drafts" / "broken.json").write_bytes(text.encode("latin-1"))
    assert drafts.left(tmp_path, "li.na") == [MINE]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_come_back_harmless(tmp_path: Path, name: str) -> None:
    drafts.save(tmp_path, replace(MINE, answers={"words": HOSTILE[name]}))
    (found,) = drafts.left(tmp_path, "li.na")
    assert "\x1b" not in found.answers["words"]
    assert len(found.answers["words"]) <= 2000


def test_a_draft_that_cannot_be_kept_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreFault, match=r"draft cannot be kept in .*file/drafts"):
        drafts.save(tmp_path / "file", MINE)

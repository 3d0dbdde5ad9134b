"""The turn of duty by commands alone: taken, offered, answered, accepted, listed, compared, printed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from hisconsole.plan.handover import Part
from tests.cli.conftest import Run

OUT, IN = "li.na", "wang.lei"
OWN = "The database takes nothing; registration writes on paper and I watch the vendor."


@pytest.fixture
def grave(run: Run, call: Callable[..., int]) -> int:
    """An open Category I, and li.na on duty."""
    number = call()
    for words in (("acknowledge",), ("verify", "result=confirmed", "how=remote")):
        assert run("act", words[0], str(number), *words[1:]).code == 0
    assert run("act", "classify", str(number), "category=I", "reason=server").code == 0
    assert run("handover", "begin").code == 0
    return number


def take_all(run: Run) -> None:
    keys = run("handover", "--json", operator=IN).json["turn"]["missing"]
    plain = [key for key in keys if not key.startswith(("silence:", "delta:"))]
    for key in plain:
        ran = run("handover", "take", key, "--since", operator=IN)
        if ran.code:
            assert "own words" in ran.err
            words = (OWN, "--next", "ring the vendor", "--when", "+20")
            assert run("handover", "restate", key, *words, operator=IN).code == 0
    assert run("handover", "take", "--since", operator=IN).code == 0


def test_without_a_screen_the_watch_changes_hands(run: Run, grave: int, data: Path) -> None:
    refused = run("handover", "offer", IN)
    assert refused.code == 4
    assert "give the reason" in refused.err
    assert run("handover", "offer", IN, "--reason", "end of shift").code == 0
    assert run("handover", "accept", operator=IN).code == 4
    assert run("handover", "object", f"incident:{grave}", "no").code == 4
    take_all(run)
    assert run("handover", "confirm").code == 0
    accepted = run("handover", "accept", "--json", operator=IN)
    assert accepted.code == 0
    assert accepted.json["sentence"] == "You have the duty"
    shown = run("handover", "--json").json
    assert (shown["turn"]["number"], shown["turn"]["person"]) == (2, IN)
    assert [each["part"] for each in shown["summary"]["sections"]] == [part.value for part in Part]
    (listed,) = run("handover", "list", "--json").json
    (paper,) = (data / "handovers").glob("*.txt")
    assert listed["hash"] == hashlib.sha256(paper.read_bytes()).hexdigest()
    assert "T1" in run("handover", "list").out
    assert run("verify").code == 0


def test_the_summary_is_paper_of_eighty_columns_and_says_none(run: Run, grave: int) -> None:
    ran = run("handover")
    assert ran.code == 0
    assert "Category I" in ran.out
    assert "None: nothing is silenced." in ran.out


def test_as_of_a_time_and_never_of_one_to_come(run: Run, grave: int) -> None:
    past = run("handover", "--at", "-60", "--json")
    assert past.code == 0
    assert past.json["turn"] is None
    assert past.json["summary"]["counts"]["one"] == 0
    ahead = run("handover", "--at", "+60")
    assert ahead.code == 4
    assert "still to come" in ahead.err


def test_what_changed_since_one_is_told(run: Run, grave: int, call: Callable[..., int]) -> None:
    run("handover", "offer", IN, "--reason", "over")
    call("lab-01", "other", "--words", "printer")
    ran = run("handover", "diff", "1")
    assert ran.code == 0
    assert "0002" in ran.out
    assert run("handover", "diff", "7").code == 5


def test_routines_and_notes_and_what_they_refuse(run: Run) -> None:
    assert run("report", "--workstation", "reg-01", "--symptom", "other").code == 0
    assert run("handover", "note", "too early").code == 4
    assert run("handover", "begin").code == 0
    assert run("handover", "note", "lift 2 is out of order").code == 0
    assert "lift 2" in run("handover").out
    unknown = run("handover", "routine", "nothing-of-that-name")
    assert unknown.code == 4
    assert "no routine" in unknown.err
    assert run("handover", "--figures").out.startswith("Calls")


def test_html_is_written_into_a_new_file(run: Run, grave: int, tmp_path: Path) -> None:
    page = tmp_path / "handover.html"
    assert run("handover", "--html", str(page)).code == 0
    assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")
    assert run("handover", "--html", str(page)).code != 0, "nothing is written over"


LP = """#!/bin/sh
printf '%s\\n' "$*" >"$0.words"
cat >"$0.paper"
echo "request id is lp-7 (1 file(s))"
"""
REFUSES = """#!/bin/sh
cat >/dev/null
printf 'lp: The printer \\033[31mis gone.\\n' >&2
exit 1
"""


@pytest.mark.parametrize(
    ("script", "told"), [(LP, "lp-7"), (REFUSES, "lp refused it"), ("", "There is no lp")]
)
def test_it_is_printed_through_lp_where_there_is_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, told: str
) -> None:
    run("handover", "begin")
    folder = tmp_path / "bin"
    folder.mkdir()
    if script:
        (folder / "lp").write_text(script)
        (folder / "lp").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin" if script else str(folder))
    ran = run("handover", "--print")
    assert told in ran.out
    assert "\x1b" not in ran.out
    if script is LP:
        assert "HANDOVER" in (folder / "lp.paper").read_text(encoding="utf-8")
        assert (folder / "lp.words").read_text().split() == ["-t", "hisconsole", "-"]

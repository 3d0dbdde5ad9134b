"""`hisconsole flow try` walks a flow on plain lines, in a terminal, a pipe and a script."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from hisconsole.cli import main
from hisconsole.cli.edge import Usage
from hisconsole.cli.flowing import flow
from hisconsole.paths import shipped
from tests.flows.flows import FOLDER, SMALL
from tests.hostile import HOSTILE
from tests.ptys import Pty


def tried(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], path: Path, typed: str
) -> tuple[int, str, Any]:
    """What a walk prints, and its answer to --json; both come to the same exit code."""
    words = ["--config", str(shipped("config")), "flow", "try", str(path)]
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    code = main(words)
    lines = capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert main([*words, "--json"]) == code
    return code, lines, json.loads(capsys.readouterr().out)


TRIES: list[tuple[str, str, int, str | None, dict[str, str]]] = [
    ("paralysis", "1 1 1", 0, "yes", {"places": "none", "path": "yes", "core": "dark"}),
    ("paralysis", "3 1 3", 0, "no", {"places": "both", "path": "yes", "core": "fine"}),
    ("paralysis", "1 b 3 0", 0, "no", {"places": "both", "path": "unknown"}),
    ("paralysis", "1 b - ? ?", 0, "undecided", {"places": "none", "path": "unknown", "third": "unknown"}),
    ("paralysis", "b 9 x - 1 q", 1, None, {"places": "none"}),
    ("paralysis", "1", 1, None, {"places": "none"}),
    ("paralysis", "", 1, None, {}),
    ("classify", "1 1", 0, "server-down", {"scope": "one", "component": "server"}),
    ("classify", "? ? 2", 0, None, {"scope": "unknown", "component": "unknown", "recurring": "no"}),
]


@pytest.mark.parametrize(
    "case",
    TRIES,
    ids=[f"{each[0]} {each[1]}" for each in TRIES],
)
def test_a_walk_line_by_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    case: tuple[str, str, int, str | None, dict[str, str]],
) -> None:
    name, typed, code, outcome, answers = case
    lines = "".join("\n" if word == "-" else f"{word}\n" for word in typed.split())
    ended, said, data = tried(monkeypatch, capsys, FOLDER / f"{name}.yaml", lines)
    assert ended == code
    assert (data["flow"], data["outcome"]) == (name, outcome)
    assert {id_: each["value"] for id_, each in data["answers"].items()} == answers
    assert max(map(len, said.splitlines())) <= 80
    assert ("Left before the end" in said) == (code == 1)


def test_the_outcome_says_category_fault_why_and_clause(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _code, said, data = tried(monkeypatch, capsys, FOLDER / "classify.yaml", "1\n1\n")
    flat = " ".join(said.split())
    assert "Outcome: Category I, server cannot work, because a database or" in flat
    assert "(plan 4, Category 1)." in flat
    assert "server" in data["say"]


def test_skipping_asks_for_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = FOLDER / "paralysis.yaml"
    _code, said, data = tried(monkeypatch, capsys, path, "s\n\ns\nno telephone\ns all dark\nq\n")
    assert data["answers"]["places"] == {"value": "unknown", "reason": "no telephone"}
    assert data["answers"]["path"] == {"value": "unknown", "reason": "all dark"}
    assert "Say why this question is skipped." in said
    assert "places: skipped: no telephone" in said


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A flow with a number and free words."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, "utf-8")
    return path


def test_numbers_and_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], small: Path
) -> None:
    code, said, data = tried(monkeypatch, capsys, small, "2\nmany\n0\nb\n\nsome words\n")
    assert code == 0
    assert "A whole number from 0 to 999999 is needed here." in said
    assert "> 0" in said
    assert {id_: each["value"] for id_, each in data["answers"].items()} == {
        "colour": "green",
        "count": 0,
        "note": "some words",
    }


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_is_typed_never_acts_on_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], small: Path, text: str
) -> None:
    line = text.replace("\n", " ")
    _code, said, _data = tried(monkeypatch, capsys, small, f"{line}\n2\n1\n{line}\nx\n")
    assert all(each.isprintable() for each in said.split("\n"))


def test_a_faulty_flow_is_told_with_its_place(capsys: pytest.CaptureFixture[str], small: Path) -> None:
    small.write_text(SMALL.replace("colour = red", "color = red"), "utf-8")
    assert main(["flow", "try", str(small)]) == 1
    fault = capsys.readouterr().err
    assert f"{small}:12:11: 'color' is no step and no fact (did you mean 'colour'?)." in fault
    for file in ("", "a\0b"):
        with pytest.raises(Usage):
            flow(Namespace(file=file, json=False))


def test_bytes_that_are_no_text_and_a_closed_input(small: Path) -> None:
    command = [sys.executable, "-m", "hisconsole", "flow", "try", str(small)]
    ran = subprocess.run(command, input=b"\xff\xfe\n2\n1\nq\n", capture_output=True, check=False, timeout=50)
    assert (ran.returncode, ran.stderr) == (1, b"")
    ran = subprocess.run(
        [*command, "--json"], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=50
    )
    assert (ran.returncode, json.loads(ran.stdout)["answers"]) == (1, {})


def test_it_works_on_a_terminal(small: Path) -> None:
    with Pty([sys.executable, "-m", "hisconsole", "flow", "try", str(small)]) as pty:
        pty.wait_for("Which colour?")
        pty.type_in("2\n")
        pty.wait_for("How many?")
        pty.type_in("3\n?\n")
        pty.wait_for("Outcome: many. Many.")
        assert pty.exited() == 0

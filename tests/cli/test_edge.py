from __future__ import annotations

import errno
import io
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hisconsole import __version__
from hisconsole.cli import main, reading
from hisconsole.cli.commands import number
from hisconsole.text import cell_len, printable
from tests.cli.conftest import Run
from tests.hostile import HOSTILE
from tests.shares import part

Call = Callable[..., int]
COMMANDS = ["report", "act", "incidents", "incident", "log"]
COMMANDS += ["verify", "backup", "restore", "init", "check"]
COMMANDS += ["watch", "status", "metrics", "silence", "silences", "targets", "hosts", "practice", "shifts"]
COMMANDS += ["handover", "path", "maintenance", "ready", "drill"]
VERBS = ["targets list", "targets try", "targets import", "hosts list", "hosts enroll"]
VERBS += [f"practice {verb}" for verb in ("break", "mend", "status", "scenario", "list")]


def squeezed(text: str) -> str:
    return "".join(text.replace("\n", "/").split()).replace("/", "")


@pytest.mark.parametrize("command", ["", *COMMANDS, *VERBS])
def test_each_help_page_has_an_example_and_fits(run: Run, command: str) -> None:
    ran = run(*command.split(), "--help")
    assert ran.code == 0
    assert f"example:\n  hisconsole {command}" in ran.out
    assert "--json" in ran.out
    assert max(map(cell_len, ran.out.splitlines())) <= 80


def test_the_version(run: Run) -> None:
    assert run("--version").out == f"hisconsole {__version__}\n"
    assert run("--version", "--json").json == {"version": __version__}


def test_options_for_all_stand_before_or_after_the_command(run: Run, tmp_path: Path) -> None:
    here, there = str(tmp_path / "here"), str(tmp_path / "there")
    report = ("report", "--workstation", "reg-01", "--symptom", "3")
    assert run("--data", here, "--json", *report, operator="wang.lei").json["incident"] == 1
    assert run("--data", here, *report, "--data", there, "--operator", "li.na").code == 0
    assert run("log", "--json", "--data", here).json[0]["actor"] == "wang.lei"
    assert run("log", "--json", "--data", there).json[0]["actor"] == "li.na"


def test_the_environment_says_it_too(
    run: Run,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HISCONSOLE_DATA", str(data))
    monkeypatch.setenv("HISCONSOLE_OPERATOR", "ma.chao")
    assert main(["report", "--workstation", "reg-01", "--symptom", "3"]) == 0
    assert main(["log", "--json"]) == 0
    assert '"actor": "ma.chao"' in capsys.readouterr().out
    monkeypatch.setenv("HISCONSOLE_CONFIG", str(tmp_path / "nosuch"))
    assert main(["incidents"]) == 1


def test_a_wrong_word_is_told_in_one_line(run: Run) -> None:
    for words in (["nosuch"], ["incidents", "--nosuch"], ["incident"], ["log", "\x1b[2J"]):
        ran = run(*words)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.count("\n") == 1
        assert "--help" in ran.err
        assert run(*words, "--json").fault["code"] == 2


@pytest.mark.parametrize("wrong", ["", "x", "-1", "1.5", "\u0664", "9" * 13, "1 2"])
def test_what_is_no_number(run: Run, wrong: str) -> None:
    assert run("log", f"--incident={wrong}").code == 2


def test_numbers_as_people_write_them() -> None:
    assert [number(text) for text in ("42", "0042", "#42", "r42", "R42")] == [42] * 5


def test_a_bug_costs_one_calm_sentence(
    run: Run, call: Call, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call()

    def broken(*_given: object) -> None:
        raise RuntimeError("secret \x1b[2J")

    monkeypatch.setattr(reading, "first_board", broken)
    ran = run("incidents")
    assert (ran.code, ran.out) == (70, "")
    log = data / "console.log"
    name = ran.err.partition("(error ")[2][:8]
    assert ran.err == (f"hisconsole: Something went wrong here (error {name}); {log} has the details.\n")
    told = log.read_text()
    assert "RuntimeError: secret ?[2J" in told
    assert name in told
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert run("incidents", "--json").fault["code"] == 70
    assert log.read_text().count("Traceback") == 2
    log.unlink()
    log.symlink_to(data / "elsewhere")
    assert "could not take the details" in run("incidents").err


def test_ctrl_c_is_no_fault(run: Run, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    call()

    def interrupted(*_given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(reading, "first_board", interrupted)
    assert run("incidents").code == 130


def test_a_terminal_that_lacks_letters(run: Run, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    call("reg-01", "other", "--words", "故障 \U0001f44d")
    screen = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(screen, encoding="gbk"))
    assert run("incidents").code == 0
    assert "故障 ?".encode("gbk") in screen.getvalue()


def test_an_answer_that_cannot_be_written_is_told(
    run: Run, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    call()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", Full())
        ran = run("act", "note", "1", "text=kept")
    assert ran.code == 74
    assert "was carried out" in ran.err
    assert "kept" in run("log").out
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", None)
        assert run("incidents").code == 0


@pytest.fixture(scope="module")
def one_record(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One record for all the hostile words, which is quicker and a greater mess."""
    return str(tmp_path_factory.mktemp("hostile") / "data")


@pytest.mark.parametrize("name", part(HOSTILE, list(HOSTILE)[::8]))
def test_nothing_chokes_on_hostile_words(run: Run, one_record: str, name: str) -> None:
    words, there = HOSTILE[name], ("--data", one_record)
    kept = printable(words, lines=True).strip()
    given = (f"--words={words}", f"--reporter={words}", f"--department={words}")
    taken = run("report", "--workstation=reg-01", "--symptom=other", *given, "--json", *there)
    number = str(taken.json["incident"])
    noted = run("act", "note", number, f"text={words}", *there)
    assert noted.code == (0 if kept else 4)
    known = run("incident", number, "--json", *there).json
    assert known["reports"][0]["words"] == kept
    if kept:
        assert known["timeline"][-1]["body"]["text"] == kept
    shown = run("incident", number, *there).out
    found = run("log", f"--text={words}", "--incident", number, *there)
    assert found.code == 0
    outs = [shown, found.out] if len(words) <= 150 else [shown]  # a search is cut to 200
    for out in outs:
        assert all(line == printable(line) for line in out.splitlines())
        assert max(map(cell_len, out.splitlines())) <= 80
        assert squeezed(kept) in squeezed(out)
    wrong = run("act", words, words, words, *there)
    assert wrong.code == (0 if name == "option" else 2)
    assert wrong.err == printable(wrong.err, limit=20_000, lines=True)

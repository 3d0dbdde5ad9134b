"""Commands while the record is away: what is kept is said, listed, brought and settled."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hisconsole.cli import opening
from hisconsole.errors import Away
from hisconsole.store.database import Database
from tests.cli.conftest import Run

Call = Callable[..., int]


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Callable[[], None]]:
    """Makes the record read-only as its file system would, until what is returned is called."""

    def lose() -> Callable[[], None]:
        patched = monkeypatch.context()
        inner = patched.__enter__()

        def refuse(self: Database) -> None:
            raise Away("the record is away")

        inner.setattr(Database, "_open", refuse)

        def find() -> None:
            patched.__exit__(None, None, None)

        return find

    return lose


def test_acts_are_kept_said_so_and_brought_by_the_next_command(
    run: Run, call: Call, data: Path, lost: Callable[[], Callable[[], None]]
) -> None:
    call()
    found = lost()
    ran = run("act", "note", "1", "text=while it was away")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "0001: Note, KEPT HERE until the record is back.\n"
    ran = run("report", "--workstation", "reg-02", "--symptom", "3", "--json")
    assert (ran.code, ran.json["kept"], ran.json["seq"]) == (0, True, 0)
    assert run("incidents").code == 3
    listed = run("journal", "--json").json
    assert [(each["kind"], each["about"], each["operator"]) for each in listed["kept"]] == [
        ("act", "0001", "li.na"),
        ("call", "K1", "li.na"),
    ]
    assert "2 acts are kept here." in run("journal").out
    assert run("journal", "--replay").code == 3
    found()
    ran = run("act", "note", "1", "text=after")
    assert "entry" in ran.out
    log = run("log", "--json").json
    assert [event["kind"] for event in log[:4]] == ["noted", "reported", "opened", "noted"]
    assert log[3]["recorded"] > log[3]["at"]
    assert run("verify").code == 0
    assert run("journal").out == "0 acts are kept here.\n"
    assert list((data / "kept").iterdir()) == []


def test_what_waits_is_brought_when_asked_and_a_conflict_is_settled(
    run: Run, call: Call, lost: Callable[[], Callable[[], None]]
) -> None:
    call()
    seen = run("incident", "1", "--json").json["version"]
    run("act", "acknowledge", "1", "--operator", "wang.lei")
    found = lost()
    assert run("act", "acknowledge", "1", "--expect", str(seen)).code == 0
    assert run("act", "note", "1", "text=harmless").code == 0
    found()
    ran = run("journal", "--replay", "--json")
    assert ran.json == {"recorded": 1, "eyes": 1}
    (wanted,) = run("journal", "--json").json["eyes"]
    assert (wanted["by"], wanted["incident"]) == ("li.na", 1)
    assert "Taken by wang.lei" in wanted["why"]
    assert "NEEDS YOUR EYES" in run("journal").out
    assert [row for row in run("due", "--json").json if row["duty"] == "eyes"]
    assert run("journal", "--settle", str(wanted["entry"])).code == 4
    ran = run("journal", "--settle", str(wanted["entry"]), "--text", "he has it")
    assert ran.code == 0
    assert run("journal", "--settle", str(wanted["entry"]), "--text", "again").code == 5
    assert run("journal", "--json").json["eyes"] == []
    assert run("journal", "--text", "alone").code == 2
    assert run("verify").code == 0


def test_an_act_that_cannot_be_kept_says_so_with_the_code_of_the_store(
    run: Run, call: Call, lost: Callable[[], Callable[[], None]]
) -> None:
    call()
    found = lost()
    assert run("handover", "confirm").code == 3
    assert run("act", "note", "1").code == 4  # its text is missing: judged all the same
    found()
    assert run("journal").out == "0 acts are kept here.\n"


def test_a_read_only_file_system_keeps_acts_in_the_second_place(
    small_disk: Callable[[Path, str], None], run: Run, call: Call, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_disk(data, "8m")
    state = data.with_name("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    call()
    assert os.system(f"mount -o remount,ro '{data}'") == 0
    ran = run("act", "note", "1", "text=read-only")
    assert (ran.code, ran.out) == (0, "0001: Note, KEPT HERE until the record is back.\n")
    (kept,) = run("journal", "--json").json["kept"]
    assert kept["file"].startswith(str(state))
    assert os.system(f"mount -o remount,rw '{data}'") == 0
    assert run("journal", "--replay").out == "1 kept act was recorded.\n"
    assert run("verify").code == 0


def test_what_was_kept_comes_before_what_is_done_now(
    run: Run, call: Call, lost: Callable[[], Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    call()
    found = lost()
    run("act", "note", "1", "text=first")
    found()
    monkeypatch.setattr(opening, "ORPHANS_S", 60.0)
    run("act", "note", "1", "text=second")
    notes = [event["body"]["text"] for event in run("log", "--json").json if event["kind"] == "noted"]
    assert notes == ["second", "first"]


def test_the_site_may_name_the_folder(run: Run, tmp_path: Path, call: Call) -> None:
    config = tmp_path / "config"
    assert run("init", str(config)).code == 0
    site = config / "site.yaml"
    site.write_text(site.read_text() + "journal: here\n")
    assert "must be a folder from the root on" in run("check", str(config)).out
    site.write_text(site.read_text().replace("journal: here", f"journal: {tmp_path / 'named'}"))
    assert run("check", str(config)).code == 0

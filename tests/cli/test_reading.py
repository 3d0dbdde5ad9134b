from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from hisconsole.text import cell_len, printable
from tests.cli.conftest import Run

Call = Callable[..., int]

ROW = {
    *("number", "version", "state", "category", "symptom", "words", "workstation", "department"),
    *("owner", "acknowledged_by", "t0", "opened", "due_at", "duty", "scope", "departments"),
    *("critical", "closed_at", "serious", "overdue", "treated", "treated_at", "fault", "key_of_duty"),
}
EVENT = {
    *("seq", "act", "kind", "incident", "at", "recorded", "actor", "os_user", "source"),
    *("body", "text"),
}


@pytest.fixture
def three(run: Run, call: Call) -> Run:
    """A closed incident, a new one, and a worked one with two reports."""
    call("ward-x", "other")
    run("act", "verify", "1", "result=user-resolved")
    run("act", "close", "1", "reason=over")
    call("cash-01", "slow-database", "--occurred", "-30")
    call("reg-01", "cannot-save", "--words", "登录被拒绝 ORA-00257", "--callback", "13800001111")
    call("reg-02", "cannot-save", "--join", "3")
    run("act", "verify", "3", "result=confirmed")
    run("act", "classify", "3", "category=III", "reason=small")
    return run


def test_the_queue_in_the_order_of_risk(three: Run) -> None:
    rows = three("incidents", "--json").json
    assert [row["number"] for row in rows] == [2, 3]
    assert all(set(row) == ROW for row in rows)
    assert (rows[0]["overdue"], rows[1]["overdue"]) == (True, False)
    assert (rows[1]["scope"], rows[1]["category"]) == (2, "III")
    assert datetime.fromisoformat(rows[0]["t0"]).utcoffset() is not None
    assert rows[0]["t0"].endswith("Z")
    head, *lines = three("incidents").out.splitlines()
    assert head.split() == ["No", "Cat", "State", "Age", "Due", "WS", "Where", "What"]
    assert [line.split()[0].lstrip("!") or line.split()[1] for line in lines] == ["0002", "0003"]


def test_closed_ones_stand_behind(three: Run) -> None:
    def numbers(*words: str) -> list[int]:
        return [row["number"] for row in three("incidents", *words, "--json").json]

    assert numbers("--all") == [2, 3, 1]
    assert numbers("--all", "--limit", "2") == [2, 3]
    assert numbers("--all", "--filter", "state:closed") == [1]
    assert numbers("--filter", "is:overdue") == [2]
    assert numbers("--filter", "!is:overdue 00257") == [3]
    assert numbers("--filter", "is:mine") == [3]
    assert numbers("--filter", "nosuch") == []
    assert three("incidents", "--filter", "nosuch").out == "No incident.\n"
    assert three("incidents", "--filter", "is:mine", operator="").code == 2
    assert three("incidents", "--limit", "0").code == 2


def test_one_incident_in_full(three: Run) -> None:
    known = three("incident", "3", "--json").json
    assert (known["number"], known["state"], known["category"]) == (3, "active", "III")
    assert [report["workstation"] for report in known["reports"]] == ["reg-01", "reg-02"]
    assert all(set(event) == EVENT for event in known["timeline"])
    assert known["version"] == known["timeline"][-1]["seq"]
    page = three("incident", "--help").out
    assert not [key for key in (*known, *known["reports"][0]) if key not in page]
    text = three("incident", "3").out
    for words in ("0003  Category III  active", "登录被拒绝 ORA-00257", "Reports:", "Timeline:"):
        assert words in text
    assert three("incident", "9").code == 5
    assert three("incident", "x").code == 2


def test_numbers_of_callers_are_shown_only_when_asked_for(three: Run) -> None:
    for words in (("incident", "3"), ("incident", "3", "--json"), ("log",), ("log", "--json")):
        assert "13800001111" not in three(*words).out
    reports = three("incident", "3", "--json").json["reports"]
    assert [report["number_to_call"] for report in reports] == [None, None]
    assert "13800001111" in three("incident", "3", "--numbers").out
    assert "13800001111" in three("incident", "3", "--numbers", "--json").out


def test_the_log(three: Run) -> None:
    every = three("log", "--json").json
    assert [event["seq"] for event in every] == list(range(len(every), 0, -1))
    assert all(set(event) == EVENT for event in every)
    assert {event["incident"] for event in three("log", "--incident", "1", "--json").json} == {1}
    assert len(three("log", "--limit", "2", "--json").json) == 2
    assert three("log", "--before", "3", "--json").json == every[-2:]
    (found,) = three("log", "--text", "登录被拒绝 00257", "--json").json
    assert found["kind"] == "reported"
    assert "登录被拒绝" in three("log", "--text", "00257").out
    assert "(written" in three("log", "--incident", "2").out
    assert three("log", "--text", "nosuch").out == "No entry has these words.\n"
    assert three("log", "--text", "nosuch", "--json").json == []


def test_the_plain_view(three: Run) -> None:
    ran = three()
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines.index("Due:") > 4
    assert "plain view" in ran.out
    assert all(cell_len(line) <= 80 for line in lines)
    board = three("--json").json
    assert set(board) == {
        *("at", "seq", "open", "unclaimed", "overdue", "ringing", "queue", "due"),
    }
    assert [row["number"] for row in board["queue"]] == [2, 3]
    assert {due["incident"] for due in board["due"]} == {2, 3}
    assert [due["at"] for due in board["due"]] == sorted(due["at"] for due in board["due"])
    overdue = [due for due in board["due"] if due["overdue"]]
    assert {due["incident"] for due in overdue} == {2}
    assert lines[0].endswith(f"2 open  1 not taken  {board['overdue']} overdue")
    assert board["overdue"] == len(overdue) > 0
    assert set(board["due"][0]) == {"incident", "duty", "key", "at", "owner", "act", "overdue"}


def test_looking_makes_no_record(run: Run, data: Path) -> None:
    for words in (("incidents",), ("incident", "1"), ("log",), ("verify",), ("backup", "x.db")):
        ran = run(*words, operator="")
        assert ran.code == 3
        assert "There is no record" in ran.err
        assert run(*words, "--json").fault["code"] == 3
    view = run()
    assert view.code == 0
    assert "There is no record" in view.out
    assert "plain view" in view.out
    assert run("--json").code == 3
    assert not data.exists()


def test_rows_of_a_strange_file_are_made_printable(three: Run, data: Path) -> None:
    with closing(sqlite3.connect(data / "record.db")) as file:
        file.execute("UPDATE incident SET words = ?, owner = ?", ("\x1b[2J\u202e[/]", "\x9b31m\n"))
        file.commit()
    for words in (("incidents",), ()):
        for line in three(*words).out.splitlines():
            assert line == printable(line)
            assert cell_len(line) <= 80
    assert three("incidents", "--json").out.isascii()
    assert three("incidents", "--json").json[0]["words"] == "\x1b[2J\u202e[/]"


def test_a_newer_schema_can_still_be_read(three: Run, data: Path) -> None:
    with closing(sqlite3.connect(data / "record.db")) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
        file.commit()
    assert three("incidents").code == 0
    assert three("verify").code == 0
    written = three("act", "note", "3", "text=x")
    assert written.code == 3
    assert "newer hisconsole" in written.err

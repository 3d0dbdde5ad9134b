from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from hisconsole.config import FILES
from hisconsole.paths import shipped
from tests.cli.conftest import Run

Call = Callable[..., int]


def spoil(record: Path) -> None:
    """Change a projection behind the record's back."""
    with closing(sqlite3.connect(record)) as file:
        file.execute("UPDATE incident SET owner = 'nobody'")
        file.commit()


def test_a_record_that_holds(run: Run, call: Call) -> None:
    call()
    proof = run("verify", "--json", operator="")
    assert proof.code == 0
    assert set(proof.json) == {"holds", "seq", "hash", "incidents", "faults"}
    assert proof.json["holds"] is True
    assert (proof.json["seq"], proof.json["incidents"]) == (3, 1)
    assert len(proof.json["hash"]) == 64
    assert f"head 3 {proof.json['hash']}" in run("verify").out


def test_a_record_that_does_not_hold(run: Run, call: Call, data: Path, tmp_path: Path) -> None:
    call()
    spoil(data / "record.db")
    proof = run("verify", "--json")
    assert proof.code == 3
    assert proof.json["holds"] is False
    assert proof.json["faults"] == ["Table incident does not say of incident 0001 what its events say."]
    assert run("verify").out.splitlines() == proof.json["faults"]
    copy = run("backup", str(tmp_path / "copy.db"))
    assert copy.code == 3
    assert "does not hold" in copy.err


def test_a_file_that_is_no_record(run: Run, data: Path) -> None:
    data.mkdir()
    (data / "record.db").write_bytes(b"no record at all" * 100)
    for words in (("verify",), ("incidents",), ("act", "note", "1", "text=x")):
        ran = run(*words)
        assert ran.code == 3
        assert "damaged" in ran.err


def test_backup_and_restore(run: Run, call: Call, tmp_path: Path) -> None:
    call()
    copy = tmp_path / "copy.db"
    made = run("backup", str(copy), "--json")
    assert made.code == 0
    assert set(made.json) == {"file", "seq", "hash", "incidents", "recorded"}
    assert made.json["file"] == str(copy)
    assert run("backup", str(copy)).code == 3
    call("reg-02")
    put = run("restore", str(copy), "--json", operator="")
    assert put.code == 0
    assert set(put.json) == {"file", "kept", "seq", "hash", "incidents"}
    assert put.json["hash"] == made.json["hash"]
    assert Path(put.json["kept"]).is_file()
    assert [row["number"] for row in run("incidents", "--json").json] == [1]
    assert "kept as" in run("restore", str(copy)).out


def test_restore_begins_a_record(run: Run, call: Call, tmp_path: Path) -> None:
    call()
    copy = tmp_path / "copy.db"
    run("backup", str(copy))
    put = run("restore", str(copy), "--data", str(tmp_path / "new"), "--json")
    assert put.json["kept"] is None
    assert run("incidents", "--data", str(tmp_path / "new")).code == 0


def test_a_bad_backup_changes_nothing(run: Run, call: Call, tmp_path: Path) -> None:
    call()
    copy = tmp_path / "copy.db"
    run("backup", str(copy))
    spoil(copy)
    assert run("restore", str(copy)).code == 3
    assert run("restore", str(tmp_path / "nosuch.db")).code == 3
    assert run("restore", "").code == 2
    assert run("verify").code == 0


def test_the_record_is_kept_without_a_hospital(run: Run, call: Call, tmp_path: Path) -> None:
    call()
    empty = ("--config", str(tmp_path / "nosuch"))
    assert run("verify", *empty).code == 0
    assert run("backup", str(tmp_path / "copy.db"), *empty).code == 0
    assert run("restore", str(tmp_path / "copy.db"), *empty).code == 0
    lost = run("incidents", *empty)
    assert lost.code == 1
    assert "no such folder" in lost.err


def test_a_new_hospital(run: Run, tmp_path: Path) -> None:
    site = tmp_path / "site"
    made = run("init", str(site), "--json", operator="")
    assert made.code == 0
    assert made.json == {"folder": str(site)}
    assert sorted(path.name for path in site.iterdir()) == sorted(
        (*FILES, "credentials.yaml", "targets.yaml")
    )
    assert "run 'hisconsole check" in run("init", str(tmp_path / "other")).out
    again = run("init", str(site))
    assert again.code == 4
    assert "not empty" in again.err


def test_faults_of_the_hospital_one_a_line(run: Run, tmp_path: Path) -> None:
    good = run("check", operator="")
    assert (good.code, good.out) == (0, f"{shipped('config')}: no faults found.\n")
    assert run("check", "--json").json == []
    site = tmp_path / "site"
    run("init", str(site))
    file = site / "site.yaml"
    file.write_text(file.read_text().replace("language: en", "language: tlh"))
    (site / "roster.yaml").unlink()
    bad = run("check", str(site))
    assert bad.code == 1
    first, second = bad.out.splitlines()
    assert first.startswith(f"{file}:")
    assert second.startswith(f"{site / 'roster.yaml'}:1:1: ")
    findings = run("check", "--config", str(site), "--json")
    assert findings.code == 1
    assert [set(each) for each in findings.json] == [{"file", "line", "col", "sentence", "level"}] * 2
    told = run("report", "--workstation=x", "--symptom=3", "--config", str(site))
    assert told.code == 1
    assert told.err.count("\n") == 2


def test_who_serves_nobody_is_a_warning(run: Run, tmp_path: Path) -> None:
    site = tmp_path / "site"
    run("init", str(site))
    file = site / "targets.yaml"
    file.write_text(file.read_text("utf-8").replace("serves: imaging", "serves: imagin"), "utf-8")
    ran = run("check", str(site))
    assert ran.code == 0
    (warning, _told) = ran.out.splitlines()
    assert warning.startswith(f"{file}:")
    assert "'serves' names 'imagin', which departments.yaml does not list: did you mean 'imaging'?" in warning

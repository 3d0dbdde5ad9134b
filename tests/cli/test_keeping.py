from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hisconsole.config import FILES, load_site
from hisconsole.desk.desk import Desk
from hisconsole.desk.drills import record_drill
from hisconsole.paths import shipped
from hisconsole.store.database import Database
from tests.cli.conftest import Run
from tests.hospital import START, actor

Call = Callable[..., int]
_HEAD = re.compile(r"\b[0-9a-f]{16}@\d+\b|\b[0-9a-f]{64}\b")


def hold_drill(data: Path) -> None:
    """Put on record that a drill was held."""
    desk = Desk(database=Database(data), site=load_site(shipped("config")), actor=actor("li.na"))
    record_drill(desk, "fibre", began=START, ended=START, folder="drills/one", incidents=0, found=())
    desk.database.close()


def spoil(record: Path) -> None:
    """Change a projection behind the record's back."""
    with closing(sqlite3.connect(record)) as file:
        file.execute("UPDATE incident SET owner = 'nobody'")
        file.commit()


def test_a_record_that_holds(run: Run, call: Call) -> None:
    call()
    proof = run("verify", "--json", operator="")
    assert proof.code == 0
    assert set(proof.json) == {"holds", "seq", "hash", "incidents", "anchors", "faults"}
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
        (*FILES, "credentials.yaml", "operators.yaml", "targets.yaml")
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


def test_heads_kept_outside_fit_or_tell_what_was_cut_off(run: Run, call: Call, tmp_path: Path) -> None:
    call()
    before = run("verify", "--json", operator="").json
    call()
    after = run("verify", "--json", operator="").json
    page = tmp_path / "heads"
    page.write_text(
        "".join(f"record X seq={each['seq']} head={each['hash']} at=1\n" for each in (before, after))
    )
    fits = run("verify", "--anchor", str(page), "--anchor", str(before["hash"])[:16], operator="")
    assert (fits.code, fits.out.splitlines()[1]) == (0, "3 heads that were kept outside fit.")
    ahead = f"{after['hash']}@{int(str(after['seq'])) + 5}"
    gone = run("verify", "--anchor", ahead, operator="")
    assert gone.code == 3
    assert f"The record ends at event {after['seq']}" in gone.out + gone.err
    for word in ("/nowhere", "abc", str(tmp_path)):
        refused = run("verify", "--anchor", word, operator="")
        assert refused.code == 2
        assert "neither a head of 12 characters" in refused.err


PAPERS: dict[str, tuple[str, ...]] = {
    "the downtime pack": ("pack",),
    "the roster": ("roster", "--print"),
    "the call list": ("roster", "--incident", "1", "--print"),
    "a drill": ("drill", "--report"),
    "two drills": ("drill", "--compare"),
    "an incident": ("incident", "1", "--review"),
    "a handover": ("handover",),
}


@pytest.mark.parametrize("words", PAPERS.values(), ids=PAPERS)
def test_the_head_on_every_paper_is_taken_as_it_is_printed(
    run: Run, call: Call, data: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    call()
    hold_drill(data)
    hold_drill(data)
    proof = run("verify", "--json", operator="").json
    out = run(*words).out
    heads = set(_HEAD.findall(out))
    assert len(heads) == 1, out
    (head,) = heads
    call("reg-02")
    fits = run("verify", "--anchor", head, operator="")
    assert (fits.code, fits.out.splitlines()[1]) == (0, "1 head that was kept outside fits.")
    file = tmp_path / "page"
    file.write_text(out)
    fits = run("verify", "--anchor", str(file), "--json", operator="")
    assert (fits.code, len(fits.json["anchors"])) == (0, 1)
    (data / "record.db").unlink()
    call("lab-01")
    assert run("verify", "--anchor", head, operator="").code == 3, "another record is no longer that one"
    assert proof["hash"].startswith(head.partition("@")[0]) or "--print" in words


def test_papers_are_printed_without_a_record_and_beside_one_that_cannot_be_read(run: Run, data: Path) -> None:
    assert "nothing is on record yet" in run("pack").out
    data.mkdir()
    (data / "record.db").write_bytes(b"no record at all" * 100)
    for words in (("pack",), ("roster", "--print")):
        ran = run(*words)
        assert (ran.code, "Head of the record: not known" in " ".join(ran.out.split())) == (0, True), ran.err


def test_a_restore_is_tried_without_touching_the_record(
    run: Run, call: Call, data: Path, tmp_path: Path
) -> None:
    call()
    assert run("restore", "--drill", operator="").code == 1, "nothing was backed up yet"
    run("backup", str(tmp_path / "copy.db"), operator="")
    call()
    before = run("verify", "--json", operator="").json
    tried = run("restore", "--drill", str(tmp_path / "copy.db"), "--json", operator="").json
    assert (tried["open"], tried["recorded"]) == (1, True)
    after = run("verify", "--json", operator="").json
    assert after["seq"] == int(str(before["seq"])) + 1, "that it was tried is on record, and nothing else"
    (data / "backups").mkdir()
    shutil.copy(tmp_path / "copy.db", data / "backups" / "record-20261128T010203Z.db")
    assert "record-20261128T010203Z.db can be restored" in run("restore", "--drill", operator="").out
    (tmp_path / "broken.db").write_bytes((tmp_path / "copy.db").read_bytes()[:9000])
    assert run("restore", "--drill", str(tmp_path / "broken.db"), operator="").code == 3
    assert run("restore", operator="").code == 2


def test_of_the_backups_of_a_day_one_is_on_record(run: Run, call: Call, tmp_path: Path) -> None:
    call()
    for name in ("one", "two"):
        assert run("backup", str(tmp_path / name), "--daily", operator="").code == 0
    log = run("log", "--json", operator="").json
    assert [entry["kind"] for entry in log].count("backup") == 1

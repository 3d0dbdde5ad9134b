"""The roster without a screen: masked, printed, exported, imported, put right; with a record and without."""

from __future__ import annotations

import csv
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from hisconsole.cli import main
from hisconsole.config import load_site
from hisconsole.paths import shipped
from tests.cli.conftest import Run
from tests.console.app import copied

Call = Callable[..., int]

ENTRY = {
    *("contact", "name", "role", "kind", "department", "step", "mobile", "office", "alternate", "masked"),
    *("deputy", "stand_in", "acting", "operator", "plan_role", "order", "contract", "circuit", "hours"),
    *("note", "verified", "verified_by", "trust", "wrong"),
}


def log(run: Run) -> list[str]:
    return [each["text"] for each in run("log", "--json").json]


def numbers() -> set[str]:
    return {number for contact in load_site(shipped("config")).roster for number in contact.numbers}


def test_numbers_are_masked_until_asked_for_and_looking_needs_no_record(run: Run, data: Path) -> None:
    ran = run("roster", "--json")
    assert ran.code == 0
    assert all(set(each) == ENTRY for each in ran.json)
    assert not data.exists()
    for shown in (ran.out, run("roster").out, run("roster", "--find", "zhou").out):
        assert not any(f" {number} " in shown or f'"{number}"' in shown for number in numbers())
    assert not data.exists()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("zhou ping", ["zhou.ping"]),
        ("0104", ["zhou.ping"]),
        ("yz", ["sun.bo"]),
        ("院长", ["sun.bo", "fang.min"]),
        ("DH-HX-10034", ["line-insurance"]),
        ("nobody has this", []),
    ],
)
def test_somebody_is_found_by_name_number_pinyin_or_contract(run: Run, words: str, found: list[str]) -> None:
    met = [each["contact"] for each in run("roster", "--find", words, "--json").json]
    assert set(found) <= set(met)
    assert bool(met) is bool(found)


def test_who_saw_numbers_is_on_record(run: Run) -> None:
    (sun,) = run("roster", "--find", "sun.bo", "--numbers", "--json").json
    assert (sun["mobile"], sun["masked"]) == ("100-0000-0103", False)
    assert run("roster", "--print").code == 0
    assert log(run) == ["numbers of the whole roster printed", "numbers of sun.bo shown"]


def test_the_paper_copy_has_every_number_and_its_stamp(run: Run) -> None:
    run("roster", "wrong", "zhou.ping", "mobile")
    run("roster", "acting", "sun.bo", "fang.min", "--until", "+2h")
    out = run("roster", "--print").out
    assert out.startswith("PRACTICE CONFIDENTIAL: roster of")
    assert out.count("CONFIDENTIAL") == 2
    assert "taken by li.na" in " ".join(out.split())
    assert all(number in out for number in numbers())
    assert "WRONG NUMBER: mobile" in out
    assert "ACTING: Fang Min" in out
    leading = out.index("1. Chen Hao"), out.index("2. Fang Min"), out.index("3. Sun Bo")
    assert list(leading) == sorted(leading)


def test_whom_to_call_for_an_incident(run: Run, call: Call) -> None:
    call()
    run("act", "escalate", "1", "reason=big")
    found = run("roster", "--incident", "1", "--json").json
    steps = [each["step"] for each in found]
    assert steps == sorted(steps)
    assert steps[0] == 1
    assert run("roster", "--incident", "9").code == 5


def test_what_is_found_out_is_owed_until_it_is_put_right(run: Run) -> None:
    assert run("roster", "wrong", "zhou.ping", "mobile").code == 0
    (due,) = run("due", "--json").json
    assert (due["incident"], due["duty"], due["key"]) == (0, "wrong-number", "zhou.ping")
    assert "wrong no. zhou.ping" in run("due").out
    (zhou,) = run("roster", "--find", "zhou.ping", "--json").json
    assert (zhou["trust"], zhou["wrong"][0]["number"]) == ("wrong", "mobile")
    assert run("roster", "verify", "zhou.ping", "--id", "once").code == 0
    assert run("roster", "verify", "zhou.ping", "--id", "once", "--json").json["repeated"] is True
    assert run("due", "--json").json == []
    assert run("verify").code == 0


def test_who_acts_and_is_back(run: Run) -> None:
    assert run("roster", "acting", "sun.bo", "fang.min", "--reason", "leave").code == 0
    (sun,) = run("roster", "--find", "sun.bo", "--json").json
    assert (sun["stand_in"], sun["acting"]["until"], sun["acting"]["reason"]) == ("fang.min", None, "leave")
    assert run("roster", "back", "sun.bo").code == 0
    assert run("roster", "back", "sun.bo").code == 4


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["verify", "nobody"], 5, "There is no contact 'nobody'"),
        (["wrong", "zhou.ping", "alternate"], 5, "has no such number"),
        (["wrong", "zhou.ping", "fax"], 2, "invalid choice"),
        (["acting", "sun.bo", "sun.bo"], 4, "Nobody acts for themselves"),
        (["acting", "sun.bo", "li.na", "--until", "soon"], 4, "is not a time"),
        (["export", "roster.txt"], 2, "NAME.csv or NAME.vcf"),
        (["import", "/nowhere/x.csv"], 2, "cannot be read"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(run: Run, words: list[str], code: int, sentence: str) -> None:
    ran = run("roster", *words)
    assert ran.code == code
    assert sentence in ran.err


@pytest.mark.parametrize("words", [["--print"], ["--numbers"], ["export", "x.csv"], ["verify", "li.na"]])
def test_nobody_takes_numbers_without_a_name(
    run: Run, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("roster", *words, operator="")
    assert ran.code == 2
    assert "--operator" in ran.err
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize("name", ["roster.csv", "roster.vcf"])
def test_an_export_is_private_stamped_recorded_and_comes_back(run: Run, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    ran = run("roster", "export", str(file), "--json")
    assert ran.code == 0
    assert (ran.json["contacts"], ran.json["unrecorded"]) == (32, False)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "CONFIDENTIAL" in file.read_text("utf-8-sig")
    assert log(run) == ["numbers of the whole roster exported"]
    back = run("roster", "import", str(file), "--json").json
    assert {each["outcome"] for each in back["lines"]} == {"same"}
    again = run("roster", "export", str(file))
    assert again.code == 4
    assert "exists already" in again.err


def test_the_record_that_cannot_be_opened_keeps_nobody_from_the_numbers(
    run: Run, data: Path, tmp_path: Path
) -> None:
    data.mkdir(mode=0o700)
    (data / "record.db").write_bytes(b"this is no database" * 500)
    looked = run("roster", "--find", "sun.bo")
    assert looked.code == 0
    assert "sun.bo" in looked.out
    assert "By the files alone" in looked.out
    printed = run("roster", "--print")
    assert printed.code == 0
    assert all(number in printed.out for number in numbers())
    assert "It is not on record that these numbers were shown" in printed.out
    exported = run("roster", "export", str(tmp_path / "x.csv"), "--json")
    assert (exported.code, exported.json["unrecorded"]) == (0, True)


# -- import -------------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A hospital that is no sample, to be written to."""
    folder = copied("config", tmp_path / "config")
    site = (folder / "site.yaml").read_text().replace("sample: yes", "sample: no")
    (folder / "site.yaml").write_text(site)
    return folder


def imported(capsys: pytest.CaptureFixture[str], own: Path, *words: str) -> tuple[int, str]:
    code = main(["--config", str(own), "--data", str(own / "data"), "roster", "import", *words])
    out, err = capsys.readouterr()
    return code, out + err


def test_an_import_shows_then_writes(own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "people.csv"
    file.write_text("姓名,职务,手机\nZhou Ping,,139\n张三,工程师,138\n", "gb18030")
    before = (own / "roster.yaml").read_text()
    code, out = imported(capsys, own, str(file))
    assert (code, (own / "roster.yaml").read_text()) == (0, before)
    assert "mobile: ***-****-**04 > *39" in out
    assert "1 new, 1 changed, 0 as they are, 0 refused." in out
    assert "With --write it is done." in out
    code, out = imported(capsys, own, str(file), "--write", "--kind", "duty")
    assert (code, "roster.yaml is written." in out) == (0, True)
    found = load_site(own).contact("contact-1")
    assert found is not None
    assert (found.name, found.kind.value) == ("张三", "duty")
    assert imported(capsys, own, str(file), "--write")[1].strip().endswith("There is nothing to do.")


def test_a_refused_line_keeps_the_others_out(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "people.csv"
    with file.open("w", newline="") as opened:
        csv.writer(opened).writerows([["name", "role", "mobile"], ["A", "x", "1"], ["=B", "x", "2"]])
    before = (own / "roster.yaml").read_text()
    assert imported(capsys, own, str(file))[0] == 1
    code, out = imported(capsys, own, str(file), "--write")
    assert code == 4
    assert "Nothing is written" in out
    assert (own / "roster.yaml").read_text() == before


def test_the_sample_is_not_written_to(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name,role,mobile\nA,x,1\n")
    ran = run("roster", "import", str(file), "--write")
    assert ran.code == 4
    assert "hisconsole init" in ran.err

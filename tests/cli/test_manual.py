"""Manual operation without a screen: the departments of an incident, the cards, the downtime pack."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from hisconsole.cli import main
from hisconsole.config import load_site
from hisconsole.desk.manual import look
from hisconsole.paths import shipped
from hisconsole.wiring import Settings, open_desk

ME = "li.na"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def run(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> tuple[int, str, str]:
    code = main(["--data", str(data), "--config", str(shipped("config")), *words])
    seen = capsys.readouterr()
    return code, seen.out, seen.err


def answer(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> object:
    code, out, err = run(capsys, data, *words, "--json")
    assert code == 0, err
    return json.loads(out)


def outage(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    me = ("--operator", ME)
    said = ("--workstation", "cash-01", "--symptom", "no-network", "--words", "dead")
    answer(capsys, data, "report", *said, *me)
    for act in (
        ("verify", "1", "result=confirmed"),
        ("paralysis", "1", "confirmed=yes"),
        ("notice", "1", "kind=start", "gate=cashier"),
        ("receipt", "1", "departments=cashier", "person=Wu"),
    ):
        answer(capsys, data, "act", *act, *me)


def test_the_board_of_an_incident_as_json_and_text(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    outage(capsys, data)
    found = answer(capsys, data, "departments", "1")
    assert isinstance(found, dict)
    (cashier,) = found["departments"]
    assert (cashier["id"], cashier["notice"], cashier["repeated_by"]) == ("cashier", 1, "Wu")
    assert cashier["block"] == "M200001-M200600"
    assert cashier["entry_open"]
    assert found["on_paper"] == ["cashier"]
    (notice,) = found["notices"]
    assert (notice["gate"], notice["unread"], notice["authority"]) == ("cashier", [], None)
    code, out, _err = run(capsys, data, "departments", "1")
    assert code == 0
    assert "on paper" in out
    assert "1 START Wu" in out


def test_an_incident_that_is_not_there(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    outage(capsys, data)
    code, _out, err = run(capsys, data, "departments", "77")
    assert (code, "There is no incident 0077." in err) == (5, True)


@pytest.mark.parametrize("name", ["cashier", "finance", "wards", "ward5"])
def test_a_card_by_department_or_by_its_own_id(
    capsys: pytest.CaptureFixture[str], data: Path, name: str
) -> None:
    code, out, _err = run(capsys, data, "cards", name)
    assert code == 0
    assert "During the outage" in out
    assert max(map(len, out.splitlines())) <= 80
    found = answer(capsys, data, "cards", name)
    assert isinstance(found, list)
    assert name in {found[0]["id"], *found[0]["departments"]}
    assert not data.exists(), "it needs no record"


def test_all_cards_and_an_unknown_one(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    cards = answer(capsys, data, "cards")
    assert isinstance(cards, list)
    assert len(cards) == len(load_site(shipped("config")).cards.cards)
    code, _out, err = run(capsys, data, "cards", "kitchen")
    assert (code, "'kitchen' has no manual card" in err) == (5, True)


def test_the_pack_is_readable_without_a_record_and_written_for_its_owner_alone(
    capsys: pytest.CaptureFixture[str], data: Path, tmp_path: Path
) -> None:
    code, out, _err = run(capsys, data, "pack")
    assert code == 0
    assert "CONFIDENTIAL" in out
    assert not data.exists()
    path = tmp_path / "pack.txt"
    made = answer(capsys, data, "pack", "--out", str(path))
    assert isinstance(made, dict)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text("utf-8")
    assert text.count("\f") == made["pages"] - 1
    assert made["hash"] in text
    assert not made["recorded"]
    code, _out, err = run(capsys, data, "pack", "--out", str(path))
    assert (code, "exists already" in err) == (4, True)
    code, _out, err = run(capsys, data, "pack", "--out", str(tmp_path / "no" / "pack.txt"))
    assert (code, "cannot be written" in err) == (1, True)


def test_a_printing_is_recorded_and_the_board_knows(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    outage(capsys, data)
    code, _out, err = run(capsys, data, "pack", "--record")
    assert (code, "Say who acts" in err) == (2, True)
    made = answer(capsys, data, "pack", "--record", "--operator", ME)
    assert isinstance(made, dict)
    assert made["recorded"]
    desk = open_desk(Settings(shipped("config"), data, ME))
    assert look(desk, 1).stale == ""
    desk.database.close()

"""Operators without a screen: roles, PINs from files, refusals and their exit code, numbers masked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hisconsole.cli import main
from hisconsole.config import load_site
from hisconsole.config.operators import OPERATORS
from hisconsole.desk import pins
from hisconsole.paths import shipped
from hisconsole.plan.roles import table
from hisconsole.store import sqlite
from tests.cli.conftest import Ran
from tests.console.app import copied
from tests.hostile import HOSTILE
from tests.shares import part

BOSS, EYES, HANDS = "wang.lei", "zhao.yan", "ma.chao"
FILE = f"{BOSS}:\n  roles: director\n{EYES}:\n  roles: observer\n{HANDS}:\n  roles: engineer\n"
PIN, WRONG = "40718263", "99551122"


class Hospital:
    """Commands on a hospital of one's own where roles count."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.config = copied("config", folder / "config")
        (self.config / OPERATORS).write_text(FILE, "utf-8")
        self.data, self.folder, self._capsys = folder / "data", folder, capsys

    def __call__(self, *words: str, operator: str = "li.na") -> Ran:
        before = ["--config", str(self.config), "--data", str(self.data), "--operator", operator]
        code = main([*before, *words])
        return Ran(code, *self._capsys.readouterr())

    def pin(self, text: str, name: str = "pin", mode: int = 0o600) -> str:
        path = self.folder / name
        path.write_text(text + "\n", "ascii")
        path.chmod(mode)
        return str(path)


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Hospital:
    monkeypatch.setattr(pins, "N", 2**8)
    for name in ("HISCONSOLE_CONFIG", "HISCONSOLE_DATA", "HISCONSOLE_OPERATOR"):
        monkeypatch.delenv(name, raising=False)
    hospital = Hospital(tmp_path, capsys)
    called = hospital("report", "--workstation", "reg-01", "--symptom", "other", "--callback", "13912345678")
    assert called.code == 0, called.err
    return hospital


def test_operators_are_listed_with_roles_their_source_and_how_they_are_known(run: Hospital) -> None:
    assert run("operators", "give", HANDS, "engineer", "operator", operator=BOSS).code == 0
    listed = {each["id"]: each for each in run("operators", "--json").json}
    assert listed[EYES]["roles"] == ["observer"]
    assert listed["li.na"]["roles"] == ["operator"]
    assert (listed[HANDS]["roles"], listed[HANDS]["given_by"]) == (["engineer", "operator"], BOSS)
    out = run("operators").out
    assert "by wang.lei" in out
    assert "by the file" in out
    assert "by custom" in out


def test_the_table_is_shown_with_its_reasons(run: Hospital) -> None:
    shown = run("operators", "acts", "--json").json
    assert [each["act"] for each in shown] == list(table())
    assert "Nobody gives himself rights." in run("operators", "acts").out


def test_a_refused_act_ends_with_4_says_who_may_and_is_on_record(run: Hospital) -> None:
    ran = run("act", "close", "1", operator=EYES)
    assert ran.code == 4
    assert "zhao.yan is observer here: 'close' is for operator, director. Wang Lei" in ran.err
    assert run("operators", "give", EYES, "director", operator="li.na").code == 4
    past = run("operators", "past", "--json").json
    assert [(each["kind"], each["actor"], each["body"]["act"]) for each in past] == [
        ("not-allowed", "li.na", "roles"),
        ("not-allowed", EYES, "close"),
    ]
    assert "REFUSED 'close'" in run("operators", "past").out
    assert run("verify").code == 0


@pytest.mark.parametrize("who", [EYES, ""])
def test_who_only_reads_or_says_no_name_sees_no_number_in_anything(run: Hospital, who: str) -> None:
    site = load_site(shipped("config"))
    numbers = {number for each in site.roster for number in each.numbers if len(number) > 6}
    numbers |= {"13912345678"}
    for words in (
        ("roster",),
        ("roster", "--json"),
        ("roster", "--find", "0104"),
        ("incident", "1", "--numbers"),
        ("incident", "1", "--numbers", "--json"),
        ("cards", "--json"),
        ("handover",),
        ("summary", "1"),
        ("departments", "1", "--json"),
        ("path", "reg-01"),
        ("incidents", "--json"),
        ("log", "--json"),
        ("log", "--text", "13912345678"),
        ("journal",),
        ("journal", "--json"),
        ("due", "--json"),
        ("incident", "1", "--review"),
        ("incident", "1", "--review", "--json"),
        ("escalation", "1"),
        ("shifts", "--json"),
        ("targets", "list", "--json"),
        ("operators", "--json"),
        ("ready", "--json"),
    ):
        ran = run(*words, operator=who)
        assert ran.code in (0, 1), (words, ran.err)
        assert [number for number in numbers if number in ran.out] == [], words
    for words in (("incident", "1", "--review"), ("handover",)):
        made = run.folder / f"{words[0]}.html"
        assert run(*words, "--html", str(made), operator=who).code == 0, words
        assert [number for number in numbers if number in made.read_text("utf-8")] == [], words
    assert "13912345678" in run("incident", "1", "--numbers").out


def test_an_observer_takes_no_number_away_and_that_he_tried_is_on_record(run: Hospital) -> None:
    made = run.folder / "list.csv"
    for words in (("roster", "--numbers"), ("roster", "--print"), ("roster", "export", str(made))):
        assert run(*words, operator=EYES).code == 4
    assert not made.exists()
    assert [each["body"]["act"] for each in run("operators", "past", "--json").json] == ["reveal"]
    assert run("pack", operator="").code == 2
    pack = run("pack", operator=EYES)
    assert "100-0000-0103" not in pack.out
    assert "100-0000-0103" in run("pack").out


def test_a_pack_that_is_not_to_be_recorded_by_who_prints_it_leaves_no_file_behind(run: Hospital) -> None:
    made = run.folder / "pack.txt"
    ran = run("pack", "--out", str(made), "--record", operator=HANDS)
    assert (ran.code, made.exists()) == (4, False)
    assert "'pack' is for operator, director" in ran.err
    assert [each["body"]["act"] for each in run("operators", "past", "--json").json] == ["pack"]
    assert run("pack", "--out", str(made), "--record").code == 0


def test_a_name_alone_takes_no_number_away_where_a_pin_goes_with_it(run: Hospital) -> None:
    run("operators", "pin", "li.na", "--from-file", run.pin(PIN))
    right, wrong, made = run.pin(PIN), run.pin(WRONG, "wrong"), run.folder / "list.csv"
    wanted = [
        (("incident", "1", "--numbers"), "13912345678"),
        (("pack",), "100-0000-0103"),
        (("roster", "--numbers"), "100-0000-0103"),
        (("roster", "export", str(made)), ""),
    ]
    for words, _number in wanted:
        for before, code in ((("--pin-file", wrong), 4), ((), 2)):
            ran = run(*before, *words)
            assert (ran.code, ran.out) == (code, ""), words
            assert not made.exists()
    assert run("incident", "1").code == 0  # looking asks for none
    for words, number in wanted:
        ran = run("--pin-file", right, *words)
        assert ran.code == 0, ran.err
        assert number in ran.out
    # A PIN that cannot be looked at is not the same as a record that is away.
    run.data.joinpath("operators", "li.na.json").chmod(0o644)
    for words, _number in wanted[:3]:
        ran = run("--pin-file", right, *words)
        assert (ran.code, ran.out) == (4, ""), words
        assert "chmod 600" in ran.err
    # On a host without it the name opens nothing, whoever says it.
    run.data.joinpath("operators", "li.na.json").unlink()
    assert "13912345678" not in run("incident", "1", "--numbers").out
    assert run("pack").code == 4


def test_without_a_record_the_pack_is_printed_all_the_same(run: Hospital) -> None:
    run("operators", "pin", "li.na", "--from-file", run.pin(PIN))
    (run.data / "record.db").write_bytes(b"noise" * 1000)
    ran = run("--pin-file", run.pin(PIN), "pack")
    assert ran.code == 0, ran.err
    assert "100-0000-0103" in ran.out


def test_a_pin_is_set_from_a_private_file_and_needed_from_then_on(run: Hospital) -> None:
    assert run("operators", "pin", "li.na", "--from-file", run.pin(PIN)).code == 0
    ran = run("act", "note", "1", "text=x")
    assert ran.code == 2
    assert "--pin-file" in ran.err
    assert run("--pin-file", run.pin(WRONG, "wrong"), "act", "note", "1", "text=x").code == 4
    assert run("--pin-file", run.pin(PIN), "act", "note", "1", "text=x").code == 0
    assert run("incidents").code == 0  # looking asks for none
    kinds = [(each["body"]["what"], each["actor"]) for each in run("operators", "past", "--json").json]
    assert kinds == [("given", "li.na"), ("wrong", "li.na"), ("set", "li.na")]


def test_five_wrong_ones_in_as_many_processes_bring_a_pause(run: Hospital) -> None:
    run("operators", "pin", "li.na", "--from-file", run.pin(PIN))
    wrong = run.pin(WRONG, "wrong")
    told = [run("--pin-file", wrong, "act", "note", "1", "text=x").err for _try in range(6)]
    assert "Wrong PIN" in told[3]
    assert "the next try is taken in 60 s" in told[4]
    assert "the next try is taken in" in told[5]


def test_a_director_sets_and_clears_anybodys(run: Hospital) -> None:
    assert run("operators", "pin", "li.na", "--from-file", run.pin(PIN), operator=HANDS).code == 4
    assert run("operators", "pin", "li.na", "--from-file", run.pin(PIN), operator=BOSS).code == 0
    assert run("operators", "pin", "li.na", "--clear", operator=BOSS).code == 0
    assert run("act", "note", "1", "text=x").code == 0
    assert "nothing to change" in run("operators", "pin", "li.na", "--clear", operator=BOSS).out


def test_a_pin_comes_from_a_descriptor_too(run: Hospital) -> None:
    reading, writing = os.pipe()
    os.write(writing, PIN.encode())
    os.close(writing)
    assert run("operators", "pin", "li.na", "--from-fd", str(reading)).code == 0
    os.close(reading)
    assert run("--pin-file", run.pin(PIN), "act", "note", "1", "text=x").code == 0


@pytest.mark.parametrize(
    ("text", "mode", "code", "words"),
    [
        (PIN, 0o644, 4, "chmod 600"),
        ("12", 0o600, 4, "4 to 12 digits"),
        ("1234", 0o600, 4, "anybody tries"),
        ("", 0o600, 4, "4 to 12 digits"),
    ],
)
def test_what_is_no_private_pin_is_refused(
    run: Hospital, text: str, mode: int, code: int, words: str
) -> None:
    ran = run("operators", "pin", "li.na", "--from-file", run.pin(text, mode=mode))
    assert ran.code == code
    assert words in ran.err
    assert not run.data.joinpath("operators", "li.na.json").exists()


@pytest.mark.parametrize("text", part(HOSTILE.values(), list(HOSTILE.values())[::8]), ids=list(HOSTILE))
def test_no_name_from_outside_leads_anywhere(run: Hospital, text: str) -> None:
    for words in (("pin", f"x{text}", "--clear"), ("give", f"x{text}", "operator")):
        try:
            ran = run("operators", *words, operator=BOSS)
        except ValueError:  # an argument with a null is none that a shell could hand over
            assert "\0" in text
            continue
        assert ran.code in (2, 5)
        assert all(char.isprintable() or char == "\n" for char in ran.err)


def test_the_pin_is_in_no_answer_and_no_file(run: Hospital) -> None:
    said = ""
    for words in (
        ("operators", "pin", "li.na", "--from-file", run.pin(PIN)),
        ("--pin-file", run.pin(WRONG, "wrong"), "act", "note", "1", "text=x"),
        ("--pin-file", run.pin(PIN), "act", "note", "1", "text=x"),
        ("operators", "past", "--json"),
        ("log", "--json"),
        ("operators", "--json"),
    ):
        ran = run(*words)
        said += ran.out + ran.err
    for canary in (PIN, WRONG):
        assert canary not in said
        files = [path for path in run.data.rglob("*") if path.is_file()]
        assert [path for path in files if canary.encode() in path.read_bytes()] == []


def test_without_a_file_all_is_as_it_was(run: Hospital) -> None:
    (run.config / OPERATORS).unlink()
    assert run("roster", "--numbers", operator=EYES).code == 0
    assert run("act", "note", "1", "text=x", operator=EYES).code == 0


def test_the_plain_view_of_who_has_not_given_his_pin_shows_what_the_lock_shows(
    run: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("report", "--workstation", "reg-02", "--symptom", "other", "--callback", "13912345678",
        "--words", "Wang Fang cannot pay")  # fmt: skip
    monkeypatch.setenv("TERM", "dumb")
    assert "Wang Fang" in run().out
    run("operators", "pin", "li.na", "--from-file", run.pin(PIN))
    for ran in (run(), run("--json"), run(operator="")):
        assert ran.code == 0
        assert "Wang Fang" not in ran.out
        assert "reg-02" in ran.out
    assert "Wang Fang" in run("--pin-file", run.pin(PIN)).out
    monkeypatch.setattr("os.isatty", lambda _descriptor: True)
    asked: list[str] = []

    def typed(prompt: str) -> str:
        asked.append(prompt)
        return PIN if len(asked) > 1 else WRONG

    monkeypatch.setattr("getpass.getpass", typed)
    refused = run()
    assert (refused.code, refused.out) == (4, "")
    assert "Wang Fang" in run().out
    assert asked == ["PIN of li.na: "] * 2


def concern(run: Hospital, area: str) -> dict[str, object] | None:
    found = run("ready", "--json", operator="").json["concerns"]
    return next((each for each in found if each["area"] == area), None)


def test_readiness_says_whose_pin_is_only_on_another_host(run: Hospital) -> None:
    operators = [each["id"] for each in run("operators", "--json").json]
    for who in (HANDS, "li.na"):
        assert run("operators", "pin", who, "--from-file", run.pin(PIN), operator=BOSS).code == 0
    assert concern(run, "operators") is None
    (run.data / "operators" / "li.na.json").unlink()
    told = concern(run, "operators")
    assert told is not None
    assert (told["urgency"], told["where"]) == ("soon", ["li.na"])
    for who in (*(each for each in operators if each not in (HANDS, "li.na", BOSS)), BOSS):
        assert run("operators", "pin", who, "--from-file", run.pin(PIN), operator=BOSS).code == 0, who
        (run.data / "operators" / f"{who}.json").unlink()
    told = concern(run, "operators")
    assert told is not None
    assert told["urgency"] == "soon", "one of them has his PIN here"
    (run.data / "operators" / f"{HANDS}.json").unlink()
    told = concern(run, "operators")
    assert told is not None
    assert (told["urgency"], told["where"]) == ("now", operators)
    assert f"hisconsole --operator {operators[0]} operators pin {operators[0]}" in str(told["do"])


def test_readiness_says_where_acts_kept_here_would_not_outlast_a_restart(
    run: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert concern(run, "kept") is None
    monkeypatch.setattr(
        sqlite, "mounted_as", lambda folder: "tmpfs" if run.data in folder.parents else "ext4"
    )
    told = concern(run, "kept")
    assert told is not None
    assert (told["urgency"], told["where"]) == ("now", [str(run.data / "kept")])

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hisconsole.plan.acts import all_acts
from hisconsole.plan.calls import call_fields
from tests.cli.conftest import Run

Call = Callable[..., int]
OUTCOME = {"act", "incident", "seq", "sentence", "repeated", "kept", "report"}


def test_a_call_is_taken_with_all_that_was_said(run: Run) -> None:
    ran = run(
        *("report", "--workstation", "reg-01", "--symptom", "3", "--words", "it says ORA-00257"),
        *("--reporter", "Nurse Zhao", "--callback", "13800001111", "--scope", "some"),
        *("--occurred", "-10", "--json"),
    )
    assert ran.code == 0
    assert set(ran.json) == OUTCOME
    assert (ran.json["incident"], ran.json["report"], ran.json["repeated"]) == (1, 1, False)
    (report,) = run("incident", "1", "--json", "--numbers").json["reports"]
    assert report["symptom"] == "cannot-save"
    assert report["words"] == "it says ORA-00257"
    assert report["reporter"] == "Nurse Zhao"
    assert report["number_to_call"] == "13800001111"
    assert report["scope"] == "some"
    assert report["taken_by"] == "li.na"


def test_a_call_in_words(run: Run) -> None:
    ran = run("report", "--workstation", "reg-01", "--symptom", "other")
    assert ran.out == "Call taken: 0001, report 1, entry 3.\n"


def test_a_further_report_joins(run: Run, call: Call) -> None:
    call()
    ran = run("report", "--workstation", "reg-02", "--symptom", "3", "--join", "#1", "--json")
    assert (ran.json["incident"], ran.json["report"]) == (1, 2)
    assert run("report", "--workstation", "x", "--symptom", "3", "--join", "9").code == 5


def test_the_same_id_changes_nothing(run: Run, call: Call) -> None:
    words = ("report", "--workstation", "reg-01", "--symptom", "3", "--id", "call-7")
    first, second = run(*words, "--json"), run(*words, "--json")
    assert first.json["repeated"] is False
    assert second.json == {**first.json, "repeated": True}
    assert "nothing was changed" in run(*words).out
    assert run("act", "note", "1", "text=a", "--id", "n1", "--json").json["seq"] == first.json["seq"] + 1
    assert run("act", "note", "1", "text=a", "--id", "n1", "--json").json["repeated"] is True
    assert len(run("log", "--incident", "1", "--json").json) == 3


def test_report_has_an_option_for_each_question_of_a_call(run: Run) -> None:
    page = run("report", "--help").out
    for field in call_fields():
        assert f"--{field.name}" in page
        for choice in field.choices:
            assert choice.value in page


def test_a_story_of_acts(run: Run, call: Call) -> None:
    call()
    for words in (
        ("acknowledge", "1"),
        ("verify", "1", "result=confirmed", "how=remote"),
        ("note", "1", "text=called back", "at=-5"),
        ("eta", "1", "earliest=+20", "latest=+40"),
        ("cause", "1", "text=archive log full", "confidence=suspected"),
        ("fix", "1", "text=freed space", "result=worked"),
        ("ruled-out", "1", "text=the cable", "how=changed it"),
        ("contingency", "1", "if=it fills again", "then=free it"),
        ("ticket", "1", "contact=db-vendor", "number=T-8", "promised=+60"),
        ("ticket", "1", "contact=db-vendor", "number=T-8", "done=yes"),
        ("classify", "1", "category=II", "reason=one thing"),
        ("mitigated", "1"),
        ("recovered", "1", "confirmed_by=Nurse Zhao"),
        ("close", "1", "reason=done"),
        ("undo", "1"),
        ("close", "0001", "reason=done again"),
    ):
        ran = run("act", *words, "--json")
        assert ran.code == 0, ran.err
        assert set(ran.json) == OUTCOME
        assert ran.json["report"] is None
    known = run("incident", "1", "--json").json
    assert (known["state"], known["close_reason"]) == ("closed", "done again")
    assert [(each["what"], each["how"]) for each in known["ruled_out"]] == [("the cable", "changed it")]
    assert [(each["if"], each["then"]) for each in known["contingencies"]] == [("it fills again", "free it")]
    (ticket,) = known["tickets"]
    assert (ticket["contact"], ticket["number"], bool(ticket["done_at"])) == ("db-vendor", "T-8", True)


def test_options_may_stand_among_the_words_of_an_act(run: Run, call: Call) -> None:
    call()
    assert run("act", "note", "--json", "1", "--id", "a", "text=x y").json["act"] == "a"
    assert run("act", "--list", "note", "1").code == 0


def test_an_act_on_what_somebody_else_changed_is_refused(run: Run, call: Call) -> None:
    call()
    assert run("act", "acknowledge", "1", operator="wang.lei").code == 0
    late = run("act", "acknowledge", "1", "--expect", "3")
    assert late.code == 4
    assert late.err.startswith("hisconsole: Taken by wang.lei at ")
    twice = run("act", "acknowledge", "1", "--json")
    assert twice.fault["code"] == 4
    assert twice.fault["error"].startswith("Already taken by wang.lei")
    assert twice.out == ""


def test_reports_are_corrected_moved_and_detached(run: Run, call: Call) -> None:
    call()
    call("reg-02", "3", "--join", "1")
    call("cash-01", "slow-database")
    corrected = run("act", "correct", "r2", "words=now I know", "reporter=Wu", "--json")
    assert (corrected.json["incident"], corrected.json["report"]) == (1, 2)
    assert run("act", "move", "2", "to=2").out == "Report moved: 0002, report 2, entry 9.\n"
    assert run("act", "detach", "2", "--json").json["incident"] == 3
    (report,) = run("incident", "3", "--json").json["reports"]
    assert (report["words"], report["reporter"]) == ("now I know", "Wu")
    assert run("act", "move", "2").code == 4
    assert run("act", "move", "77", "to=1").code == 5
    assert run("act", "detach", "2", "to=1").code == 4
    assert run("act", "correct", "2", "words=x", "--expect", "3").code == 2


def test_every_act_is_listed_with_its_fields_and_their_values(run: Run, data: Path) -> None:
    acts = {act["name"]: act for act in run("act", "--list", "--json", operator="").json}
    assert set(acts) == {*all_acts(), "correct", "detach", "move"}
    for name, act in all_acts().items():
        fields = {field["name"]: field for field in acts[name]["fields"]}
        assert set(fields) == {field.name for field in act.asks}
    result = acts["verify"]["fields"][0]
    assert result["choices"] == ["confirmed", "not-reproduced", "user-resolved"]
    assert result["required"] is True
    assert acts["move"]["on"] == "report"
    text = run("act", "--list").out
    assert "result=confirmed | not-reproduced | user-resolved" in text
    assert max(map(len, text.splitlines())) <= 80
    assert not data.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("act",), "Name an act and a number"),
        (("act", "note"), "Name an act and a number"),
        (("act", "note", "one", "text=x"), "'one' is not a number"),
        (("act", "note", "1", "text"), "'text' is no FIELD=VALUE"),
        (("act", "note", "1", "text=a", "text=b"), "'text' is given twice"),
        (("act", "note", "1", "text=a", "--nosuch"), "unknown: --nosuch"),
        (("report", "--symptom", "3"), "--workstation"),
        (("report", "--workstation", "reg-01", "--symptom", "3", "--join", "x"), "not a number"),
    ],
)
def test_a_wrong_command_line_is_told(run: Run, words: tuple[str, ...], said: str) -> None:
    ran = run(*words)
    assert ran.code == 2
    assert said in ran.err
    assert ran.out == ""


def test_what_the_rules_refuse(run: Run, call: Call) -> None:
    call()
    assert run("act", "close", "1", "reason=x").code == 4
    assert "is none of" in run("act", "classify", "1", "category=IV", "reason=x").err
    assert "does not ask for" in run("act", "acknowledge", "1", "text=x").err
    assert run("act", "nosuch", "1").code == 5
    assert run("act", "note", "9", "text=x").code == 5
    assert run("report", "--workstation", "reg-01", "--symptom", "9").code == 4
    assert len(run("log", "--json").json) == 3  # the plan adopted, and the call


def test_who_acts_must_be_known(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("report", "--workstation", "reg-01", "--symptom", "3")
    nobody = run(*words, operator="")
    assert nobody.code == 2
    assert "--operator or HISCONSOLE_OPERATOR: li.na, wang.lei" in nobody.err
    stranger = run(*words, operator="sun.bo")
    assert stranger.code == 5
    assert "no operator in the roster" in stranger.err
    assert not data.exists()


def test_an_act_makes_no_record(run: Run, data: Path) -> None:
    assert run("act", "note", "1", "text=x").code == 3
    assert run("report", "--workstation", "x", "--symptom", "3", "--join", "1").code == 3
    assert not data.exists()

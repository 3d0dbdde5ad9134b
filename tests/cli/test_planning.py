"""Classification, escalation and summaries without a screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Run = Callable[..., Ran]
Call = Callable[..., int]


@pytest.fixture
def answers(tmp_path: Path) -> Callable[[str], str]:
    """A file of answers."""

    def written(text: str) -> str:
        path = tmp_path / "answers.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written


def test_answers_come_to_a_fault_with_its_clause(run: Run, answers: Callable[[str], str]) -> None:
    found = run("classify", "--answers", answers("component: data\ndata: lost\n"), "--json").json
    assert (found["category"], found["fault"], found["clause"]) == ("I", "data-lost", "plan 4, Category 1")
    assert (found["owner"], found["act"], found["recorded"]) == ("director", None, None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("compnent: server\n", "no question 'compnent'", id="no such question"),
        pytest.param("component: serve\n", "'serve' is none of backup, data", id="no such answer"),
        pytest.param("workstations: many\n", "'many' is not a number", id="no number"),
        pytest.param("component: " + "a" * 200_000 + "\n", "is none of", id="too long"),
    ],
)
def test_what_no_question_asks_is_refused(
    run: Run, answers: Callable[[str], str], text: str, sentence: str
) -> None:
    ran = run("classify", "--answers", answers(text))
    assert (ran.code, ran.out) == (4, "")
    assert sentence in " ".join(ran.err.split())


@pytest.mark.parametrize(
    "text",
    ["component: unknown\n", "core-a: down\n", "key-terminal: 'yes'\n", "workstations: '3'\n"],
    ids=["don't know", "a sign", "a fact", "a number"],
)
def test_what_the_plan_knows_is_taken(run: Run, answers: Callable[[str], str], text: str) -> None:
    assert run("classify", "--answers", answers(text)).code == 0


def test_another_category_than_the_answers_come_to_is_said_to_be_on_record(
    run: Run, call: Call, answers: Callable[[str], str]
) -> None:
    call()
    words = ("classify", "--incident", "1", "--answers", answers("component: server\n"), "--record")
    ran = run(*words, "--category", "II", "--reason", "a spare runs", "--id", "0" * 8)
    assert ran.code == 0, ran.err
    assert "On record: Category II" in ran.out
    assert run("incident", "1", "--json").json["category"] == "II"


def test_a_summary_calls_departments_by_name(run: Run, call: Call) -> None:
    call("pha-01")
    for whom in ("team", "leader"):
        said = run("summary", "1", "--for", whom).out
        assert "Outpatient Pharmacy" in said
        assert "pharmacy-out" not in said


def test_an_escalation_says_by_when_and_whom_to_call(run: Run, call: Call) -> None:
    call("icu-01")
    found = run("escalation", "1", "--json").json
    assert found["serious"]["holds"]
    assert found["due_at"] == found["mandatory_at"]
    assert found["order"]
    assert "incident 0001" in found["script"]

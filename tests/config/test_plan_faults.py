"""Whatever is wrong in the plan is told at its place, in plain words, before an incident runs under it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole.config import check_site
from hisconsole.config.plan_file import check_signs
from hisconsole.config.targets import load_targets
from hisconsole.paths import shipped
from tests.config.places import place, well_told
from tests.config.plan_mutants import MUTANTS
from tests.config.spoil import spoil

PLAN = "plan.yaml"


@pytest.mark.parametrize("case", MUTANTS.values(), ids=list(MUTANTS))
def test_a_fault_is_told_where_it_stands(folder: Path, case: tuple[str, str, str, str]) -> None:
    old, new, at, words = case
    text = spoil(folder, PLAN, old, new)
    findings = check_site(folder)
    well_told(findings)
    told = [each for each in findings if words in each.sentence]
    assert told, [str(each) for each in findings]
    assert told[0].file == str(folder / PLAN)
    assert (told[0].line, told[0].col) == place(text, at), str(told[0])


def test_several_faults_come_at_once_in_order(folder: Path) -> None:
    planted = [
        ("lowering: I\n", "lowering: V\n"),
        ("owner: finance-and-insurance", "owner: finance"),
        ("data = patient", "data = patients"),
        ("act: verify", "act: verfy"),
    ]
    for old, new in planted:
        spoil(folder, PLAN, old, new)
    findings = check_site(folder)
    assert len(findings) == len(planted)
    assert [each.line for each in findings] == sorted(each.line for each in findings)


def test_a_fault_elsewhere_is_not_held_against_the_plan(folder: Path) -> None:
    (folder / "departments.yaml").write_text("a: 'b\n", "utf-8")
    (folder / "roster.yaml").write_text("a: 'b\n", "utf-8")
    assert {Path(each.file).name for each in check_site(folder)} == {"departments.yaml", "roster.yaml"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("target = sw-core-1", "target = sw-core-9", "did you mean 'sw-core-"),
        ("service = insurance", "service = insurences", "did you mean 'insurance'?"),
    ],
    ids=["target", "service"],
)
def test_a_sign_that_can_never_come_is_told_as_a_warning(
    folder: Path, old: str, new: str, words: str
) -> None:
    """The targets are read by `hisconsole check`, not when the console starts."""
    watched = load_targets(shipped("config"), sample=True)
    assert check_signs(folder, watched) == []
    text = spoil(folder, PLAN, old, new)
    assert check_site(folder) == []
    (finding,) = check_signs(folder, watched)
    assert words in finding.sentence
    assert (finding.line, finding.col) == place(text, new)


def test_nothing_is_said_of_the_signs_of_a_plan_that_has_faults(folder: Path) -> None:
    spoil(folder, PLAN, "target = sw-core-1", "target = sw-core-9")
    spoil(folder, PLAN, "act: verify", "act: verfy")
    assert check_signs(folder, load_targets(shipped("config"), sample=True)) == []


def test_there_are_enough_such_cases() -> None:
    assert len(MUTANTS) >= 60

"""Fault type and category by the rules of a plan: first match wins, and nothing without a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hisconsole.config import load_site
from hisconsole.paths import shipped
from hisconsole.plan.category import (
    ORDER,
    highest_possible,
    is_serious,
    rank,
    treated_as,
    verdict,
    what_would_change,
)
from hisconsole.plan.conditions import known, parse
from hisconsole.plan.document import FaultType, Rule
from hisconsole.plan.facts import facts_of
from hisconsole.plan.words import Category
from tests.plan.questions import QUESTIONS
from tests.plan.small_plan import PLAN, an_incident, minutes

SAMPLE = load_site(shipped("config")).plan

SMALL = replace(
    PLAN,
    faults=(
        FaultType("server", "the server is down", Category.I, "plan 4, Category 1"),
        FaultType("insurance", "insurance fails", Category.OTHER, "siblings"),
        FaultType("terminal", "one terminal", Category.II, "plan 4, Category 2"),
        FaultType("use", "unskilled use", Category.III, "plan 4, Category 3"),
    ),
    rules=(
        Rule("server", parse("component = server"), "a server cannot work"),
        Rule("insurance", parse("component = insurance"), "only insurance fails"),
        Rule("server", parse("departments >= 2"), "many are hit", provisional=True),
        Rule("terminal", parse("component = here and broken = yes"), "it is broken"),
        Rule("use", parse("component = here and broken = no"), ""),
    ),
)
ASKED = {"component": ("server", "insurance", "here"), "broken": ("yes", "no")}


FIRST: tuple[tuple[str, dict[str, str | int], str | None, Category, bool, int], ...] = (
    # says, facts, fault, category, provisional, undecided rules
    ("nothing is known", {}, None, Category.UNCLASSIFIED, False, 5),
    ("a rule holds", {"component": "server"}, "server", Category.I, False, 0),
    ("the first that holds wins", {"component": "insurance", "departments": 3}, "insurance", Category.OTHER,
     False, 0),
    ("for the time being", {"departments": 2}, "server", Category.I, True, 2),
    ("a cause ends what was provisional", {"departments": 2, "component": "server"}, "server", Category.I,
     False, 0),
    ("what might still come is told", {"component": "here", "broken": "yes"}, "terminal", Category.II, False,
     1),
    ("all is known", {"component": "here", "broken": "no", "departments": 1}, "use", Category.III, False, 0),
    ("one answer is missing", {"component": "here", "departments": 1}, None, Category.UNCLASSIFIED, False, 2),
    ("nothing fits", {"component": "else", "departments": 1}, None, Category.UNCLASSIFIED, False, 0),
    ("don't know", {"component": "unknown", "departments": 1}, None, Category.UNCLASSIFIED, False, 0),
)  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "fault", "category", "provisional", "undecided"),
    [case[1:] for case in FIRST],
    ids=[case[0] for case in FIRST],
)
def test_first_match(
    facts: dict[str, str | int], fault: str | None, category: Category, provisional: bool, undecided: int
) -> None:
    found = verdict(SMALL, known(facts))
    assert (found.fault and found.fault.id) == fault
    assert (found.category, found.provisional, len(found.undecided)) == (category, provisional, undecided)
    assert found.why
    assert (found.rule is None) == (found.fault is None)


def test_the_sentence_says_category_why_and_clause() -> None:
    assert verdict(SMALL, known({"component": "server"})).sentence == (
        "Category I because a server cannot work: plan 4, Category 1"
    )
    assert verdict(SMALL, known({"departments": 2})).sentence == (
        "Category I for the time being because many are hit: plan 4, Category 1"
    )


def test_a_rule_without_words_has_those_of_its_fault() -> None:
    assert (
        verdict(SMALL, known({"component": "here", "broken": "no", "departments": 1})).why == "unskilled use"
    )


def test_unclassified_says_what_is_open() -> None:
    open_ = verdict(SMALL, known({"component": "here", "departments": 1}))
    assert open_.sentence == "no rule of the plan holds yet; still open: broken"
    nothing = verdict(SMALL, {})
    assert nothing.sentence == "no rule of the plan holds yet; still open: component, departments, broken"
    assert verdict(SMALL, known({"component": "x", "departments": 0})).sentence == (
        "no rule of the plan fits what is known"
    )


HIGHEST: tuple[tuple[str, dict[str, str | int], bool, Category], ...] = (
    # says, facts, serious, category
    ("all may come, and it is serious", {}, True, Category.I),
    ("all may come, and it is not serious", {}, False, Category.II),
    ("I is out", {"component": "here", "departments": 1}, True, Category.II),
    ("II is out", {"component": "here", "departments": 1, "broken": "no"}, True, Category.III),
    ("don't know may be anything", {"component": "unknown"}, True, Category.I),
    ("a rule that holds ends it", {"component": "insurance"}, True, Category.OTHER),
    ("I by a rule that holds, serious", {"departments": 2}, True, Category.I),
    ("only I is left, and it is not serious", {"component": "server"}, False, Category.UNCLASSIFIED),
    ("nothing can come", {"component": "else", "departments": 1}, True, Category.UNCLASSIFIED),
)  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "serious", "category"), [case[1:] for case in HIGHEST], ids=[case[0] for case in HIGHEST]
)
def test_highest_possible(facts: dict[str, str | int], serious: bool, category: Category) -> None:
    assert highest_possible(SMALL, known(facts), serious=serious) is category


def test_treated_as_what_was_recorded() -> None:
    incident = an_incident("reg", "lab", category=Category.III, classified_at=minutes(5))
    assert treated_as(incident, SMALL) is Category.III


@pytest.mark.parametrize(
    ("departments", "category"),
    [(("reg",), Category.II), (("icu",), Category.I), (("reg", "lab"), Category.I)],
    ids=["one ordinary terminal", "care is hit", "two departments"],
)
def test_unclassified_is_treated_as_i_only_if_serious(
    departments: tuple[str, ...], category: Category
) -> None:
    incident = an_incident(*departments)
    assert treated_as(incident, SMALL) is category
    assert is_serious(SMALL, facts_of(incident, SMALL)) is (category is Category.I)


def test_what_would_change_it_highest_first() -> None:
    others = what_would_change(SMALL, known({"component": "here", "broken": "no", "departments": 1}), ASKED)
    assert [(each.question, each.value, each.category) for each in others] == [
        ("component", "server", Category.I),
        ("broken", "yes", Category.II),
        ("component", "insurance", Category.OTHER),
    ]
    assert [each.fault.id for each in others] == ["server", "terminal", "insurance"]


def test_nothing_changes_what_no_answer_can_change() -> None:
    assert what_would_change(SMALL, known({"departments": 2}), {"broken": ("yes", "no")}) == ()


def test_the_order_of_categories_is_whole() -> None:
    assert sorted(Category, key=rank) == list(ORDER)


# The sample's plan, by the rules of domain 5.4 in their order.
SHIPPED = (
    # clause, answers and facts, fault, category
    ("1 server down", {"component": "server"}, "server-down", "I"),
    ("1 fibre", {"component": "fibre"}, "fibre-damaged", "I"),
    ("1 data lost", {"component": "data", "data": "lost"}, "data-lost", "I"),
    ("1 attack", {"component": "data", "data": "attack"}, "attack-suspected", "I"),
    ("1 backup disk, though nothing stands still", {"component": "backup"}, "backup-disk", "I"),
    ("1 flapping", {"component": "unstable"}, "server-unstable", "I"),
    ("1 part of the network", {"component": "network"}, "partial-network", "I"),
    ("1 price list", {"component": "prices", "approved": "no"}, "price-list", "I"),
    ("1 price list, nobody knows who", {"component": "prices", "approved": "unknown"}, "price-list", "I"),
    ("5.9 an approved change is no fault",
     {"component": "prices", "approved": "yes", "scope": "one", "recurring": "no", "paralysis": "no"},
     "approved-change", "III"),
    ("1 key terminal without a spare",
     {"component": "here", "handling": "terminal", "key-terminal": "yes", "spare": "no"}, "key-terminal",
     "I"),
    ("1 recurring", {"component": "here", "handling": "person", "recurring": "yes"}, "recurring-fault", "I"),
    ("2 insurance only", {"component": "insurance", "recurring": "no", "paralysis": "no"}, "insurance-side",
     "Other"),
    ("2 before 3: everybody misses insurance",
     {"component": "insurance", "scope": "hospital", "recurring": "no"}, "insurance-side", "Other"),
    ("3 several workstations, no cause", {"scope": "some", "component": "unknown", "cause": "none"},
     "partial-network", "I"),
    ("4 one ordinary workstation",
     {"component": "here", "handling": "terminal", "key-terminal": "no", "scope": "one", "recurring": "no"},
     "single-terminal", "II"),
    ("4 a key terminal with a spare",
     {"component": "here", "handling": "terminal", "key-terminal": "yes", "spare": "yes", "scope": "one",
      "recurring": "no"}, "single-terminal", "II"),
    ("5 one patient", {"component": "data", "data": "patient", "scope": "one", "recurring": "no"},
     "single-patient", "II"),
    ("5 how many is unknown", {"component": "data", "data": "unknown"}, "data-lost", "I"),
    ("6 once",
     {"component": "data", "data": "error", "reproducible": "no", "scope": "one", "recurring": "no"},
     "occasional-error", "II"),
    ("6 every time", {"component": "data", "data": "error", "reproducible": "yes"}, "recurring-fault", "I"),
    ("7 outside the workflow",
     {"component": "here", "handling": "workflow", "scope": "one", "recurring": "no"},
     "workflow", "II"),
    ("8 works for another", {"component": "here", "handling": "person", "scope": "one", "recurring": "no"},
     "unskilled-use", "III"),
    ("5.3 the whole network", {"paralysis": "yes"}, "network-failure", "I"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "fault", "category"), [case[1:] for case in SHIPPED], ids=[case[0] for case in SHIPPED]
)
def test_the_sample_plan(facts: dict[str, str], fault: str, category: str) -> None:
    found = verdict(SAMPLE, known(facts))
    assert found.fault is not None
    assert (found.fault.id, found.category.value) == (fault, category)
    assert found.fault.clause in found.sentence


def test_one_answer_leads_the_sample_back_to_category_i() -> None:
    """Whatever an incident was taken for, what would make it Category I is told first."""
    for _says, facts, _fault, category in SHIPPED:
        others = what_would_change(SAMPLE, known(facts), QUESTIONS)
        assert category == "I" or others[0].category is Category.I


def test_a_plan_without_rules_leaves_all_unclassified() -> None:
    assert verdict(PLAN, known({"component": "server"})).category is Category.UNCLASSIFIED


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        pytest.param({"component": "unknown"}, "still open: component, departments", id="said to be unknown"),
        pytest.param(
            {"component": "here", "broken": "unknown", "departments": 1}, "still open: broken", id="only that"
        ),
        pytest.param({"component": "other", "departments": 1}, "no rule of the plan fits", id="nothing left"),
    ],
)
def test_what_nobody_could_say_is_named_as_open(answers: dict[str, str | int], words: str) -> None:
    found = verdict(SMALL, known(answers))
    assert found.category is Category.UNCLASSIFIED
    assert words in found.why

"""Whatever is answered and whoever calls, in whatever order: what a classification never does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hisconsole.config import load_site
from hisconsole.paths import shipped
from hisconsole.plan.category import (
    highest_possible,
    is_serious,
    rank,
    treated_as,
    verdict,
    what_would_change,
)
from hisconsole.plan.conditions import Fact, judge, parse
from hisconsole.plan.document import Rule, Sign
from hisconsole.plan.evidence import Found, answers_of
from hisconsole.plan.facts import COUNT, FACTS, UNKNOWN, facts_of
from hisconsole.plan.incident import Incident, Report
from hisconsole.plan.words import Category
from tests.hospital import START
from tests.plan.play import a_report
from tests.plan.questions import QUESTIONS
from tests.shares import tries

SAMPLE = load_site(shipped("config")).plan
RULES = len(SAMPLE.rules)

ANSWERS = st.sampled_from(
    [(name, value) for name, values in QUESTIONS.items() for value in (*values, UNKNOWN)]
)
SEQUENCES = st.lists(ANSWERS, max_size=12)
CALLS = st.lists(
    st.builds(
        lambda department, number, symptom, scope, minute, critical: replace(
            a_report(
                1,
                department=department,
                workstation=f"{department}-{number}",
                symptom=symptom,
                scope=scope,
                critical=critical,
            ),
            taken_at=START + timedelta(minutes=minute),
        ),
        st.sampled_from(["ward3", "lab", "icu", "cashier", "offices"]),
        st.integers(1, 3),
        st.sampled_from(QUESTIONS["symptom"]),
        st.sampled_from([*QUESTIONS["scope"], UNKNOWN]),
        st.integers(0, 60),
        st.booleans(),
    ),
    max_size=8,
)

quick = settings(max_examples=tries(150), deadline=None)


def an_incident(calls: list[Report], answers: dict[str, str], category: Category | None = None) -> Incident:
    """An incident of these calls, with these answers since its sixtieth minute."""
    return Incident(
        number=1,
        version=1,
        opened=START,
        reports=tuple(replace(call, number=number) for number, call in enumerate(calls, 1)),
        answers=answers,
        category=category or Category.UNCLASSIFIED,
        classified_at=START + timedelta(minutes=60) if answers or category else None,
    )


def given_one_by_one(answers: list[tuple[str, str]]) -> Iterator[dict[str, Fact]]:
    """What is known after each answer, each question answered once."""
    facts: dict[str, Fact] = {}
    yield facts
    for name, value in answers:
        if name not in facts:
            facts = {**facts, name: Fact(value)}
            yield facts


@quick
@given(CALLS, SEQUENCES)
def test_no_category_without_a_reason(calls: list[Report], answers: list[tuple[str, str]]) -> None:
    facts = facts_of(an_incident(calls, dict(answers)), SAMPLE)
    found = verdict(SAMPLE, facts)
    assert found.why.strip()
    assert found.sentence.strip()
    assert (found.category is Category.UNCLASSIFIED) == (found.rule is None) == (found.fault is None)
    if found.rule is not None and found.fault is not None:
        assert judge(found.rule.when, facts).value is True
        assert found.fault.clause in found.sentence
        before = SAMPLE.rules[: SAMPLE.rules.index(found.rule)]
        assert not any(judge(rule.when, facts).value for rule in before)
        assert set(found.undecided) <= set(before)


@quick
@given(SEQUENCES)
def test_what_answers_come_to_was_possible_all_along(answers: list[tuple[str, str]]) -> None:
    path = list(given_one_by_one(answers))
    end = rank(verdict(SAMPLE, path[-1]).category)
    for facts in path:
        assert rank(highest_possible(SAMPLE, facts, serious=True)) <= end


@quick
@given(SEQUENCES)
def test_a_rule_that_holds_goes_on_holding(answers: list[tuple[str, str]]) -> None:
    """A further answer to another question can only find an earlier rule, never lose the one found."""
    reached = RULES
    for facts in given_one_by_one(answers):
        rule = verdict(SAMPLE, facts).rule
        at = SAMPLE.rules.index(rule) if rule else RULES
        assert at <= reached
        reached = at


@quick
@given(CALLS, CALLS, SEQUENCES)
def test_a_further_call_makes_nothing_less_grave(
    calls: list[Report], further: list[Report], answers: list[tuple[str, str]]
) -> None:
    """It may open a question again (a key terminal called: is there a spare?); as much is possible then."""
    known = {name: value for name, value in answers if name != "scope"}
    before = facts_of(an_incident(calls, known), SAMPLE)
    later = [replace(call, taken_at=call.taken_at + timedelta(minutes=61)) for call in further]
    after = facts_of(an_incident([*calls, *later], known), SAMPLE)
    for name in ("departments", "workstations", "burst"):
        assert int(after[name].value) >= int(before[name].value)
    if calls:
        found = verdict(SAMPLE, before)
        assert found.rule is None or rank(highest_possible(SAMPLE, after, serious=True)) <= rank(
            found.category
        )
    assert is_serious(SAMPLE, after) or not is_serious(SAMPLE, before)


@quick
@given(CALLS, CALLS, SEQUENCES, st.sampled_from([each for each in Category if each != "unclassified"]))
def test_what_is_recorded_is_changed_by_no_call_answer_or_edition(
    calls: list[Report], further: list[Report], answers: list[tuple[str, str]], category: Category
) -> None:
    edited = replace(
        SAMPLE, version="0" * 12, rules=(Rule(SAMPLE.faults[0].id, parse("always"), "edited"),), serious=()
    )
    for plan in (SAMPLE, edited):
        for reports in (calls, [*calls, *further]):
            assert treated_as(an_incident(reports, dict(answers), category), plan) is category


@quick
@given(CALLS, SEQUENCES)
def test_unclassified_is_i_only_if_serious(calls: list[Report], answers: list[tuple[str, str]]) -> None:
    incident = an_incident(calls, dict(answers))
    facts = facts_of(incident, SAMPLE)
    treated = treated_as(incident, SAMPLE)
    assert treated is not Category.I or is_serious(SAMPLE, facts)
    assert treated is highest_possible(SAMPLE, facts, serious=is_serious(SAMPLE, facts))


@quick
@given(SEQUENCES)
def test_alternatives_are_just_the_single_answers_that_change_it(answers: list[tuple[str, str]]) -> None:
    facts = {name: Fact(value) for name, value in answers}
    now = verdict(SAMPLE, facts).category
    others = what_would_change(SAMPLE, facts, QUESTIONS)
    told = {(each.question, each.value): each for each in others}
    assert [rank(each.category) for each in others] == sorted(rank(each.category) for each in others)
    for name, values in QUESTIONS.items():
        for value in values:
            other = verdict(SAMPLE, {**facts, name: Fact(value)})
            if (name, value) in told:
                assert other.category is told[name, value].category is not now
                assert other.fault is told[name, value].fault
            else:
                assert other.category in (now, Category.UNCLASSIFIED)


@quick
@given(SEQUENCES, st.lists(st.sampled_from(SAMPLE.signs), max_size=6), st.sampled_from(SAMPLE.signs))
def test_evidence_never_lowers_by_itself(
    answers: list[tuple[str, str]], signs: list[Sign], further: Sign
) -> None:
    facts = {name: Fact(value) for name, value in answers}

    def comes_to(seen: list[Sign]) -> int:
        found = [Found(sign, "t", "words", START) for sign in seen]
        chosen = {each.sign.question: Fact(each.sign.value) for each in answers_of(SAMPLE, facts, found)}
        assert not chosen.keys() & facts.keys()
        return rank(verdict(SAMPLE, {**facts, **chosen}).category)

    assert comes_to([*signs, further]) <= comes_to(signs) <= comes_to([])


@quick
@given(CALLS, SEQUENCES)
def test_facts_keep_to_their_vocabulary(calls: list[Report], answers: list[tuple[str, str]]) -> None:
    for name, fact in facts_of(an_incident(calls, dict(answers)), SAMPLE).items():
        allowed = FACTS.get(name)
        if allowed == COUNT:
            assert fact.value == len(fact.reached)
            assert list(fact.reached) == sorted(fact.reached)
        elif allowed is not None:
            assert fact.value in allowed
        else:
            assert fact.value in (*QUESTIONS[name], UNKNOWN)

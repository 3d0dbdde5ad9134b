"""The little language of plan and flows: what it reads, what it refuses, and since when something holds."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hisconsole.plan.conditions import DEEPEST, EVER, LONGEST, ConditionFault, Fact, judge, known, parse
from tests.hostile import HOSTILE
from tests.plan.small_plan import minutes
from tests.shares import tries

FACTS: Mapping[str, str | int] = {"scope": "some", "departments": 2, "spare": "unknown", "rx": "optic/rx"}

TRUTHS: tuple[tuple[str, bool | None], ...] = (
    ("always", True),
    ("not always", False),
    ("scope = some", True),
    ("scope = one", False),
    ("scope != one", True),
    ("scope in (one, some)", True),
    ("scope in (one)", False),
    ("departments = 2", True),
    ("departments >= 2", True),
    ("departments > 2", False),
    ("departments < 2", False),
    ("departments <= 2", True),
    ("rx = optic/rx", True),
    ("spare = yes", False),
    ("spare in (no, unknown)", True),
    ("missing = yes", None),
    ("missing != yes", None),
    ("not missing = yes", None),
    ("missing >= 1", None),
    ("scope >= 1", None),
    ("scope = some and missing = yes", None),
    ("scope = one and missing = yes", False),
    ("scope = some or missing = yes", True),
    ("scope = one or missing = yes", None),
    ("scope = one or scope = some and departments = 2", True),
    ("(scope = some or scope = one) and departments = 3", False),
    ("not (scope = one or departments = 3)", True),
    ("not not scope = some", True),
)


@pytest.mark.parametrize(("text", "value"), TRUTHS, ids=[text for text, _value in TRUTHS])
def test_truth(text: str, value: bool | None) -> None:
    assert judge(parse(text), known(FACTS)).value is value


FAULTS = (
    ("", 1, "too early"),
    ("scope", 6, "after a name"),
    ("scope =", 8, "a value is needed"),
    ("scope == some", 8, "a value is needed"),
    ("scope = some departments = 2", 14, "join conditions"),
    ("scope = some and", 17, "too early"),
    ("and scope = some", 1, "not 'and'"),
    ("in = some", 1, "not 'in'"),
    ("Scope = some", 1, "not 'Scope'"),
    ("scope in some", 10, "'(' is missing"),
    ("scope in (some", 15, "')' is missing"),
    ("scope in ()", 11, "a value is needed"),
    ("(scope = some", 14, "')' is missing"),
    ("scope = some)", 13, "join conditions"),
    ("departments >= many", 16, "whole number"),
    ("departments >= 1234567", 16, "whole number"),
    ("scope = 'some'", 9, "a value is needed"),
    ("__import__('os')", 1, "not '_'"),
    ("scope; rm", 6, "after a name"),
    ("(" * (DEEPEST + 2) + "a = b" + ")" * (DEEPEST + 2), DEEPEST + 2, "too many brackets"),
    ("a = b or " * 200 + "a = b", LONGEST + 1, "at most"),
)


@pytest.mark.parametrize(
    ("text", "col", "words"), FAULTS, ids=[text[:30] or "nothing" for text, _c, _w in FAULTS]
)
def test_what_is_refused_says_where(text: str, col: int, words: str) -> None:
    with pytest.raises(ConditionFault) as fault:
        parse(text)
    assert fault.value.col == col
    assert words in fault.value.sentence


def test_a_condition_names_its_facts_and_keeps_its_text() -> None:
    condition = parse("  not a = b  and (c >= 2\n or d in (e, f)) ")
    assert condition.text == "not a = b and (c >= 2 or d in (e, f))"
    assert condition.names == {"a", "c", "d"}
    assert [test.words for test in condition.tests()] == [("b",), ("2",), ("e", "f")]
    assert parse(condition.text) == condition


MOMENTS = {
    "early": Fact("yes", minutes(1)),
    "late": Fact("yes", minutes(9)),
    "never": Fact("no", minutes(5)),
    "count": Fact(3, minutes(30), (minutes(10), minutes(20), minutes(30))),
}

SINCE = (
    ("always", None),
    ("early = yes", 1),
    ("early = yes and late = yes", 9),
    ("early = yes or late = yes", 1),
    ("never = yes or late = yes", 9),
    ("missing = yes or late = yes", 9),
    ("never != yes", 5),
    ("not (never = yes and early = yes)", 5),
    ("not (never = yes or early = no)", 5),
    ("count >= 1", 10),
    ("count >= 2", 20),
    ("count > 2", 30),
    ("count >= 0", 30),
    ("count = 3", 30),
    ("count <= 3", 30),
    ("count >= 2 and early = yes", 20),
)


@pytest.mark.parametrize(("text", "minute"), SINCE, ids=[text for text, _minute in SINCE])
def test_what_holds_says_since_when(text: str, minute: int | None) -> None:
    truth = judge(parse(text), MOMENTS)
    assert truth.value is True
    assert truth.since == (EVER if minute is None else minutes(minute))


_WORDS = st.sampled_from(
    [
        "a",
        "b",
        "=",
        "!=",
        "in",
        "<",
        ">=",
        "2",
        "and",
        "or",
        "not",
        "(",
        ")",
        ",",
        "always",
        "x/y",
        "'",
        "é",
        "",
    ]
)


@settings(max_examples=tries(400), deadline=None)
@given(st.lists(_WORDS, max_size=25).map(" ".join) | st.text(max_size=60))
def test_any_text_is_a_condition_or_refused_in_its_place(text: str) -> None:
    refused: ConditionFault | None = None
    try:
        condition = parse(text)
    except ConditionFault as fault:
        refused = fault
    if refused is None:
        assert parse(condition.text) == condition
        assert judge(condition, {}).value in (True, False, None)
    else:
        assert 1 <= refused.col <= len(text) + 1
        assert refused.sentence


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused(text: str) -> None:
    with pytest.raises(ConditionFault):
        parse(f"scope = {text} \x1b")


PLAIN = st.sampled_from(["a = x", "a = y", "b = x", "c >= 2", "not b = y", "a in (x, z)"])
CONDITIONS = st.recursive(
    PLAIN,
    lambda inner: st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({' '.join(t)})"),
    max_leaves=6,
)
KNOWN = st.fixed_dictionaries(
    {}, optional={"a": st.sampled_from("xyz"), "b": st.sampled_from("xy"), "c": st.integers(0, 3)}
)


@settings(max_examples=tries(300), deadline=None)
@given(CONDITIONS, KNOWN, KNOWN)
def test_what_is_decided_stays_decided_whatever_else_becomes_known(
    text: str, first: dict[str, str | int], further: dict[str, str | int]
) -> None:
    before = judge(parse(text), known(first)).value
    after = judge(parse(text), known({**further, **first})).value
    assert before is None or after is before
    assert judge(parse(f"not {text}"), known(first)).value is (None if before is None else not before)

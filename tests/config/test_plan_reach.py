"""Which conditions can hold, and which rules are reached, agrees with trying every case there is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from hisconsole.config.plan_reach import NOTHING, cases, numbers, reached
from hisconsole.plan.conditions import Condition, Fact, judge, parse

WORDS = {"one": ("a", "b", "c"), "two": ("yes", "no")}
COUNT = "count"
COUNTS = tuple(range(6))


def _tests() -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("one {} {}".format, st.sampled_from(["=", "!="]), st.sampled_from(WORDS["one"])),
        st.sampled_from(["one in (a, b)", "one in (b, c)", "two = yes", "two != yes"]),
        st.builds("count {} {}".format, st.sampled_from(["<", "<=", ">", ">=", "="]), st.integers(0, 4)),
    )


def _conditions() -> st.SearchStrategy[Condition]:
    texts = st.recursive(
        _tests(),
        lambda inner: st.one_of(
            st.builds("({} and {})".format, inner, inner),
            st.builds("({} or {})".format, inner, inner),
            st.builds("not ({})".format, inner),
        ),
        max_leaves=6,
    )
    return texts.map(parse)


def _all_facts() -> Iterator[dict[str, Fact]]:
    """Every case: each word, each count, and each name not known."""
    for one, two, count in product((*WORDS["one"], None), (*WORDS["two"], None), COUNTS):
        held = {"one": one, "two": two, COUNT: count}
        yield {name: Fact(value) for name, value in held.items() if value is not None}


def _domain(name: str) -> frozenset[str]:
    return frozenset(map(str, COUNTS)) if name == COUNT else frozenset({*WORDS[name], NOTHING})


@given(_conditions())
def test_a_condition_has_cases_if_something_makes_it_hold(condition: Condition) -> None:
    found = cases(condition, _domain)
    assert found is not None
    for facts in _all_facts():
        told = any(
            all(
                str(facts[name].value) in allowed if name in facts else False
                for name, allowed in case.items()
            )
            for case in found
        )
        assert told is (judge(condition, facts).value is True)


@given(_conditions(), st.lists(_conditions(), max_size=4))
def test_a_rule_is_reached_if_something_comes_past_those_above(
    rule: Condition, above: list[Condition]
) -> None:
    own, before = cases(rule, _domain), [cases(each, _domain) for each in above]
    assert own is not None
    told = reached(own, [case for each in before for case in each or ()], _domain)
    assert told is any(
        judge(rule, facts).value is True and not any(judge(each, facts).value for each in above)
        for facts in _all_facts()
    )


@given(_conditions())
def test_the_numbers_tell_all_counts_apart(condition: Condition) -> None:
    """Whatever a count does to a condition, one of the numbers looked at does, too."""
    few = {int(each) for each in numbers([condition]).get(COUNT, frozenset("0"))}

    def outcomes(counts: set[int]) -> set[bool | None]:
        return {
            judge(condition, {"one": Fact("a"), "two": Fact("yes"), COUNT: Fact(count)}).value
            for count in counts
        }

    assert outcomes(few) == outcomes({*range(12)})


def test_what_is_too_much_to_look_at_is_let_pass() -> None:
    wider = " and ".join(f"(a{n} = x or b{n} = x or c{n} = x)" for n in range(9))
    assert cases(parse(wider), lambda name: frozenset("xy")) is None

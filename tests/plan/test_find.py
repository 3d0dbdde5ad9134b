"""Find as you type: what comes first, and that every word counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.plan.find import Findable, find, findable
from tests.hostile import HOSTILE

PLACES = (
    findable("cash-01", "Outpatient Cashier", "window 1", "6111", find=("sf", "收费处")),
    findable("cash-03", "Outpatient Cashier", "window 3", "6113", find=("sf", "收费处")),
    findable("cash-13", "Outpatient Cashier", "window 13", "6123", find=("sf", "收费处")),
    findable("pha-02", "Outpatient Pharmacy", "beside the cashier", "6132", find=("mzyf",)),
    findable("ward5-01", "Ward 5 Surgery", "Nurse station", "0571-0000-6505", find=("wk",)),
    findable("li.na", "Li Na 李娜", "System administrator", "100-0000-0201", find=("ln",)),
    findable("sf-01", "Scanner", "archive"),
)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("cash-03", ["cash-03"]),
        ("cash03", ["cash-03"]),
        ("cash3", ["cash-03"]),
        ("CASH-03", ["cash-03"]),
        ("ｃａｓｈ３", ["cash-03"]),
        ("cash", ["cash-01", "cash-03", "cash-13", "pha-02"]),
        ("cash 3", ["cash-03", "cash-13"]),
        ("3 cash", ["cash-03", "cash-13"]),
        ("cashier pha", ["pha-02"]),
        ("6113", ["cash-03"]),
        ("611", ["cash-01", "cash-03"]),
        ("window 13", ["cash-13"]),
        ("sf", ["sf-01", "cash-01", "cash-03", "cash-13"]),
        ("mzyf", ["pha-02"]),
        ("mz", ["pha-02"]),
        ("yf", ["pha-02"]),
        ("收费", ["cash-01", "cash-03", "cash-13"]),
        ("李", ["li.na"]),
        ("lina", ["li.na"]),
        ("sa", ["li.na"]),
        ("ws", ["ward5-01"]),
        ("057100006505", ["ward5-01"]),
        ("0571-0000", ["ward5-01"]),
        ("ward5", ["ward5-01"]),
        ("urger", ["ward5-01"]),
        ("cash  \t 3", ["cash-03", "cash-13"]),
        ("cash nurse", []),
        ("zzz", []),
    ],
)
def test_the_best_answer_stands_first(query: str, first: list[str]) -> None:
    assert list(find(query, PLACES))[: len(first) or None] == first


def test_an_empty_query_gives_the_first_as_they_stand() -> None:
    assert find("  ", PLACES, limit=2) == ("cash-01", "cash-03")


def test_the_limit_holds_and_the_best_are_within_it() -> None:
    many = [findable(f"pc-{n:03d}", f"room {n}") for n in range(300)]
    assert find("pc", many, limit=5) == ("pc-000", "pc-001", "pc-002", "pc-003", "pc-004")
    assert find("pc-299", many, limit=1) == ("pc-299",)


texts = st.text(max_size=12)
entries = st.lists(
    st.builds(lambda key, text, word: findable(key, text, find=(word,)), texts, texts, texts),
    max_size=8,
    unique_by=lambda each: each.key,
)


@given(query=texts, places=entries)
def test_any_query_is_deterministic_and_answers_only_what_holds_every_word(
    query: str, places: list[Findable]
) -> None:
    found = find(query, places, limit=100)
    assert len(set(found)) == len(found)
    assert set(found) <= {each.key for each in places}
    if query.split() and found:
        assert find(query, [*reversed(places)], limit=100) == found
    by_key = {each.key: each for each in places}
    for word in query.lower().split():
        if word.isascii():
            assert all(word in by_key[key].everything for key in found)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_searched_like_any_other(text: str) -> None:
    places = [*PLACES, findable("odd", text, find=(text,))]
    assert set(find(text, places)) <= {each.key for each in places}
    assert find("odd", places) == ("odd",)


def test_more_words_never_find_more() -> None:
    for query in ("cash", "window", "6", "sf"):
        assert set(find(f"{query} 3", PLACES)) <= set(find(query, PLACES))

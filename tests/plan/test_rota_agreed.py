"""What was agreed otherwise: holidays, overrides, swaps, and one person twice at once."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from hisconsole.plan.rota import (
    Change,
    Holiday,
    Rota,
    Shift,
    Stint,
    Swap,
    gaps,
    rostered,
)
from hisconsole.plan.rota_clashes import clashes
from tests.plan.rotas import (
    DAY,
    EVERYBODY,
    NATIONAL,
    NIGHT,
    SHANGHAI,
    WHOLE,
    at,
    of,
    override,
    people,
    rota,
    swap,
    turn,
)


def test_a_holiday_goes_by_its_own_lines_alone() -> None:
    made = rota(holidays=(NATIONAL,))
    assert [people(made, "2026-11-24", shift) for shift in ("day", "evening", "night")] == ["d", "e", ""]
    assert people(made, "2026-11-23", "night") == "d"
    assert people(made, "2026-11-26", "day") == "d"
    found = of(made, "2026-11-24", "day")
    assert found is not None
    assert found.why == "National Day"
    (first, second) = gaps(made, at("2026-11-24 12:00"), zone=SHANGHAI)
    assert (first.start, first.end) == (at("2026-11-24 23:00"), at("2026-11-25 08:00"))
    assert (second.start, second.end) == (at("2026-11-25 23:00"), at("2026-11-26 08:00"))
    assert first.why == "nobody is written on Night (National Day)"


@pytest.mark.parametrize(
    ("changes", "who", "why"),
    [
        ([override("23", "day", "c", "ill")], "c", "ill"),
        ([override("22 23 24", "evening day", "c", "ill")], "c", "ill"),
        ([override("23", "day", "c", "ill"), override("23 24", "day", "d", "course")], "d", "course"),
        ([override("23 24", "day", "d", "course"), override("23", "day", "c", "ill")], "c", "ill"),
        ([override("23", "day", "cd", "drill")], "cd", "drill"),
        ([override("24", "day", "c", "ill")], "a", ""),
        ([override("23", "night", "c", "ill")], "a", ""),
        ([override("23", "day", "", "closed")], "", ""),
        ([override("23", "nosuch", "c", "ill")], "a", ""),
    ],
)
def test_of_several_overrides_the_later_holds(changes: list[Change], who: str, why: str) -> None:
    found = of(rota(*changes), "2026-11-23", "day")
    assert (found.people if found else ()) == tuple(who)
    assert (found.why if found else "") == why


def test_an_override_is_stronger_than_a_holiday() -> None:
    made = rota(override("24", "day night", "a", "storm"), holidays=(NATIONAL,))
    assert [people(made, "2026-11-24", shift) for shift in ("day", "evening", "night")] == ["a", "e", "a"]
    found = of(made, "2026-11-24", "day")
    assert found is not None
    assert found.why == "storm"


def test_a_swap_goes_both_ways_and_touches_nothing_else() -> None:
    made, usual = rota(swap(turn("a", 23, "day"), turn("c", 27, "night"))), rota()
    assert made.unheld == ()
    assert (people(made, "2026-11-23", "day"), people(made, "2026-11-27", "night")) == ("c", "a")
    found = of(made, "2026-11-27", "night")
    assert found is not None
    assert found.why == "wedding"
    begin = at("2026-11-01 00:00")
    changed = set(rostered(made, begin, begin + timedelta(days=60), zone=SHANGHAI))
    assert len(changed - set(rostered(usual, begin, begin + timedelta(days=60), zone=SHANGHAI))) == 2


def test_swaps_follow_what_was_agreed_before() -> None:
    back = swap(turn("c", 23, "day"), turn("a", 27, "night"))
    there = swap(turn("a", 23, "day"), turn("c", 27, "night"))
    assert people(rota(there, back), "2026-11-23", "day") == "a"
    assert rota(there, back).unheld == ()
    ill = override("23", "day", "d", "ill")
    assert people(rota(there, ill), "2026-11-23", "day") == "d"
    assert people(rota(there, ill), "2026-11-27", "night") == "a"
    assert rota(ill, there).unheld == ((there, there.one),)
    assert people(rota(ill, there), "2026-11-27", "night") == "c", "a swap is on both sides or on none"


@pytest.mark.parametrize(
    ("one", "other", "wrong"),
    [
        (turn("b", 23, "day"), turn("c", 27, "night"), "one"),
        (turn("a", 23, "day"), turn("c", 26, "night"), "other"),
        (turn("a", 23, "nosuch"), turn("c", 27, "night"), "one"),
    ],
)
def test_a_swap_of_what_nobody_has_changes_nothing(one: Stint, other: Stint, wrong: str) -> None:
    agreed = swap(one, other)
    made = rota(agreed)
    assert made.unheld == ((agreed, getattr(agreed, wrong)),)
    begin = at("2026-11-20 00:00")
    end = begin + timedelta(days=20)
    assert rostered(made, begin, end, zone=SHANGHAI) == rostered(rota(), begin, end, zone=SHANGHAI)


def test_nobody_is_put_on_a_shift_that_they_are_on_already() -> None:
    both = swap(turn("a", 23, "day"), turn("c", 27, "night"))
    made = rota(override("23", "day", "ac", "drill"), both)
    assert made.unheld == ((both, both.one),)
    assert people(made, "2026-11-23", "day") == "ac"


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (rota(), []),
        (rota(override("23", "evening", "a", "")), []),
        (
            Rota((DAY, Shift("late", "", time(15), time(20))), cycle=({"day": ("a",), "late": ("a",)},)),
            ["day late 0"],
        ),
        (
            Rota((NIGHT, Shift("early", "", time(7), time(9))), cycle=({"night": ("a",)}, {"early": ("a",)})),
            ["night early 1"],
        ),
        (
            Rota((WHOLE, Shift("early", "", time(7), time(9))), cycle=({"whole": ("a",)}, {"early": ("b",)})),
            [],
        ),
        (
            rota(override("24", "day", "d", "")),
            [],
        ),
    ],
)
def test_one_person_twice_at_once_is_found(made: Rota, expected: list[str]) -> None:
    found = {
        f"{each.earlier.shift} {each.later.shift} {(each.later.day - each.earlier.day).days}"
        for each in clashes(made)
    }
    assert sorted(found) == expected


def test_a_clash_is_blamed_on_what_brought_it_about() -> None:
    late = Shift("late", "Late", time(12), time(20))
    usual = {"day": ("a",), "late": ("b",)}
    week = dict.fromkeys(range(7), usual)
    first, second = override("23", "late", "c", "x"), override("23", "day", "c", "y")
    made = Rota((DAY, late), week=week, changes=(first, second), operators=EVERYBODY)
    (clash,) = clashes(made)
    assert clash.by is second
    assert (clash.earlier, clash.later) == (turn("c", 23, "day"), turn("c", 23, "late"))
    holiday = Holiday("h", "H", (date(2026, 11, 24),), {"day": ("b",), "late": ("b",)})
    assert [each.by for each in clashes(Rota((DAY, late), week=week, holidays=(holiday,)))] == [holiday]
    agreed = Swap(turn("a", 23, "day"), turn("b", 23, "late"), "z")
    assert clashes(Rota((DAY, late), week=week, changes=(agreed,))) == ()

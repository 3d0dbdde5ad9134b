"""Whether a condition can hold at all, and whether a rule is ever reached behind those above it.

Every name has few values, so a condition is spelt out as cases: in each, some names are held to some of
their values.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import TypeAlias

from hisconsole.plan.conditions import Condition, Join, Test

Case: TypeAlias = "Mapping[str, frozenset[str]]"
Domain: TypeAlias = "Callable[[str], frozenset[str]]"

NOTHING = "\x00"
"""The value of what is not known: no comparison holds for it."""

_COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MOST_CASES = 500
_MOST_STEPS = 20_000


def numbers(conditions: Iterable[Condition]) -> dict[str, frozenset[str]]:
    """The numbers that tell the comparisons with counts apart, by name: each, and those beside it."""
    found: dict[str, set[str]] = {}
    for test in (each for condition in conditions for each in condition.tests()):
        for word in test.words:
            if word.isdecimal():
                beside = range(max(0, int(word) - 1), int(word) + 2)
                found.setdefault(test.name, {"0"}).update(map(str, beside))
    return {name: frozenset(values) for name, values in found.items()}


def cases(condition: Condition, domain: Domain) -> tuple[Case, ...] | None:
    """The cases in which a condition holds; none when never, None when they are too many to look at."""
    try:
        return tuple(_cases(condition.root, domain, holds=True))
    except OverflowError:
        return None


def reached(wanted: Iterable[Case], above: Iterable[Case], domain: Domain) -> bool:
    """Whether one of `wanted` can be while none of `above` is; yes where that is too much to look at."""
    before = list(above)
    steps = [0]
    return any(_escapes(dict(case), before, domain, steps) for case in wanted)


def _escapes(case: Case, above: list[Case], domain: Domain, steps: list[int]) -> bool:
    steps[0] += 1
    if steps[0] > _MOST_STEPS:
        return True
    for place, other in enumerate(above):
        if all(case.get(name, domain(name)) & allowed for name, allowed in other.items()):
            rest = above[place + 1 :]
            return any(
                _escapes({**case, name: left}, rest, domain, steps)
                for name, allowed in other.items()
                if (left := case.get(name, domain(name)) - allowed)
            )
    return True


def _cases(part: Test | Join, domain: Domain, *, holds: bool) -> list[Case]:
    if isinstance(part, Test):
        allowed = _allowed(part, domain(part.name) - {NOTHING}, holds=holds)
        return [{part.name: allowed}] if allowed else []
    if part.how == "not":
        return _cases(part.parts[0], domain, holds=not holds)
    found = [_cases(each, domain, holds=holds) for each in part.parts]
    if (part.how == "or") is holds:
        return [case for each in found for case in each]
    joined: list[Case] = [{}]
    for each in found:
        joined = [both for one, other in product(joined, each) if (both := _both(one, other)) is not None]
        if len(joined) > _MOST_CASES:
            raise OverflowError
    return joined


def _both(one: Case, other: Case) -> Case | None:
    both = {**one}
    for name, allowed in other.items():
        both[name] = both[name] & allowed if name in both else allowed
        if not both[name]:
            return None
    return both


def _allowed(test: Test, values: frozenset[str], *, holds: bool) -> frozenset[str]:
    if test.how in ("=", "in", "!="):
        named = frozenset(test.words) & values
        return named if holds is (test.how != "!=") else values - named
    limit = int(test.words[0])
    compare = _COMPARE[test.how]
    return frozenset(value for value in values if compare(int(value), limit) is holds)

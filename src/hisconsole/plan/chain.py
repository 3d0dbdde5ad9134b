"""The way from the console to a target, and what hangs on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hisconsole.plan.reach import Parents, subtree
from hisconsole.values import dataclass


@dataclass(frozen=True, slots=True)
class Chain:
    """`levels` lead from the console to the target itself; on one level stand redundant ways.

    `below` hangs directly on the target, `alone` counts all that it carries without any other way.
    """

    levels: tuple[tuple[str, ...], ...]
    below: tuple[str, ...]
    alone: int


def chain(target: str, parents: Parents) -> Chain:
    """The chain of a target; parents that are not known and circles are left out."""
    return Chain(
        levels=levels(target, parents),
        below=tuple(child for child, above in parents.items() if target in above and child != target),
        alone=len(subtree(target, parents)) - 1,
    )


def levels(target: str, parents: Parents) -> tuple[tuple[str, ...], ...]:
    """The way down to a target: each ancestor stands above the deepest of those that hang on it."""
    heights: dict[str, int] = {}
    waiting: list[tuple[str, frozenset[str]]] = [(target, frozenset())]
    while waiting:
        here, behind = waiting.pop()
        height = len(behind)
        if here in behind or heights.get(here, -1) >= height:
            continue
        heights[here] = height
        waiting += [(parent, behind | {here}) for parent in _known(here, parents)]
    tallest = max(heights.values())
    return tuple(
        tuple(sorted(each for each, height in heights.items() if height == level))
        for level in range(tallest, -1, -1)
    )


def _known(target: str, parents: Mapping[str, Sequence[str]]) -> list[str]:
    return [parent for parent in parents.get(target, ()) if parent in parents]

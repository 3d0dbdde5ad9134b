"""How much of a sweep each run does: the rest of it is for the slow tests, which do the whole."""

from __future__ import annotations

from collections.abc import Container, Iterable

import pytest
from hypothesis import settings

FEW = 20
"""Per cent of its examples that a property is tried with in each run."""


def tries(whole: int) -> int:
    """Examples of a property: so many with the slow tests, a share of them in every other run."""
    return max(1, whole * settings().max_examples // 100)


def part(values: Iterable[object], fast: Container[object]) -> list[object]:
    """What a test is parametrised with: each run does those in `fast`, the slow tests the others."""
    return [each if each in fast else pytest.param(each, marks=pytest.mark.slow) for each in values]

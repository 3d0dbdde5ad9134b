"""Flapping, with the figures of Icinga 2."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hisconsole.plan.flap import SLOTS, change_percent, flaps, turned
from hisconsole.plan.health import Status
from hisconsole.plan.reach import OwnPath
from hisconsole.plan.shown import show
from tests.plan.rounds import after, at, path


@pytest.mark.parametrize(
    ("ring", "percent"),
    [
        (0, 0.0),
        (0b1, 5.9),
        (0b11111, 28.5),
        (0b111111, 33.9),
        (0b10101010101, 32.4),
        (1 << 19, 4.0),
        (0b111111 << 14, 25.5),
        (0b11111 << 15, 21.0),
        ((1 << SLOTS) - 1, 99.0),
    ],
)
def test_how_much_a_ring_changes(ring: int, percent: float) -> None:
    assert change_percent(ring) == pytest.approx(percent)


@pytest.mark.parametrize(
    ("ring", "before", "expected"),
    [
        (0b11111, False, False),
        (0b111111, False, True),
        (0b11111, True, True),
        (0b111111 << 14, True, True),
        (0b11111 << 15, True, False),
        (0, True, False),
    ],
)
def test_it_starts_above_30_and_ends_at_25(ring: int, before: bool, expected: bool) -> None:
    assert flaps(ring, before=before) is expected


def _ring_of(*weights: int) -> int:
    """The ring that changed in the slots of these weights, in hundredths."""
    return sum(1 << (118 - weight) // 2 for weight in weights)


def test_the_limits_themselves_neither_start_nor_keep_it() -> None:
    thirty = _ring_of(118, 104, 102, 98, 96, 82)
    twenty_five = _ring_of(118, 102, 100, 98, 82)
    assert (change_percent(thirty), change_percent(twenty_five)) == (30.0, 25.0)
    assert flaps(thirty, before=False) is False
    assert flaps(twenty_five, before=True) is False


def test_the_ring_forgets_after_twenty_rounds() -> None:
    ring = turned(0, changed=True)
    for _ in range(SLOTS):
        ring = turned(ring, changed=False)
    assert ring == 0


@pytest.mark.parametrize(
    ("rounds", "first"),
    [
        ("o" * 30, None),
        ("ododod", None),
        ("odododo", 6),
        ("ocwcwcw", 6),
        ("odcdcdc", 6),
        ("oodoodood", None),
        ("oodoodoodo", 9),
        ("ooooddddoooodddd" * 3, None),
    ],
)
def test_when_it_starts(rounds: str, first: int | None) -> None:
    flapping = [health.flapping for health in path(rounds)]
    assert (flapping.index(True) if True in flapping else None) == first


def test_a_flapping_target_is_one_firm_warning_that_ends_where_it_stands() -> None:
    healths = list(path("odododo" + "o" * 20))
    assert (healths[6].status, healths[6].hard, healths[6].worst) == (
        Status.WARNING,
        Status.WARNING,
        "unstable: it comes and goes",
    )
    ended = next(count for count, health in enumerate(healths[6:]) if not health.flapping)
    assert 0 < ended < SLOTS
    assert healths[-1].status is Status.OK
    assert [(change.old, change.new) for change in healths[-1].changes] == [
        (Status.OK, Status.WARNING),
        (Status.WARNING, Status.OK),
    ]
    down = list(path("odododo" + "d" * 20))[-1]
    assert (down.flapping, down.hard) == (False, Status.DOWN)


@pytest.mark.parametrize(("rounds", "rings"), [("odododo", True), ("ocococo", True), ("owowowo", False)])
def test_grave_flapping_is_heard(rounds: str, rings: bool) -> None:
    shown = show(
        {"sw-1": after(rounds)},
        parents={},
        limits={"sw-1": timedelta(seconds=75)},
        silences=[],
        path=OwnPath(),
        now=at(30 * len(rounds)),
    )
    assert (shown["sw-1"].flapping, shown["sw-1"].firm, shown["sw-1"].rings) == (True, True, rings)

"""Panes, what is typed to find a target, and the way from the console to it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hisconsole.errors import HisError
from hisconsole.plan.chain import chain
from hisconsole.plan.panes import index_of, kind_label, target_test, wanted
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Kind
from tests.hostile import HOSTILE
from tests.plan.pictures import CORES, TARGETS, infrastructure, picture, quiet, shown

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
SITE = infrastructure()
INDEX = index_of(SITE)
PICTURE = picture(
    shown("his-db-1", Status.CRITICAL, "archive volume 97 %", now=NOW),
    shown("ups-1", Status.STALE, now=NOW, age_s=400),
    shown("nas-1", Status.SILENCED, now=NOW, under=Status.DOWN, silence=quiet("nas-1", now=NOW), firm=True),
    shown("sw-opd-1f", Status.UNKNOWN, "no answer", now=NOW, attempt=2, flapping=True),
    now=NOW,
)


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ("is:core", "sw-core-1 sw-core-2 sw-agg-1"),
        ("kind:switch !is:core", "sw-opd-1f"),
        ("kind:ups,backup", "ups-1 nas-1"),
        ("kind:ups | kind:backup", "ups-1 nas-1"),
        ("service:lis", "his-db-1"),
        ("service:LIS,power", "his-db-1 ups-1"),
        ("building:1", "sw-agg-1 sw-opd-1f prn-cash-1 prn-cash-2"),
        ("building:1 kind:printer", "prn-cash-1 prn-cash-2"),
        ("building:1 kind:ups", ""),
        ("!kind:switch,printer,database,ups", "nas-1"),
    ],
)
def test_a_pane_says_which_targets_are_its_own(filter_: str, found: str) -> None:
    test = target_test(filter_)
    assert [each.id for each in TARGETS if test(each, INDEX)] == found.split()


@pytest.mark.parametrize(
    "filter_", ["core", "kind:", "kind:toaster", "is:problem", "status:down", "kind:ups !x"]
)
def test_a_pane_that_cannot_be_understood_is_refused(filter_: str) -> None:
    with pytest.raises(HisError, match="is not understood"):
        target_test(filter_)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", " ".join(row.target.id for row in PICTURE.rows)),
        ("archive", "his-db-1"),
        ("ARCHIVE 97", "his-db-1"),
        ("database", "his-db-1"),
        ("printer !second", "prn-cash-1"),
        ("status:stale", "ups-1"),
        ("status:silenced", "nas-1"),
        ("status:down", "nas-1"),
        ("is:problem", "his-db-1"),
        ("is:ringing", "his-db-1"),
        ("is:soft", "sw-opd-1f"),
        ("is:flapping", "sw-opd-1f"),
        ("is:silenced", "nas-1"),
        ("is:stale", "ups-1"),
        ("is:core", "sw-core-1 sw-core-2 sw-agg-1"),
        ("kind:pri", "prn-cash-1 prn-cash-2"),
        ("service:hi", "his-db-1"),
        ("building:1 hall", "sw-opd-1f"),
        ("127.0.0.9 his", "his-db-1"),
        ("is:nothing", ""),
        ("!", " ".join(row.target.id for row in PICTURE.rows)),
    ],
)
def test_what_is_typed_finds_targets_by_everything_known_of_them(typed: str, found: str) -> None:
    keep = wanted(typed, INDEX)
    assert [row.target.id for row in PICTURE.rows if keep(row)] == found.split()


@pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_typed_breaks_the_search(typed: str) -> None:
    keep = wanted(typed, INDEX)
    assert all(isinstance(keep(row), bool) for row in PICTURE.rows)


def test_every_kind_has_a_word() -> None:
    assert all(kind_label(kind) for kind in Kind)


def test_the_way_leads_from_the_console_to_the_target_by_levels() -> None:
    way = chain("prn-cash-1", SITE.parents)
    assert way.levels == (CORES, ("sw-agg-1",), ("sw-opd-1f",), ("prn-cash-1",))
    assert way.below == ()
    assert way.alone == 0


def test_what_hangs_on_a_target_is_told_from_what_has_another_way() -> None:
    one = chain(CORES[0], SITE.parents)
    assert one.below == ("sw-agg-1", "his-db-1", "ups-1", "nas-1")
    assert one.alone == 0
    agg = chain("sw-agg-1", SITE.parents)
    assert agg.below == ("sw-opd-1f",)
    assert agg.alone == 3


@pytest.mark.parametrize(
    ("parents", "levels"),
    [
        ({"a": ()}, (("a",),)),
        ({"a": ("gone",)}, (("a",),)),
        ({"a": ("a",)}, (("a",),)),
        ({"a": ("b",), "b": ("a",)}, (("b",), ("a",))),
        ({"a": ("b", "c"), "b": ("c",), "c": ()}, (("c",), ("b",), ("a",))),
        ({}, (("a",),)),
    ],
)
def test_circles_and_unknown_parents_end_the_way(
    parents: dict[str, tuple[str, ...]], levels: tuple[tuple[str, ...], ...]
) -> None:
    assert chain("a", parents).levels == levels


def test_a_deep_net_of_redundant_ways_is_quick() -> None:
    parents: dict[str, tuple[str, ...]] = {"a0": (), "b0": ()}
    for level in range(1, 40):
        above = (f"a{level - 1}", f"b{level - 1}")
        parents |= {f"a{level}": above, f"b{level}": above}
    assert len(chain("a39", parents).levels) == 40

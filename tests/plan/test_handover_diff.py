"""What changed since I left: new, gone, changed and the same, by key."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from hisconsole.plan.handover import Handover
from hisconsole.plan.handover_build import build
from hisconsole.plan.handover_diff import difference, told
from hisconsole.plan.handover_sources import Sources
from hisconsole.plan.status import Status
from hisconsole.text import cell_len
from tests.plan.hand import moment
from tests.plan.handing import SITUATIONS, begun, case, numbered, one_of_two, sources
from tests.plan.pictures import picture, quiet, shown
from tests.plan.play import WANG


def at(of: Sources, minute: float, **changes: object) -> Handover:
    now = moment(minute)
    return build(replace(of, now=now, routine=(), **{"picture": picture(now=now), **changes}))  # type: ignore[arg-type]


def test_new_gone_changed_and_the_same() -> None:
    stays, goes = begun(0).act("acknowledge"), numbered(begun(1), 2)
    before = at(sources(moment(2), stays, goes, silences=(quiet("ups-1", now=moment(2)),)), 2)
    stays.at(3).act("assign", owner=WANG)
    comes = numbered(begun(4), 3)
    after = at(
        sources(moment(5), stays, comes, number=13, silences=(quiet("ups-1", now=moment(2)),)),
        5,
        picture=picture(shown("nas-1", Status.CRITICAL, "late", now=moment(5)), now=moment(5)),
    )
    found = difference(before, after)
    assert [each.key for each in found.new] == ["incident:3", "watch:nas-1"]
    assert [each.key for each in found.gone] == ["incident:2"]
    (changed,) = found.changed
    assert changed.new.key == "incident:1"
    assert ("Owner", "Li Na 李娜", "wang.wei") in changed.facts
    assert "silence:7" in [each.key for each in found.same]
    text = "\n".join(told(found, 80))
    assert "What changed from handover T-H0012/1 (11-23 22:02) to T-H0013/1 (11-23 22:05)" in text
    assert "    Owner       Li Na 李娜 -> wang.wei" in text
    assert "NEW (2)" in text
    assert "GONE (1)" in text


def test_time_alone_changes_nothing() -> None:
    """Also not over midnight, from where on yesterday's times have their day in front."""
    of = replace(one_of_two(), routine=(), cases=tuple(case(play) for play in [begun(-40)]))
    late, later = at(of, 115), at(of, 125)
    assert "since 21:20" in late.headline
    assert "since 11-23 21:20" in later.headline
    found = difference(late, later)
    assert [each.facts for each in found.changed if each.new.key.startswith("incident")] == []
    same = difference(late, late)
    assert (same.new, same.gone, same.changed) == ((), (), ())
    assert "Nothing: the same things are handed over" in " ".join(told(same, 80))


@cache
def built(name: str) -> Handover:
    """The handover of a situation; a large one takes its time."""
    return build(SITUATIONS[name]())


@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("width", [40, 80])
def test_it_fits(name: str, width: int) -> None:
    found = difference(built("storm"), built(name))
    assert all(cell_len(line) <= width for line in told(found, width))


@pytest.mark.parametrize("name", SITUATIONS)
def test_what_is_not_the_one_is_the_other(name: str) -> None:
    old, new = built("storm"), built(name)
    there, back = difference(old, new), difference(new, old)
    assert {each.key for each in there.new} == {each.key for each in back.gone}
    assert {each.new.key for each in there.changed} == {each.new.key for each in back.changed}
    assert {each.key for each in there.same} == {each.key for each in back.same}

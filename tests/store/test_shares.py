"""Leases on a real server: several watches share the targets, and take over from one that is gone."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.paths import Server
from hisconsole.plan.health import begin
from hisconsole.plan.reading import Judged, Sample
from hisconsole.plan.status import Status
from hisconsole.store.readings_keep import Measured
from hisconsole.store.shared import Shared
from hisconsole.store.shares import RECORD_KEEPER, Shares, Told

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
TARGETS = [f"sw-{number:02d}" for number in range(9)]
"""With the keeping of the record ten shares."""
ALL = {*TARGETS, RECORD_KEEPER}

Join = Callable[[str], Shares]


@pytest.fixture
def ahead() -> defaultdict[str, timedelta]:
    """How far the clock of a host is ahead."""
    return defaultdict(timedelta)


@pytest.fixture
def join(
    on_postgres: Callable[[bool], Server], data: Path, ahead: defaultdict[str, timedelta]
) -> Iterator[Join]:
    server = on_postgres(True)
    with ExitStack() as open_:

        def come(name: str) -> Shares:
            record = open_.enter_context(closing(Shared(server, data)))
            return Shares(record, me=name, host=f"host-{name}", now=lambda: datetime.now(UTC) + ahead[name])

        yield come


def test_one_watch_has_everything_and_two_have_half_each(join: Join) -> None:
    a, b = join("a"), join("b")
    assert a.beat(TARGETS, for_s=60).mine == ALL
    assert b.beat(TARGETS, for_s=60).mine == frozenset()
    half = a.beat(TARGETS, for_s=60).mine
    other = b.beat(TARGETS, for_s=60).mine
    assert len(half) == len(other) == 5
    assert half | other == ALL
    assert a.beat(TARGETS, for_s=60).mine == half  # who has a part keeps it


def test_one_alone_keeps_the_record(join: Join) -> None:
    watches = [join(name) for name in "abc"]
    for _ in range(3):
        shares = [watch.beat(TARGETS, for_s=60) for watch in watches]
    assert sum(share.leads for share in shares) == 1
    assert sum(len(share.mine) for share in shares) == len(ALL)


def test_who_leaves_is_followed_at_once_and_who_dies_after_his_lease(join: Join) -> None:
    a, b = join("a"), join("b")
    a.beat(TARGETS, for_s=60)
    a.leave()
    assert b.beat(TARGETS, for_s=0.3).mine == ALL
    assert a.beat(TARGETS, for_s=60).mine == frozenset()
    end = time.monotonic() + 10
    while a.beat(TARGETS, for_s=60).mine != ALL:  # b is silent
        assert time.monotonic() < end
        time.sleep(0.02)
    assert b.beat(TARGETS, for_s=60).mine == frozenset()


def test_what_another_is_taking_is_passed_by(join: Join) -> None:
    a, b = join("a"), join("b")
    a.beat(TARGETS, for_s=60)
    a.leave()
    with a._record.beside() as connection:
        connection.exec_driver_sql("SELECT 1 FROM readings.share WHERE target <= 'sw-04' FOR UPDATE")
        assert b.beat(TARGETS, for_s=60).mine == {"sw-05", "sw-06", "sw-07", "sw-08"}
    assert b.beat(TARGETS, for_s=60).mine == ALL


def test_targets_that_a_host_does_not_know_it_does_not_take(join: Join) -> None:
    a, b = join("a"), join("b")
    a.beat(TARGETS, for_s=60)
    a.leave()
    assert b.beat(["sw-00", "sw-new"], for_s=60).mine == {"sw-00", "sw-new", RECORD_KEEPER}


def test_hosts_that_know_different_targets_leave_none_unpolled(join: Join) -> None:
    a, b = join("a"), join("b")
    more = [*TARGETS, *(f"new-{number:02d}" for number in range(10))]
    a.beat(more, for_s=60)
    for _ in range(3):
        theirs = b.beat(TARGETS, for_s=60).mine
        ours = a.beat(more, for_s=60).mine
        assert not ours & theirs
    assert ours | theirs == {*more, RECORD_KEEPER}
    assert len(ours) == len(theirs) == 10
    assert b.beat(TARGETS, for_s=60).mine == theirs  # and there it stays


def test_what_nobody_else_takes_for_a_lease_is_taken_beyond_our_part(join: Join) -> None:
    a, b = join("a"), join("b")
    b.beat(["other"], for_s=60)
    with a._record.beside() as connection:
        connection.exec_driver_sql(
            "INSERT INTO readings.share SELECT target, '', now() - interval '61 s'"
            " FROM unnest(%s::text[]) AS target",
            (TARGETS,),
        )
    assert set(TARGETS) <= a.beat(TARGETS, for_s=60).mine
    assert set(TARGETS) <= a.beat(TARGETS, for_s=60).mine


def test_shares_that_are_gone_come_again(join: Join) -> None:
    a = join("a")
    a.beat(TARGETS, for_s=60)
    with a._record.beside() as connection:
        connection.exec_driver_sql("DELETE FROM readings.share WHERE target >= 'sw-05'")
    assert a.beat(TARGETS, for_s=60).mine == ALL


def test_a_clock_that_is_ahead_silences_nobody(join: Join, ahead: defaultdict[str, timedelta]) -> None:
    minutes = timedelta(minutes=10)
    ahead["fast"] = minutes
    fast, other, third = join("fast"), join("other"), join("third")
    for each in (fast, other, third):
        each.beat(TARGETS, for_s=60)
    at = datetime.now(UTC)
    fast.tell([_told("sw-01", 1.0, at + minutes)])
    (heard,) = third.hear()
    assert abs(heard.measured.at - at) < timedelta(seconds=5)
    assert abs(heard.measured.readings[0].since - at) < timedelta(seconds=5)
    other.tell([_told("sw-01", 2.0, datetime.now(UTC))])
    assert [each.measured.readings[0].last for each in third.hear()] == [2.0]
    (back,) = fast.hear()
    assert abs(back.measured.at - at - minutes) < timedelta(seconds=5)


def test_a_round_dated_by_another_server_ahead_of_this_one_is_written_over(join: Join) -> None:
    a, b = join("a"), join("b")
    now = datetime.now(UTC)
    a.tell([_told("sw-01", 1.0, now + timedelta(minutes=10))])  # before any beat: as the old server had it
    a.tell([_told("sw-01", 2.0, now)])
    assert [each.measured.readings[0].last for each in b.hear()] == [2.0]
    a.tell([_told("sw-01", 3.0, now - timedelta(minutes=1))])
    assert b.hear() == []  # an older one is not


def test_a_wish_reaches_whoever_has_the_target_and_once(join: Join) -> None:
    a, b = join("a"), join("b")
    a.beat(TARGETS, for_s=60)
    b.ask(["sw-03", "sw-03"])
    assert b.beat(TARGETS, for_s=60).asked == ()
    assert a.beat(TARGETS, for_s=60).asked == ("sw-03",)
    assert a.beat(TARGETS, for_s=60).asked == ()


def _told(target: str, value: float, at: datetime) -> Told:
    sample = Sample("up", "up", value, "", "fake")
    judged = Judged(sample, "net", Status.OK, at, "", sure=False, last=value, good_at=at, at_s=5.0)
    return Told(begin(target, ["net"], now=NOW), Measured(target, "net", 1, at, (judged,)))


def test_what_one_measures_the_other_hears_once(join: Join) -> None:
    a, b = join("a"), join("b")
    a.tell([_told("sw-01", 1.0, NOW), _told("sw-02", 2.0, NOW)])
    heard = b.hear()
    assert {each.measured.target: each.measured.readings[0].last for each in heard} == {
        "sw-01": 1.0,
        "sw-02": 2.0,
    }
    assert heard[0].measured.at == NOW
    assert a.hear() == []
    assert b.hear() == []
    a.tell([_told("sw-01", 3.0, NOW + timedelta(seconds=30))])
    assert [each.measured.readings[0].last for each in b.hear()] == [3.0]
    assert len(join("c").hear()) == 2


def test_a_round_that_commits_late_is_not_passed_over(join: Join) -> None:
    a, b, c = join("a"), join("b"), join("c")
    with a._record.beside() as connection:
        connection.exec_driver_sql(
            "INSERT INTO readings.told SELECT 'late', 'net', pg_current_xact_id(), 'a', 1, 5, %s, %s, %s",
            tuple(b._row(_told("late", 1.0, NOW))[5:]),
        )
        b.tell([_told("sw-01", 1.0, NOW)])
        assert [each.measured.target for each in c.hear()] == ["sw-01"]
    assert len(c.hear()) == 1


def test_rubbish_is_left_out(join: Join) -> None:
    a, b = join("a"), join("b")
    with a._record.beside() as connection:
        connection.exec_driver_sql(
            "INSERT INTO readings.told VALUES ('x', 'net', pg_current_xact_id(), 'a', 1, 5, '{', '[]', '7')"
        )
    a.tell([_told("sw-01", 1.0, NOW)])
    assert [each.measured.target for each in b.hear()] == ["sw-01"]

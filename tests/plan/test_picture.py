"""The picture of what is watched: its order, what it counts, and how it grows old by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hisconsole.plan.picture import aged, headline, own_target, picture_of, shown_now, watching
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Rules
from hisconsole.plan.watching import SELF
from tests.plan.pictures import LIMIT, TARGETS, judged, picture, quiet, shown, target

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
DB = "his-db-1"


def test_what_rings_stands_first_then_the_worst_then_as_the_files_have_it() -> None:
    made = picture(
        shown("nas-1", Status.WARNING, now=NOW),
        shown("ups-1", Status.WARNING, now=NOW, rings=True),
        shown(DB, Status.DOWN, now=NOW, attempt=1),
        shown("prn-cash-1", Status.UNREACHABLE, now=NOW),
        shown("prn-cash-2", Status.SILENCED, now=NOW, under=Status.DOWN),
        now=NOW,
    )
    assert [row.target.id for row in made.rows] == [
        "ups-1", DB, "prn-cash-1", "nas-1", "prn-cash-2", "sw-core-1", "sw-core-2", "sw-agg-1", "sw-opd-1f"
    ]  # fmt: skip
    assert made.ringing == ("ups-1",)
    assert made.by_target[DB] is made.rows[1]


def test_soft_silenced_and_unreachable_are_no_problems_but_are_counted() -> None:
    made = picture(
        shown(DB, Status.CRITICAL, now=NOW),
        shown("ups-1", Status.WARNING, now=NOW, attempt=1),
        shown(
            "nas-1", Status.SILENCED, now=NOW, under=Status.DOWN, firm=True, silence=quiet("nas-1", now=NOW)
        ),
        shown("prn-cash-1", Status.UNREACHABLE, now=NOW),
        now=NOW,
    )
    assert made.problems == 1
    assert made.counts.by[Status.DOWN] == made.counts.by[Status.UNREACHABLE] == 1
    assert made.counts.silenced == 1
    assert made.counts.total == len(TARGETS)


@pytest.mark.parametrize(
    ("age_s", "status", "under", "rings"),
    [
        (0, Status.CRITICAL, Status.CRITICAL, True),
        (75, Status.CRITICAL, Status.CRITICAL, True),
        (76, Status.STALE, Status.STALE, False),
        (86_400, Status.STALE, Status.STALE, False),
        (-76, Status.STALE, Status.STALE, False),  # of another clock
    ],
)
def test_an_old_status_is_stale_by_itself(age_s: int, status: Status, under: Status, rings: bool) -> None:
    row = picture(shown(DB, Status.CRITICAL, now=NOW, age_s=age_s), now=NOW).by_target[DB]
    found = shown_now(row, NOW)
    assert (found.status, found.under, found.rings) == (status, under, rings)


def test_what_was_never_polled_stays_unknown() -> None:
    never = replace(shown(DB, Status.UNKNOWN, "not polled yet", now=NOW), checked_at=None)
    assert shown_now(picture(never, now=NOW).by_target[DB], NOW + timedelta(days=1)) is never


def test_a_silence_ends_by_itself_and_covers_what_is_stale() -> None:
    asked = shown(
        DB, Status.SILENCED, now=NOW, under=Status.DOWN, firm=True, silence=quiet(DB, now=NOW, minutes=1)
    )
    row = picture(asked, now=NOW).by_target[DB]
    assert shown_now(row, NOW + timedelta(seconds=30)).status is Status.SILENCED
    assert shown_now(row, NOW + timedelta(seconds=61)).status is Status.DOWN
    later = picture(replace(asked, silence=quiet(DB, now=NOW, minutes=60)), now=NOW).by_target[DB]
    found = shown_now(later, NOW + timedelta(seconds=90))
    assert (found.status, found.under) == (Status.SILENCED, Status.STALE)


def test_a_picture_that_nobody_renews_grows_old_as_a_whole() -> None:
    made = picture(shown(DB, Status.DOWN, now=NOW), now=NOW, version=4)
    assert aged(made, NOW + timedelta(seconds=30)) is made
    old = aged(made, NOW + LIMIT)
    assert old.counts.by[Status.STALE] == len(TARGETS)
    assert old.ringing == ()
    assert old.version == 4
    assert aged(old, NOW + timedelta(hours=1)) is old


@pytest.mark.parametrize(
    ("held", "beat_s", "there"),
    [(True, 0, True), (True, 15, True), (True, 16, False), (True, None, False), (False, 1, False)],
)
def test_a_watch_is_there_while_it_holds_the_lease_and_is_heard(
    held: bool, beat_s: float | None, there: bool
) -> None:
    assert watching(picture(now=NOW, held=held, beat_s=beat_s), NOW) is there


def test_the_reading_nearest_to_its_limit_is_named_while_all_are_good() -> None:
    rules = Rules(
        target(
            "t",
            limits={
                "cpu": "warn >= 80",
                "disk": "warn >= 90, crit >= 95",
                "minutes": "warn <= 30",
                "rx": "warn <= -16",
            },
        ),
        (),
    ).of  # fmt: skip
    cpu, disk = judged("cpu", 60.0, now=NOW), judged("disk", 80.0, now=NOW)
    minutes, rx = judged("minutes", 120.0, now=NOW), judged("rx", -4.0, now=NOW)
    free, name = judged("free", 1e9, now=NOW), judged("version", "5.1", now=NOW)
    assert headline([], rules) is None
    assert headline([free, cpu, disk, minutes, rx, name], rules) is disk
    assert headline([free, minutes, name], rules) is minutes
    assert headline([judged("minutes", 31.0, now=NOW), cpu, disk], rules) is not disk
    assert headline([rx, free], rules) is rx
    bad = judged("free", 2.0, Status.WARNING, now=NOW)
    assert headline([cpu, disk, bad], rules) is bad


def test_the_watch_itself_can_stand_among_the_targets() -> None:
    made = picture(now=NOW)
    rows = [*made.rows, replace(made.rows[0], target=own_target(), shown=shown(SELF, now=NOW))]
    with_self = picture_of(
        version=1, at=NOW, infrastructure=made.infrastructure, rows=rows, path=made.path, watch=made.watch,
        changes=(),
    )  # fmt: skip
    assert with_self.rows[-1].target.id == SELF
    assert with_self.counts.total == len(TARGETS) + 1

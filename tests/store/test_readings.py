"""The file of the readings: what is kept, how much of it, and what consoles read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hisconsole.errors import StoreFault
from hisconsole.plan.health import Change, Status, TargetHealth
from hisconsole.plan.reach import OwnPath
from hisconsole.plan.reading import Judged
from hisconsole.store import readings_lease as lease
from hisconsole.store.readings import Batch, Readings, ask_poll
from hisconsole.store.readings_reader import NOTHING, Reader
from hisconsole.store.readings_trend import SERIES
from tests import hostile
from tests.plan.rounds import after, judged
from tests.store.measured import LIMITS, ME, NOON, measured, named, reader, readings, save, sqlite_of

__all__ = ["reader", "readings"]


def test_healths_come_back_and_only_what_is_new_is_read(readings: Readings, reader: Reader) -> None:
    one, two = after("ooodd", target="sw-1"), after("o", target="sw-2")
    save(readings, Batch(healths=[one, two]))
    first = reader.latest()
    assert first.healths == {"sw-1": one, "sw-2": two}
    assert reader.latest() is first
    newer = after("ooodddd", target="sw-1")
    save(readings, Batch(healths=[newer]))
    second = reader.latest()
    assert second.version > first.version
    assert second.healths == {"sw-1": newer, "sw-2": two}
    assert second.healths["sw-2"] is first.healths["sw-2"]
    assert first.healths["sw-1"] == one, "a picture never changes"


def test_a_heartbeat_alone_keeps_the_healths(readings: Readings, reader: Reader) -> None:
    save(readings, Batch(healths=[after("o")]))
    first = reader.latest()
    later = NOON + timedelta(seconds=1)
    save(readings, Batch(), now=later)
    second = reader.latest()
    assert second.healths is first.healths
    assert second.watch is not None
    assert (second.watch.beat_at, second.watch.holder, second.watched) == (later, ME, True)


def test_readings_come_back_as_they_were_judged(readings: Readings, reader: Reader) -> None:
    high = judged(97.0, LIMITS, before=judged(85.0, LIMITS), seconds=30)
    found: tuple[Judged, ...] = (
        named("plain"),
        named("zero", 0),
        replace(high, sample=replace(high.sample, key="high")),
        named("text", "on battery"),
        named("none", None),
        replace(judged(2.0, hint=Status.WARNING, reason="rebuilding"), probe="snmp"),
    )
    found = tuple(replace(each, probe="snmp") for each in found)
    save(readings, measured(*found))
    back = reader.readings("sw-1")
    assert [_without_idle_marks(each) for each in found] == list(back)
    assert reader.readings("nobody") == ()
    assert reader.all_readings() == {"sw-1": back}


def _without_idle_marks(found: Judged) -> Judged:
    return replace(found, marks=tuple(mark for mark in found.marks if mark.raised or mark.held_s is not None))


def test_a_changed_shape_is_written_again(readings: Readings, reader: Reader) -> None:
    save(readings, measured(named("a"), named("b")))
    save(readings, measured(named("b"), named("c")))
    assert [each.sample.key for each in reader.readings("sw-1")] == ["b", "c"]
    save(readings, measured(named("x"), probe="ssh"))
    assert [each.sample.key for each in reader.readings("sw-1")] == ["b", "c", "x"]


def test_hostile_texts_come_back_as_they_are(readings: Readings, reader: Reader) -> None:
    texts = [*hostile.HOSTILE.values(), "\ud800"]
    found = tuple(named(f"k{number} {text}", text) for number, text in enumerate(texts))
    save(readings, measured(*found))
    assert [each.sample for each in reader.readings("sw-1")] == [each.sample for each in found]
    words = "\x1b[2J \ud800"
    save(readings, Batch(changes=[Change("sw-1", NOON, Status.OK, Status.DOWN, words)]))
    assert [change.words for change in reader.changes(now=NOON)] == ["?[2J ?"]


def test_a_whole_day_of_one_series_can_be_drawn(readings: Readings, reader: Reader) -> None:
    at = NOON
    for minute in range(26 * 60):
        at = NOON + timedelta(minutes=minute)
        save(readings, measured(named("load", float(minute)), at=at), now=at)
    series = reader.history("sw-1", "load", now=at)
    assert len(series) == 24 * 60 + 1
    assert series[-1] == (at, float(26 * 60 - 1))
    assert series[0][0] == at - timedelta(hours=24)
    assert [value for _at, value in series] == sorted(value for _at, value in series)
    hours = reader.hourly("sw-1", "load", now=at)
    assert hours[0] == (NOON, 0.0, 29.5, 59.0)
    assert len(hours) == 25
    assert not reader.history("sw-1", "other", now=at)
    assert not reader.hourly("sw-1", "other", now=at)
    assert not reader.history("nobody", "load", now=at)


def test_a_day_is_kept_round_by_round_and_a_month_by_the_hour(
    readings: Readings, reader: Reader, tmp_path: Path
) -> None:
    at = NOON
    for hour in range(35 * 24):
        at = NOON + timedelta(hours=hour)
        save(readings, measured(named("load", float(hour)), at=at), now=at)
    with sqlite_of(tmp_path) as file:
        (rows,) = file.execute("SELECT count(*) FROM history").fetchone()
        (days,) = file.execute("SELECT count(*) FROM daily").fetchone()
    assert rows <= 26
    assert days <= 31
    hours = reader.hourly("sw-1", "load", now=at)
    assert 29 * 24 <= len(hours) <= 31 * 24


def test_at_most_twenty_series_of_a_target_are_kept_those_with_limits_first(
    readings: Readings, reader: Reader
) -> None:
    counters = [named(f"if/{number}/in", 5.0) for number in range(60)]
    limited = [named(f"disk/{number}", 5.0, limits=True) for number in range(8)]
    save(readings, measured(*counters, *limited, named("name", "core")))
    kept = [
        each.sample.key for each in (*counters, *limited) if reader.history("sw-1", each.sample.key, now=NOON)
    ]
    assert len(kept) == SERIES
    assert kept[-8:] == [each.sample.key for each in limited]


def test_two_ways_to_a_target_share_the_twenty(readings: Readings, reader: Reader) -> None:
    snmp = [named(f"a{number}") for number in range(30)]
    ssh = [named(f"b{number}") for number in range(30)]
    save(readings, measured(*snmp, ways=2))
    save(readings, measured(*ssh, probe="ssh", ways=2))
    keys = [each.sample.key for each in (*snmp, *ssh)]
    drawn = [key for key in keys if reader.history("sw-1", key, now=NOON)]
    assert [key[0] for key in drawn] == ["a"] * 10 + ["b"] * 10


def test_what_is_kept_stays_kept_while_others_come_and_go(readings: Readings, reader: Reader) -> None:
    for minute in range(5):
        at = NOON + timedelta(minutes=minute)
        new = [named(f"new{minute}-{number}", 1.0) for number in range(30)]
        save(readings, measured(*new, named("stays", float(minute), limits=True), at=at), now=at)
    assert len(reader.history("sw-1", "stays", now=NOON + timedelta(minutes=5))) == 5


def test_a_day_of_twenty_series_takes_little_room(readings: Readings, tmp_path: Path) -> None:
    for minute in range(24 * 60):
        at = NOON + timedelta(minutes=minute)
        found = [named(f"if/GigabitEthernet0-0-{n}/in", (minute * n) % 97 / 3) for n in range(SERIES)]
        save(readings, measured(*found, at=at), now=at)
    with sqlite_of(tmp_path) as file:
        (packed,) = file.execute("SELECT sum(length(packed)) FROM history").fetchone()
    print(f"24 h of 20 series every 60 s: {packed / 1024:.0f} KB a target")
    assert packed < 140 * 1024


def test_rounds_in_a_burst_leave_one_mark(readings: Readings, reader: Reader) -> None:
    for tenth in range(50):
        at = NOON + timedelta(seconds=tenth / 10)
        save(readings, measured(named("load", float(tenth)), at=at), now=at)
    assert len(reader.history("sw-1", "load", now=NOON + timedelta(seconds=9))) == 2


def test_without_a_value_there_is_a_gap_and_not_a_zero(readings: Readings, reader: Reader) -> None:
    for minute, value in enumerate([1.0, None, 3.0]):
        at = NOON + timedelta(minutes=minute)
        found = named("load", value)
        save(readings, measured(replace(found, last=1.0), named("other", 2.0), at=at), now=at)
    series = reader.history("sw-1", "load", now=NOON + timedelta(minutes=5))
    assert [value for _at, value in series] == [1.0, 3.0]


def test_an_hour_cut_short_is_gone_on_with_and_ends_in_its_day(tmp_path: Path, reader: Reader) -> None:
    for start, minutes in ((0, 20), (30, 20), (95, 1)):
        readings = Readings(tmp_path / "data")
        began = NOON + timedelta(minutes=start)
        assert readings.take(ME, now=began)
        readings.load(now=began)
        for minute in range(start, start + minutes):
            at = NOON + timedelta(minutes=minute)
            save(readings, measured(named("load", float(minute)), at=at), now=at)
        readings.close()
    now = NOON + timedelta(minutes=100)
    assert len(reader.history("sw-1", "load", now=now)) == 41
    assert reader.hourly("sw-1", "load", now=now) == [(NOON, 0.0, 24.5, 49.0)]


def test_the_same_batch_may_come_again(
    readings: Readings, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = lease.renew
    batch = measured(named("load", 5.0))

    def full(*_given: object, **_named: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lease, "renew", full)
    with pytest.raises(StoreFault, match="No space left"):
        save(readings, batch)
    monkeypatch.setattr(lease, "renew", right)
    save(readings, batch)
    assert len(reader.history("sw-1", "load", now=NOON)) == 1


def test_changes_are_kept_and_bounded(
    readings: Readings, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hisconsole.store.readings.CHANGES", 50)
    for minute in range(120):
        at = NOON + timedelta(minutes=minute)
        save(readings, Batch(changes=[Change("sw-1", at, Status.OK, Status.DOWN, f"m{minute}")]), now=at)
    now = NOON + timedelta(minutes=119)
    assert [change.words for change in reader.changes(now=now, within=timedelta(minutes=2))] == [
        "m119",
        "m118",
        "m117",
    ]
    assert len(reader.changes(now=now, within=timedelta(days=1))) == 50


def test_targets_that_are_gone_leave_nothing_behind(
    readings: Readings, reader: Reader, tmp_path: Path
) -> None:
    save(readings, Batch(healths=[after("o", target="a"), after("o", target="b")]))
    for target in ("a", "b"):
        save(readings, measured(named("load"), target=target))
    reader.latest()
    save(readings, Batch(present=frozenset({"b"})))
    assert set(reader.latest().healths) == {"b"}
    with sqlite_of(tmp_path) as file:
        for table, name in (
            ("target", "id"),
            ("shape", "target"),
            ("reading", "target"),
            ("history", "target"),
        ):
            assert file.execute(f"SELECT DISTINCT {name} FROM {table}").fetchall() == [("b",)], table


def test_our_own_path_and_what_devices_bear_come_back(readings: Readings, reader: Reader) -> None:
    path = OwnPath(2, NOON, "our gateway does not answer: 10.0.0.1")
    save(readings, Batch(path=path, devices={"10.0.0.2:161": {"get_size": 10}}))
    assert reader.latest().path == path
    save(readings, Batch())
    assert reader.latest().path == path
    save(readings, Batch(path=OwnPath()))
    assert reader.latest().path == OwnPath()
    assert readings.load(now=NOON).devices == {"10.0.0.2:161": {"get_size": 10}}


def test_poll_now_reaches_the_next_commit_once(readings: Readings, tmp_path: Path) -> None:
    ask_poll(tmp_path / "data", ["sw-1", "sw-2"], now=NOON)
    ask_poll(tmp_path / "data", ["sw-1"], now=NOON)
    assert set(save(readings, Batch())) == {"sw-1", "sw-2"}
    assert save(readings, Batch()) == ()
    with pytest.raises(StoreFault, match="No watch has run here"):
        ask_poll(tmp_path / "other", ["sw-1"], now=NOON)


def test_where_no_watch_ever_ran_nothing_is_known(tmp_path: Path) -> None:
    reader = Reader(tmp_path / "none")
    assert reader.latest() is NOTHING
    assert not reader.latest().watched
    assert not reader.readings("sw-1")
    assert not reader.changes(now=NOON)
    assert reader.history("sw-1", "load", now=NOON) == []
    assert not (tmp_path / "none").exists(), "reading makes nothing"


def test_two_readers_see_the_same_without_holding_up_the_writer(readings: Readings, tmp_path: Path) -> None:
    one, two = Reader(tmp_path / "data"), Reader(tmp_path / "data")
    for count in range(1, 20):
        save(readings, Batch(healths=[after("o" * count)]))
        assert one.latest().healths == two.latest().healths
    one.close()
    two.close()


def test_healths_are_values(readings: Readings, reader: Reader) -> None:
    save(readings, Batch(healths=[after("o")]))
    with pytest.raises(TypeError):
        reader.latest().healths["x"] = after("o")  # type: ignore[index]
    assert isinstance(reader.latest().healths["sw-1"], TargetHealth)

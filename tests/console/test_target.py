"""One target: every reading with its limits and its past, the way to it, what hangs on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.console.call import CallForm
from hisconsole.console.page import Page
from hisconsole.console.pick import Pick
from hisconsole.console.rows import Cell, Look, strip
from hisconsole.console.silence import SilenceForm
from hisconsole.console.status import StatusScreen
from hisconsole.console.target import TargetScreen
from hisconsole.console.target_show import (
    buckets,
    draw_hop,
    draw_reading,
    held_value,
    hops,
    past_line,
    reading_detail,
    reading_lines,
    target_head,
    way_line,
)
from hisconsole.plan.chain import chain
from hisconsole.plan.health import Change
from hisconsole.plan.reading import Judged
from hisconsole.plan.status import Status
from hisconsole.plan.threshold import parse_thresholds
from hisconsole.text import cell_len, printable
from tests.console.app import Seat, console, screens, site
from tests.console.watched import Script
from tests.hostile import HOSTILE
from tests.plan.pictures import CORES, TARGETS, infrastructure, judged, picture, quiet, shown, target

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
DB, OPD = "his-db-1", "sw-opd-1f"
MARKS, ZONE = screens().marks, site().zone
PARENTS = infrastructure().parents


def readings(now: datetime) -> tuple[Judged, ...]:
    """A database's readings: one bad, one lost, two good."""
    return (
        judged("cpu", 12.0, now=now, label="processor", source="HOST-RESOURCES-MIB::hrProcessorLoad"),
        judged("disk//arch", 97.0, Status.CRITICAL, now=now, label="archive volume", reason="90 % or more"),
        judged("memory", None, Status.UNKNOWN, now=now, label="memory", reason="no value", last=44.0),
        judged("listener", "READY", now=now, label="listener", unit="", source="lsnrctl status", probe="ssh"),
    )


@pytest.fixture
def database(script: Script, monkeypatch: pytest.MonkeyPatch) -> Script:
    """A database with readings and a past, and a core switch that is down."""
    monkeypatch.setattr("hisconsole.console.target.REST_S", 0.02)
    now = script.now
    script.put(
        shown(DB, Status.CRITICAL, "archive volume 97 %", now=now),
        shown("sw-core-2", Status.DOWN, "no answer", now=now),
        changes=[
            Change(DB, now - timedelta(minutes=9), Status.OK, Status.CRITICAL, "archive volume 97 %"),
            Change("ups-1", now - timedelta(minutes=9), Status.WARNING, Status.OK, ""),
        ],
    )
    script.readings[DB] = readings(now)
    script.past[(DB, "disk//arch")] = [
        (now - timedelta(minutes=10 * at), 90.0 - at, 97.0 - at, 98.0 - at) for at in range(30, -1, -1)
    ]
    return script


async def opened(seat: Seat, name: str = DB) -> TargetScreen:
    """Drill down to a target."""
    await seat.press("2")
    await seat.at(StatusScreen)
    await seat.until(lambda: seat.app.lookout.picture is not None and seat.listed())
    seat.place.rows.move_to(name)
    await seat.press("enter")
    await seat.at(TargetScreen)
    place = seat.place
    assert isinstance(place, TargetScreen)
    return place


def keys_listed(seat: Seat) -> list[str]:
    """Keys of the readings from the top."""
    return [judged.sample.key for judged in seat.place.rows.rows]


async def test_every_reading_is_shown_with_all_that_is_known_of_it(tmp_path: Path, database: Script) -> None:
    async with console(tmp_path, watching=database.watching) as seat:
        await opened(seat)
        await seat.until("|")
        lines = seat.lines()
        assert len(lines) == 24
        assert all(cell_len(line) <= 80 for line in lines)
        assert lines[1].startswith(" # critical  his-db-1  HIS database A  since ")
        assert lines[2].strip() == "archive volume 97 %"
        assert lines[3].strip() == "database, 127.0.0.9, Building 4, Room 405; carries his, lis"
        assert lines[4].strip() == "console > . sw-core-1 or X sw-core-2 > # his-db-1"
        assert "Readings, 4" in lines[5]
        assert "checked <1m ago" in lines[5]
        assert keys_listed(seat) == ["disk//arch", "memory", "cpu", "listener"]
        assert "# critical    archive volume           97 %" in seat.text()
        assert "warn >= 80 cl~" in seat.line("archive volume           97 %")
        assert "? unknown     memory                   (44 %)" in seat.text()
        assert "archive volume 97 %: 90 % or more  limits: warn >= 80 clear < 78, crit >= 90" in seat.text()
        assert "HOST-RESOURCES-MIB::hrStorageUsed by snmp, since" in seat.text()
        past = seat.line("|")
        assert "05:00 60 % |." in past
        assert past.rstrip().endswith("#| 98 %")
        await seat.press("j", "j", "j")
        await seat.until("no past is kept of it")
        assert "lsnrctl status by ssh" in seat.text()
        await seat.press("enter")
        await seat.at(Page)
        assert "Value: READY" in seat.text()
        assert "Limits: -" in seat.text()


async def test_wide_screens_show_the_source_in_the_line(tmp_path: Path, database: Script) -> None:
    async with console(tmp_path, size=(120, 30), watching=database.watching) as seat:
        await opened(seat)
        await seat.until("HOST-RESOURCES-MIB::hrP~")
        assert "Source" in seat.lines()[6]
        assert "warn >= 80 for 5m" in seat.line("hrP~")


async def test_readings_are_read_again_when_it_was_polled(tmp_path: Path, database: Script) -> None:
    async with console(tmp_path, watching=database.watching) as seat:
        await opened(seat)
        await seat.until("(44 %)")
        database.readings[DB] = (judged("cpu", 13.0, now=database.now, label="processor"),)
        database.put(shown(DB, now=database.now, age_s=1))
        await seat.until("13 %")
        assert "(44 %)" not in seat.text()
        await seat.until(". ok  his-db-1")


async def test_what_is_old_looks_old_here_too(tmp_path: Path, database: Script) -> None:
    database.put(shown(DB, Status.STALE, now=database.now, age_s=400))
    async with console(tmp_path, watching=database.watching) as seat:
        await opened(seat)
        await seat.until("~ stale       processor")
        assert "was ok; last polled" in seat.lines()[2]
        assert ". ok" not in "\n".join(seat.lines()[7:20])


async def test_the_way_is_drawn_and_walked(tmp_path: Path, database: Script) -> None:
    async with console(tmp_path, watching=database.watching) as seat:
        await opened(seat, OPD)
        await seat.until("No reading is known")
        assert "2 hang on it, 2 on it alone" in seat.lines()[3]
        await seat.press("[", "[")
        await seat.until("console\n . ok          +- sw-core-1  Core switch A  (one of these is enough)")
        assert seat.listed() == ["sw-core-1", "sw-core-2", "sw-agg-1", OPD, "prn-cash-1", "prn-cash-2"]
        assert " X down        +- sw-core-2  Core switch B  (one of these is enough)" in seat.text()
        assert " . ok              +- sw-opd-1f  Access switch, hall  <--" in seat.text()
        assert " . ok                +- prn-cash-1" in seat.text()
        await seat.press("j", "enter")
        await seat.until("sw-core-2  Core switch B  since")
        await seat.press("esc")
        await seat.until("sw-opd-1f  Access switch, hall  since")
        await seat.press("esc")
        await seat.at(StatusScreen)


async def test_pages_search_and_copy(tmp_path: Path, database: Script) -> None:
    async with console(tmp_path, watching=database.watching) as seat:
        await opened(seat)
        await seat.until("(44 %)")
        await seat.press("y")
        await seat.until("Copied: his-db-1 archive volume 97 %")
        await seat.press("/")
        await seat.write("list")
        assert keys_listed(seat) == ["listener"]
        await seat.press("enter")
        await seat.until("list (1 of 4 readings)")
        await seat.press("esc")
        assert len(seat.listed()) == 4
        await seat.press("]", "]")
        await seat.until("ok          # critical    archive volume 97 %")
        assert len(seat.listed()) == 1
        await seat.press("]", "esc")
        await seat.at(StatusScreen)


async def test_acts_on_the_target(tmp_path: Path, database: Script) -> None:
    async with console(tmp_path, watching=database.watching) as seat:
        await opened(seat)
        await seat.press("R")
        await seat.until("his-db-1 is polled now ...")
        database.put(shown(DB, now=database.now, age_s=1))
        await seat.until("his-db-1 was polled: ok")
        await seat.press(".")
        await seat.at(Pick)
        await seat.press("1")
        await seat.at(SilenceForm)
        await seat.press("esc", ".", "3")
        await seat.until("his-db-1 is polled now ...")
        database.put(shown(DB, Status.DOWN, "no answer", now=database.now))
        await seat.until("X down  his-db-1")
        await seat.press("n")
        await seat.at(CallForm)
        assert seat.answers()["words"] == "HIS database A is down: no answer"
        await seat.press("esc")
        await seat.at(TargetScreen)
        assert database.polled == [DB, DB]


async def test_a_target_that_the_files_name_no_more_is_told(tmp_path: Path, database: Script) -> None:
    async with console(tmp_path, watching=database.watching) as seat:
        await opened(seat)
        database.put(targets=TARGETS[:2], files="2")
        await seat.until("'his-db-1' is not in the files any more.")
        await seat.press("R", ".", "n")
        await seat.at(CallForm)


async def test_hostile_readings_are_drawn_harmlessly(tmp_path: Path, database: Script) -> None:
    now = database.now
    evil = [replace(target("evil", text), parents=CORES) for text in HOSTILE.values()]
    worst = replace(evil[0], name="\x1b[2J[/]", building="\x9b31m", room="a\nb", services=("\u202e",))
    agreed = replace(quiet("evil", now=now), reason="\x1b]0;x\x07", by="[/")
    database.put(
        shown("evil", Status.SILENCED, "\x1b[31m[/]", now=now, under=Status.DOWN, firm=True, silence=agreed),
        targets=(*TARGETS, worst),
    )
    database.readings["evil"] = tuple(
        replace(
            judged(f"k{at}", text, Status.CRITICAL, now=now, label=text, unit=text, reason=text, source=text),
            probe=text[:9],
        )
        for at, text in enumerate(HOSTILE.values())
    )
    async with console(tmp_path, watching=database.watching) as seat:
        await opened(seat, "evil")
        await seat.until(lambda: len(seat.listed()) == len(HOSTILE))
        for _line in range(len(HOSTILE)):
            for line in seat.lines():
                assert line.isprintable() or not line
                assert cell_len(line) <= 80
            await seat.press("j")
        await seat.press("enter")
        await seat.at(Page)
        assert all(line.isprintable() or not line for line in seat.lines())


# -- pure --------------------------------------------------------------------------------------------


def text_of(cells: Sequence[Cell]) -> str:
    return "".join(text for text, _role in cells)


def test_the_head_tells_strikes_flapping_and_who_silenced_it_why() -> None:
    ups, agreed = "ups-1", quiet("ups-1", now=NOW)
    made = picture(
        shown(DB, Status.UNKNOWN, "no answer", now=NOW, attempt=2, flapping=True),
        shown(ups, Status.SILENCED, "on battery", now=NOW, under=Status.WARNING, silence=agreed),
        now=NOW,
    )
    head = target_head(made.by_target[DB], chain(DB, PARENTS), made, now=NOW, marks=MARKS, zone=ZONE)
    assert text_of(head[1]) == " flapping: no answer (strike 2)"
    head = target_head(made.by_target[ups], chain(ups, PARENTS), made, now=NOW, marks=MARKS, zone=ZONE)
    assert text_of(head[1]) == " silenced until 23:00: on battery  (wang.lei: new disks)"


def test_the_way_in_one_line_names_redundant_ways() -> None:
    made = picture(shown("sw-agg-1", Status.DOWN, now=NOW), now=NOW)
    line = way_line(chain("prn-cash-1", PARENTS), made, now=NOW, marks=MARKS)
    assert text_of(line) == " console > . sw-core-1 or . sw-core-2 > X sw-agg-1 > . sw-opd-1f > . prn-cash-1"


def test_what_hangs_on_it_stands_below_the_worst_first() -> None:
    made = picture(shown("prn-cash-2", Status.DOWN, now=NOW), now=NOW)
    found = hops(chain(OPD, PARENTS), made)
    assert [(hop.target, hop.depth, hop.part) for hop in found] == [
        ("sw-core-1", 0, "either"), ("sw-core-2", 0, "either"), ("sw-agg-1", 1, "way"), (OPD, 2, "here"),
        ("prn-cash-2", 3, "below"), ("prn-cash-1", 3, "below"),
    ]  # fmt: skip
    gone = hops(chain("x", {"x": ("y",), "y": ()}), made)
    assert strip(draw_hop(lambda: NOW, MARKS)(gone[0], 40, Look()), 40).text.strip() == "+- y"


@pytest.mark.parametrize(
    ("value", "last", "unit", "text"),
    [
        (97.0, None, "%", "97 %"),
        (None, 97.0, "%", "(97 %)"),
        (None, None, "%", "-"),
        (-16.5, None, "dBm", "-16.5 dBm"),
        ("READY", None, "", "READY"),
        (None, "READY", "", "(READY)"),
    ],
)
def test_a_last_value_stands_in_brackets(
    value: float | str | None, last: float | str | None, unit: str, text: str
) -> None:
    assert held_value(judged("k", value, now=NOW, unit=unit, last=last)) == text


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("old", [False, True])
def test_a_reading_fits_its_line(width: int, old: bool) -> None:
    draw = draw_reading(
        lambda: NOW, ZONE, MARKS, lambda _key: parse_thresholds("warn >= 80 for 5m clear < 70, crit >= 95"),
        lambda: old,
    )  # fmt: skip
    line = strip(draw(judged("cpu", 97.0, Status.CRITICAL, now=NOW), width, Look()), width)
    assert line.cell_length == width
    assert line.text.startswith(" ~ stale" if old else " # critical")


def test_all_of_a_reading_can_be_read() -> None:
    found = reading_lines(
        judged("disk//arch", 97.0, Status.CRITICAL, now=NOW, label="archive", reason="90 % or more"),
        parse_thresholds("warn >= 80 clear < 78, crit >= 90"),
        lambda moment: moment.strftime("%H:%M"),
    )
    assert found == [
        "Key: disk//arch",
        "Value: 97 %",
        "Status: critical  90 % or more",
        "Since: 13:48",
        "Measured: 14:00",
        "Limits: warn >= 80 clear < 78, crit >= 90",
        "Source: HOST-RESOURCES-MIB::hrStorageUsed (snmp)",
        "It says: -",
    ]


def test_a_past_leaves_out_what_was_not_measured() -> None:
    def at(minute: int, value: float) -> tuple[datetime, float, float, float]:
        return NOW - timedelta(minutes=60 - minute), value, value, value

    every = [at(minute, float(minute)) for minute in range(60)]
    assert buckets(every, 6, NOW) == [4.5, 14.5, 24.5, 34.5, 44.5, 54.5]
    gap = [*every[:16], *every[46:]]
    assert buckets(gap, 6, NOW) == [4.5, 12.5, None, None, 47.5, 54.5]
    sparse = [at(0, 1.0), at(20, 2.0), at(40, 3.0)]
    assert buckets(sparse, 6, NOW) == [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]
    assert buckets([at(60, 5.0)], 8, NOW)[0] == 5.0


def test_a_past_that_is_not_there_yet_or_not_kept_says_so() -> None:
    assert text_of(past_line(None, "%", width=80, now=NOW)) == " ..."
    assert text_of(past_line([], "%", width=80, now=NOW)) == " no past is kept of it"


@pytest.mark.parametrize("width", [10, 40, 80, 200])
def test_a_detail_is_never_wider_than_the_screen(width: int) -> None:
    history = [(NOW - timedelta(minutes=at), -1e9, 0.0, 1e9) for at in range(90, 0, -1)]
    for line in reading_detail(
        judged("k", 1.0, now=NOW), thresholds=(), history=history, width=width, now=NOW, zone=ZONE
    ):
        assert strip(line, width).cell_length == width
        assert printable(text_of(line)) == text_of(line)

"""The rota without a screen: who is on, who comes next, the days as a table of 80 cells, the gaps."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hisconsole.cli.shifts import answer
from hisconsole.config import Site, load_site
from hisconsole.paths import shipped
from hisconsole.plan.rota import Override, Rota
from hisconsole.text import cell_len
from tests.cli.conftest import Run
from tests.hostile import HOSTILE
from tests.shares import part

SHIFT = {"shift", "name", "day", "start", "end", "people", "why"}
EVENING = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)
"""20:00 on Saturday, 5 December, on the clock of the sample hospital."""


@pytest.fixture(scope="module")
def sample() -> Site:
    return load_site(shipped("config"))


def closed(site: Site, people: tuple[str, ...] = (), *, zone: str = "Asia/Shanghai") -> Site:
    """The sample with other people, or nobody, on the nights of 5 and 6 December."""
    change = Override((date(2026, 12, 5), date(2026, 12, 6)), ("night",), people, "flu 流感")
    return replace(site, timezone=zone, rota=replace(site.rota, changes=(*site.rota.changes, change)))


def test_now_next_and_a_table_with_names_in_line(sample: Site) -> None:
    assert answer(sample, now=EVENING, days=2).lines == [
        "On now: Ma Chao; Evening 小夜班, until 23:00.",
        "Next:   Wang Lei 王磊; Night 大夜班, from 23:00.",
        "",
        "Day        Shift                 Hours        Length  Who",
        "Sat 12-05  Evening 小夜班        17:00-23:00  06:00   Ma Chao",
        "           Night 大夜班          23:00-08:00  09:00   Wang Lei 王磊",
        "                                                      (Zhao Yan is at a wedding)",
        "Sun 12-06  Day 白班              08:00-17:00  09:00   Li Na 李娜",
        "           Evening 小夜班        17:00-23:00  06:00   Tang Xin",
        "           Night 大夜班          23:00-08:00  09:00   Ma Chao",
        "Mon 12-07  Day 白班              08:00-17:00  09:00   Zhao Yan",
        "                                                      (Zhao Yan is at a wedding)",
        "           Evening 小夜班        17:00-23:00  06:00   Li Na 李娜",
        "",
        "No gap in the next 14 days.",
    ]


def test_nobody_is_told_in_its_place_and_as_a_gap(sample: Site) -> None:
    found = answer(closed(sample), now=EVENING.replace(hour=16), days=1)
    assert found.lines == [
        "On now: NOBODY.",
        "Next:   Li Na 李娜; Day 白班, from 08:00.",
        "",
        "Day        Shift                 Hours        Length  Who",
        "Sun 12-06  ! NOBODY              00:00-08:00  08:00   nobody is written on Night",
        "                                                      大夜班 (flu 流感)",
        "           Day 白班              08:00-17:00  09:00   Li Na 李娜",
        "           Evening 小夜班        17:00-23:00  06:00   Tang Xin",
        "           ! NOBODY              23:00-00:00  01:00   nobody is written on Night",
        "                                                      大夜班 (flu 流感)",
        "",
        "2 gaps in the next 14 days:",
        "  12-06 00:00 to 12-06 08:00  nobody is written on Night 大夜班 (flu 流感)",
        "  12-06 23:00 to 12-07 08:00  nobody is written on Night 大夜班 (flu 流感)",
    ]
    data = json.loads(json.dumps(found.data))
    assert data["on"] == []
    assert [(each["start"], each["end"]) for each in data["gaps"]] == [
        ("2026-12-05T16:00:00.000000Z", "2026-12-06T00:00:00.000000Z"),
        ("2026-12-06T15:00:00.000000Z", "2026-12-07T00:00:00.000000Z"),
    ]


def test_a_night_across_a_clock_change_says_how_long_it_is(sample: Site) -> None:
    berlin = replace(sample, timezone="Europe/Berlin")
    lines = answer(berlin, now=datetime(2026, 10, 24, 18, tzinfo=UTC), days=1).lines
    (night,) = (line for line in lines[4:] if " Night" in line)
    assert "23:00-08:00  10:00" in night
    lines = answer(berlin, now=datetime(2026, 3, 28, 18, tzinfo=UTC), days=1).lines
    (night,) = (line for line in lines[4:] if " Night" in line)
    assert "23:00-08:00  08:00" in night


def test_as_json_with_its_own_keys(sample: Site) -> None:
    data = json.loads(json.dumps(answer(sample, now=EVENING, days=2).data))
    assert set(data) == {"at", "on", "next", "shifts", "gaps"}
    assert data["at"] == "2026-12-05T12:00:00.000000Z"
    assert all(set(each) == SHIFT for name in ("on", "next", "shifts") for each in data[name])
    (on,), (following,) = data["on"], data["next"]
    assert (on["shift"], on["people"], on["why"]) == ("evening", ["ma.chao"], None)
    assert following == {
        "shift": "night",
        "name": "Night 大夜班",
        "day": "2026-12-05",
        "start": "2026-12-05T15:00:00.000000Z",
        "end": "2026-12-06T00:00:00.000000Z",
        "people": ["wang.lei"],
        "why": "Zhao Yan is at a wedding",
    }


def test_many_people_and_long_reasons_stay_within_80_cells(sample: Site) -> None:
    everybody = tuple(each.id for each in sample.operators)
    site = closed(sample, everybody)
    named = replace(
        site, roster=tuple(replace(each, name=f"{each.name} 欧阳上官诸葛司徒") for each in site.roster)
    )
    lines = answer(named, now=EVENING, days=7).lines
    assert max(map(cell_len, lines)) <= 80
    assert "".join(lines).count("欧阳") >= len(everybody)


def test_a_site_without_a_rota_says_how_to_have_one(sample: Site) -> None:
    found = answer(replace(sample, rota=Rota()), now=EVENING, days=7)
    assert "has no rota: describe one in shifts.yaml" in " ".join(found.lines)
    data = json.loads(json.dumps(found.data))
    assert (data["on"], data["next"], data["shifts"], data["gaps"]) == ([], [], [], [])


def test_a_rota_in_which_nobody_is_left(sample: Site) -> None:
    found = answer(replace(sample, rota=replace(sample.rota, operators=frozenset())), now=EVENING, days=1)
    assert found.lines[:2] == ["On now: NOBODY.", "Next:   nobody is written on any later shift."]
    assert max(map(cell_len, found.lines)) <= 80


def test_somebody_is_on_duty_now_and_no_record_is_needed(run: Run, data: Path) -> None:
    told = run("shifts")
    assert told.code == 0
    assert told.out.startswith("On now: ")
    assert max(map(cell_len, told.out.splitlines())) <= 80
    found = run("shifts", "--json", "--days", "3").json
    assert len(found["on"]) == 1
    assert found["on"][0] in found["shifts"]
    assert not data.exists()


@pytest.mark.parametrize("days", ["0", "61", "-1", "x", ""])
def test_days_that_are_none(run: Run, days: str) -> None:
    ran = run("shifts", f"--days={days}")
    assert ran.code == 2
    assert ran.err.count("\n") == 1


def test_a_hospital_of_ones_own(run: Run, tmp_path: Path) -> None:
    site = tmp_path / "site"
    assert run("init", str(site)).code == 0
    file = site / "shifts.yaml"
    file.write_text(file.read_text("utf-8").replace("{day: wang.lei,", "{day: wang.le,"), "utf-8")
    told = run("check", str(site))
    assert told.code == 1
    assert told.out.startswith(f"{file}:")
    assert "did you mean 'wang.lei'?" in told.out
    assert run("shifts", "--config", str(site)).code == 1
    file.unlink()
    assert run("check", str(site)).code == 0
    assert "has no rota" in run("shifts", "--config", str(site)).out


@pytest.mark.parametrize("hostile", part(HOSTILE.values(), list(HOSTILE.values())[::8]), ids=list(HOSTILE))
def test_no_name_acts_on_the_terminal(run: Run, tmp_path: Path, hostile: str) -> None:
    site = tmp_path / "site"
    run("init", str(site))
    file = site / "shifts.yaml"
    text = file.read_text("utf-8").replace("name: Day 白班", f"name: {json.dumps(hostile[:20])}")
    file.write_text(text, "utf-8", errors="replace")
    ran = run("shifts", "--config", str(site))
    assert ran.code in (0, 1)
    assert all(line.isprintable() for line in (ran.out + ran.err).splitlines())

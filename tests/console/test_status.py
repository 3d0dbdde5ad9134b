"""Mode 2: what is watched is seen at once and honestly, by pane, building and kind."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from hisconsole import text
from hisconsole.console.call import CallForm
from hisconsole.console.page import Page
from hisconsole.console.pick import Pick
from hisconsole.console.queue import QueueScreen
from hisconsole.console.status import StatusScreen
from hisconsole.console.target import TargetScreen
from hisconsole.errors import StoreFault
from hisconsole.plan.health import Change
from hisconsole.plan.status import Status
from hisconsole.text import cell_len
from tests.console.app import Seat, console, screens, site
from tests.console.test_words import _LEGENDS, MadeUp, data_words, left_over
from tests.console.watched import CORE, DB, ISOLATED, NAS, OPD, UPS, Script, put, status, top, trouble
from tests.hostile import HOSTILE
from tests.plan.pictures import TARGETS, judged, quiet, shown, target


async def test_each_target_has_a_line_with_the_worst_first(tmp_path: Path, script: Script) -> None:
    trouble(script)
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        assert seat.listed()[:7] == [CORE, DB, "prn-cash-1", OPD, UPS, "prn-cash-2", NAS]
        lines = seat.lines()
        assert len(lines) == 24
        assert all(cell_len(line) <= 80 for line in lines)
        assert " X down        sw-core-2 Core switch B      <1m " in seat.row(CORE)
        assert " # critical    his-db-1 HIS database A      <1m " in seat.row(DB)
        assert ".:-*# archive volume 97 %" in seat.row(DB)
        assert "no answer (strike 1)" in seat.row(OPD)
        assert "? unknown" in seat.row(OPD)
        assert "/ unreachable" in seat.row("prn-cash-1")
        assert "~ stale" in seat.row(UPS)
        assert " 6m " in seat.row(UPS)
        assert "was ok; last polled" in seat.row(UPS)
        assert "s silenced" in seat.row(NAS)
        assert "9 targets  1 down  1 critical  1 unreachable  1 unknown  1 stale" in lines[1]
        assert lines[2].startswith(" All 3/9  Network 1/3  HIS 1/1  Power 1  Data 1  Terminals 1/2  Access 1")
        assert "3 problems" in lines[0]
        assert "R Poll" in lines[-1]


async def test_wide_screens_show_more(tmp_path: Path, script: Script) -> None:
    trouble(script)
    async with console(tmp_path, size=(120, 30), watching=script.watching) as seat:
        await status(seat)
        text = seat.text()
        assert "Since" in seat.lines()[3]
        assert "Aggregation switch, outpatients" in text
        assert "Core path 1/3" in text
        assert "watched by hx-info" in text
        assert all(cell_len(line) <= 120 for line in seat.lines())


async def test_where_nothing_is_watched_it_says_so(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await seat.press("2")
        await seat.at(StatusScreen)
        assert "Nothing is watched here." in seat.text()
        assert "problem" not in seat.lines()[0]
        await seat.press(
            "]", "[", "f", "h", "w", "R", ".", "p", "space", "enter", "y", "/", "x", "enter", "esc"
        )
        await seat.press("esc", "R")
        await seat.until("There is no target under the cursor.")
        await seat.press("n")
        await seat.at(CallForm)


async def test_what_changes_is_drawn_where_it_changed_and_the_cursor_stays(
    tmp_path: Path, script: Script
) -> None:
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        await seat.press("j", "j", "j")
        held = seat.place.rows.cursor_key
        await put(seat, script, shown(NAS, Status.DOWN, "no answer", now=script.now))
        assert seat.listed()[0] == NAS
        assert seat.place.rows.cursor_key == held


async def test_the_full_words_of_the_line_are_read_out_below(tmp_path: Path, script: Script) -> None:
    trouble(script)
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        await seat.press("j", "k")
        await seat.until("sw-core-2  Core switch B: no answer: down, filtered, or wrong community")


async def test_an_old_green_looks_old_though_nothing_newer_comes(
    tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hisconsole.console.feed.AGE_S", 0.05)
    script.put(*(shown(each.id, now=script.now, age_s=74) for each in TARGETS))
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        await seat.until("9 stale")
        assert "~ stale" in seat.row(DB)
        assert "ok  " not in seat.row(DB)


async def test_readings_that_cannot_be_looked_at_are_told_and_go_stale(
    tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hisconsole.console.status_show.QUIET_S", 0.2)
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        script.fault = StoreFault("The disk of the readings is full.")
        await seat.until("The disk of the readings is full.")
        await seat.until(lambda: "STALE <1m" in top(seat))
        script.fault = None
        await seat.until(lambda: "STALE" not in top(seat))


async def test_readings_that_hang_hold_up_no_key(
    tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hisconsole.console.status_show.QUIET_S", 0.2)
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        script.gate.clear()
        await seat.press("j", "1")
        await seat.at(QueueScreen)
        await seat.press("2", "j", "j")
        assert seat.place.rows.position[0] == 4
        await seat.until(lambda: "STALE" in top(seat))
        script.gate.set()
        await seat.until(lambda: "STALE" not in top(seat))
        assert len(script.threads) == 1


async def test_a_picture_that_is_held_stands_still_and_counts(tmp_path: Path, script: Script) -> None:
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        await seat.press("p")
        await seat.until("HELD +0")
        await put(seat, script, shown(NAS, Status.DOWN, "no answer", now=script.now))
        await seat.until("HELD +1")
        assert "X down" not in seat.text()
        await seat.press("p")
        assert "HELD" not in seat.text()
        assert seat.listed()[0] == NAS


async def test_panes_are_turned_both_ways_and_esc_shows_all(tmp_path: Path, script: Script) -> None:
    trouble(script)
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        await seat.press("]")
        assert set(map(str, seat.listed())) == {CORE, "sw-core-1", "sw-agg-1"}
        await seat.until("Status > Core path (3 of 9); Esc shows all")
        await seat.press("]")
        assert seat.listed() == [DB]
        await seat.press("[", "[", "[")
        assert seat.listed() == [OPD]
        await seat.press("esc")
        assert len(seat.listed()) == 9


async def test_only_problems_and_what_changed(tmp_path: Path, script: Script) -> None:
    trouble(script)
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        await seat.press("f")
        assert len(seat.listed()) == 7
        await seat.until("Status > only problems (7 of 9); Esc shows all")
        await seat.press("f", "h")
        await seat.until("his-db-1 HIS databa~ warning")
        assert "From" in seat.lines()[3]
        assert [row.target for row in seat.place.rows.rows] == [CORE, DB]
        line = seat.lines()[5]
        assert "archive volume 97 %" in line
        assert "warning     # critical" in line
        await seat.press("j", "y")
        await seat.until("Copied: his-db-1 warning > critical archive volume 97 %")
        await seat.press("enter")
        await seat.at(TargetScreen)
        await seat.press("esc", "h")
        assert len(seat.listed()) == 9


async def test_views_by_pane_building_and_kind(tmp_path: Path, script: Script) -> None:
    trouble(script)
    views: list[tuple[list[str], set[str]]] = [
        (["3"], {DB}),
        (["8"], {CORE, DB, "prn-cash-1", OPD, UPS, "prn-cash-2", NAS}),
        (["0", "1"], {"sw-agg-1", OPD, "prn-cash-1", "prn-cash-2"}),
        (["0", "3"], {NAS}),
        (["a", "3"], {"prn-cash-1", "prn-cash-2"}),
        (["esc"], {each.id for each in TARGETS}),
    ]
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        for keys, found in views:
            await seat.press("w")
            await seat.at(Pick)
            assert "9 targets, 3 problems" in seat.line("All ")
            await seat.press(*keys)
            await seat.at(StatusScreen)
            assert set(seat.listed()) == found, keys
            await seat.press("]")  # from any view to the panes
            assert len(seat.listed()) in (1, 3, 7, 9)
            await seat.press("esc")


async def test_the_search_narrows_with_every_key(tmp_path: Path, script: Script) -> None:
    trouble(script)
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        await seat.press("/")
        await seat.write("archive")
        assert seat.listed() == [DB]
        await seat.press("enter")
        await seat.until("Status > archive (1 of 9); Esc shows all")
        await seat.press("esc", "/")
        await seat.write("building:1 !kind:switch")
        assert set(seat.listed()) == {"prn-cash-1", "prn-cash-2"}
        await seat.press("esc")
        assert len(seat.listed()) == 9


async def test_new_files_bring_new_targets_and_keep_the_view(tmp_path: Path, script: Script) -> None:
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        await seat.press("]", "]")
        more = (*TARGETS, target("his-db-2", "HIS database B", services=("his",)))
        await put(seat, script, targets=more, files="2")
        await seat.until(lambda: set(seat.listed()) == {DB, "his-db-2"})
        await put(seat, script, targets=TARGETS[:3], files="3")
        assert seat.listed() == []
        assert "No target is like that." in seat.text()


async def test_hostile_names_and_readings_are_drawn_harmlessly(tmp_path: Path, script: Script) -> None:
    evil = list(HOSTILE.values())
    targets = [
        replace(target(f"t{at}", text, building=text, room=text, services=(text,)), find=(text,))
        for at, text in enumerate(evil)
    ]
    now = script.now
    found = [
        shown(each.id, Status.CRITICAL, text, now=now, silence=replace(quiet(each.id, now=now), reason=text))
        for each, text in zip(targets, evil, strict=True)
    ]
    changes = [Change(each.id, now, Status.OK, Status.DOWN, each.name) for each in targets]
    script.put(
        *found,
        targets=targets,
        changes=changes,
    )
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        for _page in range(6):
            _harmless(seat)
            await seat.press("pgdn")
        await seat.press("h", "pgdn")
        _harmless(seat)
        await seat.press("h", "w", "0")
        _harmless(seat)
        await seat.press("esc", "g", "n")
        await seat.at(CallForm)
        _harmless(seat)


def _harmless(seat: Seat) -> None:
    for line in seat.lines():
        assert line.isprintable() or not line
        assert cell_len(line) <= 80


async def test_ten_thousand_targets_are_listed_moved_in_and_searched(tmp_path: Path, script: Script) -> None:
    many = [target(f"sw-{at:05d}", f"Switch {at}", building=f"Building {at % 9}") for at in range(10_000)]
    script.put(targets=many)
    async with console(tmp_path, watching=script.watching) as seat:
        place = await status(seat)
        await seat.press("G")
        assert seat.place.rows.position == (10_000, 10_000)
        made = script.put(shown("sw-00007", Status.DOWN, now=script.now), targets=many)
        await seat.until(lambda: seat.app.lookout.picture is made)
        drawn = place._drawn
        place.status_picture()  # the same picture again: nothing is made anew
        assert place._drawn is drawn
        await seat.press("/")
        await seat.write("switch sw-099")
        assert len(seat.listed()) == 100
        await seat.until("(100 of 10000)")


async def test_small_windows_only_count(tmp_path: Path, script: Script) -> None:
    async with console(tmp_path, size=(60, 18), watching=script.watching) as seat:
        await seat.press("2")
        await seat.at(StatusScreen)
        await seat.until("Enlarge the window")
        assert "HIS database" not in seat.text()


async def test_keys_and_help_fit(tmp_path: Path, script: Script) -> None:
    trouble(script)
    async with console(tmp_path, size=(80, 60), watching=script.watching) as seat:
        for way, place in (("2", "status"), ("enter", "target")):
            await seat.press(way)
            await seat.until("sw-core-2")
            assert seat.place.place == place
            footer = seat.lines()[-1]
            assert cell_len(footer) <= 80
            assert "~" not in footer
            await seat.press("?")
            await seat.at(Page)
            assert "Marks: . ok  ! warning  # critical  X down" in seat.text()
            for key in screens().keys:
                assert (key.help in seat.text()) is key.works_on(place), key.name
            await seat.press("esc")
        assert {key.name: key.keys[0] for key in screens().keys if key.name in ("status", "poll")} == {
            "status": "2", "poll": "R"
        }  # fmt: skip


async def test_no_word_of_it_was_left_untranslated(tmp_path: Path, script: Script) -> None:
    before = text._words
    text.use(MadeUp())
    try:
        trouble(script)
        script.readings[CORE] = (judged("zz", 1.0, Status.WARNING, now=script.now, reason="zz"),)
        async with console(tmp_path, size=(120, 40), watching=script.watching) as seat:
            known = data_words(site()) | _LEGENDS | _words_of_targets()
            found: list[str] = []

            async def look(*keys: str) -> None:
                await seat.press(*keys)
                await seat.rest()
                found.extend(left_over(seat.lines(), known))

            await status(seat)
            for keys in ("j", "]", "f", "h", "esc w", "a", "esc .", "2", "enter enter"):
                await look(*keys.split())
            await seat.press("esc", "p", "g", "enter")
            await seat.at(TargetScreen)
            for keys in ("j", "enter", "esc ]", "]", "/ z", "enter", "?", "esc R"):
                await look(*keys.split())
            script.put(held=False, path=ISOLATED)
            await seat.until(lambda: "3 " not in top(seat))
            await look("esc", "esc")
            assert found == []
    finally:
        text.use(before)


def _words_of_targets() -> set[str]:
    """What the files and the devices say is the same in every language."""
    said = (
        "behind no answer down filtered or wrong community archive volume toner low age hx info new disks zz"
    )
    said += " wang lei HOST RESOURCES MIB hrStorageUsed snmp warn crit clear"
    for each in TARGETS:
        said += f" {each.id} {each.name} {each.building} {each.room} {' '.join(each.services)}"
    return {word.lower() for word in re.findall(r"[A-Za-z]{2,}", said)}

"""The way of a caller on the screen at 80x24: while the call is taken, and on a page of the incident."""

from __future__ import annotations

from pathlib import Path

from hisconsole.config.targets import load_targets
from hisconsole.console.incident import IncidentScreen
from hisconsole.console.page import Page
from hisconsole.desk.calls import take_call
from hisconsole.desk.reading import read_incident
from hisconsole.paths import shipped
from hisconsole.plan.events import Kind
from hisconsole.plan.status import Status
from tests.console.app import Seat, call, console, desk
from tests.console.watched import Script, put
from tests.hostile import HOSTILE
from tests.plan.pictures import shown

TARGETS = load_targets(shipped("config"), sample=True).targets
AGG, ACCESS, DB = "sw-agg-1", "sw-opd-1f", "his-db-1"


def broken(script: Script, words: str = "no answer") -> None:
    now = script.now
    script.put(
        shown(AGG, Status.DOWN, words, now=now, since_s=245),
        shown(ACCESS, Status.UNREACHABLE, "behind sw-agg-1", now=now),
        targets=TARGETS,
    )


async def begin(seat: Seat, found: str = "reg01") -> None:
    await seat.until(lambda: seat.app.lookout.picture is not None)
    await seat.press("n")
    await seat.until("New call")
    await seat.write(found)
    await seat.press("enter")
    await seat.until(lambda: seat.focus == "symptom")


async def test_the_way_is_there_as_soon_as_the_workstation_is_chosen(tmp_path: Path, script: Script) -> None:
    broken(script)
    other = desk(tmp_path)
    call(other, "opd-01", "no link", symptom="slow-database")
    other.database.close()
    async with console(tmp_path, watching=script.watching) as seat:
        await begin(seat)
        await seat.until("sw-agg-1 DOWN 00:04")
        assert seat.line("DOWN") == " reg-01 - sw-opd-1f UNREACHABLE - sw-agg-1 DOWN 00:04 - core, app, db OK"
        await seat.until("Broken at sw-agg-1, partial-network, 0001. Say: We know of it and are on it.")
        await seat.until("1 Join 0001")
        assert len(seat.lines()) == 24
        assert "Enter goes on" in seat.lines()[-1]
        await seat.press("4")
        await seat.until(lambda: seat.focus == "words")
        await seat.press("enter")
        await seat.until("0 or Enter")
        await seat.press("1")
        await seat.until("0001: Call taken")
    incident = desk(tmp_path)
    file = read_incident(incident, 1)
    incident.database.close()
    assert [report.workstation for report in file.incident.reports] == ["opd-01", "reg-01"]
    assert [event.body["of"] for event in file.history if event.kind is Kind.SNAPSHOT] == ["2"]


async def test_it_follows_the_picture_and_another_workstation(tmp_path: Path, script: Script) -> None:
    script.put(targets=TARGETS)
    async with console(tmp_path, watching=script.watching) as seat:
        await begin(seat)
        await seat.until("reg-01 - access, agg, core, app, db OK")
        await seat.until("Nothing red. Say: From here it looks well")
        now = script.now
        await put(seat, script, shown(DB, Status.CRITICAL, "97 %", now=now, since_s=60), targets=TARGETS)
        await seat.until("his-db-1 CRITICAL 00:01")
        await seat.until("Critical at his-db-1. Say: I see a system fault.")
        await seat.press("up", "up", "up")
        assert seat.focus == "workstation"
        await seat.press("backspace")
        assert "CRITICAL" not in seat.text()
        await seat.put("workstation", "lab01")
        await seat.press("enter")
        await seat.until("lab-01 - ")


async def test_what_is_not_of_now_says_so(tmp_path: Path, script: Script) -> None:
    script.put(targets=TARGETS, held=False)
    async with console(tmp_path, watching=script.watching) as seat:
        await begin(seat)
        await seat.until("NO WATCH. Say: It is on record; we call you back.")


async def test_before_the_first_picture_the_form_is_there_all_the_same(
    tmp_path: Path, script: Script
) -> None:
    script.gate.clear()
    async with console(tmp_path, watching=script.watching) as seat:
        await seat.press("n")
        await seat.until("New call")
        await seat.write("reg01")
        await seat.press("enter")
        await seat.until("No picture. Say: It is on record; we call you back.")
        script.gate.set()


async def test_where_nothing_is_watched_nothing_is_said(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await seat.press("n")
        await seat.until("New call")
        await seat.write("reg01")
        await seat.press("enter")
        await seat.until(lambda: seat.focus == "symptom")
        assert "Say:" not in seat.text()


async def test_the_incident_has_a_page_of_its_ways_and_opens_what_was_frozen(
    tmp_path: Path, script: Script
) -> None:
    broken(script, HOSTILE["csi_clear"] + " no answer")
    other = desk(tmp_path)
    picture = script.current
    take_call(other, {"workstation": "reg-01", "symptom": "no-network"}, picture=picture)
    other.database.close()
    async with console(tmp_path, watching=script.watching) as seat:
        await seat.until(lambda: seat.app.lookout.picture is not None)
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until("evidence at report 1:")
        await seat.press("enter")
        await seat.at(Page)
        assert "Evidence at report 1" in seat.text()
        assert "sw-agg-1 down: ?[2J?[H no answer, measured" in seat.text()
        await seat.press("esc")
        await seat.press("[")
        await seat.until("Report 1, reg-01")
        await seat.until("aggregation: broken")
        await seat.press("G")
        await seat.until("Tell the caller: I see a network fault.")
        assert "0001" not in seat.line("Likely part of")
        await seat.press("y")
        await seat.until("Copied: 0001")
        await seat.press("]")
        await seat.until("evidence at report 1:")

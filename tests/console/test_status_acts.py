"""What is done from Status: poll, silence, a call about a problem, and what rings."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hisconsole.console.call import CallForm
from hisconsole.console.lookout import RING_S
from hisconsole.console.pick import Pick
from hisconsole.console.silence import SilenceForm
from hisconsole.console.status import StatusScreen
from hisconsole.errors import Refused
from hisconsole.plan.status import Status
from tests.console.app import call, console, desk, kept, site
from tests.console.watched import CORE, DB, NAS, OPD, Script, put, status, trouble
from tests.plan.pictures import quiet, shown


async def test_r_polls_what_is_marked_and_tells_what_came_of_it(tmp_path: Path, script: Script) -> None:
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        seat.place.rows.move_to(DB)
        await seat.press("R")
        await seat.until("his-db-1 is polled now ...")
        assert script.polled == [DB]
        await put(seat, script, shown(DB, Status.WARNING, "archive volume 85 %", now=script.now, age_s=0))
        await seat.until("his-db-1 was polled: warning, archive volume 85 %")
        await seat.press("g", "space", "space", "R")
        await seat.until("2 targets are asked for.")
        assert script.polled == [DB, DB, "sw-core-1"]
        script.refusal = Refused("Nobody polls here.")
        await seat.press("R")
        await seat.until("Nobody polls here.")


async def test_a_silence_needs_a_reason_and_an_end_and_keeps_its_draft(
    tmp_path: Path, script: Script
) -> None:
    trouble(script)
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        await seat.press("j", ".", "1")
        await seat.at(SilenceForm)
        assert seat.answers()["targets"] == DB
        assert seat.focus == "until"
        await seat.press(*"+2h", "enter", "enter")
        await seat.until("Reason is needed.")
        await seat.press(*"new disks", "esc")
        await seat.until("Kept as a draft.")
        assert [draft["form"] for draft in kept(tmp_path).values()] == ["silence"]
        await seat.press("k", ".", "1")
        await seat.at(SilenceForm)
        assert seat.answers() == {"targets": CORE, "until": "", "reason": ""}  # another's draft is no draft
        await seat.press("esc", "j", ".", "1")
        await seat.until("A draft was found")
        assert seat.answers() == {"targets": DB, "until": "+2h", "reason": "new disks"}
        await seat.press("tab", "enter")
        await seat.until("his-db-1 is silenced.")
        assert script.silenced == [((DB,), {"until": "+2h", "reason": "new disks"}, False)]
        assert kept(tmp_path) == {}


async def test_many_are_silenced_with_all_that_hangs_on_them_and_refusals_are_told(
    tmp_path: Path, script: Script
) -> None:
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        await seat.press("space", "space", ".", "2")
        await seat.at(SilenceForm)
        assert "Silence with all that hangs on it alone" in seat.text()
        await seat.press(*"+1h", "enter", *"power", "enter")
        await seat.until("2 targets are silenced.")
        assert script.silenced[0][0] == ("sw-core-1", "sw-core-2")
        assert script.silenced[0][2] is True
        assert not seat.place.rows.marked
        script.refusal = Refused("A silence lasts at most 8 h.")
        await seat.press(".", "1", *"+9h", "enter", *"power", "enter")
        await seat.until("A silence lasts at most 8 h.")
        assert seat.answers()["until"] == "+9h"
        await seat.put("targets", "no-such-thing")
        await seat.press("enter")
        await seat.until("There is no target 'no-such-thing'.")


async def test_a_silence_is_ended_from_the_menu(tmp_path: Path, script: Script) -> None:
    trouble(script)
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        seat.place.rows.move_to(NAS)
        await seat.press(".")
        await seat.at(Pick)
        await seat.press("4")
        await seat.until("The silence of nas-1 has ended.")
        assert script.lifted == ["7"]


async def test_n_on_a_hard_problem_begins_a_call_about_it(tmp_path: Path, script: Script) -> None:
    trouble(script)
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        await seat.press("j", "n")
        await seat.at(CallForm)
        found = seat.answers()
        assert found["workstation"] == DB
        assert found["reporter"] == "console"
        assert found["words"] == "HIS database A is critical: archive volume 97 %"
        assert found["occurred"].endswith(
            (script.now - timedelta(seconds=600)).astimezone(site().zone).strftime(" %H:%M")
        )
        assert seat.focus == "symptom"
        await seat.press("1", "enter")
        await seat.until("0001: Call taken")
        await seat.press("1")
        await seat.until(lambda: seat.listed() == [1])
        assert "database slow: HIS databas" in seat.text()


async def test_n_on_what_is_well_or_soft_begins_an_empty_call(tmp_path: Path, script: Script) -> None:
    trouble(script)
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        for row in (OPD, "sw-core-1"):
            seat.place.rows.move_to(row)
            await seat.press("n")
            await seat.at(CallForm)
            assert seat.answers()["words"] == ""
            await seat.press("esc")
            await seat.at(StatusScreen)


async def test_acts_on_incidents_say_that_there_is_none(tmp_path: Path, script: Script) -> None:
    async with console(tmp_path, watching=script.watching) as seat:
        await status(seat)
        await seat.press(":", *"acknowledge", "enter")
        await seat.until("There is no incident under the cursor.")


async def test_a_hard_problem_rings_once_a_minute_until_an_incident_names_it(
    tmp_path: Path, script: Script
) -> None:
    at = desk(tmp_path)
    async with console(tmp_path, watching=script.watching) as seat:
        await seat.until(lambda: seat.app.lookout.picture is not None)
        await put(seat, script, shown(OPD, Status.DOWN, now=script.now, attempt=1))
        assert seat.bells == []
        down = shown(OPD, Status.DOWN, "no answer", now=script.now)
        await put(seat, script, down)
        await seat.until(lambda: len(seat.bells) == 1)
        assert "1 problem " in seat.lines()[0] + " "
        await put(seat, script, down)
        assert len(seat.bells) == 1
        seat.app._bell._rang_at -= RING_S
        await seat.until(lambda: len(seat.bells) == 2)
        call(at, OPD, "switch dark")
        await seat.until(lambda: seat.listed() == [1])
        seat.app._bell._rang_at -= RING_S
        seat.app._ring()
        assert len(seat.bells) == 2
        await put(seat, script, down, shown(DB, Status.CRITICAL, now=script.now))
        await seat.until(lambda: len(seat.bells) == 3)
    at.database.close()


async def test_a_silenced_problem_does_not_ring(tmp_path: Path, script: Script) -> None:
    now = script.now
    script.put(
        shown(
            DB,
            Status.SILENCED,
            now=now,
            under=Status.DOWN,
            firm=True,
            rings=False,
            silence=quiet(DB, now=now),
        )
    )
    async with console(tmp_path, watching=script.watching) as seat:
        await seat.until(lambda: "0 problems" in seat.lines()[0])
        assert seat.bells == []

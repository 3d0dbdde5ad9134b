"""All that is due on one screen: soonest first, and Enter opens the act that meets it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.console.classify import Classification
from hisconsole.console.duties import DueRow, DutiesScreen, MetForm, what_is_owed
from hisconsole.console.escalate import EscalateSheet
from hisconsole.console.form import ActForm
from hisconsole.console.handover import HandoverScreen
from hisconsole.console.incident import IncidentScreen
from hisconsole.console.log import LogScreen
from hisconsole.console.page import Page
from hisconsole.console.queue import QueueScreen
from hisconsole.console.roster import RosterScreen
from hisconsole.console.status import StatusScreen
from hisconsole.desk.reading import read_incident
from hisconsole.plan.due import Due
from tests.console.app import ME, Seat, call, console, desk, kept, lay_call, site
from tests.console.test_forms import play

MODES = {"1": QueueScreen, "2": StatusScreen, "3": RosterScreen, "4": HandoverScreen, "5": LogScreen}


def minutes(ago: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=ago)


def bodies(data: Path, kind: str, number: int = 1) -> list[dict[str, object]]:
    at = desk(data)
    try:
        return [dict(e.body) for e in read_incident(at, number).history if e.kind.value == kind]
    finally:
        at.database.close()


async def opened(seat: Seat, holding: str) -> None:
    """All due rows, once `holding` stands among them."""
    await seat.until(seat.listed)
    await seat.press("!")
    await seat.at(DutiesScreen)
    await seat.until(holding)


def duty_keys(seat: Seat) -> list[tuple[int, str]]:
    return [(key[0], key[1]) for key in seat.listed() if isinstance(key, tuple)]


async def go_to(seat: Seat, duty: str, key: str = "", number: int = 1) -> None:
    await seat.until(lambda: (number, duty, key) in seat.listed())
    seat.place.rows.move_to((number, duty, key))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_all_that_is_due_stands_soonest_first_and_says_what(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    at = desk(tmp_path)
    call(at, now=minutes(3))
    call(at, "lab-01", now=minutes(30))
    at.database.close()
    async with console(tmp_path, size=size) as seat:
        await opened(seat, "Answer the call")
        assert duty_keys(seat)[:2] == [(2, "acknowledge"), (2, "verify")]
        times = [row.due.at for row in seat.place.rows.rows if isinstance(row, DueRow)]
        assert times == sorted(times)
        first = seat.row((2, "acknowledge", ""))
        assert first.startswith(" -00:28")
        assert " 0002 " in first
        assert " ack " in first
        assert " 0001 " in seat.row((1, "verify", ""))
        assert all(len(line) <= size[0] for line in seat.lines())
        assert "~" not in seat.lines()[-1]
        await seat.press("j")
        await seat.until("Verify it, or say why it could not be verified.")
        await seat.press("esc")
        await seat.at(QueueScreen)


async def test_what_is_done_meanwhile_leaves_the_list_and_the_cursor_stays(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    async with console(tmp_path) as seat:
        await opened(seat, "Answer the call")
        await go_to(seat, "classify")
        at.perform("acknowledge", 1)
        await seat.until(lambda: (1, "acknowledge", "") not in seat.listed())
        assert seat.place.rows.cursor_key == (1, "classify", "")
        at.perform("verify", 1, {"result": "user-resolved"})
        await seat.until(lambda: (1, "verify", "") not in seat.listed())
    at.database.close()


async def test_nothing_is_due_and_it_says_so(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await seat.until("Nothing is open here")
        await seat.press("!")
        await seat.at(DutiesScreen)
        await seat.until("Nothing is due.")
        await seat.press("enter", "m", "c", "e", "s", "y", "esc")
        await seat.at(QueueScreen)


@pytest.mark.parametrize(
    ("duty", "screen"),
    [
        ("verify", ActForm),
        ("classify", Classification),
        ("escalate", EscalateSheet),
    ],
)
async def test_enter_opens_the_act_that_meets_it(tmp_path: Path, duty: str, screen: type[ActForm]) -> None:
    at = desk(tmp_path)
    call(at, "icu-01", now=minutes(3))
    at.database.close()
    async with console(tmp_path) as seat:
        await opened(seat, "Answer the call")
        await go_to(seat, duty)
        await seat.press("enter")
        await seat.at(screen)
        await seat.press("esc")
        await seat.at(DutiesScreen)


async def test_enter_on_a_call_not_taken_takes_it(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()
    async with console(tmp_path) as seat:
        await opened(seat, "Answer the call")
        await go_to(seat, "acknowledge")
        await seat.press("enter")
        await seat.until("0001: Acknowledge")
        await seat.until(lambda: (1, "acknowledge", "") not in seat.listed())


async def test_a_row_is_met_by_hand_with_a_note(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()
    async with console(tmp_path) as seat:
        await opened(seat, "Answer the call")
        await go_to(seat, "engineer")
        await seat.press("m")
        await seat.at(MetForm)
        assert seat.lines()[0].strip() == "Met: engineer, 0001"
        assert "Summon the engineer on call." in seat.text()
        await play(seat, ["enter", "enter"])
        await seat.until("Note is needed.")
        await play(seat, ["tab", "rang Zhao", "enter", "-1", "enter"])
        await seat.at(DutiesScreen)
        await seat.until("0001: Met by hand")
        await seat.until(lambda: (1, "engineer", "") not in seat.listed())
    (body,) = bodies(tmp_path, "met")
    assert body == {"duty": "engineer", "key": "", "text": "rang Zhao"}
    assert not kept(tmp_path)


async def test_half_a_note_is_a_draft_of_that_row_only(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()
    async with console(tmp_path) as seat:
        await opened(seat, "Answer the call")
        await go_to(seat, "engineer")
        await play(seat, ["m", "rang Zh", "esc"])
        await seat.at(DutiesScreen)
        await go_to(seat, "vendor")
        await seat.press("m")
        await seat.at(MetForm)
        assert seat.answers() == {"text": "", "at": ""}
        await seat.press("esc")
        await seat.at(DutiesScreen)
        await go_to(seat, "engineer")
        await seat.press("m")
        await seat.at(MetForm)
        assert seat.answers()["text"] == "rang Zh"


async def test_a_gate_is_met_by_hand(tmp_path: Path) -> None:
    at = desk(tmp_path, ME)
    call(at, "cash-01", now=minutes(40))
    at.perform("paralysis", 1, {"confirmed": "yes"})
    at.database.close()
    async with console(tmp_path) as seat:
        await opened(seat, "by hand")
        await go_to(seat, "gate", "cashier")
        await seat.until("From now on by hand: cashier by hand.")
        await play(seat, ["m", "told Shen Yue", "enter", "enter"])
        await seat.until(lambda: (1, "gate", "cashier") not in seat.listed())
    (body,) = bodies(tmp_path, "met")
    assert (body["duty"], body["key"]) == ("gate", "cashier")


async def test_acts_go_to_the_incident_under_the_cursor(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    call(at, "lab-01")
    at.database.close()
    async with console(tmp_path) as seat:
        await opened(seat, "Answer the call")
        await go_to(seat, "verify", number=2)
        await seat.press("a")
        await seat.until("0002: Acknowledge")
        await go_to(seat, "verify", number=1)
        await seat.press("v")
        await seat.at(ActForm)
        assert seat.lines()[0].strip() == "Verify 0001"
        await seat.press("esc", "y")
        await seat.until("Copied: 0001 verify")


@pytest.mark.parametrize("mode", MODES)
async def test_the_key_of_the_mode_one_is_in_leads_back_to_its_list(tmp_path: Path, mode: str) -> None:
    async with console(lay_call(tmp_path)) as seat:
        await seat.until(seat.listed)
        await seat.press(mode)
        await seat.at(MODES[mode])
        await seat.press("!")
        await seat.at(DutiesScreen)
        await seat.press(mode)
        await seat.at(MODES[mode])
        assert len(seat.app.screen_stack) == 1


@pytest.mark.parametrize(("way", "kind"), [("enter", IncidentScreen), ("5", LogScreen)])
async def test_it_opens_everywhere_and_goes_back_there(tmp_path: Path, way: str, kind: type[object]) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        await seat.press(way)
        await seat.until(lambda: isinstance(seat.app.screen, kind))
        await seat.press("!")
        await seat.at(DutiesScreen)
        await seat.press("!")
        await seat.at(DutiesScreen)
        await seat.press("?")
        await seat.at(Page)
        assert "Meet it by hand with a note" in seat.text()
        assert "Silence the bell" not in seat.text()  # m means another thing here
        await seat.press("esc")
        await seat.at(DutiesScreen)
        await seat.press("esc")
        await seat.until(lambda: isinstance(seat.app.screen, kind))


def test_every_duty_says_what_is_owed() -> None:
    plan = site().plan
    for duty, key in (
        ("acknowledge", ""),
        ("escalate", ""),
        ("paralysis", ""),
        ("eta", ""),
        ("gate", "stage-1"),
    ):
        due = Due(1, duty, key, minutes(0), "", "met")
        assert what_is_owed(plan, due) not in ("", duty)
        assert what_is_owed(None, due)

"""The departments board: to paper by notice, repeated by each, back, entered; at 80x24, by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.console.departments import DepartmentsScreen
from hisconsole.console.duties import DutiesScreen
from hisconsole.console.notices import HeldForm
from hisconsole.console.page import Page
from hisconsole.console.pick import Pick
from hisconsole.console.queue import QueueScreen
from hisconsole.desk.desk import Desk
from hisconsole.desk.pack import pack_of, record_printed
from hisconsole.desk.reading import read_incident
from hisconsole.paths import shipped
from hisconsole.plan.incident import Incident
from hisconsole.plan.manual import by_hand, on_paper
from hisconsole.plan.words import State
from tests.console.app import ME, Seat, call, console, desk, kept, site
from tests.console.test_words import _WORD, data_words, left_over, made_up  # noqa: F401 - a fixture
from tests.hostile import HOSTILE


def ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


def at_minute(desk_: Desk, began: datetime) -> Callable[[float], None]:
    def set_(minute: float) -> None:
        desk_.now = lambda: began + timedelta(minutes=minute)

    return set_


def lay(data: Path, *steps: tuple[float, str, dict[str, str]], minutes: float = 25) -> None:
    """An outage that began so long ago, and what was done in which minute."""
    at = desk(data, ME)
    began = ago(minutes)
    to = at_minute(at, began)
    to(0)
    call(at, "reg-01", "all dead", now=began)
    for minute, name, given in (
        (1, "verify", {"result": "confirmed"}),
        (2, "paralysis", {"confirmed": "yes"}),
        (3, "stopped", {"departments": "registration cashier ward3"}),
        *steps,
    ):
        to(minute)
        at.perform(name, 1, given)
    at.database.close()


START_CASHIER = (9, "notice", {"kind": "start", "gate": "cashier"})
START_ALL = (9, "notice", {"kind": "start"})
RECOVERED = (20, "recovered", {"confirmed_by": "Wu"})


def incident(data: Path) -> Incident:
    at = desk(data)
    try:
        return read_incident(at, 1).incident
    finally:
        at.database.close()


async def opened(seat: Seat) -> None:
    await seat.until(seat.listed)
    await seat.press("d")
    await seat.at(DepartmentsScreen)
    await seat.until("Departments 0001")


async def test_it_says_who_stands_still_who_is_on_paper_what_is_next(tmp_path: Path) -> None:
    lay(tmp_path, START_CASHIER, (10, "receipt", {"departments": "cashier", "person": "Wu"}))
    async with console(tmp_path) as seat:
        await opened(seat)
        assert all(len(line) <= 80 for line in seat.lines())
        assert "3 stopped, 1 on paper, 0 to repeat" in seat.text()
        assert "stage-1 " in seat.line("Outpatient Regist")
        cashier = seat.line("Outpatient Cashier")
        assert "since " in cashier
        assert "1 START" in cashier
        assert " Wu " in cashier
        assert "stage-2 " in seat.line("Ward 3")
        assert (
            seat.lines()[-1].strip() == "n Call  t Notice  a Repeated  s Stopped  b Entered  . More  ? Keys"
        )
        assert len(seat.listed()) == len(site().departments)


async def test_the_next_notice_is_one_digit_away_and_asks_once(tmp_path: Path) -> None:
    lay(tmp_path, START_CASHIER)
    async with console(tmp_path) as seat:
        await opened(seat)
        await seat.press("t")
        await seat.at(Pick)
        assert "START: registration, admission" in seat.lines()[1]
        await seat.press("1")
        await seat.at(HeldForm)
        assert seat.lines()[0].strip() == "START stage-1, incident 0001"
        assert seat.answers()["departments"] == "registration"
        assert seat.answers()["forms"] == "registration slip, list of slips"
        assert "override" not in seat.answers()
        await seat.press(*["enter"] * len(seat.answers()))
        await seat.at(Pick)
        assert "START stage-1, incident 0001?" in seat.lines()[0]
        assert len(incident(tmp_path).notices) == 1
        await seat.press("2")
        await seat.at(DepartmentsScreen)
        await seat.until("It is on record. Now call each department")
        await seat.until("2 START")
        assert not kept(tmp_path)
    found = incident(tmp_path)
    assert found.notices[-1].gate == "stage-1"
    assert set(by_hand(found)) == {"cashier", "registration"}


async def test_marked_departments_get_it_in_place_of_those_it_is_meant_for(tmp_path: Path) -> None:
    lay(tmp_path)
    async with console(tmp_path) as seat:
        await opened(seat)
        seat.place.rows.move_to(("Post", "ward3"))
        await seat.press("space")
        seat.place.rows.move_to(("Post", "lab"))
        await seat.press("space", "t")
        await seat.at(Pick)
        await seat.press("3")
        await seat.at(HeldForm)
        assert seat.answers()["departments"] == "ward3 lab"
        await seat.press("esc")
        await seat.at(DepartmentsScreen)


async def test_a_department_repeats_what_is_read_out_to_it(tmp_path: Path) -> None:
    lay(tmp_path, START_ALL)
    async with console(tmp_path) as seat:
        await opened(seat)
        assert "3 to repeat" in seat.text()
        seat.place.rows.move_to(("Post", "cashier"))
        await seat.press("a")
        await seat.at(HeldForm)
        assert "START of manual operation" in seat.text()
        assert "Please repeat what I said." in " ".join(seat.text().split())
        assert seat.lines()[0].strip() == "Repeated by Outpatient Cashier, incident 0001"
        await seat.write("Nurse Wu")
        await seat.press("enter", "1")
        await seat.at(DepartmentsScreen)
        await seat.until("2 to repeat")
        assert "Nurse Wu" in seat.line("Outpatient Cashier")
    (receipt,) = incident(tmp_path).notices[0].receipts
    assert (receipt.department, receipt.person, receipt.read_back) == ("cashier", "Nurse Wu", True)


async def test_one_who_took_it_for_several_is_written_once(tmp_path: Path) -> None:
    lay(tmp_path, START_ALL)
    async with console(tmp_path) as seat:
        await opened(seat)
        for id_ in ("cashier", "ward3"):
            seat.place.rows.move_to(("Post", id_))
            await seat.press("space")
        await seat.press("a")
        await seat.at(HeldForm)
        await seat.write("runner")
        await seat.press("enter", "2")
        await seat.at(DepartmentsScreen)
        await seat.until("1 to repeat")
        assert "not read" in seat.line("Ward 3")
    assert len(incident(tmp_path).notices[0].receipts) == 2


async def test_without_a_notice_there_is_nothing_to_repeat_or_to_enter(tmp_path: Path) -> None:
    lay(tmp_path)
    async with console(tmp_path) as seat:
        await opened(seat)
        await seat.press("a")
        await seat.until("No notice went there yet: t sends one.")
        await seat.press("b")
        await seat.until("was not on paper.")
        await seat.at(DepartmentsScreen)


async def test_a_department_stops_and_works_again_with_one_key(tmp_path: Path) -> None:
    lay(tmp_path)
    async with console(tmp_path) as seat:
        await opened(seat)
        seat.place.rows.move_to(("Post", "lab"))
        await seat.press("s")
        await seat.until("4 stopped")
        seat.place.rows.move_to(("Post", "lab"))
        await seat.press("s")
        await seat.until("3 stopped")
    assert set(incident(tmp_path).stopped) == {"registration", "cashier", "ward3"}


async def test_nobody_resumes_early_but_by_a_named_override(tmp_path: Path) -> None:
    lay(tmp_path, START_CASHIER, RECOVERED)
    async with console(tmp_path) as seat:
        await opened(seat)
        assert "resume from" in seat.lines()[1]
        await seat.press("t", "1")
        await seat.at(HeldForm)
        assert seat.lines()[0].strip() == "RESUME, incident 0001"
        await seat.put("authority", "chen.hao")
        await _submit(seat)
        await seat.at(HeldForm)
        await seat.until(lambda: "must be well for 15 min first" in " ".join(seat.text().split()))
        await seat.put("override", "chen.hao")
        await _submit(seat)
        await seat.at(DepartmentsScreen)
        await seat.until("0 on paper")
        assert "back " in seat.line("Outpatient Cashier")
    found = incident(tmp_path)
    assert found.state is State.BACK_ENTRY
    assert on_paper(found)["cashier"].resumed is not None


async def _submit(seat: Seat) -> None:
    last = list(seat.answers())
    seat.entry("text").focus()
    assert "text" in last
    await seat.press("enter")
    await seat.at(Pick)
    await seat.press("2")


async def test_back_entry_stands_in_the_order_of_the_plan_and_goes_on_where_it_was(tmp_path: Path) -> None:
    lay(
        tmp_path,
        START_ALL,
        RECOVERED,
        (37, "notice", {"kind": "resume", "authority": "chen.hao"}),
        (38, "back-entered", {"department": "ward3", "paper": "9", "entered": "4", "owner": "lin.fang"}),
        minutes=60,
    )
    async with console(tmp_path) as seat:
        await opened(seat)
        await seat.press("]")
        await seat.until("Back-entry, 3 open")
        assert [key[1] for key in seat.listed()] == ["registration", "ward3", "cashier"]  # type: ignore[index]
        assert "nothing said yet" in seat.line("Outpatient Cashier")
        seat.place.rows.move_to(("Post", "ward3"))
        await seat.press("b")
        await seat.at(HeldForm)
        assert seat.answers()["paper"] == "9"
        await seat.put("entered", "9")
        await seat.put("signed", "Sister Xu")
        seat.entry("signed").focus()
        await seat.press("enter")
        await seat.at(DepartmentsScreen)
        await seat.until("Back-entry, 2 open")
        assert "Sister Xu" in seat.text()


async def test_notices_and_numbers_have_a_page_each(tmp_path: Path) -> None:
    lay(tmp_path, START_CASHIER)
    async with console(tmp_path) as seat:
        await opened(seat)
        await seat.press("[")
        await seat.until("M200001-M200600")
        assert "0001/1" in seat.line("M200001-M200600")
        assert "free" in seat.line("M200601-M201200")
        await seat.press("[")
        await seat.until("0/1")
        await seat.press("enter")
        await seat.at(Page)
        assert "On the information center's own authority." in seat.text()
        assert "Outpatient Cashier: NOT YET" in seat.text()
        await seat.press("esc", "a")
        await seat.until("There is no department under the cursor.")


async def test_enter_shows_the_notice_to_go_by_and_the_card(tmp_path: Path) -> None:
    lay(tmp_path, START_CASHIER)
    async with console(tmp_path) as seat:
        await opened(seat)
        seat.place.rows.move_to(("Post", "cashier"))
        await seat.press("enter")
        await seat.at(Page)
        await seat.until("START of manual operation")  # laid out, or there would be nothing to turn
        await seat.press("space")
        await seat.until("During the outage")
        assert all(len(line) <= 80 for line in seat.lines())
        await seat.press("esc", "y")
        await seat.until("Copied")
        assert "START of manual operation" in seat.app.clipboard


async def test_a_stale_pack_is_said(tmp_path: Path) -> None:
    lay(tmp_path)
    async with console(tmp_path) as seat:
        await opened(seat)
        assert "PACK STALE" in seat.lines()[1]
        await seat.until("The downtime pack was never printed.")
        at = desk(tmp_path)
        record_printed(at, pack_of(site()).hash)
        at.database.close()
        await seat.until(lambda: "PACK STALE" not in seat.lines()[1])


async def test_a_gate_that_is_due_leads_here(tmp_path: Path) -> None:
    lay(tmp_path)
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        await seat.press("!")
        await seat.at(DutiesScreen)
        await seat.until("cashier by")
        seat.place.rows.move_to((1, "gate", "cashier"))
        await seat.press("enter")
        await seat.at(DepartmentsScreen)


async def test_what_a_colleague_announces_shows_here(tmp_path: Path) -> None:
    lay(tmp_path)
    async with console(tmp_path) as seat:
        await opened(seat)
        at = desk(tmp_path)
        at.perform("notice", 1, {"kind": "start", "gate": "cashier"})
        await seat.until("1 on paper")
        at.database.close()


async def test_without_an_incident_there_are_no_departments(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await seat.until("Nothing is open here")
        await seat.press("d")
        await seat.until("There is no incident under the cursor.")
        await seat.at(QueueScreen)


@pytest.mark.parametrize("hostile", list(HOSTILE.values())[::12], ids=list(HOSTILE)[::12])
async def test_hostile_names_stay_text(tmp_path: Path, hostile: str) -> None:
    lay(tmp_path, START_CASHIER, (10, "receipt", {"departments": "cashier", "person": f"x{hostile}"}))
    async with console(tmp_path) as seat:
        await opened(seat)
        assert "x" in seat.line("Outpatient Cashier")[50:]
        assert all(line.isprintable() for line in seat.lines())


@pytest.mark.usefixtures("made_up")
async def test_every_page_and_form_is_translated(tmp_path: Path) -> None:
    lay(
        tmp_path,
        START_ALL,
        (10, "receipt", {"departments": "cashier", "person": "zz", "read_back": "no"}),
        RECOVERED,
        (37, "notice", {"kind": "resume", "departments": "cashier", "authority": "chen.hao"}),
        minutes=60,
    )
    cards = (shipped("config") / "cards.yaml").read_text("utf-8")
    known = (
        data_words(site())
        | {word.lower() for word in _WORD.findall(cards)}
        | {"li.na", "zz", "na", "li", "hx"}
    )
    known |= {"enter", "esc", "people", "hospital", "hexi"}
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        await seat.press("d")
        await seat.at(DepartmentsScreen)
        await seat.until("0001")
        await seat.until(lambda: len(seat.listed()) > 5)
        for keys in (
            [],
            ["]"],
            ["]"],
            ["]"],
            ["]", "t"],
            ["1"],
            ["esc", "b"],
            ["esc", "a"],
            ["esc", "enter"],
        ):
            await seat.press(*keys)
            await seat.until(lambda: seat.app.screen.is_current)
            assert left_over(seat.lines(), known) == [], keys

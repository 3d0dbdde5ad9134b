"""Taking a call: the keystrokes, finding the workstation, what looks the same, putting it right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.console.call import CallForm
from hisconsole.console.incident import IncidentScreen
from hisconsole.console.page import Page
from hisconsole.console.pick import Pick
from hisconsole.desk.reading import File, read_incident
from tests.console.app import SYMPTOMS, Seat, call, console, desk, kept, site


def file(data: Path, number: int) -> File:
    other = desk(data)
    try:
        return read_incident(other, number)
    finally:
        other.database.close()


async def begin(seat: Seat, found: str) -> None:
    """Open the form, type something to find, settle it."""
    await seat.press("n")
    await seat.until("New call")
    await seat.write(found)
    await seat.press("enter")
    await seat.until(lambda: seat.focus == "symptom")


async def test_a_call_takes_at_most_12_keystrokes_beside_the_words(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await seat.press("n")
        await seat.until("New call")
        await seat.press(*"reg02", "enter", "2")
        await seat.until(lambda: seat.focus == "words")
        await seat.write("cannot log in, all windows")
        await seat.press("enter")
        await seat.until("0001: Call taken")
        assert seat.keys <= 12
        assert seat.keys == 9
        report = file(tmp_path, 1).incident.reports[0]
        assert (report.workstation, report.symptom) == ("reg-02", "cannot-enter")
        assert report.words == "cannot log in, all windows"
        assert report.taken_by == "li.na"
        await seat.until(lambda: seat.listed() == [1])
        assert seat.place.rows.cursor_key == 1


async def test_a_further_report_takes_no_more_than_12_either(tmp_path: Path) -> None:
    other = desk(tmp_path)
    call(other, "reg-01")
    other.database.close()
    async with console(tmp_path) as seat:
        assert "  1 reg-01" in seat.row(1)
        await seat.press("n")
        await seat.until("New call")
        await seat.press(*"6102", "enter", "2")
        await seat.until("1 Join 0001")
        await seat.write("same here")
        await seat.press("enter")
        await seat.until("0 or Enter")
        await seat.press("1")
        await seat.until("0001: Call taken")
        assert seat.keys <= 12
        await seat.until(lambda: seat.place.rows.rows[0].scope == 2)
        assert "  2 reg-01" in seat.row(1)
        assert [r.workstation for r in file(tmp_path, 1).incident.reports] == ["reg-01", "reg-02"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("cash-03", "cash-03"),
        ("cash3", "cash-03"),
        ("CASH03", "cash-03"),
        ("6113", "cash-03"),
        ("window 3 cash", "cash-03"),
        ("sfc 3", "cash-03"),
        ("门诊收费处", "cash-01"),
        ("zzj", "reg-05"),
        ("ｒｅｇ０２", "reg-02"),
        ("self-service", "reg-05"),
    ],
)
async def test_a_workstation_is_found_by_what_the_caller_says(tmp_path: Path, typed: str, found: str) -> None:
    async with console(tmp_path) as seat:
        await seat.press("n")
        await seat.until("New call")
        await seat.put("workstation", typed)
        await seat.until("Enter takes the marked one")
        await seat.press("enter")
        await seat.until(lambda: seat.focus == "symptom")
        assert seat.entry("workstation").value == found
        station = site().workstation(found)
        assert station is not None
        await seat.until(lambda: seat.entry("callback").value == station.phone)
        assert station.room in seat.text()


async def test_each_letter_narrows_and_the_arrows_choose_among_what_is_found(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await seat.press("n")
        await seat.until("New call")
        await seat.write("reg")
        await seat.until("reg-04")
        await seat.press("down", "down", "up")
        await seat.press("enter")
        await seat.until(lambda: seat.focus == "symptom")
        assert seat.entry("workstation").value == "reg-02"
        # A second thought: the field is typed anew and settled anew.
        await seat.press("up", "up", "up")
        assert seat.focus == "workstation"
        await seat.press("backspace")
        await seat.write("5")
        await seat.press("enter")
        await seat.until(lambda: seat.focus == "symptom")
        assert seat.entry("workstation").value == "reg-05"


async def test_an_emptied_workstation_shows_no_list_and_is_asked_for(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await seat.press("n")
        await seat.until("New call")
        await seat.write("r")
        await seat.until("Enter takes the marked one")
        await seat.press("backspace")
        assert "Enter takes" not in seat.text()
        assert not seat.app.screen.query_one("RowList").rows  # type: ignore[attr-defined]
        await seat.press("enter")
        assert seat.focus == "workstation"
        await seat.press("tab", "tab", "tab", "2")
        await seat.until(lambda: seat.focus == "words")
        await seat.press("enter")
        await seat.until("Workstation is needed.")
        assert seat.focus == "workstation"


async def test_an_unknown_workstation_is_kept_as_typed(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await seat.press("n")
        await seat.until("New call")
        await seat.write("Old PC, cellar [/]")
        await seat.until("Not in the list: Enter keeps it as typed.")
        await seat.press("enter")
        await seat.until("not in the list; give its department below")
        await seat.press("6")
        await seat.write("beeps")
        await seat.press("enter")
        await seat.until("Call taken")
        assert file(tmp_path, 1).incident.reports[0].workstation == "Old PC, cellar [/]"


async def test_reporter_and_number_are_filled_in_from_the_last_call(tmp_path: Path) -> None:
    other = desk(tmp_path)
    call(other, "reg-02", reporter="Nurse Wu")
    other.database.close()
    async with console(tmp_path) as seat:
        await begin(seat, "reg02")
        await seat.until(lambda: seat.entry("reporter").value == "Nurse Wu")
        assert seat.entry("callback").value == "6102"


async def test_what_was_typed_is_never_overwritten_by_what_is_known(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await seat.press("n")
        await seat.until("New call")
        await seat.put("callback", "139-0000-0000")
        await seat.write("reg02")
        await seat.press("enter")
        await seat.until(lambda: seat.focus == "symptom")
        await seat.rest()
        assert seat.entry("callback").value == "139-0000-0000"


@pytest.mark.parametrize("digit", range(1, 7))
async def test_a_digit_is_the_symptom(tmp_path: Path, digit: int) -> None:
    async with console(tmp_path) as seat:
        await begin(seat, "lab01" if digit == 6 else "reg02")
        await seat.press(str(digit))
        await seat.until(lambda: seat.focus == "words")
        assert seat.answers()["symptom"] == SYMPTOMS[digit - 1]


async def test_what_looks_the_same_is_shown_while_typing_and_no_is_one_key(tmp_path: Path) -> None:
    other = desk(tmp_path)
    call(other, "reg-01", "first")
    call(other, "cash-01", "second")
    call(other, "cash-02", "long ago", now=datetime.now(UTC) - timedelta(hours=2))
    other.database.close()
    async with console(tmp_path) as seat:
        await begin(seat, "reg02")
        await seat.until("Looks the same:")  # the department is enough before there is a symptom
        assert "Join 0001" in seat.text()
        await seat.press("2")
        await seat.until("department, symptom)")
        assert "1 report: first (same switch, department, symptom)" in seat.line("Join 0001")
        assert "long ago" not in seat.text()
        await seat.write("another")
        await seat.press("enter")
        await seat.until("0 or Enter")
        await seat.press("0")
        await seat.until("0004: Call taken")
        assert len(file(tmp_path, 1).incident.reports) == 1
        assert file(tmp_path, 4).incident.reports[0].words == "another"


async def test_the_arrows_and_enter_choose_the_incident_too(tmp_path: Path) -> None:
    other = desk(tmp_path)
    call(other, "reg-01", "first")
    other.database.close()
    async with console(tmp_path) as seat:
        await begin(seat, "reg02")
        await seat.press("2")
        await seat.until("1 Join 0001")
        await seat.press("enter")
        await seat.until("0 or Enter")
        await seat.press("down", "enter")
        await seat.until("0001: Call taken")
        assert len(file(tmp_path, 1).incident.reports) == 2


async def test_second_thoughts_before_joining_lead_back_into_the_words(tmp_path: Path) -> None:
    other = desk(tmp_path)
    call(other, "reg-01", "first")
    other.database.close()
    async with console(tmp_path) as seat:
        await begin(seat, "reg02")
        await seat.press("2")
        await seat.until("1 Join 0001")
        await seat.press("enter")
        await seat.until("0 or Enter")
        await seat.press("tab", "tab", "tab", "tab", "tab")
        assert seat.focus == "words"
        await seat.write("10 of us")
        assert seat.entry("words").value == "10 of us"
        await seat.press("enter", "0")
        await seat.until("0002: Call taken")
        assert file(tmp_path, 2).incident.reports[0].words == "10 of us"


async def test_a_call_from_paper_lies_in_the_past_and_sets_t0(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await begin(seat, "reg02")
        await seat.press("4")
        await seat.until(lambda: seat.focus == "words")
        await seat.put("occurred", "-90")
        await seat.press("enter")
        await seat.until("0001: Call taken")
        await seat.until("01:30")
        age = datetime.now(UTC) - file(tmp_path, 1).incident.t0
        assert timedelta(minutes=89) < age < timedelta(minutes=91)


@pytest.mark.parametrize(
    ("since", "why"),
    [
        ("half past", "is not a time"),
        pytest.param("+60", "cannot have begun later", marks=pytest.mark.slow),
        pytest.param("-9999h", "30 days back", marks=pytest.mark.slow),
    ],
)
async def test_a_refused_call_keeps_every_answer_and_says_why(tmp_path: Path, since: str, why: str) -> None:
    async with console(tmp_path) as seat:
        await begin(seat, "reg02")
        await seat.press("4")
        await seat.until(lambda: seat.focus == "words")
        await seat.put("occurred", since)
        await seat.write("it blinks")
        before = seat.answers()
        await seat.press("enter")
        await seat.until(why)
        assert isinstance(seat.app.screen, CallForm)
        assert seat.answers() == before
        await seat.put("occurred", "-5")
        await seat.press("enter")
        await seat.until("0001: Call taken")
        assert len(file(tmp_path, 1).history) == 2


async def test_a_report_is_corrected_from_the_reports_tab(tmp_path: Path) -> None:
    other = desk(tmp_path)
    call(other, "reg-02", "first version", callback="13900000000")
    other.database.close()
    async with console(tmp_path, size=(120, 30)) as seat:
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until("first version")
        await seat.press("]")
        await seat.until("13900000000")
        await seat.press("enter")
        await seat.at(Pick)
        await seat.press("1")
        await seat.at(CallForm)
        assert "Correct report 1" in seat.text()
        await seat.put("words", "second version")
        await seat.press("enter")
        await seat.until("0001: Report corrected")
        await seat.until(lambda: "second version" in seat.line("reg-02     K"))
        assert file(tmp_path, 1).callbacks == {1: "13900000000"}
        await seat.press("[")
        await seat.until("corrected: report 1 from reg-02")


async def test_a_correction_that_changes_nothing_leaves_no_draft(tmp_path: Path) -> None:
    other = desk(tmp_path)
    call(other)
    other.database.close()
    async with console(tmp_path) as seat:
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until("report 1 from")
        await seat.press("]", "enter")
        await seat.at(Pick)
        await seat.press("1")
        await seat.at(CallForm)
        await seat.press("enter", "esc")
        await seat.at(IncidentScreen)
        assert "Kept as a draft" not in seat.text()
        assert not kept(tmp_path)


async def two_reports(tmp_path: Path) -> None:
    other = desk(tmp_path)
    call(other, "reg-01", "first")
    call(other, "reg-02", "odd", join=1)
    call(other, "lab-01", "elsewhere", symptom="no-network")
    other.database.close()


async def second_report(seat: Seat) -> None:
    """Open 0001, its reports, and what can be done with the second."""
    seat.place.rows.move_to(1)
    await seat.press("enter")
    await seat.at(IncidentScreen)
    await seat.until("odd")
    await seat.press("]", "j", "enter")
    await seat.at(Pick)


async def test_a_report_is_detached_into_an_incident_of_its_own(tmp_path: Path) -> None:
    await two_reports(tmp_path)
    async with console(tmp_path) as seat:
        await second_report(seat)
        await seat.press("2")
        await seat.until("Report detached")
        await seat.until(lambda: len(seat.app.board.rows) == 3 if seat.app.board else False)
        assert [r.workstation for r in file(tmp_path, 3).incident.reports] == ["reg-02"]
        assert len(file(tmp_path, 1).incident.reports) == 1
        await seat.press("esc")
        await seat.until("odd")


async def test_a_report_is_moved_to_another_incident_found_by_typing(tmp_path: Path) -> None:
    await two_reports(tmp_path)
    async with console(tmp_path) as seat:
        await second_report(seat)
        await seat.press("3")
        await seat.until("Move it to which incident?")
        await seat.write("elsewh")
        await seat.press("enter")
        await seat.until("0002: Report moved")
        assert [r.workstation for r in file(tmp_path, 2).incident.reports] == ["lab-01", "reg-02"]


async def test_a_report_is_read_in_full(tmp_path: Path) -> None:
    await two_reports(tmp_path)
    async with console(tmp_path) as seat:
        await second_report(seat)
        await seat.press("4")
        await seat.at(Page)
        assert "Workstation: reg-02" in seat.text()
        await seat.press("q")
        await seat.at(IncidentScreen)


async def test_the_only_report_of_an_incident_cannot_be_detached_and_it_is_said(tmp_path: Path) -> None:
    other = desk(tmp_path)
    call(other)
    other.database.close()
    async with console(tmp_path) as seat:
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until("report 1 from")
        await seat.press("]", "enter")
        await seat.at(Pick)
        await seat.press("2")
        await seat.until("It is the incident's only report: correct it instead.")


async def test_a_key_typed_right_after_a_call_is_for_that_call(tmp_path: Path) -> None:
    other = desk(tmp_path)
    call(other, "icu-01", "first in the list", symptom="other")
    other.database.close()
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        await seat.press("n", *"lab01", "enter", "4", *"mine", "enter", "a")
        await seat.until("0002: Acknowledge")
        assert file(tmp_path, 1).incident.acknowledged_by == ""

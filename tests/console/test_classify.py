"""Guided classification by the keyboard: from the queue to the record, and every way out of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.console.classify import Classification, Overruling, VerdictSheet
from hisconsole.console.escalate import EscalateSheet
from hisconsole.console.incident import IncidentScreen
from hisconsole.console.pick import Pick
from hisconsole.console.queue import QueueScreen
from hisconsole.console.summary import SummarySheet
from hisconsole.desk.reading import read_incident
from hisconsole.plan.incident import Incident
from hisconsole.plan.status import Status
from tests.console.app import ME, OTHER, Seat, call, console, desk, kept
from tests.console.test_forms import DIGIT, play
from tests.console.watched import DB, Script
from tests.plan.pictures import shown


def incident(data: Path, number: int = 1) -> Incident:
    at = desk(data)
    try:
        return read_incident(at, number).incident
    finally:
        at.database.close()


async def verdict(seat: Seat, *keys: str) -> None:
    """From the queue to what the answers come to."""
    await seat.until(seat.listed)
    await seat.press("c", *keys)
    await seat.at(VerdictSheet)
    await seat.until(lambda: any(line.startswith(" 1 ") for line in seat.lines()))


# Symptom and scope stand in the report: what is left to ask is one or two questions.
COMMON = [
    # workstation, symptom, scope; keys after c; category, fault
    ("lab-01", "cannot-enter", "one", ["9", "1"], "II", "single-terminal"),
    ("lab-01", "cannot-enter", "one", ["9", "2"], "III", "unskilled-use"),
    ("lab-01", "other", "one", ["9", "3"], "II", "workflow"),
    ("lab-01", "slow-database", "hospital", ["1"], "I", "server-down"),
    ("lab-01", "no-network", "department", ["4"], "I", "partial-network"),
    ("lab-01", "no-network", "hospital", ["3"], "I", "fibre-damaged"),
    ("reg-02", "cannot-enter", "one", ["9", "1", "2"], "I", "key-terminal"),
    ("reg-02", "cannot-enter", "one", ["9", "1", "1"], "II", "single-terminal"),
    ("lab-01", "cannot-save", "one", ["5", "3"], "II", "single-patient"),
    ("lab-01", "cannot-save", "one", ["5", "1"], "I", "data-lost"),
    ("lab-01", "cannot-save", "one", ["5", "4", "2"], "II", "occasional-error"),
    ("lab-01", "other", "some", ["6", "2"], "I", "price-list"),
    ("lab-01", "other", "some", ["8"], "Other", "insurance-side"),
]


@pytest.mark.parametrize("case", COMMON, ids=[f"{row[5]}-{row[0]}" for row in COMMON])
async def test_a_report_is_classified_from_the_queue_with_at_most_8_keys(
    tmp_path: Path, case: tuple[str, str, str, list[str], str, str]
) -> None:
    workstation, symptom, scope, keys, category, fault = case
    at = desk(tmp_path)
    call(at, workstation, symptom=symptom, scope=scope)
    at.database.close()
    async with console(tmp_path) as seat:
        await verdict(seat, *keys)
        await seat.press("enter")
        await seat.at(QueueScreen)
        assert seat.keys <= 8
        await seat.until("0001: ")
    found = incident(tmp_path)
    assert (found.category.value, found.fault) == (category, fault)
    assert found.category_why
    assert found.classified_by == ME
    assert found.answers["symptom"] == symptom
    assert not kept(tmp_path)


async def test_keys_typed_ahead_of_a_slow_line_classify_all_the_same(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "lab-01", scope="one")
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        await seat.press("c", "9", "1", "enter")
        await seat.at(QueueScreen)
        await seat.until("0001: Category II, one terminal failed")
    assert incident(tmp_path).fault == "single-terminal"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_page_says_why_who_answers_and_what_would_change_it(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    at = desk(tmp_path)
    call(at, "lab-01", "says no", scope="one")
    at.database.close()
    async with console(tmp_path, size=size) as seat:
        await verdict(seat, "9", "1")
        lines = seat.lines()
        assert lines[0].startswith(" Classify 0001: Category II  ")
        shown = " ".join(seat.text().split())
        for part in (
            "Fault one terminal failed",
            "Because one terminal failed that is no key terminal, or has a spare (plan 4, Category 2)",
            "Handled The administrator reports to the director",
            "First Work on at another terminal of the department.",
            "1 What does the workstation see? It cannot enter the program",
            "report 1",
            "It would be another category with one other answer:",
            "Category I, server cannot work",
            "plan 2026-11",
        ):
            assert part in shown, part
        assert "Enter records it" in lines[-1]
        assert all(len(line) <= size[0] for line in lines)
        assert "~" not in lines[-1]


async def test_a_digit_puts_a_question_again_with_its_answer_kept(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "lab-01", scope="one")
    at.database.close()
    async with console(tmp_path) as seat:
        await verdict(seat, "9", "1")
        assert "3 What is behind it?" in seat.text()
        await seat.press("3")
        await seat.at(Classification)
        await seat.until("What is behind it?")
        assert ">" in seat.line("It lies at the workstation itself")
        await seat.press("1")
        await seat.at(VerdictSheet)
        await seat.until("server cannot work")
        await seat.press("3", "9")  # and back: what it is at the workstation was not forgotten
        await seat.at(VerdictSheet)
        await seat.until("one terminal failed")
        await seat.press("9")
        assert "There is no question 9 here." in seat.text()


async def test_left_goes_back_to_the_question_before(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "lab-01", scope="one")
    at.database.close()
    async with console(tmp_path) as seat:
        await verdict(seat, "9", "1")
        await seat.press("left")
        await seat.at(Classification)
        await seat.until(" What is it at the workstation?")
        await seat.press("left")
        await seat.until("Choose what is known best.")
        await seat.press("enter")  # as it was, and so is what followed from it
        await seat.at(VerdictSheet)
        await seat.press("left")
        await seat.at(Classification)
        await seat.press("2")
        await seat.at(VerdictSheet)
        await seat.until("unskilled or improper use")


async def test_esc_keeps_a_draft_and_c_goes_on_where_it_was(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "lab-01", scope="one")
    at.database.close()
    async with console(tmp_path) as seat:
        await verdict(seat, "9", "1")
        await seat.press("esc")
        await seat.at(QueueScreen)
        await seat.until("Kept as a draft.")
        assert [draft["form"] for draft in kept(tmp_path).values()] == ["flow-classify"]
    assert incident(tmp_path).category.value == "unclassified"
    async with console(tmp_path) as seat:  # another console, later
        await seat.until(seat.listed)
        await seat.press("c")
        await seat.at(VerdictSheet)
        await seat.until("one terminal failed")
        await seat.press("enter")
        await seat.at(QueueScreen)
        await seat.until("0001: Category II")
        assert not kept(tmp_path)


async def test_another_category_takes_a_reason(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "lab-01", scope="one")
    at.database.close()
    async with console(tmp_path) as seat:
        await verdict(seat, "9", "1")
        await seat.press("o")
        await seat.at(Overruling)
        assert seat.lines()[0].strip() == "Category of 0001"
        await play(seat, ["1", "enter"])
        await seat.until("A category and a reason are needed.")
        await play(seat, ["all of the lab", "enter"])
        await seat.at(QueueScreen)
        await seat.until("0001: Category I")
    found = incident(tmp_path)
    assert (found.category.value, found.category_reason, found.fault) == ("I", "all of the lab", "")
    assert found.answers["component"] == "here"
    assert not kept(tmp_path)


async def test_leaving_category_i_takes_the_word_of_the_director(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "lab-01", scope="one")
    at.perform("classify", 1, {"category": "I", "reason": "looked so"})
    at.database.close()
    async with console(tmp_path) as seat:
        await verdict(seat, "9", "1")
        await seat.press("enter")
        await seat.at(Overruling)
        assert "Leaving I for II takes the word" in seat.text()
        assert "category" not in seat.answers()
        await play(seat, ["only one after all", "enter", "enter", "enter"])
        await seat.until("This takes the word of the director")
        assert incident(tmp_path).category.value == "I"
        seat.app.screen.query_one("#approved_by").focus()
        await play(seat, ["Chen Hao", "enter", "enter"])
        await seat.at(QueueScreen)
        await seat.until("0001: Category II, one terminal failed")
    assert incident(tmp_path).category.value == "II"


async def test_of_several_marked_only_that_under_the_cursor_is_classified(tmp_path: Path) -> None:
    at = desk(tmp_path)
    for _ in range(3):
        call(at, "lab-01", scope="one")
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.until(lambda: len(seat.listed()) == 3)
        await seat.press("space", "space")
        under = seat.place.rows.cursor_key
        assert under == seat.listed()[2]
        await seat.press("c")
        await seat.at(Classification)
        assert f"Classify {under:04d}" in seat.lines()[0]
        await seat.until(f"Only {under:04d}, under the cursor")
        for key, screen in (("e", EscalateSheet), ("s", SummarySheet)):
            await seat.press("esc")
            await seat.at(QueueScreen)
            await seat.press(key)
            await seat.at(screen)
            await seat.until(f"Only {under:04d}, under the cursor")


async def test_what_another_changed_meanwhile_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "lab-01", scope="one")
    async with console(tmp_path) as seat:
        await verdict(seat, "9", "1")
        at.perform("classify", 1, {"category": "III", "reason": "seen before"})
        await seat.press("enter")
        await seat.until("Changed meanwhile")
        assert OTHER in seat.text()
        assert len(kept(tmp_path)) == 1
        await seat.press("esc", "c")
        await seat.at(VerdictSheet)
        await seat.until("one terminal failed")
        await seat.press("enter")
        await seat.at(QueueScreen)
        await seat.until("0001: Category II")
    at.database.close()


async def test_it_works_from_the_incident_and_the_head_shows_it(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "lab-01", scope="one")
    at.database.close()
    async with console(tmp_path, size=(120, 40)) as seat:
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until("not classified: c asks the questions")
        await seat.press("c", "9", "1", "enter")
        await seat.at(IncidentScreen)
        await seat.until("Category II")
        await seat.until("one terminal failed  plan 2026-11  one terminal failed that is no key terminal")
        assert "plan 2026-11" in seat.text()


async def test_nobody_knows_and_it_says_what_is_open(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "lab-01", scope="one")
    at.database.close()
    async with console(tmp_path) as seat:
        await verdict(seat, "0")
        assert "Category" not in seat.lines()[0] or "unclassified" in seat.lines()[0]
        assert "no rule of the plan" in " ".join(seat.text().split())


async def test_the_form_by_hand_stays_in_the_menu(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        await seat.press(".")
        await seat.at(Pick)
        await play(seat, [DIGIT["classify"], "2", "because", "enter", "enter", "enter"])
        await seat.until("0001: Classify")
    assert incident(tmp_path).category.value == "II"


async def test_an_unclassified_one_shows_a_question_and_after_ten_minutes_what_it_counts_as(
    tmp_path: Path,
) -> None:
    at = desk(tmp_path)
    now = datetime.now(UTC)
    call(at, "icu-01", symptom="no-network", now=now - timedelta(minutes=11))
    call(at, "icu-01", symptom="no-network", now=now - timedelta(minutes=1))
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.until(lambda: len(seat.listed()) == 2)
        assert " 0001 ?I " in seat.row(1)
        assert " 0002 ?  " in seat.row(2)
        await seat.press("g", "enter")
        await seat.at(IncidentScreen)
        await seat.until("treated as Category I")


async def test_what_the_watch_sees_answers_and_says_so(tmp_path: Path, script: Script) -> None:
    at = desk(tmp_path)
    call(at, "lab-01", symptom="cannot-enter", scope="one")
    at.database.close()
    script.put(shown(DB, Status.DOWN, "no answer", now=script.now))
    async with console(tmp_path, watching=script.watching, size=(120, 40)) as seat:
        await seat.until(lambda: seat.app.lookout.picture is not None)
        await seat.until(seat.listed)
        await seat.press("c")
        await seat.at(VerdictSheet)
        await seat.until("What is behind it?")
        line = seat.line("What is behind it?")
        assert "A server or the database does not work" in line
        assert "no answer" in line or "is down" in line
        await seat.press("enter")
        await seat.at(QueueScreen)
        await seat.until("0001: Category I, server cannot work")
    assert seat.keys == 2


async def test_a_word_half_given_is_a_draft_and_no_letter_changes_the_category(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "lab-01", scope="one")
    at.perform("classify", 1, {"category": "I", "reason": "looked so"})
    at.database.close()
    async with console(tmp_path) as seat:
        await verdict(seat, "9", "1")
        await seat.press("enter")
        await seat.at(Overruling)
        await play(seat, ["hello all"])
        assert seat.answers() == {"reason": "hello all", "approved_by": "", "tried": ""}
        await seat.press("esc")
        await seat.at(VerdictSheet)
        await seat.press("enter")
        await seat.at(Overruling)
        assert seat.answers() == {"reason": "hello all", "approved_by": "", "tried": ""}
        seat.app.screen.query_one("#approved_by").focus()
        await play(seat, ["Chen Hao", "enter", "enter"])
        await seat.at(QueueScreen)
    assert incident(tmp_path).category_reason == "hello all"
    assert not kept(tmp_path)

"""Mode 1: live, in the order of risk, filtered, marked, held, heard, and at every size."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.console.lookout import RING_S
from hisconsole.console.pick import Pick
from hisconsole.console.queue import QueueScreen
from hisconsole.desk.desk import Desk
from hisconsole.desk.reading import read_log
from tests.console.app import ME, OTHER, call, console, desk

QUIET, SERIOUS = "opd-01", "icu-01"


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Desk]:
    """Another operator at the same record."""
    at = desk(tmp_path)
    yield at
    at.database.close()


async def test_an_empty_queue_says_what_to_do(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        assert "Nothing is open here. Press n when the telephone rings." in seat.text()
        assert seat.lines()[0].startswith(" PRACTICE  0 open  0 not taken  0 overdue")
        await seat.press("a", "v", "x", "enter", "space", "G", "pgdn", "y")
        await seat.until("There is no incident under the cursor.")


async def test_it_is_sorted_by_risk_and_not_by_arrival(tmp_path: Path, other: Desk) -> None:
    for _ in range(3):
        call(other)
    other.perform("classify", 3, {"category": "I", "reason": "all wards"})
    other.perform("classify", 1, {"category": "III", "reason": "one printer"})
    async with console(tmp_path) as seat:
        assert seat.listed() == [3, 2, 1]
        other.perform("classify", 2, {"category": "II", "reason": "r"})
        call(other)
        await seat.until(lambda: seat.listed() == [3, 4, 2, 1])


async def test_the_cursor_follows_its_incident_while_others_come_and_go(tmp_path: Path, other: Desk) -> None:
    for _ in range(3):
        call(other)
    async with console(tmp_path) as seat:
        await seat.press("j")
        assert seat.place.rows.cursor_key == 2
        other.perform("classify", 3, {"category": "I", "reason": "r"})
        await seat.until(lambda: seat.listed() == [3, 1, 2])
        assert seat.place.rows.cursor_key == 2
        other.perform("classify", 2, {"category": "III", "reason": "r"})
        number = call(other)
        await seat.until(lambda: seat.listed() == [3, 1, number, 2])
        assert seat.place.rows.cursor_key == 2
        await seat.press("a")
        await seat.until("0002: Acknowledge")


async def test_what_is_new_since_one_looked_is_marked_until_one_looks(tmp_path: Path, other: Desk) -> None:
    call(other, words="old")
    async with console(tmp_path) as seat:
        assert not seat.row(1).startswith("+")
        call(other, words="new")
        call(other, words="newer")
        await seat.until(lambda: len(seat.listed()) == 3)
        assert [seat.row(number)[0] for number in (1, 2, 3)] == [" ", "+", "+"]
        await seat.press("j")
        assert [seat.row(number)[0] for number in (1, 2, 3)] == [" ", " ", "+"]
        await seat.press("esc")
        assert [seat.row(number)[0] for number in (1, 2, 3)] == [" ", " ", " "]


async def test_the_status_line_counts_and_names_the_next_duty(tmp_path: Path, other: Desk) -> None:
    now = datetime.now(UTC)
    call(other, now=now - timedelta(minutes=4))
    call(other)
    other.perform("acknowledge", 2)
    async with console(tmp_path) as seat:
        top = seat.lines()[0]
        assert "2 open  1 not taken  1 overdue" in top
        assert "next 0001 ack -00:0" in top
        assert "li.na" in top
        assert len(top) <= 80


async def test_the_filter_narrows_with_every_key_and_esc_shows_all(tmp_path: Path, other: Desk) -> None:
    call(other, "reg-01", "pacs is slow")
    call(other, "lab-01", "label printer")
    call(other, "reg-03", "pacs gone")
    async with console(tmp_path) as seat:
        await seat.press("/")
        await seat.write("pa")
        await seat.until(lambda: set(seat.listed()) == {1, 3})
        await seat.write("cs gone")
        await seat.until(lambda: seat.listed() == [3])
        assert "Queue > pacs gone (1 of 3); Esc shows all" in seat.text()
        await seat.press("enter", "a")  # the keys are the list's again
        await seat.until("0003: Acknowledge")
        assert seat.listed() == [3]
        await seat.press("/")
        assert seat.entry("filter").value == "pacs gone"
        await seat.press("esc")
        await seat.until(lambda: len(seat.listed()) == 3)
        for typed, left in [("!pacs", [2]), ("owner:me", [3]), ("is:unclaimed ws:reg", [1])]:
            await seat.press("/")
            await seat.write(typed)
            await seat.press("enter")
            await seat.until(lambda left=left: seat.listed() == left)  # type: ignore[misc]
            await seat.press("esc")


async def test_a_filter_typed_in_one_go_is_in_force_whole(tmp_path: Path, other: Desk) -> None:
    call(other, "reg-01", "pacs")
    call(other, "lab-01", "printer")
    async with console(tmp_path) as seat:
        await seat.press("/", *"printer", "enter")
        await seat.until(lambda: seat.listed() == [2])
        assert isinstance(seat.place, QueueScreen)
        assert seat.place.filter == "printer"


async def test_saved_views_are_one_key_and_a_digit(tmp_path: Path, other: Desk) -> None:
    call(other)
    call(other)
    other.perform("acknowledge", 2)
    async with console(tmp_path) as seat:
        await seat.press("w")
        await seat.until("Views of the queue")
        await seat.press("2")
        await seat.until(lambda: seat.listed() == [1])
        assert "Queue > Not yet taken - is:unclaimed (1 of 2)" in seat.text()
        await seat.press("w", "1")
        await seat.until(lambda: len(seat.listed()) == 2)
        for view in range(2, 9):
            await seat.press("w", str(view))
            await seat.at(QueueScreen)
            await seat.press("esc")
            await seat.until(lambda: len(seat.listed()) == 2)


async def test_a_view_held_still_counts_what_changes_and_shows_it_when_let_go(
    tmp_path: Path, other: Desk
) -> None:
    call(other)
    async with console(tmp_path) as seat:
        await seat.press("p")
        await seat.until("HELD +0")
        call(other)
        other.perform("acknowledge", 1)
        await seat.until("HELD +3")
        assert seat.listed() == [1]
        assert "new" in seat.row(1)
        # An act on the held picture still meets the truth.
        await seat.press("a")
        await seat.until("aken by wang.lei")
        await seat.press("p")
        await seat.until(lambda: len(seat.listed()) == 2)
        assert "HELD" not in seat.text()


async def test_a_bell_rings_once_for_each_new_serious_incident_and_each_minute_until_taken(
    tmp_path: Path, other: Desk
) -> None:
    async with console(tmp_path) as seat:
        call(other, QUIET)
        await seat.until(lambda: len(seat.listed()) == 1)
        assert seat.bells == []
        first = call(other, SERIOUS)
        await seat.until(lambda: len(seat.bells) == 1)
        second = call(other, SERIOUS, words="more", symptom="no-network")
        await seat.until(lambda: len(seat.bells) == 2)
        call(other, SERIOUS, join=first)
        await seat.until(lambda: "  1 " in seat.row(first))
        seat.app._second()
        assert len(seat.bells) == 2
        seat.app._bell._rang_at -= RING_S
        seat.app._second()
        seat.app._second()
        assert len(seat.bells) == 3
        seat.place.rows.move_to(first)
        await seat.press("space")
        seat.place.rows.move_to(second)
        await seat.press("space", "a")
        await seat.until("Acknowledge")
        await seat.until(lambda: seat.app.board is not None and not seat.app.board.ringing)
        seat.app._bell._rang_at -= RING_S
        seat.app._second()
        assert len(seat.bells) == 3


async def test_the_bell_rings_for_what_waited_before_the_console_began(tmp_path: Path, other: Desk) -> None:
    call(other, SERIOUS)
    async with console(tmp_path) as seat:
        await seat.until(lambda: len(seat.bells) == 1)


async def test_a_silenced_bell_says_so_and_rings_again_when_let(tmp_path: Path, other: Desk) -> None:
    async with console(tmp_path) as seat:
        await seat.press("m")
        await seat.until("The bell is silent.")
        assert "MUTED" in seat.lines()[0]
        call(other, SERIOUS)
        await seat.until(lambda: len(seat.listed()) == 1)
        seat.app._bell._rang_at -= RING_S
        seat.app._second()
        assert seat.bells == []
        await seat.press("m")
        assert "MUTED" not in seat.lines()[0]
        seat.app._second()
        assert len(seat.bells) == 1


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (140, 40), (200, 60)])
async def test_more_columns_show_more(tmp_path: Path, other: Desk, width: int, height: int) -> None:
    words = "the label printer of window two prints every second label upside down since the morning"
    call(other, words=words, symptom="other")
    other.perform("acknowledge", 1)
    async with console(tmp_path, size=(width, height)) as seat:
        head = seat.lines()[1]
        assert ("Owner" in head) is (width >= 100)
        assert ("Since" in head) is (width >= 100)
        assert (OTHER in seat.row(1)) is (width >= 100)
        assert len(seat.lines()) == height
        assert all(len(line) <= width for line in seat.lines())
        assert head.index("What") == seat.row(1).index("other: the")
        assert (words in seat.row(1)) is (width >= 200)
        assert "? Keys" in seat.lines()[-1]


async def test_a_window_too_small_counts_and_asks_to_be_enlarged(tmp_path: Path, other: Desk) -> None:
    call(other)
    async with console(tmp_path, size=(60, 18)) as seat:
        await seat.until("1 open, 1 not taken, 0 overdue")
        assert "Enlarge the window to 80 x 24 or more to work." in seat.text()
        call(other)
        await seat.until("2 open, 2 not taken, 0 overdue")
        await seat.pilot.resize_terminal(80, 24)
        await seat.until(lambda: "0002" in seat.text())
        assert "Enlarge" not in seat.text()
        await seat.press("a")
        await seat.until("Acknowledge")
        for size in [(10, 3), (1, 1), (60, 18), (300, 5), (80, 24)]:
            await seat.pilot.resize_terminal(*size)
            await seat.rest()
        await seat.until(lambda: "0002" in seat.text())


@pytest.mark.parametrize("key", ["n", "v", ":", "?", ".", "w", "enter"])
async def test_every_form_and_menu_survives_a_window_too_small(tmp_path: Path, other: Desk, key: str) -> None:
    call(other)
    async with console(tmp_path) as seat:
        await seat.press(key)
        for size in [(60, 18), (20, 5), (1, 1), (80, 24)]:
            await seat.pilot.resize_terminal(*size)
            await seat.rest()
        await seat.press("esc")
        await seat.at(QueueScreen)


async def test_the_line_is_copied_and_shown_for_terminals_that_cannot(tmp_path: Path, other: Desk) -> None:
    call(other, "reg-02", "says [/] no")
    async with console(tmp_path) as seat:
        await seat.press("y")
        await seat.until("Copied: 0001 reg-02 says [/] no")
        assert seat.app.clipboard == "0001 reg-02 says [/] no"


async def test_the_words_under_the_cursor_are_read_out_and_sentences_stay_until_one_moves(
    tmp_path: Path, other: Desk
) -> None:
    words = "the label printer prints every second label upside down"
    call(other, words="first")
    call(other, words=words)
    call(other, words="third")
    async with console(tmp_path) as seat:
        await seat.press("j")
        await seat.until(words)
        await seat.press("a")
        await seat.until("0002: Acknowledge")
        other.perform("classify", 2, {"category": "II", "reason": "r"})
        await seat.until(lambda: seat.listed() == [1, 3, 2])
        assert "0002: Acknowledge" in seat.text()
        # The row that is read out goes: what is read out is never another's.
        await seat.press("k")
        await seat.until("third")
        at = desk(tmp_path, ME)
        for name, given in [("verify", {"result": "user-resolved"}), ("close", {"reason": "r"})]:
            at.perform(name, 3, given)
        at.database.close()
        await seat.until(lambda: 3 not in seat.listed())
        await seat.rest()
        said = seat.lines()[-2]
        assert "third" not in said
        assert f"{seat.place.rows.cursor_key:04d}" in said


async def test_a_closed_incident_leaves_and_a_key_meant_for_it_meets_nobody_else(
    tmp_path: Path, other: Desk
) -> None:
    call(other)
    call(other)
    other.perform("verify", 1, {"result": "user-resolved"})
    async with console(tmp_path) as seat:
        seat.place.rows.move_to(1)
        other.perform("close", 1, {"reason": "done"})
        await seat.until(lambda: seat.listed() == [2])
        await seat.press("a")
        assert not isinstance(seat.app.screen, Pick)
        await seat.until("There is no incident under the cursor.")


async def test_the_operator_is_chosen_once_where_none_was_named(tmp_path: Path) -> None:
    async with console(tmp_path, operator="") as seat:
        await seat.at(Pick)
        assert "Who is on duty?" in seat.text()
        await seat.press("esc")
        assert isinstance(seat.app.screen, Pick)
        await seat.press("2")
        await seat.at(QueueScreen)
        await seat.until(lambda: OTHER in seat.lines()[0])
        await seat.press("n", *"reg02", "enter", "2", *"words", "enter")
        await seat.until("0001: Call taken")
        at = desk(tmp_path)
        assert {event.actor for event in read_log(at)} == {OTHER}
        at.database.close()

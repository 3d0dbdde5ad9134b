"""Feedback at the console: word it once, then one key for each who is owed it (plan 3, domain 5.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hisconsole.console.duties import DutiesScreen
from hisconsole.console.form import ActForm
from hisconsole.console.page import Page
from hisconsole.console.pick import Pick
from hisconsole.console.queue import QueueScreen
from hisconsole.console.rows import Cell, Look
from hisconsole.console.tell import TellScreen
from hisconsole.console.told import ToldForm
from hisconsole.desk.desk import Desk
from hisconsole.desk.reading import read_incident
from hisconsole.desk.transaction import Transaction
from hisconsole.plan import calls
from hisconsole.plan.events import NewEvent
from hisconsole.plan.feedback import told_of
from hisconsole.plan.incident import Incident
from hisconsole.plan.words import State
from hisconsole.text import cell_len, printable
from tests.console.app import ME, OTHER, Seat, call, console, desk
from tests.hostile import HOSTILE
from tests.plan.play import a_report

SENT = {"status": "verified", "affected": "registration", "do": "use paper", "dont": "log in"}


def ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


def incident(data: Path, number: int = 1) -> Incident:
    at = desk(data)
    try:
        return read_incident(at, number).incident
    finally:
        at.database.close()


def reported(data: Path, *, sent: bool = True) -> None:
    """Two workstations of two departments reported; it was looked into, and perhaps a message was sent."""
    at = desk(data, ME)
    call(at, "reg-01")
    call(at, "lab-01", join=1)
    at.perform("acknowledge", 1)
    at.perform("verify", 1, {"result": "confirmed"})
    if sent:
        at.perform("message", 1, SENT)
    at.database.close()


async def opened(seat: Seat) -> None:
    """The list of who is owed the message."""
    await seat.until(lambda: seat.listed() == [1])
    await seat.press("t")
    await seat.at(TellScreen)
    await seat.until(lambda: cursor(seat) is not None and "message 1 on" in " ".join(seat.text().split()))


def cursor(seat: Seat) -> object:
    """Whom the cursor is on."""
    return seat.place.rows.cursor_key


async def answered(seat: Seat) -> None:
    """Enter goes on from question to question, and after the last it asks once."""
    while not isinstance(seat.app.screen, Pick):
        await seat.press("enter")


def state(data: Path) -> dict[str, str]:
    """What came of telling each."""
    return {
        each.id: "read back"
        if each.read_back
        else "reached"
        if each.reached
        else f"{len(each.attempts)} tries"
        for each in told_of(incident(data))
    }


async def test_t_words_the_message_from_the_record_and_sends_it_after_asking_once(tmp_path: Path) -> None:
    reported(tmp_path, sent=False)
    async with console(tmp_path) as seat:
        await seat.until(lambda: seat.listed() == [1])
        await seat.press("t")
        await seat.at(ActForm)
        answers = seat.answers()
        assert answers["status"] == "verified"
        assert "cannot enter program" in answers["affected"]
        assert answers["eta"] == "not known yet"
        assert all(len(line) <= 80 for line in seat.lines())
        seat.entry("do").focus()
        await seat.rest()
        await seat.write("Use the paper forms")
        await answered(seat)
        assert "Message 0001?" in seat.text()
        await seat.press("enter")
        await seat.at(ActForm)
        assert incident(tmp_path).messages == (), "the default is no"
        await answered(seat)
        await seat.press("2")
        await seat.at(TellScreen)
        await seat.until("message 1: 0 of 4 reached")
        (message,) = incident(tmp_path).messages
        assert message.do == "Use the paper forms"
        assert message.recipients == ("ws:reg-01", "ws:lab-01", "dept:registration", "dept:lab")


async def test_one_key_for_each_and_the_cursor_goes_on_to_the_next(tmp_path: Path) -> None:
    reported(tmp_path)
    async with console(tmp_path) as seat:
        await opened(seat)
        assert seat.listed() == ["ws:reg-01", "ws:lab-01", "dept:registration", "dept:lab"]
        assert "Do now: use paper. Do not: log in." in " ".join(seat.text().split())
        assert "not tried yet" in seat.row("ws:reg-01")
        await seat.press("r", "-", "b")
        await seat.until(
            lambda: (
                state(tmp_path)
                == {
                    "ws:reg-01": "reached",
                    "ws:lab-01": "1 tries",
                    "dept:registration": "read back",
                    "dept:lab": "0 tries",
                }
            )
        )
        await seat.until(lambda: "told" in seat.row("ws:reg-01"))
        assert "NOT REACHED 1 try, last" in seat.row("ws:lab-01")
        assert "read back" in seat.row("dept:registration")
        assert cursor(seat) == "dept:lab"
        assert "2 of 4 reached" in seat.text()
        await seat.press("r")
        await seat.until("3 of 4 reached")
        assert cursor(seat) == "ws:lab-01", "back to the one who was missed"
        await seat.press("esc")
        await seat.at(QueueScreen)
        await seat.press("t")
        await seat.at(TellScreen)
        await seat.until(lambda: seat.listed() == ["ws:lab-01"])
        await seat.press("f")
        await seat.until(lambda: len(seat.listed()) == 4)


async def test_a_slip_is_taken_back(tmp_path: Path) -> None:
    reported(tmp_path)
    async with console(tmp_path) as seat:
        await opened(seat)
        await seat.press("r")
        await seat.until("1 of 4 reached")
        await seat.press("u")
        await seat.until("0 of 4 reached")
        assert "not tried yet" in seat.row("ws:reg-01")
        assert set(state(tmp_path).values()) == {"0 tries"}


async def test_keys_at_once_hit_one_line_each(tmp_path: Path) -> None:
    reported(tmp_path)
    async with console(tmp_path) as seat:
        await opened(seat)
        await seat.press("r", "r", "r", "r")
        await seat.until(lambda: set(state(tmp_path).values()) == {"reached"})
        assert [len(each.told) for each in incident(tmp_path).messages] == [4]
        await seat.until("4 of 4 reached")


async def test_all_who_are_left_at_once_by_broadcast_asks_once(tmp_path: Path) -> None:
    reported(tmp_path)
    async with console(tmp_path) as seat:
        await opened(seat)
        await seat.press("r")
        await seat.until("1 of 4 reached")
        await seat.press("A")
        await seat.at(Pick)
        assert "Incident 0001: told all 3 who are left by broadcast?" in seat.text()
        await seat.press("esc")
        await seat.at(TellScreen)
        await seat.press("A", "2")
        await seat.until(lambda: set(state(tmp_path).values()) == {"reached"})
        assert [each.channel for each in incident(tmp_path).messages[0].told] == ["phone", *["broadcast"] * 3]
        await seat.until("4 of 4 reached")
        await seat.press("A")
        await seat.until("Everybody has been reached.")


async def test_marked_ones_go_together_and_a_filter_narrows(tmp_path: Path) -> None:
    reported(tmp_path)
    async with console(tmp_path) as seat:
        await opened(seat)
        await seat.press("space", "space", "r")
        await seat.until(lambda: list(state(tmp_path).values())[:2] == ["reached", "reached"])
        await seat.press("/")
        await seat.write("dept")
        await seat.until(lambda: seat.listed() == ["dept:registration", "dept:lab"])
        await seat.press("enter", "-")
        await seat.until(lambda: state(tmp_path)["dept:registration"] == "1 tries")
        await seat.press("esc")
        await seat.until(lambda: len(seat.listed()) == 4)


async def test_enter_asks_who_took_it_and_how(tmp_path: Path) -> None:
    reported(tmp_path)
    async with console(tmp_path) as seat:
        await opened(seat)
        await seat.press("enter")
        await seat.at(ToldForm)
        assert "Told: reg-01" in seat.lines()[0]
        await seat.press("1", "1", "3")
        await seat.write("nurse Wu")
        await seat.press("enter")
        await seat.at(TellScreen)
        await seat.until(lambda: "nurse Wu" in seat.row("ws:reg-01"))
        (told,) = incident(tmp_path).messages[0].told
        assert (told.recipient, told.reached, told.read_back) == ("ws:reg-01", True, True)
        assert (told.channel, told.person) == ("runner", "nurse Wu")


async def test_two_operators_share_one_list(tmp_path: Path) -> None:
    reported(tmp_path)
    other = desk(tmp_path, OTHER)
    async with console(tmp_path) as seat:
        await opened(seat)
        other.perform("told", 1, {"recipients": "ws:lab-01", "reached": "yes", "person": "Dr Sun"})
        await seat.until(lambda: "Dr Sun" in seat.row("ws:lab-01"))
        assert "wang.lei" in seat.row("ws:lab-01")
        seat.place.rows.move_to("ws:lab-01")
        await seat.press("-")
        await seat.until("ws:lab-01: reached already by wang.lei")
        call(other, "ward3-01", join=1)
        await seat.until(lambda: "ws:ward3-01" in seat.listed())
        await seat.until("of 6 reached")
    other.database.close()


async def test_t_on_the_list_words_the_next_message(tmp_path: Path) -> None:
    reported(tmp_path)
    async with console(tmp_path) as seat:
        await opened(seat)
        await seat.press("t")
        await seat.at(ActForm)
        await seat.put("do", "Wait at the desk")
        await answered(seat)
        await seat.press("2")
        await seat.at(TellScreen)
        await seat.until("message 2: 0 of 4 reached")
        await seat.until("Wait at the desk")


async def test_the_due_row_opens_the_list_and_goes_with_it(tmp_path: Path) -> None:
    reported(tmp_path)
    async with console(tmp_path) as seat:
        await seat.until(lambda: seat.listed() == [1])
        await seat.press("!")
        await seat.at(DutiesScreen)
        await seat.until("tell on 1")
        seat.place.rows.move_to((1, "tell", "1"))
        await seat.until("Reach those whom message 1 has not reached.")
        await seat.press("enter")
        await seat.at(TellScreen)
        await seat.press("A", "2")
        await seat.until("4 of 4 reached")
        await seat.press("esc")
        await seat.at(DutiesScreen)
        await seat.until(lambda: (1, "tell", "1") not in seat.listed())


async def test_a_long_message_has_a_page_and_is_copied_whole(tmp_path: Path) -> None:
    at = desk(tmp_path, ME)
    call(at, "reg-01")
    at.perform("message", 1, {**SENT, "do": "walk " * 59, "dont": "run " * 74, "affected": "all " * 74})
    at.database.close()
    async with console(tmp_path) as seat:
        await opened(seat)
        assert "... ] shows all of it" in seat.text()
        assert "reg-01" in seat.row("ws:reg-01")
        assert all(len(line) <= 80 for line in seat.lines())
        await seat.press("]")
        await seat.at(Page)
        assert "Please repeat what I said." in seat.text()
        await seat.press("esc")
        await seat.at(TellScreen)
        await seat.press("y")
        assert "Please repeat what I said." in seat.app.clipboard


async def test_nothing_hostile_acts_on_the_screen(tmp_path: Path) -> None:
    at = desk(tmp_path, ME)
    texts = list(HOSTILE.values())
    for number, text in enumerate(texts):
        call(at, f"{number} {text}"[:60], "x", join=1 if number else None)
    at.perform("message", 1, {**SENT, "do": " ".join(texts)[:280]})
    for each in told_of(read_incident(at, 1).incident):
        text = texts[int(each.id.removeprefix("ws:").split()[0])]
        at.perform("told", 1, {"recipients": each.id, "reached": "yes", "person": text})
    call(at, "reg-01", join=1)
    at.database.close()
    async with console(tmp_path) as seat:
        await opened(seat)
        await seat.press("f")
        await seat.until(lambda: len(seat.listed()) > len(texts))
        for _page in range(len(texts) // 10):
            assert all(printable(line) == line and cell_len(line) <= 80 for line in seat.lines())
            await seat.press("pgdn")
        assert cursor(seat) == seat.listed()[-1]


def fill(at: Desk, count: int) -> None:
    """An incident that many workstations reported, on record at once."""
    now = at.now()
    plan = at.site.plan.version

    def decide(_transaction: Transaction) -> list[NewEvent]:
        reports = [
            replace(a_report(number), workstation=f"pc-{number:04d}", department="", occurred=now)
            for number in range(1, count + 1)
        ]
        known = Incident(number=1, version=1, opened=now)
        taken = list(calls.take(reports[0], incident=None, number=1, plan=plan, now=now))
        for each in reports[1:]:
            taken += calls.take(each, incident=known, number=1, plan=plan, now=now)
        return taken

    at.record(decide, doing="call", act=None, now=now, sentence="taken")


async def test_a_thousand_recipients_are_one_list_worked_with_one_key(tmp_path: Path) -> None:
    at = desk(tmp_path, ME)
    fill(at, 1000)
    at.perform("message", 1, SENT)
    async with console(tmp_path) as seat:
        await opened(seat)
        assert len(seat.listed()) == 1000
        painted: list[object] = []
        draw = seat.place.rows._draw

        def counted(row: object, width: int, look: Look) -> Sequence[Cell]:
            painted.append(row)
            return draw(row, width, look)

        seat.place.rows._draw = counted
        await seat.press("j", "k")
        assert len(painted) <= 4, "moving paints the two lines it is about"
        await seat.press("r", "b", "-")
        await seat.until(lambda: len(incident(tmp_path).messages[0].told) == 3)
        await seat.until("2 of 1000 reached")
        assert len(painted) <= 60, "three lines changed, drawn as they are written, answered and left"
        await seat.press("A", "2")
        await seat.until("1000 of 1000 reached")
    at.database.close()


async def test_a_category_i_is_closed_once_all_are_reached_or_by_name(tmp_path: Path) -> None:
    reported(tmp_path)
    at = desk(tmp_path, ME)
    at.perform("classify", 1, {"category": "I", "reason": "all"})
    at.perform("recovered", 1)
    at.perform("review", 1)
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.until(lambda: seat.listed() == [1])
        await seat.press("x")
        await seat.at(ActForm)
        await seat.put("reason", "over")
        await answered(seat)
        await seat.press("2")
        await seat.until("Not reached yet: registration, lab.")
        assert incident(tmp_path).state is State.REVIEW
        await seat.put("override", "chen.hao")
        await answered(seat)
        await seat.press("2")
        await seat.until(lambda: incident(tmp_path).state is State.CLOSED)

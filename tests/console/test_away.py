"""The record goes away while an operator works: nothing stops, nothing is lost, and line 1 says so."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from hisconsole.console.duties import DutiesScreen
from hisconsole.console.feed import NewsCame
from hisconsole.console.form import Form
from hisconsole.console.incident import IncidentScreen
from hisconsole.console.lookout import kept_here
from hisconsole.console.queue import QueueScreen
from hisconsole.desk.actor import utc_now
from hisconsole.desk.desk import Desk
from hisconsole.desk.keeping import Keeping
from hisconsole.desk.reading import read_incident
from hisconsole.desk.replaying import unsettled
from hisconsole.desk.worker import Trouble
from hisconsole.errors import Away
from hisconsole.store.backup import backup, restore
from hisconsole.store.journal import Journal, Place
from hisconsole.store.verify import verify
from tests.console.app import ME, Seat, call, console, desk, lay_call, site
from tests.console.test_call import begin
from tests.console.watched import ISOLATED, Script
from tests.desk.away import lose


def keep(data: Path) -> Keeping:
    actor = desk(data, ME).actor
    return Keeping(Journal([Place(data.parent / "kept")]), data=data, site=site(), actor=actor, now=utc_now)


async def known(seat: Seat, *numbers: int) -> None:
    """Wait until the console knows incidents in full: then it can judge without the record."""
    await seat.until(
        lambda: (at := seat.app.desk_thread._desk) is not None and all(at.memory.known(n) for n in numbers)
    )


def take_away(data: Path) -> None:
    (data / "record.db").rename(data / "elsewhere.db")


def bring_back(data: Path) -> None:
    (data / "elsewhere.db").rename(data / "record.db")


async def test_an_older_record_put_in_place_is_said_and_nothing_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    other = desk(data)
    call(other, "reg-01", "first")
    backup(other.database, tmp_path / "one.db")
    call(other, "reg-02", "second")
    other.database.close()
    async with console(data, keep=lambda: keep(data)) as seat:
        await seat.until(lambda: sorted(map(int, map(str, seat.listed()))) == [1, 2])
        await known(seat, 1, 2)
        restore(data, tmp_path / "one.db", now=utc_now())
        await seat.until("THE RECORD HAS GONE BACK, event")
        assert "enter what is missing again." in seat.text()
        await seat.until(lambda: seat.listed() == [1])
        await seat.press("a")
        await seat.until("0001: Acknowledge")
        assert "READ ONLY" not in seat.lines()[0]
    at = desk(data)
    assert read_incident(at, 1).incident.acknowledged_by == ME
    at.database.close()


async def test_the_record_goes_and_comes_back_and_work_goes_on(tmp_path: Path) -> None:
    data = lay_call(tmp_path / "data", "first")
    async with console(data, keep=lambda: keep(data)) as seat:
        await seat.until(lambda: seat.listed() == [1])
        await known(seat, 1)
        take_away(data)
        await seat.until("STALE")
        assert "first" in seat.row(1)
        await seat.press("a")
        await seat.until("0001: Acknowledge, KEPT HERE until the record is back")
        await seat.until("KEPT HERE 1 <1m")
        assert "STALE" not in seat.lines()[0]
        await seat.until(lambda: "KEPT HERE cannot enter" in seat.row(1))
        await begin(seat, "lab01")
        await seat.press("3")
        await seat.until(lambda: seat.focus == "words")
        await seat.write("no results")
        await seat.press("enter")
        if isinstance(seat.app.screen, Form) and seat.focus != "words":
            await seat.press("0")
        await seat.until("K1: Call taken, KEPT HERE until the record is back")
        await seat.until("KEPT HERE 2")
        await seat.until(
            lambda: any(" K1 " in line and "KEPT HERE cannot save" in line for line in seat.lines())
        )
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until(" K1  ")
        await seat.press("esc")
        await seat.at(QueueScreen)
        await seat.press("3")
        await seat.until("By the files alone")
        await seat.press("1")
        await seat.at(QueueScreen)
        assert all(len(line) <= 80 for line in seat.lines())
        bring_back(data)
        await seat.until("2 kept acts were recorded. On record: K1 is 0002.")
        await seat.until(lambda: sorted(map(int, map(str, seat.listed()))) == [1, 2])
        assert "KEPT HERE" not in seat.lines()[0]
        assert "STALE" not in seat.lines()[0]
    at = desk(data)
    assert read_incident(at, 1).incident.acknowledged_by == ME
    assert [each.kind.value for each in read_incident(at, 2).history][:2] == ["opened", "reported"]
    with at.database.read() as connection:
        assert verify(connection).faults == ()
    at.database.close()


async def test_what_is_owed_stays_known_and_is_counted_while_the_record_is_away(tmp_path: Path) -> None:
    data = tmp_path / "data"
    other = desk(data)
    call(other, "reg-01", "first")
    call(other, "lab-01", "second")
    other.perform("acknowledge", 2)
    other.perform("verify", 2, {"result": "not-reproduced"})
    other.perform("close", 2, {"reason": "a mistake"})
    other.database.close()
    async with console(data, keep=lambda: keep(data)) as seat:
        await seat.until(lambda: seat.listed() == [1])
        await known(seat, 1)
        assert " 0 overdue" in seat.lines()[0]
        take_away(data)
        await seat.until("STALE")
        await seat.press("!")
        await seat.at(DutiesScreen)
        await seat.until("this is what the incidents owe as far as it is known here.")
        await seat.until(lambda: (1, "acknowledge", "") in seat.listed())
        assert {key[0] for key in seat.listed() if isinstance(key, tuple)} == {1}
        await seat.press("a")
        await seat.until("0001: Acknowledge, KEPT HERE")
        await seat.until(lambda: (1, "acknowledge", "") not in seat.listed() and seat.listed())
        await seat.press("esc")
        board = seat.app.board
        assert board is not None
        late = replace(board.rows[0], due_at=utc_now() - timedelta(minutes=1))
        seat.app.post_message(NewsCame(Trouble("gone", utc_now(), board=replace(board, rows=(late,)))))
        await seat.until(lambda: " 1 overdue" in seat.lines()[0])
        bring_back(data)
        await seat.until("1 kept act was recorded.")


async def test_why_the_record_was_away_does_not_stand_there_once_it_is_back(tmp_path: Path) -> None:
    data = lay_call(tmp_path / "data", "first")
    async with console(data, keep=lambda: keep(data)) as seat:
        await known(seat, 1)
        take_away(data)
        await seat.until("STALE")
        bring_back(data)
        await seat.until("The record is back.")


async def test_a_console_that_sees_nothing_says_all_the_same_what_it_keeps(tmp_path: Path) -> None:
    data = lay_call(tmp_path / "data", "first")
    script = Script()
    script.put(path=ISOLATED)
    async with console(data, keep=lambda: keep(data), watching=script.watching) as seat:
        await seat.until(lambda: seat.listed() == [1])
        await known(seat, 1)
        await seat.until(lambda: " ISOLATED " in seat.lines()[0])
        take_away(data)
        await seat.until(lambda: " STALE <1m    ISOLATED " in seat.lines()[0])
        await seat.press("a")
        await seat.until(lambda: " KEPT HERE 1 <1m    ISO" in seat.lines()[0])
        bring_back(data)
        await seat.until(lambda: " KEPT HERE " not in seat.lines()[0])


async def test_a_conflict_stands_among_the_duties_until_it_is_settled(tmp_path: Path) -> None:
    data = tmp_path / "data"
    other = desk(data)
    call(other, "reg-01", "first")
    async with console(data, keep=lambda: keep(data)) as seat:
        await seat.until(lambda: seat.listed() == [1])
        await known(seat, 1)
        seat.app.desk_thread.submit(lose).result(5)
        await seat.press("a")
        await seat.until("KEPT HERE 1")
        other.perform("acknowledge", 1)
        seat.app.desk_thread.submit(_find).result(5)
        await seat.until("1 needs your eyes: press !")
        await seat.press("!")
        await seat.at(DutiesScreen)
        await seat.until(lambda: any(isinstance(key, tuple) and key[1] == "eyes" for key in seat.listed()))
        seat.place.rows.move_to(
            next(key for key in seat.listed() if isinstance(key, tuple) and key[1] == "eyes")
        )
        await seat.until("NEEDS YOUR EYES: 'Acknowledge' on 0001 by li.na")
        await seat.press("enter")
        await seat.until("Settle entry")
        await seat.until("wang.lei at")
        await seat.write("wang.lei has it")
        await seat.press("enter")
        await seat.until("Settled.")
        await seat.until(lambda: "your eyes" not in seat.text())
    assert unsettled(other) == ()
    other.database.close()


def _find(desk: Desk) -> None:
    with desk.database.read() as connection:
        connection.execute(text("PRAGMA query_only = 0"))


async def test_what_is_refused_while_it_is_away_stays_in_the_form(tmp_path: Path) -> None:
    data = lay_call(tmp_path / "data", "first")
    async with console(data, keep=lambda: keep(data)) as seat:
        await seat.until(lambda: seat.listed() == [1])
        await known(seat, 1)
        take_away(data)
        await seat.until("STALE")
        await seat.press("x")
        await seat.until("Close")
        await seat.put("reason", "nothing to see")
        await seat.press("enter", "enter", "2")
        await seat.until(lambda: "cannot become closed" in seat.text() or "needed" in seat.text())
        bring_back(data)
        assert seat.app.desk_thread.keeping is not None
        assert seat.app.desk_thread.keeping.count == 0


@pytest.mark.parametrize(("count", "minutes", "shown"), [(0, 5, ""), (3, 2, "KEPT HERE 3 2m")])
def test_the_alarm_says_how_many_and_since_when(tmp_path: Path, count: int, minutes: int, shown: str) -> None:
    now = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    keeping = Keeping(Journal([]), data=tmp_path, site=site(), actor=desk(tmp_path).actor, now=lambda: now)
    keeping._kept = dict.fromkeys(map(str, range(count)))  # type: ignore[assignment]
    keeping.since = now - timedelta(minutes=minutes)
    assert kept_here(keeping, now) == shown
    assert kept_here(None, now) == ""


async def test_an_empty_record_counts_as_seen_while_the_console_is_cut_off(tmp_path: Path) -> None:
    script = Script()
    script.put(path=ISOLATED)
    async with console(tmp_path, watching=script.watching) as seat:
        await seat.until(lambda: " ISOLATED " in seat.lines()[0])
        await seat.until(lambda: "0 open  0 not taken" in seat.lines()[0])


async def test_a_console_begins_while_its_record_is_away(tmp_path: Path) -> None:
    data = tmp_path / "data"
    there = threading.Event()

    def gone() -> Desk:
        if not there.is_set():
            raise Away("The database server answers nothing.")
        return desk(data, ME)

    async with console(data, keep=lambda: keep(data), open_desk=gone, at_a_glance=False) as seat:
        await seat.until("The database server answers nothing.")
        assert "the record is not seen yet" in seat.lines()[0]
        await begin(seat, "lab01")
        await seat.press("3")
        await seat.until(lambda: seat.focus == "words")
        await seat.write("no results")
        await seat.press("enter")
        await seat.until("K1: Call taken, KEPT HERE")
        await seat.until(lambda: any(" K1 " in line for line in seat.lines()))
        assert "1 open here, the record is not seen yet" in seat.lines()[0]
        seat.app.post_message(NewsCame(Trouble("Of its wait nothing was written.", utc_now())))
        await seat.until("KEPT HERE 1 <1m: Of its wait nothing was written.")  # which no act is lost for
        there.set()
        await seat.until("1 kept act was recorded. On record: K1 is 0001.")
        await seat.until(lambda: seat.listed() == [1])


async def kept_call(seat: Seat, data: Path) -> None:
    """With the record taken away, a call is taken; the cursor is on it."""
    take_away(data)
    await seat.until("STALE")
    await begin(seat, "lab01")
    await seat.press("3")
    await seat.until(lambda: seat.focus == "words")
    await seat.write("no results")
    await seat.press("enter")
    if isinstance(seat.app.screen, Form) and seat.focus != "words":
        await seat.press("0")
    await seat.until("K1: Call taken, KEPT HERE until the record is back")
    await seat.until(lambda: any(" K1 " in line for line in seat.lines()))
    seat.place.rows.move_to(next(key for key in seat.listed() if key != 1))


async def test_a_page_that_was_open_on_a_kept_call_goes_over_to_the_call_on_record(tmp_path: Path) -> None:
    data = lay_call(tmp_path / "data", "first")
    async with console(data, keep=lambda: keep(data)) as seat:
        await seat.until(lambda: seat.listed() == [1])
        await known(seat, 1)
        await kept_call(seat, data)
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until(" K1  ")
        bring_back(data)
        await seat.until("On record: K1 is 0002.")
        await seat.until(" 0002  ")
        assert " K1  " not in seat.text()
        other = desk(data, "wang.wei")
        other.perform("note", 2, {"text": "the switch hums"})
        await seat.until("the switch hums")
        await seat.press("a")
        await seat.until("0002: Acknowledge")
    assert read_incident(other, 2).incident.acknowledged_by == ME
    other.database.close()


async def test_the_departments_of_a_kept_call_are_those_of_k1(tmp_path: Path) -> None:
    data = lay_call(tmp_path / "data", "first")
    async with console(data, keep=lambda: keep(data)) as seat:
        await seat.until(lambda: seat.listed() == [1])
        seat.app.desk_thread.submit(lose).result(5)
        seat.app.desk_thread.submit(lambda at: call(at, "lab-01", "second")).result(5)
        await seat.until(lambda: len(seat.listed()) == 2)
        seat.place.rows.move_to(next(key for key in seat.listed() if key != 1))
        await seat.press("d")
        await seat.until("Departments K1: ")


async def test_the_roster_of_a_kept_call_asks_for_the_call_on_record(tmp_path: Path) -> None:
    data = lay_call(tmp_path / "data", "first")
    async with console(data, keep=lambda: keep(data)) as seat:
        await seat.until(lambda: seat.listed() == [1])
        await known(seat, 1)
        await kept_call(seat, data)
        await seat.press("3")
        await seat.until("By the files alone")
        bring_back(data)
        await seat.until(lambda: "KEPT HERE" not in seat.lines()[0])
        await seat.until("On record: K1 is 0002.")
        other = desk(data, "wang.wei")
        other.perform("verify", 2, {"result": "confirmed", "how": "remote"})
        await seat.until(lambda: seat.app.board is not None and len(seat.app.board.rows) == 2)
        await seat.until(lambda: "By the files alone" not in seat.text())
    other.database.close()

"""Who sits here: the lock and its PIN, taking over, a refused act, and a console of one who only reads."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.config import Site
from hisconsole.console.incident import IncidentScreen
from hisconsole.console.lock import LockScreen
from hisconsole.console.operator import lock
from hisconsole.console.queue import QueueScreen
from hisconsole.console.roster import RosterScreen
from hisconsole.desk import people, pins
from hisconsole.desk.actor import Actor, utc_now
from hisconsole.desk.calls import take_call
from hisconsole.desk.desk import Desk
from hisconsole.desk.keeping import Keeping
from hisconsole.desk.people import give_roles, set_pin, stand_up
from hisconsole.desk.pins import Tried
from hisconsole.desk.reading import read_log
from hisconsole.errors import Away
from hisconsole.plan.events import Kind
from hisconsole.plan.roles import Role
from hisconsole.sessions import FOLDER, Live, Session, living
from hisconsole.store.journal import Journal, Place
from tests.console.app import ME, OTHER, PATIENCE, Seat, call, console, desk, kept, with_roles
from tests.desk.away import CALL

BOSS = "zhao.yan"
PIN, OTHERS = b"407182", b"518093"
FILE = f"{BOSS}:\n  roles: director\n{ME}:\n  roles: operator\n{OTHER}:\n  roles: operator\n"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "N", 2**8)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return with_roles(FILE, tmp_path / "config")


@pytest.fixture
def data(tmp_path: Path, hospital: Site) -> Path:
    """A record with a call, and two who have PINs."""
    found = tmp_path / "data"
    with closing((own := desk(found, ME, hospital=hospital)).database):
        call(own, callback="13912345678")
        set_pin(own, ME, PIN)
    with closing((own := desk(found, OTHER, hospital=hospital)).database):
        set_pin(own, OTHER, OTHERS)
    return found


@pytest.fixture
async def seat(data: Path, config: Path) -> AsyncIterator[Seat]:
    async with console(data, config=config) as seat:
        await seat.until("LOCKED since")
        yield seat


async def unlock(seat: Seat, pin: bytes = PIN) -> None:
    await seat.press(*pin.decode(), "enter")


async def test_a_start_asks_for_the_pin_and_shows_what_comes_in_meanwhile(seat: Seat, hospital: Site) -> None:
    assert "LOCKED since" in seat.text()
    assert "1 open  1 not taken" in seat.lines()[0]
    assert "0001" in seat.text()
    assert "NOT TAKEN" in seat.text()
    assert "says no" not in seat.text()  # callers' words may hold numbers
    with closing((other := desk(seat.data, BOSS, hospital=hospital)).database):
        call(other, "icu-01")
    await seat.until("2 open")
    await seat.until("icu-01")
    assert max(map(len, seat.lines())) <= 80
    await unlock(seat)
    await seat.at(QueueScreen)
    await seat.until(lambda: seat.app.present is not None and seat.app.present.may_act)


async def test_a_pin_is_never_shown_and_a_wrong_one_is_told_with_its_pause(seat: Seat) -> None:
    await seat.press(*"999999")
    assert "9999" not in seat.text()
    assert "typing ..." in seat.text()
    await seat.press("esc")
    assert "digits, then Enter" in seat.text()
    for count in range(1, 5):
        await unlock(seat, b"999999")
        await seat.until(f"Wrong PIN ({count} in a row)")
    await unlock(seat, b"999999")
    await seat.until("the next try is taken in")
    assert isinstance(seat.app.screen, LockScreen)
    await unlock(seat)
    await seat.until("the next try is taken in")
    assert isinstance(seat.app.screen, LockScreen)


async def test_no_key_reaches_the_console_below_a_lock(seat: Seat) -> None:
    await seat.press("n", "2", ":", "!", "a")
    assert isinstance(seat.app.screen, LockScreen)
    await seat.press("q")
    await seat.until("End this console?")


async def test_after_idling_it_is_locked_and_what_was_open_is_there_again(seat: Seat) -> None:
    await unlock(seat)
    await seat.at(QueueScreen)
    await seat.press("enter")
    await seat.at(IncidentScreen)
    await seat.press(".")
    seat.app.keyed_at = time.monotonic() - 14 * 60
    await seat.until(lambda: seat.app.keyed_at < time.monotonic() - 14 * 60)
    assert not isinstance(seat.app.screen, LockScreen)
    seat.app.keyed_at = time.monotonic() - 16 * 60
    await seat.at(LockScreen)
    await unlock(seat)
    await seat.until(lambda: not isinstance(seat.app.screen, LockScreen))
    assert any(isinstance(each, IncidentScreen) for each in seat.app.screen_stack)


async def test_a_colleague_takes_over_and_finds_none_of_what_the_other_had_begun(seat: Seat) -> None:
    await unlock(seat)
    await seat.at(QueueScreen)
    await seat.press("enter")
    await seat.at(IncidentScreen)
    await seat.press("v")
    await seat.put("text", "half a sentence")
    assert [each["operator"] for each in kept(seat.data).values()] == [ME]
    seat.app.keyed_at = time.monotonic() - 16 * 60
    await seat.at(LockScreen)
    await seat.press("o")
    await seat.until("Who takes over here?")
    await seat.press("2")
    await seat.until(f"PIN of {OTHER}")
    await unlock(seat, PIN)
    await seat.until("Wrong PIN (1 in a row)")
    await unlock(seat, OTHERS)
    await seat.at(QueueScreen)
    assert seat.app.operator == OTHER
    await seat.until(OTHER)
    (draft,) = kept(seat.data).values()
    assert (draft["operator"], draft["answers"]["text"], draft["process"]) == (ME, "half a sentence", "")
    await seat.press("a")
    await seat.until("Acknowledge")
    with closing((own := desk(seat.data)).database):
        assert read_log(own, incident=1)[0].actor == OTHER


async def test_who_has_no_pin_takes_nothing_over(seat: Seat) -> None:
    await seat.press("o", "3")
    await unlock(seat)
    await seat.until("has no PIN: a director sets one")
    assert seat.app.operator == ME


async def test_without_a_pin_nobody_is_asked(data: Path, config: Path) -> None:
    async with console(data, config=config, operator=BOSS) as seat:
        await seat.until("cannot enter")
        seat.app.keyed_at = time.monotonic() - 10**6
        await seat.press("j")
        await seat.rest()
        assert isinstance(seat.app.screen, QueueScreen)


async def test_who_is_made_an_observer_sees_no_number_and_is_refused_the_next_act(
    seat: Seat, hospital: Site
) -> None:
    await unlock(seat)
    await seat.at(QueueScreen)
    await seat.press("enter")
    await seat.at(IncidentScreen)
    await seat.press("]")
    await seat.until("13912345678")
    with closing((boss := desk(seat.data, BOSS, hospital=hospital)).database):
        give_roles(boss, ME, [Role.OBSERVER])
    await seat.until(lambda: seat.app.site.covered)
    await seat.at(QueueScreen)
    await seat.press("3")
    await seat.at(RosterScreen)
    await seat.until("*")
    await seat.press("r")
    await seat.until("is observer here: 'reveal' is")
    numbers = {number for each in hospital.roster for number in each.numbers if len(number) > 6}
    assert [number for number in numbers if number in seat.text()] == []
    await seat.press("1", "a")
    await seat.until("'acknowledge' is for engineer, operator")
    with closing((boss := desk(seat.data, BOSS, hospital=hospital)).database):
        give_roles(boss, ME, [Role.OPERATOR])
        refused = [each for each in read_log(boss) if each.kind is Kind.NOT_ALLOWED]
    assert [each.body["act"] for each in refused] == ["acknowledge", "reveal"]
    await seat.until(lambda: not seat.app.site.covered)
    await seat.press("a")
    await seat.until("0001: Acknowledge")


async def test_a_pin_set_meanwhile_is_asked_for_at_once(data: Path, config: Path, hospital: Site) -> None:
    async with console(data, config=config, operator=BOSS) as seat:
        await seat.until("cannot enter")
        with closing((boss := desk(data, BOSS, hospital=hospital)).database):
            set_pin(boss, BOSS, PIN)
        await seat.at(LockScreen)
        await unlock(seat)
        await seat.at(QueueScreen)


async def test_with_the_record_away_at_the_start_the_pin_is_asked_and_acts_are_kept(
    data: Path, config: Path, hospital: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.console.app.glance", lambda *_words, **_named: None)

    def gone() -> Desk:
        raise Away("The database server answers nothing.")

    def keep() -> Keeping:
        journal, me = Journal([Place(data.parent / "kept")]), Actor(ME, "tester", "test")
        return Keeping(journal, data=data, site=hospital, actor=me, now=utc_now)

    async with console(data, config=config, keep=keep, open_desk=gone) as seat:
        await seat.until("LOCKED since")
        await unlock(seat)
        await seat.at(QueueScreen)
        await seat.until(lambda: seat.app.present is not None and seat.app.present.may_act)
        assert not seat.app.site.covered
        taken = await asyncio.wrap_future(seat.app.desk_thread.submit(lambda desk: take_call(desk, CALL)))
        assert taken.kept
        await asyncio.wrap_future(seat.app.desk_thread.submit(stand_up))
        seat.app.ask(lambda desk: take_call(desk, CALL), lambda _taken: None)
        await seat.at(LockScreen)  # nothing but the PIN is missing
        await seat.until(" K1  ")


async def test_the_pin_is_in_no_screen_no_log_and_no_file(seat: Seat) -> None:
    seen = []
    for pin in (b"999111", PIN):
        for digit in pin.decode():
            await seat.press(digit)
            seen.append(seat.text())
        await seat.press("enter")
        await seat.rest()
        seen.append(seat.text())
    await seat.at(QueueScreen)
    for canary in (b"999111", PIN):
        assert [text for text in seen if canary.decode() in text] == []
        files = [path for path in seat.data.rglob("*") if path.is_file()]
        assert [path for path in files if canary in path.read_bytes()] == []


def slow_desk(data: Path, hospital: Site, gate: threading.Event) -> Callable[[], Desk]:
    """A desk that opens once the test says so."""

    def opened() -> Desk:
        assert gate.wait(10)
        return desk(data, ME, hospital=hospital)

    return opened


async def test_keys_before_the_desk_is_open_show_nothing(data: Path, config: Path, hospital: Site) -> None:
    gate = threading.Event()
    opened = slow_desk(data, hospital, gate)
    async with console(data, config=config, open_desk=opened) as seat:
        assert isinstance(seat.app.screen, LockScreen)
        await seat.press("t", "3", "enter")
        gate.set()
        await seat.until(lambda: seat.app.present is not None)
        await seat.until("Give the PIN.")
        await seat.press("t", "3", "enter")
        await seat.rest()
        assert isinstance(seat.app.screen, LockScreen)
        assert [type(each) for each in seat.app.screen_stack] == [QueueScreen, LockScreen]
        assert "13912345678" not in seat.text()
        await seat.press("esc")
        await unlock(seat)
        await seat.at(QueueScreen)
        assert seat.app.locked_by is None


async def test_who_has_no_pin_waits_for_the_desk_only(data: Path, config: Path, hospital: Site) -> None:
    gate = threading.Event()

    def opened() -> Desk:
        assert gate.wait(10)
        return desk(data, BOSS, hospital=hospital)

    async with console(data, config=config, operator=BOSS, open_desk=opened) as seat:
        await seat.until("Looking who is at this console")
        assert "says no" not in seat.text()
        gate.set()
        await seat.at(QueueScreen)
        assert seat.app.locked_by is None


async def test_an_answer_that_comes_after_the_lock_is_shown_nowhere(seat: Seat) -> None:
    await unlock(seat)
    await seat.at(QueueScreen)
    await seat.until(lambda: seat.app.present is not None and seat.app.present.may_act)
    gate = threading.Event()
    seat.app.ask(lambda _desk: gate.wait(10), lambda _done: None)
    await seat.press("t")  # its answer waits behind that
    seat.app.keyed_at = time.monotonic() - 16 * 60
    await seat.at(LockScreen)
    done: list[bool] = []
    seat.app.ask(lambda _desk: True, done.append)
    gate.set()
    await seat.until(lambda: done)
    seat.app.push_screen(RosterScreen())
    seat.app.switch_mode("roster")
    await seat.rest()
    assert [type(each) for each in seat.app.screen_stack] == [QueueScreen, LockScreen]
    assert seat.app.current_mode == "queue"


async def test_whoever_is_chosen_at_the_start_gives_his_pin(data: Path, config: Path, hospital: Site) -> None:
    opened = slow_desk(data, hospital, gate := threading.Event())
    gate.set()
    async with console(data, config=config, operator="", open_desk=opened) as seat:
        await seat.until("Who is on duty?")
        assert "says no" not in seat.text()
        await seat.press("1")
        await seat.until(f"PIN of {seat.app.operator}")
        await unlock(seat)
        await seat.at(QueueScreen)


async def test_an_observer_who_takes_over_sees_no_number_while_the_desk_is_busy(
    seat: Seat, data: Path, hospital: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await unlock(seat)
    await seat.until(lambda: seat.app.locked_by is None and not seat.app.site.covered)
    with closing((own := desk(data, BOSS, hospital=hospital)).database):
        give_roles(own, OTHER, [Role.OBSERVER])
    lock(seat.app)
    await seat.until("LOCKED since")
    busy, sit_down = threading.Event(), people.sit_down

    def and_more(at: Desk, actor: Actor, pin: bytes | None = None) -> Tried:
        seat.app.desk_thread.submit(lambda _desk: busy.wait(PATIENCE))
        return sit_down(at, actor, pin)

    monkeypatch.setattr(people, "sit_down", and_more)
    assert seat.app.locked_by is not None
    seat.app.locked_by.ask_for(OTHER)
    await unlock(seat, OTHERS)
    await seat.until(lambda: seat.app.locked_by is None)
    seen = seat.app.operator, seat.app.site.covered
    busy.set()
    assert seen == (OTHER, True)
    await seat.until(lambda: seat.app.present is not None and seat.app.present.operator == OTHER)
    assert seat.app.site.covered


async def test_the_list_of_consoles_knows_when_a_key_was_pressed(seat: Seat) -> None:
    live = Live(os.getpid(), ME, "local", "no tty", datetime.now(UTC) - timedelta(hours=1))
    with closing(Session(seat.data, live)) as session:
        os.utime(seat.data / FOLDER / f"{live.pid}.json", (0, 0))
        seat.app.start = replace(seat.app.start, session=session)
        seat.app.keyed_at = float("-inf")
        await unlock(seat)
        await seat.until(lambda: living(seat.data)[0].idle(datetime.now(UTC)) < 60)

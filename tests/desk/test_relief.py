"""Two threads at one seat: who acts is never mixed up, and what is refused is not done after all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest

from hisconsole.desk import pins, private, reading, relief, worker
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.keeping import Keeping
from hisconsole.desk.people import set_pin, sit_down, who_is_here
from hisconsole.desk.worker import DeskThread
from hisconsole.errors import Away, Refused
from hisconsole.store.database import Database
from hisconsole.store.journal import Journal, Place
from tests.desk.away import ROLED
from tests.desk.test_worker import Screen
from tests.desk.test_worker_away import WAIT, Ice, note, relieving, take, until
from tests.hospital import ADOPTED, OPERATORS, Clock, actor, lay_record, open_desk

ME, OTHER, BOSS = OPERATORS
PIN, OTHERS, WRONG = b"40718263", b"51809374", b"99551122"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "N", 2**8)
    monkeypatch.setattr(worker, "FROZEN_S", 0.3)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A record of a hospital in which two have PINs."""
    data = lay_record(tmp_path / "data")
    for who, pin in ((ME, PIN), (OTHER, OTHERS)):
        with closing(Database(data)) as database:
            set_pin(Desk(database=database, site=ROLED, actor=actor(who), now=Clock()), who, pin)
    return data


@pytest.fixture
def there() -> threading.Event:
    """Whether the record can be opened."""
    event = threading.Event()
    event.set()
    return event


@pytest.fixture
def thread(data: Path, clock: Clock, there: threading.Event) -> Iterator[DeskThread]:
    """The thread of a console that was started by ME."""

    def opened() -> Desk:
        if not there.is_set():
            raise Away("it is gone")
        return Desk(database=Database(data), site=ROLED, actor=actor(ME), now=clock)

    def keep() -> Keeping:
        journal = Journal([Place(data.parent / "kept")])
        return Keeping(journal, data=data, site=ROLED, actor=actor(ME), now=clock)

    thread = DeskThread(opened, Screen().put, keep=keep)
    yield thread
    there.set()
    thread.stop(WAIT)


def sits(thread: DeskThread, who: str, pin: bytes) -> Future[pins.Tried]:
    return thread.submit(lambda desk: sit_down(desk, actor(who), pin))


def known(thread: DeskThread) -> None:
    """Have an incident on record that can be judged without it."""
    assert sits(thread, ME, PIN).result(WAIT).right
    assert thread.submit(take).result(WAIT).incident == 1
    until(lambda: thread._desk is not None and thread._desk.memory.known(1))


def frozen(thread: DeskThread, ice: Ice) -> None:
    ice.freeze()
    until(lambda: ice.waiting and thread.silence() > worker.FROZEN_S)


def thawed(thread: DeskThread, ice: Ice) -> None:
    ice.thawed.set()
    until(lambda: thread.keeping is not None and not thread.keeping.away)


def history(thread: DeskThread) -> list[tuple[str, str]]:
    file = thread.submit(lambda desk: reading.read_incident(desk, 1)).result(WAIT)
    return [(each.kind.value, each.actor) for each in file.history[2:]]


def noted(thread: DeskThread, place: int) -> Outcome:
    asked = thread.submit(note(place))
    until(relieving(thread, asked))
    return asked.result()


def test_who_takes_over_between_two_outages_acts_under_his_own_name(
    thread: DeskThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    ice = Ice(monkeypatch)
    thread.start()
    known(thread)
    frozen(thread, ice)
    assert noted(thread, 1).kept  # the PIN was given to the desk, and counts without its record
    thawed(thread, ice)
    assert sits(thread, OTHER, OTHERS).result(WAIT).right
    frozen(thread, ice)
    assert noted(thread, 2).kept
    thawed(thread, ice)
    assert history(thread) == [("noted", ME), ("noted", OTHER)]


def test_who_takes_over_in_an_outage_sits_there_once_the_record_is_back(
    thread: DeskThread, there: threading.Event
) -> None:
    there.clear()
    thread.start()
    assert sits(thread, OTHER, OTHERS).result(WAIT).right
    there.set()
    until(lambda: thread._desk is not None and not thread._trouble)
    here = thread.submit(who_is_here).result(WAIT)
    assert (here.operator, here.may_act) == (OTHER, True)
    assert thread.submit(take).result(WAIT).seq > ADOPTED
    assert thread.submit(lambda desk: reading.read_incident(desk, 1).history[0].actor).result(WAIT) == OTHER


def test_an_act_stays_his_who_did_it_though_the_desk_comes_to_it_when_another_sits_there(
    thread: DeskThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread.start()
    known(thread)
    held, go = threading.Event(), threading.Event()
    asked = thread.submit(under_way(held, go, note(1)))
    assert held.wait(WAIT)
    until(relieving(thread, asked))
    seated = sits(thread, OTHER, OTHERS)
    until(relieving(thread, seated))  # type: ignore[arg-type]
    go.set()
    until(lambda: thread.keeping is not None and not thread.keeping.away)
    assert noted(thread, 2).seq > 0
    assert history(thread) == [("noted", ME), ("noted", OTHER)]


def test_three_wrong_pins_in_an_outage_count_as_three(
    thread: DeskThread, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ice = Ice(monkeypatch)
    thread.start()
    known(thread)
    frozen(thread, ice)
    for count in (1, 2, 3):
        tried = sits(thread, OTHER, WRONG)
        until(relieving(thread, tried))  # type: ignore[arg-type]
        assert tried.result().wrong == count
    thawed(thread, ice)
    thread.submit(reading.read_log).result(WAIT)
    assert private.read(private.file_of(data, OTHER))["wrong"] == 3


def under_way(
    held: threading.Event, go: threading.Event, act: Callable[[Desk], Outcome]
) -> Callable[[Desk], Outcome]:
    """An act with which the desk's own thread has begun, and does not come on."""

    def job(desk: Desk) -> Outcome:
        if threading.current_thread().name == "desk":
            held.set()
            assert go.wait(WAIT)
        return act(desk)

    return job


def close(desk: Desk) -> Outcome:
    return desk.perform("close", 1, {"reason": "a question"})


def meanwhile(data: Path, number: int = 1) -> None:
    """A colleague makes of it what can be closed."""
    with closing((colleague := open_desk(data, BOSS)).database):
        colleague.perform("verify", number, {"result": "user-resolved"})


def test_an_act_under_way_is_not_refused_by_an_old_picture_and_then_done(
    thread: DeskThread, data: Path
) -> None:
    thread.start()
    known(thread)
    held, go = threading.Event(), threading.Event()
    asked = thread.submit(under_way(held, go, close))
    assert held.wait(WAIT)
    (task,) = thread._relief._open.values()
    until(lambda: not relieving(thread, asked)() and task.tried and thread._relief._thread is None)
    assert not asked.done()
    meanwhile(data)
    go.set()
    assert asked.result(WAIT).incident == 1
    until(lambda: thread.keeping is not None and not thread.keeping.away)
    assert history(thread)[-1] == ("closed", ME)


def test_what_is_refused_before_the_desk_came_to_it_is_never_done(thread: DeskThread, data: Path) -> None:
    thread.start()
    known(thread)
    held, go = threading.Event(), threading.Event()
    first = thread.submit(under_way(held, go, note(1)))
    assert held.wait(WAIT)
    asked = thread.submit(close)
    until(relieving(thread, asked))
    with pytest.raises(Refused, match="cannot become closed"):
        asked.result()
    assert first.result().kept
    meanwhile(data)
    go.set()
    until(lambda: thread.keeping is not None and not thread.keeping.away)
    assert "closed" not in dict(history(thread))


def test_nobody_waits_for_ever_for_a_record_that_stays_frozen(
    thread: DeskThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread.start()
    known(thread)
    monkeypatch.setattr(relief, "GIVE_UP_S", 0.5)
    held, go = threading.Event(), threading.Event()
    begun = thread.submit(under_way(held, go, close))
    assert held.wait(WAIT)
    asked = thread.submit(reading.read_log)
    until(lambda: relieving(thread, begun)() and asked.done())
    with pytest.raises(Away, match="nobody knows whether this was done") as doubt:
        begun.result()
    assert doubt.value.doubtful
    with pytest.raises(Away, match="this was not done"):
        asked.result()
    go.set()


def both(desk: Desk) -> list[str]:
    """One job on two incidents, as for those that are marked: what is refused for one stops no other."""
    told = []
    for number in (1, 2):
        try:
            told.append(
                desk.perform("close", number, {"reason": "a question"}, act=f"close-{number}").sentence
            )
        except Refused as refusal:
            told.append(str(refusal))
    return told


def test_what_a_job_was_told_to_be_refused_beside_what_was_kept_is_not_done_after_all(
    thread: DeskThread, data: Path
) -> None:
    thread.start()
    known(thread)
    assert thread.submit(take).result(WAIT).incident == 2
    meanwhile(data)
    until(lambda: thread._desk is not None and thread._desk.memory.known(2))
    thread.submit(lambda desk: reading.read_incident(desk, 1)).result(WAIT)
    held, go = threading.Event(), threading.Event()
    first = thread.submit(under_way(held, go, note(1)))
    assert held.wait(WAIT)
    asked = thread.submit(both)
    until(relieving(thread, asked))  # type: ignore[arg-type]
    kept, refused = asked.result()
    assert "KEPT HERE" in kept
    assert "cannot become closed" in refused
    assert first.result().kept
    meanwhile(data, 2)
    go.set()
    until(lambda: thread.keeping is not None and not thread.keeping.away)
    states = [thread.submit(lambda desk, n=n: reading.read_incident(desk, n).incident.state) for n in (1, 2)]  # type: ignore[misc]
    assert [each.result(WAIT).value for each in states] == ["closed", "verifying"]

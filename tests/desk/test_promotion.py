"""The screen's thread on a real pair of servers, of which the standby is promoted while acts are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from hisconsole.desk import reading
from hisconsole.desk.desk import Desk
from hisconsole.desk.replaying import unsettled
from hisconsole.desk.worker import DeskThread
from hisconsole.plan.events import Kind
from hisconsole.store.shared import Shared
from hisconsole.store.verify import Proof, verify
from tests.desk.away import keeping
from tests.desk.test_worker import Screen
from tests.desk.test_worker_away import WAIT, note, relieved, relieving, take, until
from tests.hospital import ADOPTED, SITE, Clock, actor
from tests.postgres import MADE
from tests.postgres_pair import Pair

pytestmark = pytest.mark.slow


@pytest.fixture
def screen() -> Screen:
    return Screen()


def _begin(pair: Pair, folder: Path, clock: Clock, screen: Screen) -> DeskThread:
    thread = DeskThread(
        lambda: Desk(database=Shared(pair.server(MADE), folder), site=SITE, actor=actor(), now=clock),
        screen.put,
        keep=lambda: keeping(folder, now=clock),
    )
    thread.start()
    return thread


@pytest.fixture
def thread(pair: Pair, tmp_path: Path, clock: Clock, screen: Screen) -> Iterator[DeskThread]:
    thread = _begin(pair, tmp_path, clock, screen)
    assert screen.board().seq == ADOPTED
    thread.submit(take).result(WAIT)
    screen.board(seq=ADOPTED + 2)
    until(lambda: thread._desk is not None and thread._desk.memory.known(1))
    yield thread
    thread.stop(WAIT)


def _kept(thread: DeskThread, place: int) -> None:
    asked = thread.submit(note(place))
    until(relieving(thread, asked))
    assert asked.result().kept


def _proved(desk: Desk) -> Proof:
    with desk.database.read() as connection:
        return verify(connection)


def _notes(desk: Desk) -> Counter[str]:
    history = reading.read_incident(desk, 1).history
    return Counter(each.body["text"] for each in history if each.kind is Kind.NOTED)


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_acts_go_on_until_the_standby_is_promoted_and_are_recorded_there_once(
    thread: DeskThread, pair: Pair, how: str
) -> None:
    pair.caught_up()
    if how == "killed":
        pair.primary.kill()
    else:
        pair.primary.freeze()
    for place in range(3):
        _kept(thread, place)
    assert thread.keeping is not None
    until(lambda: "is a standby" in thread._trouble)
    _kept(thread, 3)
    assert thread.keeping.away
    pair.standby.promote()
    until(lambda: thread.keeping is not None and thread.keeping.told)
    assert list(thread.keeping.told) == ["4 kept acts were recorded."]
    if how == "killed":
        pair.primary.start()
    else:
        pair.primary.thaw()
    assert not thread.submit(note(4)).result(WAIT).kept
    assert thread.submit(_notes).result(WAIT) == Counter(f"note {place}" for place in range(5))
    proof = thread.submit(_proved).result(WAIT)
    assert (proof.faults, proof.incidents, proof.head.seq) == ((), 1, ADOPTED + 7)
    relieved(thread)


def test_an_act_under_way_when_the_primary_froze_is_on_the_promoted_one_once(
    thread: DeskThread, pair: Pair
) -> None:
    """The frozen one carries it out as well once it goes on, on a record that nobody reads."""
    pair.caught_up()

    def doubtful(desk: Desk) -> None:
        event.listen(desk.database._engine, "commit", lambda _connection: pair.primary.freeze(), once=True)

    thread.submit(doubtful).result(WAIT)
    _kept(thread, 0)
    pair.standby.promote()
    until(lambda: thread.keeping is not None and thread.keeping.told)
    pair.primary.thaw()
    old = f"SELECT count(*) FROM record.event WHERE kind = '{Kind.NOTED.value}'"
    until(lambda: pair.primary.execute(old, database=MADE) == [(1,)])
    assert thread.submit(_notes).result(WAIT) == {"note 0": 1}
    assert thread.submit(_proved).result(WAIT).faults == ()


def test_kept_acts_wait_for_a_person_where_the_promoted_one_lacks_events(
    thread: DeskThread, pair: Pair, screen: Screen, tmp_path: Path, clock: Clock
) -> None:
    pair.part()
    assert not thread.submit(note(0)).result(WAIT).kept
    lost = thread.submit(take).result(WAIT).incident
    pair.primary.kill()
    _kept(thread, 1)
    asked = thread.submit(lambda desk: desk.perform("note", lost, {"text": "of a lost one"}))
    until(relieving(thread, asked))
    assert asked.result().kept
    pair.standby.promote()
    until(lambda: "has gone back" in screen.trouble().sentence)
    _kept(thread, 2)
    assert thread.keeping is not None
    assert (thread.keeping.count, list(thread.keeping.told)) == (3, [])
    assert pair.standby.execute("SELECT max(seq) FROM record.event", database=MADE) == [(ADOPTED + 2,)]
    thread.stop(WAIT)
    again = _begin(pair, tmp_path, clock, screen)
    until(lambda: again.keeping is not None and again.keeping.told)
    assert again.keeping is not None
    assert list(again.keeping.told) == [
        "Of another console that ended: 2 kept acts were recorded; 1 needs your eyes: press !."
    ]
    assert again.submit(_notes).result(WAIT) == {"note 1": 1, "note 2": 1}
    (event_,) = again.submit(unsettled).result(WAIT)
    assert "of a lost one" in str(event_.body)
    assert again.submit(_proved).result(WAIT).faults == ()
    again.stop(WAIT)

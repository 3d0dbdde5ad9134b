"""The screen's thread on a real PostgreSQL server that is stopped, killed, frozen, and comes back."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hisconsole.desk.desk import Desk
from hisconsole.desk.worker import DeskThread
from hisconsole.paths import Server
from hisconsole.plan.story_turn import subject
from hisconsole.store.shared import Shared
from hisconsole.store.verify import Proof, verify
from tests.desk.away import keeping
from tests.desk.test_worker import Screen
from tests.desk.test_worker_away import WAIT, away_board, note, relieved, relieving, take, until
from tests.hospital import ADOPTED, SITE, Clock, actor, adopt
from tests.postgres import Postgres, running


@pytest.fixture
def own(postgres_programs: Path) -> Iterator[Postgres]:
    """A server of this test alone."""
    with running(postgres_programs) as server:
        yield server


@pytest.fixture
def server(own: Postgres, tmp_path: Path) -> Server:
    server = own.database()
    database = Shared(server, tmp_path)
    adopt(database)
    database.close()
    return server


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def thread(server: Server, tmp_path: Path, clock: Clock, screen: Screen) -> Iterator[DeskThread]:
    thread = DeskThread(
        lambda: Desk(database=Shared(server, tmp_path), site=SITE, actor=actor(), now=clock),
        screen.put,
        keep=lambda: keeping(tmp_path, now=clock),
    )
    thread.start()
    assert screen.board().seq == ADOPTED
    yield thread
    thread.stop(WAIT)


@pytest.mark.parametrize("how", ["stopped", "killed", "frozen"])
def test_acts_go_on_while_the_server_is_away_and_are_recorded_once(
    thread: DeskThread, screen: Screen, own: Postgres, server: Server, how: str
) -> None:
    thread.submit(take).result(WAIT)
    screen.board(seq=ADOPTED + 2)
    until(lambda: thread._desk is not None and thread._desk.memory.known(1))
    threads = threading.active_count()
    if how == "frozen":
        own.freeze()
    else:
        own.stop(signal.SIGQUIT if how == "killed" else signal.SIGINT)
    first = thread.submit(lambda desk: desk.perform("acknowledge", 1))
    until(relieving(thread, first))
    assert first.result().kept
    for place in range(5):
        asked = thread.submit(note(place))
        until(relieving(thread, asked))
        assert asked.result().kept
    call = thread.submit(take)
    until(relieving(thread, call))
    assert subject(call.result().incident) == "K1"
    until(lambda: {subject(row.number) for row in away_board(screen).rows} == {"0001", "K1"})
    if how == "frozen":
        own.thaw()
    else:
        own.start()
    until(lambda: thread.keeping is not None and thread.keeping.told)
    assert thread.keeping is not None
    assert list(thread.keeping.told) == ["7 kept acts were recorded. On record: K1 is 0002."]
    relieved(thread)
    until(lambda: threading.active_count() <= threads)
    proof = thread.submit(_proved).result(WAIT)
    assert (proof.faults, proof.incidents, proof.head.seq) == ((), 2, ADOPTED + 10)


def test_whoever_waits_for_a_frozen_server_does_not_wait_for_its_deadline(
    server: Server,
    own: Postgres,
    tmp_path: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for bound in ("desk.worker.FROZEN_S", "store.shared.LOOK_PATIENCE_S"):
        monkeypatch.setattr(f"hisconsole.{bound}", 60.0)
    thread = DeskThread(
        lambda: Desk(database=Shared(server, tmp_path, patience_s=60), site=SITE, actor=actor(), now=clock),
        Screen().put,
        keep=lambda: keeping(tmp_path, now=clock),
    )
    thread.start()
    thread.submit(take).result(WAIT)
    own.freeze()
    act = thread.submit(note(1))
    until(relieving(thread, act))
    assert act.result().kept
    own.thaw()
    until(lambda: thread.keeping is not None and thread.keeping.told)
    thread.stop(WAIT)


def _proved(desk: Desk) -> Proof:
    with desk.database.read() as connection:
        return verify(connection)

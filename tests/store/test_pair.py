"""Two real servers, one the standby of the other: which has the record, whatever becomes of them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from hisconsole.desk import calls, reading
from hisconsole.desk.desk import Desk
from hisconsole.errors import Away, HisError, StoreFault
from hisconsole.paths import Server
from hisconsole.plan.events import Kind
from hisconsole.store import pair as pair_module
from hisconsole.store.knock import GRACE_S
from hisconsole.store.postgres import PATIENCE_S
from hisconsole.store.revision import TIMELINE
from hisconsole.store.shared import Shared
from hisconsole.store.verify import verify
from tests.hospital import ADOPTED, SITE, Clock, actor
from tests.postgres import MADE, USER, Postgres
from tests.postgres_pair import Pair

CALL = {"workstation": "reg-01", "symptom": "3", "words": "cannot save"}


def _sit(server: Server, data: Path, clock: Clock) -> Desk:
    return Desk(database=Shared(server, data), site=SITE, actor=actor(), now=clock)


@pytest.fixture
def desk(pair: Pair, data: Path, clock: Clock) -> Iterator[Desk]:
    desk = _sit(pair.server(MADE), data, clock)
    calls.take_call(desk, CALL)
    yield desk
    desk.database.close()


def _at(desk: Desk, server: Postgres) -> bool:
    assert isinstance(desk.database, Shared)
    return bool(desk.database._raw.info.port == server.port)


def _until(what: Callable[[], bool], *, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.005)


def _fault(desk: Desk) -> str:
    """Why no act is taken; empty where one was."""
    try:
        calls.take_call(desk, CALL)
    except StoreFault as fault:
        return str(fault)
    return ""


def _events(server: Postgres) -> int:
    return int(server.execute("SELECT max(seq) FROM record.event", database=MADE)[0][0])


def _whole(desk: Desk, *, incidents: int) -> None:
    with desk.database.read() as connection:
        proof = verify(connection)
    assert (proof.faults, proof.incidents) == ((), incidents)


@pytest.mark.parametrize("turned", [False, True])
def test_the_record_is_found_on_the_primary_whichever_is_named_first(
    pair: Pair, data: Path, clock: Clock, turned: bool
) -> None:
    desk = _sit(pair.server(MADE, turned=turned), data, clock)
    assert _at(desk, pair.primary)
    assert calls.take_call(desk, CALL).incident == 1
    pair.caught_up()
    assert _events(pair.standby) == ADOPTED + 2
    desk.database.close()


def test_one_server_with_two_addresses_is_not_two(postgres: Postgres, data: Path) -> None:
    server = postgres.database(template=MADE)
    both = Server(server.user, (*server.hosts, (str(postgres.folder), postgres.port)), server.name)
    with closing(Shared(both, data)) as database:
        assert database.seen.seq == ADOPTED
        assert database.trouble == ""
    postgres.drop(server)


def test_where_two_servers_could_have_the_record_nothing_is_written_to_either(
    pair: Pair, postgres: Postgres, data: Path
) -> None:
    stranger = ("127.0.0.1", postgres.port)
    with pytest.raises(Away, match=f":{postgres.port} takes writes and is not alone: stop the one") as caught:
        Shared(Server(USER, (*pair.server(MADE).hosts, stranger), MADE), data)
    assert f":{pair.standby.port} is a standby" in str(caught.value)


def test_what_keeps_it_from_asking_the_standby_costs_no_act(
    pair: Pair, data: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pair_module, "ROUND_S", 0.05)
    asked: list[str] = []

    def password() -> str:
        asked.append("")
        if len(asked) > 2:
            raise HisError("the file of the password is gone")
        return asked[0]

    database = Shared(pair.server(MADE), data, password=password)
    desk = Desk(database=database, site=SITE, actor=actor(), now=clock)
    _until(lambda: not _fault(desk) and len(asked) > 4)
    desk.database.close()


@pytest.mark.slow
def test_a_killed_primary_is_away_until_its_standby_is_promoted(
    pair: Pair, desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # As in a command, where nobody collects what a library has to say.
    monkeypatch.setattr(logging.root, "handlers", [])
    pair.caught_up()
    pair.primary.kill()
    before = time.monotonic()
    assert "cannot be reached" in _fault(desk)
    assert time.monotonic() - before < PATIENCE_S
    primary, standby = (f"127.0.0.1:{each.port}" for each in (pair.primary, pair.standby))
    only = (
        f"{primary} does not answer; {standby} is a standby, which takes no writes until it is promoted"
        " (pg_ctl promote). Nothing was written."
    )
    _until(lambda: only in _fault(desk))
    pair.standby.promote()
    before = time.monotonic()
    _until(lambda: not _fault(desk))
    assert time.monotonic() - before < 3.0
    assert _at(desk, pair.standby)
    _whole(desk, incidents=2)
    assert capsys.readouterr().err == ""


@pytest.mark.slow
def test_nobody_waits_for_a_frozen_primary_while_its_standby_answers(
    pair: Pair, desk: Desk, data: Path, clock: Clock
) -> None:
    pair.caught_up()
    pair.primary.freeze()
    assert "no answer within 3 s" in _fault(desk)
    slowest, said = 0.0, ""
    end = time.monotonic() + 10 * GRACE_S
    while time.monotonic() < end:
        before = time.monotonic()
        said = _fault(desk)
        slowest = max(slowest, time.monotonic() - before)
    assert "is a standby" in said
    assert slowest < 1.0  # psycopg alone waits two seconds for the frozen one, again and again
    pair.standby.promote()
    before = time.monotonic()
    fresh = _sit(pair.server(MADE), data, clock)
    assert time.monotonic() - before < 1.5
    assert _at(fresh, pair.standby)
    fresh.database.close()
    _until(lambda: not _fault(desk))
    assert _at(desk, pair.standby)
    pair.primary.thaw()


@pytest.mark.slow
def test_a_standby_that_lacks_the_last_acts_is_not_written_to_before_a_person_decides(
    pair: Pair, desk: Desk, data: Path, clock: Clock
) -> None:
    pair.part()
    desk.perform("acknowledge", 1)
    pair.primary.kill()
    pair.standby.promote()
    _until(lambda: "has gone back" in _fault(desk))
    assert f"event {ADOPTED + 3}, which was seen here, is no longer in it" in _fault(desk)
    assert "or a standby promoted that lacked it?" in _fault(desk)
    with pytest.raises(StoreFault, match="has gone back"):
        desk.database.data_version()
    desk.database.data_version()  # it is said once, and the record shown as it is
    assert reading.read_log(desk)[0].kind is Kind.REPORTED
    assert _events(pair.standby) == ADOPTED + 2
    again = _sit(pair.server(MADE), data, clock)
    assert again.perform("acknowledge", 1).seq == ADOPTED + 3
    _whole(again, incidents=1)
    again.database.close()


@pytest.mark.slow
def test_an_old_primary_that_comes_back_is_never_taken_for_the_record(
    pair: Pair, desk: Desk, data: Path, clock: Clock
) -> None:
    pair.caught_up()
    pair.primary.kill()
    pair.standby.promote()
    _until(lambda: not _fault(desk))
    pair.primary.start()
    there = _events(pair.primary)
    for turned in (False, True):
        fresh = _sit(pair.server(MADE, turned=turned), data, clock)
        assert _at(fresh, pair.standby)
        assert f"127.0.0.1:{pair.primary.port} still takes writes" in fresh.database.trouble
        calls.take_call(fresh, CALL)
        fresh.database.close()
    pair.standby.stop()
    came_back = f"127.0.0.1:{pair.primary.port} was replaced by its standby and has come back: stop it"
    _until(lambda: came_back in _fault(desk))
    pair.standby.start()
    _until(lambda: not _fault(desk))
    assert _at(desk, pair.standby)
    _whole(desk, incidents=5)
    assert _events(pair.primary) == there


@pytest.mark.slow
def test_who_sits_at_the_old_primary_goes_over_when_its_standby_was_promoted_all_the_same(
    pair: Pair, desk: Desk, data: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a cut between two rooms, on each side of which somebody works."""
    other = _sit(pair.server(MADE), data, clock)
    pair.part()
    assert desk.perform("acknowledge", 1).seq == ADOPTED + 3
    pair.standby.promote()
    assert desk.perform("note", 1, {"text": "still here"}).seq == ADOPTED + 4
    monkeypatch.setattr(pair_module, "ROUND_S", 0.3)
    _until(lambda: "has gone back" in _fault(desk))
    _until(lambda: bool(reading.read_log(other)) and _at(other, pair.standby))
    assert _fault(other) == ""
    assert "still takes writes" in other.database.trouble
    _whole(other, incidents=2)
    other.database.close()


@pytest.mark.slow
def test_whoever_starts_on_a_host_that_saw_the_promotion_does_not_go_by_the_old_server(
    pair: Pair, data: Path, clock: Clock
) -> None:
    data.mkdir(mode=0o700)
    pair.primary.stop()
    pair.standby.promote()
    desk = _sit(pair.server(MADE), data, clock)
    calls.take_call(desk, CALL)
    desk.database.close()
    pair.primary.start()
    pair.standby.stop()
    with pytest.raises(Away, match="has come back: stop it") as caught:
        _sit(pair.server(MADE), data, clock)
    assert f"remove {data / TIMELINE} and start again" in str(caught.value)
    (data / TIMELINE).unlink()
    chosen = _sit(pair.server(MADE), data, clock)
    assert calls.take_call(chosen, CALL).incident == 1
    chosen.database.close()


@pytest.mark.slow
def test_a_process_that_knows_no_timeline_writes_nothing_to_what_lacks_the_event_it_knows(
    pair: Pair, desk: Desk, data: Path
) -> None:
    """As the watch, which opens the record anew after each fault."""
    pair.caught_up()
    pair.primary.kill()
    pair.standby.promote()
    _until(lambda: not _fault(desk))
    pair.primary.start()
    pair.standby.stop()
    with (
        closing(Shared(pair.server(MADE), data, known=desk.database.seen)) as old,
        pytest.raises(StoreFault, match="has gone back"),
        old.write(),
    ):
        pytest.fail("it was opened")


@pytest.mark.slow
def test_an_act_whose_commit_a_frozen_primary_swallowed_is_on_the_record_once(pair: Pair, desk: Desk) -> None:
    pair.caught_up()
    event.listen(desk.database._engine, "commit", lambda _connection: pair.primary.freeze(), once=True)
    with pytest.raises(Away, match="look whether it is there") as caught:
        desk.perform("note", 1, {"text": "once"}, act="once")
    assert caught.value.doubtful
    pair.standby.promote()
    _until(lambda: not _fault(desk))
    assert not desk.perform("note", 1, {"text": "once"}, act="once").repeated
    pair.primary.thaw()
    _until(
        lambda: _events(pair.primary) == ADOPTED + 3
    )  # what was sent before is carried out there, for nobody
    assert desk.perform("note", 1, {"text": "once"}, act="once").repeated
    assert _at(desk, pair.standby)
    history = reading.read_incident(desk, 1).history
    assert [each.kind for each in history].count(Kind.NOTED) == 1
    _whole(desk, incidents=2)


def _wait_for(pair: Pair, names: str) -> None:
    """Have each commit wait until the standbys of these names have it, from now on."""
    pair.primary.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
    pair.primary.execute("SELECT pg_reload_conf()")


def _is_synchronous(pair: Pair) -> bool:
    return bool(pair.primary.execute("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"))


@pytest.mark.slow
def test_a_synchronous_standby_that_stays_away_holds_up_all_acts_until_a_person_gives_it_up(
    pair: Pair, desk: Desk
) -> None:
    _wait_for(pair, "*")
    _until(lambda: _is_synchronous(pair))
    pair.standby.stop()
    with pytest.raises(Away, match="look whether it is there"):
        desk.perform("note", 1, {"text": "once"}, act="once")
    _until(lambda: "held by another writer" in _fault(desk), seconds=20)
    _wait_for(pair, "")
    _until(lambda: _noted(desk))
    assert _fault(desk) == ""
    _whole(desk, incidents=2)


@pytest.mark.slow
def test_with_a_synchronous_standby_nothing_is_confirmed_that_it_lacks(pair: Pair, desk: Desk) -> None:
    _wait_for(pair, "*")
    _until(lambda: _is_synchronous(pair))
    done = desk.perform("acknowledge", 1)
    pair.standby.stop()
    with pytest.raises(Away) as caught:
        desk.perform("note", 1, {"text": "once"}, act="once")
    assert caught.value.doubtful
    pair.standby.start()
    _until(lambda: _noted(desk))
    _until(lambda: _is_synchronous(pair))
    last = calls.take_call(desk, CALL)
    pair.primary.kill()
    pair.standby.promote()
    _until(lambda: not _fault(desk))
    kinds = [each.kind for each in reading.read_incident(desk, 1).history]
    assert (done.seq, kinds.count(Kind.NOTED), kinds.count(Kind.ACKNOWLEDGED)) == (ADOPTED + 3, 1, 1)
    assert reading.read_incident(desk, last.incident).incident.version == last.seq
    _whole(desk, incidents=3)


def _noted(desk: Desk) -> bool:
    try:
        return desk.perform("note", 1, {"text": "once"}, act="once").repeated
    except Away:
        return False

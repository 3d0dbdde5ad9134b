"""PINs at the desk: set, given, wrong, paused across processes; and found nowhere that is written."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hisconsole.desk import pins, private
from hisconsole.desk.actor import Actor, here
from hisconsole.desk.calls import take_call
from hisconsole.desk.desk import Desk
from hisconsole.desk.people import give_roles, read_past, set_pin, sit_down, sittings, stand_up, who_is_here
from hisconsole.desk.watching import silence
from hisconsole.errors import NotFound, Refused, StoreFault
from hisconsole.faultlog import log_fault
from hisconsole.plan.events import Kind
from hisconsole.plan.operators import Operator, Proof
from hisconsole.plan.roles import Role
from hisconsole.store import events
from hisconsole.store.copies import looked_at
from hisconsole.store.database import Database
from tests.hospital import OPERATORS, SITE, Clock, actor, lay_record, open_database
from tests.postgres import SQLITE

ME, OTHER, BOSS = OPERATORS
PIN, WRONG, NEW = b"40718263", b"99551122", b"51809364"
CANARIES = (PIN, WRONG)
NAMED = replace(
    SITE,
    named=(
        Operator(ME, frozenset({Role.OPERATOR}), accounts=("lina",)),
        Operator(BOSS, frozenset({Role.DIRECTOR}), key_accounts=("door",)),
    ),
)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a try costs is measured once, below."""
    monkeypatch.setattr(pins, "N", 2**8)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return lay_record(tmp_path / "data")


@pytest.fixture
def mine(data: Path, clock: Clock) -> Iterator[Desk]:
    with closing(open_database(data)) as database:
        yield Desk(database=database, site=NAMED, actor=actor(ME), now=clock)


@pytest.fixture
def boss(data: Path, clock: Clock) -> Iterator[Desk]:
    with closing(open_database(data)) as database:
        yield Desk(database=database, site=NAMED, actor=actor(BOSS), now=clock)


def facts(desk: Desk) -> list[tuple[str, str, int, int]]:
    return [
        (each.body["operator"], each.body["what"], each.body["wrong"], each.body["wait_s"])
        for each in reversed(read_past(desk))
        if each.kind is Kind.PIN
    ]


def test_who_has_a_pin_acts_only_once_it_was_given(mine: Desk) -> None:
    set_pin(mine, ME, PIN)
    with pytest.raises(Refused, match="acts by PIN here") as caught:
        mine.record(lambda _each: [], doing="note", act=None, now=mine.now(), sentence="")
    assert caught.value.needs == "pin"
    assert sit_down(mine, mine.actor, WRONG) == pins.Tried(right=False, wrong=1, wait_s=0)
    assert not who_is_here(mine).may_act
    assert sit_down(mine, mine.actor, PIN).right
    assert who_is_here(mine).may_act
    mine.record(lambda _each: [], doing="note", act=None, now=mine.now(), sentence="")
    stand_up(mine)
    assert not who_is_here(mine).may_act
    assert facts(mine) == [(ME, "set", 0, 0), (ME, "wrong", 1, 0), (ME, "given", 1, 0)]


def test_a_wrong_pin_leaves_whoever_sat_here_where_he_was(mine: Desk, boss: Desk) -> None:
    set_pin(boss, BOSS, PIN)
    tried = sit_down(mine, actor(BOSS), WRONG)
    assert not tried.right
    assert mine.actor.operator == ME
    assert sit_down(mine, actor(BOSS), PIN).right
    assert mine.actor.operator == BOSS


def test_five_wrong_ones_bring_a_pause_in_which_the_right_one_is_not_looked_at(
    mine: Desk, clock: Clock
) -> None:
    set_pin(mine, ME, PIN)
    waits = [sit_down(mine, mine.actor, WRONG).wait_s for _try in range(5)]
    assert waits == [0, 0, 0, 0, 60]
    assert sit_down(mine, mine.actor, PIN) == pins.Tried(right=False, wrong=5, wait_s=60, taken=False)
    recorded = len(facts(mine))
    clock.pass_(seconds=61)
    assert sit_down(mine, mine.actor, PIN).right
    assert len(facts(mine)) == recorded + 1  # what was not looked at is no fact
    assert sit_down(mine, mine.actor, WRONG).wrong == 1


def test_a_clock_that_ran_ahead_and_was_put_right_keeps_nobody_out_until_that_day(
    mine: Desk, clock: Clock
) -> None:
    set_pin(mine, ME, PIN)
    data, right = mine.database.data, clock()
    for _try in range(5):
        pins.try_pin(data, ME, WRONG, now=right + timedelta(days=365))
    assert pins.try_pin(data, ME, PIN, now=right).wait_s == 60
    assert pins.try_pin(data, ME, PIN, now=right + timedelta(seconds=30)).wait_s == 30
    assert pins.try_pin(data, ME, PIN, now=right + timedelta(seconds=60)).right


def test_a_pin_that_was_set_on_another_host_opens_nothing_here_by_name_and_root_sets_it(
    mine: Desk, boss: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_pin(mine, ME, PIN)
    private.file_of(mine.database.data, ME).unlink()  # as on a host that has the record and not this file
    assert not sit_down(boss, actor(ME)).right
    assert not who_is_here(boss).may_act
    assert not sit_down(boss, actor(ME), PIN).right
    with pytest.raises(Refused, match="not on this host: a director sets it here, or root"):
        set_pin(boss, ME, PIN)

    def away() -> None:
        raise StoreFault("away")

    with monkeypatch.context() as patched:
        patched.setattr(boss.database, "read", away)
        assert who_is_here(boss).proof is Proof.NEVER
    assert sit_down(boss, replace(actor(ME), os_user="lina")).right
    sit_down(boss, replace(actor(ME), os_user="root"))
    with pytest.raises(Refused, match="not on this host"):
        boss.record(lambda _each: [], doing="note", act=None, now=boss.now(), sentence="")
    set_pin(boss, ME, PIN)
    assert sit_down(boss, actor(ME), PIN).right


@pytest.mark.parametrize("either", [SQLITE], indirect=True)  # a copy is a file
def test_beside_a_copy_of_the_record_a_name_is_enough_for_no_pin_can_be_set_there(mine: Desk) -> None:
    set_pin(mine, ME, PIN)
    with looked_at(mine.database.data) as folder, closing(Database(folder, writable=False)) as copy:
        looking = Desk(database=copy, site=mine.site, actor=actor(ME))
        assert who_is_here(looking).may_act


def test_who_is_in_the_roster_no_more_does_not_come_back_by_his_pin(mine: Desk) -> None:
    set_pin(mine, ME, PIN)
    stand_up(mine)
    left = tuple(each for each in mine.full_site.roster if each.id != ME)
    mine.site = replace(mine.full_site, roster=left)
    with pytest.raises(NotFound, match="no operator in the roster"):
        sit_down(mine, actor(ME), PIN)
    assert not mine.actor.proved


def test_a_pin_that_was_set_anew_is_given_anew_at_consoles_that_are_open(mine: Desk, boss: Desk) -> None:
    set_pin(mine, ME, PIN)
    assert sit_down(mine, actor(ME), PIN).right
    mine.record(lambda _each: [], doing="note", act=None, now=mine.now(), sentence="")
    set_pin(boss, ME, NEW)
    assert not who_is_here(mine).may_act
    with pytest.raises(Refused) as refused:
        mine.record(lambda _each: [], doing="note", act=None, now=mine.now(), sentence="")
    assert refused.value.needs == "pin"
    assert not sit_down(mine, mine.actor, PIN).right
    assert sit_down(mine, mine.actor, NEW).right
    mine.record(lambda _each: [], doing="note", act=None, now=mine.now(), sentence="")
    # One that is spoilt keeps nobody from going on who has given it before.
    private.file_of(mine.database.data, ME).write_text("{")
    mine.record(lambda _each: [], doing="note", act=None, now=mine.now(), sentence="")


_ANOTHER = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from hisconsole.desk import pins
now = datetime.fromisoformat(sys.argv[2])
for _ in range(int(sys.argv[3])):
    tried = pins.try_pin(Path(sys.argv[1]), "li.na", b"0000", now=now)
print(tried.wait_s)
"""


def _tries_of_another_process(data: Path, clock: Clock, count: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", _ANOTHER, str(data), clock().isoformat(), str(count)]
    path = os.pathsep.join(each for each in sys.path if each)
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path})


def test_the_pause_holds_for_every_process_also_for_those_that_try_at_once(mine: Desk, clock: Clock) -> None:
    set_pin(mine, ME, PIN)
    at_once = [_tries_of_another_process(mine.database.data, clock, 2) for _each in range(3)]
    told = [int(each.communicate()[0]) for each in at_once]
    assert max(told) == 60  # six tries, of which five were taken
    assert not sit_down(mine, mine.actor, PIN).taken


def test_a_try_counts_before_it_is_looked_at(mine: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    set_pin(mine, ME, PIN)

    def killed(*_words: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(pins, "_matches", killed)
    with pytest.raises(KeyboardInterrupt):
        sit_down(mine, mine.actor, WRONG)
    assert private.read(private.file_of(mine.database.data, ME))["wrong"] == 1


def test_a_full_disk_keeps_nobody_out_but_makes_guessing_slow(
    mine: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_pin(mine, ME, PIN)
    slept: list[float] = []
    monkeypatch.setattr(pins, "sleep", slept.append)

    def full(*_words: object) -> None:
        raise StoreFault("no space")

    monkeypatch.setattr(private, "_write", full)
    assert not sit_down(mine, mine.actor, WRONG).right
    assert sit_down(mine, mine.actor, PIN).right
    assert slept == [pins.UNCOUNTED_S] * 2


def test_one_sets_ones_own_and_a_director_anybodys(mine: Desk, boss: Desk) -> None:
    set_pin(mine, ME, PIN)
    sit_down(mine, mine.actor, PIN)
    set_pin(mine, ME, b"5190")
    with pytest.raises(Refused, match="'others-pin' is for director"):
        set_pin(mine, OTHER, PIN)
    set_pin(boss, OTHER, PIN)
    set_pin(boss, OTHER, None)
    assert not pins.has_pin(mine.database.data, OTHER)
    assert set_pin(boss, OTHER, None).seq == 0
    with pytest.raises(NotFound):
        set_pin(boss, "../../etc/passwd", PIN)
    with pytest.raises(Refused, match="acts by PIN"):  # a colleague at the same account
        set_pin(replace_actor(mine, actor(ME)), ME, None)


def replace_actor(desk: Desk, who: Actor) -> Desk:
    desk.actor = who
    return desk


def test_at_his_own_account_or_by_his_key_nobody_is_asked(mine: Desk, boss: Desk) -> None:
    set_pin(mine, ME, PIN)
    set_pin(boss, BOSS, PIN)
    own = replace(actor(ME), os_user="lina")
    assert sit_down(mine, own).right
    assert who_is_here(mine).proof is Proof.OWN
    by_key = replace(actor(BOSS), os_user="door", by_key=True)
    assert sit_down(mine, by_key).right
    assert not sit_down(mine, replace(by_key, by_key=False)).right
    assert not sit_down(mine, replace(actor(OTHER), os_user="lina")).right
    with pytest.raises(Refused, match="is somebody's own"):
        mine.record(lambda _each: [], doing="note", act=None, now=mine.now(), sentence="")


def test_the_server_names_by_key_only_over_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HISCONSOLE_OPERATOR", ME)
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    assert not here(ME).by_key
    monkeypatch.setenv("SSH_CONNECTION", "10.1.2.3 51234 10.1.2.4 22")
    assert here(ME).by_key
    assert here(ME).source.startswith("10.1.2.3 ")
    assert not here(OTHER).by_key


def test_each_act_carries_operator_account_and_source(mine: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.1.2.3 51234 10.1.2.4 22")
    mine.actor = here(ME)
    with mine.database.read() as connection:
        before = events.head(connection).seq
    take_call(mine, {"workstation": "reg-01", "symptom": "cannot-save"})
    mine.perform("acknowledge", 1)
    silence(mine, ["sw-1"], {"until": "+30", "reason": "works"})
    with pytest.raises(Refused):
        give_roles(mine, ME, [Role.DIRECTOR])
    set_pin(mine, ME, PIN)
    sit_down(mine, mine.actor, WRONG)
    with mine.database.read() as connection:
        written = events.since(connection, before)
    assert [each.kind for each in written] == [
        *(Kind.OPENED, Kind.REPORTED, Kind.ACKNOWLEDGED, Kind.SILENCED),
        *(Kind.NOT_ALLOWED, Kind.PIN, Kind.PIN),
    ]
    assert {(each.actor, each.os_user) for each in written} == {(ME, here(ME).os_user)}
    assert here(ME).os_user != ""
    assert all(each.source.startswith("10.1.2.3 ") for each in written)


def test_a_file_that_others_can_read_or_that_is_spoilt_lets_nobody_in(
    mine: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins, "sleep", lambda _seconds: None)
    set_pin(mine, ME, PIN)
    path = private.file_of(mine.database.data, ME)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.chmod(0o644)
    with pytest.raises(StoreFault, match="chmod 600"):
        pins.try_pin(mine.database.data, ME, PIN, now=mine.now())
    path.chmod(0o600)
    for text in ("", "[]", '{"n": 2, "wrong": -1}', '{"salt": "zz", "hash": 1, "n": 2, "r": 1, "p": 1}'):
        path.write_text(text)
        with pytest.raises(StoreFault):
            sit_down(mine, mine.actor, PIN)
        assert not who_is_here(mine).may_act


def test_no_pin_is_found_in_anything_that_is_written(
    mine: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Record, private files, logs, tracebacks: of the PIN there is a hash and nothing else."""
    caplog.set_level(logging.DEBUG)
    told = []
    set_pin(mine, ME, PIN)
    sit_down(mine, mine.actor, WRONG)
    sit_down(mine, mine.actor, PIN)
    for pin in (WRONG + b"x", WRONG * 2):
        try:
            set_pin(mine, ME, pin)
        except Refused as refused:
            told.append("".join(traceback.format_exception(refused)))
            log_fault(tmp_path / "console.log", refused, "t")
    assert len(told) == 2
    mine.database.close()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in written} >= {"console.log", f"{ME}.json"}
    for canary in CANARIES:
        assert [path for path in written if canary in path.read_bytes()] == []
        assert canary.decode() not in caplog.text + "".join(told)
        assert canary.hex() not in private.file_of(mine.database.data, ME).read_text()


def test_operators_are_listed_with_how_they_are_known(mine: Desk, boss: Desk) -> None:
    set_pin(boss, BOSS, PIN)
    listed = {each.id: (each.named, each.has_pin, each.proof) for each in sittings(mine)}
    assert listed == {
        ME: (True, False, Proof.FREE),
        OTHER: (False, False, Proof.FREE),
        BOSS: (True, True, Proof.PIN),
    }

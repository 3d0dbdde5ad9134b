"""Acts while the record is away: kept at once, judged by what is known, and on record once it is back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from hisconsole.desk import calls, classifying, maintaining, reading, roster, turns, watching
from hisconsole.desk.board import first_board
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.replaying import Tally, replay_orphans, settle, unsettled
from hisconsole.errors import Away, NotFound, Refused, StoreFault
from hisconsole.flows.walk import Given
from hisconsole.plan.due import Due
from hisconsole.plan.events import PROVISIONAL, Event, Kind
from hisconsole.plan.story import tell
from hisconsole.plan.story_turn import subject
from hisconsole.plan.words import Category, State
from hisconsole.store import due
from hisconsole.store.journal import Journal, Place
from hisconsole.store.journal_lines import Entry, framed, lines_of
from hisconsole.store.verify import verify
from tests.desk.away import CALL, bring, find, keeping, lose, with_one_call
from tests.hospital import ADOPTED, START, Clock, lay_record, open_desk

FOR_EVER = float("inf")


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """A desk that keeps acts, with one incident on record."""
    with with_one_call(tmp_path, now=clock) as desk:
        yield desk


def proved(desk: Desk) -> None:
    """The chain is whole, and what is computed from it is as stored."""
    with desk.database.read() as connection:
        assert verify(connection).faults == ()


def log(desk: Desk, number: int) -> list[str]:
    return [event.kind.value for event in reading.read_incident(desk, number).history]


def test_a_disk_that_fills_up_on_the_return_loses_none_of_them_and_sets_none_out(desk: Desk) -> None:
    lose(desk)
    for number in range(10):
        calls.take_call(desk, CALL)
        desk.perform("note", 1, {"text": f"{number} " + "x" * 1500})
    find(desk)
    for more in range(30):
        with desk.database.read() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
            connection.execute(text(f"PRAGMA max_page_count = {pages + more}"))
        with suppress(Away):
            assert bring(desk)
            break
        assert len(first_board(desk).rows) == 1
    assert more > 3
    assert len(first_board(desk).rows) == 11
    assert log(desk, 1)[2:] == ["noted"] * 10
    assert unsettled(desk) == ()
    assert desk.keeping is not None
    assert sorted(desk.keeping.numbers.values()) == list(range(2, 12))
    proved(desk)


def test_an_act_is_kept_and_recorded_on_return_with_both_its_times(desk: Desk, clock: Clock) -> None:
    lose(desk)
    clock.pass_(minutes=1)
    kept = desk.perform("acknowledge", 1, expected=ADOPTED + 2)
    assert (kept.kept, kept.seq, kept.incident) == (True, 0, 1)
    assert kept.sentence == "Acknowledge, KEPT HERE until the record is back"
    clock.pass_(minutes=20)
    with pytest.raises(Away):
        bring(desk)
    find(desk)
    assert bring(desk)
    event = reading.read_incident(desk, 1).history[-1]
    assert (event.kind, event.act, event.actor) == (Kind.ACKNOWLEDGED, kept.act, "li.na")
    assert (event.at, event.recorded) == (START + timedelta(minutes=1), START + timedelta(minutes=21))
    assert desk.keeping is not None
    assert list(desk.keeping.told) == ["1 kept act was recorded."]
    assert (desk.keeping.away, desk.keeping.count, desk.keeping.since) == (False, 0, None)
    assert desk.perform("note", 1, {"text": "on record at once"}).seq == event.seq + 1
    proved(desk)


def test_after_the_first_every_act_is_kept_until_all_are_on_record(desk: Desk) -> None:
    lose(desk)
    desk.perform("acknowledge", 1)
    find(desk)
    assert desk.perform("note", 1, {"text": "in its order"}).kept
    assert bring(desk)
    assert log(desk, 1)[-2:] == ["acknowledged", "noted"]


def test_repeating_a_kept_act_changes_nothing_before_and_after(desk: Desk) -> None:
    lose(desk)
    first = desk.perform("note", 1, {"text": "once"}, act="mine")
    assert desk.perform("note", 1, {"text": "once"}, act="mine") == first
    find(desk)
    assert bring(desk)
    again = desk.perform("note", 1, {"text": "once"}, act="mine")
    assert (again.repeated, again.kept) == (True, False)
    assert log(desk, 1).count("noted") == 1


def test_acts_are_judged_by_the_last_picture_and_by_what_was_kept(desk: Desk) -> None:
    lose(desk)
    with pytest.raises(Refused, match="cannot become closed"):
        desk.perform("close", 1, {"reason": "x"})
    with pytest.raises(NotFound, match="no incident 0099"):
        desk.perform("acknowledge", 99)
    with pytest.raises(NotFound, match="no act"):
        desk.perform("dance", 1)
    assert desk.keeping is not None
    assert desk.keeping.count == 0
    desk.perform("acknowledge", 1)
    desk.perform("verify", 1, {"result": "confirmed", "how": "remote"})
    assert desk.keeping.standin.last_known(1)[0].state is State.ACTIVE
    board = desk.keeping.shown(first_board(desk))
    assert board is not None
    (row,) = board.rows
    assert (row.state, row.owner, row.words) == (State.ACTIVE, "li.na", "KEPT HERE cannot save: cannot save")
    with pytest.raises(Refused):
        desk.perform("verify", 1, {"result": "nonsense", "how": "remote"})
    find(desk)
    assert bring(desk)
    assert log(desk, 1)[-2:] == ["acknowledged", "verified"]
    assert desk.keeping.shown(first_board(desk)) == first_board(desk)


def test_nobody_is_refused_by_a_version_that_only_kept_acts_have_made(desk: Desk, clock: Clock) -> None:
    lose(desk)
    desk.perform("acknowledge", 1, expected=ADOPTED + 2)
    assert desk.keeping is not None
    seen = desk.keeping.standin.last_known(1)[0].version
    assert seen == ADOPTED + 3
    desk.perform("note", 1, {"text": "seen so far"}, expected=seen)
    find(desk)
    assert bring(desk)
    assert unsettled(desk) == ()


def test_a_new_call_has_a_number_of_its_own_and_the_real_one_afterwards(desk: Desk, tmp_path: Path) -> None:
    lose(desk)
    taken = calls.take_call(desk, {**CALL, "workstation": "lab-01", "callback": "13800138000"})
    assert (taken.incident, subject(taken.incident), taken.kept) == (PROVISIONAL + 1, "K1", True)
    desk.perform("note", taken.incident, {"text": "about K1"}, expected=1)
    joined = calls.take_call(desk, {**CALL, "workstation": "lab-02"}, join=taken.incident)
    assert joined.incident == taken.incident
    assert subject(calls.take_call(desk, CALL).incident) == "K2"
    assert desk.keeping is not None
    board = desk.keeping.shown(first_board(desk))
    assert board is not None
    assert {subject(row.number) for row in board.rows} == {"0001", "K1", "K2"}
    file = reading.read_incident(desk, taken.incident)
    assert [report.workstation for report in file.incident.reports] == ["lab-01", "lab-02"]
    with pytest.raises(Refused, match="correct it once it is on record"):
        calls.correct_report(desk, file.incident.reports[0].number, {"words": "other"})
    kept = b"".join(path.read_bytes() for path in (tmp_path / "kept").glob("*.journal"))
    assert b"13800138000" not in kept
    find(desk)
    assert bring(desk)
    file = reading.read_incident(desk, 2)
    assert [event.kind.value for event in file.history] == ["opened", "reported", "noted", "reported"]
    assert file.callbacks[2] == "13800138000"
    assert desk.keeping is not None
    assert list(desk.keeping.told) == ["4 kept acts were recorded. On record: K1 is 0002, K2 is 0003."]
    assert list((tmp_path / "kept").iterdir()) == []
    late = desk.perform("note", taken.incident, {"text": "from a form that was open meanwhile"})
    assert (late.incident, late.kept) == (2, False)
    proved(desk)


def test_what_others_changed_meanwhile_needs_eyes_until_somebody_settles_it(
    desk: Desk, colleague_of: Desk, clock: Clock
) -> None:
    seen = ADOPTED + 2
    lose(desk)
    desk.perform("acknowledge", 1, expected=seen)
    desk.perform("verify", 1, {"result": "confirmed"}, expected=seen)
    desk.perform("note", 1, {"text": "decides nothing"}, expected=seen)
    colleague_of.perform("acknowledge", 1, expected=seen)
    clock.pass_(minutes=5)
    find(desk)
    assert bring(desk)
    assert desk.keeping is not None
    assert list(desk.keeping.told) == ["1 kept act was recorded; 2 need your eyes: press !."]
    first, second = unsettled(desk)
    told = tell(first, clock=desk.clock)
    assert told.startswith("NEEDS YOUR EYES: 'Acknowledge' on 0001 by li.na was not recorded: Taken by wang")
    assert (first.at, first.body["given"]["name"], first.actor) == (START, "acknowledge", "li.na")
    owed = [(due.duty, due.key, due.owner) for due in _dues(desk) if due.duty == "eyes"]
    assert owed == [("eyes", str(first.seq), "li.na"), ("eyes", str(second.seq), "li.na")]
    with pytest.raises(Refused, match="how it was settled"):
        settle(desk, first.seq, text=" ")
    settle(desk, first.seq, text="wang.wei has it", act="settled")
    assert [event.seq for event in unsettled(desk)] == [second.seq]
    with pytest.raises(NotFound, match="needs nobody's eyes"):
        settle(desk, first.seq, text="again")
    proved(desk)


@pytest.fixture
def colleague_of(desk: Desk, clock: Clock) -> Iterator[Desk]:
    other = open_desk(desk.database.data, "wang.wei", now=clock)
    yield other
    other.database.close()


def _dues(desk: Desk) -> list[Due]:
    with desk.database.read() as connection:
        return due.every(connection)


def test_what_hangs_on_a_call_that_was_not_recorded_needs_eyes_as_well(
    desk: Desk, colleague_of: Desk
) -> None:
    taken = calls.take_call(desk, CALL).incident
    lose(desk)
    calls.take_call(desk, {**CALL, "words": "second"}, join=taken)
    for name, given in (
        ("acknowledge", {}),
        ("verify", {"result": "not-reproducible", "how": "remote"}),
        ("close", {"reason": "nothing"}),
    ):
        try:
            colleague_of.perform(name, taken, given)
        except Refused:
            break
    find(desk)
    assert bring(desk)
    state = reading.read_incident(desk, taken).incident.state
    wanted = 1 if state is State.CLOSED else 0
    assert len(unsettled(desk)) == wanted


def test_every_act_that_can_be_kept_comes_out_as_it_would_have(desk: Desk, tmp_path: Path) -> None:
    """The same acts, done at once and kept and brought, leave the same record but for ids and numbers."""
    other = open_desk(lay_record(tmp_path / "straight"), now=desk.now)
    calls.take_call(other, CALL)
    for each in (desk, other):
        turns.begin(each)

    def act(at: Desk) -> Iterator[Outcome]:
        yield calls.take_call(at, {**CALL, "occurred": "-10"}, join=1)
        yield calls.correct_report(at, 1, {"words": "put right"})
        yield calls.move_report(at, 2, to=None)
        yield at.perform("acknowledge", 1)
        yield classifying.classify(
            at,
            1,
            {"symptom": Given("cannot-save", "report 1"), "scope": Given("one", reason="known")},
            override=Category.II,
            reason="seen",
            seen_at=at.now(),
        )
        yield roster.verify(at, "wang.wei")
        yield roster.reveal(at, ["wang.wei"])
        yield roster.acting(at, "wang.wei", {"deputy": "zhao.min", "reason": "leave", "until": "+8h"})
        yield roster.back(at, "wang.wei")
        yield watching.silence(at, ["sw-1"], {"until": "+30", "reason": "works"})
        yield maintaining.add(at, STOP)
        yield turns.note(at, "a quiet night")

    lose(desk)
    assert [each.kept for each in act(desk)] == [True] * 12
    find(desk)
    assert bring(desk)
    assert [each.kept for each in act(other)] == [False] * 12
    assert [_plain(each) for each in reading.read_log(desk)] == [
        _plain(each) for each in reading.read_log(other)
    ]
    proved(desk)
    other.database.close()


STOP = {
    "systems": "HIS database",
    "targets": "his-db-1",
    "departments": "all",
    "start": "+60",
    "until": "+2h",
    "reason": "new disks",
    "changes": "none",
    "approved_by": "Dr Sun",
    "contact": "8100",
}


def _plain(event: Event) -> tuple[object, ...]:
    return event.seq, event.kind, event.incident, event.at, event.recorded, event.actor, dict(event.body)


def test_an_act_that_cannot_be_kept_is_refused_and_never_seems_done(desk: Desk) -> None:
    lose(desk)
    assert desk.keeping is not None
    desk.perform("acknowledge", 1)
    with pytest.raises(Away):
        turns.withdraw(desk)
    with pytest.raises(Away, match="has to wait"):
        turns.withdraw(desk.keeping.standin)
    assert desk.keeping.count == 1


def test_an_id_that_no_act_may_have_is_refused_and_not_kept(desk: Desk) -> None:
    lose(desk)
    with pytest.raises(Refused, match="at most 36 letters"):
        desk.perform("note", 1, {"text": "hello"}, act="TICKET_4711")
    assert desk.keeping is not None
    assert (desk.keeping.count, desk.keeping.journal.files) == (0, [])


def test_what_is_kept_in_memory_only_is_said_to_be(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    desk.keeping = keeping(tmp_path, now=clock, lasting=False)
    lose(desk)
    assert desk.perform("acknowledge", 1).sentence.endswith(
        "KEPT HERE in memory only: do not log out nor restart this machine"
    )


def test_where_nothing_can_be_kept_the_act_is_refused(desk: Desk) -> None:
    assert desk.keeping is not None
    desk.keeping.journal = Journal([])
    lose(desk)
    with pytest.raises(StoreFault, match="write it on paper"):
        desk.perform("acknowledge", 1)
    assert (desk.keeping.count, desk.keeping.standin.supposed) == (0, {})


def test_without_a_journal_the_fault_is_told(desk: Desk) -> None:
    desk.keeping = None
    lose(desk)
    with pytest.raises(Away, match="cannot be opened for writing"):
        desk.perform("acknowledge", 1)
    find(desk)


def test_an_act_whose_kind_nobody_knows_needs_eyes(desk: Desk, tmp_path: Path) -> None:
    lose(desk)
    desk.perform("acknowledge", 1)
    assert desk.keeping is not None
    desk.keeping.close()
    (path,) = (tmp_path / "kept").iterdir()
    (entry,) = (each for each in lines_of(path.read_bytes()) if isinstance(each, Entry))
    path.write_bytes(framed(replace(entry, kind="of-tomorrow")) + framed(replace(entry, act="b", given={})))
    find(desk)
    tally = Tally()
    assert replay_orphans(desk, Journal([Place(tmp_path / "kept")]), tally, until=FOR_EVER)
    assert (len(tally.done), tally.eyes) == (2, 2)
    assert ["no act 'of-tomorrow'" in event.body["why"] for event in unsettled(desk)] == [True, False]
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.slow
def test_a_disk_that_is_really_full(tmp_path: Path, small_disk: Callable[[Path, str], None]) -> None:
    folder = tmp_path / "small"
    small_disk(folder, "1m")
    clock = Clock()
    desk = open_desk(lay_record(folder / "data"), now=clock)
    try:
        desk.keeping = keeping(tmp_path, now=clock)
        desk.keeping.journal = Journal([Place(folder / "kept"), Place(tmp_path / "kept")])
        taken = 0
        while not calls.take_call(desk, {**CALL, "words": "x" * 2000}).kept:
            taken += 1
        more = [calls.take_call(desk, {**CALL, "words": "y" * 2000}) for _each in range(300)]
        assert all(each.kept for each in more)
        assert len(desk.keeping.journal.files) >= 1
        assert desk.keeping.journal.files[-1].path.parent == tmp_path / "kept"
        with pytest.raises(Away, match="disk is full"):
            bring(desk)
        os.system(f"mount -o remount,size=16m '{folder}'")
        assert bring(desk)
        assert len(first_board(desk).rows) == taken + 301
        proved(desk)
    finally:
        desk.database.close()

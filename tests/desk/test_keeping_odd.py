"""Kept acts at the seams: two threads, two outages, numbers and entries that only exist here, roles."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from hisconsole.desk import calls, handover, reading, turns
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.handover_sources import Seen
from hisconsole.desk.keepable import Keepable
from hisconsole.desk.people import give_roles
from hisconsole.desk.replaying import Tally, replay_orphans, unsettled
from hisconsole.errors import Away, Refused
from hisconsole.plan.events import PROVISIONAL, Kind
from hisconsole.plan.roles import Role
from hisconsole.plan.story_turn import subject
from hisconsole.store.journal import Journal, Place
from tests.desk.away import CALL, ROLED, bring, keeping, keeping_desk, with_one_call
from tests.hospital import OPERATORS, SITE, Clock, lay_record, open_desk

FOR_EVER = float("inf")
WAIT = 20
ME, OTHER, BOSS = OPERATORS
OF_TOMORROW = """
INSERT INTO event
SELECT seq + 1, 'tomorrow', 'of-tomorrow', 1, at, recorded, actor, os_user, source, body, hash
FROM event ORDER BY seq DESC LIMIT 1
"""
"""A fact of a kind that only a later program knows."""


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """A desk that keeps acts, with one incident on record."""
    with with_one_call(tmp_path, now=clock) as desk:
        yield desk


@pytest.fixture
def colleague(desk: Desk, clock: Clock) -> Iterator[Desk]:
    other = open_desk(desk.database.data, OTHER, now=clock)
    yield other
    other.database.close()


def lost(desk: Desk) -> None:
    """From now on acts are kept, though the record could be read."""
    assert desk.keeping is not None
    desk.keeping.went(Away("gone"))


def _bring_in_vain(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record goes away again at the third act that is brought to it, which undoes all three."""
    record, seen = Desk.record, [0]

    def full(self: Desk, *args: object, **kwargs: object) -> object:
        seen[0] += 1
        if seen[0] == 3:
            raise Away("gone again")
        return record(self, *args, **kwargs)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Desk, "record", full)
        with pytest.raises(Away):
            bring(desk)


def _noted(desk: Desk, number: int) -> list[str]:
    history = reading.read_incident(desk, number).history
    return [each.body["text"] for each in history if each.kind is Kind.NOTED]


def test_what_cannot_be_kept_is_not_judged_beside_an_act_that_another_thread_keeps(desk: Desk) -> None:
    held, go = threading.Event(), threading.Event()

    def slow(at: Desk, *, act: str | None = None) -> Outcome:
        held.set()
        assert go.wait(WAIT)
        return turns.note.__wrapped__(at, "slow", act=act)  # type: ignore[attr-defined,no-any-return]

    assert desk.keeping is not None
    standin, act = desk.keeping.standin, Keepable("shift-note", slow, (), "", {})
    lost(desk)
    keeper = threading.Thread(target=desk.keeping.keep, args=(standin, act, {}, "slow-one"))
    keeper.start()
    try:
        assert held.wait(WAIT)
        with pytest.raises(Away, match="has to wait"):
            turns.withdraw(standin)
    finally:
        go.set()
        keeper.join(WAIT)


def test_an_act_on_a_call_of_the_last_outage_is_found_by_another_process(desk: Desk, tmp_path: Path) -> None:
    lost(desk)
    taken = calls.take_call(desk, CALL).incident
    assert bring(desk)
    lost(desk)
    desk.perform("note", taken, {"text": "of a form that stayed open"})
    with pytest.raises(Refused, match="K2 that it is about is not on record"):
        desk.perform("note", taken + 1, {"text": "of nothing"})
    assert desk.keeping is not None
    desk.keeping.close()
    tally = Tally()
    assert replay_orphans(desk, Journal([Place(tmp_path / "kept")]), tally, until=FOR_EVER)
    assert (len(tally.done), tally.eyes) == (1, 0)
    assert _noted(desk, 2) == ["of a form that stayed open"]


@pytest.mark.parametrize("typed", [str, subject, lambda number: subject(number).lower()])
def test_calls_that_were_kept_are_merged_and_kept_apart_under_their_real_numbers(
    desk: Desk, typed: Callable[[int], str]
) -> None:
    lost(desk)
    first, second, third = (calls.take_call(desk, CALL).incident for _each in range(3))
    desk.perform("merge", 1, {"others": f"{typed(first)}, {typed(second)}"})
    with pytest.raises(Refused, match="'K1x' is no number"):
        desk.perform("merge", 1, {"others": "K1x"})
    desk.perform("apart", 1, {"others": typed(third)})
    assert bring(desk)
    assert unsettled(desk) == ()
    assert [reading.read_incident(desk, number).incident.merged_into for number in (2, 3, 4)] == [1, 1, 0]
    assert reading.read_incident(desk, 1).history[-1].body["others"] == [4]


def test_a_call_that_was_kept_is_read_under_its_number_of_then(desk: Desk) -> None:
    lost(desk)
    taken = calls.take_call(desk, CALL).incident
    assert reading.read_incident(desk, taken).incident.number == taken
    assert bring(desk)
    assert reading.read_incident(desk, taken).incident.number == 2


def test_the_number_of_a_kept_report_is_no_incidents(desk: Desk) -> None:
    calls.take_call(desk, {**CALL, "words": "of somebody else"}, join=1)
    lost(desk)
    taken = calls.take_call(desk, CALL).incident
    (report,) = reading.read_incident(desk, taken).incident.reports
    assert bring(desk)
    with pytest.raises(Refused, match="only kept here when you looked"):
        calls.correct_report(desk, report.number, {"words": "put right"})
    with pytest.raises(Refused, match="only kept here when you looked"):
        calls.move_report(desk, report.number, to=1)
    words = [each.words for each in reading.read_incident(desk, 1).incident.reports]
    assert words == ["cannot save", "of somebody else"]


def test_an_entry_that_is_only_kept_cannot_be_named(desk: Desk, colleague: Desk) -> None:
    lost(desk)
    desk.perform("note", 1, {"text": "mine"})
    history = reading.read_incident(desk, 1).history
    assert desk.keeping is not None
    entry = desk.keeping.standin.last_known(1)[0].version
    colleague.perform("note", 1, {"text": "not mine"})
    with pytest.raises(Refused, match="only kept here"):
        desk.perform("pin", 1, {"entry": str(entry)})
    desk.perform("pin", 1, {"entry": str(history[0].seq)})
    assert bring(desk)
    assert reading.read_incident(desk, 1).incident.pinned == {history[0].seq}


def test_roles_that_a_director_gave_count_where_only_writing_fails(tmp_path: Path, clock: Clock) -> None:
    lay_record(tmp_path / "data")
    with_roles = open_desk(tmp_path / "data", BOSS, now=clock)
    with_roles.site = ROLED
    give_roles(with_roles, ME, {Role.OBSERVER})
    with_roles.database.close()
    desk = keeping_desk(tmp_path, now=clock)
    desk.site = ROLED
    lost(desk)
    with pytest.raises(Refused, match="observer"):
        calls.take_call(desk, CALL)
    assert desk.keeping is not None
    assert desk.keeping.count == 0
    desk.database.close()


def test_roles_are_not_taken_for_read_that_were_never_committed(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replay that is undone has looked at events which are none: others come in their place."""
    desk.site = ROLED
    desk.keeping = keeping(desk.database.data.parent, now=clock)
    lost(desk)
    for place in range(3):
        desk.perform("note", 1, {"text": f"{place}"})
    _bring_in_vain(desk, monkeypatch)
    director = open_desk(desk.database.data, BOSS, now=clock)
    director.site = ROLED
    give_roles(director, ME, {Role.OBSERVER})
    director.database.close()
    desk.keeping = None
    with pytest.raises(Refused, match="observer"):
        desk.perform("note", 1, {"text": "as an operator"})


def test_a_replay_that_fails_forgets_nothing_that_was_known_before(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that comes for a moment and goes again: there is an outage to be worked through after it."""
    calls.take_call(desk, CALL)
    known = [reading.read_incident(desk, number).incident for number in (1, 2)]
    lost(desk)
    for place in range(3):
        desk.perform("note", 1, {"text": f"{place}"})
    _bring_in_vain(desk, monkeypatch)
    assert [desk.memory.known(each.number) for each in known] == [
        (each, list(reading.read_incident(desk, each.number).history)) for each in known
    ]
    assert desk.memory.known_plan(known[0].plan) is not None
    assert bring(desk)
    assert _noted(desk, 1) == ["0", "1", "2"]


def test_a_fault_about_one_incident_holds_up_no_act_about_another(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    lost(desk)
    desk.perform("note", 1, {"text": "of what nobody can read"})
    desk.perform("note", 2, {"text": "behind it"})
    desk.memory.forget()
    with desk.database.write() as connection:
        connection.execute(text(OF_TOMORROW))
    assert bring(desk)
    assert _noted(desk, 2) == ["behind it"]
    (event,) = unsettled(desk)
    assert "kind that this program does not know" in event.body["why"]


def test_an_act_that_was_recorded_before_is_not_said_to_need_eyes(desk: Desk, tmp_path: Path) -> None:
    """Killed between the commit and its mark, and whoever did it has no role when it is brought again."""
    lost(desk)
    taken = calls.take_call(desk, CALL).incident
    (path,) = (tmp_path / "kept").glob("*.journal")
    held = path.read_bytes()
    assert bring(desk)
    path.write_bytes(held)
    desk.site = replace(ROLED, named=ROLED.named[1:], roster=SITE.roster[1:])
    tally = Tally()
    assert replay_orphans(desk, Journal([Place(tmp_path / "kept")]), tally, until=FOR_EVER)
    assert (len(tally.done), tally.eyes, unsettled(desk)) == (1, 0, ())
    assert tally.incidents == {taken - PROVISIONAL + 1}


def test_no_duty_is_handed_over_without_the_acts_that_wait(desk: Desk) -> None:
    turns.begin(desk)
    lost(desk)
    desk.perform("note", 1, {"text": "said to whom comes next"})
    with pytest.raises(Refused, match="1 act is only kept here yet"):
        handover.offer(desk, OTHER, Seen(None, "no watch in this test"))
    assert bring(desk)
    handover.offer(desk, OTHER, Seen(None, "no watch in this test"))
    offered = handover.look(desk, Seen(None)).document
    assert offered.header.seq == reading.read_incident(desk, 1).history[-1].seq

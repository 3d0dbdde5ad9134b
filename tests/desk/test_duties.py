"""The due clock at the desk: every deadline told once, whoever looks; changed rows put right."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from hisconsole.desk import calls, duties, reading, watching
from hisconsole.desk.board import first_board
from hisconsole.desk.desk import Desk
from hisconsole.desk.duties import all_due, recompute, tell_overdue
from hisconsole.plan.due import ETA
from hisconsole.plan.events import SITE as NO_INCIDENT
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.times import to_text
from hisconsole.store import due
from hisconsole.store.verify import verify
from tests.hospital import OPERATORS, START, Clock, lay_record, open_desk

CALL = {"workstation": "reg-01", "symptom": "3"}
SILENCED = {"until": "+30", "reason": "works on it"}


def _told(desk: Desk) -> list[Event]:
    """What was told of deadlines, oldest first."""
    found = reading.read_log(desk, text="due", limit=10_000)
    return [event for event in reversed(found) if event.kind is Kind.FELL_DUE]


def _deadlines(desk: Desk) -> list[tuple[int, str, str, str]]:
    names = ("duty", "key", "deadline")
    return [(event.incident, *(event.body[name] for name in names)) for event in _told(desk)]


def _passed(desk: Desk, *, now: datetime) -> list[tuple[int, str, str, str]]:
    """What has to be told: every row whose deadline has passed, as `_deadlines` gives it."""
    with desk.database.read() as connection:
        rows = due.every(connection)
    return [(row.incident, row.duty, row.key, to_text(row.at)) for row in rows if row.at <= now]


def _holds(desk: Desk) -> None:
    with desk.database.read() as connection:
        assert verify(connection).faults == ()


def _seqs(desk: Desk) -> list[int]:
    return [event.seq for event in reading.read_log(desk, limit=10_000)]


def test_all_that_is_due_comes_with_its_incident(desk: Desk, clock: Clock) -> None:
    calls.take_call(desk, CALL)
    clock.pass_(minutes=1)
    calls.take_call(desk, {**CALL, "workstation": "lab-01"})
    desk.perform("eta", 2, {"earliest": "+10"})
    watching.silence(desk, ["sw-2"], SILENCED)
    owed = all_due(desk)
    assert [each.due.at for each in owed] == sorted(each.due.at for each in owed)
    for each in owed:
        number = each.incident.number if each.incident else NO_INCIDENT
        assert number == each.due.incident
        assert each.due.act in {*desk.acts, "silence"}
    assert {each.due.incident for each in owed} == {0, 1, 2}
    assert [each.due.duty for each in owed if each.incident is None] == ["silence"]
    assert (owed[0].due.incident, owed[0].due.duty) == (1, "acknowledge")
    assert owed[0].due == first_board(desk).next_due
    desk.perform("verify", 1, {"result": "user-resolved"})
    desk.perform("close", 1, {"reason": "unplugged"})
    assert {each.due.incident for each in all_due(desk)} == {0, 2}


def test_nothing_due_writes_nothing(desk: Desk) -> None:
    assert (all_due(desk), tell_overdue(desk), recompute(desk)) == ((), 0, 0)
    calls.take_call(desk, CALL)
    before = _seqs(desk)
    assert tell_overdue(desk) == 0
    assert _seqs(desk) == before


def test_each_deadline_is_told_once(desk: Desk, clock: Clock) -> None:
    calls.take_call(desk, CALL)
    calls.take_call(desk, {**CALL, "workstation": "lab-01"})
    total = 0
    for _ in range(12):
        clock.pass_(minutes=3)
        wanted = Counter(_passed(desk, now=clock())) - Counter(_deadlines(desk))
        told = tell_overdue(desk)
        assert told == wanted.total()
        assert tell_overdue(desk) == 0
        total += told
    assert total > 10
    assert Counter(_deadlines(desk)) == Counter(_passed(desk, now=clock()))
    assert {event.incident for event in _told(desk)} == {1, 2}
    for event in _told(desk):
        assert to_text(event.at) == event.body["deadline"]  # it happened at the deadline
        assert event.at <= event.recorded
    assert first_board(desk).overdue == total  # told is not met
    _holds(desk)


def test_a_duty_is_told_again_at_a_later_deadline(desk: Desk, clock: Clock) -> None:
    calls.take_call(desk, CALL)
    desk.perform("verify", 1, {"result": "confirmed"})
    for _ in range(2):
        desk.perform("eta", 1, {"earliest": "+10"})
        clock.pass_(minutes=11)
        tell_overdue(desk)
    etas = [event.at for event in _told(desk) if event.body["duty"] == ETA]
    assert etas == [START + timedelta(minutes=10), START + timedelta(minutes=21)]
    _holds(desk)


def test_what_is_met_in_time_is_never_told(desk: Desk, clock: Clock) -> None:
    calls.take_call(desk, CALL)
    clock.pass_(minutes=1)
    desk.perform("acknowledge", 1)
    clock.pass_(minutes=5)
    tell_overdue(desk)
    assert "acknowledge" not in {event.body["duty"] for event in _told(desk)}
    assert "verify" in {event.body["duty"] for event in _told(desk)}


def test_telling_stands_in_nobodys_way(desk: Desk, colleague: Desk, clock: Clock) -> None:
    calls.take_call(desk, CALL)
    clock.pass_(minutes=4)
    desk.perform("acknowledge", 1)
    seen = reading.read_incident(desk, 1).incident
    clock.pass_(minutes=2)
    assert tell_overdue(colleague) > 0
    desk.perform("classify", 1, {"category": "II", "reason": "x"}, expected=seen.version)
    assert tell_overdue(colleague) == 0
    desk.perform("undo", 1)
    after = reading.read_incident(desk, 1).incident
    assert (after.category, after.acknowledged_by) == (seen.category, "li.na")
    assert tell_overdue(colleague) == 0
    _holds(desk)


def test_telling_is_no_work_on_an_incident(desk: Desk, colleague: Desk, clock: Clock) -> None:
    """Somebody must look at it again after a time; that a deadline passed is not looking."""
    calls.take_call(desk, CALL)
    desk.perform("acknowledge", 1)
    touched = reading.read_incident(desk, 1).incident.touched_at
    clock.pass_(minutes=20)
    assert tell_overdue(colleague) > 0
    assert reading.read_incident(desk, 1).incident.touched_at == touched


def test_it_goes_on_where_it_was_left_after_reopening(desk: Desk, clock: Clock) -> None:
    calls.take_call(desk, CALL)
    clock.pass_(minutes=6)
    first = tell_overdue(desk)
    desk.database.close()
    again = open_desk(desk.database.data, OPERATORS[1], now=clock)
    assert tell_overdue(again) == 0
    clock.pass_(minutes=10)
    second = tell_overdue(again)
    assert min(first, second) > 0
    assert Counter(_deadlines(again)) == Counter(_passed(again, now=clock()))
    assert {event.actor for event in _told(again)} == {OPERATORS[0], OPERATORS[1]}
    _holds(again)
    again.database.close()


def _side_by_side(data: Path, clock: Clock, work: Callable[[Desk], int]) -> list[int]:
    """Do something at all desks at once, each in a thread of its own."""
    meet = threading.Barrier(len(OPERATORS))
    answers: list[int] = []
    faults: list[BaseException] = []

    def sit(operator: str) -> None:
        try:
            desk = open_desk(data, operator, now=clock)
            meet.wait(10)
            answers.append(work(desk))
            desk.database.close()
        except BaseException as error:  # noqa: BLE001 - it is raised in the test's own thread
            faults.append(error)
            meet.abort()

    threads = [threading.Thread(target=sit, args=(operator,)) for operator in OPERATORS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    return answers


def test_desks_that_race_tell_each_deadline_once(tmp_path: Path, clock: Clock) -> None:
    data = lay_record(tmp_path / "data")
    desk = open_desk(data, now=clock)
    for _ in range(3):
        calls.take_call(desk, CALL)
    watching.silence(desk, ["sw-2"], SILENCED)
    for minutes in (3, 9, 4, 5, 15, 30):
        clock.pass_(minutes=minutes)
        wanted = Counter(_passed(desk, now=clock())) - Counter(_deadlines(desk))
        assert sum(_side_by_side(data, clock, tell_overdue)) == wanted.total()
    assert {event.incident for event in _told(desk)} == {NO_INCIDENT, 1, 2, 3}
    assert max(Counter(_deadlines(desk)).values()) == 1
    _holds(desk)
    desk.database.close()


def test_a_storm_of_deadlines_is_told_in_several_goes(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(9):
        calls.take_call(desk, CALL)
    clock.pass_(minutes=20)
    wanted = Counter(_passed(desk, now=clock()))
    monkeypatch.setattr(duties, "BATCH", 4)
    goes = 0
    while tell_overdue(desk):
        goes += 1
    assert goes > 1
    assert Counter(_deadlines(desk)) == wanted
    _holds(desk)


TAMPERED = {
    "a deadline put off": "UPDATE due SET at = '2030-01-01T00:00:00.000000Z' WHERE incident = 1",
    "said to be told": "UPDATE due SET told = at WHERE incident = 1",
    "given to somebody": "UPDATE due SET owner = 'nobody' WHERE incident = 1",
    "rows taken away": "DELETE FROM due WHERE incident = 1",
    "a row put in": (
        "INSERT INTO due VALUES (1, 'imagined', '', '2020-01-01T00:00:00.000000Z', '', 'met', NULL)"
    ),
    "another category": "UPDATE incident SET category = 'III', serious = FALSE WHERE number = 1",
    "another place": "UPDATE report SET department = 'lab' WHERE incident = 1",
}


@pytest.mark.parametrize("statement", TAMPERED.values(), ids=list(TAMPERED))
def test_rows_that_were_tampered_with_are_put_right(desk: Desk, clock: Clock, statement: str) -> None:
    calls.take_call(desk, CALL)
    calls.take_call(desk, {**CALL, "workstation": "lab-01"})
    before, seqs = all_due(desk), _seqs(desk)
    with desk.database.write() as connection:
        assert connection.execute(text(statement)).rowcount > 0
    with desk.database.read() as connection:
        assert verify(connection).faults != ()
    assert recompute(desk) == 1
    assert recompute(desk) == 0
    assert all_due(desk) == before
    assert _seqs(desk) == seqs  # the record itself was right
    _holds(desk)
    clock.pass_(minutes=20)
    wanted = Counter(_passed(desk, now=clock()))
    tell_overdue(desk)
    assert Counter(_deadlines(desk)) == wanted


def test_rows_of_many_incidents_are_put_right(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        calls.take_call(desk, CALL)
    monkeypatch.setattr(duties, "BATCH", 2)
    with desk.database.write() as connection:
        connection.execute(text("DELETE FROM due WHERE incident <> 3"))
    assert recompute(desk) == 4
    _holds(desk)


# ---- silences


def _silences(desk: Desk) -> list[Event]:
    return [event for event in _told(desk) if event.incident == NO_INCIDENT]


def test_the_end_of_a_silence_is_told_once(desk: Desk, colleague: Desk, clock: Clock) -> None:
    outcome = watching.silence(desk, ["sw-2", "sw-3"], SILENCED)
    clock.pass_(minutes=10)
    watching.silence(desk, ["sw-2"], SILENCED)  # renewed: an end of its own
    assert tell_overdue(desk) == 0
    clock.pass_(minutes=20)
    assert tell_overdue(colleague) == 2
    assert tell_overdue(desk) == 0
    keys = {str(outcome.seq - 1), str(outcome.seq)}
    assert {event.body["key"] for event in _silences(desk)} == keys
    assert {event.body["duty"] for event in _silences(desk)} == {"silence"}
    assert {event.at for event in _silences(desk)} == {START + timedelta(minutes=30)}
    assert [each.due.key for each in all_due(desk)] == [str(outcome.seq + 1)]
    clock.pass_(minutes=10)
    assert tell_overdue(desk) == 1
    assert (tell_overdue(colleague), all_due(desk)) == (0, ())
    assert first_board(desk).overdue == 0
    _holds(desk)


def test_a_silence_that_was_lifted_has_no_end_to_tell(desk: Desk, clock: Clock) -> None:
    outcome = watching.silence(desk, ["sw-2"], SILENCED)
    watching.lift(desk, str(outcome.seq))
    assert all_due(desk) == ()
    clock.pass_(hours=1)
    assert tell_overdue(desk) == 0
    assert _told(desk) == []
    _holds(desk)

"""Editions of the plan: an incident keeps the one it was opened under, whatever the files say later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from hisconsole.desk import calls, classifying, reading
from hisconsole.desk.desk import Desk
from hisconsole.plan.document import Plan
from hisconsole.plan.events import SITE as NO_INCIDENT
from hisconsole.plan.events import Kind
from hisconsole.plan.queue import Row
from hisconsole.plan.words import Category
from hisconsole.store import projections, tables
from hisconsole.store.verify import verify
from tests.hospital import SITE, Clock, open_desk

CALL = {"workstation": "reg-01", "symptom": "3"}
PLAN = SITE.plan
EDITED = replace(
    PLAN,
    version="edited",
    edition="2027-01",
    clocks=tuple(replace(clock, after_s=2 * clock.after_s + 60) for clock in PLAN.clocks),
    unclassified_after_s=PLAN.unclassified_after_s * 3,
    rules=(),
    escalation=replace(PLAN.escalation, hold_s=PLAN.escalation.hold_s * 2),
)
"""Every clock later, and not one rule."""


@pytest.fixture
def edited(desk: Desk, clock: Clock) -> Iterator[Desk]:
    """A desk that was started on the edited plan."""
    other = open_desk(desk.database.data, "wang.wei", now=clock)
    other.site = replace(other.site, plan=EDITED)
    yield other
    other.database.close()


def _owed(desk: Desk, number: int) -> list[dict[str, object]]:
    query = select(tables.due).where(tables.due.c.incident == number)
    with desk.database.read() as connection:
        rows = connection.execute(query.order_by(tables.due.c.duty, tables.due.c.key)).mappings()
        return [dict(row) for row in rows]


def _by(desk: Desk, number: int, plan: Plan) -> list[dict[str, object]]:
    return projections.columns_of(reading.read_incident(desk, number).incident, plan)["due"]


def _editions(desk: Desk) -> list[str]:
    found = reading.read_log(desk, incident=NO_INCIDENT)
    return [event.body["version"] for event in reversed(found) if event.kind is Kind.PLAN_ADOPTED]


def _holds(desk: Desk) -> None:
    with desk.database.read() as connection:
        assert verify(connection).faults == ()


def test_an_edit_changes_nothing_that_an_open_incident_owes(desk: Desk, edited: Desk, clock: Clock) -> None:
    calls.take_call(desk, CALL)
    before = _owed(desk, 1)
    assert before == _by(desk, 1, PLAN) != _by(desk, 1, EDITED)
    edited.perform("pin", 1, {"entry": str(reading.read_incident(desk, 1).history[0].seq)})
    since_touched = [row for row in before if row["duty"] != "look-again"]
    assert [row for row in _owed(edited, 1) if row["duty"] != "look-again"] == since_touched
    clock.pass_(minutes=1)
    calls.take_call(edited, CALL)
    calls.take_call(edited, {**CALL, "workstation": "lab-01"}, join=1)
    for act, given in (
        ("acknowledge", {}),
        ("verify", {"result": "confirmed"}),
        ("classify", {"category": "II", "reason": "one network"}),
        ("eta", {"earliest": "+30"}),
        ("stopped", {"departments": "reg, lab"}),
        ("mitigated", {}),
    ):
        for number, plan in ((1, PLAN), (2, EDITED)):
            edited.perform(act, number, given)
            assert _owed(edited, number) == _by(edited, number, plan), (act, number)
    assert _by(edited, 1, PLAN) != _by(edited, 1, EDITED)
    _holds(desk)


def test_an_edit_changes_no_category(desk: Desk, edited: Desk) -> None:
    calls.take_call(desk, CALL)
    calls.take_call(edited, CALL)
    values = {"component": "data", "data": "attack"}
    judged = classifying.judge_answers(desk, 1, values)
    assert judged.category is not Category.UNCLASSIFIED
    assert classifying.judge_answers(edited, 1, values) == judged
    assert classifying.judge_answers(edited, 2, values).category is Category.UNCLASSIFIED
    assert classifying.prefilled(edited, 1, None).plan == PLAN
    assert classifying.prefilled(edited, 2, None).plan == EDITED
    rows = {row.number: row for row in _queue(edited)}
    assert rows[1].treated_at != rows[2].treated_at
    edited.perform("note", 1, {"text": "looked"})
    assert {row.number: (row.category, row.treated, row.treated_at) for row in _queue(edited)} == {
        number: (row.category, row.treated, row.treated_at) for number, row in rows.items()
    }


def _queue(desk: Desk) -> list[Row]:
    with desk.database.read() as connection:
        return projections.queue(connection)


def test_each_edition_is_on_record_once_and_whole(desk: Desk, edited: Desk, clock: Clock) -> None:
    for each in (desk, edited, desk, edited):
        calls.take_call(each, CALL)
    assert _editions(desk) == [PLAN.version, EDITED.version]
    moved = calls.take_call(edited, {**CALL, "workstation": "lab-01"}, join=1)
    calls.move_report(edited, 5, to=None)
    assert moved.incident == 1
    fresh = open_desk(desk.database.data, now=clock)
    plans = {number: reading.read_incident(fresh, number).plan for number in range(1, 6)}
    assert plans == {1: PLAN, 2: EDITED, 3: PLAN, 4: EDITED, 5: EDITED}
    assert _editions(fresh) == [PLAN.version, EDITED.version]
    _holds(fresh)
    fresh.database.close()


def test_an_edition_that_was_not_written_after_all_is_adopted_by_the_next(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(tmp_path / "empty", now=clock)

    def fail(_connection: object, _row: object) -> None:
        raise RuntimeError("between the event and its projection")

    with monkeypatch.context() as broken:
        broken.setattr(projections, "put", fail)
        with pytest.raises(RuntimeError, match="between"):
            calls.take_call(desk, CALL)
    assert _editions(desk) == []
    calls.take_call(desk, CALL)
    assert _editions(desk) == [PLAN.version]
    assert _owed(desk, 1) == _by(desk, 1, PLAN)
    _holds(desk)
    desk.database.close()

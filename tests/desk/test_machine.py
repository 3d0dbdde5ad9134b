"""Any sequence of acts from several desks: one record, whole at every step, and the same for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from hisconsole.desk import calls, reading
from hisconsole.desk.actor import act_id
from hisconsole.desk.board import first_board, newer_board, older_board
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.duties import tell_overdue
from hisconsole.errors import NotFound, Refused
from hisconsole.plan.events import SITE as NO_INCIDENT
from hisconsole.plan.events import Event
from hisconsole.plan.fold import fold
from hisconsole.plan.incident import Incident
from hisconsole.plan.words import State
from hisconsole.store import events, projections, tables
from hisconsole.store.verify import verify
from tests.hospital import OPERATORS, SITE, Clock, lay_record, open_desk
from tests.postgres import POSTGRESQL
from tests.shares import tries

DESKS = st.integers(0, len(OPERATORS) - 1)
NUMBERS = st.integers(1, 4)
PLACES = st.sampled_from(["reg-01", "reg-02", "lab-01", "w3-01", "a laptop"])
WHEN = st.sampled_from(["", "-10", "-40"])

ACTS: dict[str, st.SearchStrategy[dict[str, str]]] = {
    "acknowledge": st.just({}),
    "assign": st.fixed_dictionaries({"owner": st.sampled_from(["", *OPERATORS])}),
    "verify": st.fixed_dictionaries(
        {"result": st.sampled_from(["confirmed", "not-reproduced", "user-resolved"]), "at": WHEN}
    ),
    "note": st.fixed_dictionaries({"text": st.just("seen"), "at": WHEN}),
    "pin": st.fixed_dictionaries({"entry": st.integers(1, 20).map(str)}),
    "classify": st.fixed_dictionaries(
        {"category": st.sampled_from(["I", "II", "III", "Other"]), "reason": st.just("so it is")}
    ),
    "escalate": st.just({"reason": "no end in sight"}),
    "hold": st.fixed_dictionaries(
        {"by": st.sampled_from(["chen.hao", "li.na"]), "reason": st.just("it ends soon")}
    ),
    "paralysis": st.fixed_dictionaries({"confirmed": st.sampled_from(["yes", "no"])}),
    "stopped": st.fixed_dictionaries({"departments": st.sampled_from(["all", "none", "lab, reg"])}),
    "aggravate": st.fixed_dictionaries({"aggravators": st.sampled_from(["none", "staff-away"])}),
    "met": st.fixed_dictionaries(
        {"duty": st.sampled_from(["feedback", "director", "gate"]), "text": st.just("rang"), "at": WHEN}
    ),
    "summary": st.fixed_dictionaries(
        {"audience": st.sampled_from(["team", "leader"]), "text": st.just("the lab stands")}
    ),
    "eta": st.fixed_dictionaries({"earliest": st.sampled_from(["+5", "+60", "-5"])}),
    "cause": st.just({"text": "the disk", "confidence": "suspected"}),
    "fix": st.just({"text": "freed it", "result": "worked"}),
    "ruled-out": st.just({"text": "the switch", "how": "its counters"}),
    "contingency": st.just({"if": "it fills again", "then": "free it"}),
    "mitigated": st.just({}),
    "recovered": st.fixed_dictionaries({"at": WHEN}),
    "review": st.just({}),
    "reopen": st.just({"reason": "it is back"}),
    "close": st.just({"reason": "over"}),
    "undo": st.just({}),
}
ONWARD: dict[State, list[tuple[str, dict[str, str]]]] = {
    State.NEW: [("acknowledge", {}), ("verify", {"result": "confirmed"})],
    State.VERIFYING: [
        ("verify", {"result": "confirmed"}),
        ("verify", {"result": "user-resolved"}),
        ("classify", {"category": "I", "reason": "all is down"}),
        ("close", {"reason": "over"}),
    ],
    State.ACTIVE: [
        ("mitigated", {}),
        ("recovered", {}),
        ("eta", {"earliest": "+5"}),
        ("classify", {"category": "I", "reason": "all is down"}),
    ],
    State.MITIGATED: [("recovered", {}), ("reopen", {"reason": "it is back"})],
    State.RECOVERED: [("review", {}), ("close", {"reason": "over"}), ("undo", {})],
    State.REVIEW: [("close", {"reason": "over"}), ("reopen", {"reason": "it is back"})],
    State.CLOSED: [("reopen", {"reason": "it is back"}), ("undo", {})],
}
"""What moves an incident on, so that sequences reach every state."""

HARMLESS = {
    *("noted", "pinned", "reported", "attached", "corrected", "fix"),
    *("met", "due", "summary", "ruled-out", "contingency"),
}
ACT = st.sampled_from(sorted(ACTS)).flatmap(lambda name: st.tuples(st.just(name), ACTS[name]))


class Hospital(RuleBasedStateMachine):
    """Three operators at desks of their own on one record, each keeping a board."""

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        data = lay_record(Path(self.folder.name) / "data")
        self.clock = Clock()
        self.desks = [open_desk(data, operator, now=self.clock) for operator in OPERATORS]
        self.boards = [first_board(desk) for desk in self.desks]
        self.seen: list[dict[int, int]] = [{} for _ in self.desks]
        self.last: tuple[Callable[[Desk, str], Outcome], str, Outcome] | None = None
        self.acts: dict[str, int] = {event["act"]: 1 for event in self._everything()["event"]}

    def teardown(self) -> None:
        for desk in getattr(self, "desks", []):
            desk.database.close()
        if hasattr(self, "folder"):
            self.folder.cleanup()

    # ---- what operators do

    def _do(self, desk: int, act: Callable[[Desk, str], Outcome]) -> None:
        """Carry out an act; a refused one must change nothing, a done one adds its events once."""
        before = self._everything()
        act_named = act_id(self.clock())
        try:
            outcome = act(self.desks[desk], act_named)
        except (Refused, NotFound):
            assert self._everything() == before
            return
        assert (outcome.act, outcome.repeated) == (act_named, False)
        after = self._everything()["event"]
        added = after[len(before["event"]) :]
        assert after[: len(before["event"])] == before["event"]
        assert added
        assert {row["act"] for row in added} == {act_named}
        assert outcome.seq == added[-1]["seq"] == len(after)
        assert outcome.incident in {row["incident"] for row in added}
        assert {row["actor"] for row in added} == {OPERATORS[desk]}
        self.acts[act_named] = len(added)
        self.last = (act, act_named, outcome)

    @precondition(lambda self: len(self.acts) < 4 or len(self.acts) % 5 == 0)
    @rule(desk=DESKS, place=PLACES, symptom=st.integers(1, 6), since=WHEN, phone=st.booleans())
    def call(self, desk: int, place: str, symptom: int, since: str, phone: bool) -> None:
        given = {"workstation": place, "symptom": str(symptom), "occurred": since}
        given["callback"] = "13800000000" if phone else ""
        self._do(desk, lambda desk, act: calls.take_call(desk, given, act=act))

    @rule(desk=DESKS, place=PLACES, join=NUMBERS, since=WHEN)
    def call_again(self, desk: int, place: str, join: int, since: str) -> None:
        given = {"workstation": place, "symptom": "3", "occurred": since}
        self._do(desk, lambda desk, act: calls.take_call(desk, given, join=join, act=act))

    @rule(desk=DESKS, number=NUMBERS, act=ACT)
    def perform(self, desk: int, number: int, act: tuple[str, dict[str, str]]) -> None:
        self._perform(desk, number, *act)

    @rule(desk=DESKS, number=NUMBERS, ways=st.lists(st.integers(0, 3), min_size=2, max_size=7))
    def go_on(self, desk: int, number: int, ways: list[int]) -> None:
        for way in ways:
            incident = self._incident(number)
            if incident is None:
                return
            legal = ONWARD[incident.state]
            self._perform(desk, number, *legal[way % len(legal)])

    def _perform(self, desk: int, number: int, name: str, given: dict[str, str]) -> None:
        self._do(desk, lambda desk, act: desk.perform(name, number, given, act=act))

    @rule(desk=DESKS, number=NUMBERS)
    def take_back(self, desk: int, number: int) -> None:
        self._perform(desk, number, "undo", {})

    @rule(desk=DESKS, number=NUMBERS, act=ACT)
    def perform_as_seen(self, desk: int, number: int, act: tuple[str, dict[str, str]]) -> None:
        """With the version this desk saw last, which may be stale."""
        name, given = act
        expected = self.seen[desk].get(number, 0)
        before = self._incident(number)
        self._do(
            desk,
            lambda desk, act: desk.perform(name, number, given, expected=expected, act=act),
        )
        after = self._incident(number)
        if before and after and after.version > before.version > expected:
            meanwhile = [event for event in self._history(number) if expected < event.seq]
            others = [
                event.kind.value
                for event in meanwhile
                if event.seq <= before.version and event.actor != OPERATORS[desk]
            ]
            assert set(others) <= HARMLESS

    @rule(desk=DESKS, report=NUMBERS, to=st.one_of(st.none(), NUMBERS))
    def move(self, desk: int, report: int, to: int | None) -> None:
        self._do(desk, lambda desk, act: calls.move_report(desk, report, to=to, act=act))

    @rule(desk=DESKS, report=NUMBERS, place=PLACES, since=st.sampled_from(["-5", "-90"]))
    def correct(self, desk: int, report: int, place: str, since: str) -> None:
        given = {"workstation": place, "occurred": since, "words": "put right"}
        self._do(desk, lambda desk, act: calls.correct_report(desk, report, given, act=act))

    @precondition(lambda self: getattr(self, "last", None) is not None)
    @rule(desk=DESKS)
    def repeat(self, desk: int) -> None:
        """The same act id again, from any desk and at any later time."""
        assert self.last is not None
        act, name, first = self.last
        before = self._everything()
        again = act(self.desks[desk], name)
        assert self._everything() == before
        assert replace(again, repeated=False) == first
        assert again.repeated

    @rule(desk=DESKS, number=NUMBERS)
    def look(self, desk: int, number: int) -> None:
        try:
            file = reading.read_incident(self.desks[desk], number)
        except NotFound:
            assert self._incident(number) is None
            return
        assert file.incident == self._incident(number)
        self.seen[desk][number] = file.incident.version

    @rule(seconds=st.sampled_from([1, 5, 15, 200]))
    def wait(self, seconds: int) -> None:
        self.clock.moment += timedelta(seconds=seconds)

    @rule(desk=DESKS, again=DESKS)
    def tell(self, desk: int, again: int) -> None:
        """What has fallen due is told by whoever looks first, and by nobody again."""
        before = self._everything()["event"]
        told = tell_overdue(self.desks[desk])
        added = self._everything()["event"][len(before) :]
        assert len(added) == told
        assert {row["kind"] for row in added} <= {"due"}
        for row in added:
            self.acts[row["act"]] = told
        assert tell_overdue(self.desks[again]) == 0

    @rule(desk=DESKS)
    def refresh(self, desk: int) -> None:
        """A board brought forward from any earlier one is the board made from nothing."""
        self.boards[desk] = newer_board(self.desks[desk], self.boards[desk])
        assert older_board(self.desks[desk], self.boards[desk]) == first_board(self.desks[desk])

    # ---- what must hold

    def _everything(self) -> dict[str, list[dict[str, Any]]]:
        with self.desks[0].database.read() as connection:
            return {
                table.name: [
                    dict(row)
                    for row in connection.execute(
                        select(table).order_by(*table.primary_key.columns)
                    ).mappings()
                ]
                for table in tables.metadata.sorted_tables
            }

    def _history(self, number: int) -> list[Event]:
        with self.desks[0].database.read() as connection:
            return events.of_incident(connection, number)

    def _incident(self, number: int) -> Incident | None:
        return fold(self._history(number))

    @invariant()
    def the_record_holds(self) -> None:
        if not hasattr(self, "desks"):
            return
        with self.desks[0].database.read() as connection:
            proof = verify(connection)
            rows = {row.number: row for row in projections.queue(connection)}
            count = events.count(connection)
        assert proof.faults == ()
        assert proof.head.seq == count == sum(self.acts.values())
        stored = self._everything()
        by_act: dict[str, int] = {}
        for event in stored["event"]:
            by_act[event["act"]] = by_act.get(event["act"], 0) + 1
        assert by_act == self.acts  # no act is half done, and none twice
        rebuilt = projections_from_nothing(stored["event"], self._history)
        for name, expected in rebuilt.items():
            assert stored[name] == expected, name
        open_ = {row["number"] for row in stored["incident"] if row["state"] != State.CLOSED.value}
        assert set(rows) == open_
        assert {row["report"] for row in stored["callback"]} <= {row["number"] for row in stored["report"]}


def projections_from_nothing(
    stored: list[dict[str, Any]], history: Callable[[int], list[Event]]
) -> dict[str, list[dict[str, Any]]]:
    """What the projections must be, from the events alone."""
    made: dict[str, list[dict[str, Any]]] = {"incident": [], "report": [], "due": []}
    for number in sorted({event["incident"] for event in stored} - {NO_INCIDENT}):
        incident = fold(history(number))
        assert incident is not None
        columns: dict[str, Any] = projections.columns_of(incident, SITE.plan)
        row = columns["incident"]
        made["incident"] += row if isinstance(row, list) else [row]
        made["report"] += columns["report"]
        made["due"] += columns["due"]
    made["report"].sort(key=lambda row: int(row["number"]))
    made["due"].sort(key=lambda row: (row["incident"], row["duty"], row["key"]))
    return made


SETTINGS = settings(
    max_examples=tries(25),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestHospital = Hospital.TestCase
TestHospital.settings = SETTINGS


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("either", [POSTGRESQL], indirect=True)
def test_the_same_holds_on_a_server(either: str) -> None:
    run_state_machine_as_test(Hospital, settings=settings(SETTINGS, max_examples=tries(10)))

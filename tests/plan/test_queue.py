"""The queue: what is due, what comes first, what rings, and the filter an operator types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from hisconsole.plan.due import ETA, duties
from hisconsole.plan.queue import Haystacks, Row, category_at, risk, row_of, serious, wanted
from hisconsole.plan.words import Category, State
from tests.hospital import START
from tests.plan.play import LI, PLAN, WANG, Play, a_report, standing_in


@pytest.mark.parametrize(
    ("state", "owed"),
    [
        (State.NEW, [("acknowledge", 2), ("verify", 5)]),
        (State.VERIFYING, [("verify", 5)]),
        (State.ACTIVE, []),
        (State.MITIGATED, []),
        (State.RECOVERED, []),
        (State.REVIEW, []),
        (State.CLOSED, []),
    ],
)
def test_what_each_state_owes_by_when(state: State, owed: Sequence[tuple[str, int]]) -> None:
    found = duties(standing_in(state).incident, PLAN)
    first = [due for due in found if due.duty in ("acknowledge", "verify")]
    assert [(due.duty, (due.at - START).seconds // 60) for due in first] == list(owed)


def test_what_was_looked_into_owes_no_verification() -> None:
    play = Play().call().act("verify", result="not-reproduced")
    assert "verify" not in {due.duty for due in duties(play.incident, PLAN)}


@pytest.mark.parametrize(
    ("state", "is_owed"),
    [
        (State.NEW, False),
        (State.VERIFYING, False),
        (State.ACTIVE, True),
        (State.MITIGATED, True),
        (State.RECOVERED, False),
    ],
)
def test_an_eta_is_due_while_the_fault_is_there(state: State, is_owed: bool) -> None:
    play = standing_in(state).act("eta", earliest="+20", latest="+40")
    owed = [due for due in duties(play.incident, PLAN) if due.duty == ETA]
    assert bool(owed) is is_owed
    if owed:
        assert owed[0].at == play.events[-1].at + timedelta(minutes=40)
        assert owed[0].owner == LI


def test_a_call_dated_back_is_due_at_once() -> None:
    play = Play().call(a_report(occurred=START - timedelta(minutes=25)))
    row = row_of(play.incident, PLAN)
    assert (row.duty, row.due_at) == ("acknowledge", START - timedelta(minutes=23))


def test_the_row_counts_places_and_speaks_of_the_first_report() -> None:
    play = Play().call(a_report(1)).call(a_report(2, workstation="reg-02", words="mine too"))
    play.call(a_report(3, workstation="lab-01", department="lab", critical=False))
    play.call(a_report(4, workstation="lab-01", department="lab", critical=False))
    play.call(a_report(5, workstation="a laptop", department=""))
    row = row_of(play.act("acknowledge", WANG).incident, PLAN)
    assert (row.scope, row.departments, row.critical) == (4, 2, True)
    assert (row.workstation, row.words) == ("reg-01", a_report().words)
    assert (row.key, row.owner, row.version) == (1, WANG, len(play.events))


def test_a_row_without_reports_is_a_row() -> None:
    row = row_of(replace(Play().call().incident, reports=()), PLAN)
    assert (row.workstation, row.scope, row.t0) == ("", 0, START)


BASE = replace(
    row_of(standing_in(State.ACTIVE).incident, PLAN), critical=False, serious=False, due_at=None, duty=""
)


def _row(**changes: object) -> Row:
    return replace(BASE, **changes)  # type: ignore[arg-type]


PAST, AHEAD = START - timedelta(minutes=1), START + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({"category": Category.I}, {"category": Category.UNCLASSIFIED}, id="I"),
        pytest.param({"category": Category.UNCLASSIFIED}, {"category": Category.II}, id="unclear"),
        pytest.param({"category": Category.II}, {"category": Category.OTHER}, id="II"),
        pytest.param({"category": Category.OTHER}, {"category": Category.III}, id="III last"),
        pytest.param({"state": State.NEW}, {"state": State.VERIFYING}, id="new"),
        pytest.param({"state": State.VERIFYING}, {"state": State.ACTIVE}, id="verifying"),
        pytest.param({"state": State.ACTIVE}, {"state": State.MITIGATED}, id="active"),
        pytest.param({"state": State.MITIGATED}, {"state": State.RECOVERED}, id="mitigated"),
        pytest.param({"state": State.RECOVERED}, {"state": State.BACK_ENTRY}, id="recovered"),
        pytest.param({"state": State.BACK_ENTRY}, {"state": State.REVIEW}, id="back-entry"),
        pytest.param({"due_at": PAST}, {"due_at": AHEAD}, id="overdue"),
        pytest.param({"due_at": START}, {"due_at": None}, id="due this moment"),
        pytest.param({"scope": 3}, {"scope": 2}, id="more workstations"),
        pytest.param({"departments": 2, "scope": 2}, {"scope": 6}, id="a department weighs five"),
        pytest.param({"t0": PAST}, {"t0": START}, id="older"),
        pytest.param({"number": 4}, {"number": 5}, id="same age"),
        pytest.param(
            {"category": Category.I, "state": State.REVIEW, "t0": AHEAD},
            {"category": Category.II, "due_at": PAST, "scope": 50},
            id="category before all",
        ),
        pytest.param({"state": State.NEW}, {"due_at": PAST, "scope": 50}, id="state before duty and scope"),
        pytest.param({"due_at": PAST}, {"scope": 50, "t0": PAST}, id="duty before scope and age"),
    ],
)
def test_the_order_of_risk(first: dict[str, object], second: dict[str, object]) -> None:
    assert risk(_row(**first), now=START) < risk(_row(**second), now=START)


@pytest.mark.parametrize(
    ("call", "is_serious"),
    [
        ({}, False),
        ({"department": "icu"}, True),
        ({"department": "lab", "workstation": "lab-01"}, False),
    ],
)
def test_a_row_is_serious_as_the_plan_says(call: dict[str, object], is_serious: bool) -> None:
    report = a_report(1, critical=False, **call)
    assert row_of(Play().call(report).incident, PLAN).serious is is_serious


@pytest.mark.parametrize(
    ("minutes", "treated", "counts_as"),
    [
        (9, Category.I, Category.UNCLASSIFIED),
        (10, Category.I, Category.I),
        (10, Category.II, Category.UNCLASSIFIED),
    ],
)
def test_what_nobody_classified_counts_as_more_in_time(
    minutes: int, treated: Category, counts_as: Category
) -> None:
    row = _row(treated=treated, treated_at=START + timedelta(minutes=10))
    now = START + timedelta(minutes=minutes)
    assert category_at(row, now) is counts_as
    assert (risk(row, now=now) < risk(_row(category=Category.I, t0=AHEAD), now=now)) is (
        counts_as is Category.I
    )


@pytest.mark.parametrize(
    ("changes", "rings"),
    [
        ({}, False),
        ({"critical": True}, True),
        ({"serious": True}, True),
        ({"critical": True, "state": State.CLOSED}, False),
        ({"serious": True, "state": State.CLOSED}, False),
    ],
)
def test_what_rings_until_it_is_taken(changes: dict[str, object], rings: bool) -> None:
    assert serious(_row(**changes)) is rings


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("", True),
        ("disk", True),
        ("DISK FULL", True),
        ("disk lab", False),
        ("0001", True),
        ("reg-01", True),
        ("!disk", False),
        ("!lab", True),
        ("!", True),
        ("!!disk", True),
        ("state:active", True),
        ("state:act", True),
        ("state:new", False),
        ("!state:new", True),
        ("cat:ii", True),
        ("cat:i", False),
        ("category:II", True),
        ("owner:me", True),
        ("owner:li.na", True),
        ("owner:LI.NA", True),
        ("owner:li", False),
        ("owner:none", False),
        ("dept:reg", True),
        ("dept:lab", False),
        ("ws:reg", True),
        ("symptom:cannot", True),
        ("is:overdue", True),
        ("is:mine", True),
        ("is:unclaimed", False),
        ("is:serious", False),
        ("is:open", True),
        ("is:anything", False),
        ("12:30", False),
        ("it:says", False),
        ("state:active !owner:none disk", True),
    ],
)
def test_the_filter(expression: str, found: bool) -> None:
    row = _row(category=Category.II, due_at=PAST)
    assert wanted(expression, me=LI, now=START)(row) is found


def test_what_a_filter_looks_in_is_put_together_anew_only_for_a_row_that_changed() -> None:
    haystacks = Haystacks()
    first = replace(row_of(Play().call().incident, PLAN), words="printer")
    keep = wanted("printer", me="", now=START, haystack=haystacks)
    assert keep(first)
    assert haystacks(first) is haystacks(first)
    assert not keep(replace(first, words="screen")), "the row of that number is another now"
    assert keep(first)
    haystacks.clear()
    assert keep(first)

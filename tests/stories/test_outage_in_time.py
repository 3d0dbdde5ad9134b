"""A Category I outage in compressed time: what falls due is told once, whatever restarts and clocks do."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hisconsole.desk.duties import tell_overdue
from hisconsole.desk.reading import read_incident, read_log
from hisconsole.errors import HisError
from hisconsole.plan.acts import all_acts
from hisconsole.plan.asking import Ask, Field
from hisconsole.plan.words import State
from tests.shares import tries
from tests.stories.outage import AUTUMN, DAY, END, HANDS, STORY, Outage, an_outage, play, told

TOLD = [
    "director-i@6",
    "paralysis@10",
    "escalate@12",
    "cashier@12",
    "engineer@15",
    "vendor@15",
    "feedback-i@21",
    "stage-1@30",
    "feedback-i@37",
    "escalate@43",
    "summary-leader@50",
    "summary-team@50",
    "feedback-i@75",
    "look-again-i@75",
    "eta@100",
    "summary-team@111",
    "summary-leader@112",
    "look-again-i@128",
    "look-again-i@170",
    "summary-leader@173",
    "summary-team@173",
    "look-again-i@186",
    "director-i@205",
    "paralysis@210",
    "escalate@212",
    "cashier@214",
    "engineer@220",
    "feedback-i@220",
    "vendor@220",
    "stage-1@225",
    "eta@235",
    "look-again-i@241",
]
"""What the watch tells in the story of the duties that it is about, in minutes since it began."""
ABOUT = {each.split("@")[0] for each in TOLD}

LONG = settings(deadline=None, suppress_health_check=list(HealthCheck))
SOME_STEPS = st.frozensets(st.integers(0, len(STORY) - 1), max_size=6)
EVERY_STEP = frozenset(range(len(STORY)))


class Undisturbed:
    """The story with nothing in its way: what others are compared with."""

    def __init__(self) -> None:
        with an_outage() as outage:
            self.owed = [outage.minutes(each) for each in play(outage)]
            self.told = outage.minutes(outage.told)
            self.record = record(outage)


@pytest.fixture(scope="module")
def undisturbed() -> Undisturbed:
    return Undisturbed()


def record(outage: Outage) -> list[tuple[object, ...]]:
    """What happened and when, whoever did it."""
    return [
        (event.kind, event.at, event.recorded, {**event.body, "by": "", "taken_by": "", "owner": ""})
        for event in reversed(read_log(outage.watch, limit=10_000))
    ]


def test_every_deadline_is_told_once_when_it_passes_and_none_after_it_stopped() -> None:
    with an_outage() as outage:
        play(outage)
        passed = outage.minutes(outage.told)
        assert [each for each in passed if each.split("@")[0] in ABOUT] == TOLD
        assert [event.recorded for event in outage.fallen()] == [at for _duty, _key, at in outage.told]
        assert {event.actor for event in outage.fallen()} == {"watch"}
        incident = read_incident(outage.watch, 1).incident
        assert (incident.state, incident.category, incident.reopened) == (State.CLOSED, "I", 2)
        assert outage.owed() == []
        outage.jump(4 * DAY)
        outage.pass_until(END + 30)
        assert outage.minutes(outage.told) == passed


@settings(LONG, max_examples=3)
@example(restarts=EVERY_STEP, swapped=frozenset())
@example(restarts=EVERY_STEP, swapped=EVERY_STEP)
@given(restarts=SOME_STEPS, swapped=SOME_STEPS)
@pytest.mark.slow
def test_restarts_and_who_sits_where_change_nothing(
    undisturbed: Undisturbed, restarts: frozenset[int], swapped: frozenset[int]
) -> None:
    with an_outage() as outage:
        owed = play(outage, restarts=restarts, swapped=swapped)
        assert [outage.minutes(each) for each in owed] == undisturbed.owed
        assert outage.minutes(outage.told) == undisturbed.told
        assert record(outage) == undisturbed.record


@settings(LONG, max_examples=3)
@example(jumps=dict.fromkeys(range(1, len(STORY), 2), -DAY / 24), restarts=EVERY_STEP)
@example(jumps=dict.fromkeys(range(2, len(STORY), 2), DAY), restarts=frozenset())
@given(
    jumps=st.dictionaries(
        st.integers(1, len(STORY) - 1), st.sampled_from([-DAY / 24, DAY / 24, DAY, -DAY]), max_size=5
    ),
    restarts=SOME_STEPS,
)
@pytest.mark.slow
def test_a_clock_that_jumps_and_is_put_right_moves_no_duty(
    undisturbed: Undisturbed, jumps: dict[int, timedelta], restarts: frozenset[int]
) -> None:
    """By a clock that is ahead more is overdue, and is told; but each deadline once, and none is missed."""
    with an_outage() as outage:
        owed = play(outage, restarts=restarts, jumps=jumps)
        assert [outage.minutes(each) for each in owed] == undisturbed.owed
        assert set(outage.minutes(outage.told)) >= set(undisturbed.told)
        assert len(told(outage.fallen())) == len(set(told(outage.fallen())))
        if all(length < timedelta() for length in jumps.values()):
            assert outage.minutes(outage.told) == undisturbed.told


@pytest.mark.parametrize(
    ("timezone", "start"),
    [
        pytest.param("Europe/Berlin", AUTUMN, id="an hour twice"),
        *(
            pytest.param(timezone, start, id=name, marks=pytest.mark.slow)
            for name, timezone, start in (
                ("an hour missing", "Europe/Berlin", datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
                ("New York", "America/New_York", datetime(2026, 11, 1, 4, 45, tzinfo=UTC)),
                ("half an hour twice", "Australia/Lord_Howe", datetime(2026, 4, 4, 14, 15, tzinfo=UTC)),
            )
        ),
    ],
)
def test_the_hospital_clock_changes_in_the_middle(
    undisturbed: Undisturbed, timezone: str, start: datetime
) -> None:
    with an_outage(timezone, start) as outage:
        owed = play(outage, restarts=frozenset({10, 30}))
        assert outage.minutes(outage.told) == undisturbed.told
        assert [outage.minutes(each) for each in owed] == undisturbed.owed


def test_what_is_done_after_a_reopening_counts_though_the_clock_was_set_back(
    undisturbed: Undisturbed,
) -> None:
    """An hour back for good, as soon as it is reopened: the same is owed after each act, and told once."""
    reopened = [number for number, step in enumerate(STORY) if step[2] == "reopen"][-1]
    with an_outage() as outage:
        play(outage, steps=STORY[: reopened + 1], until=STORY[reopened][0])
        outage.clock.pass_(hours=-1)
        owed = play(outage, steps=STORY[reopened + 1 :])
        names = [sorted(name.split("@")[0] for name in outage.minutes(each)) for each in owed]
        assert names == [
            sorted(each.split("@")[0] for each in known) for known in undisturbed.owed[reopened + 1 :]
        ]
        assert len(told(outage.fallen())) == len(set(told(outage.fallen())))


# ---- any order of acts

WORDS = ["", "done", "all", "none", "registration, cashier", "staff-away", "chen.hao", "it is so"]


def _answers(field: Field) -> st.SearchStrategy[str]:
    if field.choices:
        values = st.sampled_from([choice.value for choice in field.choices])
    elif field.ask is Ask.WHEN:
        values = st.sampled_from(["-3", "-40"])
    elif field.ask is Ask.AHEAD:
        values = st.sampled_from(["+5", "+25", "+90"])
    elif field.ask is Ask.PERSON:
        values = st.sampled_from(["chen.hao", *HANDS])
    elif field.ask is Ask.TEXT:
        values = st.sampled_from(WORDS)
    else:
        values = st.integers(1, 30).map(str)
    return values if field.required else st.one_of(st.just(""), values)


ANY_ACT = st.one_of(
    st.just(("call", {"workstation": "lab-01", "symptom": "no-network"})),
    st.just(("call", {"workstation": "w3-01", "symptom": "cannot-save", "occurred": "-20"})),
    st.just(("guided", {})),
    *(
        st.tuples(
            st.just(act.name), st.fixed_dictionaries({field.name: _answers(field) for field in act.asks})
        )
        for act in all_acts().values()
    ),
)
ONWARD = [("verify", {"result": "confirmed"}), ("paralysis", {"confirmed": "yes"}), ("recovered", {})]
"""What leads to states that any acts seldom reach."""
ACTS = st.tuples(st.integers(0, 1), st.sampled_from(ONWARD) | ANY_ACT, st.integers(0, 9))
WAITS = st.sampled_from([0, 5, 60, 400, 900, 3600])


@settings(LONG, max_examples=tries(25))
@given(st.lists(st.tuples(ACTS, WAITS, st.booleans()), min_size=5, max_size=30))
def test_no_order_of_acts_breaks_the_record_or_tells_a_deadline_twice(
    acts: list[tuple[tuple[int, tuple[str, dict[str, str]], int], int, bool]],
) -> None:
    with an_outage() as outage:
        outage.act(0, "call", {"workstation": "reg-01", "symptom": "no-network"})
        outage.minute = 1  # from now on calls join it
        for (hand, (name, answers), which), seconds, restart in acts:
            typed = dict(answers)
            owed = outage.owed()
            if name == "met" and owed:
                duty, key, _at = owed[which % len(owed)]
                typed.update(duty=duty, key=key)
            with suppress(HisError):
                outage.act(hand, name, typed)
            outage.clock.pass_(seconds=seconds)
            passed = {each for each in outage.owed() if each[2] <= outage.clock()}
            before = len(outage.fallen())
            tell_overdue(outage.watch)
            assert set(told(outage.fallen()[before:])) <= passed
            if restart:
                outage.restart()
        everything = told(outage.fallen())
        assert len(everything) == len(set(everything))

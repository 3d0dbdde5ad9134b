"""Whatever comes of the calls, in whatever order: the tree ends, or says who is still owed and by when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hisconsole.plan.calltree import Turn, tree
from hisconsole.plan.incident import Incident
from hisconsole.plan.outreach import CallOutcome, NumberKind, Ordered
from tests.plan.calling import CHEN, DUTY, FANG, IN_TURN, MEMBERS, NUMBERS, ORDER, a_call, escalated
from tests.plan.play import LI, WANG
from tests.plan.small_plan import PLAN, minutes

untimed = settings(deadline=None)
EVERYBODY = (LI, WANG, CHEN, FANG, DUTY, *MEMBERS)
OUTCOMES = st.sampled_from([outcome.value for outcome in CallOutcome])
ORDERS = st.sampled_from([ORDER, IN_TURN, (*IN_TURN, Ordered(4, "duty", ()), Ordered(4, "nobody", ()))])
CALLS = st.lists(
    st.tuples(st.floats(20, 60), st.sampled_from(EVERYBODY), OUTCOMES, st.sampled_from(NumberKind)),
    max_size=30,
)
ENDS = frozenset({Turn.REACHED, Turn.DECLINED, Turn.SPARED})


def _after(order: tuple[Ordered, ...], calls: list[tuple[float, str, str, NumberKind]]) -> Incident:
    made = [(at, who, f"{outcome} {number.value}") for at, who, outcome, number in calls]
    return escalated(*made, order=order)


@untimed
@given(ORDERS, CALLS, st.floats(20, 90))
def test_a_tree_that_is_not_done_says_who_is_owed_and_when_the_next_call_is_due(
    order: tuple[Ordered, ...], calls: list[tuple[float, str, str, NumberKind]], minute: float
) -> None:
    incident = _after(order, calls)
    found = tree(incident, PLAN, minutes(minute))
    on_list = {row.contact for row in found.rows}
    assert on_list == {who for each in order for who in each.contacts}
    assert set(found.owed) <= on_list
    assert found.done is (found.next_at is None)
    assert all(row.turn in ENDS for row in found.rows if found.done)
    assert all(row.turn not in ENDS for row in found.rows if row.contact in found.owed)
    assert found.reached <= found.wanted


@untimed
@given(ORDERS, CALLS)
def test_nobody_who_is_owed_a_call_stays_off_the_list_for_good(
    order: tuple[Ordered, ...], calls: list[tuple[float, str, str, NumberKind]]
) -> None:
    found = tree(_after(order, calls), PLAN, minutes(600))
    if not found.done and found.next == ():
        assert all(row.turn is Turn.WRONG for row in found.rows if row.contact in found.owed)


@untimed
@given(ORDERS, CALLS, CALLS)
def test_who_was_reached_stays_reached_and_the_count_never_falls(
    order: tuple[Ordered, ...],
    calls: list[tuple[float, str, str, NumberKind]],
    more: list[tuple[float, str, str, NumberKind]],
) -> None:
    before = tree(_after(order, calls), PLAN, minutes(90))
    after = tree(_after(order, [*calls, *more]), PLAN, minutes(90))
    assert before.reached <= after.reached
    assert {row.contact for row in before.rows if row.turn is Turn.REACHED} <= {
        row.contact for row in after.rows if row.turn is Turn.REACHED
    }
    assert set(after.owed) <= set(before.owed)


@untimed
@given(ORDERS, st.lists(OUTCOMES, max_size=60), st.sampled_from(["reached", "declined"]))
def test_who_follows_the_list_reaches_its_end(
    order: tuple[Ordered, ...], outcomes: list[str], at_last: str
) -> None:
    """Each call goes to the first on the list; after `outcomes` everybody answers, and then it ends."""
    incident, now = escalated(order=order), minutes(20)
    for step in range(len(outcomes) + 2 * len(EVERYBODY) + 20):
        found = tree(incident, PLAN, now)
        if not found.next:
            if found.done or all(row.turn is Turn.WRONG for row in found.rows if row.contact in found.owed):
                break
            assert found.next_at is not None
            now = max(found.next_at, now + timedelta(minutes=1))
            continue
        who = found.next[0]
        row = found.row(who)
        assert row is not None
        assert row.number in NUMBERS[who]
        outcome = outcomes[step] if step < len(outcomes) else at_last
        call = replace(a_call(0, who, f"{outcome} {row.number}", entry=step), at=now)
        incident = replace(incident, calls=(*incident.calls, call))
        now += timedelta(seconds=40)
    found = tree(incident, PLAN, now)
    assert found.done or {row.turn for row in found.rows if row.contact in found.owed} == {Turn.WRONG}


@untimed
@given(ORDERS, CALLS, st.floats(0, 60))
def test_the_due_moment_does_not_depend_on_when_one_looks(
    order: tuple[Ordered, ...], calls: list[tuple[float, str, str, NumberKind]], later: float
) -> None:
    incident = _after(order, calls)
    assert tree(incident, PLAN, minutes(30)).next_at == tree(incident, PLAN, minutes(30 + later)).next_at

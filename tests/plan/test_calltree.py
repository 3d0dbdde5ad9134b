"""The call tree: order, attempts, who comes back when, what follows from nobody answering (domain 5.7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from hisconsole.plan.calltree import Row, Tree, Turn, tree
from hisconsole.plan.due import Due, duties
from hisconsole.plan.incident import Decided, Incident
from hisconsole.plan.outreach import Dialling, Notice, NoticeKind, NumberKind, Ordered, Purpose
from hisconsole.plan.starting import answered, starters
from hisconsole.plan.words import State
from tests.hospital import START
from tests.plan.calling import (
    CHEN,
    DUTY,
    FANG,
    IN_TURN,
    MEMBERS,
    NUMBERS,
    ORDER,
    Short,
    a_call,
    escalated,
)
from tests.plan.play import LI, WANG
from tests.plan.small_plan import PLAN, a_clock, minutes, paralysed, serious

GAO, LIN, ZHOU = MEMBERS
DEAD = ((20.0, CHEN, "no-answer"),) * 2 + ((20.0, CHEN, "no-answer office"),) * 2
"""The director's numbers, each tried twice."""
GONE = (*DEAD, (20.0, DUTY, "busy"), (20.0, DUTY, "busy"))


def at(moment: datetime | None) -> float | None:
    """A moment as minutes after the beginning."""
    return None if moment is None else (moment - START).total_seconds() / 60


def of(incident: Incident, minute: float) -> Tree:
    return tree(incident, PLAN, minutes(minute))


def row(incident: Incident, contact: str, minute: float) -> Row:
    found = of(incident, minute).row(contact)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("calls", "order", "minute", "wanted"),
    [
        pytest.param((), ORDER, 20, (DUTY, CHEN), id="5.7: duty office and director at the same time"),
        pytest.param((), IN_TURN, 20, (LI,), id="5.7: one after the other in working hours"),
        pytest.param(
            ((20, DUTY, "reached"),), ORDER, 21, (CHEN,), id="5.7: the step waits for who is called beside"
        ),
        pytest.param(
            ((20, DUTY, "reached"), (21, CHEN, "reached")),
            ORDER,
            21,
            (FANG,),
            id="5.7: then the deputy leader",
        ),
        pytest.param(
            ((20, LI, "reached"),), IN_TURN, 20, (CHEN,), id="one of a role is enough: the other is spared"
        ),
        pytest.param(
            ((20, LI, "no-answer"),), IN_TURN, 21, (LI,), id="5.7: two attempts on a number before the next"
        ),
        pytest.param(
            ((20, LI, "no-answer"), (21, LI, "busy")), IN_TURN, 21, (WANG,), id="5.7: then the next person"
        ),
        pytest.param(
            ((20, LI, "no-answer"),), IN_TURN, 25, (WANG,), id="5.7: no answer in 5 min: the next person"
        ),
        pytest.param(
            ((20, LI, "no-answer"), (21, LI, "busy")),
            IN_TURN,
            26,
            (LI, WANG),
            id="5.7: the missed one comes back on the list",
        ),
        pytest.param(((20, LI, "left-word"),), IN_TURN, 20, (WANG,), id="word was left: nobody was reached"),
        pytest.param(((20, LI, "wrong-number"),), IN_TURN, 20, (WANG,), id="the only number is wrong"),
        pytest.param(((20, LI, "declined"),), IN_TURN, 20, (WANG,), id="whoever declines is not asked again"),
        pytest.param(DEAD, ORDER, 20, (DUTY,), id="the step waits for the duty office"),
        pytest.param(GONE, ORDER, 20, (FANG,), id="both missed: the next step is not held up by a delay"),
        pytest.param(
            (*GONE, (21, FANG, "reached")), ORDER, 21, MEMBERS, id="5.7: the members, every one of them"
        ),
        pytest.param(
            (*GONE, (21, FANG, "reached"), (22, LIN, "reached")),
            ORDER,
            25,
            (DUTY, CHEN, GAO, ZHOU),
            id="missed ones come back before the members",
        ),
        pytest.param(
            ((20, DUTY, "reached"), (20, CHEN, "no-answer")),
            ORDER,
            30,
            (CHEN, FANG),
            id="5.7: no outcome recorded for 5 min ends a round as well",
        ),
    ],
)
def test_whom_to_call_now(
    calls: tuple[Short, ...], order: tuple[Ordered, ...], minute: float, wanted: tuple[str, ...]
) -> None:
    assert of(escalated(*calls, order=order), minute).next == wanted


@pytest.mark.parametrize(
    ("calls", "minute", "number"),
    [
        ((), 20, "mobile"),
        (((20, CHEN, "no-answer"),), 20, "mobile"),
        (((20, CHEN, "no-answer"), (21, CHEN, "busy")), 21, "office"),
        (((20, CHEN, "wrong-number"),), 21, "office"),
        (((20, CHEN, "wrong-number"), (21, CHEN, "no-answer office")), 21, "office"),
        (DEAD, 25, "mobile"),
        (((20, CHEN, "wrong-number"), (20, CHEN, "wrong-number office")), 21, None),
    ],
    ids=["first", "once more", "office", "wrong", "office again", "next round", "none is right"],
)
def test_which_number_to_dial_next(calls: tuple[Short, ...], minute: float, number: str | None) -> None:
    assert row(escalated(*calls), CHEN, minute).number == (NumberKind(number) if number else None)


@pytest.mark.parametrize(
    ("calls", "minute", "turn", "moment"),
    [
        pytest.param((), 21, Turn.NEXT, 20, id="since it was decided"),
        pytest.param(((20, CHEN, "reached"),), 21, Turn.REACHED, 20, id="reached"),
        pytest.param(
            ((20, CHEN, "reached"), (22, CHEN, "no-answer")), 23, Turn.REACHED, 20, id="stays reached"
        ),
        pytest.param(((20, CHEN, "declined"),), 21, Turn.DECLINED, 20, id="declined"),
        pytest.param(
            ((20, CHEN, "declined"), (22, CHEN, "reached")), 23, Turn.REACHED, 22, id="declined, then reached"
        ),
        pytest.param(((20, CHEN, "no-answer"),), 21, Turn.NEXT, 20, id="in the middle of a round"),
        pytest.param(DEAD, 24.9, Turn.RETRY, 25, id="missed: comes back after 5 min"),
        pytest.param(DEAD, 25, Turn.NEXT, 25, id="is back"),
        pytest.param(((20, CHEN, "no-answer"),), 26, Turn.RETRY, 30, id="a round that time ended"),
        pytest.param(((20, CHEN, "left-word"),), 21, Turn.RETRY, 25, id="word left: comes back"),
        pytest.param(
            ((20, CHEN, "wrong-number"), (21, CHEN, "wrong-number office")),
            22,
            Turn.WRONG,
            21,
            id="all wrong",
        ),
    ],
)
def test_where_the_director_stands(
    calls: tuple[Short, ...], minute: float, turn: Turn, moment: float
) -> None:
    found = row(escalated(*calls), CHEN, minute)
    assert (found.turn, at(found.at)) == (turn, moment)


def test_a_step_that_is_not_open_yet_is_pending_but_anybody_may_be_called_before() -> None:
    assert row(escalated(), FANG, 21).turn is Turn.PENDING
    early = row(escalated((21, FANG, "no-answer")), FANG, 21)
    assert (early.turn, early.attempts) == (Turn.NEXT, 1)


def test_the_other_one_of_a_role_is_spared() -> None:
    found = row(escalated((20, LI, "no-answer"), (21, WANG, "reached"), order=IN_TURN), LI, 40)
    assert (found.turn, found.offered) == (Turn.SPARED, False)


def test_whoever_decided_it_at_the_console_need_not_be_called() -> None:
    found = of(escalated(order=IN_TURN, by=WANG), 20)
    assert (found.next, found.reached, found.wanted) == ((CHEN,), 1, 6)


def test_a_claim_keeps_others_from_the_same_person_and_ends_by_itself() -> None:
    calling = escalated(dialling=(Dialling(CHEN, WANG, minutes(21)),))
    busy = row(calling, CHEN, 23.9)
    assert (busy.turn, busy.by, at(busy.at)) == (Turn.CALLING, WANG, 24)
    assert of(calling, 23.9).next == (DUTY,)
    assert of(calling, 24).next == (DUTY, CHEN)


def test_reached_so_many_of_so_many() -> None:
    found = of(escalated((20, DUTY, "reached"), (21, CHEN, "declined"), (22, FANG, "reached")), 22)
    assert (found.reached, found.wanted, found.owed) == (2, 6, MEMBERS)


def test_a_step_with_nobody_reachable_is_announced() -> None:
    assert of(escalated(), 20).silent == ()
    assert of(escalated(*DEAD), 20).silent == ((0, "director"),)
    nobody = (Ordered(0, "duty", ()), *IN_TURN[1:])
    found = of(escalated(order=nobody), 20)
    assert (found.silent, found.next) == (((0, "duty"),), (CHEN,))


def test_members_without_a_number_are_owed_and_nobody_waits_for_them() -> None:
    order = (Ordered(0, "director", (CHEN,), {CHEN: ()}), Ordered(1, "deputy", (FANG,)))
    found = of(escalated(order=order), 20)
    assert (found.next, found.owed, found.silent) == ((FANG,), (CHEN, FANG), ((0, "director"),))


def test_a_deputy_is_offered_once_somebody_was_missed_and_speaks_for_him() -> None:
    assert not row(escalated((20, CHEN, "no-answer")), CHEN, 20).deputy_offered
    missed = row(escalated(*DEAD), CHEN, 21)
    assert (missed.deputy, missed.deputy_offered) == (LI, True)
    incident = escalated(*DEAD)
    spoken = a_call(22, LI, "reached", instead_of=CHEN)
    reached = row(replace(incident, calls=(*incident.calls, spoken)), CHEN, 23)
    assert (reached.turn, reached.last, reached.deputy_offered) == (Turn.REACHED, spoken, False)
    in_vain = a_call(22, LI, "no-answer", instead_of=CHEN)
    assert row(replace(incident, calls=(*incident.calls, in_vain)), CHEN, 23).turn is Turn.RETRY


def test_the_deputy_leader_may_be_called_directly_after_ten_minutes() -> None:
    unheard = (Ordered(0, "members", (GAO,), NUMBERS), *ORDER[1:])
    incident = escalated((21, CHEN, "no-answer"), order=unheard)
    found = of(incident, 30)
    assert (at(found.bypass_at), FANG in found.next) == (31, False)
    assert FANG in of(incident, 31).next
    assert of(escalated((21, CHEN, "no-answer"), (22, CHEN, "reached")), 40).bypass_at is None


def test_calls_before_the_decision_told_nobody_of_it_but_count_for_the_bypass() -> None:
    before = a_call(15, CHEN, "no-answer")
    decided = Decided(held=False, at=minutes(20), by="zhao.min", reason="", calls=1)
    found = of(replace(escalated(), calls=(before,), decided=decided), 20)
    assert (found.next, at(found.bypass_at)) == ((DUTY, CHEN), 25)


@pytest.mark.parametrize(
    "incident",
    [
        pytest.param(replace(escalated(), decided=None), id="nothing decided"),
        pytest.param(
            replace(escalated(), decided=Decided(held=True, at=minutes(20), by=CHEN, reason="wait")),
            id="held",
        ),
    ],
)
def test_without_a_decision_there_is_nobody_to_call(incident: Incident) -> None:
    found = of(incident, 30)
    assert (found.rows, found.owed, found.next_at, found.silent) == ((), (), None, ())


def test_nobody_is_owed_a_call_once_it_is_over() -> None:
    found = of(escalated(state=State.RECOVERED), 30)
    assert (found.done, found.next_at, len(found.rows)) == (True, None, 6)


def owed(incident: Incident) -> dict[str, Due]:
    return {due.duty: due for due in duties(incident, PLAN)}


@pytest.mark.parametrize(
    ("incident", "minute"),
    [
        pytest.param(escalated(), 20, id="at once"),
        pytest.param(escalated((21, DUTY, "reached")), 20, id="the director beside"),
        pytest.param(escalated((21, DUTY, "reached"), (22, CHEN, "no-answer")), 22, id="once more"),
        pytest.param(escalated((21, DUTY, "reached"), (22, CHEN, "reached")), 22, id="the next step"),
        pytest.param(
            escalated(*((23.0, who, "left-word") for who in (DUTY, CHEN, FANG, *MEMBERS))),
            28,
            id="all missed: when the first comes back",
        ),
        pytest.param(
            escalated((21, CHEN, "reached"), dialling=(Dialling(DUTY, LI, minutes(22)),)),
            25,
            id="somebody calls: when the claim ends",
        ),
        pytest.param(escalated(met={("call", ""): minutes(21)}), 26, id="met by hand: comes back"),
    ],
)
def test_the_next_call_is_due(incident: Incident, minute: float) -> None:
    due = owed(incident)["call"]
    assert (at(due.at), due.act, due.owner) == (minute, "dial", LI)


@pytest.mark.parametrize(
    "incident",
    [
        pytest.param(
            escalated(*((20.0, who, "reached") for who in (DUTY, CHEN, FANG, *MEMBERS))), id="all reached"
        ),
        pytest.param(
            escalated(*((20.0, who, "declined") for who in (DUTY, CHEN, FANG, *MEMBERS))), id="all declined"
        ),
        pytest.param(escalated(state=State.RECOVERED), id="it is over"),
    ],
)
def test_no_call_is_due(incident: Incident) -> None:
    assert "call" not in owed(incident)


DOWN = paralysed("registration")
STARTED = Notice(
    number=1,
    kind=NoticeKind.START,
    gate="first",
    departments=("registration",),
    effective=minutes(30),
    at=minutes(28),
    by=LI,
    stops="all entry",
    forms="slips",
    authority="",
    text="",
)


@pytest.mark.parametrize(
    ("incident", "minute"),
    [
        pytest.param(DOWN, 30, id="5.7: nobody reached by T0+30"),
        pytest.param(replace(DOWN, paralysis_at=minutes(40)), 40, id="not before it is confirmed"),
        pytest.param(
            replace(DOWN, calls=(a_call(25, CHEN, "reached"),)), 30, id="the director may not start it"
        ),
        pytest.param(replace(DOWN, calls=(a_call(25, FANG, "no-answer"),)), 30, id="not reached"),
        pytest.param(
            replace(DOWN, calls=(a_call(25, FANG, "reached"),)), None, id="the deputy leader is reached"
        ),
        pytest.param(
            replace(DOWN, calls=(a_call(25, DUTY, "reached"),)), None, id="off hours: the duty office may"
        ),
        pytest.param(
            replace(DOWN, calls=(a_call(25, FANG, "reached", purpose=Purpose.OTHER),)),
            30,
            id="about other things",
        ),
        pytest.param(
            replace(DOWN, calls=(a_call(5, FANG, "reached"),), past_calls=1), 30, id="before it came back"
        ),
        pytest.param(
            replace(DOWN, calls=(a_call(25, FANG, "declined"),)), None, id="who declined was reached"
        ),
        pytest.param(replace(DOWN, started_at=minutes(26)), None, id="the plan has started"),
        pytest.param(replace(DOWN, notices=(STARTED,)), None, id="announced"),
        pytest.param(replace(DOWN, notices=(replace(STARTED, gate="cashier"),)), 30, id="only the cashier's"),
        pytest.param(replace(DOWN, met={("gate", "first"): minutes(28)}), None, id="its gate met by hand"),
        pytest.param(replace(DOWN, met={("own-authority", ""): minutes(31)}), None, id="met by hand"),
        pytest.param(serious(), None, id="law 5: no paralysis, no paper"),
        pytest.param(replace(DOWN, state=State.RECOVERED), None, id="it is over"),
    ],
)
def test_manual_work_on_the_centers_own_authority(incident: Incident, minute: float | None) -> None:
    due = owed(incident).get("own-authority")
    assert (at(due.at) if due else None) == minute
    assert due is None or due.act == "notice"


def test_who_may_start_the_plan_goes_by_the_hour() -> None:
    noon = START.replace(hour=4)  # 12:00 on a Monday
    assert starters(PLAN, noon) == (FANG,)
    assert starters(PLAN, START) == (FANG, DUTY)
    assert [each.contact for each in of(escalated(), 20).rows if each.may_start] == [DUTY, FANG]


@pytest.mark.parametrize(
    ("whom", "call", "met"),
    [
        (("director",), a_call(9, CHEN, "reached"), True),
        (("director",), a_call(9, CHEN, "no-answer"), False),
        (("director",), a_call(9, LI, "reached"), False),
        (("director",), a_call(9, LI, "reached", instead_of=CHEN), True),
        (("director",), a_call(2, CHEN, "reached"), False),
        (("supplier", "line"), a_call(9, "his-vendor", "reached", kind="supplier"), True),
        (("supplier", "line"), a_call(9, "wang.wei", "reached", kind="staff"), False),
    ],
    ids=["reached", "missed", "another", "deputy", "before it counted", "by kind", "another kind"],
)
def test_a_clock_is_met_by_reaching_whom_it_names(whom: tuple[str, ...], call: object, met: bool) -> None:
    clock = a_clock("tell", "always", 15, act="called", whom=whom)
    incident = serious(calls=(call,))
    assert (answered(clock, incident, PLAN, minutes(3)) is not None) is met
    plan = replace(PLAN, clocks=(replace(clock, since=PLAN.clocks[0].since),))
    early = answered(clock, incident, PLAN, START) is not None
    assert ("tell" not in {due.duty for due in duties(incident, plan)}) is early

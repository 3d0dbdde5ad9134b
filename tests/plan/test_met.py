"""Meeting by hand, and telling what fell due: by the order of what happened, whatever the clock shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hisconsole.errors import Refused
from hisconsole.plan.acts import Setting
from hisconsole.plan.due import duties
from hisconsole.plan.events import Kind
from hisconsole.plan.fold import apply
from hisconsole.plan.incident import Incident
from hisconsole.plan.measures import fell_due, paralysis
from hisconsole.plan.words import Category, State
from tests.hospital import SITE
from tests.plan.play import Play, standing_in
from tests.plan.small_plan import PLAN, an_eta, an_incident, minutes

SAMPLE = SITE.plan


def names(play: Play) -> set[str]:
    return {due.key or due.duty for due in duties(play.incident, SAMPLE)}


def test_an_eta_met_by_hand_is_gone_until_there_is_a_newer_one() -> None:
    play = standing_in(State.ACTIVE).act("eta", earliest="+5")
    assert "eta" in names(play)
    play.act("met", duty="eta", text="they know")
    assert "eta" not in names(play)
    assert "eta" in names(play.act("eta", earliest="+15"))


def test_a_suspicion_met_by_hand_comes_back_only_with_a_newer_one() -> None:
    called = an_incident("a", "b", "c")  # all three at the beginning
    assert "paralysis" in {due.duty for due in duties(called, PLAN)}
    met = replace(called, met={("paralysis", ""): minutes(1)})
    assert "paralysis" not in {due.duty for due in duties(met, PLAN)}


def test_an_escalation_is_decided_and_not_met_by_hand() -> None:
    play = standing_in(State.ACTIVE).act("classify", category="I", reason="all is down")
    assert "escalate" in names(play)
    with pytest.raises(Refused, match=r"not met by hand: tell the leading group \(escalate\).*\(hold\)"):
        play.decide("met", duty="escalate", text="they know")


@pytest.mark.parametrize("category", list(Category))
def test_a_fault_that_was_denied_summons_nobody_and_wants_no_category(category: Category) -> None:
    denied = replace(
        standing_in(State.VERIFYING).incident,
        category=category,
        classified_at=minutes(1),
        verification="not-reproduced",
        verified_at=minutes(4),
    )
    stopped = {"classify", "engineer", "vendor", "director"}
    assert not stopped & {due.duty for due in duties(denied, SAMPLE)}
    found = replace(denied, state=State.ACTIVE, verification="confirmed")
    assert stopped & {due.duty for due in duties(found, SAMPLE)} or category in (
        Category.III,
        Category.OTHER,
    )


def test_what_came_before_a_reopening_counts_no_more_though_the_clock_was_set_back() -> None:
    play = standing_in(State.ACTIVE).act("eta", earliest="+30").act("fix", text="x", result="failed")
    play.act("paralysis", confirmed="yes").act("escalate").act("met", duty="feedback", text="rung back")
    play.act("recovered").act("reopen", reason="it is back")
    incident = play.incident
    assert (incident.estimate, incident.given, incident.decided, incident.met) == (None, (), None, {})
    assert (incident.failed_at, incident.paralysis, incident.paralysis_at) == ((), "", None)
    assert len(incident.estimates) == len(incident.fixes) == 1
    play.now -= timedelta(hours=1)
    play.act("paralysis", confirmed="yes").act("escalate").act("eta", earliest="+20")
    play.act("met", duty="feedback", text="rung back")
    owed = names(play)
    assert {"eta", "summary-team"} <= owed
    assert not {"paralysis", "escalate", "feedback"} & owed


def test_a_reopening_from_mitigated_keeps_what_was_decided() -> None:
    play = standing_in(State.ACTIVE).act("eta", earliest="+30").act("escalate")
    play.act("mitigated").act("reopen", reason="the way round failed")
    assert play.incident.estimate is not None
    assert play.incident.decided is not None


def _with_eta(latest: float, told: float | None) -> Incident:
    fallen = {} if told is None else {("eta", ""): minutes(told)}
    return an_incident(estimates=(an_eta(latest, latest, 1),), fallen=fallen)


@pytest.mark.parametrize(
    ("latest", "told", "now", "tells"),
    [
        pytest.param(30, None, 29, False, id="not yet"),
        pytest.param(30, None, 30, True, id="it passes"),
        pytest.param(30, 30, 31, False, id="told"),
        pytest.param(40, 30, 40, True, id="a later one passes"),
        pytest.param(20, 30, 31, False, id="it moved earlier after it was told"),
        pytest.param(20, 50, 21, True, id="told of a later one, then the clock was set back"),
        pytest.param(50, 50, 50, False, id="told by a clock that was ahead"),
    ],
)
def test_which_deadlines_are_told(latest: float, told: float | None, now: float, tells: bool) -> None:
    found: list[datetime] = [
        event.at
        for event in fell_due(_with_eta(latest, told), PLAN, now=minutes(now))
        if event.body["duty"] == "eta"
    ]
    assert found == ([minutes(latest)] if tells else [])


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        pytest.param({}, "network-failure", id="nobody knew what it is"),
        pytest.param({"scope": "some"}, "network-failure", id="a part of the network was supposed"),
        pytest.param({"component": "server"}, "server-down", id="the cause stays known"),
    ],
)
@pytest.mark.parametrize("category", list(Category))
def test_a_confirmed_paralysis_is_category_i_by_its_own_fault_type(
    answers: dict[str, str], fault: str, category: Category
) -> None:
    setting = Setting(
        incident=replace(an_incident(), answers=answers, category=category, classified_at=minutes(1)),
        history=(),
        answers={"confirmed": "yes", "text": ""},
        actor="li.na",
        now=minutes(9),
        clock=str,
        plan=SAMPLE,
        present=SAMPLE,
    )
    found = [event for event in paralysis(setting) if event.kind is Kind.CLASSIFIED]
    assert [(event.body["category"], event.body["fault"]) for event in found] == [("I", fault)]
    assert found[0].body["why"]
    again = replace(setting.incident, category=Category.I, fault=fault)
    assert Kind.CLASSIFIED not in {event.kind for event in paralysis(replace(setting, incident=again))}


def test_nobody_was_tried_about_it_before_it_began() -> None:
    play = standing_in(State.ACTIVE).act("classify", category="I", reason="all is down")
    before = (play.incident.t0 - timedelta(minutes=1)).isoformat()
    with pytest.raises(Refused, match="before it began"):
        play.decide("hold", by="fang.min", reason="wait", tried=before)
    with pytest.raises(Refused, match="before it began"):
        play.decide("classify", category="II", reason="small", approved_by="fang.min", tried=before)


def test_classifying_anew_within_a_category_moves_no_deadline() -> None:
    play = standing_in(State.ACTIVE).act("classify", category="I", reason="all is down")
    touched = {"look-again", "look-again-i"}
    before = [due for due in duties(play.incident, SAMPLE) if due.duty not in touched]
    again = replace(play.events[-1], seq=99, at=play.now + timedelta(minutes=9))
    later = apply(play.incident, again)
    assert later.classified_at == again.at
    assert [due for due in duties(later, SAMPLE) if due.duty not in touched] == before
    other = apply(later, replace(again, seq=100, body={**again.body, "category": "II"}))
    assert other.in_category_since == again.at

"""What is for whoever comes next: hypotheses ruled out, ifs and thens, tickets (domain 3.2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hisconsole.errors import Refused
from hisconsole.plan.acts import Setting, all_acts
from hisconsole.plan.asking import read_answers
from tests.hospital import START
from tests.plan.hand import Hand
from tests.plan.handing import begun
from tests.plan.play import LI, WANG, ZONE


def active() -> Hand:
    return begun(0).act("verify", result="confirmed")


def test_a_hypothesis_is_ruled_out_once() -> None:
    play = (
        active()
        .act("ruled-out", text="the cable", how="changed it")
        .act("ruled-out", WANG, text="the switch", how="its counters")
    )
    assert [(each.what, each.how, each.by) for each in play.incident.ruled_out] == [
        ("the cable", "changed it", LI),
        ("the switch", "its counters", WANG),
    ]
    with pytest.raises(Refused, match=r"li\.na has ruled that out already, at 22:00: changed it\."):
        play.act("ruled-out", text="the cable", how="again")


def test_the_same_condition_again_replaces_what_to_do() -> None:
    play = active().act("contingency", **{"if": "it fills", "then": "free it"})
    play.act("contingency", **{"if": "it stops", "then": "ring Beichen"})
    play.act("contingency", **{"if": "it fills", "then": "leave it"})
    assert [(each.condition, each.action) for each in play.incident.contingencies] == [
        ("it stops", "ring Beichen"),
        ("it fills", "leave it"),
    ]


def test_a_ticket_is_open_until_it_is_done() -> None:
    play = active().act("ticket", contact="db-vendor", number="T-8", promised="+60", text="a dump")
    play.at(20).act("ticket", WANG, contact="db-vendor", number="T-8", promised="+90")
    (ticket,) = play.incident.open_tickets
    assert (ticket.by, ticket.text, ticket.promised) == (LI, "a dump", START + timedelta(minutes=110))
    play.act("ticket", contact="net-integrator", number="T-8")
    play.act("ticket", contact="db-vendor", number="T-8", done="yes")
    assert [each.contact for each in play.incident.open_tickets] == ["net-integrator"]
    assert play.incident.tickets[-1].done_at is not None
    with pytest.raises(Refused, match=r"There is no open ticket T-8 with db-vendor on 0001\."):
        play.act("ticket", contact="db-vendor", number="T-8", done="yes")
    play.act("ticket", contact="db-vendor", number="T-8", text="it came back")
    assert len(play.incident.open_tickets) == 2


def test_a_ticket_is_with_somebody_outside() -> None:
    act, play = all_acts()["ticket"], active()
    given = {"contact": "zhao.min", "number": "T-8"}
    setting = Setting(
        incident=play.incident,
        history=play.events,
        answers=read_answers(act.asks, given, now=play.now, zone=ZONE),
        actor=LI,
        now=play.now,
        clock=str,
        people=("zhao.min",),
        kinds={"zhao.min": "staff"},
    )
    with pytest.raises(Refused, match=r"zhao\.min is neither a supplier nor a line"):
        act.decide(setting)
    with pytest.raises(Refused, match="'nobody' is nobody in the roster"):
        play.act("ticket", contact="nobody", number="1")


def test_a_reopening_begins_anew_but_tickets_stay() -> None:
    play = active().act("ruled-out", text="the cable", how="changed it")
    play.act("contingency", **{"if": "it fills", "then": "free it"})
    play.act("ticket", contact="db-vendor", number="T-8").act("recovered").act("reopen", reason="it is back")
    incident = play.incident
    assert (incident.ruled_out, incident.contingencies, len(incident.open_tickets)) == ((), (), 1)


def test_each_can_be_taken_back() -> None:
    for name, given in (
        ("ruled-out", {"text": "x", "how": "y"}),
        ("contingency", {"if": "x", "then": "y"}),
        ("ticket", {"contact": "db-vendor", "number": "1"}),
    ):
        incident = active().act(name, **given).act("undo").incident
        assert (incident.ruled_out, incident.contingencies, incident.tickets) == ((), (), ())

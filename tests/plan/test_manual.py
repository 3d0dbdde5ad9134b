"""Manual operation: to paper by notice, repeated by each, back by the director's word, paper entered."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hisconsole.errors import Refused
from hisconsole.plan.manual import (
    board,
    by_hand,
    counting,
    is_entered,
    last_notice,
    meant,
    open_entries,
    resume_from,
    suggested,
    unread,
)
from hisconsole.plan.manual import (
    on_paper as papers,
)
from hisconsole.plan.outreach import BackEntry, NoticeKind
from hisconsole.plan.words import State
from tests.hospital import START
from tests.plan.hand import DEPUTY, DIRECTOR, Hand, moment, on_paper, outage, sample, well
from tests.shares import tries

PLAN = sample().plan
REG, CASH, WARD = "registration", "cashier", "ward3"


# ---- gates are met by a START


@pytest.mark.parametrize(
    ("stopped", "notices", "left"),
    [
        pytest.param(
            (REG,), (), {"stage-1": 30, "stage-3": 1440}, id="nothing announced (domain 1.3: 30 min)"
        ),
        pytest.param(
            (CASH, REG), (), {"cashier": 10, "stage-1": 30, "stage-3": 1440}, id="cashier at 10 min (qianlo)"
        ),
        pytest.param((REG,), ({"kind": "start", "gate": "stage-1"},), {}, id="START for the gate"),
        pytest.param((REG,), ({"kind": "start"},), {}, id="START for no gate in particular"),
        pytest.param(
            (REG, CASH),
            ({"kind": "start", "departments": REG},),
            {"cashier": 10, "stage-3": 1440},
            id="START for one of two",
        ),
        pytest.param(
            (REG, WARD),
            ({"kind": "start", "gate": "stage-1"},),
            {"stage-2": 360, "stage-3": 1440},
            id="the wards have hours left",
        ),
        pytest.param(
            (REG,),
            ({"kind": "prepare", "gate": "stage-1"},),
            {"stage-1": 30, "stage-3": 1440},
            id="PREPARE is none",
        ),
        pytest.param(
            ("admission",),
            ({"kind": "start", "gate": "stage-1"},),
            {"discharge": 2880},
            id="discharges ask for something more at 48 h",
        ),
        pytest.param(
            ("admission",),
            ({"kind": "start"}, {"kind": "change", "gate": "discharge"}),
            {},
            id="a CHANGE tells of the discharges",
        ),
        pytest.param(
            (REG,),
            ({"kind": "start"}, {"kind": "resume", "override": DIRECTOR}),
            {"stage-1": 30, "stage-3": 1440},
            id="back at the computers too early: owed again",
        ),
    ],
)
def test_a_gate_is_owed_until_its_departments_are_told(
    stopped: tuple[str, ...], notices: tuple[dict[str, str], ...], left: dict[str, float]
) -> None:
    play = outage(*stopped).at(5)
    for each in notices:
        play.act("notice", **each)
    assert play.owed("gate") == left


def test_a_gate_met_by_hand_stays_met() -> None:
    play = outage(REG).at(5).act("met", duty="gate", key="stage-1", text="announced by loudspeaker")
    assert play.owed("gate") == {"stage-3": 1440}


def test_without_paralysis_nobody_is_sent_to_paper_but_may_be() -> None:
    """Law 5: a broken PC never sends registration to paper; the operator still may."""
    play = Hand()
    play.call().act("verify", result="confirmed").act("stopped", departments=REG)
    assert play.owed("gate") == {}
    assert by_hand(play.act("notice", kind="start").incident) == (REG,)


# ---- who is on paper


def test_paper_begins_and_ends_with_the_effective_times() -> None:
    play = outage(REG, CASH).at(8).act("notice", kind="start", departments=CASH, effective="22:20")
    paper = papers(play.incident)[CASH]
    assert (paper.since, paper.notice, paper.by_hand) == (moment(20), 1, True)
    play.at(12).act("notice", kind="change", departments=CASH, effective="22:15")
    assert papers(play.incident)[CASH].since == moment(15)
    play.at(30).act("notice", kind="change", departments=CASH, effective="22:40")
    assert papers(play.incident)[CASH].since == moment(15), "it works on paper already"
    play.at(40).act("notice", kind="resume", departments=CASH, effective="22:45", override=DIRECTOR)
    assert papers(play.incident)[CASH].resumed == moment(45)
    assert by_hand(play.incident) == ()


def test_who_was_taken_back_before_it_began_wrote_nothing() -> None:
    play = outage(REG).at(8).act("notice", kind="start", effective="22:20")
    assert open_entries(play.incident) == (REG,)
    play.at(10).act("notice", kind="resume", override=DIRECTOR)
    assert open_entries(play.incident) == ()


def test_a_second_time_on_paper_is_entered_anew() -> None:
    play = well(REG).at(80).act("notice", kind="resume", authority=DIRECTOR)
    play.act("back-entered", department=REG, paper="3", entered="3", signed="Wu")
    assert open_entries(play.incident) == ()
    play.at(90).act("reopen", reason="it is back")
    assert counting(play.incident) == ()
    play.at(95).act("notice", kind="start", departments=REG)
    assert open_entries(play.incident) == (REG,)
    assert len(counting(play.incident)) == 1


# ---- repeating


def test_a_notice_comes_up_every_five_minutes_until_all_have_repeated_it() -> None:
    """Domain 5.6 and 5.8: the list stays until it is empty, every 5 min."""
    play = on_paper(REG, CASH)
    assert play.owed("receipt") == {"1": 15}
    play.at(12).act("receipt", departments=CASH, person="Wu")
    assert play.owed("receipt") == {"1": 17}
    play.at(20).act("met", duty="receipt", key="1", text="a runner is on the way")
    assert play.owed("receipt") == {"1": 25}
    play.at(22).act("receipt", departments=REG, person="Xu", read_back="no")
    assert play.owed("receipt") == {}
    (notice,) = play.incident.notices
    assert [(each.department, each.person, each.read_back) for each in notice.receipts] == [
        (CASH, "Wu", True),
        (REG, "Xu", False),
    ]


def test_who_has_a_later_notice_need_not_repeat_the_one_before() -> None:
    play = on_paper(REG, CASH).at(20).act("notice", kind="change", departments=CASH)
    first, second = play.incident.notices
    assert unread(play.incident, first) == (REG,)
    assert unread(play.incident, second) == (CASH,)
    assert last_notice(play.incident, CASH) == second


def test_one_act_may_say_it_of_several_departments() -> None:
    play = on_paper(REG, CASH).act("receipt", departments=f"{REG} {CASH}", person="runner")
    assert play.incident.notices[0].unread == ()


# ---- resuming


@pytest.mark.parametrize(
    ("minute", "given", "refusal"),
    [
        pytest.param(
            70, {"authority": DIRECTOR}, "must be well for 15 min first", id="5.8: 15 min green first"
        ),
        pytest.param(75, {"authority": DIRECTOR}, "", id="well for 15 min, and the director's word"),
        pytest.param(80, {}, "takes the word of the director", id="5.8: nobody's word"),
        pytest.param(80, {"authority": "li.na"}, "takes the word of the director", id="an engineer's word"),
        pytest.param(
            80, {"authority": DEPUTY}, "Say since when the director", id="5.7: a stand-in, nobody tried"
        ),
        pytest.param(80, {"authority": DEPUTY, "tried": "-9"}, "may decide from", id="tried for 9 min"),
        pytest.param(80, {"authority": DEPUTY, "tried": "-10"}, "", id="tried for 10 min (domain 5.7)"),
        pytest.param(61, {"override": "li.na"}, "", id="law 8: a named override"),
        pytest.param(80, {"override": "nobody"}, "nobody in the roster", id="an override by nobody"),
        pytest.param(80, {"authority": "no.one"}, "takes the word", id="the word of nobody"),
    ],
)
def test_departments_resume_when_it_is_stable_and_on_the_directors_word(
    minute: float, given: dict[str, str], refusal: str
) -> None:
    play = well(REG, CASH).at(minute)
    if refusal:
        with pytest.raises(Refused, match=refusal):
            play.act("notice", kind="resume", **given)
        assert set(by_hand(play.incident)) == {CASH, REG}
        return
    play.act("notice", kind="resume", **given)
    assert by_hand(play.incident) == ()
    assert play.incident.state is State.BACK_ENTRY


def test_nobody_resumes_before_it_has_recovered() -> None:
    play = on_paper(REG).at(50)
    with pytest.raises(Refused, match="has not recovered"):
        play.act("notice", kind="resume", authority=DIRECTOR)
    assert resume_from(play.incident, PLAN) is None


def test_resuming_is_staged_and_owed_until_all_are_back() -> None:
    """Domain 5.8: read-only check, back-entry users, window by window, all."""
    play = well(REG, CASH)
    assert play.owed("resume") == {"resume": 75}
    play.at(76).act("notice", kind="resume", departments=CASH, authority=DIRECTOR)
    assert by_hand(play.incident) == (REG,)
    assert play.owed("resume") == {"resume": 75}
    play.act("met", duty="resume", text="registration waits for the printer")
    assert play.owed("resume")["resume"] > 80
    play.at(90).act("notice", kind="resume", authority=DIRECTOR)
    assert play.owed("resume") == {}


def test_all_clear_comes_when_nobody_is_on_paper() -> None:
    play = well(REG).at(80)
    with pytest.raises(Refused, match="Outpatient Registration still works on paper"):
        play.act("notice", kind="all-clear", authority=DIRECTOR)
    play.act("notice", kind="resume", authority=DIRECTOR).act("notice", kind="all-clear", authority=DIRECTOR)
    assert play.incident.notices[-1].departments == (REG,)


# ---- back-entry


def test_back_entry_is_owed_from_the_resumption_then_when_it_was_promised() -> None:
    play = well(REG, CASH).at(80).act("notice", kind="resume", authority=DIRECTOR)
    assert {each: round(at) for each, at in play.owed("back-entry").items()} == {REG: 80, CASH: 80}
    play.act("back-entered", department=REG, paper="40", entered="10", owner="zhou.ping", due="+60")
    assert round(play.owed("back-entry")[REG]) == 140
    assert play.incident.back_entries[0].owner == "zhou.ping"
    play.at(130).act("back-entered", department=REG, paper="40", entered="40", variance="-12.50", signed="Wu")
    assert REG not in play.owed("back-entry")
    kept = play.incident.back_entries[-1]
    assert (kept.owner, kept.due is not None) == ("zhou.ping", True)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (
            {"department": "lab", "paper": "1", "entered": "1"},
            "'lab' was not on paper. On paper were: registration",
        ),
        ({"department": REG, "paper": "1", "entered": "2"}, "2 of 1 cannot be entered"),
        ({"department": REG, "paper": "9999999", "entered": "1"}, "cannot be entered"),
        ({"department": REG, "paper": "4", "entered": "3", "signed": "Wu"}, "1 are not entered yet"),
        ({"department": REG, "paper": "x", "entered": "3"}, "'x' is not a number"),
        ({"department": REG, "paper": "-1", "entered": "3"}, "'-1' is not a number"),
    ],
)
def test_figures_that_cannot_be_are_refused(given: dict[str, str], refusal: str) -> None:
    play = well(REG).at(80)
    with pytest.raises(Refused, match=refusal):
        play.act("back-entered", **given)


@pytest.mark.parametrize(
    ("paper", "entered", "signed", "done"),
    [(4, 4, "Wu", True), (4, 4, "", False), (4, 3, "Wu", False), (0, 0, "Wu", True)],
)
def test_paper_is_entered_when_all_is_and_somebody_signed(
    paper: int, entered: int, signed: str, done: bool
) -> None:
    assert is_entered(BackEntry(REG, START, paper, entered, "", "", None, signed)) is done
    assert not is_entered(None)


def test_closing_with_open_back_entry_needs_acceptance_by_name() -> None:
    """Domain 5.8: closed requires no open back-entry, or accepted."""
    play = well(REG).at(80).act("notice", kind="resume", authority=DIRECTOR).act("review")
    told = {"reason": "over", "override": DIRECTOR}
    with pytest.raises(Refused, match="not entered and signed for: Outpatient Registration"):
        play.act("close", **told)
    with pytest.raises(Refused, match="'wu' is nobody in the roster"):
        play.act("close", **told, accepted="wu")
    closing = play.decide("close", **told, accepted="zhou.ping")
    assert closing[-1].body["accepted"] == "zhou.ping"
    play.act("back-entered", department=REG, paper="0", entered="0", signed="Wu").act("close", **told)
    assert play.incident.state is State.CLOSED


def test_back_entry_begins_with_the_first_resumption_or_by_hand() -> None:
    by_act = well(REG).act("back-entry")
    assert by_act.incident.state is State.BACK_ENTRY
    by_notice = well(REG).at(80).decide("notice", kind="resume", authority=DIRECTOR)
    assert [each.kind.value for each in by_notice] == ["notice", "back-entry"]


# ---- what is next, and for whom


@pytest.mark.parametrize(
    ("play", "expected", "departments"),
    [
        pytest.param(lambda: outage(REG, CASH), ("start", "cashier"), {CASH}, id="the first gate"),
        pytest.param(
            lambda: outage(REG, CASH).act("notice", kind="start", gate="cashier"),
            ("start", "stage-1"),
            {REG},
            id="then the next",
        ),
        pytest.param(
            lambda: on_paper("admission"), ("change", "discharge"), {"admission"}, id="on paper already"
        ),
        pytest.param(lambda: well(REG, CASH), ("resume", ""), {REG, CASH}, id="recovered"),
        pytest.param(
            lambda: well(REG).at(80).act("notice", kind="resume", authority=DIRECTOR),
            ("all-clear", ""),
            {REG},
            id="all are back",
        ),
        pytest.param(lambda: Hand().call(), ("prepare", ""), set(), id="nothing stands still"),
    ],
)
def test_the_notice_that_is_next(play: object, expected: tuple[str, str], departments: set[str]) -> None:
    incident = play().incident  # type: ignore[operator]
    kind, gate = suggested(incident, PLAN)
    assert (kind.value, gate) == expected
    assert set(meant(incident, PLAN, kind, gate)) == departments


def test_the_board_shows_who_is_hit_first_and_leaves_nobody_out() -> None:
    play = outage(REG, CASH, WARD).at(8).act("notice", kind="start", gate="cashier")
    ids = [each.id for each in sample().departments]
    posts = board(play.incident, PLAN, ids)
    assert {post.department for post in posts} == set(ids)
    assert {post.department for post in posts[:3]} == {REG, CASH, WARD}
    known = {post.department: post for post in posts}
    gates = {id_: post.gate.gate.id for id_, post in known.items() if post.gate is not None}
    assert gates == {REG: "stage-1", WARD: "stage-2"}
    assert known[CASH].block == "M200001-M200600"
    assert (known[CASH].entry_open, known[REG].entry_open) == (True, False)
    assert not known["lab"].hit


# ---- whatever happens in whatever order

ACTS = st.sampled_from(
    [
        *(("notice", {"kind": "start", "departments": each}) for each in (REG, CASH, WARD)),
        *(("notice", {"kind": "change", "departments": each}) for each in (REG, CASH)),
        *(
            ("notice", {"kind": "resume", "departments": each, "override": DIRECTOR})
            for each in (REG, CASH, WARD)
        ),
        *(("receipt", {"departments": each, "person": "Wu"}) for each in (REG, CASH, WARD)),
        *(
            ("back-entered", {"department": each, "paper": "2", "entered": "2", "signed": "Wu"})
            for each in (REG, CASH, WARD)
        ),
        ("notice", {"kind": "all-clear", "override": DIRECTOR}),
        ("recovered", {}),
        ("back-entry", {}),
        ("review", {}),
        ("reopen", {"reason": "again"}),
        ("close", {"reason": "over", "override": DIRECTOR}),
    ]
)


@settings(max_examples=tries(150), deadline=None)
@given(st.lists(ACTS, max_size=25))
def test_nobody_on_paper_is_ever_forgotten(acts: list[tuple[str, dict[str, str]]]) -> None:
    """While it is open, whoever is on paper or has paper left stands on the list of dues."""
    play = outage(REG, CASH, WARD)
    for name, given_ in acts:
        play.now = play.now.replace(second=0) + (moment(1) - START)
        try:
            play.act(name, **given_)
        except Refused:
            continue
        incident = play.incident
        if incident.state is State.CLOSED:
            assert not open_entries(incident)
            continue
        owed = play.owed("receipt", "resume", "back-entry")
        for id_, paper in papers(incident).items():
            if not paper.by_hand and id_ in open_entries(incident):
                assert id_ in owed
        if by_hand(incident) and incident.recovered_at is not None:
            assert "resume" in owed
        for notice in incident.notices:
            assert (str(notice.number) in owed) is bool(unread(incident, notice))
        numbers = [each.number for each in incident.notices]
        assert numbers == sorted(set(numbers))
        blocks = [block for notice in incident.notices for block in notice.blocks]
        assert len(blocks) == len(set(blocks)), "a number is given out once"


def test_a_notice_holds_its_number_after_a_reopening() -> None:
    play = well(REG).at(80).act("notice", kind="resume", authority=DIRECTOR).act("reopen", reason="again")
    play.act("notice", kind="start", departments=REG)
    assert [each.number for each in play.incident.notices] == [1, 2, 3]
    assert replace(play.incident, notices=()).past_notices == 2
    assert [each.kind for each in counting(play.incident)] == [NoticeKind.START]

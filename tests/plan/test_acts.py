"""Every state against every act: what is legal, where it leads, and why the rest is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from hisconsole.errors import Refused
from hisconsole.plan.acts import all_acts
from hisconsole.plan.incident import MOVES
from hisconsole.plan.words import Category, State
from tests.hospital import START
from tests.plan.play import LI, WANG, Play, standing_in

DESIGN = (
    "new → verifying; verifying → active, closed; active → mitigated, recovered; "
    "mitigated → active, recovered; recovered → back-entry, review, closed; "
    "back-entry → review, closed; review → closed; "
)
REOPEN = ("mitigated", "recovered", "back-entry", "review", "closed")


def test_the_moves_are_the_ones_of_the_design() -> None:
    wanted: dict[State, set[State]] = {state: set() for state in State}
    for part in DESIGN.strip("; ").split("; "):
        source, _arrow, targets = part.partition(" → ")
        wanted[State(source)] |= {State(target) for target in targets.split(", ")}
    for source in REOPEN:
        wanted[State(source)].add(State.ACTIVE)
    assert {state: frozenset(targets) for state, targets in wanted.items()} == dict(MOVES)


GIVEN: Mapping[str, dict[str, str]] = {
    "acknowledge": {},
    "assign": {"owner": WANG},
    "verify": {"result": "confirmed", "how": "remote"},
    "note": {"text": "rang the floor"},
    "pin": {"entry": "1"},
    "classify": {"category": "II", "reason": "one network", "approved_by": "chen.hao"},
    "escalate": {"reason": "no end in sight"},
    "hold": {"by": "chen.hao", "reason": "it ends soon"},
    "paralysis": {"confirmed": "no", "text": "the core answers"},
    "stopped": {"departments": "lab, reg"},
    "aggravate": {"aggravators": "staff-away"},
    "met": {"duty": "feedback", "text": "rang the floor back"},
    "summary": {"audience": "team", "text": "the lab stands"},
    "eta": {"earliest": "+20", "latest": "+40"},
    "cause": {"text": "archive log full", "confidence": "suspected"},
    "fix": {"text": "freed the disk", "result": "worked"},
    "mitigated": {"text": "second server"},
    "recovered": {"confirmed_by": "nurse Wu"},
    "review": {},
    "reopen": {"reason": "it is back"},
    "close": {"reason": "over", "override": WANG, "accepted": WANG},
    "undo": {},
    "message": {"status": "verified", "affected": "registration", "do": "use paper", "next": "+15"},
    "told": {"recipients": "all", "reached": "yes"},
    "dial": {"contact": "chen.hao"},
    "called": {"contact": "chen.hao", "outcome": "reached", "decision": "wait"},
    "summon": {"contact": WANG, "ticket": "T-7", "promised": "+30"},
    "arrived": {"contact": WANG},
    "notice": {"kind": "prepare", "departments": "reg"},
    "receipt": {"departments": "lab", "person": "nurse Xu"},
    "back-entry": {},
    "back-entered": {"department": "lab", "paper": "9", "entered": "4", "owner": WANG},
    "action": {"text": "a second supply", "owner": WANG, "due": "+2h"},
    "ruled-out": {"text": "the switch", "how": "its counters stand still"},
    "contingency": {"if": "the archive fills again", "then": "free it by hand"},
    "ticket": {"contact": WANG, "number": "T-8", "promised": "+60"},
    "merge": {},
    "apart": {},
    "split": {},
}
BY_PLAN = ("classify", "escalate", "hold", "paralysis", "stopped", "aggravate")
OUTLOOK = ("ruled-out", "contingency", "ticket")
CALLING = ("dial", "called", "summon", "arrived")
OPEN_TO_ALL = (
    *("assign", "note", "pin", *BY_PLAN, "met", "summary", "eta", "cause", "fix", "message", "notice"),
    *CALLING,
    *OUTLOOK,
)
"""Legal in every open state and never a change of state."""

N, V, A, M = State.NEW, State.VERIFYING, State.ACTIVE, State.MITIGATED
R, B, W, C = State.RECOVERED, State.BACK_ENTRY, State.REVIEW, State.CLOSED
TAKEN, SHUT = "Already taken by you at 22:00.", "0001 was closed at 22:00. Reopen it first."
NOT_SENT = "No message was sent yet: send one first."
NOT_I = "only a Category I goes through review"
NOTHING = "there is nothing to reopen"
NO_PAPER = {"receipt": "No such notice went to lab.", "back-entered": "'lab' was not on paper."}
ALONE = {
    "merge": "Nothing is proposed for it: give the numbers of the other incidents.",
    "apart": "Nothing is proposed for it",
    "split": "0001 was not merged into another.",
}
NO_REVIEW = {**ALONE, "action": "actions come from the review of a Category I, start that first"}

# state: what each act leads to, or a part of the sentence that refuses it.
TABLE: Mapping[State, Mapping[str, State | str]] = {
    N: {
        **NO_REVIEW,
        **NO_PAPER,
        "back-entry": "is new and cannot become back-entry",
        "told": NOT_SENT,
        "acknowledge": V,
        "verify": A,
        "mitigated": "0001 is new and cannot become mitigated from there. Acknowledge it first.",
        "recovered": "0001 is new and cannot become recovered from there. Acknowledge it first.",
        "review": "0001 is new and cannot become review from there. Acknowledge it first.",
        "reopen": "0001 is new: there is nothing to reopen.",
        "close": "0001 is new and cannot become closed from there. Acknowledge it first.",
        "undo": "A call once taken stays on record",
    },
    V: {
        **NO_REVIEW,
        **NO_PAPER,
        "back-entry": "is verifying and cannot become back-entry",
        "told": NOT_SENT,
        "acknowledge": TAKEN,
        "verify": A,
        "mitigated": "Verify it, or reopen it. It can be closed.",
        "recovered": "is verifying and cannot become recovered",
        "review": "is verifying and cannot become review",
        "reopen": NOTHING,
        "close": "Nobody has said how it was verified: verify it first, then close it.",
        "undo": N,
    },
    A: {
        **NO_REVIEW,
        **NO_PAPER,
        "back-entry": "is active and cannot become back-entry",
        "told": NOT_SENT,
        "acknowledge": TAKEN,
        "verify": A,
        "mitigated": M,
        "recovered": R,
        "review": "cannot become review from there. It can be mitigated. Record that it recovered.",
        "reopen": NOTHING,
        "close": "cannot become closed from there. It can be mitigated. Record that it recovered.",
        "undo": N,
    },
    M: {
        **NO_REVIEW,
        **NO_PAPER,
        "back-entry": "is mitigated and cannot become back-entry",
        "told": NOT_SENT,
        "acknowledge": TAKEN,
        "verify": M,
        "mitigated": "is mitigated and cannot become mitigated",
        "recovered": R,
        "review": "is mitigated and cannot become review",
        "reopen": A,
        "close": "is mitigated and cannot become closed",
        "undo": A,
    },
    R: {
        **NO_REVIEW,
        **NO_PAPER,
        "back-entry": "No department was on paper: there is nothing to enter.",
        "told": NOT_SENT,
        "acknowledge": TAKEN,
        "verify": R,
        "mitigated": "is recovered and cannot become mitigated",
        "recovered": "is recovered and cannot become recovered",
        "review": NOT_I,
        "reopen": A,
        "close": C,
        "undo": A,
    },
    B: {
        **NO_REVIEW,
        "receipt": B,
        "back-entered": B,
        "back-entry": "is back-entry and cannot become back-entry",
        "undo": R,
        "told": NOT_SENT,
        "acknowledge": TAKEN,
        "verify": B,
        "mitigated": "is back-entry and cannot become mitigated",
        "recovered": "is back-entry and cannot become recovered",
        "review": NOT_I,
        "reopen": A,
        "close": C,
    },
    W: {
        **ALONE,
        "action": W,
        **NO_PAPER,
        "back-entry": "is review and cannot become back-entry",
        "told": NOT_SENT,
        "acknowledge": TAKEN,
        "verify": W,
        "mitigated": "is review and cannot become mitigated",
        "recovered": "is review and cannot become recovered",
        "review": "is review and cannot become review",
        "reopen": A,
        "close": C,
        "undo": R,
    },
    C: {
        "split": ALONE["split"],
        "action": SHUT,
        **dict.fromkeys(("notice", "receipt", "back-entered"), SHUT),
        "back-entry": "is closed and cannot become back-entry",
        "told": NOT_SENT,
        **dict.fromkeys(("acknowledge", "assign", "verify", *BY_PLAN), SHUT),
        **dict.fromkeys(
            ("eta", "cause", "fix", "close", "message", "merge", "apart", *CALLING, *OUTLOOK), SHUT
        ),
        "note": C,
        "pin": C,
        "met": "0001 does not owe 'feedback'. It owes: nothing.",
        "summary": C,
        "mitigated": "is closed and cannot become mitigated",
        "recovered": "is closed and cannot become recovered",
        "review": "is closed and cannot become review",
        "reopen": A,
        "undo": V,
    },
}
CASES = [
    pytest.param(state, name, TABLE[state].get(name, state), id=f"{state.value}-{name}")
    for state in State
    for name in GIVEN
]


@pytest.mark.parametrize(("state", "name", "expected"), CASES)
def test_each_state_against_each_act(state: State, name: str, expected: State | str) -> None:
    play = standing_in(state)
    if not isinstance(expected, State):
        with pytest.raises(Refused) as refusal:
            play.decide(name, **GIVEN[name])
        assert expected in str(refusal.value)
        assert refusal.value.exit_code == 4
        return
    play.write(play.decide(name, **GIVEN[name]))
    assert play.incident.state is expected


def test_the_table_knows_every_act() -> None:
    assert set(GIVEN) == set(all_acts())
    for state in set(State) - {C}:
        assert set(TABLE[state]) | set(OPEN_TO_ALL) | {"undo"} == set(GIVEN), state


def test_acts_that_close_or_reach_further_ask_once() -> None:
    assert {act.name for act in all_acts().values() if act.confirm} == {
        *("close", "escalate", "merge", "message", "notice", "paralysis", "split"),
    }


@dataclass(frozen=True)
class Close:
    """One way an incident may end, or may not."""

    said: str
    category: str
    steps: tuple[tuple[str, dict[str, str]], ...]
    refusal: str = ""


VERIFY = ("verify", {"result": "confirmed"})


@pytest.mark.parametrize(
    "case",
    [
        Close("not reproduced", "II", (("verify", {"result": "not-reproduced"}),)),
        Close("the user solved it", "Other", (("verify", {"result": "user-resolved"}),)),
        Close("recovered", "III", (VERIFY, ("recovered", {}))),
        Close("mitigated, recovered", "II", (VERIFY, ("mitigated", {}), ("recovered", {}))),
        Close("I through review", "I", (VERIFY, ("recovered", {}), ("review", {}))),
        Close(
            "I without review",
            "I",
            (VERIFY, ("recovered", {})),
            "A Category I is closed from review: start its review first.",
        ),
        Close(
            "I that was never confirmed",
            "I",
            (("verify", {"result": "not-reproduced"}),),
            "verify it, or lower the category, then close it.",
        ),
    ],
    ids=lambda case: case.said,
)
def test_the_ways_to_close(case: Close) -> None:
    play = Play().call().act("classify", category=case.category, reason="seen")
    for name, given in case.steps:
        play.act(name, **given)
    if case.refusal:
        with pytest.raises(Refused, match=case.refusal):
            play.act("close", reason="over")
    else:
        assert play.act("close", reason="over", override=WANG).incident.state is C
        assert play.incident.closed_at is not None
        assert play.incident.close_reason == "over"


def test_taking_it_tells_the_loser_who_and_when() -> None:
    play = Play().call().act("acknowledge", WANG)
    play.now += timedelta(minutes=59)
    with pytest.raises(Refused, match=r"^Already taken by wang.wei at 22:00\.$"):
        play.act("acknowledge", LI)
    assert (play.incident.owner, play.incident.acknowledged_by) == (WANG, WANG)


def test_who_verifies_an_untaken_one_has_taken_it() -> None:
    incident = Play().call().act("verify", WANG, result="not-reproduced").incident
    assert (incident.owner, incident.acknowledged_by) == (WANG, WANG)
    assert (incident.verified_by, incident.verified_how) == (WANG, "phone")


def test_an_owner_is_given_once() -> None:
    play = Play().call().act("assign", owner=WANG, reason="knows the switch")
    assert play.incident.owner == WANG
    with pytest.raises(Refused, match=r"wang\.wei owns it already"):
        play.act("assign", owner=WANG)
    assert play.act("assign", LI).incident.owner == LI


def test_a_category_is_set_once_and_may_be_changed() -> None:
    play = Play().call().act("classify", category="1", reason="all departments")
    assert play.incident.category is Category.I
    with pytest.raises(Refused, match="It is I already"):
        play.act("classify", category="I", reason="again")
    with pytest.raises(Refused, match="takes the word of the director of the information center"):
        play.act("classify", category="other", reason="a typo")
    lowered = play.act("classify", category="other", reason="a typo", approved_by="chen.hao").incident
    assert lowered.category == "Other"


def test_etas_keep_their_history() -> None:
    play = standing_in(A).act("eta", earliest="+20", latest="+40", why="supplier")
    play.act("eta", earliest="+60")
    first, second = play.incident.estimates
    assert (first.why, first.by, first.latest - first.earliest) == (
        "supplier",
        LI,
        timedelta(minutes=20),
    )
    assert second.earliest == second.latest
    assert play.incident.estimate == second


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"earliest": "+40", "latest": "+20"}, "lies before the earliest"),
        ({"earliest": "-40", "latest": "-20"}, "is past: an ETA is a clock time to come"),
        ({"earliest": "soon"}, "Earliest end: 'soon' is not a time"),
        ({}, "Earliest end is needed"),
    ],
)
def test_etas_that_are_none(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        standing_in(A).act("eta", **given)


def test_a_note_may_be_dated_back_and_never_ahead() -> None:
    play = standing_in(A)
    play.act("note", text="was told on paper", at="-30")
    noted = play.events[-1]
    assert noted.recorded - noted.at == timedelta(minutes=30)
    with pytest.raises(Refused, match="22:10 has not come yet"):
        play.act("note", text="tomorrow", at="22:10")


def test_fixes_and_causes_are_kept() -> None:
    play = standing_in(A).act("fix", text="restarted", result="failed")
    play.act("fix", text="freed the disk", result="worked")
    play.act("cause", text="archive log full", confidence="confirmed")
    assert play.incident.fixes == (("restarted", "failed"), ("freed the disk", "worked"))
    assert (play.incident.cause, play.incident.confidence) == ("archive log full", "confirmed")


def test_an_entry_is_pinned_and_let_go() -> None:
    play = standing_in(A).act("pin", entry="#2")
    assert play.incident.pinned == {2}
    assert play.act("pin", entry="2").incident.pinned == frozenset()
    with pytest.raises(Refused, match="Entry 99 is not in the timeline of 0001"):
        play.act("pin", entry="99")


def test_reopening_takes_back_what_was_over() -> None:
    incident = standing_in(C).act("reopen", reason="it is back").incident
    assert (incident.state, incident.reopened, incident.closed_at) == (A, 1, None)
    assert incident.close_reason == incident.recovery_confirmed_by == ""


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("note", {}, "Note is needed"),
        ("note", {"text": "  \t "}, "Note is needed"),
        ("note", {"txt": "x"}, r"does not ask for txt; it asks for: text, at"),
        ("acknowledge", {"text": "x"}, "it asks for: nothing"),
        ("verify", {"result": "maybe"}, "'maybe' is none of confirmed, not-reproduced"),
        ("classify", {"category": "IV", "reason": "x"}, "'IV' is none of I, II, III, Other"),
        ("pin", {"entry": "first"}, "'first' is not a number"),
        ("pin", {"entry": "9" * 13}, "is not a number"),
        ("note", {"text": "x", "at": "25:99"}, "When: '25:99' is not a time"),
    ],
)
def test_answers_that_are_none(name: str, given: dict[str, str], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        standing_in(A).act(name, **given)


@pytest.mark.parametrize("typed", ["2", "II", "ii", "Category II", " category ii "])
def test_a_choice_is_its_number_its_value_or_its_words(typed: str) -> None:
    incident = standing_in(A).act("classify", category=typed, reason="x").incident
    assert incident.category is Category.II


def test_names_stay_on_one_line_and_words_may_have_several() -> None:
    play = standing_in(A).act("assign", owner="a\nb", reason="one\ntwo")
    assert play.events[-1].body == {"owner": "a b", "reason": "one\ntwo"}


def test_acts_do_not_read_a_clock_of_their_own() -> None:
    for name in all_acts():
        play = standing_in(C if name == "reopen" else A)
        play.now = START + timedelta(days=400)
        try:
            events = play.decide(name, **GIVEN[name])
        except Refused:
            continue
        moments: set[datetime] = {event.at for event in events}
        assert moments == {play.now}

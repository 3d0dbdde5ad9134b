"""The whole network fails: from the first call to the report, in compressed time, on terminals of 80x24."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from hisconsole.desk.reading import read_incident
from hisconsole.plan.feedback import recipients
from tests.stories.conftest import side_by_side
from tests.stories.hands import REACHED, Hand
from tests.stories.night import Night, a_night
from tests.stories.outage import HANDS
from tests.stories.ways import KEEP

FIRST = ("reg-01", "cash-01")
PLACES = [
    f"{room}-{number:02d}"
    for room, last in {
        "reg": 5, "cash": 6, "ed": 4, "pha": 4, "opd": 4, "phai": 2, "adm": 3, "lab": 3, "img": 3, "icu": 2,
        "ward3": 2, "ward4": 2,
    }.items()
    for number in range(1, last + 1)
]  # fmt: skip
"""40 workstations in 12 departments; the first two call at the console."""
STAGE_1 = ["Outpatient Registra", "Outpatient Pharmacy", "Inpatient Pharmacy", "Inpatient Admission"]
PAPER = ["admission", "cashier", "icu", "imaging", "lab", "pharmacy-in", "pharmacy-out", "registration"]
PAPER += ["ward3", "ward4"]
STAGE_2 = ["Laboratory", "Imaging", "Intensive Care", "Ward 3", "Ward 4"]
ON_PAPER = [*STAGE_1, *STAGE_2, "Outpatient Cashier"]
BACK = (KEEP, KEEP, "chen.hao")
OUTCOMES = {
    "General Duty": "8",
    "Chen Hao": "7",
    "Fang Min": "2222",
    "Sun Bo": "7",
    "Zhou Ping": "1",
    "Lin Fang": "7",
    "Gao Lei": "2323",
    "Shen Yue": "1",
    "Pan Yi": "41",
    "He Jun": "31",
    "Xu Ning": "1",
}
"""What comes of each call to somebody: two are not to be reached, one number is wrong."""
UNANSWERED = "1@13"
"""A department that message 1 had not reached 5 min later; two operators reach everybody at once."""
LATE = [
    "acknowledge@2",
    "director-i@5",
    "paralysis@6",
    "cashier@10",
    "call@11",
    "stage-1@12",
    "stage-2@12",
    UNANSWERED,
    "resume@65",
    *(f"{each}@66" for each in sorted(PAPER)),
]
"""What fell due before it was met, in minutes since it began: each was told once, and met after that."""
ON_RECORD = {
    "opened": 1,
    "reported": 40,
    "acknowledged": 1,
    "verified": 1,
    "classified": 1,
    "paralysis": 1,
    "escalated": 1,
    "contact-wrong": 1,
    "summoned": 2,
    "arrived": 1,
    "message": 4,
    "estimated": 1,
    "cause": 1,
    "fix": 1,
    "summary": 2,
    "notice": 5,
    "receipt": 30,
    "recovered": 1,
    "back-entry": 1,
    "back-entered": 10,
    "contact-verified": 1,
    "review": 1,
    "action": 1,
    "met": 1,
    "closed": 1,
}
REPORTED = (
    "Did not work    00:50",
    "10 of 11 of the order of",
    "Gao Lei, office         busy",
    "ticket T-4711",
    "cashier by hand             11-23 22:10  in time",
    "feed the core from two",
)
"""What the report must tell."""


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_an_outage_from_the_first_call_to_the_report(tmp_path: Path) -> None:
    with a_night(tmp_path) as night:
        hand = Hand(night.sit_down("li.na"))
        play(night, hand, hand)
        hand.leave()
        assert hand.at.exited() == 0
        assert hand.at.forbidden() == []
        nothing_is_forgotten(night, LATE)
        log = everything_is_on_record(night, HANDS)
        assert sum(event["kind"] == "dialled" for event in log) == sum(map(len, OUTCOMES.values())) + 1


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_same_outage_with_two_operators_at_once(tmp_path: Path) -> None:
    with a_night(tmp_path) as night:
        hands = [Hand(night.sit_down(who)) for who in HANDS]
        play(night, *hands)
        for hand in hands:
            hand.leave()
            assert hand.at.exited() == 0
            assert hand.at.forbidden() == []
        nothing_is_forgotten(night, [each for each in LATE if each != UNANSWERED], but="call@")
        nobody_was_called_or_told_twice(everything_is_on_record(night, HANDS))


def nothing_is_forgotten(night: Night, late: list[str], *, but: str = "never") -> None:
    """What fell due was told then (the night sees to that) and met; only the review's action is left.

    Two operators may both try one who does not answer, which begins another round: `but` is not compared.
    """
    outage = night.outage
    assert [(duty, key) for duty, key, _at in outage.owed()] == [("action", "1")]
    told = [each for each in outage.minutes(outage.told) if not each.startswith(but)]
    assert told == [each for each in late if not each.startswith(but)]
    assert night.processes() == []


def everything_is_on_record(night: Night, operators: Collection[str]) -> list[Mapping[str, Any]]:
    """Each act once, by whoever did it; the record holds, and the report tells it."""
    log: list[Mapping[str, Any]] = json.loads(night.asked("log", "--json", "--limit", "10000"))
    proof = json.loads(night.asked("verify", "--json"))
    assert proof["holds"] is True
    assert proof["seq"] == len(log)
    kinds = Counter(event["kind"] for event in log)
    assert {kind: kinds[kind] for kind in ON_RECORD} == ON_RECORD
    assert {event["actor"] for event in log} >= {*operators, "watch"}
    told = [each for event in log if event["kind"] == "told" for each in event["body"]["recipients"]]
    receipts = Counter(event["body"]["department"] for event in log if event["kind"] == "receipt")
    assert receipts == dict.fromkeys(PAPER, 3)  # to paper, back, all clear
    assert set(Counter(told)) == set(recipients(read_incident(night.outage.watch, 1).incident))
    report = night.asked("incident", "1", "--review")
    for words in REPORTED:
        assert words in report, report
    return log


def nobody_was_called_or_told_twice(log: Sequence[Mapping[str, Any]]) -> None:
    """Who was reached was not dialled again, each message reached each recipient once; both took part."""
    reached: set[str] = set()
    for event in reversed(log):
        body = event["body"]
        if event["kind"] == "dialled":
            assert body["contact"] not in reached, event
        elif event["kind"] == "called" and body["outcome"] == "reached":
            assert body["contact"] not in reached or body["instead_of"], event
            reached |= {body["contact"], body["instead_of"]} - {""}
    told = Counter(
        (event["body"]["number"], each)
        for event in log
        if event["kind"] == "told" and event["body"]["reached"]
        for each in event["body"]["recipients"]
    )
    assert set(told.values()) == {1}
    for kind in ("called", "told", "back-entered"):
        assert {event["actor"] for event in log if event["kind"] == kind} == set(HANDS), kind


def play(night: Night, one: Hand, two: Hand) -> None:
    """The whole story; both are the same hand where one operator is alone."""
    fail(night, one, two)
    one.escalate()
    if two is not one:
        two.call_list()
    call_all({one.at.pid: one, two.at.pid: two}.values())
    paper(night, one, two)
    repair(night, one, two)
    come_back(night, one, two)
    end(night, one)


def fail(night: Night, one: Hand, two: Hand) -> None:
    """Calls come in; it is verified, classified, and found to be everywhere."""
    one.take_call(FIRST[0], "no network at all", join=False)
    two.take_call(FIRST[1], "the cashier too", join=True)
    for number, place in enumerate(each for each in PLACES if each not in FIRST):
        if number % 13 == 0:
            night.until(night.outage.minute + 1)
        night.act("call", {"workstation": place, "symptom": "no-network"})
    one.verify("rang three departments")
    night.until(5)
    one.classify("A switch or a part")
    night.until(6)
    one.confirm_paralysis()


def call_all(hands: Iterable[Hand]) -> None:
    """Everybody on the call tree works it until each person was tried as often as the plan says."""
    left, lock = dict(OUTCOMES), Lock()

    def work(hand: Hand) -> None:
        while any(left.values()):
            whom = hand.calling()
            if not whom:
                ahead = hand.to_call()
                whom = hand.dial(ahead[0]) if ahead else ""
            if whom:
                name = next(name for name in left if whom.startswith(name))
                with lock:
                    digit = left[name][:1] or OUTCOMES[name][-1]
                    left[name] = left[name][1:]
                hand.came_of_it(digit)

    side_by_side(work, hands)


def paper(night: Night, one: Hand, two: Hand) -> None:
    """Those who are hit are told; the departments go to paper, gate by gate."""
    night.until(8)
    one.send_message("#1", "work on paper where you can")
    if two is one:
        one.at.key("-")
        one.tell_each("r", but=26)
        one.tell_each("b", but=1)
    else:
        two.tell_list()
        side_by_side(lambda hand: hand.tell_each("r"), (one, two))
    night.until(10)
    two.notice("START: cashier")
    two.repeated(["Outpatient Cashier"], "Wu")
    night.until(12)
    two.call_list()
    two.dial_deputy("Fang Min")
    two.came_of_it("7")
    one.summon("ma.chao", "", "+20")
    one.summon("net-integrator", "T-4711", "+90")
    one.more("ETA", "+420", "+600", "both core switches are burnt")
    night.until(14)
    if two is one:
        one.open_due("tell on 1")
        one.at.wait_for(REACHED)
        one.tell_each("r")
    two.notice("START: registration")
    two.repeated(STAGE_1, "runner Li")
    two.notice("START: wards")
    two.repeated(STAGE_2, "runner Hu")


def repair(night: Night, one: Hand, two: Hand) -> None:
    """Word goes out as the plan wants it; what broke is found and mended."""
    night.until(22)
    two.send_message("#1", "stay on paper")
    two.tell_rest()
    one.more("Arrived", "ma.chao")
    night.until(30)
    one.more("Cause", "the core's power supplies", "#2")
    one.more("Fix tried", "changed both supplies", "#1")
    night.until(36)
    two.send_message("#1", "stay on paper")
    two.tell_rest()
    one.read_summary("s")
    one.read_summary("S")
    night.until(50)
    one.more("Recovered", "nurse Wu")
    one.send_message("#4", KEEP)
    one.tell_rest()


def come_back(night: Night, one: Hand, two: Hand) -> None:
    """Back from paper: not before it was well for long enough, and all that was written is entered."""
    night.until(55)
    two.notice("RESUME", *BACK, refused="must be well for 15 min first")
    two.throw_away()
    night.until(66)
    two.notice("RESUME", *BACK)
    two.repeated(ON_PAPER, "runner Li")
    night.until(80)
    hands = (one,) if two is one else (one, two)
    side_by_side(enter, [(hand, ON_PAPER[at :: len(hands)]) for at, hand in enumerate(hands)])
    night.until(100)
    two.notice("ALL CLEAR", *BACK)
    two.repeated(ON_PAPER, "runner Li")


def enter(work: tuple[Hand, list[str]]) -> None:
    """One operator writes down how far each of some departments has come."""
    hand, departments = work
    for number, department in enumerate(departments):
        hand.entered(department, 20 + number, f"Head {department}")


def end(night: Night, one: Hand) -> None:
    """The review, what is still to be decided, the end."""
    one.right_number("pan.yi", "Pan Yi")
    one.more("Start review", "why both supplies")
    one.add_action("feed the core from two circuits", "he.jun", "+2880")
    one.meet_by_hand("report?", "not reportable: no data was lost, chen.hao")
    night.until(120)
    one.close("both supplies were changed")

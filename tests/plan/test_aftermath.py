"""What a review sees: times, gates, deviations with their reasons, departments (domain 5.1, 5.6-5.8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from hisconsole.plan.aftermath import Aftermath, Departure, Period, aftermath
from hisconsole.plan.aftermath_names import Names
from hisconsole.plan.aftermath_words import report
from hisconsole.plan.measures import fell_due
from hisconsole.plan.moments import Mark
from hisconsole.plan.paper import lines
from hisconsole.plan.replay import Keeping
from tests.hospital import START
from tests.plan.hand import DEPUTY, DIRECTOR, Hand, on_paper, outage, sample, well
from tests.plan.play import LI, a_report

Story = Callable[[], Hand]


def found(play: Hand) -> Aftermath:
    return aftermath(play.incident, play.events, sample().plan, now=play.now)


def told(play: Hand) -> Hand:
    """The watch tells what has passed by now."""
    play.write(fell_due(play.incident, sample().plan, now=play.now), actor="watch")
    return play


def minutes(periods: Iterable[Period]) -> list[tuple[int, int | None]]:
    return [
        (int((a - START).total_seconds() // 60), int((b - START).total_seconds() // 60) if b else None)
        for a, b in periods
    ]


# -- times -------------------------------------------------------------------------------------------


def late_call() -> Hand:
    """Reported ten minutes after it began."""
    play = Hand().at(10)
    play.call(a_report(department="registration", occurred=START))
    return play


def reached(contact: str, **given: str) -> Story:
    return lambda: outage("cashier").at(20).act("called", contact=contact, outcome="reached", **given)


TIMES: dict[str, tuple[Story, Mark, int | None]] = {
    "5.1 it began when the caller says": (late_call, Mark.BEGAN, 0),
    "time to detect: the first call taken": (late_call, Mark.DETECTED, 10),
    "not verified": (late_call, Mark.VERIFIED, None),
    "acknowledged": (lambda: late_call().at(12).act("acknowledge"), Mark.ACKNOWLEDGED, 12),
    "dated back": (lambda: late_call().at(20).act("verify", result="confirmed", at="-5"), Mark.VERIFIED, 15),
    "declared: the category that it has in the end": (
        lambda: (
            late_call()
            .at(15)
            .act("classify", category="II", reason="x")
            .at(30)
            .act("classify", category="I", reason="y")
        ),
        Mark.DECLARED,
        30,
    ),
    "5.7 dean reached": (reached("sun.bo"), Mark.LEADER, 20),
    "5.7 deputy leader reached": (reached(DEPUTY), Mark.LEADER, 20),
    "5.7 the director is no leader": (reached(DIRECTOR), Mark.LEADER, None),
    "5.7 deputy speaks for the dean": (reached("li.na", instead_of=DEPUTY), Mark.LEADER, 20),
    "no answer is no report": (
        lambda: outage("cashier").at(20).act("called", contact=DEPUTY, outcome="no-answer"),
        Mark.LEADER,
        None,
    ),
    "the summary read out is one": (
        lambda: outage("cashier").at(9).act("summary", audience="leader", text="x"),
        Mark.LEADER,
        9,
    ),
    "that to the team is none": (
        lambda: outage("cashier").at(9).act("summary", audience="team", text="x"),
        Mark.LEADER,
        None,
    ),
    "5.7 the plan was started": (reached(DEPUTY, decision="start"), Mark.STARTED, 20),
    "restored": (lambda: well("cashier"), Mark.RECOVERED, 60),
    "taken back": (lambda: well("cashier").act("undo"), Mark.RECOVERED, None),
}


@pytest.mark.parametrize(("story", "mark", "minute"), TIMES.values(), ids=TIMES.keys())
def test_times(story: Story, mark: Mark, minute: int | None) -> None:
    moment = found(story()).moment(mark)
    assert (int(moment.after.total_seconds() // 60) if moment else None) == minute


DOWN: dict[str, tuple[Story, int]] = {
    "still": (lambda: outage("cashier").at(7), 7),
    "restored": (lambda: well("cashier").at(90), 60),
    "twice": (lambda: well("cashier").at(90).act("reopen", reason="x").at(100).act("recovered"), 70),
    "mitigated is not restored": (lambda: outage("cashier").at(7).act("mitigated").at(9), 9),
    "closed as not found": (
        lambda: late_call().act("verify", result="not-reproduced").at(15).act("close", reason="x").at(60),
        15,
    ),
}


@pytest.mark.parametrize(("story", "minute"), DOWN.values(), ids=DOWN.keys())
def test_how_long_it_did_not_work(story: Story, minute: int) -> None:
    assert found(story()).down.total_seconds() // 60 == minute


# -- gates -------------------------------------------------------------------------------------------

PAPER = {"kind": "start", "departments": "cashier"}
GATES: dict[str, tuple[Story, dict[str, Keeping | None]]] = {
    "1.3 in time": (lambda: on_paper("cashier").at(20), {"cashier": Keeping.MET, "stage-3": Keeping.MET}),
    "late": (lambda: outage("cashier").at(15).act("notice", **PAPER), {"cashier": Keeping.LATE}),
    "by hand": (
        lambda: outage("cashier").at(5).act("met", duty="gate", key="cashier", text="told them myself"),
        {"cashier": Keeping.MET},
    ),
    "nobody did": (lambda: outage("cashier").at(60).act("recovered"), {"cashier": Keeping.MISSED}),
    "not yet": (lambda: outage("cashier").at(5), {"cashier": Keeping.AHEAD, "stage-3": Keeping.AHEAD}),
    "it worked before": (
        lambda: outage("cashier").at(5).act("recovered").at(90),
        {"cashier": Keeping.SPARED, "stage-3": Keeping.SPARED},
    ),
    "no paralysis after all": (
        lambda: outage("cashier").at(5).act("paralysis", confirmed="no").at(90),
        {"cashier": Keeping.SPARED},
    ),
    "one stops later and is not told": (
        lambda: on_paper("registration").at(40).act("stopped", departments="registration admission").at(60),
        {"stage-1": Keeping.MISSED},
    ),
    "who called works again": (lambda: outage("lab").at(60), {"stage-1": Keeping.SPARED, "cashier": None}),
}


@pytest.mark.parametrize(("story", "expected"), GATES.values(), ids=GATES.keys())
def test_gates(story: Story, expected: dict[str, Keeping | None]) -> None:
    seen = found(story())
    kept = {each.gate.id: each.keeping(seen.made) for each in seen.gates}
    assert {gate: kept.get(gate) for gate in expected} == expected


def test_a_gate_counts_in_each_course_by_itself() -> None:
    play = on_paper("cashier").at(60).act("recovered").act("notice", kind="resume", override=DIRECTOR)
    play.at(90).act("reopen", reason="it is back").act("paralysis", confirmed="yes").at(120)
    cashier = [each for each in found(play).gates if each.gate.id == "cashier"]
    assert [each.keeping(play.now) for each in cashier] == [Keeping.MET, Keeping.MISSED]
    assert [each.met.kind.value if each.met else None for each in cashier] == ["notice", None]


# -- deviations --------------------------------------------------------------------------------------

LOWER = {"category": "II", "reason": "one floor", "approved_by": DIRECTOR}
DEVIATIONS: dict[str, tuple[Story, Departure]] = {
    "5.2 not escalated": (
        lambda: outage("cashier").act("hold", by=DIRECTOR, reason="spare comes"),
        Departure.HELD,
    ),
    "5.4 lowered from I": (lambda: outage("cashier").act("classify", **LOWER), Departure.CATEGORY),
    "5.7 on its own authority": (lambda: on_paper("cashier"), Departure.ALONE),
    "5.8 resumed against the rule": (
        lambda: well("cashier").act("notice", kind="resume", override=DEPUTY),
        Departure.RESUMED,
    ),
    "5.6 closed over unreached departments": (
        lambda: outage("cashier").act("recovered").act("review").act("close", reason="x", override=DIRECTOR),
        Departure.CLOSED,
    ),
}


@pytest.mark.parametrize(("story", "kind"), DEVIATIONS.values(), ids=DEVIATIONS.keys())
def test_deviations(story: Story, kind: Departure) -> None:
    play = story()
    assert kind in [each.kind for each in found(play).deviations]
    if kind is not Departure.CLOSED:  # an undo of what was closed leaves it under review
        assert kind not in [each.kind for each in found(play.act("undo")).deviations]


def by_the_rule() -> list[tuple[str, Story]]:
    return [
        ("on the deputy leader's word", lambda: outage("cashier").act("notice", **PAPER, authority=DEPUTY)),
        (
            "the plan was started",
            lambda: (
                outage("cashier")
                .act("called", contact=DEPUTY, outcome="reached", decision="start")
                .act("notice", **PAPER)
            ),
        ),
        ("only to be ready", lambda: outage("cashier").act("notice", **{**PAPER, "kind": "prepare"})),
        (
            "resumed on the director's word",
            lambda: (
                outage("cashier")
                .act("notice", **PAPER, authority=DEPUTY)
                .act("recovered")
                .at(30)
                .act("notice", kind="resume", authority=DIRECTOR)
            ),
        ),
    ]


@pytest.mark.parametrize(
    "story", [each[1] for each in by_the_rule()], ids=[each[0] for each in by_the_rule()]
)
def test_what_goes_by_the_rule_is_no_deviation(story: Story) -> None:
    assert found(story()).deviations == ()


def test_a_deadline_that_passed_says_how_long_it_stayed_open_and_what_ended_it() -> None:
    play = told(late_call().at(12)).at(14).act("acknowledge")
    play = told(play.at(16)).act("note", text="busy")
    late = {each.fallen.duty: each.fallen for each in found(play).deviations if each.fallen}
    acknowledged = late["acknowledge"].met
    assert acknowledged is not None
    assert (acknowledged.kind.value, acknowledged.at - late["acknowledge"].deadline) == (
        "acknowledged",
        timedelta(minutes=12),
    )
    assert late["verify"].met is None
    paper = report(found(play), names(), seq=9, head="abc")
    text = " ".join(" ".join(lines(paper, 200)).split())
    assert "late: ack open for 00:12; 11-23 22:14 li.na: acknowledged and taken" in text
    assert "late: verify open to this day" in text


def test_what_was_met_in_time_and_written_later_says_so() -> None:
    play = told(outage("cashier").at(16)).at(20).act("met", duty="engineer", text="called", at="-10")
    paper = report(found(play), names(), seq=9, head="abc")
    assert "met in time, written down later" in " ".join(" ".join(lines(paper, 200)).split())


# -- departments -------------------------------------------------------------------------------------


def test_departments_stand_still_work_on_paper_and_come_back() -> None:
    play = on_paper("cashier", "registration").act(
        "receipt", departments="cashier", person="Wu", read_back="no"
    )
    play.at(20).act("stopped", departments="registration").at(60).act("recovered")
    play.at(70).act("notice", kind="resume", departments="cashier", override=DIRECTOR)
    play.at(80).act("back-entered", department="cashier", paper="9", entered="9", signed="Wu", variance="-3")
    hits = {each.department: each for each in found(play).departments}
    assert minutes(hits["cashier"].stopped) == [(0, 20)]
    assert minutes(hits["registration"].stopped) == [(0, 60)]
    assert minutes(hits["cashier"].paper) == [(10, 70)]
    assert minutes(hits["registration"].paper) == [(10, None)]
    (start, receipt), (resume, none) = hits["cashier"].notices
    assert (start.number, receipt.person if receipt else "", resume.number, none) == (1, "Wu", 2, None)
    entry = hits["cashier"].entry
    assert entry is not None
    assert (entry.paper, entry.entered, entry.variance, entry.signed) == (9, 9, "-3", "Wu")
    assert hits["registration"].entry is None


def test_twice_on_paper_is_twice_in_the_report() -> None:
    play = on_paper("cashier").at(30).act("recovered")
    play.at(40).act("notice", kind="resume", override=DIRECTOR).at(50).act("reopen", reason="again")
    play.act("paralysis", confirmed="yes").at(60).act("notice", **PAPER)
    (cashier,) = (each for each in found(play).departments if each.department == "cashier")
    assert minutes(cashier.paper) == [(10, 40), (60, None)]
    assert minutes(cashier.stopped) == [(0, 30), (50, None)]


def test_messages_tell_of_each_department_when_it_was_reached() -> None:
    play = outage("cashier").at(8)
    said = {"status": "verified", "affected": "all", "do": "paper", "eta": "?"}
    play.act("message", **said).at(9).act("told", recipients="dept:cashier", reached="no")
    play.at(11).act("told", recipients="dept:cashier", reached="yes", person="Wu").at(20).act(
        "message", **said
    )
    (cashier,) = (each for each in found(play).departments if each.department == "cashier")
    assert (cashier.sent, cashier.reached) == (2, 1)
    assert cashier.told is not None
    assert (cashier.told.person, cashier.told.at) == ("Wu", START + timedelta(minutes=11))


# -- timeline and words ------------------------------------------------------------------------------


def names() -> Names:
    return Names("Test Hospital", "T-", ZoneInfo("Asia/Shanghai"), "Asia/Shanghai")


def test_the_timeline_goes_by_the_time_it_happened_and_shows_both_times() -> None:
    play = outage("cashier").at(30).act("note", text="the light went out", at="-25")
    play.act("note", text="a slip").act("undo")
    seen = found(play)
    assert [event.at for event in seen.timeline] == sorted(event.at for event in seen.timeline)
    assert {event.seq for event in seen.timeline} == {event.seq for event in play.events}
    section = report(seen, names(), seq=12, head="f00").sections[-1]
    (noted,) = (row for row in section.rows if "light" in row[-1])
    assert noted[:2] == ("11-23 22:05", "11-23 22:30")
    (slip,) = (row for row in section.rows if "a slip" in row[-1])
    assert slip[-1].endswith("(taken back)")


def test_it_ends_with_the_head_of_the_chain() -> None:
    paper = report(found(outage("cashier")), names(), seq=12, head="f00d")
    assert paper.foot == "T-0001  Record up to entry 12, chain f00d"
    assert "Not closed: it says how it stands so far." in paper.notes


def test_an_incident_from_before_editions_has_a_report_too() -> None:
    play = late_call().act("verify", result="confirmed")
    seen = aftermath(play.incident, play.events, None, now=play.now)
    assert seen.gates == ()
    assert lines(report(seen, names(), seq=1, head="x"), 80)


def test_it_is_the_same_whoever_looks_whenever() -> None:
    play = well("cashier").act("notice", kind="resume", override=LI)
    one, other = found(play), found(play.at(9_000))
    assert (one.moments, one.gates, one.deviations) == (other.moments, other.gates, other.deviations)
    assert one.departments == other.departments

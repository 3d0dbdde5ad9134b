"""Stable, watcher or unstable: each rule with the incident it is for, and the nearest it is not for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hisconsole.plan.stability import Stability, counts_as_one, stability_label, stance
from hisconsole.plan.words import Category
from tests.plan.hand import DIRECTOR, Hand, moment, on_paper, outage, sample
from tests.plan.handing import begun

S, W, U = Stability.STABLE, Stability.WATCHER, Stability.UNSTABLE
Story = Callable[[], Hand]


def worked(category: str = "III") -> Hand:
    """A confirmed fault of one workstation that nobody is owed anything about."""
    play = begun(0, department="records", workstation="rec-01", critical=False)
    play.act("verify", result="confirmed").act("classify", category=category, reason="seen")
    return play


def told(play: Hand) -> Hand:
    play.act("message", status="verified", affected="one", do="wait")
    return play.act("told", recipients="all", reached="yes")


def known(play: Hand) -> Hand:
    return play.act("cause", text="a cable", confidence="confirmed")


RULES: dict[str, tuple[Story, float, Stability, str]] = {
    "nothing is left to say": (lambda: known(told(worked())), 5, S, ""),
    "nobody owns it": (lambda: begun(0, department="records", critical=False), 1, W, "nobody owns it"),
    "not classified": (
        lambda: begun(0, department="records", critical=False).act("verify", result="confirmed"),
        1,
        W,
        "not classified",
    ),
    "mitigated": (
        lambda: known(told(worked())).act("mitigated"),
        5,
        W,
        "mitigated, the fault is still there",
    ),
    "came back once": (
        lambda: known(told(worked()).act("recovered").act("reopen", reason="again")),
        3,
        W,
        "it has come back before",
    ),
    "came back twice": (
        lambda: (
            worked()
            .act("recovered")
            .act("reopen", reason="again")
            .act("recovered")
            .act("reopen", reason="again")
        ),
        3,
        U,
        "reopened 2 times",
    ),
    "a fix failed": (
        lambda: known(told(worked()).act("fix", text="restart", result="failed")),
        5,
        W,
        "a fix has failed",
    ),
    "healed by itself": (lambda: told(worked()).act("recovered"), 5, W, "recovered without a known cause"),
    "healed and known": (lambda: known(told(worked())).act("recovered"), 5, S, ""),
    "healed a day ago": (lambda: told(worked()).act("recovered"), 1430, W, "recovered without a known cause"),
    "somebody is not told": (
        lambda: known(worked().act("message", status="verified", affected="one", do="wait")),
        2,
        W,
        "not all were told",
    ),
    "overdue": (lambda: known(worked()), 15, W, "something is overdue"),
    "the ETA has passed": (
        lambda: known(told(worked())).act("eta", earliest="+5", latest="+10"),
        12,
        U,
        "its ETA has passed",
    ),
    "the ETA is ahead": (lambda: known(told(worked())).act("eta", earliest="+5", latest="+10"), 8, S, ""),
    "the network has failed": (lambda: outage("lab"), 1, U, "the network as a whole has failed"),
    "on paper": (
        lambda: on_paper("lab").act("paralysis", confirmed="no"),
        11,
        U,
        "departments work on paper",
    ),
    "a gate has passed": (
        lambda: outage("cashier"),
        15,
        U,
        "a gate has passed and departments were not told",
    ),
    "I without a cause": (lambda: worked("I"), 1, U, "Category I without a confirmed cause"),
    "I without an end": (lambda: known(worked("I")), 1, U, "Category I without an ETA"),
    "I, mitigated": (lambda: worked("I").act("mitigated"), 0.1, W, "Category I"),
    "I, over": (lambda: known(worked("I")).act("recovered"), 1, W, "Category I"),
    "the group is to be told": (
        lambda: worked("II"),
        90,
        U,
        "the leading group is to be told, or somebody is to say not yet",
    ),
    "somebody said not yet": (
        lambda: known(told(worked("I")).act("hold", by=DIRECTOR, reason="it ends")).act(
            "eta", earliest="+15"
        ),
        1,
        W,
        "Category I",
    ),
    "paper to enter": (
        lambda: (
            on_paper("lab").at(20).act("recovered").at(21).act("notice", kind="resume", override=DIRECTOR)
        ),
        22,
        W,
        "paper is still to be entered",
    ),
}


@pytest.mark.parametrize(("story", "minute", "stability", "why"), RULES.values(), ids=RULES.keys())
def test_each_rule(story: Story, minute: float, stability: Stability, why: str) -> None:
    play = story()
    found = stance(play.incident, sample().plan, now=max(moment(minute), play.now))
    assert (found.stability, why in found.why or not why) == (stability, True), found
    assert bool(found.why) is (stability is not S)


def test_without_an_edition_the_record_alone_decides() -> None:
    play = worked()
    assert stance(play.incident, None, now=play.now).stability is S
    assert stance(outage("lab").incident, None, now=play.now).stability is U


def test_unclassified_counts_as_one_once_it_is_treated_so() -> None:
    play = begun(0, department="icu", workstation="icu-01").act("verify", result="confirmed")
    plan = sample().plan
    assert play.incident.category is Category.UNCLASSIFIED
    assert [counts_as_one(play.incident, plan, now=moment(minute)) for minute in (1, 9, 10)] == [
        False,
        False,
        True,
    ]
    assert not counts_as_one(play.act("recovered").incident, plan, now=moment(10))
    assert counts_as_one(worked("I").incident, None, now=moment(1))


def test_each_has_a_word() -> None:
    assert [stability_label(each) for each in Stability] == ["STABLE", "WATCHER", "UNSTABLE"]

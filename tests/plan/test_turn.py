"""The turn of duty: offered, answered item by item, restated, confirmed, accepted; and every way beside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.errors import Refused
from hisconsole.plan import turn_acts
from hisconsole.plan.events import SITE, Kind
from hisconsole.plan.handover import Asks
from hisconsole.plan.turn import Item, OfferState, RoutineDuty, owed
from hisconsole.plan.turn_acts import Beginning
from tests.hospital import START
from tests.plan.turns import IN, ITEMS, OUT, OWN, SUMMARY, THIRD, Site


@pytest.fixture
def site() -> Site:
    site = Site()
    site.begin(OUT)
    return site


@pytest.fixture
def offered(site: Site) -> Site:
    site.offer(OUT, IN)
    return site


@pytest.fixture
def answered(offered: Site) -> Site:
    offered.take_all(IN)
    offered.restate(IN)
    return offered


def test_the_first_takes_the_duty_without_a_reason(site: Site) -> None:
    turn = site.turn
    assert turn is not None
    assert (turn.number, turn.person, turn.before, turn.shift) == (1, OUT, "", "night")


def test_the_whole_way(answered: Site) -> None:
    answered.confirm(OUT)
    before = answered.turn
    assert before is not None
    assert before.offer is not None
    assert before.offer.state is OfferState.SYNTHESISED
    assert before.person == OUT, "the duty changes hands at ACCEPTED alone"
    answered.accept(IN)
    turn, over = answered.turn, answered.turn_of(1)
    assert turn is not None
    assert over is not None
    assert (turn.number, turn.person, turn.before) == (2, IN, OUT)
    assert (over.after, over.offer, over.offers[-1].state) == (IN, None, OfferState.ACCEPTED)
    assert answered.events[-2].body["keys"] == [item.key for item in ITEMS]


def test_silences_that_were_not_kept_are_lifted(answered: Site) -> None:
    answered.confirm(OUT)
    answered.accept(IN)
    lifted = [event.body["silence"] for event in answered.events if event.kind is Kind.UNSILENCED]
    assert lifted == ["10"], "silence 9 was kept, 10 came later and nobody kept it"


def test_a_silence_that_came_later_can_be_kept(offered: Site) -> None:
    offered.take(IN, {"silence:10": "kept"})
    offered.take_all(IN)
    offered.restate(IN)
    offered.confirm(OUT)
    offered.accept(IN)
    assert Kind.UNSILENCED not in {event.kind for event in offered.events}


def test_a_silence_can_lapse_by_word(offered: Site) -> None:
    offered.take(IN, {"silence:9": "lapses"})
    offered.take_all(IN)
    offered.restate(IN)
    offered.confirm(OUT)
    offered.accept(IN)
    lifted = {event.body["silence"] for event in offered.events if event.kind is Kind.UNSILENCED}
    assert lifted == {"9", "10"}


def test_what_happens_after_the_offer_is_acknowledged_too(answered: Site) -> None:
    answered.confirm(OUT)
    answered.happens(Kind.NOTED, 3, text="the volume fills again")
    with pytest.raises(Refused, match="delta:3"):
        answered.accept(IN)
    answered.take_all(IN)
    answered.happens(Kind.NOTED, 3, text="and again")
    with pytest.raises(Refused, match="delta:3"):
        answered.accept(IN)
    answered.take_all(IN)
    answered.accept(IN)
    assert answered.turn is not None
    assert answered.turn.person == IN


def test_what_the_receiver_does_is_no_news_to_the_receiver(answered: Site) -> None:
    answered.confirm(OUT)
    answered.happens(Kind.NOTED, 3, actor=IN, text="I looked")
    answered.accept(IN)
    assert answered.turn is not None
    assert answered.turn.person == IN


def test_a_category_one_that_came_later_is_restated_too(answered: Site) -> None:
    answered.confirm(OUT)
    answered.happens(Kind.OPENED, 7)
    answered.grave = (3, 7)
    answered.take_all(IN)
    with pytest.raises(Refused, match="incident:7"):
        answered.accept(IN)
    answered.restate(IN, "incident:7")
    with pytest.raises(Refused, match="confirmed"):
        answered.accept(IN)
    answered.confirm(OUT)
    answered.accept(IN)
    assert answered.turn is not None
    assert answered.turn.person == IN


def test_without_confirmation_a_reason_is_asked_and_suffices(answered: Site) -> None:
    with pytest.raises(Refused, match="confirmed") as refusal:
        answered.accept(IN)
    assert refusal.value.needs == "reason"
    answered.accept(IN, reason="Li Na had to leave")
    assert answered.holders()[-1] == IN


def test_an_objection_has_it_restated(answered: Site) -> None:
    answered.objected(OUT)
    turn = answered.turn
    assert turn is not None
    assert turn.offer is not None
    assert turn.offer.state is OfferState.OFFERED
    assert turn.offer.objections == {"incident:3": "not the dean"}
    with pytest.raises(Refused, match="incident:3"):
        answered.accept(IN, reason="never mind")
    answered.restate(IN)
    turn = answered.turn
    assert turn is not None
    assert turn.offer is not None
    assert turn.offer.objections == {}


def test_what_is_returned_stays_where_it_was_and_is_offered_anew(answered: Site) -> None:
    answered.give_back(IN)
    turn = answered.turn
    assert turn is not None
    assert (turn.person, turn.offer, turn.offers[-1].questions) == (OUT, None, "who is Zhao?")
    answered.offer(OUT, IN)
    turn = answered.turn
    assert turn is not None
    assert turn.offer is not None
    assert (turn.offer.edition, len(turn.offer.unanswered)) == (2, len(ITEMS)), "nothing is carried over"


def test_a_solo_start_ends_the_turn_and_its_offer(offered: Site) -> None:
    with pytest.raises(Refused) as refusal:
        offered.begin(THIRD)
    assert refusal.value.needs == "reason"
    offered.begin(THIRD, "both are ill")
    over, turn = offered.turn_of(1), offered.turn
    assert over is not None
    assert turn is not None
    assert over.offers[-1].state is OfferState.LAPSED
    assert (turn.person, turn.solo, turn.before) == (THIRD, "both are ill", OUT)
    with pytest.raises(Refused):
        offered.accept(IN)


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda site: site.offer(OUT, THIRD), "offered to wang.wei already"),
        (lambda site: site.offer(IN, THIRD), "li.na has the duty"),
        (lambda site: site.begin(OUT, "again"), "have the duty already"),
        (lambda site: site.withdraw(IN), "li.na has the duty"),
        (lambda site: site.take(THIRD, {}), "offered to wang.wei, not to you"),
        (lambda site: site.take(OUT, {"incident:4": "taken"}), "not to you"),
        (lambda site: site.take(IN, {"incident:9": "taken"}), "no such item: incident:9"),
        (lambda site: site.take(IN, {"incident:3": "taken"}), "own words"),
        (lambda site: site.take(IN, {"incident:4": "kept"}), "everything else is taken"),
        (lambda site: site.take(IN, {"silence:9": "taken"}), "kept or lapses"),
        (lambda site: site.restate(OUT), "not to you"),
        (lambda site: site.restate(IN, text="it will be well"), "at least 20"),
        (lambda site: site.restate(IN, text=SUMMARY), "copied from the summary"),
        (lambda site: site.restate(IN, minutes=0), "lies ahead"),
        (lambda site: site.confirm(IN), "li.na has the duty"),
        (lambda site: site.confirm(OUT), "restated nothing yet"),
        (lambda site: site.objected(OUT), "Nothing is restated there"),
        (lambda site: site.give_back(OUT), "not to you"),
        (lambda site: site.accept(OUT), "not to you"),
        (lambda site: site.accept(IN), "3 of the summary"),
    ],
    ids=(f"refused-{number}" for number in range(20)),
)
def test_what_is_refused_says_why(offered: Site, act: Callable[[Site], None], sentence: str) -> None:
    before = len(offered.events)
    with pytest.raises(Refused, match=sentence):
        act(offered)
    assert len(offered.events) == before


@pytest.mark.parametrize(
    "act",
    [
        lambda site: site.withdraw(OUT),
        lambda site: site.take(IN, {}),
        lambda site: site.restate(IN),
        lambda site: site.confirm(OUT),
        lambda site: site.give_back(IN),
        lambda site: site.accept(IN),
    ],
    ids=("withdraw", "take", "restate", "confirm", "return", "accept"),
)
def test_without_an_offer_there_is_nothing_to_answer(site: Site, act: Callable[[Site], None]) -> None:
    with pytest.raises(Refused, match="Nothing is offered now"):
        act(site)


def test_one_person_is_never_both_sides(site: Site) -> None:
    with pytest.raises(Refused, match="both sides"):
        site.offer(OUT, OUT)


def test_handing_over_in_an_open_category_one_wants_a_reason(site: Site) -> None:
    site.grave = (3,)
    with pytest.raises(Refused, match="0003") as refusal:
        site.offer(OUT, IN)
    assert refusal.value.needs == "reason"
    site.offer(OUT, IN, reason="twelve hours on duty")
    assert site.turn is not None
    assert site.turn.offer is not None
    assert site.turn.offer.reason == "twelve hours on duty"


def test_taking_the_same_again_records_nothing(offered: Site) -> None:
    offered.take(IN, {"incident:4": "taken"})
    before = len(offered.events)
    offered.take(IN, {"incident:4": "taken"})
    assert len(offered.events) == before


def test_a_silence_may_be_answered_anew(offered: Site) -> None:
    offered.take(IN, {"silence:9": "kept"})
    offered.take(IN, {"silence:9": "lapses"})
    assert offered.turn is not None
    assert offered.turn.offer is not None
    assert offered.turn.offer.taken["silence:9"] == "lapses"


# -- what a turn owes -------------------------------------------------------------------------------


def test_a_turn_is_owed_to_be_handed_over_a_quarter_of_an_hour_after_its_shift() -> None:
    site = Site()
    end = START + timedelta(hours=8)
    site.begin(OUT, until=end)
    turn = site.turn
    assert turn is not None
    (due,) = owed(turn)
    assert (due.incident, due.duty, due.at, due.owner) == (-1, "handover", end + timedelta(minutes=15), OUT)
    site.begin(IN, "he left")
    over = site.turn_of(1)
    assert over is not None
    assert owed(over) == ()


def test_routines_are_owed_until_they_are_done_or_said_not_to_be() -> None:
    routines = (
        RoutineDuty("backups", "Backups verified", "", START + timedelta(hours=1)),
        RoutineDuty("room", "Room temperature", "°C", START + timedelta(minutes=30), 15, 30),
    )
    site = Site()
    site.add(turn_acts.start(None, OUT, reason="", beginning=Beginning(routines=routines), now=START), OUT)
    turn = site.turn
    assert turn is not None
    assert [due.key for due in owed(turn)] == ["room", "backups"]
    with pytest.raises(Refused, match="Say why"):
        turn_acts.routine(turn, "room", done=False, value=None, text="", now=START)
    with pytest.raises(Refused, match="in °C"):
        turn_acts.routine(turn, "room", done=True, value=None, text="", now=START)
    with pytest.raises(Refused, match="no routine 'ups'"):
        turn_acts.routine(turn, "ups", done=True, value=None, text="", now=START)
    site.add(turn_acts.routine(turn, "room", done=True, value=21.5, text="", now=START), OUT)
    assert site.turn is not None
    assert [due.key for due in owed(site.turn)] == ["backups"]
    site.add(
        turn_acts.routine(site.turn, "backups", done=False, value=None, text="tape full", now=START), OUT
    )
    assert site.turn is not None
    assert owed(site.turn) == ()
    assert site.turn.done["backups"].note == "tape full"


# -- every order of acts ----------------------------------------------------------------------------

WHO = st.sampled_from((OUT, IN, THIRD))
ACTS: tuple[Callable[[Site, str, str], None], ...] = (
    lambda site, who, other: site.begin(who),
    lambda site, who, other: site.begin(who, "alone"),
    lambda site, who, other: site.offer(who, other),
    lambda site, who, other: site.offer(who, other, "why not", [Item("incident:4", Asks.TAKE, 4)]),
    lambda site, who, other: site.withdraw(who),
    lambda site, who, other: site.take_all(who),
    lambda site, who, other: site.restate(who, text=OWN),
    lambda site, who, other: site.confirm(who),
    lambda site, who, other: site.objected(who),
    lambda site, who, other: site.give_back(who),
    lambda site, who, other: site.accept(who),
    lambda site, who, other: site.accept(who, "gone home"),
    lambda site, who, other: site.happens(Kind.NOTED, 3, text="news"),
)


@given(st.lists(st.tuples(st.sampled_from(ACTS), WHO, WHO), max_size=40))
def test_exactly_one_person_has_the_duty_at_every_moment(
    acts: list[tuple[Callable[[Site, str, str], None], str, str]],
) -> None:
    site = Site()
    for act, who, other in acts:
        held = site.turn.person if site.turn else ""
        before = len(site.events)
        try:
            act(site, who, other)
        except Refused:
            assert len(site.events) == before
        turn = site.turn
        now = turn.person if turn else ""
        ended = {event.kind for event in site.events[before:]}
        assert now == held or ended & {Kind.TURN_BEGUN}
        if held and now != held:
            assert ended & {Kind.ACCEPTED, Kind.RELIEVED}
        if Kind.ACCEPTED in ended and turn is not None:
            over = site.turn_of(turn.number - 1)
            assert over is not None
            last = over.offers[-1]
            assert last.unanswered == ()
            assert (last.to, turn.person) == (who, who)
            assert last.confirmed_at or not last.restated or site.events[before].body.get("reason") != ""
    begun = [event.kind for event in site.events]
    if Kind.TURN_BEGUN in begun:
        first = begun.index(Kind.TURN_BEGUN)
        for event, holders in list(zip(site.events, site.holders(), strict=True))[first:]:
            if event.kind not in (Kind.ACCEPTED, Kind.RELIEVED):  # the next turn begins in the same act
                assert holders.count("+") == 0
                assert holders
    assert all(event.incident != SITE or event.kind is Kind.UNSILENCED for event in site.events)

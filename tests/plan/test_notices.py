"""What a notice says, to whom, with which numbers, and what contradicts where departments are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hisconsole.errors import Refused
from hisconsole.plan.acts import all_acts
from hisconsole.plan.asking import label_of
from hisconsole.plan.events import SITE, Event, Kind
from hisconsole.plan.manual import Means
from hisconsole.plan.notices import drafted
from hisconsole.plan.outreach import NoticeKind
from hisconsole.plan.pack import Printed, last_printed, owed, pack_printed, stale
from hisconsole.plan.story import tell
from hisconsole.plan.times import clock
from tests.hospital import START
from tests.hostile import HOSTILE
from tests.plan.hand import DEPUTY, DIRECTOR, Hand, moment, on_paper, outage, sample
from tests.plan.play import ZONE

REG, CASH = "registration", "cashier"


def told(play: Hand) -> str:
    return tell(play.events[-1], clock=lambda when: clock(when, zone=ZONE))


def test_a_start_says_number_departments_when_what_stops_forms_and_numbers() -> None:
    """Domain 5.8: departments, effective time, what stops, forms, number block; 1.3: nobody on their own."""
    play = (
        outage(REG, CASH).at(9).act("notice", kind="start", departments=f"{CASH}, {REG}", effective="22:10")
    )
    (notice,) = play.incident.notices
    for part in (
        "Hexi People's Hospital",
        "Notice 1 / HX-0001, START of manual operation",
        "for Outpatient Cashier, Outpatient Registration, from 22:10",
        "charging at the computers",
        "registration slip, list of slips",
        "Outpatient Cashier M200001-M200600",
        "Outpatient Registration T100001-T100500",
        "Nobody goes back to the computers on their own",
        "Please repeat",
    ):
        assert part in notice.text, part
    assert notice.effective == moment(10)
    assert notice.blocks == ((CASH, "M200001-M200600"), (REG, "T100001-T100500"))


def test_own_words_forms_and_what_stops_take_the_place_of_the_cards() -> None:
    play = outage(REG).act("notice", kind="start", stops="printing", forms="blue slips")
    assert "Stop: printing. Use: blue slips." in play.incident.notices[0].text
    play.act("notice", kind="change", text="use red slips")
    assert play.incident.notices[1].text == "use red slips"


def test_without_a_word_it_is_the_information_centers_own_authority() -> None:
    """Domain 5.7: it announces start times and records on whose authority."""
    assert outage(REG).act("notice", kind="start").incident.notices[0].authority == ""
    play = outage(REG).act("notice", kind="start", authority=DEPUTY)
    assert play.incident.notices[0].authority == DEPUTY
    assert "on the word of fang.min" in told(play)


def test_an_override_is_told_in_the_record() -> None:
    play = on_paper(REG).act("notice", kind="resume", override=DIRECTOR)
    assert "against the rule, by chen.hao" in told(play)


@pytest.mark.parametrize(
    ("spent", "given"),
    [
        pytest.param((), "M200001-M200600", id="the first"),
        pytest.param(("M200001-M200600",), "M200601-M201200", id="the first went out in another incident"),
        pytest.param(("M200001-M200600", "M200601-M201200"), "none", id="none is left: it is said"),
    ],
)
def test_numbers_are_given_out_once_in_the_hospital(spent: tuple[str, ...], given: str) -> None:
    play = outage(CASH)
    play.spent = frozenset((CASH, each) for each in spent)
    play.act("notice", kind="start")
    (notice,) = play.incident.notices
    assert [block for _id, block in notice.blocks] == ([] if given == "none" else [given])
    assert f"Numbers: {'none' if given == 'none' else f'Outpatient Cashier {given}'}." in notice.text


def test_only_a_start_gives_numbers_out() -> None:
    play = on_paper(CASH).act("notice", kind="change").act("notice", kind="resume", override=DIRECTOR)
    assert [len(each.blocks) for each in play.incident.notices] == [1, 0, 0]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"kind": "start", "departments": "regs"}, "There is no department 'regs'"),
        ({"kind": "start", "gate": "stage-9"}, "There is no gate 'stage-9'. Gates: cashier, stage-1"),
        ({"kind": "start", "departments": CASH}, "Outpatient Cashier works on paper already"),
        ({"kind": "change", "departments": REG}, "Outpatient Registration was not told to work on paper"),
        ({"kind": "resume", "departments": REG, "override": DIRECTOR}, "was not told to work on paper"),
        ({"kind": "start", "departments": REG, "effective": "21:30"}, "It began at 22:00"),
        ({"kind": "start", "departments": REG, "authority": "wu"}, "'wu' is nobody in the roster"),
        ({"kind": "stop"}, "is none of prepare, start, change, resume, all-clear"),
        ({}, "Kind is needed"),
    ],
)
def test_what_cannot_be_announced(given: dict[str, str], refusal: str) -> None:
    play = on_paper(CASH)
    with pytest.raises(Refused, match=refusal):
        play.decide("notice", **given)


def test_a_notice_to_nobody_is_refused() -> None:
    with pytest.raises(Refused, match="none stands still or works on paper"):
        Hand().call().decide("notice", kind="resume", override=DIRECTOR)


def test_all_means_all_departments() -> None:
    play = outage(REG).act("notice", kind="prepare", departments="all")
    assert len(play.incident.notices[0].departments) == len(sample().departments)


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_each_kind_has_words_for_people(kind: NoticeKind) -> None:
    """And answers to its word, its number and its label in the form."""
    assert label_of(kind).isupper()
    play = on_paper(REG)
    given = {"override": DIRECTOR, "departments": CASH if kind in ("prepare", "start") else REG}
    for typed in (kind.value, label_of(kind), str(list(NoticeKind).index(kind) + 1)):
        (event, *_more) = play.decide("notice", kind=typed, **given)
        assert event.body["kind"] == kind.value


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_words_are_recorded_as_text(hostile: str) -> None:
    play = on_paper(REG).act("receipt", departments=REG, person=f"x{hostile}", read_back="no")
    person = play.incident.notices[0].receipts[0].person
    assert person.isprintable()
    play.act("notice", kind="change", text=f"x{hostile}")
    assert all(line.isprintable() for line in play.incident.notices[-1].text.split("\n"))


def test_a_hospital_without_cards_still_announces() -> None:
    assert drafted(Means(), NoticeKind.START, [REG], gate="stage 1") == {"stops": "stage 1", "forms": ""}
    assert Means().call(REG) == REG


def test_reaching_departments_asks_once() -> None:
    assert all_acts()["notice"].confirm


# ---- the printed pack


def event(days: float, content: str) -> Event:
    new = pack_printed(content, days=30, now=START + timedelta(days=days))
    return Event(1, "a", new.kind, SITE, new.at, new.at, "li.na", "t", "local", new.body)


@pytest.mark.parametrize(
    ("printed", "after", "words"),
    [
        pytest.param((), 0, "never printed", id="never"),
        pytest.param(((0, "now"),), 30, "", id="30 days old (domain 8)"),
        pytest.param(((0, "now"),), 30.1, "older than 30 days", id="older"),
        pytest.param(((0, "old"),), 0, "out of date", id="the roster changed"),
        pytest.param(((0, "old"), (1, "now")), 2, "", id="printed again"),
        pytest.param(((0, "now"), (1, "old")), 2, "out of date", id="an old one printed again"),
    ],
)
def test_a_pack_is_stale_when_its_content_or_its_age_says_so(
    printed: tuple[tuple[float, str], ...], after: float, words: str
) -> None:
    found = last_printed([event(days, content) for days, content in printed])
    said = stale(found, content="now", days=30, now=START + timedelta(days=after))
    assert words in said
    assert bool(said) is bool(words)


def test_the_pack_is_owed_again_after_thirty_days() -> None:
    assert list(owed([])) == []
    (due,) = owed([event(0, "a"), event(2, "b")])
    assert (due.duty, due.incident, due.at) == ("pack", SITE, START + timedelta(days=32))
    assert last_printed([event(2, "b")]) == Printed(START + timedelta(days=2), "li.na", "b")
    assert event(0, "a").kind is Kind.PACK_PRINTED

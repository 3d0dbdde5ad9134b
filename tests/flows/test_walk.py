"""A walk puts what still matters, takes what is an answer, and loses nothing that was said."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from hisconsole.errors import Refused
from hisconsole.flows import walk as walking
from hisconsole.flows.flow import UNKNOWN
from hisconsole.flows.walk import Filled, Given
from tests.flows.flows import SMALL, at, came_to, delivered, flow_of, walked

WALKS: list[tuple[str, str, str, str]] = [
    # what is said, the question then put, the outcome then, what counts
    ("", "colour", "rest", ""),
    ("red", "shade", "rest", "colour=red"),
    ("red dark", "", "deep", "colour=red shade=dark"),
    ("red light", "count", "rest", "colour=red shade=light"),
    ("red light 2", "", "rest", "colour=red shade=light count=2"),
    ("red light 3", "", "many", "colour=red shade=light count=3"),
    ("red unknown", "count", "rest", "colour=red shade=unknown"),
    ("unknown", "count", "rest", "colour=unknown"),
    ("unknown unknown", "", "rest", "colour=unknown count=unknown"),
    ("green", "count", "rest", "colour=green"),
    ("green 3", "note", "many", "colour=green count=3"),
    ("green 3 words", "", "many", "colour=green count=3 note=words"),
    # back: the answer stands until another is given
    ("b", "colour", "rest", ""),
    ("red b", "colour", "rest", "colour=red"),
    ("red b b", "colour", "rest", "colour=red"),
    ("red light 3 b", "count", "many", "colour=red shade=light count=3"),
    ("red light 3 b b", "shade", "many", "colour=red shade=light count=3"),
    ("red light 3 b b dark", "", "deep", "colour=red shade=dark count=3"),
    ("red light 3 b b +", "", "many", "colour=red shade=light count=3"),
    ("red light 3 b b b b", "colour", "many", "colour=red shade=light count=3"),
    # revise: what no longer applies does not count, and comes back when it does
    ("red dark colour! green", "count", "rest", "colour=green"),
    ("red dark colour! green 1 words colour! red", "", "deep", "colour=red shade=dark count=1"),
    ("red dark colour! green 1 b", "count", "rest", "colour=green count=1"),
    ("red dark colour! green 1 b b", "colour", "rest", "colour=green count=1"),
    ("red light 3 shade!", "shade", "many", "colour=red shade=light count=3"),
    ("red light 3 shade! +", "", "many", "colour=red shade=light count=3"),
]


@pytest.mark.parametrize(("said", "then", "outcome", "counts"), WALKS, ids=[each[0] or "-" for each in WALKS])
def test_a_walk(said: str, then: str, outcome: str, counts: str) -> None:
    walk = walked(walking.begin(flow_of(SMALL), {}), said)
    assert at(walk) == then
    assert came_to(walk) == outcome
    assert " ".join(f"{name}={value}" for name, value in walking.values(walk).items()) == counts


REFUSALS: list[tuple[str, str, str]] = [
    ("", "blue", "'blue' is none of the answers here: red, green."),
    ("", "", "none of the answers"),
    ("", "RED", "none of the answers"),
    ("", "1", "none of the answers"),
    ("", "\x1b[2Jred", "'?[2Jred' is none"),
    ("red light", "many", "whole number from 0 to 999999"),
    ("red light", "-1", "whole number"),
    ("red light", "1000000", "whole number"),
    ("red light", "1.5", "whole number"),
    ("red light", "３", "whole number"),
    ("green 1", "", "Some words are needed"),
    ("red dark", "dark", "Every question is answered"),
]


@pytest.mark.parametrize(("said", "value", "words"), REFUSALS)
def test_what_is_no_answer_is_refused_and_changes_nothing(said: str, value: str, words: str) -> None:
    walk = walked(walking.begin(flow_of(SMALL), {}), said)
    with pytest.raises(Refused, match=r"\S") as refused:
        walking.answer(walk, value)
    assert words in str(refused.value)
    assert walk == walked(walking.begin(flow_of(SMALL), {}), said)


def test_skipping_needs_a_reason_and_counts_as_not_known() -> None:
    walk = walked(walking.begin(flow_of(SMALL), {}), "red")
    with pytest.raises(Refused, match="Say why"):
        walking.skip(walk, "  ")
    walk = walking.skip(walk, " nobody\x07 there ")
    assert walking.answers(walk)["shade"] == Given(UNKNOWN, "", "nobody? there")
    assert at(walk) == "count"


def test_free_words_are_made_printable_and_cut() -> None:
    walk = walking.answer(walked(walking.begin(flow_of(SMALL), {}), "green 1"), "\x1b]0;x\x07" + "w" * 900)
    note = walking.values(walk)["note"]
    assert isinstance(note, str)
    assert note.isprintable()
    assert len(note) == walking.LONGEST


def test_what_evidence_answered_is_not_asked_but_may_be_revised() -> None:
    flow = flow_of(SMALL)
    walk = walking.begin(flow, {"colour": Filled("red", "report 7")})
    assert at(walk) == "shade"
    assert walking.answers(walk) == {"colour": Given("red", "report 7")}
    walk = walking.revise(walk, "colour")
    assert at(walk) == "colour"
    assert walking.kept(walk, "colour") == Given("red", "report 7")
    assert at(walking.back(walk)) == "shade"
    walk = walking.answer(walk, "green")
    assert walking.answers(walk) == {"colour": Given("green")}
    assert walk.filled["colour"] == Filled("red", "report 7")


def test_what_does_not_apply_cannot_be_revised() -> None:
    walk = walked(walking.begin(flow_of(SMALL), {}), "green")
    for step in ("shade", "size"):
        with pytest.raises(Refused, match="does not apply"):
            walking.revise(walk, step)


PREFILLED: list[tuple[str, Filled, str, object]] = [
    ("colour", Filled("unknown", "report 1"), "colour", None),
    ("colour", Filled("", "report 1"), "colour", None),
    ("colour", Filled("blue", "core-1"), "count", "blue"),
    ("colour", Filled(3, "core-1"), "colour", None),
    ("count", Filled("7", "the record"), "colour", 7),
    ("count", Filled("seven", "the record"), "colour", None),
    ("count", Filled("7777777", "the record"), "colour", None),
    ("power", Filled("ups-low", "ups-1"), "colour", "ups-low"),
]


@pytest.mark.parametrize(("name", "filled", "then", "value"), PREFILLED)
def test_what_is_known_beforehand(name: str, filled: Filled, then: str, value: object) -> None:
    walk = walking.begin(flow_of(SMALL), {name: filled})
    assert at(walk) == then
    assert walking.values(walk).get(name) == value


def test_evidence_for_no_step_decides_and_is_recorded() -> None:
    flow = flow_of(
        SMALL.replace("outcomes:\n", "outcomes:\n  low:\n    say: Low.\n    when: power = ups-low\n", 1)
    )
    walk = walking.begin(flow, {"power": Filled("ups-low", "ups-1: 9 min")})
    assert at(walk) == ""
    assert came_to(walk) == "low"
    assert walking.answers(walk) == {"power": Given("ups-low", "ups-1: 9 min")}


def test_facts_decide_but_never_speak_for_a_step() -> None:
    flow = flow_of(SMALL.replace("colour = red and shade = dark", "departments >= 2 or colour = red"))
    assert came_to(walking.begin(flow, {}, {"departments": 3})) == "deep"
    assert at(walking.begin(flow, {}, {"departments": 3})) == ""
    walk = walking.begin(flow, {}, {"departments": 1, "colour": "red"})
    assert at(walk) == "colour"
    assert "colour" not in walking.values(walk)
    assert [each.result for each in walking.result(walk).undecided] == ["deep", "many"]


KNOWN = {
    "symptom": Filled("no-network", "report 1"),
    "scope": Filled("one", "report 1"),
    "recurring": Filled("no", "the record"),
}
COMMON: list[tuple[str, str, str]] = [
    # key terminal, what a person answers, the fault
    ("no", "server", "server-down"),
    ("no", "unstable", "server-unstable"),
    ("no", "fibre", "fibre-damaged"),
    ("no", "network", "partial-network"),
    ("no", "backup", "backup-disk"),
    ("no", "data attack", "attack-suspected"),
    ("no", "data lost", "data-lost"),
    ("no", "data patient", "single-patient"),
    ("no", "data unknown", "data-lost"),
    ("no", "data error yes", "recurring-fault"),
    ("no", "data error no", "occasional-error"),
    ("no", "prices no", "price-list"),
    ("no", "prices yes", "approved-change"),
    ("no", "insurance", "insurance-side"),
    ("no", "here terminal", "single-terminal"),
    ("yes", "here terminal yes", "single-terminal"),
    ("yes", "here terminal no", "key-terminal"),
    ("no", "here person", "unskilled-use"),
    ("no", "here workflow", "workflow"),
    ("no", "unknown", ""),
]


@pytest.mark.parametrize(("key", "said", "fault"), COMMON, ids=[" ".join(each[:2]) for each in COMMON])
def test_common_cases_ask_a_person_at_most_three_times(key: str, said: str, fault: str) -> None:
    walk = walked(walking.begin(delivered("classify"), KNOWN, {"key-terminal": key}), said)
    assert at(walk) == ""
    assert came_to(walk) == fault
    assert len(walk.order) <= 3


PARALYSIS: list[tuple[str, str]] = [
    ("none yes dark", "yes"),
    ("none yes half dark", "yes"),
    ("none yes half half no", "yes"),
    ("none no no", "yes"),
    ("none unknown no", "yes"),
    ("unknown yes dark dark", "yes"),
    ("none no yes", "no"),
    ("none yes fine fine", "no"),
    ("none yes half half yes", "no"),
    ("none yes half fine no", "yes"),
    ("none yes unknown unknown no", "yes"),
    ("both yes fine", "no"),
    ("both no", "no"),
    ("one unknown", "no"),
    ("none no unknown", "undecided"),
    ("unknown unknown unknown", "undecided"),
]


@pytest.mark.parametrize(("said", "outcome"), PARALYSIS, ids=[each[0] for each in PARALYSIS])
def test_the_whole_network_is_down_or_is_not(said: str, outcome: str) -> None:
    walk = walked(walking.begin(delivered("paralysis"), {}), said)
    assert at(walk) == ""
    assert came_to(walk) == outcome


def test_a_changed_flow_drops_what_no_longer_fits_a_draft() -> None:
    data = walking.to_data(walked(walking.begin(flow_of(SMALL), {}), "red light 3 b"))
    walk = walking.from_data(flow_of(SMALL.replace("light: Light", "pale: Pale")), data)
    assert walking.values(walk) == {"colour": "red", "count": 3}
    assert at(walk) == "count"
    assert at(walking.onward(walk)) == "shade"


DAMAGED: list[tuple[str, object]] = [
    ("flow", "other"),
    ("flow", None),
    ("given", {"colour": ["red"]}),
    ("given", {"colour": [["red"], "", ""]}),
    ("given", {"colour": [True, "", ""]}),
    ("given", []),
    ("filled", {"colour": ["red"]}),
    ("filled", {"colour": ["red", 7]}),
    ("facts", {"departments": 1.5}),
    ("order", 7),
    ("order", [["colour"]]),
]


@pytest.mark.parametrize(("name", "value"), DAMAGED)
def test_a_damaged_draft_is_refused(name: str, value: object) -> None:
    data = walking.to_data(walked(walking.begin(flow_of(SMALL), {}), "red light"))
    with pytest.raises(Refused, match="begin again"):
        walking.from_data(flow_of(SMALL), data | {name: value})
    del data[name]
    with pytest.raises(Refused, match="begin again"):
        walking.from_data(flow_of(SMALL), data)


def test_a_draft_brings_nothing_that_acts_on_a_terminal() -> None:
    data = walking.to_data(walked(walking.begin(flow_of(SMALL), {}), "green 1 words"))
    data["given"]["colour"][2] = "\x1b[2J"
    data["given"]["note"][0] = "\x1b[2J"
    walk = walking.from_data(flow_of(SMALL), data)
    assert walking.values(walk) == {"count": 1}


def test_a_walk_is_a_value() -> None:
    walk = walked(walking.begin(flow_of(SMALL), {"colour": Filled("red", "x")}), "light")
    assert isinstance(walk.given, MappingProxyType)
    assert isinstance(walk.filled, MappingProxyType)

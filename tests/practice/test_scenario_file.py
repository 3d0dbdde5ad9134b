"""Scenarios as files: those that ship are whole, and each fault is told at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole.config import load_site
from hisconsole.errors import ConfigFault, NotFound
from hisconsole.paths import shipped
from hisconsole.practice.hospital import Hospital
from hisconsole.practice.live import Live
from hisconsole.practice.scenario import Call
from hisconsole.practice.scenario_file import load_scenario, scenario_folder, scenario_names, scenario_of
from tests.practice.conftest import Clock

SHIPPED = scenario_names(scenario_folder())


def test_ten_and_more_ship() -> None:
    assert len(SHIPPED) >= 10
    causes = {"fibre", "ups", "room", "archive", "core", "database", "backup", "flapping", "isolated"}
    assert causes | {"partial", "insurance"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_loads_and_changes_what_can_be_seen(
    name: str, hospital: Hospital, live: Live, clock: Clock
) -> None:
    scenario = load_scenario(scenario_folder(), name, hospital)
    assert scenario.said[0].at_s == 0
    assert 120 <= scenario.lasts_s <= 20 * 60
    live.do(scenario.steps)
    seen = set()
    for second in range(0, int(scenario.lasts_s) + 2, 10):
        clock.to(second)
        seen |= set(live.changed())
        seen |= {(id_, "silent") for id_ in hospital.devices if not live.answers(id_)}
    assert len(seen) >= 2
    for place, value in live.changed().items():
        hospital.facets(place[0])[place[1]].read(value if isinstance(value, str) else f"{value:.6f}")


GOOD = """\
name: A story
about: What happens.
steps:
  - at: +0s
    say: It begins.
  - at: +2m
    target: ups-1
    set:
      charge: 20
    over: 1m30s
"""


def _faults(text: str, hospital: Hospital) -> list[str]:
    with pytest.raises(ConfigFault) as caught:
        scenario_of(text, source="s.yaml", id_="s", hospital=hospital)
    return str(caught.value).splitlines()


def test_a_scenario_is_read(hospital: Hospital) -> None:
    scenario = scenario_of(GOOD, source="s.yaml", id_="s", hospital=hospital)
    (step,) = scenario.steps
    assert (step.at_s, step.place, step.value, step.over_s) == (120, ("ups-1", "charge"), 20, 90)


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("+2m", "2m", "6:9", "'at' must be a time such as +2m"),
        ("+2m", "+9h", "6:9", "at most 6h"),
        ("+2m", "+", "6:9", "'at' must be a time"),
        ("ups-1", "ups-9", "7:13", "did you mean 'ups-"),
        ("charge: 20", "charg: 20", "9:14", "did you mean 'charge'?"),
        ("charge: 20", "charge: 120", "9:15", "a number from 0 to 100 %"),
        ("charge: 20", "charge: nan", "9:15", "a number from 0 to 100 %"),
        ("charge: 20", "source: battry", "9:15", "one of mains, battery, bypass"),
        ("charge: 20", "source: battery", "10:11", "'source' holds a word, which changes at once"),
        ("1m30s", "fast", "10:11", "'over' must be a time such as 2m"),
        ("    over:", "    ower:", "10:5", "did you mean 'over'?"),
        ("    target: ups-1\n", "", "6:5", "'target' and 'set' belong together"),
        ("    say: It begins.\n", "", "4:9", "nothing happens here"),
        ("about: What happens.\n", "", "1:1", "'about' is missing here"),
        ("  - at: +0s\n", "  - done\n  - at: +0s\n", "4:5", "a step has 'at'"),
        (GOOD[GOOD.index("steps") :], "steps: none\n", "3:1", "'steps' needs a list"),
        (GOOD, "- a\n- b\n", "1:1", "a scenario has a name"),
    ],
)
def test_each_fault_is_told_at_its_place(
    old: str, new: str, place: str, words: str, hospital: Hospital
) -> None:
    faults = _faults(GOOD.replace(old, new, 1), hospital)
    assert any(each.startswith(f"s.yaml:{place}: ") and words in each for each in faults), faults


CALLED = (
    GOOD
    + """\
calls:
  - at: +2m10s
    workstation: reg-01
    symptom: no-network
    words: Nothing works.
    reporter: nurse Wu
  - at: +1m
    workstation: lab-01
    symptom: other
    words: A smell of fire.
    reporter: Dr Shao
"""
)
KNOWN = ("reg-01", "reg-02", "lab-01")


def test_calls_are_read_in_the_order_of_their_time(hospital: Hospital) -> None:
    scenario = scenario_of(CALLED, source="s.yaml", id_="s", hospital=hospital, workstations=KNOWN)
    assert scenario.calls == (
        Call(60, "lab-01", "other", "A smell of fire.", "Dr Shao"),
        Call(130, "reg-01", "no-network", "Nothing works.", "nurse Wu"),
    )
    assert scenario.breaks_s == 120
    assert scenario_of(GOOD, source="s.yaml", id_="s", hospital=hospital).calls == ()


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("+2m10s", "2m10s", "12:9", "'at' must be a time such as +2m"),
        ("    workstation: reg-01\n", "", "12:5", "'workstation' is missing here"),
        ("reg-01", "reg-09", "13:18", "did you mean 'reg-0"),
        ("no-network", "no-netwrk", "14:14", "no-network"),
        ("    words: Nothing works.\n", "", "12:5", "'words' is missing here"),
        ("    reporter: nurse Wu\n", "", "12:5", "'reporter' is missing here"),
        ("    reporter: nurse Wu\n", "    teller: nurse Wu\n", "16:5", "'teller' is not known here"),
        ("  - at: +2m10s\n", "  - nobody\n  - at: +2m10s\n", "12:5", "a call has 'at'"),
        (CALLED[CALLED.index("calls") :], "calls: none\n", "11:1", "'calls' needs a list"),
    ],
)
def test_each_fault_of_a_call_is_told_at_its_place(
    old: str, new: str, place: str, words: str, hospital: Hospital
) -> None:
    with pytest.raises(ConfigFault) as caught:
        scenario_of(
            CALLED.replace(old, new, 1), source="s.yaml", id_="s", hospital=hospital, workstations=KNOWN
        )
    faults = str(caught.value).splitlines()
    assert any(each.startswith(f"s.yaml:{place}: ") and words in each for each in faults), faults


@pytest.mark.parametrize("name", SHIPPED)
def test_who_phones_in_a_shipped_scenario_sits_in_the_sample(name: str, hospital: Hospital) -> None:
    known = [each.id for each in load_site(shipped("config")).workstations]
    scenario = load_scenario(scenario_folder(), name, hospital, workstations=known)
    assert all(scenario.breaks_s < call.at_s <= scenario.lasts_s + 180 for call in scenario.calls)


def test_the_fibre_and_the_database_can_be_drilled(hospital: Hospital) -> None:
    assert {
        name: len(load_scenario(scenario_folder(), name, hospital).calls) for name in ("fibre", "database")
    } == {"fibre": 6, "database": 5}


def test_all_faults_come_in_one_pass(hospital: Hospital) -> None:
    text = GOOD.replace("+2m", "2m").replace("charge: 20", "charge: many").replace("name:", "title:")
    assert len(_faults(text, hospital)) == 4


@pytest.mark.parametrize("name", ["nope", "../fibre", "", "fibre.yaml", "FIBRE"])
def test_a_scenario_that_is_not_there_is_refused_with_those_that_are(name: str, hospital: Hospital) -> None:
    with pytest.raises(NotFound, match="archive, backup, core"):
        load_scenario(scenario_folder(), name, hospital)


def test_a_site_may_have_a_folder_of_its_own(tmp_path: Path, hospital: Hospital) -> None:
    (tmp_path / "own.yaml").write_text(GOOD, "utf-8")
    assert scenario_names(tmp_path) == ("own",)
    assert load_scenario(tmp_path, "own", hospital).name == "A story"

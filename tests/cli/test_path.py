"""The way of a caller as a command, and the evidence that commands put on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.watched import NET, Watch, lay, sample, watch
from tests.hostile import HOSTILE

TARGETS = f"""\
sw-core:
  name: Core switch
  kind: switch
  address: {NET}.1
  profiles: ping
sw-opd-1f:
  name: Access switch
  kind: switch
  address: {NET}.2
  parents: sw-core
  profiles: ping
app-1:
  name: Application
  kind: server
  address: {NET}.3
  parents: sw-core
  services: his
  serves: all
  profiles: ping
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return lay(tmp_path / "site", TARGETS)


@contextmanager
def broken(config: Path, data: Path, words: str = "no answer") -> Iterator[Watch]:
    """The access switch is down, all else answers."""
    with watch(config, data) as at:
        for id_ in ("sw-core", "app-1"):
            at.write(id_, [sample("ping/lost", 0.0, "%")])
        at.write("sw-opd-1f", [], failure=words)
        yield at


def test_the_way_in_words_and_for_scripts(run: Run, config: Path, data: Path) -> None:
    here = ("--config", str(config))
    with broken(config, data):
        ran = run("path", "reg-01", "--symptom", "no-network", *here)
        told = run("path", "reg-01", "--json", *here).json
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    assert lines[0] == "reg-01 - sw-opd-1f DOWN 00:00 - sw-core OK - app-1 OK"
    assert "access sw-opd-1f lets nothing" in ran.out
    assert "(partial-network), because" in ran.out
    assert lines[-2].startswith("Tell the caller: I see a network fault.")
    assert all(len(line) <= 80 for line in lines)
    assert (told["broken"], told["red"], told["blind"]) == (["sw-opd-1f"], ["sw-opd-1f"], [])
    assert [(hop["part"], hop["way"]) for hop in told["hops"]] == [
        ("access", "broken"),
        ("core", "open"),
        ("application", "open"),
    ]
    assert (told["watched"], told["fault"], told["incidents"]) == (True, "partial-network", [])
    assert told["say"][0] == "I see a network fault."


def test_it_names_the_incident_at_the_break(run: Run, config: Path, data: Path) -> None:
    here = ("--config", str(config))
    with broken(config, data):
        run("report", "--workstation", "reg-02", "--symptom", "no-network", *here)
        told = run("path", "reg-01", "--json", *here).json
    assert told["incidents"] == [{"number": 1, "target": "sw-opd-1f", "red": True}]
    assert told["say"][0] == "We know of it and are on it."


def test_without_a_watch_it_is_not_of_now_and_never_well(run: Run, config: Path) -> None:
    ran = run("path", "reg-01", "--config", str(config))
    assert ran.code == 0
    assert "No watch is at work" in ran.out
    assert "UNKNOWN" in ran.out.splitlines()[0]
    assert " OK" not in ran.out.splitlines()[0]
    told = run("path", "lab-01", "--json", "--config", str(config)).json
    assert (told["watched"], told["red"], told["fault"]) == (False, None, None)
    assert told["blind"][0] == "sw-med-2f"
    assert told["hops"][0]["targets"][0]["watched"] is False


def test_a_workstation_that_is_not_there(run: Run, config: Path) -> None:
    ran = run("path", "reg-99\x1b[2J", "--config", str(config))
    assert ran.code == 5
    assert "no workstation 'reg-99?[2J'" in ran.err


@pytest.mark.parametrize("name", ["csi_clear", "osc_title", "bidi_override", "markup_close"])
def test_a_call_freezes_the_way_and_tells_it(run: Run, config: Path, data: Path, name: str) -> None:
    here = ("--config", str(config))
    with broken(config, data, HOSTILE[name] or "no answer"):
        ran = run("report", "--workstation", "reg-01", "--symptom", "no-network", "--json", *here)
        assert (ran.code, ran.json["report"]) == (0, 1)
    told = run("incident", "1", "--evidence", *here)
    assert "\x1b" not in told.out
    assert "evidence at report 1: " in told.out
    evidence = told.out.partition("\nEvidence:\n")[2]
    assert "sw-opd-1f down: " in evidence
    assert ", measured " in evidence
    timeline = run("incident", "1", "--json", *here).json["timeline"]
    (body,) = [each["body"] for each in timeline if each["kind"] == "snapshot"]
    assert body["readings"][0]["target"] == "sw-opd-1f"
    assert run("verify", *here).code == 0
    assert "EVIDENCE" in run("incident", "1", "--review", *here).out


def test_a_category_by_command_freezes_too(run: Run, config: Path, data: Path) -> None:
    here = ("--config", str(config))
    with broken(config, data):
        run("report", "--workstation", "reg-01", "--symptom", "no-network", *here)
        ran = run("act", "classify", "1", "category=II", "reason=one switch", *here)
        assert ran.code == 0, ran.err
    timeline = run("incident", "1", "--json", *here).json["timeline"]
    assert [each["body"]["why"] for each in timeline if each["kind"] == "snapshot"] == [
        "report",
        "classification",
    ]


def test_where_nothing_was_frozen_it_says_so(run: Run) -> None:
    run("report", "--workstation", "reg-01", "--symptom", "no-network")
    assert "Nothing that the watch saw was frozen." in run("incident", "1", "--evidence").out

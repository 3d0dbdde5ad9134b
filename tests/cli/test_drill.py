"""Drills: every artefact of one says DRILL, the real record learns that it was held, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hisconsole.cli import roster_text
from hisconsole.config import FILES, begin_drill, in_drill, load_site
from hisconsole.desk import calling, escalating, telling
from hisconsole.desk.desk import Desk
from hisconsole.desk.drills import record_drill, take_scripted
from hisconsole.desk.handover_sources import Seen, gather
from hisconsole.desk.pack import pack_of, printed_text
from hisconsole.desk.review import read_review
from hisconsole.desk.roster import entries
from hisconsole.drill import FOLDER, prepare
from hisconsole.paths import shipped
from hisconsole.plan.drills import Figure
from hisconsole.plan.events import Kind
from hisconsole.plan.handover_build import build
from hisconsole.plan.handover_html import handover_page
from hisconsole.plan.handover_text import printed
from hisconsole.store import events
from hisconsole.store.database import Database
from hisconsole.text import cell_len
from hisconsole.wiring import Settings, check_operator, open_site
from tests.cli.conftest import Run
from tests.hospital import OPERATORS, START, actor
from tests.stories import reviewed as story

ROOT = Path(__file__).resolve().parents[2]
Call = Callable[..., int]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record of a whole outage, as that of a drill."""
    data = tmp_path_factory.mktemp("drilled") / "record"
    operator = load_site(shipped("config")).operators[0]
    begin_drill(data, "fibre", operator)
    story.reviewed(data).close()
    return data


# -- every artefact ----------------------------------------------------------------------------------

ARTEFACTS = {
    "overview": [],
    "queue": ["incidents", "--all"],
    "incident": ["incident", "1"],
    "after-action report": ["incident", "1", "--review"],
    "log": ["log"],
    "what is due": ["due"],
    "summary for the team": ["summary", "1"],
    "summary for the leader": ["summary", "1", "--for", "leader"],
    "call script": ["escalation", "1"],
    "who works on paper": ["departments", "1"],
    "manual cards": ["cards"],
    "downtime pack": ["pack"],
    "roster": ["roster"],
    "printed roster": ["roster", "--print"],
    "handover": ["handover"],
    "shifts": ["shifts"],
    "status": ["status"],
}


@pytest.mark.parametrize("words", ARTEFACTS.values(), ids=ARTEFACTS)
def test_every_text_of_a_drill_says_so_at_its_head(
    run: Run, held: Path, data: Path, words: list[str]
) -> None:
    shutil.copytree(held, data)
    ran = run(*words)
    assert ran.code in (0, 1), ran.err
    assert any("DRILL" in line for line in ran.out.splitlines()[:3]), ran.out[:400]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["incident", "1", "--review", "--html"], "a.html"),
        (["handover", "--html"], "b.html"),
        (["roster", "export"], "c.csv"),
        (["roster", "export"], "d.vcf"),
    ],
)
def test_every_file_of_a_drill_says_so(run: Run, held: Path, data: Path, words: list[str], name: str) -> None:
    shutil.copytree(held, data)
    path = data.parent / name
    ran = run(*words, str(path))
    assert ran.code == 0, ran.err
    assert "DRILL" in path.read_text("utf-8")


@pytest.fixture
def desk(held: Path, data: Path) -> Iterator[Desk]:
    shutil.copytree(held, data)
    site = in_drill(load_site(shipped("config")), data)
    opened = Desk(database=Database(data), site=site, actor=actor(OPERATORS[0]))
    yield opened
    opened.database.close()


MADE: dict[str, Callable[[Desk], str]] = {
    "the script of an escalation": lambda desk: escalating.look(desk, 1).script,
    "the script of a call": lambda desk: calling.look(desk, 1).script,
    "feedback that is read out": lambda desk: next(iter(telling.look(desk, 1).texts.values())),
    "a page of the pack": lambda desk: "\n".join(
        printed_text(desk.site, pack_of(desk.site), now=desk.now(), record="")[-1]
    ),
    "the stamp of the roster": lambda desk: roster_text.stamp(desk.site, operator="li.na", now=desk.now()),
    "the roster on paper": lambda desk: "\n".join(
        roster_text.paper(
            desk.site,
            entries(desk.site, {}, now=desk.now()),
            stamped=roster_text.stamp(desk.site, operator="li.na", now=desk.now()),
        )
    ),
    "a handover on paper": lambda desk: printed(build(gather(desk, Seen(None)))),
    "a handover as a page": lambda desk: handover_page(build(gather(desk, Seen(None))), language="en"),
    "the report of which page and PDF are made": lambda desk: read_review(desk, 1).paper.title,
    "what the report says of its calls": lambda desk: read_review(desk, 1).paper.notes[0],
    "the end of each page of the report": lambda desk: read_review(desk, 1).paper.foot,
    "the number of an incident": lambda desk: f"{desk.site.before_number}9001",
    "the mark of the screen": lambda desk: desk.site.mark,
}


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_whatever_is_made_in_a_drill_says_drill(desk: Desk, make: Callable[[Desk], str]) -> None:
    assert "DRILL" in make(desk)
    desk.site = replace(desk.site, drill=False)
    assert "DRILL" not in make(desk)


@pytest.mark.parametrize("text", ["", "Now on paper."])
def test_a_notice_is_read_out_as_drill_once(desk: Desk, text: str) -> None:
    number = take_scripted(desk, CALL, picture=None).incident
    given = {"kind": "prepare", "departments": "cashier", "text": text}
    desk.perform("notice", number, {name: said for name, said in given.items() if said})
    with desk.database.read() as connection:
        incident, _history = desk.memory.look(connection, number)
    assert incident.notices[-1].text.startswith("DRILL. ")


def test_what_programs_read_stays_as_it_is(run: Run, held: Path, data: Path) -> None:
    shutil.copytree(held, data)
    assert "DRILL" not in run("metrics").out.splitlines()[:1]
    assert isinstance(run("incidents", "--json").json, list)


# -- numbers and calls -------------------------------------------------------------------------------

CALL = {
    "workstation": "lab-01",
    "symptom": "no-network",
    "words": "Nothing works.",
    "reporter": "technician Ding",
}


def test_the_numbers_of_a_drill_are_not_those_of_the_hospital(data: Path) -> None:
    site = load_site(shipped("config"))
    begin_drill(data, "fibre", site.operators[0])
    desk = Desk(database=Database(data), site=in_drill(site, data), actor=actor("drill"))
    first = take_scripted(desk, CALL, picture=None)
    like_it = take_scripted(desk, {**CALL, "workstation": "lab-02"}, picture=None)
    other = take_scripted(desk, {**CALL, "workstation": "reg-01", "symptom": "other"}, picture=None)
    desk.database.close()
    assert [first.incident, like_it.incident, other.incident] == [9001, 9001, 9002]


def test_who_drills_is_known_where_the_played_hospital_does_not_list_them(data: Path) -> None:
    site = load_site(shipped("config"))
    guest = replace(site.operators[0], id="own.name", name="Own Name")
    begin_drill(data, "fibre", guest)
    known = in_drill(site, data).contact("own.name")
    assert known is not None
    assert (known.name, known.operator, known.numbers) == ("Own Name", True, ())


@pytest.mark.parametrize("damaged", ["", "[]", "{", "\ufffd"])
def test_a_drill_is_one_even_where_its_file_is_damaged(data: Path, damaged: str) -> None:
    site = load_site(shipped("config"))
    begin_drill(data, "fibre", site.operators[0])
    (data / "drill.json").write_text(damaged, "utf-8")
    assert in_drill(site, data).mark == "DRILL"


def test_a_real_hospital_and_the_sample_have_their_own_marks(data: Path) -> None:
    site = load_site(shipped("config"))
    assert in_drill(site, data) is site
    assert (site.mark, site.stamp) == ("PRACTICE", "")
    assert replace(site, sample=False).mark == ""


# -- listed, reported, compared ----------------------------------------------------------------------


def _hold(data: Path, scenario: str, verified_s: int) -> None:
    desk = Desk(database=Database(data), site=load_site(shipped("config")), actor=actor("li.na"))
    record_drill(
        desk,
        scenario,
        began=START,
        ended=START + timedelta(minutes=20),
        folder="drills/one",
        incidents=1,
        found=(Figure("watch", 12), Figure("verified", verified_s, verified_s, 300, "met")),
    )
    desk.database.close()


def test_before_any_drill(run: Run, call: Call) -> None:
    listed = run("drill", "--list")
    assert listed.code == 0
    assert "fibre            6 calls" in listed.out
    assert "Held:" not in listed.out
    call()
    assert run("drill", "--report").code == 5
    assert run("drill", "--compare").code == 5


def test_drills_are_listed_reported_and_compared(run: Run, data: Path) -> None:
    _hold(data, "fibre", 200)
    _hold(data, "fibre", 140)
    listed = run("drill", "--list", "--json").json
    assert [each["drill"] for each in listed["held"]] == [1, 2]
    assert run("drill", "--report", "1", "--json").json["figures"][1]["took_s"] == 200
    assert run("drill", "--report", "--json").json["drill"] == 2
    assert run("drill", "--report", "3").code == 5
    told = run("drill", "--compare")
    assert max(map(cell_len, told.out.splitlines())) <= 80
    assert ["Verified", "3:20", "2:20", "-1:00"] in [line.split() for line in told.out.splitlines()]
    assert run("drill", "--compare", "--json").json["change_s"] == {"watch": 0, "verified": -60}


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ([], 2, "Name a scenario"),
        (["fibre", "--list"], 2, "Name a scenario"),
        (["--list", "--minutes", "3"], 2, "--minutes belongs to a scenario"),
        (["fibre"], 2, "with --minutes"),
        (["fibre", "--minutes", "0"], 2, "no length in minutes"),
        (["fibre", "--minutes", "nan"], 2, "no length in minutes"),
        (["nope", "--minutes", "1"], 5, "There is no scenario 'nope'"),
        (["ups", "--minutes", "1"], 4, "Nobody phones in scenario ups"),
    ],
)
def test_what_cannot_be_drilled_is_told_and_leaves_nothing(
    run: Run, data: Path, words: list[str], code: int, sentence: str
) -> None:
    ran = run("drill", *words)
    assert (ran.code, sentence in " ".join(ran.err.split())) == (code, True), ran.err
    assert not (data / FOLDER).exists()


def test_somebody_must_drill_and_no_drill_is_held_within_one(run: Run, held: Path, data: Path) -> None:
    nobody = run("drill", "fibre", "--minutes", "1", operator="")
    assert (nobody.code, "Say who drills" in nobody.err) == (4, True)
    shutil.copytree(held, data)
    within = run("drill", "fibre", "--minutes", "1")
    assert (within.code, "is the record of a drill" in within.err) == (4, True)


def test_a_real_hospital_drills_on_the_sample_under_its_own_names(tmp_path: Path) -> None:
    config = tmp_path / "own"
    shutil.copytree(shipped("config"), config)
    for name, old, new in (
        ("site.yaml", "sample: yes", "sample: no"),
        ("workstations.yaml", "127.20.", "10.20."),
        ("roster.yaml", "li.na", "own.name"),
        ("departments.yaml", "li.na", "own.name"),
        ("plan.yaml", "li.na", "own.name"),
        ("shifts.yaml", "li.na", "own.name"),
    ):
        path = config / name
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    real = Settings(config, tmp_path / "data", "own.name")
    drill = prepare(real, "fibre")
    assert open_site(real).mark == ""
    played = open_site(drill.own)
    assert (drill.own.config, played.mark) == (shipped("config"), "DRILL")
    check_operator(played, "own.name")


# -- a real one --------------------------------------------------------------------------------------

SHORT = """\
name: A short one
about: The database stops at once.
steps:
  - at: +2s
    target: his-db-1
    set:
      instance/his1: down
calls:
  - at: +3s
    workstation: lab-01
    symptom: cannot-save
    words: Nothing can be saved.
    reporter: technician Ding
  - at: +4s
    workstation: lab-02
    symptom: cannot-save
    words: Here neither.
    reporter: technician Lei
"""


def lay_hospital(folder: Path, net: str) -> Path:
    """The sample at addresses of this run's own, with a short scenario."""
    folder.mkdir(exist_ok=True)
    for name in (*FILES, "targets.yaml", "credentials.yaml"):
        text = (shipped("config") / name).read_text("utf-8")
        (folder / name).write_text(text.replace("127.30.", net), "utf-8")
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "short.yaml").write_text(SHORT, "utf-8")
    return folder


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_hospital(tmp_path_factory.mktemp("hospital"), f"127.{60 + os.getpid() % 190}.")


def _start(hospital: Path, data: Path, minutes: str) -> subprocess.Popen[str]:
    words = ["--config", str(hospital), "--data", str(data), "--operator", "li.na"]
    words += ["drill", "short", "--minutes", minutes, "--json"]
    return subprocess.Popen(
        [sys.executable, "-m", "hisconsole", *words],
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"], "HISCONSOLE_PRACTICE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _kinds(data: Path) -> list[Kind]:
    database = Database(data, writable=False)
    with database.read() as connection:
        found = [event.kind for event, _link in events.stream(connection)]
    database.close()
    return found


def _figures(answer: dict[str, Any]) -> dict[str, Any]:
    return {each["key"]: each for each in answer["figures"]}


@pytest.mark.slow
def test_a_drill_is_held_measured_and_leaves_one_line_on_the_real_record(
    run: Run, call: Call, hospital: Path, data: Path
) -> None:
    call()
    before = _kinds(data)
    drill = _start(hospital, data, "0.7")
    out, err = drill.communicate(timeout=170)
    assert drill.returncode == 0, err
    answer = json.loads(out)
    assert (answer["drill"], answer["scenario"], answer["by"], answer["incidents"]) == (
        1,
        "short",
        "li.na",
        2,
    )
    took = datetime.fromisoformat(answer["ended"]) - datetime.fromisoformat(answer["began"])
    assert timedelta(seconds=42) <= took < timedelta(seconds=64)
    found = _figures(answer)
    assert 0 <= found["detected"]["after_s"] <= 5
    assert found["verified"]["after_s"] is None
    assert _kinds(data) == [*before, Kind.DRILL_HELD]
    own = data / answer["folder"]
    assert Kind.DRILL_HELD not in _kinds(own)
    rows = run("--data", str(own), "incidents", "--json").json
    # Both calls are one incident; what the watch saw later is another until somebody merges them.
    assert sorted((each["number"], each["scope"]) for each in rows) == [(9001, 2), (9002, 0)]
    assert run("drill", "--report", "--json").json == answer


@pytest.mark.slow
def test_a_drill_that_is_ended_early_is_on_record_and_plays_on_no_port(hospital: Path, data: Path) -> None:
    drill = _start(hospital, data, "10")
    until = time.monotonic() + 60
    while not list(data.glob(f"{FOLDER}/*/record.db")) and time.monotonic() < until:
        time.sleep(0.2)
    drill.send_signal(signal.SIGTERM)
    out, err = drill.communicate(timeout=60)
    assert drill.returncode == 0, err
    assert json.loads(out)["drill"] == 1
    again = _start(hospital, data, "0.05")
    out, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    assert json.loads(out)["drill"] == 2

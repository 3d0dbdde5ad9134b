"""Two fibres dim and go dark while six callers phone in: one incident, classified in a few keys."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hisconsole.console.commands import menu
from hisconsole.console.pick import DIGITS
from hisconsole.desk.reading import read_incident
from hisconsole.paths import shipped
from hisconsole.plan.acts import all_acts
from hisconsole.plan.words import Category
from tests.console.app import ME, desk, screens, site
from tests.ptys import SRC, Pty
from tests.stories.conftest import in_gusts
from tests.watch.fakes import hear_at
from tests.watch.test_traps import free_port

QUICKER = 12
"""So many times as fast as the sample's story the duct gives way."""
MOST_KEYS = 12
DIGIT = {
    act.name: digit
    for digit, act in zip(DIGITS, menu(all_acts().values(), screens().keys, "queue"), strict=False)
}
"""What to press in the menu for an act."""
DARK = re.compile(r"sw-agg-2 down, ")
BEHIND = ("sw-med-2f", "sw-med-3f", "sw-med-4f")


def hospital(folder: Path) -> Path:
    """The sample hospital at addresses of this run's own, with its story of the fibres told faster."""
    shutil.copytree(shipped("config"), folder)
    targets = folder / "targets.yaml"
    text = targets.read_text(encoding="utf-8")
    targets.write_text(text.replace("127.30.", f"127.{60 + os.getpid() % 190}."), encoding="utf-8")
    hear_at(folder, free_port())
    story = folder / "scenarios" / "fibre.yaml"

    def quicker(match: re.Match[str]) -> str:
        seconds = int(match[2]) * (60 if match[3] == "m" else 1)
        return f"{match[1]}{max(1, seconds // QUICKER)}s"

    text = re.sub(r"\bat: \+0s", "at: +0s", story.read_text(encoding="utf-8"))
    text = re.sub(r"((?:at: \+|over: ))(\d+)(m|s)\b", quicker, text)
    story.write_text(text.replace("at: +1s\n    say: All is well", "at: +0s\n    say: All is well"), "utf-8")
    return folder


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Pty]:
    """A console beside the practice hospital, as `./run` starts it."""
    config, data = hospital(tmp_path / "config"), tmp_path / "data"
    argv = [
        sys.executable,
        "-m",
        "hisconsole",
        "--config",
        str(config),
        "--data",
        str(data),
        "--operator",
        ME,
    ]
    with Pty(argv, {"HISCONSOLE_PRACTICE": "1", "HOME": str(tmp_path)}) as at:
        yield at


def play(tmp_path: Path, *words: str) -> None:
    argv = [sys.executable, "-m", "hisconsole", "--config", str(tmp_path / "config")]
    done = subprocess.run(
        [*argv, "--data", str(tmp_path / "data"), "practice", *words],
        env={"PYTHONPATH": str(SRC), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def take_call(at: Pty, workstation: str, words: str) -> None:
    """A caller on the line; the call joins the incident that the form offers first, if it offers one."""
    at.key("n")
    at.wait_for("New call")
    at.type_in(workstation)
    at.wait_for("Enter takes the marked one")
    at.key("enter")
    at.wait_for("4 no network")
    in_gusts(at, f"4{words}\r")
    at.wait_for(re.compile(r"0 or Enter|^   No   Cat", re.MULTILINE))
    if any("0 or Enter" in line for line in at.screen()):
        at.key("1")
    at.wait_for(re.compile(r"^   No   Cat", re.MULTILINE))


def one_classified_and_escalated(at: Pty) -> int:
    """From the queue to the call list; how many keys that took."""
    keys = 0
    at.wait_for(re.compile(r"^.. 0001", re.MULTILINE))
    if any(" 0002 " in line for line in at.screen()):  # the first caller rang before anything was dark
        for pressed in (".", DIGIT["merge"], "2", "enter"):
            at.key(pressed)
            at.settle()
        at.wait_for("Merge others into it 0001?")
        at.key("2")
        at.wait_for(re.compile(r"^   No   Cat", re.MULTILINE))
        at.wait_for("1 open")
        keys += 5
    at.key("c")
    keys += 1
    answers = (
        "A fibre is broken or dark",
        "A whole department",
        "Several departments",
        "No, or it is the first",
    )
    while True:
        at.wait_for(lambda lines: any(each in "\n".join(lines) for each in ("Enter records it", *answers)))
        screen = at.screen()
        keys += 1
        if any("Enter records it" in line for line in screen):
            at.key("enter")
            break
        line = next(line for answer in answers for line in screen if answer in line)
        at.key(line.split()[0])
        at.settle()
    at.wait_for(re.compile("Category I"))
    at.wait_for(re.compile(r"^   No   Cat", re.MULTILINE))
    at.key("e")
    at.wait_for("Enter they are told")
    at.key("enter")
    keys += 2
    at.wait_for(re.compile(r"^ reached \d+ of \d+", re.MULTILINE))
    return keys


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_fibres_go_dark_and_six_callers_phone_in(console: Pty, tmp_path: Path) -> None:
    at = console
    at.wait_for("0 open", timeout=30)
    at.key("2")
    at.wait_for("33 ok", timeout=90)
    at.key("1")
    at.wait_for("Nothing is open here")
    play(tmp_path, "scenario", "fibre")
    at.wait_for("sw-agg-2", timeout=120)  # it dims: nobody has called yet
    callers = [each.id for each in site().workstations if each.switch in BEHIND][:6]
    for number, workstation in enumerate(callers):
        take_call(at, workstation, f"caller {number} has no network")
    at.wait_for(DARK, timeout=120)
    at.key("g")
    at.settle()

    assert one_classified_and_escalated(at) <= MOST_KEYS

    record = desk(tmp_path / "data")
    found = read_incident(record, 1).incident
    assert found.category is Category.I
    assert found.detection is not None
    assert found.detection.finding.causes == ("sw-agg-2",)
    assert {report.workstation for report in found.reports} >= set(callers)
    assert found.order, "whom to call was frozen when the group was to be told"
    record.database.close()
    assert at.forbidden() == []

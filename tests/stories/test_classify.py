"""Whoever has never seen the console classifies a report from the queue, on a real terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole.desk.reading import read_incident
from tests.console.app import call, desk
from tests.stories.conftest import Open

# What the screen asks, in order, and the key it offers: the answer is read off the screen, not known.
HERE = "at the workstation itself"
READ = [
    # workstation, symptom, scope; what is true; the fault that comes of it
    (("lab-01", "cannot-enter", "one"), [HERE, "Its hardware"], "one terminal failed"),
    (("lab-01", "cannot-enter", "one"), [HERE, "works for others"], "unskilled or improper"),
    (("lab-01", "cannot-save", ""), ["Several departments", "server or the database"], "server cannot work"),
    (("opd-01", "no-network", "department"), ["switch or a part"], "part of the network failed"),
    (("reg-02", "cannot-enter", ""), ["This work", HERE, "Its hardware", "stands still"], "key terminal"),
]


@pytest.mark.parametrize(("report", "truth", "fault"), READ, ids=[row[2].replace(" ", "-") for row in READ])
def test_at_most_8_keys_from_the_queue_to_the_record(
    tmp_path: Path, terminal: Open, report: tuple[str, str, str], truth: list[str], fault: str
) -> None:
    at = desk(tmp_path)
    workstation, symptom, scope = report
    call(at, workstation, "help", symptom=symptom, scope=scope or "unknown")
    screen = terminal()
    screen.wait_for("0001 ?")
    keys = 0

    def press(key: str) -> None:
        nonlocal keys
        keys += 1
        screen.key(key)

    screen.wait_for("Classify")
    footer = screen.screen()[-1]
    press(footer[footer.index("Classify") - 2])
    for answer in truth:
        screen.wait_for(answer)
        line = next(line for line in screen.screen() if answer in line)
        press(line.split()[0])
    screen.wait_for("Enter records it")
    screen.wait_for(fault)
    press("enter")
    screen.wait_for("n Call")
    screen.wait_for(lambda lines: any("0001: " in line and fault in line for line in lines))
    assert keys <= 8
    found = read_incident(at, 1).incident
    assert found.fault
    assert found.category_why
    assert not screen.forbidden()
    at.database.close()

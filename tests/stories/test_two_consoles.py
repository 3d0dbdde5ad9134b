"""Two operators at one record: each sees what the other does, and nothing is done twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hisconsole.desk.reading import read_incident, read_log
from tests.console.app import OTHER, call, desk
from tests.shares import part
from tests.stories.conftest import Open, in_gusts


@pytest.mark.parametrize("rounds", part([2, 5], {2}))
def test_what_one_does_the_other_sees_and_races_have_one_winner(
    terminal: Open, tmp_path: Path, rounds: int
) -> None:
    one, two = terminal(), terminal(operator=OTHER)
    one.wait_for("0 open")
    two.wait_for("0 open")
    one.settle()
    two.settle()
    in_gusts(one, "nicu01\r4monitors are dark\r")
    one.wait_for("0001: Call taken")
    two.wait_for("monitors are dark")
    two.wait_for(re.compile(r"^\+", re.MULTILINE))
    assert b"\x07" in two.raw  # an intensive care unit rings
    for number in range(2, rounds + 2):
        record = desk(tmp_path)
        call(record, "lab-01", f"race {number}", symptom="other", department="lab")
        record.perform("classify", number, {"category": "I", "reason": "to stand on top"})
        record.database.close()
        for at in (one, two):
            at.wait_for(re.compile(rf"{number:04d} I +new"))
            at.key("g")
        one.send("a")
        two.send("a")
        for at in (one, two):
            at.wait_for(
                re.compile(
                    rf"{number:04d}: Acknowledge|[Tt]aken by (li\.na|wang\.lei) (at|meanwhile)"
                    r"|There is no incident under the cursor"
                )
            )
            at.wait_for(re.compile(rf"{number:04d} I +verifying"))
    record = desk(tmp_path)
    winners = []
    for number in range(2, rounds + 2):
        history = read_incident(record, number).history
        taken = [event.actor for event in history if event.kind == "acknowledged"]
        assert len(taken) == 1
        winners += taken
    record.database.close()
    # Each console told its operator the truth about the last race.
    loser = one if winners[-1] == OTHER else two
    said = "\n".join(loser.screen())
    assert "Acknowledge" not in said
    for at in (one, two):
        assert at.forbidden() == []


def test_a_form_that_is_overtaken_keeps_its_words_and_says_by_whom(terminal: Open, tmp_path: Path) -> None:
    record = desk(tmp_path)
    call(record)
    record.perform("verify", 1, {"result": "user-resolved"})
    one, two = terminal(), terminal(operator=OTHER)
    one.wait_for("1 open")
    one.settle()
    one.key("x")
    one.wait_for("Close 0001")
    one.type_in("user found the plug")
    one.key("enter", "enter")
    one.wait_for("Close 0001?")
    two.wait_for("1 open")
    two.settle()
    in_gusts(two, "xother words\r\r2")
    two.wait_for("0 open")
    one.key("2")
    one.wait_for(re.compile("by wang.lei at"))
    one.wait_for("user found the plug")
    one.key("esc")
    one.wait_for("Kept as a draft.")
    one.wait_for("0 open")
    assert [event.kind.value for event in read_log(record)].count("closed") == 1
    record.database.close()

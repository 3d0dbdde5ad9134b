"""A console that is ended in the middle of a call: gone in 2 s, the terminal sane, not a word lost."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest

from hisconsole.desk.reading import read_incident, read_log
from hisconsole.plan.events import SITE
from tests.console.app import desk, kept
from tests.ptys import Modes, Pty
from tests.shares import part
from tests.stories.conftest import Open, side_by_side

WORDS: dict[signal.Signals | str, str] = {
    signal.SIGKILL: "killed",
    signal.SIGTERM: "told to end",
    signal.SIGHUP: "hung up on",
    "hangup": "line dropped",
    "hangup under nohup": "line dropped again",
}
OFTEN = (signal.SIGKILL, "hangup")


def begin_a_call(at: Pty, words: str) -> None:
    at.wait_for(" open")
    at.settle()
    at.key("n")
    at.wait_for("ew call")
    if any("was not finished" in line for line in at.screen()):  # earlier drafts are offered first
        at.send("jjjjj\r")
        at.wait_for("Workstation")
    at.type_in("lab01")
    at.wait_for("lab-01")
    at.key("enter", "4")
    at.type_in(words)
    at.wait_for(words)
    at.settle()


def end(at: Pty, how: signal.Signals | str) -> None:
    start = time.monotonic()
    if isinstance(how, signal.Signals):
        at.signal(how)
        expected = -9 if how is signal.SIGKILL else 128 + how
    else:
        at.hangup()
        expected = 128 + signal.SIGHUP
    assert at.exited(2) == expected
    assert time.monotonic() - start < 2
    if how in (signal.SIGTERM, signal.SIGHUP):
        assert at.modes() == Modes()
    assert at.forbidden() == []


@pytest.mark.parametrize("ways", part([OFTEN, tuple(WORDS)], [OFTEN]), ids=len)
def test_every_way_to_be_interrupted_leaves_a_draft_that_is_found_again(
    terminal: Open, tmp_path: Path, ways: tuple[signal.Signals | str, ...]
) -> None:
    def interrupt(how: signal.Signals | str) -> str:
        words = WORDS[how]
        at = terminal(ignore_hup=how == "hangup under nohup")
        begin_a_call(at, words)
        end(at, how)
        drafts = kept(tmp_path)
        fresh = next(path for path, draft in drafts.items() if draft["answers"].get("words") == words)
        assert fresh.stat().st_mode & 0o777 == 0o600
        return fresh.stem

    acts = set(side_by_side(interrupt, ways))
    assert len(acts) == len(ways)
    # The next console finds them all, and finishes them one by one.
    at = terminal()
    at.wait_for("was not finished: n opens it again.")
    for number in range(1, len(ways) + 1):
        at.key("n")
        at.wait_for("A call was not finished")
        at.key("1")
        at.wait_for("Draft of")
        if number > 1:  # all of the same place, so each looks like the first
            at.wait_for("1 Join")
        at.settle()
        at.key("enter")
        if number > 1:
            at.wait_for("0 or Enter")
            at.key("0")
        at.wait_for(f"{number:04d}: Call taken")
    record = desk(tmp_path)
    taken = {event.act: event.body["words"] for event in read_log(record) if event.kind == "reported"}
    record.database.close()
    assert set(taken) == acts
    assert sorted(map(str, taken.values())) == sorted(WORDS[how] for how in ways)
    assert not kept(tmp_path)


@pytest.mark.slow
def test_a_call_that_was_written_when_the_console_was_killed_is_not_written_twice(
    terminal: Open, tmp_path: Path
) -> None:
    at = terminal()
    begin_a_call(at, "only once")
    before = kept(tmp_path)
    at.key("enter")
    at.wait_for("0001: Call taken")
    end(at, signal.SIGKILL)
    for path, draft in before.items():  # as if it had died between the commit and this
        path.write_text(json.dumps(draft))
    at = terminal()
    at.wait_for("was not finished")
    at.key("n")
    at.wait_for("A call was not finished")
    at.key("1")
    at.wait_for("1 Join 0001")
    at.key("enter")
    at.wait_for("0 or Enter")
    at.key("0")
    at.wait_for("0001: Call taken")
    record = desk(tmp_path)
    assert [event.kind.value for event in read_incident(record, 1).history] == ["opened", "reported"]
    assert [event.incident for event in read_log(record)] == [1, 1, SITE]  # the plan was adopted first
    record.database.close()
    assert not kept(tmp_path)


@pytest.mark.slow
def test_a_form_of_an_act_survives_a_dropped_line_too(terminal: Open, tmp_path: Path) -> None:
    at = terminal()
    begin_a_call(at, "to be verified")
    at.key("enter")
    at.wait_for("0001: Call taken")
    at.key(".", "1")
    at.wait_for("Note 0001")
    at.type_in("half a note, und ein Wort: 断线")
    at.wait_for("断线")
    at.settle()
    end(at, "hangup")
    at = terminal()
    at.wait_for("1 open")
    at.settle()
    at.key(".", "1")
    at.wait_for("A draft was found")
    at.wait_for("half a note, und ein Wort: 断线")
    at.key("enter", "enter")
    at.wait_for("0001: Note")
    record = desk(tmp_path)
    assert read_log(record)[0].body["text"] == "half a note, und ein Wort: 断线"
    record.database.close()


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, "hangup"])
def test_an_end_while_it_starts_is_as_clean(terminal: Open, how: signal.Signals | str, moment: float) -> None:
    at = terminal()
    time.sleep(moment)
    start = time.monotonic()
    if isinstance(how, signal.Signals):
        at.signal(how)
    else:
        at.hangup()
    at.exited(2)
    assert time.monotonic() - start < 2
    if isinstance(how, signal.Signals):
        assert at.modes() == Modes()

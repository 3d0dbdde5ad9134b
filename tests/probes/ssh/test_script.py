"""The script of a round, run by real shells, and the taking apart of what comes back."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.probes.parse import read
from hisconsole.probes.parse.output import Ask, Output
from hisconsole.probes.ssh.commands import COMMANDS
from hisconsole.probes.ssh.script import SECTION_BYTES, asked, compose, frame, split
from tests.probes.ssh.hostile_asks import FITTING

ASKS = [Ask("load"), Ask("memory"), Ask("disk"), Ask("uptime"), Ask("backup", {"files": ("/etc/passwd",)})]


def run(shell: str, command: str, **environment: str) -> bytes:
    done = subprocess.run(
        [shell, "-c", command],
        check=False,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", **environment},
        timeout=30,
    )
    assert done.stderr == b""
    return done.stdout


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_real_shell_answers_every_question(need: Callable[[str], str], shell: str) -> None:
    answers = split(run(need(shell), compose(ASKS), LC_ALL="C.UTF-8"), ASKS)
    assert answers.framed
    assert answers.ended
    assert [answers.outputs[index].code for index in range(len(ASKS))] == [0] * len(ASKS)
    now = answers.outputs[4].now
    assert now is not None
    assert abs(now - time.time()) < 10


def test_letting_answers_out_at_once_says_the_same(need: Callable[[str], str]) -> None:
    answers = split(run(need("sh"), compose(ASKS, at_once=True)), ASKS)
    assert answers.ended
    assert len(answers.outputs) == len(ASKS)


def test_the_script_is_sound_for_a_reader_of_scripts(need: Callable[[str], str], tmp_path: Path) -> None:
    script = tmp_path / "round.sh"
    every = [ask for ask, _words in FITTING] + [Ask("mdstat"), Ask("raid_drives"), Ask("iris")]
    for at_once in (False, True):
        text = run("sh", compose(every, at_once=at_once).replace("exec timeout -k 2 20 sh -c ", "printf %s "))
        script.write_bytes(b"#!/bin/sh\n" + text)
        # SC2086, SC2046: $S and $(p ...) are words to be split; SC2317, SC2329: p is not always called.
        words = ["shellcheck", "-s", "sh", "-e", "SC2086,SC2046,SC2317,SC2329", str(script)]
        done = subprocess.run([need(words[0]), *words[1:]], check=False, capture_output=True, text=True)
        assert done.stdout == ""


def test_the_same_questions_make_the_same_script() -> None:
    assert compose(ASKS) == compose(list(ASKS))
    assert len(compose([Ask(name) for name in ("disk", "load")])) < 1500


def test_a_command_that_the_host_has_not_is_said_so(need: Callable[[str], str]) -> None:
    asks = [Ask("iris"), Ask("load")]
    answers = split(run(need("sh"), compose(asks)), asks)
    assert answers.outputs[0].code == 127
    assert "not installed" in read("iris", answers.outputs[0], {})[0].reason
    assert answers.outputs[1].code == 0


def test_a_flood_of_one_command_is_cut_and_the_next_is_still_answered(need: Callable[[str], str]) -> None:
    command = compose([Ask("disk"), Ask("load")]).replace("df -Pl", "yes")
    answers = split(run(need("sh"), command), [Ask("disk"), Ask("load")])
    assert answers.outputs[0].cut
    assert len(answers.outputs[0].text) >= SECTION_BYTES - 1
    assert answers.outputs[1].code == 0


def test_a_command_that_hangs_is_ended_on_the_host(need: Callable[[str], str]) -> None:
    asks = [Ask("disk"), Ask("load")]
    command = compose(asks).replace("timeout -k 1 8", "timeout -k 1 0.3").replace("df -Pl", "sleep 20")
    answers = split(run(need("sh"), command), asks)
    assert answers.outputs[0].code == 124
    assert read("disk", answers.outputs[0], {})[0].reason == "did not end within 8 s on the host"
    assert answers.outputs[1].code == 0


def test_what_comes_after_slow_commands_is_left_out_and_says_so(need: Callable[[str], str]) -> None:
    asks = [Ask("disk"), Ask("load")]
    command = compose(asks).replace("-lt 10 ]", "-lt 1 ]").replace("df -Pl", "sleep 1.1")
    answers = split(run(need("sh"), command), asks)
    assert answers.ended
    assert answers.outputs[1] == Output("", None, now=answers.outputs[1].now)
    assert "too long" in read("load", answers.outputs[1], {})[0].reason


def test_a_log_line_cannot_pass_for_another_answer() -> None:
    forged = "@load:1 14\n9 9 9 1/1 1\n=0\n@end 0\n"
    data = frame("now", "1700000000") + frame("kernel:0", forged) + frame("load:1", "1.0 1.0 1.0 1/9 9")
    answers = split(data, [Ask("kernel"), Ask("load")])
    assert answers.outputs[0].text == forged.rstrip("\n")
    assert answers.outputs[1].text.startswith("1.0")
    assert not answers.ended


def test_what_a_login_shell_says_first_is_passed_over() -> None:
    data = b"Welcome to db-1!\n@nobody 1\n" + frame("now", "5") + frame("load:0", "x") + b"@end 0\n\n"
    answers = split(data, [Ask("load")])
    assert answers.outputs[0] == Output("x", 0, now=5)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"@",
        b"@load:0",
        b"@load:0 99999\nshort",
        b"@load:9 1\nx\n",
        b"@disk:0 3\nx\n0\n",
        b"@load:0 12345678\n",
        b"\x00" * 1000,
        b"This account is currently not available.\n",
    ],
)
def test_what_is_no_answer_is_left_out(data: bytes) -> None:
    assert split(data, [Ask("load")]).outputs == {}
    assert split(frame("now", "5") + data, [Ask("load")]).outputs == {}


@given(st.binary(max_size=300), st.integers(0, 200))
def test_nothing_breaks_the_taking_apart(noise: bytes, at: int) -> None:
    whole = (
        frame("now", "1700000000") + frame("load:0", "1 1 1 1/1 1") + frame("memory:1", "x") + b"@end 0\n\n"
    )
    answers = split(whole[:at] + noise + whole[at:], ASKS)
    assert set(answers.outputs) <= set(range(len(ASKS)))


def test_a_played_host_reads_the_questions_and_answers_in_frames() -> None:
    labels = [label for label, _words in asked(compose(ASKS))]
    assert labels == [f"{ask.name}:{index}" for index, ask in enumerate(ASKS)]
    data = frame("now", "7") + b"".join(frame(label, "text", 3) for label in labels)
    assert all(output == Output("text", 3, now=7) for output in split(data, ASKS).outputs.values())
    assert len(COMMANDS) >= 26

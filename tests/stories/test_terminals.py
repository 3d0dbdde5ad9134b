"""Every terminal an operator may sit at: it works, in ASCII, and leaves it as it was."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hisconsole.desk.reading import read_log
from tests.console.app import call, desk
from tests.ptys import Modes
from tests.shares import part
from tests.stories.conftest import Open, in_gusts, side_by_side

_COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-7]|4[0-7]|9[0-7]|[34]8;[\d;]+)(?:;\d+)*m")
_RGB = re.compile(rb"\x1b\[[\d;]*[34]8;[25];")


KINDS: dict[str, dict[str, str]] = {
    **{kind: {"term": kind} for kind in ("xterm", "linux", "vt100", "screen", "tmux-256color")},
    "no color": {"term": "xterm-256color", "NO_COLOR": "1"},
    "no locale": {"term": "xterm", "LANG": "C"},
}
PLAIN = ("linux", "vt100", "no locale")


@pytest.mark.parametrize("kinds", part([PLAIN, tuple(KINDS)], [PLAIN]), ids=len)
def test_every_kind_of_terminal_works_in_ascii_and_is_left_as_it_was(
    terminal: Open, tmp_path: Path, kinds: tuple[str, ...]
) -> None:
    def visit(kind: str) -> None:
        env = dict(KINDS[kind])
        data = tmp_path / kind
        record = desk(data)
        call(record, "icu-01", "monitors are dark", symptom="no-network")
        record.database.close()
        at = terminal(data, term=env.pop("term"), env=env)
        at.wait_for("1 open")
        at.settle()
        at.key("?")
        at.wait_for("Take a call")
        at.key("q")
        at.wait_for("monitors are dark")
        at.key("n")
        at.wait_for("New call")
        at.type_in("icu02")
        at.wait_for("icu-02")
        at.key("enter", "4")
        at.wait_for("1 Join 0001")
        at.key("esc")
        at.wait_for("Kept as a draft.")
        at.key("q", "2")
        assert at.exited() == 0
        assert at.raw.isascii(), kind
        assert at.forbidden() == [], kind
        assert at.modes() == Modes(), kind
        assert not _RGB.search(at.raw), kind
        assert bool(_COLOUR.search(at.raw)) is (kind not in ("vt100", "no color")), kind
        # State is told without colour: a mark, a word, reverse video.
        assert re.search(rb"\x1b\[(?:\d+;)*7(?:;\d+)*m", at.raw), kind

    side_by_side(visit, kinds)


def test_bytes_that_are_not_utf_8_never_end_it_and_what_can_be_read_is_kept(
    terminal: Open, tmp_path: Path
) -> None:
    at = terminal()
    at.wait_for("0 open")
    at.settle()
    at.key("n")
    at.wait_for("New call")
    at.type_in("lab01")
    at.wait_for("lab-01")
    at.key("enter", "4")
    at.type_in("system ")
    for raw in (
        "信息系统故障".encode("gbk"),
        "信息".encode("gb18030"),
        "資訊".encode("big5"),
        "障害".encode("shift_jis"),
        "größe".encode("latin-1"),
        b"\xff\xfe\xc0\x80\xed\xa0\x80\xf8\x88\x80\x80\x80",
        b"\x9b31m\x9d0;x\x9c",
    ):
        at.send(raw)
        at.settle(0.05)
    assert at.running
    at.send(" 中文 works".encode())
    at.wait_for("中文 works")
    at.settle()
    at.key("enter")
    at.wait_for("0001: Call taken")
    assert at.forbidden() == []
    record = desk(tmp_path)
    words = str(read_log(record)[0].body["words"])
    record.database.close()
    assert words.startswith("system ?")
    assert words.endswith("中文 works")
    assert words.isprintable()


def test_a_slow_line_that_delivers_keys_in_one_go_loses_none(terminal: Open, tmp_path: Path) -> None:
    at = terminal()
    at.wait_for("0 open")
    at.settle()
    in_gusts(at, "nreg02\r2cannot log in\rnlab01\r4label printer\ra")
    at.wait_for("2 open  1 not taken")
    at.wait_for("0002: Acknowledge")
    in_gusts(at, ":note\rtold them\r\r/label\r")
    at.wait_for("Queue > label (1 of 2)")
    record = desk(tmp_path)
    told = {event.kind.value: event.body for event in read_log(record)}
    record.database.close()
    assert told["noted"]["text"] == "told them"
    assert (told["reported"]["workstation"], told["reported"]["words"]) == ("reg-02", "cannot log in")

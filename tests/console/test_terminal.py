import subprocess
import sys

import pytest

from hisconsole.console.terminal import abilities, decide
from tests.ptys import SRC


def test_a_modern_terminal_gets_the_full_screen_in_its_own_colours() -> None:
    found = decide({"TERM": "xterm-256color", "LANG": "zh_CN.UTF-8"}, stdin_tty=True, stdout_tty=True)
    assert (found.plain, found.reason, found.colour, found.ascii) == (False, "", "16", True)
    assert found.environment["TEXTUAL_COLOR_SYSTEM"] == "standard"
    assert "NO_COLOR" not in found.environment
    assert "TEXTUAL_FPS" not in found.environment


@pytest.mark.parametrize("term", ["", "dumb", "unknown", "DUMB "])
def test_a_terminal_that_cannot_gets_the_plain_view_and_a_sentence(term: str) -> None:
    found = decide({"TERM": term}, stdin_tty=True, stdout_tty=True)
    assert found.plain
    assert "TERM=xterm" in found.reason


def test_no_term_at_all_is_a_terminal_that_cannot() -> None:
    assert decide({}, stdin_tty=True, stdout_tty=True).plain


@pytest.mark.parametrize(("stdin", "stdout"), [(False, True), (True, False), (False, False)])
def test_a_pipe_is_no_terminal(stdin: bool, stdout: bool) -> None:
    found = decide({"TERM": "xterm"}, stdin_tty=stdin, stdout_tty=stdout)
    assert found.plain
    assert "not a terminal" in found.reason


@pytest.mark.parametrize("kind", ["xterm", "linux", "vt100", "vt220", "screen", "tmux-256color"])
def test_old_and_nested_terminals_get_the_full_screen(kind: str) -> None:
    assert not decide({"TERM": kind}, stdin_tty=True, stdout_tty=True).plain


@pytest.mark.parametrize(
    ("environ", "colour"),
    [
        ({"TERM": "xterm", "NO_COLOR": "1"}, "none"),
        ({"TERM": "xterm", "NO_COLOR": ""}, "16"),
        ({"TERM": "vt100"}, "none"),
        ({"TERM": "xterm-m"}, "none"),
        ({"TERM": "linux"}, "16"),
    ],
)
def test_colour_is_left_out_where_it_is_not_wanted(environ: dict[str, str], colour: str) -> None:
    found = decide(environ, stdin_tty=True, stdout_tty=True)
    assert found.colour == colour
    assert ("NO_COLOR" in found.environment) == (colour == "none")


@pytest.mark.parametrize(
    ("environ", "plain_glyphs"),
    [
        ({"TERM": "xterm", "LANG": "C.UTF-8"}, False),
        ({"TERM": "xterm", "LANG": "de_DE.utf8@euro"}, False),
        ({"TERM": "xterm", "LANG": "zh_CN.GB18030"}, True),
        ({"TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": "C"}, True),
        ({"TERM": "xterm"}, True),
        ({"TERM": "linux", "LANG": "C.UTF-8"}, True),
        ({"TERM": "vt220", "LANG": "C.UTF-8"}, True),
    ],
)
def test_prettier_glyphs_only_where_asked_for_and_shown(environ: dict[str, str], plain_glyphs: bool) -> None:
    assert decide(environ, stdin_tty=True, stdout_tty=True).ascii
    found = decide(environ, stdin_tty=True, stdout_tty=True, unicode=True)
    assert found.ascii is plain_glyphs


KNOWN = ("xterm", "xterm-256color", "linux", "vt100", "vt102", "vt220", "screen", "tmux-256color", "ansi")


def terminfo(kind: str, code: str) -> str:
    """What Python says in a process of its own: a process reads terminfo once and for one terminal."""
    words = [sys.executable, "-c", code, kind]
    env = {"PYTHONPATH": str(SRC)}
    return subprocess.run(words, env=env, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("kind", KNOWN)
def test_the_table_says_what_terminfo_says(kind: str) -> None:
    able = abilities(kind)
    assert able is not None
    told = terminfo(
        kind,
        "import curses, sys; curses.setupterm(sys.argv[1], 1); has = curses.tigetstr;"
        "print(bool(has('u7')), bool(has('il1')), curses.tigetnum('colors') >= 8)",
    )
    assert told == f"{able.asks} {able.shifts} {able.colour}"


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("no-such-terminal", "Abilities(asks=False, shifts=False, colour=True, copies=False)"),
        ("cons25", "Abilities(asks=False, shifts=True, colour=True, copies=False)"),
        ("vt52", "None"),
    ],
)
def test_what_the_table_does_not_know_is_looked_up(kind: str, told: str) -> None:
    code = "import sys; from hisconsole.console.terminal import abilities as a; print(a(sys.argv[1]))"
    assert terminfo(kind, code) == told


@pytest.mark.parametrize(
    ("environ", "named", "spoken"),
    [
        ({}, "", "utf-8"),
        ({"LANG": "C"}, "", "utf-8"),
        ({"LANG": "zh_CN.GB18030"}, "", "gb18030"),
        ({"LANG": "zh_CN.gbk"}, "", "gb18030"),
        ({"LC_ALL": "zh_TW.Big5", "LANG": "C.UTF-8"}, "", "big5"),
        ({"LANG": "C.UTF-8"}, "GB18030", "gb18030"),
        ({"LANG": "zh_CN.GB18030"}, "utf8", "utf-8"),
    ],
)
def test_what_the_terminal_is_set_to_can_be_named(environ: dict[str, str], named: str, spoken: str) -> None:
    found = decide({"TERM": "xterm", **environ}, stdin_tty=True, stdout_tty=True, encoding=named)
    assert found.encoding == spoken


@pytest.mark.parametrize("named", ["klingon", "utf-16", "base64", "utf-7", "cp037"])
def test_what_no_terminal_speaks_is_refused(named: str) -> None:
    with pytest.raises(LookupError):
        decide({"TERM": "xterm"}, stdin_tty=True, stdout_tty=True, encoding=named)


def test_deciding_imports_no_textual() -> None:
    code = (
        "import sys, hisconsole.console.terminal as t;"
        "t.decide({}, stdin_tty=True, stdout_tty=True);"
        "sys.exit('textual' in sys.modules)"
    )
    env = {"PYTHONPATH": str(SRC)}
    assert subprocess.run([sys.executable, "-c", code], env=env, check=False).returncode == 0

import subprocess
import sys

import pytest

from hisconsole.console.terminal import decide
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


def test_deciding_imports_no_textual() -> None:
    code = (
        "import sys, hisconsole.console.terminal as t;"
        "t.decide({}, stdin_tty=True, stdout_tty=True);"
        "sys.exit('textual' in sys.modules)"
    )
    env = {"PYTHONPATH": str(SRC)}
    assert subprocess.run([sys.executable, "-c", code], env=env, check=False).returncode == 0

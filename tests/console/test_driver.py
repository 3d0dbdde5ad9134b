import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hisconsole.console import output
from hisconsole.console.output import closed
from hisconsole.text import printable
from tests.hostile import HOSTILE
from tests.ptys import Modes, Pty
from tests.shares import part

DEMO = str(Path(__file__).with_name("demo_apps.py"))
Form = Callable[..., Pty]
SOME = tuple(HOSTILE)[::6]
PATIENCE = 45
"""Seconds for each string: a busy machine may hold one up."""


@pytest.fixture
def form(tmp_path: Path) -> Iterator[Form]:
    opened: list[Pty] = []

    def open_form(term: str = "xterm-256color", *, ignore_hup: bool = False) -> Pty:
        env = {"DRAFT": str(tmp_path / "draft"), "FAULTS": str(tmp_path / "faults")}
        pty = Pty([sys.executable, DEMO, "form"], env, term=term, ignore_hup=ignore_hup)
        opened.append(pty)
        pty.wait_for("acts:")
        pty.settle()
        return pty

    yield open_form
    for pty in opened:
        pty.close()
    assert not (tmp_path / "faults").exists()


def draft(tmp_path: Path) -> str:
    return (tmp_path / "draft").read_text()


def test_it_asks_only_whether_the_terminal_is_well_and_leaves_it_as_it_was(form: Form) -> None:
    pty = form()
    assert pty.modes() == Modes(
        alternate_screen=True, cursor=False, wrap=False, bracketed_paste=True, raw=True
    )
    assert b"$p" not in pty.raw
    assert b"\x1b[c" not in pty.raw
    assert b"\x1b[>" not in pty.raw
    assert b"\x1b[6n" not in pty.raw
    pty.type_in("pacs")
    pty.wait_for("[pacs]")
    pty.key("ctrl+r")
    assert pty.exited() == 0
    assert pty.modes() == Modes()
    assert pty.forbidden() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_the_draft_and_restores_the_terminal(
    form: Form, tmp_path: Path, number: signal.Signals
) -> None:
    pty = form()
    pty.type_in("half a call")
    pty.wait_for("[half a call]")
    start = time.monotonic()
    pty.signal(number)
    assert pty.exited(2) == 128 + number
    assert time.monotonic() - start < 2
    assert pty.modes() == Modes()
    assert draft(tmp_path) == f"{number.name}:half a call"


@pytest.mark.parametrize("ignore_hup", [False, True])
def test_a_dropped_line_saves_the_draft_and_leaves_no_process(
    form: Form, tmp_path: Path, ignore_hup: bool
) -> None:
    pty = form(ignore_hup=ignore_hup)
    pty.type_in("half a call")
    pty.wait_for("[half a call]")
    start = time.monotonic()
    pty.hangup()
    assert pty.exited(2) == 128 + signal.SIGHUP
    assert time.monotonic() - start < 2
    assert draft(tmp_path).endswith(":half a call")


@pytest.mark.parametrize("how", part(["SIGTERM", "SIGHUP", "hangup"], {"SIGHUP"}))
def test_a_console_that_hangs_is_ended_all_the_same(form: Form, how: str) -> None:
    pty = form()
    pty.key("ctrl+x")
    start = time.monotonic()
    if how == "hangup":
        pty.hangup()
    else:
        pty.signal(signal.Signals[how])
    assert pty.exited(2.5) > 128
    assert time.monotonic() - start < 2.2
    if how != "hangup":
        assert pty.modes() == Modes()


def test_a_terminal_that_stops_reading_blocks_neither_the_console_nor_its_end(form: Form) -> None:
    pty = form()
    pty.key("ctrl+t")
    for _ in range(400):  # each redraw is more than a kilobyte, and nobody reads it
        os.write(pty._master, b"\x0c")
        time.sleep(0.002)
    assert pty.cpu() < 5
    os.write(pty._master, b"n")
    pty.wait_for("acts:n")
    pty.settle()
    assert pty.screen()[0] == "form False"
    for _ in range(100):
        os.write(pty._master, b"\x0c")
        time.sleep(0.002)
    start = time.monotonic()
    pty.signal(signal.SIGTERM)
    while pty.running and time.monotonic() - start < 3:
        time.sleep(0.02)
    assert time.monotonic() - start < 2
    assert pty.exited() == 128 + signal.SIGTERM


NO_KEYS = [
    b"\xff\xfe\x80\x9b",
    "登录被拒绝".encode("gbk"),
    b"\x1b[?62;22c\x1b[25;9~\x1b]11;rgb:1111/2222/nnnn\x07\x1bP1$r1n\x1b\\",
    "丂丄丅丆丏丒丗丟".encode("gbk"),
    "\u3400\u4dff".encode("gb18030"),
    "登錄被拒絕".encode("big5"),
    b"\x1b[M nn\x1b[<0;1;1M",
]


@pytest.mark.parametrize("sent", part(NO_KEYS, NO_KEYS[:3]))
def test_bytes_that_are_no_keys_crash_nothing_and_act_on_nothing(form: Form, sent: bytes) -> None:
    pty = form()
    pty.key("ctrl+t")  # out of the form: every letter and digit would be an act
    pty.wait_for("form False")
    pty.send(sent)
    pty.settle(0.3)
    pty.key("n")
    pty.wait_for("acts:n")
    assert pty.running
    assert pty.screen()[1] == "acts:n"
    pty.key("ctrl+r")
    assert pty.exited() == 0


def test_a_raw_paste_goes_into_the_form_at_once_and_never_acts(form: Form) -> None:
    pty = form("vt100")
    pty.send("n12345 is not 12345n " * 500)
    pty.wait_for("10500 ")
    pty.key("ctrl+t")
    pty.wait_for("form False")
    pty.send("n12345 is not 12345n" * 20)
    pty.settle(0.3)
    assert pty.screen()[1] == "acts:"


@pytest.mark.parametrize("names", part([SOME, tuple(HOSTILE)], [SOME]), ids=len)
@pytest.mark.parametrize("way", ["typed", "pasted"])
def test_hostile_text_is_shown_and_nothing_of_it_acts_on_the_terminal(
    form: Form, way: str, names: tuple[str, ...]
) -> None:
    pty = form()
    for name in names:
        pty.send(b"\x15")  # ctrl+u empties the form
        pty.wait_for("0 '' []" if name != names[0] else "ready", PATIENCE)
        sent = HOSTILE[name].encode("utf-8", "surrogatepass")
        if way == "typed":
            # What the keyboard itself has keys for is left out, or it would move the cursor; and with
            # the two keys below it is no longer than what may come at once and still be typed.
            pty.send(bytes(byte for byte in sent if byte >= 0x20 and byte != 0x7F)[:22])
        else:
            pty.send(b"\x1b[200~" + sent[:3000] + b"\x1b[201~")
        pty.send("\x05.")  # ctrl+e: the end
        pty.wait_for("'.' [", PATIENCE)
        assert pty.running, name
    pty.settle()
    assert pty.forbidden() == []
    assert pty.screen()[1] == "acts:"
    pty.key("ctrl+r")
    assert pty.exited() == 0
    assert pty.modes() == Modes()


def test_redraw_repairs_a_spoiled_screen(form: Form) -> None:
    pty = form()
    picture = pty.screen()
    pty._stream.feed(b"\x1b[2J\x1b[5;5Hnoise\x1b[?25h")
    assert pty.screen() != picture
    pty.key("ctrl+l")
    pty.settle()
    assert pty.screen() == picture
    assert not pty.modes().cursor


def test_a_storm_of_resizes_ends_in_the_right_size(form: Form) -> None:
    pty = form()
    for cols, rows in [(40, 10), (200, 50), (1, 1), (60, 18), (132, 43)] * 6:
        pty.resize(cols, rows)
        time.sleep(0.01)
    pty.resize(80, 24)
    pty.settle(0.3)
    pty.key("ctrl+l")
    pty.type_in("x")
    pty.wait_for("[x]")
    assert pty.running


def test_a_stopped_console_gives_the_terminal_back_and_takes_it_again(form: Form) -> None:
    pty = form()
    pty.signal(signal.SIGTSTP)
    pty.settle(0.3)
    assert pty.modes() == Modes()
    pty.signal(signal.SIGCONT)
    pty.wait_for("acts:")
    pty.settle(0.3)
    assert pty.modes().alternate_screen
    assert pty.modes().raw
    pty.type_in("back")
    pty.wait_for("[back]")
    pty.key("ctrl+r")
    assert pty.exited() == 0
    assert pty.modes() == Modes()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_go_on_while_it_ends_it_does_not_take_the_terminal_again(form: Form, number: int) -> None:
    pty = form()
    pty.signal(number)
    with suppress(ProcessLookupError):
        while pty.running:
            pty.signal(signal.SIGCONT)
            time.sleep(0.001)
    assert pty.exited() == 128 + number
    assert pty.modes() == Modes()


def test_at_rest_it_writes_nothing_and_costs_nothing(form: Form) -> None:
    pty = form()
    before, cpu = len(pty.raw), pty.cpu()
    time.sleep(2)
    pty.settle()
    assert len(pty.raw) == before
    assert pty.cpu() - cpu < 0.1


@pytest.mark.parametrize("name", HOSTILE)
def test_the_second_lock_stops_what_the_first_forgot(name: str) -> None:
    shown = closed(HOSTILE[name])
    rest = output._FOREIGN.sub("", shown)
    assert rest == shown
    assert "\x1b]0" not in shown
    assert "\x1b[6n" not in shown
    assert "\x9b" not in shown
    assert closed(printable(HOSTILE[name])) == printable(HOSTILE[name])


def test_the_second_lock_lets_frames_and_the_clipboard_through() -> None:
    frame = "\x1b[1;1H\x1b[1;7mHIS\x1b[0m 中文\r\n\x1b[?25l\x1b]52;c;YQ==\x07\x07"
    assert closed(frame) == frame


def test_keys_typed_ahead_go_where_they_were_meant_to_go() -> None:
    with Pty([sys.executable, DEMO, "ahead"]) as pty:
        pty.wait_for("ready")
        pty.settle()
        for round_ in range(1, 6):
            pty.send("nexace\rqaxc\rec")  # in one read, and two of them acts
            pty.wait_for("told exace|qaxc")
            pty.wait_for("acts:" + "ec" * round_)
            pty.send("nx\rq\r")
            pty.wait_for("told x|q")
        assert pty.screen()[0] == "acts:" + "ec" * 5

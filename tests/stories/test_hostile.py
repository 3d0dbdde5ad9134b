"""Every hostile string through every input and onto every screen of a real terminal.

Nothing of it may act on the terminal, nothing may end the console, and what it is made of is shown.
A part is always run; `-m slow` runs every string through every input.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import pytest

from hisconsole.desk.calls import take_call
from hisconsole.desk.reading import read_log
from hisconsole.text import printable
from tests.console.app import ME, desk
from tests.hostile import HOSTILE
from tests.ptys import PATIENCE_S, Pty
from tests.stories.conftest import Open, side_by_side

SOME: tuple[str, ...] = (
    "markup_close", "markup_action", "markup_variable", "csi_clear", "osc_title", "c1_all", "c0_all",
    "bidi_override", "zwj_family", "surrogate_escape", "newlines", "long_cjk", "many_brackets",
)  # fmt: skip
SHOWN: tuple[str, ...] = ("csi_clear",)
RAW: tuple[str, ...] = ("csi_clear", "c0_all", "paste_end")

# How inputs are reached from the queue, what then stands on the screen, how many there are.
INPUTS: tuple[tuple[str, str, int], ...] = (
    ("n", "New call", 8),
    (".1", "Note 0001", 2),
    (".2", "Pin 0001", 1),
    (".3", "ETA 0001", 3),
    ("o", "Owner 0001", 2),
    ("c", "Classify 0001", 2),
    ("v", "Verify 0001", 5),
    (":", "What do you want to do?", 1),
    ("/", "PRACTICE", 1),
    ("5/", "Recorded", 1),
)

GROUPS = 4
"""Consoles that share the inputs among them."""


def plain(text: str) -> bool:
    """Whether a screen can be searched for it as it is."""
    return text.isascii() and text.isprintable() and text == text.strip() and 0 < len(text) <= 26


def record_all(data: Path, worked: tuple[str, ...]) -> None:
    """A call for each string, with it wherever a caller's words can come to; some are worked too."""
    at = desk(data, ME)
    for key, text in HOSTILE.items():
        name = printable(text, limit=64).strip() or "blank"
        given = {"workstation": name, "symptom": "other", "words": text, "reporter": text[:60]}
        number = take_call(at, {**given, "callback": text[:30], "department": text[:60]}).incident
        if key in worked and printable(text).strip():
            at.perform("note", number, {"text": text})
            at.perform("cause", number, {"text": text, "confidence": "suspected"})
            at.perform("eta", number, {"earliest": "+90", "why": text})
    at.database.close()


def calm(at: Pty, data: Path) -> None:
    """Nothing acted on the terminal, and no bug was met."""
    at.settle(0.3)
    assert at.running
    assert at.forbidden() == []
    log = data / "console.log"
    assert not log.exists(), log.read_text()


def next_page(at: Pty) -> list[str]:
    """Turn a page of a list, and wait until it is there; the line on top tells the time."""
    before = at.screen()[1:]
    for _ in range(20):  # at the end of what is loaded a key loads more, and turns nothing yet
        at.key("pgdn")
        at.settle(0.5)
        if at.screen()[1:] != before:
            return at.screen()
    raise AssertionError("the list does not go on:\n" + "\n".join(before))


def walk(at: Pty, number: int) -> None:
    """Look at one incident in every way there is."""
    at.send("/")
    at.type_in(f"{number:04d}")
    at.wait_for(f"Queue > {number:04d} (1 of")
    at.send("\r\r")
    at.wait_for(re.compile(rf"^ {number:04d}  unclassified", re.MULTILINE))
    at.settle(0.05)
    at.send("\r")
    at.wait_for(re.compile(r"^ Entry \d+ of", re.MULTILINE))
    at.key("q")
    at.wait_for("] turns the page")
    at.send("]\r")
    at.wait_for("Detach it into an incident of its own")
    at.key("4")
    at.wait_for("Taken by: li.na")
    at.key("q")
    at.wait_for("] turns the page")
    at.key("y")
    at.wait_for("Copied: ")
    at.key("q")
    at.wait_for("No   Cat State")
    at.key("esc")
    at.settle(0.12)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("names", [SHOWN, pytest.param(tuple(HOSTILE), marks=pytest.mark.slow)], ids=len)
def test_hostile_text_is_shown_on_every_screen_and_acts_on_nothing(
    terminal: Open, tmp_path: Path, names: tuple[str, ...]
) -> None:
    record_all(tmp_path, names)
    numbers = {name: number for number, name in enumerate(HOSTILE, start=1)}
    at = terminal(cols=160, rows=len(HOSTILE) + 10)
    at.wait_for(f"{len(HOSTILE)} open")
    at.settle()
    screen = at.screen()
    for name, number in numbers.items():
        line = next(line for line in screen if f" {number:04d} " in line[:9])
        if plain(HOSTILE[name]):
            assert f"other: {HOSTILE[name]}" in line, name
    at.key("5")
    at.wait_for("Recorded")
    at.wait_for(re.compile(r" report \d+ from"))
    at.settle()
    log = "\n".join(at.screen())
    while " report 1 from" not in log:
        log += "\n".join(next_page(at))
    for name, text in HOSTILE.items():
        if plain(text):
            assert f": other - {text} (" in log, name
    at.key("1")
    at.wait_for("No   Cat State")
    calm_without_copy(at, tmp_path)
    at.resize(80, 24)
    at.settle()
    for name in names:
        walk(at, numbers[name])
    calm_without_copy(at, tmp_path)
    # The list of incidents that a report can be moved to.
    at.key("g", "enter")
    at.wait_for("] turns the page")
    at.settle(0.05)
    at.send("]\r")
    at.wait_for("Detach it into an incident of its own")
    at.key("3")
    at.wait_for("Move it to which incident?")
    at.key("pgdn", "pgdn", "pgdn", "pgdn", "pgdn")
    at.settle()
    calm_without_copy(at, tmp_path)


def go_back(at: Pty) -> None:
    """From wherever keys have led to, back to the queue."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        at.send("\x1b")
        at.taken()
        at.settle(0.13)
        if at.screen()[-1].startswith(" n Call"):
            break
        assert time.monotonic() < deadline, "\n".join(at.screen())
    at.send("1")
    at.settle(0.05)


def ask_for_help(at: Pty) -> None:
    """`?` on the queue, also where what was typed before is still being worked off."""
    deadline = time.monotonic() + PATIENCE_S
    while not any("Take a call" in line for line in at.screen()):
        assert time.monotonic() < deadline, "\n".join(at.screen())
        go_back(at)
        at.key("?")
        at.settle(0.5)


def calm_without_copy(at: Pty, data: Path) -> None:
    """As `calm`; what `y` copies goes to the terminal on purpose, in letters that mean nothing to it."""
    at.settle(0.3)
    at.raw = re.sub(rb"\x1b\]52;c;[A-Za-z0-9+/=]*(\x07|\x1b\\)", b"", at.raw)
    calm(at, data)


def into(at: Pty, texts: Iterable[str], *, seen: bool) -> None:
    """Paste each text into the field that has the focus, and empty it again."""
    for text in texts:
        at.paste(safe(text))
        at.settle(0.03)
        if seen and plain(text):
            at.wait_for(text[-16:])
        at.send("\x1b[F\x15")  # to the end of the line, and empty all before it


def safe(text: str) -> str:
    """What a terminal can paste at all: no lone surrogate, and not the end of its own bracket."""
    return text.encode("utf-8", "replace").decode().replace("\x1b[201~", "\x1b[201 ~")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("step", [70, pytest.param(1, marks=pytest.mark.slow)])
def test_hostile_text_is_pasted_into_every_input_and_acts_on_nothing(
    terminal: Open, tmp_path: Path, step: int
) -> None:
    def meet(group: int) -> None:
        data = tmp_path / str(group)
        record = desk(data)
        take_call(record, {"workstation": "lab-01", "symptom": "other", "words": "calm"})
        done = len(read_log(record))
        at = terminal(data)
        at.wait_for("1 open")
        at.settle()
        for keys, shown, fields in INPUTS[group::GROUPS]:
            at.send(keys)
            at.wait_for(shown)
            at.settle()
            for field in range(fields):
                # Every string in turn; a question with numbered answers is only thrown at.
                offset = len(shown) * 7 + field
                into(at, islice(HOSTILE.values(), offset % step, None, step), seen=fields == 1)
                at.key("tab")
            at.key("esc")
            at.settle(0.15)
            at.key("1")
            at.wait_for("calm")
            assert at.running, keys
            for draft in data.glob("drafts/*"):
                draft.unlink()
        calm(at, data)
        assert len(read_log(record)) == done  # nothing that was pasted has done anything
        record.database.close()

    side_by_side(meet, range(GROUPS))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("names", [SOME[::4], pytest.param(tuple(HOSTILE), marks=pytest.mark.slow)], ids=len)
def test_hostile_text_is_typed_as_an_unknown_workstation_and_taken(
    terminal: Open, tmp_path: Path, names: tuple[str, ...]
) -> None:
    at = terminal()
    at.wait_for("0 open")
    at.settle()
    taken = 0
    for name in names:
        text = safe(HOSTILE[name])
        if not printable(text).strip():
            continue
        at.key("n")
        at.wait_for("New call")
        at.type_in("~")  # found nowhere
        at.paste(text)
        at.wait_for("Not in the list")
        at.key("enter")
        at.wait_for("give its department below")
        at.key("6")
        at.paste(text)
        at.settle(0.05)
        at.key("enter")
        at.wait_for(re.compile(r"0 or Enter|Call taken"))
        if any("0 or Enter" in line for line in at.screen()):
            at.key("0")
        taken += 1
        at.wait_for(f"{taken:04d}: Call taken")
    calm(at, tmp_path)
    record = desk(tmp_path)
    events = [event for event in read_log(record, limit=500) if event.kind == "reported"]
    record.database.close()
    assert len(events) == taken
    for event in events:
        assert printable(str(event.body["words"]), lines=True) == event.body["words"]
        assert printable(str(event.body["workstation"])) == event.body["workstation"]
    for name in names:
        if plain(HOSTILE[name]):
            assert HOSTILE[name] in [event.body["words"] for event in events]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("names", [RAW, pytest.param(tuple(HOSTILE), marks=pytest.mark.slow)], ids=len)
def test_hostile_bytes_typed_raw_anywhere_never_end_it(
    terminal: Open, tmp_path: Path, names: tuple[str, ...]
) -> None:
    """Without bracketed paste they are keys, and keys do what keys do; but it lives on."""
    record = desk(tmp_path)
    for _ in range(3):
        take_call(record, {"workstation": "lab-01", "symptom": "other", "words": "calm"})
    record.database.close()
    at = terminal()
    at.wait_for("3 open")
    at.settle()
    for name in names:
        for opened in ("", "n"):
            at.send(opened)
            at.settle(0.03)
            at.send(HOSTILE[name][:300].encode("utf-8", "surrogatepass"))
            at.settle(0.05)
            go_back(at)
            assert at.running, name
    ask_for_help(at)
    calm_without_copy(at, tmp_path)

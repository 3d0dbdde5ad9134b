"""One table of keys: each has help and does something, and what terminals keep is refused."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from hisconsole import console as console_package
from hisconsole.console import commands
from hisconsole.console.call import CallForm
from hisconsole.console.calltree import CallSheet
from hisconsole.console.classify import Classification
from hisconsole.console.duties import DutiesScreen
from hisconsole.console.escalate import EscalateSheet
from hisconsole.console.form import ActForm
from hisconsole.console.incident import IncidentScreen
from hisconsole.console.log import LogScreen
from hisconsole.console.page import Page
from hisconsole.console.pick import DIGITS, Pick
from hisconsole.console.place import Place
from hisconsole.console.queue import QueueScreen
from hisconsole.console.rows import RowList
from hisconsole.console.summary import SummarySheet
from hisconsole.console.table import COMMANDS, NEVER, Key, load_screens
from hisconsole.errors import ConfigFault
from hisconsole.plan.acts import all_acts
from hisconsole.text import cell_len
from tests.console.app import Seat, call, console, copied, desk, screens
from tests.shares import part

PLACES: dict[str, type[Place]] = {"queue": QueueScreen, "incident": IncidentScreen, "log": LogScreen}
FOOTER = "n Call  a Ack  v Verify  c Classify  e Escalate  t Tell  . More  / Find  ? Keys"
"""The design's."""


async def go(seat: Seat, place: str) -> None:
    """From the queue to a place."""
    await seat.until(seat.listed)
    if place == "incident":
        await seat.press("enter")
    elif place == "log":
        await seat.press("5")
    await seat.at(PLACES[place])
    await seat.until(seat.listed)


def keys_of(place: str) -> list[Key]:
    return [key for key in screens().keys if key.works_on(place)]


@pytest.mark.parametrize("key", screens().keys, ids=lambda key: key.name)
def test_every_key_has_help_and_something_it_does(key: Key) -> None:
    assert key.help
    assert key.keys
    assert key.shown
    for place, screen in PLACES.items():
        if not key.works_on(place):
            continue
        does = (
            key.name in all_acts()
            or key.name in commands.COMMANDS
            or hasattr(screen, f"do_{key.name}")
            or hasattr(RowList, f"action_{key.name}")
        )
        assert does, f"{key.name} does nothing at {place}"


def every_place(kind: type[Place] = Place) -> Iterator[type[Place]]:
    """Every place there is, also those that have tests of their own."""
    for sub in kind.__subclasses__():
        yield sub
        yield from every_place(sub)


def test_the_loader_knows_what_a_key_can_be_for() -> None:
    for module in pkgutil.iter_modules(console_package.__path__):  # some are imported when first shown
        importlib.import_module(f"{console_package.__name__}.{module.name}")
    assert not COMMANDS & set(all_acts())
    for name in COMMANDS:
        does = name in commands.COMMANDS or hasattr(RowList, f"action_{name}")
        assert does or any(hasattr(place, f"do_{name}") for place in every_place()), name


def test_no_two_things_share_a_key_at_a_place() -> None:
    for place in PLACES:
        taken = [pressed for key in keys_of(place) for pressed in key.keys]
        assert len(taken) == len(set(taken))


def test_the_design_s_keys_are_where_the_design_has_them() -> None:
    table = {key.name: key.keys[0] for key in screens().keys}
    wanted = {
        "queue": "1", "log": "5", "down": "j", "up": "k", "first": "g", "last": "G", "filter": "slash",
        "palette": "colon", "keys": "question_mark", "open": "enter", "back": "escape", "mark": "space",
        "call": "n", "acknowledge": "a", "verify": "v", "classify": "c", "escalate": "e", "assign": "o",
        "duties": "exclamation_mark", "close": "x", "undo": "u", "pause": "p", "copy": "y",
        "redraw": "ctrl+l", "more": "full_stop", "quit": "q",
    }  # fmt: skip
    assert {name: table[name] for name in wanted} == wanted


@pytest.mark.parametrize("place", PLACES)
async def test_the_footer_fits_80_cells_and_reads_as_designed(tmp_path: Path, place: str) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()
    async with console(tmp_path) as seat:
        await go(seat, place)
        footer = seat.lines()[-1]
        assert cell_len(footer) <= 80
        assert "~" not in footer
        if place == "queue":
            assert footer.strip() == FOOTER
        for part in footer.split("  "):
            assert part.strip() in FOOTER


@pytest.mark.parametrize("place", PLACES)
async def test_the_help_lists_every_key_of_the_place(tmp_path: Path, place: str) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()
    async with console(tmp_path, size=(80, 80)) as seat:
        await go(seat, place)
        await seat.press("?")
        await seat.at(Page)
        for key in keys_of(place):
            line = next((line for line in seat.lines() if key.help in line), "")
            assert line.split()[0].rstrip(",") == key.shown, key.name
            for other in key.keys:
                assert any(_shown(other) == word.rstrip(",") for word in line.split()), other
        for key in screens().keys:
            if not key.works_on(place):
                assert key.help not in seat.text()
        await seat.press("?")
        await seat.at(PLACES[place])


def _shown(pressed: str) -> str:
    return Key("x", (pressed,), frozenset({"all"}), "", "x").shown


@pytest.mark.slow
async def test_every_help_line_fits_80_columns(tmp_path: Path) -> None:
    for place in PLACES:
        folder = tmp_path / place
        at = desk(folder)
        call(at)
        at.database.close()
        async with console(folder, size=(80, 80)) as seat:
            await go(seat, place)
            wide = 0
            await seat.press("?")
            await seat.at(Page)
            for key in keys_of(place):
                wide = max(wide, cell_len(next(line for line in seat.lines() if key.help in line)))
            assert wide <= 80


# What a key must come to, seen from the queue with incidents in it.
@pytest.mark.parametrize(
    ("pressed", "screen"),
    [
        ("n", CallForm),
        ("v", ActForm),
        ("c", Classification),
        ("e", EscalateSheet),
        ("!", DutiesScreen),
        ("s", SummarySheet),
        ("S", SummarySheet),
        ("o", ActForm),
        ("x", ActForm),
        (".", Pick),
        (":", Pick),
        ("?", Page),
        ("w", Pick),
        ("q", Pick),
        ("5", LogScreen),
        ("1", QueueScreen),
        ("enter", IncidentScreen),
    ],
)
async def test_each_key_opens_its_screen(tmp_path: Path, pressed: str, screen: type[Place]) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        await seat.press(pressed)
        await seat.at(screen)
        await seat.press("esc")
        await seat.at(LogScreen if pressed == "5" else QueueScreen)


@pytest.mark.parametrize("place", PLACES)
async def test_n_takes_a_call_everywhere(tmp_path: Path, place: str) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()
    async with console(tmp_path) as seat:
        await go(seat, place)
        await seat.press("n")
        await seat.at(CallForm)
        await seat.press("esc")
        await seat.at(PLACES[place])


async def test_every_key_moves_the_list(tmp_path: Path) -> None:
    at = desk(tmp_path)
    for _ in range(45):
        call(at, "lab-01")
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.until(lambda: len(seat.listed()) == 45)
        page = seat.place.rows.size.height
        for pressed, place in [
            ("j", 2), ("down", 3), ("k", 2), ("up", 1), ("G", 45), ("g", 1), ("end", 45), ("home", 1),
            ("pgdn", 1 + page), ("pgup", 1), ("ctrl+d", 1 + page), ("ctrl+u", 1),
        ]:  # fmt: skip
            await seat.press(pressed)
            assert seat.place.rows.position == (place, 45), pressed


GUIDED: dict[str, type[Screen[Any]]] = {
    "classify": Classification,
    "escalate": EscalateSheet,
    "dial": CallSheet,
}


@pytest.mark.parametrize("act", part(all_acts(), {"note", "classify", "merge", "called", "back-entry"}))
async def test_the_palette_reaches_every_act(tmp_path: Path, act: str) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()
    definition = all_acts()[act]
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        await seat.press(":")
        await seat.at(Pick)
        await seat.write(act)
        await seat.press("enter")
        if act in GUIDED:
            await seat.at(GUIDED[act])
        elif definition.asks:
            await seat.at(ActForm)
            assert seat.lines()[0].strip() == f"{definition.label} 0001"
        else:
            await seat.at(QueueScreen)
            await seat.until("0001: Acknowledge" if act == "acknowledge" else "only its author can undo it")


async def test_the_palette_finds_commands_and_places_by_words(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        found: list[tuple[str, type[Screen[Any]]]] = [
            ("every event", LogScreen),
            ("queue of inc", QueueScreen),
            ("keys of", Page),
        ]
        for words, screen in found:
            await seat.press(":")
            await seat.at(Pick)
            await seat.press(*words, "enter")
            await seat.at(screen)
        await seat.press("esc", ":", *"no such thing at all")
        assert "Nothing of that name." in seat.text()
        await seat.press("enter", "esc")
        await seat.at(QueueScreen)


@pytest.mark.slow
async def test_the_menu_numbers_every_act_that_has_no_key(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()
    rest = commands.menu(all_acts().values(), screens().keys, "queue")
    assert {act.name for act in rest} >= {"note", *commands.BY_THE_PLAN}
    assert len(rest) <= len(DIGITS)
    async with console(tmp_path, size=(80, 40)) as seat:
        await seat.until(seat.listed)
        for digit, act in zip(DIGITS, rest, strict=False):
            await seat.press(".")
            await seat.at(Pick)
            assert seat.line(f" {digit} {act.label} ")
            await seat.press(digit)
            await seat.at(CallSheet if act.name == "dial" else ActForm)
            assert seat.lines()[0].strip() == f"{act.label} 0001"
            await seat.press("esc")
            await seat.at(QueueScreen)


def spoilt(tmp_path: Path, line: str) -> str:
    """What loading says of a table with one more line."""
    folder = copied("screens", tmp_path / "screens")
    with (folder / "keys.yaml").open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(ConfigFault) as caught:
        load_screens(folder)
    assert re.search(r"keys\.yaml:\d+:\d+: ", str(caught.value))
    return str(caught.value)


@pytest.mark.parametrize("pressed", [*sorted(NEVER), "alt+a", "alt+enter", "ctrl+full_stop", "ctrl+slash"])
def test_a_key_that_terminals_keep_is_refused(tmp_path: Path, pressed: str) -> None:
    said = spoilt(tmp_path, f'eta: {{keys: "{pressed}", on: all, help: Something}}')
    assert f"{pressed} never arrives as such from a terminal" in said


def test_the_design_s_list_of_such_keys_is_complete() -> None:
    assert {f"ctrl+{letter}" for letter in "imjhsqz"} | {"ctrl+backslash"} == set(NEVER)
    used = {pressed for key in screens().keys for pressed in key.keys}
    assert not used & NEVER
    assert not [pressed for pressed in used if pressed.startswith("alt+")]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("eta: {keys: n, on: all, help: x}", "n is taken by call"),
        ("eta: {keys: n, on: queue, help: x}", "n is taken by call"),
        ("eta: {keys: space, on: all, help: x}", "space is taken by mark"),
        ("eta: {keys: j, on: queue, help: x}", "j is taken by down"),
        ("eta: {keys: Z, on: cellar, help: x}", "there is no place 'cellar'"),
        ("eta: {on: all, help: x}", "no key is named"),
        ("eta: {keys: Z, on: all}", "say what it does"),
        ("eta: {keys: Z, colour: red, help: x}", "'colour' is not known here"),
        ("eta: Z", "here belongs"),
    ],
)
def test_a_faulty_table_is_refused_with_line_and_sentence(tmp_path: Path, line: str, why: str) -> None:
    assert why in spoilt(tmp_path, line)


def test_a_key_that_does_nothing_is_refused(tmp_path: Path) -> None:
    assert "there is nothing called 'dance'" in spoilt(tmp_path, "dance: {keys: Z, on: all, help: Dance}")


async def test_a_site_may_give_an_act_another_key(tmp_path: Path) -> None:
    folder = copied("screens", tmp_path / "screens")
    table = folder / "keys.yaml"
    table.write_text(table.read_text().replace("acknowledge: {keys: a,", 'acknowledge: {keys: "Z, ctrl+t",'))
    at = desk(tmp_path / "data")
    call(at)
    at.database.close()
    async with console(tmp_path / "data", shown=load_screens(folder)) as seat:
        await seat.until(seat.listed)
        assert "Z Ack" in seat.lines()[-1]
        await seat.press("a")
        assert "Acknowledge" not in seat.text()
        await seat.press("ctrl+t")
        await seat.until("0001: Acknowledge")

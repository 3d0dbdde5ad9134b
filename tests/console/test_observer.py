"""One who only reads sees no telephone number: on no screen, in no search, and in nothing that he copies."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hisconsole.config import Site
from hisconsole.console.queue import QueueScreen
from hisconsole.console.roster import RosterScreen
from tests.console.app import ME, OTHER, Seat, call, console, desk, with_roles

LEFT = "13912345678"
FILE = f"zhao.yan:\n  roles: director\n{ME}:\n  roles: operator\n{OTHER}:\n  roles: observer\n"
NUMBERED = (("1", "enter", "]"), ("1", "C"), ("3", "enter", "r"))
"""Looks that show numbers to whoever may see them."""
LOOKS = (
    *NUMBERED,
    ("1", "e"),
    *(("1",), ("2",), ("3",), ("4",), ("5",), ("!",), ("M",), ("W",), ("n",)),
    *(("1", "enter"), ("1", "enter", "]", "]"), ("1", "enter", "]", "enter")),
    *(("1", "t"), ("1", "d"), ("1", "d", "]"), ("1", "c"), ("1", "s"), ("1", "S")),
    *(("1", "r"), ("1", "o"), ("1", "."), ("3", "enter"), ("3", "r"), ("3", "]")),
    *(("4", "]"), ("4", "enter"), ("5", "enter")),
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return with_roles(FILE, tmp_path / "config")


@pytest.fixture
def data(tmp_path: Path, hospital: Site) -> Path:
    """A record with an incident of Category I, whose callers left numbers and whose calls have begun."""
    found = tmp_path / "data"
    with closing((own := desk(found, ME, hospital=hospital)).database):
        call(own, callback=LEFT)
        call(own, "icu-01")
        own.perform("verify", 1, {"result": "confirmed"})
        own.perform("classify", 1, {"category": "I", "reason": "to have everybody called"})
        own.perform("escalate", 1)
    return found


def numbers(hospital: Site) -> set[str]:
    """All of the roster, departments and workstations, but for short ones, which a clock may show, too."""
    known = {number for each in hospital.roster for number in each.numbers}
    known |= {each.phone for each in hospital.departments} | {each.phone for each in hospital.workstations}
    return {each for each in known if len(each) > 6} | {LEFT}


def shown(text: str, known: set[str]) -> list[str]:
    """The numbers on a screen, also those that were wrapped or put together anew."""
    bare = re.sub(r"\s", "", text)
    return [each for each in known if each in text or each in bare]


async def back(seat: Seat) -> None:
    """To the queue, whatever is open."""
    for _ in range(6):
        if isinstance(seat.app.screen, QueueScreen):
            return
        await seat.press("esc")
        if not isinstance(seat.app.screen, QueueScreen):
            await seat.press("1")
    await seat.at(QueueScreen)


async def seen(
    data: Path, config: Path, operator: str, there: Callable[[str], object]
) -> tuple[dict[tuple[str, ...], str], str]:
    """What each look shows, and what was copied; `there` says when one that has numbers is drawn."""
    found: dict[tuple[str, ...], str] = {}
    async with console(data, config=config, operator=operator, size=(140, 40)) as seat:
        await seat.until("cannot enter")
        copies: list[str] = []
        seat.app.copy_to_clipboard = copies.append  # type: ignore[method-assign,assignment]
        for keys in LOOKS:
            for key in (*keys[:1], "g", *keys[1:]) if keys[0] in "13" else keys:
                await seat.press(key)
            if keys[0] == "3":
                await seat.press("y")
            if keys in NUMBERED:
                await seat.until(lambda: there(seat.text()))
            found[keys] = seat.text()
            await back(seat)
    return found, "\n".join(copies)


async def test_no_number_is_on_any_screen_of_one_who_only_reads(
    data: Path, config: Path, hospital: Site
) -> None:
    known = numbers(hospital)
    mine, _copied = await seen(data, config, ME, lambda text: shown(text, known))
    assert {keys for keys, text in mine.items() if shown(text, known)} >= {*NUMBERED}
    theirs, copies = await seen(data, config, OTHER, lambda text: "*" in text or "is for" in text)
    assert {keys: shown(text, known) for keys, text in theirs.items() if shown(text, known)} == {}
    assert shown(copies, known) == []


async def test_nobody_is_found_by_a_number_that_one_may_not_see(
    data: Path, config: Path, hospital: Site
) -> None:
    someone = next(each for each in hospital.roster if each.mobile)
    for operator, found in ((ME, True), (OTHER, False)):
        async with console(data, config=config, operator=operator) as seat:
            await seat.until("cannot enter")
            await seat.press("3")
            await seat.at(RosterScreen)
            await seat.press("/")
            await seat.write(someone.mobile)
            await seat.rest()
            assert (someone.name in "\n".join(seat.lines()[1:-1])) == found

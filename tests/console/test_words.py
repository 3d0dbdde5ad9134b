"""All operator text goes through gettext: in a made-up language no English word is left on any screen."""

from __future__ import annotations

import gettext
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from hisconsole import text
from hisconsole.config import Site
from hisconsole.console.call import CallForm
from hisconsole.console.classify import Classification, Overruling, VerdictSheet
from hisconsole.console.duties import DutiesScreen
from hisconsole.console.escalate import EscalateSheet
from hisconsole.console.form import ActForm
from hisconsole.console.incident import IncidentScreen
from hisconsole.console.log import LogScreen
from hisconsole.console.page import Page
from hisconsole.console.pick import DIGITS, Pick
from hisconsole.console.queue import QueueScreen
from hisconsole.console.summary import SummarySheet
from hisconsole.desk.reading import read_log
from hisconsole.plan.acts import all_acts
from hisconsole.plan.frozen import to_data
from hisconsole.text import use
from tests.console.app import ME, OTHER, Seat, call, console, desk, screens, site
from tests.shares import part

PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
MADE_UP = "àḃćđéḟǵĥíĵķĺḿńóṕʠŕśţúṽẃẋýźÀḂĆĐÉḞǴĤÍĴĶĹḾŃÓṔɊŔŚŢÚṼẂẊÝŹ"
_LETTERS = str.maketrans(PLAIN, MADE_UP)
_PLACEHOLDER = re.compile(r"(\{[^}]*\})")


class MadeUp(gettext.NullTranslations):
    """Spells every message in letters that no English word has; placeholders stay."""

    def gettext(self, message: str) -> str:
        parts = _PLACEHOLDER.split(message)
        return "".join(part if part.startswith("{") else part.translate(_LETTERS) for part in parts)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = text._words
    use(MadeUp())
    yield
    use(before)


# What is not operator text: legends of keys, ids and names of acts in files, categories of the plan.
_LEGENDS = {"enter", "esc", "tab", "space", "ctrl", "pgdn", "pgup", "up", "down", "home", "end", "ssh"}
_WORD = re.compile(r"[A-Za-z]{2,}")


def data_words(hospital: Site) -> set[str]:
    """Every word of the hospital's own files, and of what this test types."""
    words: set[str] = set()
    for station in hospital.workstations:
        words |= set(_WORD.findall(f"{station.id} {station.room} {station.building} {station.switch}"))
    for department in hospital.departments:
        words |= set(_WORD.findall(f"{department.id} {department.name}"))
    for contact in hospital.roster:
        words |= set(_WORD.findall(f"{contact.id} {contact.name} {contact.role}"))
    for view in screens().views:
        words |= set(_WORD.findall(view.filter))  # what one types is the same in every language
    words |= set(_WORD.findall(hospital.plan.version))
    owed = [*(clock.say for clock in hospital.plan.clocks), *(gate.say for gate in hospital.plan.gates)]
    words |= set(_WORD.findall(" ".join(owed)))  # what is owed stands in every status line
    return {word.lower() for word in words}


def plan_words(hospital: Site) -> set[str]:
    """Every word of the hospital's plan, which stands where its rules are shown."""
    text = json.dumps(to_data(hospital.plan), ensure_ascii=False).replace("\\n", " ")
    return {word.lower() for word in _WORD.findall(text)}


def left_over(lines: Sequence[str], known: set[str]) -> list[str]:
    """English words on the screen, the last of a clipped line aside."""
    found = []
    for line in lines:
        for match in _WORD.finditer(line):
            if line[match.end() : match.end() + 1] == "~":
                continue
            word = match.group().lower()
            if word not in known and word not in ("ii", "iii"):
                found.append(f"{match.group()!r} in {line.strip()!r}")
    return found


def test_the_made_up_language_marks_every_letter(made_up: None) -> None:
    assert text._("Enter {n} of it") == "Éńţéŕ {n} óḟ íţ"
    assert left_over([text._("Everything about Queues, zealously jinxed by Kim")], set()) == []
    assert left_over(["left Over"], set())
    assert all(text.cell_len(letter) == 1 for letter in MADE_UP)


class Reader:
    """Looks at each screen and remembers what was left in English."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.known = data_words(site()) | _LEGENDS | {"zzcause", "tester", "test", "wxx"}
        self.known |= {"zzwords"[:end] for end in range(2, 8)}
        self.found: list[str] = []

    def look(self, *, plan: bool = False) -> None:
        known = self.known | plan_words(site()) if plan else self.known
        self.found += left_over(self.seat.lines(), known)


@pytest.mark.parametrize("size", part([(80, 24), (140, 50)], {(80, 24)}))
async def test_no_screen_holds_a_word_that_was_not_translated(
    tmp_path: Path, made_up: None, size: tuple[int, int]
) -> None:
    """Every screen with every state, and the sentences of acts done and refused."""
    at = desk(tmp_path)
    now = datetime.now(UTC)
    categories = ["I", "II", "III", "Other"]
    symptoms = ["slow-database", "cannot-enter", "cannot-save", "no-network", "discontinuous", "other"]
    for number, symptom in enumerate(symptoms, start=1):
        call(at, "reg-02", "zzwords", symptom=symptom, scope="some", now=now - timedelta(minutes=number))
        if number <= 4:
            at.perform("classify", number, {"category": categories[number - 1], "reason": "zzwords"})
        if number > 1:
            at.perform("verify", number, {"result": "confirmed", "how": "poll", "text": "zzwords"})
        if number > 2:
            at.perform("cause", number, {"text": "zzcause", "confidence": "suspected"})
            at.perform("fix", number, {"text": "zzwords", "result": "failed"})
            at.perform("eta", number, {"earliest": "+10", "latest": "+20", "why": "zzwords"})
        if number > 3:
            at.perform("mitigated", number, {"text": "zzwords"})
        if number > 4:
            at.perform("recovered", number, {"confirmed_by": "zzwords"})
    call(at, "lab-01", "zzwords", join=6)
    at.perform("assign", 6, {"owner": ME, "reason": "zzwords"})
    at.perform("pin", 6, {"entry": str(read_log(at)[0].seq)})
    async with console(tmp_path, size=size) as seat:
        reader = Reader(seat)
        await seat.until(lambda: len(seat.listed()) == 6)
        for number in range(1, 7):
            seat.place.rows.move_to(number)
            await seat.rest()
            reader.look()
            await seat.press("enter")
            await seat.at(IncidentScreen)
            await seat.until(seat.listed)
            reader.look(plan=True)
            await seat.press("]")
            reader.look(plan=True)
            await seat.press("esc")
            await seat.at(QueueScreen)
        await _menus(seat, reader)
        await _acts(seat, reader)
        await _guided(seat, reader)
        await _calls(seat, reader)
        await _reports(seat, reader)
        await _log(seat, reader)
        await seat.pilot.resize_terminal(60, 18)
        await seat.rest()
        reader.look()
        assert reader.found == []
    at.database.close()


async def _menus(seat: Seat, reader: Reader) -> None:
    opened: dict[str, type[Screen[Any]]] = {":": Pick, ".": Pick, "w": Pick, "q": Pick, "?": Page}
    for key, screen in opened.items():
        await seat.press(key)
        await seat.at(screen)
        reader.look()
        await seat.press("pgdn")
        reader.look()
        await seat.press("esc")
        await seat.at(QueueScreen)
    for key in ("m", "p", "y", "m", "p"):
        await seat.press(key)
        reader.look()
    await seat.press("/")
    await seat.write("zzwords")
    reader.look()
    await seat.press("esc")


async def _acts(seat: Seat, reader: Reader) -> None:
    """Every form, the question before an act, and what is refused."""
    seat.place.rows.move_to(1)
    await seat.press(":")
    await seat.at(Pick)
    for _page in all_acts():
        await seat.press("down")
        reader.look()
    await seat.write("zzwords")
    reader.look()
    await seat.press("esc")
    for key in ("v", "o", "x"):
        await seat.press(key)
        await seat.at(ActForm)
        reader.look()
        await seat.press("esc")
        await seat.at(QueueScreen)
        reader.look()
    for digit in DIGITS[:17]:
        await seat.press(".", digit)
        await seat.at(ActForm)
        reader.look()
        await seat.press("enter", "enter", "enter", "enter")
        await seat.rest()
        reader.look()
        await seat.press("esc", "esc")
        await seat.at(QueueScreen)
        reader.look()
    for keys in (["x", *"zzwords", "enter", "enter"], ["a"], ["u"], ["u"]):
        await seat.press(*keys)
        await seat.rest()
        reader.look()
        while not isinstance(seat.app.screen, QueueScreen):
            await seat.press("esc")


async def _guided(seat: Seat, reader: Reader) -> None:
    """Classification, escalation, what is due, summaries: they show the hospital's plan."""
    seat.place.rows.move_to(2)
    await seat.press("c")
    await seat.at(Classification)
    await seat.until("9 ")
    reader.look(plan=True)
    await seat.press("9", "enter", "tab")
    reader.look(plan=True)
    await seat.press("esc", "1")
    while not isinstance(seat.app.screen, VerdictSheet):
        reader.look(plan=True)
        await seat.press("2")
    await seat.until("(")
    reader.look(plan=True)
    await seat.press("o")
    await seat.at(Overruling)
    reader.look(plan=True)
    await seat.press("esc", "esc")
    await seat.at(QueueScreen)
    reader.look()
    for key, screen in (("e", EscalateSheet), ("s", SummarySheet), ("S", SummarySheet), ("!", DutiesScreen)):
        await seat.press(key)
        await seat.at(screen)
        await seat.until(lambda: len([line for line in seat.lines() if line]) > 4)
        reader.look(plan=True)
        for moved in ("tab", "j", "j"):
            await seat.press(moved)
            reader.look(plan=True)
        await seat.press("esc")
        await seat.at(QueueScreen)


async def _calls(seat: Seat, reader: Reader) -> None:
    await seat.press("n")
    await seat.at(CallForm)
    reader.look()
    await seat.write("reg")
    reader.look()
    await seat.press("enter")
    await seat.rest()
    reader.look()
    await seat.press("2")
    await seat.until(lambda: seat.focus == "words")
    await seat.write("zzwords")
    await seat.rest()
    reader.look()
    await seat.press("enter")
    await seat.rest()
    reader.look()
    await seat.press("esc")
    await seat.at(QueueScreen)
    reader.look()
    await seat.press("n")
    await seat.at(Pick)
    reader.look()
    await seat.press("1")
    await seat.at(CallForm)
    await seat.rest()
    reader.look()
    await seat.press("ctrl+x")
    await seat.at(Pick)
    reader.look()
    await seat.press("2")
    await seat.at(QueueScreen)
    await seat.press("n", *"wxx")
    reader.look()
    await seat.press("enter")
    reader.look()
    await seat.press("ctrl+x", "2")
    await seat.at(QueueScreen)


async def _reports(seat: Seat, reader: Reader) -> None:
    """What can be done with a report."""
    seat.place.rows.move_to(6)
    await seat.press("enter")
    await seat.at(IncidentScreen)
    await seat.until(seat.listed)
    await seat.press("enter")
    await seat.at(Page)
    reader.look()
    await seat.press("esc", "]", "enter")
    await seat.at(Pick)
    reader.look()
    await seat.press("4")
    await seat.at(Page)
    reader.look()
    await seat.press("esc", "enter", "3")
    await seat.at(Pick)
    reader.look()
    await seat.press("esc", "enter", "1")
    await seat.at(CallForm)
    reader.look()
    await seat.press("enter")
    await seat.rest()
    reader.look()
    await seat.press("esc", "esc")
    await seat.at(QueueScreen)


async def _log(seat: Seat, reader: Reader) -> None:
    await seat.press("5")
    await seat.at(LogScreen)
    await seat.until(seat.listed)
    reader.look()
    await seat.press("G")
    reader.look()
    await seat.press("/")
    await seat.write("zzwords")
    await seat.rest()
    reader.look()
    await seat.press("esc", "1")
    await seat.at(QueueScreen)


async def test_alarms_and_choices_of_the_console_itself_are_translated(tmp_path: Path, made_up: None) -> None:
    async with console(tmp_path, operator="") as seat:
        reader = Reader(seat)
        await seat.at(Pick)
        reader.look()
        await seat.press("1")
        await seat.at(QueueScreen)
        reader.look()
        seat.app.config_fault = "x"
        seat.app.refresh_status()
        await seat.press("m", "p")
        reader.look()
        assert reader.found == []


async def test_a_race_is_told_in_the_operators_language(tmp_path: Path, made_up: None) -> None:
    at = desk(tmp_path)
    call(at, words="zzwords")
    async with console(tmp_path) as seat:
        reader = Reader(seat)
        await seat.until(seat.listed)
        await seat.press(".", "4", *"zzwords", "enter", "1")
        await seat.at(ActForm)
        at.perform("assign", 1, {"owner": OTHER})
        await seat.press("enter", "enter")
        await seat.rest()
        await seat.until("wang.lei")
        await seat.rest()
        reader.look()
        assert reader.found == []
    at.database.close()

"""Mode 3: found as one types, numbers hidden until asked for, put right with one key; 80 columns."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hisconsole.console.contact import ContactSheet
from hisconsole.console.contact_acts import ActingForm
from hisconsole.console.duties import DutiesScreen
from hisconsole.console.pick import Pick
from hisconsole.console.queue import QueueScreen
from hisconsole.console.roster import Group, RosterScreen
from hisconsole.desk import roster
from hisconsole.desk.desk import Desk
from hisconsole.errors import StoreFault
from hisconsole.plan.contacts import Trust
from hisconsole.plan.events import SITE, Event, Kind
from hisconsole.plan.outreach import NumberKind
from hisconsole.store import events
from hisconsole.text import cell_len
from tests.console.app import Seat, call, console, copied, desk, kept, site
from tests.console.test_words import MadeUp, Reader

NUMBERS = {number for contact in site().roster for number in contact.numbers if len(number) > 4}


async def at_roster(seat: Seat) -> None:
    """Mode 3 with the whole roster."""
    await seat.press("3")
    await seat.at(RosterScreen)
    await seat.until(lambda: len(seat.listed()) == len(site().roster))


async def find(seat: Seat, words: str) -> None:
    """Put the cursor on somebody."""
    await seat.press("/")
    await seat.write(words)
    await seat.press("enter")


def of_site(at: Desk, *kinds: Kind) -> list[Event]:
    with at.database.read() as connection:
        return [each for each in events.of_incident(connection, SITE) if each.kind in kinds]


def stands(at: Desk, contact: str) -> roster.Entry:
    found = roster.entries(at.site, roster.read_known(at), now=at.now())
    return next(each for each in found if each.contact.id == contact)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_no_number_is_seen_and_all_fits(tmp_path: Path, size: tuple[int, int]) -> None:
    async with console(tmp_path, size=size) as seat:
        await at_roster(seat)
        for _group in Group:
            assert not any(number in seat.text() for number in NUMBERS)
            assert all(cell_len(line) <= size[0] for line in seat.lines())
            assert "~" not in seat.lines()[1]
            await seat.press("]")
        assert "~" not in seat.lines()[-1]


@pytest.mark.parametrize(
    ("group", "first"),
    [
        (Group.LEADING, "chen.hao"),
        (Group.CENTER, "li.na"),
        (Group.ALL, "chen.hao"),
    ],
)
async def test_the_parts_of_the_roster(tmp_path: Path, group: Group, first: str) -> None:
    async with console(tmp_path) as seat:
        await at_roster(seat)
        await seat.press("w")
        await seat.at(Pick)
        await seat.press(str(list(Group).index(group) + 1))
        await seat.at(RosterScreen)
        await seat.until(lambda: seat.listed()[0] == first)
        await seat.press("esc")
        await seat.until(lambda: len(seat.listed()) == len(site().roster))


async def test_the_doubtful_are_those_the_record_and_the_files_doubt(tmp_path: Path) -> None:
    at = desk(tmp_path)
    roster.wrong(at, "zhou.ping", NumberKind.MOBILE)
    expected = {
        each.contact.id
        for each in roster.entries(at.site, roster.read_known(at), now=at.now())
        if each.standing.trust is not Trust.VERIFIED
    }
    assert "zhou.ping" in expected
    async with console(tmp_path) as seat:
        await at_roster(seat)
        await seat.press("[")
        await seat.until(lambda: set(seat.listed()) == expected)
        assert "WRONG" in seat.row("zhou.ping")
        roster.verify(at, "zhou.ping")
        await seat.until(lambda: set(seat.listed()) == expected - {"zhou.ping"})
    at.database.close()


async def test_numbers_are_shown_with_a_key_hidden_again_and_recorded(tmp_path: Path) -> None:
    at = desk(tmp_path)
    async with console(tmp_path) as seat:
        await at_roster(seat)
        await find(seat, "sun.bo")
        await seat.until(lambda: seat.listed() == ["sun.bo"])
        await seat.press("r")
        await seat.until("0571-0000-6601")
        assert "100-0000-0103" in seat.row("sun.bo")
        (shown,) = of_site(at, Kind.REVEALED)
        assert (shown.body["contact"], shown.body["how"], shown.actor) == ("sun.bo", "screen", "li.na")
        await seat.press("r")
        await seat.until(lambda: "100-0000-0103" not in seat.text())
        await seat.press("r")
        await seat.until("100-0000-0103")
        await seat.press("1")
        await seat.at(QueueScreen)
        await seat.press("3")
        await seat.at(RosterScreen)
        await seat.until("**03")
        assert "100-0000-0103" not in seat.text()
        assert len(of_site(at, Kind.REVEALED)) == 2
    at.database.close()


@pytest.mark.parametrize("words", ["sb", "院长 sun", "0103 dean", "SUN BO"])
async def test_somebody_is_found_as_one_types(tmp_path: Path, words: str) -> None:
    async with console(tmp_path) as seat:
        await at_roster(seat)
        await find(seat, words)
        await seat.until(lambda: seat.listed()[:1] == ["sun.bo"])
        await seat.until(f"Roster > {words}")
        await seat.press("esc")
        await seat.until(lambda: len(seat.listed()) == len(site().roster))


async def test_a_wrong_number_opens_a_task_whose_page_puts_it_right(tmp_path: Path) -> None:
    at = desk(tmp_path)
    async with console(tmp_path) as seat:
        await at_roster(seat)
        await find(seat, "zhou.ping")
        await seat.until(lambda: seat.listed() == ["zhou.ping"])
        await seat.press(".")
        await seat.at(Pick)
        await seat.press("2")
        await seat.until(lambda: stands(at, "zhou.ping").standing.trust is Trust.WRONG)
        await seat.until("WRONG")
        await seat.press("!")
        await seat.at(DutiesScreen)
        await seat.until("A wrong number of zhou.ping")  # the row, not only the status line
        await seat.press("enter")
        await seat.at(ContactSheet)
        await seat.until("WRONG, said li.na")
        assert not any(number in seat.text() for number in NUMBERS)
        await seat.press("r")
        await seat.until("100-0000-0104")
        await seat.press("v")
        await seat.until(lambda: stands(at, "zhou.ping").standing.trust is Trust.VERIFIED)
        await seat.until("numbers of zhou.ping verified")
        await seat.press("esc")
        await seat.at(DutiesScreen)
        await seat.until("Nothing is due")
    at.database.close()


async def test_somebody_acts_and_is_back(tmp_path: Path) -> None:
    at = desk(tmp_path)
    async with console(tmp_path) as seat:
        await at_roster(seat)
        await find(seat, "sun.bo")
        await seat.press(".")
        await seat.at(Pick)
        await seat.press("5")
        await seat.at(ActingForm)
        assert seat.answers()["deputy"] == "fang.min"  # the files' deputy is offered
        await seat.press("enter")
        await seat.put("until", "yesterday")
        await seat.press("enter")
        await seat.write("leave")
        await seat.press("enter")
        await seat.until("is not a time")
        assert kept(tmp_path)
        await seat.put("until", "+2h")
        await seat.press("enter")
        await seat.at(RosterScreen)
        await seat.until("> Fang Min")
        assert not kept(tmp_path)
        entry = stands(at, "sun.bo")
        assert entry.standing.acting is not None
        assert (entry.standing.acting.deputy, entry.standing.acting.reason) == ("fang.min", "leave")
        await seat.press(".")
        await seat.at(Pick)
        await seat.press("6")
        await seat.until(lambda: stands(at, "sun.bo").stand_in is None)
        await seat.until(lambda: "> Fang Min" not in seat.text())
    at.database.close()


async def test_whom_to_call_now_is_that_of_the_incident_one_comes_from(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    at.perform("escalate", 1, {"reason": "big"})
    order = [id_ for each in roster.to_call(at, 1) for id_ in each.contacts]
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        await at_roster(seat)
        await seat.press("]")
        await seat.until("Whom to call now for 0001")
        assert seat.listed() == list(dict.fromkeys(order))
    at.database.close()


async def test_a_record_that_is_gone_keeps_nobody_from_the_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_words: object, **_how: object) -> None:
        raise StoreFault("The disk is gone.")

    async with console(tmp_path) as seat:
        await at_roster(seat)
        monkeypatch.setattr("hisconsole.desk.desk.Desk.record", gone)
        await find(seat, "sun.bo")
        await seat.press("r")
        await seat.until("Shown, but not on record: The disk is gone.")
        assert "100-0000-0103" in seat.row("sun.bo")


async def test_a_changed_roster_is_shown(tmp_path: Path) -> None:
    config = copied("config", tmp_path / "config")
    async with console(tmp_path / "data", config=config) as seat:
        await at_roster(seat)
        text = (config / "roster.yaml").read_text().replace("name: Zhou Ping", "name: Zhou Pingping")
        (config / "roster.yaml").write_text(text)
        await seat.until("files were read again")
        at = desk(tmp_path / "data")
        roster.verify(at, "zhou.ping")
        await seat.until("Zhou Pingping")
        at.database.close()


@pytest.mark.parametrize("size", [(80, 24), (140, 50)])
async def test_no_word_here_was_not_translated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setattr("hisconsole.text._words", MadeUp())
    at = desk(tmp_path)
    roster.wrong(at, "zhou.ping", NumberKind.MOBILE)
    async with console(tmp_path, size=size) as seat:
        reader = Reader(seat)
        for contact in site().roster:  # hours, notes and circuits are the hospital's own words
            reader.known |= {
                word.lower() for word in re.findall("[A-Za-z]+", f"{contact.hours} {contact.note}")
            }
        await at_roster(seat)
        for _group in Group:
            reader.look()
            await seat.press("]")
        await seat.press("w")
        await seat.at(Pick)
        reader.look()
        await seat.press("esc")
        await find(seat, "zhou.ping")
        reader.look()
        await seat.press(".")
        await seat.at(Pick)
        reader.look()
        await seat.press("4")
        await seat.at(ActingForm)
        reader.look()
        await seat.press("enter")
        reader.look()
        await seat.press("esc", "enter")
        await seat.at(ContactSheet)
        await seat.press("r")
        await seat.until("100-0000-0104")
        reader.look()
        assert reader.found == []
    at.database.close()

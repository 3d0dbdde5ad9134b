"""Manual operation on a real record: numbers go out once in the hospital, the register and the pack know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hisconsole.config import Site, load_site
from hisconsole.desk.calls import take_call
from hisconsole.desk.desk import Desk
from hisconsole.desk.duties import all_due
from hisconsole.desk.manual import look
from hisconsole.desk.pack import WIDTH, pack_of, printed_text, record_printed, stale_pack
from hisconsole.errors import Refused
from hisconsole.paths import shipped
from hisconsole.store.verify import verify
from hisconsole.text import cell_len
from tests.config.spoil import spoil
from tests.hospital import START, Clock, actor, open_database


@pytest.fixture(scope="module")
def hospital() -> Site:
    return load_site(shipped("config"))


@pytest.fixture
def at(tmp_path: Path, hospital: Site, clock: Clock) -> Iterator[Desk]:
    desk = Desk(database=open_database(tmp_path / "data"), site=hospital, actor=actor(), now=clock)
    yield desk
    desk.database.close()


@pytest.fixture
def other(at: Desk, hospital: Site, clock: Clock) -> Iterator[Desk]:
    desk = Desk(database=open_database(at.database.data), site=hospital, actor=actor("wang.lei"), now=clock)
    yield desk
    desk.database.close()


def outage(desk: Desk, workstation: str = "cash-01") -> int:
    number = take_call(desk, {"workstation": workstation, "symptom": "no-network", "words": "dead"}).incident
    desk.perform("verify", number, {"result": "confirmed"})
    return number


def given(desk: Desk, number: int) -> list[tuple[str, str]]:
    return [block for notice in look(desk, number).incident.notices for block in notice.blocks]


def test_two_incidents_and_two_operators_share_one_register(at: Desk, other: Desk) -> None:
    first, second = outage(at), outage(other)
    assert first != second
    at.perform("notice", first, {"kind": "start", "departments": "cashier"})
    other.perform("notice", second, {"kind": "start", "departments": "cashier"})
    assert given(at, first) == [("cashier", "M200001-M200600")]
    assert given(other, second) == [("cashier", "M200601-M201200")]
    for desk in (at, other):
        register = {each.block: each for each in look(desk, first).numbers}
        out = register["M200601-M201200"]
        assert (out.incident, out.notice, out.at, out.what) == (second, 1, START, "manual receipts")
        assert register["T100001-T100500"].incident == 0


def test_numbers_that_no_card_has_any_more_stay_in_the_register(at: Desk, tmp_path: Path) -> None:
    number = outage(at)
    at.perform("notice", number, {"kind": "start", "departments": "cashier"})
    folder = tmp_path / "config"
    folder.mkdir()
    for path in shipped("config").glob("*.yaml"):
        (folder / path.name).write_text(path.read_text("utf-8"), "utf-8")
    spoil(folder, "cards.yaml", "M200001-M200600 M200601-M201200", "M300001-M300600")
    at.site = load_site(folder)
    blocks = {each.block: each.incident for each in look(at, number).numbers}
    assert blocks["M200001-M200600"] == number
    assert blocks["M300001-M300600"] == 0


def test_repeating_a_notice_by_its_id_changes_nothing(at: Desk) -> None:
    number = outage(at)
    asked = {"kind": "start", "departments": "cashier"}
    once = at.perform("notice", number, asked, act="a-1")
    again = at.perform("notice", number, asked, act="a-1")
    assert (once.seq, again.repeated) == (again.seq, True)
    assert len(look(at, number).incident.notices) == 1


def test_of_two_who_announce_the_second_looks_again(at: Desk, other: Desk) -> None:
    number = outage(at)
    seen = look(other, number).incident.version
    at.perform("notice", number, {"kind": "start", "departments": "cashier"}, expected=seen)
    with pytest.raises(Refused, match="Changed meanwhile: notice 1 START"):
        other.perform("notice", number, {"kind": "start", "departments": "cashier lab"}, expected=seen)
    seen = look(other, number).incident.version
    at.perform("receipt", number, {"departments": "cashier", "person": "Wu"})
    other.perform("notice", number, {"kind": "start", "departments": "lab"}, expected=seen)


def test_an_outage_to_paper_and_back_is_rebuilt_from_its_events(at: Desk, clock: Clock) -> None:
    number = outage(at)
    at.perform("paralysis", number, {"confirmed": "yes"})
    at.perform("stopped", number, {"departments": "cashier registration"})
    for gate in ("cashier", "stage-1"):
        at.perform("notice", number, {"kind": "start", "gate": gate})
    assert not [each for each in all_due(at) if each.due.duty == "gate" and each.due.key == "cashier"]
    at.perform("receipt", number, {"departments": "cashier registration", "person": "runner"})
    at.perform("recovered", number)
    clock.pass_(minutes=16)
    at.perform("notice", number, {"kind": "resume", "authority": "chen.hao"})
    for id_ in ("cashier", "registration"):
        figures = {"department": id_, "paper": "12", "entered": "12", "variance": "0.00", "signed": "Wu"}
        at.perform("back-entered", number, figures)
    at.perform("notice", number, {"kind": "all-clear", "authority": "chen.hao"})
    at.perform("review", number)
    at.perform("close", number, {"reason": "over", "override": "chen.hao"})
    assert not [each for each in all_due(at) if each.due.incident == number]
    with at.database.read() as connection:
        assert verify(connection).faults == ()


def test_the_board_says_that_the_pack_was_never_printed_then_that_it_is_old(at: Desk, clock: Clock) -> None:
    number = outage(at)
    assert "never printed" in look(at, number).stale
    record_printed(at, pack_of(at.site).hash)
    assert look(at, number).stale == ""
    assert [each.due.duty for each in all_due(at) if each.due.incident == 0] == ["pack"]
    clock.pass_(days=31)
    assert "older than 30 days" in stale_pack(at)


def test_a_change_of_the_roster_makes_the_printed_pack_stale(at: Desk, tmp_path: Path) -> None:
    record_printed(at, pack_of(at.site).hash)
    folder = tmp_path / "config"
    folder.mkdir()
    for path in shipped("config").glob("*.yaml"):
        (folder / path.name).write_text(path.read_text("utf-8"), "utf-8")
    spoil(folder, "roster.yaml", "100-0000-0101", "100-0000-0999")
    at.site = load_site(folder)
    assert "out of date" in stale_pack(at)


def test_the_pack_has_everything_that_paper_must_have(hospital: Site) -> None:
    """Domain 8."""
    pack = pack_of(hospital)
    pages = printed_text(hospital, pack, now=START, record="Head of the record: 0123456789abcdef@7")
    text = "\n".join(line for page in pages for line in page)
    for part in (
        *("CONFIDENTIAL", "SAMPLE", "2026-11-23", pack.hash, "renew by 2026-12-23"),
        *("100-0000-0101", "12387", "City Medical Insurance Center", "Hexi Power Supply", "DH-HX-10034"),
        *("Please repeat what I said.", "START of manual operation", "[when: ____"),
        *("T100001-T100500", "registration slip", "lasts 8 h", "Price list of 2026-11-02", "Read-only copy"),
        *("fibre and power maps", "Fault record", "Hand-over"),
        *(card.title for card in hospital.cards.cards),
        *(contact.name for contact in hospital.roster),
    ):
        assert part in text, part
    assert all(cell_len(line) <= WIDTH for page in pages for line in page)
    assert all(pack.hash in "".join(page[:3]) for page in pages), "each page can be told from an old one"
    assert all("Head of the record: 0123456789abcdef@7" in page[:5] for page in pages)


def test_the_same_files_give_the_same_hash(hospital: Site) -> None:
    assert pack_of(hospital) == pack_of(load_site(shipped("config")))

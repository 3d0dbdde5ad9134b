"""The manual cards: the sample's are whole, and what is wrong in a file is told at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole.config import Site, check_site, load_site
from hisconsole.config.cards import CARDS, block_of
from hisconsole.plan.cards import DUE_STOCK_S, Block
from hisconsole.plan.outreach import NoticeKind
from tests.config.places import place, well_told
from tests.config.spoil import spoil

PROCEDURES = (
    *("registration", "cashier", "admission", "outpatient", "emergency", "nursing", "pharmacy-out", "lab"),
    *("imaging", "blood-bank", "operating-rooms", "insurance", "supplies", "ward3", "ward8", "icu"),
)
"""Who has a procedure of their own in the sibling plans (domain 1.4)."""

FAULTS = {
    "a department that is not there": (
        "departments: registration\n",
        "departments: registratoin\n",
        "registratoin",
        "did you mean 'registration'?",
    ),
    "no department": ("    departments: lab\n", "", "lab:\n    title", "'departments' is missing here"),
    "a department on two cards": (
        "departments: cashier finance",
        "departments: cashier lab",
        "lab\n    coordinator: gao.lei\n    clause: sibling plans, laboratory",
        "'lab' is on the card 'cashier' already",
    ),
    "a coordinator who is not there": ("coordinator: pan.yi", "coordinator: pan.y", "pan.y\n", "'pan.yi'?"),
    "an id that cannot be one": ("  wards:", "  'wards one':", "'wards one'", "cannot be an id"),
    "a rank that is none": ("    entry: 5\n", "    entry: 6\n", "6\n    stops", "whole number from 1 to 5"),
    "no rank": ("    entry: 5\n", "", "supplies:\n    title", "'entry' is missing here"),
    "nothing to do meanwhile": (
        "    during:\n      - Requests come by phone or on paper; the store writes what it gives out.\n",
        "    during:\n",
        "during:\n    after:\n      - Fill",
        "needs lines below it",
    ),
    "a line that is two fields": (
        "- Fill in the outbound orders.",
        "- Fill in: the outbound orders.",
        "Fill in: the",
        "in quotes if ': ' is in it",
    ),
    "a line that is too long": (
        "- Fill in the outbound orders.",
        f"- {'Fill in ' * 30}",
        "Fill in Fill",
        "at most 200 characters",
    ),
    "forms as one text": (
        "forms: [written request]",
        "forms: written request",
        "forms: written",
        "needs lines",
    ),
    "paper for minutes": ("lasts: 24 h", "lasts: 24 min", "24 min", "must lie between 1 h and 30 days"),
    "paper for no time": ("lasts: 24 h", "lasts: ages", "ages", "must be a time such as"),
    "paper without a number": (
        '{written request: "100"}',
        "{written request: ''}",
        "written request: ''",
        "'written request' is empty",
    ),
    "a block that is none": ("L400001-L400500", "L400001", "L400001\n", "is not a block of numbers"),
    "a block backwards": ("L400001-L400500", "L400500-L400001", "L400500-", "is not a block of numbers"),
    "a block with two prefixes": (
        "L400001-L400500",
        "L400001-X400500",
        "L400001-X",
        "not a block of numbers",
    ),
    "a block of other length": (
        "L400001-L400500",
        "L400001-L4005000",
        "L400001-L4",
        "not a block of numbers",
    ),
    "a block of a stranger": (
        "      lab: L4",
        "      imaging: L4",
        "imaging: L4",
        "among the departments of this",
    ),
    "a number kept twice": (
        "X500001-X500300",
        "L400400-L400900",
        "L400400-L",
        "L400400-L400900 has numbers of L400001-L400500 (lab)",
    ),
    "blocks of nothing": (
        "    numbers: specimen numbers\n",
        "",
        "blocks:\n      lab",
        "say what the blocks number",
    ),
    "a notice that is missing": (
        "  all-clear: |-",
        "  all-clea: |-",
        "all-clea:",
        "did you mean 'all-clear'?",
    ),
    "a name nobody fills": (
        "{forms}. Numbers: {blocks}.\n    Nobody",
        "{fomrs}.\n    Nobody",
        "",
        "'forms'?",
    ),
    "a price list without a day": ("2026-11-02", "2 November", "2 November", "must be a date such as"),
    "papers that are missing": (
        "  hotline: 6800, information center\n",
        "",
        "papers:",
        "'hotline' is missing",
    ),
    "a field nobody knows": ("    lasts: 24 h", "    last: 24 h", "last: 24", "did you mean 'lasts'?"),
}


@pytest.mark.parametrize("case", FAULTS.values(), ids=list(FAULTS))
def test_a_fault_is_told_where_it_stands(folder: Path, case: tuple[str, str, str, str]) -> None:
    old, new, at, words = case
    text = spoil(folder, CARDS, old, new)
    findings = check_site(folder)
    well_told(findings)
    told = [each for each in findings if words in each.sentence]
    assert told, [str(each) for each in findings]
    assert told[0].file == str(folder / CARDS)
    if at:
        assert (told[0].line, told[0].col) == place(text, at), str(told[0])


def test_there_are_enough_such_cases() -> None:
    assert len(FAULTS) >= 25


def test_a_hospital_without_its_cards_is_told_so(folder: Path) -> None:
    (folder / CARDS).unlink()
    (finding,) = check_site(folder)
    assert "this file is missing: copy it from the sample hospital." in finding.sentence


@pytest.mark.parametrize("text", ["- one\n", "just words\n"], ids=["list", "text"])
def test_a_file_of_another_shape_is_told_once(folder: Path, text: str) -> None:
    (folder / CARDS).write_text(text, "utf-8")
    (finding,) = check_site(folder)
    assert finding.sentence == "write 'papers:', 'notices:' and 'cards:' here."


def test_a_fault_elsewhere_is_not_held_against_the_cards(folder: Path) -> None:
    (folder / "departments.yaml").write_text("a: 'b\n", "utf-8")
    (folder / "roster.yaml").write_text("a: 'b\n", "utf-8")
    assert {Path(each.file).name for each in check_site(folder)} == {"departments.yaml", "roster.yaml"}


def test_a_changed_card_is_another_edition_of_the_site(folder: Path, sample: Site) -> None:
    spoil(folder, CARDS, "lasts: 24 h", "lasts: 25 h")
    changed = load_site(folder)
    assert changed.version != sample.version
    assert changed.plan.version == sample.plan.version


@pytest.mark.parametrize("department", PROCEDURES)
def test_every_department_with_a_procedure_has_a_card(sample: Site, department: str) -> None:
    """Domain 1.4: during, after, coordinator; SAFER: paper for eight hours."""
    card = sample.cards.of(department)
    assert card is not None
    assert card.during
    assert card.after
    assert card.forms
    assert card.stock
    assert card.lasts_s >= DUE_STOCK_S
    assert sample.contact(card.coordinator) is not None


@pytest.mark.parametrize("gate", ["cashier", "stage-1", "stage-2"])
def test_every_department_of_a_gate_has_a_card(sample: Site, gate: str) -> None:
    found = sample.plan.gate(gate)
    assert found is not None
    assert all(sample.cards.of(id_) for id_ in found.departments)


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_notice_says_number_departments_and_when(sample: Site, kind: NoticeKind) -> None:
    text = sample.cards.notices[kind]
    assert all(f"{{{name}}}" in text for name in ("hospital", "number", "departments", "when"))


def test_paper_says_that_nobody_goes_back_on_their_own(sample: Site) -> None:
    """Domain 1.3, uniform start."""
    for kind in (NoticeKind.START, NoticeKind.CHANGE):
        assert "Nobody goes back to the computers on their own" in sample.cards.notices[kind]


@pytest.mark.parametrize(
    ("word", "block"),
    [
        ("T100001-T100500", Block("d", "T", 100001, 100500, 6)),
        ("0001-0009", Block("d", "", 1, 9, 4)),
        ("A1-A1", Block("d", "A", 1, 1, 1)),
        ("T1-T200000", None),
        ("000001-999999", None),
        ("t1-t2", None),
        ("T1-U2", None),
        ("T1", None),
        ("", None),
    ],
)
def test_a_block_is_read_as_it_is_written(word: str, block: Block | None) -> None:
    found = block_of("d", word)
    assert found == block
    assert found is None or found.text == word


@pytest.mark.parametrize(
    ("other", "met"),
    [("T5-T9", True), ("T9-T9", True), ("T1-T4", False), ("U5-U9", False), ("T10-T12", False)],
)
def test_blocks_meet_where_they_share_a_number(other: str, met: bool) -> None:
    one, two = block_of("d", "T5-T9"), block_of("e", other)
    assert one is not None
    assert two is not None
    assert one.meets(two) is two.meets(one) is met


def test_blocks_are_given_out_in_order_and_once(sample: Site) -> None:
    cards, spent = sample.cards, set[tuple[str, str]]()
    for expected in ("M200001-M200600", "M200601-M201200", ""):
        found = cards.block_for("cashier", spent)
        assert found == expected
        spent.add(("cashier", found))
    assert cards.block_for("finance", set()) == ""
    assert cards.block_for("nowhere", set()) == ""

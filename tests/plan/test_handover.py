"""Handovers as they are printed: ten situations, each part present, 80 cells, in short on two pages.

HISCONSOLE_WRITE_HANDOVERS=1 ./run test tests/plan/test_handover.py writes the texts of `handovers/` anew.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import pytest

from hisconsole.plan.handover import Asks, Handover, Part, from_data, part_title, to_data
from hisconsole.plan.handover_build import build
from hisconsole.plan.handover_layout import FRONT
from hisconsole.plan.handover_text import lines, pages, printed
from hisconsole.text import cell_len
from tests.plan.handing import HEAD, SITUATIONS

FOLDER = Path(__file__).parent / "handovers"
WRITE = bool(os.environ.get("HISCONSOLE_WRITE_HANDOVERS"))
EACH = pytest.mark.parametrize("name", SITUATIONS)


@cache
def made(name: str) -> Handover:
    return build(SITUATIONS[name]())


@EACH
def test_it_reads_as_it_was_agreed(name: str) -> None:
    file = FOLDER / f"{name}.txt"
    text = "\n".join(lines(made(name))) + "\n"
    if WRITE:
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@EACH
def test_every_part_is_there_and_says_none_where_there_is_nothing(name: str) -> None:
    handover = made(name)
    assert [each.part for each in handover.sections] == list(Part)
    front = [line for page in pages(handover)[:FRONT] for line in page]
    for number, section in enumerate(handover.sections, 1):
        assert any(line.startswith(f"{number}. {part_title(section.part).upper()}") for line in front)
        if not section.entries:
            assert section.note.startswith("None" if section.known else "Not known, because")


@EACH
def test_it_is_paper_of_80_columns(name: str) -> None:
    found = pages(made(name))
    assert all(cell_len(line) <= 80 for page in found for line in page)
    assert all(len(page) == 60 for page in found)
    for number, page in enumerate(found, 1):
        assert page[0].endswith(f"page {number} of {len(found)}")
        assert made(name).header.label in page[0]
        assert made(name).header.mark in page[0]
        assert page[-1] == HEAD
        assert "data as of" in page[-2]
    starts = [n for n, page in enumerate(found, 1) if any(line.startswith("ANNEX") for line in page)]
    assert not starts or min(starts) <= FRONT + 1
    assert printed(made(name)).count("\f") == len(found)


@EACH
def test_everything_is_on_paper_in_full(name: str) -> None:
    """What the first pages cut, the annex has: words are only parted where a line ends."""
    text = "".join("".join(page) for page in pages(made(name))).replace(" ", "")
    for entry in made(name).entries:
        assert entry.title.replace(" ", "")[:30] in text
        for line in entry.lines:
            assert line.text.replace(" ", "")[:20] in text


@EACH
def test_what_must_be_restated_stands_on_the_first_pages_and_first_of_its_part(name: str) -> None:
    handover = made(name)
    order = [entry.asks is not Asks.RESTATE for entry in handover.section(Part.INCIDENTS).entries]
    assert order == sorted(order)
    front = "\n".join(line for page in pages(handover)[:FRONT] for line in page)
    restated = handover.asking(Asks.RESTATE)
    assert front.count("\n[R]") == len(restated)
    blanks = {entry.key for entry in handover.section(Part.RECEIVER).entries}
    assert {f"restate:{entry.key}" for entry in restated} <= blanks


@EACH
def test_keys_are_its_own(name: str) -> None:
    keys = [entry.key for entry in made(name).entries]
    assert len(keys) == len(set(keys))


@EACH
def test_it_comes_back_from_an_event_as_it_was(name: str) -> None:
    data = json.loads(json.dumps(to_data(made(name))))
    assert data["form"] == 1
    assert from_data(data) == made(name)
    assert pages(from_data(data)) == pages(made(name))


@EACH
def test_the_same_sources_make_the_same_handover(name: str) -> None:
    assert build(SITUATIONS[name]()) == made(name)

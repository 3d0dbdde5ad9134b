"""A report as lines of text: no line too wide, nothing lost, nothing that acts on a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hisconsole.plan.paper import Column, Paper, Section, clean, lines, section_lines
from hisconsole.text import cell_len
from tests.hostile import HOSTILE

CELLS = st.text(alphabet=st.sampled_from("ab 收费窗口\u0301-."), max_size=120)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6), st.sampled_from([78, 80, 118]))
def test_every_line_fits_and_every_letter_stands(rows: list[tuple[str, str, str]], width: int) -> None:
    columns = (Column("When", 11), Column("What"), Column("Who", 16))
    made = section_lines(Section("t", columns, tuple(rows)), width)
    assert max(map(cell_len, made)) <= width
    shown, meant = "".join(made[1:]), "".join(clean(cell) for row in rows for cell in row)
    for letter in "ab收费窗口-.":
        assert shown.count(letter) == meant.count(letter)


def test_nothing_hostile_comes_through() -> None:
    for text in HOSTILE.values():
        section = Section(text, (Column("", 14), Column(text)), ((text, text),), text)
        made = lines(Paper(text, (text,), (section, Section(text, (), (), text)), text), 80)
        assert all(line.isprintable() or not line for line in made)
        assert max(map(cell_len, made)) <= 80


def test_an_empty_part_says_so() -> None:
    assert section_lines(Section("t", (Column("a"),), (), "None."), 80) == ["None."]

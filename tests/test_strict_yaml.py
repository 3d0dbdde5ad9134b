"""The strict reader: all text stays text, and each refusal has a place and a sentence."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.errors import ConfigFault
from hisconsole.strict_yaml import LARGE, MAX_BYTES, MAX_FINDINGS, USUAL, Bounds, Data, load, read
from hisconsole.text import printable
from tests.hostile import HOSTILE

BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "written",
    [
        "0571",
        "007",
        "no",
        "yes",
        "on",
        "true",
        "null",
        "~",
        "=",
        "12:30",
        "1e3",
        "0x10",
        ".inf",
        "1_000",
        "2026-11-23",
        "100%",
        "sw-opd-1f",
        "禾溪",
        "it's",
        "a#b",
        "http://x",
    ],
)
def test_what_is_written_stays_text(written: str) -> None:
    assert load(f"a: {written}\n", source="f").data == {"a": written}


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", None),
        ("# only a remark\n", None),
        ("a:\n", {"a": None}),
        ("a: ''\n", {"a": ""}),
        ("a: [1, 2]\n", {"a": ["1", "2"]}),
        ("a: {b: c}\n", {"a": {"b": "c"}}),
        ("- a: 1\n- b\n", [{"a": "1"}, "b"]),
        ("---\na: 1\n", {"a": "1"}),
        ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
        ('a: "\\u79be"\n', {"a": "禾"}),
        ("\ufeffa: 1\r\nb: 2\r\n", {"a": "1", "b": "2"}),
        ("a: e\u0301\n", {"a": "é"}),
        ("a: '<<'\n", {"a": "<<"}),
    ],
)
def test_what_is_allowed(text: str, data: Data) -> None:
    assert load(text.encode(), source="f").data == data


def test_names_and_values_have_their_places() -> None:
    document = load("a: 1\n禾溪:\n  - x\n  - {b: c}\n", source="f")
    assert document.keys == {("a",): (1, 1), ("禾溪",): (2, 1), ("禾溪", 1, "b"): (4, 6)}
    assert document.values == {
        (): (1, 1),
        ("a",): (1, 4),
        ("禾溪",): (3, 3),
        ("禾溪", 0): (3, 5),
        ("禾溪", 1): (4, 5),
        ("禾溪", 1, "b"): (4, 9),
    }
    assert str(document.at_value(("a",), "so.")) == "f:1:4: so."
    assert str(document.at_key(("禾溪",), "so.")) == "f:2:1: so."


REFUSED = [
    ("a: &x 1\n", 1, 4, "'&'"),
    ("a: *x\n", 1, 4, "'*'"),
    ("a: !!str 1\n", 1, 4, "'!'"),
    ("a: ! 1\n", 1, 4, "'!'"),
    ("a: !!python/object/apply:os.system [id]\n", 1, 4, "'!'"),
    ("a: !!binary aGk=\n", 1, 4, "'!'"),
    ("a:\n  <<: {b: 1}\n", 2, 3, "'<<'"),
    ("a: 1\nb: 2\na: 3\n", 3, 1, "twice, first in line 1"),
    ("a:\n  b: 1\n  'b': 2\n", 3, 3, "twice, first in line 2"),
    ("a: {b: 1, b: 2}\n", 1, 11, "twice"),
    ("a: 1\n---\nb: 2\n", 2, 1, "only one"),
    ("a: 1\n...\nb: 2\n", 3, 1, "does not fit"),
    ("%YAML 1.1\n---\na: 1\n", 1, 1, "'%'"),
    ("%TAG ! tag:x,2000:\n---\na: 1\n", 1, 1, "'%'"),
    ("? [a]\n: 1\n", 1, 3, "plain name"),
    ("*a : 1\n", 1, 1, "'*'"),
    ("'': 1\n", 1, 1, "name is missing"),
    (": 1\n", 1, 1, "does not fit"),
    ("a: b: c\n", 1, 5, "does not fit"),
    ("a: 'x\n", 1, 4, "never closed"),
    ('a: 1\nb: "x\n\nc: 1\n', 2, 4, "never closed"),
    ("a: [1, 2\n", 1, 4, "never closed"),
    ("a: [1, 2\nb: 3\n", 1, 8, "next line"),
    ("a: @x\n", 1, 4, "in quotes"),
    ("a: `x`\n", 1, 4, "in quotes"),
    ("a: %x\n", 1, 4, "in quotes"),
    ("a: & x\n", 1, 4, "in quotes"),
    ("a: - b\n", 1, 4, "line of its own"),
    ("a: 1\n- b\n", 2, 1, "does not fit"),
    ("a:\n  b: 1\n c: 2\n", 3, 2, "does not fit"),
    ("a: 1\n  b: 2\n", 1, 4, "next line"),
    ("a: x\n  y\n", 1, 4, "next line"),
    ("a:\n  b: 1\n  c 2\n", 3, 3, "':' is missing"),
    ("a: }\n", 1, 4, "does not fit"),
    ('a: "\\q"\n', 1, 5, "backslash"),
    ('a: "\\ud800"\n', 1, 7, "backslash"),
    ('a: "\\e[2J"\n', 1, 4, "cannot be shown"),
    ('a: "\\u202e"\n', 1, 4, "cannot be shown"),
    ('"a\\n": 1\n', 1, 1, "cannot be shown"),
    ("a: x" + "\u0301" * 9 + "\n", 1, 4, "cannot be shown"),
    ("a:\t1\n", 1, 3, "tab"),
    ("a:\n\tb: 1\n", 2, 1, "tab"),
    ("# a\tremark\n", 1, 4, "tab"),
    ("a: \x1b[2J\n", 1, 4, "U+001B"),
    ("a: 1\nb: 禾\u202e溪\n", 2, 5, "RIGHT-TO-LEFT OVERRIDE"),
    ("a: x\u200by\n", 1, 5, "ZERO WIDTH SPACE"),
    ("a: x\u3000y\n", 1, 5, "IDEOGRAPHIC SPACE"),
    ("a: 1\rb: 2\n", 1, 5, "U+000D"),
    ("a: 1\u2028b: 2\n", 1, 5, "LINE SEPARATOR"),
    ("a: \x00\n", 1, 4, "U+0000"),
    ("a: \ue000\n", 1, 4, "U+E000"),
    (b"a: 1\nb: \xd6\xd0\n", 2, 4, "UTF-8"),
    (b"\xff\xfea\x00", 1, 1, "UTF-8"),
    (b"a: \xc0\xaf\n", 1, 4, "UTF-8"),
    (b"a: \xed\xa0\x80\n", 1, 4, "UTF-8"),
    ("a: \ud800\n", 1, 4, "UTF-8"),
    ("[" * 500, 1, 21, "20 levels"),
    ("- " * 500, 1, 41, "20 levels"),
    ("{a: " * 500, 1, 81, "20 levels"),
    ("- x\n" * 60_000, 50_000, 3, "50,000"),
    ("x" * (MAX_BYTES + 1), 1, MAX_BYTES + 1, "512 KiB"),
    (BOMB, 1, 4, "'&'"),
]


@pytest.mark.parametrize(("text", "line", "col", "words"), REFUSED)
def test_what_is_refused_and_where(text: str | bytes, line: int, col: int, words: str) -> None:
    with pytest.raises(ConfigFault) as caught:
        load(text, source="some.yaml")
    first = caught.value.findings[0]
    assert (first.file, first.line, first.col) == ("some.yaml", line, col)
    assert words in first.sentence
    for finding in caught.value.findings:
        assert finding.sentence.endswith(".")
        assert printable(str(finding)) == str(finding)


@pytest.mark.parametrize(
    ("bounds", "text", "line", "col", "words"),
    [
        (Bounds(2048, 10), "x" * 2049, 1, 2049, "only 2 KiB are read"),
        (Bounds(2048, 10), "- x\n" * 10, 10, 3, "more than 10 entries"),
        (LARGE, "x" * (LARGE.octets + 1), 1, LARGE.octets + 1, "only 16 MiB are read"),
        (LARGE, "- x\n" * LARGE.nodes, LARGE.nodes, 3, "more than 1,000,000 entries"),
    ],
    ids=["octets", "entries", "octets of a large file", "entries of a large file"],
)
def test_what_exceeds_the_bounds_that_are_given_is_refused(
    bounds: Bounds, text: str, line: int, col: int, words: str
) -> None:
    (finding,) = read(text, source="f", bounds=bounds).findings
    assert (finding.line, finding.col) == (line, col)
    assert words in finding.sentence


@pytest.mark.parametrize(
    ("bounds", "text", "entries"),
    [
        (Bounds(2048, 11), "- x\n" * 10, 10),
        (USUAL, "- x\n" * (USUAL.nodes - 1), USUAL.nodes - 1),
        (LARGE, "- x\n" * (USUAL.nodes + 1), USUAL.nodes + 1),
        (LARGE, "- " + "x" * (USUAL.octets + 1), 1),
    ],
    ids=["small", "usual", "more entries", "more octets"],
)
def test_what_keeps_to_the_bounds_is_read(bounds: Bounds, text: str, entries: int) -> None:
    data = load(text, source="f", bounds=bounds).data
    assert isinstance(data, list)
    assert len(data) == entries


def test_all_faults_of_a_file_come_at_once() -> None:
    document = read("a: 1\na: 2\nb: &x 3\nc: *x\nd:\t!t 4\ne: 5\n", source="f")
    assert [finding.line for finding in document.findings] == [5, 2, 3, 4, 5]
    assert document.whole
    assert document.data == {"a": "1", "b": "3", "c": None, "d": "4", "e": "5"}


def test_a_fault_of_form_that_a_tab_makes_is_not_told_twice() -> None:
    document = read("a:\n\tb: 1\n\t  - c\nd: 1\n\te: 2\n", source="f")
    assert not document.whole
    assert not [each for each in document.findings if "does not fit" in each.sentence]


def test_the_list_of_faults_ends() -> None:
    document = read("a: 1\n" * 5_000, source="f")
    assert len(document.findings) == MAX_FINDINGS + 1
    assert "more faults" in document.findings[-1].sentence


@pytest.mark.parametrize("raw", [b"a: 1\n" * 2_000_000, BOMB.encode()], ids=["10 MB", "bomb"])
def test_a_file_made_to_fill_the_memory_does_not(raw: bytes) -> None:
    tracemalloc.start()
    try:
        document = read(raw, source="f")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert document.findings
    assert peak < 4 * 1024 * 1024


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("form", ["{}", "a: {}\n", "{}: a\n", "a:\n  - {}\nb: 1\n", "a: '{}'\n"])
def test_hostile_text_is_refused_or_harmless(text: str, form: str) -> None:
    document = read(form.replace("{}", text), source="f")
    if not document.findings:
        assert all(printable(kept, limit=len(kept), lines=True) == kept for kept in _texts(document.data))
    for finding in document.findings:
        assert printable(str(finding)) == str(finding)


def _texts(data: Data) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif data is not None:
        yield from data if isinstance(data, dict) else ()
        for inner in data.values() if isinstance(data, dict) else data:
            yield from _texts(inner)


visible = st.text(st.characters(codec="utf-8"), max_size=20).filter(
    lambda text: printable(text, lines=True) == text
)
names = visible.filter(lambda text: bool(text) and "\n" not in text and text != "<<")
trees = st.recursive(
    visible,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@given(trees)
def test_whatever_can_be_shown_is_read_back_as_it_was(tree: Data) -> None:
    text = yaml.safe_dump(tree, default_style='"', allow_unicode=True, width=10_000)
    bare = text.replace("!!map ", "").replace("!!seq ", "")
    assert load(bare, source="f").data == tree


@given(st.text(max_size=80) | st.text("ab:-'\"[]{}&*!|>#%@? \n\t", max_size=80))
def test_any_text_is_read_or_refused_in_its_own_lines(text: str) -> None:
    document = read(text, source="f")
    assert document.whole or document.findings
    lines = len(text.split("\n")) + 1
    for finding in document.findings:
        assert 1 <= finding.line <= lines
        assert finding.col >= 1
    if not document.findings:
        for path, (line, _col) in document.values.items():
            assert 1 <= line <= lines, path


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    document = read(raw, source="f")
    assert document.whole or document.findings

"""Names that a host gives: short ones as they are, long ones still told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.probes.parse.output import LONGEST_NAME, name, phrase
from tests.hostile import HOSTILE
from tests.probes.parse.reading import CRITICAL, OK, values


@pytest.mark.parametrize("text", ["/", "/backup/latest.dmp", " md0 ", "/备份/x.dmp", "x" * LONGEST_NAME])
def test_a_short_name_is_kept_as_it_is(text: str) -> None:
    assert name(text) == text.strip()


def test_a_long_name_keeps_its_beginning_and_its_end() -> None:
    cut = name(f"/backup/{'x' * 80}/monday.dmp")
    assert len(cut) == LONGEST_NAME
    assert cut.startswith("/backup/xxxx")
    assert cut.endswith("/monday.dmp")
    assert cut == name(f"/backup/{'x' * 80}/monday.dmp"), "the key of a reading stays"


@given(st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=80), st.integers(0, 100))
def test_names_that_differ_only_in_the_middle_stay_two(middle: str, number: int) -> None:
    before, after = "/backup/" + "a" * 60, "b" * 60
    assert name(f"{before}{middle}{number}{after}") != name(f"{before}{middle}{number + 1}{after}")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_a_host_calls_things_is_printable_and_short(text: str) -> None:
    for shown in (name(text), name(text * 40), phrase(text * 40)):
        assert shown.isprintable()
        assert len(shown) <= LONGEST_NAME


def test_a_file_system_deep_below_another_has_a_reading_of_its_own() -> None:
    deep = "/srv/pacs/" + "images/" * 9
    text = "".join(f"/dev/sd{disk} 100 50 50 {used}% {deep}{disk}\n" for disk, used in (("a", 10), ("b", 99)))
    assert {value for value, _hint in values("disk", text).values()} == {10.0, 99.0}


def test_two_storage_volumes_whose_names_begin_alike_are_two() -> None:
    wwid = "3600508b400105e210000900000490000" * 2
    good = "  `- 1:0:0:1 sda 8:0 active ready running\n"
    text = "".join(f"{wwid}{end} dm-{n} HP,HSV\n{path}" for n, end, path in ((0, "a", good), (1, "b", "")))
    found = values("multipath", text)
    assert sorted(hint is OK for _value, hint in found.values()) == [False, True]
    assert CRITICAL in {hint for _value, hint in found.values()}

"""The file of roles: what it names, what it says nothing of, and each fault at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole.config import Site, check_site, init_site, load_site, signature
from hisconsole.config.covering import covered
from hisconsole.config.operators import OPERATORS
from hisconsole.plan.roles import Role
from tests.config.places import well_told
from tests.config.spoil import spoil

GOOD = """\
wang.lei:
  roles: director
li.na:
  roles: operator engineer
  accounts: lina li-na
ma.chao:
  roles: observer
  key_accounts: his
"""

FAULTS = {
    # what is replaced, by what, the line and column of the finding, words of it
    "no director": ("director", "operator", (1, 1), "nobody here is a director"),
    "a role that is none": ("operator engineer", "operater", (4, 10), "did you mean 'operator'?"),
    "no roles": ("  roles: director\n", "  accounts: wl\n", (1, 1), "'roles' is missing"),
    "a stranger": ("li.na:", "li.ma:", (3, 1), "did you mean 'li.na'?"),
    "one who may not sit here": ("li.na:", "chen.hao:", (3, 1), "may not hold the console"),
    "a part of the program": ("li.na:", "watch:", (3, 1), "a part of the program"),
    "an account of two": (
        "  roles: director",
        "  roles: director\n  accounts: lina",
        (6, 13),
        "wang.lei's own",
    ),
    "a shared account that is somebody's": (
        "key_accounts: his",
        "key_accounts: lina",
        (8, 17),
        "li.na's own",
    ),
    "a name that is none": ("key_accounts", "keys_account", (8, 3), "did you mean 'key_accounts'?"),
    "an entry as text": (
        "li.na:\n  roles: operator engineer\n  accounts: lina li-na\n",
        "li.na: operator\n",
        (3, 1),
        "fields below",
    ),
    "a list": (GOOD, "- li.na\n", (1, 1), "under the roster's id"),
}


def lay(folder: Path, text: str) -> Path:
    (folder / OPERATORS).write_text(text, "utf-8")
    return folder


def test_it_names_roles_and_accounts(folder: Path) -> None:
    site = load_site(lay(folder, GOOD))
    assert {each.id: set(each.roles) for each in site.named} == {
        "wang.lei": {Role.DIRECTOR},
        "li.na": {Role.OPERATOR, Role.ENGINEER},
        "ma.chao": {Role.OBSERVER},
    }
    assert site.named_by_id["li.na"].accounts == ("lina", "li-na")
    assert site.named_by_id["ma.chao"].key_accounts == ("his",)


@pytest.mark.parametrize(("old", "new", "place", "words"), FAULTS.values(), ids=list(FAULTS))
def test_a_fault_is_told_at_its_place(
    folder: Path, old: str, new: str, place: tuple[int, int], words: str
) -> None:
    assert old in GOOD
    findings = check_site(lay(folder, GOOD.replace(old, new, 1)))
    well_told(findings)
    assert [(each.line, each.col) for each in findings] == [place]
    assert words in findings[0].sentence
    assert findings[0].file == str(folder / OPERATORS)


@pytest.mark.parametrize("text", ["", "# nobody yet\n"])
def test_a_file_that_names_nobody_limits_nobody(folder: Path, text: str) -> None:
    assert load_site(lay(folder, text)).named == ()
    (folder / OPERATORS).unlink()
    assert load_site(folder).named == ()


def test_the_sample_names_nobody_and_a_new_hospital_begins_so(sample: Site, tmp_path: Path) -> None:
    assert sample.named == ()
    init_site(tmp_path / "site")
    assert load_site(tmp_path / "site").named == ()
    assert (tmp_path / "site" / OPERATORS).stat().st_mode & 0o777 == 0o600


def test_a_change_of_it_is_seen(folder: Path) -> None:
    before, version = signature(folder), load_site(folder).version
    lay(folder, GOOD)
    assert signature(folder) != before
    assert load_site(folder).version != version


def test_idle_is_a_quarter_of_an_hour_or_what_the_site_says(folder: Path) -> None:
    assert load_site(folder).idle_min == 15
    spoil(folder, "site.yaml", "sample: yes\n", "sample: yes\nidle: 0\n")
    assert load_site(folder).idle_min == 0
    spoil(folder, "site.yaml", "idle: 0\n", "idle: soon\n")
    (finding,) = check_site(folder)
    assert "whole number from 0 to 480" in finding.sentence


def test_a_covered_hospital_shows_no_number(sample: Site) -> None:
    hidden = covered(sample)
    numbers = {
        *(each.phone for each in sample.departments),
        *(each.phone for each in sample.workstations),
        *(number for each in sample.roster for number in each.numbers),
    } - {""}
    text = repr((hidden.departments, hidden.workstations, hidden.roster))
    assert len(numbers) > 50
    assert [number for number in numbers if f"'{number}'" in text] == []
    assert hidden.covered
    assert covered(hidden) is hidden
    assert [each.id for each in hidden.operators] == [each.id for each in sample.operators]

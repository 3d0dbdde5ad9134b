"""Whatever is wrong in the hospital's files is told at its place, all at once, in plain words."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hisconsole.config import FILES, check_site, load_site
from hisconsole.config.load import OPTIONAL
from hisconsole.errors import ConfigFault
from hisconsole.paths import shipped
from tests.config.places import place, well_told
from tests.config.spoil import spoil
from tests.shares import tries

SITE, DEPARTMENTS, WORKSTATIONS, ROSTER, *_OTHERS = FILES

FIRST_CASH = "cash-01:\n  department: cashier\n"

MUTANTS: list[tuple[str, str, str, str, str]] = [
    # file, what is replaced, by what, where in the new text the finding stands, words of it
    (SITE, "name: Hexi", "nmae: Hexi", "nmae", "did you mean 'name'?"),
    (SITE, "prefix: HX\n", "", "name: Hexi", "'prefix' is missing"),
    (SITE, "prefix: HX", "prefix: hx-1", "hx-1", "capital letters"),
    (SITE, "prefix: HX", "prefix: ABCDEFG", "ABCDEFG", "capital letters"),
    (SITE, "Asia/Shanghai\nlang", "Asia/Nowhere\nlang", "Asia/Nowhere", "time zone"),
    (SITE, "timezone: Asia/Shanghai\nlang", "timezone: Asia\nlang", "Asia\n", "time zone"),
    (SITE, "timezone: Asia/Shanghai\nlang", "timezone: ../../etc/passwd\nlang", "../..", "zone"),
    (SITE, "language: en\nprefix", "language: fr\nprefix", "fr\nprefix", "en, zh_CN"),
    (SITE, "sample: yes\n", "sample: true\n", "true\n", "yes or no"),
    (SITE, "  address: 127.0.0.1\n", "  address: 10.1.2.3\n", "10.1.2.3", "listens on 127.x.x.x only"),
    (SITE, "  address: 127.0.0.1\n", "  address: 0.0.0.0\n", "0.0.0.0\n", "listens on 127.x.x.x only"),
    (SITE, "  address: 127.0.0.1\n", "  address: trap-host\n", "trap-host", "an IP address"),
    (SITE, "  address: 127.0.0.1\n", "", "traps:\n  port", "'address' is missing"),
    (SITE, "port: 1162", "port: 0", "0\n", "from 1 to 65535"),
    (SITE, "port: 1162", "prot: 1162", "prot", "did you mean 'port'?"),
    (SITE, "traps:\n  address: 127.0.0.1\n  port: 1162\n", "traps: yes\n", "traps: yes", "parts below it"),
    (SITE, "sample: yes\n", "sample: [yes]\n", "[yes]", "one line of text"),
    (SITE, "sample: yes\n", "sample: yes\nsample: no\n", "sample: no\n", "twice"),
    (SITE, "sample: yes\n", "sample: yes\nmode: dark\n", "mode", "allowed here: sample, name"),
    (SITE, "name: Hexi", "name:\nx: Hexi", "name:\nx", "'name' is empty"),
    (SITE, "name: Hexi", "name: &n Hexi", "&n", "'&'"),
    (SITE, "name: Hexi", "name: !!str Hexi", "!!str", "'!'"),
    (SITE, "name: Hexi", "name:\tHexi", "\tHexi", "tab"),
    (SITE, "name: Hexi", "name: Hexi\u202e", "\u202e", "U+202E"),
    (SITE, "name: Hexi", f"name: {'H' * 90}", "H" * 90, "80 characters"),
    (SITE, "name: Hexi", 'name: "Hexi', '"Hexi', "never closed"),
    (SITE, "prefix: HX", "prefix: HX: 1", ": 1", "does not fit"),
    (DEPARTMENTS, "  critical: yes\n", "  critcal: yes\n", "critcal", "did you mean 'critical'"),
    (DEPARTMENTS, "  critical: yes\n", "  critical: Yes\n", "Yes", "yes or no, not 'Yes'"),
    (DEPARTMENTS, "  name: Outpatient Cashier\n", "", "cashier:", "'name' is missing"),
    (DEPARTMENTS, "phone: 6101", "phone: ext. 12", "ext. 12", "number to dial"),
    (DEPARTMENTS, "phone: 6101", "phone: 六一零一", "六一零一", "number to dial"),
    (DEPARTMENTS, "phone: 6101", "phone: １１０", "１１０", "number to dial"),
    (DEPARTMENTS, "head: zhou.ping", "head: zhou.pin", "zhou.pin\n", "mean 'zhou.ping'?"),
    (DEPARTMENTS, "head: zhou.ping", "head: Zhou Ping", "Zhou Ping", "must be an id"),
    (
        DEPARTMENTS,
        "\ncashier:\n",
        "\nregistration:\n",
        "\nregistration:\n  name: Outpatient C",
        "twice",
    ),
    (DEPARTMENTS, "\ncashier:\n", "\nRegistration:\n", "\nRegistration", "only in case"),
    (DEPARTMENTS, "\nicu:\n", "\ni c u:\n", "\ni c u", "cannot be an id"),
    (DEPARTMENTS, "\nicu:\n", f"\n{'i' * 40}:\n", "\niiii", "cannot be an id"),
    (DEPARTMENTS, "\nicu:\n", "\nicu: text\nicu2:\n", "\nicu: text", "fields below it"),
    (DEPARTMENTS, "find: mzsfc sfc sf 门诊收费处", "find: [sf, mz]", "[sf, mz]", "one line"),
    (DEPARTMENTS, "  floor: 1F\n", "  <<: {floor: 1F}\n", "<<", "'<<'"),
    (WORKSTATIONS, FIRST_CASH, "cash-01:\n", "cash-01:", "'department' is missing"),
    (WORKSTATIONS, FIRST_CASH, "cash-01:\n  department: cashir\n", "cashir", "mean 'cashier'?"),
    (WORKSTATIONS, FIRST_CASH, "cash-01:\n  departmnt: cashier\n", "departmnt", "'department'?"),
    (WORKSTATIONS, FIRST_CASH, "cash-01:\n  department: zzz\n", "zzz", "departments.yaml does not"),
    (WORKSTATIONS, FIRST_CASH, f"cash-01:\n  colour: red\n{FIRST_CASH[9:]}", "colour", "known"),
    (WORKSTATIONS, "127.20.1.11\n", "127.20.1.256\n", "127.20.1.256", "IP address"),
    (WORKSTATIONS, "127.20.1.11\n", "reg-01.local\n", "reg-01.local", "IP address"),
    (WORKSTATIONS, "127.20.1.11\n", "0127.20.1.11\n", "0127", "IP address"),
    (WORKSTATIONS, "127.20.1.11\n", "127.20.1.0/24\n", "127.20.1.0/24", "IP address"),
    (WORKSTATIONS, "127.20.1.11\n", "0.0.0.0\n", "0.0.0.0", "one machine"),
    (WORKSTATIONS, "127.20.1.11\n", "224.0.0.1\n", "224.0.0.1", "one machine"),
    (WORKSTATIONS, "127.20.1.11\n", "255.255.255.255\n", "255.255", "one machine"),
    (WORKSTATIONS, "127.20.1.11\n", "10.1.2.3\n", "10.1.2.3", "127.x.x.x only"),
    (
        WORKSTATIONS,
        "127.20.1.12\n",
        "127.20.1.11\n",
        "127.20.1.11\n  key_terminal: yes\n  switch: sw-opd-1f\n\nreg-03",
        "belongs to 'reg-01'",
    ),
    (WORKSTATIONS, "address: 127.20.1.11\n", "address:\n", "address:\n", "is empty"),
    (WORKSTATIONS, "  switch: sw-opd-1f\n", "", "reg-01:", "'switch' is missing"),
    (WORKSTATIONS, "switch: sw-opd-1f\n", "switch: sw/opd\n", "sw/opd", "must be an id"),
    (WORKSTATIONS, "key_terminal: yes\n", "key_terminal: 1\n", "1\n  switch", "yes or no"),
    (WORKSTATIONS, "key_terminal: yes\n", "keyterminal: yes\n", "keyterminal", "'key_terminal'?"),
    (
        WORKSTATIONS,
        "\nreg-02:\n",
        "\nreg-01:\n",
        "\nreg-01:\n  department: registration\n  room: Hall 1F, registration window 2",
        "twice",
    ),
    (WORKSTATIONS, "room: Hall 1F, registration window 1", "room: {}", "{}", "one line of text"),
    (WORKSTATIONS, "room: Hall 1F, registration window 1", "room: '  '", "room: '  '", "is empty"),
    (WORKSTATIONS, "phone: 6102", "phone: 6102; 6103", "6102; 6103", "number to dial"),
    (WORKSTATIONS, "phone: 6102", "phone: *p", "*p", "'*'"),
    (WORKSTATIONS, "phone: 6102", "phone: @p", "@p", "in quotes"),
    (
        WORKSTATIONS,
        "\nreg-02:\n",
        "\nreg-02:\n   find: x\n",
        "department: registration\n  room: Hall 1F, registration window 2",
        "does not fit",
    ),
    (WORKSTATIONS, "\nreg-02:\n", "\n---\nreg-02:\n", "\n---", "only one"),
    (ROSTER, "  kind: leading_group\n", "", "chen.hao:", "'kind' is missing"),
    (ROSTER, "kind: staff", "kind: staf", "staf\n", "did you mean 'staff'?"),
    (ROSTER, "kind: staff", "kind: friend", "friend", "leading_group, staff, supplier"),
    (ROSTER, "kind: staff", "kind: leading_group", "li.na:", "'plan_role' is missing"),
    (ROSTER, "  plan_role: leader\n", "", "sun.bo:", "'plan_role' is missing"),
    (ROSTER, "plan_role: leader\n", "plan_role: leadr\n", "leadr", "did you mean 'leader'?"),
    (ROSTER, "plan_role: leader\n", "plan_role: finance\n", "finance\n  order: 7", "already has"),
    (ROSTER, "plan_role: leader\n", "plan_role: member\n", "chen.hao:", "'plan_role: leader'"),
    (ROSTER, "plan_role: deputy_leader\n", "plan_role: member\n", "chen.hao:", "deputy_leader"),
    (ROSTER, "plan_role: nursing_department\n", "plan_role: member\n", "chen.hao:", "nursing"),
    (ROSTER, "  order: 3\n", "", "sun.bo:", "'order' is missing"),
    (ROSTER, "order: 3\n", "order: 2\n", "2\n  verified: 2026-11-16\n  find: sb", "already has"),
    (ROSTER, "order: 3\n", "order: 0\n", "0\n  verified", "from 1 to 99"),
    (ROSTER, "order: 3\n", "order: three\n", "three", "whole number"),
    (ROSTER, "order: 3\n", "order: ３\n", "３", "whole number"),
    (ROSTER, "  operator: yes\n", "  order: 77\n", "77\n", "only to contacts with"),
    (ROSTER, "deputy: wang.lei", "deputy: li.na", "li.na\n  operator", "their own deputy"),
    (ROSTER, "deputy: wang.lei", "deputy: wang.le", "wang.le\n", "did you mean 'wang.lei'?"),
    (ROSTER, "deputy: wang.lei", "deputy: nobody", "nobody", "roster.yaml does not list"),
    (ROSTER, "department: nursing", "department: nurses", "nurses", "mean 'nursing'?"),
    (ROSTER, "  office: 12387\n", "", "hotline-12387:", "no number"),
    (ROSTER, "office: 12387\n", "office: call 12387\n", "call 12387", "number to dial"),
    (ROSTER, "verified: 2026-09-21", "verified: 21.9.2026", "21.9.2026", "a date such as"),
    (ROSTER, "verified: 2026-09-21", "verified: 2026-02-30", "2026-02-30", "a date such as"),
    (ROSTER, "contract: HX-2025-014", "contarct: HX-2025-014", "contarct", "mean 'contract'?"),
    (ROSTER, "find: ln\n", 'find: "\\e[2J"\n', '"\\e[2J"', "cannot be shown"),
    (ROSTER, 'note: "The', f'note: "{"n" * 200} The', '"nnn', "longer than 200"),
    (ROSTER, "role: Dean\n", "role: |\n    Dean\n    and more\n", "|\n", "one line of text"),
]


@pytest.mark.parametrize("case", MUTANTS, ids=[f"{n}: {case[4]}" for n, case in enumerate(MUTANTS)])
def test_a_fault_is_told_where_it_stands(folder: Path, case: tuple[str, ...]) -> None:
    name, old, new, at, words = case
    text = spoil(folder, name, old, new)
    findings = check_site(folder)
    well_told(findings)
    told = [each for each in findings if words in each.sentence]
    assert told, [str(each) for each in findings]
    assert told[0].file == str(folder / name)
    assert (told[0].line, told[0].col) == place(text, at), str(told[0])


def test_there_are_enough_such_cases() -> None:
    assert len(MUTANTS) >= 60


def test_all_faults_of_all_files_come_at_once(folder: Path) -> None:
    planted = [
        (SITE, "prefix: HX", "prefix: hx"),
        (SITE, "language: en\n", "language: en\nlanguage: en\n"),
        (DEPARTMENTS, "phone: 6101", "phone: none"),
        (DEPARTMENTS, "  floor: 1F\n", "  flor: 1F\n"),
        (WORKSTATIONS, "department: cashier", "department: cashir"),
        (WORKSTATIONS, "127.20.1.12\n", "127.20.1.11\n"),
        (WORKSTATIONS, "phone: 6103", "phone:\t6103"),
        (ROSTER, "plan_role: leader\n", "plan_role: member\n"),
        (ROSTER, "deputy: wang.lei", "deputy: wang.le"),
        (ROSTER, "office: 12387", "office: &n 12387"),
    ]
    for name, old, new in planted:
        spoil(folder, name, old, new)
    with pytest.raises(ConfigFault) as caught:
        load_site(folder)
    files = [Path(each.file).name for each in caught.value.findings]
    assert sorted(files) == sorted(name for name, _old, _new in planted)
    lines = str(caught.value).splitlines()
    assert lines == [str(each) for each in caught.value.findings]
    places = [(FILES.index(f), each.line) for f, each in zip(files, caught.value.findings, strict=True)]
    assert places == sorted(places)


def test_nobody_at_the_console_is_a_fault(folder: Path) -> None:
    text = (folder / ROSTER).read_text("utf-8").replace("  operator: yes\n", "")
    (folder / ROSTER).write_text(text, "utf-8")
    (finding,) = check_site(folder)
    assert "operator: yes" in finding.sentence


def test_a_file_that_cannot_be_read_brings_no_false_findings(folder: Path) -> None:
    """What refers to a broken file is not held against the other files."""
    (folder / DEPARTMENTS).write_text("a: 'b\n", "utf-8")
    (finding,) = check_site(folder)
    assert finding.file == str(folder / DEPARTMENTS)


@pytest.mark.parametrize("name", [name for name in FILES if name not in OPTIONAL])
def test_a_missing_file_is_one_finding(folder: Path, name: str) -> None:
    (folder / name).unlink()
    (finding,) = check_site(folder)
    assert str(finding).startswith(f"{folder / name}:1:1: this file is missing")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["empty", "remark", "list", "text", "folder", "pipe", "10 MB", "gbk"])
def test_a_file_of_another_kind_is_refused(folder: Path, name: str, kind: str) -> None:
    path = folder / name
    raw = {
        "empty": b"",
        "remark": b"# nothing yet\n",
        "list": b"- a\n- b\n",
        "text": b"just text\n",
        "10 MB": b"a: b\n" * 2_000_000,
        "gbk": "name: 禾溪\n".encode("gbk"),
    }
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.write_bytes(raw[kind])
    findings = check_site(folder)
    well_told(findings)
    assert {each.file for each in findings} == {str(path)}


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    (finding,) = check_site(tmp_path / "no\x1bwhere")
    assert finding.file.endswith("no?where")
    assert "hisconsole init" in finding.sentence


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=tries(60))
@given(seed=st.integers(0, 2**32), name=st.sampled_from(FILES), count=st.integers(1, 4))
def test_whatever_is_done_to_a_file_it_is_read_or_told(
    tmp_path: Path, seed: int, name: str, count: int
) -> None:
    """Lines and characters lost, doubled, swapped and strewn in, as slips and failing disks do."""
    chance = random.Random(seed)
    for each in FILES:
        shutil.copy(shipped("config") / each, tmp_path / each)
    text = (tmp_path / name).read_text("utf-8")
    for _ in range(count):
        text = _slip(text, chance)
    (tmp_path / name).write_text(text, "utf-8")
    findings = check_site(tmp_path)
    well_told(findings)
    for finding in findings:
        lines = Path(finding.file).read_text("utf-8").split("\n")
        assert 1 <= finding.line <= len(lines) + 1
        assert 1 <= finding.col <= max(map(len, lines)) + 1
    if findings:
        with pytest.raises(ConfigFault):
            load_site(tmp_path)
    else:
        assert load_site(tmp_path).operators


def _slip(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    row = chance.randrange(len(lines))
    spot = chance.randrange(len(text) + 1)
    return chance.choice(
        [
            "\n".join(lines[:row] + lines[row + 1 :]),
            "\n".join(lines[: row + 1] + lines[row:]),
            "\n".join([*lines[:row], " " + lines[row], *lines[row + 1 :]]),
            "\n".join([*lines[:row], *reversed(lines[row : row + 2]), *lines[row + 2 :]]),
            text[:spot],
            text[:spot] + text[spot + 1 :],
            text[:spot] + chance.choice("\t:-'\"[]{}&*!#%@`,|> \n\x1b\u202e收") + text[spot:],
        ]
    )

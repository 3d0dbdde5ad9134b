"""Whatever is wrong in targets, credentials and profiles is told at its place, all at once, in words."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from hisconsole.config.targets import CREDENTIALS, TARGETS, check_targets, load_targets, reload_targets
from hisconsole.errors import ConfigFault, Finding
from hisconsole.paths import shipped
from hisconsole.text import printable
from tests.config.spoil import spoil

JARGON = re.compile(r"\b(None|str|dict|list index|mapping|scalar|token|YAML)\b|Error|<class")

VRP = "profiles/huawei-vrp.yaml"
UPS = "profiles/ups.yaml"
IF = "profiles/interfaces.yaml"
SSH = "profiles/ssh-linux.yaml"
SERVICES = "profiles/ssh-services.yaml"
COPIED = (TARGETS, CREDENTIALS, VRP, UPS, IF, SSH, SERVICES)

CORE = "sw-core-1:\n  name: Core switch A\n  kind: switch\n"

MUTANTS: list[tuple[str, str, str, str, str]] = [
    # file, what is replaced, by what, where in the new text the finding stands, words of it
    (TARGETS, "  name: Core switch A\n", "", "sw-core-1:", "'name' is missing"),
    (TARGETS, CORE, CORE.replace("kind: switch", "kind: swich"), "swich", "mean 'switch'?"),
    (TARGETS, CORE, CORE.replace("kind: switch", "kind: toaster"), "toaster", "one of switch"),
    (TARGETS, CORE, CORE + "  colour: red\n", "colour", "not known here"),
    (TARGETS, CORE, CORE.replace("  kind", "  knid"), "knid", "mean 'kind'?"),
    (TARGETS, "127.30.0.1\n", "core-a.hospital\n", "core-a.hospital", "IP address"),
    (TARGETS, "127.30.0.1\n", "127.30.0.300\n", "127.30.0.300", "IP address"),
    (TARGETS, "127.30.0.1\n", "10.0.0.1\n", "10.0.0.1", "127.x.x.x only"),
    (TARGETS, "  address: 127.30.0.1\n", "", "sw-core-1:", "'address' is missing"),
    (TARGETS, "port: 1161", "port: 70000", "70000", "from 1 to 65535"),
    (TARGETS, "port: 1161", "port: snmp", "snmp\n", "whole number"),
    (TARGETS, "parents: sw-core-1 sw-core-2", "parents: sw-cor-1", "sw-cor-1", "mean 'sw-core-1'?"),
    (TARGETS, "parents: sw-core-1 sw-core-2", "parents: zzz", "zzz", "none of that name"),
    (TARGETS, "parents: sw-core-1 sw-core-2", "parents: sw-agg-1", "sw-agg-1\n", "hang on itself"),
    (TARGETS, "parents: sw-core-1 sw-core-2", "parents: sw-core-1 sw-core-1", "sw-core-1 sw", "stands twice"),
    (TARGETS, "parents: sw-core-1 sw-core-2", "parents: sw/core", "sw/core", "cannot be an id"),
    (TARGETS, "parents: sw-core-1 sw-core-2", "parents: [sw-core-1]", "[sw-core-1]", "one line of text"),
    (
        TARGETS,
        "parents: sw-core-1 sw-core-2",
        "parents: sw-opd-1f",
        "sw-opd-1f\n  services",
        "in a circle: sw-agg-1 -> sw-opd-1f -> sw-agg-1",
    ),
    (
        TARGETS,
        "  parents: sw-adm-4f\n",
        "  parents: sw-opd-1f\n",
        "sw-opd-1f\n",
        "circle: sw-core-1 -> sw-opd-1f -> sw-agg-1 -> sw-core-1",
    ),
    (TARGETS, "  serves: all\n", "  serves: all lab\n", "all lab", "one or the other"),
    (TARGETS, "  serves: all\n", "  serves: lab/2\n", "lab/2", "cannot be an id"),
    (TARGETS, "credential: practice-v3", "credential: practice-v4", "practice-v4", "mean 'practice-v3'?"),
    (TARGETS, "credential: practice-v3", "credential: practice-ssh", "practice-ssh", "does not fit"),
    (TARGETS, "  credential: practice-v3\n", "", "sw-core-1:", "'credential' is missing: SNMP needs"),
    (TARGETS, "login: practice-ssh", "login: practice-v3", "practice-v3\n  login_port", "does not fit"),
    (TARGETS, "  login: practice-ssh\n", "", "his-db-1:", "'login' is missing: SSH needs"),
    (TARGETS, CORE, CORE + "  login: practice-ssh\n", "practice-ssh\n  address", "measured by SSH"),
    (TARGETS, CORE, CORE + "  login_port: 22\n", "22\n  address", "measured by SSH"),
    (TARGETS, CORE, CORE + "  jump: his-db-1\n", "his-db-1\n", "measured by SSH"),
    (TARGETS, "  login_port: 2222\n", "  jump: his-db-9\n", "his-db-9", "mean 'his-db-"),
    (TARGETS, "  login_port: 2222\n", "  jump: his-db-1\n", "his-db-1\n  profiles", "own jump host"),
    (TARGETS, "  login_port: 2222\n", "  jump: fw-1\n", "fw-1\n  profiles", "cannot be a jump host"),
    (TARGETS, "profiles: huawei-vrp\n", "profiles: huawai-vrp\n", "huawai-vrp", "mean 'huawei-vrp'?"),
    (TARGETS, "profiles: huawei-vrp\n", "profiles:\n", "profiles:\n", "is empty"),
    (TARGETS, "  profiles: huawei-vrp\n", "", "sw-core-1:", "'profiles' is missing"),
    (TARGETS, "  every: 60\n", "  every: 1\n", "1\n\n", "from 5 to 3600"),
    (TARGETS, "  every: 60\n", "  every: a minute\n", "a minute", "whole number"),
    (TARGETS, CORE, CORE + "  engine: netsnmp\n", "netsnmp", "'engine' cannot be"),
    (TARGETS, '"warn >= 80 clear < 78, crit', '"warn => 80, crit', '"warn => 80', "not a comparison"),
    (TARGETS, '"warn >= 80 clear < 78, crit', '"warn >= 80 %, crit', '"warn >= 80 %', "not understood"),
    (TARGETS, '"warn >= 80 clear < 78, crit', '"warn >= 95 clear < 78, crit', '"warn >= 95', "comes first"),
    (TARGETS, '"warn >= 80 clear < 78, crit', '">= 80 clear < 78, crit', '">= 80', "does not say its level"),
    (TARGETS, '"warn >= 80 clear < 78, crit', '"warn >= 80 clear > 78, crit', '"warn >= 80 c', "same side"),
    (
        TARGETS,
        '"warn >= 80 clear < 78, crit',
        '"warn >= 80 for 2d, crit',
        '"warn >= 80 for',
        "length of time",
    ),
    (TARGETS, "    tcp.port: 19001", "    tcp.prot: 19001", "tcp.prot", "mean 'tcp.port'?"),
    (TARGETS, "tcp.port: 19001", "tcp.port: 190010", "190010", "cannot be used as 'port'"),
    (TARGETS, "tcp.port: 19001", "tcp.port: 1 2", "1 2", "takes one word"),
    (TARGETS, "  settings:\n    tcp.port: 19001\n", "", "tcp\n  settings:"[:4], "needs 'tcp.port' below"),
    (TARGETS, "services.units: tomcat nginx", "services.units: tomcat; id", "tomcat; id", "cannot be used"),
    (TARGETS, "services.units: tomcat nginx", "services.units: $(id)", "$(id)", "cannot be used"),
    (TARGETS, "folder: /volume1/backup/his", "folder: /volume1/../etc", "/volume1/..", "cannot be used"),
    (TARGETS, "\nsw-core-2:\n", "\nsw-core-1:\n", "\nsw-core-1:\n  name: Core switch B", "twice"),
    (TARGETS, "\nsw-core-2:\n", "\nSW-core-1:\n", "\nSW-core-1", "only in case"),
    (TARGETS, "\nsw-core-2:\n", "\nsw core 2:\n", "\nsw core 2", "cannot be an id"),
    (TARGETS, "\nsw-core-2:\n", "\nextra: text\nsw-core-2:\n", "\nextra", "fields below it"),
    (TARGETS, "links: XGig", "links:\tXGig", "\tXGig", "tab"),
    (CREDENTIALS, "  kind: snmp3\n", "  kind: snmp1\n", "snmp1", "mean 'snmp3'?"),
    (CREDENTIALS, "  kind: snmp3\n", "", "practice-v3:", "'kind' is missing"),
    (CREDENTIALS, "  insecure: yes\n", "", "snmp2c\n  community", "write 'insecure: yes'"),
    (CREDENTIALS, "insecure: yes\n", "insecure: no\n", "no\n\n", "write 'insecure: yes'"),
    (CREDENTIALS, "  community: PRACTICE\n", "", "practice-v2c:", "'community_file' is missing"),
    (CREDENTIALS, "auth: sha256", "auth: md5", "md5", "sha1, sha256"),
    (CREDENTIALS, "priv: aes128", "priv: des", "des", "aes128, aes256"),
    (CREDENTIALS, "  user: practice\n  auth", "  auth", "practice-v3:", "'user' is missing"),
    (CREDENTIALS, "PRACTICE-auth-1", "short", "short", "shorter than 8"),
    (
        CREDENTIALS,
        "  auth_password: PRACTICE-auth-1\n",
        "",
        "practice-v3:",
        "'auth_password_file' is missing",
    ),
    (
        CREDENTIALS,
        "auth_password: PRACTICE-auth-1\n",
        "auth_password: PRACTICE-auth-1\n  auth_password_file: x\n",
        "PRACTICE-auth-1",
        "exclude each other",
    ),
    (CREDENTIALS, "key_file: practice/", "key_file: ../", "../", "out of its folder"),
    (CREDENTIALS, "  key_file: practice/watch_ed25519\n", "", "practice-ssh:", "'key_file' is missing"),
    (CREDENTIALS, "  key_file:", "  pass: x\n  key_file:", "pass:", "not known here"),
    (VRP, "name: Huawei", "nmae: Huawei", "nmae", "mean 'name'?"),
    (VRP, "probe: snmp", "probe: telnet", "telnet", "snmp, ssh, net"),
    (VRP, "kind: switch", "kind: swtich", "swtich", "mean 'switch'?"),
    (VRP, "include: switch", "include: swicth", "swicth", "mean 'switch'?"),
    (VRP, "include: switch", "include: huawei-vrp", "huawei-vrp\n", "includes itself"),
    (VRP, "include: switch", "include: ping", "ping\n", "measured by net"),
    (VRP, "objects: 1.3.6.1.4.1.2011.2", "objects: huawei", "huawei\n", "object numbers"),
    (VRP, "        label: CPU\n", "", "value:", "'label' is missing"),
    (
        VRP,
        "oid: 1.3.6.1.4.1.2011.5.25.31.1.1.1.1.5\n",
        "oid: 1.3.6.1.4.01\n",
        "1.3.6.1.4.01",
        "object numbers",
    ),
    (
        VRP,
        "HUAWEI-ENTITY-EXTENT-MIB::hwEntityCpuUsage",
        "hwEntityCpuUsage",
        "hwEntityCpuUsage",
        "MIB::object",
    ),
    (VRP, '        unit: "%"\n', "        unit: percent of all\n", "percent of", "longer than 6"),
    (VRP, '        unit: "%"\n', '        unit: "°C"\n', '"°C"', "cannot be a unit"),
    (VRP, "convert: huawei_dbm", "convert: huawei_dbw", "huawei_dbw", "mean 'huawei_dbm'?"),
    (VRP, "divide: 1000", "divide: 0", "0\n        invalid", "above 0"),
    (VRP, "divide: 1000", "divide: ten", "ten\n", "above 0"),
    (VRP, "invalid: -1 2147483647", "invalid: -1 none", "-1 none", "whole number"),
    (VRP, "    not: 0\n", "", "1.3.6.1.4.1.2011.5.25.31.1.1.1.1.9\n", "either 'is' or 'not'"),
    (VRP, "    only: 1.3.6.1.4.1.2011.5.25.31.1.1.1.1.9\n", "", "0\n    readings", "needs 'only'"),
    (VRP, "links: yes", "links: maybe", "maybe", "yes or no"),
    (VRP, '"<= -16 clear > -15"', '"<= -22 clear > -15"', '"<= -20 clear > -19"', "a warning comes first"),
    (VRP, '"<= -16 clear > -15"', '"crit <= -16"', '"crit <= -16"', "the other level"),
    (VRP, "  optic:\n", "  op tic:\n", "op tic", "cannot name a part"),
    (
        VRP,
        "        label: Rx\n",
        "        label: Rx\n        combine: mean\n        combine: sum\n",
        "combine: sum",
        "twice",
    ),
    (UPS, "3: ok mains", "3: good mains", "good mains", "begin with ok"),
    (UPS, "3: ok mains", "three: ok mains", "three", "not a whole number"),
    (UPS, "convert: per_minute", "convert: per_minute\n    divide: 10", "10\n    warn", "leave 'divide' out"),
    (UPS, "    label: Battery\n", "    label: Battery\n    warn: '> 1'\n", "'> 1'", "words have no limits"),
    (UPS, "    label: Battery\n", "    label: Battery\n    convert: text\n", "text\n", "not both"),
    (UPS, "    label: Battery\n", "    label: Battery\n    combine: mean\n", "mean\n", "rows of a table"),
    (
        UPS,
        "  answers: 1.3.6.1.2.1.33.1.4.1.0",
        "  answer: 1.3.6.1.2.1.33.1.4.1.0",
        "answer:",
        "mean 'answers'?",
    ),
    (UPS, "tables:\n  input:\n", "tables:\n  input: none\n  input2:\n", "input: none", "fields below it"),
    (
        IF,
        "          admin: 1.3.6.1.2.1.2.2.1.7\n",
        "          adm: 1.3.6.1.2.1.2.2.1.7\n",
        "1.3.6.1.2.1.2.2.1.7",
        "no input",
    ),
    (IF, "          speed: 1.3.6.1.2.1.31.1.1.1.15\n", "", "octets_percent", "needs 'speed'"),
    (IF, "    alias: 1.3.6.1.2.1.31.1.1.1.18\n", "    key: number\n", "number\n", "name or index"),
    (IF, "    alias: 1.3.6.1.2.1.31.1.1.1.18\n", "    join: middle\n", "middle\n", "whole, head, tail"),
    (SSH, "  disk:\n", "  dsik:\n", "dsik", "no check of this kind"),
    (SSH, "  disk:\n", "  disks:\n    use: dsik\n", "dsik", "mean 'disk'?"),
    (SSH, "      load/core: ", "      load/core: warn ", 'warn "warn > 1.5', "not a comparison"),
    (SSH, '"warn < 600"', '"warn < ten minutes"', '"warn < ten', "not a number"),
    (SSH, "probe: ssh", "probe: ssh\nreadings:\n  a:\n    label: A", "a:\n", "is missing"),
    (
        SERVICES,
        "    label: Services\n",
        "    label: Services\n    settings:\n      unit: x\n",
        "x\n",
        "no setting",
    ),
    (SERVICES, "checks:\n", "checks: []\nx:\n", "checks: []", "parts below it"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample's files that may be spoilt."""
    (tmp_path / "profiles").mkdir()
    for name in COPIED:
        shutil.copy(shipped("config") / name, tmp_path / name)
    return tmp_path


def _place(text: str, at: str) -> tuple[int, int]:
    offset = text.index(at) + (1 if at.startswith("\n") else 0)
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _well_told(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        line = str(finding)
        assert printable(line) == line
        assert finding.sentence.endswith((".", "?"))
        assert not JARGON.search(finding.sentence)


@pytest.mark.parametrize("case", MUTANTS, ids=[f"{n}: {case[4]}" for n, case in enumerate(MUTANTS)])
def test_a_fault_is_told_where_it_stands(folder: Path, case: tuple[str, ...]) -> None:
    name, old, new, at, words = case
    text = spoil(folder, name, old, new)
    checked = check_targets(folder, sample=True)
    assert checked.infrastructure is None
    _well_told(checked.faults)
    told = [each for each in checked.faults if words in each.sentence and each.file == str(folder / name)]
    assert told, [str(each) for each in checked.faults]
    assert (told[0].line, told[0].col) == _place(text, at), str(told[0])


def test_there_are_enough_such_cases() -> None:
    assert len(MUTANTS) >= 100


def test_all_faults_of_all_files_come_at_once(folder: Path) -> None:
    spoil(folder, TARGETS, "127.30.0.1\n", "core\n")
    spoil(folder, TARGETS, "profiles: huawei-vrp\n", "profiles: x\n")
    spoil(folder, CREDENTIALS, "auth: sha256", "auth: md5")
    spoil(folder, VRP, "convert: huawei_dbm", "convert: x")
    spoil(folder, UPS, "3: ok mains", "3: good mains")
    checked = check_targets(folder, sample=True)
    assert [Path(each.file).name for each in checked.faults] == [
        "targets.yaml",
        "targets.yaml",
        "credentials.yaml",
        "huawei-vrp.yaml",
        "ups.yaml",
    ]


def test_a_profile_with_faults_is_not_held_against_the_targets_that_name_it(folder: Path) -> None:
    spoil(folder, VRP, "name: Huawei", "name: 'Huawei")
    (fault,) = check_targets(folder, sample=True).faults
    assert fault.file.endswith("huawei-vrp.yaml")


def test_a_file_of_credentials_with_faults_is_not_held_against_the_targets(folder: Path) -> None:
    spoil(folder, CREDENTIALS, "user: practice", "user: 'practice")
    (fault,) = check_targets(folder, sample=True).faults
    assert fault.file.endswith("credentials.yaml")


def test_an_address_that_two_targets_have_is_a_warning_only(folder: Path) -> None:
    text = spoil(folder, TARGETS, "127.30.0.2\n", "127.30.0.1\n")
    checked = check_targets(folder, sample=True)
    assert checked.faults == ()
    (warning,) = checked.warnings
    assert "is also the address of 'sw-core-1'" in warning.sentence
    second = text.index("127.30.0.1\n", text.index("127.30.0.1\n") + 1)
    assert warning.line == text.count("\n", 0, second) + 1


def test_a_real_site_holds_no_secret_in_its_files(folder: Path) -> None:
    checked = check_targets(folder, sample=False)
    assert len(checked.faults) == 3
    for fault in checked.faults:
        assert "no secret stands in this file" in fault.sentence
    text = (folder / CREDENTIALS).read_text("utf-8")
    for name in ("auth_password", "priv_password", "community"):
        text = re.sub(rf"  {name}: .*", f"  {name}_file: secrets/{name}", text)
    (folder / CREDENTIALS).write_text(text, "utf-8")
    site = load_targets(folder, sample=False)
    assert site.credentials["practice-v3"].priv_secret.file == "secrets/priv_password"


def test_a_site_that_watches_nothing_yet_is_no_fault(tmp_path: Path) -> None:
    nothing = load_targets(tmp_path, sample=False)
    assert nothing.targets == ()
    assert "huawei-vrp" in nothing.profiles


@pytest.mark.parametrize("name", [TARGETS, CREDENTIALS, VRP])
@pytest.mark.parametrize(
    "raw", [b"- a\n- b\n", b"just text\n", "name: 禾溪\n".encode("gbk"), b"a: b\n" * 200_000]
)
def test_a_file_of_another_kind_is_refused(folder: Path, name: str, raw: bytes) -> None:
    (folder / name).write_bytes(raw)
    checked = check_targets(folder, sample=True)
    _well_told(checked.faults)
    assert str(folder / name) in {each.file for each in checked.faults}


def test_only_the_list_of_targets_may_be_longer_than_other_files(folder: Path) -> None:
    known = load_targets(folder, sample=True).targets
    for name in (TARGETS, CREDENTIALS):
        path = folder / name
        path.write_text(path.read_text() + "# and so on, for ten thousand devices\n" * 16_000)
    (finding,) = check_targets(folder, sample=True).faults
    assert (Path(finding.file).name, finding.sentence) == (
        CREDENTIALS,
        "the file is too large: only 512 KiB are read.",
    )
    shutil.copy(shipped("config") / CREDENTIALS, folder)
    assert load_targets(folder, sample=True).targets == known


def test_a_folder_in_a_files_place_is_told(folder: Path) -> None:
    (folder / TARGETS).unlink()
    (folder / TARGETS).mkdir()
    (fault,) = check_targets(folder, sample=True).faults
    assert "cannot be read" in fault.sentence


def test_a_reload_with_faults_keeps_what_was(folder: Path) -> None:
    before = load_targets(folder, sample=True)
    spoil(folder, TARGETS, "  kind: switch\n", "  kind: x\n")
    after, fault = reload_targets(before, folder, sample=True)
    assert after is before
    assert isinstance(fault, ConfigFault)
    assert "targets.yaml" in str(fault)

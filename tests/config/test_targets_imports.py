"""Lists that a hospital already has become entries, line by line, with a verdict on each."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole.config.imports import Outcome, Preview, counts, preview
from hisconsole.config.imports_forms import Form
from hisconsole.config.targets import Infrastructure, load_targets
from hisconsole.errors import HisError
from hisconsole.paths import shipped


@pytest.fixture(scope="module")
def known() -> Infrastructure:
    return load_targets(shipped("config"), sample=True)


def take(known: Infrastructure, text: str | bytes, name: str = "list.csv") -> Preview:
    raw = text.encode() if isinstance(text, str) else text
    return preview(raw, name=name, known=known, sample=True, credential="practice-v3", login="practice-ssh")


def told(found: Preview) -> list[tuple[int, str]]:
    return [(each.line, each.outcome.value) for each in found.verdicts]


CSV = """\
name,address,kind,profiles,parents,room
Core C,127.31.0.1,switch,huawei-vrp,,Room 1
Core C,127.31.0.2,switch,huawei-vrp,,Room 1
again,127.31.0.1,switch,huawei-vrp,,
old,127.30.0.1,switch,huawei-vrp,,
named,core.hospital.local,switch,huawei-vrp,,
outside,10.1.1.1,switch,huawei-vrp,,
odd,127.31.0.3,toaster,huawei-vrp,,
lost,127.31.0.4,switch,huawai,,
,,,,,
nowhere,,switch,huawei-vrp,,
below,127.31.0.5,switch,huawei-vrp,core-c,"1F, left"
orphan,127.31.0.6,switch,huawei-vrp,core-x,
plain,127.31.0.7,,,,
"""


def test_a_csv_is_taken_line_by_line(known: Infrastructure, tmp_path: Path) -> None:
    found = take(known, CSV)
    assert found.form is Form.CSV
    assert told(found) == [
        (2, "add"),
        (3, "refused"),
        (4, "known"),
        (5, "known"),
        (6, "refused"),
        (7, "refused"),
        (8, "refused"),
        (9, "refused"),
        (11, "refused"),
        (12, "add"),
        (13, "refused"),
        (14, "add"),
    ]
    words = {each.line: each.words for each in found.verdicts}
    assert words[3] == "the id core-c is taken: give it another name"
    assert words[5] == "its address is already watched, as sw-core-1"
    assert "IP address" in words[6]
    assert "127.x.x.x only" in words[7]
    assert "'kind' cannot be 'toaster'" in words[8]
    assert words[9] == "no profile is called huawai"
    assert words[13] == "it hangs on core-x, which is not watched"
    assert counts(found.verdicts) == {Outcome.ADD: 3, Outcome.KNOWN: 2, Outcome.REFUSED: 7}
    text = (shipped("config") / "targets.yaml").read_text("utf-8") + "\n" + found.text
    (tmp_path / "targets.yaml").write_text(text, "utf-8")
    (tmp_path / "credentials.yaml").write_bytes((shipped("config") / "credentials.yaml").read_bytes())
    after = load_targets(tmp_path, sample=True)
    assert len(after.targets) == len(known.targets) + 3
    below = after.target("below")
    assert below is not None
    assert (below.parents, below.room, below.credential) == (("core-c",), "1F, left", "practice-v3")


def test_a_spreadsheet_in_chinese_is_read(known: Infrastructure) -> None:
    found = take(known, "名称;IP地址;位置\n核心交换机;127.31.0.1;机房\n".encode("gb18030"))
    (verdict,) = found.verdicts
    assert verdict.outcome is Outcome.ADD
    assert "name: 核心交换机" in verdict.entry
    assert verdict.entry.startswith("at-127-31-0-1:")


INI = """\
# lab
[switches]
sw-a ansible_host=127.31.1.1 ansible_network_os=community.network.ce ansible_port=22
sw-b ansible_host=127.31.1.2 ansible_network_os=cisco.ios.ios

[db]
db[01:03].local ansible_host=127.31.1.9
db-a ansible_host="127.31.1.3" ansible_port=2222   # main
127.31.1.4
win-a ansible_host=127.31.1.5 ansible_connection=winrm
name-only.local

[db:vars]
ansible_user=root
[all:children]
db
"""


def test_an_ansible_inventory_is_read(known: Infrastructure) -> None:
    found = take(known, INI, "hosts")
    assert found.form is Form.ANSIBLE_INI
    assert told(found) == [
        (3, "add"),
        (4, "add"),
        (7, "refused"),
        (8, "add"),
        (9, "add"),
        (10, "add"),
        (11, "refused"),
    ]
    assert "profiles: huawei-vrp" in found.verdicts[0].entry
    assert "profiles: cisco" in found.verdicts[1].entry
    assert "login: practice-ssh\n  login_port: 2222\n  profiles: ssh-linux" in found.verdicts[3].entry
    assert "profiles: windows" in found.verdicts[5].entry
    assert "IP address" in found.verdicts[6].words
    assert "root" not in found.text


def test_an_ansible_inventory_in_yaml_is_read_with_its_lines(known: Infrastructure) -> None:
    text = """\
all:
  hosts:
    lone: {ansible_host: 127.31.2.1}
  children:
    core:
      hosts:
        sw-a:
          ansible_host: 127.31.2.2
          ansible_network_os: arista.eos.eos
        bare:
      children:
        deep:
          hosts:
            sw-b:
              ansible_host: 127.31.2.3
              ansible_password: !vault secret
"""
    found = take(known, text, "inventory.yml")
    assert found.form is Form.ANSIBLE_YAML
    lines = dict(told(found))
    assert lines[16] == "refused"
    assert (lines[3], lines[7], lines[10]) == ("add", "add", "refused")
    assert "secret" not in found.text


def test_what_librenms_exports_is_read(known: Infrastructure) -> None:
    text = """{"status": "ok", "devices": [
      {"hostname": "core.local", "ip": "127.31.3.1", "sysName": "core-x", "os": "vrp", "location": "Room 1",
       "port": 161},
      {"hostname": "127.31.3.2", "ip": "", "sysName": null, "os": "apc", "port": 1161},
      {"hostname": "off.local", "ip": "127.31.3.3", "os": "linux", "disabled": 1},
      {"hostname": "127.31.3.4", "os": "toaster"}, 7
    ]}"""
    found = take(known, text, "devices.json")
    assert found.form is Form.LIBRENMS
    assert [each.outcome.value for each in found.verdicts] == ["add", "add", "refused", "add", "refused"]
    assert found.verdicts[0].entry.startswith(
        "core-x:\n  name: core-x\n  kind: switch\n  address: 127.31.3.1\n"
    )
    assert "port: 1161" in found.verdicts[1].entry
    assert "profiles: apc-ups" in found.verdicts[1].entry
    assert "profiles: snmp" in found.verdicts[3].entry
    csv = take(known, "Hostname,IP,OS,Location\nups.local,127.31.3.9,apc,Room 2\n")
    assert csv.form is Form.LIBRENMS
    assert "profiles: apc-ups" in csv.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("just words\nin lines\n", "no form that is known"),
        ("", "no form that is known"),
        (b"\xff\xfe\x00\x01\x02\xff", "no text"),
        ('{"devices": ', "not JSON"),
        ('{"devices": 7}', "no list of devices"),
        (b"a" * (9 * 1024 * 1024), "larger than 8 MiB"),
        ('name,address\n"' + "x" * 200_000 + "\n", "is not CSV"),
    ],
)
def test_a_list_that_cannot_be_read_is_told(known: Infrastructure, text: str | bytes, words: str) -> None:
    with pytest.raises(HisError, match=words):
        take(known, text)


def test_a_list_cannot_put_anything_on_the_screen(known: Infrastructure) -> None:
    found = take(known, "name,address\n\x1b[2Jbad\u202e,127.31.0.1\n")
    for each in found.verdicts:
        assert (each.name + each.words + each.entry.replace("\n", "")).isprintable()


def test_a_credential_that_is_not_there_is_told(known: Infrastructure) -> None:
    found = preview(b"name,address\na,127.31.0.1\n", name="l.csv", known=known, sample=True, credential="x")
    assert found.verdicts[0].words == "no credential is called x"

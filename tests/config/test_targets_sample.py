"""The sample hospital's targets, as they are shipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hisconsole.config import Site, load_site
from hisconsole.config.targets import Infrastructure, check_targets, load_targets, targets_signature
from hisconsole.config.targets_credentials import secret_text
from hisconsole.errors import HisError
from hisconsole.paths import shipped
from hisconsole.plan.find import find
from hisconsole.plan.profiles import COMMANDS, CONVERSIONS, COUNTERS, NET_CHECKS, Probe
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Kind, Rules, Secret, Target, settings_of, target_entries
from hisconsole.plan.threshold import threshold_text
from hisconsole.probes.convert import CONVERTS
from hisconsole.probes.net import checks as net
from hisconsole.probes.parse.output import Ask
from hisconsole.probes.ssh import commands as ssh


@pytest.fixture(scope="module")
def watched() -> Infrastructure:
    return load_targets(shipped("config"), sample=True)


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(shipped("config"))


def target(watched: Infrastructure, id_: str) -> Target:
    found = watched.target(id_)
    assert found is not None
    return found


def test_it_is_a_hospital(watched: Infrastructure) -> None:
    checked = check_targets(shipped("config"), sample=True)
    assert (checked.faults, checked.warnings) == ((), ())
    assert 28 <= len(watched.targets) <= 36
    kinds = {each.kind for each in watched.targets}
    assert kinds >= {
        Kind.SWITCH,
        Kind.UPS,
        Kind.DATABASE,
        Kind.BACKUP,
        Kind.FIREWALL,
        Kind.PRINTER,
        Kind.LINE,
    }
    assert {service for each in watched.targets for service in each.services} >= {
        "his",
        "lis",
        "pacs",
        "insurance",
    }
    for each in watched.targets:
        assert each.address.startswith("127.30.")
        assert each.port > 1024 or not each.credential


def test_the_core_is_redundant_and_all_hangs_on_it(watched: Infrastructure) -> None:
    roots = {each.id for each in watched.targets if not each.parents}
    assert roots == {each.id for each in watched.targets if each.gateway} == {"sw-adm-4f"}
    assert {each.id for each in watched.targets if each.parents == ("sw-adm-4f",)} == {
        "sw-core-1",
        "sw-core-2",
    }
    assert target(watched, "his-db-1").parents == ("sw-core-1", "sw-core-2")
    assert target(watched, "sw-opd-1f").parents == ("sw-agg-1",)


def test_most_workstations_hang_on_a_watched_switch(watched: Infrastructure, site: Site) -> None:
    on = [each for each in site.workstations if watched.target(each.switch) is not None]
    assert len(on) / len(site.workstations) > 0.6
    key = [each for each in site.workstations if each.key_terminal]
    assert all(watched.target(each.switch) is not None for each in key)


def test_targets_are_found_as_one_types(watched: Infrastructure) -> None:
    assert find("hx", target_entries(watched))[0] == "sw-core-1"
    assert find("hisdb2", target_entries(watched))[0] == "his-db-2"


def test_the_sample_says_what_it_is() -> None:
    for name in ("targets.yaml", "credentials.yaml"):
        text = (shipped("config") / name).read_text("utf-8")
        assert text.startswith("# SAMPLE")
        assert "PRACTICE" in text.split("\n\n")[0]


def test_every_target_has_its_settings_and_every_question_is_allowed(watched: Infrastructure) -> None:
    asked = 0
    for each in watched.targets:
        for profile in (*watched.of(each, Probe.SSH), *watched.of(each, Probe.NET)):
            for check in profile.checks:
                ask = Ask(check.use, settings_of(each, profile, check.id))
                refusal = ssh.refusal if profile.probe is Probe.SSH else net.refusal
                assert refusal(ask) == ""
                asked += 1
    assert asked >= 15


def test_the_tables_of_files_and_of_probes_are_the_same() -> None:
    assert CONVERSIONS.keys() == CONVERTS | COUNTERS
    assert ssh.COMMANDS.keys() == COMMANDS.keys()
    assert net.CHECKS.keys() == NET_CHECKS.keys()


def test_every_kind_of_device_of_the_contract_has_a_profile(watched: Infrastructure) -> None:
    assert len(watched.profiles) >= 50
    for id_, profile in watched.profiles.items():
        assert profile.id == id_
        assert profile.readings or profile.tables or profile.checks


def words(rules: Rules, key: str) -> list[str]:
    return [threshold_text(each) for each in rules.of(key)]


def test_thresholds_are_the_targets_own_before_the_profiles(watched: Infrastructure) -> None:
    database = target(watched, "his-db-1")
    rules = Rules(database, watched.of(database, Probe.SNMP))
    assert words(rules, "disk//u02/arch")[0] == "warn >= 80 clear < 78"
    assert words(rules, "disk//")[0] == "warn >= 85 clear < 83"
    assert words(rules, "cpu")[0] == "warn > 80 for 5m clear < 70"
    assert rules.of("nothing") == ()


def test_a_verdict_is_not_judged_by_its_neighbours_limits(watched: Infrastructure) -> None:
    hardware = target(watched, "ilo-his-db-1")
    rules = Rules(hardware, watched.of(hardware, Probe.SNMP))
    assert rules.of("drive/Bay 1/temperature") != ()
    assert rules.of("drive/Bay 1/state") == ()
    assert rules.of("temperature/0.1/state") == ()


def test_light_is_judged_where_a_link_is_named(watched: Infrastructure) -> None:
    core = target(watched, "sw-core-1")
    rules = Rules(core, watched.of(core, Probe.SNMP))
    assert words(rules, "optic/XGigabitEthernet0-0-1/rx")[1] == "crit <= -20 clear > -19"
    assert rules.of("optic/GigabitEthernet0-0-9/rx") == ()


def test_minutes_on_battery_are_judged_by_the_probe(watched: Infrastructure) -> None:
    ups = target(watched, "ups-1")
    rules = Rules(ups, watched.of(ups, Probe.SNMP))
    assert rules.of("ups/minutes") == ()
    assert [each.level for each in rules.of("ups/on-battery")] == [Status.WARNING, Status.CRITICAL]
    assert len(rules.of("input/1/voltage")) == 3


def test_over_ssh_limits_go_by_reading(watched: Infrastructure) -> None:
    server = target(watched, "his-app-1")
    rules = Rules(server, (*watched.of(server, Probe.SSH), *watched.of(server, Probe.NET)))
    assert words(rules, "memory/available")[0] == "warn < 10 clear > 12"
    assert words(rules, "load/core") != words(rules, "load/5") == []
    assert words(rules, "http_time/18080/health")[0].startswith("warn > 3")


def test_a_sites_own_profile_comes_before_the_delivered_one(tmp_path: Path) -> None:
    before = targets_signature(tmp_path)
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "ups.yaml").write_text(
        "name: Our UPS\nprobe: snmp\nkind: ups\nreadings:\n  ups/charge:\n    label: Charge\n"
        "    object: UPS-MIB::upsEstimatedChargeRemaining\n    oid: 1.3.6.1.2.1.33.1.2.4.0\n",
        "utf-8",
    )
    assert targets_signature(tmp_path) != before
    profiles = load_targets(tmp_path, sample=False).profiles
    assert profiles["ups"].name == "Our UPS"
    assert [each.id for each in profiles["ups"].readings] == ["ups/charge"]
    assert "ups/charge" in {each.id for each in profiles["eaton-ups"].readings}


def test_a_secret_is_read_only_where_others_cannot(tmp_path: Path) -> None:
    path = tmp_path / "community"
    path.write_text("word\n", "utf-8")
    path.chmod(0o600)
    assert secret_text(Secret(file="community"), data=tmp_path) == "word"
    assert secret_text(Secret(text="inline"), data=tmp_path) == "inline"
    path.chmod(0o640)
    with pytest.raises(HisError, match="chmod 600"):
        secret_text(Secret(file="community"), data=tmp_path)
    with pytest.raises(HisError, match="cannot be read"):
        secret_text(Secret(file="missing"), data=tmp_path)
    path.chmod(0o600)
    path.write_text("", "utf-8")
    with pytest.raises(HisError, match="no secret"):
        secret_text(Secret(file=os.fspath(path)), data=tmp_path)


def test_a_secret_is_never_printed(watched: Infrastructure) -> None:
    assert "PRACTICE-auth-1" not in repr(watched)
    assert watched.credentials["practice-v3"].secret.text == "PRACTICE-auth-1"

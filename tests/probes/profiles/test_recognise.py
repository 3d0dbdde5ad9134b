"""Who a device is, by what it says; the entry that is proposed can be used as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from hisconsole.config.targets import load_targets
from hisconsole.plan.profiles import Profile
from hisconsole.probes.recognise import fitting, recognise
from hisconsole.probes.snmp import Device, Found, SnmpFault, Value
from tests.probes.profiles.test_measure import Agent

SYSTEM = {"1.3.6.1.2.1.1.3.0": 100_000}


def described(object_id: str, description: str, name: str = "device", **more: Value) -> dict[str, Value]:
    return {
        **SYSTEM,
        "1.3.6.1.2.1.1.1.0": description.encode(),
        "1.3.6.1.2.1.1.2.0": object_id,
        "1.3.6.1.2.1.1.5.0": name.encode(),
        **more,
    }


@pytest.mark.parametrize(
    ("object_id", "description", "answers", "first"),
    [
        ("1.3.6.1.4.1.2011.2.23.291", "Huawei Versatile Routing Platform", (), "huawei-vrp"),
        ("1.3.6.1.4.1.2011.2.240.6", "VRP (R) software AC6605", (), "huawei-ac"),
        ("1.3.6.1.4.1.2011.2.235", "Hardware management system", (), "huawei-ibmc"),
        ("1.3.6.1.4.1.9.1.2404", "Cisco Adaptive Security Appliance", (), "cisco-asa"),
        ("1.3.6.1.4.1.9.1.1208", "Cisco IOS Software", (), "cisco"),
        ("1.3.6.1.4.1.9.12.3.1", "Cisco NX-OS(tm)", (), "cisco-nxos"),
        ("1.3.6.1.4.1.8072.3.2.10", "Linux db1 5.10", (), "linux"),
        ("1.3.6.1.4.1.8072.3.2.10", "Linux nas 3.10", ("1.3.6.1.4.1.6574.1.1.0",), "synology"),
        ("1.3.6.1.4.1.55555.1", "No-name switch", ("1.3.6.1.2.1.17.1.1.0",), "switch"),
        ("1.3.6.1.4.1.55555.1", "No-name UPS", ("1.3.6.1.2.1.33.1.4.1.0",), "ups"),
        ("1.3.6.1.4.1.55555.1", "No-name printer", ("1.3.6.1.2.1.43.11.1.1.9.1.1",), "printer"),
        ("1.3.6.1.4.1.55555.1", "Nothing known", (), "snmp"),
        ("", "", (), "snmp"),
        ("1.3.6.1.4.1.31855", "A number that only begins like APC's", (), "snmp"),
    ],
)
def test_the_best_fit_comes_first(
    profiles: Mapping[str, Profile], object_id: str, description: str, answers: tuple[str, ...], first: str
) -> None:
    found = fitting(profiles, description=description, object_id=object_id, answered=answers)
    assert found[0] == first
    assert found[-1] == "snmp"


async def test_the_entry_can_be_used_as_it_stands(profiles: Mapping[str, Profile], tmp_path: Path) -> None:
    name = 'NAS: "Backup" 2 # \x1b[1m.hospital.local'
    agent = Agent(
        described("1.3.6.1.4.1.8072.3.2.10", "Linux x", name, **{"1.3.6.1.2.1.1.6.0": b"Room 3: left"})
    )
    device = Device(address="127.0.0.9", port=1161)
    found = await recognise(agent, device, profiles, at_s=0, credential="c")
    (tmp_path / "credentials.yaml").write_text("c:\n  kind: snmp2c\n  community: x\n  insecure: yes\n")
    (tmp_path / "targets.yaml").write_text(found.entry, "utf-8")
    (target,) = load_targets(tmp_path, sample=True).targets
    assert (target.id, target.profiles, target.port) == ("nas-backup-2-1m", ("linux",), 1161)
    assert target.room == "Room 3: left"
    assert target.name.startswith('NAS: "Backup" 2 # ?[1m')
    assert found.samples[0].key == "uptime"
    assert found.profiles == ("linux", "snmp")


async def test_a_silent_device_is_told_in_words(profiles: Mapping[str, Profile]) -> None:
    class Silent(Agent):
        async def get(self, device: Device, oids: Sequence[str]) -> Found:
            raise SnmpFault("silent", "no answer: down, filtered, or wrong community")

    with pytest.raises(SnmpFault, match="down, filtered, or wrong community"):
        await recognise(Silent({}), Device(address="127.0.0.9"), profiles, at_s=0)

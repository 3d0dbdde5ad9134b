"""The makes of devices that can be played over SNMP, by the profile that measures them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hisconsole.practice.devices import firewalls, hardware, hosts, power, printers, storage, switches
from hisconsole.practice.draft import Draft

MODELS: Mapping[str, Callable[[Draft], None]] = MappingProxyType(
    {
        "huawei-vrp": switches.huawei,
        "h3c-comware": switches.h3c,
        "ruijie": switches.ruijie,
        "fortigate": firewalls.fortigate,
        "ups": power.standard_ups,
        "apc-ups": power.apc_ups,
        "room-netbotz": power.netbotz,
        "linux": hosts.linux,
        "windows": hosts.windows,
        "vmware-esxi": hosts.esxi,
        "synology": storage.synology,
        "hpe-ilo": hardware.ilo,
        "dell-idrac": hardware.idrac,
        "printer": printers.printer,
    }
)
"""A profile that is not here is answered with the system group alone."""

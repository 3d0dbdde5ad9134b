"""The forms of lists that can be read: CSV, Ansible inventories, and what LibreNMS exports."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from hisconsole.errors import HisError
from hisconsole.plan.targets import SNMP_PORT, SSH_PORT
from hisconsole.strict_yaml import Data, Document, Path, read
from hisconsole.text import _, printable
from hisconsole.values import dataclass

MOST_LINES = 20_000
LONGEST = 8 * 1024 * 1024


class Form(StrEnum):
    """How a list is written."""

    CSV = "csv"
    ANSIBLE_INI = "ansible-ini"
    ANSIBLE_YAML = "ansible-yaml"
    LIBRENMS = "librenms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What one line says of a device; `fault` is why it cannot be used at all."""

    line: int
    id: str = ""
    name: str = ""
    address: str = ""
    kind: str = ""
    port: str = ""
    building: str = ""
    room: str = ""
    parents: str = ""
    services: str = ""
    credential: str = ""
    login: str = ""
    login_port: str = ""
    profiles: str = "snmp"
    fault: str = ""


_SYSTEMS = {
    # What LibreNMS and Ansible call a system, and the profile that reads it.
    "vrp": "huawei-vrp",
    "ce": "huawei-vrp",
    "comware": "h3c-comware",
    "ruijie": "ruijie",
    "ios": "cisco",
    "iosxe": "cisco",
    "nxos": "cisco-nxos",
    "asa": "cisco-asa",
    "arubaos-cx": "aruba-cx",
    "aoscx": "aruba-cx",
    "aruba-instant": "aruba-instant",
    "fortigate": "fortigate",
    "fortios": "fortigate",
    "panos": "panos",
    "apc": "apc-ups",
    "eaton-mgeups": "eaton-ups",
    "huaweiups": "huawei-ups",
    "apc-netbotz": "room-netbotz",
    "drac": "dell-idrac",
    "hpe-ilo": "hpe-ilo",
    "ibmc": "huawei-ibmc",
    "dsm": "synology",
    "fabos": "brocade",
    "vmware-esxi": "vmware-esxi",
    "windows": "windows",
    "linux": "linux",
    "jetdirect": "printer",
}

_COLUMNS = {
    "address": ("address", "ip", "ip address", "ip地址", "地址"),
    "name": ("name", "hostname", "device", "名称", "设备名称"),
    "id": ("id",),
    "kind": ("kind",),
    "port": ("port",),
    "building": ("building", "楼栋"),
    "room": ("room", "location", "位置"),
    "parents": ("parents",),
    "services": ("services",),
    "credential": ("credential",),
    "login": ("login",),
    "login_port": ("login_port",),
    "profiles": ("profiles", "profile"),
}


def decoded(raw: bytes) -> str:
    """The text of a list: UTF-8, or as Chinese spreadsheets save it, GB18030."""
    if len(raw) > LONGEST:
        raise HisError(_("the list is larger than 8 MiB: split it."))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError as fault:
        raise HisError(_("the list is no text: save it as CSV, YAML, INI or JSON.")) from fault


def form_of(name: str, text: str) -> Form:
    """The form of a list by its beginning, else by the name of its file."""
    first = next(
        (line.strip() for line in text.split("\n") if line.strip() and line.strip()[0] not in "#;"), ""
    )
    if first.startswith(("{", "[{")) or first == "[":
        return Form.LIBRENMS
    if name.endswith((".yml", ".yaml")) or first == "---":
        return Form.ANSIBLE_YAML
    columns = {each.strip().strip('"').casefold() for each in re.split("[,;\t]", first)}
    if {"hostname", "os"} <= columns:
        return Form.LIBRENMS
    if columns & set(_COLUMNS["address"]):
        return Form.CSV
    if re.fullmatch(r"\[[^\]]+\]", first) or "ansible_host" in text:
        return Form.ANSIBLE_INI
    raise HisError(
        _("this list has no form that is known: a CSV needs a first line with 'name' and 'address'.")
    )


def candidates(form: Form, text: str) -> Iterator[Candidate]:
    """What each line of the list says."""
    match form:
        case Form.CSV:
            yield from _csv(text)
        case Form.ANSIBLE_INI:
            yield from _ini(text)
        case Form.ANSIBLE_YAML:
            yield from _yaml(text)
        case Form.LIBRENMS:
            yield from _librenms(text)


def rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV with their lines, blank ones and comments left out; the first has the names."""
    lines = text.splitlines()[:MOST_LINES]
    written = (line for line in lines if line.strip() and not line.lstrip('"').startswith("#"))
    delimiter = max(",;\t", key=next(written, "").count)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells) and not cells[0].startswith("#"):
                yield reader.line_num, cells
    except csv.Error as fault:
        raise HisError(
            _("line {line} is not CSV: {reason}.").format(
                line=reader.line_num, reason=printable(str(fault), limit=80)
            )
        ) from fault


def _table(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV by the names of its first line in small letters."""
    names: list[str] = []
    for line, cells in rows(text):
        if names:
            yield line, dict(zip(names, cells, strict=False))
        else:
            names = [cell.casefold() for cell in cells]


def _csv(text: str) -> Iterator[Candidate]:
    for line, row in _table(text):
        given = {
            field: next((row[name] for name in names if row.get(name)), "")
            for field, names in _COLUMNS.items()
        }
        if not given["address"]:
            yield Candidate(line=line, name=given["name"], fault=_("there is no address in this line"))
            continue
        profiles = given.pop("profiles") or "snmp"
        yield Candidate(line=line, profiles=profiles, **given)


_RANGE = re.compile(r"\[[^\]]*:[^\]]*\]")
_VARIABLE = re.compile(r"""([A-Za-z_][A-Za-z0-9_]*)=("[^"]*"|'[^']*'|\S*)""")


def _ini(text: str) -> Iterator[Candidate]:
    section = ""
    for number, line in enumerate(text.splitlines()[:MOST_LINES], start=1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        if stripped.startswith("["):
            section = stripped.strip("[]").strip()
        elif not section.endswith((":vars", ":children")):
            host = stripped.split()[0]
            rest = stripped[len(host) :].split(" #")[0]
            variables = {name: value.strip("\"'") for name, value in _VARIABLE.findall(rest)}
            yield _host(number, host, variables)


def _host(line: int, host: str, variables: Mapping[str, str]) -> Candidate:
    if _RANGE.search(host):
        fault = _("a range of hosts is not taken apart: write each host in a line of its own")
        return Candidate(line=line, name=host, fault=fault)
    system = variables.get("ansible_network_os", "").rpartition(".")[2].casefold()
    windows = variables.get("ansible_connection", "") in ("winrm", "psrp")
    profile = _SYSTEMS.get(system) or ("windows" if windows else "snmp" if system else "ssh-linux")
    port = variables.get("ansible_port", "")
    return Candidate(
        line=line,
        name=host,
        address=variables.get("ansible_host") or variables.get("ansible_ssh_host") or host,
        login_port="" if port == str(SSH_PORT) else port,
        profiles=profile,
    )


def _yaml(text: str) -> Iterator[Candidate]:
    document = read(text, source="inventory")
    for finding in document.findings:
        yield Candidate(line=finding.line, fault=finding.sentence)
    if isinstance(document.data, dict):
        yield from _group(document, document.data, ())


def _group(document: Document, groups: Mapping[str, Data], path: Path) -> Iterator[Candidate]:
    for name, held in groups.items():
        if not isinstance(held, dict):
            continue
        hosts = held.get("hosts")
        for host, variables in hosts.items() if isinstance(hosts, dict) else ():
            line, _col = document.keys.get((*path, name, "hosts", host), (1, 1))
            given = variables if isinstance(variables, dict) else {}
            yield _host(line, host, {key: value for key, value in given.items() if isinstance(value, str)})
        children = held.get("children")
        if isinstance(children, dict):
            yield from _group(document, children, (*path, name, "children"))


def _librenms(text: str) -> Iterator[Candidate]:
    if text.lstrip().startswith(("{", "[")):
        try:
            data = json.loads(text)
        except ValueError as fault:
            raise HisError(_("this is not JSON: {reason}.").format(reason=printable(str(fault)))) from fault
        devices = data.get("devices") if isinstance(data, dict) else data
        if not isinstance(devices, list):
            raise HisError(_("this JSON holds no list of devices."))
        for number, device in enumerate(devices[:MOST_LINES], start=1):
            if isinstance(device, dict):
                yield _device(number, device)
            else:
                yield Candidate(line=number, fault=_("this is no device"))
        return
    for line, row in _table(text):
        yield _device(line, row)


def _device(line: int, row: Mapping[str, Any]) -> Candidate:
    def said(*names: str) -> str:
        return next((str(row[name]).strip() for name in names if row.get(name) not in (None, "", "null")), "")

    hostname = said("hostname")
    if said("disabled") == "1":
        return Candidate(line=line, name=hostname, fault=_("it is disabled there"))
    port = said("port")
    address = said("overwrite_ip", "ip") or hostname
    return Candidate(
        line=line,
        name=said("display", "sysname", "sysName") or hostname,
        address=address,
        port="" if port == str(SNMP_PORT) else port,
        room=printable(said("location"), limit=80),
        profiles=_SYSTEMS.get(said("os").casefold(), "snmp"),
    )

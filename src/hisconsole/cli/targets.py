"""Targets: what is watched, getting to know a device, and taking over a list that somebody has."""

from __future__ import annotations

import asyncio
import ipaddress
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from hisconsole.cli.edge import Answer, Usage
from hisconsole.cli.files import list_of
from hisconsole.cli.naming import load_infrastructure
from hisconsole.errors import ConfigFault, HisError, NotFound, Refused
from hisconsole.paths import config_dir, data_dir, shipped
from hisconsole.plan.targets import CredentialKind, Infrastructure
from hisconsole.text import _, fit, ngettext, printable
from hisconsole.wiring import Settings

if TYPE_CHECKING:
    from hisconsole.config.imports import Preview
    from hisconsole.probes.recognise import Proposal
    from hisconsole.probes.snmp import Device


def targets(asked: Namespace) -> Answer:
    """Carry out the verb."""
    settings = Settings(config_dir(asked.config), data_dir(asked.data), asked.operator)
    verbs = {"list": _list, "try": _try, "import": _import}
    if asked.verb is None:
        raise Usage(
            _("Say which: hisconsole {command} {verbs}.").format(command="targets", verbs="|".join(verbs))
        )
    return verbs[asked.verb](settings, asked)


def _list(settings: Settings, _asked: Namespace) -> Answer:
    _site, infrastructure = load_infrastructure(settings)
    found = infrastructure.targets
    data = [
        {
            "target": each.id,
            "name": each.name,
            "kind": each.kind.value,
            "address": each.address,
            "building": each.building,
            "room": each.room,
            "parents": list(each.parents),
            "services": list(each.services),
            "profiles": list(each.profiles),
            "every": each.cadence_s,
        }
        for each in found
    ]
    lines = [
        f"{fit(each.id, 17)} {fit(each.kind.value, 11)} {fit(each.address, 15)} "
        f"{fit(' '.join(each.profiles), 20)} {each.name}"
        for each in found
    ]
    return Answer(data, lines or [_("No target is named yet.")])


def _try(settings: Settings, asked: Namespace) -> Answer:
    from hisconsole.plan.profiles import Probe
    from hisconsole.probes.snmp import SnmpFault
    from hisconsole.watch.access import device_of

    site, infrastructure = load_infrastructure(settings)
    known = infrastructure.target(asked.address)
    address = known.address if known else asked.address
    of_target = known.credential if known and infrastructure.of(known, Probe.SNMP) else ""
    name = asked.credential or of_target or _only_credential(infrastructure)
    credential = infrastructure.credentials.get(name)
    if credential is None or credential.kind is CredentialKind.SSH:
        named = ", ".join(_snmp_credentials(infrastructure)) or "-"
        sentence = _("There is no SNMP credential '{name}'. There are: {named}.")
        raise NotFound(sentence.format(name=printable(name, limit=60), named=named))
    _check_address(address, sample=site.sample)
    port = asked.port or (known.port if known else 161)
    device = device_of(address, port, credential, data=settings.data)
    try:
        found = asyncio.run(_recognised(device, infrastructure, name, asked.engine))
    except SnmpFault as fault:
        raise HisError(f"{device.place}: {fault.sentence}.") from fault
    return Answer(_tried(device, name, found), _tried_lines(device, found))


def _snmp_credentials(infrastructure: Infrastructure) -> list[str]:
    return [each.name for each in infrastructure.credentials.values() if each.kind is not CredentialKind.SSH]


def _only_credential(infrastructure: Infrastructure) -> str:
    """The credential that is meant when none is named: none is tried on a device that is not meant for it."""
    found = _snmp_credentials(infrastructure)
    if len(found) != 1:
        named = ", ".join(found) or "-"
        raise Usage(
            _("Name a credential of credentials.yaml with --credential: {named}.").format(named=named)
        )
    return found[0]


def _check_address(address: str, *, sample: bool) -> None:
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        sentence = _("'{text}' is neither a target nor an IP address; names are never looked up.")
        raise Usage(sentence.format(text=printable(address, limit=60))) from None
    if sample and not read.is_loopback:
        sentence = _("A sample hospital asks 127.x.x.x only: make your own with 'hisconsole init'.")
        raise Refused(sentence)


async def _recognised(
    device: Device, infrastructure: Infrastructure, credential: str, engine_name: str
) -> Proposal:
    from hisconsole.probes.recognise import recognise
    from hisconsole.probes.snmp import open_engine

    engine = open_engine(engine_name)
    try:
        at_s = asyncio.get_running_loop().time()
        return await recognise(engine, device, infrastructure.profiles, at_s=at_s, credential=credential)
    finally:
        engine.close()


def _tried(device: Device, credential: str, found: Proposal) -> dict[str, object]:
    return {
        "address": device.address,
        "port": device.port,
        "credential": credential,
        "name": found.name,
        "description": found.description,
        "object_id": found.object_id,
        "profiles": list(found.profiles),
        "entry": found.entry,
        "readings": [
            {
                "key": each.key,
                "label": each.label,
                "value": each.value,
                "unit": each.unit,
                "status": each.hint.value if each.hint else None,
                "reason": each.reason,
                "source": each.source,
            }
            for each in found.samples
        ],
    }


def _tried_lines(device: Device, found: Proposal) -> list[str]:
    from hisconsole.plan.reading import value_text

    lines = [f"{device.place}  {found.name}".rstrip(), found.description, found.object_id, ""]
    lines.append(
        _("It fits: {profiles}. Its entry for targets.yaml:").format(profiles=", ".join(found.profiles))
    )
    lines += ["", *found.entry.splitlines(), ""]
    count = ngettext("{n} reading:", "{n} readings:", len(found.samples)).format(n=len(found.samples))
    lines.append(count)
    for each in found.samples:
        value = value_text(each.value, each.unit)
        words = f" ({each.reason})" if each.reason else ""
        lines.append(f"  {fit(printable(each.label), 40)} {printable(value)}{printable(words)}")
    return lines


def _import(settings: Settings, asked: Namespace) -> Answer:
    from hisconsole.config.imports import Outcome, counts, preview
    from hisconsole.config.imports_forms import Form

    site, infrastructure = load_infrastructure(settings)
    if asked.write and (site.sample or settings.config.resolve() == shipped("config").resolve()):
        sentence = _("Nothing is written into a sample hospital: make your own with 'hisconsole init'.")
        raise Refused(sentence)
    found = preview(
        list_of(asked.file),
        name=asked.file,
        known=infrastructure,
        sample=site.sample,
        credential=asked.credential,
        login=asked.login,
        form=Form(asked.form) if asked.form else None,
    )
    number = counts(found.verdicts)
    refused = number[Outcome.REFUSED]
    written = False
    if asked.write and not refused and found.text:
        _append(settings.config, found.text)
        written = True
    lines = [
        f"{each.line:>5} {fit(each.outcome.value, 8)} {each.name}: {each.words}" for each in found.verdicts
    ]
    lines += ["", *_summary(found, number[Outcome.ADD], refused, settings, asked, written=written)]
    data = {
        "form": found.form.value,
        "written": written,
        "entries": found.text,
        "lines": [
            {"line": each.line, "name": each.name, "outcome": each.outcome.value, "words": each.words}
            for each in found.verdicts
        ],
    }
    code = (Refused.exit_code if asked.write else ConfigFault.exit_code) if refused else 0
    return Answer(data, lines, code)


def _summary(
    found: Preview, added: int, refused: int, settings: Settings, asked: Namespace, *, written: bool
) -> list[str]:
    file = settings.config / "targets.yaml"
    if written:
        count = ngettext("{n} target was added to {file}.", "{n} targets were added to {file}.", added)
        return [count.format(n=added, file=file)]
    if asked.write and refused:
        many = ngettext("{n} line is refused", "{n} lines are refused", refused).format(n=refused)
        return [_("Nothing was written: {lines}.").format(lines=many)]
    if not added:
        return [_("There is nothing to add.")]
    return [
        _("This would be added to {file} (with --write):").format(file=file),
        "",
        *found.text.splitlines(),
    ]


def _append(config: Path, text: str) -> None:
    """Add entries to targets.yaml in one piece; what would leave a fault in the files is taken back."""
    from hisconsole.config.putting import put
    from hisconsole.config.targets import TARGETS, check_targets

    path = (config / TARGETS).resolve()
    try:
        before = path.read_bytes() if path.exists() else None
        kept = (before or b"").rstrip()
        mode = path.stat().st_mode & 0o777 if before is not None else 0o600
        put(path, kept + (b"\n\n" if kept else b"") + text.encode(), mode)
        faults = check_targets(config, sample=False).faults
        if faults:
            if before is None:
                path.unlink()
            else:
                put(path, before, mode)
            raise ConfigFault(faults)
    except OSError as fault:
        sentence = _("{file} cannot be written: {reason}.")
        raise HisError(sentence.format(file=path, reason=fault.strerror or fault)) from fault

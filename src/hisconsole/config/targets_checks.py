"""What only all files together show: names lead somewhere, and nobody hangs on themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from hisconsole.config.profile_parts import setting_fault
from hisconsole.config.targets_fields import PartFields
from hisconsole.errors import Finding
from hisconsole.fields import closest, shown
from hisconsole.plan.profiles import COMMANDS, NET_CHECKS, Check, Probe, Profile
from hisconsole.plan.targets import Credential, CredentialKind, Target
from hisconsole.text import _

Built: TypeAlias = "tuple[Target, PartFields]"


def check_targets_across(
    built: Iterable[Built],
    *,
    ids: tuple[str, ...],
    credentials: Mapping[str, Credential | None] | None,
    profiles: Mapping[str, Profile | None],
) -> list[Finding]:
    """Refuse in `built` what does not fit together; returns what is odd but can be used.

    A credential or profile that is None has faults of its own; without `credentials` their file
    could not be read, and nothing is said about them.
    """
    targets = {target.id: (target, fields) for target, fields in built}
    warnings = _same_address(targets.values())
    for target, fields in targets.values():
        for parent in target.parents:
            if parent == target.id:
                fields.refuse("parents", _("'{id}' cannot hang on itself.").format(id=parent))
            elif parent not in ids:
                fields.unknown_part("parents", parent, ids)
        held = [profiles[id_] for id_ in target.profiles if id_ in profiles]
        for id_ in target.profiles:
            if id_ not in profiles:
                fields.unknown_part("profiles", id_, tuple(profiles))
        whole = [profile for profile in held if profile is not None]
        if len(whole) == len(target.profiles):
            ways = {profile.probe for profile in whole}
            _check_ways(target, fields, ways)
            _check_settings(target, fields, [check for profile in whole for check in profile.checks])
        if credentials is not None:
            _check_credential(fields, "credential", target.credential, credentials, ssh=False)
            _check_credential(fields, "login", target.login, credentials, ssh=True)
        _check_jump(target, fields, targets, ids)
    _check_circles(targets)
    return warnings


def _same_address(built: Iterable[Built]) -> list[Finding]:
    seen: dict[str, str] = {}
    found = []
    for target, fields in built:
        other = seen.setdefault(target.address, target.id) if target.address else target.id
        if other != target.id:
            sentence = _("{address} is also the address of '{other}': is it one machine?")
            path = (*fields.path, "address")
            words = sentence.format(address=target.address, other=shown(other))
            found.append(fields.document.at_value(path, words))
    return found


def _check_ways(target: Target, fields: PartFields, ways: set[Probe]) -> None:
    for name, way, given in (
        ("credential", Probe.SNMP, fields.given("credential")),
        ("login", Probe.SSH, fields.given("login")),
    ):
        if way in ways and not given:
            sentence = _("'{name}' is missing: {way} needs one of credentials.yaml.")
            fields.refuse(name, sentence.format(name=name, way=way.value.upper()))
        elif given and way not in ways:
            sentence = _("'{name}' is given, but no profile here is measured by {way}.")
            fields.refuse(name, sentence.format(name=name, way=way.value.upper()))
    for name, way in (
        ("port", Probe.SNMP),
        ("links", Probe.SNMP),
        ("engine", Probe.SNMP),
        ("login_port", Probe.SSH),
        ("jump", Probe.SSH),
    ):
        if fields.given(name) and way not in ways:
            sentence = _("'{name}' is given, but no profile here is measured by {way}.")
            fields.refuse(name, sentence.format(name=name, way=way.value.upper()))


def _check_credential(
    fields: PartFields, name: str, id_: str, credentials: Mapping[str, Credential | None], *, ssh: bool
) -> None:
    if not id_:
        return
    if id_ not in credentials:
        fields.unknown_part(name, id_, tuple(credentials))
        return
    held = credentials[id_]
    if held is not None and (held.kind is CredentialKind.SSH) is not ssh:
        sentence = _("'{id}' is a credential of kind {kind}: it does not fit '{name}'.")
        fields.refuse(name, sentence.format(id=id_, kind=held.kind.value, name=name))


def _check_settings(target: Target, fields: PartFields, checks: Iterable[Check]) -> None:
    """Settings are there and fit; a check that its own file got wrong is not held against the target."""
    below = PartFields(fields.document, (*fields.path, "settings"), fields.findings)
    known = {}
    for check in checks:
        table = COMMANDS.get(check.use) or NET_CHECKS.get(check.use)
        if table is not None:
            known[check.id] = (check, table)
    names = [f"{id_}.{each}" for id_, (_, table) in known.items() for each in (*table.needed, *table.free)]
    for name, value in target.settings.items():
        of, _dot, setting = name.partition(".")
        if name not in names:
            meant = closest(name, names)
            hint = _("did you mean '{meant}'?").format(meant=meant) if meant else _("no check here has it.")
            sentence = _("'{name}' is not known here: {hint}").format(name=shown(name), hint=hint)
            below.findings.append(below.document.at_key((*below.path, name), sentence))
            continue
        wrong = setting_fault(known[of][1], setting, value)
        if wrong:
            below.refuse(name, wrong)
    for id_, (check, table) in known.items():
        for setting in table.needed:
            if f"{id_}.{setting}" not in target.settings and setting not in check.settings:
                sentence = _("the check '{check}' needs '{check}.{setting}' below 'settings'.")
                fields.refuse("profiles", sentence.format(check=id_, setting=setting))


def _check_jump(
    target: Target, fields: PartFields, targets: Mapping[str, Built], ids: tuple[str, ...]
) -> None:
    if not target.jump:
        return
    if target.jump == target.id:
        fields.refuse("jump", _("'{id}' cannot be its own jump host.").format(id=target.jump))
    elif target.jump not in ids:
        fields.unknown_part("jump", target.jump, ids)
    elif target.jump in targets:
        through, _fields = targets[target.jump]
        if not through.login or through.jump:
            sentence = _("'{id}' cannot be a jump host: it needs a 'login' and no 'jump' of its own.")
            fields.refuse("jump", sentence.format(id=target.jump))


def _check_circles(targets: Mapping[str, Built]) -> None:
    """Each circle is told once, at the first of its targets in the file."""
    done: set[str] = set()
    for start in targets:
        _walk(start, targets, done, [])


def _walk(id_: str, targets: Mapping[str, Built], done: set[str], path: list[str]) -> None:
    if id_ in path:
        circle = path[path.index(id_) :]
        if len(circle) > 1:
            first = min(circle, key=list(targets).index)
            at = circle.index(first)
            way = " -> ".join((*circle[at:], *circle[:at], first))
            sentence = _("these hang on one another in a circle: {way}.")
            targets[first][1].refuse("parents", sentence.format(way=way))
        return
    if id_ in done or id_ not in targets:
        return
    for parent in targets[id_][0].parents:
        _walk(parent, targets, done, [*path, id_])
    done.add(id_)

"""Reading profiles: each file of the folder is one kind of device, and includes may bring more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from hisconsole.config.profile_parts import profile_of
from hisconsole.config.targets_fields import PartFields
from hisconsole.errors import Finding
from hisconsole.plan.profiles import Check, Profile, Reading, Table
from hisconsole.strict_yaml import Document
from hisconsole.text import _
from hisconsole.values import dataclass

PROFILES = "profiles"
"""The folder, inside the hospital's."""


@dataclass(frozen=True, slots=True)
class Drafts:
    """The profiles as their files give them, before includes are followed."""

    built: Mapping[str, tuple[Profile, tuple[str, ...], PartFields]]
    ids: frozenset[str]
    """Every profile that has a file, also one with faults."""


def draft(documents: Mapping[Path, Document], files: tuple[Path, ...], findings: list[Finding]) -> Drafts:
    """Build each profile alone; a later file of the same name takes the place of an earlier one."""
    built: dict[str, tuple[Profile, tuple[str, ...], PartFields]] = {}
    for path in files:
        document = documents.get(path)
        if document is None:
            continue
        if not isinstance(document.data, dict):
            sentence = _("write the profile's fields here, as 'name: ...'.")
            findings.append(document.at_value((), sentence))
            continue
        fields = PartFields(document, (), findings)
        profile, include = profile_of(path.stem, fields)
        fields.close()
        built[path.stem] = (profile, include, fields)
    return Drafts(built, frozenset(path.stem for path in files))


def joined(drafts: Drafts) -> dict[str, Profile]:
    """Every profile with what its includes bring; its own parts take the place of theirs."""
    whole: dict[str, Profile] = {}
    for id_ in drafts.built:
        _join(id_, drafts, whole, ())
    return whole


def _join(id_: str, drafts: Drafts, whole: dict[str, Profile], path: tuple[str, ...]) -> Profile | None:
    if id_ in whole or id_ not in drafts.built:
        return whole.get(id_)
    profile, include, fields = drafts.built[id_]
    readings: dict[str, Reading] = {}
    tables: dict[str, Table] = {}
    checks: dict[str, Check] = {}
    for other in include:
        if other in (*path, id_):
            sentence = _("'{id}' includes itself by way of '{other}': take one of them out.")
            fields.refuse("include", sentence.format(id=id_, other=other))
            continue
        if other not in drafts.ids:
            fields.unknown_part("include", other, tuple(sorted(drafts.ids)))
            continue
        held = _join(other, drafts, whole, (*path, id_))
        if held is None:
            continue
        if held.probe is not profile.probe:
            sentence = _("'{other}' is measured by {way}, this profile by {own}: name both at the target.")
            fields.refuse(
                "include", sentence.format(other=other, way=held.probe.value, own=profile.probe.value)
            )
            continue
        readings |= {each.id: each for each in held.readings}
        tables |= {each.id: each for each in held.tables}
        checks |= {each.id: each for each in held.checks}
    readings |= {each.id: each for each in profile.readings}
    tables |= {each.id: each for each in profile.tables}
    checks |= {each.id: each for each in profile.checks}
    whole[id_] = replace(
        profile,
        readings=tuple(readings.values()),
        tables=tuple(tables.values()),
        checks=tuple(checks.values()),
    )
    return whole[id_]

"""Reading what is watched: targets, credentials and profiles, all faults in one pass, never half of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from hisconsole.config.documents import Signature, named, read_documents, signature_of
from hisconsole.config.profiles import PROFILES, draft, joined
from hisconsole.config.targets_build import target_of
from hisconsole.config.targets_checks import check_targets_across
from hisconsole.config.targets_credentials import credential_of
from hisconsole.config.targets_fields import PartFields
from hisconsole.errors import ConfigFault, Finding
from hisconsole.fields import shown
from hisconsole.paths import shipped
from hisconsole.plan.targets import Credential, Infrastructure, Target
from hisconsole.strict_yaml import Document
from hisconsole.text import _
from hisconsole.values import dataclass

TARGETS = "targets.yaml"
CREDENTIALS = "credentials.yaml"

Built = TypeVar("Built")


@dataclass(frozen=True, slots=True)
class Checked:
    """What the files gave: `infrastructure` is None with any fault; warnings do not stand in the way."""

    infrastructure: Infrastructure | None
    faults: tuple[Finding, ...]
    warnings: tuple[Finding, ...]


def load_targets(folder: Path, *, sample: bool) -> Infrastructure:
    """What `folder` has watched; raises ConfigFault with every fault. A site without targets has none."""
    checked = check_targets(folder, sample=sample)
    if checked.infrastructure is None:
        raise ConfigFault(checked.faults)
    return checked.infrastructure


def reload_targets(
    current: Infrastructure, folder: Path, *, sample: bool
) -> tuple[Infrastructure, ConfigFault | None]:
    """What `folder` now has watched; with faults `current` stays, and they are told."""
    try:
        return load_targets(folder, sample=sample), None
    except ConfigFault as fault:
        return current, fault


def targets_signature(folder: Path) -> Signature:
    """What changes when any of these files is saved, cheap enough to ask often."""
    return signature_of((folder / TARGETS, folder / CREDENTIALS, *_profile_files(folder)))


def check_targets(folder: Path, *, sample: bool) -> Checked:
    """Read all files; in a `sample` hospital secrets stand in the files and addresses are 127.x.x.x."""
    findings: list[Finding] = []
    files = (folder / TARGETS, folder / CREDENTIALS, *_profile_files(folder))
    read = read_documents(files, findings, needed=(), large=files[:1])
    documents = read.held
    drafts = draft(documents, files[2:], findings)
    profiles = joined(drafts)
    credentials = _entries(
        documents.get(folder / CREDENTIALS), lambda fields: credential_of(fields, sample=sample), findings
    )
    targets = _entries(
        documents.get(folder / TARGETS), lambda fields: target_of(fields, sample=sample), findings
    )
    known_credentials: dict[str, Credential | None] = dict.fromkeys(_ids(documents, folder / CREDENTIALS))
    known_credentials |= {each.name: each for each, _fields in credentials}
    warnings = check_targets_across(
        targets,
        ids=_ids(documents, folder / TARGETS),
        credentials=known_credentials if folder / CREDENTIALS in {*documents, *read.absent} else None,
        profiles={**dict.fromkeys(drafts.ids), **profiles},
    )
    order = {named(path): place for place, path in enumerate(files)}
    findings = sorted(set(findings), key=lambda each: (order[each.file], each.line, each.col))
    built = Infrastructure(
        targets=tuple(target for target, _fields in targets),
        credentials=MappingProxyType({each.name: each for each, _fields in credentials}),
        profiles=MappingProxyType(profiles),
        version=read.version,
    )
    return Checked(None if findings else built, tuple(findings), tuple(warnings))


def _profile_files(folder: Path) -> tuple[Path, ...]:
    """The delivered profiles, and after them the site's own, which come before those of their name."""
    own = folder / PROFILES
    delivered = shipped("config") / PROFILES
    folders = [delivered] if own.resolve() == delivered.resolve() else [delivered, own]
    return tuple(path for each in folders for path in sorted(each.glob("*.yaml")))


def _ids(documents: Mapping[Path, Document], path: Path) -> tuple[str, ...]:
    document = documents.get(path)
    return tuple(document.data) if document is not None and isinstance(document.data, dict) else ()


def _entries(
    document: Document | None, build: Callable[[PartFields], Built], findings: list[Finding]
) -> tuple[tuple[Built, PartFields], ...]:
    """Build every entry of a file whose names are ids; an empty file has none."""
    if document is None or document.data is None:
        return ()
    if not isinstance(document.data, dict):
        sentence = _("write each entry under its id, as 'sw-core-1:'.")
        findings.append(document.at_value((), sentence))
        return ()
    built = []
    folded: dict[str, str] = {}
    for id_, held in document.data.items():
        fields = PartFields(document, (id_,), findings)
        other = folded.setdefault(id_.casefold(), id_)
        if other != id_:
            sentence = _("'{id}' differs from '{other}' only in case: give it another id.")
            words = sentence.format(id=shown(id_), other=shown(other))
            findings.append(document.at_key((id_,), words))
        if isinstance(held, dict):
            built.append((build(fields), fields))
            fields.close()
        else:
            sentence = _("'{id}' needs its fields below it, each on its own line, indented.")
            findings.append(document.at_key((id_,), sentence.format(id=shown(id_))))
    return tuple(built)


__all__ = [
    "CREDENTIALS",
    "TARGETS",
    "Checked",
    "Credential",
    "Infrastructure",
    "Signature",
    "Target",
    "check_targets",
    "load_targets",
    "reload_targets",
    "targets_signature",
]

"""Whom targets serve: what only the files of targets and departments show together."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from hisconsole.config.documents import named, read_bytes
from hisconsole.config.targets import TARGETS
from hisconsole.errors import Finding
from hisconsole.fields import closest, shown
from hisconsole.plan.targets import EVERYBODY, Infrastructure
from hisconsole.strict_yaml import read
from hisconsole.text import _


def check_serves(folder: Path, infrastructure: Infrastructure, departments: Collection[str]) -> list[Finding]:
    """The `serves` of targets in `folder` that name no department: no caller's way will ever end there."""
    document = read(read_bytes(folder / TARGETS) or b"", source=named(folder / TARGETS))
    findings = []
    for target in infrastructure.targets:
        for id_ in target.serves:
            if id_ in departments or id_ == EVERYBODY:
                continue
            meant = closest(id_, (*departments, EVERYBODY))
            hint = _(": did you mean '{meant}'?").format(meant=meant) if meant else "."
            sentence = _("'serves' names '{id}', which departments.yaml does not list{hint}")
            words = sentence.format(id=shown(id_), hint=hint)
            findings.append(document.at_value((target.id, "serves"), words))
    return findings

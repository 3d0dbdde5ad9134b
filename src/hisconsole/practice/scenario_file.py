"""Reading scenarios: every fault at its line and column, and only what the targets have may be set."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from hisconsole.config.targets_fields import PartFields
from hisconsole.errors import ConfigFault, Finding, HisError, NotFound
from hisconsole.fields import closest, shown
from hisconsole.paths import shipped
from hisconsole.plan.words import Symptom
from hisconsole.practice.facets import Value
from hisconsole.practice.hospital import CONSOLE, Hospital
from hisconsole.practice.scenario import Call, Said, Scenario, Step
from hisconsole.strict_yaml import MAX_BYTES, Document, read
from hisconsole.text import _, printable

LONGEST_S = 6 * 3600
_LISTS = ("steps", "calls")
_TIME = re.compile(r"(?:(\d{1,2})h)?(?:(\d{1,3})m)?(?:(\d{1,4})s)?")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")


def scenario_folder(config: Path | None = None) -> Path:
    """Where the scenarios of a hospital lie: in its folder, else the delivered ones."""
    own = config / "scenarios" if config is not None else None
    return own if own is not None and own.is_dir() else shipped("config") / "scenarios"


def scenario_names(folder: Path) -> tuple[str, ...]:
    """The names of the scenarios in a folder."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def load_scenario(
    folder: Path, name: str, hospital: Hospital, *, workstations: Collection[str] | None = None
) -> Scenario:
    """The scenario of that name; raises NotFound, or ConfigFault with every fault of its file.

    With `workstations` its calls may come from no other.
    """
    names = scenario_names(folder)
    if not _NAME.fullmatch(name) or name not in names:
        sentence = _("There is no scenario '{name}'. There are: {names}.")
        raise NotFound(sentence.format(name=printable(name, limit=40), names=", ".join(names) or "-"))
    path = folder / f"{name}.yaml"
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as fault:
        raise HisError(_("{path} cannot be read: {why}").format(path=path, why=fault.strerror)) from fault
    return scenario_of(raw, source=str(path), id_=name, hospital=hospital, workstations=workstations)


def scenario_of(
    raw: bytes | str,
    *,
    source: str,
    id_: str,
    hospital: Hospital,
    workstations: Collection[str] | None = None,
) -> Scenario:
    """The scenario that a text describes; raises ConfigFault with every fault."""
    document = read(raw, source=source)
    findings = list(document.findings)
    data = document.data
    if not document.whole or not isinstance(data, dict):
        if not findings:
            findings.append(document.at_value((), _("a scenario has a name, an 'about' and steps.")))
        raise ConfigFault(findings)
    listed = data.get("steps")
    head = PartFields(_without(document, _LISTS), (), findings)
    name, about = head.text("name", needed=True), head.text("about", needed=True, longest=400)
    head.close()
    steps: list[Step] = []
    said: list[Said] = []
    if not isinstance(listed, list) or not listed:
        findings.append(document.at_key(("steps",), _("'steps' needs a list, each step begun with '-'.")))
    for place in range(len(listed) if isinstance(listed, list) else 0):
        _step(PartFields(_part(document, "steps", place), (), findings), hospital, steps, said)
    calls = _calls(document, data.get("calls", []), workstations, findings)
    if findings:
        raise ConfigFault(sorted(set(findings), key=lambda each: (each.line, each.col)))
    steps.sort(key=lambda step: step.at_s)
    said.sort(key=lambda each: each.at_s)
    return Scenario(id_, name, about, tuple(steps), tuple(said), calls)


def _calls(
    document: Document, listed: object, workstations: Collection[str] | None, findings: list[Finding]
) -> tuple[Call, ...]:
    """Who phones in a drill; a scenario may have no calls."""
    if not isinstance(listed, list):
        findings.append(document.at_key(("calls",), _("'calls' needs a list, each call begun with '-'.")))
        return ()
    found = [
        _call(PartFields(_part(document, "calls", place), (), findings), workstations)
        for place in range(len(listed))
    ]
    return tuple(sorted(filter(None, found), key=lambda call: call.at_s))


def _call(fields: PartFields, workstations: Collection[str] | None) -> Call | None:
    if not isinstance(fields.document.data, dict):
        sentence = _("a call has 'at', 'workstation', 'symptom', 'words' and 'reporter'.")
        fields.findings.append(fields.document.at_value((), sentence))
        return None
    at_s = _seconds(fields, "at", needed=True, sign="+")
    workstation = fields.reference("workstation", needed=True)
    if workstation and workstations is not None and workstation not in workstations:
        fields.unknown_part("workstation", workstation, tuple(workstations))
    symptom = fields.choice("symptom", Symptom, needed=True)
    words, reporter = fields.text("words", needed=True, longest=300), fields.text("reporter", needed=True)
    fields.close()
    return Call(at_s, workstation, symptom.value if symptom else "", words, reporter)


def _step(fields: PartFields, hospital: Hospital, steps: list[Step], said: list[Said]) -> None:
    """One entry of the list: something said, something done, or both."""
    if not isinstance(fields.document.data, dict):
        fields.findings.append(fields.document.at_value((), _("a step has 'at', and 'say' or 'target'.")))
        return
    at_s = _seconds(fields, "at", needed=True, sign="+")
    text = fields.text("say", longest=300)
    if text:
        said.append(Said(at_s, text))
    target = fields.text("target")
    over_s = _seconds(fields, "over", needed=False, sign="")
    changes, below = fields.pairs("set")
    fields.close()
    if not text and not target:
        fields.refuse("at", _("nothing happens here: add 'say', or 'target' and 'set'."))
    if bool(target) != bool(changes):
        fields.refuse("target", _("'target' and 'set' belong together: give both."))
        return
    if target and target not in hospital.devices and target != CONSOLE:
        fields.unknown_part("target", target, (*hospital.devices, CONSOLE))
        return
    for name, written in changes.items():
        value = _value(below, hospital, target, name, written)
        if isinstance(value, str) and over_s:
            fields.refuse("over", _("'{name}' holds a word, which changes at once.").format(name=name))
        elif value is not None:
            steps.append(Step(at_s, (target, name), value, over_s))


def _value(below: PartFields, hospital: Hospital, target: str, name: str, written: str) -> Value | None:
    """The value that is set; None with a finding where it cannot be."""
    facets = hospital.facets(target)
    if name not in facets:
        meant = closest(name, facets)
        hint = _("did you mean '{meant}'?").format(meant=meant) if meant else _("it has no such facet.")
        sentence = _("'{name}' cannot be set on {target}: {hint}")
        below.refuse(name, sentence.format(name=shown(name), target=target, hint=hint))
        return None
    try:
        return facets[name].read(written)
    except HisError as fault:
        below.refuse(name, str(fault))
        return None


def _seconds(fields: PartFields, name: str, *, needed: bool, sign: str) -> float:
    text = fields.text(name, needed=needed)
    if not text:
        return 0.0
    found = _TIME.fullmatch(text.removeprefix(sign)) if text.startswith(sign) else None
    if found is not None and any(found.groups()):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        total = 3600 * hours + 60 * minutes + seconds
        if total <= LONGEST_S:
            return float(total)
    sentence = _("'{name}' must be a time such as {sign}2m or {sign}1m30s, at most 6h, not '{value}'.")
    fields.refuse(name, sentence.format(name=name, sign=sign, value=shown(text)))
    return 0.0


def _part(document: Document, name: str, place: int) -> Document:
    """One entry of a list as a document of its own, at its lines."""
    data = document.data[name][place]  # type: ignore[call-overload, index]
    start = (name, place)
    return Document(
        document.source,
        data,
        {path[2:]: mark for path, mark in document.keys.items() if path[:2] == start},
        {path[2:]: mark for path, mark in document.values.items() if path[:2] == start},
        (),
        document.whole,
    )


def _without(document: Document, names: Collection[str]) -> Document:
    data = {key: value for key, value in document.data.items() if key not in names}  # type: ignore[union-attr]
    return Document(document.source, data, document.keys, document.values, (), document.whole)

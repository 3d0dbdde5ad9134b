"""Contacts out of lists that somebody has: a verdict for each line, what would change, and nothing half."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from hisconsole.config.documents import read_bytes
from hisconsole.config.imports_forms import decoded
from hisconsole.config.load import FILES, check_site, contact_of
from hisconsole.config.putting import put
from hisconsole.config.roster_forms import NUMBERS, Candidate, Form, candidates, form_of
from hisconsole.config.roster_text import Edit, appended, edited, places, stubborn
from hisconsole.config.site import Contact, Site
from hisconsole.errors import Finding, HisError, Refused
from hisconsole.fields import Fields
from hisconsole.plan.contacts import masked
from hisconsole.plan.find import fold
from hisconsole.plan.target_text import entry_text
from hisconsole.strict_yaml import Document, load, read
from hisconsole.text import _, printable
from hisconsole.values import dataclass

ROSTER = "roster.yaml"


class Outcome(StrEnum):
    """What is done with a line."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a contact, before and after; numbers are masked."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a line comes to: for which contact, what changes, or in words why it is refused."""

    line: int
    name: str
    outcome: Outcome
    contact: str = ""
    words: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """Every line's verdict; `text` is roster.yaml with all of it done, `before` what it was made from."""

    form: Form
    verdicts: tuple[Verdict, ...]
    before: bytes
    text: str

    @property
    def refused(self) -> int:
        """How many lines are refused; one of them keeps all from being written."""
        return sum(each.outcome is Outcome.REFUSED for each in self.verdicts)

    @property
    def changes(self) -> int:
        """How many contacts would be new or other than they are."""
        return sum(each.outcome in (Outcome.ADD, Outcome.CHANGE) for each in self.verdicts)


def preview(raw: bytes, *, folder: Path, site: Site, kind: str = "staff") -> Preview:
    """Read the list `raw` against the roster in `folder`; nothing is written.

    `kind` is that of new contacts which do not say theirs. Raises HisError where it is no list.
    """
    text = decoded(raw)
    form = form_of(text)
    before = read_bytes(folder / ROSTER) or b""
    reading = _Reading(site, load(before, source=ROSTER), before.decode("utf-8-sig"), kind)
    verdicts = [reading.verdict(each) for each in candidates(form, text)]
    if not verdicts:
        raise HisError(_("this list holds no contact."))
    return reading.checked(Preview(form, tuple(verdicts), before, reading.text()), folder)


def write(folder: Path, found: Preview) -> None:
    """Put the new roster.yaml in place of the old one, in one piece. Raises Refused or HisError."""
    if found.refused:
        raise Refused(_("Nothing was written: {n} lines are refused.").format(n=found.refused))
    path = (folder / ROSTER).resolve()
    try:
        if read_bytes(path) != found.before:
            raise Refused(_("Somebody changed {file} meanwhile: look at the list again.").format(file=path))
        put(path, found.text.encode(), path.stat().st_mode & 0o777)
    except OSError as fault:
        sentence = _("{file} cannot be written: {reason}.")
        raise HisError(sentence.format(file=path, reason=fault.strerror or fault)) from fault


class _Reading:
    """One pass over a list: what it adds and changes so far, so that no contact comes twice."""

    def __init__(self, site: Site, document: Document, text: str, kind: str) -> None:
        self._site = site
        self._document = document
        self._before = text.replace("\r\n", "\n")
        self._rows = self._before.split("\n")
        self._places = places(document, self._before)
        self._kind = kind
        self._ids = {contact.id.casefold(): contact for contact in site.roster}
        self._names: dict[str, list[Contact]] = {}
        for contact in site.roster:
            self._names.setdefault(fold(contact.name), []).append(contact)
        self._departments = {
            fold(word): each.id for each in site.departments for word in (each.name, each.id)
        }
        self._lines: dict[str, int] = {}
        self._made = 0
        self._edits: list[Edit] = []
        self._new: list[tuple[str, Mapping[str, str]]] = []

    def text(self) -> str:
        """roster.yaml with all that is not refused."""
        text = edited(self._places, self._before, self._edits)
        return appended(text, self._new) if self._new else text

    def verdict(self, candidate: Candidate) -> Verdict:
        """What one line comes to."""
        told = Verdict(candidate.line, candidate.name, Outcome.REFUSED)
        given = dict(candidate.given)
        fault = candidate.fault or self._place(given)
        if fault:
            return replace(told, words=fault)
        contact, fault = self._meant(given)
        if fault:
            return replace(told, words=fault)
        id_ = contact.id if contact is not None else given.get("id") or self._id_for(given["name"])
        first = self._lines.setdefault(id_.casefold(), candidate.line)
        if first != candidate.line:
            return replace(
                told, contact=id_, words=_("line {line} is this contact already").format(line=first)
            )
        if not given.pop("id", ""):
            given = {**given, "name": contact.name if contact is not None else given["name"]}
        return self._added(told, id_, given) if contact is None else self._changed(told, contact.id, given)

    def _place(self, given: dict[str, str]) -> str:
        """Put the id of a department in place of its name; the fault where there is none."""
        name = given.get("department", "")
        found = self._departments.get(fold(name))
        if name and found is None:
            return _("no department is called {name}").format(name=printable(name, limit=40))
        if found:
            given["department"] = found
        return ""

    def _meant(self, given: Mapping[str, str]) -> tuple[Contact | None, str]:
        """The contact that a line is about, by id, else by name; None for a new one, or a fault."""
        if id_ := given.get("id"):
            known = self._ids.get(id_.casefold())
            return known, "" if known or given.get("name") else _("a new contact needs a name")
        if not given.get("name"):
            return None, _("there is neither a name nor an id")
        same = self._names.get(fold(given["name"]), [])
        if len(same) > 1:
            ids = ", ".join(each.id for each in same)
            return None, _("several have this name: add a column 'id' with one of {ids}").format(ids=ids)
        return (same[0] if same else None), ""

    def _id_for(self, name: str) -> str:
        """An id for somebody new: the Latin words of the name, else a number."""
        made = ".".join(re.findall(r"[a-z0-9]+", name.casefold()))[:32].strip(".")
        if made and made not in self._ids and made not in self._lines:
            return made
        while True:
            self._made += 1
            made = f"contact-{self._made}"
            if made not in self._ids and made not in self._lines:
                return made

    def _added(self, told: Verdict, id_: str, given: dict[str, str]) -> Verdict:
        fields = {"name": given.pop("name"), "role": given.pop("role", ""), "kind": self._kind, **given}
        fault = _fault(id_, fields)
        if fault:
            return replace(told, contact=id_, words=fault)
        self._new.append((id_, fields))
        changes = tuple(Change(name, "", _shown(name, text)) for name, text in fields.items() if text)
        return replace(told, outcome=Outcome.ADD, contact=id_, changes=changes)

    def _changed(self, told: Verdict, id_: str, given: Mapping[str, str]) -> Verdict:
        """An empty cell changes nothing: a list never takes a number away."""
        data = self._document.data
        entry = data[id_] if isinstance(data, dict) else None
        held = {name: str(text).strip() for name, text in (entry.items() if isinstance(entry, dict) else ())}
        fields: dict[str, str | None] = {
            name: text for name, text in given.items() if held.get(name, "") != text
        }
        if not fields:
            return replace(told, outcome=Outcome.SAME, contact=id_)
        if not fields.keys().isdisjoint(NUMBERS) and "verified" in held and "verified" not in given:
            fields["verified"] = None  # nobody has tried the new number yet
        after = {**held, **{name: text or "" for name, text in fields.items()}}
        fault = stubborn(self._places[id_], self._rows) or _fault(id_, after)
        if fault:
            return replace(told, contact=id_, words=fault)
        self._edits.append(Edit(id_, fields))
        changes = tuple(
            Change(name, _shown(name, held.get(name, "")), _shown(name, text or ""))
            for name, text in fields.items()
        )
        return replace(told, outcome=Outcome.CHANGE, contact=id_, changes=changes)

    def checked(self, found: Preview, folder: Path) -> Preview:
        """Refuse the lines that would leave a fault in the files, such as a deputy nobody knows."""
        if not found.changes:
            return found
        findings = _faults(folder, found.text)
        lines = {
            mark[0]: str(path[0])
            for path, mark in read(found.text, source=ROSTER).keys.items()
            if len(path) == 1
        }
        sentences: dict[str, str] = {}
        for finding in findings:
            file = Path(finding.file).name  # another file may need what a line would change
            above = [line for line in lines if line <= finding.line] if file == ROSTER else []
            told = finding.sentence if file == ROSTER else f"{file}:{finding.line}: {finding.sentence}"
            sentences.setdefault(lines[max(above)] if above else "", told)
        general = next((text for id_, text in sentences.items() if id_ not in self._touched()), "")
        return replace(
            found,
            verdicts=tuple(
                replace(each, outcome=Outcome.REFUSED, words=sentences.get(each.contact) or general)
                if each.outcome in (Outcome.ADD, Outcome.CHANGE) and (general or each.contact in sentences)
                else each
                for each in found.verdicts
            ),
        )

    def _touched(self) -> frozenset[str]:
        return frozenset({*(edit.id for edit in self._edits), *(id_ for id_, _fields in self._new)})


def _shown(name: str, text: str) -> str:
    return masked(text) if name in NUMBERS else text


def _fault(id_: str, fields: Mapping[str, str]) -> str:
    """The first fault that the entry would have of itself, in words."""
    document = read(entry_text(id_, fields), source=ROSTER)
    findings: list[Finding] = list(document.findings)
    if not findings:
        part = Fields(document, (id_,), findings)
        contact_of(part)
        part.close()
    return findings[0].sentence if findings else ""


def _faults(folder: Path, text: str) -> Sequence[Finding]:
    """What `check` would say of the hospital's files with that roster among them."""
    with tempfile.TemporaryDirectory(prefix="hisconsole-") as scratch:
        for name in FILES:
            raw = text.encode() if name == ROSTER else read_bytes(folder / name)
            if raw is not None:
                (Path(scratch) / name).write_bytes(raw)
        return check_site(Path(scratch))


def counts(verdicts: Iterable[Verdict]) -> dict[Outcome, int]:
    """How many lines have each outcome."""
    found = dict.fromkeys(Outcome, 0)
    for verdict in verdicts:
        found[verdict.outcome] += 1
    return found

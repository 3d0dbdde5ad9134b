"""Targets out of lists that a hospital already has: each line with a verdict before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from hisconsole.config.imports_forms import Candidate, Form, candidates, decoded, form_of
from hisconsole.config.targets_build import target_of
from hisconsole.config.targets_fields import PartFields
from hisconsole.errors import Finding
from hisconsole.plan.profiles import Probe
from hisconsole.plan.target_text import entry_text, id_from
from hisconsole.plan.targets import Infrastructure
from hisconsole.strict_yaml import read
from hisconsole.text import _, printable
from hisconsole.values import dataclass


class Outcome(StrEnum):
    """What is done with a line."""

    ADD = "add"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a line of the list says, what becomes of it, and for ADD the entry for targets.yaml."""

    line: int
    name: str
    outcome: Outcome
    words: str
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Every line's verdict; `text` is what would be added to targets.yaml."""

    form: Form
    verdicts: tuple[Verdict, ...]

    @property
    def text(self) -> str:
        """The new entries, in the order of the list."""
        return "\n".join(each.entry for each in self.verdicts if each.outcome is Outcome.ADD)


def preview(
    raw: bytes,
    *,
    name: str,
    known: Infrastructure,
    sample: bool,
    credential: str = "",
    login: str = "",
    form: Form | None = None,
) -> Preview:
    """Read the list `raw` from a file called `name`; nothing is written.

    `credential` and `login` are given to entries that need them and do not name their own.
    """
    text = decoded(raw)
    found = form or form_of(name, text)
    ids = {target.id.casefold(): target.id for target in known.targets}
    addresses = {target.address: target.id for target in known.targets}
    verdicts = []
    for candidate in candidates(found, text):
        verdict = _verdict(candidate, known, ids, addresses, sample=sample, give=(credential, login))
        verdicts.append(verdict)
    return Preview(found, tuple(_with_parents(verdicts, frozenset(ids.values()))))


def _with_parents(verdicts: Sequence[Verdict], ids: frozenset[str]) -> Sequence[Verdict]:
    """Refuse what hangs on something that is neither watched nor on the list."""
    found = list(verdicts)
    for place, verdict in enumerate(found):
        document = read(verdict.entry, source="import")
        for id_, held in document.data.items() if isinstance(document.data, dict) else ():
            parents = held.get("parents") if isinstance(held, dict) else None
            lost = [each for each in str(parents or "").split() if each not in ids]
            if lost:
                words = _("it hangs on {parent}, which is not watched").format(parent=lost[0])
                refused = Verdict(verdict.line, verdict.name, Outcome.REFUSED, words)
                return _with_parents([*found[:place], refused, *found[place + 1 :]], ids - {id_})
    return found


def _verdict(
    candidate: Candidate,
    known: Infrastructure,
    ids: dict[str, str],
    addresses: dict[str, str],
    *,
    sample: bool,
    give: tuple[str, str],
) -> Verdict:
    shown = printable(candidate.name or candidate.address or candidate.id, limit=60)
    if candidate.fault:
        return Verdict(candidate.line, shown, Outcome.REFUSED, candidate.fault)
    if candidate.address in addresses:
        words = _("its address is already watched, as {id}").format(id=addresses[candidate.address])
        return Verdict(candidate.line, shown, Outcome.KNOWN, words)
    id_ = candidate.id or id_from(candidate.name, candidate.address)
    if id_.casefold() in ids:
        words = _("the id {id} is taken: give it another name").format(id=ids[id_.casefold()])
        return Verdict(candidate.line, shown, Outcome.REFUSED, words)
    profiles = [each for each in candidate.profiles.split() if each in known.profiles]
    unknown = [each for each in candidate.profiles.split() if each not in known.profiles]
    if unknown or not profiles:
        words = _("no profile is called {name}").format(name=printable(" ".join(unknown) or "-", limit=40))
        return Verdict(candidate.line, shown, Outcome.REFUSED, words)
    ways = {known.profiles[each].probe for each in profiles}
    fields = {
        "name": printable(candidate.name or id_, limit=80),
        "kind": candidate.kind or known.profiles[profiles[0]].kind,
        "address": candidate.address,
        "port": candidate.port if Probe.SNMP in ways else "",
        "building": candidate.building,
        "room": candidate.room,
        "parents": candidate.parents,
        "services": candidate.services,
        "credential": (candidate.credential or give[0]) if Probe.SNMP in ways else "",
        "login": (candidate.login or give[1]) if Probe.SSH in ways else "",
        "login_port": candidate.login_port if Probe.SSH in ways else "",
        "profiles": " ".join(profiles),
    }
    entry = entry_text(id_, fields)
    wrong = _fault(id_, entry, known, fields, sample=sample)
    if wrong:
        return Verdict(candidate.line, shown, Outcome.REFUSED, wrong)
    ids[id_.casefold()] = id_
    addresses[candidate.address] = id_
    words = _("added as {id}, measured by {profiles}").format(id=id_, profiles=fields["profiles"])
    return Verdict(candidate.line, shown, Outcome.ADD, words, entry)


def _fault(id_: str, entry: str, known: Infrastructure, fields: Mapping[str, str], *, sample: bool) -> str:
    """The first fault that the entry would have in targets.yaml, in words."""
    document = read(entry, source="import")
    findings: list[Finding] = list(document.findings)
    if not findings:
        part = PartFields(document, (id_,), findings)
        target_of(part, sample=sample)
        part.close()
    if findings:
        return findings[0].sentence
    for name in ("credential", "login"):
        if fields[name] and fields[name] not in known.credentials:
            return _("no credential is called {name}").format(name=printable(fields[name], limit=40))
    return ""


def counts(verdicts: Iterable[Verdict]) -> dict[Outcome, int]:
    """How many lines have each outcome."""
    found = dict.fromkeys(Outcome, 0)
    for verdict in verdicts:
        found[verdict.outcome] += 1
    return found

"""Reading a hospital's folder: all its files, all faults in one pass, and never half a Site."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from hisconsole.config.backups import backups_of
from hisconsole.config.cards import CARDS, cards_of, check_cards_across
from hisconsole.config.checks import Entries, check_across
from hisconsole.config.documents import Signature, named, read_bytes, read_documents, signature_of
from hisconsole.config.listening import listening_of
from hisconsole.config.operators import OPERATORS, check_operators_across, operators_of
from hisconsole.config.plan_checks import check_plan_across
from hisconsole.config.plan_file import PLAN, draft_of, numbered
from hisconsole.config.server import server_of
from hisconsole.config.shifts import SHIFTS, check_shifts_across, manned, shifts_of
from hisconsole.config.site import (
    IDLE_MIN,
    Contact,
    ContactKind,
    Department,
    PlanRole,
    Site,
    Workstation,
)
from hisconsole.config.targets_fields import PartFields
from hisconsole.errors import ConfigFault, Finding
from hisconsole.fields import Fields, shown
from hisconsole.plan.acts import all_acts
from hisconsole.strict_yaml import Document, read
from hisconsole.text import _

FILES = ("site.yaml", "departments.yaml", "workstations.yaml", "roster.yaml", PLAN, CARDS, SHIFTS)
OPTIONAL = (SHIFTS,)
"""A hospital without it has no rota, and nothing is refused for that."""

ROLES = (OPERATORS,)
"""Left out, or holding remarks alone, it names nobody: then every operator may do all of the plan."""

LANGUAGES = ("en", "zh_CN")

Built = TypeVar("Built")


def load_site(folder: Path) -> Site:
    """The hospital described in `folder`; raises ConfigFault with every finding there is."""
    site, findings = _read_site(folder)
    if site is None:
        raise ConfigFault(findings)
    return site


def check_site(folder: Path) -> list[Finding]:
    """Every fault of the files in `folder`, by file and line; empty when they can be used."""
    return _read_site(folder)[1]


def is_sample(folder: Path) -> bool:
    """Whether the files in `folder` say that they are the sample, whatever faults they have elsewhere."""
    try:
        raw = read_bytes(folder / "site.yaml")
    except OSError:
        return False
    data = read(raw, source="site.yaml").data if raw is not None else None
    return isinstance(data, dict) and data.get("sample") == "yes"


def reload(current: Site, folder: Path) -> tuple[Site, ConfigFault | None]:
    """The hospital as `folder` now describes it; with faults `current` stays, and they are told."""
    try:
        return load_site(folder), None
    except ConfigFault as fault:
        return current, fault


def signature(folder: Path) -> Signature:
    """What changes when a file is saved, cheap enough to ask often; take it before loading."""
    return signature_of(folder / name for name in (*FILES, *ROLES))


def _read_site(folder: Path) -> tuple[Site | None, list[Finding]]:
    if not folder.is_dir():
        sentence = _("there is no such folder: make one with 'hisconsole init'.")
        return None, [Finding(named(folder), 1, 1, sentence)]
    findings: list[Finding] = []
    paths = [folder / name for name in (*FILES, *ROLES)]
    needed = [path for path in paths if path.name not in (*OPTIONAL, *ROLES)]
    documents = read_documents(paths, findings, needed=needed)
    held = {path.name: document for path, document in documents.held.items()}
    site = _build(held, documents.version, findings)
    order = {named(path): place for place, path in enumerate(paths)}
    findings.sort(key=lambda each: (order[each.file], each.line, each.col))
    return (None if findings else site), findings


def _build(documents: dict[str, Document], version: str, findings: list[Finding]) -> Site | None:
    """Build what can be built and check it; a file that could not be read is checked no further."""
    site = documents.get("site.yaml")
    departments = _entries(documents.get("departments.yaml"), _department, findings)
    known = {each.id: each for each, _fields in departments.built}
    workstations = _entries(
        documents.get("workstations.yaml"),
        lambda fields: _workstation(fields, known),
        findings,
    )
    roster, sound = _roster(documents.get("roster.yaml"), findings)
    operators = [each.id for each, _fields in roster.built if each.operator]
    draft = draft_of(documents.get(PLAN), acts=all_acts(), findings=findings)
    if draft is not None:
        check_plan_across(draft, departments=departments.ids, contacts=roster.ids)
    cards = cards_of(documents.get(CARDS), findings=findings)
    if cards is not None:
        check_cards_across(cards, departments=departments.ids, contacts=roster.ids)
    shifts = shifts_of(documents.get(SHIFTS), findings=findings)
    if shifts is not None:
        check_shifts_across(shifts, contacts=roster.ids, operators=operators if sound else None)
    named = operators_of(documents.get(OPERATORS), findings=findings)
    check_operators_across(named, contacts=roster.ids, operators=operators if sound else None)
    if site is None:
        check_across(departments, workstations, roster, sample=False, findings=findings)
        return None
    if not isinstance(site.data, dict):
        findings.append(site.at_value((), _("write the hospital's fields here, as 'name: ...'.")))
    head = PartFields(site, (), findings)
    sample = head.flag("sample")
    name, timezone = head.text("name", needed=True), head.timezone("timezone")
    language, prefix = head.one_of("language", LANGUAGES), head.prefix("prefix")
    traps = listening_of(head, sample=sample)
    server_of(head)
    backups = backups_of(head)
    journal = head.folder("journal")
    idle = head.number("idle", least=0, most=480)
    head.close()
    check_across(departments, workstations, roster, sample=sample, findings=findings)
    if draft is None or cards is None:
        return None
    return Site(
        name=name,
        timezone=timezone,
        language=language,
        sample=sample,
        prefix=prefix,
        departments=tuple(each for each, _fields in departments.built),
        workstations=tuple(each for each, _fields in workstations.built),
        roster=tuple(each for each, _fields in roster.built),
        plan=numbered(draft.plan, timezone),
        version=version,
        cards=cards.cards,
        rota=manned(shifts, operators),
        traps=traps,
        backups=backups,
        journal=journal,
        named=named.named,
        idle_min=IDLE_MIN if idle is None else idle,
    )


def _entries(
    document: Document | None, build: Callable[[Fields], Built], findings: list[Finding]
) -> Entries[Built]:
    """Build every entry of a file whose names are ids."""
    if document is None:
        return Entries(None, ())
    if not isinstance(document.data, dict) or not document.data:
        sentence = _("nothing is listed here: write each entry under its id, as 'cash-01:'.")
        findings.append(document.at_value((), sentence))
        return Entries(None, ())
    built = []
    for id_, held in document.data.items():
        fields = Fields(document, (id_,), findings)
        if isinstance(held, dict):
            built.append((build(fields), fields))
            fields.close()
        else:
            sentence = _("'{id}' needs its fields below it, each on its own line, indented.")
            findings.append(document.at_key((id_,), sentence.format(id=shown(id_))))
    return Entries(document, tuple(built))


def _roster(document: Document | None, findings: list[Finding]) -> tuple[Entries[Contact], bool]:
    """The roster, and whether what it says of operators can be held against other files."""
    before = len(findings)
    roster = _entries(document, contact_of, findings)
    return roster, document is not None and not document.findings and len(findings) == before


def _department(fields: Fields) -> Department:
    return Department(
        id=fields.own_id(),
        name=fields.text("name", needed=True),
        critical=fields.flag("critical"),
        phone=fields.phone("phone"),
        head=fields.reference("head"),
        building=fields.text("building"),
        floor=fields.text("floor"),
        find=fields.words("find"),
    )


def _workstation(fields: Fields, departments: dict[str, Department]) -> Workstation:
    named = fields.reference("department", needed=True)
    department = departments.get(named)
    return Workstation(
        id=fields.own_id(),
        department=named,
        room=fields.text("room", needed=True),
        building=fields.text("building") or (department.building if department else ""),
        phone=fields.phone("phone") or (department.phone if department else ""),
        address=fields.address("address"),
        key_terminal=fields.flag("key_terminal"),
        switch=fields.reference("switch", needed=True),
        find=fields.words("find"),
    )


def contact_of(fields: Fields) -> Contact:
    """A contact out of its entry; what is wrong with it goes to the findings of `fields`."""
    kind = fields.choice("kind", ContactKind, needed=True)
    return Contact(
        id=fields.own_id(),
        name=fields.text("name", needed=True),
        role=fields.text("role", needed=True),
        kind=kind or ContactKind.STAFF,
        department=fields.reference("department"),
        mobile=fields.phone("mobile"),
        office=fields.phone("office"),
        alternate=fields.phone("alternate"),
        deputy=fields.reference("deputy"),
        operator=fields.flag("operator"),
        plan_role=fields.choice("plan_role", PlanRole),
        order=fields.number("order", least=1, most=99),
        contract=fields.text("contract"),
        circuit=fields.text("circuit"),
        hours=fields.text("hours"),
        verified=fields.day("verified"),
        note=fields.text("note", longest=200),
        find=fields.words("find"),
    )

"""What no file can show alone: that names lead somewhere and that the plan's group is complete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from hisconsole.config.site import Contact, ContactKind, Department, PlanRole, Workstation
from hisconsole.errors import Finding
from hisconsole.fields import Fields, closest, shown
from hisconsole.strict_yaml import Document
from hisconsole.text import _
from hisconsole.values import dataclass

Built = TypeVar("Built")

_SEVERAL = frozenset({PlanRole.DEPUTY_LEADER, PlanRole.MEMBER})
"""The seats that more than one person may hold."""


@dataclass(frozen=True, slots=True)
class Entries(Generic[Built]):
    """What one file gave; without a document it could not be read, and its ids are not known."""

    document: Document | None
    built: tuple[tuple[Built, Fields], ...]

    @property
    def ids(self) -> tuple[str, ...] | None:
        """Every id the file names, also of entries with faults; None when it could not be read."""
        if self.document is None or not isinstance(self.document.data, dict):
            return None
        return tuple(self.document.data)


def check_across(
    departments: Entries[Department],
    workstations: Entries[Workstation],
    roster: Entries[Contact],
    *,
    sample: bool,
    findings: list[Finding],
) -> None:
    """Add a finding for each fault that shows only when entries and files are seen together."""
    for document in (departments.document, workstations.document, roster.document):
        if document is not None:
            findings += _same_but_for_case(document)
    for department, fields in departments.built:
        _exists(fields, "head", department.head, roster.ids, "roster.yaml")
    seen: dict[str, str] = {}
    for workstation, fields in workstations.built:
        _exists(fields, "department", workstation.department, departments.ids, "departments.yaml")
        _check_address(workstation, fields, seen, sample=sample)
    for contact, fields in roster.built:
        _exists(fields, "department", contact.department, departments.ids, "departments.yaml")
        _exists(fields, "deputy", contact.deputy, roster.ids, "roster.yaml")
        _check_contact(contact, fields)
    if roster.document is not None:
        findings += _check_group(roster.document, roster.built)


def _same_but_for_case(document: Document) -> list[Finding]:
    """Ids are typed by people: two that differ only in case would be mistaken for each other."""
    findings: list[Finding] = []
    first: dict[str, str] = {}
    for id_ in document.data if isinstance(document.data, dict) else ():
        other = first.setdefault(id_.casefold(), id_)
        if other != id_:
            sentence = _("'{id}' differs from '{other}' only in case: give it another id.")
            findings.append(document.at_key((id_,), sentence.format(id=shown(id_), other=shown(other))))
    return findings


def _exists(fields: Fields, name: str, id_: str, ids: tuple[str, ...] | None, file: str) -> None:
    if not id_ or ids is None or id_ in ids:
        return
    meant = closest(id_, ids)
    hint = _(": did you mean '{meant}'?").format(meant=meant) if meant else "."
    sentence = _("'{name}' is '{id}', which {file} does not list{hint}")
    fields.refuse(name, sentence.format(name=name, id=id_, file=file, hint=hint))


def _check_address(workstation: Workstation, fields: Fields, seen: dict[str, str], *, sample: bool) -> None:
    address = workstation.address
    if not address:
        return
    other = seen.setdefault(address, workstation.id)
    if other != workstation.id:
        sentence = _("{address} already belongs to '{other}': each workstation has its own.")
        fields.refuse("address", sentence.format(address=address, other=shown(other)))
    if sample and not (address == "::1" or address.startswith("127.")):
        sentence = _("a sample hospital uses 127.x.x.x only: for a real one, see site.yaml.")
        fields.refuse("address", sentence)


def _check_contact(contact: Contact, fields: Fields) -> None:
    if contact.deputy == contact.id:
        fields.refuse("deputy", _("nobody is their own deputy: name somebody else."))
    if not contact.numbers and not any(fields.given(name) for name in ("mobile", "office", "alternate")):
        fields.refuse("mobile", _("there is no number: add 'mobile', 'office' or 'alternate'."))
    in_group = contact.kind is ContactKind.LEADING_GROUP
    for name in ("plan_role", "order"):
        if in_group and not fields.given(name):
            sentence = _("'{name}' is missing here: each of the leading group has one.")
            fields.refuse(name, sentence.format(name=name))
        elif not in_group and fields.given(name) and fields.given("kind"):
            sentence = _("'{name}' belongs only to contacts with 'kind: leading_group'.")
            fields.refuse(name, sentence.format(name=name))


def _check_group(document: Document, built: Sequence[tuple[Contact, Fields]]) -> list[Finding]:
    """The plan's clause 2(1): the dean, a vice president, eight heads, each called in turn."""
    orders: dict[int, str] = {}
    roles: dict[PlanRole, str] = {}
    for contact, fields in built:
        if contact.order is not None:
            other = orders.setdefault(contact.order, contact.id)
            if other != contact.id:
                sentence = _("'{other}' already has this place in the order of calls.")
                fields.refuse("order", sentence.format(other=shown(other)))
        if contact.plan_role is not None:
            other = roles.setdefault(contact.plan_role, contact.id)
            if other != contact.id and contact.plan_role not in _SEVERAL:
                sentence = _("'{other}' already has this role in the leading group.")
                fields.refuse("plan_role", sentence.format(other=shown(other)))
    findings = []
    # A role that was misspelt is told once, where it stands, and not as a missing one as well.
    legible = all(contact.plan_role or not fields.given("plan_role") for contact, fields in built)
    for role in PlanRole if legible else ():
        if role not in roles and role is not PlanRole.MEMBER:
            sentence = _("nobody in the leading group has 'plan_role: {role}': add one.")
            findings.append(document.at_value((), sentence.format(role=role.value)))
    if not any(contact.operator for contact, _fields in built):
        findings.append(document.at_value((), _("nobody has 'operator: yes': add at least one.")))
    return findings

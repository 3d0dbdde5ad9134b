"""How the roster reads without a screen: a line a contact, the paper copy, its shape for --json."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from hisconsole import plain
from hisconsole.config import ContactKind, Site
from hisconsole.desk.roster import Entry, numbers_shown
from hisconsole.plan.contacts import trust_label
from hisconsole.plan.outreach import NumberKind
from hisconsole.plan.story_outreach import number_label
from hisconsole.plan.times import to_text
from hisconsole.text import _, fit, wrap

Shape = dict[str, object]


def stamp(site: Site, *, operator: str, now: datetime) -> str:
    """What stands on every copy with numbers: confidential, of whom, by whom, when."""
    text = _("CONFIDENTIAL: roster of {site}, taken by {who} at {when}. Not to be passed on.").format(
        site=site.name, who=operator, when=now.astimezone(site.zone).strftime("%Y-%m-%d %H:%M")
    )
    return f"{site.mark} {text}" if site.mark else text


def kind_label(kind: ContactKind) -> str:
    """A kind of contact as a heading."""
    return {
        ContactKind.LEADING_GROUP: _("Leading group"),
        ContactKind.STAFF: _("Information center"),
        ContactKind.SUPPLIER: _("Suppliers"),
        ContactKind.LINE: _("Line operators"),
        ContactKind.DUTY: _("Duty offices"),
        ContactKind.EXTERNAL: _("Outside"),
    }[kind]


def lines(entries: Iterable[Entry], *, hidden: bool, steps: dict[str, int] | None = None) -> list[str]:
    """A line a contact; with `steps` in the order of calls."""
    told = []
    for entry in entries:
        contact = entry.contact
        first = next(iter(numbers_shown(contact, hidden=hidden).values()), "-")
        step = f"{steps[contact.id]}. " if steps else ""
        away = f" ({_('acting: {who}').format(who=entry.stand_in.id)})" if entry.stand_in else ""
        told.append(
            f"{step}{fit(contact.id, 18)} {fit(contact.name, 20)} {fit(first, 18)} "
            f"{fit(trust_label(entry.standing.trust), 11)} {contact.role}{away}"
        )
    return told


def paper(site: Site, entries: Sequence[Entry], *, stamped: str) -> list[str]:
    """The paper copy: every number in full, the leading group in the order of calls, doubts marked."""
    told = [*wrap(stamped, plain.WIDTH), ""]
    by_kind = {kind: [each for each in entries if each.contact.kind is kind] for kind in ContactKind}
    by_kind[ContactKind.LEADING_GROUP].sort(key=lambda each: each.contact.order or 0)
    for kind, found in by_kind.items():
        if found:
            told += [f"== {kind_label(kind)} ==", ""]
            told += [line for entry in found for line in _paper_entry(site, entry)]
    return [*told, *wrap(stamped, plain.WIDTH)]


def _paper_entry(site: Site, entry: Entry) -> Iterator[str]:
    contact, standing = entry.contact, entry.standing
    department = site.department(contact.department)
    place = f"{contact.order}. " if contact.order else ""
    where = f", {department.name}" if department else ""
    yield from wrap(f"{place}{contact.name} ({contact.id}): {contact.role}{where}", plain.WIDTH)
    numbers = "   ".join(
        f"{number_label(kind).capitalize()} {number}"
        for kind, number in numbers_shown(contact, hidden=False).items()
    )
    yield f"   {numbers}"
    deputy = entry.stand_in or site.contact(contact.deputy)
    wrong = ", ".join(number_label(each.number) for each in standing.wrong)
    about = [
        _("ACTING: {who}").format(who=deputy.name) if entry.stand_in and deputy else "",
        _("deputy: {who}").format(who=deputy.name) if deputy and not entry.stand_in else "",
        _("hours: {hours}").format(hours=contact.hours) if contact.hours else "",
        _("contract: {number}").format(number=contact.contract) if contact.contract else "",
        _("circuit: {number}").format(number=contact.circuit) if contact.circuit else "",
        _("WRONG NUMBER: {which}").format(which=wrong)
        if wrong
        else f"{trust_label(standing.trust)} {standing.verified or ''}".strip(),
        contact.note,
    ]
    text = "; ".join(part for part in about if part)
    yield from (f"   {line}" for line in wrap(text, plain.WIDTH - 3))
    yield ""


def shape(entry: Entry, *, hidden: bool, step: int | None = None) -> Shape:
    """A contact for --json."""
    contact, standing = entry.contact, entry.standing
    numbers = numbers_shown(contact, hidden=hidden)
    acting = standing.acting
    return {
        "contact": contact.id,
        "name": contact.name,
        "role": contact.role,
        "kind": contact.kind.value,
        "department": contact.department,
        "step": step,
        **{kind.value: numbers.get(kind) for kind in NumberKind},
        "masked": hidden,
        "deputy": contact.deputy,
        "stand_in": entry.stand_in.id if entry.stand_in else None,
        "acting": acting
        and {
            "deputy": acting.deputy,
            "until": to_text(acting.until) if acting.until else None,
            "reason": acting.reason,
            "by": acting.by,
        },
        "operator": contact.operator,
        "plan_role": contact.plan_role.value if contact.plan_role else None,
        "order": contact.order,
        "contract": contact.contract,
        "circuit": contact.circuit,
        "hours": contact.hours,
        "note": contact.note,
        "verified": standing.verified.isoformat() if standing.verified else None,
        "verified_by": standing.by,
        "trust": standing.trust.value,
        "wrong": [
            {"number": each.number.value, "at": to_text(each.at), "by": each.by} for each in standing.wrong
        ],
    }

"""Whom to call in which order: the plan's roles as the roster fills them now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hisconsole.config import Contact, Site
from hisconsole.plan.escalation import steps
from hisconsole.plan.outreach import NumberKind, Ordered


def order_now(site: Site, now: datetime) -> tuple[Ordered, ...]:
    """The order of calls at this hour, with the contacts that play each part."""
    return order_of(site, steps(site.plan, now))


def order_of(site: Site, order: Sequence[Sequence[str]]) -> tuple[Ordered, ...]:
    """Who plays the parts of an order; the group's other members come where the group is named."""
    named = {contact for roles in order for id_ in roles for contact in _contacts(site, id_)}
    members = tuple(each.id for each in site.leading_group if each.id not in named)
    return tuple(
        _ordered(site, step, id_, members if role.group else role.contacts)
        for step, roles in enumerate(order)
        for id_ in roles
        if (role := site.plan.role(id_)) is not None
    )


def numbers_of(contact: Contact) -> dict[NumberKind, str]:
    """The numbers of a contact, in the order to try them (domain 5.7)."""
    every = {
        NumberKind.MOBILE: contact.mobile,
        NumberKind.OFFICE: contact.office,
        NumberKind.ALTERNATE: contact.alternate,
    }
    return {kind: number for kind, number in every.items() if number}


def _ordered(site: Site, step: int, role: str, contacts: tuple[str, ...]) -> Ordered:
    known = [found for id_ in contacts if (found := site.contact(id_)) is not None]
    return Ordered(
        step,
        role,
        contacts,
        {each.id: tuple(numbers_of(each)) for each in known},
        {each.id: each.deputy for each in known if each.deputy},
    )


def _contacts(site: Site, role: str) -> tuple[str, ...]:
    found = site.plan.role(role)
    return found.contacts if found is not None else ()

"""The roster at work: who stands how, and what an operator finds out about a contact; acts on the site."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from hisconsole.config import Contact, Site
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.keepable import keepable
from hisconsole.desk.order import numbers_of, order_now
from hisconsole.desk.transaction import Transaction
from hisconsole.errors import NotFound
from hisconsole.plan import contacts
from hisconsole.plan.asking import read_answers
from hisconsole.plan.contacts import EVERYBODY, How, Known, Standing
from hisconsole.plan.events import SITE, Event, Kind, NewEvent
from hisconsole.plan.outreach import NumberKind, Ordered
from hisconsole.plan.story_outreach import number_label
from hisconsole.store import events
from hisconsole.text import _, printable
from hisconsole.values import dataclass

Knowns = Mapping[str, Known]


@dataclass(frozen=True, slots=True)
class Entry:
    """A contact as it stands now; `stand_in` answers in its place, or nobody does."""

    contact: Contact
    standing: Standing
    stand_in: Contact | None


def entries(site: Site, known: Knowns, *, now: datetime) -> tuple[Entry, ...]:
    """The whole roster in its own order; without a record `known` is empty and the files' days count."""
    return tuple(entry_of(site, contact, known, now=now) for contact in site.roster)


def entry_of(site: Site, contact: Contact, known: Knowns, *, now: datetime) -> Entry:
    """One contact with what the record knows of it."""
    stands = contacts.standing(
        known.get(contact.id, contacts.NOTHING),
        contact.verified,
        now=now,
        zone=site.zone,
        stale_days=site.plan.reach.stale_days,
    )
    return Entry(contact, stands, site.contact(contacts.stand_in(contact.id, known, now=now)))


def read_known(desk: Desk) -> dict[str, Known]:
    """What the record knows of the contacts. Raises StoreFault."""
    with desk.database.read() as connection:
        return contacts.known(events.of_incident(connection, SITE))


def read_past(desk: Desk, contact: str) -> tuple[Event, ...]:
    """What was found out about a contact and who saw its numbers, newest first."""
    told = (Kind.CONTACT_VERIFIED, Kind.CONTACT_WRONG, Kind.ACTING, Kind.REVEALED)
    with desk.database.read() as connection:
        found = events.of_incident(connection, SITE)
    return tuple(
        each for each in reversed(found) if each.kind in told and each.body["contact"] in (contact, EVERYBODY)
    )


def to_call(desk: Desk, number: int | None) -> tuple[Ordered, ...]:
    """Whom to call now: as an incident's escalation froze it, else the order of this hour."""
    if number is not None:
        with desk.database.read() as connection:
            incident, _history = desk.look_at(connection, number)
        if incident.order:
            return incident.order
    return order_now(desk.site, desk.now())


@keepable("verify-contact")
def verify(desk: Desk, contact: str, *, act: str | None = None) -> Outcome:
    """The numbers of a contact were tried and are right. Raises NotFound."""
    return _record(
        desk,
        contact,
        lambda now, _known: contacts.verified(contact, now=now),
        "contact-verified",
        _("Verified"),
        act=act,
    )


@keepable("wrong-number", number=NumberKind)
def wrong(desk: Desk, contact: str, number: NumberKind, *, act: str | None = None) -> Outcome:
    """A number of a contact reaches somebody else; a task is open until it is verified. Raises NotFound."""
    found = _contact(desk.site, contact)
    if number not in numbers_of(found):
        raise NotFound(
            _("{contact} has no such number: {number}.").format(contact=contact, number=number_label(number))
        )
    return _record(
        desk,
        contact,
        lambda now, _known: contacts.wrong_number(contact, number, now=now),
        "contact-wrong",
        _("Wrong number"),
        act=act,
    )


@keepable("reveal", how=How)
def reveal(desk: Desk, whose: Sequence[str], *, how: How = How.SCREEN, act: str | None = None) -> Outcome:
    """The numbers of some contacts, or of EVERYBODY, are shown; one act. Raises NotFound."""
    for id_ in whose:
        if id_ != EVERYBODY:
            _contact(desk.site, id_)
    now = desk.now()

    def decide(_transaction: Transaction) -> Sequence[NewEvent]:
        return [contacts.revealed(id_, how, now=now) for id_ in whose]

    return desk.record(decide, doing="reveal", act=act, now=now, sentence=_("Numbers shown"))


@keepable("acting")
def acting(desk: Desk, contact: str, given: Mapping[str, str], *, act: str | None = None) -> Outcome:
    """Somebody answers in a contact's place; `given` answers `contacts.acting_fields`. Raises Refused."""
    answers = read_answers(contacts.acting_fields(), given, now=desk.now(), zone=desk.zone)
    deputy, until = _contact(desk.site, str(answers["deputy"])).id, answers["until"]

    def decide(now: datetime, known: Knowns) -> NewEvent:
        return contacts.acting(
            contact,
            deputy,
            until=until if isinstance(until, datetime) else None,
            reason=str(answers["reason"]),
            of_record=known,
            now=now,
        )

    return _record(desk, contact, decide, "acting", _("Acting"), act=act)


@keepable("back")
def back(desk: Desk, contact: str, *, act: str | None = None) -> Outcome:
    """A contact answers for themselves again. Raises Refused."""
    return _record(
        desk,
        contact,
        lambda now, known: contacts.back(contact, of_record=known, now=now),
        "acting-back",
        _("Back"),
        act=act,
    )


def numbers_shown(contact: Contact, *, hidden: bool) -> dict[NumberKind, str]:
    """The numbers of a contact in the order to try them, all but two digits of each masked while `hidden`."""
    return {
        kind: contacts.masked(number) if hidden else number for kind, number in numbers_of(contact).items()
    }


def _contact(site: Site, id_: str) -> Contact:
    found = site.contact(id_)
    if found is None:
        raise NotFound(_("There is no contact '{id}' in the roster.").format(id=printable(id_, limit=60)))
    return found


def _record(
    desk: Desk,
    contact: str,
    decide: Callable[[datetime, Knowns], NewEvent],
    doing: str,
    sentence: str,
    *,
    act: str | None,
) -> Outcome:
    _contact(desk.site, contact)
    now = desk.now()

    def decided(transaction: Transaction) -> Sequence[NewEvent]:
        known = contacts.known(events.of_incident(transaction.connection, SITE))
        return [decide(now, known)]

    return desk.record(decided, doing=doing, act=act, now=now, sentence=sentence)

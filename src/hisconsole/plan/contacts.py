"""Contacts as the record knows them: verified when, wrong where, away and who acts for them (domain 7).

The roster's files hold the numbers; what people found out about them are events of no incident.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from hisconsole.errors import Refused
from hisconsole.plan.asking import Ask, Field
from hisconsole.plan.due import WRONG_NUMBER, Due
from hisconsole.plan.events import SITE, Event, Kind, NewEvent
from hisconsole.plan.outreach import NumberKind
from hisconsole.plan.times import from_text, to_text
from hisconsole.text import _
from hisconsole.values import dataclass

RIGHT_WITHIN = timedelta(hours=8)
"""A wrong number is put right before the shift is over; what is left is told at the hand-over (domain 3)."""

EVERYBODY = "*"
"""In place of a contact: the numbers of the whole roster were shown."""


class How(StrEnum):
    """How numbers were shown."""

    SCREEN = "screen"
    PRINT = "print"
    EXPORT = "export"


class Trust(StrEnum):
    """How far the numbers of a contact can be relied on."""

    VERIFIED = "verified"
    STALE = "stale"
    NEVER = "never"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Wrong:
    """Somebody dialled a number of a contact and it was not theirs."""

    number: NumberKind
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Acting:
    """Who answers in a contact's place, until when (None: until they are back), and why."""

    deputy: str
    since: datetime
    until: datetime | None
    reason: str
    by: str

    def holds(self, now: datetime) -> bool:
        """Whether it is in force."""
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Known:
    """What the record says of one contact."""

    verified_at: datetime | None = None
    verified_by: str = ""
    wrong: tuple[Wrong, ...] = ()
    acting: Acting | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A contact as it stands now: the later of the files' day and the record's, and what is doubtful."""

    trust: Trust
    verified: date | None
    by: str
    """Who verified it last; empty where only the files say so."""
    wrong: tuple[Wrong, ...]
    acting: Acting | None

    @property
    def doubtful(self) -> bool:
        """Whether the numbers want to be tried again."""
        return self.trust is not Trust.VERIFIED


NOTHING = Known()


def known(events: Iterable[Event]) -> dict[str, Known]:
    """What the events of no incident say of each contact; who was never spoken of has no entry."""
    found: dict[str, Known] = {}
    for event in events:
        if event.kind not in (Kind.CONTACT_VERIFIED, Kind.CONTACT_WRONG, Kind.ACTING):
            continue
        body, before = event.body, found.get(event.body["contact"], NOTHING)
        if event.kind is Kind.CONTACT_VERIFIED:
            after = replace(before, verified_at=event.at, verified_by=event.actor, wrong=())
        elif event.kind is Kind.CONTACT_WRONG:
            number = NumberKind(body["number"])
            others = tuple(each for each in before.wrong if each.number is not number)
            after = replace(before, wrong=(*others, Wrong(number, event.at, event.actor)))
        else:
            after = replace(before, acting=_acting(event))
        found[body["contact"]] = after
    return found


def _acting(event: Event) -> Acting | None:
    body = event.body
    if not body["deputy"]:
        return None
    until = from_text(body["until"]) if body["until"] else None
    return Acting(body["deputy"], event.at, until, body["reason"], event.actor)


def standing(
    of_record: Known, on_file: date | None, *, now: datetime, zone: tzinfo, stale_days: int
) -> Standing:
    """How a contact stands: `on_file` is the day the roster names, `stale_days` the plan's figure.

    More than so many days make it doubtful (domain 7: unverified for over 30 days); a wrong number
    stands until somebody verifies the contact again, whatever the files say.
    """
    of_events = of_record.verified_at.astimezone(zone).date() if of_record.verified_at else None
    days = [day for day in (on_file, of_events) if day is not None]
    verified = max(days, default=None)
    if of_record.wrong:
        trust = Trust.WRONG
    elif verified is None:
        trust = Trust.NEVER
    else:
        age = (now.astimezone(zone).date() - verified).days
        trust = Trust.STALE if age > stale_days else Trust.VERIFIED
    acting = of_record.acting
    return Standing(
        trust=trust,
        verified=verified,
        by=of_record.verified_by if verified is not None and verified == of_events else "",
        wrong=of_record.wrong,
        acting=acting if acting is not None and acting.holds(now) else None,
    )


def stand_in(contact: str, of_record: Mapping[str, Known], *, now: datetime) -> str:
    """Who answers for a contact now, through deputies who are away themselves; empty: the contact."""
    seen, at = {contact}, contact
    while (acting := of_record.get(at, NOTHING).acting) is not None and acting.holds(now):
        at = acting.deputy
        if at in seen:  # two records that crossed: nobody acts rather than everybody for each other
            return ""
        seen.add(at)
    return "" if at == contact else at


def owed(events: Iterable[Event]) -> Iterator[Due]:
    """A wrong number is owed a right one, whoever finds it, until the contact is verified again."""
    for contact, each in sorted(known(events).items()):
        if each.wrong:
            at = min(wrong.at for wrong in each.wrong) + RIGHT_WITHIN
            yield Due(SITE, WRONG_NUMBER, contact, at, "", "contact")


def acting_fields() -> tuple[Field, ...]:
    """What is asked when somebody acts for a contact."""
    return (
        Field("deputy", _("Who acts"), Ask.PERSON, True, limit=64),
        Field("until", _("Until"), Ask.AHEAD),
        Field("reason", _("Reason"), limit=200),
    )


def verified(contact: str, *, now: datetime) -> NewEvent:
    """Somebody has tried the numbers of a contact, and they are right."""
    return NewEvent(Kind.CONTACT_VERIFIED, SITE, now, {"contact": contact})


def wrong_number(contact: str, number: NumberKind, *, now: datetime) -> NewEvent:
    """A number of a contact reaches somebody else; the number itself stays out of the record."""
    return NewEvent(Kind.CONTACT_WRONG, SITE, now, {"contact": contact, "number": number.value})


def revealed(contact: str, how: How, *, now: datetime) -> NewEvent:
    """The numbers of a contact, or of `EVERYBODY`, were shown to whoever acts."""
    return NewEvent(Kind.REVEALED, SITE, now, {"contact": contact, "how": how.value})


def acting(
    contact: str,
    deputy: str,
    *,
    until: datetime | None,
    reason: str,
    of_record: Mapping[str, Known],
    now: datetime,
) -> NewEvent:
    """`deputy` answers in the place of `contact`. Raises Refused."""
    if deputy == contact:
        raise Refused(_("Nobody acts for themselves: name somebody else."))
    if until is not None and until <= now:
        raise Refused(_("That time is past: give one to come, or none."))
    others = {**of_record, contact: NOTHING}  # what holds for the contact until now ends with this
    if stand_in(deputy, others, now=now) == contact:
        raise Refused(
            _("{contact} acts for {deputy} just now: end that first.").format(contact=contact, deputy=deputy)
        )
    body = {
        "contact": contact,
        "deputy": deputy,
        "until": to_text(until) if until is not None else "",
        "reason": reason,
    }
    return NewEvent(Kind.ACTING, SITE, now, body)


def back(contact: str, *, of_record: Mapping[str, Known], now: datetime) -> NewEvent:
    """A contact answers for themselves again. Raises Refused."""
    found = of_record.get(contact, NOTHING).acting
    if found is None or not found.holds(now):
        raise Refused(_("Nobody acts for {contact}.").format(contact=contact))
    return NewEvent(Kind.ACTING, SITE, now, {"contact": contact, "deputy": "", "until": "", "reason": ""})


def masked(number: str) -> str:
    """A number of which only the last two digits can be read; one of two digits shows none."""
    digits = sum(char.isdigit() for char in number)
    shown, kept = "", digits
    for char in number:
        if char.isdigit():
            shown += char if kept <= 2 < digits else "*"
            kept -= 1
        else:
            shown += char
    return shown


def trust_label(trust: str) -> str:
    """How far numbers can be relied on, in words."""
    return {
        Trust.VERIFIED: _("verified"),
        Trust.STALE: _("old"),
        Trust.NEVER: _("never tried"),
        Trust.WRONG: _("WRONG"),
    }[Trust(trust)]

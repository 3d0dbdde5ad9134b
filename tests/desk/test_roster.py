"""Acts on the site about contacts: each on record, owed where something is wrong, or refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from hisconsole.desk import roster
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.desk.duties import all_due, tell_overdue
from hisconsole.desk.order import order_now
from hisconsole.errors import NotFound, Refused
from hisconsole.plan.contacts import EVERYBODY, How, Trust
from hisconsole.plan.events import SITE, Kind
from hisconsole.plan.outreach import NumberKind
from hisconsole.store import events
from hisconsole.store.verify import verify as verify_record
from tests.hospital import Clock

ZHAO = "zhao.min"


def standing(desk: Desk, contact: str = ZHAO) -> roster.Entry:
    found = roster.entries(desk.site, roster.read_known(desk), now=desk.now())
    return next(each for each in found if each.contact.id == contact)


def test_a_wrong_number_opens_a_task_that_verifying_ends(desk: Desk, colleague: Desk, clock: Clock) -> None:
    assert standing(desk).standing.trust is Trust.NEVER
    roster.wrong(desk, ZHAO, NumberKind.OFFICE)
    assert standing(colleague).standing.trust is Trust.WRONG
    (owed,) = all_due(colleague)
    assert (owed.due.duty, owed.due.key, owed.incident) == ("wrong-number", ZHAO, None)
    clock.pass_(hours=9)
    assert (tell_overdue(desk), tell_overdue(colleague)) == (1, 0)
    assert len(all_due(desk)) == 1  # told, and still owed
    roster.verify(colleague, ZHAO)
    assert all_due(desk) == ()
    entry = standing(desk)
    assert (entry.standing.trust, entry.standing.by) == (Trust.VERIFIED, colleague.actor.operator)
    clock.pass_(days=31)
    assert standing(desk).standing.trust is Trust.STALE


def test_what_is_computed_holds_against_the_record(desk: Desk) -> None:
    roster.wrong(desk, ZHAO, NumberKind.OFFICE)
    roster.acting(desk, ZHAO, {"deputy": "li.na", "until": "+2h"})
    with desk.database.read() as connection:
        assert list(verify_record(connection).faults) == []


def test_who_acts_is_seen_by_all_and_ends(desk: Desk, colleague: Desk, clock: Clock) -> None:
    roster.acting(desk, ZHAO, {"deputy": "li.na", "until": "+2h", "reason": "leave"})
    entry = standing(colleague)
    assert entry.stand_in is not None
    assert entry.stand_in.id == "li.na"
    roster.acting(desk, "li.na", {"deputy": "wang.wei"})
    with pytest.raises(Refused, match=r"wang\.wei acts for zhao\.min just now"):
        roster.acting(desk, "wang.wei", {"deputy": ZHAO})
    clock.pass_(hours=3)
    assert standing(desk).stand_in is None


def test_every_reveal_is_on_record_with_who_and_whose(desk: Desk, colleague: Desk) -> None:
    roster.reveal(desk, [ZHAO, "li.na"])
    roster.reveal(colleague, [EVERYBODY], how=How.PRINT)
    past = roster.read_past(desk, ZHAO)
    assert [(each.kind, each.actor, each.body["contact"]) for each in past] == [
        (Kind.REVEALED, colleague.actor.operator, EVERYBODY),
        (Kind.REVEALED, desk.actor.operator, ZHAO),
    ]
    with desk.database.read() as connection:
        written = events.of_incident(connection, SITE)
    numbers = {number for contact in desk.site.roster for number in contact.numbers}
    assert numbers
    assert not any(number in str(each.body) for each in written for number in numbers)


def test_an_act_with_its_own_id_is_done_once(desk: Desk) -> None:
    first = roster.verify(desk, ZHAO, act="mine")
    again = roster.verify(desk, ZHAO, act="mine")
    assert (first.repeated, again.repeated, again.seq) == (False, True, first.seq)


REFUSED: dict[str, Callable[[Desk], Outcome]] = {
    "verify nobody": lambda desk: roster.verify(desk, "nobody"),
    "wrong number of nobody": lambda desk: roster.wrong(desk, "nobody", NumberKind.OFFICE),
    "a number it has not": lambda desk: roster.wrong(desk, ZHAO, NumberKind.MOBILE),
    "reveal one and nobody": lambda desk: roster.reveal(desk, [ZHAO, "nobody"]),
    "acting for nobody": lambda desk: roster.acting(desk, "nobody", {"deputy": ZHAO}),
    "nobody acts": lambda desk: roster.acting(desk, ZHAO, {"deputy": "nobody"}),
    "back from nowhere": lambda desk: roster.back(desk, ZHAO),
}


@pytest.mark.parametrize("act", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_and_leaves_nothing(desk: Desk, act: Callable[[Desk], Outcome]) -> None:
    before = events_of(desk)
    with pytest.raises((NotFound, Refused)) as refusal:
        act(desk)
    assert str(refusal.value).endswith(".")
    assert events_of(desk) == before


def events_of(desk: Desk) -> int:
    with desk.database.read() as connection:
        return len(events.of_incident(connection, SITE))


def test_without_a_record_the_files_are_enough(desk: Desk, clock: Clock) -> None:
    today = clock().astimezone(desk.zone).date()
    contact = replace(desk.site.roster[0], verified=today - timedelta(days=1))
    site = replace(desk.site, roster=(contact, *desk.site.roster[1:]))
    found = roster.entries(site, {}, now=clock())
    assert [each.standing.trust for each in found] == [Trust.VERIFIED, Trust.NEVER, Trust.NEVER]


def test_whom_to_call_without_an_incident_goes_by_the_hour(desk: Desk, clock: Clock) -> None:
    assert roster.to_call(desk, None) == order_now(desk.site, clock())

"""What the record knows of contacts (domain 5.7, 7): verified, wrong, away, and who acts for whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.errors import Refused
from hisconsole.plan import contacts
from hisconsole.plan.contacts import NOTHING, RIGHT_WITHIN, Acting, Known, Standing, Trust
from hisconsole.plan.events import SITE, Event, Kind, NewEvent
from hisconsole.plan.outreach import NumberKind
from hisconsole.plan.site import duties_of_site, site_fell_due
from hisconsole.plan.times import to_text

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
"""22:00 in the hospital."""
ZONE = ZoneInfo("Asia/Shanghai")
STALE_DAYS = 30
"""Domain 7: roster_stale."""


def event(kind: Kind, at: datetime = NOW, seq: int = 1, *, actor: str = "li.na", **body: Any) -> Event:
    return Event(seq, f"act-{seq}", kind, SITE, at, at, actor, "u", "s", body)


def recorded(new: Sequence[NewEvent]) -> list[Event]:
    return [event(each.kind, each.at, seq, **each.body) for seq, each in enumerate(new, start=1)]


def stands(known: Known, on_file: date | None, now: datetime = NOW) -> Standing:
    return contacts.standing(known, on_file, now=now, zone=ZONE, stale_days=STALE_DAYS)


@pytest.mark.parametrize(
    ("on_file", "of_record", "trust", "day"),
    [
        pytest.param(None, None, Trust.NEVER, None, id="never tried"),
        pytest.param("2026-11-23", None, Trust.VERIFIED, "2026-11-23", id="today, by the files"),
        pytest.param("2026-10-24", None, Trust.VERIFIED, "2026-10-24", id="thirty days are not over thirty"),
        pytest.param("2026-10-23", None, Trust.STALE, "2026-10-23", id="thirty-one days"),
        pytest.param("2026-12-24", None, Trust.VERIFIED, "2026-12-24", id="a day to come is no age"),
        pytest.param("2026-01-01", "2026-11-20T02:00", Trust.VERIFIED, "2026-11-20", id="record is later"),
        pytest.param("2026-11-22", "2026-10-01T02:00", Trust.VERIFIED, "2026-11-22", id="files are later"),
        pytest.param(None, "2026-10-23T17:00", Trust.VERIFIED, "2026-10-24", id="the hospital's midnight"),
        pytest.param(None, "2026-10-23T15:00", Trust.STALE, "2026-10-23", id="before that midnight"),
    ],
)
def test_how_far_numbers_can_be_relied_on(
    on_file: str | None, of_record: str | None, trust: Trust, day: str | None
) -> None:
    at = datetime.fromisoformat(of_record).replace(tzinfo=UTC) if of_record else None
    found = stands(Known(verified_at=at, verified_by="li.na" if at else ""), _day(on_file))
    assert (found.trust, found.verified) == (trust, _day(day))
    assert found.doubtful is (trust is not Trust.VERIFIED)
    later = of_record is not None and day is not None and day != on_file
    assert found.by == ("li.na" if later else "")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def test_a_wrong_number_stands_until_somebody_verifies_whatever_the_files_say() -> None:
    wrong = contacts.wrong_number("sun.bo", NumberKind.MOBILE, now=NOW)
    again = contacts.wrong_number("sun.bo", NumberKind.MOBILE, now=NOW + timedelta(hours=1))
    office = contacts.wrong_number("sun.bo", NumberKind.OFFICE, now=NOW + timedelta(hours=2))
    known = contacts.known(recorded([wrong, again, office]))
    assert set(known) == {"sun.bo"}
    assert [(each.number, each.at) for each in known["sun.bo"].wrong] == [
        (NumberKind.MOBILE, again.at),
        (NumberKind.OFFICE, office.at),
    ]
    assert stands(known["sun.bo"], date(2026, 11, 23)).trust is Trust.WRONG
    right = contacts.verified("sun.bo", now=NOW + timedelta(hours=3))
    after = contacts.known(recorded([wrong, office, right]))["sun.bo"]
    assert stands(after, None).trust is Trust.VERIFIED
    assert after.wrong == ()


def test_no_number_stands_in_an_event() -> None:
    made = [
        contacts.verified("sun.bo", now=NOW),
        contacts.wrong_number("sun.bo", NumberKind.MOBILE, now=NOW),
        contacts.revealed("sun.bo", contacts.How.PRINT, now=NOW),
        contacts.acting("sun.bo", "li.na", until=None, reason="", of_record={}, now=NOW),
    ]
    assert [set(each.body) for each in made] == [
        {"contact"},
        {"contact", "number"},
        {"contact", "how"},
        {"contact", "deputy", "until", "reason"},
    ]
    assert made[1].body["number"] == "mobile"


# -- who acts for whom --------------------------------------------------------------------------------


def away(deputy: str, *, hours: float | None = None) -> Known:
    until = NOW + timedelta(hours=hours) if hours is not None else None
    return Known(acting=Acting(deputy, NOW - timedelta(days=1), until, "", "li.na"))


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param({}, "", id="nobody is away"),
        pytest.param({"a": away("b")}, "b", id="until back"),
        pytest.param({"a": away("b", hours=1)}, "b", id="for an hour more"),
        pytest.param({"a": away("b", hours=0)}, "", id="it ended just now"),
        pytest.param({"a": away("b"), "b": away("c")}, "c", id="the deputy is away too"),
        pytest.param({"a": away("b"), "b": away("c", hours=-1)}, "b", id="the deputy is back"),
        pytest.param({"a": away("b"), "b": away("a")}, "", id="two records that crossed"),
        pytest.param({"a": away("b"), "b": away("c"), "c": away("b")}, "", id="a ring behind the deputy"),
    ],
)
def test_who_answers_now(known: dict[str, Known], expected: str) -> None:
    assert contacts.stand_in("a", known, now=NOW) == expected


@pytest.mark.parametrize(
    ("known", "deputy", "until", "sentence"),
    [
        pytest.param({}, "a", None, "Nobody acts for themselves", id="oneself"),
        pytest.param({}, "b", -1, "That time is past", id="past"),
        pytest.param({}, "b", 0, "That time is past", id="now"),
        pytest.param({"b": away("a")}, "b", None, "a acts for b just now", id="each for the other"),
        pytest.param({"b": away("c"), "c": away("a")}, "b", 2, "a acts for b", id="each through a third"),
    ],
)
def test_who_cannot_act(known: dict[str, Known], deputy: str, until: int | None, sentence: str) -> None:
    end = NOW + timedelta(hours=until) if until is not None else None
    with pytest.raises(Refused, match=sentence):
        contacts.acting("a", deputy, until=end, reason="", of_record=known, now=NOW)


def test_acting_ends_by_itself_or_by_hand() -> None:
    until = NOW + timedelta(hours=2)
    begun = contacts.acting("a", "b", until=until, reason="leave", of_record={}, now=NOW)
    known = contacts.known(recorded([begun]))
    assert stands(known["a"], None).acting == Acting("b", NOW, until, "leave", "li.na")
    assert stands(known["a"], None, until).acting is None
    ended = contacts.back("a", of_record=known, now=NOW)
    after = contacts.known(recorded([begun, ended]))
    assert after["a"].acting is None
    for record, at in ((after, NOW), (known, until)):
        with pytest.raises(Refused, match="Nobody acts for a"):
            contacts.back("a", of_record=record, now=at)


PEOPLE = ("a", "b", "c", "d")
PAIRS = st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.integers(0, 3)), max_size=12)


@given(PAIRS)
def test_acts_that_were_not_refused_never_leave_a_ring(pairs: list[tuple[str, str, int]]) -> None:
    made: list[NewEvent] = []
    for contact, deputy, hours in pairs:
        known = contacts.known(recorded(made))
        until = NOW + timedelta(hours=hours) if hours else None
        try:
            made.append(contacts.acting(contact, deputy, until=until, reason="", of_record=known, now=NOW))
        except Refused:
            continue
        after = contacts.known(recorded(made))
        for each in PEOPLE:
            acting = after.get(each, NOTHING).acting
            held = acting is not None and acting.holds(NOW)
            assert bool(contacts.stand_in(each, after, now=NOW)) is held


# -- what the site owes ---------------------------------------------------------------------------------


def test_a_wrong_number_is_owed_until_it_is_verified() -> None:
    wrong = event(Kind.CONTACT_WRONG, contact="sun.bo", number="mobile")
    later = event(Kind.CONTACT_WRONG, NOW + timedelta(hours=3), 2, contact="sun.bo", number="office")
    (due,) = contacts.owed([wrong, later])
    assert (due.incident, due.duty, due.key) == (SITE, "wrong-number", "sun.bo")
    assert due.at == NOW + RIGHT_WITHIN
    right = event(Kind.CONTACT_VERIFIED, NOW + timedelta(hours=4), 3, contact="sun.bo")
    assert list(contacts.owed([wrong, later, right])) == []


STEPS = st.lists(st.tuples(st.sampled_from(("wrong", "right")), st.sampled_from(PEOPLE)), max_size=20)


@given(STEPS)
def test_whoever_was_wrong_last_is_owed_and_nobody_else(steps: list[tuple[str, str]]) -> None:
    history = [
        event(
            Kind.CONTACT_WRONG if what == "wrong" else Kind.CONTACT_VERIFIED,
            NOW + timedelta(minutes=seq),
            seq,
            contact=who,
            **({"number": "office"} if what == "wrong" else {}),
        )
        for seq, (what, who) in enumerate(steps, start=1)
    ]
    last = {who: what for what, who in steps}
    assert {due.key for due in contacts.owed(history)} == {
        who for who, what in last.items() if what == "wrong"
    }


def test_the_site_tells_each_deadline_once_and_keeps_apart_what_looks_alike() -> None:
    silenced = event(
        Kind.SILENCED, seq=7, target="ups-1", whole=False, end=to_text(NOW + timedelta(hours=8)), reason="x"
    )
    wrong = event(Kind.CONTACT_WRONG, seq=8, contact="7", number="mobile")  # an id as the silence's number
    history = [silenced, wrong]
    assert {(due.duty, due.key) for due in duties_of_site(history)[0]} == {
        ("silence", "7"),
        ("wrong-number", "7"),
    }
    assert site_fell_due(history, now=NOW + timedelta(hours=7)) == []
    at = NOW + timedelta(hours=8)
    told = site_fell_due(history, now=at)
    assert {each.body["duty"] for each in told} == {"silence", "wrong-number"}
    history += [event(each.kind, each.at, 9 + n, **each.body) for n, each in enumerate(told)]
    assert site_fell_due(history, now=at + timedelta(hours=1)) == []
    owed, fallen = duties_of_site(history)
    assert [(due.duty, fallen[due.duty, due.key]) for due in owed] == [("wrong-number", at)]
    history += [
        event(Kind.CONTACT_VERIFIED, at, 20, contact="7"),
        event(Kind.CONTACT_WRONG, at + timedelta(hours=1), 21, contact="7", number="mobile"),
    ]
    assert [each.at for each in site_fell_due(history, now=at + timedelta(hours=9))] == [
        at + timedelta(hours=9)
    ]


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("100-0000-0101", "***-****-**01"),
        ("6801", "**01"),
        ("12387", "***87"),
        ("+86 571 8888 0012", "+** *** **** **12"),
        ("0571-0000-6601 ext 12", "****-****-**** ext 12"),
        ("12", "**"),
        ("7", "*"),
        ("", ""),
    ],
)
def test_a_masked_number_shows_its_last_two_digits(number: str, shown: str) -> None:
    assert contacts.masked(number) == shown

"""Acts that the record would not take afterwards: each owed until somebody settles it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hisconsole.errors import NotFound, Refused
from hisconsole.plan import eyes
from hisconsole.plan.due import duty_label
from hisconsole.plan.events import PROVISIONAL, SITE, Event, Kind, NewEvent
from hisconsole.plan.site import duties_of_site, site_fell_due
from hisconsole.plan.story_turn import subject

START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def recorded(seq: int, new: NewEvent, after: timedelta = timedelta(minutes=20)) -> Event:
    return Event(
        seq=seq,
        act=f"a-{seq}",
        kind=new.kind,
        incident=new.incident,
        at=new.at,
        recorded=new.at + after,
        actor="li.na",
        os_user="tester",
        source="",
        body=new.body,
    )


def wanted(seq: int) -> Event:
    given = {"name": "close", "number": 1}
    new = eyes.unplaced(label="Close", incident=1, given=given, by="li.na", why="Closed.", happened=START)
    return recorded(seq, new)


def test_each_is_owed_by_whoever_did_it_since_it_was_recorded() -> None:
    history = [wanted(7), wanted(9)]
    assert [(due.key, due.owner, due.at, due.act) for due in eyes.owed(history)] == [
        ("7", "li.na", START + timedelta(minutes=20), "settle"),
        ("9", "li.na", START + timedelta(minutes=20), "settle"),
    ]
    assert [due.duty for due in duties_of_site(history)[0]] == ["eyes", "eyes"]
    assert duty_label(None, eyes.EYES, "7") == "your eyes"
    told = site_fell_due(history, now=START + timedelta(minutes=20))
    assert [(event.kind, event.body["key"]) for event in told] == [(Kind.FELL_DUE, "7"), (Kind.FELL_DUE, "9")]


def test_settling_one_leaves_the_others() -> None:
    history = [wanted(7), wanted(9)]
    new = eyes.settle(history, 7, text=" seen to ", now=START)
    assert (new.kind, new.incident, new.body) == (Kind.SETTLED, SITE, {"entry": 7, "text": "seen to"})
    history.append(recorded(10, new))
    assert [event.seq for event in eyes.open_ones(history)] == [9]
    with pytest.raises(NotFound):
        eyes.settle(history, 7, text="again", now=START)
    with pytest.raises(NotFound):
        eyes.settle([replace(wanted(3), kind=Kind.BACKED_UP)], 3, text="no such", now=START)


def test_how_it_was_settled_has_to_be_said() -> None:
    with pytest.raises(Refused) as refused:
        eyes.settle([wanted(7)], 7, text="  ", now=START)
    assert refused.value.needs == "text"


def test_a_call_that_is_only_kept_has_a_name_of_its_own() -> None:
    assert [subject(number) for number in (PROVISIONAL + 1, PROVISIONAL + 27, 42, 0, -12)] == [
        "K1",
        "K27",
        "0042",
        "-",
        "T12",
    ]

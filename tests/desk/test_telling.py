"""Feedback at the desk: whom a message goes to, where each is rung, and two who work one list at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole.desk.calls import take_call
from hisconsole.desk.desk import Desk
from hisconsole.desk.telling import look
from hisconsole.errors import NotFound, Refused
from hisconsole.store import events
from tests.hospital import OPERATORS, Clock, lay_record, open_desk

SENT = {"status": "verified", "affected": "registration", "do": "use paper"}


def take(desk: Desk, workstation: str, *, join: int | None = None, **given: str) -> None:
    """A call from a workstation."""
    take_call(desk, {"workstation": workstation, "symptom": "cannot-save", "words": "no", **given}, join=join)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return lay_record(tmp_path / "data")


def test_each_is_rung_where_he_can_be_reached(data: Path) -> None:
    desk = open_desk(data)
    take(desk, "reg-01", callback="13912345678")
    take(desk, "lab-01", join=1)
    take(desk, "PC next door", join=1)
    desk.perform("stopped", 1, {"departments": "ward-3"})
    desk.perform("message", 1, SENT)
    seen = look(desk, 1)
    assert [(each.name, each.phone) for each in seen.lines] == [
        ("reg-01, 1F 01", "13912345678"),
        ("lab-01, 1F 01", "8011"),
        ("PC next door", ""),
        ("Registration", "8000"),
        ("Laboratory", "8000"),
        ("Ward 3", "8000"),
    ]
    assert seen.owed == seen.lines
    assert "message 1 on incident 0001: verified" in seen.texts[1]
    desk.database.close()


def test_a_number_that_a_caller_left_never_stands_in_an_event(data: Path) -> None:
    desk = open_desk(data)
    take(desk, "reg-01", callback="13912345678")
    desk.perform("message", 1, SENT)
    desk.perform("told", 1, {"recipients": "all", "reached": "yes", "person": "nurse Wu"})
    with desk.database.read() as connection:
        assert all("13912345678" not in str(each.body) for each in events.of_incident(connection, 1))
    desk.database.close()


def test_before_anything_was_sent_there_is_a_draft_and_no_list(data: Path) -> None:
    desk = open_desk(data)
    with pytest.raises(NotFound):
        look(desk, 1)
    take(desk, "reg-01")
    seen = look(desk, 1)
    assert (seen.lines, dict(seen.texts)) == ((), {})
    assert seen.draft["affected"] == "Registration: cannot save"
    assert "status" not in seen.draft, "nobody has looked into it yet"
    desk.database.close()


def test_two_send_no_message_over_one_another_but_work_one_list(data: Path) -> None:
    clock = Clock()
    one, other = open_desk(data, now=clock), open_desk(data, OPERATORS[1], now=clock)
    take(one, "reg-01")
    take(one, "lab-01", join=1)
    seen = look(one, 1).incident.version
    other.perform("message", 1, SENT)
    with pytest.raises(Refused, match="Changed meanwhile: message 1 to reg-01, lab-01, reg, lab"):
        one.perform("message", 1, SENT, expected=seen)
    seen = look(one, 1).incident.version
    other.perform("told", 1, {"recipients": "reg-01", "reached": "yes"})
    one.perform("told", 1, {"recipients": "lab-01", "reached": "yes"}, expected=seen)
    with pytest.raises(Refused, match="reached already by"):
        one.perform("told", 1, {"recipients": "reg-01", "reached": "yes"})
    assert [each.key for each in look(other, 1).owed] == ["dept:reg", "dept:lab"]
    one.database.close()
    other.database.close()


def test_an_act_repeated_tells_nobody_twice(data: Path) -> None:
    desk = open_desk(data)
    take(desk, "reg-01")
    for _again in range(2):
        desk.perform("message", 1, SENT, act="message-once")
        desk.perform("told", 1, {"recipients": "reg", "reached": "no"}, act="told-once")
    (message,) = look(desk, 1).incident.messages
    assert len(message.told) == 1
    desk.database.close()


def test_who_overrides_the_close_must_be_in_the_roster(data: Path) -> None:
    desk = open_desk(data)
    take(desk, "reg-01")
    for name, given in (
        ("classify", {"category": "I", "reason": "all"}),
        ("verify", {"result": "confirmed"}),
        ("recovered", {}),
        ("review", {}),
    ):
        desk.perform(name, 1, given)
    with pytest.raises(Refused, match="Not reached yet: reg"):
        desk.perform("close", 1, {"reason": "over"})
    with pytest.raises(Refused, match="'nobody' is not in the roster"):
        desk.perform("close", 1, {"reason": "over", "override": "nobody"})
    desk.perform("close", 1, {"reason": "over", "override": OPERATORS[1]})
    desk.database.close()

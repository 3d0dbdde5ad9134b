"""Silences and host keys at the desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hisconsole.desk import watching
from hisconsole.desk.desk import Desk
from hisconsole.desk.reading import read_incident, read_log
from hisconsole.errors import NotFound, Refused
from hisconsole.plan.events import Kind
from hisconsole.plan.story import tell
from hisconsole.store.verify import verify
from tests.hospital import ADOPTED

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def at(desk: Desk) -> Desk:
    desk.now = lambda: NOW
    return desk


def test_a_silence_runs_until_its_end_and_is_on_record(at: Desk) -> None:
    watching.silence(at, ["sw-core-a", "ups-1"], {"until": "+30", "reason": "battery test"})
    found = watching.running(at)
    assert [(each.target, each.by, each.end - each.start) for each in found] == [
        ("sw-core-a", at.actor.operator, timedelta(minutes=30)),
        ("ups-1", at.actor.operator, timedelta(minutes=30)),
    ]
    at.now = lambda: NOW + timedelta(minutes=30)
    assert watching.running(at) == ()
    told = [tell(event, clock=at.clock) for event in read_log(at)]
    assert any("sw-core-a silenced until" in line and "battery test" in line for line in told)


def test_a_silence_can_be_lifted_once(at: Desk) -> None:
    watching.silence(at, ["ups-1"], {"until": "+2h", "reason": "test"}, whole=True)
    (found,) = watching.running(at)
    watching.lift(at, found.id)
    assert watching.running(at) == ()
    with pytest.raises(Refused, match="no such silence"):
        watching.lift(at, found.id)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"reason": "r"}, "Until is needed"),
        ({"until": "+30"}, "Reason is needed"),
        ({"until": "-5", "reason": "r"}, "in the future"),
        ({"until": "+9h", "reason": "r"}, "at most 8 h"),
        ({"until": "soon", "reason": "r"}, "is not a time"),
    ],
)
def test_a_silence_without_reason_or_end_is_refused(at: Desk, given: dict[str, str], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        watching.silence(at, ["ups-1"], given)
    assert len(read_log(at)) == ADOPTED


def test_events_about_the_site_belong_to_no_incident_and_verify(at: Desk) -> None:
    watching.enroll(at, "db-his-a", fingerprint="SHA256:abc")
    assert [event.kind for event in read_log(at)][:-ADOPTED] == [Kind.ENROLLED]
    with pytest.raises(NotFound):
        read_incident(at, 0)
    with at.database.read() as connection:
        proof = verify(connection)
    assert (proof.faults, proof.incidents, proof.head.seq) == ((), 0, ADOPTED + 1)

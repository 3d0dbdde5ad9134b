"""The after-action report of whole outages on a real record: what ended each deadline."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole.desk.reading import File, read_incident
from hisconsole.desk.review import read_review
from hisconsole.plan.due import duties
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.replay import Fallen, fallen, states
from tests.stories.outage import STORY, Outage, Step
from tests.stories.reviewed import REVIEWED, reviewed

STORIES = {"mitigated and back once": STORY, "to paper and back": REVIEWED}


def one_by_one(file: File, each: Fallen) -> Event | None:
    """What ended a deadline, looked for after every single event."""
    for event, incident in states(file.history):
        if event.seq <= each.told.seq or event.kind is Kind.FELL_DUE:
            continue
        at = next(
            (due.at for due in duties(incident, file.plan) if (due.duty, due.key) == (each.duty, each.key)),
            None,
        )
        if at is None or at > each.deadline:
            return event
    return None


@pytest.mark.parametrize("steps", STORIES.values(), ids=STORIES.keys())
def test_each_deadline_ended_where_it_did(tmp_path: Path, steps: list[Step]) -> None:
    outage: Outage = reviewed(tmp_path / "data", steps=steps)
    file = read_incident(outage.watch, 1)
    found = fallen(file.history, file.plan)
    assert len(found) == sum(event.kind is Kind.FELL_DUE for event in file.history) > 20
    assert [each.met for each in found] == [one_by_one(file, each) for each in found]
    outage.close()


def test_both_operators_and_the_watch_read_the_same_report(tmp_path: Path) -> None:
    outage = reviewed(tmp_path / "data")
    papers = [read_review(desk, 1).paper for desk in outage.desks]
    outage.restart()
    papers += [read_review(desk, 1).paper for desk in outage.desks]
    assert all(each == papers[0] for each in papers)
    outage.prove()
    outage.close()

"""Evidence frozen into the record: bounded, the worst first, printable, and told with its times."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hisconsole.plan.events import Kind
from hisconsole.plan.fold import fold
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.reach import OwnPath
from hisconsole.plan.reading import Judged
from hisconsole.plan.shown import Shown
from hisconsole.plan.snapshot import MOST, already, freeze
from hisconsole.plan.snapshot_words import Why, lines, told
from hisconsole.plan.status import Status
from hisconsole.plan.times import clock, to_text
from hisconsole.text import printable
from tests.hospital import START
from tests.hostile import HOSTILE
from tests.plan.pictures import LIMIT, judged, picture, shown
from tests.plan.play import LI, ZONE, Play

FULL = judged("disk//arch", 97, Status.CRITICAL, now=START, label="archive volume")
CPU = judged("cpu", 12, now=START, label="processor")


def short(moment: object) -> str:
    return clock(moment, zone=ZONE, now=START)  # type: ignore[arg-type]  # a moment, as the caller has it


def seen(*found: Shown, readings: dict[str, Sequence[Judged]] | None = None, **more: Any) -> StatusPicture:
    """A picture with readings that are wrong, or named where they are well."""
    made = picture(*found, now=START, **more)
    rows = []
    for row in made.rows:
        held = (readings or {}).get(row.target.id, ())
        named = next((each for each in held if each.status is Status.OK), None)
        rows.append(
            replace(row, wrong=tuple(each for each in held if each.status is not Status.OK), named=named)
        )
    return replace(made, rows=tuple(rows), by_target={row.target.id: row for row in rows})


def frozen(made: StatusPicture | None, *targets: str, now: Any = START) -> dict[str, Any]:
    (event,) = freeze(7, Why.REPORT, "3", picture=made, targets=targets, now=now)
    assert (event.kind, event.incident, event.at) == (Kind.SNAPSHOT, 7, now)
    return json.loads(json.dumps(event.body))  # type: ignore[no-any-return]  # what the record holds


def test_each_reading_has_its_own_time_and_the_worst_comes_first() -> None:
    made = seen(
        shown("his-db-1", Status.CRITICAL, "archive volume 97 %", now=START, age_s=20),
        readings={"his-db-1": (FULL, CPU)},
    )
    body = frozen(made, "sw-opd-1f", "his-db-1", "his-db-1", "nobody")
    assert (body["why"], body["of"], body["targets"], body["left_out"]) == ("report", "3", 2, 0)
    assert (body["watched"], body["isolated"], body["seen"]) == (True, False, to_text(START))
    assert [(each["target"], each["key"], each["status"]) for each in body["readings"]] == [
        ("his-db-1", "", "critical"),
        ("his-db-1", "disk//arch", "critical"),
        ("sw-opd-1f", "", "ok"),
        ("his-db-1", "cpu", "ok"),
    ]
    assert body["readings"][1] == {
        "target": "his-db-1",
        "key": "disk//arch",
        "label": "archive volume",
        "value": 97,
        "unit": "%",
        "status": "critical",
        "at": to_text(START),
    }
    assert body["readings"][0]["at"] == to_text(START - timedelta(seconds=20))


def test_an_old_green_is_frozen_as_old() -> None:
    made = seen(readings={"his-db-1": (CPU,)})
    body = frozen(made, "his-db-1", now=START + 3 * LIMIT)
    assert {each["status"] for each in body["readings"]} == {"stale"}
    assert "no watch was at work" in told(body, short)


@pytest.mark.parametrize(
    ("made", "targets"),
    [
        (None, ("his-db-1",)),
        (seen(), ()),
        (seen(), ("nobody",)),
        (replace(seen(), newest=None), ("his-db-1",)),
    ],
)
def test_where_nothing_is_known_nothing_is_frozen(
    made: StatusPicture | None, targets: tuple[str, ...]
) -> None:
    assert freeze(7, Why.GATE, "stage-1", picture=made, targets=targets, now=START) == []


def test_it_is_bounded_and_says_what_was_left_out() -> None:
    many = tuple(judged(f"fs/{at:03d}", at, Status.WARNING, now=START) for at in range(60))
    body = frozen(seen(readings={"his-db-1": (*many, FULL)}), "his-db-1")
    assert len(body["readings"]) == MOST
    assert body["left_out"] == 62 - MOST
    assert body["readings"][0]["key"] == "disk//arch"
    assert lines(body, short)[-1] == "... and 22 more, left out: the worst are here."
    assert told(body, short).endswith("; and 37 more")


def test_it_is_told_in_a_line_and_in_full() -> None:
    made = seen(
        shown("sw-agg-1", Status.DOWN, "no answer", now=START),
        readings={"his-db-1": (FULL,)},
        path=OwnPath(strikes=2, words="no gateway"),
    )
    body = frozen(made, "sw-agg-1", "his-db-1")
    assert told(body, short) == (
        "evidence at report 3: 3 readings of 2 targets, as seen 22:00; the console was cut off;"
        " sw-agg-1 down: no answer; his-db-1 critical: archive volume 97 %"
    )
    assert lines(body, short) == [
        "Evidence at report 3, as seen 22:00",
        "the console was cut off",
        "",
        "sw-agg-1 down: no answer, measured 21:59",
        "his-db-1 critical: archive volume 97 %, measured 22:00",
        "his-db-1 ok: ok, measured 21:59",
    ]
    assert told(frozen(seen(), "his-db-1"), short).endswith("as seen 22:00; all well")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_what_a_device_says_is_printable_before_it_is_frozen(text: str) -> None:
    nasty = judged("volume", text, Status.WARNING, now=START, label=text * 50, unit=text)
    made = seen(shown("his-db-1", Status.DOWN, text, now=START), readings={"his-db-1": (nasty,)})
    body = frozen(made, "his-db-1")
    for reading in body["readings"]:
        texts = [value for value in reading.values() if isinstance(value, str)]
        assert all(value == printable(value) and len(value) <= 200 for value in texts)
    assert all(line == printable(line) for line in (*lines(body, short), told(body, short)))


@pytest.mark.parametrize("value", [float("inf"), float("nan"), None, "up"])
def test_what_is_no_number_is_frozen_without_one(value: float | str | None) -> None:
    body = frozen(seen(readings={"his-db-1": (judged("x", value, Status.WARNING, now=START),)}), "his-db-1")
    held = body["readings"][0]["value"]
    assert held == (value if isinstance(value, str) else None)


def test_it_is_nobodys_act_on_the_incident() -> None:
    play = Play().call()
    play.act("acknowledge")
    before = play.incident
    play.write(
        freeze(1, Why.GATE, "stage-1", picture=seen(), targets=["his-db-1"], now=play.now), actor="watch"
    )
    after = play.incident
    assert replace(after, version=before.version) == before
    assert after.last_actor == LI
    history = [(event.kind, event.body) for event in play.events]
    assert already(history, Why.GATE, "stage-1")
    assert not already(history, Why.NOTICE, "stage-1")
    play.act("undo")
    assert fold(play.events) == play.incident
    assert play.incident.owner == ""

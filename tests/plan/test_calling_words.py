"""How calls stand and who came to help, as incident screen and command line say it."""

from __future__ import annotations

from datetime import datetime

import pytest

from hisconsole.plan.calling_words import calls_told, help_told
from hisconsole.plan.incident import Incident
from hisconsole.plan.outreach import Summoned
from tests.plan.calling import CHEN, DUTY, FANG, escalated
from tests.plan.play import LI
from tests.plan.small_plan import PLAN, minutes, serious


def short(moment: datetime) -> str:
    return moment.strftime("%H:%M")


@pytest.mark.parametrize(
    ("incident", "told"),
    [
        (serious(), ""),
        (escalated(), "reached 0 of 6"),
        (
            escalated((21, DUTY, "reached"), (22, CHEN, "reached"), started_at=minutes(23), started_by=FANG),
            "reached 2 of 6; plan started by fang.min 14:23",
        ),
    ],
    ids=["nobody is to be told", "told", "started"],
)
def test_the_calls(incident: Incident, told: str) -> None:
    assert calls_told(incident, PLAN, minutes(30), short) == told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "his did not answer"),
        ({"answered_at": minutes(6)}, "his answered 14:06"),
        (
            {"answered_at": minutes(6), "promised": minutes(40), "ticket": "T-7"},
            "his promised for 14:40 (T-7)",
        ),
        ({"promised": minutes(40), "arrived_at": minutes(31)}, "his there since 14:31"),
    ],
    ids=["missed", "answered", "promised", "there"],
)
def test_help(changes: dict[str, object], told: str) -> None:
    summoned = Summoned("his", minutes(5), LI, **changes)  # type: ignore[arg-type]
    assert help_told(serious(summoned=(summoned,)), short) == told
    assert help_told(serious(), short) == ""

"""What an incident hits, line by line; what comes and goes shows how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hisconsole.console.rows import Look
from hisconsole.console.symptoms import Hit, draw_hit, spark_of
from hisconsole.plan.health import Change
from hisconsole.plan.status import Status
from tests.console.app import site
from tests.hospital import START
from tests.plan.pictures import picture, shown


@pytest.mark.parametrize(
    ("minutes", "spark"),
    [
        ((), "            "),
        ((0,), "           @"),
        ((59, 1, 2, 3), "-          @"),
        ((60, 61, -1), "            "),
    ],
    ids=["none", "just-now", "an-hour-ago", "out-of-it"],
)
def test_a_spark_has_an_hour_in_steps_of_five_minutes(minutes: tuple[int, ...], spark: str) -> None:
    changes = [
        Change("sw-core-2", START - timedelta(minutes=each), Status.OK, Status.DOWN, "") for each in minutes
    ]
    other = Change("sw-core-1", START, Status.OK, Status.DOWN, "")
    seen = replace(picture(now=START), changes=(*changes, other))
    assert spark_of(seen, "sw-core-2") == spark


def test_only_a_cause_that_comes_and_goes_shows_it() -> None:
    unstable = replace(shown("sw-core-2", Status.DOWN, "no answer", now=START), flapping=True)
    seen = picture(unstable, now=START)
    draw = draw_hit(site(), lambda: seen)

    def line(hit: Hit) -> str:
        return "".join(text for text, _role in draw(hit, 80, Look()))

    assert "|            |" in line(Hit("cause", "sw-core-2", cause=True))
    assert "|" not in line(Hit("device", "sw-core-2"))

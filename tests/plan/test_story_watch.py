"""What the watch found, and incidents that are one fault, told in one line each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hisconsole.plan import likeness
from hisconsole.plan.detection import Finding, Level, body_of
from hisconsole.plan.events import Event, Kind
from hisconsole.plan.likeness import Proposal
from hisconsole.plan.story import tell
from hisconsole.plan.story_watch import TELL_WATCH
from hisconsole.plan.times import clock
from tests.hospital import START
from tests.plan.play import LI, ZONE

FOUND = Finding(
    key="sw-agg-2",
    causes=("sw-agg-2",),
    behind=("sw-med-2f", "sw-med-3f"),
    level=Level.CARRYING,
    status="down",
    words="no answer",
    begun=START,
    services=("network",),
    departments=("icu", "lab"),
    workstations=5,
    key_terminals=("icu-01",),
)
BODY = body_of(FOUND, changes=0)
PAIR = replace(FOUND, key="a+b", causes=("a", "b"), level=Level.PAIR)
ONE = replace(FOUND, behind=(), partners=("b",), departments=(), workstations=0, key_terminals=())
HIT = "services network; 5 workstations of icu, lab; 1 key terminal"
PROPOSAL = Proposal((2, 3), ("sw-agg-2",), ("icu", "lab"), 3, "no-network", START)

ALIKE = "calls to 0002, 0003 look like the same fault: no network, 3 workstations, icu, lab"

TOLD: dict[str, tuple[Kind, dict[str, object], str]] = {
    "found": (
        Kind.DETECTED,
        BODY,
        f"found by the watch: sw-agg-2 down, 2 behind it (no answer); {HIT}",
    ),
    "back": (
        Kind.DETECTED,
        body_of(FOUND, changes=1, times=2, say="it is back"),
        f"it is back: sw-agg-2 down, 2 behind it (no answer); {HIT} - 1 change of status",
    ),
    "grown": (
        Kind.SYMPTOMS,
        body_of(FOUND, changes=940),
        f"seen now: sw-agg-2 down, 2 behind it (no answer); {HIT} - 940 changes of status",
    ),
    "both of a pair": (
        Kind.WORSENED,
        body_of(PAIR, changes=0),
        f"graver than before: a + b all down, nothing carries the 2 behind them (no answer); {HIT}",
    ),
    "one of a pair": (
        Kind.DETECTED,
        body_of(ONE, changes=0),
        "found by the watch: sw-agg-2 down, b carries alone (no answer); services network",
    ),
    "cleared": (
        Kind.CLEARED,
        {"causes": ["sw-agg-2"], "changes": 3, "headline": ""},
        "seen well again: sw-agg-2 - 3 changes of status",
    ),
    "folded": (Kind.FOLDED, {"causes": ["sw-med-2f"], "into": 7}, "sw-med-2f is part of 0007"),
    "proposed": (
        Kind.PROPOSED,
        likeness.body_of(PROPOSAL),
        ALIKE + "; all hang on sw-agg-2; Category I for the time being if so",
    ),
    "kept apart": (
        Kind.APART,
        {"others": [2], "reason": "another floor"},
        "kept apart from 0002: another floor",
    ),
    "merged": (
        Kind.MERGED,
        {"into": 7, "state": "new", "reports": [1]},
        "merged into 0007, and closed by that",
    ),
    "merged here": (Kind.MERGED, {"others": [2, 3]}, "the same fault: 0002, 0003 merged into it"),
    "split": (Kind.UNMERGED, {"from": 7}, "split off again from 0007"),
}


@pytest.mark.parametrize("case", TOLD.values(), ids=list(TOLD))
def test_what_the_watch_found_is_told_in_one_line(case: tuple[Kind, dict[str, object], str]) -> None:
    kind, body, told = case
    event = Event(1, "act-1", kind, 1, START, START, LI, "tester", "local", body)
    assert tell(event, clock=lambda moment: clock(moment, zone=ZONE, now=START)) == told


def test_every_kind_of_the_watch_is_told() -> None:
    assert {kind for kind, _body, _told in TOLD.values()} == set(TELL_WATCH)

"""What is seen wrong now, put together by cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hisconsole.plan.clusters import Seen, findings, patient
from hisconsole.plan.detection import Finding, Level, headline
from hisconsole.plan.picture import Watched
from hisconsole.plan.shown import Shown
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Kind
from tests.hospital import SITE, START
from tests.plan.pictures import judged, picture, quiet, shown, target

CORES = ("core-a", "core-b")
TARGETS = (
    target("core-a", kind=Kind.SWITCH, room=""),
    target("core-b", kind=Kind.SWITCH, room=""),
    target("agg", kind=Kind.SWITCH, parents=CORES, room=""),
    *(target(f"srv-{n}", parents=CORES, room="405") for n in range(6)),
    target("leaf", kind=Kind.SWITCH, parents=("agg",), room=""),
    target("ups", kind=Kind.UPS, parents=CORES, room="405"),
    target("room", kind=Kind.ROOM, parents=CORES, room="405"),
)


def bad(id_: str, status: Status = Status.DOWN, **more: object) -> Shown:
    return shown(id_, status, "no answer", now=START, since_s=60, **more)  # type: ignore[arg-type]


def found(*states: Shown, **readings: str) -> tuple[Finding, ...]:
    """The findings of these states; `readings` name what is critical of a target."""
    rows: dict[str, Watched] = dict(picture(*states, now=START, targets=TARGETS).by_target)
    for id_, key in readings.items():
        name = id_.replace("_", "-")
        wrong = (judged(key, 99, Status.CRITICAL, now=START),)
        rows[name] = replace(rows[name], wrong=wrong)
    return findings(Seen(START, rows, SITE.plan))


def cut(*ids: str) -> list[Shown]:
    return [shown(id_, Status.UNREACHABLE, now=START) for id_ in ids]


CASES: dict[str, tuple[tuple[Finding, ...], list[tuple[tuple[str, ...], tuple[str, ...], Level]]]] = {
    "nothing": (found(), []),
    "a warning is no fault": (found(bad("agg", Status.WARNING)), []),
    "soft": (found(bad("agg", Status.UNKNOWN, attempt=1)), []),
    "stale": (found(bad("agg", Status.STALE)), []),
    "silenced": (found(bad("agg", Status.DOWN, rings=False, silence=quiet("agg", now=START))), []),
    "unreachable alone": (found(*cut("leaf")), []),
    "one dead": (found(bad("leaf")), [(("leaf",), (), Level.DEAD)]),
    "a dead parent": (found(bad("agg"), *cut("leaf")), [(("agg",), ("leaf",), Level.CARRYING)]),
    "one core of two": (found(bad("core-a")), [(("core-a",), (), Level.DEAD)]),
    "both cores": (
        found(bad("core-a"), bad("core-b"), *cut("agg", "leaf")),
        [(CORES, ("agg", "leaf"), Level.PAIR)],
    ),
    "two at once are two": (
        found(bad("srv-0"), bad("srv-1")),
        [(("srv-0",), (), Level.DEAD), (("srv-1",), (), Level.DEAD)],
    ),
    "many at once are one": (
        found(*(bad(f"srv-{n}") for n in range(5))),
        [(CORES, tuple(f"srv-{n}" for n in range(5)), Level.MANY)],
    ),
    "power, then what stands there": (
        found(bad("ups", Status.CRITICAL), bad("srv-0"), ups="ups/minutes"),
        [(("ups",), ("srv-0",), Level.DEAD)],
    ),
    "heat, then the hot": (
        found(
            bad("room", Status.CRITICAL),
            bad("srv-0", Status.CRITICAL),
            bad("ups", Status.CRITICAL),
            room="temperature/in",
            srv_0="temperature/cpu",
            ups="battery/temperature",
        ),
        [(("room",), ("srv-0", "ups"), Level.GRAVE)],
    ),
    "a silent sensor is no heat": (
        found(bad("room"), bad("srv-0")),
        [(("room",), (), Level.DEAD), (("srv-0",), (), Level.DEAD)],
    ),
    "both ends of a link": (
        found(
            bad("core-a", Status.CRITICAL), bad("agg", Status.CRITICAL), core_a="optic/1/rx", agg="optic/9/rx"
        ),
        [(("agg",), ("core-a",), Level.GRAVE)],
    ),
    "the links to a dead core": (
        found(bad("core-a"), bad("agg", Status.CRITICAL), agg="if/9/link"),
        [(("core-a",), ("agg",), Level.DEAD)],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_what_is_wrong_is_put_together_by_cause(
    case: tuple[tuple[Finding, ...], list[tuple[tuple[str, ...], tuple[str, ...], Level]]],
) -> None:
    made, wanted = case
    # Those that answered since their parent fell are not behind it: here that is all that is well.
    assert sorted((each.causes, each.behind, each.level) for each in made) == wanted


def test_one_of_two_reads_different_from_both() -> None:
    (one,), (both,) = found(bad("core-a")), found(bad("core-a"), bad("core-b"), *cut("agg"))
    assert headline(one) == "core-a down, core-b carries alone"
    assert headline(both) == "core-a + core-b all down, nothing carries the 1 behind them"


def test_what_hangs_on_a_parent_that_is_just_back_does_not_ring_yet() -> None:
    fresh = shown("leaf", Status.DOWN, now=START, since_s=30)
    rows = picture(fresh, now=START, targets=TARGETS).by_target
    just, long_ago = START - timedelta(seconds=10), START - timedelta(minutes=10)
    assert not patient(rows, {"agg": just}, now=START)["leaf"].shown.rings
    assert patient(rows, {"agg": long_ago}, now=START)["leaf"].shown.rings
    assert patient(rows, {"core-a": just}, now=START)["leaf"].shown.rings
    old = picture(bad("leaf"), now=START, targets=TARGETS).by_target
    assert patient(old, {"agg": just}, now=START)["leaf"].shown.rings  # whatever its parent does

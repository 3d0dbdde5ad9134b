"""The way of a caller: its hops, what is broken, what nobody sees, the incident and the fault it suggests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from hisconsole.plan.callers_advice import likely_fault, on_path, touched
from hisconsole.plan.callers_path import CallersPath, Part, Way, callers_path
from hisconsole.plan.incident import Incident
from hisconsole.plan.reach import OwnPath
from hisconsole.plan.shown import Shown
from hisconsole.plan.status import Status
from hisconsole.plan.targets import Kind, Target
from hisconsole.plan.words import State
from tests.hospital import SITE, START
from tests.plan.pictures import LIMIT, picture, quiet, shown, target
from tests.plan.play import a_report

CORES = ("core-1", "core-2")
S = Kind.SWITCH
NET = (
    target("gw", kind=S, gateway=True),
    target("core-1", kind=S, parents=("gw",)),
    target("core-2", kind=S, parents=("gw",)),
    target("agg-1", kind=S, parents=CORES),
    target("acc-1", kind=S, parents=("agg-1",)),
    target("acc-2", kind=S, parents=("agg-1",)),
    target("app-1", parents=CORES, services=("his",), serves=("all",)),
    target("app-2", parents=CORES, services=("his",), serves=("all",)),
    target("db-1", kind=Kind.DATABASE, parents=CORES, services=("his",), serves=("all",)),
    target("esxi", kind=Kind.HYPERVISOR, parents=CORES),
    target("lis", parents=("esxi",), services=("lis",), serves=("lab",)),
    target("nas", kind=Kind.BACKUP, parents=CORES, services=("backup",)),
)
OK, DOWN, UNKNOWN, CRITICAL = Status.OK, Status.DOWN, Status.UNKNOWN, Status.CRITICAL
BEHIND, STALE, WARNING = Status.UNREACHABLE, Status.STALE, Status.WARNING


def bad(**states: Status) -> tuple[Shown, ...]:
    """Targets in these states, `_` for `-`."""
    return tuple(
        shown(id_.replace("_", "-"), status, status.value, now=START, since_s=240)
        for id_, status in states.items()
    )


def way(
    *found: Shown,
    switch: str = "acc-1",
    department: str = "reg",
    targets: tuple[Target, ...] = NET,
    own: OwnPath | None = None,
    held: bool = True,
) -> CallersPath:
    made = picture(*found, now=START, targets=targets, path=own, held=held)
    return callers_path("reg-01", switch, department, made, now=START)


def drawn(path: CallersPath) -> str:
    """Each hop as its targets and how it stands."""
    return " - ".join(f"{'/'.join(hop.ids)} {hop.way.value}" for hop in path.hops)


@dataclass(frozen=True)
class Case:
    said: str
    states: dict[str, Status]
    hops: str
    broken: str = ""


TAIL = "app-1/app-2 open - db-1 open"
CASES = (
    Case("all is well", {}, f"acc-1 open - agg-1 open - core-1/core-2 open - {TAIL}"),
    Case(
        "aggregation is down",
        {"agg_1": DOWN, "acc_1": BEHIND},
        f"acc-1 blind - agg-1 broken - core-1/core-2 open - {TAIL}",
        "agg-1",
    ),
    Case(
        "one of two cores is down",
        {"core_1": DOWN},
        f"acc-1 open - agg-1 open - core-1/core-2 weak - {TAIL}",
    ),
    Case(
        "both cores are down",
        {"core_1": DOWN, "core_2": DOWN, "agg_1": BEHIND},
        f"acc-1 open - agg-1 blind - core-1/core-2 broken - {TAIL}",
        "core-1/core-2",
    ),
    Case(
        "one core is down, nobody sees the other",
        {"core_1": DOWN, "core_2": UNKNOWN},
        f"acc-1 open - agg-1 open - core-1/core-2 blind - {TAIL}",
    ),
    Case(
        "unknown is neither well nor down",
        {"agg_1": UNKNOWN},
        f"acc-1 open - agg-1 blind - core-1/core-2 open - {TAIL}",
    ),
    Case(
        "an old green is not seen",
        {"acc_1": STALE},
        f"acc-1 blind - agg-1 open - core-1/core-2 open - {TAIL}",
    ),
    Case(
        "an application stands in for the other",
        {"app_1": DOWN},
        "acc-1 open - agg-1 open - core-1/core-2 open - app-1/app-2 weak - db-1 open",
    ),
    Case(
        "all applications are down",
        {"app_1": DOWN, "app_2": DOWN},
        "acc-1 open - agg-1 open - core-1/core-2 open - app-1/app-2 broken - db-1 open",
        "app-1/app-2",
    ),
    Case(
        "the database answers and is critical",
        {"db_1": CRITICAL},
        "acc-1 open - agg-1 open - core-1/core-2 open - app-1/app-2 open - db-1 ill",
    ),
    Case(
        "a warning lets through",
        {"agg_1": WARNING},
        f"acc-1 open - agg-1 weak - core-1/core-2 open - {TAIL}",
    ),
    Case(
        "the first of two that are down is the broken one",
        {"acc_1": DOWN, "db_1": DOWN},
        "acc-1 broken - agg-1 open - core-1/core-2 open - app-1/app-2 open - db-1 broken",
        "acc-1",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.said)
def test_each_hop_stands_as_it_is_seen(case: Case) -> None:
    path = way(*bad(**case.states))
    assert drawn(path) == case.hops
    assert ("/".join(path.broken.ids) if path.broken else "") == case.broken
    assert [hop.part for hop in path.hops] == [
        Part.ACCESS,
        Part.AGGREGATION,
        Part.CORE,
        Part.APPLICATION,
        Part.DATABASE,
    ]
    assert "gw" not in path.targets  # the console's own way is not the caller's


def test_half_gone_twice_may_be_no_way_at_all() -> None:
    ring = (
        target("core-1", kind=S),
        target("core-2", kind=S),
        target("agg-1", kind=S, parents=("core-1",)),
        target("agg-2", kind=S, parents=("core-2",)),
        target("acc-1", kind=S, parents=("agg-1", "agg-2")),
        target("app-1", parents=CORES, services=("his",), serves=("all",)),
    )
    assert way(*bad(agg_1=DOWN), targets=ring).broken is None
    path = way(*bad(agg_1=DOWN, core_2=DOWN), targets=ring)
    assert drawn(path) == "acc-1 open - agg-1/agg-2 weak - core-1/core-2 broken - app-1 open"


def test_a_way_round_a_dead_switch_is_no_break() -> None:
    targets = tuple(
        replace(each, parents=("agg-1", "core-1")) if each.id == "acc-1" else each for each in NET
    )
    path = way(*bad(agg_1=DOWN), targets=targets)
    assert path.broken is None
    assert path.hops[1].way is Way.WEAK


def test_a_department_goes_to_what_serves_it_also_through_a_host() -> None:
    path = way(*bad(esxi=DOWN), department="lab")
    assert [hop.part for hop in path.hops][3] is Part.INNER
    assert path.broken is not None
    assert path.broken.ids == ("esxi",)
    assert path.targets[-1] == "lis"
    assert "esxi" not in way(department="reg").targets


def test_alternatives_are_those_that_carry_the_same_services() -> None:
    ends = [(hop.services, hop.ids) for hop in way(department="lab").hops if hop.end]
    assert ends == [(("his",), ("app-1", "app-2")), (("his",), ("db-1",)), (("lis",), ("lis",))]


@pytest.mark.parametrize(
    ("switch", "hops"),
    [
        ("", " blind - core-1/core-2 open - app-1/app-2 open - db-1 open"),
        ("elsewhere", "elsewhere blind - core-1/core-2 open - app-1/app-2 open - db-1 open"),
    ],
)
def test_a_switch_that_nobody_watches_is_blind_and_never_well(switch: str, hops: str) -> None:
    path = way(switch=switch)
    assert drawn(path) == hops
    assert [hop.part for hop in path.blind] == [Part.ACCESS]
    assert not path.hops[0].devices[0].watched
    assert "" not in path.targets


def test_the_consoles_own_switch_leads_to_the_core_too() -> None:
    path = way(switch="gw")
    assert [(hop.part, hop.ids) for hop in path.hops[:2]] == [(Part.ACCESS, ("gw",)), (Part.CORE, CORES)]


def test_without_an_end_the_way_is_the_network() -> None:
    bare = tuple(replace(each, serves=()) for each in NET)
    assert drawn(way(targets=bare)) == "acc-1 open - agg-1 open - core-1/core-2 open"


def test_circles_and_islands_end() -> None:
    ring = (
        target("acc-1", kind=S, parents=("agg-1", "acc-1")),
        target("agg-1", kind=S, parents=("acc-1",)),
        target("app-1", parents=("app-1", "core-1"), services=("his",), serves=("all",)),
        target("core-1", kind=S, parents=("core-1",)),
    )
    path = way(*bad(agg_1=DOWN), targets=ring)
    assert path.targets[:2] == ("acc-1", "agg-1")
    assert path.targets[-1] == "app-1"


def test_cut_off_without_a_watch_and_without_a_picture_it_is_not_of_now() -> None:
    cut = OwnPath(strikes=2, words="our gateway does not answer")
    assert way().current
    assert not way(own=cut).current
    assert not way(held=False).current
    nothing = callers_path("reg-01", "acc-1", "reg", None, now=START)
    assert (nothing.current, nothing.hops, nothing.red) == (False, (), None)


def test_a_picture_grows_old_by_itself() -> None:
    made = picture(now=START, targets=NET)
    later = callers_path("reg-01", "acc-1", "reg", made, now=START + 4 * LIMIT)
    assert {hop.way for hop in later.hops} == {Way.BLIND}
    assert not later.current


def test_what_is_silenced_stays_what_it_is() -> None:
    hush = shown(
        "agg-1", Status.SILENCED, "no answer", now=START, under=DOWN, silence=quiet("agg-1", now=START)
    )
    path = way(hush)
    assert path.broken is not None
    assert path.broken.devices[0].quiet


# -- what it suggests ------------------------------------------------------------------------------


def incident(number: int, *switches: str, state: State = State.NEW, minutes: float = 5) -> Incident:
    reports = tuple(
        a_report(at, switch=switch, occurred=START - timedelta(minutes=minutes))
        for at, switch in enumerate(switches, start=1)
    )
    return Incident(number=number, version=1, opened=START, state=state, reports=reports)


PARENTS = picture(now=START, targets=NET).infrastructure.parents


def near(path: CallersPath, *incidents: Incident) -> list[tuple[int, str, bool]]:
    return [(each.number, each.target, each.red) for each in on_path(path, incidents, PARENTS)]


def test_an_incident_whose_reports_hang_on_the_break_is_the_likely_one() -> None:
    path = way(*bad(agg_1=DOWN, acc_1=BEHIND))
    far, same, own = incident(1, "elsewhere"), incident(2, "acc-2", minutes=9), incident(3, "acc-1")
    assert near(path, far, same, own) == [(2, "agg-1", True), (3, "agg-1", True)]
    assert near(path, incident(4, "acc-2", state=State.RECOVERED)) == []


def test_a_target_that_a_call_was_taken_on_lies_on_the_way() -> None:
    about = replace(incident(5, ""), reports=(a_report(1, workstation="db-1", switch=""),))
    assert touched(about) == {"db-1"}
    assert near(way(*bad(db_1=CRITICAL)), about) == [(5, "db-1", True)]
    assert near(way(), about) == []


def test_while_nothing_is_red_only_the_own_switch_makes_alike() -> None:
    assert near(way(), incident(1, "acc-2"), incident(2, "acc-1")) == [(2, "acc-1", False)]


def test_the_fault_is_that_of_the_plan_for_what_is_red_on_the_way() -> None:
    def fault(*found: Shown) -> str | None:
        made = picture(*found, now=START, targets=NET)
        path = callers_path("reg-01", "acc-1", "reg", made, now=START)
        likely = likely_fault(path, a_report(switch="acc-1"), SITE.plan, made, now=START)
        return likely.fault.id if likely else None

    assert fault(*bad(agg_1=DOWN)) == "partial-network"
    assert fault(*bad(db_1=DOWN)) == "server-down"
    assert fault() is None
    assert fault(*bad(core_1=DOWN)) is None  # the other core carries everybody
    assert fault(*bad(nas=DOWN)) is None

"""The state of the hospital: who answers, which links hold, what is normal again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hisconsole.config.targets import load_targets
from hisconsole.errors import HisError
from hisconsole.plan.targets import Infrastructure
from hisconsole.practice.cables import reached
from hisconsole.practice.draft import Device
from hisconsole.practice.facets import Value
from hisconsole.practice.hospital import CONSOLE, Hospital, build
from hisconsole.practice.live import Live
from hisconsole.practice.scenario import Step
from tests.practice.conftest import Clock

BUILDING_2 = {"sw-agg-2", "sw-med-2f", "sw-med-3f", "sw-med-4f", "prn-lab-1"}


def _set(live: Live, *changes: tuple[str, str, Value]) -> None:
    live.do([Step(live.now_s, (target, facet), value) for target, facet, value in changes])


def _silent(live: Live, hospital: Hospital) -> set[str]:
    return {id_ for id_ in hospital.devices if not live.answers(id_)}


@pytest.mark.parametrize(
    ("down", "cut", "expected"),
    [
        ("", "", "abcde"),
        ("a", "", "bcde"),
        ("ab", "", ""),
        ("c", "", "ab"),
        ("", "ca", "abcde"),
        ("", "ca cb", "ab"),
        ("a", "cb", "b"),
        ("d", "", "abce"),
    ],
)
def test_one_whole_way_up_is_enough(down: str, cut: str, expected: str) -> None:
    parents = {"a": (), "b": (), "c": ("a", "b"), "d": ("c",), "e": ("c",)}
    found = reached(
        parents,
        powered=lambda id_: id_ not in down,
        joined=lambda id_, parent: id_ + parent not in cut.split(),
    )
    assert found == frozenset(expected)


def test_a_ring_of_parents_reaches_nobody() -> None:
    parents = {"a": ("b",), "b": ("a",)}
    assert reached(parents, powered=lambda _id: True, joined=lambda _id, _parent: True) == frozenset()


def test_every_target_answers_when_all_is_well(live: Live, hospital: Hospital) -> None:
    assert _silent(live, hospital) == set()
    assert live.changed() == {}
    for id_, ports in hospital.ports.items():
        for port in ports:
            assert live.link(id_, port) is port.up


@pytest.mark.parametrize(
    ("changes", "silent"),
    [
        ([("sw-core-1", "device", "down")], {"sw-core-1"}),
        ([("sw-agg-2", "device", "down")], BUILDING_2),
        ([("sw-agg-2", "light/Ten-GigabitEthernet1/0/1", -40.0)], set()),
        (
            [
                ("sw-agg-2", "light/Ten-GigabitEthernet1/0/1", -40.0),
                ("sw-core-2", "link/XGigabitEthernet0/0/2", "down"),
            ],
            BUILDING_2,
        ),
        ([("sw-agg-2", "light/Ten-GigabitEthernet1/0/1", -29.0)], set()),
        ([("sw-opd-1f", "link/GigabitEthernet0/0/1", "off")], {"prn-cash-1"}),
        ([("rt-insurance", "link/GigabitEthernet0/0/0", "down")], {"insurance-front"}),
        ([("fw-1", "device", "down")], {"fw-1", "rt-insurance", "insurance-front"}),
    ],
)
def test_what_is_broken_takes_with_it_what_hangs_on_it_alone(
    live: Live, hospital: Hospital, changes: list[tuple[str, str, Value]], silent: set[str]
) -> None:
    _set(live, *changes)
    assert _silent(live, hospital) == silent


def test_a_console_that_is_cut_off_hears_nobody(live: Live, hospital: Hospital) -> None:
    _set(live, (CONSOLE, "network", "cut"))
    assert _silent(live, hospital) == set(hospital.devices)
    live.mend((CONSOLE, "network"))
    assert _silent(live, hospital) == set()


def test_a_dark_fibre_takes_the_link_at_both_ends(live: Live, hospital: Hospital) -> None:
    _set(live, ("sw-agg-2", "light/Ten-GigabitEthernet1/0/1", -40.0))
    assert not live.views["sw-agg-2"].link("Ten-GigabitEthernet1/0/1")
    assert not live.views["sw-core-1"].link("XGigabitEthernet0/0/2")
    assert live.views["sw-core-2"].link("XGigabitEthernet0/0/2")


def test_a_device_that_gets_power_again_has_just_started(live: Live, clock: Clock) -> None:
    view = live.views["sw-core-1"]
    assert view.uptime_s > 20 * 86_400
    _set(live, ("sw-core-1", "device", "down"))
    clock.to(60)
    live.mend(("sw-core-1", "device"))
    clock.to(75)
    assert view.uptime_s == pytest.approx(15)


def test_mending_one_facet_leaves_the_others_and_ends_what_was_to_come(live: Live, clock: Clock) -> None:
    ramp = Step(10, ("ups-1", "charge"), 0.0, over_s=100)
    live.do([ramp, Step(50, ("ups-1", "source"), "battery"), Step(5, ("ups-2", "load"), 90.0)])
    clock.to(60)
    live.mend(("ups-1", "charge"))
    assert live.changed() == {("ups-1", "source"): "battery", ("ups-2", "load"): 90.0}
    clock.to(500)
    assert live.value(("ups-1", "charge")) == 100
    live.mend()
    assert live.changed() == {}


def test_counters_grow_by_their_rate_and_stand_still_without_a_link(live: Live, clock: Clock) -> None:
    view = live.views["sw-core-1"]
    before = view.total("x", 100)
    clock.to(10)
    assert view.total("x", 100) - before == pytest.approx(1000, abs=1)
    clock.to(20)
    assert view.total("x", 0) - before == pytest.approx(1000, abs=1)


def test_the_same_seed_gives_the_same_hospital(hospital: Hospital, clock: Clock) -> None:
    same = [Live(hospital, clock=clock, seed=seed) for seed in (7, 7, 8)]
    clock.to(33)
    looks: list[Callable[[Live], object]] = [
        lambda live: live.views["ups-1"].drift("temperature", 1.0),
        lambda live: live.views["ups-1"].uptime_s,
    ]
    for look in looks:
        first, second, other = map(look, same)
        assert first == second != other


def test_every_object_can_be_read_well_and_with_each_facet_broken(hospital: Hospital, clock: Clock) -> None:
    for id_, device in hospital.devices.items():
        for facet in (None, *device.facets.values()):
            live = Live(hospital, clock=clock)
            if facet is not None:
                _set(live, (id_, facet.name, facet.broken))
            values = _walk(live, device)
            assert all(values[oid] is not None for oid in values)


def _walk(live: Live, device: Device) -> dict[tuple[int, ...], object]:
    found: dict[tuple[int, ...], object] = {}
    after = device.mib.after(())
    while after is not None:
        oid, cell = after
        assert oid not in found
        found[oid] = cell.value(live.views[device.target.id])
        after = device.mib.after(oid)
    assert len(found) == len(device.mib)
    return found


def test_only_loopback_is_played(infrastructure: Infrastructure, tmp_path: Path) -> None:
    (tmp_path / "targets.yaml").write_text(
        "web:\n  name: x\n  kind: server\n  address: 10.1.2.3\n  profiles: http\n", "utf-8"
    )
    with pytest.raises(HisError, match=r"web has the address 10\.1\.2\.3: .* only 127\.x\.x\.x"):
        build(load_targets(tmp_path, sample=False))

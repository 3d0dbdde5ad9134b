"""What a datagram has to pass before it is looked into: counted, on a clock of numbers."""

from __future__ import annotations

from hisconsole.plan.status import Status
from hisconsole.probes.snmp.traps import LARGEST
from hisconsole.watch.trap_gate import (
    A_SECOND,
    ALL_A_SECOND,
    ALL_AT_ONCE,
    AT_ONCE,
    Counts,
    Gate,
    trap_samples,
)


def a_gate(*sources: str) -> tuple[Gate, Counts]:
    counts = Counts()
    gate = Gate(counts)
    gate.arrange(sources)
    return gate, counts


def test_only_the_addresses_of_targets_pass_and_invented_ones_are_not_remembered() -> None:
    gate, counts = a_gate("10.0.0.1")
    assert gate.lets("10.0.0.1", 100, 0.0)
    for number in range(100_000):
        assert not gate.lets(f"10.9.{number >> 8}.{number & 255}", 100, 0.0)
    assert (counts.unknown_source, counts.stranger) == (100_000, "10.9.390.159")
    assert len(gate._sources) == 1
    assert gate.lets("10.0.0.1", 100, 0.0), "a flood of strangers takes nothing from those who are known"


def test_what_is_too_large_is_dropped_and_takes_no_token() -> None:
    gate, counts = a_gate("10.0.0.1")
    assert not any(gate.lets("10.0.0.1", LARGEST + 1, 0.0) for _datagram in range(1000))
    assert sum(gate.lets("10.0.0.1", LARGEST, 0.0) for _datagram in range(1000)) == AT_ONCE
    assert (counts.too_large, counts.too_fast) == (1000, 1000 - AT_ONCE)


def test_ten_seconds_of_a_flood_from_one_source_let_through_what_is_bearable() -> None:
    gate, counts = a_gate("10.0.0.1", "10.0.0.2")
    passed = sum(gate.lets("10.0.0.1", 100, number / 10_000) for number in range(100_000))
    assert AT_ONCE + 10 * A_SECOND - 1 <= passed <= AT_ONCE + 10 * A_SECOND
    assert counts.received == 100_000 == passed + counts.too_fast
    assert gate.lets("10.0.0.2", 100, 10.0), "the flood of one does not silence another"


def test_a_flood_in_the_names_of_all_targets_is_bounded_as_a_whole() -> None:
    sources = [f"10.0.{number >> 8}.{number & 255}" for number in range(1000)]
    gate, _counts = a_gate(*sources)
    passed = sum(gate.lets(sources[number % 1000], 100, number / 10_000) for number in range(100_000))
    assert ALL_AT_ONCE <= passed <= ALL_AT_ONCE + 10 * ALL_A_SECOND


def test_changed_files_give_nobody_new_tokens_and_a_clock_set_back_takes_none() -> None:
    gate, _counts = a_gate("10.0.0.1")
    assert sum(gate.lets("10.0.0.1", 100, 50.0) for _datagram in range(1000)) == AT_ONCE
    gate.arrange(["10.0.0.1", "10.0.0.2"])
    assert not gate.lets("10.0.0.1", 100, 50.0)
    assert not gate.lets("10.0.0.1", 100, 0.0)
    assert gate.lets("10.0.0.1", 100, 1.0)
    gate.arrange(["10.0.0.2"])
    assert not gate.lets("10.0.0.1", 100, 99.0)


def test_the_counts_are_readings_and_what_was_just_dropped_is_a_warning() -> None:
    counts = Counts(received=9, taken=2, unknown_source=3, too_fast=4, stranger="10.9.9.9")
    before = Counts(too_fast=4)
    calm = {sample.key: sample for sample in trap_samples(counts, before)}
    assert calm["traps/received"].value == 9
    assert calm["traps/unknown"].reason == "the last from 10.9.9.9"
    assert all(sample.hint is None for sample in calm.values())
    counts.too_fast, counts.lost = 10, 1
    flood = {sample.key: sample for sample in trap_samples(counts, before) if sample.hint}
    assert {key: sample.hint for key, sample in flood.items()} == {
        "traps/fast": Status.WARNING,
        "traps/lost": Status.WARNING,
    }
    assert flood["traps/fast"].reason == "a flood: 6 dropped since the last report"

"""Each conversion, by table: what devices send and what it means."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hisconsole.plan.status import Status
from hisconsole.probes.convert import NOTHING, Raw, convert, number, per_second, words

CASES: list[tuple[str, Raw, Mapping[str, Raw], float | str | None]] = [
    ("", 42, {}, 42),
    ("", b"17", {}, 17),
    ("", b"17.5", {}, 17.5),
    ("", b"n/a", {}, None),
    ("timeticks_s", 10976200, {}, 109762.0),
    ("timeticks_min", 10976200, {}, 1829.37),
    ("uptime_s", 100, {}, 1.0),
    ("uptime_s", 100, {"engine": 50_000_000}, 50_000_000.0),  # 497 days are over, and it did not restart.
    ("huawei_dbm", 536, {}, -2.71),  # Microwatts.
    ("huawei_dbm", 1000, {}, 0.0),
    ("huawei_dbm", -1234, {}, -12.34),  # Hundredths of a dBm.
    ("huawei_dbm", 0, {}, 0.0),
    ("sensor", 27375, {"scale": 8, "precision": 0}, 27.375),
    ("sensor", 346, {"scale": 9, "precision": 1}, 34.6),
    ("sensor", 61, {"scale": 8, "precision": 1}, 0.0061),
    ("sensor", 4136, {"scale": 9, "precision": 0}, 4136.0),
    ("sensor", 2, {"scale": 10, "precision": 0}, 2000.0),
    ("sensor", 2, {"scale": 99, "precision": 0}, None),
    ("sensor", 2, {"scale": 9, "precision": 99}, None),
    ("share_with_free", 25, {"free": 75}, 25.0),
    ("share_used_of_free", 47008, {"total": 206324}, 77.22),
    ("hr_storage", 90, {"size": 100}, 90.0),
    ("hr_storage", 90, {"size": -2147483648}, None),
    ("hr_storage", -5, {"size": 100}, None),
    ("memory_used", 60, {"size": 100, "buffers": 10, "cached": 20}, 30.0),
    ("memory_used", 60, {"size": 100}, 60.0),
    ("memory_used", 60, {"size": 100, "buffers": 10, "cached": 70}, 60.0),  # Then it counts otherwise.
    ("load_per_core", 12, {"cores": 24}, 0.5),
    ("load_per_core", 12, {}, 12.0),
    ("supply", 36, {"max": 100}, 36.0),
    ("supply", 1500, {"max": 6000}, 25.0),
    ("supply", -3, {"max": 100}, "some left"),
    ("supply", -2, {"max": 100}, "not measured"),
    ("supply", 5, {"max": -2}, "not measured"),
    ("text", "powered\x1b[2J on", {}, "powered?[2J on"),
    ("text_number", b"-25.4 dBm", {}, -25.4),
    ("link", 1, {"admin": 1}, "up"),
    ("link", 2, {"admin": 1}, "down"),
    ("link", 2, {"admin": 2}, "off"),
    ("link", 7, {"admin": 1}, "down, lower layer"),
    ("link", 99, {"admin": 1}, None),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{n}: {case[0]} {case[1]!r}" for n, case in enumerate(CASES)])
def test_a_value_is_converted(case: tuple[str, Raw, Mapping[str, Raw], float | str | None]) -> None:
    name, raw, inputs, value = case
    found = convert(name, raw, 1.0, inputs)
    assert found.value == value
    if value is None:
        assert found.hint is Status.UNKNOWN
        assert found.reason


def test_a_ruijie_port_without_light_is_divided_like_any_other() -> None:
    assert convert("", -1830, 100.0, {}).value == -18.3


def test_no_number_among_words_is_nothing() -> None:
    assert convert("text_number", b"-inf dBm", 1.0, {}) is NOTHING


def test_no_swap_and_an_empty_drive_are_nothing() -> None:
    assert convert("hr_storage", 0, 1.0, {"size": 0}) is NOTHING


@pytest.mark.parametrize(
    ("octets", "text", "hint"),
    [
        (b"\x00", "none", Status.OK),
        (b"", "none", Status.OK),
        (b"\x80", "paper low", Status.WARNING),
        (b"\x40", "no paper", Status.CRITICAL),
        (b"\x20", "toner low", Status.WARNING),
        (b"\x10", "no toner", Status.CRITICAL),
        (b"\x08", "door open", Status.CRITICAL),
        (b"\x04", "jammed", Status.CRITICAL),
        (b"\x02", "offline", Status.CRITICAL),
        (b"\x00\x04", "input tray empty", Status.WARNING),
        (b"\xa0", "paper low, toner low", Status.WARNING),
        (b"\x44\x00", "no paper, jammed", Status.CRITICAL),
    ],
)
def test_a_printer_says_by_bits_what_it_waits_for(octets: bytes, text: str, hint: Status) -> None:
    found = convert("printer_errors", octets, 1.0, {})
    assert (found.value, found.hint) == (text, hint)


def test_rates_have_the_unit_of_their_conversion() -> None:
    assert per_second("octets_percent", 62_500_000, {"speed": 1000}).value == 50.0
    assert per_second("octets_percent", 1, {"speed": 0}) is NOTHING
    assert per_second("per_minute", 0.5, {}).value == 30.0
    assert per_second("ticks_percent", 200, {"cores": 4}).value == 50.0
    assert per_second("per_second", 1 / 3, {}).value == 0.333


def test_text_is_safe_and_one_line_in_any_encoding() -> None:
    assert words("禾溪\n核心".encode()) == "禾溪 核心"
    assert words("核心交换机".encode("gb18030")) == "核心交换机"
    assert words(b"eth0\x00") == "eth0"
    assert words(b"\x1b]0;x\x07") == "?]0;x?"
    assert words(None) == ""
    assert number(b"12 C") is None

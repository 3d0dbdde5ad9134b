"""What the kernel of real hosts says of itself."""

from __future__ import annotations

import pytest

from tests.probes.parse.reading import CRITICAL, OK, UNKNOWN, WARNING, Short, reasons, values

MEMINFO = """\
MemTotal:       16306108 kB
MemFree:          392344 kB
MemAvailable:    1467500 kB
Buffers:          113224 kB
Cached:          1303920 kB
SwapCached:            0 kB
SReclaimable:      96180 kB
Shmem:             24888 kB
SwapTotal:       2097148 kB
SwapFree:        1572861 kB
HugePages_Total:       0
"""
OLD = """\
MemTotal:        4000000 kB
MemFree:          200000 kB
Buffers:          100000 kB
Cached:          1000000 kB
Shmem:            300000 kB
SwapTotal:             0 kB
SwapFree:              0 kB
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MEMINFO, {"memory/available": (9.0, None), "memory/swap": (25.0, None)}),
        (OLD, {"memory/available": (25.0, None)}),
        ("MemTotal: 0 kB\n", {"memory": (None, UNKNOWN)}),
        ("MemTotal: 100 kB\n", {"memory": (None, UNKNOWN)}),
        ("MemTotal: 100 kB\nMemAvailable: 999 kB\n", {"memory/available": (100.0, None)}),
        ("MemTotal: 100 kB\nMemAvailable: -5 kB\nMemFree: 5 kB\n", {"memory/available": (5.0, None)}),
    ],
)
def test_memory(text: str, expected: Short) -> None:
    assert values("memory", text) == expected


def test_memory_of_an_old_kernel_says_where_it_is_from() -> None:
    from hisconsole.probes.parse import read
    from hisconsole.probes.parse.output import Output

    (sample,) = read("memory", Output(OLD, 0), {})
    assert sample.source == "MemFree+Cached"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "12.40 8.10 6.00 3/812 31337\n4\n",
            {
                "load/1": (12.4, None),
                "load/5": (8.1, None),
                "load/15": (6.0, None),
                "load/core": (1.5, None),
            },
        ),
        (
            "0.00 0.01 0.05 1/80 1\nsh: nproc: not found\n",
            {"load/1": (0.0, None), "load/5": (0.01, None), "load/15": (0.05, None)},
        ),
        ("0.1 0.2\n4\n", {"load": (None, UNKNOWN)}),
        ("nan inf 1e999 1/1 1\n4\n", {"load": (None, UNKNOWN)}),
    ],
)
def test_load(text: str, expected: Short) -> None:
    assert values("load", text) == expected


PRESSURE = """\
/proc/pressure/cpu:some avg10=7.65 avg60=7.23 avg300=5.10 total=8123123
/proc/pressure/io:some avg10=0.00 avg60=51.02 avg300=9.88 total=123123
/proc/pressure/memory:some avg10=0.00 avg60=0.00 avg300=0.00 total=0
"""


def test_pressure_and_kernels_that_have_none() -> None:
    assert values("pressure", PRESSURE) == {
        "pressure/cpu": (7.23, None),
        "pressure/io": (51.02, None),
        "pressure/memory": (0.0, None),
    }
    assert values("pressure", "grep: /proc/pressure/cpu: No such file or directory\n", code=2) == {}
    assert values("pressure", "grep: /proc/pressure/cpu: Operation not supported\n", code=2) == {}
    assert values("pressure", "nonsense\n") == {"pressure": (None, UNKNOWN)}


@pytest.mark.parametrize(
    ("text", "value"),
    [("4523.10 9000.55\n", 4523.1), ("42949673.00 1.0\n", 42949673.0), ("-1 0\n", None), ("x\n", None)],
)
def test_uptime(text: str, value: float | None) -> None:
    assert values("uptime", text) == {"uptime": (value, None if value is not None else UNKNOWN)}


@pytest.mark.parametrize(
    ("text", "value", "hint"),
    [
        ("", 0.0, OK),
        ("ACPI Error: AE_NOT_FOUND\nusb 1-1: device descriptor read/64, error -71\n", 2.0, WARNING),
        ("blk_update_request: I/O error, dev sda, sector 12345\n", 1.0, CRITICAL),
        ("EXT4-fs (sda1): Remounting filesystem read-only\n", 1.0, CRITICAL),
        ("INFO: task oracle:123 blocked for more than 120 seconds.\n", 1.0, CRITICAL),
        ("Out of memory: Killed process 4711 (java)\n", 1.0, CRITICAL),
        ("XFS (dm-3): Metadata corruption detected\n", 1.0, CRITICAL),
    ],
)
def test_kernel_errors(text: str, value: float, hint: object) -> None:
    assert values("kernel", text) == {"kernel/errors": (value, hint)}


def test_the_reason_names_the_grave_line_not_the_last() -> None:
    text = "sd 2:0:0:0: rejecting I/O to offline device\nusb 1-1: reset\n"
    assert reasons("kernel", text) == ["2 kernel errors: sd 2:0:0:0: rejecting I/O to offline device"]


def test_a_journal_that_may_not_be_read_is_unknown() -> None:
    text = "No journal files were opened due to insufficient permissions.\n"
    assert values("kernel", text, code=1) == {"kernel/errors": (None, UNKNOWN)}

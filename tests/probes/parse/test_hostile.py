"""Whatever a host writes, every reading is printable, bounded and has a reason where it has no value."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisconsole.plan.reading import Sample
from hisconsole.plan.status import Status
from hisconsole.probes.parse import READERS, read
from hisconsole.probes.parse.output import Output, number
from tests.hostile import HOSTILE
from tests.probes.parse import test_databases, test_linux, test_raid, test_services

ARGUMENTS = {
    "units": ("a", "b"),
    "ports": ("22",),
    "instances": ("HIS1",),
    "files": ("/backup/x",),
    "folder": ("/backup",),
    "days": ("7",),
    "device": ("/dev/sda",),
    "port": ("80",),
    "path": ("/",),
}

REAL = {
    "disk": "/dev/sda1 41152812 9876544 29155100 26% /{}\n",
    "inodes": "/dev/sda1 10 5 5 50% /{}\n",
    "memory": test_linux.MEMINFO,
    "pressure": test_linux.PRESSURE,
    "mdstat": test_raid.REBUILDING,
    "raid_volumes": test_raid.STORCLI,
    "raid_drives": test_raid.DRIVES,
    "smart_array": test_raid.SSACLI,
    "multipath": test_raid.MULTIPATH,
    "smart": "SMART Health Status: {}\n",
    "listening": test_services.SS,
    "time": test_services.CHRONY,
    "oracle_listener": test_databases.LSNRCTL.replace('"HIS1"', '"{}"'),
    "iris": test_databases.IRIS.replace("TEST", "{}"),
    "kernel": "I/O error {}\n",
    "failed_units": "{} loaded failed failed x\n",
    "backup": "1 2 /backup/x\n",
    "backup_folder": "1:2:{}\n",
}


def sound(samples: tuple[Sample, ...]) -> None:
    assert len(samples) <= 66
    assert len({sample.key for sample in samples}) == len(samples)
    for sample in samples:
        for text in (sample.key, sample.label, sample.reason, sample.unit, sample.source):
            assert text.isprintable()
            assert len(text) <= 300
        if isinstance(sample.value, str):
            assert sample.value.isprintable()
            assert len(sample.value) <= 100
        elif sample.value is not None:
            assert math.isfinite(sample.value)
        if sample.value is None or sample.hint not in (None, Status.OK):
            assert sample.reason


def read_all(name: str, text: str) -> None:
    for code, cut in (
        (0, False),
        (1, False),
        (2, False),
        (127, False),
        (124, False),
        (None, True),
        (None, False),
    ):
        sound(read(name, Output(text, code, cut=cut, now=1_700_000_000), ARGUMENTS))
    sound(read(name, Output(text, 0), {}))


@pytest.mark.parametrize("name", READERS)
def test_hostile_text(name: str) -> None:
    for text in HOSTILE.values():
        read_all(name, text)
        real = REAL.get(name, "")
        read_all(name, real.replace("{}", text))
        read_all(name, real + text)
        read_all(name, text + real)
        read_all(name, real.replace(" ", text, 3))


@pytest.mark.parametrize("name", READERS)
def test_every_half_of_a_real_text(name: str) -> None:
    real = REAL.get(name, "")
    for at in range(0, len(real), 7):
        read_all(name, real[:at])
        read_all(name, real[at:])


@pytest.mark.parametrize("name", READERS)
def test_ten_megabytes_take_no_time(name: str) -> None:
    line = (REAL.get(name, "") or "1.0 ").splitlines()[0]
    texts = (
        "x" * 10_000_000,
        "\n" * 10_000_000,
        f"{line}\n" * (10_000_000 // (len(line) + 1)),
        "\x00" * 10_000_000,
    )
    burned = time.process_time()
    for text in (*texts, " " * 10_000_000, "a " * 5_000_000, "/dev/x 1 1 1 1% /" * 500_000):
        sound(read(name, Output(text, 0), ARGUMENTS))
    assert time.process_time() - burned < 2


@given(st.sampled_from(sorted(READERS)), st.text(max_size=300))
def test_nothing_breaks_a_reader(name: str, text: str) -> None:
    read_all(name, text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        (" -0.5 ", -0.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e-05", 1e-05),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("1_000", None),
        ("٣", None),
        ("1e999", None),
        ("9" * 400, None),
        ("0x10", None),
        ("1,5", None),
    ],
)
def test_numbers(text: str, value: float | None) -> None:
    assert number(text) == value

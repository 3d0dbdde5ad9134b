"""The file of the readings may be lost: it is made anew, says so, and costs nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hisconsole.errors import StoreFault
from hisconsole.store.readings import Batch, Lost, Readings, Remade
from hisconsole.store.readings_file import MAKE, READINGS, connect
from hisconsole.store.readings_reader import NOTHING, Reader
from tests.plan.rounds import after
from tests.store.measured import ME, NOON, measured, named, reader, readings, save, sqlite_of

__all__ = ["reader", "readings"]


def spoil(path: Path, way: str) -> None:
    if way == "gone":
        path.unlink()
    elif way == "empty":
        path.write_bytes(b"")
    elif way == "rubbish":
        path.write_bytes(b"\x1b[2J" * 5000)
    elif way == "another version":
        connection = connect(path, writable=True)
        connection.execute(f"PRAGMA user_version={MAKE + 1}")
        connection.close()
    elif way == "cut":
        path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize("way", ["empty", "rubbish", "another version"])
def test_a_file_that_cannot_be_used_is_made_anew_and_says_so(way: str, tmp_path: Path) -> None:
    first = Readings(tmp_path / "data")
    assert first.made == ""
    first.close()
    spoil(tmp_path / "data" / READINGS, way)
    reader = Reader(tmp_path / "data")
    if way == "rubbish":
        with pytest.raises(StoreFault, match="damaged"):
            reader.latest()
    else:
        assert reader.latest() is NOTHING
    second = Readings(tmp_path / "data")
    assert "made anew" in second.made
    assert second.take(ME, now=NOON)
    save(second, Batch(healths=[after("o")]))
    assert set(reader.latest().healths) == {"sw-1"}
    assert (tmp_path / "data" / READINGS).stat().st_mode & 0o777 == 0o600
    second.close()
    reader.close()


@pytest.mark.parametrize("way", ["gone", "cut"])
def test_a_file_lost_while_it_is_written_is_made_anew(
    way: str, readings: Readings, reader: Reader, tmp_path: Path
) -> None:
    save(readings, Batch(healths=[after("o")]))
    reader.latest()
    with sqlite_of(tmp_path) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoil(tmp_path / "data" / READINGS, way)
    with pytest.raises(Remade, match="made anew"):
        save(readings, measured(*(named(f"k{number}") for number in range(200))))
    with pytest.raises(Lost):
        save(readings, Batch())
    assert readings.take(ME, now=NOON)
    save(readings, Batch(healths=[after("oo")]))
    save(readings, measured(named("load")))
    assert reader.latest().healths == {"sw-1": after("oo")}
    assert [each.sample.key for each in reader.readings("sw-1")] == ["load"]


def test_rows_that_cannot_be_read_back_cost_no_others(
    readings: Readings, reader: Reader, tmp_path: Path
) -> None:
    save(readings, Batch(healths=[after("o", target="a"), after("o", target="b")]))
    for target in ("a", "b"):
        save(readings, measured(named("load"), target=target))
    with sqlite_of(tmp_path) as file:
        file.execute("UPDATE target SET health = '[1]' WHERE id = 'a'")
        file.execute("UPDATE reading SET packed = '[null, 0, [[]]]' WHERE target = 'a'")
        file.execute("UPDATE history SET packed = x'7a00' WHERE target = 'a'")
    assert set(reader.latest().healths) == {"b"}
    assert set(reader.all_readings()) == {"b"}
    assert reader.history("a", "load", now=NOON) == []
    kept = readings.load(now=NOON)
    assert (set(kept.healths), set(kept.readings)) == ({"b"}, {("b", "snmp")})


_KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from hisconsole.store.readings import Batch, Readings
from hisconsole.store.readings_lease import myself
from tests.plan.rounds import after
readings, me, now = Readings(Path(sys.argv[1])), myself(), datetime.now(UTC)
readings.take(me, now=now)
for count in range(1, 30):
    readings.save(Batch(healths=[after("o" * count)]), me, now=now)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_after_a_kill_all_that_was_committed_is_read_and_the_lease_is_free(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{root / 'src'}:{root}"}
    done = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path)], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    reader = Reader(tmp_path)
    assert reader.latest().healths == {"sw-1": after("o" * 29)}
    assert not reader.latest().watched
    readings = Readings(tmp_path)
    assert readings.made == ""
    assert readings.take(ME, now=NOON)
    readings.close()
    reader.close()

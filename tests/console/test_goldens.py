"""Every screen as text, at three sizes, in ASCII and with the prettier marks.

HISCONSOLE_GOLDENS=write ./run test tests/console/test_goldens.py writes `goldens/` anew: look at what has
changed (`git diff tests/console/goldens`) before it is kept. Times and dates are `#`, everything else counts.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.config import load_site
from hisconsole.console.queue import QueueScreen
from hisconsole.console.table import load_screens
from hisconsole.paths import shipped
from tests.console.app import ME, Seat, call, console, desk
from tests.console.watched import Script, trouble

FOLDER = Path(__file__).with_name("goldens")
WRITE = os.environ.get("HISCONSOLE_GOLDENS") == "write"
LOOKED_AT = date(2026, 11, 28)  # numbers of the sample roster grow old from day to day
SIZES = ((80, 24), (100, 30), (140, 50))
SCREENS = {
    "queue": (),
    "filter": ("/", "s", "a", "v"),
    "incident": ("enter",),
    "reports": ("enter", "]"),
    "status": ("2",),
    "target": ("2", "enter"),
    "roster": ("3",),
    "log": ("5",),
    "duties": ("!",),
    "departments": ("d",),
    "tell": ("t",),
    "call-list": ("C",),
    "classify": ("c",),
    "escalate": ("e",),
    "team": ("s",),
    "leader": ("S",),
    "aftermath": ("r",),
    "menu": (".",),
    "palette": (":",),
    "keys": ("?",),
    "call": ("n",),
    "verify": ("v",),
    "assign": ("o",),
    "close": ("x",),
    "views": ("w",),
    "leave": ("q",),
    "diagnostics": ("D",),
    "maintenance": ("M",),
    "handover": ("4",),
}
_CHANGES = (
    (re.compile(r"\d\d:\d\d(:\d\d)?"), "##:##"),
    (re.compile(r"\b\d\d\d\d-\d\d-\d\d\b"), "####-##-##"),
    (re.compile(r"\b\d\d-\d\d\b"), "##-##"),
    (re.compile(r"\b[\d.]+ (ms|min|s|MB|files)\b"), r"# \1"),
    (re.compile(r"\b\d\d:?~"), "##:~"),
    (re.compile(r"nobody \((Night|Day|Evening|Long)\b.*"), "nobody (the shift by the clock)"),
    (re.compile(r"\([0-9a-f]{12}\)"), "(############)"),
    (re.compile(r"\bEtc/GMT[-+]\d+"), "Etc/GMT#"),
)


def at_three(config: Path) -> Path:
    """The sample hospital on a common day about three, after work: the same whenever the test runs."""
    shutil.copytree(shipped("config"), config)
    ahead = (15 - datetime.now(UTC).hour + 12) % 24 - 12
    there = f"Etc/GMT{-ahead:+d}"  # POSIX counts westwards
    _put(config / "site.yaml", "timezone: .*", f"timezone: {there}")
    _put(config / "plan.yaml", "holidays: .*", "holidays: 2020-01-01")
    _put(config / "plan.yaml", "  to: 17:30", "  to: 09:30")
    later = datetime.now(UTC).date() - LOOKED_AT
    roster = config / "roster.yaml"
    text = re.sub(
        r"(?<=  verified: )\S+", lambda day: f"{date.fromisoformat(day[0]) + later}", roster.read_text()
    )
    roster.write_text(text)
    return config


def _put(file: Path, line: str, other: str) -> None:
    text, found = re.subn(f"(?m)^{line}$", other, file.read_text())
    assert found == 1, line
    file.write_text(text)


def hospital(data: Path, config: Path) -> None:
    """A quarter of an hour of calls, one of them worked as far as telling those who reported."""
    now = datetime.now(UTC)
    at = desk(data, ME, hospital=load_site(config))
    call(
        at,
        "reg-01",
        'saving says "archiver error" 挂号窗口保存不了',
        symptom="cannot-save",
        now=now - timedelta(minutes=14),
    )
    call(
        at,
        "lab-01",
        join=1,
        words="results are not saved",
        symptom="cannot-save",
        now=now - timedelta(minutes=12),
    )
    call(at, "icu-01", "orders take a minute", symptom="slow-database", now=now - timedelta(minutes=6))
    call(
        at,
        "ward5-01",
        "no link light since the morning",
        symptom="no-network",
        now=now - timedelta(minutes=3),
    )
    at.perform("acknowledge", 1)
    at.perform("verify", 1, {"result": "confirmed"})
    at.perform(
        "message", 1, {"status": "verified", "affected": "registration", "do": "use paper", "dont": "log in"}
    )
    at.database.close()


async def at_rest(seat: Seat) -> str:
    """The screen once it does not change any more."""
    seen, same = "", 0
    while same < 3:
        await asyncio.sleep(0.06)
        await seat.rest()
        text = seat.text()
        same = same + 1 if text == seen else 0
        seen = text
    return seen


async def home(seat: Seat) -> None:
    """Back to the queue, without a filter and on its first line."""
    await seat.press("1")
    for _ in range(6):
        await seat.press("esc")
        if isinstance(seat.app.screen, QueueScreen):
            break
    await seat.press("1", "g")
    await seat.at(QueueScreen)
    seat.place.say("")


def masked(text: str) -> str:
    """Without what differs from run to run."""
    for pattern, shown in _CHANGES:
        text = pattern.sub(shown, text)
    return "\n".join(line.rstrip() for line in text.split("\n")).rstrip() + "\n"


def variants() -> Iterator[object]:
    """Every size in both looks; what is not 80x24 in ASCII takes its time."""
    for cols, rows in SIZES:
        for unicode in (False, True):
            yield pytest.param(cols, rows, unicode, marks=[pytest.mark.slow] if unicode or cols != 80 else [])


@pytest.mark.parametrize(("cols", "rows", "unicode"), list(variants()))
async def test_every_screen_looks_as_it_was_looked_at(
    tmp_path: Path, cols: int, rows: int, unicode: bool
) -> None:
    config, data = at_three(tmp_path / "config"), tmp_path / "data"
    hospital(data, config)
    script = Script()
    trouble(script)
    marks = load_screens(shipped("screens"), unicode=unicode)
    folder = FOLDER / f"{cols}x{rows}-{'unicode' if unicode else 'ascii'}"
    differ: list[str] = []
    async with console(data, config=config, size=(cols, rows), watching=script.watching, shown=marks) as seat:
        await seat.until(lambda: seat.app.lookout.picture is not None)
        seat.app.pulse.stop()  # what holds up a busy machine is no part of the picture
        for name, keys in SCREENS.items():
            script.now = datetime.now(UTC)
            trouble(script)  # or on a busy machine the watch would have fallen silent
            await seat.until(lambda: seat.app.lookout.picture is script.current)
            await home(seat)
            await seat.press(*keys)
            text = await at_rest(seat)
            assert unicode or all(ord(char) < 0x80 or char >= "\u2e80" for char in text), name
            assert max(map(len, seat.lines())) <= cols
            text, golden = masked(text), folder / f"{name}.txt"
            if WRITE:
                folder.mkdir(parents=True, exist_ok=True)
                golden.write_text(text)
            elif text != golden.read_text():
                differ.append(f"--- {name}, looked at\n{golden.read_text()}+++ {name}, now\n{text}")
        await home(seat)
    assert not differ, "\n".join(differ)

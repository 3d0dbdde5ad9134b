"""A drill on the screen: line 1 says so on every place, and so does what covers it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hisconsole.config import begin_drill
from hisconsole.console.queue import QueueScreen
from hisconsole.console.summary import SummarySheet
from tests.console.app import call, console, desk, site


@pytest.mark.parametrize("drill", [True, False])
async def test_line_1_says_drill_on_places_sheets_and_forms(tmp_path: Path, *, drill: bool) -> None:
    data = tmp_path / "data"
    if drill:
        begin_drill(data, "fibre", site().operators[0])
    at = desk(data)
    call(at, "icu-01", "monitors stand still")
    at.database.close()
    async with console(data) as seat:
        await seat.until(seat.listed)
        assert seat.lines()[0].strip().startswith("DRILL" if drill else "PRACTICE")
        await seat.press("S")
        await seat.at(SummarySheet)
        await seat.until("nobody knows")
        assert seat.lines()[0].strip().startswith("DRILL 0001: summary" if drill else "0001: summary")
        assert any(line.strip().startswith("DRILL. ") for line in seat.lines()) is drill
        await seat.press("esc")
        await seat.at(QueueScreen)
        await seat.press("n")
        await seat.until("New call" if not drill else "DRILL New call")

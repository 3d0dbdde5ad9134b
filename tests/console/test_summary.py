"""Summaries: made from the record, read aloud, and put on record as they were given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.console.duties import DutiesScreen
from hisconsole.console.incident import IncidentScreen
from hisconsole.console.queue import QueueScreen
from hisconsole.console.summary import SummarySheet
from hisconsole.desk.reading import read_incident
from tests.console.app import ME, Seat, call, console, desk


async def opened(seat: Seat, key: str) -> None:
    await seat.press(key)
    await seat.at(SummarySheet)
    await seat.until("0001")
    await seat.until(lambda: len([line for line in seat.lines() if line.strip()]) > 3)


def given(data: Path) -> list[dict[str, object]]:
    at = desk(data)
    try:
        return [dict(e.body) for e in read_incident(at, 1).history if e.kind.value == "summary"]
    finally:
        at.database.close()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize(
    ("key", "audience", "parts"),
    [
        ("s", "the team", ("Conditions:", "Actions:", "Needs:")),
        ("S", "the leader", ("since", "nobody knows")),
    ],
)
async def test_it_is_read_and_enter_records_it_as_it_was_read(
    tmp_path: Path, size: tuple[int, int], key: str, audience: str, parts: tuple[str, ...]
) -> None:
    at = desk(tmp_path)
    call(at, "icu-01", "monitors stand still")
    at.perform("classify", 1, {"category": "I", "reason": "the whole ward"})
    at.database.close()
    async with console(tmp_path, size=size) as seat:
        await seat.until(seat.listed)
        await opened(seat, key)
        assert seat.lines()[0].strip() == f"0001: summary for {audience}, to be read aloud"
        for part in parts:
            assert part in seat.text()
        assert all(len(line) <= size[0] for line in seat.lines())
        read = " ".join(line.strip() for line in seat.lines()[1:-2] if line.strip())
        await seat.press("enter")
        await seat.at(QueueScreen)
        await seat.until("0001: Summary given")
    (body,) = given(tmp_path)
    assert body["audience"] == audience.removeprefix("the ")
    assert " ".join(str(body["text"]).split()) == " ".join(read.split())


async def test_the_leader_hears_three_parts(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "icu-01")
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        await opened(seat, "S")
        sheet = seat.app.screen
        assert isinstance(sheet, SummarySheet)
        assert len(sheet.spoken) == 3


async def test_esc_records_nothing_and_y_copies(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await opened(seat, "s")
        await seat.press("y")
        await seat.until("Copied.")
        assert "Conditions:" in seat.app.clipboard
        await seat.press("esc")
        await seat.at(IncidentScreen)
    assert given(tmp_path) == []


async def test_enter_on_a_summary_that_is_due_opens_the_right_one(tmp_path: Path) -> None:
    at = desk(tmp_path, ME)
    call(at, "icu-01", now=datetime.now(UTC) - timedelta(minutes=70))
    at.perform("classify", 1, {"category": "I", "reason": "the whole ward"})
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        for audience in ("leader", "team"):
            await seat.press("!")
            await seat.at(DutiesScreen)
            owed = (1, f"summary-{audience}", "")
            await seat.until(lambda owed=owed: owed in seat.listed())  # type: ignore[misc]
            seat.place.rows.move_to(owed)
            await seat.press("enter")
            await seat.at(SummarySheet)
            await seat.until(f"summary for the {audience}")
            await seat.until(lambda: seat.app.screen.spoken)  # type: ignore[attr-defined]
            await seat.press("enter")
            await seat.at(DutiesScreen)
            await seat.until("0001: Summary given")
            await seat.press("esc")
            await seat.at(QueueScreen)
    assert [body["audience"] for body in given(tmp_path)] == ["leader", "team"]

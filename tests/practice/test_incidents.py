"""Stories of the practice hospital over real protocols, a watch over it, and the incidents on record.

The tables of scenarios tell the rules; these show that polls, strikes, reachability and record come to the
same: one incident a story, with its cause, what is behind it, and what the plan makes of that.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hisconsole.config import load_site
from hisconsole.desk.desk import Desk
from hisconsole.plan.category import verdict
from hisconsole.plan.detection import Finding
from hisconsole.plan.facts import facts_of
from hisconsole.plan.incident import Incident
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.status import Status
from hisconsole.practice.scenario_file import scenario_folder
from hisconsole.store import projections
from hisconsole.store.database import RECORD, Database
from tests.hospital import START, actor
from tests.practice.test_cut_off import PATIENCE_S, lasting, playing, seen

MINUTE_S = 5
"""What a minute of a delivered story takes here."""


def quicker(text: str) -> str:
    """A lasting story with every length of time shortened."""

    def short(found: re.Match[str]) -> str:
        minutes, seconds = (int(part or 0) for part in found.groups())
        return f"{round((60 * minutes + seconds) * MINUTE_S / 60)}s"

    lengths = r"(?<=[+ ])(?=\d+[ms])(?:(\d+)m)?(?:(\d+)s)?$"
    return re.sub(lengths, short, lasting(text), flags=re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Story:
    """A story, the cause it must come to, some of what is behind that, and what the plan proposes."""

    name: str
    causes: tuple[str, ...]
    behind: frozenset[str]
    departments: frozenset[str] = frozenset()
    fault: str = ""


STORIES = (
    Story(
        "core",
        ("sw-core-1", "sw-core-2"),
        frozenset({"sw-agg-1", "sw-agg-2", "his-db-1", "sw-opd-1f"}),
        frozenset({"registration", "lab"}),
        "partial-network",
    ),
    Story(
        "partial", ("sw-opd-1f",), frozenset({"prn-cash-1"}), frozenset({"registration"}), "partial-network"
    ),
    Story("fibre", ("sw-agg-2",), frozenset({"sw-med-2f", "sw-med-3f"}), frozenset({"lab"})),
    Story("ups", ("ups-1",), frozenset({"his-db-2"})),
    Story("room", ("room-1",), frozenset({"pacs-1"})),
)


def incidents(data: Path) -> list[Incident]:
    """What the watch has on record."""
    if not (data / RECORD).exists():
        return []
    desk = Desk(database=Database(data), site=load_site(data.parent / "site"), actor=actor())
    try:
        with desk.database.read() as connection:
            numbers = projections.monitored(connection, closed_since=START)
            return [desk.memory.look(connection, number)[0] for number in numbers]
    finally:
        desk.database.close()


async def come(data: Path, wanted: Callable[[Incident, Finding], bool]) -> Incident:
    """The first incident on record that is `wanted`."""
    known: list[Incident] = []
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        known = await asyncio.to_thread(incidents, data)
        for each in known:
            if each.detection is not None and wanted(each, each.detection.finding):
                return each
        await asyncio.sleep(0.3)
    told = [each.detection.headline for each in known if each.detection]
    raise AssertionError(f"it did not come to that: {told}")


def each_was_well() -> Callable[[StatusPicture], bool]:
    """Whether each target has been seen well since; what has just started is a warning for a while.

    Not all in one picture: on a machine that others use, too, one of them is late now and then.
    """
    found: set[str] = set()

    def well(picture: StatusPicture) -> bool:
        found.update(row.target.id for row in picture.rows if row.shown.under in (Status.OK, Status.WARNING))
        return len(found) == len(picture.rows)

    return well


def add(site: Path, story: str) -> None:
    """Put a story, made quicker, among those that the hospital plays."""
    text = (scenario_folder() / f"{story}.yaml").read_text("utf-8")
    (site / "scenarios" / f"{story}.yaml").write_text(quicker(text), "utf-8")


@pytest.mark.slow
@pytest.mark.timeout(3 * PATIENCE_S)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_a_story_is_one_incident_with_its_cause(tmp_path: Path, story: Story) -> None:
    def whole(_incident: Incident, found: Finding) -> bool:
        return found.causes == story.causes and story.behind <= set(found.behind)

    async with playing(tmp_path) as (hospital, pictures):
        add(tmp_path / "site", story.name)
        hospital.acts.play(story.name)
        found = await come(tmp_path / "data", whole)
        assert found.detection is not None
        assert story.departments <= set(found.detection.finding.departments)
        if story.fault:
            plan = load_site(tmp_path / "site").plan
            judged = verdict(plan, facts_of(found, plan))
            assert judged.fault is not None
            assert judged.fault.id == story.fault
        known = incidents(tmp_path / "data")
        open_ = [each for each in known if each.detection is not None and each.detection.standing]
        holding = [
            each for each in open_ if each.detection and story.causes[0] in each.detection.finding.members
        ]
        assert [each.number for each in holding] == [found.number]
        # And when all comes back, one after the other, nothing of it is taken for a fault of its own.
        hospital.acts(["mend"])
        await seen(pictures, each_was_well())
        made = {each.number for each in known}
        later = [each for each in incidents(tmp_path / "data") if each.number not in made]
        assert [each.detection and each.detection.headline for each in later] == []


@pytest.mark.slow
@pytest.mark.timeout(3 * PATIENCE_S)
async def test_a_console_that_is_cut_off_opens_nothing(tmp_path: Path) -> None:
    async with playing(tmp_path) as (hospital, pictures):
        hospital.acts.play("isolated")
        await seen(pictures, lambda picture: picture.path.isolated)
        hospital.acts(["mend"])
        await seen(pictures, lambda picture: picture.path.trusted)
        await seen(pictures, lambda picture: picture.problems == 0)
        assert incidents(tmp_path / "data") == []

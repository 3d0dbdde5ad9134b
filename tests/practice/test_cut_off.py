"""The console is cut off, or the core of the network is dead: both silence all, and are told apart."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hisconsole.config import FILES
from hisconsole.config.targets import load_targets
from hisconsole.desk.pictures import Pictures
from hisconsole.paths import shipped
from hisconsole.plan.health import Policy
from hisconsole.plan.picture import StatusPicture
from hisconsole.plan.status import Status
from hisconsole.plan.watching import SELF
from hisconsole.practice.run import Practice
from hisconsole.practice.scenario_file import scenario_folder
from hisconsole.watch.loop import Watch
from hisconsole.watch.process import real_pollers
from hisconsole.watch.timing import Timing
from tests.watch.fakes import hear_at

NET = f"127.{60 + os.getpid() % 190}."
MINUTE_S = 8
"""What a minute of the delivered scenarios takes here; the cadence is 10 s."""
PATIENCE_S = 200
"""Seconds for each thing that is waited for: on a machine that others use, too, a round takes its time."""
CORES = {"sw-core-1", "sw-core-2"}
OURS = "sw-adm-4f"
"""The switch that the console hangs on."""


def lasting(text: str) -> str:
    """A story in which what died stays dead: a machine that others use, too, may see it late."""
    steps = re.split(r"(?m)^(?=  - at: )", text)
    return "".join(each for each in steps if not re.search(r"^ +(device|network): up$", each, re.MULTILINE))


def lay(folder: Path) -> Path:
    """The sample hospital at addresses of this run's own, and its stories, all quicker."""
    (folder / "scenarios").mkdir(parents=True)
    for name in (*FILES, "credentials.yaml"):
        (folder / name).write_bytes((shipped("config") / name).read_bytes())
    hear_at(folder, 0)
    targets = (shipped("config") / "targets.yaml").read_text("utf-8")
    targets = re.sub(r"\n  every: \d+", "", targets).replace("\n  kind:", "\n  every: 10\n  kind:")
    (folder / "targets.yaml").write_text(targets.replace("127.30.", NET), "utf-8")
    for name in ("core.yaml", "isolated.yaml"):
        story = lasting((scenario_folder() / name).read_text("utf-8"))
        story = re.sub(r"\+(\d+)m", lambda at: f"+{MINUTE_S * int(at[1])}s", story)
        (folder / "scenarios" / name).write_text(story, "utf-8")
    return folder


@asynccontextmanager
async def playing(folder: Path) -> AsyncIterator[tuple[Practice, Pictures]]:
    """The practice hospital and a watch over it, once all is well."""
    site, data = lay(folder / "site"), folder / "data"
    hospital = Practice(
        load_targets(site, sample=True), data, folder=site / "scenarios", tell=lambda line: None
    )
    watch = Watch(
        config=site,
        data=data,
        make_pollers=real_pollers(data, sample=True),
        now=lambda: datetime.now(UTC),
        timing=Timing(commit_s=0.2, policy=Policy(retry_s=2.0)),
    )
    stop = asyncio.Event()
    await hospital.open()
    tasks = [asyncio.create_task(hospital.play(stop)), asyncio.create_task(watch.run(stop))]
    pictures = Pictures(site, data, sample=True, now=lambda: datetime.now(UTC))
    try:
        await seen(pictures, lambda picture: picture.counts.by.get(Status.OK, 0) == len(picture.rows))
        yield hospital, pictures
    finally:
        stop.set()
        await asyncio.gather(*tasks)
        hospital.close()
        pictures.close()


async def seen(pictures: Pictures, wanted: Callable[[StatusPicture], bool]) -> list[StatusPicture]:
    """Every picture up to the first one that is `wanted`."""
    found: list[StatusPicture] = []
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while not found or not wanted(found[-1]):
        if asyncio.get_running_loop().time() > deadline:
            bad = [row for row in found[-1].rows if row.shown.under is not Status.OK]
            raise AssertionError([(row.target.id, row.shown.under, row.words) for row in bad])
        newer = pictures.newer(found[-1].version if found else 0)
        if newer is not None:
            found.append(newer)
        await asyncio.sleep(0.1)
    return found


@pytest.mark.slow
@pytest.mark.timeout(3 * PATIENCE_S)
async def test_a_console_that_is_cut_off_is_one_finding_and_nothing_of_the_hospital_is_marked(
    tmp_path: Path,
) -> None:
    async with playing(tmp_path) as (hospital, pictures):
        hospital.acts.play("isolated")
        story = await seen(pictures, lambda picture: picture.path.isolated)
        hospital.acts(["mend"])
        story += await seen(pictures, lambda picture: picture.path.trusted)
        story += await seen(pictures, lambda picture: picture.counts.by[Status.OK] == len(picture.rows))
        assert {each for picture in story for each in picture.ringing} <= {SELF}
        assert {change.target for picture in story for change in picture.changes} <= {SELF}
        alone = [picture for picture in story if picture.path.isolated]
        assert {picture.path.words for picture in alone} == {f"our gateway does not answer: {OURS}"}
        shown = {row.shown.under for picture in alone for row in picture.rows if row.target.id != SELF}
        assert shown == {Status.STALE}


@pytest.mark.slow
@pytest.mark.timeout(3 * PATIENCE_S)
async def test_a_dead_core_is_told_as_that_while_our_own_switch_answers(tmp_path: Path) -> None:
    def dead(picture: StatusPicture) -> bool:
        return all(picture.by_target[each].shown.under is Status.DOWN for each in CORES)

    def behind(picture: StatusPicture) -> bool:
        near = {*CORES, OURS, SELF, "engine-1"}  # The port of engine-1 is touched but once a minute.
        below = [row for row in picture.rows if row.target.id not in near]
        return dead(picture) and all(row.shown.under is Status.UNREACHABLE for row in below)

    async with playing(tmp_path) as (hospital, pictures):
        hospital.acts.play("core")
        story = await seen(pictures, behind)
        assert all(picture.path.trusted for picture in story)
        last = story[-1].by_target
        assert "link down" in last[OURS].shown.words
        assert set(story[-1].ringing) <= {*CORES, OURS}
        assert set(story[-1].ringing) >= CORES

"""What played devices tell by themselves, heard as the watch hears it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hisconsole.config.listening import Listening
from hisconsole.config.targets import load_targets
from hisconsole.practice.run import Practice
from hisconsole.watch.traps import Intake
from tests.probes.snmp.senders import hearing
from tests.watch.fakes import until


class Heard:
    """A practice hospital that sends traps, and what an intake makes of them."""

    def __init__(self, config: Path, data: Path) -> None:
        infrastructure = load_targets(config, sample=True)
        with hearing() as (_sock, port):
            where = Listening("127.0.0.1", port)
        self.told: list[str] = []
        self.intake = Intake(
            data=data, suspect=lambda target, trap: self.told.append(f"{target} {trap.words}")
        )
        self.intake.arrange(infrastructure)
        self.intake.listen(where)
        self.practice = Practice(infrastructure, data, tell=lambda line: None, traps=where)

    async def says(self, *words: str) -> None:
        await until(lambda: set(words) <= set(self.told))
        self.told.clear()


@pytest.fixture
async def heard(config: Path, tmp_path: Path) -> AsyncIterator[Heard]:
    # At addresses beside those of the hospital that other tests of this run play.
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "credentials.yaml").write_bytes((config / "credentials.yaml").read_bytes())
    targets = (config / "targets.yaml").read_text("utf-8")
    beside = re.sub(r"(address: 127\.\d+\.)(\d+)", lambda found: f"{found[1]}{int(found[2]) + 100}", targets)
    (folder / "targets.yaml").write_text(beside, "utf-8")
    found = Heard(folder, tmp_path)
    await found.practice.open()
    ended = asyncio.Event()
    playing = asyncio.create_task(found.practice.play(ended))
    yield found
    ended.set()
    await playing
    found.practice.close()
    found.intake.close()


async def test_devices_tell_of_links_batteries_and_restarts(heard: Heard) -> None:
    acts = heard.practice.acts
    acts(["break", "ups-1", "source"])
    acts(["break", "ups-2", "source"])
    await heard.says("ups-1 on battery", "ups-2 on battery")
    acts(["break", "sw-agg-2", "light/Ten-GigabitEthernet1/0/1"])
    await heard.says(
        "sw-agg-2 link down: Ten-GigabitEthernet1/0/1", "sw-core-1 link down: XGigabitEthernet0/0/2"
    )
    acts(["break", "sw-agg-1"])
    await heard.says("sw-core-1 link down: XGigabitEthernet0/0/1")
    acts(["mend"])
    await heard.says(
        "sw-agg-1 restarted",
        "sw-agg-2 link up: Ten-GigabitEthernet1/0/1",
        "ups-1 end of an alarm",
        "ups-2 on mains again",
    )
    counts = heard.intake.counts
    assert counts.received == counts.taken
    assert counts.stranger == ""


async def test_who_has_no_way_out_tells_nothing(heard: Heard) -> None:
    acts = heard.practice.acts
    acts(["break", "console"])
    acts(["break", "ups-1", "source"])
    acts(["break", "sw-agg-1"])
    await asyncio.sleep(0.7)
    assert heard.told == []

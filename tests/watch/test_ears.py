"""A whole watch that hears: a trap has its target polled, and what was heard is in the watch's report."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from hisconsole.plan.health import Judged, Status
from hisconsole.plan.watching import SELF
from hisconsole.store.readings_reader import Reader
from hisconsole.watch.state import TRAP
from tests.probes.snmp.senders import Need, hearing, plain, send
from tests.watch import fakes
from tests.watch.fakes import Script, hear_at, lay_site
from tests.watch.test_watch import data, polled, until, watching

__all__ = ["data"]

SWITCH = (
    "sw-1:\n  name: sw-1\n  kind: switch\n  address: 127.0.0.1\n  credential: practice-v2c\n"
    "  profiles: interfaces\n  every: 600\n"
)


@pytest.fixture
def port() -> int:
    with hearing() as (_sock, free):
        return free


@pytest.fixture
def config(tmp_path: Path, port: int) -> Path:
    folder = lay_site(tmp_path / "config", SWITCH, traps=port)
    (folder / "credentials.yaml").write_text(
        "practice-v2c:\n  kind: snmp2c\n  community: practice\n  insecure: yes\n"
    )
    return folder


def told(reader: Reader) -> Mapping[str, Judged]:
    return {judged.sample.key: judged for judged in reader.readings(SELF)}


async def sent(need: Need, folder: Path, port: int, *, inform: bool = False) -> int:
    return await asyncio.to_thread(send(need, folder, plain(), port, inform=inform).wait)


async def test_a_trap_has_its_target_polled_and_is_told_with_its_readings(
    config: Path, data: Path, port: int, need: Need, tmp_path: Path
) -> None:
    script = Script()
    async with watching(config, data, script) as reader:
        await until(reader, polled("sw-1"))
        await fakes.until(lambda: "traps/taken" in told(reader))
        count = len(script.times("sw-1"))
        assert await sent(need, tmp_path, port, inform=True) == 0
        await fakes.until(lambda: len(script.times("sw-1")) > count)
        await fakes.until(lambda: told(reader)["traps/taken"].last == 1.0)
        await fakes.until(lambda: TRAP in {judged.sample.key for judged in reader.readings("sw-1")})
        (trap,) = [judged for judged in reader.readings("sw-1") if judged.sample.key == TRAP]
        assert str(trap.last).startswith("link down: Gi0/0/7, ")
        assert told(reader)["traps"].last == "good"
        assert reader.latest().healths["sw-1"].hard is Status.OK


async def test_a_port_that_is_taken_is_a_warning_of_the_watch_until_it_is_free(
    config: Path, data: Path
) -> None:
    with hearing() as (_sock, taken):
        hear_at(config, taken)
        async with watching(config, data, Script()) as reader:
            await until(reader, polled("sw-1"))
            picture = await until(reader, lambda picture: picture.healths[SELF].status is Status.WARNING)
            assert f"UDP port {taken} of 127.0.0.1 is taken" in picture.healths[SELF].worst
            _sock.close()
            await until(reader, lambda picture: picture.healths[SELF].status is Status.OK)


async def test_where_to_listen_follows_the_files_and_a_fault_in_them_closes_no_ears(
    config: Path, data: Path, port: int, need: Need, tmp_path: Path
) -> None:
    async with watching(config, data, Script()) as reader:
        await until(reader, polled("sw-1"))
        await fakes.until(lambda: "traps/taken" in told(reader))
        site = config / "site.yaml"
        good = site.read_text("utf-8")
        site.write_text(good.replace(f"port: {port}", "port: none"), "utf-8")
        await fakes.until(lambda: "must be a whole number" in str(told(reader)["traps"].last))
        assert await sent(need, tmp_path, port) == 0
        await fakes.until(lambda: told(reader)["traps/taken"].last == 1.0)
        hear_at(config, 0)
        await fakes.until(lambda: "traps" not in told(reader))

"""A whole watch on a real file of readings, with pollers that do what a test says."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hisconsole.errors import StoreFault
from hisconsole.plan.health import Status
from hisconsole.plan.watching import SELF
from hisconsole.store.readings import Readings, ask_poll
from hisconsole.store.readings_file import READINGS
from hisconsole.store.readings_reader import Picture, Reader
from hisconsole.watch.loop import LOG, Watch
from hisconsole.watch.timing import Timing
from tests.watch import fakes
from tests.watch.fakes import Script, entries, lay_site

QUICK = Timing(standby_s=0.05, commit_s=0.05, reload_s=0.05, report_s=0.1)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return lay_site(tmp_path / "config", entries("his-db-1", "sw-core-1"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def watching(config: Path, data: Path, script: Script) -> AsyncIterator[Reader]:
    stop = asyncio.Event()
    watch = Watch(config=config, data=data, make_pollers=lambda memories: script, now=now, timing=QUICK)
    task = asyncio.create_task(watch.run(stop))
    reader = Reader(data)
    try:
        yield reader
    finally:
        stop.set()
        async with asyncio.timeout(2):
            await task
        reader.close()


async def until(reader: Reader, true: Callable[[Picture], object]) -> Picture:
    await fakes.until(lambda: true(reader.latest()))
    return reader.latest()


def polled(*ids: str) -> Callable[[Picture], bool]:
    return lambda picture: all(id_ in picture.healths and picture.healths[id_].checked_at for id_ in ids)


async def test_what_is_polled_is_read_by_consoles(config: Path, data: Path) -> None:
    script = Script()
    async with watching(config, data, script) as reader:
        picture = await until(reader, polled("his-db-1", "sw-core-1", SELF))
        assert picture.watched
        assert picture.healths["his-db-1"].status is Status.OK
        (judged,) = reader.readings("his-db-1")
        assert (judged.sample.key, judged.last) == ("up", 1.0)
        assert reader.history("his-db-1", "up", now=now())
    assert script.closed
    assert not Reader(data).latest().watched, "the lease is given back"


async def test_the_watch_reports_on_itself_like_any_target(config: Path, data: Path) -> None:
    async with watching(config, data, Script()) as reader:
        await until(reader, polled("his-db-1", SELF))
        await until(
            reader, lambda picture: any(each.sample.key == "slow/01" for each in reader.readings(SELF))
        )
        found = {judged.sample.key: judged for judged in reader.readings(SELF)}
        assert {"lag", "overruns", "waiting", "rate", "cpu", "memory", "commit", "files", "path"} <= set(
            found
        )
        assert found["targets"].last == 2
        assert found["files"].last == "good"
        assert isinstance(found["memory"].last, float)
        assert found["memory"].last > 10  # megabytes of this process, whatever ran in it before


async def test_poll_now_reaches_the_watch(config: Path, data: Path) -> None:
    script = Script()
    async with watching(config, data, script) as reader:
        await until(reader, polled("his-db-1"))
        count = len(script.times("his-db-1"))
        ask_poll(data, ["his-db-1", "nobody"], now=now())
        await fakes.until(lambda: len(script.times("his-db-1")) > count, 1.0)


async def test_changed_files_are_taken_up_and_a_bad_one_keeps_the_last_good(config: Path, data: Path) -> None:
    async with watching(config, data, Script()) as reader:
        await until(reader, polled("his-db-1", "sw-core-1"))
        lay_site(config, entries("his-db-1", "ups-1"))
        picture = await until(reader, polled("ups-1"))
        assert "sw-core-1" not in picture.healths
        assert reader.readings("sw-core-1") == ()
        since = picture.healths["his-db-1"].since
        (config / "targets.yaml").write_text("ups-1:\n  name: [broken\n", encoding="utf-8")
        picture = await until(reader, lambda picture: picture.healths[SELF].status is Status.WARNING)
        assert "targets.yaml:" in picture.healths[SELF].worst
        assert picture.healths["his-db-1"].since == since
        lay_site(config, entries("his-db-1"))
        await until(reader, lambda picture: set(picture.healths) == {"his-db-1", SELF})


async def test_files_that_are_bad_from_the_start_are_told_and_forget_nothing(
    config: Path, data: Path
) -> None:
    async with watching(config, data, Script()) as reader:
        await until(reader, polled("his-db-1"))
    (config / "targets.yaml").write_text("x", encoding="utf-8")
    async with watching(config, data, Script()) as reader:
        picture = await until(reader, lambda picture: picture.healths[SELF].status is Status.WARNING)
        assert "his-db-1" in picture.healths
        found = {judged.sample.key: judged for judged in reader.readings(SELF)}
        assert found["targets"].reason == "nothing is watched"


async def test_a_fault_in_the_roster_does_not_leave_the_network_unwatched(config: Path, data: Path) -> None:
    (config / "roster.yaml").write_text("x", encoding="utf-8")
    (config / "credentials.yaml").unlink(missing_ok=True)
    async with watching(config, data, Script()) as reader:
        await until(reader, polled("his-db-1"))


async def test_a_watch_that_begins_goes_on_where_the_last_one_ended(config: Path, data: Path) -> None:
    script = Script({"his-db-1": fakes.silent})
    async with watching(config, data, script) as reader:
        await until(reader, polled("his-db-1"))
        ended = await until(reader, polled("sw-core-1"))
    async with watching(config, data, Script({"his-db-1": fakes.hangs})) as reader:
        picture = await until(reader, lambda picture: picture.watched)
        assert picture.healths["his-db-1"].begun == ended.healths["his-db-1"].begun


@pytest.mark.parametrize("way", ["gone", "damaged"])
async def test_a_file_that_is_gone_or_damaged_is_made_anew_and_everything_written_again(
    way: str, config: Path, data: Path
) -> None:
    async with watching(config, data, Script()) as reader:
        await until(reader, polled("his-db-1", "sw-core-1"))
        if way == "gone":
            (data / READINGS).unlink()
        else:
            with (data / READINGS).open("r+b") as file:
                file.write(b"\x00" * 200_000)
            with closing(sqlite3.connect(data / READINGS)) as other, pytest.raises(sqlite3.DatabaseError):
                other.execute("SELECT * FROM target")

        def anew() -> bool:
            with suppress(StoreFault):
                told = {judged.sample.key: str(judged.last) for judged in reader.readings(SELF)}
                return "made anew" in told.get("store", "")
            return False

        await fakes.until(anew)
        picture = await until(reader, polled("his-db-1", "sw-core-1"))
        assert picture.watched
        assert reader.readings("his-db-1")
    assert "Remade" in (data / LOG).read_text()


async def test_while_the_disk_refuses_it_polls_on_and_writes_later(
    config: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script()
    async with watching(config, data, script) as reader:
        await until(reader, polled("his-db-1"))
        right = Readings._write

        def full(*_given: object, **_named: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(Readings, "_write", full)
        version = reader.latest().version
        await asyncio.sleep(0.3)
        assert reader.latest().version == version
        lay_site(config, entries("his-db-1", "late"))
        await fakes.until(lambda: script.times("late"))
        monkeypatch.setattr(Readings, "_write", right)
        picture = await until(reader, polled("late"))
        assert picture.watched


async def test_two_watches_never_poll_at_once(config: Path, data: Path) -> None:
    one, two = Script(), Script()
    async with watching(config, data, one) as reader:
        await until(reader, polled("his-db-1"))
        async with watching(config, data, two):
            await asyncio.sleep(0.3)
            assert two.asked == []
    async with watching(config, data, two) as reader:
        await until(reader, lambda picture: bool(two.asked))


async def test_isolation_is_written_for_consoles(
    config: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hisconsole.watch import own_path

    monkeypatch.setattr(own_path, "PROOF_S", 0.05)
    monkeypatch.setattr(own_path, "AGAIN_S", 0.1)
    script = Script()
    async with watching(config, data, script) as reader:
        await until(reader, polled("his-db-1", "sw-core-1"))
        script.behaviours = {"his-db-1": fakes.silent, "sw-core-1": fakes.silent}
        await asyncio.sleep(0.1)
        ask_poll(data, ["his-db-1", "sw-core-1"], now=now())
        picture = await until(reader, lambda picture: picture.path.isolated)
        assert "his-db-1" in picture.path.words
        picture = await until(reader, lambda picture: picture.healths[SELF].status is Status.CRITICAL)
        assert all(picture.healths[id_].hard is Status.OK for id_ in ("his-db-1", "sw-core-1"))
        script.behaviours.clear()
        ask_poll(data, ["his-db-1"], now=now())
        await until(reader, lambda picture: picture.path.trusted)

"""Questions shrink to what a device bears, and it is remembered; a lost datagram changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from hisconsole.probes.snmp import DeviceMemory, Engine, SnmpFault
from hisconsole.probes.snmp.device import GET_SIZE, REPETITIONS
from tests.probes.snmp.hostile_agent import GET, GETBULK, Behaviour, Reply, Request, agent, table_of, text
from tests.probes.snmpd import LONG, Snmpd

THIRTY = [f"1.3.6.1.4.1.1.{number}.0" for number in range(30)]
COLUMN = "1.3.6.1.2.1.2.2.1.2"
ROWS = table_of(60, COLUMN)


def bears(*, get: int = GET_SIZE, rows: int = REPETITIONS, status: int | None = None) -> Behaviour:
    """Answers what is small enough; the rest with an error status, or with silence."""

    def behave(request: Request) -> Iterable[Reply]:
        size, most = (len(request.names), get) if request.pdu == GET else (request.repetitions, rows)
        if size <= most:
            return ROWS(request)
        return [] if status is None else [request.answer(status=status)]

    return behave


def sizes(asked: list[Request]) -> list[int]:
    return [len(request.names) if request.pdu == GET else request.repetitions for request in asked]


async def test_thirty_in_one(gufo: Engine) -> None:
    async with agent(bears()) as peer:
        assert len(await gufo.get(peer.device(), [*THIRTY, "1.3.6.1.4.1.2.0"])) == 31
        assert sizes(peer.asked) == [30, 1]
        assert gufo.memories[peer.device().place] == DeviceMemory()


async def test_too_big_is_remembered_at_once(engine: Engine) -> None:
    async with agent(bears(get=10, status=1)) as peer:
        device = peer.device(timeout_s=1)
        for _again in range(2):
            assert set(await engine.get(device, THIRTY)) == set(THIRTY)
        assert sizes(peer.asked) == [30, 10, 10, 10, 10, 10, 10]
        assert engine.memories[device.place].get_size == 10


async def test_silence_to_a_big_question_is_remembered_the_second_time(gufo: Engine) -> None:
    async with agent(bears(get=10)) as peer:
        device = peer.device(timeout_s=0.15)
        for _again in range(3):
            assert set(await gufo.get(device, THIRTY)) == set(THIRTY)
        assert sizes(peer.asked) == [30, 10, 10, 10] * 2 + [10, 10, 10]


async def test_one_lost_datagram_is_forgiven(gufo: Engine) -> None:
    lost = (1, 6)  # The first question, answered in three parts then, and the third; the second is whole.

    def behave(request: Request) -> Iterable[Reply]:
        return [] if len(peer.asked) in lost else [request.named()]

    async with agent(behave) as peer:
        device = peer.device(timeout_s=0.15)
        for _again in range(3):
            assert len(await gufo.get(device, THIRTY)) == 30
        assert gufo.memories[device.place].get_size == GET_SIZE


async def test_an_error_for_one_object_loses_only_that_one(gufo: Engine) -> None:
    """GenErr names an index that agents get wrong: the question is halved until the culprit is alone."""

    def behave(request: Request) -> Iterable[Reply]:
        return [request.answer(status=5) if THIRTY[17] in request.names else request.named()]

    async with agent(behave) as peer:
        assert set(await gufo.get(peer.device(), THIRTY)) == set(THIRTY) - {THIRTY[17]}
        assert len(peer.asked) < 15


async def test_dead_device_costs_no_more_than_its_tries(gufo: Engine) -> None:
    async with agent(lambda _request: []) as peer:
        with pytest.raises(SnmpFault):
            await gufo.get(peer.device(timeout_s=0.15), THIRTY)
        with pytest.raises(SnmpFault):
            await gufo.table(peer.device(timeout_s=0.15), [COLUMN])
        assert sizes(peer.asked) == [30, 10, REPETITIONS, REPETITIONS]


async def test_a_device_that_went_down_is_not_asked_in_ever_smaller_parts(gufo: Engine) -> None:
    async with agent(lambda request: [request.named()] if len(peer.asked) == 1 else []) as peer:
        device = peer.device(timeout_s=0.15)
        await gufo.get(device, THIRTY[:1])
        for _again in range(2):
            with pytest.raises(SnmpFault):
                await gufo.get(device, THIRTY[:1])
        with pytest.raises(SnmpFault):
            await gufo.table(device, [COLUMN])
        assert sizes(peer.asked)[5:] == [REPETITIONS, REPETITIONS]


async def test_rows_too_big_are_halved(engine: Engine) -> None:
    async with agent(bears(rows=10, status=1)) as peer:
        device = peer.device(timeout_s=1)
        assert len(await engine.table(device, [COLUMN])) == 60
        assert sizes(peer.asked)[:3] == [40, 20, 10]
        assert engine.memories[device.place].repetitions == 10
        peer.asked.clear()
        assert len(await engine.table(device, [COLUMN])) == 60
        assert set(sizes(peer.asked)) == {10}


async def test_a_device_that_answers_one_row_at_a_time(gufo: Engine) -> None:
    """As a Huawei AC6605 does: silent to 25 repetitions."""
    async with agent(bears(rows=1)) as peer:
        device = peer.device(timeout_s=0.15)
        await gufo.get(device, THIRTY[:1])
        for _again in range(2):
            assert len(await gufo.table(device, [COLUMN])) == 60
        assert sizes(peer.asked)[1:6] == [40, 10, 2, 1, 1]
        peer.asked.clear()
        assert len(await gufo.table(device, [COLUMN])) == 60
        assert set(sizes(peer.asked)) == {1}


async def test_later_columns_ask_for_the_rows_of_the_first(gufo: Engine) -> None:
    async with agent(table_of(5, COLUMN)) as peer:
        await gufo.table(peer.device(), [COLUMN, COLUMN])
        assert sizes([request for request in peer.asked if request.pdu == GETBULK]) == [40, 40, 6, 6]


async def test_answers_too_long_for_version_3(gufo: Engine, snmpd: Snmpd) -> None:
    """The encrypted error status is not shown to us, but every string arrives, and it is remembered."""
    device = snmpd.secured()
    for _again in range(2):
        found = await gufo.get(device, LONG)
        assert found == dict.fromkeys(LONG, b"x" * 120)
    assert gufo.memories[device.place].get_size == 10
    assert len(await gufo.walk(device, LONG[0].rsplit(".", 2)[0])) == 30


async def test_long_rows_beyond_the_decoder(gufo: Engine) -> None:
    """Answers of 9 KB are more than the Rust decoder takes: asked for in smaller parts."""
    async with agent(table_of(60, COLUMN, value=lambda row: text(b"%03d" % row * 75))) as peer:
        assert len(await gufo.table(peer.device(), [COLUMN])) == 60
        assert gufo.memories[peer.device().place].repetitions == 10


def test_memory_is_kept() -> None:
    memory = DeviceMemory(get_size=10, repetitions=2, get_doubts=1)
    assert DeviceMemory.load(json.loads(json.dumps(memory.dump()))) == memory
    spoilt = {"get_size": 0, "repetitions": 10**9, "get_doubts": "1", "bulk_doubts": None, "other": 1}
    assert DeviceMemory.load(spoilt) == DeviceMemory()

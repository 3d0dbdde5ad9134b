"""Twenty at one queue on a real PostgreSQL server: no update is lost and no event; and tampering there."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from hisconsole.desk import calls, reading
from hisconsole.desk.desk import HARMLESS
from hisconsole.paths import Server
from hisconsole.plan.anchors import Anchor
from hisconsole.plan.events import Kind
from hisconsole.store.events import head
from hisconsole.store.postgres import BESIDE
from hisconsole.store.shared import Shared
from hisconsole.store.verify import verify
from tests.hospital import ADOPTED, OPERATORS, Clock, lay_record, open_desk
from tests.shares import part
from tests.store.processes import Processes, contend
from tests.store.test_verify import CALL, change, work_through

Lay = Callable[[bool], Server]

SEATS = 20
SHARED = 8
"""Incidents that all of them hand to and fro."""


@pytest.mark.timeout(180)
@pytest.mark.usefixtures("on_postgres")
@pytest.mark.parametrize("seconds", part([6, 60], {6}))
def test_twenty_at_one_queue_lose_no_update(data: Path, processes: Processes, seconds: int) -> None:
    pause = 0.3
    acts = round(seconds / pause)
    desk = open_desk(lay_record(data))
    numbers = [calls.take_call(desk, CALL).incident for _ in range(SHARED)]
    before = ADOPTED + 2 * SHARED
    for seat in range(SEATS):
        operator = OPERATORS[seat % len(OPERATORS)] if seat < len(OPERATORS) else f"op-{seat}"
        processes.start(contend, data=str(data), operator=operator, numbers=numbers, acts=acts, pause=pause)
    ended = processes.until("acts", count=SEATS, wait=seconds * 2 + 30)
    said = processes.lines(0)
    handed = [tuple(map(int, line[1:])) for line in said if line[0] == "handed"]
    assert [line for line in said if line[0] == "failed"] == []
    taken = sum(int(line[1]) for line in ended)
    lost = sum(int(line[2]) for line in ended)
    assert taken == SEATS * (acts // 2)
    assert lost > SEATS / 2, "nobody came between: it was no race"
    with desk.database.read() as connection:
        proof = verify(connection)
    assert (proof.faults, proof.incidents) == ((), SHARED + taken)
    histories = {number: reading.read_incident(desk, number).history for number in numbers}
    assert proof.head.seq == before + 2 * taken + sum(len(each) - 2 for each in histories.values())
    # What was confirmed is on record, and nobody else's act lies between it and what its operator had seen.
    for number, seen, seq in handed:
        history = histories[number]
        (own,) = (each for each in history if each.seq == seq)
        assert own.kind is Kind.ASSIGNED
        between = [each for each in history if seen < each.seq < seq and each.actor != own.actor]
        assert [each for each in between if each.kind not in HARMLESS] == []
    owners = Counter(each.kind for history in histories.values() for each in history)
    assert owners[Kind.ASSIGNED] == len(handed)
    for number in numbers:
        last = next(each for each in reversed(histories[number]) if each.kind is Kind.ASSIGNED)
        assert reading.read_incident(desk, number).incident.owner == last.body["owner"]
    desk.database.close()


@pytest.mark.parametrize("times", part([60, 1000], {60}))
def test_every_change_on_the_server_is_found_at_its_event(on_postgres: Lay, data: Path, times: int) -> None:
    clock = Clock()
    desk = open_desk(lay_record(data), now=clock)
    work_through(desk, clock)
    desk.database.close()
    dice = random.Random(20261129)
    with closing(open_desk(data).database) as database:
        assert isinstance(database, Shared)
        with database.write() as connection:
            connection.execute(text("ALTER TABLE event DISABLE TRIGGER USER"))
        with database._engine.connect().execution_options(begin=BESIDE) as connection:
            for _ in range(times):
                what, fault = change(connection, dice)
                faults = verify(connection).faults
                connection.rollback()
                assert len(faults) == 1, what
                assert faults[0].startswith(fault), (what, faults)
            known = head(connection)
            connection.execute(text("DELETE FROM event WHERE seq = :seq"), {"seq": known.seq})
            (fault, *_more) = verify(connection, anchors=[Anchor(known.seq, known.hash)]).faults
            assert fault.startswith(
                f"The record ends at event {known.seq - 1}, and event {known.seq} was known"
            )
            connection.rollback()
            assert verify(connection).faults == ()

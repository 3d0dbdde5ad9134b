"""Several processes at once: one owner, one effect, and no act that fails for want of a turn."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import text

from hisconsole.desk import calls, reading
from hisconsole.desk.actor import act_id
from hisconsole.store.verify import verify
from tests.hospital import ADOPTED, lay_record, open_desk
from tests.postgres import POSTGRESQL, SQLITE
from tests.store.processes import Processes, race, repeat, steady

CALL = {"workstation": "reg-01", "symptom": "3"}


def _meetings(rounds: int, apart: float) -> list[float]:
    first = time.monotonic() + 0.3
    return [first + number * apart for number in range(rounds)]


def _race(data: Path, processes: Processes, rounds: int, apart: float) -> None:
    desk = open_desk(lay_record(data))
    numbers = [calls.take_call(desk, CALL).incident for _ in range(rounds)]
    meet = _meetings(rounds, apart)
    for operator in ("li.na", "wang.wei"):
        processes.start(race, data=str(data), operator=operator, numbers=numbers, meet=meet)
    won = processes.until("won", count=rounds, wait=60)
    lost = processes.until("lost", count=rounds, wait=60)
    winner = {int(line[1]): line[2] for line in won}
    assert len(winner) == rounds  # exactly one each
    assert {winner[number] for number in numbers} == {"li.na", "wang.wei"}  # it was a race
    for line in lost:
        number, loser, sentence = int(line[1]), line[2], " ".join(line[3:])
        assert winner[number] != loser
        file = reading.read_incident(desk, number)
        assert file.incident.owner == file.incident.acknowledged_by == winner[number]
        assert file.incident.acknowledged_at is not None
        hour = file.incident.acknowledged_at.astimezone(desk.zone).strftime("%H:%M")
        assert sentence.startswith(f"Already taken by {winner[number]} at ")
        assert sentence.endswith(f"{hour}.")
    with desk.database.read() as connection:
        assert verify(connection).faults == ()
        count = text("SELECT count(*) FROM event WHERE kind = 'acknowledged'")
        assert connection.execute(count).scalar() == rounds
    desk.database.close()


APART = {SQLITE: 0.012, POSTGRESQL: 0.05}
"""Seconds between two races, so that both are ready for each."""


def test_an_incident_has_one_owner(data: Path, processes: Processes, either: str) -> None:
    _race(data, processes, 40, APART[either])


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_thousand_races(data: Path, processes: Processes, either: str) -> None:
    _race(data, processes, 1000, APART[either])


def test_the_same_act_from_two_processes_has_one_effect(data: Path, processes: Processes) -> None:
    rounds = 60
    desk = open_desk(lay_record(data))
    acts = [act_id() for _ in range(rounds)]
    meet = _meetings(rounds, 0.012)
    for operator in ("li.na", "wang.wei"):
        processes.start(repeat, data=str(data), operator=operator, acts=acts, meet=meet)
    said = processes.until("taken", count=2 * rounds)
    for act in acts:
        first, second = (line[2:] for line in said if line[1] == act)
        assert first[:2] == second[:2]  # the same incident and event
        assert {first[2], second[2]} == {"True", "False"}
    with desk.database.read() as connection:
        proof = verify(connection)
    assert (proof.faults, proof.incidents, proof.head.seq) == ((), rounds, ADOPTED + 2 * rounds)
    desk.database.close()


@pytest.mark.slow
def test_twenty_writers_at_an_ordinary_pace(data: Path, processes: Processes) -> None:
    desk = open_desk(lay_record(data))
    for number in range(20):
        processes.start(steady, data=str(data), operator=f"op-{number}", acts=8, pause=20 / 66)
    acts = sum(int(line[1]) for line in processes.until("acts", count=20, wait=50))
    assert processes.lines(0) == []  # nobody failed
    assert acts == 20 * 8
    with desk.database.read() as connection:
        proof = verify(connection)  # contiguous, or it would name the first gap
    assert (proof.faults, proof.incidents, proof.head.seq) == ((), acts, ADOPTED + 2 * acts)
    desk.database.close()

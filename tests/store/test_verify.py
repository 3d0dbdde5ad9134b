"""Tampering: whatever was changed behind the program's back is found, at the first changed event."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from hisconsole.desk import calls, watching
from hisconsole.desk.desk import Desk
from hisconsole.plan.anchors import Anchor
from hisconsole.plan.events import GENESIS, link
from hisconsole.store.events import head, links
from hisconsole.store.verify import verify
from tests.hospital import Clock, open_desk

COLUMNS = ("act", "kind", "incident", "at", "recorded", "actor", "os_user", "source", "body", "hash")
CALL = {"workstation": "reg-01", "symptom": "3", "words": "cannot save", "reporter": "Wu"}


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A record with some history, its triggers gone: tests change it and roll back."""
    clock = Clock()
    desk = open_desk(Path(tmp_path_factory.mktemp("worked")), now=clock)
    work_through(desk, clock)
    with desk.database.write() as connection:
        for verb in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER event_no_{verb}"))
    yield desk
    desk.database.close()


def work_through(desk: Desk, clock: Clock) -> None:
    """A history of some length."""
    for number in range(1, 9):
        calls.take_call(desk, {**CALL, "workstation": f"w3-{number:02d}"})
        desk.perform("verify", number, {"result": "confirmed"})
        desk.perform("eta", number, {"earliest": "+30"})
        clock.pass_(seconds=30)
    calls.take_call(desk, CALL, join=3)
    calls.move_report(desk, 9, to=4)
    desk.perform("recovered", 5)
    desk.perform("close", 5, {"reason": "over"})
    watching.silence(desk, ["sw-2"], {"until": "+60", "reason": "works on it"})


@pytest.fixture
def connection(worked: Desk) -> Iterator[Connection]:
    with worked.database._engine.connect() as connection:
        assert verify(connection).faults == ()
        yield connection
        connection.rollback()


def change(connection: Connection, dice: random.Random) -> tuple[str, str]:
    """Change one row at random; returns what was done and the fault that must be named."""
    last = head(connection).seq
    seq = dice.randint(1, last)
    kind = dice.choice(("edit", "edit", "edit", "delete", "swap"))
    if kind == "delete":
        seq = dice.randint(1, last - 1)
        connection.execute(text("DELETE FROM event WHERE seq = :seq"), {"seq": seq})
        return f"delete {seq}", f"Event {seq} is missing"
    if kind == "swap":
        one, other = sorted(dice.sample(range(1, last + 1), 2))
        for old, new in ((one, -1), (other, one), (-1, other)):
            connection.execute(text("UPDATE event SET seq = :new WHERE seq = :old"), {"old": old, "new": new})
        return f"swap {one} {other}", f"Event {one} "
    column = dice.choice(COLUMNS)
    was = connection.execute(text(f"SELECT {column} FROM event WHERE seq = :seq"), {"seq": seq}).scalar()
    value = was + dice.randint(1, 9) if isinstance(was, int) else _typo(str(was), dice)
    connection.execute(
        text(f"UPDATE event SET {column} = :value WHERE seq = :seq"), {"value": value, "seq": seq}
    )
    return f"{column} of {seq}: {was!r} -> {value!r}", f"Event {seq} "


def _typo(was: str, dice: random.Random) -> str:
    place = dice.randrange(len(was))
    other = dice.choice([char for char in string.ascii_letters + string.digits if char != was[place]])
    return was[:place] + other + was[place + 1 :]


def test_every_change_is_found_at_its_event(worked: Desk) -> None:
    dice = random.Random(20261123)
    with worked.database._engine.connect() as connection:
        for _ in range(1000):
            what, fault = change(connection, dice)
            faults = verify(connection).faults
            connection.rollback()
            assert len(faults) == 1, what
            assert faults[0].startswith(fault), (what, faults)
        assert verify(connection).faults == ()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE event SET actor = CAST(X'FF41' AS TEXT) WHERE seq = 7", "Event 7 does not fit"),
        ("UPDATE event SET body = X'7B7D' WHERE seq = 7", "Event 7 "),
        ("UPDATE event SET body = 'no json' WHERE seq = 7", "Event 7 does not fit"),
        ("UPDATE event SET at = 'yesterday' WHERE seq = 7", "Event 7 does not fit"),
        ("UPDATE event SET kind = 'imagined' WHERE seq = 7", "Event 7 does not fit"),
        ("UPDATE event SET incident = 'one' WHERE seq = 7", "Event 7 cannot be read"),
        ("UPDATE event SET actor = X'6C69' WHERE seq = 7", "Event 7 cannot be read"),
        ("UPDATE event SET body = replace(body, ':', ': ') WHERE seq = 7", "Event 7 does not fit"),
        ("UPDATE event SET seq = 99 WHERE seq = 7", "Event 7 is missing: the chain goes from 6 to 8"),
        ("DELETE FROM event WHERE seq <= 7", "Event 1 is missing: the chain goes from 0 to 8"),
        ("UPDATE event SET hash = '' WHERE seq = 7", "Event 7 does not fit"),
    ],
)
def test_changes_that_cannot_even_be_read(connection: Connection, statement: str, fault: str) -> None:
    connection.execute(text(statement))
    proof = verify(connection)
    assert len(proof.faults) == 1
    assert proof.faults[0].startswith(fault)
    assert proof.head.seq < 7


def test_a_cut_tail_shows_only_against_a_head_kept_elsewhere(connection: Connection) -> None:
    anchor = head(connection)
    incident = "(SELECT incident FROM event ORDER BY seq DESC LIMIT 1)"
    connection.execute(text(f"DELETE FROM event WHERE incident = {incident} AND seq > 4"))
    assert verify(connection).head != anchor
    (fault,) = verify(connection, anchors=[Anchor(anchor.seq, anchor.hash)]).faults
    assert fault.startswith(
        f"The record ends at event {head(connection).seq}, and event {anchor.seq} was known"
    )


@pytest.mark.parametrize("seed", range(20))
def test_a_record_written_anew_as_a_whole_shows_against_a_later_head(
    connection: Connection, seed: int
) -> None:
    dice = random.Random(seed)
    known = [Anchor(seq, text_) for seq, _line, text_ in links(connection)]
    first = dice.randint(1, known[-1].seq)
    connection.execute(text("UPDATE event SET source = 'elsewhere' WHERE seq >= :first"), {"first": first})
    previous = known[first - 2].hash if first > 1 else GENESIS
    for seq, canonical, _stored in list(links(connection)):
        if seq >= first:
            previous = link(previous, seq, canonical)
            connection.execute(
                text("UPDATE event SET hash = :hash WHERE seq = :seq"), {"hash": previous, "seq": seq}
            )
    assert not any("fit the chain" in fault for fault in verify(connection).faults), "it is whole in itself"
    kept = sorted(dice.sample(known, 5))
    faults = [
        each for each in verify(connection, anchors=kept).faults if "was known" in each or "known (" in each
    ]
    later = [each for each in kept if each.seq >= first]
    assert bool(faults) == bool(later)
    if later:
        assert faults[0].startswith(f"Event {later[0].seq} is not the one that was known")


TAMPERED = {
    "incident": {
        "version": "1",
        "state": "'closed'",
        "category": "'I'",
        "treated": "'Other'",
        "treated_at": "'2020-01-01T00:00:00.000000Z'",
        "fault": "'data-center-fire'",
        "symptom": "'other'",
        "words": "'all is well'",
        "workstation": "'lab-01'",
        "department": "'lab'",
        "owner": "'nobody'",
        "acknowledged_by": "''",
        "t0": "'2020-01-01T00:00:00.000000Z'",
        "opened": "'2020-01-01T00:00:00.000000Z'",
        "due_at": "NULL",
        "duty": "'imagined'",
        "key_of_duty": "'imagined'",
        "scope": "99",
        "departments": "99",
        "critical": "1 - critical",
        "serious": "1 - serious",
        "closed_at": "'2026-01-01T00:00:00.000000Z'",
    },
    "report": {
        "workstation": "'lab-01'",
        "department": "'lab'",
        "symptom": "'other'",
        "reporter": "'somebody'",
        "occurred": "'2020-01-01T00:00:00.000000Z'",
    },
    "due": {
        "duty": "'imagined-' || duty",
        "key": "'imagined'",
        "at": "'2020-01-01T00:00:00.000000Z'",
        "owner": "'nobody'",
        "act": "'imagined'",
        "told": "'2020-01-01T00:00:00.000000Z'",
    },
}


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column) for table, columns in TAMPERED.items() for column in columns],
)
def test_a_changed_projection_is_found(connection: Connection, table: str, column: str) -> None:
    key = "number" if table == "incident" else "incident"
    connection.execute(text(f"UPDATE {table} SET {column} = {TAMPERED[table][column]} WHERE {key} = 2"))
    assert verify(connection).faults == (f"Table {table} does not say of incident 0002 what its events say.",)


@pytest.mark.parametrize("table", TAMPERED)
def test_a_lost_projection_is_found(connection: Connection, table: str) -> None:
    key = "number" if table == "incident" else "incident"
    connection.execute(text(f"DELETE FROM {table} WHERE {key} = 2"))
    assert verify(connection).faults == (f"Table {table} does not say of incident 0002 what its events say.",)


@pytest.mark.parametrize(
    "statement",
    [
        (
            "CREATE TEMP TABLE copy AS SELECT * FROM incident WHERE number = 2;"
            "UPDATE copy SET number = 77; INSERT INTO incident SELECT * FROM copy"
        ),
        "INSERT INTO report VALUES (777, 77, 'reg-01', 'reg', 'other', '', '2026-01-01T00:00:00.000000Z')",
        "INSERT INTO due VALUES (77, 'eta', '', '2026-01-01T00:00:00.000000Z', '', 'eta', NULL)",
    ],
)
def test_rows_that_no_event_speaks_of_are_found(connection: Connection, statement: str) -> None:
    for step in statement.split(";"):
        connection.execute(text(step))
    assert verify(connection).faults == ("Incident 0077 is in the tables but no event speaks of it.",)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE due SET at = '2020-01-01T00:00:00.000000Z' WHERE incident = 0",
        "UPDATE due SET key = '999' WHERE incident = 0",
        "UPDATE due SET owner = 'nobody' WHERE incident = 0",
        "UPDATE due SET told = '2020-01-01T00:00:00.000000Z' WHERE incident = 0",
        "DELETE FROM due WHERE incident = 0",
        "INSERT INTO due VALUES (0, 'silence', '999', '2026-01-01T00:00:00.000000Z', '', 'silence', NULL)",
    ],
)
def test_a_changed_row_of_the_site_itself_is_found(connection: Connection, statement: str) -> None:
    """The end of a silence is owed by no incident."""
    assert connection.execute(text(statement)).rowcount == 1
    assert verify(connection).faults == ("Table due does not say of incident 0000 what its events say.",)


@pytest.mark.parametrize(
    "change", ["at = '2020-01-01T00:00:00.000000Z'", "told = '2020-01-01T00:00:00.000000Z'", "act = 'note'"]
)
def test_one_changed_due_row_among_many_is_found(connection: Connection, change: str) -> None:
    where = "incident = 2 AND duty = 'escalate'"
    assert connection.execute(text(f"UPDATE due SET {change} WHERE {where}")).rowcount == 1
    assert verify(connection).faults == ("Table due does not say of incident 0002 what its events say.",)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (
            "INSERT INTO turn VALUES (2, 1, 'li.na', '2026-01-01T00:00:00.000000Z', NULL, '', '')",
            "Table turn does not say of incident 0002",
        ),
        (
            "INSERT INTO report VALUES (777, 0, 'reg-01', 'reg', 'other', '', '2026-01-01T00:00:00.000000Z')",
            "Table report does not say of incident 0000",
        ),
        (
            (
                "CREATE TEMP TABLE copy AS SELECT * FROM incident WHERE number = 2;"
                "UPDATE copy SET number = 0; INSERT INTO incident SELECT * FROM copy"
            ),
            "Table incident does not say of incident 0000",
        ),
        (
            "UPDATE incident SET words = CAST(X'FF41' AS TEXT) WHERE number = 2",
            "Table incident does not say of incident 0002",
        ),
        (
            "INSERT INTO due VALUES ('x', 'eta', '', '2026-01-01T00:00:00.000000Z', '', 'eta', NULL)",
            "Table due speaks of incident 'x', which is no number",
        ),
    ],
)
def test_rows_where_none_belong_are_named(connection: Connection, statement: str, fault: str) -> None:
    for step in statement.split(";"):
        connection.execute(text(step))
    (found,) = verify(connection).faults
    assert found.startswith(fault)


def test_faults_are_counted_up_to_a_limit(connection: Connection) -> None:
    connection.execute(text("UPDATE incident SET scope = 99"))
    assert len(verify(connection).faults) == 8
    assert len(verify(connection, most=3).faults) == 3


def test_an_untouched_record_holds(connection: Connection) -> None:
    proof = verify(connection)
    assert (proof.faults, proof.incidents, proof.head) == ((), 8, head(connection))

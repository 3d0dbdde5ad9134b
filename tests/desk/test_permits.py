"""Roles at the desk: the whole matrix, what a refusal leaves behind, a changed role at the next act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from hisconsole.config import Site
from hisconsole.desk.actor import Actor
from hisconsole.desk.calls import take_call
from hisconsole.desk.desk import Desk
from hisconsole.desk.pack import pack_of, record_printed, stale_pack
from hisconsole.desk.people import give_roles, who_is_here
from hisconsole.desk.reading import read_incident
from hisconsole.desk.supposing import Gone, Supposing
from hisconsole.errors import Damaged, Refused
from hisconsole.plan.acts import all_acts
from hisconsole.plan.events import SITE as NO_INCIDENT
from hisconsole.plan.events import Event, Kind, NewEvent
from hisconsole.plan.operators import Operator
from hisconsole.plan.roles import MACHINES, Role, may, table
from hisconsole.store import events
from hisconsole.store.verify import verify
from tests.hospital import OPERATORS, SITE, Clock, actor, lay_record, open_database

ME, OTHER, BOSS = OPERATORS
ROWS = table()


def roled(*roles: Role) -> Site:
    """The hospital with ME in these roles, and a director beside."""
    named = (Operator(ME, frozenset(roles)), Operator(BOSS, frozenset({Role.DIRECTOR})))
    return replace(SITE, named=named)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return lay_record(tmp_path / "data")


@pytest.fixture
def boss(data: Path, clock: Clock) -> Iterator[Desk]:
    with closing(open_database(data)) as database:
        yield Desk(database=database, site=roled(Role.OPERATOR), actor=actor(BOSS), now=clock)


def seat(data: Path, clock: Clock, *roles: Role, who: Actor | None = None) -> Desk:
    return Desk(database=open_database(data), site=roled(*roles), actor=who or actor(ME), now=clock)


def recorded(desk: Desk, kind: Kind | None = None) -> list[Event]:
    with desk.database.read() as connection:
        return [each for each in events.since(connection, 0) if kind is None or each.kind is kind]


def called(desk: Desk) -> int:
    return take_call(
        desk, {"workstation": "reg-01", "symptom": "cannot-save", "callback": "13800138000"}
    ).incident


@pytest.mark.parametrize("role", list(Role))
def test_the_whole_matrix_is_kept_where_it_is_recorded(data: Path, clock: Clock, role: Role) -> None:
    """Each act of the desk: allowed it is recorded; refused only the refusal is."""
    with closing((desk := seat(data, clock, role)).database):
        for name in ROWS:
            before = recorded(desk)

            def note(_transaction: object) -> list[NewEvent]:
                return [NewEvent(Kind.ENROLLED, NO_INCIDENT, clock(), {"target": "t", "fingerprint": "f"})]

            if may({role}, name, ROWS):
                desk.record(note, doing=name, act=None, now=clock(), sentence="done")
                assert [each.kind for each in recorded(desk)[len(before) :]] == [Kind.ENROLLED]
                continue
            with pytest.raises(Refused, match=f"'{name}' is for"):
                desk.record(note, doing=name, act=None, now=clock(), sentence="done")
            (refusal,) = recorded(desk)[len(before) :]
            assert (refusal.kind, refusal.body["act"], refusal.body["roles"]) == (
                Kind.NOT_ALLOWED,
                name,
                [role.value],
            )
            assert (refusal.actor, refusal.os_user, refusal.source) == (ME, "tester", "local no tty")


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.ENGINEER])
def test_each_act_of_the_table_of_acts_is_refused_before_its_answers_are_read(
    data: Path, clock: Clock, boss: Desk, role: Role
) -> None:
    number = called(boss)
    with closing((desk := seat(data, clock, role)).database):
        version = read_incident(desk, number).incident.version
        for name in all_acts():
            if not may({role}, name, ROWS):
                with pytest.raises(Refused, match=f"'{name}' is for"):
                    desk.perform(name, number, {})
        assert read_incident(desk, number).incident.version == version
        with desk.database.read() as connection:
            assert not verify(connection).faults


def test_refusals_of_one_minute_are_one_event_and_the_next_one_counts_them(data: Path, clock: Clock) -> None:
    for _each in range(5):  # each a process of its own, as a script in a loop is
        with closing((desk := seat(data, clock, Role.OBSERVER)).database), pytest.raises(Refused):
            desk.perform("close", 1, {})
        clock.pass_(seconds=5)
    clock.pass_(minutes=1)
    with closing((desk := seat(data, clock, Role.OBSERVER)).database):
        with pytest.raises(Refused):
            desk.perform("close", 1, {})
        with pytest.raises(Refused):
            desk.perform("note", 1, {})
        assert [(each.body["act"], each.body["before"]) for each in recorded(desk, Kind.NOT_ALLOWED)] == [
            ("close", 0),
            ("close", 4),
            ("note", 0),
        ]


def test_what_is_no_act_of_the_record_is_refused_and_recorded_as_well(data: Path, clock: Clock) -> None:
    with closing((desk := seat(data, clock, Role.OBSERVER)).database):
        with pytest.raises(Refused, match="'poll' is for"):
            desk.permit("poll")
        assert [each.body["act"] for each in recorded(desk, Kind.NOT_ALLOWED)] == ["poll"]
    with closing((desk := seat(data, clock, Role.ENGINEER)).database):
        desk.permit("poll")


def test_a_changed_role_counts_at_the_next_act_of_a_desk_that_is_open(
    data: Path, clock: Clock, boss: Desk
) -> None:
    number = called(boss)
    with closing((desk := seat(data, clock, Role.OPERATOR)).database):
        desk.perform("note", number, {"text": "one"})
        give_roles(boss, ME, [Role.OBSERVER])
        with pytest.raises(Refused, match=f"{ME} is observer here.*{BOSS} can change roles"):
            desk.perform("note", number, {"text": "two"})
        give_roles(boss, ME, [Role.ENGINEER])
        desk.perform("note", number, {"text": "three"})
    assert [each.body["roles"] for each in recorded(boss, Kind.ROLES)] == [["observer"], ["engineer"]]


def test_while_the_record_is_away_the_roles_known_last_say_who_sees_numbers_and_polls(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for site in (SITE, roled(Role.OPERATOR)):
        away = Supposing(data=tmp_path, site=site, actor=actor(ME), now=clock)
        assert not away.site.covered
        away.permit("poll")
    away.site = roled(Role.OBSERVER)
    assert away.site.covered
    with pytest.raises(Refused, match="'poll' is for"):
        away.permit("poll")
    away.site = roled(Role.OPERATOR)
    assert not away.site.covered

    def spoilt(_database: Gone) -> None:
        raise Damaged("it is not what was written")

    monkeypatch.setattr(Gone, "read", spoilt)
    away.recognise()
    assert away.site.covered


def test_only_a_director_gives_roles(data: Path, clock: Clock) -> None:
    for role in (Role.OBSERVER, Role.ENGINEER, Role.OPERATOR):
        with (
            closing((desk := seat(data, clock, role)).database),
            pytest.raises(Refused, match="'roles' is for director"),
        ):
            give_roles(desk, ME, [Role.DIRECTOR])


def test_an_observer_sees_no_number_and_sees_them_when_he_may(data: Path, clock: Clock, boss: Desk) -> None:
    number = called(boss)
    with closing((desk := seat(data, clock, Role.OBSERVER)).database):
        assert desk.site.covered
        assert {each.office for each in desk.site.roster} == {"**00"}
        assert list(read_incident(desk, number).callbacks.values()) == ["*********00"]
        give_roles(boss, ME, [Role.ENGINEER, Role.OPERATOR])
        assert not who_is_here(desk).site.covered
        assert list(read_incident(desk, number).callbacks.values()) == ["13800138000"]


def test_the_printed_pack_is_no_staler_for_one_who_sees_no_numbers(
    data: Path, clock: Clock, boss: Desk
) -> None:
    record_printed(boss, pack_of(boss.site).hash)
    with closing((desk := seat(data, clock, Role.OBSERVER)).database):
        assert desk.site.covered
        assert stale_pack(desk) == stale_pack(boss) == ""


def test_no_masked_number_gets_on_record_by_one_whose_role_has_just_grown(
    data: Path, clock: Clock, boss: Desk
) -> None:
    with closing((desk := seat(data, clock, Role.OBSERVER)).database):
        give_roles(boss, ME, [Role.ENGINEER, Role.OPERATOR])
        taken = take_call(desk, {"workstation": "reg-01", "symptom": "cannot-save", "callback": "8001"})
        assert read_incident(boss, taken.incident).incident.reports[0].callback == "workstation"


@pytest.mark.parametrize("machine", list(MACHINES))
def test_a_machine_does_its_own_and_nothing_else(data: Path, clock: Clock, machine: str) -> None:
    with closing((desk := seat(data, clock, Role.OPERATOR, who=actor(machine))).database):
        for name in ROWS:
            why, _needs = desk.permits.why_not(desk.site, desk.actor, name)
            assert (why == "") == (name in MACHINES[machine])


def test_who_is_nobody_of_the_roster_may_nothing_where_roles_count(data: Path, clock: Clock) -> None:
    with closing((desk := seat(data, clock, Role.OPERATOR, who=actor("stranger"))).database):
        assert desk.site.covered
        with pytest.raises(Refused, match="stranger is nobody here"):
            desk.perform("note", 1, {"text": "x"})


def test_without_a_file_every_operator_does_all_of_the_plan_and_nobody_gives_roles(desk: Desk) -> None:
    number = called(desk)
    desk.perform("note", number, {"text": "x"})
    with pytest.raises(Refused, match="'roles' is for director"):
        give_roles(desk, OTHER, [Role.DIRECTOR])

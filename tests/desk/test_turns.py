"""The turn at the desk: on a real record, by two operators, with every step on the chain."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hisconsole.desk import calls, handover, maintaining, turns, watching
from hisconsole.desk.board import first_board
from hisconsole.desk.desk import Desk
from hisconsole.desk.duties import all_due, tell_overdue
from hisconsole.desk.handover import Looked
from hisconsole.desk.handover_sources import Seen
from hisconsole.errors import HisError, NotFound, Refused
from hisconsole.plan.board import OnDuty
from hisconsole.plan.handover import Asks, Part
from hisconsole.plan.maintenance import Stage, quiet, stage
from hisconsole.plan.rota import Rota, Routine, Shift
from hisconsole.store import events
from hisconsole.store import turns as stored
from hisconsole.store.verify import verify
from tests.hospital import OPERATORS, SITE, START, Clock, lay_record, open_desk
from tests.plan.stops import GIVEN
from tests.shares import tries

OUT, IN, THIRD = OPERATORS
CALL = {"workstation": "reg-01", "symptom": "cannot-save", "words": "archiver error", "reporter": "Zhao"}
OWN = "Registration writes on paper until the log has room; I ring the vendor and the dean."
NOTHING = Seen(None, "no watch in this test")


def grave(desk: Desk) -> int:
    """An open Category I."""
    number = calls.take_call(desk, CALL).incident
    desk.perform("acknowledge", number)
    desk.perform("verify", number, {"result": "confirmed", "how": "remote"})
    desk.perform("classify", number, {"category": "I", "reason": "server"})
    return number


def look(desk: Desk) -> Looked:
    return handover.look(desk, NOTHING)


def take_all(desk: Desk) -> None:
    looked = look(desk)
    assert looked.offered is not None
    plain = {item.key: "taken" for item in looked.offered.items if item.asked is Asks.TAKE}
    quiet = {item.key: "kept" for item in looked.offered.items if item.asked is Asks.SILENCE}
    seen = {delta.incident: delta.seq for delta in looked.standing.deltas}
    turns.take(desk, {**plain, **quiet}, seen)


def restate_all(desk: Desk) -> None:
    for item in look(desk).standing.missing:
        if item.asked is Asks.RESTATE:
            turns.restate(desk, item.key, {"text": OWN, "action": "ring the vendor", "action_at": "+20"})


def proved(desk: Desk) -> None:
    with desk.database.read() as connection:
        assert verify(connection).faults == ()


def test_nobody_has_the_duty_until_somebody_takes_it(desk: Desk) -> None:
    assert look(desk).standing.turn is None
    assert first_board(desk).on_duty == OnDuty()
    turns.begin(desk)
    assert first_board(desk).on_duty == OnDuty(OUT)
    with pytest.raises(Refused, match="already"):
        turns.begin(desk)
    proved(desk)


def test_a_whole_handover_with_a_category_one(desk: Desk, colleague: Desk, clock: Clock) -> None:
    turns.begin(desk)
    number = grave(desk)
    watching.silence(desk, ["sw-1"], {"until": "+2h", "reason": "fan"})
    watching.silence(desk, ["sw-2"], {"until": "+2h", "reason": "patch"})
    with pytest.raises(Refused) as refusal:
        handover.offer(desk, IN, NOTHING)
    assert refusal.value.needs == "reason"
    handover.offer(desk, IN, NOTHING, reason="end of shift")
    assert first_board(desk).on_duty == OnDuty(OUT, IN)

    looked = look(colleague)
    assert looked.offered is not None
    restated = [item.key for item in looked.offered.items if item.asked is Asks.RESTATE]
    assert restated == [f"incident:{number}"]
    assert [section.part for section in looked.document.sections] == list(Part)

    desk.perform("note", number, {"text": "the vendor calls back"})
    first, second = (item.key for item in looked.offered.items if item.asked is Asks.SILENCE)
    take_all(colleague)
    turns.take(colleague, {second: "lapses"}, {})
    entry = looked.document.entry(f"incident:{number}")
    assert entry is not None
    given = {"text": entry.summary[:400], "action": "ring", "action_at": "+20"}
    with pytest.raises(Refused, match="copied"):
        turns.restate(colleague, entry.key, given)
    restate_all(colleague)
    assert look(colleague).standing.missing == ()
    with pytest.raises(Refused, match="confirmed"):
        handover.accept(colleague)
    turns.confirm(desk)
    clock.pass_(minutes=1)
    handover.accept(colleague)

    assert first_board(desk).on_duty == OnDuty(IN)
    kept = {f"silence:{each.id}" for each in watching.running(desk)}
    assert kept == {first}
    proved(desk)


def test_the_files_hold_what_was_signed_for(desk: Desk, colleague: Desk) -> None:
    turns.begin(desk)
    handover.offer(desk, IN, NOTHING)
    folder = desk.database.data / "handovers"
    assert sorted(path.suffix for path in folder.iterdir()) == [".html", ".txt"]
    (paper,) = folder.glob("*.txt")
    assert paper.stat().st_mode & 0o777 == 0o600
    with desk.database.read() as connection:
        turn = stored.running(connection)
        assert turn is not None
        (offered,) = [each for each in events.of_incident(connection, -1) if each.kind == "offered"]
    assert offered.body["hash"] == hashlib.sha256(paper.read_bytes()).hexdigest()
    take_all(colleague)
    handover.accept(colleague)
    (accepted,) = handover.accepted(desk)
    assert accepted.body["hash"] == hashlib.sha256(paper.read_bytes()).hexdigest()
    assert "ACCEPTED" in paper.read_text(encoding="utf-8")


def test_what_stays_open_grows_older_with_each_handover(desk: Desk, colleague: Desk) -> None:
    turns.begin(desk)
    number = calls.take_call(desk, CALL).incident
    sides = [desk, colleague]
    for age in range(3):
        out, taker = sides[age % 2], sides[(age + 1) % 2]
        entry = look(out).document.entry(f"incident:{number}")
        assert entry is not None
        assert entry.age == age
        handover.offer(out, taker.actor.operator, NOTHING)
        take_all(taker)
        restate_all(taker)
        handover.accept(taker, reason="alone at the desk")
    proved(desk)


def test_what_was_handed_over_is_compared_with_now(desk: Desk, colleague: Desk) -> None:
    turns.begin(desk)
    with pytest.raises(NotFound, match="No handover"):
        handover.changes_since_last(desk, NOTHING, width=80)
    handover.offer(desk, IN, NOTHING)
    take_all(colleague)
    handover.accept(colleague)
    calls.take_call(colleague, CALL)
    told = "\n".join(handover.changes_since_last(colleague, NOTHING, width=80))
    assert "0001" in told


def test_a_summary_of_the_past_knows_only_the_past(desk: Desk, clock: Clock) -> None:
    turns.begin(desk)
    clock.pass_(minutes=5)
    calls.take_call(desk, CALL)
    clock.pass_(minutes=10)
    then = clock.moment
    clock.pass_(minutes=10)
    second = calls.take_call(desk, {**CALL, "workstation": "lab-01"}).incident
    desk.perform("acknowledge", 1)
    past, present = handover.as_of(desk, then), look(desk).document
    assert past.entry("incident:1") is not None
    assert past.entry(f"incident:{second}") is None
    assert present.entry(f"incident:{second}") is not None
    assert (past.header.made, past.header.outgoing.person) == (then, OUT)
    assert past.header.seq < present.header.seq
    assert not past.section(Part.WATCH).known


def test_offers_go_to_operators_alone(desk: Desk) -> None:
    turns.begin(desk)
    with pytest.raises(NotFound, match="no operator"):
        handover.offer(desk, "nobody\x1b[2J", NOTHING)


def test_repeating_an_act_changes_nothing(desk: Desk, colleague: Desk) -> None:
    turns.begin(desk, act="a-begin")
    handover.offer(desk, IN, NOTHING, act="an-offer")
    again = handover.offer(desk, IN, NOTHING, act="an-offer")
    assert again.repeated
    take_all(colleague)
    handover.accept(colleague, act="an-accept")
    assert handover.accept(colleague, act="an-accept").repeated
    assert first_board(desk).on_duty == OnDuty(IN)


@pytest.mark.parametrize("answer", ["kept", "lapses"])
def test_the_quiet_of_a_planned_stop_lapses_unless_it_is_accepted_again(
    desk: Desk, colleague: Desk, clock: Clock, answer: str
) -> None:
    turns.begin(desk)
    maintaining.add(desk, GIVEN)
    clock.pass_(minutes=61)
    handover.offer(desk, IN, NOTHING)
    looked = look(colleague)
    assert looked.offered is not None
    assert ("maintenance:1", Asks.SILENCE) in [(item.key, item.asked) for item in looked.offered.items]
    take_all(colleague)
    turns.take(colleague, {"maintenance:1": answer}, {})
    handover.accept(colleague, reason="alone")
    (stop,) = maintaining.every(desk)
    assert bool(quiet([stop], now=clock())) is (answer == "kept")
    assert stage(stop, clock()) is Stage.RUNNING, "the stop itself goes on"
    proved(desk)


# -- shifts, routines, the late handover ------------------------------------------------------------

NIGHT = Rota(
    shifts=(Shift("day", "Day", time(8), time(20)), Shift("night", "Night", time(20), time(8))),
    cycle=({"day": (IN,), "night": (OUT,)},),
    routines=(
        Routine("backups", "Backups verified", ("night",), 60),
        Routine("room", "Room temperature", ("night",), 30, "°C", 15, 30),
    ),
    operators=frozenset(OPERATORS),
)


@pytest.fixture
def rostered(desk: Desk) -> Desk:
    desk.site = replace(SITE, rota=NIGHT)
    turns.begin(desk)
    return desk


def test_a_turn_takes_its_end_and_its_routines_from_the_rota(rostered: Desk) -> None:
    turn = look(rostered).standing.turn
    assert turn is not None
    assert (turn.shift, turn.until) == ("Night", datetime(2026, 11, 24, 0, 0, tzinfo=UTC))
    half_past = START + timedelta(minutes=30)
    assert [each.due for each in turn.routines] == [half_past, half_past], "both were due before 22:00"


def test_two_shifts_in_a_row_are_one_stretch(desk: Desk) -> None:
    desk.site = replace(SITE, rota=replace(NIGHT, cycle=({"night": (OUT,), "day": (OUT,)}, {"night": (IN,)})))
    desk.site = replace(desk.site, rota=replace(desk.site.rota, first=START.date()))
    turns.begin(desk)
    turn = look(desk).standing.turn
    assert turn is not None
    assert turn.until == datetime(2026, 11, 24, 0, 0, tzinfo=UTC), "the next day is not theirs"
    one = (Shift("one", "One", time(20), time(2)), Shift("two", "Two", time(2), time(8)))
    rota = replace(NIGHT, shifts=one, cycle=({"one": (OUT,), "two": (OUT,)},))
    assert turns.beginning_of(replace(SITE, rota=rota), OUT, START).until == datetime(
        2026, 11, 24, 0, 0, tzinfo=UTC
    )


def test_a_late_handover_is_told_once_and_stays_owed(rostered: Desk, colleague: Desk, clock: Clock) -> None:
    owed = [each.due for each in all_due(rostered) if each.due.duty == "handover"]
    assert [(due.at, due.owner) for due in owed] == [(datetime(2026, 11, 24, 0, 15, tzinfo=UTC), OUT)]
    clock.pass_(hours=1)
    assert tell_overdue(rostered) == 2, "the routines"
    clock.pass_(hours=9, minutes=16)
    assert tell_overdue(rostered) == 1
    assert tell_overdue(rostered) == 0
    assert "handover" in {each.due.duty for each in all_due(rostered)}
    proved(rostered)
    handover.offer(rostered, IN, NOTHING)
    take_all(colleague)
    handover.accept(colleague)
    assert "handover" not in {each.due.duty for each in all_due(rostered)}
    proved(rostered)


def test_routines_are_done_or_said_not_to_be(rostered: Desk) -> None:
    with pytest.raises(Refused, match="°C"):
        turns.routine(rostered, "room", done=True, given={})
    with pytest.raises(Refused, match="not a number"):
        turns.routine(rostered, "room", done=True, given={"value": "warm\x1b[1m"})
    turns.routine(rostered, "room", done=True, given={"value": "31,5"})
    turns.routine(rostered, "backups", done=False, given={"note": "tape is full"})
    turns.note(rostered, "lift 2 is out of order")
    assert {each.due.duty for each in all_due(rostered)} == {"handover"}
    text = "\n".join(handover.read_text(rostered, NOTHING))
    assert "31.5" in text
    assert "tape is full" in text
    assert "lift 2" in text
    proved(rostered)


@pytest.mark.parametrize("given", ["nan", "inf", "1e99", "--5", "5 5"])
def test_a_value_is_a_number(rostered: Desk, given: str) -> None:
    with pytest.raises(Refused, match="not a number"):
        turns.routine(rostered, "room", done=True, given={"value": given})


# -- orders of acts, with consoles that are killed in between ---------------------------------------

Step = Callable[[Desk], object]
STEPS: dict[str, Step] = {
    "begin": turns.begin,
    "solo": lambda desk: turns.begin(desk, reason="alone"),
    "offer": lambda desk: handover.offer(
        desk, IN if desk.actor.operator == OUT else OUT, NOTHING, reason="x"
    ),
    "withdraw": turns.withdraw,
    "take": take_all,
    "restate": restate_all,
    "confirm": turns.confirm,
    "return": lambda desk: turns.give_back(desk, "what is sw-1?"),
    "accept": lambda desk: handover.accept(desk, reason="gone"),
    "call": lambda desk: calls.take_call(desk, CALL),
    "note": lambda desk: turns.note(desk, "something"),
}


@settings(max_examples=tries(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(OPERATORS)), max_size=14))
def test_whatever_the_order_one_person_has_the_duty(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    data = lay_record(tmp_path_factory.mktemp("turns") / "data")
    clock = Clock()
    for name, who in steps:
        clock.pass_(seconds=30)
        desk = open_desk(data, who, now=clock)  # each act by a console of its own: the last one was killed
        try:
            before = first_board(desk).on_duty
            try:
                STEPS[name](desk)
            except (HisError, AssertionError):
                assert first_board(desk).on_duty == before
            after = first_board(desk).on_duty
            assert before.person == "" or after.person != ""
            if before.person != after.person:
                assert name in ("begin", "solo", "accept")
                assert after.person == who
        finally:
            desk.database.close()
    desk = open_desk(data, OUT, now=clock)
    proved(desk)
    desk.database.close()

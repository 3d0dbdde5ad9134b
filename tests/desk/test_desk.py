"""Acts at the desk: once, for whoever came first, by a named person, and nothing personal in events."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.desk import calls, reading
from hisconsole.desk.actor import act_id, here
from hisconsole.desk.desk import Desk, Outcome
from hisconsole.errors import HisError, NotFound, Refused
from hisconsole.plan.events import Event
from hisconsole.plan.words import State
from hisconsole.store import projections
from hisconsole.store.verify import verify
from tests.hospital import ADOPTED, START, Clock, actor, open_desk
from tests.hostile import HOSTILE
from tests.shares import part

CALL = {"workstation": "reg-01", "symptom": "cannot-save", "words": "cannot save"}


def _verified(desk: Desk) -> None:
    with desk.database.read() as connection:
        assert verify(connection).faults == ()


def test_an_act_id_is_a_uuid_that_sorts_by_time() -> None:
    first, second = act_id(START), act_id(START + timedelta(milliseconds=1))
    assert first < second
    assert uuid.UUID(first).version == 7
    assert uuid.UUID(first).variant == uuid.RFC_4122
    assert int(first.replace("-", "")[:12], 16) == int(START.timestamp() * 1000)
    assert len({act_id(START) for _ in range(1000)}) == 1000


def test_the_same_act_twice_is_one_act(desk: Desk, colleague: Desk) -> None:
    call = act_id()
    first = calls.take_call(desk, CALL, act=call)
    again = calls.take_call(colleague, {**CALL, "words": "other words"}, act=call)
    assert (first.repeated, again.repeated) == (False, True)
    assert (again.incident, again.seq) == (first.incident, first.seq) == (1, ADOPTED + 2)
    note = act_id()
    noted = desk.perform("note", 1, {"text": "once"}, act=note)
    desk.perform("acknowledge", 1)
    assert desk.perform("note", 1, {"text": "once"}, act=note).seq == noted.seq == ADOPTED + 3
    assert [event.seq for event in reading.read_log(desk)] == [*range(ADOPTED + 4, 0, -1)]


def test_a_repeated_act_is_not_refused_by_what_it_did(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    act = act_id()
    desk.perform("acknowledge", 1, act=act)
    assert desk.perform("acknowledge", 1, act=act).repeated
    with pytest.raises(Refused, match="Already taken by you at 22:00"):
        desk.perform("acknowledge", 1)


@pytest.mark.parametrize("to", [None, 2])
def test_a_repeated_move_names_the_same_incident(desk: Desk, to: int | None) -> None:
    for join in (None, None, 1):
        calls.take_call(desk, CALL, join=join)
    act = act_id()
    first = calls.move_report(desk, 1, to=to, act=act)
    again = calls.move_report(desk, 1, to=to, act=act)
    assert (again.incident, again.seq, again.repeated) == (first.incident, first.seq, True)
    assert first.incident == (to or 3)


@pytest.mark.parametrize("act", ["x" * 37, "a b", "a\nb", "\udce9", "é", "../x"])
def test_an_act_id_is_plain(desk: Desk, act: str) -> None:
    with pytest.raises(Refused, match="at most 36 letters, digits and hyphens"):
        calls.take_call(desk, CALL, act=act)


def test_nobody_acts_without_a_name(desk: Desk) -> None:
    desk.actor = actor("")
    with pytest.raises(Refused, match="Nobody is on duty at this console"):
        calls.take_call(desk, CALL)
    with pytest.raises(Refused, match="Nobody is on duty at this console"):
        desk.perform("note", 1, {"text": "x"})
    assert len(reading.read_log(desk)) == ADOPTED


def test_what_is_not_there_gets_a_sentence(desk: Desk) -> None:
    acts: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: desk.perform("acknowledge", 7), r"There is no incident 0007\."),
        (lambda: desk.perform("explode", 7), r"There is no act 'explode'\. Acts: acknowledge, "),
        (lambda: calls.take_call(desk, CALL, join=7), r"There is no incident 0007\."),
        (lambda: calls.move_report(desk, 7, to=None), r"There is no report 7\."),
        (lambda: calls.correct_report(desk, 7, {}), r"There is no report 7\."),
        (lambda: reading.read_incident(desk, 7), r"There is no incident 0007\."),
    )
    for act, sentence in acts:
        with pytest.raises(NotFound, match=sentence) as refusal:
            act()
        assert refusal.value.exit_code == 5


def test_the_loser_is_told_who_was_first_and_when(desk: Desk, colleague: Desk, clock: Clock) -> None:
    calls.take_call(desk, CALL)
    clock.pass_(minutes=3)
    colleague.perform("acknowledge", 1)
    clock.pass_(minutes=3)
    colleague.perform("classify", 1, {"category": "II", "reason": "x"})
    with pytest.raises(Refused, match=r"^Already taken by wang\.wei at 22:03\.$"):
        desk.perform("acknowledge", 1)
    with pytest.raises(Refused, match=r"^Taken by wang\.wei at 22:03 meanwhile\. Look again"):
        desk.perform("acknowledge", 1, expected=ADOPTED + 2)
    with pytest.raises(Refused, match=r"^Changed meanwhile: category II: x by wang\.wei at 22:06"):
        desk.perform("classify", 1, {"category": "I", "reason": "y"}, expected=ADOPTED + 3)
    assert desk.perform("note", 1, {"text": "saw it"}, expected=ADOPTED + 4).seq == ADOPTED + 5


@pytest.mark.parametrize(
    ("name", "given", "harmless"),
    [
        ("note", {"text": "x"}, True),
        ("pin", {"entry": str(ADOPTED + 1)}, True),
        ("fix", {"text": "x", "result": "failed"}, True),
        ("assign", {"owner": "zhao.min"}, False),
        ("cause", {"text": "x", "confidence": "suspected"}, False),
        ("eta", {"earliest": "+5"}, False),
        ("verify", {"result": "confirmed"}, False),
    ],
)
def test_what_a_colleague_may_add_without_being_in_the_way(
    desk: Desk, colleague: Desk, name: str, given: dict[str, str], harmless: bool
) -> None:
    calls.take_call(desk, CALL)
    desk.perform("acknowledge", 1)
    colleague.perform(name, 1, given)
    if harmless:
        verified = desk.perform("verify", 1, {"result": "confirmed"}, expected=ADOPTED + 3)
        assert verified.seq == ADOPTED + 5
    else:
        with pytest.raises(Refused, match="meanwhile"):
            desk.perform("verify", 1, {"result": "confirmed"}, expected=ADOPTED + 3)


def test_a_note_is_as_good_after_what_somebody_else_did_meanwhile(desk: Desk, colleague: Desk) -> None:
    calls.take_call(desk, CALL)
    colleague.perform("acknowledge", 1)
    assert desk.perform("note", 1, {"text": "saw it"}, expected=ADOPTED + 2).seq == ADOPTED + 4


def test_one_does_not_stand_in_ones_own_way(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    desk.perform("acknowledge", 1)
    verified = desk.perform("verify", 1, {"result": "confirmed"}, expected=ADOPTED + 2)
    assert verified.seq == ADOPTED + 4


def test_every_act_writes_its_events_and_projections_together(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls.take_call(desk, {**CALL, "callback": "13800000000"})
    before = reading.read_incident(desk, 1)

    def fail(*_given: object) -> None:
        raise RuntimeError("between the event and its projection")

    with monkeypatch.context() as broken:
        broken.setattr(projections, "bring", fail)
        acts: tuple[Callable[[], Outcome], ...] = (
            lambda: desk.perform("acknowledge", 1),
            lambda: calls.take_call(desk, CALL),
            lambda: calls.correct_report(desk, 1, {"callback": "13900000000"}),
        )
        for act in acts:
            with pytest.raises(RuntimeError, match="between"):
                act()
    assert reading.read_incident(desk, 1) == before
    assert len(reading.read_log(desk)) == ADOPTED + 2
    assert desk.perform("acknowledge", 1).seq == ADOPTED + 3
    _verified(desk)


@pytest.mark.parametrize("name", part(HOSTILE, list(HOSTILE)[::8]))
def test_hostile_text_passes_through_every_answer(desk: Desk, name: str) -> None:
    text = HOSTILE[name]
    given = {"workstation": f"x{text}", "symptom": "6", "words": text, "reporter": text}
    calls.take_call(desk, {**given, "callback": text, "department": text})
    desk.perform("note", 1, {"text": f"x{text}"})
    desk.perform("assign", 1, {"owner": f"x{text}", "reason": text})
    calls.find_alike(desk, workstation=text, symptom="other", department=text)
    calls.prefill(desk, text)
    file = reading.read_incident(desk, 1)
    (report,) = file.incident.reports
    for column, limit in ((report.workstation, 64), (report.reporter, 64), (report.department, 64)):
        assert len(column) <= limit
        assert "\n" not in column
    assert len(file.incident.owner) <= 64
    acts: tuple[Callable[[], Outcome], ...] = (
        lambda: desk.perform("note", 1, {"text": "x", "at": text}),
        lambda: desk.perform("verify", 1, {"result": text}),
        lambda: desk.perform(text, 1),
        lambda: desk.perform("pin", 1, {"entry": text}),
    )
    for act in acts:
        try:
            act()
        except HisError:
            continue
    reading.read_log(desk, text=text)
    _verified(desk)


# ---- reading


def _since_adopted(found: list[Event]) -> list[int]:
    """Seqs counted from the adoption of the plan, which is 0."""
    return [event.seq - ADOPTED for event in found]


def test_the_log_is_searched_by_words(desk: Desk, colleague: Desk, clock: Clock) -> None:
    calls.take_call(desk, {**CALL, "words": '信息系统 100% "stuck" at a_b'})
    calls.take_call(colleague, {**CALL, "words": "100 percent"})
    colleague.perform("acknowledge", 1)
    clock.pass_(minutes=1)
    desk.perform("note", 2, {"text": "Fine Again"})
    for text, seqs in (
        ("", [6, 5, 4, 3, 2, 1, 0]),
        ("信息", [2]),
        ("100%", [2]),
        ('"stuck"', [2]),
        ("a_b", [2]),
        ("a!b", []),
        ("acknowledged", [5]),
        ("WANG acknow", [5]),
        ("fine AGAIN", [6]),
        ("fine li.na", [6]),
        ("fine wang", []),
        ("\x1b[2J", []),
        ("a " * 5000, [6, 5, 4, 3, 2, 1, 0]),
    ):
        assert _since_adopted(reading.read_log(desk, text=text)) == seqs, text[:20]
    assert _since_adopted(reading.read_log(desk, incident=1)) == [5, 2, 1]
    assert _since_adopted(reading.read_log(desk, before=ADOPTED + 4, limit=2)) == [3, 2]


@pytest.mark.parametrize("text", ["director", "network", "department", "hospital", "note"])
def test_a_search_does_not_meet_the_plan_by_its_words(desk: Desk, text: str) -> None:
    """The body of an edition holds nearly every word there is; it is found as what it is."""
    (adopted,) = reading.read_log(desk)
    assert text in json.dumps(adopted.body)
    assert reading.read_log(desk, text=text) == []
    assert reading.read_log(desk, text="plan") == reading.read_log(desk, text="plan li.na") == [adopted]


def test_the_log_has_both_times(desk: Desk) -> None:
    calls.take_call(desk, CALL)
    desk.perform("note", 1, {"text": "on paper", "at": "-30"})
    noted = reading.read_log(desk)[0]
    assert (noted.at, noted.recorded) == (START - timedelta(minutes=30), START)
    assert (noted.actor, noted.os_user, noted.source) == ("li.na", "tester", "local no tty")


def test_what_was_closed_last_comes_first(desk: Desk, clock: Clock) -> None:
    for number in (1, 2, 3):
        calls.take_call(desk, CALL)
        desk.perform("verify", number, {"result": "user-resolved"})
    for number in (2, 1):
        clock.pass_(minutes=1)
        desk.perform("close", number, {"reason": "over"})
    assert [row.number for row in reading.read_closed(desk)] == [1, 2]
    assert [row.number for row in reading.read_closed(desk, limit=1)] == [1]


def test_another_desk_sees_what_was_done(desk: Desk, colleague: Desk, clock: Clock) -> None:
    calls.take_call(desk, CALL)
    assert reading.read_incident(colleague, 1).incident.state is State.NEW
    desk.perform("acknowledge", 1)
    assert reading.read_incident(colleague, 1).incident.owner == "li.na"
    desk.perform("undo", 1)
    assert reading.read_incident(colleague, 1).incident.owner == ""
    assert reading.read_incident(colleague, 1).incident == reading.read_incident(desk, 1).incident


# ---- who is here


def test_who_sits_here_is_on_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "127.0.0.7 50000 127.0.0.1 22")
    assert here("li.na").operator == "li.na"
    assert here("li.na").source.startswith("127.0.0.7 ")
    monkeypatch.delenv("SSH_CONNECTION")
    assert here("li.na").source.startswith("local ")
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    assert here("li.na").os_user == "uid 4000000"


@pytest.mark.parametrize("name", part(HOSTILE, list(HOSTILE)[::8]))
def test_hostile_names_of_who_sits_here(
    tmp_path: Path, desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = HOSTILE[name].replace("\0", "").encode(errors="surrogatepass")
    monkeypatch.setenv("SSH_CONNECTION", os.fsdecode(raw))
    desk.actor = here(f"x{HOSTILE[name]}")
    assert max(len(desk.actor.operator), len(desk.actor.os_user)) <= 64
    assert len(desk.actor.source) <= 128
    calls.take_call(desk, CALL)
    _verified(desk)


def test_a_clock_that_goes_back_stops_nobody(desk: Desk, clock: Clock) -> None:
    calls.take_call(desk, CALL)
    clock.moment = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    desk.perform("acknowledge", 1)
    desk.perform("undo", 1)
    assert calls.take_call(desk, CALL).incident == 2
    _verified(desk)


def test_a_desk_opens_on_what_was_left(desk: Desk, clock: Clock) -> None:
    calls.take_call(desk, CALL)
    desk.database.close()
    again = open_desk(desk.database.data, now=clock)
    assert again.perform("acknowledge", 1).seq == ADOPTED + 3
    again.database.close()

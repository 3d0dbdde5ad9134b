"""Guided escalation: when it is due and why, whom to call, what to say, and who may say not yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hisconsole.console.calltree import CallSheet
from hisconsole.console.decision import decision
from hisconsole.console.escalate import EscalateSheet
from hisconsole.console.form import ActForm
from hisconsole.console.incident import IncidentScreen
from hisconsole.console.queue import QueueScreen
from hisconsole.desk.reading import read_incident
from hisconsole.plan.escalation import Predicate, Standing
from hisconsole.plan.incident import Decided, Incident
from hisconsole.plan.status import Status
from hisconsole.plan.summary import working
from tests.console.app import ME, OTHER, Seat, call, console, desk, kept
from tests.console.test_forms import play
from tests.console.watched import DB, Script
from tests.plan.pictures import shown as watched

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


def incident(data: Path, number: int = 1) -> Incident:
    at = desk(data)
    try:
        return read_incident(at, number).incident
    finally:
        at.database.close()


def shown(seat: Seat) -> str:
    return " ".join(seat.text().split())


async def opened(seat: Seat) -> None:
    await seat.until(seat.listed)
    await seat.press("e")
    await seat.at(EscalateSheet)
    await seat.until("Tell them, in this order")


async def test_it_says_what_is_due_why_whom_to_call_and_what_to_say(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "icu-01", "monitors stand still", now=ago(24))
    at.database.close()
    async with console(tmp_path, size=(120, 40)) as seat:
        await opened(seat)
        text = shown(seat)
        for part in (
            "Escalate 0001: unclassified, since",
            "Overdue since",
            "the leading group must be told, or the director says not yet",
            "+ serious",
            "emergency, ICU",
            "+ cause unknown",
            "no cause is confirmed",
            "+ not short-term",
            "there is no ETA",
            ". at once no",
            "Chen Hao 陈浩, director of the information center",
            "100-0000-0101",
            "Sun Bo 孙博, dean",
            "Say:",
            "on incident 0001.",
            "Please repeat what I said.",
        ):
            assert part in text, part
        assert "Enter they are told" in seat.lines()[-1]
        assert "~" not in seat.lines()[-1]


async def test_at_80x24_the_words_have_a_page_of_their_own(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "icu-01", now=ago(24))
    at.database.close()
    async with console(tmp_path) as seat:
        await opened(seat)
        assert all(len(line) <= 80 for line in seat.lines())
        assert "Sun Bo" in seat.text()
        assert "Say:" not in seat.text()
        assert (
            seat.lines()[-1].strip()
            == "Enter they are told  n not yet  Tab what to say  y copies it  Esc back"
        )
        await seat.press("tab")
        await seat.until("Say:")
        assert "Please repeat what I said." in seat.text()
        assert "Tab whom to call" in seat.lines()[-1]
        await seat.press("tab")
        await seat.until("Sun Bo")
        await seat.press("esc")
        await seat.at(QueueScreen)


async def test_a_time_ahead_is_shown_with_what_is_left(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "icu-01", now=ago(3))
    at.database.close()
    async with console(tmp_path) as seat:
        await opened(seat)
        assert "(00:16): the leading group must be told" in shown(seat)
        assert ". cause unknown   from" in seat.text()


async def test_escalating_early_is_one_key_and_the_words_stay(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, now=ago(3))
    at.database.close()
    async with console(tmp_path, size=(120, 40)) as seat:
        await opened(seat)
        asked = seat.line("Request:")
        await seat.press("enter")
        await seat.at(CallSheet)
        await seat.until("the leading group is to be told, li.na")
        await seat.until("Say:")
        assert seat.line("Request:") == asked
        await seat.press("esc")
        await seat.at(QueueScreen)
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until("The leading group is told: li.na")
    decided = incident(tmp_path).decided
    assert decided is not None
    assert (decided.held, decided.by) == (False, ME)
    history = desk(tmp_path)
    assert [e.kind.value for e in read_incident(history, 1).history].count("escalated") == 1
    history.database.close()


async def test_not_yet_takes_a_name_that_may_say_so_and_a_reason(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "icu-01", now=ago(24))
    at.database.close()
    async with console(tmp_path) as seat:
        await opened(seat)
        await seat.press("n")
        await seat.at(ActForm)
        assert seat.lines()[0].strip() == "Do not escalate 0001"
        await play(seat, ["Wang Lei", "enter", "wait for him", "enter", "enter"])
        await seat.until("This takes the word of the director")
        assert incident(tmp_path).decided is None
        await seat.put("by", "")
        seat.entry("by").focus()
        await play(seat, ["Chen Hao", "enter", "enter", "enter"])
        await seat.at(EscalateSheet)
        await seat.until("Not yet, said chen.hao")
        await seat.until("to be decided again")
        assert not kept(tmp_path)
    decided = incident(tmp_path).decided
    assert decided is not None
    assert (decided.held, decided.by, decided.reason) == (True, "chen.hao", "wait for him")


async def test_a_stand_in_may_say_it_when_the_director_was_tried_for_ten_minutes(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "icu-01", now=ago(24))
    at.database.close()
    async with console(tmp_path) as seat:
        await opened(seat)
        await play(seat, ["n", "Fang Min", "enter", "the vendor is here", "enter", "-3", "enter"])
        await seat.until(lambda: "may decide from" in shown(seat))
        await seat.put("tried", "-11")
        await seat.press("enter")
        await seat.at(EscalateSheet)
        await seat.until("Not yet, said fang.min")


async def test_it_follows_what_others_do(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "icu-01", now=ago(24))
    async with console(tmp_path) as seat:
        await opened(seat)
        at.perform("cause", 1, {"text": "a plug", "confidence": "confirmed"})
        await seat.until(". cause unknown   no")
        at.perform("escalate", 1, {"reason": "asked for it"})
        await seat.at(CallSheet)
        await seat.until(f"the leading group is to be told, {OTHER}")
        await seat.until("asked for it")
    at.database.close()


async def test_a_change_that_was_not_seen_refuses_and_shows_it(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at, "icu-01", now=ago(24))
    async with console(tmp_path) as seat:
        await opened(seat)
        sheet = seat.app.screen
        assert isinstance(sheet, EscalateSheet)
        sheet.look = lambda: None  # type: ignore[method-assign]  # it has not seen the next act yet
        at.perform("classify", 1, {"category": "III", "reason": "tried"})
        await seat.press("enter")
        await seat.until("Changed meanwhile")
    at.database.close()


async def test_without_an_incident_there_is_nothing_to_escalate(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await seat.until("Nothing is open here")
        for key in ("e", "c", "s", "S"):
            await seat.press(key)
            await seat.until("There is no incident under the cursor.")
            await seat.at(QueueScreen)


async def test_what_to_say_is_copied(tmp_path: Path) -> None:
    at = desk(tmp_path)
    call(at)
    at.database.close()
    async with console(tmp_path) as seat:
        await opened(seat)
        await seat.press("y")
        await seat.until("Copied.")
        assert "Please repeat what I said." in seat.app.clipboard


def stands(**moments: datetime | None) -> Standing:
    none = Predicate("serious")
    named: dict[str, datetime | None] = {"mandatory_at": None, "director_at": None, "due_at": None, **moments}
    return Standing(none, none, none, none, decided=None, **named)


SOON, PAST = NOW + timedelta(minutes=10), NOW - timedelta(minutes=10)


@pytest.mark.parametrize(
    ("standing", "words", "look"),
    [
        (stands(), "Nothing has to be decided", "normal"),
        (stands(mandatory_at=SOON, due_at=SOON), "By 02:10 (00:10): the leading group must be told", "bold"),
        (stands(mandatory_at=PAST, due_at=PAST), "Overdue since 01:50 (-00:10)", "reverse"),
        (stands(director_at=SOON, due_at=SOON), "the director decides whether", "bold"),
    ],
    ids=["none", "ahead", "overdue", "director"],
)
def test_the_decision_in_words(standing: Standing, words: str, look: str) -> None:
    said, how = decision(standing, NOW, lambda moment: moment.strftime("%H:%M"))
    assert words in said
    assert how == look


def test_a_decision_that_was_made_says_by_whom_and_until_when() -> None:
    def short(moment: datetime) -> str:
        return moment.strftime("%H:%M")

    none = Predicate("serious")
    held = Decided(held=True, at=PAST, by="chen.hao", reason="wait")
    said, how = decision(Standing(none, none, none, none, None, None, SOON, held), NOW, short)
    assert said == "Not yet, said chen.hao at 01:50 - wait; to be decided again 02:10 (00:10)"
    assert how == "bold"
    told = Decided(held=False, at=PAST, by="li.na", reason="")
    assert decision(Standing(none, none, none, none, None, None, None, told), NOW, short) == (
        "The leading group is told: li.na, 01:50",
        "bold",
    )


async def test_what_still_works_is_said_as_the_watch_sees_it(tmp_path: Path, script: Script) -> None:
    at = desk(tmp_path)
    call(at, now=ago(3))
    at.database.close()
    script.put(watched(DB, Status.OK, "open", now=script.now))
    async with console(tmp_path, watching=script.watching, size=(120, 40)) as seat:
        await seat.until(lambda: seat.app.lookout.picture is not None)
        await opened(seat)
        works = working(seat.app.lookout.picture)
        assert works
        assert f"Still working: {works}" in shown(seat)

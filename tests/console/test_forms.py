"""Every act by the keyboard alone; what is refused keeps its form, and what is interrupted its draft."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hisconsole.console.call import CallForm
from hisconsole.console.commands import menu
from hisconsole.console.form import ActForm
from hisconsole.console.incident import IncidentScreen
from hisconsole.console.pick import DIGITS, Pick
from hisconsole.console.queue import QueueScreen
from hisconsole.desk.desk import Desk
from hisconsole.desk.drafts import Draft
from hisconsole.desk.reading import read_incident
from hisconsole.errors import StoreFault
from hisconsole.plan.acts import all_acts
from hisconsole.plan.board import Board
from hisconsole.plan.events import Event
from hisconsole.plan.incident import Incident
from tests.console.app import ME, OTHER, Seat, call, console, desk, kept, screens
from tests.shares import part

ACTIVE = [("verify", {"result": "confirmed"})]
RECOVERED = [*ACTIVE, ("recovered", {"confirmed_by": "nurse"})]
ON_PAPER = [*ACTIVE, ("notice", {"kind": "start", "departments": "lab"})]

DIGIT = {
    act.name: digit
    for digit, act in zip(DIGITS, menu(all_acts().values(), screens().keys, "queue"), strict=False)
}
"""What to press in the menu for an act."""

OFTEN = {
    "acknowledge",
    "assign",
    "verify",
    "classify",
    "note",
    "eta",
    "close",
    "undo",
    "message",
    "called",
    "merge",
}
"""What each run carries out; the slow tests do every act."""

CLOSING = sum(not field.late for field in all_acts()["close"].asks)
"""How often Enter goes on in the form that closes."""

# What happened before, the keys (words of more than a letter are typed), what the last event says.
ACTS: dict[str, tuple[list[tuple[str, dict[str, str]]], list[str], dict[str, object]]] = {
    "acknowledge": ([], ["a"], {}),
    "assign": ([], ["o", "Wang Lei", "enter", "night shift", "enter"], {"owner": OTHER}),
    "verify": (
        [],
        ["v", "1", "3", "Zhao Yan", "enter", "saw it", "enter", "-1", "enter"],
        {"result": "confirmed", "how": "on-site", "by": "zhao.yan", "text": "saw it"},
    ),
    "classify": (
        [],
        [".", DIGIT["classify"], "1", "all wards", "enter", "enter", "enter"],
        {"category": "I", "reason": "all wards"},
    ),
    "escalate": ([], [".", DIGIT["escalate"], "they asked", "enter", "2"], {"reason": "they asked"}),
    "hold": (
        [],
        [".", DIGIT["hold"], "Chen Hao", "enter", "vendor is here", "enter", "enter"],
        {"by": "chen.hao", "reason": "vendor is here"},
    ),
    "paralysis": ([], [".", DIGIT["paralysis"], "2", "rang two wards", "enter", "2"], {"confirmed": "no"}),
    "stopped": ([], [".", DIGIT["stopped"], "lab, cashier", "enter"], {"departments": ["cashier", "lab"]}),
    "aggravate": ([], [".", DIGIT["aggravate"], "staff-away", "enter"], {"aggravators": ["staff-away"]}),
    "met": (
        [],
        [".", DIGIT["met"], "engineer", "enter", "enter", "rang Zhao", "enter", "enter"],
        {"duty": "engineer", "text": "rang Zhao"},
    ),
    "summary": ([], [".", DIGIT["summary"], "1", "all is said", "enter"], {"audience": "team"}),
    "note": ([], [".", DIGIT["note"], "rang Huawei", "enter", "-10", "enter"], {"text": "rang Huawei"}),
    "pin": ([], [".", DIGIT["pin"], "2", "enter"], {"entry": 2}),
    "eta": (
        ACTIVE,
        [".", DIGIT["eta"], "+30", "enter", "+60", "enter", "supplier", "enter"],
        {"why": "supplier"},
    ),
    "cause": (ACTIVE, [".", DIGIT["cause"], "disk full", "enter", "2"], {"confidence": "confirmed"}),
    "fix": (ACTIVE, [".", DIGIT["fix"], "restarted", "enter", "2", "enter"], {"result": "failed"}),
    "ruled-out": (
        ACTIVE,
        [":", "ruled-out", "enter", "the switch", "enter", "its counters", "enter", "enter"],
        {"text": "the switch", "how": "its counters"},
    ),
    "contingency": (
        ACTIVE,
        [":", "contingency", "enter", "it fills again", "enter", "free it", "enter"],
        {"condition": "it fills again", "action": "free it"},
    ),
    "ticket": (
        ACTIVE,
        [":", "ticket", "enter", "db-vendor", "enter", "T-8", "enter", "+60", *(["enter"] * 4)],
        {"contact": "db-vendor", "number": "T-8", "done": False},
    ),
    "mitigated": (ACTIVE, [".", DIGIT["mitigated"], "by paper", "enter", "enter"], {"text": "by paper"}),
    "recovered": (ACTIVE, [".", DIGIT["recovered"], "Dr Sun", "enter", "enter"], {"confirmed_by": "Dr Sun"}),
    "review": (
        [("classify", {"category": "I", "reason": "r"}), *RECOVERED],
        [".", DIGIT["review"], "why so long", "enter"],
        {"text": "why so long"},
    ),
    "action": (
        [("classify", {"category": "I", "reason": "r"}), *RECOVERED, ("review", {})],
        [":", "action", "enter", "a spare disk", "enter", "Wang Lei", "enter", "+8h", "enter"],
        {"text": "a spare disk", "owner": OTHER},
    ),
    "reopen": (RECOVERED, [".", DIGIT["reopen"], "it is back", "enter"], {"reason": "it is back"}),
    "close": (RECOVERED, ["x", "all well", *(["enter"] * CLOSING), "2"], {"reason": "all well"}),
    "undo": ([], ["a", "u"], {}),
    "message": (
        [],
        [".", DIGIT["message"], "1", "the desk", "enter", "use paper", *(["enter"] * 5), "2"],
        {"status": "verified", "do": "use paper"},
    ),
    "dial": ([("escalate", {})], ["C", "enter", "esc"], {}),
    "called": (
        [],
        [".", DIGIT["called"], "Chen Hao", "enter", "5", *(["enter"] * 5), "his wife", "enter", "enter"],
        {"contact": "chen.hao", "outcome": "left-word", "text": "his wife"},
    ),
    "summon": (
        [],
        [".", DIGIT["summon"], "Ma Chao", "enter", "enter", "T-7", "enter", "+30", *(["enter"] * 5)],
        {"contact": "ma.chao", "ticket": "T-7"},
    ),
    "arrived": ([], [".", DIGIT["arrived"], "Ma Chao", "enter", "enter"], {"contact": "ma.chao"}),
    "told": (
        [("message", {"status": "verified", "affected": "the desk", "do": "use paper"})],
        [".", DIGIT["told"], "all", "enter", "1", "enter", "enter", "nurse Wu", "enter", "enter"],
        {"reached": True, "person": "nurse Wu"},
    ),
    "notice": (
        ACTIVE,
        [":", "notice", "enter", "1", "enter", "lab", *(["enter"] * 8), "2"],
        {"kind": "prepare", "departments": ["lab"]},
    ),
    "receipt": (
        ON_PAPER,
        [":", "receipt", "enter", "lab", "enter", "nurse Wu", "enter", "2", "enter"],
        {"department": "lab", "person": "nurse Wu", "read_back": False},
    ),
    "back-entry": (
        [*ON_PAPER, ("recovered", {})],
        [":", "back-entry", "enter", "two days", "enter"],
        {"text": "two days"},
    ),
    "back-entered": (
        ON_PAPER,
        [":", "back-entered", "enter", "lab", "enter", "9", "enter", "9", *(["enter"] * 4), "Wu", "enter"],
        {"department": "lab", "paper": 9, "entered": 9, "signed": "Wu"},
    ),
    "merge": ([("call", {"workstation": "lab-01"})], [":", "merge", "enter", "2", "enter", "2"], {}),
    "apart": (
        [("call", {"workstation": "lab-01"})],
        [":", "apart", "enter", "2", "enter", "a printer", "enter"],
        {"others": [2], "reason": "a printer"},
    ),
}


def history(data: Path, number: int = 1) -> list[Event]:
    at = desk(data)
    try:
        return list(read_incident(at, number).history)
    finally:
        at.database.close()


def prepared(data: Path, before: list[tuple[str, dict[str, str]]]) -> None:
    at = desk(data, ME)
    call(at)
    for name, given in before:
        act, _blank, number = name.partition(" ")
        if act == "call":
            call(at, given["workstation"])
        else:
            at.perform(act, int(number or 1), given)
    at.database.close()


async def play(seat: Seat, keys: list[str]) -> None:
    for key in keys:
        await (seat.press(key) if len(key) == 1 or key in ("enter", "esc", "tab") else seat.write(key))


def test_every_act_is_tried() -> None:
    assert set(ACTS) | {"split"} == set(all_acts())


async def test_what_was_merged_by_mistake_is_split_off_where_it_is_shown(tmp_path: Path) -> None:
    prepared(tmp_path, [("call", {"workstation": "lab-01"}), ("merge 2", {"others": "1"})])
    async with console(tmp_path) as seat:
        await seat.until(lambda: seat.listed() == [2])
        seat.app.open_incident(1)
        await seat.at(IncidentScreen)
        await play(seat, [":", "split", "enter", "a printer", "enter", "2"])
        await seat.until("0001: Split it off again")
    assert [report.workstation for report in _incident(tmp_path, 1).reports] == ["reg-02"]
    assert [report.workstation for report in _incident(tmp_path, 2).reports] == ["lab-01"]


def _incident(data: Path, number: int) -> Incident:
    at = desk(data)
    try:
        return read_incident(at, number).incident
    finally:
        at.database.close()


@pytest.mark.parametrize("name", part(ACTS, OFTEN))
async def test_every_act_is_carried_out_by_the_keyboard(tmp_path: Path, name: str) -> None:
    before, keys, said = ACTS[name]
    prepared(tmp_path, before)
    async with console(tmp_path) as seat:
        await seat.until(lambda: seat.listed()[:1] == [1])
        await play(seat, keys)
        await seat.at(QueueScreen)
        await seat.until(f"0001: {all_acts()[name].label}")
        last = history(tmp_path)[-1]
        assert last.actor == ME
        for key, value in said.items():
            assert last.body[key] == value, last
        assert not kept(tmp_path)


async def test_an_act_on_the_incident_screen_is_told_and_shown_there(tmp_path: Path) -> None:
    prepared(tmp_path, [])
    async with console(tmp_path) as seat:
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.until("not verified")
        await seat.press("a")
        await seat.until("0001: Acknowledge")
        await seat.until("owner li.na")
        await play(seat, ["v", "1", "1"])
        await play(seat, ["enter", "enter", "enter"])
        await seat.until("confirmed by phone, li.na")
        await play(seat, [".", DIGIT["eta"], "+30", "enter", "+45", "enter", "guess", "enter"])
        await seat.until("0001: ETA")
        await play(seat, [".", DIGIT["eta"], "+50", "enter", "+90", "enter", "better", "enter"])
        await seat.until("(no 2)")
        await play(seat, [".", DIGIT["note"], "an older thing", "enter", "-30", "enter"])
        await seat.until("< ")  # marked as dated back
        lines = seat.lines()
        entries = [line for line in lines if "an older thing" in line or "opened" in line]
        assert "opened" in entries[0]  # it stands where it happened, below what came later


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (
            [".", DIGIT["recovered"], "Dr Sun", "enter", "-1", "enter"],
            "0001 is new and cannot become recovered",
        ),
        ([".", DIGIT["classify"], "2", "enter", "enter", "enter"], "Reason is needed."),
        (["o", "enter", "enter"], "li.na owns it already."),
        ([".", DIGIT["pin"], "999", "enter"], "Entry 999 is not in the timeline"),
        ([".", DIGIT["note"], "x y", "enter", "soon", "enter"], "When: 'soon' is not a time"),
        ([".", DIGIT["eta"], "+60", "enter", "+30", "enter", "why", "enter"], "lies before the earliest"),
        ([".", DIGIT["note"], "x y", "enter", "+30", "enter"], "has not come yet"),
    ],
)
async def test_a_refused_act_keeps_its_form_and_answers_and_says_why(
    tmp_path: Path, keys: list[str], why: str
) -> None:
    prepared(tmp_path, [("assign", {"owner": ME})] if keys[0] == "o" else [])
    async with console(tmp_path) as seat:
        await seat.until(lambda: seat.listed() == [1])
        count = len(history(tmp_path))
        await play(seat, keys)
        await seat.until(why)
        assert isinstance(seat.app.screen, ActForm)
        words = [key for key in keys if len(key) > 1 and key not in ("enter", "esc")]
        for word in words:
            assert word in seat.answers().values()
        assert len(history(tmp_path)) == count
        assert len(seat.line(why[:20])) <= 80


async def test_an_act_that_closes_asks_once_and_no_is_the_default(tmp_path: Path) -> None:
    prepared(tmp_path, RECOVERED)
    async with console(tmp_path) as seat:
        await play(seat, ["x", "all well", *(["enter"] * CLOSING)])
        await seat.at(Pick)
        assert "Close 0001?" in seat.text()
        await seat.press("enter")
        await seat.at(ActForm)
        assert seat.answers()["reason"] == "all well"
        await seat.press("enter")
        await seat.at(Pick)
        await seat.press("esc")
        await seat.at(ActForm)
        assert history(tmp_path)[-1].kind != "closed"


async def test_the_loser_of_a_race_reads_who_has_it(tmp_path: Path) -> None:
    prepared(tmp_path, [])
    async with console(tmp_path) as seat:
        other = desk(tmp_path, OTHER)
        # What the operator sees is a picture from before.
        seat.app._show_board = lambda: None  # type: ignore[method-assign]
        other.perform("acknowledge", 1)
        other.database.close()
        await seat.press("a")
        await seat.until("wang.lei at")
        assert "aken by wang.lei at" in seat.text()
        assert [event.kind.value for event in history(tmp_path)].count("acknowledged") == 1


async def test_the_loser_of_a_race_in_a_form_keeps_what_was_written(tmp_path: Path) -> None:
    prepared(tmp_path, RECOVERED)
    async with console(tmp_path) as seat:
        await play(seat, [".", DIGIT["reopen"], "it is back", "enter"][:3])
        other = desk(tmp_path, OTHER)
        other.perform("close", 1, {"reason": "done"})
        other.database.close()
        await seat.press("enter")
        await seat.until("by wang.lei at")
        assert seat.answers()["reason"] == "it is back"
        assert "closed" in seat.line("Changed meanwhile")


async def test_undo_takes_back_ones_own_last_act_only(tmp_path: Path) -> None:
    prepared(tmp_path, [])
    async with console(tmp_path) as seat:
        await seat.press("u")
        await seat.until("A call once taken stays on record")
        await seat.press("a")
        await seat.until("0001: Acknowledge")
        await seat.until(lambda: "verifying" in seat.row(1))
        await seat.press("u")
        await seat.until("0001: Undo")
        await seat.until(lambda: "new" in seat.row(1))
        other = desk(tmp_path, OTHER)
        other.perform("acknowledge", 1)
        other.database.close()
        await seat.until(lambda: "verifying" in seat.row(1))
        await seat.press("u")
        await seat.until("only its author can undo it")


async def test_acts_apply_to_all_that_are_marked_and_refusals_stop_none(tmp_path: Path) -> None:
    at = desk(tmp_path)
    for _ in range(4):
        call(at, "lab-01")
    at.perform("acknowledge", 3)
    at.database.close()
    async with console(tmp_path) as seat:
        await seat.until(lambda: len(seat.listed()) == 4)
        for number in (1, 2, 3):
            seat.place.rows.move_to(number)
            await seat.press("space")
        assert sorted(seat.place.targets()) == [1, 2, 3]
        await seat.press("a")
        await seat.until("0003: Already taken by wang.lei")
        said = seat.line("0003: Already")
        assert "0001" in said.partition("0003:")[0]
        assert "0002" in said.partition("0003:")[0]
        assert not seat.place.rows.marked
        # A form for several names them, and is one act on each.
        seat.place.rows.move_to(1)
        await seat.press("space")
        seat.place.rows.move_to(4)
        await seat.press("space")
        await seat.press(".", "1")
        await seat.at(ActForm)
        assert "Note 0001, 0004" in seat.text() or "Note 0004, 0001" in seat.text()
        await play(seat, ["told them", "enter", "enter"])
        await seat.at(QueueScreen)
        await seat.until("Note")
        for number in (1, 4):
            await seat.until(lambda n=number: history(tmp_path, n)[-1].kind == "noted")  # type: ignore[misc]


async def test_a_form_that_is_left_is_found_again_and_finished(tmp_path: Path) -> None:
    prepared(tmp_path, [])
    async with console(tmp_path) as seat:
        await play(seat, [".", DIGIT["note"], "half a sen"])
        await seat.press("esc")
        await seat.until("Kept as a draft.")
        assert [draft["answers"] for draft in kept(tmp_path).values()] == [{"text": "half a sen"}]
        await play(seat, [".", "1"])
        await seat.at(ActForm)
        await seat.until("A draft was found")
        await play(seat, ["tence", "enter", "enter"])
        await seat.until("0001: Note")
        assert history(tmp_path)[-1].body["text"] == "half a sentence"
        assert not kept(tmp_path)


async def test_a_draft_is_thrown_away_by_one_key_that_asks(tmp_path: Path) -> None:
    prepared(tmp_path, [])
    async with console(tmp_path) as seat:
        await play(seat, [".", DIGIT["note"], "not this"])
        await seat.press("ctrl+x")
        await seat.until("Throw this form away?")
        await seat.press("enter")
        await seat.at(ActForm)
        assert kept(tmp_path)
        await seat.press("ctrl+x")
        await seat.at(Pick)
        await seat.press("2")
        await seat.at(QueueScreen)
        assert not kept(tmp_path)
        assert "Kept as a draft" not in seat.text()


async def test_an_emptied_form_leaves_no_draft(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await play(seat, ["n", "x"])
        assert kept(tmp_path)
        await seat.press("\x7f", "esc")
        await seat.at(QueueScreen)
        assert not kept(tmp_path)
        assert "Kept as a draft" not in seat.text()
        await seat.press("n")
        await seat.at(CallForm)


async def test_a_call_that_was_not_finished_is_offered_with_its_answers(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await play(seat, ["n", "reg02", "enter", "2", "half"])
        await seat.press("esc")
        await seat.until("Kept as a draft.")
        before = next(iter(kept(tmp_path).values()))
    async with console(tmp_path) as seat:
        await seat.until("was not finished: n opens it again.")
        await seat.press("n")
        await seat.until("Go on with the call of")
        assert "reg-02 half" in seat.text()
        await seat.press("1")
        await seat.at(CallForm)
        assert seat.focus == "words"
        answers = {name: value for name, value in seat.answers().items() if value}
        assert answers == before["answers"]
        assert "Outpatient Registration" in seat.text()
        await play(seat, [" a word", "enter"])
        await seat.until("0001: Call taken")
        assert history(tmp_path)[-1].body["words"] == "half a word"
        assert history(tmp_path)[-1].act == before["act"]
        assert not kept(tmp_path)


async def test_a_call_whose_draft_outlived_its_act_is_not_taken_twice(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await play(seat, ["n", "reg02", "enter", "2", "only once"])
        left = kept(tmp_path)
        assert left
        await seat.press("enter")
        await seat.until("0001: Call taken")
    for path, draft in left.items():  # killed between the commit and the end of the draft
        path.write_text(json.dumps(draft))
    async with console(tmp_path) as seat:
        await seat.press("n")
        await seat.at(Pick)
        await seat.press("1")
        await seat.at(CallForm)
        await seat.until("1 Join 0001")  # it looks like itself
        await seat.press("enter")
        await seat.until("0 or Enter")
        await seat.press("0")
        await seat.until("0001: Call taken")
        assert len(history(tmp_path)) == 2
        assert seat.listed() == [1]
        assert not kept(tmp_path)


@pytest.mark.parametrize(
    "spoilt",
    [b"", b"{", b"[]", b'{"form": "call"}', b"\xff\xfe", b'{"answers": 3}', "saved"],
    ids=["empty", "cut", "list", "part", "not_utf8", "wrong", "no_time"],
)
async def test_a_spoilt_draft_is_no_draft(tmp_path: Path, spoilt: bytes | str) -> None:
    (tmp_path / "drafts").mkdir()
    if isinstance(spoilt, str):
        draft = Draft("call", 0, "a", {}, ME, "2026", "")
        raw = {name: getattr(draft, name) for name in Draft.__slots__}
        spoilt = json.dumps(raw | {spoilt: "no time"}).encode()
    (tmp_path / "drafts" / "a.json").write_bytes(spoilt)
    async with console(tmp_path) as seat:
        await seat.press("n")
        await seat.at(CallForm)


async def test_another_operators_draft_is_not_offered(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await play(seat, ["n", "reg02"])
        await seat.press("esc")
    async with console(tmp_path, operator=OTHER) as seat:
        assert "was not finished" not in seat.text()
        await seat.press("n")
        await seat.at(CallForm)


async def test_a_data_folder_that_takes_no_drafts_says_so_and_the_call_goes_on(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        (tmp_path / "drafts").write_text("a file is in the way")
        await play(seat, ["n", "reg02", "enter", "2", "words", "enter"])
        await seat.until("0001: Call taken")
        assert history(tmp_path)[-1].body["words"] == "words"


class Broken:
    """A desk whose acts fail in a way of choice; questions are answered."""

    def __init__(self, at: Desk) -> None:
        self.desk = at
        self.error: Exception | None = None
        record = at.record

        def fail(*args: object, **given: object) -> object:
            if self.error is not None:
                raise self.error
            return record(*args, **given)  # type: ignore[arg-type]

        at.record = fail  # type: ignore[method-assign, assignment]


@pytest.fixture
def broken(tmp_path: Path) -> tuple[list[Broken], Callable[[], Desk]]:
    desks: list[Broken] = []

    def open_desk() -> Desk:
        desks.append(Broken(desk(tmp_path, ME)))
        return desks[-1].desk

    return desks, open_desk


async def test_a_store_that_fails_keeps_the_form_and_the_next_try_succeeds(
    tmp_path: Path, broken: tuple[list[Broken], Callable[[], Desk]]
) -> None:
    prepared(tmp_path, [])
    desks, open_desk = broken
    async with console(tmp_path, open_desk=open_desk) as seat:
        await seat.until(lambda: desks)
        desks[0].error = StoreFault("The disk is full: nothing was written, nothing is lost.")
        await play(seat, [".", DIGIT["note"], "important", "enter", "enter"])
        await seat.until("The disk is full")
        assert isinstance(seat.app.screen, ActForm)
        assert seat.answers()["text"] == "important"
        await seat.until(lambda: desks)
        desks[0].error = None
        await seat.press("enter")
        await seat.until("0001: Note")
        assert [event.kind.value for event in history(tmp_path)].count("noted") == 1


@pytest.mark.parametrize(
    "keys", [["n", "reg02", "enter", "2", "w w", "enter"], [".", DIGIT["note"], "w w", "enter", "enter"]]
)
async def test_a_bug_in_an_act_is_told_with_an_id_and_keeps_the_form(
    tmp_path: Path, broken: tuple[list[Broken], Callable[[], Desk]], keys: list[str]
) -> None:
    prepared(tmp_path, [])
    desks, open_desk = broken
    async with console(tmp_path, open_desk=open_desk, faults=True) as seat:
        await seat.until(lambda: desks)
        desks[0].error = ZeroDivisionError("a bug")
        await play(seat, keys)
        if keys[0] == "n":
            await seat.until("0 or Enter")
            await seat.press("0")
        await seat.until("Something went wrong here (error ")
        assert "w w" in seat.answers().values()
        await seat.until(lambda: desks)
        desks[0].error = None
        await seat.press("enter" if keys[0] != "n" else "0")
        await seat.at(QueueScreen)


async def test_a_form_that_is_left_while_its_question_is_answered_hurts_nobody(tmp_path: Path) -> None:
    """The desk is held up; the form it answers to is gone by then."""
    prepared(tmp_path, [])
    async with console(tmp_path) as seat:
        seat.app.desk_thread.submit(lambda at: time.sleep(0.4))
        await play(seat, ["n", "reg02", "enter", "2"])
        await seat.press("esc")
        await seat.at(QueueScreen)
        await seat.press("enter")
        await seat.at(IncidentScreen)
        await seat.press("esc")
        seen: list[Board] = []
        seat.app.ask(lambda at: None, lambda _none: seen.append(seat.app.board))  # type: ignore[arg-type]
        await seat.until(lambda: seen)
        await seat.rest()
        assert not [worker for worker in seat.app.workers if worker.error is not None]


@pytest.mark.parametrize("fails", [False, True])
async def test_a_form_may_be_left_while_it_is_written(
    tmp_path: Path, broken: tuple[list[Broken], Callable[[], Desk]], fails: bool
) -> None:
    prepared(tmp_path, [])
    desks, open_desk = broken
    async with console(tmp_path, open_desk=open_desk) as seat:
        await play(seat, [".", DIGIT["note"], "w w", "enter"])
        if fails:
            await seat.until(lambda: desks)
            desks[0].error = StoreFault("The disk is full.")
        seat.app.desk_thread.submit(lambda at: time.sleep(1.0))  # more than keys wait for
        await seat.press("enter")
        await seat.until("Writing ...")
        await seat.press("esc")
        await seat.at(QueueScreen)
        await seat.until("The disk is full." if fails else "0001: Note")
        assert bool(kept(tmp_path)) is fails

"""Any flow on one screen: digits, don't know, back, skip, words and numbers, and no answer is ever lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from hisconsole.console.duties import DutiesScreen
from hisconsole.console.flow import FlowScreen
from hisconsole.console.paralysis import ParalysisScreen, ParalysisSheet
from hisconsole.console.pick import Pick
from hisconsole.console.queue import QueueScreen
from hisconsole.desk.reading import read_incident
from hisconsole.flows import walk as walking
from hisconsole.flows.flow import Choice, Flow, Outcome, Step, StepKind
from hisconsole.flows.walk import Filled, Walk
from hisconsole.plan.conditions import parse
from hisconsole.text import cell_len
from tests.console.app import ME, Seat, call, console, desk, kept
from tests.console.test_forms import play
from tests.shares import part

FLOW = Flow(
    id="try",
    title="Try",
    purpose="Shows all kinds of steps.",
    steps=(
        Step(
            "lamp",
            "Is the lamp on?",
            "Look at it.",
            StepKind.CHOICE,
            (Choice("yes", "Yes"), Choice("no", "No")),
        ),
        Step("count", "How many are there?", "", StepKind.NUMBER),
        Step("seen", "What was seen?", "In a few words.", StepKind.TEXT),
        Step(
            "room",
            "Where is it?",
            "",
            StepKind.CHOICE,
            (Choice("hall", "In the hall"), Choice("lab", "In the lab")),
        ),
        Step(
            "many",
            "Which of nine?",
            "They are as many as there are digits.",
            StepKind.CHOICE,
            tuple(
                Choice(f"v{n}", f"The answer with the number {n} and words that go on and on")
                for n in range(1, 10)
            ),
        ),
    ),
    outcomes=(
        Outcome("dark", "It is dark", parse("lamp = no and count >= 2 and room = hall and many = v9")),
        Outcome("fine", "It is fine", parse("always")),
    ),
)


class Try(FlowScreen):
    """A flow with every kind of step, and what it came to."""

    came: Walk | None = None

    def begin(self) -> None:
        self.start(walking.begin(FLOW, {"room": Filled("hall", "report 7 of 09:31")}))

    def decided(self, walk: Walk) -> None:
        self.came = walk
        self.dismiss(None)


async def opened(seat: Seat) -> Try:
    from hisconsole.console.acting import draft_of  # as the guided acts find theirs

    screen = Try(form="flow-try", incident=1, title="Try 0001", draft=draft_of(seat.app, "flow-try", 1))
    seat.app.push_screen(screen)
    await seat.at(Try)
    await seat.until(lambda: not screen.busy)
    await seat.until(
        "0 don't know  Left back" if asked(seat) in ("lamp", "room", "many") else "Enter goes on"
    )
    await seat.rest()
    return screen


def asked(seat: Seat) -> str:
    """The question at hand."""
    screen = seat.app.screen
    assert isinstance(screen, FlowScreen)
    assert screen.walk is not None
    step = walking.current(screen.walk)
    return step.id if step is not None else ""


def values(screen: Try) -> dict[str, str | int]:
    assert screen.walk is not None
    return walking.values(screen.walk)


async def test_digits_words_and_numbers_answer_and_evidence_is_not_asked(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        screen = await opened(seat)
        await seat.until("Look at it.")
        assert "Is the lamp on?" in seat.text()
        assert "report 7" in seat.line("In the hall")
        await seat.press("2")
        assert asked(seat) == "count"
        await play(seat, ["12", "enter"])
        assert asked(seat) == "seen"
        await play(seat, ["it [/] is 登录 dark", "enter"])
        assert asked(seat) == "many"
        await seat.press("9")
        await seat.until(lambda: screen.came is not None)
    assert screen.came is not None
    assert walking.result(screen.came).outcome == FLOW.outcomes[0]
    assert walking.values(screen.came)["seen"] == "it [/] is 登录 dark"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_nine_answers_and_what_was_answered_fit_on_the_screen(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with console(tmp_path, size=size) as seat:
        await opened(seat)
        await play(seat, ["2", "3", "enter", "words " * 25, "enter"])
        assert asked(seat) == "many"
        lines = seat.lines()
        assert all(cell_len(line) <= size[0] for line in lines)
        for digit in range(10):
            assert any(line.startswith(f"   {digit} ") for line in lines), digit
        assert "Is the lamp on?" in seat.text()
        assert lines[-1].strip() == "1-9 answer  0 don't know  Left back  Tab skip  Esc keeps a draft"


async def test_dont_know_is_an_answer_to_every_kind(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        screen = await opened(seat)
        await seat.press("2", "enter")  # nothing typed: nobody knows the number
        assert asked(seat) == "seen"
        assert values(screen)["count"] == "unknown"
        await seat.press("enter")
        assert asked(seat) == "many"
        await seat.press("?")
        await seat.until(lambda: screen.came is not None)
    assert screen.came is not None
    assert walking.values(screen.came)["many"] == "unknown"


async def test_back_offers_what_was_answered_and_loses_nothing(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        screen = await opened(seat)
        await play(seat, ["2", "12", "enter", "smoke", "enter"])
        before = values(screen)
        await seat.press("left")
        assert asked(seat) == "seen"
        assert seat.entry("typed").value == "smoke"
        await seat.press("left", "left", "x")  # in the words Left moves the cursor
        assert seat.entry("typed").value == "smoxke"
        await seat.put("typed", "")
        await seat.press("backspace")
        assert asked(seat) == "count"
        assert seat.entry("typed").value == "12"
        await seat.put("typed", "")
        await seat.press("left")
        assert asked(seat) == "lamp"
        assert seat.line("2 No").startswith(" > 2")
        assert values(screen) == before
        await seat.press("left")  # at the first it stays
        assert asked(seat) == "lamp"
        await seat.press("enter")
        assert asked(seat) == "many"
        assert values(screen) == before


async def test_a_step_is_skipped_with_a_reason(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        screen = await opened(seat)
        await seat.press("tab")
        assert "Why is it skipped? Is the lamp on?" in seat.text()
        await seat.press("enter")
        await seat.until("Say why this question is skipped.")
        await seat.press("esc")
        assert asked(seat) == "lamp"
        assert "Why is it skipped?" not in seat.text()
        await play(seat, ["tab", "no light here", "enter"])
        assert "skipped: no light here" in seat.text()
        assert screen.walk is not None
        assert walking.answers(screen.walk)["lamp"].reason == "no light here"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (["7"], "There is no answer 7 here."),
        (["enter"], "Answer with a digit"),
        (["2", "many", "enter"], "A whole number from 0"),
    ],
    ids=["digit", "enter", "number"],
)
async def test_what_is_no_answer_is_told_and_nothing_moves(
    tmp_path: Path, keys: list[str], said: str
) -> None:
    async with console(tmp_path) as seat:
        await opened(seat)
        await play(seat, keys)
        await seat.until(said)
        assert asked(seat) == ("count" if len(keys) > 1 else "lamp")


async def test_arrows_and_enter_answer_too(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        screen = await opened(seat)
        await seat.press("down", "j", "k", "down", "enter")
        assert values(screen)["lamp"] == "no"
        await seat.press("left", "up", "enter")
        assert values(screen)["lamp"] == "yes"


async def test_every_answer_is_kept_on_disk_and_another_console_goes_on(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await opened(seat)
        assert not kept(tmp_path)
        await play(seat, ["2", "12", "enter"])
        assert len(kept(tmp_path)) == 1
        await seat.press("esc")
        await seat.at(QueueScreen)
        await seat.until("Kept as a draft.")
    async with console(tmp_path) as seat:
        screen = await opened(seat)
        assert "A draft was found" in seat.text()
        assert asked(seat) == "seen"
        assert values(screen)["count"] == 12
        await seat.press("ctrl+x")
        await seat.at(Pick)
        await seat.press("2")
        await seat.at(QueueScreen)
        assert not kept(tmp_path)


async def test_half_a_word_is_kept_too(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await opened(seat)
        await play(seat, ["2", "12", "enter", "smo"])
        assert asked(seat) == "seen"
    async with console(tmp_path) as seat:
        await opened(seat)
        assert asked(seat) == "seen"
        assert seat.entry("typed").value == "smo"
        await play(seat, ["ke", "enter"])
        assert asked(seat) == "many"
        assert "smoke" in seat.line("What was seen?")


async def test_a_draft_that_cannot_be_read_begins_anew(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        await opened(seat)
        await seat.press("2", "esc")
        await seat.at(QueueScreen)
        (path,) = kept(tmp_path)
        path.write_text(path.read_text().replace("lamp", "l[/]mp").replace('\\"no\\"', "no"))
        await opened(seat)
        assert asked(seat) == "lamp"


async def test_hostile_words_stay_words(tmp_path: Path) -> None:
    async with console(tmp_path) as seat:
        screen = await opened(seat)
        await seat.press("2", "enter")
        await seat.put("typed", "[/x] \x1b[31m [@click=app.exit()]")
        await seat.press("enter")
        assert asked(seat) == "many"
        assert "\x1b" not in str(values(screen)["seen"])
        assert "[/x]" in seat.text()


# -- is the whole network down? ------------------------------------------------------------------


async def suspected(seat: Seat) -> None:
    """Three departments called: open the row that asks."""
    await seat.until(lambda: len(seat.listed()) == 1)
    await seat.press("!")
    await seat.at(DutiesScreen)
    await seat.until(lambda: (1, "paralysis", "") in seat.listed())
    seat.place.rows.move_to((1, "paralysis", ""))
    await seat.press("enter")
    await seat.at(ParalysisScreen)
    await seat.until("Ring two departments")


def three_departments(data: Path) -> None:
    at = desk(data, ME)
    call(at, "lab-01", symptom="no-network")
    call(at, "img-01", symptom="no-network", join=1)
    call(at, "ed-01", symptom="no-network", join=1)
    at.database.close()


async def test_a_failure_of_the_whole_network_is_confirmed_by_answers(tmp_path: Path) -> None:
    three_departments(tmp_path)
    async with console(tmp_path) as seat:
        await suspected(seat)
        await seat.press("1", "1", "1")
        for _ in range(4):
            if isinstance(seat.app.screen, ParalysisSheet):
                break
            await seat.press("1")
        await seat.at(ParalysisSheet)
        await seat.until("An overall network failure.")
        await seat.press("enter")
        await seat.at(DutiesScreen)
        await seat.until("0001: Overall network failure")
    at = desk(tmp_path)
    found = read_incident(at, 1).incident
    at.database.close()
    assert (found.paralysis, found.category.value) == ("yes", "I")
    assert not kept(tmp_path)


async def test_it_is_denied_and_what_is_undecided_is_not_recorded(tmp_path: Path) -> None:
    three_departments(tmp_path)
    async with console(tmp_path) as seat:
        await suspected(seat)
        while not isinstance(seat.app.screen, ParalysisSheet):
            await seat.press("0")
        await seat.until("Not decided.")
        await seat.press("enter")
        await seat.until("Nothing is decided yet")
        for _ in range(9):
            if asked_places(seat):
                break
            await seat.press("left")
        await seat.press("3")
        await seat.at(ParalysisSheet)
        await seat.until("No overall network failure.")
        await seat.press("enter")
        await seat.at(DutiesScreen)
        await seat.until("0001: Overall network failure")
    at = desk(tmp_path)
    assert read_incident(at, 1).incident.paralysis == "no"
    at.database.close()


async def test_a_digit_puts_a_question_of_the_network_again(tmp_path: Path) -> None:
    three_departments(tmp_path)
    async with console(tmp_path) as seat:
        await suspected(seat)
        await seat.press("1", "0", "0")
        await seat.at(ParalysisSheet)
        await seat.until("Not decided.")
        await seat.press("9")
        await seat.until("There is no question 9 here.")
        await seat.press("3")
        await seat.at(ParalysisScreen)
        assert asked(seat) == "third"
        await seat.press("2")
        await seat.at(ParalysisSheet)
        await seat.until("An overall network failure.")


def asked_places(seat: Seat) -> bool:
    return isinstance(seat.app.screen, FlowScreen) and asked(seat) == "places"


STORM = [*"0123456789", *"cccce!sSomny", "tab", "esc", "esc", "enter", "left", "backspace", "down", "ctrl+x"]


@pytest.mark.parametrize("seed", part(range(3), {2}))
async def test_no_storm_of_keys_meets_a_bug(tmp_path: Path, seed: int) -> None:
    """The guided screens are left, and left again, before the desk has answered them."""
    chance = random.Random(seed)
    three_departments(tmp_path)
    async with console(tmp_path) as seat:
        await seat.until(seat.listed)
        for _ in range(150):
            await seat.press(chance.choice(STORM))
        for _ in range(6):
            await seat.press("esc")
        assert not seat.app.faults

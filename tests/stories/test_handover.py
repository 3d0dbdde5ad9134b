"""The watch is handed over on two terminals; either console may be killed between any two steps."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from hisconsole.desk.board import first_board
from hisconsole.plan.board import OnDuty
from hisconsole.store.verify import verify
from tests.console.app import ME, OTHER, call, desk
from tests.ptys import Pty
from tests.shares import part
from tests.stories.conftest import Open
from tests.stories.ways import FORM, Ways

OWN = "Registration has no database and writes on paper; I watch the vendor."


class Side:
    """One operator, whose console can be killed and is opened again where the work stands."""

    def __init__(self, terminal: Open, operator: str) -> None:
        self._terminal, self.operator = terminal, operator
        self.at: Pty = terminal(operator=operator)
        self.to_mode_4()

    def to_mode_4(self) -> None:
        self.at.wait_for(re.compile(r"\d open"))
        self.at.settle()
        self.at.key("4")
        self.at.wait_for("Summary")

    def killed(self) -> None:
        """The line is cut and the process with it; the operator comes back."""
        self.at.signal(signal.SIGKILL)
        self.at.exited()
        self.at = self._terminal(operator=self.operator)
        self.to_mode_4()

    def menu(self, entry: str) -> None:
        """Take an entry of the numbered menu."""
        self.at.key(".")
        self.at.wait_for(entry)
        line = next(line for line in self.at.screen() if entry in line)
        self.at.key(line.split()[0])

    def form(self, *answers: str) -> None:
        """Answer a form, which then closes."""
        self.at.wait_for(FORM)
        Ways(self.at).answer(*answers)

    def take_all(self) -> None:
        """Acknowledge page by page until nothing waits but what is restated."""
        for page in ("Summary", "Since then"):
            self.at.wait_for(page)
            for _ in range(40):
                self.at.settle()
                if not self._go_to("[ ]", but="restate"):
                    break
                self.at.key("a")
                self.at.settle()
            self.at.key("]")
        self.at.key("]")
        self.at.settle()

    def _go_to(self, mark: str, *, but: str) -> bool:
        """Put the cursor on the first line with a mark, from the top; False where there is none."""
        ways = Ways(self.at)
        ways.step("g")
        while True:
            cursor = ways.under_the_cursor()
            if mark in cursor and (not but or but not in cursor):
                return True
            if not ways.step("j") and not ways.step("j"):
                return False

    def restate(self) -> None:
        """The item that wants own words."""
        assert self._go_to("[ ] restate", but="") or self._go_to("[ ] AGAIN", but="")
        self.at.key("a")
        self.form(OWN, "ring the vendor", "+20")
        self.at.wait_for("Restated.")


def on_duty(data: Path) -> OnDuty:
    record = desk(data)
    try:
        return first_board(record).on_duty
    finally:
        record.database.close()


@pytest.mark.slow
def test_the_watch_is_handed_over_with_everything_in_between(terminal: Open, tmp_path: Path) -> None:
    record = desk(tmp_path, ME)
    call(record)
    record.perform("acknowledge", 1)
    record.perform("verify", 1, {"result": "confirmed", "how": "remote"})
    record.perform("classify", 1, {"category": "I", "reason": "server"})
    out, taker = Side(terminal, ME), Side(terminal, OTHER)
    out.at.wait_for("Nobody has the duty yet")
    out.at.key("o")
    out.at.wait_for("You have the duty.")
    taker.at.wait_for("since")

    # Offered: a Category I is open, so it asks why now.
    out.at.key("o")
    out.form("wang lei")
    out.at.wait_for("give the reason for handing over now")
    out.form("end of my shift")
    out.at.wait_for("Offered to wang.lei.")
    taker.at.wait_for("items wait")
    assert on_duty(tmp_path) == OnDuty(ME, OTHER)

    # Returned with a question, and offered again.
    taker.menu("Return it with questions")
    taker.form("who is the vendor?")
    taker.at.wait_for("Returned.")
    out.at.wait_for("returned: who is the vendor?")
    out.killed()
    out.at.key("o")
    out.form("wang lei")
    out.at.wait_for("give the reason")
    out.form("end of my shift, the vendor is HIS Ltd")
    out.at.wait_for("Offered to wang.lei.")

    # Something happens meanwhile, and the receiver's console dies among the items.
    record.perform("note", 1, {"text": "the vendor calls back at ten"})
    taker.at.wait_for(re.compile(r"Since then 1/1"))
    taker.restate()
    taker.killed()
    taker.take_all()
    taker.at.wait_for("all is acknowledged")
    assert on_duty(tmp_path) == OnDuty(ME, OTHER)

    _understood(out, taker, tmp_path)
    with record.database.read() as connection:
        assert verify(connection).faults == ()
    record.database.close()
    for side in (out, taker):
        assert side.at.forbidden() == []


def _understood(out: Side, taker: Side, data: Path) -> None:
    """Objected, restated, confirmed; then it is the receiver's."""
    out.menu("This was understood wrongly")
    out.at.wait_for("Which?")
    out.at.key("1")
    out.form("not you, Zhao watches the vendor")
    out.at.wait_for("To be restated.")
    taker.at.wait_for("AGAIN")
    taker.restate()
    taker.at.wait_for("all is acknowledged")
    out.at.settle()
    out.menu("All was understood rightly")
    out.at.wait_for("Confirmed.")
    out.killed()
    taker.at.settle()
    taker.at.key("o")
    taker.at.wait_for("Accept the duty from")
    taker.at.key("2")
    taker.at.wait_for("You have the duty.")
    assert on_duty(data) == OnDuty(OTHER)
    out.at.wait_for(f"{ME} ({OTHER})")


def _offer(out: Side, taker: Side) -> None:
    out.at.key("o")
    out.form("wang lei")
    out.at.wait_for("Offered to wang.lei.")


def _take(out: Side, taker: Side) -> None:
    taker.at.wait_for("items wait")
    taker.take_all()
    taker.at.wait_for("all is acknowledged")


def _accept(out: Side, taker: Side) -> None:
    taker.at.wait_for("all is acknowledged")
    taker.at.key("o")
    taker.at.wait_for("Accept the duty from")
    taker.at.key("2")
    taker.at.wait_for("You have the duty.")


STEPS: tuple[Callable[[Side, Side], None], ...] = (_offer, _take, _accept)


@pytest.mark.parametrize("whose", part(["out", "taker", "both"], {"taker"}))
@pytest.mark.parametrize("after", part(range(len(STEPS)), {1}))
def test_a_console_killed_between_two_steps_finds_the_handover_where_it_was(
    terminal: Open, tmp_path: Path, whose: str, after: int
) -> None:
    record = desk(tmp_path)
    call(record, "lab-01", "printer prints twice", symptom="other", department="lab")
    out, taker = Side(terminal, ME), Side(terminal, OTHER)
    out.at.key("o")
    out.at.wait_for("You have the duty.")
    for number, step in enumerate(STEPS):
        step(out, taker)
        expected = OnDuty(OTHER) if number == 2 else OnDuty(ME, OTHER)
        assert on_duty(tmp_path) == expected
        if number == after:
            for side in (out, taker):
                if whose in ("both", "out" if side is out else "taker"):
                    side.killed()
            assert on_duty(tmp_path) == expected
    record.database.close()

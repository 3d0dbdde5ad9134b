"""What an operator does at the console in a night of trouble: by keys, reading before each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.stories.ways import KEEP, QUEUE, Ways

CALLING = re.compile(r"^ Calling (.+), (mobile|office|other)", re.MULTILINE)
LISTED = re.compile(r"^ reached \d+ of \d+", re.MULTILINE)
REACHED = re.compile(r"message \d+: (\d+) of (\d+) reached")
TO_CALL = re.compile(r"CALL NOW|CALL, tried")


@dataclass(slots=True)
class Hand(Ways):
    """An operator; every act begins in the queue, wherever the last one ended."""

    # -- the fault -------------------------------------------------------------------------------

    def take_call(self, workstation: str, words: str, *, join: bool) -> None:
        self.home()
        self.at.key("n")
        self.at.wait_for("New call")
        self.at.type_in(workstation)
        self.at.wait_for("Enter takes the marked one")
        self.at.key("enter")
        self.at.wait_for("Enter goes on")
        self.at.wait_for("4 no network" if not join else re.compile("Join 0001"))
        self.at.key("4")
        self.at.type_in(words)
        self.at.wait_for(words)
        self.at.key("enter")
        if join:
            self.at.wait_for("0 or Enter")
            self.at.key("1")
        self.at.wait_for(QUEUE)

    def verify(self, found: str) -> None:
        self.home()
        self.at.key("a")
        self.at.wait_for("0001: Acknowledge")
        self.at.key("v")
        self.at.wait_for("Verify 0001")
        self.fill("#1", "#1", KEEP, found)
        self.at.wait_for("0001: Verify")

    def classify(self, *answers: str) -> None:
        self.home()
        self.at.key("c")
        for each in answers:
            self.at.wait_for(each)
            line = next(line for line in self.at.screen() if each in line)
            self.at.key(line.split()[0])
        self.at.wait_for("Enter records it")
        self.at.key("enter")
        self.at.wait_for(re.compile(r"0001: Category I"))

    def confirm_paralysis(self) -> None:
        self.open_due("network dow")
        for question in ("Ring two departments", "reach its own gateway", "Do the core switches answer"):
            self.at.wait_for(question)
            self.at.key("1")
        self.at.wait_for("An overall network failure.")
        self.at.key("enter")
        self.at.wait_for(re.compile("0001: Overall network failure|Left   At"))

    # -- people ----------------------------------------------------------------------------------

    def escalate(self) -> None:
        self.home()
        self.at.key("e")
        self.at.wait_for("Enter they are told")
        self.at.key("enter")
        self.at.wait_for(LISTED)

    def call_list(self) -> None:
        self.home()
        self.at.key("C")
        self.at.wait_for(LISTED)

    def to_call(self) -> list[str]:
        """Whom the list says to call now."""
        self.at.settle()
        return [line[6:22].strip() for line in self.at.screen() if TO_CALL.search(line)]

    def calling(self) -> str:
        """Whom one is calling just now, by the screen."""
        return _calling(self.at.screen())

    def dial(self, whom: str) -> str:
        """Dial somebody of the list; returns who is being called, or empty where a colleague was first."""
        self._onto(whom)
        self.at.key("enter")
        self.at.wait_for(lambda lines: _calling(lines) or _overtaken(lines))
        return self.calling()

    def _onto(self, whom: str) -> None:
        for _ in range(30):
            self.at.settle(0.05)
            lines = self.at.screen()
            here = next((y for y, line in enumerate(lines) if line.startswith(" > ")), 0)
            there = next((y for y, line in enumerate(lines) if line[6:].startswith(whom[:15])), here)
            if here == there:
                return
            self.at.key("j" if there > here else "k")
        raise AssertionError(f"{whom!r} is not on the list")

    def dial_deputy(self, whom: str) -> None:
        """Call the deputy of somebody who was missed."""
        self._onto(whom)
        self.at.key("d")
        self.at.wait_for(" in the place of ")

    def came_of_it(self, digit: str) -> None:
        """What came of the call; then the list is there again."""
        self.at.key(digit)
        self.at.wait_for(lambda lines: LISTED.search("\n".join(lines)) and not _calling(lines))

    def summon(self, who: str, ticket: str, promised: str) -> None:
        self.more("Summon", who, "#1", ticket, promised)

    # -- those who are hit -----------------------------------------------------------------------

    def send_message(self, status: str, do: str) -> None:
        """Word the next message; its list comes."""
        self.home()
        self.at.key("t")
        self.at.wait_for(re.compile("Message 0001|of [0-9]+ reached"))
        if not any("Message 0001" in line for line in self.at.screen()):
            self.at.key("t")
            self.at.wait_for("Message 0001")
        self.fill(status, KEEP, do)
        self.yes("Message 0001")
        self.at.wait_for(re.compile(r"message \d+: 0 of \d+ reached"))

    def tell_list(self) -> None:
        self.home()
        self.at.key("t")
        self.at.wait_for(REACHED)

    def reached(self) -> tuple[int, int]:
        """How many of how many the message has reached, by the screen."""
        found = REACHED.search("\n".join(self.at.screen()))
        assert found is not None
        return int(found[1]), int(found[2])

    def tell_each(self, key: str, *, but: int = 0) -> None:
        """One key each, until all but so many were reached, by whomever."""
        while (so_far := self.reached())[0] < so_far[1] - but:
            self.at.key(key)
            self.at.wait_for(lambda _lines, before=so_far[0]: self.reached()[0] > before)  # type: ignore[misc]

    def tell_rest(self) -> None:
        """All who are left were told at once."""
        self.at.key("A")
        self.at.wait_for("by broadcast?")
        self.at.key("2")
        self.at.wait_for(re.compile(r"message \d+: (\d+) of \1 reached"))

    def read_summary(self, key: str) -> None:
        self.home()
        self.at.key(key)
        self.at.wait_for("Enter records that it was given")
        self.at.key("enter")
        self.at.wait_for(QUEUE)

    # -- departments -----------------------------------------------------------------------------

    def board(self) -> None:
        self.home()
        self.at.key("d")
        self.at.wait_for("Gate, left")

    def notice(self, which: str, *given: str, refused: str = "") -> None:
        """Send the notice that the board says is next."""
        self.board()
        self.at.key("t")
        self.at.wait_for("Which notice?")
        self.at.wait_for(re.compile(rf"^ *1 {re.escape(which)}", re.MULTILINE))
        self.at.key("1")
        self.at.wait_for("incident 0001")
        self.fill(*given)
        self.yes("incident 0001")
        if refused:
            self.at.wait_for(lambda lines: refused in " ".join(" ".join(lines).split()))
        else:
            self.at.wait_for("It is on record.")

    def throw_away(self) -> None:
        """The form that stands is not wanted any more, its draft neither."""
        self.at.key("ctrl+x")
        self.at.wait_for("Throw this form away?")
        self.at.key("2")
        self.at.wait_for("Gate, left")

    def repeated(self, departments: list[str], person: str) -> None:
        """Departments have repeated their notice to one person."""
        self.board()
        for each in departments:
            self.move_to(each)
            self.at.key("space")
        self.at.key("a")
        self.at.wait_for("Repeated by")
        self.fill(person, "#1")
        self.at.wait_for("Gate, left")

    def entered(self, department: str, papers: int, signed: str) -> None:
        """A department has entered all its papers."""
        self.board()
        self.move_to(department)
        self.at.key("b")
        self.at.wait_for("Paper of")
        self.fill(str(papers), str(papers), KEEP, KEEP, KEEP, signed)
        self.at.wait_for("Gate, left")

    def right_number(self, who: str, name: str) -> None:
        """The roster: the numbers of somebody were put right and tried."""
        self.home()
        self.at.key("3")
        self.at.wait_for("Call now")
        self.at.key("/")
        self.at.type_in(who)
        self.at.wait_for(f"Roster > {who} (1)")
        self.at.key("enter")
        self.at.settle()
        self.at.key("v")
        self.at.wait_for(f"{name}: Verified")
        self.back()
        self.at.key("1")

    def add_action(self, *given: str) -> None:
        """What the review came to, added under its report."""
        self.home()
        self.at.key("r")
        self.at.wait_for("Enter adds an action")
        self.at.key("enter")
        self.at.wait_for("Action 0001")
        self.fill(*given)
        self.at.wait_for("Enter adds an action")

    def meet_by_hand(self, label: str, note: str) -> None:
        self.home()
        self.at.key("!")
        self.at.wait_for("Left   At")
        self.move_to(label)
        self.at.key("m")
        self.at.wait_for("Met: ")
        self.fill(note)
        self.at.wait_for("Left   At")

    def close(self, reason: str) -> None:
        self.home()
        self.at.key("x")
        self.at.wait_for("Close 0001")
        self.fill(reason)
        self.yes("Close 0001")
        self.at.wait_for("0 open")

    def leave(self) -> None:
        self.home()
        self.at.key("q")
        self.at.wait_for("Leave the console?")
        self.at.key("2")


def _overtaken(lines: list[str]) -> bool:
    """Whether the console says that a colleague was first."""
    return any(" is calling " in line or " was reached at " in line for line in lines[-3:])


def _calling(lines: list[str]) -> str:
    found = CALLING.search("\n".join(lines))
    return found[1] if found else ""

"""Guided decision whether the network as a whole has failed (plan 3, domain 5.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events

from hisconsole.console.acting import One, draft_of, perform
from hisconsole.console.flow import FlowScreen
from hisconsole.console.flow_show import answer_lines, asked_again, said_of
from hisconsole.console.lines import Text, hanging
from hisconsole.console.sheet import Sheet
from hisconsole.flows import walk as walking
from hisconsole.flows.read import load_flow
from hisconsole.flows.walk import Walk
from hisconsole.plan.story_turn import subject
from hisconsole.plan.words import YesNo
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk

FORM = "flow-paralysis"


class ParalysisScreen(FlowScreen):
    """Its questions; nothing is known beforehand, for people must say it."""

    def __init__(self, one: One, console: HisConsole) -> None:
        """About one incident."""
        title = _("{number}: is the whole network down?").format(number=subject(one.number))
        draft = draft_of(console, FORM, one.number)
        super().__init__(form=FORM, incident=one.number, title=title, draft=draft)
        self.one = one

    def begin(self) -> None:
        """Read the flow, away from the loop that draws."""
        path = self.console.start.folder / "flows" / "paralysis.yaml"

        def question(_desk: Desk) -> Walk:
            return walking.begin(load_flow(path), {})

        self.console.ask(question, self.start, failed=self.refused)

    def decided(self, walk: Walk) -> None:
        """Show what it comes to."""
        if self.app.screen is self:
            self.app.push_screen(ParalysisSheet(self, walk), self.went_on)

    def went_on(self, how: Callable[[Walk], Walk] | None) -> None:
        """Back to a question, or away."""
        if how is not None and self.walk is not None:
            self.to(how(self.walk))
        else:
            self.action_leave()


class ParalysisSheet(Sheet["Callable[[Walk], Walk] | None"]):
    """Yes, no, or not decided; Enter records yes or no."""

    def __init__(self, guide: ParalysisScreen, walk: Walk) -> None:
        """What `walk` came to."""
        super().__init__()
        self.guide = guide
        self.walk = walk
        self.outcome = walking.result(walk).outcome
        self.busy = False

    @property
    def answer(self) -> str:
        """Yes or no, or empty while it is not decided."""
        result = self.outcome.result if self.outcome is not None else ""
        return result if result in (YesNo.YES, YesNo.NO) else ""

    def title_now(self) -> str:
        """The question again."""
        return self.guide.heading

    def text(self, width: int) -> Text:
        """What it comes to, and the answers."""
        said = _(self.outcome.say) if self.outcome is not None else _("Not decided.")
        told = [[], *answer_lines(self.walk, width, numbered=True)]
        return [[], *hanging(" ", said, width, look="bold"), *told]

    def keys(self) -> str:
        """What can be done."""
        if self.answer:
            return _("Enter records it  1-9 change  Left back  Esc keeps a draft")
        return _("1-9 change  Left back  Esc keeps a draft")

    def on_key(self, event: events.Key) -> None:
        """Digits put a question again, Left goes back."""
        pressed = event.character or ""
        if event.key in ("left", "backspace"):
            event.stop()
            self.dismiss(walking.back)
        elif pressed.isascii() and pressed.isdecimal():
            event.stop()
            put_again = asked_again(self.walk, int(pressed))
            if put_again is None:
                self.say(_("There is no question {digit} here.").format(digit=pressed))
            else:
                self.dismiss(put_again)

    def action_take(self) -> None:
        """Record yes or no, with what was found."""
        if self.busy:
            return
        if not self.answer:
            self.say(_("Nothing is decided yet: go back, and ask at another place."))
            return
        self.busy = True
        self.say(_("Writing ..."))
        one = self.guide.one
        found = []
        for id_, given in walking.answers(self.walk).items():
            step = self.walk.flow.step(id_)
            found.append(f"{_(step.ask) if step is not None else id_} {said_of(step, given)}")
        perform(
            self.console,
            self.console.acts["paralysis"],
            [one.number],
            {"confirmed": self.answer, "text": "; ".join(found)},
            versions={one.number: one.version} if one.version is not None else {},
            first_id=self.guide.act_id,
            done=self.done,
            refused=self.refused,
        )

    def done(self) -> None:
        """On record."""
        self.guide.forget()
        self.leave()


def decide_paralysis(console: HisConsole, one: One) -> None:
    """Open its questions."""
    console.push_screen(ParalysisScreen(one, console))

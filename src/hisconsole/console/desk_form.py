"""The form of what an operator does about the site as a whole: questions, and the desk's own function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from hisconsole.console.acting import draft_of
from hisconsole.console.form import Questions
from hisconsole.console.lines import Said
from hisconsole.console.rows import Line
from hisconsole.plan.asking import Field
from hisconsole.text import _

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk, Outcome

Job = Callable[["Desk", Mapping[str, str], str], "Outcome"]
"""What carries it out: the desk, the answers, the act's own id."""


class DeskForm(Questions):
    """A title, a sentence about it, the questions; carried out after the last."""

    def __init__(
        self,
        console: HisConsole,
        *,
        form: str,
        title: str,
        about: str,
        asks: Sequence[Field],
        job: Job,
        given: Mapping[str, str] | None = None,
    ) -> None:
        """`form` names its draft; `job` is run by the desk's thread."""
        super().__init__(
            form=form[:64], incident=0, asks=asks, draft=draft_of(console, form[:64], 0), given=given
        )
        self._title, self._about, self._job = title, about, job

    def compose(self) -> ComposeResult:
        """Title, sentence, questions, answer."""
        yield Line((f" {self.console.headed(self._title)}", "reverse"))
        yield Said(id="about")
        yield from self.asked()

    def on_mount(self) -> None:
        """Say what it is about, and begin."""
        self.query_one("#about", Said).say(self._about)
        super().on_mount()

    def submit(self) -> None:
        """Have the desk do it."""
        if self.busy:
            return
        self.busy = True
        self.say(_("Writing ..."))
        job, given, act, console = self._job, self.answers(), self.act_id, self.console

        def done(outcome: Outcome) -> None:
            self.done()
            console.say(outcome.sentence + ".")

        console.ask(lambda desk: job(desk, given, act), done, failed=self.refused)

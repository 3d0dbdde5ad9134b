"""The form that agrees on quiet for targets: a reason and an end, always."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from hisconsole.console.feed import Watching
from hisconsole.console.form import Form
from hisconsole.console.lines import Said
from hisconsole.console.rows import Line
from hisconsole.desk import drafts
from hisconsole.desk.drafts import Draft
from hisconsole.plan.asking import Field
from hisconsole.plan.shown import Silence
from hisconsole.plan.silences import silence_fields
from hisconsole.text import _, ngettext

if TYPE_CHECKING:
    from hisconsole.console.app import HisConsole
    from hisconsole.desk.desk import Desk, Outcome


class SilenceForm(Form):
    """The targets stand in a field of their own, so that it is seen and can be put right what goes quiet."""

    def __init__(
        self, watching: Watching, targets: Sequence[str], *, whole: bool, draft: Draft | None = None
    ) -> None:
        """Silence `targets`, or with `whole` all that hangs on them alone."""
        asks = (Field("targets", _("Targets"), required=True), *silence_fields())
        given = {"targets": " ".join(targets)}
        super().__init__(form=form_name(whole=whole), incident=0, asks=asks, draft=draft, given=given)
        self.watching = watching
        self.whole = whole

    def compose(self) -> ComposeResult:
        """A title, the questions, a line for sentences."""
        title = _("Silence with all that hangs on it alone") if self.whole else _("Silence")
        yield Line((f" {title}", "reverse"))
        yield Line((_(" It stays in the counts and in the list, but neither rings nor is a problem."), "dim"))
        for field in self.asks:
            yield self.row(field)
        yield Said(id="said")
        yield Line(
            (_(" Until as 23:30 or +2h. Enter goes on, and at last does it; Esc keeps a draft"), "dim")
        )

    def on_mount(self) -> None:
        """Begin with the end of it."""
        self.query_one("#until").focus()
        if self.found_draft is not None:
            self.say(_("A draft was found; ctrl+x throws it away."))

    @on(Input.Submitted)
    def entered(self, message: Input.Submitted) -> None:
        """Enter goes on."""
        self.next_from(message.input.id or "")

    def submit(self) -> None:
        """Agree on it."""
        if self.busy:
            return
        given = self.answers()
        for field in self.asks:
            if field.required and not given.get(field.name, "").strip():
                self.say(_("{label} is needed.").format(label=field.label))
                self.query_one(f"#{field.name}").focus()
                return
        targets = given.pop("targets").split()
        unknown = [each for each in targets if each not in self._known()]
        if unknown:
            self.say(_("There is no target '{name}'.").format(name=unknown[0]))
            return
        self.busy = True
        self.say(_("Writing ..."))
        act, whole, silence = self.act_id, self.whole, self.watching.silence

        def job(desk: Desk) -> Outcome:
            return silence(desk, targets, given, whole=whole, act=act)

        def done(_outcome: Outcome) -> None:
            self.done()
            if self.console.place is not None:
                self.console.place.acted()
            many = ngettext("{n} target is silenced.", "{n} targets are silenced.", len(targets))
            self.console.say(many.format(n=len(targets)) if len(targets) > 1 else _silenced(targets[0]))

        self.console.ask(job, done, failed=self.refused)

    def _known(self) -> frozenset[str]:
        picture = self.console.lookout.picture
        return frozenset(picture.by_target) if picture else frozenset()


def _silenced(target: str) -> str:
    return _("{target} is silenced.").format(target=target)


def open_silence(console: HisConsole, targets: Sequence[str], *, whole: bool) -> None:
    """Open the form, with the draft that was kept of a silence of exactly these targets."""
    watching = console.lookout.watching
    if watching is None or not targets:
        console.say(_("There is no target under the cursor."))
        return
    kept = drafts.left(console.start.data, console.operator)
    same = " ".join(targets)
    found = [d for d in kept if d.form == form_name(whole=whole) and d.answers.get("targets") == same]
    console.push_screen(SilenceForm(watching, targets, whole=whole, draft=found[0] if found else None))


def form_name(*, whole: bool) -> str:
    """The name under which drafts are kept: one of the whole is no draft of the single target."""
    return "silence-whole" if whole else "silence"


def lift(console: HisConsole, silence: Silence) -> None:
    """End a silence before its time."""
    watching = console.lookout.watching
    if watching is None:
        return
    end = watching.lift

    def job(desk: Desk) -> Outcome:
        return end(desk, silence.id)

    def done(_outcome: Outcome) -> None:
        console.say(_("The silence of {target} has ended.").format(target=silence.target))

    console.ask(job, done)

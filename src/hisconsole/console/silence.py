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
        self,
        watching: Watching,
        names: Sequence[str],
        *,
        whole: bool = False,
        service: bool = False,
        draft: Draft | None = None,
    ) -> None:
        """Silence targets, with `whole` all that hangs on them alone, with `service` what carries these."""
        label = _("Services") if service else _("Targets")
        asks = (Field("targets", label, required=True), *silence_fields())
        given = {"targets": " ".join(names)}
        form = form_name(whole=whole, service=service)
        super().__init__(form=form, incident=0, asks=asks, draft=draft, given=given)
        self.watching = watching
        self.whole = whole
        self.service = service

    def compose(self) -> ComposeResult:
        """A title, the questions, a line for sentences."""
        title = _("Silence with all that hangs on it alone") if self.whole else _("Silence")
        yield Line((f" {_('Silence a service') if self.service else title}", "reverse"))
        yield Line((_(" It stays in the counts and in the list, but neither rings nor is a problem."), "dim"))
        if self.service:
            yield Line(
                (_(" What carries another service as well rings on, until that is silenced too."), "dim")
            )
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
            sentence = _("No target carries '{name}'.") if self.service else _("There is no target '{name}'.")
            self.say(sentence.format(name=unknown[0]))
            return
        self.busy = True
        self.say(_("Writing ..."))
        act, whole, service, silence = self.act_id, self.whole, self.service, self.watching.silence

        def job(desk: Desk) -> Outcome:
            return silence(desk, targets, given, whole=whole, service=service, act=act)

        def done(_outcome: Outcome) -> None:
            self.done()
            if self.console.place is not None:
                self.console.place.acted()
            many = ngettext("{n} target is silenced.", "{n} targets are silenced.", len(targets))
            if service:
                self.console.say(_silenced(", ".join(targets)))
            else:
                self.console.say(many.format(n=len(targets)) if len(targets) > 1 else _silenced(targets[0]))

        self.console.ask(job, done, failed=self.refused)

    def _known(self) -> frozenset[str]:
        picture = self.console.lookout.picture
        if picture is None:
            return frozenset()
        return frozenset(picture.infrastructure.services if self.service else picture.by_target)


def _silenced(target: str) -> str:
    return _("{target} is silenced.").format(target=target)


def open_silence(
    console: HisConsole, names: Sequence[str], *, whole: bool = False, service: bool = False
) -> None:
    """Open the form, with the draft that was kept of a silence of exactly these targets or services."""
    watching = console.lookout.watching
    if watching is None or not names:
        console.say(_("There is no target under the cursor."))
        return
    kept = drafts.left(console.start.data, console.operator)
    same, form = " ".join(names), form_name(whole=whole, service=service)
    found = [d for d in kept if d.form == form and d.answers.get("targets") == same]
    draft = found[0] if found else None
    console.push_screen(SilenceForm(watching, names, whole=whole, service=service, draft=draft))


def form_name(*, whole: bool, service: bool = False) -> str:
    """The name under which drafts are kept: one of the whole is no draft of the single target."""
    if service:
        return "silence-service"
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
        about = silence.service or silence.target
        console.say(_("The silence of {target} has ended.").format(target=about))

    console.ask(job, done)
